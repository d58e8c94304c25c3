"""Keys that others may read are told of, and how to mend it."""

import os
from pathlib import Path

import pytest

from simulator.open_to_others import key_warning, open_to_others, warning
from simulator.transport.credentials import NO_CREDENTIALS, Credentials

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a file's mode says nothing there")


def made(path: Path, mode: int) -> Path:
    path.write_text("key")
    path.chmod(mode)
    return path


@pytest.mark.parametrize(("mode", "is_open"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_it_is_whom_the_mode_lets_read_that_counts(tmp_path: Path, mode: int, is_open: bool) -> None:
    assert open_to_others(made(tmp_path / "a.key", mode)) is is_open


def test_a_file_that_is_not_there_is_anothers_affair() -> None:
    assert not open_to_others("nowhere.key")
    assert not open_to_others("a\0b")
    assert warning(["nowhere.key"]) == ""


def test_one_is_named_and_of_many_the_first(tmp_path: Path) -> None:
    one, other = made(tmp_path / "pump-1.key", 0o644), made(tmp_path / "pump-2.key", 0o644)
    made(tmp_path / "pump-3.key", 0o600)
    keys = Credentials(certificate="c", key=str(tmp_path / "{thing}.key"))
    assert key_warning(keys, ["pump-1", "pump-3"]) == f"{one} can be read by others; run chmod 600 on it"
    both = f"2 key files can be read by others, the first is {other}; run chmod 600 on them"
    assert key_warning(keys, ["pump-3", "pump-2", "pump-1"]) == both


def test_one_key_for_all_things_is_one_file(tmp_path: Path) -> None:
    shared = made(tmp_path / "shared.key", 0o644)
    told = key_warning(Credentials(certificate="c", key=str(shared)), ["a", "b", "c"])
    assert told == f"{shared} can be read by others; run chmod 600 on it"
    assert key_warning(NO_CREDENTIALS, ["a"]) == ""
