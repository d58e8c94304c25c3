"""Job documents as people write them: found by file or built-in name, and checked before anything is sent."""

import json
from pathlib import Path

import resources
from simulator.errors import InputError
from simulator.jobs import limits


def builtin_names() -> list[str]:
    """Return the names of the sample documents that ship with the program."""
    return sorted(path.stem for path in resources.JOB_DOCUMENTS.glob("*.json"))


def read(name_or_file: str) -> str:
    """Return the text of a job document: a file, or one that ships with the program by its name.

    Raises:
        InputError: there is no such file or name, or `check` finds fault with it.
    """
    path = Path(name_or_file)
    if not path.exists() and name_or_file in builtin_names():
        path = resources.JOB_DOCUMENTS / f"{name_or_file}.json"
    try:
        document = path.read_text(encoding="utf-8")
    except FileNotFoundError as exc:
        raise InputError(
            name_or_file, "there is no such file", f"give a JSON file, or one of {', '.join(builtin_names())}"
        ) from exc
    except UnicodeDecodeError as exc:
        raise InputError(name_or_file, f"is not UTF-8 (byte {exc.start})", "save it as UTF-8") from exc
    except OSError as exc:
        raise InputError(name_or_file, f"cannot be read: {exc.strerror}") from exc
    check(name_or_file, document)
    return document


def check(where: str, document: str) -> None:
    """Check a job document as AWS would.

    Raises:
        InputError: it is no JSON object, or longer than 32,768 bytes.
    """
    size = len(document.encode())
    if size > limits.JOB_DOCUMENT_BYTES:
        raise InputError(
            where,
            f"the job document has {size:,} bytes, and AWS takes {limits.JOB_DOCUMENT_BYTES:,}",
            "make it shorter",
        )
    try:
        content = json.loads(document)
    except json.JSONDecodeError as exc:
        raise InputError(
            where, f"line {exc.lineno}, column {exc.colno}: {exc.msg}", "a job document is a JSON object"
        ) from exc
    except RecursionError as exc:
        raise InputError(where, "the job document is nested too deeply", "make it flatter") from exc
    if not isinstance(content, dict):
        raise InputError(where, "the job document is JSON, but no object", "write { … }")
