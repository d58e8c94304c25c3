"""An outage is told once when it begins and once when it ends, not once for each thing."""

from collections.abc import Sequence
from typing import Final

from simulator.feed import Counters, ThingSnapshot
from simulator.report_words import number_of
from simulator.transport.base import Link

BEGINS_AT: Final = 0.5  # of the things that were asked to run have lost their line, or never had one
ENDS_AT: Final = 0.1  # well below, so that a line that flaps is not told at every turn


class Outage:
    """Follows the batches of one feed."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._reason = ""

    def notice(self, counters: Counters, snapshots: Sequence[ThingSnapshot], at: float) -> str:
        """Return the sentence to be told with this batch, "" if there is none. `at` in real epoch seconds."""
        for snapshot in snapshots:
            if snapshot.link is Link.ERROR and snapshot.link_reason:
                self._reason = snapshot.link_reason
        cut_off = counters.cut_off / counters.requested if counters.requested else 0.0
        if self._since is None and cut_off >= BEGINS_AT:
            self._since = at
            have = "has" if counters.cut_off == 1 else "have"
            many = f"{counters.cut_off:,} of {number_of(counters.requested, 'thing')}"
            return f"{many} {have} no connection: {self._reason}; they keep trying"
        if self._since is not None and cut_off <= ENDS_AT:
            seconds, self._since = at - self._since, None
            if counters.connected:  # not if they were stopped
                return f"The things are connected again after {seconds:.0f} s"
        return ""
