"""What differs between two payloads, line by line of their indented JSON. Pure, and quick whatever the payloads are."""

import difflib
from dataclasses import dataclass
from typing import Final

from ui import json_text

SAME: Final = "  "
ADDED: Final = "+ "
REMOVED: Final = "- "
LEFT_OUT: Final = "  …"
MOST_LINES: Final = 1000  # compared with each other; comparing takes time by the square of their number
WHOLE_LINES: Final = 200  # so short a text is shown whole
CONTEXT: Final = 3  # lines shown around a difference in a longer one


@dataclass(frozen=True, slots=True)
class Difference:
    """Lines with a mark of two characters each, and how many of them are no longer or newly there."""

    text: str
    added: int
    removed: int

    @property
    def is_none(self) -> bool:
        """Whether both say the same."""
        return not self.added and not self.removed


def compare(before: bytes, after: bytes) -> Difference:
    """Return what `after` says that `before` did not, and the other way round."""
    old, new = json_text.pretty(before).split("\n"), json_text.pretty(after).split("\n")
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    middle = _changes(old[start : len(old) - end], new[start : len(new) - end])
    lines = [SAME + line for line in new[:start]] + middle + [SAME + line for line in new[len(new) - end :]]
    shown = lines if len(lines) <= WHOLE_LINES else _near_changes(lines)
    return Difference(
        text="\n".join(shown),
        added=sum(line.startswith(ADDED) for line in middle),
        removed=sum(line.startswith(REMOVED) for line in middle),
    )


def _alike(old: list[str], new: list[str]) -> int:
    """How many lines both begin with."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _changes(old: list[str], new: list[str]) -> list[str]:
    if len(old) > MOST_LINES or len(new) > MOST_LINES:
        return [REMOVED + line for line in old] + [ADDED + line for line in new]
    lines: list[str] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [SAME + line for line in new[k:m]]
        else:
            lines += [REMOVED + line for line in old[i:j]] + [ADDED + line for line in new[k:m]]
    return lines


def _near_changes(lines: list[str]) -> list[str]:
    """The changed lines with what stands around them; a mark where others are left out."""
    near: set[int] = set()
    for number, line in enumerate(lines):
        if not line.startswith(SAME):
            near.update(range(number - CONTEXT, number + CONTEXT + 1))
    shown: list[str] = []
    is_left_out = False
    for number, line in enumerate(lines):
        if number in near:
            shown.append(line)
        elif not is_left_out:
            shown.append(LEFT_OUT)
        is_left_out = number not in near
    return shown
