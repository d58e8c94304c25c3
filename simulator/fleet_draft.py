"""A numbered fleet as somebody is describing it, and what there is to say of it; `fleet_draft_check` says it.

Reading fleet files takes libraries that take a while to load; these values do not.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from simulator.certificate_match import Match
from simulator.errors import InputError


class Field(StrEnum):
    """What can be typed."""

    COUNT = "count"
    NAMES = "names"
    FIRST = "first"
    GROUP = "group"
    FIRMWARE = "firmware"
    RATE = "rate"
    SEED = "seed"
    MIX = "mix"
    CERTIFICATES = "certificates"


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetDraft:
    """Everything as it is typed. `mix` has scenarios with their weights, `folder` certificates; both may be empty.

    With `skips_missing` things that have no certificate in the folder are left out.
    """

    count: str = "200"
    names: str = "sim-{n:05}"
    first: str = "1"
    group: str = ""
    firmware: str = "1.0.0"
    rate: str = "50"
    seed: str = "42"
    mix: tuple[tuple[str, str], ...] = (("success", "1"),)
    folder: str = ""
    skips_missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a draft is looked at beside: names of things there are, scenarios known beside the built-in ones, and the
    names of the files in the draft's folder (or why it cannot be read)."""

    things: Collection[str] = ()
    scenarios: Collection[str] = ()
    files: frozenset[str] | InputError = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What there is to say of a draft. `text` is its fleet file, "" as long as there is none.

    `problems` are sentences, one for a field at most. `taken` things have names that exist already; numbered from
    `free_number` on none has. `count` is how many there will be, without the `left_out`; `open_files` and
    `memory_bytes` are what these and those there are already take, about.
    """

    problems: Mapping[Field, str] = field(default_factory=dict)
    count: int = 0
    first_name: str = ""
    last_name: str = ""
    taken: int = 0
    free_number: int = 0
    next_number: int = 0  # after those of the draft
    seed: int = 0
    match: Match | None = None
    left_out: int = 0
    can_skip: bool = False  # whether leaving out what has no certificate would do
    shares: Sequence[int] = ()  # of the scenarios, in percent; none while a weight is no number
    open_files: int = 0
    memory_bytes: int = 0
    no_room: str = ""  # why this process cannot hold so many
    text: str = ""

    @property
    def can_be_saved(self) -> bool:
        """Whether the draft is a fleet that the command line runs."""
        return bool(self.text) and not self.problems

    @property
    def can_be_added(self) -> bool:
        """Whether the things can come to those that are there."""
        return self.can_be_saved and not self.taken and not self.no_room
