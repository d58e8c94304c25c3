"""The steps of a scenario as a list: what each does in a line, and what can be done with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QDropEvent, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from simulator.jobs.model import JobStatus
from ui import status_style, theme
from ui.flow_layout import FlowLayout
from ui.row_paint import paint_selected
from ui.segment_button import NarrowButton

LINE: Final = Qt.ItemDataRole.UserRole + 1
HEIGHT: Final = 26
LEAST_ROWS, MOST_ROWS = 3, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One step in a line. `place` is where it stands among the steps; of one that is off, among those that are off."""

    place: int
    name: str
    does: str
    is_off: bool = False
    is_wrong: bool = False


class StepDelegate(QStyledItemDelegate):
    """Number, name, and what it does."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, theme.px(HEIGHT))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        line = index.data(LINE)
        if not isinstance(line, Line):
            return
        tokens = theme.current().tokens
        box = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            paint_selected(painter, box)
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        plain, bold = QFont(option.font), QFont(option.font)
        bold.setBold(not line.is_off)
        plain.setItalic(line.is_off)
        bold.setItalic(line.is_off)
        left, right = box.left() + 10, box.right() - 8
        if line.is_wrong:
            side = box.height() * 0.45
            look, paint = status_style.LOOKS[JobStatus.FAILED], status_style.paint_of(JobStatus.FAILED)
            shape = QRectF(right - side, box.center().y() - side / 2 + 1, side, side)
            status_style.draw_shape(painter, look.shape, shape, paint.glyph)
            right -= round(side) + 8
        painter.setFont(plain)
        painter.setPen(tokens.secondary)
        number = "–" if line.is_off else str(line.place + 1)
        width = QFontMetrics(plain).horizontalAdvance("000")
        painter.drawText(QRect(left, box.top(), width, box.height()), middle, number)
        left += width
        painter.setFont(bold)
        painter.setPen(tokens.secondary if line.is_off else tokens.text)
        room = max(0, right - left)
        name = QFontMetrics(bold).elidedText(line.name, Qt.TextElideMode.ElideRight, max(60, room // 2))
        painter.drawText(QRect(left, box.top(), room, box.height()), middle, name)
        left += QFontMetrics(bold).horizontalAdvance(name) + 12
        painter.setFont(plain)
        painter.setPen(tokens.secondary)
        does = f"off · {line.does}" if line.is_off else line.does
        does = QFontMetrics(plain).elidedText(does, Qt.TextElideMode.ElideRight, max(0, right - left))
        painter.drawText(QRect(left, box.top(), max(0, right - left), box.height()), middle, does)
        painter.restore()


class StepList(QListWidget):
    """Lines that can be dragged to another place, and moved by Alt and the arrows."""

    moved = Signal(int, int)  # from one row to another
    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scenarioStepList")
        self.setAccessibleName(self.tr("Steps"))
        self.setItemDelegate(StepDelegate(self))
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.current().changed.connect(self.viewport().update)

    def dropEvent(self, event: QDropEvent) -> None:
        here, target = self.currentRow(), self.indexAt(event.position().toPoint())
        there = target.row() if target.isValid() else self.count() - 1
        below = self.dropIndicatorPosition() == QAbstractItemView.DropIndicatorPosition.BelowItem
        above = self.dropIndicatorPosition() == QAbstractItemView.DropIndicatorPosition.AboveItem
        if target.isValid():
            there += (1 if below and there < here else 0) - (1 if above and there > here else 0)
        event.setDropAction(Qt.DropAction.IgnoreAction)  # the text moves; the list then shows what it says
        event.accept()
        if here >= 0 and there != here:
            self.moved.emit(here, there)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        with_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        by_key = {Qt.Key.Key_Delete: "delete", Qt.Key.Key_Insert: "work"}
        by_alt = {Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down"}
        what = (by_alt if with_alt else by_key).get(Qt.Key(event.key()), "")
        if what:
            self.wanted.emit(what)
        else:
            super().keyPressEvent(event)


class ScenarioSteps(QWidget):
    """The list with its buttons. `wanted` comes with what is to be done with the chosen step, or the kind to add."""

    wanted = Signal(str)
    chosen = Signal()
    moved = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scenarioSteps")
        self.lines: list[Line] = []
        self._is_filling = False
        self.list = StepList(self)
        row = QWidget(self)
        flow = FlowLayout(row, spacing=4)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        row.setSizePolicy(policy)
        self.buttons: dict[str, QPushButton] = {}
        for what, name, text in (
            ("add", "scenarioAddStepButton", self.tr("Add step…")),
            ("copy", "scenarioCopyStepButton", self.tr("Duplicate")),
            ("up", "scenarioUpStepButton", self.tr("Up")),
            ("down", "scenarioDownStepButton", self.tr("Down")),
            ("off", "scenarioOffStepButton", self.tr("Switch off")),
            ("delete", "scenarioDeleteStepButton", self.tr("Delete")),
        ):
            button = NarrowButton(text, name, row)
            flow.addWidget(button)
            self.buttons[what] = button
            button.clicked.connect(lambda _=False, what=what: self._press(what))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.list)
        layout.addWidget(row)
        self.list.currentRowChanged.connect(self._choose)
        self.list.moved.connect(self.moved)
        self.list.wanted.connect(self._want)
        theme.current().changed.connect(self._fit)
        self.show_lines([], 0)

    @property
    def line(self) -> Line | None:
        """The one that is chosen."""
        row = self.list.currentRow()
        return self.lines[row] if 0 <= row < len(self.lines) else None

    def show_lines(self, lines: Sequence[Line], row: int) -> None:
        """Show these, with one of them chosen; nothing is told of it."""
        self._is_filling = True
        while self.list.count() > len(lines):
            self.list.takeItem(self.list.count() - 1)
        while self.list.count() < len(lines):
            self.list.addItem(QListWidgetItem())
        for place, line in enumerate(lines):
            if place >= len(self.lines) or self.lines[place] != line or self.list.item(place).data(LINE) != line:
                item = self.list.item(place)
                item.setData(LINE, line)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{line.place + 1} {line.name}, {line.does}")
                item.setToolTip(f"{line.name} · {line.does}" if line.does else line.name)
        self.lines = list(lines)
        self.list.setCurrentRow(min(max(row, 0), len(lines) - 1))
        self._is_filling = False
        self._fit()
        self.show_allowed(is_locked=False)

    def show_allowed(self, *, is_locked: bool, can_switch: bool = True) -> None:
        """Switch on the buttons of what can be done with the chosen one."""
        line = self.line
        steps = [each for each in self.lines if not each.is_off]
        on = line is not None and not is_locked
        is_step = on and line is not None and not line.is_off
        allowed = {
            "add": not is_locked,
            "copy": is_step,
            "up": is_step and line is not None and line.place > 0,
            "down": is_step and line is not None and line.place < len(steps) - 1,
            "off": on and (not is_step or can_switch),
            "delete": is_step,
        }
        for what, button in self.buttons.items():
            button.setEnabled(allowed[what])
        self.buttons["off"].setText(self.tr("Switch on") if line is not None and line.is_off else self.tr("Switch off"))
        off = self.list.DragDropMode
        self.list.setDragDropMode(off.NoDragDrop if is_locked else off.InternalMove)

    def menu(self) -> QMenu:
        """The kinds of steps that can be added; it deletes itself when closed."""
        menu = QMenu(self)
        menu.setObjectName("scenarioAddStepMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for kind, text in (
            ("work", self.tr("Work")),
            ("fault", self.tr("Fault")),
            ("include", self.tr("Steps of another scenario")),
            ("repeat", self.tr("Repeat")),
            ("choose", self.tr("Choice of ways")),
            ("download", self.tr("Download")),
        ):
            action = QAction(text, menu)
            action.setObjectName(f"act.scenarioStep.{kind}")
            action.triggered.connect(lambda _=False, kind=kind: self.wanted.emit(kind))
            menu.addAction(action)
        return menu

    def _press(self, what: str) -> None:
        if what == "add":
            self.menu().popup(self.buttons["add"].mapToGlobal(QPoint(0, self.buttons["add"].height())))
        else:
            self.wanted.emit(what)

    def _want(self, what: str) -> None:
        """By a key: what its button would do, if it is on."""
        if self.buttons["add" if what == "work" else what].isEnabled():
            self.wanted.emit(what)

    def _choose(self, _row: int) -> None:
        if not self._is_filling:
            self.chosen.emit()

    def _fit(self) -> None:
        rows = min(max(len(self.lines), LEAST_ROWS), MOST_ROWS)
        self.list.setFixedHeight(rows * theme.px(HEIGHT) + 2 * self.list.frameWidth())
