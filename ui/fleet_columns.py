"""The columns of the fleet table: their keys (used in filters, copies, tests), titles, kinds and widths."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QCoreApplication


class Kind(StrEnum):
    """How a column's values compare."""

    TEXT = "text"
    STATUS = "status"
    LINK = "link"
    NUMBER = "number"
    VERSION = "version"  # firmware versions: 2.4 < 2.10
    AGE = "age"  # seconds since the last change


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. Widths are in the width of the font's digit; `stretch` is its share of what is left over.

    `tight` is what is left of it beside the pane in a small window, where not even `least` is there for all; 0 gives
    nothing away.
    """

    key: str
    kind: Kind = Kind.TEXT
    default: bool = True
    live: bool = True  # whether its values change while things run
    right: bool = False
    tight: float = 0
    least: float = 6
    wanted: float = 10
    stretch: int = 0


COLUMNS: Final = (
    Column(key="thing", live=False, least=11.5, wanted=13),
    Column(key="link", kind=Kind.LINK, least=5.5, wanted=6),
    Column(key="status", kind=Kind.STATUS, least=14.5, wanted=16),
    Column(key="ver", kind=Kind.NUMBER, right=True, least=5.5, wanted=6.5),
    Column(key="progress", kind=Kind.NUMBER, tight=10.5, least=12.5, wanted=17),
    Column(key="step", tight=9.5, least=10.5, wanted=15),
    Column(key="fw", kind=Kind.VERSION, least=14.5, wanted=15.5),
    Column(key="job", tight=10.5, least=13, wanted=24),
    Column(key="scenario", live=False, tight=9, least=12, wanted=18),
    Column(key="details", tight=6, least=7, wanted=18, stretch=1),
    Column(key="ack", kind=Kind.NUMBER, default=False, right=True, least=10, wanted=10),
    Column(key="msgs", kind=Kind.NUMBER, default=False, right=True, least=8, wanted=8),
    Column(key="rejects", kind=Kind.NUMBER, default=False, right=True, least=9, wanted=9),
    Column(key="faults", kind=Kind.NUMBER, default=False, right=True, least=8, wanted=8),
    Column(key="exec", kind=Kind.NUMBER, default=False, right=True, least=8, wanted=8),
    Column(key="queue", kind=Kind.NUMBER, default=False, right=True, least=9, wanted=9),
    Column(key="updated", kind=Kind.AGE, default=False, right=True, least=9, wanted=9),
    Column(key="seed", kind=Kind.NUMBER, default=False, live=False, right=True, least=13, wanted=13),
)
COLUMN_OF: Final = {column.key: column for column in COLUMNS}
ALIASES: Final = {
    "name": "thing",
    "v": "ver",
    "version": "ver",
    "firmware": "fw",
    "reason": "details",
    "pending": "queue",
}


def title(key: str) -> str:
    """The header's text."""
    tr = QCoreApplication.translate
    return {
        "thing": tr("Column", "Thing"),
        "link": tr("Column", "Link"),
        "status": tr("Column", "Status"),
        "ver": tr("Column", "v"),
        "progress": tr("Column", "Progress"),
        "step": tr("Column", "Step"),
        "fw": tr("Column", "Firmware"),
        "job": tr("Column", "Job"),
        "scenario": tr("Column", "Scenario"),
        "details": tr("Column", "Details"),
        "ack": tr("Column", "p95 ack"),
        "msgs": tr("Column", "Msgs"),
        "rejects": tr("Column", "Rejects"),
        "faults": tr("Column", "Faults"),
        "exec": tr("Column", "Exec #"),
        "queue": tr("Column", "Pending"),
        "updated": tr("Column", "Updated"),
        "seed": tr("Column", "Seed"),
    }[key]


def tip(key: str) -> str:
    """What the header's tooltip says; it names the key that filters use."""
    tr = QCoreApplication.translate
    says = {
        "link": tr("Column", "The line to the endpoint; filter with link:online"),
        "status": tr("Column", "Status of the newest job execution; filter with status:failed,timed_out"),
        "ver": tr("Column", "Execution version: +1 at each accepted update; filter with ver>3"),
        "fw": tr("Column", "Firmware the thing reports; filter with fw<2.4"),
        "ack": tr(
            "Column",
            "95 of 100 answers of the last minute came within this, from the newest 32 that the fleet told; "
            "filter with ack>100",
        ),
        "faults": tr("Column", "Faults that the thing had since its start; filter with faults>0"),
        "queue": tr("Column", "Pending job executions; filter with queue>1"),
        "updated": tr("Column", "Seconds since the last change; filter with updated<10"),
    }
    return says.get(key) or tr("Column", "Filter with %1:…").replace("%1", key)
