"""How long a run waits for things whose line does not come (back), so that it ends without a --timeout too.

A thing that stays away because it was told to (a scenario that cuts its line, a person who disconnects it) is waited
for; one that tries and cannot is waited for PATIENCE_SECONDS real seconds. If then no thing at all is connected, or if
only executions of such things are left, the run ends as one whose endpoint was lost, with exit status 3.
"""

from collections.abc import Collection, Mapping
from typing import Final

from simulator.feed import ThingSnapshot
from simulator.report_words import number_of
from simulator.transport.base import Link

PATIENCE_SECONDS: Final = 60.0
_TRYING: Final = frozenset({Link.ERROR, Link.CONNECTING})


class Patience:
    """Hears every now and then how the lines are. `now` is any clock in real seconds that does not go back."""

    def __init__(self, seconds: float = PATIENCE_SECONDS) -> None:
        self._seconds = seconds
        self._away_since: dict[str, float] = {}

    def look(self, snapshots: Mapping[str, ThingSnapshot], now: float) -> None:
        """Note which things cannot connect."""
        away = {name for name, one in snapshots.items() if one.link in _TRYING}
        for name in self._away_since.keys() - away:
            del self._away_since[name]
        for name in away:
            self._away_since.setdefault(name, now)

    def out_of_reach(self, now: float) -> set[str]:
        """Return the things that have tried in vain for as long as they are waited for."""
        return {name for name, since in self._away_since.items() if now - since >= self._seconds}

    def ended(self, snapshots: Mapping[str, ThingSnapshot], unfinished: Collection[str], now: float) -> str:
        """Return why the run should wait no longer, "" if it should; `unfinished` things have something left to do."""
        gone = self.out_of_reach(now)
        if not gone:
            return ""
        reason = next(
            (snapshots[name].link_reason for name in sorted(gone) if snapshots[name].link_reason), "no answer"
        )
        if gone.issuperset(snapshots):
            return f"no thing has had a connection for {self._seconds:g} s ({reason})"
        if unfinished and gone.issuperset(unfinished):
            have = "has" if len(unfinished) == 1 else "have"
            many = f"{len(unfinished):,} of {number_of(len(snapshots), 'thing')} {have}"
            return f"{many} had no connection for {self._seconds:g} s ({reason}), and all others have ended"
        return ""
