"""Two reports beside each other as rows of text, with what is worse in the second one. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from simulator.jobs.model import JobStatus
from ui.numbers import counted, grouped
from ui.report_rows import BAD
from ui.status_style import status_word

if TYPE_CHECKING:
    from simulator.compare import Comparison, Difference

NOISE_PERCENT: Final = 10.0
"""Latencies are never quite the same: one that rose by less is not called worse."""

MOST: Final = 200
"""So many executions that differ are listed; the command line has all of them."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("Compare", text)


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what it is about, A, B, how B differs; `status` has a shape, `is_worse` is marked."""

    name: str
    a: str
    b: str
    change: str = ""
    is_worse: bool = False
    status: JobStatus | None = None


def verdict(compared: "Comparison") -> tuple[bool, str]:
    """Whether both came out the same, and the sentence that says so."""
    things = len({one.thing for one in compared.divergences})
    parts = []
    if things:
        parts.append(counted(things, tr("1 thing came out differently"), tr("%n things came out differently")))
    if compared.assertions:
        number = len(compared.assertions)
        parts.append(counted(number, tr("1 assertion has another result"), tr("%n assertions have other results")))
    if not parts:
        return True, tr("Both runs came out the same.")
    return False, f"{', '.join(parts)}."


def outcomes(compared: "Comparison") -> list[Row]:
    """How many executions ended how. Fewer that succeeded are worse, and more that ended badly."""
    rows = []
    for one in compared.outcomes:
        change = one.b - one.a
        is_worse = change < 0 if one.status is JobStatus.SUCCEEDED else change > 0 and one.status in BAD
        word = tr("Not known") if one.status is None else status_word(one.status)
        rows.append(Row(word, grouped(one.a), grouped(one.b), f"{change:+,}" if change else "", is_worse, one.status))
    return rows


def percentiles(compared: "Comparison") -> list[Row]:
    """Latencies from update to accepted, in milliseconds."""
    rows = []
    for one in compared.percentiles:
        percent = "" if one.change_percent is None else f" ({one.change_percent:+.1f} %)"
        change = f"{one.change:+.2f} ms{percent}" if one.change else ""
        is_worse = one.change_percent is not None and one.change_percent > NOISE_PERCENT
        rows.append(Row(one.name, f"{one.a:.2f} ms", f"{one.b:.2f} ms", change, is_worse))
    return rows


def divergences(compared: "Comparison") -> list[Row]:
    """Executions that came out differently, and things whose faults differ; those that are worse first."""
    rows = []
    for one in compared.divergences:
        job = tr(" · job %1").replace("%1", str(one.job)) if one.job else ""
        number = f" #{one.execution_number}" if one.execution_number > 1 else ""
        name = f"{one.thing}{job}{number}"
        if one.job:
            is_worse = one.outcome_b in BAD and one.outcome_a not in BAD
            rows.append(Row(name, _word(one.outcome_a), _word(one.outcome_b), "", is_worse, one.outcome_b))
        else:
            rows.append(Row(name, _faults(one.faults_a), _faults(one.faults_b), tr("faults")))
    return sorted(rows, key=lambda row: not row.is_worse)


def others(compared: "Comparison") -> Iterator[Row]:
    """Assertions, settings and versions that differ."""
    kinds: tuple[tuple[str, list[Difference]], ...] = (
        (tr("Assertion"), compared.assertions),
        (tr("Setting"), compared.settings),
        (tr("Version"), compared.versions),
    )
    for kind, found in kinds:
        for one in found:
            is_worse = found is compared.assertions and one.a == "passed" != one.b
            yield Row(f"{kind}: {one.name}", one.a, one.b, "", is_worse)


def _word(status: JobStatus | None) -> str:
    return "—" if status is None else status_word(status)


def _faults(faults: dict[str, int]) -> str:
    return ", ".join(f"{name} {grouped(count)}" for name, count in faults.items()) or tr("none")
