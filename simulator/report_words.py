"""Figures as a reader of a report likes them: no more digits than they are worth, with their unit."""

from datetime import UTC, datetime


def count(value: float) -> str:
    """Return a count with separators of thousands, large ones short: 1,234; 12.5k; 3.2M."""
    for limit, unit in ((1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            shown = value / (1e3 if unit == "k" else 1e6)
            return f"{shown:.3g}{unit}" if shown < 1000 else f"{shown:,.0f}{unit}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.3g}"


def whole(value: int) -> str:
    """Return a count exactly."""
    return f"{value:,}"


def rate(value: float) -> str:
    """Return so many a second, without the unit."""
    return f"{value:,.0f}" if value >= 100 or float(value).is_integer() else f"{value:.3g}"


def ms(value: float) -> str:
    """Return milliseconds, as seconds where they are many."""
    if value >= 10_000:
        return f"{value / 1000:,.3g} s"
    if value >= 100 or value == 0:
        return f"{value:,.0f} ms"
    return f"{value:.3g} ms"


def seconds(value: float) -> str:
    """Return a length of time: 0.35 s, 12.5 s, 3 min 20 s, 2 h 05 min."""
    if value < 10:
        return f"{value:.3g} s"
    if value < 120:
        return f"{value:.1f} s".replace(".0 s", " s")
    minutes, left = divmod(round(value), 60)
    if minutes < 120:
        return f"{minutes} min {left:02d} s" if left else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes:02d} min" if minutes else f"{hours:,} h"


def mib(value: float) -> str:
    """Return a size in MiB, in GiB where it is large."""
    return f"{value / 1024:.3g} GiB" if value >= 10_240 else f"{value:,.0f} MiB"


def share(part: int, of: int) -> str:
    """Return a percentage; 100 % and 0 % only where they are exact."""
    if not of:
        return "–"
    percent = 100 * part / of
    if part not in (0, of):
        percent = min(99.9, max(0.1, percent))
    return f"{percent:.3g} %"


def date(epoch: float) -> str:
    """Return a date and time that is the same everywhere."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%d %B %Y, %H:%M:%S UTC").lstrip("0")


def number_of(amount: int, noun: str) -> str:
    """Return `1 thing`, `2 things`."""
    return f"{amount:,} {noun}" if amount == 1 else f"{amount:,} {noun}s"
