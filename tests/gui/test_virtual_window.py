"""`--virtual-time --seed`: the same command paints the same picture, and nothing of the real world gets into it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage


def picture(place: Path, name: str, *more: str, seed: int = 42, after: int = 6000) -> Path:
    """Have the program take a picture, each time in a process with another hash seed."""
    path = place / f"{name}.png"
    command = [sys.executable, "-m", "simulator", "demo", "--virtual-time", "--temp-profile", "--seed", str(seed)]
    command += ["--theme", "dark", "--size", "1280x720", "--screenshot", str(path), "--after", str(after), *more]
    done = subprocess.run(
        command,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return path


def test_the_same_command_paints_the_same_picture_and_another_seed_another(tmp_path: Path) -> None:
    first, second = picture(tmp_path, "first"), picture(tmp_path, "second")
    assert first.read_bytes() == second.read_bytes()
    other = picture(tmp_path, "other", seed=43)
    assert QImage(str(other)) != QImage(str(first))
    later = picture(tmp_path, "later", after=7000)
    assert QImage(str(later)) != QImage(str(first))


def test_the_table_too_is_the_same_twice(tmp_path: Path) -> None:
    pictures = [picture(tmp_path, str(number), "--page", "table").read_bytes() for number in range(2)]
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("page", ["jobs", "report"])
def test_pages_that_ask_the_control_plane_are_the_same_twice(tmp_path: Path, page: str) -> None:
    first, second = (picture(tmp_path, f"{page}{number}", "--page", page, after=4000) for number in range(2))
    assert first.read_bytes() == second.read_bytes()
    if page == "jobs":
        assert QImage(str(first)) != QImage(str(picture(tmp_path, "later", "--page", page, after=5000)))
