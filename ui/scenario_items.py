"""Changes to a list of steps in a scenario's text: add, move, take out, switch off and on, each with its comments.

A step that is switched off stays where it is as a comment: each of its lines begins with `#~ `.
"""

import re
from dataclasses import dataclass
from typing import Final

from simulator.scenario.problems import Path
from ui.scenario_edits import ROOT_ORDER, entry_before, set_value, written
from ui.scenario_spans import Node, last_of, last_of_entry, line_end, line_start, node_at, spans_of

OFF: Final = "#~ "
_OFF_LINE: Final = re.compile(r"^([ \t]*)#~ ?(.*)$")


@dataclass(frozen=True, slots=True)
class OffStep:
    """A step that is switched off: from which character to which, what it says, and how many steps stand before it."""

    start: int
    end: int
    text: str
    before: int


def blocks_of(text: str, node: Node) -> list[tuple[int, int]] | None:
    """Return where each item of a block list begins and ends, in whole lines, the comments above it included.

    None: the list is written in a way that whole lines cannot be moved in.
    """
    if node.kind != "list" or node.is_flow:
        return None
    blocks: list[tuple[int, int]] = []
    for item in node.items:
        begin = line_start(text, item.start)
        if text[begin : item.start].strip() != "-":
            return None
        indent = text[begin : item.start].index("-")
        floor = blocks[-1][1] if blocks else 0
        while begin > floor:
            above = text[line_start(text, begin - 1) : begin]
            words = above.lstrip()
            if not words.startswith("#") or words.startswith("#~") or len(above) - len(words) != indent:
                break
            begin = line_start(text, begin - 1)
        blocks.append((begin, line_end(text, last_of(text, item))))
    return blocks


def add_item(text: str, path: Path, at: int, value: dict[str, object]) -> str:
    """Add an item before the `at`-th of a list, or behind them all; a list that is not there or empty is begun."""
    root = spans_of(text)
    node = node_at(root, path)
    if node is None or not node.items:
        return _begun(text, path, value)
    blocks = blocks_of(text, node)
    if blocks is None:
        if not node.is_flow:
            return text
        sep = text[node.items[0].end : node.items[1].start] if len(node.items) > 1 else ", "
        quoted = '"' in text[node.items[0].start : node.items[0].end]
        new = written(value, quoted=quoted)
        if at < len(node.items):
            return text[: node.items[at].start] + new + sep + text[node.items[at].start :]
        return text[: node.items[-1].end] + sep + new + text[node.items[-1].end :]
    first = text[line_start(text, node.items[0].start) : node.items[0].start]
    indent = " " * first.index("-")
    place = blocks[at][0] if at < len(blocks) else blocks[-1][1]
    break_before = "" if place == 0 or text[place - 1] == "\n" else "\n"
    return text[:place] + break_before + _block(value, indent) + text[place:]


def _begun(text: str, path: Path, value: dict[str, object]) -> str:
    """The first item of a list that stands at the top of the file."""
    root = spans_of(text)
    if root is None or root.kind != "map" or root.is_flow or len(path) != 1:
        return set_value(text, path, [value])
    entry = root.entry(str(path[0]))
    block = f"{path[0]}:\n{_block(value, '  ')}"
    if entry is not None:
        begin = line_start(text, entry.start)
        end = line_end(text, last_of_entry(text, entry))
        return text[:begin] + block + text[end:]
    after = entry_before(root, str(path[0]), ROOT_ORDER)
    at = line_end(text, last_of_entry(text, after)) if after else line_start(text, root.start)
    break_before = "" if at == 0 or text[at - 1] == "\n" else "\n"
    return text[:at] + break_before + block + text[at:]


def _block(value: dict[str, object], indent: str) -> str:
    pairs = [f"{key}: {written(inner)}" for key, inner in value.items()]
    return f"{indent}- " + f"\n{indent}  ".join(pairs) + "\n"


def move_item(text: str, path: Path, here: int, there: int) -> str:
    """Move the `here`-th item so that it is the `there`-th."""
    node = node_at(spans_of(text), path)
    if node is None or here == there or not 0 <= here < len(node.items) or not 0 <= there < len(node.items):
        return text
    order = list(range(len(node.items)))
    order.insert(there, order.pop(here))
    blocks = blocks_of(text, node)
    spans = blocks if blocks is not None else [(item.start, item.end) for item in node.items]
    if blocks is None and not node.is_flow:
        return text
    pieces = [text[begin:end] for begin, end in spans]
    if blocks is not None and not pieces[-1].endswith("\n"):
        pieces[-1] += "\n"
    gaps = [text[spans[n][1] : spans[n + 1][0]] for n in range(len(spans) - 1)]
    moved = "".join(pieces[which] + (gaps[n] if n < len(gaps) else "") for n, which in enumerate(order))
    return text[: spans[0][0]] + moved + text[spans[-1][1] :]


def delete_item(text: str, path: Path, at: int) -> str:
    """Take an item out; the last one leaves an empty list."""
    node = node_at(spans_of(text), path)
    if node is None or not 0 <= at < len(node.items):
        return text
    if len(node.items) == 1:
        return set_value(text, path, [])
    blocks = blocks_of(text, node)
    if blocks is not None:
        return text[: blocks[at][0]] + text[blocks[at][1] :]
    if not node.is_flow:
        return text
    if at + 1 < len(node.items):
        return text[: node.items[at].start] + text[node.items[at + 1].start :]
    return text[: node.items[at - 1].end] + text[node.items[at].end :]


def can_switch(text: str, path: Path) -> bool:
    """Whether items of this list can be switched off: one a line, and more than one of them."""
    node = node_at(spans_of(text), path)
    return node is not None and len(node.items) > 1 and blocks_of(text, node) is not None


def switch_off(text: str, path: Path, at: int) -> str:
    """Make a comment of an item, to be switched on again."""
    node = node_at(spans_of(text), path)
    blocks = None if node is None else blocks_of(text, node)
    if node is None or blocks is None or not 0 <= at < len(blocks) or len(blocks) == 1:
        return text
    begin, end = blocks[at]
    column = text[line_start(text, node.items[at].start) :].index("-")
    lines = text[begin:end].split("\n")
    off = [line[:column].ljust(column) + OFF + line[column:] if line.strip() else line for line in lines]
    return text[:begin] + "\n".join(off) + text[end:]


def off_steps(text: str) -> list[OffStep]:
    """Return the steps of the top list that are switched off, in their order."""
    if OFF.strip() not in text:
        return []
    node = node_at(spans_of(text), ("steps",))
    starts = [item.start for item in node.items] if node is not None else []
    found: list[OffStep] = []
    at = 0
    for line in text.splitlines(keepends=True):
        off = _OFF_LINE.match(line.rstrip("\n"))
        if off is not None:
            goes_on = bool(found) and found[-1].end == at
            if not goes_on or (off[2].startswith(("- ", "#")) and _has_dash(found[-1].text)):
                found.append(OffStep(at, at + len(line), off[2], sum(start < at for start in starts)))
            else:
                last = found[-1]
                found[-1] = OffStep(last.start, at + len(line), f"{last.text}\n{off[2]}", last.before)
        at += len(line)
    return found


def _has_dash(text: str) -> bool:
    return any(line.startswith("- ") for line in text.split("\n"))


def switch_on(text: str, off: OffStep) -> str:
    """Make a step of a comment again."""
    lines = text[off.start : off.end].splitlines(keepends=True)
    on = "".join(_OFF_LINE.sub(r"\1\2", line.rstrip("\n")) + ("\n" if line.endswith("\n") else "") for line in lines)
    return text[: off.start] + on + text[off.end :]
