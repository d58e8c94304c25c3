"""The table of jobs: rows are those the filter lets through, newest first or by a column."""

import re
from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt

from ui import jobs_words, plan_words
from ui.fleet_store import natural
from ui.jobs_store import JobEntry, JobsStore
from ui.numbers import grouped

Index = QModelIndex | QPersistentModelIndex
RAW_ROLE: Final = Qt.ItemDataRole.UserRole.value
NAME_ROLE: Final = RAW_ROLE + 1
KEYS: Final = ("job", "state", "bar", "done", "counts", "created", "rollout")
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_SORT: Final[dict[str, Callable[[JobEntry], Any]]] = {
    "job": lambda entry: natural(entry.job_id),
    "state": lambda entry: entry.view.status,
    "bar": lambda entry: jobs_words.share_done(entry) or 0,
    "done": lambda entry: jobs_words.share_done(entry) or 0,
    "counts": lambda entry: entry.view.executions,
    "created": lambda entry: entry.view.created_at or 0.0,
    "rollout": jobs_words.rollout_words,
}


def title(key: str) -> str:
    """A column's title."""
    return {
        "job": QCoreApplication.translate("Jobs", "Job"),
        "state": QCoreApplication.translate("Jobs", "State"),
        "bar": QCoreApplication.translate("Jobs", "Executions"),
        "done": QCoreApplication.translate("Jobs", "Ended"),
        "counts": QCoreApplication.translate("Jobs", "Counts"),
        "created": QCoreApplication.translate("Jobs", "Created"),
        "rollout": QCoreApplication.translate("Jobs", "Rollout"),
    }[key]


class JobsModel(QAbstractTableModel):
    """`refresh` takes over what the store has; the order of rows changes only when jobs come, go or are sorted."""

    def __init__(self, store: JobsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.store = store
        self.ids: list[str] = []
        self._words: tuple[str, ...] = ()
        self._sort_key, self._descending = "created", True

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self.ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(KEYS)

    def column(self, key: str) -> int:
        """The number of the column with this key."""
        return KEYS.index(key)

    def entry(self, row: int) -> JobEntry | None:
        """The job in a row."""
        return self.store.entries.get(self.ids[row]) if 0 <= row < len(self.ids) else None

    def row_of(self, job_id: str | None) -> int:
        """The row of a job, -1 while it is not shown."""
        try:
            return self.ids.index(job_id or "")
        except ValueError:
            return -1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entry(index.row()) if index.isValid() else None
        if entry is None:
            return None
        key = KEYS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(key, entry)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if key == "done" else _LEFT
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return jobs_words.counts_words(entry) if key in ("bar", "counts") else self.text(key, entry)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(key, entry) or None
        if role == RAW_ROLE:
            return self.raw(key, entry)
        if role == NAME_ROLE:
            return entry.job_id
        return None

    @staticmethod
    def text(key: str, entry: JobEntry) -> str:
        """What a cell says."""
        if key == "job":
            return entry.job_id
        if key == "state":
            return jobs_words.state_word(entry.view.status)
        if key == "done":
            share = jobs_words.share_done(entry)
            return jobs_words.NOTHING if share is None else f"{share} %"
        if key == "created":
            return jobs_words.moment(entry.view.created_at)
        if key == "rollout":
            return jobs_words.rollout_words(entry)
        return ""

    def raw(self, key: str, entry: JobEntry) -> str:
        """What a cell is copied and exported as: wire words."""
        if key == "state":
            return entry.view.status
        if key == "bar":
            return grouped(entry.target_count())
        if key == "counts":
            return " ".join(f"{status}={count}" for status, count in entry.view.counters.items() if count)
        if key == "created":
            return jobs_words.whole_moment(entry.view.created_at)
        return self.text(key, entry)

    def _tip(self, key: str, entry: JobEntry) -> str:
        if key == "job":
            return "\n".join(part for part in (entry.job_id, entry.view.description) if part)
        if key == "state":
            return "\n".join(part for part in (entry.view.status, entry.view.comment) if part)
        if key == "created":
            return jobs_words.whole_moment(entry.view.created_at)
        if key == "rollout" and (plan := entry.rollout_plan(is_aws=False)) is not None and entry.settings is not None:
            return plan_words.rate(entry.settings.rollout, plan)
        return jobs_words.counts_words(entry) if key in ("bar", "counts", "done") else self.text(key, entry)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(KEYS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return title(KEYS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if KEYS[section] == "done" else _LEFT
        return None

    # --- order and filter -------------------------------------------------------------------------------------------

    def refresh(self) -> bool:
        """Show what the store has now; return whether rows came, went or moved."""
        ids = self._wanted()
        if ids != self.ids:
            self.beginResetModel()
            self.ids = ids
            self.endResetModel()
            return True
        if ids:
            self.dataChanged.emit(self.index(0, 0), self.index(len(ids) - 1, len(KEYS) - 1))
        return False

    def set_filter(self, text: str) -> None:
        """Words match ids and descriptions, state:in_progress,canceled the state; a leading - is not."""
        self._words = tuple(text.casefold().split())
        self.refresh()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(KEYS):
            self._sort_key, self._descending = KEYS[column], order == Qt.SortOrder.DescendingOrder
            self.refresh()

    def _wanted(self) -> list[str]:
        entries = [entry for entry in self.store.entries.values() if self._matches(entry)]
        entries.sort(key=_SORT[self._sort_key], reverse=self._descending)
        return [entry.job_id for entry in entries]

    def _matches(self, entry: JobEntry) -> bool:
        text = f"{entry.job_id}\n{entry.view.description}".casefold()
        for word in self._words:
            negated = word.startswith("-") and len(word) > 1
            bare = word[1:] if negated else word
            if match := re.fullmatch(r"(?:state|status)[:=](.+)", bare):
                found = any(entry.view.status.casefold().startswith(choice) for choice in match[1].split(",") if choice)
            else:
                found = bare in text
            if found is negated:
                return False
        return True
