"""The files the window keeps for itself: unreadable, damaged, or nowhere to be written; it begins all the same."""

import random
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from ui.banner import Severity
from ui.workspace import looked_after


def settings_at(path: Path) -> QSettings:
    return QSettings(str(path), QSettings.Format.IniFormat)


def test_a_first_start_and_a_good_file_have_nothing_to_tell(tmp_path: Path) -> None:
    path = tmp_path / "window.ini"
    assert looked_after(settings_at(path)) is None
    first = settings_at(path)
    first.setValue("layout/version", 1)
    first.sync()
    assert looked_after(settings_at(path)) is None


@pytest.mark.parametrize(
    "content", [b"[layout\nversion=1\n", random.Random(1).randbytes(2000), b"hello world\n", b"\0" * 500]
)
def test_a_damaged_file_is_set_aside_and_a_new_one_begins(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "window.ini"
    path.write_bytes(content)
    settings = settings_at(path)
    problem = looked_after(settings)
    assert problem is not None
    assert problem.severity is Severity.WARNING
    assert problem.sentence == (
        f"The layout in {path} is damaged: the window begins as at its first start. The old file is {path}.unreadable."
    )
    assert Path(f"{path}.unreadable").read_bytes() == content
    settings.setValue("layout/version", 1)
    settings.sync()
    assert looked_after(settings_at(path)) is None


def test_a_place_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "window.ini"
    path.mkdir()
    problem = looked_after(settings_at(path))
    assert problem is not None
    assert f"{path} cannot be read" in problem.sentence


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    problem = looked_after(settings_at(tmp_path / "file" / "window.ini"))
    assert problem is not None
    assert "cannot be" in problem.sentence
