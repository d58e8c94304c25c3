"""Where commands get a broker's password from: a file, a variable or the terminal, and never the command line.

Arguments are seen by everybody who lists the processes of a machine.
"""

import contextlib
import os
import sys
from getpass import getpass
from pathlib import Path
from typing import Final

from simulator.errors import InputError
from simulator.open_to_others import warning
from simulator.transport.credentials import LONGEST

VARIABLE: Final = "THING_SIMULATOR_PASSWORD"
OPTION: Final = "--password-file"
STDIN: Final = "-"


def password_of(user: str, file: str) -> str:
    """Return the password of `user`: the first line of `file` (- is standard input), or the variable, or what is typed.

    "" if there is none of these: some brokers want a user name alone. The variable is taken out of the environment, so
    that the processes of the run do not inherit it.

    Raises:
        InputError: the file cannot be read, or there is nobody whose password it is.
    """
    in_environment = os.environ.pop(VARIABLE, "")
    if not user:
        if file:
            raise InputError(OPTION, "there is nobody whose password it is", "add --user NAME")
        return ""
    if file:
        return first_line(file, OPTION)
    return in_environment or _typed(user)


def first_line(file: str, option: str) -> str:
    """Return the first line of `file` (- is standard input); tell of one that others may read.

    Raises:
        InputError: it cannot be read; `option` is what the sentence points at.
    """
    if file == STDIN:
        line = sys.stdin.buffer.readline(LONGEST + 2)
    else:
        try:
            with Path(file).open("rb") as opened:
                line = opened.readline(LONGEST + 2)
        except (OSError, ValueError) as exc:
            words = getattr(exc, "strerror", None) or str(exc)
            what = f"cannot be read: {words[:1].lower()}{words[1:]}"
            raise InputError(f"{option} {file}", what, "name a file whose first line is the password") from exc
        if told := warning([file]):
            print(f"thing-simulator: {told}", file=sys.stderr)  # noqa: T201
    try:
        return line.decode().rstrip("\r\n")
    except UnicodeDecodeError as exc:
        raise InputError(f"{option} {file}", "is no text in UTF-8", "write the password on its first line") from exc


def _typed(user: str) -> str:
    """Ask at the terminal; where there is none, nobody can answer."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return ""
    with contextlib.suppress(EOFError):
        return getpass(f"Password of {user}: ", sys.stderr)
    return ""
