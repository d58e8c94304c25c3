"""Files that are made once and never written over, for their owner's eyes alone."""

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from simulator.errors import InputError


def make_folder(folder: Path, where: str) -> None:
    """Make `folder` for its owner alone if it is not there.

    Raises:
        InputError: it cannot be made, or is something else.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as exc:
        raise InputError(f"{where} {folder}", "is no folder", "name a folder, or one to be made") from exc
    except OSError as exc:
        raise InputError(f"{where} {folder}", f"cannot be made: {_cause(exc)}", "name another folder") from exc


def read_once(path: Path, make: Callable[[], bytes], where: str, most_bytes: int) -> bytes:
    """Return what `path` holds; if it is not there, `make` says what it is to hold from now on.

    Of two who make it at the same time, both return what the first one wrote.

    Raises:
        InputError: it cannot be read or written, or holds more than `most_bytes`.
    """
    try:
        if not path.exists():
            _write_new(path, make())
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except OSError as exc:
        does = "read" if path.exists() else "written"
        raise InputError(f"{where} {path}", f"cannot be {does}: {_cause(exc)}", "see to its permissions") from exc
    if len(content) > most_bytes:
        raise InputError(f"{where} {path}", f"is larger than {most_bytes // 1024} KiB", "move it away")
    return content


def _write_new(path: Path, content: bytes) -> None:
    """Let `path` appear whole, readable by its owner alone; one that is there meanwhile stays."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        with contextlib.suppress(FileExistsError):
            try:
                os.link(draft, path)
            except FileExistsError:
                raise
            except (OSError, NotImplementedError):  # a file system without hard links
                with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(content)
    finally:
        draft.unlink(missing_ok=True)


def _cause(exc: OSError) -> str:
    words = exc.strerror or str(exc)
    return words[:1].lower() + words[1:]
