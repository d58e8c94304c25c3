"""A message copied out of the window is, in a shell and on the endpoint's wire, the same message."""

import asyncio
import contextlib
import shutil
import sys
from collections.abc import AsyncIterator

import pytest

from simulator.endpoint.packets import Publish
from simulator.endpoint.serving import Endpoint
from simulator.endpoint.wire import Decoder
from simulator.feed import Direction, MessageRecord
from tests.support.real_clients import Ended, Operator, program, run
from ui import message_copy

JOBS = "$aws/things/pump-1/jobs"
DETAILS = '{"note":"it\'s $5 €"}'
FIRST = f'{{"status":"IN_PROGRESS","expectedVersion":1,"clientToken":"by-hand","statusDetails":{DETAILS}}}'.encode()
SHELL = shutil.which("sh")

needs_mosquitto = pytest.mark.skipif(
    program("mosquitto_pub") is None or SHELL is None, reason="mosquitto-clients or a POSIX shell is not installed"
)


def sent(tail: str, payload: bytes) -> MessageRecord:
    return MessageRecord(at=1.0, direction=Direction.OUT, topic=f"{JOBS}/{tail}", payload=payload)


async def shell(line: str) -> Ended:
    assert SHELL is not None
    return await run(SHELL, "-c", line)


@pytest.fixture
async def operator(endpoint: Endpoint) -> AsyncIterator[Operator]:
    """An operator who has given the thing a job."""
    operator = Operator(endpoint.http_url)
    arn = (await operator("create_thing", thingName="pump-1"))["thingArn"]
    await operator("create_job", jobId="j1", targets=[arn], document="{}")
    yield operator
    operator.close()


@pytest.fixture
async def wire(endpoint: Endpoint) -> AsyncIterator["Wire"]:
    """A line to the endpoint at which one can see what goes by."""
    wire = Wire(int(endpoint.mqtt_address.rpartition(":")[2]))
    server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
    wire.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield wire
    server.close()
    await server.wait_closed()
    await asyncio.wait_for(asyncio.gather(*wire.carrying), 10)  # each ends when its client has gone


class Wire:
    """Carries bytes on unchanged, and keeps the messages that clients publish."""

    def __init__(self, port: int) -> None:
        self.address = ""
        self.published: list[tuple[str, bytes]] = []
        self.carrying: set[asyncio.Task[None]] = set()
        self._port = port

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.carrying.add(task)
        answers, requests = await asyncio.open_connection("127.0.0.1", self._port)
        decoder = Decoder()

        async def back() -> None:
            while data := await answers.read(4096):
                writer.write(data)

        async def forth() -> None:
            while data := await reader.read(4096):
                packets = list(decoder.feed(data))
                self.published += [(each.topic, bytes(each.payload)) for each in packets if isinstance(each, Publish)]
                requests.write(data)
            requests.close()

        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(back())
                group.create_task(forth())
        finally:
            for each in (writer, requests):
                each.close()
                with contextlib.suppress(ConnectionError):
                    await each.wait_closed()


@needs_mosquitto
async def test_the_pasted_mosquitto_pub_line_is_the_same_message_and_is_taken_like_it(
    wire: Wire, operator: Operator
) -> None:
    line = message_copy.as_mosquitto_pub(sent("j1/update", FIRST), wire.address)
    assert await shell(line) == Ended(0, "", "")
    assert wire.published == [(f"{JOBS}/j1/update", FIRST)]
    found = await operator("describe_job_execution", jobId="j1", thingName="pump-1")
    assert (found["execution"]["status"], found["execution"]["versionNumber"]) == ("IN_PROGRESS", 2)
    assert found["execution"]["statusDetails"] == {"detailsMap": {"note": "it's $5 €"}}


@needs_mosquitto
@pytest.mark.parametrize("payload", [b"", b"-m", b"two\nlines\n\n", b"a\0b\xff\\n%d", b"`x` \"y\" 'z' $HOME !!"])
async def test_bytes_of_any_kind_come_through_the_shell_as_they_were(wire: Wire, payload: bytes) -> None:
    line = message_copy.as_mosquitto_pub(sent("j1/update", payload), wire.address)
    assert await shell(line) == Ended(0, "", "")
    assert wire.published == [(f"{JOBS}/j1/update", payload)]


async def test_the_paho_snippet_sends_the_same_message(wire: Wire) -> None:
    code = message_copy.as_python(sent("j1/update", FIRST), wire.address)
    assert (await run(sys.executable, "-c", code)).status == 0
    assert wire.published == [(f"{JOBS}/j1/update", FIRST)]


@pytest.mark.parametrize(
    ("tail", "payload", "told"),
    [
        ("get", b"", "'queuedJobs': [{'jobId': 'j1'"),
        ("start-next", b'{"statusDetails":{"a":"b"}}', "'status': 'IN_PROGRESS'"),
        ("j1/get", b'{"includeJobDocument":true}', "'jobDocument': '{}'"),
        ("j1/update", b'{"status":"IN_PROGRESS","expectedVersion":1,"includeJobExecutionState":true}',
         "'executionState': {'status': 'IN_PROGRESS', 'versionNumber': 2}"),
    ],
)  # fmt: skip
async def test_the_boto3_script_asks_the_same_and_prints_the_answer(
    endpoint: Endpoint, operator: Operator, tail: str, payload: bytes, told: str
) -> None:
    code = message_copy.as_boto3(sent(tail, payload), endpoint.http_url)
    assert code is not None
    ended = await run(sys.executable, "-c", code)
    assert (ended.status, ended.err) == (0, "")
    assert told in ended.out
    if tail in ("start-next", "j1/update"):
        found = await operator("describe_job_execution", jobId="j1", thingName="pump-1")
        assert (found["execution"]["status"], found["execution"]["versionNumber"]) == ("IN_PROGRESS", 2)
