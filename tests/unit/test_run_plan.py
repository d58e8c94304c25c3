"""What a run is going to do: checked, and the same for the same seed."""

from pathlib import Path

import pytest

from simulator.errors import InputError
from simulator.fleet import ThingSpec
from simulator.jobs.model import JobStatus
from simulator.run_plan import RunOptions, never_starts, plan, timeout_minutes_for
from simulator.scenario import loader
from simulator.scenario.plan import Scenario
from simulator.worker import MOST_WORKERS

SILENT = "name: silent\nsteps:\n  - {name: work, duration: {between: [10, 130]}}\nend: silence\n"
IDLE = "name: idle\nstart: none\nsteps: []\nend: silence\n"


def silent() -> Scenario:
    return loader.parse(SILENT, "silent.yaml")


def test_the_same_seed_gives_the_same_things_and_another_seed_others() -> None:
    options = RunOptions(things=50, scenario="success=5,fail=5", seed=3)
    assert plan(options).specs == plan(options).specs
    other = plan(RunOptions(things=50, scenario="success=5,fail=5", seed=4))
    assert [spec.scenario for spec in other.specs] != [spec.scenario for spec in plan(options).specs]


def test_a_thing_does_the_same_in_a_larger_fleet() -> None:
    few = plan(RunOptions(things=20, scenario="success=5,fail=5", seed=3, prefix="t-"))
    many = plan(RunOptions(things=90, scenario="success=5,fail=5", seed=3, prefix="t-"))
    assert few.specs == many.specs[:20]


def test_without_a_seed_one_is_drawn() -> None:
    assert len({plan(RunOptions()).seed for _ in range(5)}) > 1


def test_names_sort_as_they_count() -> None:
    names = plan(RunOptions(things=120, prefix="pump-")).names
    assert names == sorted(names)
    assert (names[0], names[-1]) == ("pump-001", "pump-120")


def test_a_run_without_addresses_has_an_endpoint_and_a_control_plane_of_its_own() -> None:
    local = plan(RunOptions())
    assert local.has_local_endpoint
    assert local.has_control_plane
    assert local.region is None


def test_an_address_without_a_control_plane_is_fine_as_long_as_no_job_is_made() -> None:
    foreign = plan(RunOptions(mqtt="broker:1883"))
    assert not foreign.has_local_endpoint
    assert not foreign.has_control_plane


def test_an_address_of_aws_names_its_own_region_and_control_plane() -> None:
    aws = plan(RunOptions(mqtt="mqtts://abc-ats.iot.eu-west-1.amazonaws.com:8883", job="reboot"))
    assert aws.region == "eu-west-1"
    assert aws.has_control_plane
    assert plan(RunOptions(mqtt="mqtts://abc.iot.cn-north-1.amazonaws.com.cn")).region == "cn-north-1"


def test_a_file_is_a_scenario_under_its_path(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(loader.builtin_text("fail"), encoding="utf-8")
    prepared = plan(RunOptions(things=3, scenario=str(path)))
    assert {spec.scenario for spec in prepared.specs} == {str(path)}
    assert prepared.scenarios[str(path)].possible_ends == {JobStatus.FAILED}


def test_job_ids_begin_with_the_documents_name(tmp_path: Path) -> None:
    odd = tmp_path / "neue Fräse 2.json"
    odd.write_text("{}", encoding="utf-8")
    assert plan(RunOptions(job="reboot")).jobs[0].name == "reboot"
    assert plan(RunOptions(job=str(odd))).jobs[0].name == "neueFrse2"
    assert plan(RunOptions()).jobs == ()


def test_every_mistake_is_found_before_anything_starts(tmp_path: Path) -> None:
    large = tmp_path / "large.json"
    large.write_text('{"a": "' + "x" * 32_768 + '"}', encoding="utf-8")
    with pytest.raises(InputError, match="the job document has 32,777 bytes, and AWS takes 32,768; make it shorter"):
        plan(RunOptions(job=str(large)))


# --- what would never end -------------------------------------------------------------------------------------------


def test_jobs_get_a_timeout_when_a_scenario_falls_silent_without_one() -> None:
    assert timeout_minutes_for([silent()]) == 4  # 130 s are three minutes begun, and one for the others to end in
    assert timeout_minutes_for([silent(), loader.builtin("slow-success")]) == 4
    assert timeout_minutes_for([loader.builtin("success")]) is None


def test_a_step_timeout_of_its_own_is_enough() -> None:
    assert timeout_minutes_for([loader.builtin("timeout"), loader.builtin("mix")]) is None


def test_a_silent_member_of_a_mix_counts() -> None:
    mixed = loader.parse("name: both\nmix: {success: 1, silent: 1}\n", "both.yaml", lambda _: silent())
    assert timeout_minutes_for([mixed]) == 4


def test_a_thing_that_leaves_its_execution_queued_is_not_waited_for() -> None:
    idle = loader.parse(IDLE, "idle.yaml")
    assert never_starts(idle, ThingSpec(name="a"), 1)
    assert not never_starts(loader.builtin("timeout"), ThingSpec(name="a"), 1)


def test_in_a_mix_it_is_known_who_leaves_it_queued() -> None:
    parts = {"idle": loader.parse(IDLE, "idle.yaml"), "success": loader.builtin("success")}
    mixed = loader.parse("name: both\nmix: {success: 1, idle: 1}\n", "both.yaml", parts.__getitem__)
    idlers = [never_starts(mixed, ThingSpec(name=f"t{seed}", seed=seed), 1) for seed in range(100)]
    assert 25 < sum(idlers) < 75
    assert idlers == [never_starts(mixed, ThingSpec(name=f"t{seed}", seed=seed), 1) for seed in range(100)]


def test_more_workers_than_a_fleet_takes_are_refused_before_anything_is_started() -> None:
    assert plan(RunOptions(workers=MOST_WORKERS)).options.workers == MOST_WORKERS
    with pytest.raises(InputError, match="--workers: 65 is not from 0 to 64"):
        plan(RunOptions(workers=MOST_WORKERS + 1))
