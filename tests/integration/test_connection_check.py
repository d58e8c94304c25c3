"""The connection test: each mistake fails at its own line, with a sentence and a mend; a good line passes them all."""

import socket
from pathlib import Path

import pytest

from simulator import connection_check
from simulator.connection_check import Line, State, Step, check_connection
from simulator.endpoint.authority import Authority
from simulator.endpoint.door_options import DoorOptions
from simulator.endpoint.process import LocalEndpoint
from simulator.operator import Operator
from simulator.transport.credentials import NO_CREDENTIALS, Credentials

OK, FAILED, SKIPPED = State.OK, State.FAILED, State.SKIPPED


async def tried(mqtt: str, credentials: Credentials = NO_CREDENTIALS, thing: str = "pump-1") -> dict[Step, Line]:
    lines = [line async for line in check_connection(mqtt, thing, credentials)]
    assert [line.step for line in lines] == list(Step)
    return {line.step: line for line in lines}


def states(lines: dict[Step, Line]) -> list[State]:
    return [line.state for line in lines.values()]


async def test_a_good_plain_line_passes_every_step_but_tls() -> None:
    async with LocalEndpoint() as endpoint, Operator(endpoint.http_url) as operator:
        await operator.create_things(["pump-1"])
        lines = await tried(endpoint.mqtt_address)
    assert states(lines) == [OK, OK, OK, SKIPPED, OK, OK, OK]
    assert lines[Step.PENDING].detail == "answered"
    assert all(line.seconds > 0 for line in lines.values() if line.state is OK)


async def test_a_thing_that_nobody_registered_fails_at_its_pending_jobs() -> None:
    async with LocalEndpoint() as endpoint:
        lines = await tried(endpoint.mqtt_address)
    assert states(lines) == [OK, OK, OK, SKIPPED, OK, OK, FAILED]
    assert lines[Step.PENDING].cause.startswith("ResourceNotFound")
    assert "CreateThing" in lines[Step.PENDING].mend


async def test_a_port_where_nothing_listens_fails_at_tcp() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    lines = await tried(f"127.0.0.1:{port}")
    assert states(lines) == [OK, OK, FAILED, SKIPPED, SKIPPED, SKIPPED, SKIPPED]
    assert "refuses connections" in lines[Step.TCP].cause
    assert f"port {port}" in lines[Step.TCP].mend


async def test_an_address_that_is_none_fails_at_once() -> None:
    lines = await tried("http://localhost:1883")
    assert states(lines)[:2] == [FAILED, SKIPPED]
    assert "http:// is not spoken here" in lines[Step.ADDRESS].cause


async def test_a_name_that_nobody_knows_fails_at_its_name() -> None:
    lines = await tried("no-such-host.invalid:1883")
    assert states(lines)[:3] == [OK, FAILED, SKIPPED]


async def test_a_port_that_never_answers_mqtt_fails_at_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_check, "STEP_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # the system accepts, and nobody reads
        lines = await tried(f"127.0.0.1:{deaf.getsockname()[1]}")
    assert states(lines)[3:] == [SKIPPED, FAILED, SKIPPED, SKIPPED]
    assert "speaks MQTT" in lines[Step.CONNECT].mend


async def test_a_wrong_ca_and_a_wrong_certificate_fail_at_tls(tmp_path: Path) -> None:
    ours, other = tmp_path / "ours", tmp_path / "other"
    async with LocalEndpoint(doors=DoorOptions(tls=ours, policy="thing")) as endpoint:
        async with Operator(endpoint.http_url) as operator:
            await operator.create_things(["pump-1"])
        authority, stranger = Authority(ours), Authority(other)
        address = f"mqtts://{endpoint.addresses['mqtts']}"
        pem, key = authority.thing_files("pump-1")
        foreign_pem, foreign_key = stranger.thing_files("pump-1")
        good = Credentials(ca=str(authority.trust_file), certificate=str(pem), key=str(key))
        lines = await tried(address, good)
        assert states(lines) == [OK] * 7
        lines = await tried(address, Credentials(ca=str(stranger.trust_file), certificate=str(pem), key=str(key)))
        assert states(lines)[2:5] == [OK, FAILED, SKIPPED]
        assert "is not trusted" in lines[Step.TLS].cause
        assert "CA" in lines[Step.TLS].mend
        foreign = Credentials(ca=str(authority.trust_file), certificate=str(foreign_pem), key=str(foreign_key))
        lines = await tried(address, foreign)
        assert states(lines)[2:5] == [OK, FAILED, SKIPPED]
        assert "unknown ca" in lines[Step.TLS].cause
        lines = await tried(address, good, thing="pump-2")
        assert states(lines)[3:6] == [OK, FAILED, SKIPPED]
        assert "policy" in lines[Step.CONNECT].cause
        missing = Credentials(ca=str(authority.trust_file), certificate=str(tmp_path / "no.pem"), key=str(key))
        lines = await tried(address, missing)
        assert states(lines)[0] is FAILED
