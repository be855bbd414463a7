"""`mattework completion`: the script that lets a shell complete our commands."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    bash: mattework completion bash > ~/.local/share/bash-completion/completions/mattework
    zsh:  mattework completion zsh > "${fpath[1]}/_mattework"
    fish: mattework completion fish > ~/.config/fish/completions/mattework.fish
    """
    from click.shell_completion import get_completion_class

    from mattework.cli.root import root

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(root, {}, "mattework", "_MATTEWORK_COMPLETE").source())
