"""The messages of one thing as a table model over a ring: old rows go, new rows come, nothing is reset for that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import (
    QT_TRANSLATE_NOOP,
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from simulator.feed import MessageRecord
from simulator.jobs.topics import NotifyTopic, ReplyTopic, RequestTopic
from ui import message_words as words

Index = QModelIndex | QPersistentModelIndex
RAW: Final = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class MessageColumn:
    """`chars` is the width in digits; those with a lower `rank` stay longer when the table gets narrow."""

    key: str
    title: str
    chars: float
    rank: int
    right: bool = False


def _(context: str, text: str) -> str:
    return str(QT_TRANSLATE_NOOP(context, text))


COLUMNS: Final = (
    MessageColumn("at", _("Messages", "Time"), 13.0, 0),
    MessageColumn("direction", "", 3.2, 0),
    MessageColumn("topic", _("Messages", "Topic"), 15.5, 0),
    MessageColumn("version", _("Messages", "Version"), 10.5, 1),
    MessageColumn("expected", _("Messages", "Expects"), 8.6, 2),
    MessageColumn("latency", _("Messages", "ms"), 6.0, 3, right=True),
    MessageColumn("size", _("Messages", "Size"), 8.5, 4, right=True),
    MessageColumn("summary", _("Messages", "Summary"), 30.0, 0),
)
TIPS: Final = {
    "at": _("Messages", "Local time at which the thing sent or received it"),
    "direction": _("Messages", "Right: sent by the thing. Left: received"),
    "version": _("Messages", "Execution version the thing believed in, before and after"),
    "expected": _("Messages", "expectedVersion of an update, as sent"),
    "latency": _("Messages", "Milliseconds since the request"),
}
KEYS: Final = [column.key for column in COLUMNS]


class MessageModel(QAbstractTableModel):
    """Rows are messages, oldest first. JSON is read for a row when the row is first looked at."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._messages: list[MessageRecord] = []
        self._summaries: list[str | None] = []
        self.dropped = 0  # messages older than the first row, no longer kept
        self.current_job = ""  # the one whose id topics go without
        self.is_stacked = False  # a row is one cell of two lines: the table is too narrow for columns
        self._sought = b""

    def message(self, row: int) -> MessageRecord:
        """The message of a row."""
        return self._messages[row]

    def holds(self, message: MessageRecord) -> bool:
        """Whether a message is still there."""
        return message in self._messages

    def previous_of(self, message: MessageRecord) -> MessageRecord | None:
        """The newest message before this one that went the same way and asks or answers the same."""
        if message not in self._messages:
            return None
        place, kind = self._messages.index(message), _kind(message)
        return next((each for each in reversed(self._messages[:place]) if _kind(each) == kind), None)

    def row_of(self, message: MessageRecord) -> int:
        """The row of a message, -1 if it is not there."""
        return self._messages.index(message) if message in self._messages else -1

    def column(self, key: str) -> int:
        """The number of a column."""
        return KEYS.index(key)

    # --- the ring ---------------------------------------------------------------------------------------------------

    def show(self, messages: Sequence[MessageRecord], dropped: int, current_job: str = "") -> int:
        """Take the ring as it is now and say how many rows are new; `dropped` came before its first message."""
        if current_job != self.current_job:
            self.current_job = current_job
            if self._messages:
                topic = self.column("topic")
                self.dataChanged.emit(self.index(0, topic), self.index(len(self._messages) - 1, topic))
        gone = dropped - self.dropped
        kept = len(self._messages) - gone
        if gone < 0 or kept > len(messages) or (kept > 0 and not self._goes_on(messages, gone, kept)):
            self._replace(messages, dropped)  # another log: the thing began anew
            return len(messages)
        if gone and self._messages:
            self._remove(min(gone, len(self._messages)))
        self.dropped = dropped
        new = messages[max(0, kept) :]
        if new:
            first = len(self._messages)
            self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
            self._messages.extend(new)
            self._summaries.extend([None] * len(new))
            self.endInsertRows()
        return len(new)

    def _goes_on(self, messages: Sequence[MessageRecord], gone: int, kept: int) -> bool:
        return self._messages[gone] == messages[0] and self._messages[-1] == messages[kept - 1]

    def clear(self) -> None:
        """Another thing is looked at."""
        self._replace([], 0)

    def _remove(self, count: int) -> None:
        self.beginRemoveRows(QModelIndex(), 0, count - 1)
        del self._messages[:count]
        del self._summaries[:count]
        self.endRemoveRows()

    def _replace(self, messages: Sequence[MessageRecord], dropped: int) -> None:
        self.beginResetModel()
        self._messages = list(messages)
        self._summaries = [None] * len(messages)
        self.dropped = dropped
        self.endResetModel()

    # --- searching --------------------------------------------------------------------------------------------------

    def seek(self, text: str) -> list[int]:
        """Mark the rows whose topic, payload or note holds this text, whatever its case; return them."""
        self._sought = text.casefold().encode()
        if self._messages:
            last = self.index(len(self._messages) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last, [RAW])
        return [row for row in range(len(self._messages)) if self.is_found(row)]

    def is_found(self, row: int) -> bool:
        """Whether a row holds what is sought."""
        if not self._sought:
            return False
        message = self._messages[row]
        kind = words.kind(message, self.current_job)
        text = f"{message.topic}\n{kind}\n{message.note}\n{self.summary(row)}".casefold().encode()
        return self._sought in text or self._sought in message.payload.lower()

    # --- what Qt asks -----------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self._messages)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return QCoreApplication.translate("Messages", column.title) if column.title else ""
        if role == Qt.ItemDataRole.ToolTipRole and column.key in TIPS:
            return QCoreApplication.translate("Messages", TIPS[column.key])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, key = index.row(), KEYS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, key)
        if role == RAW:
            return self._messages[row]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, key)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row) if self.is_stacked else self._spoken_cell(row, key)
        return None

    def _spoken_cell(self, row: int, key: str) -> str:
        return words.direction_word(self._messages[row]) if key == "direction" else self.text(row, key)

    def _spoken(self, row: int) -> str:
        parts = (self._spoken_cell(row, key) for key in ("direction", "topic", "version", "summary", "at"))
        return ", ".join(part for part in parts if part)

    def text(self, row: int, key: str) -> str:
        """What a cell says; the direction is drawn and says nothing."""
        message = self._messages[row]
        match key:
            case "at":
                return words.clock_time(message.at)
            case "topic":
                return words.topic_tail(message.topic, self.current_job)
            case "version":
                return words.versions(message)
            case "expected":
                return "" if message.expected_version is None else f"v{message.expected_version}"
            case "latency":
                return words.latency(message)
            case "size":
                return words.size_text(len(message.payload))
            case "summary":
                return self.summary(row)
        return ""

    def summary(self, row: int) -> str:
        """The summary of a row, read once."""
        found = self._summaries[row]
        if found is None:
            found = self._summaries[row] = words.summary(self._messages[row])
        return found

    def _tip(self, row: int, key: str) -> str:
        message = self._messages[row]
        match key:
            case "at":
                return words.date_time(message.at)
            case "direction":
                return words.direction_word(message)
            case "topic":
                return message.topic
            case "summary":
                return self.summary(row)
        return ""


def _kind(message: MessageRecord) -> tuple[object, ...]:
    """What messages have in common that are to be compared, whatever their job."""
    meant = words.meaning(message)
    match meant:
        case RequestTopic(operation=operation):
            return (operation,)
        case ReplyTopic(request=RequestTopic(operation=operation), answer=answer):
            return operation, answer
        case NotifyTopic(is_next=is_next):
            return ("notify", is_next)
    return message.direction, message.topic
