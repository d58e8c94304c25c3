"""The wall as pixels: nine bytes for each thing in one picture of indexed colours, scaled up when it is painted.

A status has a pattern as well as a colour, so that it reads in pure grey too: waiting, running and done are full
(and differ in brightness), the bad ends have figures. A thing that is not online lacks a corner and is dim.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtGui import QColor, QImage, qRgb

from simulator.jobs.model import JobStatus
from simulator.transport.base import Link
from ui import theme
from ui.status_style import CODE_OF, LINK_CODE, STATUSES

DIM: Final = 16  # added to a colour's number for a thing that is not online
BEHIND: Final = 0  # the colour between squares and in the holes of patterns
_DIM_SHARE: Final = 0.55
_LIGHT: Final = {
    None: "#E3E7ED",
    JobStatus.QUEUED: "#C9CFD8",
    JobStatus.IN_PROGRESS: "#0859E9",
    JobStatus.SUCCEEDED: "#5DB999",
    JobStatus.FAILED: "#BF1406",
    JobStatus.TIMED_OUT: "#F2A516",
    JobStatus.REJECTED: "#711F86",
    JobStatus.CANCELED: "#8B7A60",
    JobStatus.REMOVED: "#C9CED6",
}
_DARK: Final = {
    None: "#2B3038",
    JobStatus.QUEUED: "#3F4651",
    JobStatus.IN_PROGRESS: "#5CB0FF",
    JobStatus.SUCCEEDED: "#1B7F58",
    JobStatus.FAILED: "#FF8F80",
    JobStatus.TIMED_OUT: "#F7D154",
    JobStatus.REJECTED: "#C95FBC",
    JobStatus.CANCELED: "#CFC3B2",
    JobStatus.REMOVED: "#454A52",
}
_FULL: Final = "111 111 111"
PATTERNS: Final = {
    None: _FULL,
    JobStatus.QUEUED: _FULL,
    JobStatus.IN_PROGRESS: _FULL,
    JobStatus.SUCCEEDED: _FULL,
    JobStatus.FAILED: "101 010 101",
    JobStatus.TIMED_OUT: "111 101 111",
    JobStatus.REJECTED: "110 111 011",
    JobStatus.CANCELED: "000 111 000",
    JobStatus.REMOVED: "100 000 001",
}
ONLINE: Final = LINK_CODE[Link.ONLINE]


def wall_colour(status: JobStatus | None) -> QColor:
    """The colour of a status on the wall, in the scheme in use."""
    return QColor((_DARK if theme.current().dark else _LIGHT)[status])


def _triples(pattern: str, colour: int, *, cornerless: bool) -> tuple[bytes, bytes, bytes]:
    rows = [[colour if bit == "1" else BEHIND for bit in row] for row in pattern.split()]
    if cornerless:
        rows[2][2] = BEHIND
    return bytes(rows[0]), bytes(rows[1]), bytes(rows[2])


def _stamps(*, patterned: bool) -> list[tuple[bytes, bytes, bytes]]:
    """What is written for each status code while online, then for each while not."""
    return [
        _triples(PATTERNS[status] if patterned else _FULL, code + 1 + dim, cornerless=patterned and dim > 0)
        for dim in (0, DIM)
        for status, code in sorted(CODE_OF.items(), key=lambda item: item[1])
    ]


_KINDS: Final = len(STATUSES) + 1
_PATTERNED: Final = _stamps(patterned=True)
_PLAIN: Final = _stamps(patterned=False)


class WallImage:
    """A picture of `columns` times `rows` things. Row stride is a multiple of four, as Qt wants it."""

    def __init__(self) -> None:
        self._columns = self._rows = self._stride = 0
        self._bytes = bytearray()
        self._starts: list[int] = []
        self._stamps = _PATTERNED
        self._colours: list[int] = []
        self.restyle()

    def reshape(self, columns: int, rows: int, *, patterned: bool) -> None:
        """Make room for so many things; all squares are empty then."""
        self._columns, self._rows = columns, rows
        self._stride = -(-columns * 3 // 4) * 4
        self._bytes = bytearray(self._stride * rows * 3)
        self._stamps = _PATTERNED if patterned else _PLAIN
        line = [column * 3 for column in range(columns)]
        self._starts = [row * 3 * self._stride + at for row in range(rows) for at in line]

    def put(self, index: int, status: int, link: int) -> None:
        """Draw the thing at a place; `status` and `link` are codes of the store."""
        first, second, third = self._stamps[status if link == ONLINE else status + _KINDS]
        at = self._starts[index]
        data, stride = self._bytes, self._stride
        data[at : at + 3] = first
        at += stride
        data[at : at + 3] = second
        at += stride
        data[at : at + 3] = third

    def put_many(self, places: Sequence[int], status: Sequence[int], link: Sequence[int]) -> None:
        """As `put`, for many things: the codes are those of each place in turn. This is on the path of every tick."""
        stamps, starts, data, stride, kinds, online = (
            self._stamps, self._starts, self._bytes, self._stride, _KINDS, ONLINE,
        )  # fmt: skip
        twice = 2 * stride
        for place, code, line in zip(places, status, link, strict=True):
            first, second, third = stamps[code if line == online else code + kinds]
            at = starts[place]
            data[at : at + 3] = first
            data[at + stride : at + stride + 3] = second
            data[at + twice : at + twice + 3] = third

    def restyle(self) -> None:
        """Take the colours of the scheme in use."""
        behind = theme.current().tokens.base
        table = [behind] * (2 * DIM)
        for status, code in CODE_OF.items():
            colour = wall_colour(status)
            table[code + 1] = colour
            table[code + 1 + DIM] = _blend(colour, behind, _DIM_SHARE)
        self._colours = [qRgb(c.red(), c.green(), c.blue()) for c in table]

    def picture(self) -> QImage:
        """The picture as it is now: a view of the bytes, to be drawn before they change."""
        image = QImage(self._bytes, self._columns * 3, self._rows * 3, self._stride, QImage.Format.Format_Indexed8)
        image.setColorTable(self._colours)
        return image

    def pixels(self, index: int) -> tuple[bytes, bytes, bytes]:
        """The nine bytes of a place, for tests."""
        row, column = divmod(index, self._columns)
        starts = [(row * 3 + line) * self._stride + column * 3 for line in range(3)]
        return tuple(bytes(self._bytes[at : at + 3]) for at in starts)  # type: ignore[return-value]


def _blend(colour: QColor, other: QColor, share: float) -> QColor:
    def mix(one: int, two: int) -> int:
        return round(one * (1 - share) + two * share)

    return QColor(mix(colour.red(), other.red()), mix(colour.green(), other.green()), mix(colour.blue(), other.blue()))
