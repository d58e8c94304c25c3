"""Ids for new jobs that nobody has used before; on time that only the program moves the same ones every time."""

import itertools
import secrets
from typing import Final

from simulator.held_time import HELD

_numbers: Final = itertools.count(1)


def new_job_id(name: str) -> str:
    """Return an id after `name`."""
    tail = f"{next(_numbers):08x}" if HELD.is_taken else secrets.token_hex(4)
    return f"{name}-{tail}"
