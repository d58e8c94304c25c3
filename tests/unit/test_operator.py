"""The operator against a small control plane: what it asks, what it makes of the answers, how it tells of refusals."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from simulator.errors import InputError, UnreachableError
from simulator.jobs.model import JobStatus
from simulator.operator import Operator, new_job_id
from simulator.operator_client import RefusedError, is_aws
from tests.support.control_plane import ARN, ControlPlane, control_plane, execution

DOCUMENT = json.dumps({"operation": "reboot"})


@pytest.fixture(scope="module")
def plane_of_module() -> Iterator[ControlPlane]:
    with control_plane() as served:
        yield served


@pytest.fixture
def plane(plane_of_module: ControlPlane) -> ControlPlane:
    for held in ("things", "taken", "groups", "jobs", "executions", "faults", "asked"):
        getattr(plane_of_module, held).clear()
    return plane_of_module


@pytest.fixture
async def operator(plane: ControlPlane) -> AsyncIterator[Operator]:
    async with Operator(plane.url) as made:
        yield made


async def test_things_are_registered_and_progress_ends_at_their_number(plane: ControlPlane, operator: Operator) -> None:
    names = [f"pump-{number}" for number in range(40)]
    told: list[tuple[int, int]] = []
    await operator.create_things(names, lambda done, of: told.append((done, of)))
    assert sorted(plane.things) == sorted(names)
    assert told[-1] == (40, 40)
    assert told == sorted(told)


async def test_a_thing_that_exists_with_other_attributes_is_fine(plane: ControlPlane, operator: Operator) -> None:
    plane.taken.add("pump-1")
    await operator.create_things(["pump-1"])
    await operator.create_job("j1", ["pump-1"], DOCUMENT)
    assert plane.jobs["j1"]["targets"] == [f"{ARN}:thing/pump-1"]


async def test_nothing_to_register_asks_nothing(plane: ControlPlane, operator: Operator) -> None:
    await operator.create_things([])
    assert plane.asked == []


async def test_up_to_a_hundred_things_are_targets_themselves(plane: ControlPlane, operator: Operator) -> None:
    names = [f"t{number}" for number in range(100)]
    await operator.create_things(names)
    made = await operator.create_job("j1", names, DOCUMENT, in_progress_timeout_minutes=1, description="the first")
    assert made.job_id == "j1"
    assert made.group_name == ""
    assert plane.jobs["j1"] == {
        "targets": [f"{ARN}:thing/{name}" for name in names],
        "document": DOCUMENT,
        "timeoutConfig": {"inProgressTimeoutInMinutes": 1},
        "description": "the first",
    }


async def test_more_than_a_hundred_things_become_a_group(plane: ControlPlane, operator: Operator) -> None:
    names = [f"t{number}" for number in range(101)]
    await operator.create_things(names)
    made = await operator.create_job("j1", names, DOCUMENT)
    assert made.group_name == "j1-things"
    assert plane.jobs["j1"]["targets"] == [f"{ARN}:thinggroup/j1-things"]
    assert sorted(plane.groups["j1-things"]) == sorted(names)


async def test_things_join_a_group_that_is_made_if_it_is_not_there(plane: ControlPlane, operator: Operator) -> None:
    await operator.join_group("north", ["t1", "t2"])
    plane.faults.append((409, "ResourceAlreadyExistsException", "it has other attributes"))
    await operator.join_group("north", ["t3"])
    assert {name: sorted(members) for name, members in plane.groups.items()} == {"north": ["t1", "t2", "t3"]}


async def test_the_next_job_for_the_same_things_uses_their_group_again(plane: ControlPlane, operator: Operator) -> None:
    names = [f"t{number}" for number in range(101)]
    await operator.create_job("j1", names, DOCUMENT)
    plane.asked.clear()
    told: list[tuple[int, int]] = []
    made = await operator.create_job("j2", list(reversed(names)), DOCUMENT, on_progress=lambda *far: told.append(far))
    assert made.group_name == "j1-things"
    assert plane.jobs["j2"]["targets"] == [f"{ARN}:thinggroup/j1-things"]
    assert plane.asked == ["GET /thing-groups/j1-things/things?maxResults=250", "PUT /jobs/j2"]
    assert told == []
    other = await operator.create_job("j3", [*names, "one-more"], DOCUMENT)
    assert other.group_name == "j3-things"


@pytest.mark.parametrize("change", [lambda groups: groups["j1-things"].pop(), lambda groups: groups.clear()])
async def test_a_group_that_somebody_changed_is_not_used_again(
    plane: ControlPlane, operator: Operator, change: Callable[[dict[str, list[str]]], object]
) -> None:
    names = [f"t{number}" for number in range(101)]
    await operator.create_job("j1", names, DOCUMENT)
    change(plane.groups)
    made = await operator.create_job("j2", names, DOCUMENT)
    assert made.group_name == "j2-things"
    assert sorted(plane.groups["j2-things"]) == sorted(names)


async def test_a_target_it_did_not_register_is_looked_up_and_an_arn_is_not(
    plane: ControlPlane, operator: Operator
) -> None:
    plane.things["old"] = f"{ARN}:thing/old"
    await operator.create_job("j1", ["old", f"{ARN}:thinggroup/g"], DOCUMENT)
    assert plane.jobs["j1"]["targets"] == [f"{ARN}:thing/old", f"{ARN}:thinggroup/g"]
    assert plane.asked == ["GET /things/old", "PUT /jobs/j1"]


async def test_a_bad_document_is_not_sent(plane: ControlPlane, operator: Operator) -> None:
    with pytest.raises(InputError, match="job j1: the job document is JSON, but no object; write"):
        await operator.create_job("j1", ["t"], "[]")
    assert plane.asked == []


async def test_a_job_is_described_with_its_counters(plane: ControlPlane, operator: Operator) -> None:
    plane.jobs["j1"] = {"targets": [f"{ARN}:thing/a"]}
    plane.executions["j1"] = [execution("a", "SUCCEEDED"), execution("b", "QUEUED"), execution("c", "TIMED_OUT")]
    view = await operator.describe_job("j1")
    assert (view.executions, view.ended) == (3, 2)
    assert {status: count for status, count in view.counters.items() if count} == {
        JobStatus.SUCCEEDED: 1,
        JobStatus.QUEUED: 1,
        JobStatus.TIMED_OUT: 1,
    }
    assert view.created_at == 1_750_000_000.25
    assert [job.job_id for job in await operator.list_jobs()] == ["j1"]


async def test_all_pages_of_executions_are_read(plane: ControlPlane, operator: Operator) -> None:
    plane.executions["j1"] = [execution(f"t{number}", "FAILED", number=2) for number in range(600)]
    found = await operator.executions("j1")
    assert [view.thing_name for view in found] == [f"t{number}" for number in range(600)]
    assert found[0].status is JobStatus.FAILED
    assert found[0].execution_number == 2
    assert found[0].queued_at == 1_750_000_000.5
    assert found[0].started_at is None
    assert len(plane.asked) == 3


async def test_version_numbers_are_asked_one_by_one(plane: ControlPlane, operator: Operator) -> None:
    plane.executions["j1"] = [execution("aa", "FAILED"), execution("bbb", "FAILED")]
    versions = await operator.version_numbers(await operator.executions("j1"))
    assert versions == {("aa", "j1", 1): 2, ("bbb", "j1", 1): 3}


async def test_force_goes_into_the_query(plane: ControlPlane, operator: Operator) -> None:
    await operator.cancel_job("j1", force=True)
    await operator.delete_job("j1")
    assert plane.asked == ["PUT /jobs/j1/cancel?force=true", "DELETE /jobs/j1?force=false"]


async def test_a_refusal_is_a_sentence_with_the_words_of_aws(plane: ControlPlane, operator: Operator) -> None:
    plane.faults.append((409, "ResourceAlreadyExistsException", "Job j1 already exists."))
    with pytest.raises(InputError) as caught:
        await operator.create_job("j1", [f"{ARN}:thing/a"], DOCUMENT)
    assert str(caught.value) == "CreateJob: Job j1 already exists (ResourceAlreadyExistsException)"


async def test_an_unknown_thing_is_named(operator: Operator) -> None:
    with pytest.raises(InputError, match=r"DescribeThing: Thing nobody cannot be found \(ResourceNotFoundException\)"):
        await operator.create_job("j1", ["nobody"], DOCUMENT)


async def test_a_limit_is_no_mistake_of_the_caller(plane: ControlPlane, operator: Operator) -> None:
    plane.faults.extend([(410, "LimitExceededException", "Too many jobs.")] * 2)  # botocore asks twice
    with pytest.raises(
        RefusedError, match=r"DeleteJob was refused: Too many jobs \(LimitExceededException\)"
    ) as caught:
        await operator.delete_job("j1")
    assert caught.value.code == "LimitExceededException"


async def test_what_aws_cannot_be_asked_is_refused_before_it_is_sent(plane: ControlPlane, operator: Operator) -> None:
    with pytest.raises(InputError, match="Invalid length for parameter jobId"):
        await operator.describe_job("")
    assert plane.asked == []


async def test_a_closed_port_is_told_as_unreachable(unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}"
    async with Operator(url) as operator:
        with pytest.raises(UnreachableError, match=f"{url} cannot be reached: connection refused; check the address"):
            await operator.list_jobs()


async def test_an_address_that_is_no_url_is_bad_input() -> None:
    async with Operator("not a url") as operator:
        with pytest.raises(InputError, match="--http: not a url is not a URL; write http://HOST:PORT"):
            await operator.list_jobs()


async def test_the_machines_aws_settings_are_not_asked(plane: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "a-profile-that-does-not-exist")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with Operator(plane.url) as operator:
        await operator.create_things(["pump-1"])
    assert list(plane.things) == ["pump-1"]


async def test_aws_without_credentials_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "a-profile-that-does-not-exist")
    async with Operator(None) as operator:
        with pytest.raises(
            InputError, match=r"AWS credentials: The config profile .* could not be found; run `aws configure`"
        ):
            await operator.list_jobs()


async def test_closing_leaves_no_thread(plane: ControlPlane) -> None:
    async with Operator(plane.url) as operator:
        await asyncio.gather(*(operator.list_jobs() for _ in range(8)))
        assert any(thread.name.startswith("operator") for thread in threading.enumerate())
    assert not any(thread.name.startswith("operator") for thread in threading.enumerate())


@pytest.mark.parametrize(
    "url", [None, "https://iot.eu-west-1.amazonaws.com", "https://iot.cn-north-1.amazonaws.com.cn"]
)
def test_aws_is_known_by_its_name(url: str | None) -> None:
    assert is_aws(url)
    assert not is_aws("http://127.0.0.1:8000")
    assert not is_aws("http://amazonaws.com.example.org")


def test_job_ids_differ_and_fit() -> None:
    ids = {new_job_id("firmware" * 20) for _ in range(100)}
    assert len(ids) == 100
    assert all(len(job_id) == 64 for job_id in ids)
