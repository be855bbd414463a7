"""Models: what there is and what is here, what each is for and what its terms allow; install, import, remove, choose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QSettings, Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QSplitter,
    QTextBrowser,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from mattework import (
    KnownFile,
    MatteworkError,
    ModelSpec,
    ModelStore,
    give_consent,
    has_consent,
    install_model,
    open_store,
)
from mattework.errors import Cancelled
from mattework.worker.protocol import EngineError
from mattework_editor.model_card import (
    describe_model,
    finds_subjects,
    name_state,
    name_task,
    name_terms,
    solves_edges,
    tell_speed,
)
from mattework_editor.model_speed import Speed, measure_speed
from mattework_editor.preferences import BUILT_IN, keep_subject_model, read_subject_model
from mattework_editor.sentences import word_sentence
from mattework_editor.tasks import Task, Tasks
from mattework_editor.wording import write_number

Buttons = QMessageBox.StandardButton


class ModelsDialog(QDialog):
    """`chosen` names the model for Select Subject (None: the built-in one) when the person chooses another,
    `edge_chosen` the network that is to solve the open photo's edge. `can_solve`: there is such an edge."""

    chosen = pyqtSignal(object)
    edge_chosen = pyqtSignal(str)

    def __init__(
        self,
        settings: QSettings,
        parent: QWidget | None = None,
        store: ModelStore | None = None,
        *,
        can_solve: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Models"))
        self._settings = settings
        self._can_solve = can_solve
        self.store = store or open_store()
        self._tasks = Tasks(self)
        self._running: Task | None = None
        self._speeds: dict[str, Speed] = {}
        self._make_widgets()
        self.fill()
        self.resize(1100, 640)

    # Building --------------------------------------------------------------------------------------------------------

    def _make_widgets(self) -> None:
        words = QLabel(
            self.tr(
                "One model is built in and works at once. The others are optional: nothing is fetched from the network "
                "unless you press Install, and every file is checked by its hash."
            )
        )
        words.setWordWrap(True)
        self.filter = QComboBox()
        self.filter.setAccessibleName(self.tr("Which models are listed"))
        self.filter.setToolTip(self.tr("List all models, those that are here, or those for one purpose"))
        for title, wanted in (
            (self.tr("All models"), ""),
            (self.tr("Installed"), "here"),
            (self.tr("Paid work allowed"), "paid"),
            *((name_task(task), task) for task in ("subject", "prompt", "matting", "inpaint")),
        ):
            self.filter.addItem(title, wanted)
        self.filter.currentIndexChanged.connect(self.fill)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(self.tr("Models"))
        self.tree.setToolTip(self.tr("What there is; what is chosen is told at the right"))
        self.tree.setRootIsDecorated(False)
        self.tree.setHeaderLabels(
            [
                self.tr("Model"),
                self.tr("Here"),
                self.tr("Size"),
                self.tr("Paid work"),
                self.tr("What it does"),
            ]
        )
        self.tree.currentItemChanged.connect(self._show_model)
        self.card = QTextBrowser()
        self.card.setAccessibleName(self.tr("About the model"))
        self.card.setOpenLinks(False)
        self.use_button = self._button(self.tr("Use for Select Subject"), self._use)
        self.use_button.setToolTip(self.tr("Let this model find the subject, from now on"))
        self.edge_button = self._button(self.tr("Solve the Edge with It"), self._use_for_edge)
        self.install_button = self._button(self.tr("Install"), self._install)
        self.import_button = self._button(self.tr("Import File…"), self._import)
        self.import_button.setToolTip(
            self.tr(
                "Take in an ONNX file that you have: known by its hash, or by a record (.toml, .json) beside it"
            )
        )
        self.remove_button = self._button(self.tr("Remove"), self._remove)
        self.remove_button.setToolTip(self.tr("Delete the model's files from your model folder"))
        self.speed_button = self._button(self.tr("Measure Speed"), self._measure)
        self.speed_button.setToolTip(self.tr("Let it find a subject a few times, beside the built-in model"))
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName(self.tr("Progress"))
        self.cancel_button = self._button(self.tr("Cancel"), self._cancel)
        self.message = QLabel()
        self.message.setAccessibleName(self.tr("Message"))
        self.message.setWordWrap(True)
        close = self._button(self.tr("Close"), self.close)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)
        for button in (
            self.use_button,
            self.edge_button,
            self.install_button,
            self.speed_button,
            self.remove_button,
        ):
            column.addWidget(button)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.tree)
        split.addWidget(right)
        split.setSizes([700, 380])
        foot = QHBoxLayout()
        for widget in (self.import_button, self.progress, self.cancel_button):
            foot.addWidget(widget)
        foot.addStretch(1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.addWidget(words)
        layout.addWidget(self.filter)
        layout.addWidget(split, 1)
        layout.addWidget(self.message)
        layout.addLayout(foot)

    def _button(self, text: str, run: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: run())
        return button

    # Showing ---------------------------------------------------------------------------------------------------------

    @property
    def spec(self) -> ModelSpec | None:
        """The model that is looked at."""
        item = self.tree.currentItem()
        return None if item is None else item.data(0, Qt.ItemDataRole.UserRole)

    def select(self, identity: str) -> None:
        """Look at a model of the list."""
        for row in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(row)
            if item is not None and item.data(0, Qt.ItemDataRole.UserRole).id == identity:
                self.tree.setCurrentItem(item)

    def fill(self) -> None:
        """List the models again; the one that is looked at stays."""
        before = self.spec
        wanted = self.filter.currentData()
        used = read_subject_model(self._settings) or BUILT_IN
        self.tree.clear()
        for spec in self.store.list_specs():
            here = self.store.is_installed(spec)
            if wanted not in ("", spec.task) and not (
                (wanted == "here" and here) or (wanted == "paid" and spec.licence.commercial == "yes")
            ):
                continue
            size = "" if spec.megabytes is None else self.tr("{0} MB").format(write_number(spec.megabytes, 1))
            row = [spec.display_name, name_state(spec, self.store), size, name_terms(spec), spec.purpose]
            item = QTreeWidgetItem(row)
            item.setData(0, Qt.ItemDataRole.UserRole, spec)
            item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setToolTip(3, spec.licence.why)
            item.setToolTip(4, spec.purpose)
            if spec.id == used:
                font = item.font(0)
                font.setBold(True)
                item.setFont(0, font)
                item.setToolTip(0, self.tr("Select Subject uses this one"))
            self.tree.addTopLevelItem(item)
        for column in range(4):
            self.tree.resizeColumnToContents(column)
        self.select(before.id if before is not None else used)
        if self.tree.currentItem() is None:
            self.tree.setCurrentItem(self.tree.topLevelItem(0))
        self._show_model()

    def _show_model(self) -> None:
        spec, free = self.spec, self._running is None
        for widget in (self.progress, self.cancel_button):
            widget.setVisible(not free)
        self.import_button.setEnabled(free)
        here = spec is not None and self.store.is_installed(spec)
        fetchable = spec is not None and self.store.can_download(spec)
        own = spec is not None and any(one.place == "user" for one in self.store.find_files(spec))
        subjects = spec is not None and finds_subjects(spec)
        used = read_subject_model(self._settings) or BUILT_IN
        self.use_button.setEnabled(free and here and subjects and spec is not None and spec.id != used)
        self.use_button.setVisible(subjects)
        self.edge_button.setVisible(spec is not None and solves_edges(spec))
        self.edge_button.setEnabled(free and here and self._can_solve)
        self.edge_button.setToolTip(
            self.tr("Solve the open photo's edge again with this network; Edge ▸ Solver takes it back")
            if self._can_solve
            else self.tr("Open a photo and select its subject first")
        )
        self.speed_button.setVisible(subjects)
        self.speed_button.setEnabled(free and here)
        self.remove_button.setEnabled(free and own)
        self.install_button.setEnabled(free and fetchable)
        megabytes = None if spec is None else spec.megabytes
        size = "" if megabytes is None else f" ({write_number(megabytes)} MB)"
        self.install_button.setText(self.tr("Download and Install") + (size if fetchable else ""))
        self.install_button.setToolTip(
            self.tr("Fetch the files and check them by their hashes")
            if fetchable
            else self.tr(
                "It is here already, or nobody published an address and a hash that could be checked"
            )
        )
        self.card.setHtml("" if spec is None else describe_model(spec, self.store, self._speeds.get(spec.id)))

    # Doing -----------------------------------------------------------------------------------------------------------

    def _start(self, work: Callable[[Task], Any], done: Callable[[Any], None], title: str) -> None:
        def finish(result: Any) -> None:
            self._running = None
            done(result)
            self.fill()

        def fail(error: BaseException) -> None:
            self._running = None
            if isinstance(error, Cancelled):
                self.message.setText(self.tr("Cancelled."))
            elif isinstance(error, (MatteworkError, EngineError, OSError)):
                self.message.setText(word_sentence(str(error)))
            else:
                raise error
            self.fill()

        self.message.setText(title)
        self.progress.setValue(0)
        self._running = self._tasks.start(work, finish, fail)
        self._running.progressed.connect(lambda _, share: self.progress.setValue(round(1000 * share)))
        self._show_model()

    def _cancel(self) -> None:
        if self._running is not None:
            self._running.cancel()

    def _accepts(self, spec: ModelSpec) -> bool:
        """Whether the terms are accepted; asked about once where they forbid commercial use."""
        if has_consent(spec):
            return True
        question = self.tr("{name} is not for commercial use. {why} Do you accept these terms?").format(
            name=spec.display_name, why=spec.licence.why
        )
        answer = QMessageBox.question(self, self.tr("Accept the terms?"), question, Buttons.Yes | Buttons.No)
        if answer != Buttons.Yes:
            self.message.setText(self.tr("Nothing was done, because the terms were not accepted."))
            return False
        give_consent(spec)
        return True

    def _install(self) -> None:
        spec, store = self.spec, self.store
        if spec is None or not self._accepts(spec):
            return
        self._start(
            lambda task: install_model(store, spec, progress=task.report),
            lambda _: self.message.setText(self.tr("{name} is installed.").format(name=spec.display_name)),
            self.tr("Fetching {name}…").format(name=spec.display_name),
        )

    def _import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, self.tr("Import a Model"), "", self.tr("ONNX files (*.onnx)")
        )
        if not path:
            return
        store, looked_at = self.store, self.spec

        def recognise(task: Task) -> KnownFile:
            try:
                return store.recognise_file(Path(path), progress=task.report)
            except MatteworkError:
                # Nobody knows it by its hash: it may be the one that is looked at, where that names none.
                if looked_at is None or store.is_installed(looked_at) or looked_at.files[0].is_pinned:
                    raise
                return store.recognise_file(Path(path), spec=looked_at, progress=task.report)

        def take_in(known: KnownFile) -> None:
            if self._accepts(known.spec):
                self._start(lambda task: store.import_file(known, progress=task.report), tell(known), title)

        def tell(known: KnownFile) -> Callable[[object], None]:
            def done(_: object) -> None:
                self.message.setText(self.tr("{name} was imported.").format(name=known.spec.display_name))
                self.fill()
                self.select(known.spec.id)

            return done

        title = self.tr("Importing {name}…").format(name=Path(path).name)
        self._start(recognise, take_in, title)

    def _remove(self) -> None:
        spec = self.spec
        if spec is None:
            return
        question = self.tr("Delete {name} from your model folder?").format(name=spec.display_name)
        if (
            QMessageBox.question(self, self.tr("Remove the model?"), question, Buttons.Yes | Buttons.No)
            != Buttons.Yes
        ):
            return
        try:
            self.store.remove(spec)
        except MatteworkError as error:
            self.message.setText(word_sentence(str(error)))
            return
        if read_subject_model(self._settings) == spec.id:
            self._choose(None)
        self.message.setText(self.tr("{name} was removed.").format(name=spec.display_name))
        self.fill()

    def _measure(self) -> None:
        spec = self.spec
        if spec is None or not self._accepts(spec):
            return

        def done(speed: Speed) -> None:
            self._speeds[spec.id] = speed
            self.message.setText(f"{spec.display_name}: {tell_speed(speed)}")

        self._start(
            lambda task: measure_speed(spec.id, task.report),
            done,
            self.tr("Measuring {name}…").format(name=spec.display_name),
        )

    def _use(self) -> None:
        spec = self.spec
        if spec is not None and self._accepts(spec):
            self._choose(spec.id)
            self.message.setText(self.tr("Select Subject uses {name} now.").format(name=spec.display_name))
            self.fill()

    def _use_for_edge(self) -> None:
        spec = self.spec
        if spec is not None and self._accepts(spec):
            self.edge_chosen.emit(spec.id)
            self.close()

    def _choose(self, identity: str | None) -> None:
        keep_subject_model(self._settings, identity)
        self.chosen.emit(read_subject_model(self._settings))

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self._tasks.cancel_all()
        super().closeEvent(event)
