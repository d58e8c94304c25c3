"""Reports on disk, by their ending: .json (everything), .csv (one line an execution), .xml (JUnit, one case each).

A file is written beside its name and moved there in one step: a reader finds the old one or the new, never half.
"""

import csv
import io
import os
import re
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import msgspec

from simulator.errors import InputError
from simulator.report import ExecutionRow, Report

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
CSV_COLUMNS: Final = (
    "thing", "scenario", "seed", "job_id", "execution_number", "status_believed", "status_stored",
    "version_believed", "version_stored", "expected", "as_expected", "queued_after_seconds",
    "started_after_seconds", "ended_after_seconds", "seconds", "note",
)  # fmt: skip


def check_paths(paths: Iterable[Path]) -> None:
    """See before a run that its reports can be written: a file is made beside each, and removed.

    Raises:
        InputError: an ending is not known, there is no such directory, or nothing can be written there.
    """
    for path in paths:
        _writer_of(path)
        if not path.parent.is_dir():
            raise InputError(f"--report {path}", f"there is no directory {path.parent}", "make it first")
        if path.is_dir():
            raise InputError(f"--report {path}", "is a directory", "name a file in it")
        try:
            descriptor, name = _beside(path)
            os.close(descriptor)
            Path(name).unlink()
        except OSError as exc:
            what = f"cannot be written: {_in_words(exc)}"
            raise InputError(f"--report {path}", what, "name a file where you may write") from exc


def write(report: Report, path: Path) -> None:
    """Write the report in the form that the ending of `path` names, in one step.

    Raises:
        InputError: the ending is not known, or the file cannot be written.
    """
    content = _writer_of(path)(report)
    try:
        _replace(path, content)
    except OSError as exc:
        raise InputError(f"--report {path}", f"cannot be written: {_in_words(exc)}") from exc


def write_all(report: Report, paths: Iterable[Path]) -> dict[Path, InputError]:
    """Write the report to every path that takes it; return what went wrong with the others."""
    errors = {}
    for path in paths:
        try:
            write(report, path)
        except InputError as exc:
            errors[path] = exc
    return errors


def _in_words(exc: OSError) -> str:
    words = exc.strerror or str(exc)
    return words[:1].lower() + words[1:]


def _beside(path: Path) -> tuple[int, str]:
    """Make a temporary file in the directory of `path`; return its descriptor and its name."""
    return tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)


def _replace(path: Path, content: bytes) -> None:
    descriptor, name = _beside(path)
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        beside.chmod(0o666 & ~_umask())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _umask() -> int:
    """Return what new files are denied; asking means setting it for a moment."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _writer_of(path: Path) -> Callable[[Report], bytes]:
    try:
        return WRITERS[path.suffix.lower()]
    except KeyError:
        what = f"not yet: reports as {path.suffix}" if path.suffix else "has no ending that says what to write"
        raise InputError(f"--report {path}", what, f"end it in {', '.join(WRITERS)}") from None


def to_json(report: Report) -> bytes:
    """Return the whole report, indented, with a newline at its end."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def to_csv(report: Report) -> bytes:
    """Return one line an execution under a header (RFC 4180, UTF-8)."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(CSV_COLUMNS)
    for row in report.executions:
        rows.writerow(_cell(getattr(row, column)) for column in CSV_COLUMNS)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return " ".join(value)
    return value


def to_junit(report: Report) -> bytes:
    """Return JUnit XML: a suite, a case for each execution, failed where it was not as its scenario says."""
    suite = ET.Element(
        "testsuite",
        name="thing-simulator",
        tests=str(len(report.executions)),
        failures=str(report.unexpected),
        errors="0",
        skipped="0",
        time=f"{report.real_seconds:.3f}",
        timestamp=datetime.fromtimestamp(report.began_at, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(report):
        ET.SubElement(properties, "property", name=name, value=_for_xml(value))
    for row in report.executions:
        suite.append(_case(row, report.settings.time_scale))
    ET.SubElement(suite, "system-out").text = _for_xml("\n".join(report.notices))
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    encoded: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return encoded + b"\n"


def _properties(report: Report) -> list[tuple[str, str]]:
    latency = report.latency
    return [
        ("seed", str(report.settings.seed)),
        ("scenario", report.settings.scenario),
        ("things", str(report.settings.things)),
        ("time_scale", f"{report.settings.time_scale:g}"),
        ("mqtt", report.settings.mqtt),
        ("program_version", report.program_version),
        ("ack_p50_ms", str(latency.p50_ms)),
        ("ack_p99_ms", str(latency.p99_ms)),
        ("latencies_reliable", str(report.health.latencies_reliable).lower()),
    ]


def _case(row: ExecutionRow, time_scale: float) -> ET.Element:
    """Return a case; its time is in real seconds, as the suite's."""
    name = row.thing if row.execution_number == 1 else f"{row.thing} #{row.execution_number}"
    case = ET.Element("testcase", classname=row.job_id, name=name, time=f"{(row.seconds or 0) / time_scale:.3f}")
    if not row.as_expected:
        failure = ET.SubElement(case, "failure", type=row.status_stored or "MISSING", message=_for_xml(row.note))
        failure.text = f"scenario {row.scenario}, seed {row.seed}"
    return case


def _for_xml(text: str) -> str:
    """Return `text` without the characters that XML 1.0 cannot hold."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)


WRITERS: Final[dict[str, Callable[[Report], bytes]]] = {".json": to_json, ".csv": to_csv, ".xml": to_junit}
