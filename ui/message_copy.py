"""One message as text for elsewhere: its JSON, a mosquitto_pub line, a call of boto3, a snippet for paho-mqtt."""

import json
import shlex
from typing import Any, Final

from simulator.errors import InputError
from simulator.feed import Direction, MessageRecord
from simulator.jobs.topics import PREFIX, Operation, parse_request
from simulator.operator_client import is_aws
from simulator.transport.address import Address, parse_address
from simulator.transport.credentials import NO_CREDENTIALS, Credentials
from ui import client_options
from ui.json_text import pretty

CLIENT_TOKEN: Final = "clientToken"  # noqa: S105  an answer over HTTP needs none to be known by
_DETAILS: Final = ("statusDetails", "stepTimeoutInMinutes")
_CALLS: Final[dict[Operation, tuple[str, tuple[str, ...]]]] = {
    Operation.GET_PENDING: ("get_pending_job_executions", ()),
    Operation.START_NEXT: ("start_next_pending_job_execution", _DETAILS),
    Operation.DESCRIBE: ("describe_job_execution", ("executionNumber", "includeJobDocument")),
    Operation.UPDATE: (
        "update_job_execution",
        ("status", *_DETAILS, "expectedVersion", "executionNumber", "includeJobExecutionState", "includeJobDocument"),
    ),
}
"""Each operation as boto3 calls it, and the members it takes."""
PLACEHOLDER: Final = Address(host="localhost", port=1883)  # where no endpoint is known


def as_json(message: MessageRecord) -> str:
    """The payload, indented if it is JSON; bytes that are no text as hex."""
    return pretty(message.payload)


def as_mosquitto_pub(message: MessageRecord, mqtt: str, credentials: Credentials = NO_CREDENTIALS) -> str:
    """A line for a POSIX shell that publishes the same bytes to the same topic of the endpoint `mqtt`.

    It shows the certificate of the thing whose topic it is, and a password that stands in the variable PASSWORD.
    """
    address = _address(mqtt)
    options = client_options.mosquitto_options(address, credentials, _thing_of(message))
    line = f"mosquitto_pub -h {shlex.quote(address.host)} -p {address.port} {options}".rstrip()
    line += f" -q 1 -t {shlex.quote(message.topic)}"
    text = _text(message.payload)
    if text is not None:
        return f"{line} -m {shlex.quote(text)}"
    octal = "".join(f"\\{byte:03o}" for byte in message.payload)
    return f"printf {shlex.quote(octal)} | {line} -s"


def as_python(message: MessageRecord, mqtt: str, credentials: Credentials = NO_CREDENTIALS) -> str:
    """A snippet for paho-mqtt that publishes the same bytes to the same topic of the endpoint `mqtt`, as above."""
    address = _address(mqtt)
    more = client_options.paho_arguments(address, credentials, _thing_of(message))
    needs_os = "import os\n\n" if "os.environ" in more else ""
    return (
        f"{needs_os}import paho.mqtt.publish as publish\n\n"
        "publish.single(\n"
        f"    {message.topic!r},\n"
        f"    payload={message.payload!r},\n"
        "    qos=1,\n"
        f"    hostname={address.host!r},\n"
        f"    port={address.port}{more},\n"
        ")\n"
    )


def as_boto3(message: MessageRecord, http: str) -> str | None:
    """A Python script that asks the same of the control plane at `http` ("" is AWS's own), by the data plane's API.

    None if that cannot say it: a message of the service, another topic, no JSON, members that the API has not.
    """
    asked = parse_request(message.topic) if message.direction is Direction.OUT else None
    if asked is None:
        return None
    found = object_of(message.payload)
    operation, members = _CALLS[asked.operation]
    if found is None or not set(found) <= {*members, CLIENT_TOKEN}:
        return None
    named: dict[str, Any] = {"thingName": asked.thing_name}
    if asked.job_id:
        named["jobId"] = asked.job_id
    named |= {name: found[name] for name in members if name in found}
    lines = [f"    {name}={value!r}," for name, value in named.items()]
    call = f"answer = jobs.{operation}("
    told = "answer.pop('ResponseMetadata', None)\nprint(answer)"
    return "\n".join(["import boto3", "", _client(http), call, *lines, ")", told, ""])


def _client(http: str) -> str:
    if http and not is_aws(http):
        arguments = (
            f',\n    endpoint_url={http!r},\n    region_name="us-east-1",\n'
            '    aws_access_key_id="local",\n    aws_secret_access_key="local",\n'
        )
        return f'jobs = boto3.client("iot-jobs-data"{arguments})'
    return (
        'where = boto3.client("iot").describe_endpoint(endpointType="iot:Jobs")["endpointAddress"]\n'
        'jobs = boto3.client("iot-jobs-data", endpoint_url=f"https://{where}")'
    )


def object_of(payload: bytes) -> dict[str, Any] | None:
    """The payload as a JSON object; an empty payload asks for nothing more. None if it is none."""
    try:
        found = json.loads(payload or b"{}")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _thing_of(message: MessageRecord) -> str:
    """The thing whose topic a message is on; "" for a topic that is no thing's."""
    parts = message.topic.split("/")
    return parts[2] if len(parts) > 3 and message.topic.startswith(PREFIX) else ""


def _address(mqtt: str) -> Address:
    try:
        return parse_address(mqtt) if mqtt else PLACEHOLDER
    except InputError:
        return PLACEHOLDER


def _text(payload: bytes) -> str | None:
    """The payload as a text that a shell can carry, or None."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
