"""Round numbers for the axes of a chart: counts and durations. Pure."""

from typing import Final

_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_DAY: Final = 86_400.0
_TIMES: Final = (
    0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0,
    _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE,
    _HOUR, 2 * _HOUR, 4 * _HOUR, 6 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY, 28 * _DAY,
)  # fmt: skip


def nice_steps(top: float, at_most: int) -> list[int]:
    """Whole numbers from 0 to `top` at even, round distances (1, 2 or 5 times a power of ten)."""
    step = 1
    while top / step > at_most:
        digits = 10 ** (len(str(step)) - 1)
        step = {1: 2, 2: 5, 5: 10}[step // digits] * digits
    return list(range(0, int(top) + 1, step))


def time_steps(span: float, at_most: int) -> list[float]:
    """Seconds from 0 to `span` at even distances that people count in."""
    step = next((step for step in _TIMES if span / step <= at_most), None)
    if step is None:
        step = nice_steps(span / _DAY, at_most)[1] * _DAY
    return [step * number for number in range(int(span / step) + 1)]
