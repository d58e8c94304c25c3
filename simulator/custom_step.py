"""Steps that other packages bring along: an async function under the entry point group `thing_simulator.steps`.

A scenario names it (`- {name: flash, custom: NAME, with: {…}}`). It is called once when a thing comes to the step, with
a `StepContext`; when it returns the step is done, and when it raises the execution FAILED with what the error says.
"""

import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from random import Random
from typing import Any, Final

from simulator.clock import Clock
from simulator.errors import SimulatorError

STEPS_GROUP: Final = "thing_simulator.steps"


class StepFailedError(SimulatorError):
    """A custom step says in a sentence why it failed; the sentence becomes the reason of the FAILED update."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContext:
    """What a custom step knows and can do. `parameters` are those of the scenario, with their templates filled in."""

    thing_name: str
    job_id: str
    document: Mapping[str, Any]
    attributes: Mapping[str, str]
    parameters: Mapping[str, object]
    random: Random
    """Chance that is the same for the same seed, thing and job."""
    clock: Clock
    tell: Callable[[int, Mapping[str, str]], None]

    def report(self, percent: int, details: Mapping[str, str] | None = None) -> None:
        """Say how far the step is (0 to 100), and add status details of its own; it is sent when the rate allows it."""
        self.tell(min(max(percent, 0), 100), details or {})

    async def sleep(self, seconds: float) -> None:
        """Let simulated seconds pass."""
        await self.clock.sleep(seconds)


CustomStep = Callable[[StepContext], Awaitable[None]]


@functools.lru_cache(maxsize=256)
def custom_step(name: str) -> CustomStep:
    """Return the step that an installed package brings along under `name`.

    Raises:
        StepFailedError: there is none, or it cannot be loaded.
    """
    found = list(entry_points(group=STEPS_GROUP, name=name))
    if not found:
        raise StepFailedError(f"no installed package brings a step {name} (entry points {STEPS_GROUP})")
    try:
        step: CustomStep = found[0].load()
    except Exception as error:
        raise StepFailedError(f"the step {name} cannot be loaded: {error}") from error
    if not callable(step):
        raise StepFailedError(f"the step {name} is no function")
    return step
