"""What is wrong with a command line, in this program's words: typer's own differ from release to release."""

import re
from collections.abc import Sequence
from typing import Any, Final

_WORDS: Final = (
    (re.compile(r"valid integer"), "is no whole number"),
    (re.compile(r"valid (?:number|float)"), "is no number"),
    (re.compile(r"greater than or equal to (\S+)"), r"is less than \1"),
    (re.compile(r"less than or equal to (\S+)"), r"is more than \1"),
)


def sentence(exc: Any, given: Sequence[str], program: str) -> str:
    """Return what a usage error of typer says of the arguments `given`, and which help to read."""
    context = getattr(exc, "ctx", None)
    command = program if context is None else context.command_path
    return f"{_what(exc, given)}; see `{command} --help`"


def _what(exc: Any, given: Sequence[str]) -> str:
    plain = " ".join(exc.format_message().split()).rstrip(".")
    options = [option for option in getattr(getattr(exc, "param", None), "opts", ()) if option.startswith("-")]
    if not options or not plain.startswith("Invalid value"):
        return plain
    message = " ".join(exc.message.split()).rstrip(".")
    value = _value_of(options, given)
    for pattern, words in _WORDS:
        if (found := pattern.search(message)) and value is not None:
            return f"{options[0]}: {value!r} {found.expand(words)}"
    return f"{options[0]}: {message.removeprefix('Value error, ')}"


def _value_of(options: Sequence[str], given: Sequence[str]) -> str | None:
    """Return what was given for an option: `--things 3`, `--things=3`, `-n 3` or `-n3`; None if it is not there.

    The last one counts, as it does for typer.
    """
    value = None
    for number, word in enumerate(given):
        for option in options:
            if word == option and number + 1 < len(given):
                value = given[number + 1]
            elif word.startswith(f"{option}="):
                value = word.partition("=")[2]
            elif not option.startswith("--") and word.startswith(option) and len(word) > len(option):
                value = word.removeprefix(option)
    return value
