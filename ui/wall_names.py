"""What a large square says of its thing's name: all of it if there is room, else the part that tells it from others."""

from collections.abc import Callable, Sequence
from typing import Final

SEPARATORS: Final = "-_.:/ "
_ELLIPSIS: Final = "…"


def shared_beginning(names: Sequence[str]) -> int:
    """How many letters at the beginning say nothing, for all names have them; a number is never cut in two."""
    if len(names) < 2:
        return 0
    first, last = min(names), max(names)
    same = next((n for n, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return len(first[:same].rstrip("0123456789"))


def group_of(name: str) -> str:
    """The group that a name tells: the name without its last number ("pump-007" is of "pump")."""
    return name.rstrip("0123456789").rstrip(SEPARATORS)


def label(name: str, beginning: int, width_of: Callable[[str], int], room: int) -> str:
    """The name as it fits into so many pixels; `beginning` is what `shared_beginning` says."""
    if width_of(name) <= room:
        return name
    part = name[beginning:].lstrip(SEPARATORS) or name
    while part and width_of(part) > room:
        part = _ELLIPSIS + part.lstrip(_ELLIPSIS)[1:].lstrip(SEPARATORS)
        if part == _ELLIPSIS:
            return ""
    return part
