"""What a walk knows of the execution it walks through."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class WalkContext:
    """One job execution, seen from its thing. `attempt` counts this thing's executions from 1, whatever their jobs.

    `attributes` are the thing's, `index` its place in its group, from 1 (0: nobody counted).
    """

    thing_name: str
    job_id: str
    execution_number: int = 1
    attempt: int = 1
    document: Mapping[str, object] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    index: int = 0
