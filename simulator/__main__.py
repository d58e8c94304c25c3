"""Where the program begins: from its first line on, Ctrl-C and SIGTERM leave with status 130 and without a traceback.

Importing what follows takes some fifty milliseconds, in which Python's own answer to Ctrl-C would be a traceback and a
process that ended by the signal. Nothing has begun by then, so nothing is to be stopped; `cli.main` listens after that.
"""

import _signal  # type: ignore[import-not-found]  # the interpreter has it already; `signal` imports enum, and is late
from os import _exit


def _leave(_number: int, _frame: object) -> None:
    _exit(130)  # errors.EXIT_INTERRUPTED


for _each in (_signal.SIGINT, _signal.SIGTERM):
    if _signal.getsignal(_each) != _signal.SIG_IGN:  # what started us may want it ignored
        _signal.signal(_each, _leave)

from simulator.cli import main  # noqa: E402  not before the lines above

if __name__ == "__main__":
    main()
