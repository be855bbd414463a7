"""Numbers and names as people write them in the language of the window."""

from __future__ import annotations

from PyQt6.QtCore import QCoreApplication, QLocale


def write_number(value: float, digits: int = 0) -> str:
    """With so many digits behind the decimal sign, and thousands set apart."""
    return QLocale().toString(float(value), "f", digits)


def write_scale(scale: float) -> str:
    """A scale in percent, to four digits and no more than it needs."""
    return QLocale().toString(100 * scale, "g", 4)


def show_ampersands(name: str) -> str:
    """A file's name on a menu or a button, where a single & would mark the key of the letter behind it."""
    return name.replace("&", "&&")


def name_solver(solver: str) -> str:
    """What solves an edge, in words that can stand in a sentence."""
    translate = QCoreApplication.translate
    names = {
        "auto": translate("Solvers", "automatic"),
        "closed-form": translate("Solvers", "closed form"),
        "guided": translate("Solvers", "guided filter"),
        "hard": translate("Solvers", "hard cut"),
        "neural": translate("Solvers", "network"),
        "none": translate("Solvers", "nothing to solve"),
    }
    return names.get(solver, solver)
