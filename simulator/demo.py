"""What the demo is: pumps, a firmware update for all of them, and three in twenty that show what can go wrong.

The terminal shows twenty at once; the window two hundred, which the job reaches one after another, as a wave.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from simulator import job_document
from simulator.fleet import ThingSpec
from simulator.scenario.walk import seed_for

if TYPE_CHECKING:
    from simulator.run_plan import Plan

DEMO_THINGS: Final = 20
DEMO_FIRMWARE: Final = "2.3.1"
DEMO_JOB: Final = "firmware-update"  # to 2.4.0
DEMO_TIME_SCALE: Final = 5.0  # success in 2, 6 or 17 real seconds; AWS's shortest timeout, a minute, in 12
DEMO_TIMEOUT_MINUTES: Final = 10  # for the job as a whole: longer than the slowest success
SHOW_THINGS: Final = 200  # in the window
SHOW_TIME_SCALE: Final = 8.0
SHOW_PER_MINUTE: Final = 150  # two hundred in ten real seconds, of which some fifty are at work at a time

_FAILS, _REJECTS, _TIMES_OUT = 7, 12, 16
_PACES: Final = ("success", "steady-success", "steady-success", "success", "slow-success")


def demo_specs(seed: int, things: int = DEMO_THINGS) -> list[ThingSpec]:
    """Return the things. Who does what is always the same; `seed` decides how long each takes over it."""
    digits = max(2, len(str(things)))
    names = [f"pump-{number:0{digits}d}" for number in range(1, things + 1)]
    return [
        ThingSpec(name=name, scenario=_scenario(number), seed=seed_for(seed, name), firmware=DEMO_FIRMWARE)
        for number, name in enumerate(names, start=1)
    ]


def _scenario(number: int) -> str:
    ends = {_FAILS: "fail", _REJECTS: "reject", _TIMES_OUT: "timeout"}
    return ends.get(number % DEMO_THINGS) or _PACES[number % len(_PACES)]


def demo_job_document() -> str:
    """Return the job document that updates the firmware to 2.4.0."""
    return job_document.read(DEMO_JOB)


def show_job(number: int = 1) -> tuple[str, str, Mapping[str, Any]]:
    """Return id, document and configurations of the window's first, second, … job: the next firmware, in a wave."""
    version = f"2.{3 + number}.0"
    document = demo_job_document().replace("2.4.0", version)
    return (
        f"firmware-{version.replace('.', '-')}",
        document,
        {"jobExecutionsRolloutConfig": {"maximumPerMinute": SHOW_PER_MINUTE}},
    )


def demo_plan(seed: int | None = None, time_scale: float | None = None) -> "Plan":
    """Return the demo as a headless run: the same things and the same job as in the window."""
    from dataclasses import replace

    from simulator.run_plan import RunOptions, plan, scenarios_of

    options = RunOptions(
        things=DEMO_THINGS, scenario="success", job=DEMO_JOB, seed=seed, time_scale=time_scale or DEMO_TIME_SCALE
    )
    made = plan(options)
    specs = tuple(demo_specs(made.seed))
    jobs = tuple(replace(job, in_progress_timeout_minutes=DEMO_TIMEOUT_MINUTES) for job in made.jobs)
    return replace(made, specs=specs, scenarios=scenarios_of(specs), jobs=jobs)
