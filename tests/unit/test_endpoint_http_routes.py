"""Which operation a request means, who may ask, and how lists are cut: without a socket."""

from types import SimpleNamespace

import pytest

from simulator.endpoint.http_api import ROUTES
from simulator.endpoint.http_call import Call
from simulator.endpoint.http_errors import Plane, ProblemError, of_reply
from simulator.endpoint.http_guard import host_name, refusal
from simulator.endpoint.http_paging import Order, Paging
from simulator.endpoint.http_routes import Router, plane_asked
from simulator.jobs.control import ControlError
from simulator.jobs.model import ErrorCode, ErrorResponse

ALL = ROUTES
ROUTER = Router(ALL)
SCOPE = "AKID/20260101/us-east-1/{}/aws4_request"


def asked(**query: str) -> Call:
    return Call(service=SimpleNamespace(), mqtt_address=str, host="localhost", path={}, query=query)  # type: ignore[arg-type]


# --- routes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ALL, ids=lambda route: f"{route.plane}-{route.operation}")
def test_every_operation_is_found_at_its_own_path(route):
    path = route.path.replace("{executionNumber}", "1").replace("{", "").replace("}", "")
    found, members = ROUTER.find(route.method, path, route.plane)
    assert found is route
    assert set(members) == {part[1:-1] for part in route.path.split("/") if part.startswith("{")}


@pytest.mark.parametrize(
    ("method", "path", "plane", "operation", "members"),
    [
        ("GET", "/things/a%3Ab/jobs", None, "GetPendingJobExecutions", {"thingName": "a:b"}),
        ("GET", "/things/t/jobs", Plane.CONTROL, "ListJobExecutionsForThing", {"thingName": "t"}),
        ("GET", "/things/t/jobs/%24next", None, "DescribeJobExecution", {"thingName": "t", "jobId": "$next"}),
        ("PUT", "/things/t/jobs/%24next", None, "StartNextPendingJobExecution", {"thingName": "t"}),
        ("PUT", "/things/t/jobs/cancel/cancel", None, "CancelJobExecution", {"thingName": "t", "jobId": "cancel"}),
        ("GET", "/things/jobs/jobs/", None, "GetPendingJobExecutions", {"thingName": "jobs"}),
        ("PUT", "/thing-groups/addThingToThingGroup", None, "AddThingToThingGroup", {}),
        (
            "GET",
            "/thing-groups/addThingToThingGroup",
            None,
            "DescribeThingGroup",
            {"thingGroupName": "addThingToThingGroup"},
        ),
        ("GET", "/jobs", None, "ListJobs", {}),
    ],
)
def test_a_path_means_what_the_service_model_says(method, path, plane, operation, members):
    route, found = ROUTER.find(method, path, plane)
    assert route.operation == operation
    assert found == members


@pytest.mark.parametrize(
    ("method", "path", "plane", "name"),
    [
        ("GET", "/", None, "NotImplementedException"),
        ("PUT", "/things/t/jobs/j1", None, "NotImplementedException"),
        ("GET", "/jobs", Plane.DATA, "UnknownOperationException"),
        ("POST", "/things/t/jobs/j1", Plane.CONTROL, "NotImplementedException"),
        ("get", "/jobs", None, "NotImplementedException"),
        ("GET", "/a" * 500, None, "NotImplementedException"),
        ("GET", "/things/%fe", None, "InvalidRequestException"),
    ],
)
def test_a_path_that_means_nothing_says_so(method, path, plane, name):
    with pytest.raises(ProblemError) as error:
        ROUTER.find(method, path, plane)
    assert error.value.problem.name == name
    assert len(error.value.problem.message) < 400


@pytest.mark.parametrize(
    ("authorization", "query", "host", "plane"),
    [
        (f"AWS4-HMAC-SHA256 Credential={SCOPE.format('iot')}, SignedHeaders=host", {}, "localhost", Plane.CONTROL),
        (f"AWS4-HMAC-SHA256 Credential={SCOPE.format('iot-jobs-data')},SignedHeaders=x", {}, "iot.x", Plane.DATA),
        ("", {"X-Amz-Credential": SCOPE.format("iot")}, "localhost", Plane.CONTROL),
        ("", {}, "data.jobs.iot.eu-west-1.amazonaws.com", Plane.DATA),
        ("", {}, "abc123.jobs.iot.localhost:8000", Plane.DATA),
        ("", {}, "jobs.iot.localhost", Plane.DATA),
        ("", {}, "iot.localhost:8000", Plane.CONTROL),
        ("", {}, "localhost:8000", None),
        ("Bearer abc", {}, "127.0.0.1", None),
        ("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host", {}, "127.0.0.1", None),
        ("AWS4-HMAC-SHA256 Credential=", {"X-Amz-Credential": "////"}, "", None),
    ],
)
def test_the_signature_decides_the_plane_and_then_the_host(authorization, query, host, plane):
    assert plane_asked(authorization, query, host) is plane


def test_a_signature_for_another_service_is_refused_by_its_name():
    with pytest.raises(ProblemError, match="iotdata"):
        plane_asked(f"AWS4-HMAC-SHA256 Credential={SCOPE.format('iotdata')}", {}, "localhost")


# --- who may ask ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "is_allowed"),
    [
        ({"Host": "localhost:8000"}, True),
        ({"Host": "pump.localhost"}, True),
        ({"Host": "127.9.9.9:1"}, True),
        ({"Host": "[::1]:8000"}, True),
        ({"Host": "192.0.2.7:8000"}, True),  # where the connection came in
        ({"Host": "192.0.2.8:8000"}, False),
        ({"Host": "named:8000"}, True),
        ({"Host": "notnamed"}, False),
        ({"Host": "localhost.example"}, False),
        ({"Host": "examplelocalhost"}, False),
        ({}, False),
        ({"Host": "localhost:\udc87"}, False),
        ({"Host": "localhost:80:80"}, False),
        ({"Host": "localhost:x"}, False),
        ({"Host": "localhost, localhost"}, False),
        ({"Host": "[::1"}, False),
        ({"Host": "localhost:8000", "Origin": "http://localhost:8000"}, True),
        ({"Host": "localhost:8000", "Origin": "http://localhost:8001"}, False),
        ({"Host": "localhost:8000", "Origin": "http://localhost:8000.example"}, False),
        ({"Host": "localhost:8000", "Origin": "null"}, False),
        ({"Host": "localhost", "Sec-Fetch-Site": "Same-Origin"}, True),
        ({"Host": "localhost", "Sec-Fetch-Site": "none"}, True),
        ({"Host": "localhost", "Sec-Fetch-Site": "cross-site"}, False),
    ],
    ids=str,
)
def test_only_who_names_us_by_our_own_names_may_ask(headers, is_allowed):
    reason = refusal(headers, "192.0.2.7", {"named"})
    assert (reason is None) is is_allowed


def test_an_address_with_a_zone_is_compared_without_it():
    assert refusal({"Host": "[fe80::1]:8000"}, "fe80::1%eth0", ()) is None
    assert refusal({"Host": "[fe80::2]:8000"}, "fe80::1%eth0", ()) is not None
    assert host_name("[fe80::1]:8000") == "fe80::1"


# --- members --------------------------------------------------------------------------------------------------------


def test_flags_and_numbers_are_read_from_the_query():
    call = asked(force="true", recursive="FALSE", n="-7", empty="")
    assert (call.flag("force"), call.flag("recursive", default=True)) == (True, False)
    assert (call.flag("absent"), call.flag("absent", default=True), call.flag("empty")) == (False, True, False)
    assert (call.number("n"), call.number("absent"), call.number("empty")) == (-7, None, None)
    for text in ("1", "yes"):
        with pytest.raises(ControlError, match="force must be true or false"):
            asked(force=text).flag("force")
    for text in ("1.0", "x", "--1", "٣", " 1", "9" * 30):
        with pytest.raises(ControlError, match="n must be a whole number"):
            asked(n=text).number("n")


# --- errors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_of_the_data_plane_has_a_name_and_a_status_over_http(code):
    problem = of_reply(ErrorResponse(code=code, message="why"))
    assert problem.name.endswith("Exception")
    assert 400 <= problem.http_status < 600
    assert problem.body == b'{"message":"why"}'


def test_a_message_that_quotes_what_is_no_utf_8_can_be_sent():
    assert (
        of_reply(ErrorResponse(code="InvalidRequest", message="\udc87 ü")).body == '{"message":"\\\\udc87 ü"}'.encode()
    )


# --- pages ----------------------------------------------------------------------------------------------------------

ORDER: Order[int] = Order(lambda number: (number,), (int,))


def pages(items: list[int], size: int) -> list[list[int]]:
    cut, token = [], ""
    while True:
        paging = Paging(asked(maxResults=str(size), nextToken=token), "numbers", ORDER)
        page, next_token = paging.page(items)
        cut.append(page)
        if next_token is None:
            return cut
        assert next_token != token
        token = next_token


@pytest.mark.parametrize(
    ("items", "cut"),
    [
        ([], [[]]),
        ([3, 1], [[1, 3]]),
        ([3, 1, 2], [[1, 2], [3]]),
        ([4, 3, 1, 2], [[1, 2], [3, 4]]),
    ],
)
def test_pages_hold_everything_once_and_the_last_has_no_token(items, cut):
    assert pages(items, 2) == cut


def test_a_page_begins_after_the_key_where_the_last_ended():
    _, token = Paging(asked(maxResults="2"), "numbers", ORDER).page([1, 2, 3, 4])
    page, _ = Paging(asked(nextToken=str(token)), "numbers", ORDER).page([0, 1, 4, 5])
    assert page == [4, 5]


@pytest.mark.parametrize("token", ["x", "é", "bnVsbA==", "WyJudW1iZXJzIixbIngiXV0=", "W1tbW1tbW1s=", "AAAA"])
def test_a_made_up_token_is_refused(token):
    with pytest.raises(ControlError, match="nextToken"):
        Paging(asked(nextToken=token), "numbers", ORDER)


def test_a_token_of_another_list_is_refused():
    _, token = Paging(asked(maxResults="1"), "numbers", ORDER).page([1, 2])
    with pytest.raises(ControlError, match="nextToken"):
        Paging(asked(nextToken=str(token)), "others", ORDER)


@pytest.mark.parametrize("size", ["0", "251", "-1", "ten"])
def test_a_page_size_out_of_range_is_refused(size):
    with pytest.raises(ControlError, match="maxResults"):
        Paging(asked(maxResults=size), "numbers", ORDER)
