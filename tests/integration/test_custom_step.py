"""A step that a package brings along: the example, found by its entry point, and what becomes of its mistakes."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator import custom_step as module
from simulator.custom_step import StepContext, custom_step
from simulator.jobs.model import JobStatus
from simulator.scenario import loader
from tests.support.stage import on_stage
from tests.support.virtual_time import in_virtual_time

S = JobStatus
EXAMPLE = Path(__file__).parents[2] / "examples" / "custom_step"
ENTRY_POINTS = "[thing_simulator.steps]\nflash = thing_steps.flash:flash\nmissing = thing_steps.nowhere:step\n"


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, Any], None]]:
    """The example's package as pip would leave it; call it to have another step for the length of a test."""
    info = tmp_path / "thing_steps-1.0.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: thing-steps\nVersion: 1.0.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(EXAMPLE))
    custom_step.cache_clear()

    def also(name: str, step: Any) -> None:
        setattr(sys.modules[__name__], f"step_{name}", step)
        (info / "entry_points.txt").write_text(f"{ENTRY_POINTS}{name} = {__name__}:step_{name}\n")

    yield also
    custom_step.cache_clear()
    for name in [name for name in sys.modules if name.split(".")[0] == "thing_steps"]:
        del sys.modules[name]


def test_the_example_names_its_step_where_it_is_looked_for() -> None:
    assert f'[project.entry-points."{module.STEPS_GROUP}"]' in (EXAMPLE / "pyproject.toml").read_text()
    assert 'flash = "thing_steps.flash:flash"' in (EXAMPLE / "pyproject.toml").read_text()


@in_virtual_time
async def test_the_example_works_reports_and_succeeds() -> None:
    text = (EXAMPLE / "scenario.yaml").read_text()
    assert loader.parse(text, "scenario.yaml").name == "flashes"
    async with on_stage(text) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        updates = stage.service.updates()
        flashing = [update["statusDetails"] for update in updates if update["statusDetails"]["step"] == "flash"]
        progress = [int(details["progress"]) for details in flashing]
        assert progress == sorted(progress)
        assert (progress[0], progress[-1], len(progress) >= 5) == (40, 90, True)
        assert {details.get("slot") for details in flashing[1:-1]} == {"b"}
        assert stage.status()[0] is S.SUCCEEDED


@in_virtual_time
async def test_a_step_that_fails_ends_the_execution_with_its_sentence() -> None:
    text = (EXAMPLE / "scenario.yaml").read_text().replace("bad: 0", "bad: 1")
    async with on_stage(text) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        assert (stage.status()[0], stage.shown.details) == (S.FAILED, "block 1 of 20 in slot b cannot be written")


async def breaks(step: StepContext) -> None:
    raise ValueError("no\nsuch slot")


async def sleeps(step: StepContext) -> None:
    await step.sleep(10_000)


def is_no_coroutine(step: StepContext) -> None:
    """Not async."""


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (breaks, "ValueError: no such slot"),
        (sleeps, "mine: it took longer than 60 s"),
        (is_no_coroutine, "the step mine is no async function: it returned NoneType"),
    ],
)
def test_whatever_a_step_does_wrong_becomes_the_reason(
    installed: Callable[[str, Any], None], step: Any, reason: str
) -> None:
    installed("mine", step)

    async def test() -> None:
        async with on_stage("{name: a, steps: [{name: w, custom: mine, within: 60}], end: SUCCEEDED}") as stage:
            stage.service.create_job("j1", "t")
            await stage.ended()
            assert (stage.status()[0], stage.shown.details) == (S.FAILED, reason)
            assert stage.service.updates()[-1]["statusDetails"]["reason"] == reason

    in_virtual_time(test)()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("none", "no installed package brings a step none (entry points thing_simulator.steps)"),
        ("missing", "the step missing cannot be loaded: No module named 'thing_steps.nowhere'"),
    ],
)
def test_a_step_that_cannot_be_had_says_so(name: str, sentence: str) -> None:
    with pytest.raises(module.StepFailedError) as caught:
        custom_step(name)
    assert str(caught.value) == sentence
