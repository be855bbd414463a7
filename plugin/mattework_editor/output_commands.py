"""The commands that hand the cut-out out, and take pictures in, without a file of ours."""

from __future__ import annotations

from PyQt6.QtGui import QKeySequence

from mattework_editor.command import Command, has_subject, is_idle

STANDARD = QKeySequence.StandardKey

OUTPUT_COMMANDS: tuple[Command, ...] = (
    Command(
        id="file.export",
        text="&Export…",
        menu="file",
        part=2,
        keys="Ctrl+E",
        tip="Hand the cut-out out as PNG, WebP, TIFF or PSD: cropped, sized, with or without background",
        enabled=has_subject,
        run=lambda window: window.output.ask_export(),
    ),
    Command(
        id="edit.copy",
        text="&Copy Cut-out",
        menu="edit",
        part=1,
        keys=STANDARD.Copy,
        tip="The cut-out with its transparency to the clipboard, for other programs",
        enabled=has_subject,
        run=lambda window: window.output.copy(),
    ),
    Command(
        id="edit.paste",
        text="&Paste as New Photo",
        menu="edit",
        part=1,
        keys=STANDARD.Paste,
        tip="Cut the picture on the clipboard out; it is saved nowhere until you save",
        enabled=is_idle,
        run=lambda window: window.output.paste(),
    ),
)
