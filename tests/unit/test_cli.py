"""The command line as a person meets it: sentences on standard error, and exit statuses that a script can rely on."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simulator import cli
from simulator.errors import InputError, UnreachableError
from tests.support.command import DISPLAYS, Ran, command, environment, ran

JOB = ("run", "--job", "reboot")
RUN_OPTIONS = (
    "--things --prefix --fleet --scenario --job --jobs --mqtt --http "
    "--seed --time-scale --ramp --workers --timeout --report"
)
SWITCHES = "--seed --virtual-time --no-animation --theme --scale --size --page --screenshot --after --temp-profile"

PATIENCE_SECONDS = 30.0

Here = Callable[..., Ran]
"""Runs the command in this process: as `ran`, without the half second of a new interpreter."""


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Whatever a command in this process leaves: what is ignored here, every process of a later test ignores too."""
    former = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in former.items():
        signal.signal(number, handler)


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Here:
    for name in DISPLAYS:
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> Ran:
        # `run` without a job serves until Ctrl-C, so an input that has come to be good would hang the tests; and what
        # pytest-timeout raises in a signal handler, uvloop logs and goes on
        interrupt = threading.Timer(PATIENCE_SECONDS, signal.raise_signal, (signal.SIGINT,))
        interrupt.daemon = True
        interrupt.start()
        try:
            with pytest.raises(SystemExit) as left:
                cli.main(arguments)
        finally:
            interrupt.cancel()
            interrupt.join()
        captured = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Ran(left.value.code, captured.out, captured.err)

    return run


def test_bad_input_leaves_a_real_process_with_status_2_and_a_sentence() -> None:
    came = ran("run", "--things", "0")
    assert came == Ran(2, "", "thing-simulator: --things: 0 is not from 1 to 100,000\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "--thigs", "3"], "No such option: --thigs"),
        (["run", "--things", "abc"], "--things: 'abc' is no whole number; see `thing-simulator run --help`"),
        (["run", "-nabc"], "--things: 'abc' is no whole number; see `thing-simulator run --help`"),
        (["run", "--jobs=1.5"], "--jobs: '1.5' is no whole number"),
        (["run", "--time-scale", "fast"], "--time-scale: 'fast' is no number"),
        (["--scale", "9"], "--scale: '9' is more than 4; see `thing-simulator --help`"),
        (["demo", "--seed", "-1"], "--seed: '-1' is less than 0; see `thing-simulator demo --help`"),
        (["--theme", "x"], "--theme: 'x' is not one of 'light', 'dark'; see `thing-simulator --help`"),
        (["--page", "nowhere"], "--page: 'nowhere' is not a page; write one of fleet, table, wall, jobs, scenarios, "),
        (["--page", "wall:x"], "--page: 'wall:x' is not a page; "),
        (["scenarios", "check"], "Missing argument 'FILE…'; see `thing-simulator scenarios check --help`"),
        (["frobnicate"], "No such command 'frobnicate'; see `thing-simulator --help`"),
        (["run", "--things", "0"], "--things: 0 is not from 1 to 100,000"),
        (["run", "--jobs", "0"], "--jobs: 0 is not from 1 to 1,000"),
        (["run", "--time-scale", "0"], "--time-scale: 0 is not above 0"),
        (["run", "--timeout", "-1"], "--timeout: -1 is not above 0; write seconds"),
        (["run", "--ramp", "nan"], "--ramp: nan is no rate"),
        (["run", "--prefix", "not a name"], "--prefix not a name: not a name10 is no thing name"),
        (["run", "--scenario", "sucess"], 'scenario "sucess": there is none of this name; did you mean success?'),
        (["run", "--scenario", "success=x"], "--scenario: the weight of success"),
        (["run", "--job", "no-such.json"], "no-such.json: there is no such file; give a JSON file, or one of"),
        (["run", "--fleet", "no-such.yaml"], "--fleet no-such.yaml: cannot be read: no such file or directory"),
        (
            ["run", "--report", "run.pdf"],
            "--report run.pdf: is no kind of report: .pdf; end it in .json, .html, .csv, .xml",
        ),
        (
            ["run", "--mqtt", "127.0.0.1:22:1"],
            "--mqtt: 127.0.0.1:22:1 has two ports, 22 and 1; write one, as in 127.0.0.1:22\n",
        ),
        (["run", "--mqtt", "http://x"], "--mqtt: http://x: http:// is not spoken here"),
        ([*JOB, "--mqtt", "127.0.0.1:1"], "--mqtt: an endpoint that runs already needs a control plane for its jobs"),
        (["run", "--http", "http://127.0.0.1:1"], "--http: names an endpoint that runs already"),
        (
            ["run", "--mqtt", "127.0.0.1:1", "--http", "gopher://x"],
            "--http: gopher://x: gopher:// is not spoken here; write http://HOST:PORT or https://HOST",
        ),
        (["--http", "127.0.0.1:8000"], "--http: '127.0.0.1:8000' is no URL; write http://HOST:PORT or https://HOST"),
        (["run", "--mqtt", "127.0.0.1:1", "--http", "http://"], "--http: 'http://' names no host; write http://HOST"),
        (["run", "--mqtt", "127.0.0.1:1", "--http", "http://x:0"], "--http: http://x:0: '0' is no port"),
        (
            ["endpoint", "--time-scale", "fast"],
            "--time-scale: 'fast' is no number; see `thing-simulator endpoint --help`",
        ),
        (["endpoint", "--mqtt", "nonsense"], "--mqtt: 'nonsense' is not HOST:PORT"),
        (["endpoint", "--bla"], "unrecognized arguments: --bla; see `thing-simulator endpoint --help`"),
        (["endpoint", "--broker", "http://x:1"], "--broker: http://x:1: http:// is not spoken here"),
        (["endpoint", "--broker", "ws://x:1"], "--broker: ws://x:1: a broker is spoken to over TCP or TLS"),
        (["endpoint", "--broker-id", "x"], "--broker-id: there is no broker; name it with --broker"),
        (["endpoint", "--broker", "mqtt://x:1", "--broker-ca", "x.pem"], "--broker-ca: mqtt://x:1 speaks no TLS"),
        (["endpoint", "--broker", "mqtts://x:1", "--broker-ca", "/no/x.pem"], "--broker-ca /no/x.pem: cannot be read"),
        (["endpoint", "--broker", "mqtts://x:1", "--broker-cert", "x.pem"], "--broker-cert: a certificate and its key"),
        (["--size", "3"], "--size: '3' is no size; write WIDTHxHEIGHT, such as 1280x800"),
        (
            ["demo", "--screenshot", "no/where.png"],
            "--screenshot no/where.png: there is no directory no; make it first",
        ),
        (["scenarios", "show", "sucess"], 'scenario "sucess": there is none of this name'),
        ([], "there is no display here; use `thing-simulator run`"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(here: Here, arguments: list[str], sentence: str) -> None:
    came = here(*arguments)
    assert came.status == 2
    assert came.output == ""
    assert len(came.errors.splitlines()) == 1
    assert came.errors.startswith(f"thing-simulator: {sentence}")


def test_an_input_that_is_good_after_all_ends_in_a_failure_and_hangs_nobody(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "PATIENCE_SECONDS", 2.0)
    assert here("run", "--things", "1").status == 130


def test_an_endpoint_that_is_not_there_is_status_3(here: Here, unused_tcp_port: int) -> None:
    address = f"127.0.0.1:{unused_tcp_port}"
    came = here(*JOB, "--mqtt", address, "--http", f"http://{address}")
    assert came.status == 3
    assert came.errors == (
        f"thing-simulator: {address} cannot be reached: connection refused; "
        "check the address, or leave it out to start a local endpoint\n"
    )


def test_a_job_document_that_is_none_is_told_with_its_place(here: Here, tmp_path: Path) -> None:
    document = tmp_path / "job.json"
    document.write_text('{"a": 1,\n  "b" 2}', encoding="utf-8")
    came = here("run", "--job", str(document))
    assert came.status == 2
    assert f"{document}: line 2, column 7: Expecting ':' delimiter" in came.errors


def test_version_and_help_need_no_display(here: Here) -> None:
    assert here("--version").output == "thing-simulator 0.1.0\n"
    helped = here("--help")
    assert helped.status == 0
    assert all(f"  {name} " in helped.output for name in cli.COMMANDS)


def test_run_and_endpoint_have_every_option_of_the_design(here: Here) -> None:
    told = here("run", "--help").output.replace(",", " ")
    assert [option for option in RUN_OPTIONS.split() if f" {option} " not in told] == []
    told = here("endpoint", "--help").output
    assert all(f"{option} " in told for option in ("--mqtt", "--http", "--data", "--time-scale", "--broker"))


@pytest.mark.parametrize("where", [[], ["demo"]])
def test_the_window_has_every_switch_for_tests(here: Here, where: list[str]) -> None:
    told = here(*where, "--help").output
    assert [switch for switch in SWITCHES.split() if f" {switch} " not in told] == []


def test_scenarios_are_listed_shown_and_checked(here: Here, tmp_path: Path) -> None:
    listed = here("scenarios")
    assert listed.status == 0
    assert listed.output == here("scenarios", "list").output
    assert "timeout" in listed.output
    assert "[TIMED_OUT]" in listed.output
    own = tmp_path / "own.yaml"
    own.write_text(here("scenarios", "show", "fail").output, encoding="utf-8")
    assert here("scenarios", "show", str(own)).output == own.read_text(encoding="utf-8")
    checked = here("scenarios", "check", str(own))
    assert (checked.status, checked.output) == (0, f"{own}: fine; fail ends in FAILED\n")


def test_a_check_tells_every_mistake_of_every_file_and_is_status_2(here: Here, tmp_path: Path) -> None:
    bad, fine = tmp_path / "bad.yaml", tmp_path / "fine.yaml"
    bad.write_text("name: x\nsteps: []\nend: SUCEEDED\nbogus: 1\n", encoding="utf-8")
    fine.write_text(here("scenarios", "show", "reject").output, encoding="utf-8")
    came = here("scenarios", "check", str(bad), str(fine))
    assert came.status == 2
    assert "fine.yaml: fine" in came.output
    assert len(came.errors.splitlines()) >= 2
    assert all(line.startswith(f"thing-simulator: {bad}: line ") for line in came.errors.splitlines())


def test_a_file_that_is_no_scenario_is_not_shown_as_one(here: Here, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: x\nsteps: []\nend: SUCEEDED\n", encoding="utf-8")
    came = here("scenarios", "show", str(bad))
    assert (came.status, came.output) == (2, "")
    assert came.errors.startswith(f"thing-simulator: {bad}: line 3")


def test_the_schema_is_json(here: Here) -> None:
    assert json.loads(here("scenarios", "schema").output)["$schema"].startswith("https://json-schema.org/")


def test_output_into_a_closed_pipe_ends_in_silence() -> None:
    process = subprocess.Popen(
        command("scenarios", "schema"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()  # before the program has begun to write
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.wait(30), errors) == (1, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM to be caught")
def test_the_endpoint_says_in_one_line_that_it_serves_and_stops_when_told() -> None:
    process = subprocess.Popen(
        command("endpoint", "--mqtt", "127.0.0.1:0", "--http", "127.0.0.1:0"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stdout.read() == ""
        assert process.stderr.read() == ""
    kind, mqtt, http = line.split()
    assert kind == "ready"
    assert mqtt.startswith("mqtt=127.0.0.1:")
    assert http.startswith("http=http://127.0.0.1:")


def test_the_endpoint_command_imports_neither_typer_nor_boto3_nor_a_window() -> None:
    """0.5 s of CPU is all that it may take to be ready, and each of these would take a fifth of that or more."""
    heavy = {"typer", "boto3", "botocore", "rich", "pydantic", "PySide6", "ruamel"}
    script = (
        "import sys; from simulator.commands import endpoint; import simulator.endpoint.child as child\n"
        "child.run = lambda options: child.Endpoint(options)\n"
        "endpoint.main(['--mqtt', '127.0.0.1:0', '--http', '127.0.0.1:0'])\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    imported = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert heavy.isdisjoint(imported)


def test_importing_the_command_line_imports_nothing_heavy() -> None:
    script = "import sys; before = set(sys.modules); import simulator.cli; print(*(set(sys.modules) - before))"
    imported = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert {name.partition(".")[0] for name in imported} <= set(sys.stdlib_module_names) | {"simulator"}
    assert "asyncio" not in imported


# --- errors on their way out ----------------------------------------------------------------------------------------


def _leave(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
    def fails(_: list[str]) -> int:
        raise error

    monkeypatch.setattr(cli, "_dispatch", fails)
    with pytest.raises(SystemExit) as left:
        cli.main([])
    assert isinstance(left.value.code, int)
    return left.value.code


def test_an_expected_error_in_a_group_is_still_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    group = ExceptionGroup("unhandled errors", [ExceptionGroup("inner", [UnreachableError("x:1", "refused")])])
    assert _leave(monkeypatch, group) == 3
    assert capsys.readouterr().err.startswith("thing-simulator: x:1 cannot be reached: refused;")


def test_each_line_of_an_error_stands_under_the_programs_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _leave(monkeypatch, InputError("", "one\ntwo")) == 2
    assert capsys.readouterr().err == "thing-simulator: one\nthing-simulator: two\n"


def test_a_keyboard_interrupt_is_status_130_and_silent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _leave(monkeypatch, KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == ""


def test_a_mistake_in_the_program_is_a_sentence_that_names_the_log(tmp_path: Path) -> None:
    script = (
        "import simulator.cli as cli\n"
        "def fails(given): raise ZeroDivisionError('division by zero')\n"
        "cli._dispatch = fails\n"
        "cli.main([])\n"
    )
    homes = {name: str(tmp_path) for name in ("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA")}
    came = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment(**homes), check=False
    )
    assert came.returncode == 1
    assert came.stderr.startswith(
        "thing-simulator: stopped by a mistake in the program (ZeroDivisionError: division by zero); details are in "
    )
    assert len(came.stderr.splitlines()) == 1
    log = Path(came.stderr.strip().rpartition("details are in ")[2])
    assert log.is_relative_to(tmp_path)
    assert "Traceback" in log.read_text(encoding="utf-8")
