"""Single key presses from a terminal, without Enter, on POSIX and on Windows; the terminal is left as it was."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import Final

OnKey = Callable[[str], None]

LOOKED_SECONDS: Final = 0.05
"""How often Windows is asked for keys: its console cannot be watched by a loop."""


def can_read_keys() -> bool:
    """Whether standard input is a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


if sys.platform == "win32":
    import msvcrt

    @contextlib.contextmanager
    def keys(on_key: OnKey) -> Iterator[None]:
        """Call `on_key` on the running loop with each character typed while the block lasts."""
        loop = asyncio.get_running_loop()

        def look() -> None:
            nonlocal timer
            while msvcrt.kbhit():
                on_key(msvcrt.getwch())
            timer = loop.call_later(LOOKED_SECONDS, look)

        timer = loop.call_later(LOOKED_SECONDS, look)
        try:
            yield
        finally:
            timer.cancel()

else:
    import termios
    import tty

    @contextlib.contextmanager
    def keys(on_key: OnKey) -> Iterator[None]:
        """Call `on_key` on the running loop with each character typed while the block lasts. Ctrl-C stays a signal."""
        fd = sys.stdin.fileno()
        former = termios.tcgetattr(fd)
        loop = asyncio.get_running_loop()

        def read() -> None:
            typed = os.read(fd, 256)
            if not typed:  # the terminal has gone
                loop.remove_reader(fd)
            for character in typed.decode("utf-8", "replace"):
                on_key(character)

        tty.setcbreak(fd)
        loop.add_reader(fd, read)
        try:
            yield
        finally:
            loop.remove_reader(fd)
            termios.tcsetattr(fd, termios.TCSADRAIN, former)
