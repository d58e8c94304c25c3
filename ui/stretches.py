"""Numbers as stretches: a selection of many rows or squares is then a few ranges. Pure."""

from collections.abc import Iterable


def stretches(numbers: Iterable[int], columns: int = 0) -> list[tuple[int, int]]:
    """First and last of each stretch without a gap, of numbers in ascending order.

    With `columns` a stretch ends where a line of so many ends.
    """
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number <= found[-1][1] + 1 and not (columns and number % columns == 0):
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
