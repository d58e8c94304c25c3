"""What the program's tables have in common: rows of one fixed height, selected whole, never edited in place."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from ui import theme
from ui.fleet_header import FleetHeader


class _RowSizer(QObject):
    """Keeps a table's rows, and a header of one height, at the zoom and density there are."""

    def __init__(self, table: QTableView, height: int) -> None:
        super().__init__(table)
        self._table, self._height = table, height
        theme.current().changed.connect(self.resize)
        self.resize()

    def resize(self) -> None:
        height = round(self._height * theme.current().row_height / theme.ROW_HEIGHT)
        rows, header = self._table.verticalHeader(), self._table.horizontalHeader()
        if rows.defaultSectionSize() != height or rows.minimumSectionSize() != height:
            rows.setMinimumSectionSize(height)
            rows.setDefaultSectionSize(height)
        if header.minimumHeight() == header.maximumHeight() != height:
            header.setFixedHeight(height)


def prepare_rows(table: QTableView, height: int) -> None:
    """Give a table rows of `height` pixels, at zoom 1 and in normal density.

    Its context menu is asked for by `customContextMenuRequested`.
    """
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setCornerButtonEnabled(False)
    table.setTabKeyNavigation(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    rows = table.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    _RowSizer(table, height)


def prepare_header(table: QTableView, name: str, height: int, sorted_by: int, order: Qt.SortOrder) -> None:
    """Give a table a flat header that sorts by a click; `sorted_by` is the column it begins with, -1 for none."""
    header = FleetHeader(table)
    table.setHorizontalHeader(header)
    header.setObjectName(name)
    header.setSectionsClickable(True)
    header.setHighlightSections(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    header.setMinimumSectionSize(30)
    header.setFixedHeight(height)
    header.setSortIndicatorShown(True)
    header.setSortIndicator(sorted_by, order)
    table.setSortingEnabled(True)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)


def share_columns(
    table: QTableView, least: Mapping[str, int], stretch: Mapping[str, int], hidden_first: Sequence[str]
) -> None:
    """Give each column its least width, and what is left by `stretch`; where there is no room, hide some.

    The keys of `least` are the columns in their order, its values pixels in a font whose digits are 8 wide; a column
    is never too narrow for its title.
    """
    header = table.horizontalHeader()
    factor = max(1.0, QFontMetrics(table.font()).horizontalAdvance("0") / 8)
    needs = {key: round(width * factor) for key, width in least.items()}
    if isinstance(header, FleetHeader):
        needs = {key: max(width, header.needed(place)) for place, (key, width) in enumerate(needs.items())}
    room, shown = table.viewport().width(), list(needs)
    for key in hidden_first:
        if sum(needs[each] for each in shown) > room:
            shown.remove(key)
    spare = max(0, room - sum(needs[key] for key in shown))
    parts = sum(stretch.get(key, 0) for key in shown) or 1
    for place, key in enumerate(needs):
        table.setColumnHidden(place, key not in shown)
        if key in shown:
            table.setColumnWidth(place, needs[key] + spare * stretch.get(key, 0) // parts)
