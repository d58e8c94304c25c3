"""Things on TLS: each with its own certificate to the endpoint's own doors, and whatever goes wrong told in words."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from simulator import cli
from simulator.endpoint.authority import Authority
from simulator.endpoint.door_options import DoorOptions
from simulator.endpoint.policy import CertifiedPrincipal
from simulator.endpoint.process import LocalEndpoint
from simulator.errors import InputError
from simulator.jobs.model import JobStatus
from simulator.run import HeadlessRun
from simulator.run_plan import Plan, RunOptions, plan
from simulator.transport.address import Address, parse_address
from simulator.transport.backoff import BackOff
from simulator.transport.base import Link, LinkHandler, MessageHandler, Transport
from simulator.transport.credentials import Credentials, file_name
from simulator.transport.paho import PahoTransport
from simulator.transport.secure import Wardrobe
from tests.support.command import ran
from tests.support.doors import Doors
from tests.support.lines import Line, no_dialling_threads

IMPATIENT = BackOff(base_seconds=0.02, cap_seconds=0.1)


def credentials_in(folder: Path) -> Credentials:
    things = folder / "things"
    return Credentials(
        ca=str(folder / "ca.pem"), certificate=str(things / "{thing}.pem"), key=str(things / "{thing}.key")
    )


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    doors = Doors(tmp_path / "tls", policy="thing")
    await doors.start()
    yield doors
    await doors.close()
    await no_dialling_threads()
    assert asyncio.all_tasks() == {asyncio.current_task()}


@asynccontextmanager
async def line(address: Address, credentials: Credentials, thing: str) -> AsyncIterator[Line]:
    wardrobe = Wardrobe(credentials, address)

    def make(client_id: str, on_message: MessageHandler, on_link: LinkHandler) -> Transport:
        return PahoTransport(
            address,
            client_id,
            on_message,
            on_link,
            random=Random(1),
            back_off=IMPATIENT,
            tls_context=wardrobe.secure_for(client_id),
        )

    made = Line(make, thing)
    try:
        yield made
    finally:
        await made.transport.close()


async def trouble(doors: Doors, credentials: Credentials, thing: str = "pump-1", host: str = "localhost") -> str:
    """Return why a line does not come up."""
    async with line(Address(host=host, port=doors.port("mqtts"), tls=True), credentials, thing) as one:
        opening = asyncio.ensure_future(one.transport.open())
        reason = await one.becomes(Link.ERROR)
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        return reason


async def test_many_things_each_come_in_with_their_own_certificate(doors: Doors) -> None:
    things = [f"pump-{number:02}" for number in range(20)]
    for thing in things:
        doors.authority.thing_files(thing)
    address = Address(host="127.0.0.1", port=doors.port("mqtts"), tls=True)
    async with AsyncExitStack() as stack:
        lines = [
            await stack.enter_async_context(line(address, credentials_in(doors.authority.folder), thing))
            for thing in things
        ]
        await asyncio.gather(
            *(one.online(f"$aws/things/{thing}/jobs/#") for one, thing in zip(lines, things, strict=True))
        )
        for one, thing in zip(lines, things, strict=True):
            one.transport.publish(f"$aws/things/{thing}/jobs/get", b"{}")
            assert await one.receives() == (f"$aws/things/{thing}/jobs/get/accepted", b"{}")
    shown = {client.client_id: client.principal for client in doors.clients}
    assert {name: who.thing for name, who in shown.items() if isinstance(who, CertifiedPrincipal)} == {
        thing: thing for thing in things
    }
    assert len({who.identifier for who in shown.values()}) == 20


async def test_a_thing_comes_in_by_websocket_over_tls(doors: Doors) -> None:
    address = parse_address(doors.fronts.addresses["wss"])
    async with line(address, Credentials(ca=str(doors.authority.trust_file)), "pump-1") as one:
        await one.online("$aws/things/pump-1/jobs/#")
        one.transport.publish("$aws/things/pump-1/jobs/get", b"x" * 50_000)
        assert await one.receives() == ("$aws/things/pump-1/jobs/get/accepted", b"x" * 50_000)


async def test_a_missing_certificate_is_told_as_the_endpoint_told_it(doors: Doors) -> None:
    assert await trouble(doors, Credentials(ca=str(doors.authority.trust_file))) == (
        "TLS ended: the endpoint says certificate required"
    )


async def test_a_certificate_of_another_authority_is_told_as_the_endpoint_told_it(doors: Doors, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")
    pem, key = other.thing_files("pump-1")
    credentials = Credentials(ca=str(doors.authority.trust_file), certificate=str(pem), key=str(key))
    assert await trouble(doors, credentials) == "TLS ended: the endpoint says unknown ca"


async def test_an_endpoint_that_is_not_trusted_is_told(doors: Doors, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")
    reason = await trouble(doors, Credentials(ca=str(other.trust_file)))
    assert reason == "the certificate of localhost is not trusted: self-signed certificate in certificate chain"


async def test_a_client_id_that_the_policy_forbids_is_told(doors: Doors) -> None:
    pem, key = doors.authority.thing_files("pump-2")
    credentials = Credentials(ca=str(doors.authority.trust_file), certificate=str(pem), key=str(key))
    assert await trouble(doors, credentials, "pump-1") == (
        "the endpoint refused the connection: not authorized; its policy does not let this client id or certificate in"
    )


async def test_a_certificate_that_went_missing_after_the_start_is_told(doors: Doors) -> None:
    reason = await trouble(doors, credentials_in(doors.authority.folder), "pump-9")
    assert reason == f"{doors.authority.folder}/things/pump-9.pem: No such file or directory"


async def test_a_run_over_mutual_tls_from_end_to_end(tmp_path: Path) -> None:
    folder = tmp_path / "certs"
    async with LocalEndpoint(time_scale=100, doors=DoorOptions(tls=folder, policy="thing")) as endpoint:
        authority = Authority(folder)
        for number in range(1, 5):
            authority.thing_files(f"pump-{number:02}")

        def prepared(things: int) -> Plan:
            return plan(
                RunOptions(
                    things=things,
                    prefix="pump-",
                    job="firmware-update",
                    time_scale=100,
                    workers=1,
                    mqtt=f"mqtts://{endpoint.addresses['mqtts']}",
                    http=endpoint.http_url,
                    credentials=credentials_in(folder),
                )
            )

        with pytest.raises(InputError) as caught:
            prepared(5)
        assert str(caught.value) == (
            f"--cert {folder}/things/pump-05.pem: cannot be read: no such file or directory; "
            "mend the path; {thing} in it stands for the thing's name"
        )
        came = await HeadlessRun(prepared(4)).go(asyncio.Event())
    assert (came.exit_status, came.outcomes) == (0, {JobStatus.SUCCEEDED: 4})


def test_the_command_makes_certificates_once_and_prints_how_to_use_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "certs"

    def make(*arguments: str) -> str:
        with pytest.raises(SystemExit) as left:
            cli.main(["certificates", str(folder), *arguments])
        assert left.value.code == 0
        return capsys.readouterr().out

    pattern = f"--ca {folder}/ca.pem --cert {folder}/things/{{thing}}.pem --key {folder}/things/{{thing}}.key\n"
    assert make("--things", "2", "--prefix", "pump-") == f"2 certificates (2 made, 0 there already): {pattern}"
    assert make("--things", "3", "--prefix", "pump-") == f"3 certificates (1 made, 2 there already): {pattern}"
    assert make("--thing", "valve:1") == f"1 certificates (1 made, 0 there already): {pattern}"
    fleet = tmp_path / "fleet.yaml"
    fleet.write_text("things:\n  - {name: meter-1}\n  - {name: valve:1}\n")
    assert make("--fleet", str(fleet)) == f"2 certificates (1 made, 1 there already): {pattern}"
    assert sorted(path.stem for path in (folder / "things").glob("*.pem")) == [
        file_name(thing) for thing in ("meter-1", "pump-01", "pump-02", "pump-03", "valve:1")
    ]


async def test_an_endpoint_with_spoiled_certificates_says_so_and_leaves_with_2(tmp_path: Path) -> None:
    folder = tmp_path / "certs"
    Authority(folder).server_files([])
    (folder / "server.key").write_text("spoiled")
    free = ("--mqtt", "127.0.0.1:0", "--http", "127.0.0.1:0")
    came = await asyncio.to_thread(ran, "endpoint", *free, "--tls", str(folder))
    assert (came.status, came.output) == (2, "")
    assert came.errors == (
        f"thing-simulator: --tls {folder}/server.key: is no private key in PEM form; move it away to have a new one\n"
    )
    assert (folder / "server.key").read_text() == "spoiled"
