"""`mattework gimp`: install, check and remove the plug-in for GIMP 3."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mattework.cli.display import say
from mattework.errors import HostError, UsageError

if TYPE_CHECKING:
    from mattework.gimp_setup.profiles import Profile

DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")


@click.group()
def gimp() -> None:
    """Install, check and remove the plug-in for GIMP 3."""


@gimp.command()
@DRY_RUN
@click.option("--no-check", is_flag=True, help="Do not start the engine to see whether it answers.")
def install(dry_run: bool, no_check: bool) -> int:
    """Put the plug-in into every GIMP 3 of yours.

    Finds GIMP from the distribution, Flatpak, AppImage, on Windows and macOS, and a folder named by GIMP3_DIRECTORY. An
    older or newer Mattework plug-in is replaced; run it again whenever you have updated Mattework.
    """
    from mattework.gimp_setup.doctor import check_engine, examine_profile
    from mattework.gimp_setup.plugin_folder import NAME, install_folder, is_current

    profiles = _require_profiles(dry_run)
    failed = 0
    for profile in profiles:
        folder = profile.plugins / NAME
        if is_current(folder):
            say(f"{profile}: is installed already and up to date.")
        elif dry_run:
            say(f"{profile}: would {'replace' if folder.exists() else 'write'} {folder}")
            continue
        else:
            replaced = folder.exists()
            install_folder(profile)
            say(f"{profile}: {'replaced' if replaced else 'installed'} in {folder}")
        for finding in examine_profile(profile):
            if not finding.is_well:
                failed = _tell(finding.text, finding.remedy)
    if dry_run or no_check or not profiles:
        return failed
    finding = check_engine(profiles[0].plugins / NAME)
    if not finding.is_well:
        return _tell(finding.text, finding.remedy)
    say(finding.text)
    if not failed:
        say("Start GIMP (again) and open Layer > Mask > Remove Background.")
    return failed


@gimp.command()
def doctor() -> int:
    """Say what is wrong between GIMP's menu and the engine, and how to mend it."""
    from mattework.gimp_setup.doctor import check_editor, check_engine, examine_profile, find_sandbox
    from mattework.gimp_setup.plugin_folder import NAME
    from mattework.gimp_setup.profiles import find_profiles, find_program

    sandbox = find_sandbox()
    if sandbox:
        say(f"Note: this command runs inside a {sandbox}; it sees only what that may see.")
    profiles = find_profiles()
    if not profiles:
        program = find_program()
        if program is None:
            return _tell(
                "No GIMP 3 was found: neither a program nor a user's folder of it.",
                "Install GIMP 3, start it once, then run: mattework gimp install. If its user folder is in an "
                "unusual place, set GIMP3_DIRECTORY to it.",
            )
        return _tell(
            f"GIMP {program.version} is installed ({program.command[0]}) but was never started.",
            "Run: mattework gimp install",
        )
    failed = 0
    for profile in profiles:
        say(f"{profile}")
        findings = examine_profile(profile)
        if (profile.plugins / NAME).is_dir():
            findings += [check_engine(profile.plugins / NAME), check_editor()]
        for finding in findings:
            if finding.is_well:
                say(f"  well   {finding.text}")
            else:
                failed = HostError.exit_code
                say(f"  wrong  {finding.text}")
                if finding.remedy:
                    say(f"         {finding.remedy}")
    say("Something is wrong; see above." if failed else "All is well.")
    return failed


@gimp.command()
@DRY_RUN
def uninstall(dry_run: bool) -> int:
    """Take the plug-in out of every GIMP 3 of yours. Pictures keep their masks and layers."""
    from mattework.gimp_setup.plugin_folder import NAME, remove_folder
    from mattework.gimp_setup.profiles import find_profiles

    found = False
    for profile in find_profiles():
        folder = profile.plugins / NAME
        if not folder.exists():
            continue
        found = True
        if dry_run:
            say(f"{profile}: would delete {folder}")
        elif remove_folder(profile):
            say(f"{profile}: deleted {folder}")
    if not found:
        say("The plug-in is not installed in any GIMP 3 of yours.")
    elif not dry_run:
        _stop_engine()
    return 0


@gimp.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("mattework-gimp.zip"))
def pack(output: Path) -> int:
    """Write the plug-in as a zip, for installing by hand into GIMP's plug-ins folder."""
    from mattework.gimp_setup.plugin_folder import pack_zip

    pack_zip(output)
    say(
        f"{output}: unpack it in GIMP's plug-ins folder (Edit > Preferences > Folders > Plug-ins), start GIMP again."
    )
    return 0


def _require_profiles(dry_run: bool) -> list[Profile]:
    """The profiles; where GIMP was never started, it is started once so that it makes its own."""
    import os

    from mattework.gimp_setup.profiles import find_profiles, find_program, make_profile

    profiles = find_profiles()
    if profiles:
        return profiles
    custom = os.environ.get("GIMP3_DIRECTORY")
    if custom:
        raise UsageError(
            f"GIMP3_DIRECTORY names {custom}, which is no folder. Start GIMP once with it, or unset it."
        )
    program = find_program()
    if program is None:
        raise HostError(
            "No GIMP 3 was found. Install GIMP 3, start it once, and run this again. If its user folder is in an unusual "
            "place, set GIMP3_DIRECTORY to it."
        )
    if dry_run:
        say(
            f"GIMP {program.version} was never started: it would be started once without windows, to make its folder."
        )
        return []
    say(
        f"GIMP {program.version} was never started: starting it once without windows, so that it makes its folder."
    )
    try:
        make_profile(program)
    except OSError as error:
        raise HostError(f"GIMP cannot be started: {error}. Start it by hand, then run this again.") from error
    profiles = find_profiles()
    if not profiles:
        raise HostError(
            "GIMP was started and made no folder of its own. Start it by hand, then run this again."
        )
    return profiles


def _stop_engine() -> None:
    """End the engine that may still be warm; nobody will call it any more."""
    from contextlib import suppress

    from mattework.gimp_setup.plugin_folder import engine_command
    from mattework.worker.client import find_worker
    from mattework.worker.protocol import EngineError

    with suppress(EngineError):
        client = find_worker(engine_command())
        if client is not None:
            with client:
                client.call("stop")


def _tell(text: str, remedy: str) -> int:
    say(f"mattework: {text}" + (f" {remedy}" if remedy else ""))
    return HostError.exit_code
