"""The command palette: type a few letters, press Enter. It shows each command's keys, and why one is off."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ui import theme
from ui.fuzzy import score
from ui.row_paint import paint_selected
from ui.sheet import paint_sheet

WIDTH: Final = 620
ROWS: Final = 11
ROW: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteEntry:
    """One thing that can be done. `why_not` is "" if it can be done now."""

    id: str
    text: str
    keys: str = ""
    why_not: str = ""
    run: Callable[[], None]


class PaletteModel(QAbstractListModel):
    """The entries that fit what is typed, best first; what can be done now comes before what cannot."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: Sequence[PaletteEntry] = ()
        self.shown: list[PaletteEntry] = []

    def set_entries(self, entries: Iterable[PaletteEntry]) -> None:
        """Take what there is to do now."""
        self._all = tuple(entries)
        self.narrow("")

    def narrow(self, typed: str) -> None:
        """Show what fits."""
        self.beginResetModel()
        fitting = [
            (-found, bool(entry.why_not), place, entry)
            for place, entry in enumerate(self._all)
            if (found := score(typed, entry.text)) is not None
        ]
        fitting.sort(key=lambda item: (item[1], item[0], item[2]) if typed else (item[1], item[2]))
        self.shown = [entry for *_, entry in fitting]
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008  Qt's own
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.shown):
            return None
        entry = self.shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.why_not or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (entry.text, entry.keys, entry.why_not) if part)
        return None


def room_for(side: str, metrics: QFontMetrics, width: int) -> int:
    """How much of a row's width keys or reasons get; at its very width a word may be elided ("F10" is)."""
    return min(metrics.horizontalAdvance(side) + 1, width // 2)


class _Rows(QStyledItemDelegate):
    """Text at the left, keys (or why not) at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, theme.px(ROW))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        model = index.model()
        if not isinstance(model, PaletteModel) or index.row() >= len(model.shown):
            return
        tokens, entry = theme.current().tokens, model.shown[index.row()]
        box: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            paint_selected(painter, box)
        side = entry.why_not or entry.keys
        metrics = painter.fontMetrics()
        inner = box.adjusted(14, 0, -14, 0)
        room = room_for(side, metrics, inner.width())
        painter.setPen(tokens.secondary)
        painter.drawText(
            inner,
            int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
            metrics.elidedText(side, Qt.TextElideMode.ElideRight, room),
        )
        painter.setPen(tokens.placeholder if entry.why_not else tokens.text)
        left = inner.adjusted(0, 0, -room - 16, 0)
        text = metrics.elidedText(entry.text, Qt.TextElideMode.ElideRight, left.width())
        painter.drawText(left, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)


class CommandPalette(QWidget):
    """A sheet over the window. It never blocks: what is chosen runs after it has gone."""

    def __init__(self, entries: Callable[[], Iterable[PaletteEntry]], window: QWidget) -> None:
        """`entries` is asked each time the palette opens."""
        super().__init__(window)
        self.setObjectName("commandPalette")
        self.setAccessibleName(self.tr("Commands"))
        self._entries = entries
        self._window = window
        self._focus_before: QWidget | None = None
        self.edit = QLineEdit(self)
        self.edit.setObjectName("paletteEdit")
        self.edit.setPlaceholderText(self.tr("What do you want to do?"))
        self.edit.setAccessibleName(self.tr("Find a command"))
        self.edit.setClearButtonEnabled(True)
        self.model = PaletteModel(self)
        self.list = QListView(self)
        self.list.setObjectName("paletteList")
        self.list.setAccessibleName(self.tr("What can be done"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Rows(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.setSpacing(8)
        layout.addWidget(self.edit)
        layout.addWidget(self.list)
        self.edit.textChanged.connect(self._narrow)
        self.edit.installEventFilter(self)
        self.list.clicked.connect(lambda index: self._choose(index.row()))
        window.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Appear with everything there is to do now."""
        if self.isVisible():
            return
        self._focus_before = self._window.focusWidget()
        self.model.set_entries(self._entries())
        self.edit.clear()
        self._place()
        self.show()
        self.raise_()
        self.edit.setFocus()
        self._narrow("")

    def close_palette(self) -> None:
        """Go away, and give the focus back."""
        if not self.isVisible():
            return
        self.hide()
        if self._focus_before is not None:
            self._focus_before.setFocus()
            self._focus_before = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window:
            if event.type() == QEvent.Type.Resize and self.isVisible():
                self._place()
            return False
        if event.type() == QEvent.Type.FocusOut and self.isVisible() and not self.isActiveWindow():
            return False
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self._focus_before = None  # a click elsewhere: the focus stays there
            self.close_palette()
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(Qt.Key(event.key()))
        return False

    def _key(self, key: Qt.Key) -> bool:
        row = self.list.currentIndex().row()
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS, Qt.Key.Key_PageUp: -ROWS}
        if key == Qt.Key.Key_Escape:
            self.close_palette()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(row)
        elif key in steps:
            wanted = max(0, min(self.model.rowCount() - 1, row + steps[key]))
            self.list.setCurrentIndex(self.model.index(wanted))
        else:
            return False
        return True

    def _narrow(self, typed: str) -> None:
        self.model.narrow(typed)
        self.list.setCurrentIndex(self.model.index(0))

    def _choose(self, row: int) -> None:
        if not 0 <= row < len(self.model.shown) or self.model.shown[row].why_not:
            return
        entry = self.model.shown[row]
        self.close_palette()
        entry.run()

    def _place(self) -> None:
        width = min(theme.px(WIDTH), self._window.width() - 40)
        height = min(self.edit.sizeHint().height() + ROWS * theme.px(ROW) + 32, self._window.height() - 80)
        self.setGeometry((self._window.width() - width) // 2, 60, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_sheet(self)
