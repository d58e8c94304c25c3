"""The fleet page: filter, chips, pulse, table, footer, and the pane that looks at one thing."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui import icons, theme, wall_order
from ui.chips import ALL, ChipBar
from ui.chips_more import WARNING, MoreChips
from ui.empty_state import EmptyState
from ui.filter_cell import add_choices
from ui.filter_edit import FilterEdit
from ui.fleet_columns import COLUMN_OF, title
from ui.fleet_filter import Filter, tokens_of, with_links, with_statuses, with_warning
from ui.fleet_model import FleetModel
from ui.fleet_store import UNENDED, FleetStore
from ui.fleet_table import FleetTable
from ui.numbers import clock, counted, grouped
from ui.pulse_bar import PulseBar
from ui.rewind import Rewind
from ui.rewind_bar import RewindBar, tenths
from ui.segment_button import SegmentButton
from ui.status_style import LINKS, STATUSES
from ui.wall_bar import WallBar
from ui.wall_view import WallView

NARROW: Final = 1108  # below this width (the window 1,180) the pane lies under the table
TABLE_WIDTH: Final = 906  # what the default columns need, and the pane leaves them
LEAST_PANE: Final = 380  # the narrowest in which the summaries of messages can be read
PANE_SHARE: Final = 0.4  # of the page, at most, until a person drags it
ROOMY: Final = 1428  # from this width (the window 1,500) on the pane is there while nothing is selected
INTERVALS: Final = (50, 100, 200)  # milliseconds: 20, 10 and 5 Hz
SLOW_SECONDS: Final = 0.025  # two ticks in a row above this and the display slows down
RECOVER_SECONDS: Final = 5.0
COUNTS_EVERY: Final = 0.2
COUNTS_MINIMISED_EVERY: Final = 1.0
ORDER_EVERY: Final = 1.0
MANY_CHANGES: Final = 1000  # in a tick: the window around the page then hears of counts with the next one


class FleetPage(QWidget):
    """Drains the store once a tick and paints; nothing is pushed into it."""

    addWanted = Signal(int)  # from the empty state: so many things
    openWanted = Signal()  # from there too: a fleet file
    menuWanted = Signal(QPoint)
    paneShown = Signal(bool)
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
        self.menu_open = False  # the order is held while a menu is open
        self.waiting_words: Callable[[], str] = str  # why no things can be added yet, "" if they can
        self.display_hz = 0.0
        self.slowed = False
        self._pane_right: bool | None = None  # where a person put the pane; None: by the width
        self._pane_wanted: bool | None = None
        self._opening = True
        self.view = "table"
        self._pane_dragged = False  # a person has given the pane its size
        self._build()
        self._connect()
        self._prepare_clockwork()

    def _build(self) -> None:
        self._footer = QLabel(self)
        self._footer.setObjectName("fleetFooterLabel")
        self._resort = QPushButton(self.tr("Re-sort"), self)
        self._resort.setObjectName("fleetResortButton")
        self._resort.setAccessibleName(self.tr("Sort the rows again"))
        self._resort.setFlat(False)
        self._frozen = QLabel(self)
        self._frozen.setObjectName("fleetFrozenLabel")
        self._frozen.setAutoFillBackground(True)
        self._frozen.setContentsMargins(10, 3, 10, 3)
        self._frozen.hide()
        self.columns_button = QToolButton(self)
        self.columns_button.setObjectName("fleetColumnsButton")
        self.columns_button.setText(self.tr("Columns"))
        self.columns_button.setAccessibleName(self.tr("Choose columns"))
        self.columns_button.setToolTip(self.tr("Choose columns"))
        self.columns_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.columns_button.setMinimumHeight(28)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.filter_edit, 1)
        top.addWidget(self.chips.more)
        self._view_buttons = {
            "table": SegmentButton(self.tr("Table"), "fleetViewButton_table", self),
            "wall": SegmentButton(self.tr("Wall"), "fleetViewButton_wall", self),
        }
        choice = QHBoxLayout()
        choice.setSpacing(2)
        for button in self._view_buttons.values():
            choice.addWidget(button)
        top.addLayout(choice)
        top.addWidget(self.columns_button)
        footer = QHBoxLayout()
        footer.setContentsMargins(4, 0, 4, 0)
        footer.addWidget(self._footer, 1)
        footer.addWidget(self._resort)
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._frozen)
        self._views = QStackedWidget(left)
        self._views.setObjectName("fleetViews")
        self._views.addWidget(self.table)
        self._views.addWidget(self.wall)
        column.addWidget(self.wall_bar)
        column.addWidget(self._views, 1)
        column.addLayout(footer)
        self._column = column
        self._resort.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        holds = self._resort.sizePolicy()
        holds.setRetainSizeWhenHidden(True)
        self._resort.setSizePolicy(holds)
        self._resort.hide()
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setObjectName("fleetSplitter")
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(left)
        self.splitter.addWidget(self.pane)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self.table.setMinimumSize(320, 60)  # low enough that three banners push nothing out of the window
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 4)
        layout.setSpacing(8)
        layout.addLayout(top)
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
        self.chips.picked.connect(self.pick_chip)
        self.chips.excluded.connect(self.exclude_chip)
        self.chips.moreWanted.connect(self._show_more_chips)
        self.more_chips.picked.connect(self._pick_more)
        for chip in self.more_chips.chips.values():
            chip.excluded.connect(self._exclude_more)
        self.table.namesSelected.connect(self.targetsChanged)
        self.table.namesSelected.connect(self._settle_pane)
        self.table.namesSelected.connect(self._mark_wall)
        self.table.menuWanted.connect(self._note_cell)
        self.table.menuWanted.connect(lambda at: self.menuWanted.emit(self.table.viewport().mapToGlobal(at)))
        self.wall.menuWanted.connect(self._note_square)
        self.wall.menuWanted.connect(lambda at: self.menuWanted.emit(self.wall.viewport().mapToGlobal(at)))
        self.wall.selectionWanted.connect(self.table.select_names)
        self.wall_bar.orderPicked.connect(self.wall.set_order)
        for view, button in self._view_buttons.items():
            button.clicked.connect(lambda _=False, view=view: self.show_view(view))
        self.model.orderChanged.connect(self.targetsChanged)
        self.splitter.splitterMoved.connect(self._pane_was_dragged)
        self.table.horizontalHeader().sortIndicatorChanged.connect(self._show_footer)
        self._resort.clicked.connect(self.resort)
        self.rewind.moved.connect(self._moment_moved)
        self.rewind.changed.connect(self._show_ribbon)
        self.columns_button.clicked.connect(self._choose_columns)
        theme.current().changed.connect(self.restyle)

    def _prepare_clockwork(self) -> None:
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVALS[0])
        self._timer.timeout.connect(self.tick)
        self._pace = self._fastest = 0
        self._slow_ticks = 0
        self._slowed_at = 0.0
        self._ticks = 0
        self._measured_at = monotonic()
        self._counted_at = self._ordered_at = 0.0
        self._owes_counts = False
        self._life = (False, False)  # whether there are things, and lines
        self._held_since: float | None = None
        self._frozen_at = 0.0

    def start(self) -> None:
        """Begin to tick; the window calls it when it is shown."""
        self._timer.start()

    def set_display_cap(self, hertz: int) -> None:
        """Refresh no more often than this: 20, 10 or 5 times a second."""
        self._fastest = self._pace = INTERVALS.index(1000 // hertz)
        self._timer.setInterval(INTERVALS[self._pace])

    def stop(self) -> None:
        """Tick no more."""
        self._timer.stop()

    # --- the tick ---------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Drain the dirty rows; counts five times a second; order once a second."""
        now = monotonic()
        began = now
        if self.window().isMinimized():  # nobody sees rows; dirty ones wait, at most as many as there are things
            if now - self._counted_at >= COUNTS_MINIMISED_EVERY:
                self._counted_at = now
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
            self._keep_order(now)
            self._measure()
        self._ticks += 1
        self._keep_pace(monotonic() - began + self._paint_seconds(), now)

    def _keep_pace(self, cost: float, now: float) -> None:
        self._slow_ticks = self._slow_ticks + 1 if cost > SLOW_SECONDS else 0
        if self._pace < self._fastest:
            self._pace = self._fastest
        elif self._slow_ticks >= 2 and self._pace < len(INTERVALS) - 1:
            self._pace, self._slow_ticks, self._slowed_at = self._pace + 1, 0, now
        elif self._pace > self._fastest and not self._slow_ticks and now - self._slowed_at > RECOVER_SECONDS:
            self._pace, self._slowed_at = self._pace - 1, now
        self.slowed = self._pace > self._fastest
        if self._timer.interval() != INTERVALS[self._pace]:
            self._timer.setInterval(INTERVALS[self._pace])

    def _measure(self) -> None:
        before, self._measured_at = self._measured_at, monotonic()
        if self._measured_at > before:
            self.display_hz = self._ticks / (self._measured_at - before)
        self._ticks = 0

    def _show_counts(self, now: float, *, at_once: bool = True) -> None:
        """Show what is counted; `at_once` tells the window around the page too, else the next tick does."""
        store = self.store
        self.pulse.show_counts(store.status_counts)
        self.chips.show_counts(store.status_counts, self._matching_counts())
        if self.more_chips.isVisible():
            self.more_chips.show_counts(store.link_counts, store.warned.count(True))
        self._show_ribbon()
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

    def _keep_order(self, now: float) -> None:
        """Once a second bring a live order up to date, unless someone is reading the rows."""
        if self.view == "wall" and not self.store.frozen and self.wall.order_by in wall_order.LIVE:
            self.wall.rearrange()
        if self.store.frozen or not self.model.is_live or self.model.is_settled():
            self._held_since = None
        elif self.menu_open or self.table.is_being_read():
            self._held_since = self._held_since or now
        else:
            self.resort()

    def resort(self) -> None:
        """Bring the rows into their order now."""
        self._held_since = None
        self.model.rearrange()
        self._show_footer()

    # --- filter and chips -------------------------------------------------------------------------------------------

    def _filter_changed(self, wanted: Filter) -> None:
        self._held_since = None
        self.model.set_filter(wanted)
        self.chips.show_checked(wanted.statuses())
        self.more_chips.show_checked(wanted.links(), warned=wanted.wants_warnings)
        self._show_counts(monotonic())
        self.targetsChanged.emit()

    def pick_chip(self, code: int, add: bool) -> None:
        """Write into the filter field what a chip stands for: only this, or (with Ctrl) this too or no longer."""
        chosen = set(self.filter_edit.current.statuses() or ())
        if code == ALL:
            chosen = set()
        elif add:
            chosen ^= {code}
        else:
            chosen = set() if chosen == {code} else {code}
        self.filter_edit.setText(with_statuses(self.filter_edit.text(), chosen))

    def exclude_chip(self, code: int) -> None:
        """Write into the filter field that this status is not wanted."""
        word = "none" if code == 0 else STATUSES[code - 1].value.lower()
        self._exclude(f"status:{word}")

    def _exclude(self, word: str) -> None:
        kept = [each for each in tokens_of(self.filter_edit.text()) if each not in (word, f"-{word}")]
        self.filter_edit.setText(" ".join([*kept, f"-{word}"]))

    def _show_more_chips(self, on: bool) -> None:
        self.more_chips.setVisible(on)
        self._show_counts(monotonic())

    def _pick_more(self, code: int, add: bool) -> None:
        text, wanted = self.filter_edit.text(), self.filter_edit.current
        if code == WARNING:
            self.filter_edit.setText(with_warning(text, not wanted.wants_warnings))
            return
        chosen = set(wanted.links() or ())
        chosen = chosen ^ {code} if add else set() if chosen == {code} else {code}
        self.filter_edit.setText(with_links(text, chosen))

    def _exclude_more(self, code: int) -> None:
        self._exclude("warning:yes" if code == WARNING else f"link:{LINKS[code].value}")

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
        for name, button in self._view_buttons.items():
            button.setChecked(name == view)
        self.wall_bar.setVisible(view == "wall")
        self.columns_button.setVisible(view == "table")
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
            self._frozen_at = monotonic()
        self._show_counts(monotonic())

    def _show_ribbon(self) -> None:
        """What is shown, when it is not now, and how much waits."""
        store = self.store
        self._frozen.setVisible(store.frozen and self.rewind.has_live)
        if store.in_past and not store.waiting_changes:
            text = self.tr("The fleet as it was at %1 · L goes back to now")
            self._frozen.setText(text.replace("%1", tenths(self.rewind.clock_seconds)))
        elif store.in_past:
            text = counted(
                store.waiting_changes,
                self.tr("The fleet as it was at %1 · 1 change since · L goes back to now"),
                self.tr("The fleet as it was at %1 · %n changes since · L goes back to now"),
            )
            self._frozen.setText(text.replace("%1", tenths(self.rewind.clock_seconds)))
        elif store.frozen:
            text = counted(
                store.waiting_changes,
                self.tr("Frozen %1 · 1 change waiting · Space goes on"),
                self.tr("Frozen %1 · %n changes waiting · Space goes on"),
            )
            self._frozen.setText(text.replace("%1", clock(monotonic() - self._frozen_at)[3:]))

    def _moment_moved(self) -> None:
        """Everything on the page follows the moment: membership, order, counts; and the window's pane."""
        self._held_since = None
        if self.model.is_live:
            self.model.rearrange()
        if self.view == "wall" and self.wall.order_by in wall_order.LIVE:
            self.wall.rearrange()
        self._show_counts(monotonic())
        self.momentShown.emit()

    # --- what acts on what ------------------------------------------------------------------------------------------

    def targets(self) -> tuple[list[str], bool]:
        """The things that a command is for, and whether they are a selection: else all that the filter shows."""
        chosen = self.table.selected_names()
        return (chosen, True) if chosen else (self.model.shown_names(), False)

    def target_count(self) -> tuple[int, bool]:
        """How many things a command is for, and whether they are a selection."""
        chosen = self.table.selected_count()
        return (chosen, True) if chosen else (self.model.rowCount(), False)

    def working_targets(self) -> list[str]:
        """Those of the targets that have an execution under way."""
        return [name for name in self.targets()[0] if self.store.is_working(name)]

    def working_count(self) -> int:
        """How many of the targets have an execution under way; asked for five times a second."""
        store, rows = self.store, self._target_rows()
        if len(rows) == len(store) and not store.frozen:
            return sum(store.status_counts[code] for code in UNENDED)
        return store.working_now(rows)

    def _target_rows(self) -> Sequence[int]:
        """The store's rows of the targets."""
        return self.table.selected_rows() or self.model.order

    def target_scenarios(self) -> set[str]:
        """The scenarios that the targets have."""
        scenario = self.store.scenario
        return {scenario[row] for row in self._target_rows()}

    def all_manual(self) -> bool:
        """Whether every thing that a command is for is in manual mode."""
        shown, rows = self.store.shown, self._target_rows()
        return bool(rows) and all(shown[row].manual for row in rows)

    def sort_by(self, key: str, *, descending: bool) -> None:
        """Order by a column, if there is one with this key."""
        if key in COLUMN_OF:
            order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
            self.table.sortByColumn(self.model.column(key), order)

    def take_banners(self, banners: QWidget) -> None:
        """Give banners the table's lowest rows, so that nothing else moves."""
        self._column.insertWidget(self._column.indexOf(self._views) + 1, banners)

    # --- the pane ---------------------------------------------------------------------------------------------------

    def toggle_pane_side(self) -> None:
        """Pane right of the table, or under it."""
        self._pane_right = self.splitter.orientation() != Qt.Orientation.Horizontal
        self._place_pane()

    def put_pane(self, right: bool | None) -> None:
        """Right of the table, or under it; None: as there is room."""
        self._pane_right = right
        self._place_pane()

    @property
    def pane_right(self) -> bool | None:
        """Where a person put the pane; None: as there is room."""
        return self._pane_right

    @property
    def pane_wanted(self) -> bool | None:
        """Whether a person wants the pane; None leaves it to the width and the selection."""
        return self._pane_wanted

    def show_pane(self, on: bool | None) -> None:
        """Show or hide the pane; None shows it where there is room, and else while a thing is selected."""
        self._pane_wanted = on
        self._settle_pane()

    def _settle_pane(self) -> None:
        wanted = self._pane_wanted
        if wanted is None:
            wanted = self.width() >= ROOMY or self.table.selected_count() > 0
        if wanted != self.pane.isVisibleTo(self):
            self.pane.setVisible(wanted)
            self.paneShown.emit(wanted)
            QTimer.singleShot(0, self._keep_in_sight)  # when the table has its new height

    def _keep_in_sight(self) -> None:
        if self.table.selected_count():
            self.table.scrollTo(self.table.currentIndex())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_pane()
        self._settle_pane()

    def _pane_was_dragged(self) -> None:
        self._pane_dragged = True

    def _place_pane(self) -> None:
        right = self.width() >= NARROW if self._pane_right is None else self._pane_right
        wanted = Qt.Orientation.Horizontal if right else Qt.Orientation.Vertical
        if self.splitter.orientation() == wanted and (self._pane_dragged or not (self._opening or right)):
            return
        if self.splitter.orientation() != wanted:
            self._pane_dragged = False  # a height says nothing about a width
        self._opening = False
        self.splitter.setOrientation(wanted)
        if right:
            pane = max(LEAST_PANE, min(round(self.width() * PANE_SHARE), self.width() - TABLE_WIDTH))
            self.splitter.setSizes([max(1, self.width() - pane), pane])
        else:
            height = max(1, self.splitter.height())
            self.splitter.setSizes([round(height * 0.6), round(height * 0.4)])

    # --- words ------------------------------------------------------------------------------------------------------

    def _show_footer(self) -> None:
        shown, total = self.model.rowCount(), len(self.store)
        count = (
            counted(total, self.tr("1 thing"), self.tr("%n things"))
            if shown == total
            else self.tr("%1 of %2 things").replace("%1", grouped(shown)).replace("%2", grouped(total))
        )
        sorted_by = self.tr("sorted by %1").replace("%1", title(self.model.sorted_by))
        parts = [count, sorted_by] if self.view == "table" else [count]
        chosen = self.table.selected_count()
        if chosen:
            parts.insert(1, self.tr("%1 selected").replace("%1", grouped(chosen)))
        if self._held_since is not None:
            parts.append(self.tr("order held for %1 s").replace("%1", str(int(monotonic() - self._held_since))))
        self._footer.setText(" · ".join(parts))
        self._resort.setVisible(self._held_since is not None)

    def _show_empty(self) -> None:
        if self.model.rowCount():
            self._empty.hide()
        elif len(self.store):
            sentence = self.tr("No thing matches “%1”.").replace("%1", self.filter_edit.text())
            self._empty.say(sentence, [("fleetClearFilterButton", self.tr("Clear filter"), self.clear_filter)])
        elif words := self.waiting_words():
            self._empty.say(words)
        else:
            add = [
                ("fleetAddButton", self.tr("Add 50 things"), lambda: self.addWanted.emit(50)),
                ("fleetOpenButton", self.tr("Open fleet…"), self.openWanted.emit),
            ]
            self._empty.say(self.tr("There are no things yet."), add)

    def _choose_columns(self) -> None:
        menu = self.table.columns_menu()
        menu.popup(self.columns_button.mapToGlobal(self.columns_button.rect().bottomLeft()))

    def restyle(self) -> None:
        """After a change of scheme."""
        tokens = theme.current().tokens
        self.columns_button.setIcon(icons.icon("columns", size=18))
        for label, colour in ((self._footer, tokens.secondary), (self._frozen, tokens.info[0])):
            palette = label.palette()
            palette.setColor(label.foregroundRole(), colour)
            palette.setColor(label.backgroundRole(), tokens.info[1])
            label.setPalette(palette)
        self._frozen.setAutoFillBackground(True)
        self._footer.setAutoFillBackground(False)
