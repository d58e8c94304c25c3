"""A batch of snapshots by columns, as it crosses from a worker process: what is alike is sent, and kept, once.

A batch of a rollout says the same few words (firmware, job, scenario, step) thousands of times. Read thing by thing,
each would be a string of its own: two megabytes of small values in a batch of 2,000, which whoever keeps snapshots then
drags through the processor's cache. By columns a word is a number into the batch's list of words, a column in which all
things are alike is one value, and the reader's snapshots share their words with each other and with those before.
"""

import sys
from collections.abc import Iterable
from itertools import repeat
from typing import Any, Final

import msgspec
from msgspec.structs import astuple

from simulator.feed import Activity, Counters, FeedBatch, ThingSnapshot
from simulator.jobs.model import JobStatus
from simulator.transport.base import Link

_CHOICES: Final[dict[str, tuple[Any, ...]]] = {
    "link": tuple(Link),
    "activity": tuple(Activity),
    "status": (None, *JobStatus),
}
_NUMBERS: Final = {field: {value: number for number, value in enumerate(of)} for field, of in _CHOICES.items()}
_WORDS: Final = frozenset(
    {"link_reason", "step", "firmware", "target_firmware", "job_id", "scenario", "details"}
)  # names are strings too, but no two things have the same
_COUNTS: Final = frozenset({"faults", "execution_faults"})
_NO_COUNTS: Final[dict[str, int]] = {}  # of all things without faults; nobody writes into a snapshot's


class PackedBatch(msgspec.Struct, frozen=True, array_like=True):
    """A FeedBatch. `columns` are the fields of ThingSnapshot in their order: a list, or the one value of all things."""

    at: float
    counters: Counters
    removed: list[str]
    notices: list[str]
    words: list[str]
    columns: list[Any]


def pack(batch: FeedBatch) -> PackedBatch:
    """Return the batch by columns."""
    words: dict[str, int] = {}
    columns = zip(*map(astuple, batch.snapshots), strict=True)
    packed = [_pack(field, values, words) for field, values in zip(ThingSnapshot.__struct_fields__, columns)]  # noqa: B905  no columns without snapshots
    return PackedBatch(batch.at, batch.counters, batch.removed, batch.notices, list(words), packed)


def _pack(field: str, values: tuple[Any, ...], words: dict[str, int]) -> Any:
    """Return the column of a field; `words` gets those that are new."""
    if field == "name":
        return values
    is_alike = values.count(values[0]) == len(values)
    column: Iterable[Any] = values[:1] if is_alike else values
    if field in _WORDS:
        column = [words.setdefault(word, len(words)) for word in column]
    elif field in _NUMBERS:
        column = map(_NUMBERS[field].__getitem__, column)
    return next(iter(column)) if is_alike else list(column)


def unpack(packed: PackedBatch) -> FeedBatch:
    """Return the batch thing by thing. Equal words in it, and in batches before that somebody keeps, are one string."""
    words = list(map(sys.intern, packed.words))
    columns = [
        _unpack(field, column, words)
        for field, column in zip(ThingSnapshot.__struct_fields__, packed.columns)  # noqa: B905
    ]
    snapshots = list(map(ThingSnapshot, *columns)) if columns else []
    return FeedBatch(
        at=packed.at, snapshots=snapshots, counters=packed.counters, removed=packed.removed, notices=packed.notices
    )


def _unpack(field: str, column: Any, words: list[str]) -> Iterable[Any]:
    """Return the values of a field, one for each thing; without end if all are alike."""
    is_alike = type(column) is not list
    if field == "name":
        return map(sys.intern, column)
    if field in _COUNTS:
        return repeat(column or _NO_COUNTS) if is_alike else [counts or _NO_COUNTS for counts in column]
    table = words if field in _WORDS else _CHOICES.get(field)
    if table is None:
        return repeat(column) if is_alike else column
    return repeat(table[column]) if is_alike else [table[number] for number in column]
