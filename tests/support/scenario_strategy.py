"""Scenario files made up by hypothesis, valid by construction, with everything the language has.

`scenario_files()` gives plain values as a file would hold them; `scenario_of` of `tests.support.scenarios` reads them.
For runs against an endpoint ask for short durations: `scenario_files(most_seconds=2, timeouts=False)`.
"""

from typing import Any

from hypothesis import strategies as st

from simulator.scenario.context import WalkContext
from simulator.scenario.faults import KINDS, SECONDS, FaultKind, FaultName
from tests.support.scenarios import keys, status_details, templates, words

Values = dict[str, Any]

ENDS = ("SUCCEEDED", "FAILED", "REJECTED", "silence", "hang", "manual")
EXPECTED = ("sent", "omitted", "stale", "ahead")
INCLUDED = ("success", "fail", "reject", "timeout", "deaf", "flaky-network", "boot-loop", "picky", "mix", "hangs")
"""Built-in scenarios that take in steps, faults, reboots, conditions, ends of all kinds and a mix."""

documents = st.fixed_dictionaries(
    {},
    optional={
        "version": st.sampled_from(["1.0", "2.4.0", "2.10.1-rc1", ""]),
        "operation": st.sampled_from(["reboot", "update", ""]),
        "firmware": st.one_of(st.none(), st.fixed_dictionaries({"version": st.text(max_size=1100)})),
        "url": st.sampled_from(["https://example.com/image.bin", ""]),
        "size": st.integers(0, 10**9),
        "tags": st.lists(st.text(max_size=5), max_size=3),
    },
)
contexts = st.builds(
    WalkContext,
    thing_name=st.from_regex(r"[a-zA-Z0-9:_-]{1,20}", fullmatch=True),
    job_id=st.just("job-1"),
    execution_number=st.integers(1, 5),
    attempt=st.integers(1, 5),
    document=documents,
    attributes=st.dictionaries(st.sampled_from(["model", "site"]), st.sampled_from(["a", "b", "pump"]), max_size=2),
    index=st.integers(0, 30),
)


def durations(most: float) -> st.SearchStrategy[Any]:
    """Return lengths of time of all forms, up to `most` seconds."""
    seconds = st.one_of(st.integers(0, int(most)), st.floats(0, most))
    shapes = st.floats(0.01, 0.2).map(lambda share: share * most)
    return st.one_of(
        seconds,
        st.tuples(seconds, seconds).map(lambda pair: {"between": sorted(pair)}),
        st.tuples(st.floats(0, most / 2), st.floats(0, most / 2)).map(
            lambda pair: {"mean": max(pair), "jitter": min(pair)}
        ),
        shapes.map(lambda mean: {"normal": {"mean": mean, "deviation": mean / 2}}),
        shapes.map(lambda mean: {"normal": {"mean": mean, "deviation": mean, "least": 0, "most": most}}),
        shapes.map(lambda mean: {"exponential": {"mean": mean / 10}}),
        shapes.map(lambda mean: {"exponential": {"mean": mean, "least": mean / 10, "most": most}}),
    )


conditions = st.dictionaries(
    st.sampled_from(["attempt", "execution_number", "index"]),
    st.one_of(
        st.integers(0, 5),
        st.fixed_dictionaries({"every": st.integers(2, 5)}, optional={"offset": st.integers(0, 1)}),
        st.fixed_dictionaries({}, optional={"at_least": st.integers(0, 9), "below": st.integers(0, 9)}).filter(bool),
        st.fixed_dictionaries({"in": st.lists(st.integers(0, 9), min_size=1, max_size=3)}),
    ),
    min_size=1,
    max_size=2,
) | st.dictionaries(
    st.sampled_from(["document.operation", "document.version", "attribute.model", "firmware", "thing", "job_id"]),
    st.one_of(
        st.sampled_from(["reboot", "pump", "2.4.0"]),
        st.fixed_dictionaries({"matches": st.sampled_from(["*", "re*", "[0-9]*"])}),
        st.fixed_dictionaries({"at_least": st.sampled_from(["2.0", "2.10"])}),
        st.fixed_dictionaries({"exists": st.booleans()}),
        st.fixed_dictionaries({"not": st.just("pump")}),
        st.fixed_dictionaries({"not_in": st.just(["pump", "a"])}),
    ),
    min_size=1,
    max_size=2,
)


@st.composite
def faults(draw: st.DrawFn, most: float) -> Values:
    """One fault as a step."""
    fault = draw(st.sampled_from(FaultName))
    values: Values = {"fault": fault.value}
    if fault in SECONDS and draw(st.booleans()):
        values["seconds"] = draw(durations(most))
    return values


@st.composite
def rates(draw: st.DrawFn, most: float) -> Values:
    """Faults that come by chance."""
    values: Values = {}
    for fault in draw(st.lists(st.sampled_from(FaultName), max_size=4, unique=True)):
        rate = draw(st.sampled_from([0, 0.05, 0.3, 1]))
        if fault is FaultName.REBOOT:
            rate = min(rate, 0.3)
        values[fault.value] = rate
        if fault in SECONDS and draw(st.booleans()):
            values[fault.value] = {"rate": rate, "seconds": draw(durations(most))}
    return values


forms = st.fixed_dictionaries(
    {},
    optional={
        "expected_version": st.sampled_from(EXPECTED),
        "include_job_execution_state": st.booleans(),
        "include_job_document": st.booleans(),
        "execution_number": st.booleans(),
    },
)


@st.composite
def ends(draw: st.DrawFn, kinds: tuple[str, ...]) -> Any:
    """One end, in a word or in full."""
    status = draw(st.sampled_from(kinds))
    if status in ("silence", "hang", "manual"):
        return draw(st.sampled_from([status, {"status": status}]))
    optional = {"reason": templates, "status_details": status_details}
    return {"status": status, **draw(st.fixed_dictionaries({}, optional=optional)), **draw(forms)}


class _Limits:
    """What a made-up scenario may hold; shared by the strategies of its parts."""

    def __init__(self, most_seconds: float, with_faults: bool, with_timeouts: bool, kinds: tuple[str, ...]) -> None:
        self.most = most_seconds
        self.with_faults = with_faults
        self.timeouts = [-1, 1, 5, 10_080] if with_timeouts else [-1, 10_080]
        self.kinds = kinds
        self.included = [
            name
            for name in INCLUDED
            if with_faults or name not in ("flaky-network", "boot-loop")
            if with_timeouts or name not in ("timeout", "mix")
        ]


@st.composite
def work(draw: st.DrawFn, limits: _Limits, levels: list[int]) -> Values:
    """One plain step; `levels` are its from and to, or fewer for a step without progress."""
    step: Values = {"name": draw(words), "duration": draw(durations(limits.most))}
    if draw(st.integers(0, 3)) == 0:
        step["fail_chance"] = draw(st.sampled_from([0, 0.1, 0.5, 1]))
        if draw(st.booleans()):
            step["reason"] = draw(templates)
    if draw(st.integers(0, 4)) == 0:
        return {**step, "report": False}
    if len(levels) == 2:
        step["progress"] = {"from": levels[0], "to": levels[1]}
        if draw(st.booleans()):
            step["progress"]["every"] = draw(st.floats(max(0.1, limits.most / 20), 60))
    optional = {"status_details": status_details, "step_timeout_minutes": st.sampled_from(limits.timeouts)}
    return {**step, **draw(st.fixed_dictionaries({}, optional=optional)), **draw(forms)}


@st.composite
def some_steps(draw: st.DrawFn, limits: _Limits, depth: int, low: int = 0) -> list[Values]:
    """A list of steps whose progress begins at `low` percent and rises."""
    levels = sorted(draw(st.lists(st.integers(low, 100), max_size=8)))
    steps = []
    kinds = ["work"] * 4 + (["fault"] if limits.with_faults else []) + ["include"]
    kinds += ["choose", "repeat"] if depth < 3 else []
    for number in range(draw(st.integers(0, 4 if depth == 1 else 2))):
        reached = max(levels[: 2 * number], default=low)
        match draw(st.sampled_from(kinds)):
            case "fault":
                steps.append(draw(faults(limits.most)))
            case "include":
                name = draw(st.sampled_from(limits.included))
                steps.append({"include": name})
            case "repeat":
                times = draw(st.integers(1, 3))
                steps.append({"repeat": times, "steps": draw(some_steps(limits, depth + 1, reached))})
            case "choose":
                branches = draw(st.lists(_branch(limits, depth, reached), min_size=1, max_size=3))
                steps.append({"choose": branches})
            case _:
                steps.append(draw(work(limits, levels[2 * number : 2 * number + 2])))
    return steps


@st.composite
def _branch(draw: st.DrawFn, limits: _Limits, depth: int, low: int) -> Values:
    branch: Values = {"steps": draw(some_steps(limits, depth + 1, low))}
    if draw(st.booleans()):
        branch["when"] = draw(conditions)
    elif draw(st.booleans()):
        branch["weight"] = draw(st.sampled_from([0.5, 1, 10]))
    if draw(st.integers(0, 2)) == 0:
        branch["end"] = draw(ends(limits.kinds))
    if draw(st.integers(0, 3)) == 0:
        branch["steps"].append({"include": draw(st.sampled_from(limits.included)), "with_end": True})
    return branch


@st.composite
def scenario_files(
    draw: st.DrawFn,
    *,
    most_seconds: float = 50,
    with_faults: bool = True,
    timeouts: bool = True,
    kinds: tuple[str, ...] = ENDS,
) -> Values:
    """The values of a valid scenario file that is no mix.

    `kinds` are the ends it may come to by itself (its includes have their own, but only where they end the walk),
    `timeouts` whether a step may have a step timeout that an execution can live to see.
    """
    limits = _Limits(most_seconds, with_faults, timeouts, kinds)
    values: Values = {"name": draw(st.from_regex(r"[a-zA-Z0-9_-]{1,20}", fullmatch=True))}
    if draw(st.integers(0, 15)) == 0 and "silence" in kinds:
        return {**values, "start": "none", "end": "silence"}
    values["start"] = draw(st.sampled_from(["start-next", "describe"]))
    if draw(st.booleans()):
        values["status_details"] = draw(status_details)
    values |= draw(forms)
    if with_faults:
        values["faults"] = draw(rates(most_seconds))
        if "ignore-cancel" not in values["faults"] and draw(st.booleans()):
            values["on_cancel"] = draw(st.sampled_from(["obey", "ignore"]))
    values["steps"] = draw(some_steps(limits, 1))
    values["end"] = draw(ends(kinds))
    if values["end"] in ("silence", "hang", "manual") or values["end"]["status"] in ("silence", "hang", "manual"):
        steps = values["steps"]
        last = max((place for place, step in enumerate(steps, 1) if "fault" not in step), default=0)
        behind = [step for step in steps[last:] if KINDS[FaultName(step["fault"])] is not FaultKind.UPDATE]
        values["steps"] = steps[:last] + behind  # the others would act on an update that never comes
    return values


__all__ = ("conditions", "contexts", "documents", "keys", "scenario_files")
