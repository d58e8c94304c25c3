"""When a job may run: its start and end, and maintenance windows that recur by a cron expression. All of it in UTC.

Source: reference sections 8.2 and 8.3. A cron expression has AWS's six fields (minute, hour, day of month, month, day
of week, year), with or without `cron(…)` around it; the year may be left out.
"""

import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from simulator.jobs.configs import MaintenanceWindow, SchedulingConfig

_MINUTE: Final = 60.0
_DAY: Final = 86_400.0
NOTICE_SECONDS: Final = 30 * _MINUTE
MAX_START_SECONDS: Final = 366 * _DAY
MAX_END_SECONDS: Final = 2 * 366 * _DAY
WINDOWS_SHOWN: Final = 7
_DAYS_SEARCHED: Final = 366 * 9  # a 29th of February can be eight years off
_MONTH_NAMES: Final = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
_WEEKDAY_NAMES: Final = "SUN MON TUE WED THU FRI SAT"
_MONTHS: Final = {name: place for place, name in enumerate(_MONTH_NAMES.split(), 1)}
_WEEKDAYS: Final = {name: place for place, name in enumerate(_WEEKDAY_NAMES.split(), 1)}


class ScheduleError(ValueError):
    """Why a schedule cannot be; the text names the member."""


@dataclass(frozen=True, slots=True)
class Cron:
    """The minutes that an expression names. Of day of month and day of week one is usually `?`; of two, either does."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # 1 is Sunday
    years: frozenset[int] | None
    is_any_day: bool
    is_any_weekday: bool

    def after(self, moment: float) -> Iterator[float]:
        """Return the times from `moment` on (epoch seconds), without end as far as the expression has none."""
        start = datetime.fromtimestamp(moment, UTC)
        day = datetime(start.year, start.month, start.day, tzinfo=UTC)
        if self.years is not None:
            day = max(day, datetime(min(self.years), 1, 1, tzinfo=UTC))
        searched = 0
        while searched < _DAYS_SEARCHED:
            if self._is_day(day):
                for hour in self.hours:
                    for minute in self.minutes:
                        at = day.timestamp() + hour * 3600 + minute * 60
                        if at >= moment:
                            searched = 0
                            yield at
            day += timedelta(days=1)
            searched += 1

    def _is_day(self, day: datetime) -> bool:
        if day.month not in self.months or (self.years is not None and day.year not in self.years):
            return False
        is_day = day.day in self.days
        is_weekday = day.isoweekday() % 7 + 1 in self.weekdays
        if self.is_any_day or self.is_any_weekday:
            return is_day and is_weekday
        return is_day or is_weekday


@lru_cache(maxsize=1000)
def cron(text: str) -> Cron:
    """Read a cron expression.

    Raises:
        ScheduleError: it is none.
    """
    inner = text.strip()
    if inner.lower().startswith("cron(") and inner.endswith(")"):
        inner = inner[5:-1]
    fields = inner.upper().split()
    if len(fields) not in (5, 6):
        raise ScheduleError(f"maintenanceWindows startTime '{text[:80]}' is no cron expression of five or six fields.")
    minute, hour, day, month, weekday = fields[:5]
    try:
        made = Cron(
            minutes=tuple(sorted(_numbers(minute, 0, 59))),
            hours=tuple(sorted(_numbers(hour, 0, 23))),
            days=_numbers(day, 1, 31),
            months=_numbers(month, 1, 12, _MONTHS),
            weekdays=_numbers(weekday, 1, 7, _WEEKDAYS),
            years=None if len(fields) == 5 or fields[5] == "*" else _numbers(fields[5], 1970, 2199),
            is_any_day=day in "?*",
            is_any_weekday=weekday in "?*",
        )
        next(made.after(1_700_000_000.0 if made.years is None else 0.0))
    except (ValueError, StopIteration) as exc:
        raise ScheduleError(f"maintenanceWindows startTime '{text[:80]}' names no time: {exc}") from None
    return made


def _numbers(field: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int]:
    """Return the numbers that `*`, `?`, lists, ranges and steps mean."""

    def number(text: str) -> int:
        value = names[text] if names and text in names else int(text)
        if not low <= value <= high:
            raise ValueError(f"{value} is not between {low} and {high}")
        return value

    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if span in ("*", "?"):
            ends = low, high
        elif last:
            ends = number(first), number(last)
        else:
            ends = number(first), high if step else number(first)
        if step and int(step) < 1:
            raise ValueError(f"a step of {step} leads nowhere")
        found.update(range(ends[0], ends[1] + 1, int(step) if step else 1))
    if not found:
        raise ValueError(f"'{field}' names nothing")
    return frozenset(found)


def moment(text: str, member: str) -> float:
    """Return the epoch seconds of "YYYY-MM-DD HH:MM"; ISO 8601 is taken too. Without an offset it is UTC.

    Raises:
        ScheduleError: it is no such text.
    """
    try:
        read = datetime.fromisoformat(text.strip())
        return (read if read.tzinfo is not None else read.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise ScheduleError(f"schedulingConfig.{member} '{text[:64]}' must be written YYYY-MM-DD HH:MM.") from None


@dataclass(frozen=True, slots=True)
class Times:
    """Start and end of a job in epoch seconds, where it has them."""

    starts_at: float | None = None
    ends_at: float | None = None


def times(config: SchedulingConfig | None, now: float) -> Times:
    """Read and check a schedule.

    Raises:
        ScheduleError: it cannot be; the text names the member.
    """
    if config is None:
        return Times()
    starts_at = None if config.start_time is None else moment(config.start_time, "startTime")
    ends_at = None if config.end_time is None else moment(config.end_time, "endTime")
    if starts_at is not None and starts_at - now + _MINUTE < NOTICE_SECONDS:  # texts have whole minutes
        raise ScheduleError("schedulingConfig.startTime must be at least thirty minutes from now.")
    if starts_at is not None and starts_at - now > MAX_START_SECONDS:
        raise ScheduleError("schedulingConfig.startTime must be at most a year from now.")
    if ends_at is not None:
        if ends_at - max(now, starts_at or now) + _MINUTE < NOTICE_SECONDS:
            raise ScheduleError(
                "schedulingConfig.endTime must be at least thirty minutes from now and after the start."
            )
        if ends_at - now > MAX_END_SECONDS:
            raise ScheduleError("schedulingConfig.endTime must be at most two years from now.")
    elif config.end_behavior is not None:
        raise ScheduleError("schedulingConfig.endBehavior needs endTime beside it.")
    for window in config.maintenance_windows:
        cron(window.start_time)
    return Times(starts_at, ends_at)


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether executions may be made at a moment, and when that changes next (None: never)."""

    is_open: bool
    changes_at: float | None


def opening(starts_at: float | None, windows: tuple[MaintenanceWindow, ...], now: float) -> Opening:
    """Say whether a job runs at `now`: it has started, and one of its windows, if it has any, is open."""
    if starts_at is not None and now < starts_at:
        return Opening(False, starts_at)
    if not windows:
        return Opening(True, None)
    closes_at: float | None = None
    opens_at: list[float] = []
    for window in windows:
        seconds = window.duration_in_minutes * _MINUTE
        for at in cron(window.start_time).after(now - seconds + 0.001):
            if at > now:
                opens_at.append(at)
                break
            closes_at = max(closes_at or 0.0, at + seconds)
    if closes_at is not None:
        return Opening(True, closes_at)
    return Opening(False, min(opens_at, default=None))


def next_windows(starts_at: float | None, windows: tuple[MaintenanceWindow, ...], now: float) -> list[float]:
    """Return the starts of the next seven windows."""
    starts: list[float] = []
    for window in windows:
        for at, _ in zip(cron(window.start_time).after(max(now, starts_at or now)), range(WINDOWS_SHOWN), strict=False):
            bisect.insort(starts, at)
    return starts[:WINDOWS_SHOWN]


def written(at: float) -> str:
    """Return a moment as schedules write it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")
