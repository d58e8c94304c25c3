"""What the table's cells say: the text shown, the raw wire value, the tooltip, and the words a screen reader speaks."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from PySide6.QtCore import QCoreApplication

from simulator.feed import Activity
from ui.fleet_store import FleetStore, natural
from ui.numbers import grouped, milliseconds
from ui.status_style import LINKS, NO_EXECUTION, STATUSES, link_word, status_word

NOTHING: Final = "—"
_STATUS_OF: Final = (None, *STATUSES)
_versions = lru_cache(maxsize=4096)(natural)


class Cells:
    """Reads the store's columns by key and row. Text for numbers comes from tables made once, not per call."""

    def __init__(self, store: FleetStore) -> None:
        self._store = store
        self._words = [NOTHING, *(status_word(status) for status in STATUSES)]
        self._small = [f"v{number}" for number in range(256)]
        self._percents = [f"{number}%" for number in range(101)]
        tr = QCoreApplication.translate
        self._activities = {
            Activity.WAITING_FOR_STEP: tr("Fleet", "waiting for step"),
            Activity.SILENT: tr("Fleet", "silent"),
            Activity.BROKEN: tr("Fleet", "broken"),
            Activity.LOST: tr("Fleet", "lost"),
        }
        self._text: dict[str, Callable[[int], str]] = {
            "thing": lambda row: store.names[row],
            "link": lambda _: "",
            "status": lambda row: self._words[store.status[row]],
            "ver": self._version,
            "progress": lambda row: self._percents[min(100, store.progress[row])] if store.status[row] else "",
            "step": self._step,
            "fw": lambda row: store.fw_text[row] or NOTHING,
            "job": self._job,
            "scenario": lambda row: store.scenario[row],
            "details": lambda row: store.details[row],
            "ack": lambda row: milliseconds(store.ack[row]) + " ms" if store.ack[row] else NOTHING,
            "msgs": lambda row: grouped(store.messages[row]),
            "rejects": lambda row: grouped(store.rejects[row]),
            "exec": lambda row: f"#{store.execution[row]}" if store.status[row] else NOTHING,
            "queue": lambda row: grouped(store.pending[row]),
            "updated": lambda row: f"{max(0, int(store.at - store.updated[row]))} s" if store.updated[row] else NOTHING,
            "seed": lambda row: str(store.seed[row]),
        }
        self._raw: dict[str, Callable[[int], Any]] = {
            "thing": lambda row: store.names[row],
            "link": lambda row: LINKS[store.link[row]].value,
            "status": lambda row: STATUSES[store.status[row] - 1].value if store.status[row] else "",
            "ver": lambda row: store.version[row],
            "progress": lambda row: store.progress[row],
            "step": lambda row: store.step[row],
            "fw": lambda row: store.fw_text[row],
            "job": lambda row: store.job[row],
            "scenario": lambda row: store.scenario[row],
            "details": lambda row: store.details[row],
            "ack": lambda row: store.ack[row],
            "msgs": lambda row: store.messages[row],
            "rejects": lambda row: store.rejects[row],
            "exec": lambda row: store.execution[row],
            "queue": lambda row: store.pending[row],
            "updated": lambda row: store.updated[row],
            "seed": lambda row: store.seed[row],
        }

    def text(self, key: str, row: int) -> str:
        """What is shown. Link is a shape only."""
        return self._text[key](row)

    def raw(self, key: str, row: int) -> Any:
        """The value as filters, copies and exports carry it: wire words, plain numbers."""
        return self._raw[key](row)

    def tip(self, key: str, row: int) -> str:
        """The tooltip, "" for none."""
        store = self._store
        tr = QCoreApplication.translate
        if key == "link":
            word = link_word(LINKS[store.link[row]])
            return f"{word}: {store.link_reason[row]}" if store.link_reason[row] else word
        if key == "status":
            return STATUSES[store.status[row] - 1].value if store.status[row] else ""
        if key == "fw" and store.fw_warning[row]:
            return tr("Fleet", "The job succeeded, but the reported firmware is not the one it installs.")
        if key == "scenario" and store.overridden[row]:
            return tr("Fleet", "%1, chosen for this thing").replace("%1", store.scenario[row])
        if key == "step" and self.waits_for_step(row):
            return self.spoken(key, row)
        if key in ("thing", "step", "fw", "job", "scenario", "details"):
            text = self.text(key, row)
            return "" if text == NOTHING else text
        return ""

    def spoken(self, key: str, row: int) -> str:
        """What a screen reader says: "Failed", "73 percent", "Online"."""
        store = self._store
        if key == "status":
            return status_word(_STATUS_OF[store.status[row]])
        if key == "link":
            return self.tip(key, row)
        if key == "progress":
            percent = QCoreApplication.translate("Fleet", "%1 percent")
            return percent.replace("%1", str(store.progress[row])) if store.status[row] else ""
        if key == "step" and self.waits_for_step(row) and store.step[row]:
            return f"{store.step[row]}: {self._activities[Activity.WAITING_FOR_STEP]}"
        return self.text(key, row)

    def waits_for_step(self, row: int) -> bool:
        """Whether a thing in manual mode waits for someone to let it take the step that is shown."""
        return self._store.activity[row] is Activity.WAITING_FOR_STEP

    def sort_key(self, key: str) -> Callable[[int], Any]:
        """A key for list.sort over store rows."""
        store = self._store
        if key == "fw":
            firmware = store.firmware
            return lambda row: _versions(firmware[row])
        columns: dict[str, list[Any]] = {
            "thing": store.natural_names,
            "link": store.link,
            "status": store.status,
            "ver": store.version,
            "progress": store.progress,
            "job": store.job,
            "scenario": store.scenario,
            "details": store.details,
            "ack": store.ack,
            "msgs": store.messages,
            "rejects": store.rejects,
            "exec": store.execution,
            "queue": store.pending,
            "updated": store.updated,
            "seed": store.seed,
        }
        values = columns.get(key)
        return values.__getitem__ if values is not None else self._text[key]

    def _version(self, row: int) -> str:
        if self._store.status[row] == NO_EXECUTION:
            return NOTHING
        version = self._store.version[row]
        return self._small[version] if version < 256 else f"v{version}"

    def _step(self, row: int) -> str:
        step = self._store.step[row]
        if step and self.waits_for_step(row):
            return step  # the table adds a mark, which takes less room than the words
        return self._activities.get(self._store.activity[row]) or step or NOTHING

    def _job(self, row: int) -> str:
        store = self._store
        if not store.job[row]:
            return NOTHING
        more = store.pending[row] - (store.status[row] in (1, 2))
        return f"{store.job[row]} +{more}" if more > 0 else store.job[row]
