"""The outline: a walk as its steps, with what each sends, and its end."""

from simulator.scenario.context import WalkContext
from simulator.scenario.loader import builtin_names, parse, resolve
from simulator.scenario.outline import MOST_STEPS, PlannedStep, outline
from simulator.scenario.walk import choose, faults_for, random_for, walk


def outlined(text: str) -> list[PlannedStep]:
    scenario = parse(text, "test")
    return outline(walk(scenario, WalkContext("t", "j"), random_for(1, 1), faults_for(1, 1)))


def test_steps_come_in_their_order_with_what_they_send_and_the_end() -> None:
    found = outlined(
        """
name: x
steps:
  - {name: download, duration: 4, progress: {to: 50, every: 2}, step_timeout_minutes: 3}
  - {fault: drop-line}
  - {name: think, duration: 3, report: false}
  - {name: install, duration: 8}
end: {status: FAILED, reason: checksum}
"""
    )
    assert [(step.name, step.end) for step in found] == [
        ("download", ""), ("think", ""), ("install", ""), ("install", "FAILED"),
    ]  # fmt: skip
    download, think, install, end = found
    assert (download.seconds, download.updates, download.last_progress) == (4.0, 3, 50)
    assert download.faults == ["drop-line"]
    assert think.updates == 0
    assert install.seconds == 8.0
    assert end.details["reason"] == "checksum"


def test_a_walk_without_an_end_report_says_how_it_stops() -> None:
    assert outlined("{name: x, steps: [{name: a, duration: 1}], end: silence}")[-1].end == "silence"
    assert outlined("{name: x, steps: [{name: a, duration: 1}], end: manual}")[-1].end == "manual"


def test_repeated_steps_are_told_up_to_a_bound() -> None:
    text = "{name: x, steps: [{repeat: 300, steps: [{name: a, duration: 1}, {name: b, duration: 1}]}], end: SUCCEEDED}"
    assert len(outlined(text)) == MOST_STEPS


def test_every_builtin_scenario_has_an_outline_that_ends() -> None:
    for name in builtin_names():
        context, random = WalkContext("t", "j"), random_for(7, 1)
        chosen = choose(resolve(name), context, random)
        assert outline(walk(chosen, context, random, faults_for(7, 1)))[-1].end, name
