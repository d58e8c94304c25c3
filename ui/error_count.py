"""How often the same error came: one that comes at every tick must not fill the log, and the disk with it."""

from collections import OrderedDict
from typing import Final

MOST_KINDS: Final = 200
ALL_OF: Final = 3  # of one kind, these first ones are worth writing down in full


class ErrorCount:
    """Tells equal errors from others by their type and the place where they were raised."""

    def __init__(self) -> None:
        self._times: OrderedDict[tuple[str, str, int], int] = OrderedDict()

    def count(self, error: BaseException) -> int:
        """Count an error; return how many of its kind there were."""
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        kind = (
            type(error).__name__,
            place.tb_frame.f_code.co_filename if place is not None else "",
            place.tb_lineno if place is not None else 0,
        )
        times = self._times.pop(kind, 0) + 1
        self._times[kind] = times
        if len(self._times) > MOST_KINDS:
            self._times.popitem(last=False)
        return times


def is_worth_writing(times: int) -> bool:
    """Whether the newest of so many equal errors goes into the log: the first ones, then the 4th, 8th, 16th, …"""
    return times <= ALL_OF or times & (times - 1) == 0
