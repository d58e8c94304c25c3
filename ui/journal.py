"""The journal of the fleet: every change of every thing in order of time, so that any moment can be shown again.

Changes are kept in chunks. Every few chunks one begins with the whole fleet as it was (a checkpoint), so a moment is
found by looking up its chunk and walking on from the checkpoint before it. Between checkpoints lie about as many
changes as there are things: a copy of the fleet then costs little beside the changes, and a walk little beside showing
the fleet. Within a chunk, what things look like is shared: a thousand things that download at 40 percent are one value.
The oldest chunks fall out when there are more than `most` changes; `dropped` counts them.

The feed tells at most 20 times a second, so changes of one thing within 50 ms are one entry here.
"""

from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar, Final

import msgspec

from simulator.feed import Activity, ThingSnapshot
from simulator.jobs.model import JobStatus
from simulator.transport.base import Link

MOST: Final = 200_000  # changes kept: about 80 MB if no two things ever look the same, 25 MB in a common rollout
CHUNK: Final = 2048  # changes in a chunk: what falls out at once
CHANGES_PER_THING: Final = 1  # between checkpoints
LEAST_SHARED: Final = 1 / 8  # of a chunk's changes; where fewer look like another one, sharing them is not worth while
UNSHARED_CHUNKS: Final = 7  # which then follow, until it is tried again
MOST_THINGS: Final = 100_000  # names ever seen; past that the journal begins anew


class Moment(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """How a thing looked; the attributes are those of a ThingSnapshot. What is not kept is a constant of the class."""

    status: JobStatus | None = None
    link: Link = Link.OFFLINE
    activity: Activity = Activity.STOPPED
    version: int = 0
    progress: int = 0
    step: str = ""
    firmware: str = ""
    target_firmware: str = ""
    firmware_warning: bool = False
    job_id: str = ""
    execution_number: int = 0
    pending: int = 0
    scenario: str = ""
    scenario_overridden: bool = False
    manual: bool = False
    details: str = ""
    link_reason: str = ""
    messages: ClassVar[int] = 0
    rejects: ClassVar[int] = 0
    ack_ms: ClassVar[float] = 0.0
    updated_at: ClassVar[float] = 0.0
    seed: ClassVar[int] = 0
    faults: ClassVar[dict[str, int]] = {}


NOT_YET: Final = Moment()
"""A thing before it came, or after it was removed."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The whole fleet at a moment, by the journal's numbers of things; None for one that was not there."""

    moments: list[Moment | None]
    since: "array[float]"  # when each began to look so, epoch seconds


@dataclass(frozen=True, slots=True)
class Entry:
    """One change: when, which thing, and how it looks from then on; None if it was removed."""

    at: float
    name: str
    moment: Moment | None


class _Base:
    """A whole fleet, by the numbers of its things: how each looked, and since when. It is walked on in place."""

    __slots__ = ("moments", "since")

    def __init__(self, moments: list[Moment | None], since: "array[float]") -> None:
        self.moments = moments
        self.since = since

    def copy(self) -> "_Base":
        return _Base(self.moments[:], self.since[:])

    def grow(self, things: int) -> None:
        """Make room for so many things; those that come to it were not there yet."""
        lack = things - len(self.moments)
        if lack > 0:
            self.moments += [None] * lack
            self.since.extend([0.0] * lack)

    def walk(self, chunk: "_Chunk", count: int) -> None:
        """Go on by the first so many changes of a chunk; there is room for all its things."""
        moments, since = self.moments, self.since
        changes = zip(chunk.things, chunk.moments, chunk.times, strict=True)
        for thing, moment, at in changes if count >= len(chunk.times) else islice(changes, count):
            moments[thing] = moment
            since[thing] = at


class _Chunk:
    """Changes in order of time; after the fleet as it was before them, if the chunk is a checkpoint."""

    def __init__(self, base: "_Base | None") -> None:
        self.base = base
        self.times: array[float] = array("d")
        self.things: array[int] = array("l")
        self.moments: list[Moment | None] = []


class Journal:
    """Bounded by `most` changes. Times never go back: a batch that is older than the newest counts as the newest."""

    def __init__(self, most: int = MOST, chunk: int = CHUNK) -> None:
        self._most_chunks = max(2, most // chunk)
        self._chunk_size = chunk
        self._shared: dict[Moment, Moment] = {}
        self._unshared = 0  # so many chunks are filled without sharing
        self.dropped = 0
        self.era = 0  # goes up when the numbers of things come to stand for others
        self.origin = 0.0  # the first moment ever, kept or not
        self._begin()

    def _begin(self) -> None:
        self.names: list[str] = []
        self._id_of: dict[str, int] = {}
        self._now: list[Moment | None] = []
        self._since: array[float] = array("d")
        self._chunks: deque[_Chunk] = deque([_Chunk(_Base([], array("d")))])
        self._since_base = 0  # chunks since the newest checkpoint
        self._count = 0
        self.begins = 0.0  # the first moment that can be shown, epoch seconds; 0 while there is none
        self.ends = 0.0  # the newest batch

    def __len__(self) -> int:
        return self._count

    @property
    def most(self) -> int:
        """How many changes are kept at most."""
        return self._most_chunks * self._chunk_size

    def id_of(self, name: str) -> int:
        """The journal's number of a thing, -1 for a stranger."""
        return self._id_of.get(name, -1)

    # --- writing ----------------------------------------------------------------------------------------------------

    def number(self, name: str) -> int:
        """The journal's number of a thing; a stranger gets one."""
        thing = self._id_of.get(name, -1)
        return thing if thing >= 0 else self._number(name)

    def record(
        self,
        at: float,
        snapshots: Sequence[ThingSnapshot],
        removed: Sequence[str] = (),
        numbers: Sequence[int] | None = None,
    ) -> None:
        """Note what changed with a batch; a snapshot in which only counters moved is no change.

        `numbers` are the journal's of the snapshots' things, for whoever has them at hand.
        """
        if len(self.names) > MOST_THINGS:
            self._begin_anew()
            numbers = None
        if numbers is None:
            numbers = [self.number(snapshot.name) for snapshot in snapshots]
        at = max(at, self.ends)
        self.ends = at
        self.begins = self.begins or at
        self.origin = self.origin or at
        done = 0
        while done < len(snapshots):
            chunk = self._open_chunk()
            end = min(len(snapshots), done + self._chunk_size - len(chunk.times))
            self._record_in(chunk, at, snapshots[done:end], numbers[done:end])
            done = end
        for name in removed:
            thing = self._id_of.get(name, -1)
            if thing >= 0 and self._now[thing] is not None:
                self._put(thing, at, None)

    def _record_in(self, chunk: _Chunk, at: float, snapshots: Sequence[ThingSnapshot], numbers: Sequence[int]) -> None:
        """Note those of them that changed; the chunk has room for all. This is on the path of every update."""
        now, since = self._now, self._since
        share = self._shared.setdefault if not self._unshared else None
        things: list[int] = []
        moments: list[Moment | None] = []
        for s, thing in zip(snapshots, numbers, strict=True):
            moment = Moment(
                s.status, s.link, s.activity, s.version, s.progress, s.step, s.firmware, s.target_firmware,
                s.firmware_warning, s.job_id, s.execution_number, s.pending, s.scenario, s.scenario_overridden,
                s.manual, s.details, s.link_reason,
            )  # fmt: skip
            if now[thing] == moment:
                continue
            if share is not None:
                moment = share(moment, moment)
            now[thing] = moment
            since[thing] = at
            things.append(thing)
            moments.append(moment)
        chunk.things.extend(things)
        chunk.moments.extend(moments)
        chunk.times.extend([at] * len(things))
        self._count += len(things)

    def put(self, entry: Entry) -> None:
        """Note one change that is given as it is."""
        if len(self.names) > MOST_THINGS:
            self._begin_anew()
        at = max(entry.at, self.ends)
        self.ends, self.begins, self.origin = at, self.begins or at, self.origin or at
        thing = self.number(entry.name)
        moment = None if entry.moment is None else self._shared.setdefault(entry.moment, entry.moment)
        self._put(thing, at, moment)

    def _put(self, thing: int, at: float, moment: Moment | None) -> None:
        chunk = self._open_chunk()
        self._now[thing], self._since[thing] = moment, at
        chunk.things.append(thing)
        chunk.moments.append(moment)
        chunk.times.append(at)
        self._count += 1

    def _number(self, name: str) -> int:
        thing = self._id_of[name] = len(self.names)
        self.names.append(name)
        self._now.append(None)
        self._since.append(0.0)
        return thing

    def _open_chunk(self) -> _Chunk:
        """The last chunk; a new one if that is full."""
        if len(self._chunks[-1].times) < self._chunk_size:
            return self._chunks[-1]
        if self._unshared:
            self._unshared -= 1
        elif len(self._shared) > (1 - LEAST_SHARED) * self._chunk_size:
            self._unshared = UNSHARED_CHUNKS
        self._shared = {}  # kept small: it is looked into for every change, and letting go of many at once takes a tick
        self._since_base += 1
        is_due = self._since_base * self._chunk_size >= CHANGES_PER_THING * len(self._now)
        if is_due:
            self._since_base = 0
        self._chunks.append(_Chunk(_Base(self._now[:], self._since[:]) if is_due else None))
        while len(self._chunks) > self._most_chunks:
            self._drop_oldest()
        return self._chunks[-1]

    def _drop_oldest(self) -> None:
        """Let the oldest chunk fall out; the next one begins with the fleet as it then was."""
        gone = self._chunks.popleft()
        self.dropped += len(gone.times)
        self._count -= len(gone.times)
        self.begins = gone.times[-1]
        heir = self._chunks[0]
        if heir.base is None and gone.base is not None:
            gone.base.grow(len(self.names))
            gone.base.walk(gone, len(gone.times))
            heir.base = gone.base

    def _begin_anew(self) -> None:
        """After more names than anyone asks for: keep how things are now."""
        kept = [(name, moment) for name, moment in zip(self.names, self._now, strict=True) if moment is not None]
        dropped, at = self.dropped + self._count, self.ends
        self.era += 1
        self._begin()
        self.dropped = dropped
        for name, moment in kept[: MOST_THINGS // 2]:
            self.put(Entry(at, name, moment))

    # --- reading ----------------------------------------------------------------------------------------------------

    def scene(self, when: float) -> Scene:
        """The whole fleet as it was at a moment; one before the beginning is the beginning."""
        when = max(when, self.begins)
        place = self._place_at(when)
        first = next(n for n in range(place, -1, -1) if self._chunks[n].base is not None)  # the oldest chunk has one
        walked = (self._chunks[first].base or _Base([], array("d"))).copy()
        walked.grow(len(self.names))
        for chunk in islice(self._chunks, first, place):
            walked.walk(chunk, len(chunk.times))
        last = self._chunks[place]
        walked.walk(last, bisect_right(last.times, when))
        return Scene(walked.moments, walked.since)

    def _place_at(self, when: float) -> int:
        """The place of the last chunk that begins at or before a moment (of the first, if none does)."""
        found = low = 0
        high = len(self._chunks)
        while low < high:
            middle = (low + high) // 2
            times = self._chunks[middle].times
            if times and times[0] <= when:
                found, low = middle, middle + 1
            else:
                high = middle
        return found

    def entries(self, begin: float, end: float) -> Iterator[Entry]:
        """The fleet at `begin` as one entry per thing, then every change up to `end`."""
        scene = self.scene(begin)
        begin = max(begin, self.begins)
        for thing, moment in enumerate(scene.moments):
            if moment is not None:
                yield Entry(begin, self.names[thing], moment)
        for chunk in self._chunks:
            if not chunk.times or chunk.times[-1] <= begin:
                continue
            first, last = bisect_right(chunk.times, begin), bisect_right(chunk.times, end)
            for at, thing, moment in islice(zip(chunk.times, chunk.things, chunk.moments, strict=True), first, last):
                yield Entry(at, self.names[thing], moment)

    def of_thing(self, name: str, until: float) -> Iterator[Entry]:
        """The changes of one thing up to a moment, oldest first."""
        thing = self.id_of(name)
        if thing < 0:
            return
        first = self._chunks[0]
        base = first.base
        if base is not None and thing < len(base.moments) and (moment := base.moments[thing]) is not None:
            yield Entry(base.since[thing], name, moment)
        for chunk in self._chunks:
            if not chunk.times or chunk.times[0] > until:
                continue
            for place in _places(thing, chunk.things):
                if chunk.times[place] <= until:
                    yield Entry(chunk.times[place], name, chunk.moments[place])

    def step(self, when: float, by: int) -> float:
        """The moment of the next change after `when` (by > 0) or of the last before it (by < 0); or the ends."""
        times = self._chunks[self._place_at(when)].times
        if by < 0:
            place = bisect_right(times, when) - 1
            while place >= 0 and times[place] >= when:
                place -= 1
            if place >= 0:
                return max(self.begins, times[place])
            earlier = [chunk.times[-1] for chunk in self._chunks if chunk.times and chunk.times[-1] < when]
            return max(self.begins, earlier[-1]) if earlier else self.begins
        place = bisect_right(times, when)
        if place < len(times):
            return times[place]
        later = (chunk.times[0] for chunk in self._chunks if chunk.times and chunk.times[0] > when)
        return next(later, self.ends)


def _places(number: int, numbers: "array[int]") -> Iterator[int]:
    """Where a number stands among others; searched as bytes, for a journal has two hundred thousand of them."""
    size, data, wanted = numbers.itemsize, numbers.tobytes(), array("l", [number]).tobytes()
    at = data.find(wanted)
    while at >= 0:
        if at % size == 0:
            yield at // size
        at = data.find(wanted, at + 1)
