"""Where the nodes and labels of a timeline go. Pure: records and widths in, positions out, nothing is painted.

A node is major where the status, the step or the reason changes; progress reports between are minor, and small.
Distances grow with time, but never below what keeps shapes apart. Labels get cells that do not overlap.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from simulator.feed import TransitionRecord

Measure = Callable[[str], float]
"""The width of a text in pixels."""

START: Final = 20.0  # of the first node
END: Final = 40.0  # right of the last node
COUNTDOWN_GAP: Final = 30.0  # between the last node and where the time that is left is told
ROOMY_GAP: Final = 6.0
MINOR_GAP: Final = 2.0  # where there is little room; dots so close are a thicker line
MAJOR_GAP: Final = 30.0
LABEL_GAP: Final = 68.0  # labels whose nodes are closer than this are left out, the less telling first
PADDING: Final = 4.0
LEAST_DOWN: Final = 14.0  # pixels: so long at least is the dashed part of a line that was down


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A transition and where its node is."""

    record: TransitionRecord
    x: float
    is_major: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A text under or over a node, within its own room."""

    node: int
    left: float
    width: float
    lines: tuple[str, ...]


def executions(timeline: Sequence[TransitionRecord]) -> list[list[TransitionRecord]]:
    """Split a thing's timeline by job execution, oldest first. What was only confirmed is no transition."""
    found: list[list[TransitionRecord]] = []
    for record in timeline:
        newest = found[-1][-1] if found else None
        if newest is None or (newest.job_id, newest.execution_number) != (record.job_id, record.execution_number):
            found.append([record])
        elif (newest.version, newest.status) != (record.version, record.status):
            found[-1].append(record)
    return found


def place(
    records: Sequence[TransitionRecord], width: float, *, end: float = END, zoom: float = 1.0
) -> tuple[list[Node], float]:
    """Return the nodes, and the width they need: `width`, or more where they would not fit.

    `end` is what is left free behind the last node; it and all distances are meant at zoom 1.
    """
    if not records:
        return [], width
    majors = _majors(records)
    stretches = list(pairwise(majors))
    least = [max(MAJOR_GAP * zoom, MINOR_GAP * (after - before)) for before, after in stretches]
    wanted = [max(LABEL_GAP * zoom, ROOMY_GAP * (after - before)) for before, after in stretches]
    seconds = [max(0.0, records[after].at - records[before].at) for before, after in stretches]
    start, end = START * zoom, end * zoom
    gaps = _share(least, wanted, seconds, width - start - end)
    nodes: list[Node] = [Node(record=records[0], x=start, is_major=True)]
    for (before, after), gap in zip(stretches, gaps, strict=True):
        left = nodes[-1].x
        for number in range(before + 1, after + 1):
            x = left + gap * (number - before) / (after - before)
            nodes.append(Node(record=records[number], x=x, is_major=number == after))
    return nodes, max(width, start + sum(gaps) + end)


def x_at(nodes: Sequence[Node], at: float, last: float) -> float:
    """Where a moment is on the line: between two nodes by its time, behind the last one at `last`."""
    before: Node | None = None
    for node in nodes:
        if node.record.at > at:
            if before is None:
                return node.x
            return before.x + (node.x - before.x) * (at - before.record.at) / (node.record.at - before.record.at)
        before = node
    return last


def gaps_down(nodes: Sequence[Node], outages: Sequence[tuple[float, float]], last: float) -> list[tuple[float, float]]:
    """The stretches of the line in which the thing's line was down, each long enough to be seen; `last` is its end."""
    if not nodes:
        return []
    found: list[tuple[float, float]] = []
    for lost, back in outages:
        if back <= nodes[0].record.at:
            continue
        is_over = back < math.inf
        left = x_at(nodes, lost, nodes[-1].x)
        right = x_at(nodes, back, min(last, nodes[-1].x + LEAST_DOWN) if is_over else last)
        middle, half = (left + right) / 2, max(LEAST_DOWN, right - left) / 2
        left, right = max(nodes[0].x, middle - half), min(last, middle + half)
        if found and left <= found[-1][1]:
            left = found.pop()[0]
        found.append((left, right))
    return found


def _majors(records: Sequence[TransitionRecord]) -> list[int]:
    """The first, the last, and each that differs from the one before in more than its version."""
    changed = [
        number
        for number, (before, after) in enumerate(pairwise(records), 1)
        if (before.status, before.step, before.reason) != (after.status, after.step, after.reason)
    ]
    return sorted({0, *changed, len(records) - 1})


def _share(least: list[float], wanted: list[float], seconds: list[float], room: float) -> list[float]:
    """Gaps that fill the room: first up to what labels want, then by time. At least `least`, even without room."""
    if not least:
        return []
    if sum(wanted) <= room:
        spare, total = room - sum(wanted), sum(seconds)
        if total <= 0:
            return [gap + spare / len(wanted) for gap in wanted]
        return [gap + spare * time / total for gap, time in zip(wanted, seconds, strict=True)]
    spare, lack = max(0.0, room - sum(least)), sum(wanted) - sum(least)
    share = 0.0 if lack <= 0 else min(1.0, spare / lack)
    return [low + (high - low) * share for low, high in zip(least, wanted, strict=True)]


def _in_order_of_weight(nodes: Sequence[Node]) -> list[int]:
    """The newest first, then the beginning, then the newest changes, then what lies between."""
    last = len(nodes) - 1
    majors = [number for number in range(last - 1, 0, -1) if nodes[number].is_major]
    minors = [number for number in range(last - 1, 0, -1) if not nodes[number].is_major]
    return list(dict.fromkeys([last, 0, *majors, *minors]))


def version_labels(nodes: Sequence[Node], width: float, measure: Measure) -> list[Label]:
    """`vN` over as many nodes as there is room for."""
    placed: list[Label] = []
    for number in _in_order_of_weight(nodes) if nodes else []:
        text = f"v{nodes[number].record.version}"
        size = measure(text)
        left = min(max(0.0, nodes[number].x - size / 2), width - size)
        if all(left >= other.left + other.width + PADDING or left + size + PADDING <= other.left for other in placed):
            placed.append(Label(node=number, left=left, width=size, lines=(text,)))
    return sorted(placed, key=lambda label: label.node)


def labels(
    nodes: Sequence[Node],
    width: float,
    texts: Callable[[int], tuple[str, ...]],
    measure: Measure,
    *,
    zoom: float = 1.0,
) -> list[Label]:
    """The lines under major nodes; a text wider than its label's room is for the painter to elide."""
    if not nodes:
        return []
    chosen: list[int] = []
    for number in _in_order_of_weight(nodes):
        apart = all(abs(nodes[number].x - nodes[other].x) >= LABEL_GAP * zoom - 0.01 for other in chosen)
        if nodes[number].is_major and apart:
            chosen.append(number)
    chosen.sort()
    lines = {number: texts(number) for number in chosen}
    halves = {number: max(map(measure, lines[number])) / 2 + PADDING / 2 for number in chosen}
    borders = [0.0, *(_border(nodes, halves, one, other) for one, other in pairwise(chosen)), width]
    placed = []
    for number, (low, high) in zip(chosen, pairwise(borders), strict=True):
        size = min(2 * halves[number] - PADDING, high - low - PADDING)
        left = min(max(low + PADDING / 2, nodes[number].x - size / 2), high - PADDING / 2 - size)
        placed.append(Label(node=number, left=left, width=size, lines=lines[number]))
    return placed


def _border(nodes: Sequence[Node], halves: dict[int, float], one: int, other: int) -> float:
    """Between two labelled nodes, where one's room ends: nearer to the one that needs less."""
    left, right = nodes[one].x, nodes[other].x
    need = max(halves[one], 2 * halves[one] - left) if one == 0 else halves[one]
    share = need / (need + halves[other])
    return left + (right - left) * min(0.75, max(0.25, share))
