"""Opening and saving as a person meets them: dialogs, recent files, unsaved work, recovery."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from PyQt6.QtCore import QObject, QSettings, QTimer, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from mattework.errors import OutputNotWritable
from mattework_editor import drafts, preferences
from mattework_editor.files import (
    OPEN_SUFFIXES,
    SAVE_SUFFIXES,
    Opened,
    complete_name,
    holds_work,
    read_file,
)
from mattework_editor.sentences import word_sentence, word_sentences
from mattework_editor.welcome import find_samples
from mattework_editor.wording import show_ampersands
from mattework_editor.workbench import Workbench


class Filing(QObject):
    """`told` and `failed` are words for the person; `opening` comes when another file takes the session's place."""

    told = pyqtSignal(str)
    failed = pyqtSignal(str)
    opening = pyqtSignal()

    def __init__(self, window: QWidget, workbench: Workbench, settings: QSettings) -> None:
        super().__init__(window)
        self._window = window
        self._workbench = workbench
        self._settings = settings
        self._after_saving: Callable[[], object] | None = None
        self._hand_over: Callable[[], object] | None = None
        self._untitled = self.tr("Untitled")
        self._seen: tuple[int, int] | None = None  # what the file that is saved into was like
        self.recent_menu = QMenu(self.tr("Open &Recent"), window)
        self.recent_menu.setToolTipsVisible(True)
        self.recent_menu.aboutToShow.connect(self._fill_recent)
        workbench.opened.connect(self._note_opened)
        workbench.saved.connect(self._note_saved)

    @property
    def title(self) -> str:
        """The name of the file that is worked on."""
        session = self._workbench.session
        known = self._workbench.target or (session.path if session else None)
        return known.name if known else self._untitled

    def serve_host(self, hand_over: Callable[[], object]) -> None:
        """Work for a host from now on: what is saved elsewhere is handed over here, and no other file is opened."""
        self._hand_over = hand_over
        self._workbench.drafting.keeps_untitled = False

    def leave_host(self) -> None:
        """The host is gone: save to files from now on, as ever."""
        self._hand_over = None
        self._workbench.drafting.keeps_untitled = True

    @property
    def serves_host(self) -> bool:
        """Whether this window works for another program."""
        return self._hand_over is not None

    def name_untitled(self, title: str) -> None:
        """What a picture without a file is called."""
        self._untitled = title or self.tr("Untitled")
        self._workbench.changed.emit()

    def open_path(
        self,
        path: Path,
        draft: drafts.Draft | None = None,
        read: Callable[[Path], Opened] = read_file,
    ) -> bool:
        """Open a file, after asking about unsaved work: that of now, and that of before a crash. False when it stays as
        it is, or what is there is saved first."""
        if self._workbench.is_busy:
            self.told.emit(self.tr("Something else is being worked on. Wait for it, or cancel it."))
        elif self._hand_over is not None:
            self.told.emit(self.tr("This window works for another program. Apply or cancel that first."))
        elif self.may_leave(lambda: self.open_path(path, draft, read)):
            if draft is None:
                draft = self._find_draft(path)
            self.opening.emit()
            self._workbench.open_file(path, draft, read)
            return True
        return False

    def close_photo(self) -> None:
        """Leave the photo, after asking about unsaved work, and show the empty window."""
        if self._workbench.is_busy:
            self.told.emit(self.tr("Something else is being worked on. Wait for it, or cancel it."))
        elif self._hand_over is not None:
            self.told.emit(self.tr("This window works for another program. Apply or cancel that first."))
        elif self.may_leave(self.close_photo):
            self.opening.emit()
            self._workbench.close_photo()
            self.told.emit("")

    def offer_drafts(self) -> None:
        """Ask about work that a crash interrupted."""
        for draft in drafts.find_drafts():
            answer = self._ask_about(draft)
            if answer == "recover":
                self.open_path(draft.path, draft)
                return
            if answer == "later":
                return

    def _find_draft(self, path: Path) -> drafts.Draft | None:
        """Unsaved work on this very file, if the person wants to go on with it."""
        resolved = path.resolve()
        for draft in drafts.find_drafts():
            if draft.path == resolved:
                return draft if self._ask_about(draft) == "recover" else None
        return None

    def _ask_about(self, draft: drafts.Draft) -> Literal["recover", "delete", "later"]:
        """What to do with it; "delete" has been done when this comes back. Esc is "later"."""
        name = self.tr("the pasted picture") if draft.pasted else draft.path.name
        box = QMessageBox(
            QMessageBox.Icon.Question,
            self.tr("Recover unsaved work?"),
            self.tr("Mattework ended while “{name}” had unsaved work.").format(name=name),
            parent=self._window,
        )
        box.setInformativeText(
            self.tr("Recover goes on with that work. Delete It gives it up for good. Later asks again.")
        )
        recover = box.addButton(self.tr("&Recover"), QMessageBox.ButtonRole.AcceptRole)
        delete = box.addButton(self.tr("&Delete It"), QMessageBox.ButtonRole.DestructiveRole)
        later = box.addButton(self.tr("&Later"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(recover)
        box.setEscapeButton(later)
        box.exec()
        pressed = box.clickedButton()
        box.deleteLater()
        if pressed is recover:
            return "recover"
        if pressed is delete:
            drafts.delete_draft(draft.file)
            return "delete"
        return "later"

    def ask_open(self) -> None:
        kinds = " ".join(f"*.{suffix}" for suffix in OPEN_SUFFIXES)
        path, _ = QFileDialog.getOpenFileName(
            self._window,
            self.tr("Open"),
            str(self._folder()),
            self.tr("Pictures ({kinds})").format(kinds=kinds) + ";;" + self.tr("All files (*)"),
        )
        if path:
            self.open_path(Path(path))

    def save(self) -> bool:
        """Save where it was saved before; the first time, ask where. False when that was given up."""
        if self._workbench.session is None:
            return False
        if self._hand_over is not None:
            self._hand_over()
        elif self._workbench.target is None:
            return self.ask_save()
        elif self._is_changed(self._workbench.target) and not self._ask_about_change():
            return False
        else:
            self._save_to(self._workbench.target)
        return True

    def _is_changed(self, target: Path) -> bool:
        """Whether a file that is saved into is there, and not as it was left here."""
        now = _stamp(target)
        return None not in (now, self._seen) and now != self._seen

    def _ask_about_change(self) -> bool:
        """Whether the file may be replaced although it is not as it was left here: another program has saved in it."""
        assert self._workbench.target is not None
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window,
            self.tr("Replace the file?"),
            self.tr("{name} was changed by another program or window meanwhile. Replace it?").format(
                name=self._workbench.target.name
            ),
            buttons.Yes | buttons.No,
            buttons.No,
        )
        return answer == buttons.Yes

    def _save_to(self, path: Path) -> None:
        def refuse(error: OutputNotWritable) -> None:
            QTimer.singleShot(0, lambda: self._ask_elsewhere(path, word_sentence(str(error))))

        self._workbench.save_file(path, overwrite=True, refused=refuse, given_up=self._forget_plans)

    def _ask_elsewhere(self, path: Path, why: str) -> None:
        """The file cannot be written there: offer another place. What was to follow the saving still does."""
        text = self.tr("“{name}” cannot be saved there.").format(name=path.name)
        box = QMessageBox(
            QMessageBox.Icon.Warning, self.tr("Save in another place?"), text, parent=self._window
        )
        box.setInformativeText(
            self.tr("{why} Your work is still here, and is kept until it is saved.").format(why=why)
        )
        save_as = box.addButton(self.tr("Save &As…"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        self.told.emit(text)
        box.exec()
        if box.clickedButton() is not save_as or not self.ask_save():
            self._forget_plans()

    def ask_save(self) -> bool:
        """Ask where to save, and do it. False when that was given up."""
        session = self._workbench.session
        if session is None:
            return False
        stem = f"{session.path.stem.removesuffix('.cutout')}.cutout" if session.path else self.tr("cutout")
        start = self.suggest_folder() / f"{stem}.psd"
        if start == session.path and self._workbench.target is None:  # it is not to be replaced
            start = start.with_name(f"{stem}-2.psd")
        kinds = ";;".join(f"{title} (*.{suffix})" for suffix, title in SAVE_SUFFIXES.items())
        path, kind = QFileDialog.getSaveFileName(self._window, self.tr("Save As"), str(start), kinds)
        if path:
            target = complete_name(Path(path), "." + kind.split("*.")[1].rstrip(")") if kind else ".psd")
            if not self.may_replace(Path(path), target):
                return False
            # The file dialog has asked whether to replace a file that exists, but not the photo itself.
            if session.path is not None and target.resolve() == session.path.resolve():
                own = self._workbench.target
                if own is None or own.resolve() != target.resolve():
                    self.failed.emit(self._word_refusal(target))
                    return False
            self._save_to(target)
        return bool(path)

    def _word_refusal(self, path: Path) -> str:
        """Why the file that was opened is not replaced."""
        losses = word_sentences(self._workbench.losses)
        if not losses:
            return self.tr("The photo itself is never overwritten. Choose another name.")
        told = self.tr("“{name}” holds what would be lost. Choose another name.").format(name=path.name)
        return " ".join([told, *losses])

    def may_replace(self, named: Path, target: Path) -> bool:
        """Whether a file may be written; asks where it exists and the file dialog knew another name."""
        return target == named or not target.exists() or self.ask_to_replace(target)

    def ask_to_replace(self, target: Path) -> bool:
        """Whether a file that is there already may be replaced."""
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window,
            self.tr("Replace the file?"),
            self.tr("{name} is there already. Replace it?").format(name=target.name),
            buttons.Yes | buttons.No,
            buttons.No,
        )
        return answer == buttons.Yes

    def _folder(self) -> Path:
        """Where the file is that is worked on; the samples' folder is the program's own, and no place for people."""
        session = self._workbench.session
        known = self._workbench.target or (session.path if session else None)
        if known is None or known in find_samples():
            return Path.home()
        return known.parent

    def suggest_folder(self) -> Path:
        """Where the next file goes if nothing else is said: beside the photo, where that can be written to."""
        folder = self._folder()
        return folder if os.access(folder, os.W_OK | os.X_OK) else Path.home()

    def _note_opened(self) -> None:
        session, target = self._workbench.session, self._workbench.target
        self._seen = None if target is None else _stamp(target)
        if session is not None and session.path is not None:
            preferences.add_recent(self._settings, session.path)

    def _note_saved(self, path: Path) -> None:
        self._seen = _stamp(path)
        preferences.add_recent(self._settings, path)
        then, self._after_saving = self._after_saving, None
        if then is not None:
            then()

    def _forget_plans(self) -> None:
        self._after_saving = None

    def _fill_recent(self) -> None:
        self.recent_menu.clear()
        for path in preferences.list_recent(self._settings):
            action = self.recent_menu.addAction(show_ampersands(path.name))
            assert action is not None
            action.setToolTip(str(path))
            action.triggered.connect(lambda _, path=path: self.open_path(path))
        if self.recent_menu.isEmpty():
            nothing = self.recent_menu.addAction(self.tr("No recent files"))
            assert nothing is not None
            nothing.setEnabled(False)

    def may_leave(self, then: Callable[[], object]) -> bool:
        """Whether the session may be left now; asks about what is unsaved. If it is to be saved first, `then` follows, and
        nothing that was to follow before."""
        self._forget_plans()
        session = self._workbench.session
        if session is None or not (session.history.is_dirty or self._workbench.is_solving):
            self._workbench.drafting.discard()
            return True
        buttons = QMessageBox.StandardButton
        if self._hand_over is not None:
            answer = QMessageBox.question(
                self._window,
                self.tr("Apply what you did?"),
                self.tr("What you did to “{name}” is not applied yet.").format(name=self.title),
                buttons.Apply | buttons.Discard | buttons.Cancel,
                buttons.Apply,
            )
            if answer == buttons.Apply:
                self._hand_over()
            return answer == buttons.Discard
        target = self._workbench.target
        is_flat = target is not None and not holds_work(target)
        text = (
            self.tr(
                "“{name}” holds the result only. Save what you did as a PSD or TIFF too, to go on with it later?"
            )
            if is_flat
            else self.tr("What you did to “{name}” is not saved yet.")
        )
        answer = QMessageBox.question(
            self._window,
            self.tr("Save changes?"),
            text.format(name=target.name if is_flat and target else self.title),
            buttons.Save | buttons.Discard | buttons.Cancel,
            buttons.Save,
        )
        if answer == buttons.Discard:
            self._workbench.drafting.discard()
            return True
        if answer == buttons.Save:
            self._after_saving = then
            if not (self.ask_save() if is_flat else self.save()):
                self._forget_plans()
        return False


def _stamp(path: Path) -> tuple[int, int] | None:
    """When a file was written last, and how large it is; None where there is none."""
    try:
        known = path.stat()
    except OSError:
        return None
    return known.st_mtime_ns, known.st_size
