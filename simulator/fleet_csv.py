"""Things from a CSV file: a row each, the column `name`, and a column for each attribute.

The columns `scenario` and `firmware`, if there are any, say these of the thing and are no attributes.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from simulator import fleet_attributes
from simulator.fleet_model import MAX_THINGS
from simulator.fleet_sentences import nearest
from simulator.jobs import limits
from simulator.marker import MARKER
from simulator.scenario.problems import Problem, shown

MAX_BYTES: Final = 64 * 1024 * 1024
NAME: Final = "name"
OWN: Final = (NAME, "scenario", "firmware")
MOST_TOLD: Final = 20  # mistakes; a file with more is of another kind


@dataclass(frozen=True, slots=True)
class Row:
    """A thing as the file has it; "" where it says nothing."""

    name: str
    scenario: str
    firmware: str
    attributes: Mapping[str, str]


def read(path: Path) -> tuple[list[Row], list[Problem]]:
    """Return the rows of a file and its mistakes, each with its line (20 of them at most)."""
    where = str(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as exc:
        words = (getattr(exc, "strerror", None) or str(exc)).lower()
        return [], [Problem(where, 0, (), f"cannot be read: {words}", "check the path")]
    if len(content) > MAX_BYTES:
        return [], [
            Problem(where, 0, (), "is larger than 64 MiB", "split it, and name the parts in groups of their own")
        ]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        return [], [Problem(where, line, (), "is not UTF-8 text", "save the file as UTF-8")]
    return parse(text, where)


def parse(text: str, where: str) -> tuple[list[Row], list[Problem]]:
    """Return the rows of a file's text, and its mistakes."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    problems: list[Problem] = []
    try:
        header = [column.strip() for column in next(reader, [])]
        problems += _header_problems(header, where)
        if problems:
            return [], problems
        lines: dict[str, int] = {}
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            line = reader.line_num
            row, found = _row(header, cells, where, line)
            if row.name in lines:
                mend = "names of things are their own"
                found.append(Problem(where, line, (), f"{row.name} is in line {lines[row.name]} already", mend))
            lines.setdefault(row.name, line)
            rows.append(row)
            problems += found
            if len(problems) >= MOST_TOLD or len(rows) > MAX_THINGS:
                break
    except csv.Error as exc:
        problems.append(Problem(where, reader.line_num, (), f"is no CSV: {exc}", 'put a cell with a comma in "quotes"'))
    if len(rows) > MAX_THINGS:
        problems.append(Problem(where, 0, (), f"holds more than {MAX_THINGS:,} things", "use fewer"))
    if not rows and not problems:
        problems.append(Problem(where, 0, (), "there are no things in it", "write a line for each, under the header"))
    return rows, problems[:MOST_TOLD]


def _header_problems(header: list[str], where: str) -> list[Problem]:
    problems = []
    if NAME not in header:
        near = nearest(NAME, header) if header else None
        mend = f"call the column {near} name" if near else "its first line names the columns: name, and the attributes"
        problems.append(Problem(where, 1, (), "there is no column name", mend))
    for number, column in enumerate(header, start=1):
        if column in header[: number - 1]:
            problems.append(Problem(where, 1, (), f"the column {column} is there twice", "give one another name"))
        elif column == MARKER:
            what = f"{MARKER} is the mark this program puts on its things"
            problems.append(Problem(where, 1, (), what, "give the column another name"))
        elif not fleet_attributes.NAME.fullmatch(column):
            what = f"column {number}, {shown(column)}, is no name of an attribute"
            problems.append(Problem(where, 1, (), what, "use letters, digits and _ . , @ / : # -"))
    return problems


def _row(header: list[str], cells: list[str], where: str, line: int) -> tuple[Row, list[Problem]]:
    problems = []
    if len(cells) != len(header):
        what = f"has {len(cells)} cells, the header {len(header)}"
        problems.append(Problem(where, line, (), what, 'add the ones that are missing, or put commas in "quotes"'))
    values = dict(zip(header, (cell.strip() for cell in cells), strict=False))
    name = values.get(NAME, "")
    if not limits.THING_NAME.fullmatch(name):
        mend = "use letters, digits, colons, hyphens and underscores"
        problems.append(Problem(where, line, (), f"{shown(name)} is no thing name", mend))
    attributes = {key: value for key, value in values.items() if key not in OWN and value}
    for key, value in attributes.items():
        if not fleet_attributes.VALUE.fullmatch(value):
            what = f"{key}: {shown(value)} is no value that AWS takes for an attribute"
            problems.append(Problem(where, line, (), what, f"use {fleet_attributes.VALUE_LETTERS}"))
    return Row(name, values.get("scenario", ""), values.get("firmware", ""), attributes), problems
