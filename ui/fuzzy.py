"""How well a few typed letters fit a text. Pure."""

from typing import Final

_WORD_START: Final = 8
_NEXT_TO_LAST: Final = 5
_SKIPPED: Final = 1
_NEVER: Final = -(10**9)


def score(typed: str, text: str) -> int | None:
    """How well `typed` fits `text`, higher is better; None if its letters are not all there in order.

    Letters at the beginning of a word and next to each other count most; spaces in `typed` count for nothing.
    """
    wanted = [letter for letter in typed.casefold() if not letter.isspace()]
    low = text.casefold()
    if not wanted:
        return 0
    best = [_gain(low, at) if low[at] == wanted[0] else _NEVER for at in range(len(low))]
    for letter in wanted[1:]:
        best = _extended(best, low, letter)
    top = max(best, default=_NEVER)
    return None if top <= _NEVER // 2 else top


def _extended(best: list[int], low: str, letter: str) -> list[int]:
    """The best scores that end at each place with one letter more: next to the last one, or after a gap."""
    result = [_NEVER] * len(low)
    before = _NEVER  # the best that ended earlier than the place before, less a point for each letter skipped since
    for at in range(1, len(low)):
        if low[at] == letter:
            result[at] = max(best[at - 1] + _NEXT_TO_LAST, before) + _gain(low, at)
        before = max(before, best[at - 1]) - _SKIPPED
    return result


def _gain(low: str, at: int) -> int:
    return _WORD_START if at == 0 or not low[at - 1].isalnum() else 0
