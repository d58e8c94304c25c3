"""The event log: bounded, off the loop, whole lines whoever writes, and honest about what is missing."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from simulator.errors import InputError
from simulator.event_lines import FaultEntry
from simulator.event_log import AppendedFile, EventLog, check, create
from simulator.feed import Direction
from simulator.jobs.model import JobStatus as S


class Disk:
    """Takes lines once it is let; fails with the error it was told."""

    def __init__(self, *, is_free: bool = True, error: OSError | None = None) -> None:
        self.free = threading.Event()
        self.reached = threading.Event()
        self.error = error
        self.written = b""
        if is_free:
            self.free.set()

    def append(self, lines: bytes) -> None:
        self.reached.set()
        assert self.free.wait(10)
        if self.error is not None:
            raise self.error
        self.written += lines


def fault(number: int) -> FaultEntry:
    return FaultEntry(float(number), "pump", "drop-line", "")


def test_everything_is_written_in_order_by_the_end() -> None:
    disk = Disk()
    log = EventLog(disk.append)
    for number in range(1000):
        log.put(fault(number))
    log.close()
    assert [json.loads(line)["at"] for line in disk.written.splitlines()] == list(range(1000))
    assert (log.totals.written, log.totals.dropped, log.totals.error) == (1000, 0, "")


def test_a_disk_that_does_not_answer_costs_bounded_memory_and_what_is_dropped_is_counted() -> None:
    disk = Disk(is_free=False)
    log = EventLog(disk.append, waiting_entries=50)
    log.put(fault(0))
    assert disk.reached.wait(10)  # the thread holds one line now, and 50 more may wait
    for number in range(1, 200):
        log.put(fault(number))
    assert log.waiting == 50
    assert log.totals.dropped == 149
    disk.free.set()
    log.close()
    assert (log.totals.written, log.totals.dropped) == (51, 149)


def test_a_full_disk_ends_the_log_in_words_and_nothing_else() -> None:
    disk = Disk(error=OSError(28, "No space left on device"))
    log = EventLog(disk.append)
    log.put(fault(1))
    assert disk.reached.wait(10)
    log.close()
    log.put(fault(2))
    assert (log.totals.written, log.totals.dropped, log.totals.error) == (0, 2, "no space left on device")


def test_no_thread_is_left() -> None:
    before = set(threading.enumerate())
    log = EventLog(Disk().append)
    log.close()
    log.close()
    assert set(threading.enumerate()) == before


def test_a_thing_tells_versions_and_statuses_of_its_own_execution_only() -> None:
    disk = Disk()
    log = EventLog(disk.append)
    thing = log.of("pump-1")
    thing.transition(1.0, "fw-1", 1, S.IN_PROGRESS, 2, "", "")
    thing.message(2.0, Direction.OUT, "topic", b"{}", None, 2, 2, 2, "")
    thing.transition(3.0, "fw-1", 1, S.SUCCEEDED, 3, "", "")
    thing.transition(4.0, "fw-2", 1, S.QUEUED, 1, "", "")
    log.close()
    first, message, second, third = (json.loads(line) for line in disk.written.splitlines())
    assert "version_before" not in first
    assert message["status"] == "IN_PROGRESS"
    assert (second["status_before"], second["version_before"]) == ("IN_PROGRESS", 2)
    assert "status_before" not in third
    assert "version_before" not in third


APPENDING = """
import sys
from simulator.event_log import AppendedFile

path, name = sys.argv[1:]
file = AppendedFile(path)
for number in range(300):
    file.append(f"{name} {number} {name * 400}\\n".encode() * 3)
file.close()
"""


def test_several_processes_append_whole_lines_to_one_file(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    create(path)
    processes = [subprocess.Popen([sys.executable, "-c", APPENDING, os.fspath(path), name]) for name in "abc"]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    lines = path.read_text().splitlines()
    assert len(lines) == 2700
    for line in lines:
        name, _, rest = line.split()
        assert rest == name * 400


def test_a_log_replaces_that_of_the_run_before(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text("old\n")
    check(path)
    assert path.read_text() == "old\n"
    create(path)
    file = AppendedFile(os.fspath(path))
    file.append(b"new\n")
    file.close()
    file.close()
    assert path.read_text() == "new\n"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("no/where/e.jsonl", "there is no directory"), ("taken", "is a directory; name a file in it")],
)
def test_where_no_log_can_be_written_is_told_in_a_sentence(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(InputError) as caught:
        check(tmp_path / name)
    assert str(caught.value).startswith(f"--event-log {tmp_path / name}: {sentence}")


def test_a_file_that_may_not_be_written_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuses)
    with pytest.raises(InputError) as caught:
        create(tmp_path / "e.jsonl")
    sentence = "cannot be written: permission denied; name a file where you may write"
    assert str(caught.value) == f"--event-log {tmp_path / 'e.jsonl'}: {sentence}"
