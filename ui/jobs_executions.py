"""The executions of one job as a table model: what the service listed, newer words of the fleet's own laid over it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt

from simulator.operator_views import ExecutionView
from ui import jobs_words, status_style
from ui.fleet_filter import Filter
from ui.fleet_store import FleetStore, natural
from ui.jobs_store import JobEntry
from ui.status_style import CODE_OF, STATUSES

Index = QModelIndex | QPersistentModelIndex
RAW_ROLE: Final = Qt.ItemDataRole.UserRole.value
NAME_ROLE: Final = RAW_ROLE + 1
KEYS: Final = ("thing", "status", "ver", "exec", "queued", "started", "updated", "left")
FILTER_KEYS: Final = frozenset({"thing", "status", "ver", "exec"})
RIGHT: Final = frozenset({"ver", "exec", "queued", "started", "updated", "left"})
_MOMENTS: Final[dict[str, Callable[[ExecutionView], float | None]]] = {
    "queued": lambda view: view.queued_at,
    "started": lambda view: view.started_at,
    "updated": lambda view: view.last_updated_at,
}
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def title(key: str) -> str:
    """A column's title."""
    return {
        "thing": QCoreApplication.translate("Executions", "Thing"),
        "status": QCoreApplication.translate("Executions", "Status"),
        "ver": "v",
        "exec": QCoreApplication.translate("Executions", "Exec #"),
        "queued": QCoreApplication.translate("Executions", "Queued"),
        "started": QCoreApplication.translate("Executions", "Started"),
        "updated": QCoreApplication.translate("Executions", "Updated"),
        "left": QCoreApplication.translate("Executions", "≈ s left"),
    }[key]


class ExecutionColumns:
    """Column lists over the executions, as far as `fleet_filter` asks for them."""

    def __init__(self) -> None:
        self.views: Sequence[ExecutionView] = ()
        self.names: list[str] = []
        self.status: list[int] = []
        self.version: list[int] = []  # 0 where nobody knows
        self.execution: list[int] = []
        self.left: list[int] = []  # seconds, -1 where no timer runs
        self.counts = [0] * (len(STATUSES) + 1)

    def __len__(self) -> int:
        return len(self.names)

    def take(self, entry: JobEntry | None, fleet: FleetStore) -> None:
        """Fill the columns; what the things themselves have told meanwhile is newer than the service's list."""
        views = self.views = () if entry is None else entry.executions
        self.names = [view.thing_name for view in views]
        self.execution = [view.execution_number for view in views]
        self.status = [CODE_OF[view.status] for view in views]
        self.version = [0] * len(views)
        self.left = [-1] * len(views)
        states = {} if entry is None else entry.states
        for row, view in enumerate(views):
            state = states.get((view.thing_name, view.execution_number))
            if state is not None:
                self.version[row] = state.version_number
                if state.seconds_left is not None and not view.status.is_terminal:
                    self.left[row] = state.seconds_left
            if entry is not None:
                self._lay_over(row, view, entry.job_id, fleet)
        self.counts = [0] * (len(STATUSES) + 1)
        for code in self.status:
            self.counts[code] += 1

    def _lay_over(self, row: int, view: ExecutionView, job_id: str, fleet: FleetStore) -> None:
        thing = fleet.row_of.get(view.thing_name)
        if thing is None or fleet.job[thing] != job_id or fleet.execution[thing] != view.execution_number:
            return
        self.version[row] = max(self.version[row], fleet.version[thing])
        if not view.status.is_terminal and fleet.status[thing]:
            self.status[row] = fleet.status[thing]


class ExecutionsModel(QAbstractTableModel):
    """Rows are the executions that the filter lets through, in the order in which they were made or by a column."""

    def __init__(self, fleet: FleetStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fleet = fleet
        self.columns = ExecutionColumns()
        self.order: list[int] = []
        self._filter = Filter()
        self._sort_key, self._descending = "", False

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self.order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(KEYS)

    def column(self, key: str) -> int:
        """The number of the column with this key."""
        return KEYS.index(key)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.order):
            return None
        row, key = self.order[index.row()], KEYS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(key, row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if key in RIGHT else _LEFT
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return status_style.status_word(STATUSES[self.columns.status[row] - 1]) if key == "status" else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.raw(key, row) or None
        if role == RAW_ROLE:
            return self.raw(key, row)
        if role == NAME_ROLE:
            return self.columns.names[row]
        return None

    def text(self, key: str, row: int) -> str:
        """What a cell says; the status is painted."""
        columns = self.columns
        if key == "thing":
            return columns.names[row]
        if key == "ver":
            return f"v{columns.version[row]}" if columns.version[row] else jobs_words.NOTHING
        if key == "exec":
            return f"#{columns.execution[row]}"
        if key in _MOMENTS:
            return jobs_words.moment(_MOMENTS[key](columns.views[row]))
        if key == "left":
            return jobs_words.NOTHING if columns.left[row] < 0 else f"≈ {columns.left[row]}"
        return ""

    def raw(self, key: str, row: int) -> str:
        """What a cell is copied as: wire words, whole moments."""
        columns = self.columns
        if key == "status":
            return STATUSES[columns.status[row] - 1].value
        if key in _MOMENTS:
            return jobs_words.whole_moment(_MOMENTS[key](columns.views[row]))
        if key == "left":
            return "" if columns.left[row] < 0 else str(columns.left[row])
        if key == "exec":
            return str(columns.execution[row])
        return self.text(key, row)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(KEYS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return title(KEYS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if KEYS[section] in RIGHT else _LEFT
        return None

    # --- what it shows ----------------------------------------------------------------------------------------------

    def show(self, entry: JobEntry | None) -> None:
        """Show a job's executions as they are now."""
        self.columns.take(entry, self._fleet)
        self._rearrange()

    def set_filter(self, wanted: Filter) -> None:
        """Show only what matches."""
        self._filter = wanted
        self._rearrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sort_key = KEYS[column] if 0 <= column < len(KEYS) else ""
        self._descending = order == Qt.SortOrder.DescendingOrder
        self._rearrange()

    def _rearrange(self) -> None:
        order = self._sorted(self._filter.rows(self.columns))  # type: ignore[arg-type]  # it reads columns by name
        if len(order) == len(self.order):
            self.order = order
            if order:
                self.dataChanged.emit(self.index(0, 0), self.index(len(order) - 1, len(KEYS) - 1))
            return
        self.beginResetModel()
        self.order = order
        self.endResetModel()

    def _sorted(self, rows: list[int]) -> list[int]:
        columns, key = self.columns, self._sort_key
        lists: dict[str, Iterable[Any]] = {
            "status": columns.status,
            "ver": columns.version,
            "exec": columns.execution,
            "left": columns.left,
        }
        if key == "thing":
            values: Any = {name: natural(name) for name in set(columns.names)}
            rows.sort(key=lambda row: values[columns.names[row]], reverse=self._descending)
        elif key in lists:
            values = lists[key]
            rows.sort(key=lambda row: values[row], reverse=self._descending)
        elif key in _MOMENTS:
            moment = _MOMENTS[key]
            rows.sort(key=lambda row: moment(columns.views[row]) or 0.0, reverse=self._descending)
        return rows

    def keys_at(self, first: int, last: int) -> list[tuple[str, int]]:
        """Thing and execution number of the view rows first…last."""
        columns = self.columns
        return [(columns.names[row], columns.execution[row]) for row in self.order[first : last + 1]]
