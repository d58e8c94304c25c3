"""SIGINT and SIGTERM while something runs: the first asks for a clean stop, repeats of it are let pass.

One Ctrl-C or one `timeout` often arrives twice within milliseconds, once for the process and once for its group; that
is one wish. Only a signal that comes REPEAT_SECONDS or more after the first ends the program at once.
"""

import signal
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Final, Self

REPEAT_SECONDS: Final = 2.0
NUMBERS: Final = (signal.SIGINT, signal.SIGTERM)
_came_early: list[int] = []  # signals that came before anything ran that asks for a clean stop


class Interrupted(KeyboardInterrupt):
    """A KeyboardInterrupt of our own making, so that the exit status stays ours.

    Where KeyboardInterrupt itself passes through an `exec` or `eval` of a text (dataclasses and named tuples are made
    so), CPython notes that it went unhandled (run_eval_code_obj in Python/pythonrun.c). What `python -m` started then
    ends by SIGINT, whatever was caught meanwhile and whatever status it leaves with (Py_RunMain in Modules/main.c). It
    compares with the very class; one that is derived from it is left alone.
    """


def listen() -> None:
    """Take both signals from the first moment on: each raises Interrupted, and is remembered as well.

    While modules are imported the exception may end in somebody's `except` or in a callback of the interpreter, where
    it is lost; the Interruption that begins after that then knows of it. A SIGINT that is ignored stays so.
    """
    for number in NUMBERS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _early)


def leave() -> None:
    """Let both signals pass from now on: all is done, and the exit status is decided.

    While the interpreter takes itself apart, some tenths of a second, they would end it in their own way. Who has asked
    twice for an end at once may still ask a third time.
    """
    for number in NUMBERS:
        if signal.getsignal(number) is not signal.SIG_DFL:
            signal.signal(number, signal.SIG_IGN)


def _early(number: int, _frame: FrameType | None) -> None:
    _came_early.append(number)
    raise Interrupted


def came_early() -> list[int]:
    """Return the signals whose exceptions were lost so far; they are told once."""
    came = _came_early.copy()
    _came_early.clear()
    return came


class Interruption:
    """Takes both signals between `with` and its end; belongs to the main thread.

    Once interrupted, both stay ignored after the end: all is told and written then, and only leaving is left.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`monotonic` tells real seconds."""
        self._monotonic = monotonic
        self._first: float | None = None
        self._on_first: Callable[[], object] | None = None
        self._former: dict[signal.Signals, Any] = {}

    @property
    def has_come(self) -> bool:
        """Whether a signal came."""
        return self._first is not None

    def tell(self, on_first: Callable[[], object] | None) -> None:
        """Call `on_first` in the signal handler when the first one comes, at once if it has come; None tells nobody."""
        self._on_first = on_first
        if on_first is not None and self.has_come:
            on_first()

    def __enter__(self) -> Self:
        self._former = {number: signal.signal(number, self._came) for number in NUMBERS}
        if came_early():
            self._first = self._monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            return  # ended at once; the system's own way stays for the next signal
        for number, former in self._former.items():
            signal.signal(number, signal.SIG_IGN if self.has_come else former)

    def _came(self, _number: int, _frame: FrameType | None) -> None:
        if self._first is None:
            self._first = self._monotonic()
            if self._on_first is not None:
                self._on_first()
        elif self._monotonic() - self._first >= REPEAT_SECONDS:
            for each in NUMBERS:
                signal.signal(each, signal.SIG_DFL)  # one more ends even what hangs while it unwinds
            raise Interrupted
