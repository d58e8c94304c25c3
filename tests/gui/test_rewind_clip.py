"""Clips as files: what is written is read again, and what makes no sense is refused with its line."""

from pathlib import Path

import pytest

from simulator.errors import InputError
from simulator.jobs.model import JobStatus as S
from ui import rewind_clip
from ui.journal import Entry, Journal, Moment

HEAD = b'{"clip": 1, "from": 1.0, "to": 2.0, "things": 1, "changes": 0}\n'


def test_a_clip_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    entries = [
        Entry(5.0, "a", Moment(status=S.IN_PROGRESS, version=2, progress=40, step="download", details="ü")),
        Entry(6.5, "a", Moment(status=S.FAILED, version=3)),
        Entry(7.0, "a", None),
    ]
    head = rewind_clip.Head(clip=1, begins=5.0, ends=7.0, things=1, changes=2, origin=3.0)
    rewind_clip.write(path, head, entries)
    assert b'"status":"IN_PROGRESS"' in path.read_bytes()  # wire words
    journal = rewind_clip.read(path)
    assert list(journal.of_thing("a", 10.0)) == entries
    assert (journal.begins, journal.ends, journal.origin) == (5.0, 7.0, 3.0)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (b"", "bad.jsonl: there is nothing in it"),
        (HEAD, "bad.jsonl: there is nothing in it"),
        (b'{"clip": 2, "from": 1, "to": 2, "things": 0, "changes": 0}\n', "line 1: clip 2 is of a newer program"),
        (HEAD + b"nonsense\n", "line 2: JSON is malformed"),
        (HEAD + b'{"at": 1, "thing": "a"}\n', "line 2: “as” is missing"),
        (HEAD + b'{"at": 1, "thing": "a", "as": {"status": "DONE"}}\n', "line 2: Invalid enum value 'DONE'"),
        (HEAD + b'{"at": 1, "thing": "a", "as": {"progress": 900}}\n', "line 2: progress 900 is not 0 to 100"),
        (HEAD + b'{"at": -1, "thing": "a", "as": {}}\n', "line 2: at -1.0 is no time"),
        (HEAD + b'{"at": 1, "thing": "", "as": {}}\n', "line 2: a thing has a name"),
        (HEAD + b'{"at": 1, "thing": "\xff\xfe", "as": {}}\n', "line 2"),
    ],
)
def test_what_is_no_clip_is_refused_with_its_line(tmp_path: Path, lines: bytes, sentence: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(lines)
    with pytest.raises(InputError) as refusal:
        rewind_clip.read(path)
    assert sentence in str(refusal.value)


def test_a_clip_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    def breaks():
        yield Entry(1.0, "a", Moment())
        raise OSError("disk full")

    head = rewind_clip.Head(clip=1, begins=1.0, ends=1.0, things=1, changes=0)
    with pytest.raises(OSError, match="disk full"):
        rewind_clip.write(tmp_path / "a.jsonl", head, breaks())
    assert list(tmp_path.iterdir()) == []


def test_a_long_clip_is_read_whole(tmp_path: Path) -> None:
    journal = Journal(chunk=8)
    for n in range(100):
        journal.put(Entry(float(n + 1), f"t{n % 7}", Moment(version=n)))
    path = tmp_path / "long.jsonl"
    head = rewind_clip.Head(clip=1, begins=1.0, ends=100.0, things=1, changes=99)
    rewind_clip.write(path, head, journal.entries(1.0, 100.0))
    again = rewind_clip.read(path)
    assert len(again) == 100
    assert again.scene(55.0).moments[again.id_of("t3")] == journal.scene(55.0).moments[journal.id_of("t3")]
