"""Every member of every request with a limit in AWS's own service model is checked here, and the refusal names it.

The cases are written by the models that come with botocore: each pattern, length, range, choice, type and required
member of each operation that this endpoint has is broken once, everything else being right.
"""

import contextlib
import functools
import inspect
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.serialize import create_serializer

from simulator.endpoint import arns, http_api, http_errors
from simulator.endpoint.http_errors import Plane
from simulator.jobs import control_errors
from simulator.jobs.model import ErrorCode, ErrorResponse
from tests.support.http_endpoint import HttpEndpoint, http_endpoint

DOCUMENT = '{"operation": "x"}'
NAMED: dict[str, Any] = {
    "thingName": "t",
    "jobId": "j",
    "jobTemplateId": "template",
    "thingGroupName": "g",
    "thingTypeName": "pump",
    "templateName": "AWS-Reboot",
    "executionNumber": 1,
}
VALID: dict[str, dict[str, Any]] = {
    "CreateJob": {"jobId": "new", "targets": [arns.thing_arn("t")], "document": DOCUMENT},
    "AssociateTargetsWithJob": {"targets": [arns.group_arn("g")]},
    "CreateJobTemplate": {"jobTemplateId": "new", "description": "x", "document": DOCUMENT},
    "UpdateThingGroup": {"thingGroupProperties": {}},
    "CreateDynamicThingGroup": {"queryString": "x"},
    "TagResource": {"resourceArn": arns.job_arn("j"), "tags": [{"Key": "a"}]},
    "UntagResource": {"resourceArn": arns.job_arn("j"), "tagKeys": ["a"]},
    "ListTagsForResource": {"resourceArn": arns.job_arn("j")},
    "UpdateJobExecution": {"status": "IN_PROGRESS"},
    "AddThingToThingGroup": {"thingName": "t", "thingGroupName": "g"},
    "RemoveThingFromThingGroup": {"thingName": "t", "thingGroupName": "g"},
    "UpdateThingGroupsForThing": {"thingName": "t"},
}
INSIDE: dict[str, Any] = {  # what makes the other members of a structure right
    "ExponentialRolloutRate": {
        "baseRatePerMinute": 5,
        "incrementFactor": 2.0,
        "rateIncreaseCriteria": {"numberOfNotifiedThings": 5},
    },
    "AbortCriteria": {
        "failureType": "ALL",
        "action": "CANCEL",
        "thresholdPercentage": 5.0,
        "minNumberOfExecutedThings": 5,
    },
    "RetryCriteria": {"failureType": "ALL", "numberOfRetries": 1},
    "MaintenanceWindow": {"startTime": "cron(0 3 * * ? *)", "durationInMinutes": 5},
    "Tag": {"Key": "a"},
    "SchedulingConfig": {"endTime": "2025-07-15 03:00"},
    "TagList": {},
}
FREE: dict[str, str] = {  # operation and member, and why it is taken whatever it is
    "DescribeEndpoint.endpointType": "only its value counts",
    "CreateThing.billingGroupName": "not offered here; named in its refusal",
}
NOT_IN_THE_REFERENCE = {"mqtt5Configuration"}  # of thing types: newer, and nothing of jobs
_CLASSES = {
    r"[^\p{C}]+": r"[^\x00-\x1f]+",
    r"[\p{Upper}\p{Digit}_]+": r"[A-Z0-9_]+",
    r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$": r"[\w .:/=+\-@]*",
    r"[\p{Graph}\x20]*": r"[^\x00-\x1f]*",
}
ROUTES = {(route.plane, route.operation): route for route in http_api.ROUTES}


class Case(NamedTuple):
    """One request with one thing wrong with it."""

    plane: Plane
    operation: str
    params: dict[str, Any]
    member: str
    what: str


@functools.cache
def service_of(plane: Plane) -> ServiceModel:
    return botocore.session.get_session().get_service_model(plane.value)


@functools.cache
def model_of(plane: Plane, operation: str) -> OperationModel:
    return service_of(plane).operation_model(operation)


def valid_params(operation: OperationModel) -> dict[str, Any]:
    shape = operation.input_shape
    if shape is None:
        return {}
    uri = {name: NAMED[name] for name, each in shape.members.items() if each.serialization.get("location") == "uri"}
    return {**uri, **VALID.get(operation.name, {})}


def broken(shape: Shape, where: str) -> Iterator[tuple[Any, str]]:
    """Return values that a member may not have, and what is wrong with each."""
    limits = shape.metadata
    if "enum" in limits:
        yield "NOPE", "no such choice"
    elif shape.type_name == "string":
        pattern = limits.get("pattern")
        if pattern is not None and pattern != r"[\s\S]*":
            expected = re.compile(_CLASSES.get(pattern, pattern))
            yield next(text for text in ("a b", "é\x01", "a\nb") if not expected.fullmatch(text)), "pattern"
        if "max" in limits:
            letter = "A" if where.endswith("reasonCode") else "a"
            start = "arn:" if (pattern or "").startswith("^arn") else ""
            yield start + letter * (limits["max"] + 1 - len(start)), "too long"
        if limits.get("min", 0) >= 1 and shape.serialization.get("location") is None:
            yield "", "too short"
        if shape.serialization.get("location") is None:
            yield 5, "no text"
    elif shape.type_name in ("integer", "long", "double"):
        if "min" in limits:
            yield limits["min"] - 1, "too small"
        if "max" in limits:
            yield limits["max"] + 1, "too large"
        yield "x", "no number"
    elif shape.type_name == "boolean":
        yield "maybe", "no boolean"
    elif isinstance(shape, ListShape):
        if limits.get("min", 0) >= 1:
            yield [], "too few"
        if "max" in limits:
            yield [INSIDE[shape.member.name]] * (limits["max"] + 1), "too many"
        yield "x", "no list"
    elif isinstance(shape, MapShape):
        yield ["x"], "no map"


def walk(shape: Shape, name: str, required: bool) -> Iterator[tuple[Any, str, str]]:
    """Return values for a member that are wrong somewhere inside: value, name of the wrong member, what is wrong."""
    for value, what in broken(shape, name):
        yield value, name, what
    if isinstance(shape, StructureShape):
        base = INSIDE.get(shape.name, {})
        for inner, inner_shape in shape.members.items():
            if inner in NOT_IN_THE_REFERENCE:
                continue
            for value, member, what in walk(inner_shape, inner, inner in shape.required_members):
                yield {**base, inner: value}, member, what
            if inner in shape.required_members:
                yield {key: value for key, value in base.items() if key != inner}, inner, "missing"
    elif isinstance(shape, ListShape):
        for value, member, what in walk(shape.member, name, True):
            yield [value], member, what
    elif isinstance(shape, MapShape) and shape.value.type_name == "string":
        for key, what in broken(shape.key, name):
            if isinstance(key, str) and key:
                yield {key: "x"}, name, f"key {what}"
        for value, what in broken(shape.value, name):
            yield {"a": value}, name, f"value {what}"


def at_limits(shape: Shape, where: str) -> Iterator[Any]:
    """Return values that a member may just have: choices, the shortest and longest, the smallest and largest."""
    limits = shape.metadata
    if "enum" in limits:
        yield from limits["enum"]
    elif shape.type_name == "string":
        letter = "A" if where.endswith("reasonCode") else "a"
        start = "arn:" if limits.get("pattern", "").startswith("^arn") else ""
        for length in {limits.get("min", 0), limits.get("max", 0)}:
            if length > len(start):
                yield start + letter * (length - len(start))
    elif shape.type_name in ("integer", "long", "double"):
        yield from (limits[name] for name in ("min", "max") if name in limits)
    elif shape.type_name == "boolean":
        yield from (True, False)
    elif isinstance(shape, StructureShape):
        for inner, inner_shape in shape.members.items():
            if inner not in NOT_IN_THE_REFERENCE:
                for value in at_limits(inner_shape, inner):
                    yield {**INSIDE.get(shape.name, {}), inner: value}
    elif isinstance(shape, ListShape):
        for value in at_limits(shape.member, where):
            yield [value]
    elif isinstance(shape, MapShape) and shape.value.type_name == "string":
        for key in at_limits(shape.key, where):
            yield {key: "x"}
        for value in at_limits(shape.value, where):
            yield {"a": value}


def cases() -> Iterator[Any]:
    for plane, name in ROUTES:
        operation = model_of(plane, name)
        shape = operation.input_shape
        for member, member_shape in {} if shape is None else shape.members.items():
            if f"{name}.{member}" in FREE:
                continue
            for value, inner, what in walk(member_shape, member, member in shape.required_members):
                params = {**valid_params(operation), member: value}
                case = Case(plane, name, params, inner, what)
                yield pytest.param(case, id=f"{plane}-{name}-{member}-{inner}-{what}".replace(" ", "_"))
            if member in shape.required_members and member_shape.serialization.get("location") != "uri":
                params = {key: value for key, value in valid_params(operation).items() if key != member}
                yield pytest.param(Case(plane, name, params, member, "missing"), id=f"{plane}-{name}-{member}-missing")


@contextlib.contextmanager
def prepared() -> Iterator[HttpEndpoint]:
    """An endpoint that has what NAMED names."""
    with http_endpoint() as endpoint:
        endpoint.iot.create_thing_group(thingGroupName="g")
        endpoint.iot.create_thing_type(thingTypeName="pump")
        endpoint.iot.create_job_template(jobTemplateId="template", description="x", document=DOCUMENT)
        endpoint.add_job("j", "t", targetSelection="CONTINUOUS")
        yield endpoint


@pytest.fixture(scope="module")
def endpoint() -> Iterator[HttpEndpoint]:
    with prepared() as endpoint:
        yield endpoint


REFUSED_AT_A_LIMIT = {  # for another reason than a limit: operation and member, and words of the refusal
    "CreateJob.targets": "targets: 'a",
    "CreateJob.document": "must be valid JSON",
    "CreateJob.documentSource": "Only one of",
    "CreateJob.jobTemplateArn": "is not the ARN",
    "CreateJob.documentParameters": "only with a managed template",
    "AssociateTargetsWithJob.targets": "targets: 'a",
    "UpdateJob.jobExecutionsRetryConfig": "can only be set to 0",
    "UpdateJobExecution.status": "cannot be set by a thing",
    "DescribeEndpoint.endpointType": "must be iot:Data-ATS",
    "ListThings.attributeValue": "needs attributeName",
    "CreateThing.billingGroupName": "is not offered",
    "CreateJobTemplate.document": "must be valid JSON",
    "CreateJobTemplate.documentSource": "One of document",
}


def test_what_is_at_a_limit_is_not_refused_for_it() -> None:
    """What a path names is left as it is: limits of names are those of the registry's own tests."""
    asked = 0
    for plane, name in ROUTES:
        operation = model_of(plane, name)
        members = {} if operation.input_shape is None else operation.input_shape.members
        tried = [
            Case(plane, name, {**valid_params(operation), member: value}, member, "")
            for member, shape in members.items()
            if shape.serialization.get("location") != "uri"
            for value in at_limits(shape, member)
        ]
        if not tried or name == "CreateDynamicThingGroup":  # refused whatever it says
            continue
        for cases_of_one in [[case] for case in tried] if name.startswith(("Cancel", "Delete")) else [tried]:
            with prepared() as endpoint:
                for case in cases_of_one:
                    status, error, message = send(endpoint, case)
                    known = REFUSED_AT_A_LIMIT.get(f"{name}.{case.member}", "\0")
                    assert error != "InvalidRequestException" or known in message, f"{name}.{case.member}: {message}"
                    assert status in (200, 400, 404, 409), message
        asked += len(tried)
    assert asked > 200


def test_every_error_has_the_name_and_the_status_of_the_model() -> None:
    modelled = {
        (plane, error.name, error.metadata["error"]["httpStatusCode"])
        for plane, name in ROUTES
        for error in model_of(plane, name).error_shapes
    }
    for make in vars(control_errors).values():
        if inspect.isfunction(make) and make.__module__ == control_errors.__name__:
            error = make("what")
            assert (Plane.CONTROL, error.name, error.http_status) in modelled
    for code in ErrorCode:
        problem = http_errors.of_reply(ErrorResponse(code=code, message="what", timestamp=1))
        assert (Plane.DATA, problem.name, problem.http_status) in modelled


def send(endpoint: HttpEndpoint, case: Case) -> tuple[int, str, str]:
    """Send a request as botocore would if it checked nothing; return status, error and message."""
    operation = model_of(case.plane, case.operation)
    shape = operation.input_shape
    assert shape is not None or not case.params
    path, query, body = operation.http["requestUri"], {}, {}
    for name, value in case.params.items():
        serialization = shape.members[name].serialization
        match serialization.get("location"):
            case "uri":
                path = path.replace(f"{{{serialization.get('name', name)}}}", quote(str(value), safe=""))
            case "querystring":
                text = str(value).lower() if isinstance(value, bool) else value
                query[serialization.get("name", name)] = text
            case _:
                body[serialization.get("name", name)] = value
    url = path + (f"?{urlencode(query)}" if query else "")
    data = json.dumps(body).encode() if body else b""
    status, headers, answer = endpoint.ask(operation.http["method"], url, data, service=case.plane.value)
    message = json.loads(answer).get("message", "") if answer else ""
    return status, headers.get("x-amzn-errortype", ""), message


@pytest.mark.parametrize("case", list(cases()))
def test_what_breaks_a_limit_is_refused_naming_the_member(endpoint: HttpEndpoint, case: Case) -> None:
    status, error, message = send(endpoint, case)
    assert (status, error) == (400, "InvalidRequestException"), message
    assert case.member.lower() in message.lower()


def test_the_requests_that_the_cases_are_made_of_are_right_themselves(endpoint: HttpEndpoint) -> None:
    serializer = create_serializer("rest-json", include_validation=True)
    for plane, name in ROUTES:
        operation = model_of(plane, name)
        serializer.serialize_to_request(valid_params(operation), operation)
        if operation.http["method"] == "GET":
            status, _, message = send(endpoint, Case(plane, name, valid_params(operation), "", ""))
            assert status == 200, f"{name}: {message}"
