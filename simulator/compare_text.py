"""A comparison of two reports in a terminal."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.compare import Comparison, Difference
from simulator.report_words import ms

MOST_DIVERGENCES: Final = 50


def print_comparison(console: Console, comparison: Comparison, a: str, b: str) -> None:
    """Print what differs; `a` and `b` are what the two are called."""
    _say(console, f"A {a}")
    _say(console, f"B {b}")
    _outcomes(console, comparison)
    _percentiles(console, comparison)
    _differences(console, "Assertion", comparison.assertions)
    _differences(console, "Setting", comparison.settings)
    _differences(console, "Version", comparison.versions)
    if comparison.divergences:
        _say(console, "Executions that differ", "bold")
    for one in comparison.divergences[:MOST_DIVERGENCES]:
        job = f" job {one.job}" if one.job else ""
        number = f" #{one.execution_number}" if one.execution_number > 1 else ""
        _say(console, f"  {one.thing}{job}{number}: {one.what}")
    if len(comparison.divergences) > MOST_DIVERGENCES:
        _say(console, f"  and {len(comparison.divergences) - MOST_DIVERGENCES:,} more; --json has all of them")
    for warning in comparison.warnings:
        _say(console, warning, "yellow")
    _say(console, verdict(comparison), "green" if comparison.same else "bright_red")


def verdict(comparison: Comparison) -> str:
    """Return in a sentence whether the two are the same."""
    if comparison.same:
        return "same: every thing had the same outcomes and the same faults"
    reasons = []
    things = len({one.thing for one in comparison.divergences})
    if things:
        reasons.append(f"{things:,} {'thing differs' if things == 1 else 'things differ'} in outcome or faults")
    if comparison.assertions:
        number = len(comparison.assertions)
        reasons.append(f"{number:,} {'assertion differs' if number == 1 else 'assertions differ'}")
    if comparison.latencies_within_tolerance is False:
        reasons.append("latencies rose by more than the tolerance")
    return f"different: {', '.join(reasons)}"


def _outcomes(console: Console, comparison: Comparison) -> None:
    table = _table("Outcome", "A", "B", "B - A")
    for one in comparison.outcomes:
        change = one.b - one.a
        table.add_row(
            one.status or "not known", f"{one.a:,}", f"{one.b:,}", Text(f"{change:+,}" if change else "", "bold")
        )
    if comparison.outcomes:
        console.print(table)


def _percentiles(console: Console, comparison: Comparison) -> None:
    table = _table("Update latency", "A", "B", "B - A")
    for one in comparison.percentiles:
        percent = "" if one.change_percent is None else f" ({one.change_percent:+.1f} %)"
        table.add_row(one.name, ms(one.a), ms(one.b), f"{one.change:+.2f} ms{percent}")
    console.print(table)


def _differences(console: Console, what: str, differences: Sequence[Difference]) -> None:
    if not differences:
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in (what, "A", "B"):
        table.add_column(name, overflow="fold")
    for one in differences:
        table.add_row(Text(one.name), Text(one.a), Text(one.b))
    console.print(table)


def _table(*names: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for number, name in enumerate(names):
        table.add_column(name, justify="right" if number else "left")
    return table


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style), soft_wrap=True, highlight=False)
