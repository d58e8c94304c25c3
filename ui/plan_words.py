"""Durations and rollouts in words: what a person reads before a job is created. Estimates bear ≈."""

from typing import Final

from PySide6.QtCore import QCoreApplication, QLocale

from simulator.jobs.configs import RetryConfig, RolloutConfig
from simulator.plan_rollout import AbortPlan, RolloutPlan
from ui.numbers import counted, grouped

MINUTE: Final = 60.0
HOUR: Final = 3600.0
DAY: Final = 86_400.0


def _tr(text: str) -> str:
    return QCoreApplication.translate("Plan", text)


def span(seconds: float) -> str:
    """A duration as short as it says something: 4 s, 6 min, 2.5 h, 3 d. For 90 s and more in minutes."""
    if seconds < 1:
        return _tr("%1 s").replace("%1", "0" if seconds <= 0 else "< 1")
    if seconds < 1.5 * MINUTE:
        return _tr("%1 s").replace("%1", _short(seconds))
    if seconds < 1.5 * HOUR:
        return _tr("%1 min").replace("%1", _short(seconds / MINUTE))
    if seconds < 2 * DAY:
        return _tr("%1 h").replace("%1", _short(seconds / HOUR))
    return _tr("%1 d").replace("%1", _short(seconds / DAY))


def _short(value: float) -> str:
    """At most two digits that count, without a decimal that is 0."""
    if value >= 9.95 or abs(value - round(value)) < 0.05:
        return grouped(round(value))
    return QLocale().toString(value, "f", 1)


def about(seconds: float, scale: float = 1.0) -> str:
    """≈ 6 min, and how long that really takes where the clock is scaled: ≈ 6 min (≈ 45 s at 8×)."""
    words = "≈ " + span(seconds)
    if scale == 1.0 or seconds < 1:
        return words
    real = _tr("≈ %1 at %2×").replace("%1", span(seconds / scale)).replace("%2", factor(scale))
    return f"{words} ({real})"


def factor(value: float) -> str:
    """8, 1.5 or 0.25."""
    return QLocale().toString(float(value), "g", 6)


def short_rate(config: RolloutConfig | None) -> str:
    """As `rate`, for a narrow cell: at once, 50/min, 30/min ×2."""
    rising = None if config is None else config.exponential_rate
    per_minute = None if config is None else config.maximum_per_minute
    if rising is not None:
        per_minute = rising.base_rate_per_minute
    if per_minute is None:
        return _tr("at once")
    text = _tr("%1/min").replace("%1", grouped(per_minute))
    return text if rising is None else f"{text} ×{factor(rising.increment_factor)}"


def axis(seconds: float) -> str:
    """A place on a time axis: 0, 30 s, 1 min, 1:15, 2 h, 2:30 h."""
    if seconds < MINUTE:
        return _tr("%1 s").replace("%1", _short(seconds)) if seconds else "0"
    if seconds >= 2 * DAY:
        return _tr("%1 d").replace("%1", _short(seconds / DAY))
    unit, words = (HOUR, _tr("%1 h")) if seconds >= HOUR else (MINUTE, _tr("%1 min"))
    whole, rest = divmod(round(seconds), int(unit))
    if not rest:
        return words.replace("%1", grouped(whole))
    smaller = round(rest / 60) if unit == HOUR else rest
    text = f"{whole}:{smaller:02d}"
    return text if unit == MINUTE else words.replace("%1", text)


def rate(config: RolloutConfig | None, plan: RolloutPlan) -> str:
    """50 a minute; 10 a minute, ×1.5 every 10 notified, up to 500; queued at once."""
    if plan.first_per_minute is None:
        return _tr("queued at once")
    first = _tr("%1 a minute").replace("%1", grouped(round(plan.first_per_minute)))
    rising = None if config is None else config.exponential_rate
    if rising is None:
        return first
    criteria = rising.rate_increase_criteria
    by = criteria.number_of_notified_things
    text = _tr("%1, ×%2 every %3 notified") if by else _tr("%1, ×%2 every %3 succeeded")
    text = text.replace("%1", first).replace("%2", factor(rising.increment_factor))
    text = text.replace("%3", grouped(by or criteria.number_of_succeeded_things or 1))
    if config is not None and config.maximum_per_minute is not None:
        text += _tr(", up to %1").replace("%1", grouped(config.maximum_per_minute))
    return text


def last(plan: RolloutPlan, scale: float = 1.0) -> str:
    """Last one ≈ 6 min; with a rate that rises by successes, at best."""
    text = _tr("last one at best %1") if plan.is_best_case else _tr("last one %1")
    return text.replace("%1", about(plan.last_seconds, scale))


def aborts(plan: AbortPlan | None) -> str:
    """Aborts at 31 failures, and from which number on it may."""
    if plan is None:
        return _tr("nothing aborts it")
    text = counted(plan.failures, _tr("aborts at 1 failure"), _tr("aborts at %n failures"))
    if plan.earliest < plan.failures:
        early = _tr("%1 among the first %2")
        text += f" ({early.replace('%1', grouped(plan.earliest)).replace('%2', grouped(plan.among))})"
    return text


def timeout(minutes: int | None, scale: float = 1.0) -> str:
    """The in-progress timeout."""
    if minutes is None:
        return _tr("no in-progress timeout")
    text = _tr("in-progress timeout %1 min").replace("%1", grouped(minutes))
    if scale != 1.0:
        real = _tr("≈ %1 at %2×").replace("%1", span(minutes * MINUTE / scale))
        text += f" ({real.replace('%2', factor(scale))})"
    return text


def retries(config: RetryConfig | None) -> str:
    """How often what failed or timed out is tried again; "" if never."""
    count = sum(criteria.number_of_retries for criteria in (() if config is None else config.criteria_list))
    return "" if not count else counted(count, _tr("1 retry"), _tr("%n retries"))
