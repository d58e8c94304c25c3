"""Where the squares of the wall are: how large, how many in a row, which one lies where. Pure."""

import math
from dataclasses import dataclass
from typing import Final

SMALLEST: Final = 3  # pixels; one for each of a square's three rows
LARGEST: Final = 88
PATTERNED: Final = 6  # from this size on a square shows its pattern, below only its colour
SHAPED: Final = 20  # from this size on it shows the shape of its status
NAMED: Final = 40  # from this size on also name and version


@dataclass(frozen=True, slots=True)
class WallGeometry:
    """`count` squares of `cell` pixels (grid line included), `columns` in a row, the first at (0, 0)."""

    count: int
    columns: int
    cell: int

    @property
    def rows(self) -> int:
        return math.ceil(self.count / self.columns) if self.count else 0

    @property
    def width(self) -> int:
        return min(self.count, self.columns) * self.cell

    @property
    def height(self) -> int:
        return self.rows * self.cell

    def at(self, x: float, y: float) -> int:
        """The square under a point, -1 if there is none."""
        if x < 0 or y < 0:
            return -1
        column, row = int(x // self.cell), int(y // self.cell)
        index = row * self.columns + column
        return index if column < self.columns and index < self.count else -1

    def place(self, index: int) -> tuple[int, int]:
        """Left and top of a square."""
        row, column = divmod(index, self.columns)
        return column * self.cell, row * self.cell

    def within(self, left: float, top: float, right: float, bottom: float) -> list[int]:
        """The squares that a rectangle touches, in order."""
        first_column, last_column = max(0, int(left // self.cell)), min(self.columns - 1, int(right // self.cell))
        first_row, last_row = max(0, int(top // self.cell)), min(self.rows - 1, int(bottom // self.cell))
        return [
            index
            for row in range(first_row, last_row + 1)
            for column in range(first_column, last_column + 1)
            if (index := row * self.columns + column) < self.count
        ]


def fit(count: int, width: int, height: int) -> WallGeometry:
    """The largest squares with which `count` of them fit into so many pixels.

    Where not even the smallest fit, those are taken and the wall is higher than the pane, which then scrolls.
    """
    width, height = max(width, SMALLEST), max(height, SMALLEST)
    if count <= 0:
        return WallGeometry(0, max(1, width // LARGEST), LARGEST)
    low, high = SMALLEST, LARGEST
    while low < high:  # capacity falls as squares grow
        middle = (low + high + 1) // 2
        if (width // middle) * (height // middle) >= count:
            low = middle
        else:
            high = middle - 1
    return WallGeometry(count, max(1, width // low), low)
