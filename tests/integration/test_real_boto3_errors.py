"""boto3 raises the exceptions that the service models list, for every operation that is served."""

import asyncio
import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

import simulator.endpoint
from simulator.endpoint.serving import Endpoint
from tests.support.real_clients import SECONDS, client

SERVICES = ("iot", "iot-jobs-data")


def served(clients: list[Any]) -> Iterator[tuple[Any, str, Any]]:
    """Yield client, method and model of each operation that the endpoint has a route for."""
    sources = Path(simulator.endpoint.__file__).parent.glob("http_*.py")
    routes = {name for source in sources for name in re.findall(r'Route\(\s*"(\w+)"', source.read_text())}
    for each in clients:
        for method, operation in each.meta.method_to_api_mapping.items():
            if operation in routes:
                yield each, method, each.meta.service_model.operation_model(operation)


def sample(shape: Any) -> Any:
    """Return a value that botocore takes for a shape, with what is required."""
    match shape.type_name:
        case "structure":
            return {member: sample(shape.members[member]) for member in shape.required_members}
        case "list":
            return [sample(shape.member)]
        case "map":
            return {}
        case "string":
            return shape.enum[0] if shape.enum else "name"
        case "boolean":
            return True
        case _:
            return 1


def raised(call: Any, **members: Any) -> str:
    """Return the name of the modelled exception that a call ends with."""
    with pytest.raises(ClientError) as error:
        call(**members)
    assert type(error.value) is not ClientError, error.value  # what is in no model has no class of its own
    assert type(error.value).__name__ == error.value.response["Error"]["Code"]
    return type(error.value).__name__


def set_fault(url: str, kind: str) -> None:
    for method, body in (("DELETE", None), ("POST", json.dumps({"kind": kind}).encode())):
        request = urllib.request.Request(f"{url}/_simulator/faults", data=body, method=method)
        urllib.request.urlopen(request, timeout=SECONDS).close()


@pytest.mark.parametrize("kind", ["throttle", "internal-error"])
async def test_106_each_operation_fails_as_its_model_says(endpoint: Endpoint, kind: str) -> None:
    def work() -> int:
        set_fault(endpoint.http_url, kind)
        clients = [client(service, endpoint.http_url) for service in SERVICES]
        count = 0
        for each, method, model in served(clients):
            members = sample(model.input_shape) if model.input_shape else {}
            name = raised(getattr(each, method), **members)
            assert name in {shape.name for shape in model.error_shapes}, method
            assert (name == "ThrottlingException") == (kind == "throttle"), method
            count += 1
        for each in clients:
            each.close()
        return count

    assert await asyncio.to_thread(work) == 50


# What can go wrong by what is asked. Not there: what a caller's rights or AWS's own indexes have to do with.
NOT_HERE = {"UnauthorizedException", "CertificateValidationException", "InvalidQueryException"}
SHOWN_ELSEWHERE = {
    *("ThrottlingException", "InternalFailureException", "InternalServerException", "ServiceUnavailableException"),
    "LimitExceededException",  # while ten jobs are being deleted: test_http_control_configs.py
}


async def test_105_each_exception_that_is_modelled_is_raised_by_its_cause(endpoint: Endpoint) -> None:
    def work() -> set[tuple[str, str]]:
        iot, data = clients = [client(service, endpoint.http_url) for service in SERVICES]
        arn = iot.create_thing(thingName="t")["thingArn"]
        jobs = {"targets": [arn], "document": "{}"}
        for job_id in ("j1", "j2"):
            iot.create_job(jobId=job_id, **jobs)
        iot.create_job_template(jobTemplateId="m", document="{}", description="d")
        data.update_job_execution(thingName="t", jobId="j1", status="SUCCEEDED")
        data.update_job_execution(thingName="t", jobId="j2", status="IN_PROGRESS")
        mine = {"jobId": "j2", "thingName": "t"}
        causes = {
            ("iot", "ConflictException"): (
                iot.create_job_template, {"jobTemplateId": "m", "document": "{}", "description": "another"},
            ),
            ("iot", "InvalidRequestException"): (iot.create_job, {"jobId": "j3", "targets": [arn]}),
            ("iot", "InvalidStateTransitionException"): (iot.cancel_job_execution, mine),
            ("iot", "ResourceAlreadyExistsException"): (iot.create_job, {"jobId": "j2", **jobs, "document": "[1]"}),
            ("iot", "ResourceNotFoundException"): (iot.describe_job, {"jobId": "nobody"}),
            ("iot", "VersionConflictException"): (
                iot.cancel_job_execution, {**mine, "expectedVersion": 9, "force": True},
            ),
            ("iot-jobs-data", "InvalidRequestException"): (
                data.update_job_execution, {**mine, "status": "SUCCEEDED", "stepTimeoutInMinutes": 0},
            ),
            ("iot-jobs-data", "InvalidStateTransitionException"): (
                data.update_job_execution, {**mine, "jobId": "j1", "status": "FAILED"},
            ),
            ("iot-jobs-data", "ResourceNotFoundException"): (
                data.describe_job_execution, {"jobId": "nobody", "thingName": "t"},
            ),
            ("iot-jobs-data", "TerminalStateException"): (data.describe_job_execution, {**mine, "jobId": "j1"}),
        }  # fmt: skip
        for (_, name), (call, members) in causes.items():
            assert raised(call, **members) == name
        modelled = {
            (each.meta.service_model.service_name, shape.name)
            for each, _, model in served(clients)
            for shape in model.error_shapes
        }
        for each in clients:
            each.close()
        return modelled - set(causes)

    left = await asyncio.to_thread(work)
    assert {name for _, name in left} == NOT_HERE | SHOWN_ELSEWHERE
