"""The composer's job document: samples, the account's templates, any JSON file, or typed; checked as it changes."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from simulator import job_document
from simulator.errors import InputError
from simulator.jobs import limits
from ui import theme
from ui.composer_draft import bytes_words, document_problem
from ui.document_edit import MOST_BYTES, DocumentEdit
from ui.numbers import grouped

CUSTOM: Final = "custom"
FILE: Final = "file"
SAMPLE: Final = "sample"
TEMPLATE: Final = "template"
DEFAULT: Final = "firmware-update"


class ComposerDocument(QWidget):
    """`changed` comes with every change, `templateWanted` with the id of a template that was chosen."""

    changed = Signal()
    templateWanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.refused = ""  # why the last paste or file was not taken
        self._is_filling = False
        self.combo = QComboBox(self)
        self.combo.setObjectName("composerDocumentCombo")
        self.combo.setAccessibleName(self.tr("Job document"))
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(12)
        self.size_label = QLabel(self)
        self.size_label.setObjectName("composerSizeLabel")
        self.edit = DocumentEdit(self)
        self.edit.setObjectName("composerDocumentEdit")
        self.edit.setAccessibleName(self.tr("Job document as JSON"))
        self.edit.setMinimumHeight(96)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.combo, 1)
        row.addWidget(self.size_label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(row)
        layout.addWidget(self.edit, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._templates: list[str] = []
        self._fill()
        self.combo.setCurrentIndex(max(0, self.combo.findData((SAMPLE, DEFAULT))))
        self.combo.activated.connect(self._picked)
        self.edit.edited.connect(self._edited)
        self.edit.pasteRefused.connect(self._paste_refused)
        self.edit.fileDropped.connect(self.read_file)
        theme.current().changed.connect(self.restyle)
        self._show_sample(DEFAULT)
        self.restyle()

    @property
    def text(self) -> str:
        """The document."""
        return self.edit.toPlainText()

    @property
    def name(self) -> str:
        """What a job with this document may be called after."""
        kind, name = self.combo.currentData() or (CUSTOM, "")
        return str(name) if kind == SAMPLE else "job"

    def problem(self) -> str:
        """Why this is no job document; "" if it is one."""
        return document_problem(self.text)

    def show_templates(self, ids: list[str]) -> None:
        """Offer the account's templates too."""
        if ids != self._templates:
            self._templates = ids
            self._fill()

    def _fill(self) -> None:
        kept = self.combo.currentData()
        self.combo.clear()
        for name in job_document.builtin_names():
            self.combo.addItem(name.replace("-", " ").capitalize(), (SAMPLE, name))
        for template_id in self._templates:
            self.combo.addItem(self.tr("Template %1").replace("%1", template_id), (TEMPLATE, template_id))
        self.combo.addItem(self.tr("Custom"), (CUSTOM, ""))
        self.combo.addItem(self.tr("JSON file…"), (FILE, ""))
        self.combo.setCurrentIndex(self._place(kept))

    def _place(self, data: object) -> int:
        """Where an item with this data is (findData does not compare tuples that crossed into Qt and back)."""
        for place in range(self.combo.count()):
            if tuple(self.combo.itemData(place)) == (tuple(data) if isinstance(data, list | tuple) else None):
                return place
        return 0

    def _picked(self) -> None:
        kind, name = self.combo.currentData()
        if kind == SAMPLE:
            self._show_sample(name)
        elif kind == TEMPLATE:
            self.templateWanted.emit(name)
        elif kind == FILE:
            self._show_custom()
            self._ask_for_file()
        self.changed.emit()

    def _show_sample(self, name: str) -> None:
        self.combo.setCurrentIndex(self._place((SAMPLE, name)))
        self._take(job_document.read(name).rstrip())

    def _show_custom(self) -> None:
        self.combo.setCurrentIndex(self._place((CUSTOM, "")))

    def show_text(self, text: str, template_id: str = "") -> None:
        """Show a document of one's own, or a template's."""
        place = self._place((TEMPLATE, template_id)) if template_id else self._place((CUSTOM, ""))
        self.combo.setCurrentIndex(place)
        self._take(text)

    def _take(self, text: str) -> None:
        self.refused = ""
        self._is_filling = True
        self.edit.replace_text(text)
        self._is_filling = False
        self.check()

    def _edited(self) -> None:
        if self._is_filling:
            return
        self.refused = ""
        self._show_custom()
        self.check()

    def check(self) -> None:
        """After every change: size and place of the mistake."""
        self.size_label.setText(self.tr("%1 bytes").replace("%1", grouped(len(self.text.encode()))))
        self.size_label.setToolTip(bytes_words(self.text))
        self.edit.mark_mistake(self.problem())
        self.changed.emit()

    def _paste_refused(self, size: int) -> None:
        text = self.tr("The pasted text has %1 bytes and was left out; a job document may have %2.")
        self.refused = text.replace("%1", grouped(size)).replace("%2", grouped(limits.JOB_DOCUMENT_BYTES))
        self.changed.emit()

    # --- files ------------------------------------------------------------------------------------------------------

    def _ask_for_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Open a job document"))
        dialog.setObjectName("composerFileDialog")
        dialog.setNameFilters([self.tr("JSON (*.json)"), self.tr("All files (*)")])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.read_file)
        dialog.open()

    def read_file(self, path: str) -> None:
        """Take a file in; what cannot be read or sent is refused in a sentence."""
        try:
            self._check_size(Path(path))
            text = job_document.read(path)
        except InputError as error:
            self.refused = str(error)
            self.changed.emit()
            return
        self._show_custom()
        self._take(text.rstrip())

    @staticmethod
    def _check_size(path: Path) -> None:
        try:
            size = path.stat().st_size if path.is_file() else 0
        except OSError as exc:
            raise InputError(path.name, f"cannot be read: {exc.strerror}") from exc
        if size > MOST_BYTES:
            what = f"has {grouped(size)} bytes, and AWS takes {grouped(limits.JOB_DOCUMENT_BYTES)}"
            raise InputError(path.name, what, "choose a smaller file")

    def restyle(self) -> None:
        """After a change of scheme."""
        theme.tint(self.size_label, theme.current().tokens.secondary)

    def move_to_start(self) -> None:
        """Show the document from its beginning."""
        self.edit.moveCursor(QTextCursor.MoveOperation.Start)
