"""Topics are read as the service reads them, and written as a thing writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.jobs.topics import (
    Answer,
    NotifyTopic,
    Operation,
    ReplyTopic,
    RequestTopic,
    is_reserved_jobs_topic,
    parse_from_service,
    parse_request,
    thing_filters,
)

names = st.from_regex(r"[a-zA-Z0-9:_-]{1,128}", fullmatch=True)
job_ids = st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True)
requests = st.one_of(
    st.builds(RequestTopic, names, st.sampled_from([Operation.GET_PENDING, Operation.START_NEXT])),
    st.builds(RequestTopic, names, st.just(Operation.DESCRIBE), job_ids | st.just("$next")),
    st.builds(RequestTopic, names, st.just(Operation.UPDATE), job_ids),
)


@given(requests)
def test_a_request_topic_reads_back_as_it_was_written(request: RequestTopic) -> None:
    assert parse_request(str(request)) == request
    assert is_reserved_jobs_topic(str(request))


@given(requests, st.sampled_from(Answer))
def test_an_answer_topic_reads_back_and_is_never_a_request(request: RequestTopic, answer: Answer) -> None:
    topic = str(ReplyTopic(request, answer))
    assert parse_from_service(topic) == ReplyTopic(request, answer)
    assert parse_request(topic) is None


@pytest.mark.parametrize(
    ("topic", "operation", "job_id"),
    [
        ("$aws/things/t/jobs/get", Operation.GET_PENDING, ""),
        ("$aws/things/t/jobs/start-next", Operation.START_NEXT, ""),
        ("$aws/things/t/jobs/get/get", Operation.DESCRIBE, "get"),
        ("$aws/things/t/jobs/start-next/update", Operation.UPDATE, "start-next"),
        ("$aws/things/t/jobs/$next/get", Operation.DESCRIBE, "$next"),
        ("$aws/things/a:b_c-1/jobs/notify/update", Operation.UPDATE, "notify"),
    ],
)
def test_the_number_of_levels_tells_operations_from_job_ids(topic: str, operation: Operation, job_id: str) -> None:
    request = parse_request(topic)
    assert request is not None
    assert (request.operation, request.job_id) == (operation, job_id)


@pytest.mark.parametrize(
    "topic",
    [
        "$aws/things/t/jobs/j1/updat",
        "$aws/things/t/jobs/$next/update",
        "$aws/things/t/jobs/j1/get/accepted",
        "$aws/things/t/jobs/notify",
        "$aws/things/t/jobs",
        "$aws/things/a b/jobs/get",
        "$aws/things//jobs/get",
        f"$aws/things/{'x' * 129}/jobs/get",
        f"$aws/things/t/jobs/{'x' * 65}/get",
        "aws/things/t/jobs/get",
        "$aws/things/t/job/get",
        "",
    ],
)
def test_what_is_no_api_is_no_request(topic: str) -> None:
    assert parse_request(topic) is None


def test_notifications_are_told_apart() -> None:
    assert parse_from_service("$aws/things/t/jobs/notify") == NotifyTopic("t", is_next=False)
    assert parse_from_service("$aws/things/t/jobs/notify-next") == NotifyTopic("t", is_next=True)
    assert parse_from_service("$aws/things/t/shadow/notify") is None
    assert str(NotifyTopic("t", is_next=True)) == "$aws/things/t/jobs/notify-next"


def test_a_thing_subscribes_within_awss_eight_filters() -> None:
    assert len(thing_filters("t")) <= 8
    assert all(each.startswith("$aws/things/t/jobs/") for each in thing_filters("t"))
