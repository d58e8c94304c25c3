"""The wall as pixels: nine for each thing in one picture, scaled up when it is painted.

A status has a pattern as well as a colour, so that it reads in pure grey too: waiting, running and done are full
(and differ in brightness), the bad ends have figures. A thing that is not online lacks a corner and is dim.
"""

from collections.abc import Iterable
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


def look_of(kind: int) -> tuple[int, bool]:
    """Status code, and whether it is online, of what is kept of a thing."""
    return (kind - 1) % _KINDS, kind <= _KINDS


def wall_colour(status: JobStatus | None) -> QColor:
    """The colour of a status on the wall, in the scheme in use."""
    return QColor((_DARK if theme.current().dark else _LIGHT)[status])


def _kinds(*, patterned: bool) -> list[str]:
    """The colours of the nine pixels of a square, as characters, for each status code while online, then while not."""
    kinds = []
    for dim in (0, DIM):
        for status, code in sorted(CODE_OF.items(), key=lambda item: item[1]):
            bits = (PATTERNS[status] if patterned else _FULL).replace(" ", "")
            if patterned and dim:
                bits = bits[:-1] + "0"
            kinds.append("".join(chr(code + 1 + dim) if bit == "1" else chr(BEHIND) for bit in bits))
    return kinds


def _tables(*, patterned: bool) -> list[bytes]:
    """For each of the nine pixels of a square a table that makes its colour of what is kept of the thing."""
    kinds = _kinds(patterned=patterned)
    return [bytes([BEHIND, *(ord(kind[pixel]) for kind in kinds)]).ljust(256, bytes([BEHIND])) for pixel in range(9)]


_KINDS: Final = len(STATUSES) + 1
_PATTERNED: Final = _tables(patterned=True)
_PLAIN: Final = _tables(patterned=False)


class WallImage:
    """A picture of `columns` times `rows` things. Row stride is a multiple of four, as Qt wants it.

    One byte is kept for each thing; lines of squares in which one changed are made of those when the picture is asked
    for, each pixel of all the line's squares at once. The picture is of full colours: Qt scales those itself, while it
    would work out each of a million indexed pixels anew, on several threads (8 ms of processor time against 1 ms).
    """

    def __init__(self) -> None:
        self._columns = self._rows = self._stride = 0
        self._kinds = bytearray()  # of each thing: 0 for an empty square, else 1 more than its place in the tables
        self._bytes = bytearray()
        self._stale: set[int] = set()  # lines of squares
        self._picture: QImage | None = None
        self._tables = _PATTERNED
        self._colours: list[int] = []
        self.restyle()

    def reshape(self, columns: int, rows: int, *, patterned: bool) -> None:
        """Make room for so many things; all squares are empty then."""
        self._columns, self._rows = columns, rows
        self._stride = -(-columns * 3 // 4) * 4
        self._kinds = bytearray(columns * rows)
        self._bytes = bytearray(self._stride * rows * 3)
        self._tables = _PATTERNED if patterned else _PLAIN
        self._stale.clear()
        self._picture = None

    def put(self, index: int, status: int, link: int) -> None:
        """Draw the thing at a place; `status` and `link` are codes of the store."""
        self.put_many([index], [status], [link])

    def put_many(self, places: Iterable[int], status: Iterable[int], link: Iterable[int]) -> list[tuple[int, int]]:
        """As `put`, for many things: the codes are those of each place in turn. This is on the path of every tick.

        Return the places that look different now, each with the kind of its former look.
        """
        kinds, online, dim = self._kinds, ONLINE, _KINDS + 1
        changed = []
        for place, code, line in zip(places, status, link, strict=True):
            kind = code + 1 if line == online else code + dim
            if kinds[place] != kind:
                changed.append((place, kinds[place]))
                kinds[place] = kind
        if changed:
            columns = self._columns
            self._stale.update([place // columns for place, _ in changed])
            self._picture = None
        return changed

    def _renew(self) -> None:
        """Make the pixels of the stale lines: each of the nine for all their squares at once."""
        data, stride, columns, width = self._bytes, self._stride, self._columns, self._columns * 3
        lines = sorted(self._stale)
        self._stale.clear()
        kinds = b"".join([self._kinds[line * columns : (line + 1) * columns] for line in lines])
        for row in range(3):
            pixels = bytearray(len(kinds) * 3)
            for column in range(3):
                pixels[column::3] = kinds.translate(self._tables[row * 3 + column])
            for number, line in enumerate(lines):
                begin = (line * 3 + row) * stride
                data[begin : begin + width] = pixels[number * width : (number + 1) * width]

    def restyle(self) -> None:
        """Take the colours of the scheme in use."""
        behind = theme.current().tokens.base
        table = [behind] * (2 * DIM)
        for status, code in CODE_OF.items():
            colour = wall_colour(status)
            table[code + 1] = colour
            table[code + 1 + DIM] = _blend(colour, behind, _DIM_SHARE)
        self._colours = [qRgb(c.red(), c.green(), c.blue()) for c in table]
        self._picture = None

    def picture(self) -> QImage:
        """The picture as it is now, nine pixels for each thing."""
        if self._picture is None:
            self._renew()
            image = QImage(self._bytes, self._columns * 3, self._rows * 3, self._stride, QImage.Format.Format_Indexed8)
            image.setColorTable(self._colours)
            self._picture = image.convertToFormat(QImage.Format.Format_RGB32)
        return self._picture

    def pixels(self, index: int) -> tuple[bytes, bytes, bytes]:
        """The nine bytes of a place, for tests."""
        self._renew()
        row, column = divmod(index, self._columns)
        starts = [(row * 3 + line) * self._stride + column * 3 for line in range(3)]
        return tuple(bytes(self._bytes[at : at + 3]) for at in starts)  # type: ignore[return-value]


def _blend(colour: QColor, other: QColor, share: float) -> QColor:
    def mix(one: int, two: int) -> int:
        return round(one * (1 - share) + two * share)

    return QColor(mix(colour.red(), other.red()), mix(colour.green(), other.green()), mix(colour.blue(), other.blue()))
