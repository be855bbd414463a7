"""The root command: finds the command that was asked for, and turns errors into one sentence and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from mattework._version import __version__
from mattework.cli.display import drop_stream
from mattework.cli.report import name_failure
from mattework.errors import Cancelled, OutputError

COMMANDS = {
    "cut": ("mattework.cli.cut:cut", "Cut the subject out of photographs."),
    "refine": ("mattework.cli.refine:refine", "Solve the edge of a cut-out again, with other settings."),
    "info": ("mattework.cli.info:info", "Show what a file holds: layers, masks, profile, recipe."),
    "render": ("mattework.cli.render:render", "Composite a layered file into a flat picture."),
    "evaluate": ("mattework.cli.evaluate:evaluate", "Measure alphas against known ones."),
    "models": ("mattework.cli.models:models", "List, install, import and check models."),
    "edit": ("mattework.cli.edit:edit", "Open a photo in the editor."),
    "gimp": ("mattework.cli.gimp:gimp", "Install, check and remove the plug-in for GIMP 3."),
    "doctor": ("mattework.cli.doctor:doctor", "Check Mattework on this machine; for reports of defects."),
    "samples": ("mattework.cli.samples:samples", "Copy sample photographs to try it on."),
    "worker": ("mattework.cli.worker:worker", "Run the engine for other programs; they start it themselves."),
    "completion": ("mattework.cli.completion:completion", "Print the completion script of a shell."),
}


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own, imported only when one is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from difflib import get_close_matches
        from shlex import quote

        name = args[0] if args else ""
        if name and name not in COMMANDS and not name.startswith("-"):
            if os.path.exists(name):
                ctx.fail(f"{name!r} is no command. To cut it out: mattework cut {quote(name)}")
            if like := get_close_matches(name, COMMANDS, 1):
                ctx.fail(f"No such command {name!r}. Is this meant: mattework {like[0]}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_text) for name, (_, help_text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="mattework")
def root() -> None:
    """Cut subjects out of photographs: locally, exact to the hair, into layered files that stay editable."""


def run_command_line(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; nothing that a user can cause prints a traceback.

    MATTEWORK_DEBUG=1 in the environment lets every error through with its traceback.
    """
    debugging = os.environ.get("MATTEWORK_DEBUG", "") not in ("", "0")
    out = sys.stdout
    try:
        code: Any = root.main(args=arguments, prog_name="mattework", standalone_mode=False)
    except click.exceptions.Abort:
        return _report("Cancelled.", Cancelled.exit_code)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, Cancelled):
        return _report("Cancelled.", Cancelled.exit_code)
    except (BrokenPipeError, SystemExit) as error:
        # Whoever read has seen enough. Click wraps standard output then and asks for code 1.
        if isinstance(error, SystemExit) and sys.stdout is out:
            raise
        drop_stream(sys.stdout)
        return 0
    except Exception as error:
        if debugging:
            raise
        failure = name_failure(error)
        if isinstance(error, OSError) and isinstance(failure, OutputError):
            drop_stream(sys.stdout)
        return _report(str(failure), failure.exit_code)
    return code if isinstance(code, int) else 0


def _report(message: str, code: int) -> int:
    click.echo(f"mattework: {message}", err=True)
    return code
