"""Files that nobody else should be able to read: keys, and files with a password."""

import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from simulator.transport.credentials import Credentials

LOOKED_AT: Final = 1000
"""Of so many things the keys are looked at."""


def open_to_others(path: str | Path) -> bool:
    """Whether others than its owner may read this file; False for one that is not there.

    Looks at the disk. False on Windows, too, where the mode of a file does not say who may read it.
    """
    if os.name == "nt":
        return False
    try:
        return bool(Path(path).stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except (OSError, ValueError):
        return False


def warning(paths: Iterable[str | Path]) -> str:
    """Return a sentence about those of `paths` that others may read, with its mend; "" if there is none."""
    found = [str(path) for path in dict.fromkeys(map(str, paths)) if open_to_others(path)]
    if not found:
        return ""
    if len(found) == 1:
        return f"{found[0]} can be read by others; run chmod 600 on it"
    return f"{len(found):,} key files can be read by others, the first is {found[0]}; run chmod 600 on them"


def key_warning(credentials: Credentials, things: Sequence[str]) -> str:
    """Return a sentence about the keys of these things that others may read; "" if there is none."""
    if not credentials.key:
        return ""
    return warning(credentials.files_of(thing)[1] for thing in things[:LOOKED_AT])
