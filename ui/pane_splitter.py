"""Where the pane lies: right of the things or under them, by the room there is or where a person put it."""

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSplitter, QWidget

from ui import theme
from ui.fleet_table import FleetTable

NARROW: Final = 1108  # below this width of the page (the window 1,180) the pane lies under the table
TABLE_WIDTH: Final = 906  # what the default columns need, and the pane leaves them
LEAST_PANE: Final = 380  # the narrowest in which the summaries of messages can be read
PANE_SHARE: Final = 0.4  # of the page, at most, until a person drags it
FULL_HEIGHT: Final = 240  # pixels, the lowest in which the pane shows all it has at zoom 1
ROOMY: Final = 1428  # from this width (the window 1,500) on the pane is there while nothing is selected


class PaneSplitter(QSplitter):
    """The things and the pane that looks at one of them. The page it lies in says how much room there is."""

    paneShown = Signal(bool)

    def __init__(self, things: QWidget, pane: QWidget, table: FleetTable, page: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, page)
        self._pane = pane
        self._table = table
        self._page = page
        self._right: bool | None = None  # where a person put the pane; None: by the width
        self._wanted: bool | None = None
        self._opening = True
        self._dragged = False  # a person has given the pane its size
        self._before: tuple[bool | None, bool, list[int]] | None = None  # while the things are favoured
        self.setObjectName("fleetSplitter")
        self.setChildrenCollapsible(False)
        self.addWidget(things)
        self.addWidget(pane)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 0)
        self.splitterMoved.connect(self._was_dragged)

    @property
    def pane_right(self) -> bool | None:
        """Where a person put the pane; None: as there is room."""
        return self._right

    @property
    def pane_wanted(self) -> bool | None:
        """Whether a person wants the pane; None leaves it to the width and the selection."""
        return self._wanted

    def toggle_side(self) -> None:
        """Pane right of the table, or under it."""
        self.put_pane(self.orientation() != Qt.Orientation.Horizontal)

    def put_pane(self, right: bool | None) -> None:
        """Right of the table, or under it; None: as there is room."""
        self._right = right
        self.place()

    def favour_things(self, on: bool) -> None:
        """The pane under the things, no higher than it must be, and only while one is selected; off: all as before."""
        if on == (self._before is not None):
            return
        if on:
            self._before = (self._right, self._dragged, self.sizes())
            self._right = False
            self._lay_out()
        elif self._before is not None:
            (self._right, dragged, sizes), self._before = self._before, None
            self._lay_out()
            if dragged:
                self.setSizes(sizes)
            self._dragged = dragged
        self.settle()

    def show_pane(self, on: bool | None) -> None:
        """Show or hide the pane; None shows it where there is room, and else while a thing is selected."""
        self._wanted = on
        self.settle()

    def settle(self) -> None:
        """Show the pane, or hide it, as it is wanted with this room and this selection."""
        wanted = self._wanted
        if wanted is None:
            is_roomy = self._page.width() >= ROOMY and self._before is None
            wanted = is_roomy or self._table.selected_count() > 0
        if wanted != self._pane.isVisibleTo(self._page):
            self._pane.setVisible(wanted)
            self.paneShown.emit(wanted)
            QTimer.singleShot(0, self._keep_in_sight)  # when the table has its new height

    def _keep_in_sight(self) -> None:
        if self._table.selected_count():
            self._table.scrollTo(self._table.currentIndex())

    def _was_dragged(self) -> None:
        self._dragged = True

    def place(self) -> None:
        """Give the pane its side and its size; a size that a person gave it is kept."""
        right = self._is_right()
        is_there = self.orientation() == (Qt.Orientation.Horizontal if right else Qt.Orientation.Vertical)
        if not (is_there and (self._dragged or not (self._opening or right))):
            self._lay_out()

    def _is_right(self) -> bool:
        return self._page.width() >= NARROW if self._right is None else self._right

    def _lay_out(self) -> None:
        room, right = self._page.width(), self._is_right()
        wanted = Qt.Orientation.Horizontal if right else Qt.Orientation.Vertical
        if self.orientation() != wanted or self._before is not None:
            self._dragged = False  # a height says nothing about a width
        self._opening = False
        self.setOrientation(wanted)
        if right:
            pane = max(LEAST_PANE, min(round(room * PANE_SHARE), room - TABLE_WIDTH))
            self.setSizes([max(1, room - pane), pane])
        else:
            height = max(1, self.height())
            pane = max(FULL_HEIGHT, round(height * PANE_SHARE))
            if self._before is not None and height * PANE_SHARE < theme.px(FULL_HEIGHT):
                pane = self._pane.minimumHeight()
            self.setSizes([max(1, height - pane), pane])
