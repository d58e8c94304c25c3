"""Reports on disk, by their ending: .json (everything), .html (a page), .csv (one line an execution), .xml (JUnit).

A file is written beside its name and moved there in one step: a reader finds the old one or the new, never half.
"""

import logging
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import msgspec

from simulator import whole_file
from simulator.errors import InputError
from simulator.report import Report, parse

logger = logging.getLogger(__name__)

MOST_BYTES: Final = 1 << 29  # a hundred thousand executions take a twentieth of it


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
            what = f"cannot be written: {whole_file.in_words(exc)}"
            raise InputError(f"--report {path}", what, "name a file where you may write") from exc


def write(report: Report, path: Path, where: str = "", form: str = "") -> None:
    """Write the report in the form that the ending of `path` names, or `form` (an ending), in one step.

    Raises:
        InputError: the ending is not known, or the file cannot be written; `where` is what it points at.
    """
    content = (WRITERS[form] if form else _writer_of(path))(report)
    try:
        whole_file.replace(path, content)
    except OSError as exc:
        raise InputError(where or f"--report {path}", f"cannot be written: {whole_file.in_words(exc)}") from exc


def read(path: Path) -> Report:
    """Return the report that is in a JSON file.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(str(path), f"is larger than any report: more than {MOST_BYTES >> 20:,} MiB")
        text = path.read_bytes()
    except OSError as exc:
        raise InputError(str(path), f"cannot be read: {whole_file.in_words(exc)}") from exc
    return parse(text, str(path))


def write_all(report: Report, paths: Iterable[Path]) -> dict[Path, InputError]:
    """Write the report to every path that takes it; return what went wrong with the others."""
    errors = {}
    for path in paths:
        try:
            write(report, path)
        except InputError as exc:
            errors[path] = exc
        except Exception as exc:
            logger.exception("a report could not be made")
            what = f"could not be made ({type(exc).__name__}: {exc}); it is a mistake in the program, please report it"
            errors[path] = InputError(f"--report {path}", what)
    return errors


def _beside(path: Path) -> tuple[int, str]:
    """Make a temporary file in the directory of `path`; return its descriptor and its name."""
    return tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)


def _writer_of(path: Path) -> Callable[[Report], bytes]:
    try:
        return WRITERS[path.suffix.lower()]
    except KeyError:
        what = f"is no kind of report: {path.suffix}" if path.suffix else "has no ending that says what to write"
        raise InputError(f"--report {path}", what, f"end it in {', '.join(WRITERS)}") from None


def to_json(report: Report) -> bytes:
    """Return the whole report, indented, with a newline at its end."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def _html(report: Report) -> bytes:
    from simulator.report_html import to_html

    return to_html(report)


def _csv(report: Report) -> bytes:
    from simulator.report_csv import to_csv

    return to_csv(report)


def _junit(report: Report) -> bytes:
    from simulator.report_junit import to_junit

    return to_junit(report)


WRITERS: Final[dict[str, Callable[[Report], bytes]]] = {
    ".json": to_json,
    ".html": _html,
    ".csv": _csv,
    ".xml": _junit,
}
"""Each imports what it needs when it writes: a run that is not asked for a page need not load one."""
