"""The fleet table: fixed rows, movable columns that share the width, selection by thing."""

from collections.abc import Iterable, Mapping, Sequence
from time import perf_counter
from typing import Final

from PySide6.QtCore import (
    QByteArray,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QPoint,
    QRect,
    QSignalBlocker,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QAction,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from ui import fleet_columns, status_style, theme
from ui.fleet_cell_range import ARROWS, CellRange
from ui.fleet_columns import COLUMNS
from ui.fleet_delegates import PADDING, PILL_HEIGHT, FleetDelegate, Line, Place, RowPainter
from ui.fleet_header import FleetHeader
from ui.fleet_model import FleetModel, Index
from ui.header_menu import put_in_front
from ui.letter_menu import LetterMenu
from ui.stretches import stretches
from ui.table_drag import RowDrag
from ui.table_rows import prepare_rows

KEYED_SECONDS: Final = 2.0  # how long the order is held after a key moved through the rows


def between(least: Mapping[int, int], most: Mapping[int, int], room: int) -> dict[int, int]:
    """Widths that fill the room as far as they can: each as far from its least to its most as all others."""
    spare, lack = room - sum(least.values()), sum(most.values()) - sum(least.values())
    share = 0.0 if lack <= 0 else min(1.0, max(0.0, spare / lack))
    return {n: least[n] + int((most[n] - least[n]) * share) for n in least}


class FleetTable(QTableView):
    """Shows a FleetModel. Column widths follow the window until a person drags one."""

    namesSelected = Signal()
    menuWanted = Signal(QPoint)
    columnShown = Signal(int, bool)  # a person showed or hid a column
    columnsReset = Signal(object)  # a person went back to the default columns; what `save_layout` gave before

    def __init__(self, model: FleetModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetTable")
        self.setAccessibleName(self.tr("Things"))
        self._fleet = model
        self.scale = 1.0
        self.focus_row = -1
        self.paint_seconds = 0.0  # what the newest repaint cost
        self._widened: set[int] = set()  # columns a person has given a width
        self._fitting = False
        self._keyed_at = 0.0
        self.range = CellRange(self)
        self._row_drag = RowDrag(self)
        self.fleet = model
        self._kept: tuple[list[str], str] = ([], "")
        self.setModel(model)
        prepare_rows(self, theme.ROW_HEIGHT)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.customContextMenuRequested.connect(self.menuWanted)
        self._prepare_header()
        self._painter = RowPainter(model, self)
        self.setItemDelegate(FleetDelegate(self))
        self.selectionModel().selectionChanged.connect(self._tell_selection)
        self.selectionModel().currentRowChanged.connect(self._current_moved)
        model.modelAboutToBeReset.connect(self._keep_names)
        model.modelReset.connect(self._select_kept)
        theme.current().changed.connect(self.restyle)

    def _prepare_header(self) -> None:
        header = FleetHeader(self)
        self.setHorizontalHeader(header)
        header.setObjectName("fleetHeader")
        header.setSectionsClickable(True)
        header.setSectionsMovable(True)
        header.setFirstSectionMovable(False)
        header.setHighlightSections(False)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setMinimumSectionSize(28)
        header.setFixedHeight(theme.current().row_height)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._header_menu)
        header.sectionResized.connect(self._section_resized)
        header.sectionHandleDoubleClicked.connect(self.fit_column)
        header.sortIndicatorChanged.connect(self.fit_columns)
        self.setSortingEnabled(True)
        for number, column in enumerate(COLUMNS):
            self.setColumnHidden(number, not column.default)
        self.fit_columns()

    # --- looks ------------------------------------------------------------------------------------------------------

    def restyle(self) -> None:
        """After a change of scheme, font, zoom or screen."""
        self._painter.restyle()
        self.fit_columns()
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        began = perf_counter()
        self.scale = self.devicePixelRatioF()
        self.focus_row = self.currentIndex().row() if self.hasFocus() else -1
        area, wanted = event.rect(), event.region()
        places = [
            Place(key=column.key, left=left, width=width, right=column.right)
            for number, column in enumerate(COLUMNS)
            if not self.isColumnHidden(number)
            and (left := self.columnViewportPosition(number)) <= area.right()
            and left + (width := self.columnWidth(number)) >= area.left()
        ]
        painter = QPainter(self.viewport())
        painter.fillRect(area, self.palette().base())
        parts: Iterable[QRect] = wanted  # type: ignore[assignment]  # its stub does not say that it can be
        lines = self._lines([(self.rowAt(part.top()), part.bottom()) for part in parts])
        if lines:
            self._painter.paint(painter, places, lines, self._selected_among(lines))
            self.range.paint(painter, places, lines)
        painter.end()
        self.paint_seconds = perf_counter() - began

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Paint again the rows that look different, not also those between them."""
        rows = self._fleet.announced
        if not rows or QAccessible.isActive():
            super().dataChanged(first, last, roles)
            return
        height, width = theme.current().row_height, self.viewport().width()
        for top, bottom in stretches(sorted(rows)):
            self.viewport().update(0, self.rowViewportPosition(top), width, (bottom - top + 1) * height)

    def _lines(self, stretches_wanted: list[tuple[int, int]]) -> list[Line]:
        """The rows of some stretches from above to below: each from a row on, as far as they begin above a height."""
        order, height = self._fleet.order, theme.current().row_height
        lines: list[Line] = []
        for begin, bottom in stretches_wanted:
            if begin < 0:
                continue
            first = max(begin, lines[-1].view_row + 1) if lines else begin
            top = self.rowViewportPosition(begin)
            last = min(len(order) - 1, begin + (bottom - top) // height)
            lines += [
                Line(row=order[view_row], top=top + (view_row - begin) * height, view_row=view_row)
                for view_row in range(first, last + 1)
            ]
        return lines

    def _selected_among(self, lines: list[Line]) -> set[int]:
        first, last = lines[0].view_row, lines[-1].view_row
        return {
            view_row
            for top, bottom in self._selected_ranges()
            for view_row in range(max(top, first), min(bottom, last) + 1)
        }

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_painter"):
            self.restyle()
            self.fit_columns()

    # --- columns ----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit_columns()

    def fit_columns(self) -> None:
        """Share the width out: wanted widths where there is room, least ones where not, what is left to Details.

        Where not even those are there, Progress, Step, Job, Scenario and Details give way, down to their tight widths.
        """
        digit = QFontMetrics(self.font()).horizontalAdvance("0")
        shown = [n for n in range(len(COLUMNS)) if not self.isColumnHidden(n)]
        free = [n for n in shown if n not in self._widened]
        room = self.viewport().width() - sum(self.columnWidth(n) for n in shown if n in self._widened)
        need = {n: self._words_need(n) for n in free}
        least = {n: max(round(COLUMNS[n].least * digit), need[n]) for n in free}
        tight = {n: max(round(COLUMNS[n].tight * digit), need[n]) if COLUMNS[n].tight else least[n] for n in free}
        wanted = {n: max(round(COLUMNS[n].wanted * digit), least[n]) for n in free}
        is_tight = room < sum(least.values())
        widths = between(tight, least, room) if is_tight else between(least, wanted, room)
        stretching = [n for n in free if COLUMNS[n].stretch]
        left = room - sum(widths.values())
        if stretching and left > 0:
            widths[stretching[0]] += left
        self._fitting = True
        for number, width in widths.items():
            self.setColumnWidth(number, width)
        self._fitting = False

    def _words_need(self, number: int) -> int:
        """The width of a column below which its title, or a status, would be cut."""
        header = self.horizontalHeader()
        needs = header.needed(number) if isinstance(header, FleetHeader) else 0
        if COLUMNS[number].key == "status":
            needs = max(needs, status_style.pill_width(self.font(), theme.px(PILL_HEIGHT)) + PADDING)
        return needs

    def _section_resized(self, column: int, old: int, new: int) -> None:
        if not self._fitting and old > 0 and new > 0:
            self._widened.add(column)

    def fit_column(self, column: int) -> None:
        """Fit a column to what is in sight (not to all rows, of which there may be ten thousand)."""
        first, last = self.visible_rows()
        hints = [self.sizeHintForIndex(self._fleet.index(row, column)).width() for row in range(first, last + 1)]
        self.setColumnWidth(column, max([*hints, self.horizontalHeader().sectionSizeHint(column)]))

    def _header_menu(self, at: QPoint) -> None:
        menu = self.columns_menu()
        if (number := self.horizontalHeader().logicalIndexAt(at)) >= 0:
            put_in_front(menu, self, number)
        menu.popup(self.horizontalHeader().mapToGlobal(at))

    def columns_menu(self) -> QMenu:
        """The list of columns, to be ticked; it deletes itself when closed."""
        menu = LetterMenu(self)
        menu.setObjectName("fleetColumnsMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number, column in enumerate(COLUMNS):
            choice = QAction(fleet_columns.title(column.key), menu)
            choice.setObjectName(f"act.column.{column.key}")
            choice.setCheckable(True)
            choice.setChecked(not self.isColumnHidden(number))
            choice.setEnabled(column.key != "thing")
            choice.toggled.connect(lambda on, n=number: self.show_column(n, on))
            menu.addAction(choice)
        menu.addSeparator()
        back = QAction(self.tr("Back to the default columns"), menu)
        back.setObjectName("act.column.reset")
        back.triggered.connect(self._reset_by_hand)
        menu.addAction(back)
        return menu

    def show_column(self, number: int, on: bool) -> None:
        """Show or hide a column and share the width anew."""
        self.setColumnHidden(number, not on)
        self.fit_columns()
        self.columnShown.emit(number, on)

    def _reset_by_hand(self) -> None:
        before = self.save_layout()
        self.reset_columns()
        self.columnsReset.emit(before)

    def reset_columns(self) -> None:
        """Default columns, order and widths."""
        self._widened.clear()
        header = self.horizontalHeader()
        with QSignalBlocker(header):  # no person moves them one by one
            for number, column in enumerate(COLUMNS):
                header.moveSection(header.visualIndex(number), number)
                self.setColumnHidden(number, not column.default)
        self.fit_columns()
        self.viewport().update()

    def save_layout(self) -> tuple[QByteArray, list[int]]:
        """The header's state and the columns with a width of their own."""
        return self.horizontalHeader().saveState(), sorted(self._widened)

    def restore_layout(self, state: QByteArray, widened: list[int]) -> None:
        """What `save_layout` gave; a state that is not understood changes nothing."""
        if self.horizontalHeader().restoreState(state):
            self._widened = {number for number in widened if 0 <= number < len(COLUMNS)}
            self.horizontalHeader().setFixedHeight(theme.current().row_height)
        self.fit_columns()

    # --- rows and selection -----------------------------------------------------------------------------------------

    def visible_rows(self) -> tuple[int, int]:
        """First and last view row in sight; (0, -1) if there is none."""
        first = self.rowAt(0)
        if first < 0:
            return 0, -1
        last = self.rowAt(self.viewport().height() - 1)
        return first, last if last >= 0 else self._fleet.rowCount() - 1

    def selected_names(self) -> list[str]:
        """The selected things that are shown, in view order."""
        rows = sorted(row for top, bottom in self._selected_ranges() for row in range(top, bottom + 1))
        return [self._fleet.name(row) for row in rows]

    def selected_rows(self) -> list[int]:
        """The store's rows of the selected things, in view order."""
        order = self._fleet.order
        return [row for top, bottom in sorted(self._selected_ranges()) for row in order[top : bottom + 1]]

    def selected_count(self) -> int:
        """How many things are selected."""
        return sum(bottom - top + 1 for top, bottom in self._selected_ranges())

    def _selected_ranges(self) -> list[tuple[int, int]]:
        selection = self.selectionModel().selection()
        ranges = [selection.at(place) for place in range(selection.count())]
        return [(found.top(), found.bottom()) for found in ranges]

    def current_name(self) -> str | None:
        """The thing of the current row."""
        index = self.currentIndex()
        return self._fleet.name(index.row()) if index.isValid() else None

    def select_names(self, names: list[str], current: str = "") -> None:
        """Select these things, as far as they are shown."""
        rows = sorted(row for name in names if (row := self._fleet.row_of(name)) >= 0)
        selection = QItemSelection()
        last = self._fleet.columnCount() - 1
        for top, bottom in stretches(rows):
            selection.append(QItemSelectionRange(self._fleet.index(top, 0), self._fleet.index(bottom, last)))
        flags = QItemSelectionModel.SelectionFlag
        if (row := self._fleet.row_of(current)) >= 0:
            self.selectionModel().setCurrentIndex(self._fleet.index(row, 0), flags.NoUpdate)
        self.selectionModel().select(selection, flags.ClearAndSelect)

    def invert_selection(self) -> None:
        """Select what is shown and not selected."""
        chosen = set(self.selected_names())
        self.select_names([name for name in self._fleet.shown_names() if name not in chosen])

    def is_being_read(self) -> bool:
        """Whether rows should hold still: the pointer is over them, or a key has just moved through them."""
        return self.viewport().underMouse() or perf_counter() - self._keyed_at < KEYED_SECONDS

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.range.press(event.position().toPoint())
            return
        self.clear_range()
        self._row_drag.press(event)
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.range.is_dragged:
            self.range.drag(event.position().toPoint())
            return
        if not self._row_drag.move(event):
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.range.is_dragged:
            self.range.is_dragged = False
            return
        super().mouseReleaseEvent(event)

    def clear_range(self) -> bool:
        """No block of cells any more; return whether there was one."""
        had = bool(self.range.names)
        self.range.clear()
        if had:
            self.viewport().update()
        return had

    def keyPressEvent(self, event: QKeyEvent) -> None:
        block = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
        if event.modifiers() & block == block and (arrow := ARROWS.get(Qt.Key(event.key()))) is not None:
            self.range.extend(*arrow)
            return
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._keyed_at = perf_counter()
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Single letters are commands here, not a search."""

    def _tell_selection(self) -> None:
        self.namesSelected.emit()

    def _current_moved(self) -> None:
        self.viewport().update()

    def _keep_names(self) -> None:
        self._kept = (self.selected_names(), self.current_name() or "")

    def _select_kept(self) -> None:
        self.select_names(*self._kept)
