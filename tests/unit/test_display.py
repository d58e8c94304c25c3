"""Whether a window can be shown: a display that is there, one that is only named, libraries that are missing."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator import display
from simulator.display import why_no_window
from tests.support.command import environment

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="displays have sockets there")


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Path]:
    """A socket as a Wayland compositor has it, at its path."""
    path = tmp_path / "wayland-7"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen()
        yield path


@pytest.mark.parametrize(
    ("environ", "platform", "why"),
    [
        ({}, "linux", "there is no display here"),
        ({"DISPLAY": ""}, "linux", "there is no display here"),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux", ""),
        ({"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":7654"}, "linux", ""),
        ({}, "freebsd14", "there is no display here"),
        ({}, "darwin", ""),
        ({}, "win32", ""),
        ({"DISPLAY": ":7654"}, "linux", "the display that DISPLAY names, :7654, does not answer"),
        ({"DISPLAY": "localhost:7654.0"}, "linux", "the display that DISPLAY names, localhost:7654.0, does not answer"),
        ({"DISPLAY": "localhost:99999"}, "linux", "the display that DISPLAY names, localhost:99999, does not answer"),
        (
            {"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": "/nowhere"},
            "linux",
            "the display that WAYLAND_DISPLAY names, wayland-7, does not answer",
        ),
    ],
)
@linux_only
def test_why_no_window_can_be_shown(environ: dict[str, str], platform: str, why: str) -> None:
    assert why_no_window(environ, platform) == why


@linux_only
def test_a_wayland_display_that_answers_will_do(listening: Path) -> None:
    environ = {"WAYLAND_DISPLAY": listening.name, "XDG_RUNTIME_DIR": str(listening.parent), "DISPLAY": ":7654"}
    assert why_no_window(environ, "linux") == ""
    assert why_no_window({"WAYLAND_DISPLAY": str(listening)}, "linux") == ""


@linux_only
def test_an_x_display_that_answers_will_do_unless_qt_lacks_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind("\0/tmp/.X11-unix/X7655")
        server.listen()
        monkeypatch.setattr(display, "_missing_library", str)
        assert why_no_window({"DISPLAY": ":7655.0"}, "linux") == ""
        monkeypatch.setattr(display, "_missing_library", lambda: "libxcb-cursor.so.0: no such file")
        expected = "Qt lacks a library of the system here (libxcb-cursor.so.0: no such file)"
        assert why_no_window({"DISPLAY": ":7655"}, "linux") == expected


@linux_only
def test_qts_part_for_x11_is_really_loaded(tmp_path: Path) -> None:
    """In a process of its own: what is loaded cannot be unloaded."""
    plugin = tmp_path / "PySide6/Qt/plugins/platforms/libqxcb.so"
    plugin.parent.mkdir(parents=True)
    (tmp_path / "PySide6/__init__.py").touch()
    plugin.write_bytes(b"no library")
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from simulator import display; "
    script += "print(display._missing_library())"
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment(), check=True
    ).stdout
    assert f"{plugin}: " in told


@linux_only
def test_a_display_that_is_gone_is_told_in_a_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "simulator"],
        capture_output=True,
        text=True,
        env=environment(DISPLAY=":7654", QT_QPA_PLATFORM="", WAYLAND_DISPLAY=""),
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("thing-simulator: the display that DISPLAY names, :7654, does not answer; use `thing")
    assert done.stderr.count("\n") == 1
