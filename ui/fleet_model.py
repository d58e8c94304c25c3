"""The fleet table's model: an order of its own over the store's column lists, and one announcement per tick.

No QSortFilterProxyModel: it asks Python at every comparison. Filtering and sorting here are list operations.
"""

from collections.abc import Iterable, Sequence
from time import monotonic
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from ui import fleet_columns
from ui.fleet_cells import Cells
from ui.fleet_columns import COLUMNS
from ui.fleet_filter import Filter
from ui.fleet_store import FleetStore

Index = QModelIndex | QPersistentModelIndex
RAW_ROLE: Final = Qt.ItemDataRole.UserRole.value
NAME_ROLE: Final = RAW_ROLE + 1
FLASH_SECONDS: Final = 0.4
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_CENTRE: Final = int(Qt.AlignmentFlag.AlignCenter)


class FleetModel(QAbstractTableModel):
    """Rows are the things that match the filter, in the chosen order; columns are those of `fleet_columns.COLUMNS`."""

    orderChanged = Signal()

    def __init__(self, store: FleetStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.store = store
        self.cells = Cells(store)
        self.order: list[int] = []  # store row of each view row
        self._position: list[int] = []  # view row of each store row, -1 while it is filtered out
        self._keys = [column.key for column in COLUMNS]
        self._filter = Filter()
        self._sort_key = "thing"
        self._descending = False
        self._flashing: set[int] = set()
        self.flashes = True
        self.changed_rows: set[int] = set()  # store rows that changed before the newest tick
        self.announced: list[int] = []  # during an announcement of a tick: the view rows that look different

    # --- what views ask ---------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self.order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._keys)

    def column(self, key: str) -> int:
        """The number of the column with this key."""
        return self._keys.index(key)

    def key(self, column: int) -> str:
        """The key of a column."""
        return self._keys[column]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.order):
            return None
        row, key = self.order[index.row()], self._keys[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cells.text(key, row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if COLUMNS[index.column()].right else _LEFT
        if role == RAW_ROLE:
            return self.cells.raw(key, row)
        if role == NAME_ROLE:
            return self.store.names[row]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.cells.tip(key, row) or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.cells.spoken(key, row)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._keys):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return fleet_columns.title(self._keys[section])
        if role == Qt.ItemDataRole.ToolTipRole:
            return fleet_columns.tip(self._keys[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            key = self._keys[section]
            return _CENTRE if key == "link" else _RIGHT if COLUMNS[section].right else _LEFT
        return None

    def name(self, row: int) -> str:
        """The thing in a view row."""
        return self.store.names[self.order[row]]

    def row_of(self, name: str) -> int:
        """The view row of a thing, -1 while it is not shown."""
        row = self.store.row_of.get(name, -1)
        return self._position[row] if 0 <= row < len(self._position) else -1

    def shown_names(self) -> list[str]:
        """The things that the filter lets through, in view order."""
        names = self.store.names
        return [names[row] for row in self.order]

    # --- the tick ---------------------------------------------------------------------------------------------------

    def tick(self, first: int, last: int) -> int:
        """Announce what changed among the view rows first…last in one signal; return how many things changed."""
        if self.store.rows_changed:
            self.rearrange()
        dirty = self.changed_rows = self.store.take_dirty()
        if not dirty and not self._flashing:
            return 0
        seen = range(max(0, first), min(last + 1, len(self.order)))  # few rows, while thousands may be dirty
        shown = [view_row for view_row in seen if self.order[view_row] in dirty]
        if self.flashes:
            shown += [p for p in self._still_flashing(shown) if first <= p <= last]
        if shown:
            top, bottom = min(shown), min(max(shown), len(self.order) - 1)
            self.announced = shown
            self.dataChanged.emit(self.index(top, 0), self.index(bottom, len(self._keys) - 1))
            self.announced = []
        return len(dirty)

    def _still_flashing(self, shown: Sequence[int]) -> list[int]:
        """The view rows whose version cell lights up or goes out with this tick."""
        now, changed = monotonic(), self.store.version_changed
        ended = {row for row in self._flashing if row >= len(changed) or now - changed[row] >= FLASH_SECONDS}
        self._flashing -= ended
        self._flashing.update(row for p in shown if now - changed[row := self.order[p]] < FLASH_SECONDS)
        return [p for row in ended if row < len(self._position) and (p := self._position[row]) >= 0]

    # --- order and filter -------------------------------------------------------------------------------------------

    @property
    def is_live(self) -> bool:
        """Whether order or membership may change while things run."""
        return self._filter.is_live or COLUMNS[self.column(self._sort_key)].live

    @property
    def sorted_by(self) -> str:
        """The key of the column that gives the order."""
        return self._sort_key

    def set_filter(self, wanted: Filter) -> None:
        """Show only what matches, at once."""
        self._filter = wanted
        self.rearrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column, at once; ties stay in the order in which things came."""
        if 0 <= column < len(self._keys):
            self._sort_key, self._descending = self._keys[column], order == Qt.SortOrder.DescendingOrder
            self.rearrange()

    def wanted_order(self) -> list[int]:
        """The store rows as filter and sort have them now."""
        rows = self._filter.rows(self.store)
        rows.sort(key=self.cells.sort_key(self._sort_key), reverse=self._descending)
        return rows

    def is_settled(self) -> bool:
        """Whether the rows stand where filter and sort want them."""
        return self.wanted_order() == self.order

    def rearrange(self) -> None:
        """Bring the rows where filter and sort want them. Selection and current row follow their things."""
        self.store.rows_changed = False
        if self.store.leaving:
            self.beginResetModel()  # only here do row numbers come to stand for other things
            self.store.drop_leaving()
            self._set_order(self.wanted_order())
            self.endResetModel()
            self.orderChanged.emit()
            return
        wanted = self.wanted_order()
        if wanted == self.order:
            self._set_order(wanted)
            return
        stays = set(wanted)
        leaving = [row for row in self.order if row not in stays]
        if leaving:
            there = set(self.order)
            self._permute([row for row in wanted if row in there] + leaving)
            keep = len(self.order) - len(leaving)
            self.beginRemoveRows(QModelIndex(), keep, len(self.order) - 1)
            self._set_order(self.order[:keep])
            self.endRemoveRows()
        if len(wanted) > len(self.order):
            there = set(self.order)
            arriving = [row for row in wanted if row not in there]
            self.beginInsertRows(QModelIndex(), len(self.order), len(wanted) - 1)
            self._set_order(self.order + arriving)
            self.endInsertRows()
        self._permute(wanted)
        self.orderChanged.emit()

    def _permute(self, wanted: list[int]) -> None:
        """Put the same rows in another order, with the persistent indexes (selection, current) moved along."""
        if wanted == self.order:
            return
        self.layoutAboutToBeChanged.emit()
        old = self.order
        before = self.persistentIndexList()
        self._set_order(wanted)
        after = [self.index(self._position[old[index.row()]], index.column()) for index in before]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _set_order(self, order: Iterable[int]) -> None:
        self.order = list(order)
        self._position = [-1] * len(self.store)
        for view_row, row in enumerate(self.order):
            self._position[row] = view_row
