"""A report as CSV: one line for each execution, for spreadsheets.

Text that a spreadsheet would take for a formula gets an apostrophe before it, by which spreadsheets show it as text.
"""

import csv
import io
from typing import Final

from simulator.report import Report

COLUMNS: Final = (
    "thing", "scenario", "seed", "job_id", "execution_number", "status_believed", "status_stored",
    "version_believed", "version_stored", "expected", "as_expected", "queued_after_seconds",
    "started_after_seconds", "ended_after_seconds", "seconds", "note",
)  # fmt: skip
FAULTS: Final = "faults_of_thing"

_STARTS_A_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")


def to_csv(report: Report) -> bytes:
    """Return one line for each execution under a header (RFC 4180, UTF-8)."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow((*COLUMNS, FAULTS))
    for row in report.executions:
        faults = report.faults_by_thing.get(row.thing, {})
        cells = [getattr(row, column) for column in COLUMNS]
        rows.writerow(map(_cell, (*cells, " ".join(f"{name}={count}" for name, count in faults.items()))))
    return text.getvalue().encode("utf-8", "replace")


def _cell(value: object) -> object:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return " ".join(value)
        case str():
            return f"'{value}" if value.startswith(_STARTS_A_FORMULA) else value
    return value
