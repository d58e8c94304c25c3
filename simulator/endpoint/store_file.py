"""The data file: whose it is, what is in it, and how a file of an earlier version becomes one of this.

A file is examined without changing a byte of it: all of it is read before it is opened for writing. What cannot be used
is left as it is.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from simulator.errors import InputError
from simulator.jobs.stored import Execution, Job

APPLICATION_ID: Final = 0x54534A42  # "TSJB"; says in the file's header whose it is
SCHEMA_VERSION: Final = 2

LOCK_SECONDS: Final = 0.5
"""How long to wait for another process that has the file; one that was killed lets go of it at once."""

CACHE_KIB: Final = 32 * 1024
LOG_PAGES: Final = 4_000
"""How much of the file SQLite keeps in memory, and how long its log grows before it is written into the file.

An update changes one page among those of all executions. With SQLite's own 2 MiB and 1,000 pages, those of 10,000
executions were read again and again, and each was copied from the log into the file a few updates later.
"""

LAST_SECOND: Final = 253_402_300_800
"""The end of the year 9999."""

SCHEMA_1: Final = """
CREATE TABLE executions (
    thing TEXT, job TEXT, number INTEGER, data BLOB NOT NULL, PRIMARY KEY (thing, job, number)
) WITHOUT ROWID;
CREATE TABLE jobs (id TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE registry (kind TEXT, key TEXT, data BLOB NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
"""
MIGRATIONS: Final = {
    2: "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;",  # the simulated time of the last commit
}
"""By the version that each makes of the one before it."""

_execution_decoder: Final = msgspec.msgpack.Decoder(Execution)
_job_decoder: Final = msgspec.msgpack.Decoder(Job)


@dataclass(slots=True)
class Stored:
    """Everything a store holds, as read at the start. `clock`: the simulated epoch time of the last commit, or 0."""

    executions: list[Execution] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    registry: list[tuple[str, str, bytes]] = field(default_factory=list)
    clock: float = 0.0


def examine(path: Path) -> Stored | None:
    """Return all that a file holds, None if there is no file yet or an empty one. It is not changed.

    Raises:
        InputError: it is not ours, newer than this program, in use, broken, or cannot be opened.
        OSError: it cannot be read.
    """
    if not path.exists() or path.stat().st_size == 0:
        if not path.parent.is_dir():
            raise InputError(str(path), "its folder does not exist", "make the folder first, or name another file")
        return None
    try:
        with _untouched(path) as connection:
            if _is_empty(connection):
                return None
            _refuse_foreign(path, connection)
            return read_all(connection)
    except sqlite3.DatabaseError as exc:
        raise unusable(path, exc) from exc
    except (msgspec.MsgspecError, TypeError, ValueError) as exc:
        raise InputError(
            str(path), f"is damaged, or not written by this program: {exc}", "name another file in --data"
        ) from exc


def unusable(path: Path, exc: Exception) -> InputError:
    """Return what is said of a file that SQLite cannot use."""
    if "locked" in str(exc):
        return InputError(str(path), "is in use by another endpoint", "stop that one, or name another file in --data")
    if not all(os.access(each, os.R_OK | os.W_OK) for each in (path, path.parent) if each.exists()):
        return InputError(
            str(path),
            "it or its folder cannot be written by this user",
            "see to permissions, or name another file in --data",
        )
    return InputError(str(path), f"cannot be used as a data file: {exc}", "name another file in --data")


def _is_empty(connection: sqlite3.Connection) -> bool:
    """Whether it is a database of nobody, with nothing in it: one whose maker was killed as it began."""
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    return not application_id and connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None


@contextmanager
def _untouched(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file so that nothing of it changes.

    Without a log beside it, it is opened as one that nobody writes. With a log, left by a killed process, SQLite would
    write the log into the file: this happens to a copy.
    """
    log = _beside(path, "-wal")
    if not log.exists() or log.stat().st_size == 0:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as connection:
            yield connection
        return
    _refuse_locked(path)
    with tempfile.TemporaryDirectory(prefix="thing-simulator-") as folder:
        copy = Path(folder) / "data.db"
        shutil.copyfile(path, copy)
        shutil.copyfile(log, _beside(copy, "-wal"))
        with closing(sqlite3.connect(copy)) as connection:
            yield connection


def _refuse_locked(path: Path) -> None:
    """Raise sqlite3.OperationalError if another process has the file open for writing."""
    index = _beside(path, "-shm")
    was_there = index.exists()
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=0)) as connection:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    finally:
        if not was_there:
            index.unlink(missing_ok=True)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _refuse_foreign(path: Path, connection: sqlite3.Connection) -> None:
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application_id != APPLICATION_ID:
        raise InputError(
            str(path), "is a database of another program", "name another file in --data; it was not touched"
        )
    if version > SCHEMA_VERSION:
        raise InputError(
            str(path),
            f"was written by a newer version (schema {version})",
            "update this program; the file was not touched",
        )


def read_all(connection: sqlite3.Connection) -> Stored:
    """Return everything, of a file of this version or an earlier one."""

    def blobs(table: str) -> Iterator[bytes]:
        return (data for (data,) in connection.execute(f"SELECT data FROM {table}"))  # noqa: S608  fixed names

    (version,) = connection.execute("PRAGMA user_version").fetchone()
    clock = connection.execute("SELECT value FROM meta WHERE key = 'clock'").fetchone() if version > 1 else None
    return Stored(
        executions=[_execution_decoder.decode(data) for data in blobs("executions")],
        jobs=[_job_decoder.decode(data) for data in blobs("jobs")],
        registry=list(connection.execute("SELECT kind, key, data FROM registry")),
        clock=0.0 if clock is None else _moment(clock[0]),
    )


def _moment(value: object) -> float:
    """Return epoch seconds as they were written.

    Raises:
        ValueError: they are no number, or not of a year that dates can have.
    """
    if not isinstance(value, int | float) or not 0 <= value < LAST_SECOND:
        raise ValueError(f"{value!r} is no time")
    return float(value)


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open or create the file for this process alone, and bring it to this version.

    A new file has its header before it has a log, so that a process that is
    killed at once leaves no file that nobody knows.
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=LOCK_SECONDS)
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            _run(connection, f"{SCHEMA_1}PRAGMA application_id={APPLICATION_ID};", 1)
            version = 1
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA cache_size={-CACHE_KIB}")  # a negative size is in KiB
        connection.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")
        for target in range(version + 1, SCHEMA_VERSION + 1):
            _run(connection, MIGRATIONS[target], target)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except BaseException:
        connection.close()
        raise
    return connection


def _run(connection: sqlite3.Connection, script: str, version: int) -> None:
    """Run statements and note the version they make, all or nothing."""
    connection.executescript(f"BEGIN EXCLUSIVE;{script}PRAGMA user_version={version};COMMIT;")
