"""The fleet page: filter, chips, pulse, table, footer, and the pane that looks at one thing."""

from collections.abc import Callable
from time import monotonic
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from ui import theme
from ui.chip_filter import ChipFilter
from ui.chips import ChipBar
from ui.chips_more import MoreChips
from ui.display_pace import DisplayPace
from ui.empty_state import EmptyState
from ui.filter_cell import add_choices
from ui.filter_edit import FilterEdit
from ui.fleet_columns import COLUMN_OF, title
from ui.fleet_filter import Filter
from ui.fleet_footer import FleetFooter
from ui.fleet_head import FleetHead
from ui.fleet_model import FleetModel
from ui.fleet_store import FleetStore
from ui.fleet_table import FleetTable
from ui.fleet_targets import Targets
from ui.frozen_ribbon import FrozenRibbon
from ui.order_keeper import OrderKeeper
from ui.pane_splitter import PaneSplitter
from ui.pulse_bar import PulseBar
from ui.rewind import Rewind
from ui.rewind_bar import RewindBar
from ui.wall_bar import WallBar
from ui.wall_view import WallView

COUNTS_EVERY: Final = 0.2
MINIMISED_MS: Final = 1000  # from one look at the counts to the next; rows are not looked at
ORDER_EVERY: Final = 1.0
MANY_CHANGES: Final = 1000  # in a tick: the window around the page then hears of counts with the next one


class FleetPage(QWidget):
    """Drains the store once a tick and paints; nothing is pushed into it."""

    addWanted = Signal(int)  # from the empty state: so many things
    buildWanted = Signal()  # from the empty state, too: things yet to be described
    openWanted = Signal()  # from there too: a fleet file
    menuWanted = Signal(QPoint)
    targetsChanged = Signal()  # selection, filter or number of things
    counted = Signal()  # five times a second
    momentShown = Signal()  # another moment of the past, or now again

    def __init__(self, store: FleetStore, pane: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetPage")
        self.store = store
        self.model = FleetModel(store, self)
        self.table = FleetTable(self.model, self)
        self.wall = WallView(self.model, self)
        self.wall_bar = WallBar(self)
        self.filter_edit = FilterEdit(self)
        self.chips = ChipBar(self)
        self.more_chips = MoreChips(self)
        self.pulse = PulseBar(self)
        self.rewind = Rewind(store, self)
        self.rewind_bar = RewindBar(self.rewind, self)
        self.pane = pane
        self._menu_cell: tuple[str, str] | None = None  # column and thing that the menu was opened on
        self.waiting_words: Callable[[], str] = str  # why no things can be added yet, "" if they can
        self.pace = DisplayPace()
        self.targets = Targets(store, self.model, self.table)
        self.order = OrderKeeper(store, self.model, self.table, self.wall)
        self.chip_filter = ChipFilter(self.filter_edit, self.chips, self.more_chips, self)
        self.view = "table"
        self._build()
        self._connect()
        self._prepare_clockwork()

    def _build(self) -> None:
        self._head = FleetHead(self.filter_edit, self.chips.more, self)
        self._ribbon = FrozenRibbon(self.store, self.rewind, self)
        self._footer = FleetFooter(self)
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._ribbon)
        self._views = QStackedWidget(left)
        self._views.setObjectName("fleetViews")
        self._views.addWidget(self.table)
        self._views.addWidget(self.wall)
        column.addWidget(self.wall_bar)
        column.addWidget(self._views, 1)
        column.addWidget(self._footer)
        self._column = column
        self.splitter = PaneSplitter(left, self.pane, self.table, self)
        self.table.setMinimumSize(320, 60)  # low enough that three banners push nothing out of the window
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 4)
        layout.setSpacing(8)
        layout.addLayout(self._head)
        layout.addWidget(self.chips)
        layout.addWidget(self.more_chips)
        under = QVBoxLayout()
        under.setSpacing(1)
        under.addWidget(self.pulse)
        under.addWidget(self.rewind_bar)
        layout.addLayout(under)
        layout.addWidget(self.splitter, 1)
        self._empty = EmptyState(self.table.viewport())
        self.show_view("table")
        self.restyle()

    def _connect(self) -> None:
        self.filter_edit.filterChanged.connect(self._filter_changed)
        self.filter_edit.leaveWanted.connect(self.table.setFocus)
        self.chips.moreWanted.connect(self._show_more_chips)
        self.table.namesSelected.connect(self.targetsChanged)
        self.table.namesSelected.connect(self.splitter.settle)
        self.table.namesSelected.connect(self._mark_wall)
        self.table.menuWanted.connect(self._note_cell)
        self.table.menuWanted.connect(lambda at: self.menuWanted.emit(self.table.viewport().mapToGlobal(at)))
        self.wall.menuWanted.connect(self._note_square)
        self.wall.menuWanted.connect(lambda at: self.menuWanted.emit(self.wall.viewport().mapToGlobal(at)))
        self.wall.selectionWanted.connect(self.table.select_names)
        self.wall_bar.orderPicked.connect(self.wall.set_order)
        self._head.viewPicked.connect(self.show_view)
        self.model.orderChanged.connect(self.targetsChanged)
        self.table.horizontalHeader().sortIndicatorChanged.connect(self._show_footer)
        self._footer.resortWanted.connect(self.resort)
        self.rewind.moved.connect(self._moment_moved)
        self.rewind.changed.connect(self._ribbon.refresh)
        self._head.columns_button.clicked.connect(self._choose_columns)
        theme.current().changed.connect(self.restyle)

    def _prepare_clockwork(self) -> None:
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(self.pace.interval_ms)
        self._timer.timeout.connect(self.tick)
        self._counted_at = self._ordered_at = 0.0
        self._owes_counts = False
        self._life = (False, False)  # whether there are things, and lines

    def start(self) -> None:
        """Begin to tick; the window calls it when it is shown."""
        self._timer.start()

    def set_display_cap(self, hertz: int) -> None:
        """Refresh no more often than this: 20, 10 or 5 times a second."""
        self.pace.cap(hertz)
        self._timer.setInterval(self.pace.interval_ms)

    def stop(self) -> None:
        """Tick no more."""
        self._timer.stop()

    # --- the tick ---------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Drain the dirty rows; counts five times a second; order once a second."""
        now = monotonic()
        began = now
        if self.window().isMinimized():  # nobody sees rows; dirty ones wait, at most as many as there are things
            self._rest()
            self._show_counts(now)
            return
        self.rewind.tick(now)
        self.model.tick(*(self.table.visible_rows() if self.view == "table" else (0, -1)))
        if self.view == "wall":
            self.wall.tick(self.model.changed_rows)
        life = (self.model.rowCount() > 0, self.store.counters.connected > 0)
        is_first, self._life = life != self._life, life  # old numbers do not stand beside the first green dots
        if self._owes_counts:
            self._tell_counts()
        elif is_first or now - self._counted_at >= COUNTS_EVERY:
            self._counted_at = now
            self._show_counts(now, at_once=is_first or len(self.model.changed_rows) < MANY_CHANGES)
        if now - self._ordered_at >= ORDER_EVERY:
            self._ordered_at = now
            self.order.keep(now, on_wall=self.view == "wall")
            self._show_footer()
            self.pace.measure()
        self._keep_pace(monotonic() - began + self._paint_seconds(), now)

    def _rest(self) -> None:
        """While minimised: once a second, until the window is something else."""
        if self._timer.interval() != MINIMISED_MS:
            self._timer.setInterval(MINIMISED_MS)
            once = Qt.ConnectionType.SingleShotConnection
            self.window().windowHandle().windowStateChanged.connect(self._wake, once)

    def _wake(self) -> None:
        self._timer.setInterval(self.pace.interval_ms)

    def _keep_pace(self, cost: float, now: float) -> None:
        self.pace.took(cost, now)
        if self._timer.interval() != self.pace.interval_ms:
            self._timer.setInterval(self.pace.interval_ms)

    def _show_counts(self, now: float, *, at_once: bool = True) -> None:
        """Show what is counted; `at_once` tells the window around the page too, else the next tick does."""
        store = self.store
        self.pulse.show_counts(store.status_counts)
        self.chips.show_counts(store.status_counts, self._matching_counts())
        if self.more_chips.isVisible():
            self.more_chips.show_counts(store.link_counts, store.warned.count(True))
        self._ribbon.refresh()
        if not store.in_past:
            self.rewind_bar.refresh()
        self._show_footer()
        self._show_empty()
        self._owes_counts = True
        if at_once:
            self._tell_counts()

    def _tell_counts(self) -> None:
        self._owes_counts = False
        self.counted.emit()

    def _matching_counts(self) -> list[int] | None:
        """Counts by status of what the filter lets through, its own words about status left out."""
        terms = self.filter_edit.current.terms
        rest = Filter(tuple(term for term in terms if term.key != "status"))
        if not rest.terms:
            return None
        status = self.store.status
        matching = [status[row] for row in rest.rows(self.store)]
        return [matching.count(code) for code in range(len(self.store.status_counts))]

    def _paint_seconds(self) -> float:
        return self.table.paint_seconds if self.view == "table" else self.wall.paint_seconds

    def resort(self) -> None:
        """Bring the rows into their order now."""
        self.order.resort()
        self._show_footer()

    # --- filter and chips -------------------------------------------------------------------------------------------

    def _filter_changed(self, wanted: Filter) -> None:
        self.order.release()
        self.model.set_filter(wanted)
        self.chip_filter.show_checked(wanted)
        self._show_counts(monotonic())
        self.targetsChanged.emit()

    def _show_more_chips(self, on: bool) -> None:
        self.more_chips.setVisible(on)
        self._show_counts(monotonic())

    def _note_cell(self, at: QPoint) -> None:
        index = self.table.indexAt(at)
        self._menu_cell = (self.model.key(index.column()), self.model.name(index.row())) if index.isValid() else None

    def _note_square(self, at: QPoint) -> None:
        name = self.wall.current_name()
        self._menu_cell = ("status", name) if name else None

    def add_cell_choices(self, menu: QMenu) -> None:
        """Into the menu of the targets: filters made from the cell it was opened on."""
        cell, self._menu_cell = self._menu_cell, None
        row = self.store.row_of.get(cell[1], -1) if cell is not None else -1
        if cell is not None and row >= 0:
            text = self.filter_edit.text()
            add_choices(menu, cell[0], self.store, self.model.cells, row, text, self.filter_edit.setText)

    def clear_filter(self) -> None:
        """Show everything."""
        self.filter_edit.clear()

    def show_text(self, text: str) -> None:
        """Put a filter into the field; a text that makes no sense stays visible there and changes nothing."""
        self.filter_edit.setText(text)

    # --- table or wall ----------------------------------------------------------------------------------------------

    def show_view(self, view: str) -> None:
        """Show the things as a "table" or as a "wall"; both have the same filter and selection."""
        self.view = view
        self._head.show_view(view)
        self.wall_bar.setVisible(view == "wall")
        self._views.setCurrentWidget(self.wall if view == "wall" else self.table)
        self._empty.move_to((self.wall if view == "wall" else self.table).viewport())
        self._mark_wall()
        self.things_view.setFocus()

    @property
    def things_view(self) -> QWidget:
        """The table or the wall, whichever is shown."""
        return self.wall if self.view == "wall" else self.table

    def _mark_wall(self) -> None:
        if self.view == "wall":
            self.wall.show_selection(self.table.selected_names())

    # --- freeze -----------------------------------------------------------------------------------------------------

    def toggle_freeze(self) -> None:
        """Let the shown values stand still, or (also from the past) catch up. The fleet goes on either way."""
        if self.store.frozen:
            self.rewind.live()
        else:
            self.store.freeze()
            self._ribbon.note_frozen()
        self._show_counts(monotonic())

    def _moment_moved(self) -> None:
        """Everything on the page follows the moment: membership, order, counts; and the window's pane."""
        self.order.follow_moment(on_wall=self.view == "wall")
        self._show_counts(monotonic())
        self.momentShown.emit()

    def sort_by(self, key: str, *, descending: bool) -> None:
        """Order by a column, if there is one with this key."""
        if key in COLUMN_OF:
            order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
            self.table.sortByColumn(self.model.column(key), order)

    def take_banners(self, banners: QWidget) -> None:
        """Give banners the table's lowest rows, so that nothing else moves."""
        self._column.insertWidget(self._column.indexOf(self._views) + 1, banners)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.splitter.place()
        self.splitter.settle()

    # --- words ------------------------------------------------------------------------------------------------------

    def _show_footer(self) -> None:
        sorted_by = title(self.model.sorted_by) if self.view == "table" else ""
        chosen, held = self.table.selected_count(), self.order.held_seconds
        self._footer.show_words(self.model.rowCount(), len(self.store), chosen, sorted_by, held)

    def _show_empty(self) -> None:
        if self.model.rowCount():
            self._empty.hide()
        elif len(self.store):
            problem = self.filter_edit.problem  # the filter before it holds, which may be a word on the way to it
            no_match = self.tr("No thing matches “%1”.").replace("%1", self.filter_edit.text())
            sentence = no_match if problem is None else str(problem)
            self._empty.say(sentence, [("fleetClearFilterButton", self.tr("Clear filter"), self.clear_filter)])
        elif words := self.waiting_words():
            self._empty.say(words)
        else:
            add = [
                ("fleetAddButton", self.tr("Add 50 things"), lambda: self.addWanted.emit(50)),
                ("fleetBuildButton", self.tr("Add things…"), self.buildWanted.emit),
                ("fleetOpenButton", self.tr("Open fleet…"), self.openWanted.emit),
            ]
            self._empty.say(self.tr("There are no things yet."), add)

    def _choose_columns(self) -> None:
        menu = self.table.columns_menu()
        button = self._head.columns_button
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def restyle(self) -> None:
        """After a change of scheme."""
        for part in (self._head, self._footer, self._ribbon):
            part.restyle()
