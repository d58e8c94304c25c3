"""Run files: fleet, jobs and assertions from text, every mistake with its line, switches before what is written."""

import json
from pathlib import Path

import pytest

from simulator import run_file
from simulator.assertions import Aborted, Bound, Events, LatencyBound, StatusCount
from simulator.errors import InputError
from simulator.jobs.model import JobStatus as S
from simulator.run_plan import plan

FLEET = "fleet:\n  groups: [{prefix: p-, count: 3, thing_groups: [north]}]\n  things: [{name: valve-1}]\n"
FULL = (
    FLEET
    + """\
seed: 9
time_scale: 60
ramp: 20
timeout: 2 min
jobs:
  - name: fw
    document: firmware-update
    count: 2
    target_group: north
    timeoutConfig: {inProgressTimeoutInMinutes: 5}
    jobExecutionsRolloutConfig: {maximumPerMinute: 100}
    abortConfig:
      criteriaList: [{failureType: FAILED, thresholdPercentage: 10, minNumberOfExecutedThings: 2}]
    jobExecutionsRetryConfig: {criteriaList: [{failureType: ALL, numberOfRetries: 1}]}
  - document: {operation: reboot}
    at: 1.5 min
    things: [valve-1, p-*]
assertions:
  - {status: SUCCEEDED, at_least: 95 %, within: 60 s, job: fw}
  - {status: [FAILED, TIMED_OUT], at_most: 2, after: 90}
  - {latency: p99, at_most: 0.2 s}
  - {name: quiet, rejection: VersionMismatch, exactly: 0}
  - {fault: any, at_least: 3}
  - {aborted: true, status: FAILED, at_least: 10 %, job: fw}
"""
)


def mistakes(text: str, folder: Path = Path()) -> str:
    with pytest.raises(InputError) as caught:
        plan(run_file.parse(text, "run.yaml", folder).options({}))
    return str(caught.value)


def test_everything_is_read_and_goes_into_the_plan() -> None:
    made = plan(run_file.parse(FULL, "run.yaml").options({}))
    assert [job.name for job in made.jobs] == ["fw", "fw", "job"]
    assert [job.at for job in made.jobs] == [0, 0, 90]
    first, last = made.jobs[0], made.jobs[-1]
    assert made.targets_of(first) == ["p-01", "p-02", "p-03"]
    assert set(made.targets_of(last)) == {"valve-1", "p-01", "p-02", "p-03"}
    assert first.target_group == "north"
    assert first.wire["abortConfig"]["criteriaList"] == [
        {"failureType": "FAILED", "action": "CANCEL", "thresholdPercentage": 10.0, "minNumberOfExecutedThings": 2}
    ]
    assert first.wire["timeoutConfig"] == {"inProgressTimeoutInMinutes": 5}
    assert first.may_abort
    assert first.is_retried
    assert first.in_progress_timeout_minutes is None  # its own timeoutConfig says it
    assert json.loads(last.document) == {"operation": "reboot"}
    assert (made.seed, made.options.time_scale, made.options.ramp, made.options.timeout_seconds) == (9, 60, 20, 120)


def test_assertions_are_what_they_say() -> None:
    status, several, latency, rejection, fault, aborted = run_file.parse(FULL, "run.yaml").assertions
    assert isinstance(status, StatusCount)
    assert (status.name, status.bound, status.within, status.job) == ("assertion-1", Bound.AT_LEAST, 60, "fw")
    assert str(status) == "≥ 95 % SUCCEEDED within 60 s of job fw"
    assert isinstance(several, StatusCount)
    assert (several.statuses, several.after) == ((S.FAILED, S.TIMED_OUT), 90)
    assert isinstance(latency, LatencyBound)
    assert latency.at_most_ms == 200
    assert isinstance(rejection, Events)
    assert (rejection.name, rejection.count) == ("quiet", 0)
    assert isinstance(fault, Events)
    assert isinstance(aborted, Aborted)
    assert aborted.statuses == (S.FAILED,)


def test_switches_go_before_what_the_file_says(tmp_path: Path) -> None:
    read = run_file.parse(FULL, "run.yaml")
    made = plan(read.options({"seed": 4, "time_scale": 2.0, "ramp": 0.0}, (tmp_path / "r.json",)))
    assert (made.seed, made.options.time_scale, made.options.ramp) == (4, 2.0, 0.0)
    assert made.options.reports == (tmp_path / "r.json",)
    with pytest.raises(InputError, match="--things: the run file has a fleet already; leave it out, or give another"):
        read.options({"things": 5})


def test_another_job_takes_the_place_of_all_unless_an_assertion_looks_at_one() -> None:
    plain = run_file.parse(FLEET + "jobs: [{document: reboot}]\n", "run.yaml")
    assert [job.name for job in plan(plain.options({"job": "firmware-update"})).jobs] == ["firmware-update"]
    with pytest.raises(InputError, match="looks at a job that is not made now; leave --job out"):
        plan(run_file.parse(FULL, "run.yaml").options({"job": "reboot"}))
    with pytest.raises(InputError, match="--jobs: says how many jobs --job makes"):
        plan(plain.options({"jobs": 3}))


def test_files_are_looked_for_beside_the_run_file(tmp_path: Path) -> None:
    (tmp_path / "fleet.yaml").write_text("groups: [{prefix: a-, count: 2, scenario: own.yaml}]\nseed: 3\nramp: 7\n")
    (tmp_path / "own.yaml").write_text("name: own\nsteps: [{name: work, duration: 1}]\nend: SUCCEEDED\n")
    (tmp_path / "update.json").write_text('{"version": "2"}')
    (tmp_path / "run.yaml").write_text("fleet: fleet.yaml\njobs: [{document: update.json}]\nreports: [out.json]\n")
    made = plan(run_file.read(tmp_path / "run.yaml").options({}))
    assert (made.seed, made.options.ramp, made.options.reports) == (3, 7, (tmp_path / "out.json",))
    assert {spec.scenario for spec in made.specs} == {str(tmp_path / "own.yaml")}
    assert made.jobs[0].document == '{"version": "2"}'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("jobs: []\n", "run.yaml: line 1, fleet: is missing; add fleet"),
        ("fleet: none.yaml\n", "run.yaml: line 1, fleet: none.yaml: cannot be read: no such file or directory"),
        ("flet: x\nfleet: {groups: [{prefix: a, count: 1}]}\n", "line 1, flet: is no known key; did you mean fleet?"),
        ("fleet: {groups: [{prefx: a, count: 1}]}\n", "fleet.groups[0].prefx: is no known key; did you mean prefix?"),
        ("fleet: {}\n", "line 1, fleet: there are no things in it; add groups: or things:"),
        ("fleet: 3\n", "line 1, fleet: 3 is not a text"),
        (
            FLEET + "jobs: [{document: nothing.json}]\n",
            "line 4, jobs[0].document: nothing.json: there is no such file; give a JSON file, or one of",
        ),
        (FLEET + "jobs: [{name: a}]\n", "line 4, jobs[0].document: is missing; add document"),
        (
            FLEET + "jobs: [{document: reboot, timeoutconfig: {}}]\n",
            "jobs[0].timeoutconfig: is no known key; did you mean timeoutConfig?",
        ),
        (
            FLEET + "jobs: [{document: reboot, timeoutConfig: {inProgressTimeoutInMinutes: 0}}]\n",
            "timeoutConfig.inProgressTimeoutInMinutes: 0 is out of range; write 1 or more",
        ),
        (
            FLEET + "jobs: [{document: reboot, abortConfig: {criteriaList: [{failureType: FAIL}]}}]\n",
            'criteriaList[0].failureType: "FAIL" is none of FAILED, REJECTED, TIMED_OUT, ALL; did you mean FAILED?',
        ),
        (
            FLEET + "jobs: [{document: reboot, target_group: nort}]\n",
            "jobs[0].target_group: no thing of the fleet is in the thing group nort; did you mean north?",
        ),
        (
            FLEET + "jobs: [{document: reboot, things: [valve-2]}]\n",
            'jobs[0].things[0]: no thing of the fleet is "valve-2"; did you mean valve-1?',
        ),
        (
            FLEET + "jobs: [{document: reboot, things: [p-01], target_group: north}]\n",
            "jobs[0].things: does not go with target_group; keep one of the two",
        ),
        (FLEET + "jobs: [{document: reboot, at: soon}]\n", 'jobs[0].at: "soon" is no length of time; write seconds'),
        (
            FLEET + "jobs: [{document: reboot, name: a}, {document: reboot, name: a}]\n",
            "jobs[1].name: is the name of job 1 too; give it another",
        ),
        (FLEET + "jobs: [{document: reboot, name: a b}]\n", "jobs[0].name: is no name for a job; use 1 to 40 letters"),
        (FLEET + "assertions: [{at_least: 3}]\n", "assertions[0]: does not say what it looks at; write one of status"),
        (
            FLEET + "assertions: [{status: SUCCEDED, at_least: 3}]\n",
            'assertions[0].status: "SUCCEDED" is no status of an execution; did you mean SUCCEEDED?',
        ),
        (FLEET + "assertions: [{status: FAILED}]\n", "assertions[0]: does not say how many; write one of at_least"),
        (
            FLEET + "assertions: [{status: FAILED, at_least: 95%%}]\n",
            'at_least: "95%%" is no amount; write a count such as 3, or a share such as 95 %',
        ),
        (
            FLEET + "assertions: [{status: FAILED, at_least: 3, at_most: 4}]\n",
            "assertions[0]: has at_least and at_most; write one of",
        ),
        (
            FLEET + "assertions: [{status: FAILED, at_most: 3, within: 5 s, after: 3 s}]\n",
            "assertions[0].after: does not go with within; keep one of the two",
        ),
        (
            FLEET + "assertions: [{status: FAILED, exactly: 3, within: 5 s}]\n",
            "assertions[0].within: does not go with exactly",
        ),
        (
            FLEET + "assertions: [{latency: p98, at_most: 3 ms}]\n",
            'assertions[0].latency: "p98" is no percentile of the latency; did you mean p99?',
        ),
        (
            FLEET + "assertions: [{latency: p99, at_most: 200}]\n",
            "assertions[0].at_most: 200 is no latency; write it with its unit, for example 200 ms",
        ),
        (
            FLEET + "assertions: [{latency: p99, at_least: 200 ms}]\n",
            "assertions[0].at_least: does not go with latency; latency goes with at_most",
        ),
        (
            FLEET + "assertions: [{rejection: VersionMissmatch, at_most: 0}]\n",
            'rejection: "VersionMissmatch" is no error code; did you mean VersionMismatch?',
        ),
        (FLEET + "assertions: [{fault: drop, at_most: 0}]\n", 'assertions[0].fault: "drop" is no fault'),
        (
            FLEET + "assertions: [{rejection: any, at_most: 1 %}]\n",
            "assertions[0].at_most: a share of rejections is no share of anything; write a count such as 3",
        ),
        (
            FLEET + "assertions: [{aborted: true, job: fw}]\njobs: [{name: fw1, document: reboot}]\n",
            'assertions[0].job: there is no job "fw"; did you mean fw1?',
        ),
        (
            FLEET + "assertions: [{status: FAILED, latency: p50, at_most: 1}]\n",
            "assertions[0]: looks at status and latency; write one of",
        ),
        (
            FLEET + "assertions: [{name: a, fault: any, at_most: 1}, {name: a, fault: any, at_most: 1}]\n",
            "assertions[1].name: is the name of assertion 1 too; give it another",
        ),
        (FLEET + "timeout: never\n", 'timeout: "never" is no length of time'),
        (FLEET + "workers: 65\n", "workers: 65 is out of range; write 64 or less"),
        (FLEET + "remove_things: maybe\n", 'remove_things: "maybe" is neither true nor false; write true or false'),
    ],
)
def test_a_mistake_is_told_with_its_place_and_mend(text: str, sentence: str) -> None:
    assert sentence in mistakes(text)


def test_all_mistakes_are_told_at_once_those_of_the_fleet_file_too(tmp_path: Path) -> None:
    (tmp_path / "fleet.yaml").write_text("groups: [{prefix: a-, cuont: 2}]\n")
    text = "fleet: fleet.yaml\njobs: [{document: none.json}]\nassertions: [{status: FAILED}]\n"
    told = mistakes(text, tmp_path).splitlines()
    assert len(told) == 4
    assert any("fleet.yaml: line 1, groups[0].cuont: is no known key; did you mean count?" in line for line in told)
    assert any("run.yaml: line 3, assertions[0]" in line for line in told)


def test_the_schema_knows_every_key() -> None:
    from simulator import run_file_model

    schema = run_file_model.schema()
    assert set(schema["properties"]) == set(run_file_model.RunFile.model_fields)
    assert schema["additionalProperties"] is False
    assert "AssertionEntry" in schema["$defs"]
