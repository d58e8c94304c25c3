"""Which thing gets which scenario: weights as people write them, and a choice that is each thing's own."""

import bisect
import itertools
import re
from collections.abc import Iterable, Sequence
from typing import Final

from simulator.errors import InputError
from simulator.scenario.walk import chance_of

MAX_WEIGHT: Final = 1e9
_NUMBER: Final = re.compile(r"[0-9]{1,10}(\.[0-9]{1,10})?|\.[0-9]{1,10}")

Weights = Sequence[tuple[str, float]]


def parse_weights(text: str, where: str = "--scenario") -> list[tuple[str, float]]:
    """Read `success=8,fail=1,timeout=1`; a name without a weight has the weight 1. Names may be paths of files.

    Raises:
        InputError: a name or a weight is missing, a weight is no number above 0, or a name stands there twice.
    """
    weights: dict[str, float] = {}
    parts = text.split(",")
    for position, part in enumerate(parts, start=1):
        name, equals, written = part.strip().rpartition("=")
        if not equals:
            name, written = written, "1"
        name, written = name.strip(), written.strip()
        place = f"{where}, part {position}" if len(parts) > 1 else where
        if not name:
            what = "there is no name before the =" if equals else "there is no scenario here"
            raise InputError(place, what, "write NAME=WEIGHT,NAME=WEIGHT, such as success=8,fail=1")
        if name in weights:
            raise InputError(place, f"{name} is written twice", "write it once, with the sum of its weights")
        weights[name] = _weight(written, name, place)
    return list(weights.items())


def _weight(written: str, name: str, place: str) -> float:
    """Return the weight of `name`.

    Raises:
        InputError: it is no number above 0.
    """
    if not _NUMBER.fullmatch(written):
        what = (
            f'the weight of {name} is "{written[:40]}", which is no number above 0'
            if written
            else f"{name} has no weight"
        )
        raise InputError(place, what, f"write {name}=1, or another number")
    weight = float(written)
    if not 0 < weight <= MAX_WEIGHT:
        what = f"the weight of {name} is {weight:g}, which is not above 0 and at most {MAX_WEIGHT:g}"
        raise InputError(place, what, "leave the scenario out, or give it a weight such as 1")
    return weight


def assign(names: Iterable[str], weights: Weights, run_seed: int) -> dict[str, str]:
    """Return the scenario of each thing: chosen by the weights, from the run's seed and the thing's name alone.

    So a thing keeps its scenario when others are added or taken away.

    Raises:
        ValueError: there are no weights.
    """
    if not weights:
        raise ValueError("there is no scenario to assign")
    scenarios = [name for name, _ in weights]
    limits = list(itertools.accumulate(weight for _, weight in weights))
    total = limits[-1]
    last = len(scenarios) - 1
    return {name: scenarios[min(bisect.bisect(limits, chance_of(run_seed, name) * total), last)] for name in names}
