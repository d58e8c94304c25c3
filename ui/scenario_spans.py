"""Where every value of a scenario's text stands, from ruamel's events, so that one can be changed and no other touched.

Offsets are characters of the text. What stands in a text that cannot be read is not known: `spans_of` returns None.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.scenario.problems import Path

MAX_DEPTH: Final = 20


@dataclass(slots=True)
class Node:
    """A value: `kind` is "map", "list" or "scalar". A block ends where the last of its values ends."""

    kind: str
    start: int
    end: int
    is_flow: bool = False
    entries: list["Entry"] = field(default_factory=list)  # of a mapping
    items: list["Node"] = field(default_factory=list)  # of a list

    def entry(self, key: str) -> "Entry | None":
        """The entry of this key; of several, the first."""
        return next((entry for entry in self.entries if entry.key == key), None)


@dataclass(slots=True)
class Entry:
    """A key and its value; `start` to `end` is the key."""

    key: str
    start: int
    end: int
    value: Node


def spans_of(text: str) -> Node | None:
    """Return the root of what the text holds, or None if it holds nothing that can be read."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
        for event in events:
            if type(event).__name__ == "DocumentStartEvent":
                return _node(next(events), events, 0)
    except (YAMLError, ValueError, RecursionError, StopIteration):
        return None
    return None


def _node(event: Any, events: Iterator[Any], depth: int) -> Node:
    start, end = event.start_mark.index, event.end_mark.index
    kind = type(event).__name__
    if kind not in ("MappingStartEvent", "SequenceStartEvent"):
        return Node("scalar", start, end)
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    node = Node("map" if kind == "MappingStartEvent" else "list", start, end, is_flow=bool(event.flow_style))
    while type(inner := next(events)).__name__ not in ("MappingEndEvent", "SequenceEndEvent"):
        if node.kind == "list":
            node.items.append(_node(inner, events, depth + 1))
            continue
        key = _node(inner, events, depth + 1)
        value = _node(next(events), events, depth + 1)
        node.entries.append(Entry(str(getattr(inner, "value", "")), key.start, key.end, value))
    if node.is_flow:
        node.end = inner.end_mark.index
    elif node.items:
        node.end = node.items[-1].end
    elif node.entries:
        node.end = max(node.entries[-1].value.end, node.entries[-1].end + 1)
    return node


def node_at(root: Node | None, path: Path) -> Node | None:
    """Return the value at a path, or None if there is none."""
    node = root
    for part in path:
        if node is None:
            return None
        if isinstance(part, int):
            node = node.items[part] if node.kind == "list" and part < len(node.items) else None
        else:
            entry = node.entry(part) if node.kind == "map" else None
            node = None if entry is None else entry.value
    return node


def line_start(text: str, at: int) -> int:
    """Return where the line of this offset begins."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Return where the line of this offset ends, behind its line break if it has one."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def last_of(text: str, node: Node) -> int:
    """Return the offset of the last character of a value, line breaks at its end aside."""
    end = node.end
    while end > node.start and text[end - 1] in "\n\r ":
        end -= 1
    return max(node.start, end - 1)


def last_of_entry(text: str, entry: Entry) -> int:
    """Return the offset of the last character of a key and its value, which may be empty."""
    return entry.end if entry.value.start == entry.value.end else max(entry.end, last_of(text, entry.value))
