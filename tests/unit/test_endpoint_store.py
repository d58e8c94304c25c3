"""What was committed is there again; what is not ours is left alone."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.endpoint import store_file
from simulator.endpoint.store import Changes, MemoryStore, SqliteStore, _write, merged
from simulator.endpoint.store_file import APPLICATION_ID, MIGRATIONS, SCHEMA_1, SCHEMA_VERSION
from simulator.errors import InputError
from simulator.jobs.model import JobStatus
from simulator.jobs.stored import Execution, Job

TABLES = ("executions", "jobs", "registry")


def execution(number: int = 1, version: int = 1) -> Execution:
    return Execution(
        thing_name="t",
        job_id="j",
        execution_number=number,
        status=JobStatus.IN_PROGRESS,
        version_number=version,
        queued_at=1.25,
        last_updated_at=2.5,
        started_at=2.0,
        status_details={"step": "verify"},
        sequence=number,
        step_deadline=62.0,
    )


JOB = Job(job_id="j", targets=("arn",), document='{"a": 1}', created_at=1.5, last_updated_at=1.5, description="d")


def in_thread(store: SqliteStore, call: Callable[..., object], *arguments: object) -> None:
    """Reach under the store, in the one thread that may touch its connection."""
    store._thread.submit(call, *arguments).result()


async def written(store: SqliteStore, changes: Changes) -> bool:
    done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    store.write(changes, done.set_result)
    async with asyncio.timeout(10):
        return await done


async def test_everything_comes_back_as_it_was(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "jobs.db")
    assert await written(store, Changes(executions=[execution()], jobs=[JOB], registry=[("thing", "t", b"\x01")]))
    await store.close()
    again = SqliteStore(tmp_path / "jobs.db")
    stored = again.load()
    await again.close()
    assert stored.executions == [execution()]
    assert stored.jobs == [JOB]
    assert stored.registry == [("thing", "t", b"\x01")]


async def test_a_later_state_replaces_an_earlier_one_and_deletions_stay_deleted(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "jobs.db")
    await written(store, Changes(executions=[execution(1), execution(2)], jobs=[JOB], registry=[("thing", "t", b"x")]))
    await written(store, Changes(executions=[execution(1, version=7)], deleted=[execution(2).key]))
    await written(store, Changes(deleted_jobs=["j"], registry=[("thing", "t", None)]))
    stored = store.load()
    await store.close()
    assert [each.version_number for each in stored.executions] == [7]
    assert stored.jobs == []
    assert stored.registry == []


async def test_answers_come_in_the_order_of_the_writes_and_reads_do_not_overtake(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "jobs.db")
    order: list[str] = []
    done = asyncio.Event()
    store.write(None, lambda _: order.append("read before"))
    store.write(Changes(jobs=[JOB]), lambda _: order.append("write 1"))
    store.write(None, lambda _: order.append("read between"))
    store.write(Changes(executions=[execution()]), lambda _: order.append("write 2"))
    store.write(None, lambda _: (order.append("read after"), done.set()))
    assert order == ["read before"]
    async with asyncio.timeout(10):
        await done.wait()
    assert order == ["read before", "write 1", "read between", "write 2", "read after"]
    await store.close()


async def test_many_writes_share_a_commit(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "jobs.db")
    commits: list[str] = []

    def trace(sql: str) -> None:
        if sql == "COMMIT":
            commits.append(sql)

    in_thread(store, store._connection.set_trace_callback, trace)
    await asyncio.gather(*(written(store, Changes(executions=[execution(number)])) for number in range(1, 201)))
    assert len(store.load().executions) == 200
    await store.close()
    assert 1 <= len(commits) <= 10


async def test_what_could_not_be_written_is_said_and_written_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = SqliteStore(tmp_path / "jobs.db")
    in_thread(store, store._connection.execute, "PRAGMA query_only=ON")
    assert await written(store, Changes(executions=[execution(1)])) is False
    assert await written(store, Changes(executions=[execution(2)])) is False
    in_thread(store, store._connection.execute, "PRAGMA query_only=OFF")
    assert await written(store, Changes(executions=[execution(3)])) is True
    assert sorted(each.execution_number for each in store.load().executions) == [1, 2, 3]
    await store.close()
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


async def test_the_file_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE precious (a)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(InputError, match="is a database of another program"):
        SqliteStore(path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["other.db"]


async def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but dear to someone" * 100)
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"notes.txt: cannot be used as a data file"):
        SqliteStore(path)
    assert path.read_bytes() == before


async def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    await SqliteStore(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(InputError, match="newer version"):
        SqliteStore(path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["jobs.db"]


def left_by_a_killed_process(path: Path, statements: str) -> None:
    """Write in a process that is killed before SQLite has brought its log into the file."""
    script = f"""
import os, sqlite3
connection = sqlite3.connect({str(path)!r}, isolation_level=None)
connection.execute("PRAGMA journal_mode=WAL")
connection.executescript({statements!r})
os._exit(9)
"""
    subprocess.run([sys.executable, "-c", script], check=False)


FIRST_VERSION = f"BEGIN;{SCHEMA_1}PRAGMA application_id={APPLICATION_ID};PRAGMA user_version=1;COMMIT;"


async def test_a_file_of_the_first_version_is_brought_to_this_one_with_all_that_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    data = msgspec.msgpack.encode(execution(version=5)).hex()
    left_by_a_killed_process(path, f"{FIRST_VERSION}INSERT INTO executions VALUES ('t', 'j', 1, x'{data}');")
    store = SqliteStore(path, lambda: 77.5)
    assert store.load().executions == [execution(version=5)]
    assert await written(store, Changes(executions=[execution(version=6)]))
    await store.close()
    again = SqliteStore(path)
    stored = again.load()
    assert (stored.executions, stored.clock) == ([execution(version=6)], 77.5)
    await again.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)


@pytest.mark.parametrize(
    ("statements", "sentence"),
    [
        ("CREATE TABLE precious (a);", "is a database of another program"),
        (f"{FIRST_VERSION}PRAGMA user_version=99;", "was written by a newer version"),
        (f"{FIRST_VERSION}INSERT INTO executions VALUES ('t', 'j', 1, x'01');", "is damaged, or not written by"),
        (f"{FIRST_VERSION}DROP TABLE jobs;", "cannot be used as a data file: no such table"),
    ],
)
def test_a_file_with_a_log_beside_it_is_refused_without_touching_either(
    tmp_path: Path, statements: str, sentence: str
) -> None:
    path = tmp_path / "jobs.db"
    left_by_a_killed_process(path, statements)
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.suffix != ".db-shm"}
    assert before["jobs.db-wal"]
    with pytest.raises(InputError, match=sentence):
        SqliteStore(path)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.suffix != ".db-shm"} == before


@pytest.mark.parametrize("value", ["'x'", "1e999", "-1", "1e300", "x'00'", "NULL"])
async def test_a_file_whose_clock_shows_no_time_is_refused(tmp_path: Path, value: str) -> None:
    path = tmp_path / "jobs.db"
    await SqliteStore(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"INSERT OR REPLACE INTO meta VALUES ('clock', {value})")
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"jobs\.db: is damaged, .* is no time"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_file_that_this_user_may_not_use_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_file.os, "access", lambda *_: False)
    path = tmp_path / "jobs.db"
    path.mkdir()
    with pytest.raises(InputError, match=r"jobs\.db: it or its folder cannot be written by this user"):
        SqliteStore(path)


async def test_a_file_with_a_broken_page_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    store = SqliteStore(path)
    await written(store, Changes(executions=[execution(number) for number in range(1, 200)]))
    await store.close()
    data = bytearray(path.read_bytes())
    data[-4096:] = b"\xa5" * 4096
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"jobs\.db: "):
        SqliteStore(path)
    assert path.read_bytes() == bytes(data)


async def test_a_file_that_another_endpoint_has_open_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    script = f"""
import asyncio
from pathlib import Path
from simulator.endpoint.store import Changes, SqliteStore
async def main():
    store = SqliteStore(Path({str(path)!r}))
    store.write(Changes(deleted_jobs=["x"]), lambda _: print("open", flush=True))
    await asyncio.sleep(60)
asyncio.run(main())
"""
    other = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(InputError, match="is in use by another endpoint; stop that one"):
            SqliteStore(path)
    finally:
        other.kill()
        other.communicate()


async def test_closing_waits_for_the_disk_without_keeping_the_loop(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "jobs.db")
    blocked = threading.Event()
    store._thread.submit(blocked.wait)
    closing_store = asyncio.ensure_future(store.close())
    for _ in range(10):
        await asyncio.sleep(0)
    assert not closing_store.done()
    blocked.set()
    await closing_store


async def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="its folder does not exist"):
        SqliteStore(tmp_path / "nowhere" / "jobs.db")


async def test_in_memory_everything_is_committed_at_once() -> None:
    store = MemoryStore()
    answers: list[bool] = []
    store.write(Changes(jobs=[JOB]), answers.append)
    assert answers == [True]
    assert store.load().jobs == []


async def test_a_caller_that_fails_at_its_answer_keeps_nobody_else_waiting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(is_safe: bool) -> None:
        raise RuntimeError(f"told {is_safe}")

    store = SqliteStore(tmp_path / "jobs.db")
    store.write(Changes(jobs=[JOB]), fail)
    assert await written(store, Changes(executions=[execution()]))
    assert await written(store, Changes(executions=[execution(version=2)]))
    await store.close()
    assert "a change could not be answered" in caplog.text


changes_of_few_keys = st.builds(
    Changes,
    executions=st.lists(st.builds(execution, st.integers(1, 3), st.integers(1, 9)), max_size=3),
    deleted=st.lists(st.integers(1, 3).map(lambda number: execution(number).key), max_size=2),
    jobs=st.lists(st.sampled_from([JOB, msgspec.structs.replace(JOB, job_id="k")]), max_size=2),
    deleted_jobs=st.lists(st.sampled_from(["j", "k"]), max_size=1),
    registry=st.lists(
        st.tuples(st.just("thing"), st.sampled_from("tu"), st.none() | st.binary(max_size=1)), max_size=3
    ),
)


@given(st.lists(changes_of_few_keys, max_size=5))
def test_merged_changes_leave_the_file_as_all_of_them_would(batch: list[Changes]) -> None:
    left = []
    for changes in (batch, [merged(batch)]):
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            connection.executescript(SCHEMA_1 + "".join(MIGRATIONS.values()))
            _write(connection, changes)
            left.append([connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in TABLES])
    assert left[0] == left[1]


def test_merged_changes_are_no_more_than_there_are_keys() -> None:
    assert merged(Changes(executions=[execution(1, version)]) for version in range(1, 1000)) == Changes(
        executions=[execution(1, 999)]
    )
