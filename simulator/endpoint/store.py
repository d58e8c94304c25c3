"""What survives a restart: SQLite with write-ahead log and grouped commits, or nothing at all (in memory).

Survives means: a process that is killed loses nothing that was committed. A whole machine that loses power may lose the
last moments, never consistency (SQLite's `synchronous=NORMAL` in WAL mode, https://sqlite.org/pragma.html#pragma_synchronous).
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import msgspec

from simulator.errors import InputError
from simulator.jobs.stored import Execution, ExecutionKey, Job

logger = logging.getLogger(__name__)

APPLICATION_ID: Final = 0x54534A42  # "TSJB"; says in the file's header whose it is
SCHEMA_VERSION: Final = 1
_SCHEMA: Final = """
CREATE TABLE executions (
    thing TEXT, job TEXT, number INTEGER, data BLOB NOT NULL, PRIMARY KEY (thing, job, number)
) WITHOUT ROWID;
CREATE TABLE jobs (id TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE registry (kind TEXT, key TEXT, data BLOB NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
"""
_encode: Final = msgspec.msgpack.Encoder().encode
_execution_decoder: Final = msgspec.msgpack.Decoder(Execution)
_job_decoder: Final = msgspec.msgpack.Decoder(Job)

RegistryChange = tuple[str, str, bytes | None]
"""Kind of record, its key, its bytes; None when it was deleted."""


@dataclass(slots=True)
class Changes:
    """What one call changed."""

    executions: list[Execution] = field(default_factory=list)
    deleted: list[ExecutionKey] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    deleted_jobs: list[str] = field(default_factory=list)
    registry: list[RegistryChange] = field(default_factory=list)


def merged(batch: Iterable[Changes]) -> Changes:
    """Return changes that leave what all of `batch` leave, one after the other: one record for each key, the last."""
    executions: dict[ExecutionKey, Execution | None] = {}
    jobs: dict[str, Job | None] = {}
    registry: dict[tuple[str, str], bytes | None] = {}
    for changes in batch:
        executions.update((execution.key, execution) for execution in changes.executions)
        executions.update(dict.fromkeys(changes.deleted))
        jobs.update((job.job_id, job) for job in changes.jobs)
        jobs.update(dict.fromkeys(changes.deleted_jobs))
        registry.update(((kind, key), data) for kind, key, data in changes.registry)
    return Changes(
        executions=[each for each in executions.values() if each is not None],
        deleted=[key for key, each in executions.items() if each is None],
        jobs=[each for each in jobs.values() if each is not None],
        deleted_jobs=[job_id for job_id, each in jobs.items() if each is None],
        registry=[(kind, key, data) for (kind, key), data in registry.items()],
    )


@dataclass(slots=True)
class Stored:
    """Everything a store holds, as read at the start."""

    executions: list[Execution] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    registry: list[tuple[str, str, bytes]] = field(default_factory=list)


Committed = Callable[[bool], None]
"""Called on the loop once the changes are safe (True) or could not be written (False; they will be tried again)."""


class Store(Protocol):
    """Where changes go. Calls of `then` keep the order of the writes, also for reads that must not overtake a write."""

    @property
    def waiting(self) -> int:
        """How many writes have not been called back."""
        ...

    is_durable: bool  # False: nothing is kept, and `write` need not be called

    def load(self) -> Stored: ...

    def write(self, changes: Changes | None, then: Committed) -> None:
        """Write changes, then call back; with None call back when all earlier writes are done."""
        ...

    async def close(self) -> None: ...


class MemoryStore:
    """Keeps nothing; everything is committed at once."""

    is_durable = False
    waiting = 0

    def load(self) -> Stored:
        return Stored()

    def write(self, changes: Changes | None, then: Committed) -> None:  # noqa: ARG002
        then(True)

    async def close(self) -> None:
        pass


class SqliteStore:
    """One file. Changes that come while a commit is under way share the next one."""

    is_durable = True

    def __init__(self, path: Path) -> None:
        """Open or create the file.

        Raises:
            InputError: it is not ours, newer than this program, broken, or cannot be opened; it is left as it is.
        """
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._path = path
        self._waiting: list[tuple[Changes | None, Committed]] = []
        self._unwritten: list[Changes] = []  # of commits that failed
        self._is_committing = False
        self._idle = asyncio.Event()
        self._idle.set()
        try:
            _refuse_foreign(path)
            self._connection = self._thread.submit(_open, path).result()
        except sqlite3.Error as exc:
            self._thread.shutdown()
            raise InputError(str(path), f"cannot be used as a data file: {exc}", "name another file in --data") from exc
        except InputError:
            self._thread.shutdown()
            raise

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def load(self) -> Stored:
        try:
            return self._thread.submit(_load, self._connection).result()
        except (sqlite3.Error, msgspec.MsgspecError) as exc:
            raise InputError(str(self._path), f"cannot be read: {exc}", "name another file in --data") from exc

    def write(self, changes: Changes | None, then: Committed) -> None:
        if changes is None and not self._waiting and not self._is_committing:
            then(True)
            return
        self._waiting.append((changes, then))
        if not self._is_committing:
            self._is_committing = True
            self._idle.clear()
            asyncio.get_running_loop().call_soon(self._commit)

    async def close(self) -> None:
        """Finish what is under way, then let go of the file."""
        await self._idle.wait()
        self._thread.submit(self._connection.close).result()
        self._thread.shutdown()

    def _commit(self) -> None:
        batch, self._waiting = self._waiting, []
        changes = self._unwritten + [change for change, _ in batch if change is not None]
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._thread, _write, self._connection, changes)
        work.add_done_callback(lambda done: self._committed(done, changes, batch))

    def _committed(
        self, done: asyncio.Future[None], changes: list[Changes], batch: list[tuple[Changes | None, Committed]]
    ) -> None:
        failure = done.exception()
        if failure is not None and not self._unwritten:
            logger.error(
                "%s cannot be written: %s; requests are answered InternalError until it can", self._path, failure
            )
        if failure is None and self._unwritten:
            logger.warning("%s can be written again", self._path)
        self._unwritten = [] if failure is None else [merged(changes)]  # no more than there are records
        for _, then in batch:
            try:
                then(failure is None)
            except Exception:  # of one caller; the others wait for theirs, and the next commit for all of them
                logger.exception("a change could not be answered")
        if self._waiting:
            self._commit()
        else:
            self._is_committing = False
            self._idle.set()


def _refuse_foreign(path: Path) -> None:
    """Look at a file that exists without changing it."""
    if not path.exists() or path.stat().st_size == 0:
        if not path.parent.is_dir():
            raise InputError(str(path), "its folder does not exist", "make the folder first, or name another file")
        return
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
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


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        connection.executescript(
            f"BEGIN EXCLUSIVE;{_SCHEMA}PRAGMA application_id={APPLICATION_ID};"
            f"PRAGMA user_version={SCHEMA_VERSION};COMMIT;"
        )
    return connection


def _load(connection: sqlite3.Connection) -> Stored:
    def blobs(table: str) -> Iterator[bytes]:
        return (data for (data,) in connection.execute(f"SELECT data FROM {table}"))  # noqa: S608  fixed names

    return Stored(
        executions=[_execution_decoder.decode(data) for data in blobs("executions")],
        jobs=[_job_decoder.decode(data) for data in blobs("jobs")],
        registry=list(connection.execute("SELECT kind, key, data FROM registry")),
    )


def _write(connection: sqlite3.Connection, batch: list[Changes]) -> None:
    """Write all changes in one transaction, in their order."""
    if not batch:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for changes in batch:
            connection.executemany(
                "INSERT OR REPLACE INTO executions VALUES (?, ?, ?, ?)",
                [(*execution.key, _encode(execution)) for execution in changes.executions],
            )
            connection.executemany("DELETE FROM executions WHERE thing = ? AND job = ? AND number = ?", changes.deleted)
            connection.executemany(
                "INSERT OR REPLACE INTO jobs VALUES (?, ?)", [(job.job_id, _encode(job)) for job in changes.jobs]
            )
            connection.executemany("DELETE FROM jobs WHERE id = ?", [(job_id,) for job_id in changes.deleted_jobs])
            for kind, key, data in changes.registry:
                if data is None:
                    connection.execute("DELETE FROM registry WHERE kind = ? AND key = ?", (kind, key))
                else:
                    connection.execute("INSERT OR REPLACE INTO registry VALUES (?, ?, ?)", (kind, key, data))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
