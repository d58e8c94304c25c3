"""What survives a restart: SQLite with write-ahead log and grouped commits, or nothing at all (in memory).

Survives means: a process that is killed loses nothing that was committed. A whole machine that loses power may lose the
last moments, never consistency (SQLite's `synchronous=NORMAL` in WAL mode, https://sqlite.org/pragma.html#pragma_synchronous).
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import msgspec

from simulator.endpoint.store_file import Stored as Stored
from simulator.endpoint.store_file import examine, open_for_writing, read_all, unusable
from simulator.errors import InputError
from simulator.jobs.stored import Execution, ExecutionKey, Job

logger = logging.getLogger(__name__)

_encode: Final = msgspec.msgpack.Encoder().encode

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

    def __init__(self, path: Path, epoch: Callable[[], float] = lambda: 0.0) -> None:
        """Open or create the file. `epoch` gives the simulated time that is kept with each commit.

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
        self._epoch = epoch
        try:
            self._examined = examine(path)
            self._connection = self._thread.submit(open_for_writing, path).result()
        except (sqlite3.Error, OSError) as exc:
            self._thread.shutdown()
            raise unusable(path, exc) from exc
        except InputError:
            self._thread.shutdown()
            raise

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def load(self) -> Stored:
        examined, self._examined = self._examined, None
        return examined or self._thread.submit(read_all, self._connection).result()

    def write(self, changes: Changes | None, then: Committed) -> None:
        self._examined = None
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
        await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        self._thread.shutdown()  # it has nothing left to do

    def _commit(self) -> None:
        batch, self._waiting = self._waiting, []
        changes = self._unwritten + [change for change, _ in batch if change is not None]
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._thread, _write, self._connection, changes, self._epoch())
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


def _write(connection: sqlite3.Connection, batch: list[Changes], epoch: float = 0.0) -> None:
    """Write what all changes leave, in one transaction."""
    if not batch:
        return
    changes = merged(batch)
    connection.execute("BEGIN IMMEDIATE")
    try:
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
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('clock', ?)", (epoch,))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
