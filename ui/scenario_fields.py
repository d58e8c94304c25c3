"""Fields of the scenario form in a grid: each shows one value of the scenario and tells what is typed as another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from simulator.jobs.model import JobStatus
from simulator.scenario.problems import Path, Problem
from ui import status_style, theme
from ui.scenario_values import Kind, meant, shown

COLUMNS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field. `key` is its path from what the grid shows; `span` is how many of four columns it takes.

    A value that equals `default` is left out of the text. One that is `needed` is written also when it is empty.
    """

    key: tuple[str, ...]
    label: str
    kind: Kind = Kind.TEXT
    span: int = 1
    choices: tuple[str, ...] = ()
    default: object = None
    needed: bool = False
    hint: str = ""
    tip: str = ""

    @property
    def name(self) -> str:
        """What its widget is called after."""
        return "_".join(self.key)


def _frame(widget: QWidget, sentence: str) -> None:
    if sentence:
        painter = QPainter(widget)
        painter.setPen(QPen(status_style.paint_of(JobStatus.FAILED).glyph, 2))
        painter.drawRect(widget.rect().adjusted(1, 1, -1, -1))


class UndoKeys(QObject):
    """Takes undo and redo from the widgets it watches: form and text undo as one, whatever a field would do itself."""

    undoWanted = Signal()
    redoWanted = Signal()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) and isinstance(event, QKeyEvent):
            undo = event.matches(QKeySequence.StandardKey.Undo)
            if undo or event.matches(QKeySequence.StandardKey.Redo):
                event.accept()
                if event.type() == QEvent.Type.KeyPress:
                    (self.undoWanted if undo else self.redoWanted).emit()
                return True
        return False


class MarkedEdit(QLineEdit):
    """Framed where something is wrong."""

    problem = ""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _frame(self, self.problem)


class MarkedCombo(QComboBox):
    """Framed where something is wrong. The wheel scrolls what it lies on, unless it has the focus."""

    problem = ""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _frame(self, self.problem)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class MarkedCheck(QCheckBox):
    """Framed where something is wrong."""

    problem = ""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _frame(self, self.problem)


Input = MarkedEdit | MarkedCombo | MarkedCheck


def mark(made: Input, problems: Sequence[Problem], place: Path, tip: str = "") -> None:
    """Frame a field if some of the problems are about what stands at `place`; the tip says them, else `tip`."""
    told = [problem for problem in problems if problem.path[: len(place)] == place]
    sentence = "\n".join(f"{each.what}; {each.mend}" if each.mend else each.what for each in told)
    if made.problem != sentence:
        made.problem = sentence
        made.setToolTip(sentence or tip)
        made.setAccessibleDescription(sentence)
        made.update()


class FieldGrid(QWidget):
    """`edited` comes with the key of a field and what it holds now, None for what is to be left out."""

    edited = Signal(object, object)

    def __init__(self, prefix: str, specs: Sequence[FieldSpec], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{prefix}Grid")
        self.specs = tuple(specs)
        self.inputs: dict[tuple[str, ...], Input] = {}
        self._labels: dict[tuple[str, ...], QLabel] = {}
        self._is_filling = False
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(2)
        row = column = 0
        for spec in self.specs:
            if column + spec.span > COLUMNS:
                row, column = row + 2, 0
            made = self._input(spec, f"{prefix}_{spec.name}")
            self.inputs[spec.key] = made
            if not isinstance(made, MarkedCheck):
                label = QLabel(spec.label, self)
                label.setBuddy(made)
                label.setToolTip(spec.tip)
                self._labels[spec.key] = label
                layout.addWidget(label, row, column, 1, spec.span)
            layout.addWidget(made, row + 1, column, 1, spec.span)
            column += spec.span
        for number in range(COLUMNS):
            layout.setColumnStretch(number, 1)
        theme.current().changed.connect(self.restyle)
        self.restyle()

    def _input(self, spec: FieldSpec, name: str) -> Input:
        made: Input
        if spec.kind is Kind.FLAG:
            made = MarkedCheck(spec.label, self)
            made.toggled.connect(lambda _on, spec=spec: self._tell(spec))
        elif spec.kind is Kind.CHOICE:
            made = MarkedCombo(self)
            made.addItems(spec.choices)
            made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            made.setMinimumContentsLength(5)
            made.currentTextChanged.connect(lambda _text, spec=spec: self._tell(spec))
        else:
            made = MarkedEdit(self)
            made.setPlaceholderText(spec.hint)
            made.textEdited.connect(lambda _text, spec=spec: self._tell(spec))
        made.setObjectName(name)
        made.setAccessibleName(spec.label)
        made.setToolTip(spec.tip)
        made.setMinimumWidth(40)
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        return made

    def _held(self, spec: FieldSpec) -> object:
        made = self.inputs[spec.key]
        if isinstance(made, MarkedCheck):
            return made.isChecked()
        return meant(spec.kind, made.currentText() if isinstance(made, MarkedCombo) else made.text())

    def _tell(self, spec: FieldSpec) -> None:
        if not self._is_filling:
            held = self._held(spec)
            if held is None and spec.needed:
                held = ""
            self.edited.emit(spec.key, None if held == spec.default and not spec.needed else held)

    def show_values(self, values: Mapping[str, object]) -> None:
        """Show these. What a field holds already, however it is written, stays as it was typed."""
        self._is_filling = True
        for spec in self.specs:
            value: object = values
            for part in spec.key:
                value = value.get(part) if isinstance(value, Mapping) else None
            self._fill(spec, spec.default if value is None else value)
        self._is_filling = False

    def _fill(self, spec: FieldSpec, value: object) -> None:
        made = self.inputs[spec.key]
        if isinstance(made, MarkedCheck):
            made.setChecked(value is True)
        elif isinstance(made, MarkedCombo):
            text = shown(spec.kind, value)
            if made.findText(text) < 0:
                made.addItem(text)
            made.setCurrentIndex(made.findText(text))
        elif (held := self._held(spec)) != value or isinstance(held, bool) != isinstance(value, bool):
            made.setText(shown(spec.kind, value))
            if not made.hasFocus():
                made.setCursorPosition(0)

    def set_choices(self, key: tuple[str, ...], choices: Sequence[str]) -> None:
        """Offer these from now on; what is chosen stays."""
        made = self.inputs[key]
        if isinstance(made, MarkedCombo) and [made.itemText(at) for at in range(made.count())] != list(choices):
            self._is_filling = True
            kept = made.currentText()
            made.clear()
            made.addItems(list(choices))
            if kept and made.findText(kept) < 0:
                made.addItem(kept)
            made.setCurrentIndex(made.findText(kept))
            self._is_filling = False

    def show_only(self, *keys: tuple[str, ...]) -> None:
        """Show the fields of these keys, and no other."""
        for key, made in self.inputs.items():
            made.setVisible(key in keys)
            if key in self._labels:
                self._labels[key].setVisible(key in keys)

    def set_locked(self, is_locked: bool) -> None:
        """Let nothing be changed, or let it."""
        for made in self.inputs.values():
            if isinstance(made, MarkedEdit):
                made.setReadOnly(is_locked)
            else:
                made.setEnabled(not is_locked)

    def show_problems(self, problems: Sequence[Problem], base: Path) -> None:
        """Mark the fields that these are about; `base` is the path of what the grid shows."""
        for spec in self.specs:
            mark(self.inputs[spec.key], problems, (*base, *spec.key), spec.tip)

    def go_to(self, key: Path) -> bool:
        """Put the focus in the field of this key, or of what it is part of; return whether there is one."""
        for spec in self.specs:
            short = min(len(spec.key), len(key))
            if short and spec.key[:short] == key[:short]:
                made = self.inputs[spec.key]
                if made.isHidden():
                    return False
                made.setFocus(Qt.FocusReason.OtherFocusReason)
                if isinstance(made, MarkedEdit):
                    made.selectAll()
                return True
        return False

    def restyle(self) -> None:
        """After a change of scheme or of the size of text."""
        for label in self._labels.values():
            theme.tint(label, theme.current().tokens.secondary)
