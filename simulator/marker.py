"""The mark on everything this program puts into a registry, so that it never removes what it did not make."""

import re
import secrets
from collections.abc import Mapping
from typing import Final

from simulator.errors import InputError

MARKER: Final = "thing-simulator"
"""The attribute; its value is the id of the run that made the thing or the thing group."""

RUN_ID: Final = re.compile(r"[a-zA-Z0-9_.:-]{1,64}")  # fits an attribute's value on AWS

UNTYPED_ATTRIBUTES: Final = 2
"""AWS takes 3 attributes of a thing without a thing type (quota "attributes per thing without a thing type"); one is
the mark."""

TYPED_ATTRIBUTES: Final = 49
"""AWS takes 50 of a thing with a thing type."""


def new_run_id() -> str:
    """Return the id of a run that has not been."""
    return f"run-{secrets.token_hex(5)}"


def check_run_id(text: str, where: str = "--run") -> str:
    """Return `text` if it may be the id of a run.

    Raises:
        InputError: it has other characters, or is too long.
    """
    if not RUN_ID.fullmatch(text):
        mend = "use 1 to 64 letters, digits, hyphens, underscores, dots and colons"
        raise InputError(where, f"{text[:80]!r} is no id of a run", mend)
    return text


def marked(attributes: Mapping[str, str], run_id: str) -> dict[str, str]:
    """Return the attributes with the mark on them."""
    return {**attributes, MARKER: run_id}


def is_marked(attributes: Mapping[str, str], run_id: str | None = None) -> bool:
    """Whether a thing with these attributes was made by this program; with `run_id`, by that very run."""
    mark = attributes.get(MARKER)
    return mark is not None and run_id in (None, mark)
