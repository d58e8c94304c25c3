"""Changes to a scenario's text: one value set, one key added, renamed or taken out. All else stays as it was written.

Each takes a text and returns another; a place that is not there, or a text that cannot be read, comes back unchanged.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from simulator.scenario.problems import Path
from simulator.scenario.source import resolve
from ui.scenario_spans import Entry, Node, last_of, last_of_entry, line_end, line_start, node_at, spans_of

ROOT_ORDER: Final = (
    "name", "description", "tags", "start", "on_cancel", "faults", "status_details", "expected_version",
    "include_job_execution_state", "include_job_document", "execution_number", "steps", "mix", "end",
)  # fmt: skip
STEP_ORDER: Final = (
    "name", "fault", "include", "repeat", "status", "weight", "when", "duration", "seconds", "with_end", "report",
    "progress", "step_timeout_minutes", "fail_chance", "reason", "status_details", "steps", "end",
)  # fmt: skip
_OLD: Final = frozenset({"yes", "no", "on", "off", "y", "n"})  # what YAML 1.1, and so other programs, take for a bool
_PLAIN: Final = re.compile(r"[A-Za-z_](?:[\w .%/()+-]*[\w.%/()+-])?", re.ASCII)


def written(value: object, *, quoted: bool = False) -> str:
    """Return a value as a text holds it: on one line, in the shortest form that reads back as the same."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case str():
            is_plain = not quoted and _PLAIN.fullmatch(value) and resolve(value) == value and value.lower() not in _OLD
            return value if is_plain else json.dumps(value, ensure_ascii=False)
        case Mapping():
            pairs = (
                f"{written(str(key), quoted=quoted)}: {written(inner, quoted=quoted)}" for key, inner in value.items()
            )
            return "{" + ", ".join(pairs) + "}"
        case Sequence():
            return "[" + ", ".join(written(inner, quoted=quoted) for inner in value) + "]"
    return json.dumps(str(value))


def set_value(text: str, path: Path, value: object) -> str:
    """Put another value where one stands; where none does, add it, with the mappings that lead to it."""
    root = spans_of(text)
    node = node_at(root, path)
    if node is None:
        return _added(text, root, path, value)
    if path and isinstance(path[-1], str):
        parent = node_at(root, path[:-1])
        entry = parent.entry(path[-1]) if parent is not None else None
        if entry is not None:
            return _with_value(text, entry, value)
    return text[: node.start] + written(value, quoted=_is_quoted(text, node.start)) + text[node.end :]


def _with_value(text: str, entry: Entry, value: object) -> str:
    node = entry.value
    keeps_quotes = isinstance(value, str) and _is_quoted(text, node.start)
    new = written(value, quoted=_is_quoted(text, entry.start) or keeps_quotes)
    last = last_of(text, node)
    between = text[entry.end : node.start]
    if node.start == node.end or ("\n" in between and not node.is_flow and node.kind != "scalar"):
        colon = text.index(":", entry.end) + 1  # an empty value, or a block below its key
        rest = text[last + 1 :] if node.end > node.start else text[colon:]
        return text[:colon] + " " + new + rest
    if text[node.start] in "|>":
        return text[: node.start] + new + text[last + 1 :]
    return text[: node.start] + new + text[node.end :]


def _added(text: str, root: Node | None, path: Path, value: object) -> str:
    """Add a key; of a path that is not there in parts, the missing mappings too."""
    if not path or not isinstance(path[-1], str):
        return text
    if root is None or (root.kind == "scalar" and root.start == root.end):
        if text.strip() and any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
            return text
        return (text if not text or text.endswith("\n") else text + "\n") + f"{path[0]}: {_nested(path[1:], value)}\n"
    for known in range(len(path) - 1, -1, -1):
        parent = node_at(root, path[:known])
        if parent is None or (parent.kind == "scalar" and parent.start == parent.end):
            continue
        key = path[known]
        if parent.kind == "map" and isinstance(key, str):
            order = ROOT_ORDER if known == 0 else STEP_ORDER
            return _with_key(text, parent, key, _value_of(path[known + 1 :], value), order)
        if parent.kind == "scalar" and known and isinstance(key, str):  # `end: FAILED` becomes a mapping
            return text
    return text


def _value_of(path: Path, value: object) -> object:
    for part in reversed(path):
        value = {part: value}
    return value


def _nested(path: Path, value: object) -> str:
    return written(_value_of(path, value))


def _with_key(text: str, node: Node, key: str, value: object, order: Sequence[str]) -> str:
    after = entry_before(node, key, order)
    if node.is_flow:
        quoted = any(_is_quoted(text, entry.start) for entry in node.entries[:1])
        pair = f"{written(key, quoted=quoted)}: {written(value, quoted=quoted)}"
        if not node.entries:
            return text[: node.start] + "{" + pair + "}" + text[node.end :]
        if after is None:
            at = node.entries[0].start
            return f"{text[:at]}{pair}, {text[at:]}"
        at = after.value.end if after.value.end > after.value.start else text.index(":", after.end) + 1
        return f"{text[:at]}, {pair}{text[at:]}"
    first = node.entries[0]
    column = first.start - line_start(text, first.start)
    pair = f"{key}: {written(value)}"
    if after is None:
        return f"{text[: first.start]}{pair}\n{' ' * column}{text[first.start :]}"
    at = line_end(text, last_of_entry(text, after))
    break_before = "" if text[:at].endswith("\n") else "\n"
    return f"{text[:at]}{break_before}{' ' * column}{pair}\n{text[at:]}"


def entry_before(node: Node, key: str, order: Sequence[str]) -> Entry | None:
    """Return the entry that a new key stands behind; None: before them all."""
    if key not in order:
        return node.entries[-1] if node.entries else None
    earlier = order[: order.index(key)]
    found = None
    for entry in node.entries:
        if entry.key in earlier or (found is None and entry.key not in order):
            found = entry
    return found


def rename_key(text: str, path: Path, name: str) -> str:
    """Write another key where one stands."""
    root = spans_of(text)
    parent = node_at(root, path[:-1])
    entry = parent.entry(str(path[-1])) if parent is not None and path else None
    if entry is None:
        return text
    return text[: entry.start] + written(name, quoted=_is_quoted(text, entry.start)) + text[entry.end :]


def delete_key(text: str, path: Path) -> str:
    """Take a key and its value out."""
    root = spans_of(text)
    parent = node_at(root, path[:-1])
    entry = parent.entry(str(path[-1])) if parent is not None and path and parent.kind == "map" else None
    if parent is None or entry is None:
        return text
    place = parent.entries.index(entry)
    if len(parent.entries) == 1 and path[:-1]:
        if isinstance(path[-2], str):
            return delete_key(text, path[:-1])
        return text[: parent.start] + "{}" + text[last_of(text, parent) + 1 :]
    if parent.is_flow:
        if place + 1 < len(parent.entries):
            return text[: entry.start] + text[parent.entries[place + 1].start :]
        return text[: parent.entries[place - 1].value.end] + text[max(entry.value.end, entry.end + 1) :]
    begin = line_start(text, entry.start)
    last = last_of_entry(text, entry)
    if text[begin : entry.start].strip() and place + 1 < len(parent.entries):  # "- name: x": the dash stays
        return text[: entry.start] + text[parent.entries[place + 1].start :]
    return text[:begin] + text[line_end(text, last) :]


def _is_quoted(text: str, at: int) -> bool:
    return text[at : at + 1] in ('"', "'")
