"""Shared subscriptions: a group of subscribers of which one gets each message [MQTT 5, 4.8.2]."""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from simulator.endpoint.subscriptions import Subscriptions

S = TypeVar("S")

PREFIX: Final = "$share/"


def split(topic_filter: str) -> tuple[str, str]:
    """Return group and filter of `$share/group/filter`; ("", the filter itself) if it is not shared.

    A group without a name or filter, or with a wildcard in its name, gives a filter that nobody grants: "".
    """
    if not topic_filter.startswith(PREFIX):
        return "", topic_filter
    group, slash, inner = topic_filter[len(PREFIX) :].partition("/")
    if not group or not slash or "+" in group or "#" in group:
        return group or "?", ""
    return group, inner


class Group(Generic[S]):
    """The subscribers that share one filter, each with its options; the first of them has waited longest."""

    __slots__ = ("members",)

    def __init__(self) -> None:
        self.members: dict[S, int] = {}

    def pick(self, is_here: Callable[[S], bool]) -> tuple[S, int]:
        """Return whose turn it is, with the options: the first who is here, else the first; it goes to the end."""
        chosen = next((member for member in self.members if is_here(member)), None)
        if chosen is None:
            chosen = next(iter(self.members))
        options = self.members.pop(chosen)
        self.members[chosen] = options
        return chosen, options


class SharedSubscriptions(Generic[S]):
    """All groups by name and filter, and the index that finds them by topic."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], Group[S]] = {}
        self._index: Subscriptions[Group[S]] = Subscriptions()

    def __len__(self) -> int:
        return len(self._groups)

    def add(self, name: str, topic_filter: str, member: S, options: int) -> None:
        """Let `member` take part in the group; its options replace earlier ones."""
        group = self._groups.get((name, topic_filter))
        if group is None:
            group = self._groups[name, topic_filter] = Group()
            self._index.add(topic_filter, group, 0)
        group.members[member] = options

    def remove(self, name: str, topic_filter: str, member: S) -> None:
        """Let `member` leave the group; do nothing if it is in none."""
        group = self._groups.get((name, topic_filter))
        if group is None:
            return
        group.members.pop(member, None)
        if not group.members:
            del self._groups[name, topic_filter]
            self._index.remove(topic_filter, group)

    def match(self, topic: str) -> list[Group[S]]:
        """Return the groups that a message to `topic` goes to; no group is empty."""
        return list(self._index.match(topic)) if self._groups else []
