"""Where a run is, in words for a person."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """What a run is doing."""

    STARTING = "starting the local endpoint"
    REGISTERING = "registering things"
    CONNECTING = "connecting things"
    CREATING_JOBS = "creating jobs"
    RUNNING = "running"
    SERVING = "serving until Ctrl-C"
    COMPARING = "comparing with the service"
    REMOVING = "removing things from the registry"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProgress:
    """How far a run is: so many of so many; `total` 0 means that there is nothing to count.

    `told` is a sentence to be shown once: an assertion has been decided.
    """

    phase: Phase
    done: int = 0
    total: int = 0
    told: str = ""


OnProgress = Callable[[RunProgress], None]


def tell_nobody(progress: RunProgress) -> None:
    """Take progress and do nothing with it."""
