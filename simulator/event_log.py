"""The event log: JSON Lines, one for each message of a thing and for each transition, written off the loop.

The loop only appends to a queue; a thread makes lines of what is there, ten times a second, and writes whole lines in
one call to a file that is open for appending. So several processes may write to one file, each line comes whole, and
lines of one process are in order; those of two are in order by their member `at` only.

The queue is bounded. What comes when it is full is dropped and counted: a slow disk must not make the things slow.
"""

import contextlib
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from simulator.errors import InputError
from simulator.event_lines import MOST_PAYLOAD_BYTES, Entry, FaultEntry, MessageEntry, TransitionEntry, line_of
from simulator.feed import Direction
from simulator.jobs.model import JobStatus
from simulator.metrics import EventLogTotals

WAITING_ENTRIES: Final = 20_000
"""At 10,000 messages a second that is two seconds of a disk that does not answer, in some ten megabytes."""
WRITE_EVERY_SECONDS: Final = 0.1
LINES_AT_ONCE: Final = 200  # about a millisecond of work, then the interpreter is free for the loop
CLOSE_SECONDS: Final = 0.8  # a person may be waiting for the end

Append = Callable[[bytes], object]
"""Writes all of some whole lines at the end of the file, or raises OSError."""


def check(path: Path, where: str = "--event-log") -> None:
    """See before a run that its event log can be written; what the file holds stays.

    Raises:
        InputError: it cannot.
    """
    if not path.parent.is_dir():
        raise InputError(f"{where} {path}", f"there is no directory {path.parent}", "make it first")
    if path.is_dir():
        raise InputError(f"{where} {path}", "is a directory", "name a file in it")
    _told_in_words(path, "ab", where)


def create(path: Path, where: str = "--event-log") -> None:
    """Make `path` an empty file, before any process appends to it.

    Raises:
        InputError: it cannot be made.
    """
    _told_in_words(path, "wb", where)


def _told_in_words(path: Path, mode: str, where: str) -> None:
    try:
        path.open(mode).close()
    except OSError as exc:
        words = (exc.strerror or str(exc)).lower()
        raise InputError(f"{where} {path}", f"cannot be written: {words}", "name a file where you may write") from exc


class EventLog:
    """What one process adds to an event log. Its thread lives from construction to `close`."""

    def __init__(self, append: Append, *, waiting_entries: int = WAITING_ENTRIES) -> None:
        self._append = append
        self._waiting: deque[Entry] = deque()
        self._most = waiting_entries
        self._written = 0
        self._dropped = 0
        self._error = ""
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="event log", daemon=True)
        self._thread.start()

    def put(self, entry: Entry) -> None:
        """Have a line written soon; drop it if too many wait already, or the file has failed."""
        if len(self._waiting) >= self._most or self._error:
            self._dropped += 1
        else:
            self._waiting.append(entry)

    def of(self, thing: str) -> "ThingEvents":
        """Return what one thing tells its events to."""
        return ThingEvents(self, thing)

    @property
    def totals(self) -> EventLogTotals:
        """How many lines were written and dropped so far."""
        return EventLogTotals(written=self._written, dropped=self._dropped, error=self._error)

    @property
    def waiting(self) -> int:
        """How many entries wait to be written."""
        return len(self._waiting)

    def close(self) -> None:
        """Write what waits, for at most CLOSE_SECONDS real seconds, and end the thread; may be called again."""
        self._is_over.set()
        self._thread.join(CLOSE_SECONDS)

    # --- in the thread ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._is_over.wait(WRITE_EVERY_SECONDS):
            self._write_waiting()
        self._write_waiting()

    def _write_waiting(self) -> None:
        while self._waiting and not self._error:
            lines = [line_of(self._waiting.popleft()) for _ in range(min(LINES_AT_ONCE, len(self._waiting)))]
            try:
                self._append(b"".join(lines))
            except OSError as exc:
                self._error = (exc.strerror or str(exc)).lower()
                self._dropped += len(lines) + len(self._waiting)
                self._waiting.clear()
            else:
                self._written += len(lines)
            if len(lines) == LINES_AT_ONCE:
                time.sleep(0)  # noqa: TID251  not a wait: it hands the interpreter to the loop


class ThingEvents:
    """Tells the events of one thing to a log, and remembers of it what a line says beside the event."""

    __slots__ = ("_execution", "_log", "_status", "_thing", "_version")

    def __init__(self, log: EventLog, thing: str) -> None:
        self._log = log
        self._thing = thing
        self._execution: tuple[str, int] | None = None
        self._status: JobStatus | None = None
        self._version: int | None = None

    def message(
        self,
        at: float,
        direction: Direction,
        topic: str,
        payload: bytes,
        latency_ms: float | None,
        expected_version: int | None,
        version_before: int | None,
        version_after: int | None,
        note: str,
        fault: str = "",
    ) -> None:
        """Note a message; `at` in real epoch seconds, `fault` the name of the fault that made it, "" for none."""
        self._log.put(
            MessageEntry(
                at,
                self._thing,
                direction,
                topic,
                payload if len(payload) <= MOST_PAYLOAD_BYTES else payload[:MOST_PAYLOAD_BYTES],
                len(payload),
                self._status,
                version_before,
                version_after,
                expected_version,
                latency_ms,
                note,
                fault,
            )
        )

    def transition(
        self, at: float, job_id: str, execution_number: int, status: JobStatus, version: int, step: str, reason: str
    ) -> None:
        """Note that the thing believes something new of an execution; `at` in real epoch seconds."""
        execution = job_id, execution_number
        before = self._version if execution == self._execution else None
        status_before = self._status if execution == self._execution else None
        self._execution, self._status, self._version = execution, status, version
        self._log.put(
            TransitionEntry(
                at, self._thing, job_id, execution_number, status_before, status, before, version, step, reason
            )
        )

    def fault(self, at: float, name: str, note: str = "") -> None:
        """Note a fault that is no message, such as a lost line; `at` in real epoch seconds."""
        self._log.put(FaultEntry(at, self._thing, name, note))


class AppendedFile:
    """A file that several processes append to at the same time, each of them whole lines."""

    def __init__(self, path: str) -> None:
        """Open `path` at its end.

        Raises:
            OSError: it cannot be opened.
        """
        self._descriptor = _open_for_appending(path)

    def append(self, lines: bytes) -> None:
        """Write all of `lines`."""
        left = memoryview(lines)
        while left:  # a regular file takes all at once, unless its disk is almost full
            left = left[os.write(self._descriptor, left) :]

    def close(self) -> None:
        """Close the file; may be called again."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def _open_for_appending(path: str) -> int:
    if sys.platform == "win32":
        # What the C library calls appending there is a seek and a write, between which another process may write. The
        # system's own FILE_APPEND_DATA without FILE_WRITE_DATA appends in one step.
        import _winapi
        import msvcrt

        append_data, share_all, open_always = 0x4, 0x7, 4
        handle = _winapi.CreateFile(path, append_data, share_all, 0, open_always, 0, 0)
        return msvcrt.open_osfhandle(handle, os.O_APPEND | os.O_BINARY)
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
