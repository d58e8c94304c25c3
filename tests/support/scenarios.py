"""Scenarios made up by hypothesis: plain values as a file would hold them, valid by construction."""

import json
from typing import Any

from hypothesis import strategies as st

from simulator.scenario import loader
from simulator.scenario.plan import Scenario
from simulator.scenario.walk import WalkContext

CONTEXT = WalkContext(
    thing_name="thing-1", job_id="job-1", execution_number=2, attempt=3, document={"firmware": {"version": "2.4.0"}}
)
PLACEHOLDERS = ("percent", "step", "scenario", "attempt", "thing", "job_id", "execution_number", "firmware")

seconds = st.one_of(st.integers(0, 50), st.floats(0, 50))
durations = st.one_of(
    seconds,
    st.tuples(seconds, seconds).map(lambda pair: {"between": sorted(pair)}),
    st.tuples(seconds, seconds).map(lambda pair: {"mean": max(pair), "jitter": min(pair)}),
)
words = st.text(st.characters(exclude_categories=("C",), exclude_characters="{}"), min_size=1, max_size=30)
templates = st.lists(
    st.one_of(
        words,
        st.sampled_from(PLACEHOLDERS).map(lambda name: "{" + name + "}"),
        st.sampled_from(["firmware.version", "text", "list", "files.0.name", "none"]).map(
            lambda p: f"{{document.{p}}}"
        ),
        st.sampled_from(["{{", "}}"]),
    ),
    min_size=1,
    max_size=5,
).map("".join)
keys = st.from_regex(r"[a-zA-Z0-9:_-]{1,12}", fullmatch=True).filter(lambda key: key != "reason")
status_details = st.dictionaries(keys, templates, max_size=9)  # one place is kept for a reason


@st.composite
def scenario_values(draw: st.DrawFn) -> dict[str, Any]:
    """The values of a valid scenario file without a mix; progress rises from step to step."""
    values: dict[str, Any] = {"name": draw(st.from_regex(r"[a-zA-Z0-9_-]{1,20}", fullmatch=True))}
    values["start"] = draw(st.sampled_from(["start-next", "describe"]))
    if draw(st.booleans()):
        values["status_details"] = draw(status_details)
    levels = sorted(draw(st.lists(st.integers(0, 100), max_size=12)))
    values["steps"] = [draw(steps(levels[2 * n : 2 * n + 2])) for n in range(draw(st.integers(0, 6)))]
    status = draw(st.sampled_from(["SUCCEEDED", "FAILED", "REJECTED", "silence"]))
    values["end"] = {"status": status}
    if status != "silence":
        values["end"] |= draw(
            st.fixed_dictionaries({}, optional={"reason": templates, "status_details": status_details})
        )
    return values


@st.composite
def steps(draw: st.DrawFn, levels: list[int]) -> dict[str, Any]:
    """One step; `levels` are its from and to, or fewer for a step without progress."""
    step: dict[str, Any] = {"name": draw(words), "duration": draw(durations)}
    if draw(st.booleans()):
        step["fail_chance"] = draw(st.sampled_from([0, 0.1, 0.5, 1]))
        if draw(st.booleans()):
            step["reason"] = draw(templates)
    if draw(st.integers(0, 4)) == 0:
        return {**step, "report": False}
    if len(levels) == 2:
        step["progress"] = {"from": levels[0], "to": levels[1]}
        if draw(st.booleans()):
            step["progress"]["every"] = draw(st.floats(0.1, 60))
    optional = {"status_details": status_details, "step_timeout_minutes": st.sampled_from([-1, 1, 5, 10_080])}
    return {**step, **draw(st.fixed_dictionaries({}, optional=optional))}


def scenario_of(values: dict[str, Any]) -> Scenario:
    """Take the way a file takes: written as JSON, read as YAML."""
    return loader.parse(json.dumps(values), "made-up.json")
