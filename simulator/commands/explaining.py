"""What `scenarios explain` tells: the arguments of the command line become a walk."""

import json
from collections.abc import Iterator, Sequence

from simulator import job_document
from simulator.errors import InputError
from simulator.jobs import limits
from simulator.scenario import loader
from simulator.scenario.context import WalkContext
from simulator.scenario.explain import explained
from simulator.scenario.walk import seed_for


def explanation(
    name: str,
    seed: int,
    thing: str,
    attempt: int,
    execution_number: int,
    index: int,
    attributes: Sequence[str],
    job: str | None,
) -> Iterator[str]:
    """Return the lines of a walk.

    Raises:
        InputError: there is no such scenario or document, or a name or an attribute is none.
    """
    if not limits.THING_NAME.fullmatch(thing):
        raise InputError(f"--thing {thing[:40]}", "is no thing name", "use 1 to 128 letters, digits, :, _ or -")
    scenario = loader.resolve(name)
    document = {} if job is None else json.loads(job_document.read(job))
    context = WalkContext(
        thing_name=thing,
        job_id="job-1",
        execution_number=execution_number,
        attempt=attempt,
        document=document,
        attributes=dict(_pair(text) for text in attributes),
        index=index,
    )
    return explained(scenario, context, seed_for(seed, thing))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise InputError(f"--attribute {text[:40]}", "is no attribute", "write NAME=VALUE, such as model=pump")
    return name, value
