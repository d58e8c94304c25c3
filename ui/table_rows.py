"""What the program's tables have in common: rows of one fixed height, selected whole, never edited in place."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from ui import theme


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
