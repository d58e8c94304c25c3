"""Things that show a user name and a password to a mosquitto which lets nobody else in."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from simulator.connection_check import State, Step, check_connection
from simulator.feed import FeedBatch
from simulator.fleet import FleetSettings, ThingSpec
from simulator.transport.credentials import NO_CREDENTIALS, Credentials
from simulator.worker import WorkerFleet
from tests.support.broker import Broker, mosquitto_path, require_mosquitto
from tests.support.command import ran

SECRET = "hunter2-of-the-fleet"
NAMES = ["pump-1", "pump-2"]


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Broker]:
    program = require_mosquitto()
    maker = Path(mosquitto_path() or "").parent.parent / "bin" / "mosquitto_passwd"
    if not maker.exists():
        pytest.skip("mosquitto_passwd is not installed")
    passwords = tmp_path / "passwords"
    for number, name in enumerate(("fleet", *NAMES)):
        create = [] if number else ["-c"]
        subprocess.run([maker, "-b", *create, passwords, name, SECRET], check=True, capture_output=True)
    broker = Broker(tmp_path, program, passwords=passwords)
    broker.allow("pattern readwrite #", "pattern readwrite $aws/#")
    broker.start()
    yield broker
    broker.stop()


def address(broker: Broker) -> str:
    return f"mqtt://127.0.0.1:{broker.port}"


async def connect_line(broker: Broker, credentials: Credentials) -> tuple[State, str, str]:
    async for line in check_connection(address(broker), "pump-1", credentials):
        if line.step is Step.CONNECT:
            return line.state, line.cause, line.mend
    raise AssertionError("it did not come so far")


async def test_the_test_of_a_connection_tells_a_wrong_password_from_none(guarded: Broker) -> None:
    right = Credentials(username="fleet", password=SECRET)
    wrong = Credentials(username="fleet", password="another secret")
    assert await connect_line(guarded, right) == (State.OK, "", "")
    state, cause, mend = await connect_line(guarded, wrong)
    assert (state, mend) == (State.FAILED, "mend the user name or the password, or let this client in at the broker")
    assert "secret" not in cause
    state, _, mend = await connect_line(guarded, NO_CREDENTIALS)
    assert state is State.FAILED
    assert mend == "give a user name and a password, or the certificate that the broker wants"


async def test_things_in_worker_processes_log_in_and_no_other_process_can_see_the_password(guarded: Broker) -> None:
    credentials = Credentials(username="{thing}", password=SECRET)
    newest: list[FeedBatch] = []
    fleet = WorkerFleet(FleetSettings(address=address(guarded), credentials=credentials))
    await fleet.open(newest.append)
    try:
        await fleet.add([ThingSpec(name=name) for name in NAMES])
        await fleet.start(NAMES)
        async with asyncio.timeout(20):
            while not newest or newest[-1].counters.connected < len(NAMES):
                await asyncio.sleep(0.02)
        children = psutil.Process(os.getpid()).children(recursive=True)
        seen = [
            " ".join((*child.cmdline(), *child.environ().values()))
            for child in children
            if "worker" in child.cmdline()[-1]
        ]
        assert seen
        assert not any(SECRET in text for text in seen)
    finally:
        await fleet.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a file's mode says nothing there")
def test_the_command_line_takes_it_from_a_file_or_a_variable(guarded: Broker, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    report = tmp_path / "report.json"
    common = (
        "run",
        "-n",
        "2",
        "--mqtt",
        address(guarded),
        "--timeout",
        "1",
        "--report",
        str(report),
        "--user",
        "fleet",
    )
    for more, variables in (
        (("--password-file", str(file)), {}),
        ((), {"THING_SIMULATOR_PASSWORD": SECRET}),
    ):
        done = ran(*common, *more, **variables)
        assert done.status == 0
        assert json.loads(report.read_text())["connected"] == 2, done
        assert SECRET not in done.output + done.errors + report.read_text()
