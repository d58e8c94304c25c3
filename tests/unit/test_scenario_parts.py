"""Parts of the language, each walked: choices, includes, repeats, faults, forms, work and ends."""

from collections import Counter

import pytest

from simulator.jobs.model import JobStatus
from simulator.scenario import loader, rules_parts
from simulator.scenario.actions import AskOperator, Expected, FallSilent, Misbehave, Report, Wait, Work
from simulator.scenario.context import WalkContext
from simulator.scenario.faults import Fault, FaultName
from simulator.scenario.plan import Scenario
from simulator.scenario.rest import stays_open
from simulator.scenario.walk import faults_for, random_for, walk

CONTEXT = WalkContext("pump-1", "job-1", 2, 3, {"url": "https://example.com/a.bin"}, {"model": "M2"}, 7)


def parse(text: str) -> Scenario:
    return loader.parse(text, "f.yaml")


def walked(text: str, seed: int = 1, context: WalkContext = CONTEXT):
    return list(walk(parse(text), context, random_for(seed, 1), faults_for(seed, 1)))


def steps_told(actions) -> list[str]:
    return list(dict.fromkeys(action.step for action in actions if isinstance(action, Report)))


STEP_A, STEP_B = "{name: a, duration: 1}", "{name: b, duration: 1}"


# --- choices --------------------------------------------------------------------------------------------------------


def test_branches_without_a_condition_are_drawn_by_their_weights():
    text = (
        f"{{name: x, steps: [{{choose: [{{weight: 3, steps: [{STEP_A}]}}, {{steps: [{STEP_B}]}}]}}], end: SUCCEEDED}}"
    )
    scenario = parse(text)
    drawn = Counter(steps_told(walk(scenario, CONTEXT, random_for(seed, 1)))[0] for seed in range(2000))
    assert 1420 < drawn["a"] < 1580


def test_the_first_branch_that_holds_is_taken_before_those_that_are_drawn():
    text = (
        "{name: x, steps: [{choose: [{steps: [" + STEP_B + "]}, {when: {attempt: 3}, steps: [" + STEP_A + "]}, "
        "{when: {index: 7}, end: FAILED}]}], end: SUCCEEDED}"
    )
    assert steps_told(walked(text)) == ["a"]
    assert walked(text, context=WalkContext("t", "j", index=7))[-1].status is JobStatus.FAILED
    assert steps_told(walked(text, context=WalkContext("t", "j"))) == ["b"]


def test_a_branch_without_an_end_goes_on_behind_the_choice():
    text = f"{{name: x, steps: [{{choose: [{{when: {{attempt: 3}}, steps: [{STEP_A}]}}]}}, {STEP_B}], end: SUCCEEDED}}"
    assert steps_told(walked(text)) == ["a", "b"]
    assert steps_told(walked(text, context=WalkContext("t", "j"))) == ["b"]


def test_the_end_of_a_branch_names_the_step_before_it():
    end = "{status: FAILED, reason: 'in {step}'}"
    text = f"{{name: x, steps: [{{choose: [{{steps: [{STEP_A}], end: {end}}}]}}], end: SUCCEEDED}}"
    assert walked(text)[-1].status_details["reason"] == "in a"


# --- includes and repeats -------------------------------------------------------------------------------------------


def test_an_include_brings_the_steps_but_not_the_end():
    actions = walked("{name: x, steps: [{include: fail}], end: REJECTED}", context=WalkContext("t", "j"))
    assert actions[-1].status is JobStatus.FAILED  # the verify of `fail` always fails
    actions = walked(f"{{name: x, steps: [{STEP_A}, {{include: success}}], end: {{status: FAILED}}}}")
    assert steps_told(actions) == ["a", "download", "verify", "apply", "reboot"]
    assert actions[-1].status is JobStatus.FAILED


def test_an_include_with_its_end_ends_as_the_other_does():
    actions = walked("{name: x, steps: [{include: timeout, with_end: true}], end: SUCCEEDED}")
    assert actions[-1] == FallSilent("download")
    assert parse("{name: x, steps: [{include: timeout, with_end: true}], end: SUCCEEDED}").possible_ends == {
        "TIMED_OUT"
    }


def test_an_included_mix_is_chosen_from():
    text = "{name: x, steps: [{include: half-bricked-fleet, with_end: true}], end: REJECTED}"
    last = [walked(text, seed)[-1] for seed in range(40)]
    ends = Counter(action.status if isinstance(action, Report) else "silence" for action in last)
    assert set(ends) == {JobStatus.SUCCEEDED, JobStatus.FAILED, "silence"}


def test_progress_of_an_include_does_not_fall_behind_what_was_reached():
    step = "{name: a, duration: 1, progress: {to: 70}}"
    actions = walked(f"{{name: x, steps: [{step}, {{include: success}}], end: SUCCEEDED}}")
    percents = [action.progress for action in actions if isinstance(action, Report)]
    assert percents == sorted(percents)
    assert percents[2] == 70


def test_a_repeat_does_its_steps_so_many_times():
    actions = walked(f"{{name: x, steps: [{{repeat: 3, steps: [{STEP_A}, {STEP_B}]}}], end: SUCCEEDED}}")
    assert [action.step for action in actions if isinstance(action, Wait)] == ["a", "b"] * 3


# --- faults ---------------------------------------------------------------------------------------------------------


def test_a_fault_of_an_update_acts_on_the_next_one_and_others_at_once():
    text = f"{{name: x, steps: [{{fault: lose-reply}}, {{fault: drop-line, seconds: 3}}, {STEP_A}], end: SUCCEEDED}}"
    first, second, *_ = walked(text)
    assert first == Misbehave(Fault(FaultName.DROP_LINE, 3.0), "")
    assert second.faults == (Fault(FaultName.LOSE_REPLY),)
    assert all(not action.faults for action in walked(text)[2:] if isinstance(action, Report))


def test_rates_come_about_as_often_as_they_say():
    steps = ", ".join("{name: a, duration: 1, progress: {to: 1, every: 0.01}}" for _ in range(10))
    text = f"{{name: x, faults: {{duplicate-update: 0.1, malformed-json: 0.05}}, steps: [{steps}], end: SUCCEEDED}}"
    actions = walked(text)
    updates = [action for action in actions if isinstance(action, Report)]
    duplicated = sum(bool(action.faults) for action in updates)
    assert 60 < duplicated * 1000 / len(updates) < 140
    assert 20 < sum(isinstance(action, Misbehave) for action in actions) * 1000 / len(updates) < 80


def test_a_condition_is_told_once_when_the_execution_begins():
    faults = "on_cancel: ignore, faults: {slow-link: {rate: 1, seconds: 2}}"
    text = f"{{name: x, {faults}, steps: [{STEP_A}], end: FAILED}}"
    told = [action.fault for action in walked(text) if isinstance(action, Misbehave)]
    assert told == [Fault(FaultName.SLOW_LINK, 2.0), Fault(FaultName.IGNORE_CANCEL)]


def test_faults_of_an_included_scenario_last_as_long_as_its_steps():
    base = "{name: noisy, faults: {duplicate-update: 1}, steps: [" + STEP_A + "], end: SUCCEEDED}"
    text = f"{{name: x, steps: [{{include: noisy}}, {STEP_B}], end: SUCCEEDED}}"
    scenario = loader.parse(text, "f", {"noisy": parse(base)}.__getitem__)
    actions = list(walk(scenario, CONTEXT, random_for(1, 1)))
    assert [(a.step, len(a.faults)) for a in actions if isinstance(a, Report)] == [("a", 1), ("b", 0), ("b", 0)]


def test_a_fault_without_seconds_has_its_usual_length():
    assert walked("{name: x, steps: [{fault: reboot}], end: FAILED}")[0].fault == Fault(FaultName.REBOOT, 10.0)


# --- forms ----------------------------------------------------------------------------------------------------------


def test_what_updates_carry_is_said_by_the_step_or_else_by_the_file():
    text = """
    name: x
    expected_version: omitted
    execution_number: true
    steps:
      - {name: a, duration: 0, expected_version: stale, include_job_execution_state: true}
      - {name: b, duration: 0, execution_number: false}
    end: {status: FAILED, expected_version: ahead, include_job_document: true}
    """
    a, b, end = (action for action in walked(text) if isinstance(action, Report))
    assert (a.expected, a.include_state, a.execution_number) == (Expected.STALE, True, True)
    assert (b.expected, b.include_state, b.execution_number) == (Expected.OMITTED, False, False)
    assert (end.expected, end.include_document, end.execution_number) == (Expected.AHEAD, True, True)


def test_templates_show_attributes_and_the_place_in_the_group():
    text = "{name: x, end: {status: FAILED, status_details: {a: '{attribute.model}/{index}', b: '{attribute.none}'}}}"
    assert walked(text)[-1].status_details == {"a": "M2/7"}


# --- ends -----------------------------------------------------------------------------------------------------------


def test_hang_and_manual_are_ends_of_their_own():
    assert walked(f"{{name: x, steps: [{STEP_A}], end: hang}}")[-1] == FallSilent("a", hangs=True)
    assert walked(f"{{name: x, steps: [{STEP_A}], end: manual}}")[-1] == AskOperator("a")


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("{name: x, steps: [" + STEP_A + "], end: hang}", True),
        ("{name: x, steps: [" + STEP_A + "], end: silence}", False),
        ("{name: x, start: describe, end: silence}", True),
        ("{name: x, start: none, end: silence}", True),
        ("{name: x, steps: [{choose: [{when: {index: 7}, end: hang}]}], end: SUCCEEDED}", True),
        ("{name: x, steps: [{choose: [{when: {index: 8}, end: hang}]}], end: SUCCEEDED}", False),
        ("{name: x, steps: [{choose: [{when: {document.url: {exists: true}}, end: hang}]}], end: SUCCEEDED}", True),
    ],
)
def test_whether_an_execution_stays_open_is_known_beforehand(text, is_open):
    assert stays_open(parse(text), CONTEXT, 1) is is_open


def test_whether_the_document_matters_is_known_beforehand():
    assert loader.builtin("picky").asks_document
    assert not loader.builtin("every-tenth-fails").asks_document
    assert parse("{name: x, steps: [{include: picky}], end: SUCCEEDED}").asks_document


# --- work -----------------------------------------------------------------------------------------------------------

WHAT = "{url: '{document.url}', sha256: '{document.sha}', size: 12}"
DOWNLOAD = f"{{name: get, download: {WHAT}, progress: {{from: 10, to: 60, every: 2}}}}"


def test_a_download_asks_for_work_and_goes_on_where_it_took_the_percent():
    actions = walked(f"{{name: x, steps: [{DOWNLOAD}, {STEP_B}], end: SUCCEEDED}}")
    begin, work, done, *_ = actions
    assert isinstance(work, Work)
    assert (work.kind, work.every, work.within) == ("download", 2, 600)
    assert work.parameters == {"url": "https://example.com/a.bin", "size": 12}  # the document has no sha
    assert (begin.progress, done.progress) == (10, 60)
    assert [work.report(share).progress for share in (0, 50, 40, 100)] == [10, 35, 35, 60]
    failed = work.failure("the line\nbroke")
    assert (failed.status, failed.progress) == (JobStatus.FAILED, 60)
    assert failed.status_details == {"step": "get", "progress": "60", "reason": "the line broke"}
    assert JobStatus.FAILED in parse(f"{{name: x, steps: [{DOWNLOAD}], end: SUCCEEDED}}").possible_ends


def test_a_download_without_a_url_fails_and_says_why():
    last = walked(f"{{name: x, steps: [{DOWNLOAD}], end: SUCCEEDED}}", context=WalkContext("t", "j"))[-1]
    assert last.status is JobStatus.FAILED
    assert last.status_details["reason"] == "the url of the download is empty: {document.url}"


def test_a_custom_step_is_known_if_a_package_brings_it(monkeypatch):
    monkeypatch.setattr(rules_parts, "custom_steps", lambda: frozenset({"flash"}))
    step = "{name: f, custom: flash, with: {image: '{attribute.model}.bin', pages: 4}, within: 5}"
    work = walked(f"{{name: x, steps: [{step}], end: FAILED}}")[1]
    assert (work.kind, work.parameters, work.within) == ("flash", {"image": "M2.bin", "pages": 4}, 5)


# --- what may become of it ------------------------------------------------------------------------------------------


def ends(text: str) -> set[JobStatus]:
    return set(parse(text).possible_ends)


def test_possible_ends_follow_branches_and_timers():
    quiet = "{name: wait, duration: 100, report: false}"
    timed = "{name: a, duration: 0, step_timeout_minutes: 1}"
    assert ends(f"{{name: x, steps: [{timed}, {quiet}], end: SUCCEEDED}}") == {"TIMED_OUT"}
    cleared = "{name: b, duration: 0, step_timeout_minutes: -1}"
    assert ends(f"{{name: x, steps: [{timed}, {cleared}, {quiet}], end: SUCCEEDED}}") == {"SUCCEEDED"}
    again = "{name: b, duration: 50, step_timeout_minutes: 1}"
    assert ends(f"{{name: x, steps: [{again}, {again}, {again}], end: SUCCEEDED}}") == {"SUCCEEDED"}
    chance = "{name: wait, duration: {between: [10, 100]}}"
    assert ends(f"{{name: x, steps: [{timed}, {chance}], end: SUCCEEDED}}") == {"SUCCEEDED", "TIMED_OUT"}
    quiet_at_once = "{choose: [{when: {attempt: 1}, end: silence}]}"
    assert ends(f"{{name: x, start: describe, steps: [{quiet_at_once}], end: REJECTED}}") == {"QUEUED", "REJECTED"}
    either = "{choose: [{end: FAILED}, {end: REJECTED}]}"
    assert ends(f"{{name: x, steps: [{either}], end: SUCCEEDED}}") == {"FAILED", "REJECTED"}
    assert ends("{name: x, end: hang}") == {"IN_PROGRESS", "TIMED_OUT"}
    assert ends("{name: x, start: describe, end: hang}") == {"QUEUED"}


def test_a_timeout_is_needed_where_silence_has_no_timer():
    def needs(text: str) -> bool:
        return parse(text).needs_timeout

    assert needs("{name: x, end: silence}")
    assert not needs("{name: x, end: hang}")
    assert not needs("{name: x, start: describe, end: silence}")
    assert not needs("{name: x, steps: [{name: a, duration: 1, step_timeout_minutes: 1}], end: silence}")
    assert needs("{name: x, steps: [{name: a, duration: 1, step_timeout_minutes: -1}], end: silence}")
    assert needs("{name: x, steps: [{choose: [{when: {attempt: 1}, end: silence}]}], end: SUCCEEDED}")
    assert not loader.builtin("timeout").needs_timeout
    assert needs("{name: x, steps: [{include: mix}], end: silence}")  # only one member of it sets a timer
    either = "{choose: [{steps: [{name: a, duration: 1, step_timeout_minutes: 1}]}, {steps: [{name: b, duration: 1}]}]}"
    assert needs(f"{{name: x, steps: [{either}], end: silence}}")


def test_a_timer_that_only_some_ways_set_may_run_out_but_need_not():
    timed = "{name: a, duration: 0, step_timeout_minutes: 1}"
    either = f"{{choose: [{{steps: [{timed}]}}, {{steps: [{STEP_B}]}}]}}"
    wait = "{name: wait, duration: 100, report: false}"
    assert ends(f"{{name: x, steps: [{either}, {wait}], end: SUCCEEDED}}") == {"SUCCEEDED", "TIMED_OUT"}
    assert ends(f"{{name: x, steps: [{timed}, {either}, {wait}], end: SUCCEEDED}}") == {"SUCCEEDED", "TIMED_OUT"}
    late = f"{{repeat: 1, steps: [{wait}, {timed}]}}"
    assert ends(f"{{name: x, steps: [{late}], end: SUCCEEDED}}") == {"SUCCEEDED"}
    assert ends(f"{{name: x, steps: [{late}, {wait}], end: SUCCEEDED}}") == {"TIMED_OUT"}
    assert ends(f"{{name: x, steps: [{timed}, {late}], end: SUCCEEDED}}") == {"SUCCEEDED", "TIMED_OUT"}
