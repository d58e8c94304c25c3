"""AWS's rates for requests: two together for the data plane, one each for the operations about jobs."""

import pytest

from simulator.endpoint.http_errors import Plane, ProblemError
from simulator.endpoint.request_rates import (
    CONTROLS_PER_SECOND,
    READS_PER_SECOND,
    WRITES_PER_SECOND,
    RequestRates,
)
from simulator.jobs.topics import Operation


class Now:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_both_reads_of_the_data_plane_share_a_rate_over_mqtt_and_http() -> None:
    now = Now()
    rates = RequestRates(now)
    for _ in range(READS_PER_SECOND // 2):
        assert rates.allow(Operation.DESCRIBE)
        rates.check("GetPendingJobExecutions", Plane.DATA)
    assert not rates.allow(Operation.GET_PENDING)
    with pytest.raises(ProblemError) as caught:
        rates.check("DescribeJobExecution", Plane.DATA)
    assert (caught.value.problem.name, caught.value.problem.http_status) == ("ThrottlingException", 429)
    assert rates.allow(Operation.UPDATE)
    now.seconds += 1
    assert rates.allow(Operation.GET_PENDING)


def test_start_next_and_update_share_the_other() -> None:
    rates = RequestRates(Now())
    for _ in range(WRITES_PER_SECOND // 2):
        assert rates.allow(Operation.START_NEXT)
        rates.check("UpdateJobExecution", Plane.DATA)
    assert not rates.allow(Operation.UPDATE)
    assert rates.allow(Operation.DESCRIBE)


def test_each_operation_about_jobs_has_its_own_and_things_have_none() -> None:
    rates = RequestRates(Now())
    for _ in range(CONTROLS_PER_SECOND):
        rates.check("CreateJob", Plane.CONTROL)
    with pytest.raises(ProblemError) as caught:
        rates.check("CreateJob", Plane.CONTROL)
    assert (caught.value.problem.name, caught.value.problem.http_status) == ("ThrottlingException", 400)
    rates.check("DescribeJob", Plane.CONTROL)
    for _ in range(1000):
        rates.check("CreateThing", Plane.CONTROL)
