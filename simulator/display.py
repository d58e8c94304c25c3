"""Whether a window can be shown here, found out before Qt is asked: Qt ends the whole process where it cannot."""

import os
import re
import socket
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

ANSWER_SECONDS: Final = 1.0
_X_DISPLAY: Final = re.compile(r"(?:unix)?:(\d+)(?:\.\d+)?")
_X_DISPLAY_ELSEWHERE: Final = re.compile(r"(?:tcp/)?([A-Za-z0-9.-]+):(\d+)(?:\.\d+)?")
_X_PORT: Final = 6000


def why_no_window(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """Return why no window can be shown, as the beginning of a sentence; "" if one can.

    `QT_QPA_PLATFORM` set by hand (offscreen, vnc, …) is taken as it is. A display that is named but gone, as that of a
    forwarding that has ended, does not count, nor one for which the system lacks what Qt needs.
    """
    if not platform.startswith(("linux", "freebsd", "openbsd", "netbsd")) or environ.get("QT_QPA_PLATFORM"):
        return ""
    wayland, x11 = environ.get("WAYLAND_DISPLAY", ""), environ.get("DISPLAY", "")
    if not wayland and not x11:
        return "there is no display here"
    if wayland and _listens_here(str(Path(environ.get("XDG_RUNTIME_DIR", "/"), wayland))):
        return ""
    if not x11:
        return f"the display that WAYLAND_DISPLAY names, {wayland[:80]}, does not answer"
    if not _x11_answers(x11):
        return f"the display that DISPLAY names, {x11[:80]}, does not answer"
    missing = _missing_library()
    return f"Qt lacks a library of the system here ({missing})" if missing else ""


def _x11_answers(name: str) -> bool:
    """Whether an X server takes connections under that name; one in a form that is not known here is believed."""
    here = _X_DISPLAY.fullmatch(name)
    if here is not None:
        path = f"/tmp/.X11-unix/X{here[1]}"  # noqa: S108  where X has its sockets; on Linux also in the abstract space
        return _listens_here(path) or _listens_here(f"\0{path}")
    elsewhere = _X_DISPLAY_ELSEWHERE.fullmatch(name)
    return elsewhere is None or _listens_at(elsewhere[1], _X_PORT + int(elsewhere[2]))


def _listens_here(path: str) -> bool:
    """Whether somebody takes connections at a socket of this machine."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(ANSWER_SECONDS)
        try:
            probe.connect(path)
        except OSError:
            return False
    return True


def _listens_at(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), ANSWER_SECONDS).close()
    except (OSError, OverflowError):
        return False
    return True


def _missing_library() -> str:
    """Return what the system says of the library that Qt's part for X11 lacks; "" if it lacks none."""
    spec = find_spec("PySide6")
    plugin = Path(*(spec.submodule_search_locations or [""]) if spec else "", "Qt/plugins/platforms/libqxcb.so")
    if not plugin.exists():  # Qt of another making; it knows what it needs
        return ""
    import ctypes

    try:
        ctypes.CDLL(str(plugin))
    except OSError as exc:
        return str(exc)
    return ""
