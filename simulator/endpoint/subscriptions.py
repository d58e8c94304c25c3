"""Who has subscribed to what: an index of topic filters whose cost does not grow with the number of clients.

The usual trie costs a thing with six filters about 4 KiB of nodes. Instead, each filter is one key of one dict, and a
topic is looked up once as it is and once in each *shape* in use: a shape says which levels are `+` and whether the
filter ends in `#`. Five thousand things that use the same four wildcard filters have two or three shapes between them.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Generic, NamedTuple, TypeVar

from simulator.endpoint.packets import NO_LOCAL, RETAIN_AS_PUBLISHED
from simulator.jobs import limits

S = TypeVar("S")

_SUBSCRIBABLE_RESERVED: Final = ("$aws/things/", "$aws/events/")


class Shape(NamedTuple):
    """What a filter leaves open: of its first `levels` levels those in `plus`, and, if `is_deep`, all that follow."""

    levels: int
    plus: tuple[int, ...]
    is_deep: bool

    @property
    def starts_open(self) -> bool:
        """Whether the first level is a wildcard; such filters never match topics that begin with `$`."""
        return self.plus[:1] == (0,) or (self.is_deep and not self.levels)


def fits_limits(topic: str) -> bool:
    """Whether a topic or filter is within AWS's 256 bytes and 7 slashes (reference section 10.3)."""
    size = len(topic) if topic.isascii() else len(topic.encode())
    return 0 < size <= limits.TOPIC_BYTES and topic.count("/") <= limits.TOPIC_SLASHES


def is_topic(topic: str) -> bool:
    """Whether a message may be published to `topic`, as far as its form goes."""
    return fits_limits(topic) and "+" not in topic and "#" not in topic


def is_filter(topic_filter: str) -> bool:
    """Whether AWS grants a subscription to `topic_filter`: well formed, within the limits, no unsupported `$` topic."""
    if not fits_limits(topic_filter):
        return False
    if topic_filter.startswith("$") and not topic_filter.startswith(_SUBSCRIBABLE_RESERVED):
        return False
    levels = topic_filter.split("/")
    wild = [level for level in levels if "+" in level or "#" in level]
    return all(level in ("+", "#") for level in wild) and "#" not in levels[:-1]


def shape_of(topic_filter: str) -> Shape | None:
    """Return the shape of a well-formed filter, or None if it has no wildcard."""
    levels = topic_filter.split("/")
    is_deep = levels[-1] == "#"
    if is_deep:
        levels.pop()
    plus = tuple(i for i, level in enumerate(levels) if level == "+")
    return Shape(len(levels), plus, is_deep) if plus or is_deep else None


def join(one: int, other: int) -> int:
    """Return the options that stand for two subscriptions of one client to one topic, which gets one copy.

    The higher QoS counts; it is spared its own messages only if both say so, and sees RETAIN if either does.
    """
    return max(one & 3, other & 3) | (one & other & NO_LOCAL) | ((one | other) & RETAIN_AS_PUBLISHED)


class Subscriptions(Generic[S]):
    """The filters of all subscribers; one subscriber has a filter at most once, with one set of options.

    Options are the granted QoS, and with MQTT 5 the bits NO_LOCAL and RETAIN_AS_PUBLISHED of its subscription options.
    """

    def __init__(self) -> None:
        self._subscribers: dict[str, dict[S, int]] = {}
        self._shapes: dict[Shape, int] = {}  # how many filters have it
        self._shapes_by_kind: dict[tuple[int, bool], tuple[Shape, ...]] = {}  # see _shapes_for

    def __len__(self) -> int:
        """How many different filters there are."""
        return len(self._subscribers)

    def add(self, topic_filter: str, subscriber: S, options: int) -> None:
        """Let `subscriber` have what `topic_filter` matches with `options`, which replace earlier ones."""
        subscribers = self._subscribers.get(topic_filter)
        if subscribers is not None:
            subscribers[subscriber] = options
            return
        self._subscribers[topic_filter] = {subscriber: options}
        if shape := shape_of(topic_filter):
            count = self._shapes[shape] = self._shapes.get(shape, 0) + 1
            if count == 1:
                self._shapes_by_kind.clear()

    def remove(self, topic_filter: str, subscriber: S) -> None:
        """Forget one subscription; do nothing if there is none."""
        subscribers = self._subscribers.get(topic_filter)
        if subscribers is None or subscribers.pop(subscriber, None) is None or subscribers:
            return
        del self._subscribers[topic_filter]
        if shape := shape_of(topic_filter):
            self._shapes[shape] -= 1
            if not self._shapes[shape]:
                del self._shapes[shape]
                self._shapes_by_kind.clear()

    def match(self, topic: str) -> Mapping[S, int]:
        """Return each subscriber of `topic` once, at the highest QoS of its filters that match, with options joined.

        Read the answer before anything is added or removed: it may be the index itself.
        """
        merged: dict[S, int] | None = None
        found: Mapping[S, int] = {}
        for key in self.filters_for(topic):
            subscribers = self._subscribers.get(key)
            if subscribers is None:
                continue
            if not found:
                found = subscribers
                continue
            if merged is None:
                found = merged = dict(found)
            for subscriber, options in subscribers.items():
                before = merged.get(subscriber)
                merged[subscriber] = options if before is None else join(before, options)
        return found

    def qos_among(self, filters: Mapping[str, int], topic: str) -> int | None:
        """Return the highest QoS at which one subscriber's own `filters` match `topic`, or None if none does."""
        if not filters:
            return None
        return max((filters[key] & 3 for key in self.filters_for(topic) if key in filters), default=None)

    def filters_for(self, topic: str) -> Iterable[str]:
        """Return the filters, among all with a shape in use, that match `topic`: first the topic itself."""
        if not self._shapes:
            return (topic,)
        levels = topic.split("/")
        found = [topic]
        for count, plus, is_deep in self._shapes_for(len(levels), topic[:1] == "$"):
            masked = levels[:count]
            for i in plus:
                masked[i] = "+"
            if is_deep:
                masked.append("#")
            found.append("/".join(masked))
        return found

    def _shapes_for(self, levels: int, is_reserved: bool) -> tuple[Shape, ...]:
        """Return the shapes that can match topics of so many levels, remembered until the shapes in use change."""
        kind = (levels, is_reserved)
        shapes = self._shapes_by_kind.get(kind)
        if shapes is None:
            # On AWS `a/#` does not match `a`: at least one level lies under the `#` (reference section 10.3).
            shapes = tuple(
                shape
                for shape in self._shapes
                if (shape.levels < levels if shape.is_deep else shape.levels == levels)
                and not (is_reserved and shape.starts_open)
            )
            if levels <= limits.TOPIC_SLASHES + 1:
                self._shapes_by_kind[kind] = shapes
        return shapes
