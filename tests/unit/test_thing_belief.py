"""Any valid scenario, with all its faults, ends every execution in a state that the service agrees with."""

import asyncio
import json
from typing import Any

from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from simulator.feed import Activity
from simulator.jobs.model import JobStatus
from simulator.jobs.stored import Execution, JobState
from simulator.scenario.problems import ScenarioError
from tests.support.scenario_strategy import documents, scenario_files
from tests.support.scenarios import scenario_of
from tests.support.stage import Stage
from tests.support.virtual_time import in_virtual_time

JOBS = ("j1", "j2")
CALM_SECONDS = 90.0  # longer than any answer, back-off or fault of these scenarios takes
LONGEST_SECONDS = 50_000.0
RESTING = {Activity.IDLE, Activity.SILENT, Activity.WAITING_FOR_STEP}

operators = st.fixed_dictionaries({}, optional={"cancel": st.floats(0, 60), "delete": st.floats(0, 60)})


class Play:
    """A stage with an operator who interferes, a service that looks at its clock, and someone who waits for rest."""

    def __init__(self, stage: Stage, interferes: dict[str, float]) -> None:
        self.stage = stage
        self.began = stage.clock.now()
        self.interferes = dict(interferes)
        self.deleted: Execution | None = None

    async def to_rest(self) -> None:
        """Let time pass until nothing changes any more; an operator ends what would never end."""
        calm, before = 0.0, None
        while calm < CALM_SECONDS:
            await asyncio.sleep(1.0)
            assert self.stage.clock.now() - self.began < LONGEST_SECONDS, "the thing does not come to rest"
            self.look()
            now = self.state()
            calm = calm + 1.0 if now == before and self.stage.shown.activity in RESTING else 0.0
            before = now

    def state(self) -> tuple[object, ...]:
        stored = [(each.key, each.version_number) for each in self.stage.service.book.executions()]
        return (*stored, self.stage.shown.activity, self.stage.shown.messages)

    def look(self) -> None:
        """Time out what is due, and do what the operator has planned."""
        service, passed = self.stage.service, self.stage.clock.now() - self.began
        for execution in list(service.book.executions()):
            if execution.deadline is not None and execution.deadline <= self.stage.clock.epoch():
                service.expire("t", execution.job_id)
        if passed >= self.interferes.get("cancel", passed + 1):
            del self.interferes["cancel"]
            if service.book.jobs["j1"].status is JobState.IN_PROGRESS:
                service.cancel("j1")
        if passed >= self.interferes.get("delete", passed + 1):
            del self.interferes["delete"]
            self.deleted = service.execution("t", "j2")
            service.delete("j2")

    def agreed(self) -> None:
        """Hold what the thing believed of each execution, at last, against what is stored."""
        detail = self.stage.thing.detail()
        believed = {node.job_id: (node.status, node.version) for node in detail.timeline}
        for job_id, (status, version) in believed.items():
            stored = self.stage.service.book.find("t", job_id)
            if stored is None:
                assert self.deleted is not None
                stored = self.deleted  # one that had ended stays believed as it was: nobody tells of a deletion
                assert status is JobStatus.REMOVED or (status, version) == (stored.status, stored.version_number)
                assert status.is_terminal
            else:
                assert (status, version) == (stored.status, stored.version_number), (job_id, detail.messages)
        shown = self.stage.shown
        newest = self.stage.service.book.find("t", shown.job_id)
        if newest is not None:
            stored = newest
            assert self.stage.thing._jobs.status_details == stored.status_details
        totals: dict[str, int] = {}
        for each in detail.faults:
            for name, times in each.faults.items():
                totals[name] = totals.get(name, 0) + times
        assert totals == shown.faults


async def play(values: dict[str, Any], document: dict[str, Any], seed: int, interferes: dict[str, float]) -> None:
    stage = Stage("name: nothing\nend: SUCCEEDED", seed=seed, log_entries=2000)
    stage.thing.assign(scenario_of(values))
    async with stage.running():
        for job_id in JOBS:
            stage.service.create_job(job_id, "t", document=json.dumps(document), timeout_minutes=60)
        acting = Play(stage, interferes)
        await acting.to_rest()
        for _ in JOBS:
            acting.agreed()
            if stage.thing._jobs.is_working:  # silent, hanging, or waiting for an operator
                stage.thing.force(JobStatus.FAILED, "enough")
                await acting.to_rest()
        acting.agreed()
        for execution in stage.service.book.executions():
            assert execution.status.is_terminal or values.get("start") == "none"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values=scenario_files(most_seconds=20), document=documents, seed=st.integers(0, 99), interferes=operators)
def test_any_valid_scenario_ends_every_execution_in_a_state_the_service_agrees_with(
    values: dict[str, Any], document: dict[str, Any], seed: int, interferes: dict[str, float]
) -> None:
    try:
        scenario_of(values)
    except ScenarioError:
        reject()  # whether all that is made up is valid is for the tests of the language to see
    in_virtual_time(play)(values, document, seed, interferes)
