"""How an edge can be solved: the solvers that the engine brings, and the networks for it that are installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mattework_worker.protocol import EdgeOptions

NEURAL = "neural"
SOLVERS = (
    ("auto", "Automatic"),
    ("closed-form", "Closed form alone"),
    ("guided", "Guided filter (fast)"),
    ("hard", "Hard cut"),
)


def list_ways(
    networks: Sequence[tuple[str, str]],
    solver: str,
    network: str,
    built_in: Sequence[tuple[str, str]] = (),
) -> tuple[list[tuple[str, str]], str]:
    """Identifier and label of every way to solve an edge, and the identifier of the one that is chosen now.

    Networks are offered when they are installed. One that is chosen already, by a recipe say, stays in the list also
    where it is not: another in its place would be another edge. What is `built_in` is part of the automatic way, and in
    the list only while it is chosen by its name.
    """
    ways = [*SOLVERS, *((f"{NEURAL} {identifier}", f"Network: {name}") for identifier, name in networks)]
    if solver != NEURAL:
        return ways, solver
    name = network or next((identifier for identifier, _ in (*networks, *built_in)), "")
    chosen = f"{NEURAL} {name}".strip()
    if chosen not in dict(ways):
        label = dict(built_in).get(name) or f"{name or 'none'} (not installed)"
        ways.append((chosen, f"Network: {label}"))
    return ways, chosen


def split_way(way: str) -> tuple[str, str]:
    """Solver and network of an identifier that `list_ways` gave."""
    solver, _, network = way.partition(" ")
    return solver, network


def choose_network(options: dict[str, Any]) -> str | None:
    """The network that a procedure's arguments ask for; None for none, or for the first that is installed."""
    return options["matting-model"] or None if options["solver"] == NEURAL else None


def plain_edge(options: dict[str, Any]) -> EdgeOptions:
    """How the edge is solved, without settings that shape it."""
    return EdgeOptions(solver=options["solver"], matting_model=choose_network(options))
