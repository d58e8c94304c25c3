"""The endpoint behind a mosquitto that lets in nobody without a certificate, or without a password."""

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.commands import endpoint as endpoint_command
from simulator.endpoint.authority import Authority
from simulator.endpoint.behind_broker_options import (
    CLIENT_ID,
    BrokerError,
    BrokerOptions,
    TakenOverError,
    broker_options,
)
from simulator.endpoint.serving import Endpoint, ServeOptions
from simulator.errors import InputError
from tests.support.broker import Broker, require_mosquitto
from tests.support.command import command, environment, ran
from tests.support.paho_client import PahoClient, connected
from tests.support.real_clients import Operator, program, run
from tests.support.tls_peer import client_side

# As docs/endpoint.md says: the endpoint may use the Jobs topics of all things, and each thing its own.
RULES = (f"user {CLIENT_ID}", "topic readwrite $aws/things/+/jobs/#", "pattern readwrite $aws/things/%u/jobs/#")
JOBS = "$aws/things/pump-1/jobs"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "certs")


@pytest.fixture
def broker(tmp_path: Path, authority: Authority) -> Iterator[Broker]:
    broker = Broker(tmp_path, require_mosquitto(), *authority.server_files([]), client_authority=authority.trust_file)
    broker.allow(*RULES)
    broker.start()
    yield broker
    broker.stop()


def options(broker: Broker, authority: Authority, **other: Any) -> BrokerOptions:
    certificate, key = authority.thing_files(CLIENT_ID)
    given = {"ca": authority.trust_file, "certificate": certificate, "key": key, **other}
    return broker_options(f"mqtts://localhost:{broker.port}", **given)


@contextlib.asynccontextmanager
async def serving(options: BrokerOptions, on_failed: Callable[[], None] = lambda: None) -> AsyncIterator[Endpoint]:
    endpoint = Endpoint(ServeOptions(http="127.0.0.1:0", broker=options), on_failed)
    await endpoint.start()
    try:
        yield endpoint
    finally:
        await endpoint.close()


async def asked(thing: PahoClient, tail: str, **members: Any) -> tuple[str, dict[str, Any]]:
    """Publish a request; return the last level of its answer's topic, and what it says."""
    thing.client.publish(f"{JOBS}/{tail}", json.dumps(members), 1)
    while True:
        topic, payload = await thing.next("message")
        if topic.startswith(f"{JOBS}/{tail}/"):
            return topic.rpartition("/")[2], json.loads(payload)


async def test_things_and_endpoint_meet_where_both_show_certificates(broker: Broker, authority: Authority) -> None:
    async with (
        serving(options(broker, authority)) as endpoint,
        connected(broker.port, "pump-1", tls=client_side(authority, "pump-1")) as thing,
    ):
        assert endpoint.mqtt_address == f"mqtts://localhost:{broker.port}"
        thing.client.subscribe(f"{JOBS}/#", 1)
        assert await thing.next("subscribed") == [1]
        operator = await asyncio.to_thread(Operator, endpoint.http_url)
        arn = (await operator("create_thing", thingName="pump-1"))["thingArn"]
        await operator("create_job", jobId="j1", targets=[arn], document="{}")
        told = dict([await thing.next("message"), await thing.next("message")])
        assert set(told) == {f"{JOBS}/notify", f"{JOBS}/notify-next"}
        assert (await asked(thing, "j1/update", status="SUCCEEDED", expectedVersion=7))[1]["code"] == "VersionMismatch"
        assert (await asked(thing, "j1/update", status="SUCCEEDED", expectedVersion=1))[0] == "accepted"
        assert (await operator("describe_job", jobId="j1"))["job"]["status"] == "COMPLETED"
        operator.close()


async def test_a_thing_with_another_things_certificate_is_not_heard(broker: Broker, authority: Authority) -> None:
    """The broker's rules do what `--policy thing` does at our own gateway."""
    publisher = program("mosquitto_pub")
    if publisher is None:
        pytest.skip("mosquitto-clients is not installed")
    certificate, key = authority.thing_files("pump-2")
    who = ("--cafile", str(authority.trust_file), "--cert", str(certificate), "--key", str(key), "-q", "1", "-m", "{}")
    where = ("-h", "localhost", "-p", str(broker.port))
    async with (
        serving(options(broker, authority)) as endpoint,
        connected(broker.port, "pump-2", tls=client_side(authority, "pump-2")) as thing,
    ):
        thing.client.subscribe([(f"{JOBS}/#", 1), ("$aws/things/pump-2/jobs/get/+", 1)])
        await thing.next("subscribed")
        for topic in (f"{JOBS}/get", "$aws/things/pump-2/jobs/get"):
            await run(publisher, *where, *who, "-t", topic)  # mosquitto ends the connection, as AWS does
        assert (await thing.next("message"))[0] == "$aws/things/pump-2/jobs/get/rejected"
        assert endpoint.behind is not None
        assert endpoint.behind.counters.requests == 1


@pytest.mark.parametrize(("mqtt", "client"), [(3, 1), (3, 2), (5, 1), (5, 2)])
async def test_awss_jobs_clients_are_answered_through_the_broker(
    broker: Broker, authority: Authority, mqtt: int, client: int
) -> None:
    pytest.importorskip("awsiot", reason="the AWS IoT Device SDK is not installed")
    from tests.support import device_sdk

    reach = device_sdk.Reach("localhost", broker.port, authority.trust_file, *authority.thing_files("pump-1"))
    connection = (device_sdk.Connection3 if mqtt == 3 else device_sdk.Connection5)(reach, "pump-1")
    jobs = (device_sdk.JobsClient1 if client == 1 else device_sdk.JobsClient2)(connection, "pump-1")
    async with serving(options(broker, authority)) as endpoint:
        await asyncio.to_thread(connection.start)
        await asyncio.to_thread(jobs.open)
        operator = await asyncio.to_thread(Operator, endpoint.http_url)
        arn = (await operator("create_thing", thingName="pump-1"))["thingArn"]
        await operator("create_job", jobId="j1", targets=[arn], document='{"operation": "install"}')
        assert (await device_sdk.heard(jobs.next_changed)).execution.job_id == "j1"

        def walk() -> tuple[Any, ...]:
            started = jobs.ask("start_next_pending_job_execution").execution
            stale = jobs.ask("update_job_execution", job_id="j1", status="SUCCEEDED", expected_version=1)
            jobs.ask("update_job_execution", job_id="j1", status="SUCCEEDED", expected_version=2)
            ended = jobs.ask("describe_job_execution", job_id="j1")
            return started.job_document, stale.code, stale.execution_state.version_number, ended.code

        assert await asyncio.to_thread(walk) == (
            {"operation": "install"}, "VersionMismatch", 2, "TerminalStateReached",
        )  # fmt: skip
        assert (await device_sdk.heard(jobs.next_changed)).execution is None
        jobs.close()
        operator.close()
        await asyncio.to_thread(connection.stop)


async def test_the_line_comes_back_by_tls_after_the_broker_was_restarted(broker: Broker, authority: Authority) -> None:
    async with serving(options(broker, authority)) as endpoint:
        assert endpoint.behind is not None
        broker.stop()
        async with asyncio.timeout(10):
            while endpoint.behind.is_up:
                await asyncio.sleep(0.01)
        broker.start()
        async with connected(broker.port, "pump-1", tls=client_side(authority, "pump-1")) as thing:
            thing.client.subscribe(f"{JOBS}/get/+", 1)
            await thing.next("subscribed")
            async with asyncio.timeout(20):
                while not endpoint.behind.is_up:
                    await asyncio.sleep(0.01)
            assert (await asked(thing, "get", clientToken="x"))[1]["clientToken"] == "x"
        assert endpoint.behind.counters.reconnects == 1


async def test_of_two_endpoints_with_one_certificate_one_answers(broker: Broker, authority: Authority) -> None:
    ended = asyncio.Event()
    async with serving(options(broker, authority), ended.set) as first, serving(options(broker, authority)) as second:
        async with asyncio.timeout(10):
            await ended.wait()
        assert isinstance(first.failure, TakenOverError)
        async with connected(broker.port, "pump-1", tls=client_side(authority, "pump-1")) as thing:
            thing.client.subscribe(f"{JOBS}/get/+", 1)
            await thing.next("subscribed")
            for token in "abc":  # in this order, and each once
                assert (await asked(thing, "get", clientToken=token))[1]["clientToken"] == token
        assert (second.failure, second.behind is not None and second.behind.is_up) == (None, True)


async def test_what_is_wrong_with_the_certificates_is_one_sentence(
    broker: Broker, authority: Authority, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path / "stranger")
    certificate, key = stranger.thing_files(CLIENT_ID)
    address = f"--broker mqtts://localhost:{broker.port}: "
    for wrong, sentence in (
        ({"certificate": None, "key": None}, "it wants a certificate, give --broker-cert and --broker-key"),
        ({"certificate": certificate, "key": key}, "it says unknown ca"),
        ({"ca": stranger.trust_file}, "its certificate is not trusted: "),
        ({"ca": None}, "its certificate is not trusted: "),
    ):
        with pytest.raises(BrokerError) as error:
            async with serving(options(broker, authority, **wrong)):
                raise AssertionError("it was let in")
        assert str(error.value).startswith(address)
        assert sentence in str(error.value)
        assert str(error.value).endswith("; see that the broker runs and lets this client in")


def test_the_commands_meet_at_a_broker_with_certificates(broker: Broker, authority: Authority, tmp_path: Path) -> None:
    """`endpoint` behind the broker, and `run` with a certificate for each thing, as docs/endpoint.md shows them."""
    certificate, key = authority.thing_files(CLIENT_ID)
    for number in range(1, 4):
        authority.thing_files(f"pump-0{number}")
    where, trust = f"mqtts://localhost:{broker.port}", str(authority.trust_file)
    serve = command(
        "endpoint", "--http", "127.0.0.1:0", "--broker", where,
        "--broker-ca", trust, "--broker-cert", str(certificate), "--broker-key", str(key),
    )  # fmt: skip
    endpoint = subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), text=True)
    try:
        assert endpoint.stdout is not None
        ready = endpoint.stdout.readline()
        assert ready.startswith(f"ready mqtt={where} http=http://127.0.0.1:")
        document = tmp_path / "job.json"
        document.write_text('{"operation": "install"}')
        things = authority.folder / "things"
        done = ran(
            "run", "--things", "3", "--prefix", "pump-", "--job", str(document), "--mqtt", where,
            "--http", ready.split("http=")[1].strip(), "--ca", trust, "--scenario", "reject",
            "--cert", str(things / "{thing}.pem"), "--key", str(things / "{thing}.key"),
        )  # fmt: skip
        assert (done.status, "REJECTED 3" in done.output) == (0, True), done
    finally:
        endpoint.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
        _, errors = endpoint.communicate(timeout=20)
    assert (endpoint.returncode, errors) == (0, "")


# --- user name and password


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Broker]:
    maker = program("mosquitto_passwd")
    if maker is None:
        pytest.skip("mosquitto_passwd is not installed")
    mosquitto = require_mosquitto()
    passwords = tmp_path / "passwords"
    for create, name in (("-c", CLIENT_ID), (None, "pump-1")):
        options = ["-b", *([create] if create else []), str(passwords), name, f"secret of {name}"]
        subprocess.run([maker, *options], check=True, capture_output=True)
    broker = Broker(tmp_path, mosquitto, passwords=passwords)
    broker.allow(*RULES)
    broker.start()
    yield broker
    broker.stop()


async def test_a_user_name_and_a_password_let_it_in_and_wrong_ones_are_one_sentence(guarded: Broker) -> None:
    address = f"mqtt://127.0.0.1:{guarded.port}"
    let_in = broker_options(address, username=CLIENT_ID, password=f"secret of {CLIENT_ID}")
    thing = PahoClient("pump-1")
    thing.client.username_pw_set("pump-1", "secret of pump-1")
    async with serving(let_in):
        await thing.connect(guarded.port, "127.0.0.1")
        assert await thing.next("connected") == "Success"
        thing.client.subscribe(f"{JOBS}/get/+", 1)
        await thing.next("subscribed")
        assert (await asked(thing, "get", clientToken="x"))[1]["code"] == "ResourceNotFound"
        await thing.close()
    for wrong in ({}, {"username": CLIENT_ID, "password": "secret"}, {"username": "nobody", "password": "secret"}):
        with pytest.raises(BrokerError, match=r"it does not (allow this client|know the user name)"):
            async with serving(broker_options(address, **wrong)):
                raise AssertionError("it was let in")


def test_the_command_reads_the_password_from_the_environment_and_never_shows_it(guarded: Broker) -> None:
    address = f"mqtt://127.0.0.1:{guarded.port}"
    arguments = ("endpoint", "--http", "127.0.0.1:0", "--broker", address, "--broker-user", CLIENT_ID)
    refused = ran(*arguments, THING_SIMULATOR_BROKER_PASSWORD="another secret")
    assert (refused.status, refused.output) == (3, "")
    assert refused.errors.startswith(f"thing-simulator: --broker {address}: it ")
    assert refused.errors.count("\n") == 1
    assert "secret" not in refused.errors
    right = environment(THING_SIMULATOR_BROKER_PASSWORD=f"secret of {CLIENT_ID}")
    serving = subprocess.Popen(
        command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=right, text=True
    )
    assert serving.stdout is not None
    assert serving.stdout.readline().startswith(f"ready mqtt=127.0.0.1:{guarded.port} ")
    serving.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
    _, errors = serving.communicate(timeout=20)
    assert (serving.returncode, errors) == (0, "")


def test_the_command_reads_the_password_from_standard_input_too(guarded: Broker) -> None:
    address = f"mqtt://127.0.0.1:{guarded.port}"
    arguments = ("endpoint", "--http", "127.0.0.1:0", "--broker", address, "--broker-user", CLIENT_ID)
    serving = subprocess.Popen(
        command(*arguments, "--broker-password-file", "-"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        text=True,
    )
    assert serving.stdin is not None
    assert serving.stdout is not None
    serving.stdin.write(f"secret of {CLIENT_ID}\n")
    serving.stdin.flush()
    assert serving.stdout.readline().startswith(f"ready mqtt=127.0.0.1:{guarded.port} ")
    serving.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
    _, errors = serving.communicate(timeout=20)
    assert (serving.returncode, errors) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--broker-password-file", "f"), "--broker-password-file: there is no broker; name it with --broker"),
        (
            ("--broker", "mqtt://127.0.0.1:1", "--broker-password-file", "f"),
            "--broker-password-file: there is nobody whose password it is; add --broker-user NAME",
        ),
        (
            ("--broker", "mqtt://127.0.0.1:1", "--broker-user", "me", "--broker-password-file", "/nowhere/f"),
            "--broker-password-file /nowhere/f: cannot be read: no such file or directory; ",
        ),
    ],
)
def test_a_password_file_that_cannot_be_used_is_a_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(InputError) as told:
        endpoint_command.main(arguments)
    assert str(told.value).startswith(sentence)
