"""What the table's cells say: the text shown, the raw wire value, the tooltip, and the words a screen reader speaks."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from PySide6.QtCore import QCoreApplication

from simulator.feed import Activity
from ui.fleet_store import UNENDED, FleetStore, firmware_text, natural
from ui.numbers import grouped, milliseconds
from ui.status_style import LINKS, NO_EXECUTION, STATUSES, link_word, status_word

NOTHING: Final = "—"
_STATUS_OF: Final = (None, *STATUSES)
SORTED_BY: Final = {
    "thing": "name_rank", "link": "link", "status": "status", "ver": "version", "progress": "progress", "job": "job",
    "scenario": "scenario", "details": "details", "ack": "ack", "msgs": "messages", "rejects": "rejects",
    "faults": "faults", "exec": "execution", "queue": "pending", "updated": "updated", "seed": "seed",
}  # fmt: skip
"""The store's column that a table's column is sorted by."""
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
            "progress": lambda row: self._percents[min(100, store.shown[row].progress)] if store.status[row] else "",
            "step": self._step,
            "fw": lambda row: self._firmware(row) or NOTHING,
            "job": self._job,
            "scenario": lambda row: store.shown[row].scenario,
            "details": lambda row: store.shown[row].details,
            "ack": self._ack,
            "msgs": lambda row: NOTHING if store.in_past else grouped(store.shown[row].messages),
            "rejects": lambda row: NOTHING if store.in_past else grouped(store.shown[row].rejects),
            "faults": lambda row: NOTHING if store.in_past else grouped(sum(store.shown[row].faults.values())),
            "exec": lambda row: f"#{store.shown[row].execution_number}" if store.status[row] else NOTHING,
            "queue": lambda row: grouped(store.shown[row].pending),
            "updated": self._age,
            "seed": lambda row: str(store.seed_of(row)),
        }
        self._raw: dict[str, Callable[[int], Any]] = {
            "thing": lambda row: store.names[row],
            "link": lambda row: LINKS[store.link[row]].value,
            "status": lambda row: STATUSES[store.status[row] - 1].value if store.status[row] else "",
            "ver": lambda row: store.shown[row].version,
            "progress": lambda row: store.shown[row].progress,
            "step": lambda row: store.shown[row].step,
            "fw": self._firmware,
            "job": lambda row: store.shown[row].job_id,
            "scenario": lambda row: store.shown[row].scenario,
            "details": lambda row: store.shown[row].details,
            "ack": lambda row: 0.0 if store.in_past else store.acks.p95(store.names[row], store.at),
            "msgs": lambda row: store.shown[row].messages,
            "rejects": lambda row: store.shown[row].rejects,
            "faults": lambda row: sum(store.shown[row].faults.values()),
            "exec": lambda row: store.shown[row].execution_number,
            "queue": lambda row: store.shown[row].pending,
            "updated": store.updated_at,
            "seed": store.seed_of,
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
            reason = store.shown[row].link_reason
            return f"{word}: {reason}" if reason else word
        if key == "status":
            return STATUSES[store.status[row] - 1].value if store.status[row] else ""
        if key == "fw" and store.shown[row].firmware_warning:
            return tr("Fleet", "The job succeeded, but the reported firmware is not the one it installs.")
        if key == "scenario" and store.shown[row].scenario_overridden:
            return tr("Fleet", "%1, chosen for this thing").replace("%1", store.shown[row].scenario)
        if key == "faults":
            return ", ".join(f"{name} {count}" for name, count in sorted(store.shown[row].faults.items()))
        if key == "step" and self.waits_for_step(row):
            return self.spoken(key, row)
        if key in ("thing", "step", "fw", "job", "scenario", "details"):
            text = self.text(key, row)
            return "" if text == NOTHING else text
        return ""

    def spoken(self, key: str, row: int) -> str:
        """What a screen reader says: "Failed", "73 percent"; of a row's first cell "Failed, 73 percent, sim-00007"."""
        store = self._store
        if key == "thing":
            parts = self.spoken("status", row), self.spoken("progress", row), self.text(key, row)
            return ", ".join(part for part in parts if part)
        if key == "status":
            return status_word(_STATUS_OF[store.status[row]])
        if key == "link":
            return self.tip(key, row)
        if key == "progress":
            percent = QCoreApplication.translate("Fleet", "%1 percent")
            return percent.replace("%1", str(store.shown[row].progress)) if store.status[row] else ""
        if key == "step" and self.waits_for_step(row) and store.shown[row].step:
            return f"{store.shown[row].step}: {self._activities[Activity.WAITING_FOR_STEP]}"
        return self.text(key, row)

    def waits_for_step(self, row: int) -> bool:
        """Whether a thing in manual mode waits for someone to let it take the step that is shown."""
        return self._store.shown[row].activity is Activity.WAITING_FOR_STEP

    def sort_key(self, key: str) -> Callable[[int], Any]:
        """A key for list.sort over store rows."""
        store = self._store
        if key == "fw":
            return list(map(_versions, store.firmware)).__getitem__
        column = SORTED_BY.get(key)
        if column is not None:
            values: list[Any] = getattr(store, column)
            return values.__getitem__
        return self._text[key]

    def _version(self, row: int) -> str:
        if self._store.status[row] == NO_EXECUTION:
            return NOTHING
        version = self._store.shown[row].version
        return self._small[version] if version < 256 else f"v{version}"

    def _step(self, row: int) -> str:
        thing = self._store.shown[row]
        if thing.step and thing.activity is Activity.WAITING_FOR_STEP:
            return thing.step  # the table adds a mark, which takes less room than the words
        return self._activities.get(thing.activity) or thing.step or NOTHING

    def _firmware(self, row: int) -> str:
        thing = self._store.shown[row]
        return firmware_text(thing.firmware, thing.target_firmware)

    def _job(self, row: int) -> str:
        thing = self._store.shown[row]
        if not thing.job_id:
            return NOTHING
        more = thing.pending - (self._store.status[row] in UNENDED)
        return f"{thing.job_id} +{more}" if more > 0 else thing.job_id

    def _ack(self, row: int) -> str:
        found = self._raw["ack"](row)
        return f"≈ {milliseconds(found)} ms" if found else NOTHING

    def _age(self, row: int) -> str:
        updated = self._store.updated_at(row)
        return f"{max(0, int(self._store.shown_at - updated))} s" if updated else NOTHING
