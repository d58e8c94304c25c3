"""The live table and the summary, as text."""

import io

from msgspec.structs import replace
from rich.console import Console

from simulator.feed import Activity, Counters, FeedBatch, ThingSnapshot
from simulator.jobs.model import JobStatus as S
from simulator.report import Health, Report
from simulator.report_parts import EventLogPart
from simulator.run import Phase, RunProgress
from simulator.terminal import live_view, phase_line, print_summary
from simulator.transport.base import Link
from simulator.watch import Watch
from tests.support.reports import report, row

RUNNING = RunProgress(phase=Phase.RUNNING, done=1, total=20)


def watch_of(*snapshots: ThingSnapshot) -> Watch:
    watch = Watch()
    counters = Counters(connected=1, total=len(snapshots), by_status={S.IN_PROGRESS: 1}, ack_p50_ms=1.25)
    watch.on_batch(FeedBatch(at=0.0, snapshots=list(snapshots), counters=counters))
    return watch


def drawn(watch: Watch, progress: RunProgress = RUNNING, height: int = 50) -> list[str]:
    console = Console(file=io.StringIO(), width=120)
    with console.capture() as capture:
        console.print(live_view(watch, progress, "the title", height=height))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_a_thing_at_work_shows_its_version_progress_step_and_firmware() -> None:
    pump = ThingSnapshot(
        name="pump-01", link=Link.ONLINE, status=S.IN_PROGRESS, version=4, progress=50, step="verify",
        firmware="2.3.1", target_firmware="2.4.0",
    )  # fmt: skip
    lines = drawn(watch_of(pump))
    assert lines[0] == "the title"
    assert lines[2].split() == [
        "pump-01",
        "online",
        "IN_PROGRESS",
        "v4",
        "######......",
        "50%",
        "verify",
        "2.3.1",
        ">",
        "2.4.0",
    ]
    assert lines[3].split() == ["1/1", "online", "IN_PROGRESS", "1", "ack", "p50", "1.2", "p99", "0.0", "ms"]
    assert lines[4] == "executions ended: 1 of 20"


def test_a_thing_without_an_execution_has_a_dash() -> None:
    assert drawn(watch_of(ThingSnapshot(name="a", link=Link.CONNECTING, firmware="1")))[2].split() == [
        "a",
        "connecting",
        "-",
        "1",
    ]


def test_silence_and_the_wrong_firmware_are_said() -> None:
    silent = ThingSnapshot(name="a", status=S.IN_PROGRESS, activity=Activity.SILENT)
    wrong = ThingSnapshot(name="b", status=S.SUCCEEDED, firmware="2.3.1", firmware_warning=True)
    lines = drawn(watch_of(silent, wrong))
    assert "silent" in lines[2]
    assert "2.3.1 (not the job's)" in lines[3]


def test_what_things_say_is_no_markup() -> None:
    assert "[red]boom[/]" in drawn(watch_of(ThingSnapshot(name="a", details="[red]boom[/]")))[2]


def test_of_too_many_things_those_that_changed_last_are_shown_by_name() -> None:
    things = [ThingSnapshot(name=f"t{number:03d}", updated_at=float(number % 50)) for number in range(100)]
    lines = drawn(watch_of(*things), height=10)
    assert [line.split()[0] for line in lines[2:-2]] == ["t047", "t048", "t049", "t097", "t098", "t099"]


def test_phases_are_told_with_what_can_be_counted() -> None:
    assert phase_line(RunProgress(phase=Phase.STARTING)) == "starting the local endpoint"
    assert phase_line(RunProgress(phase=Phase.REGISTERING, done=3, total=5000)) == "registering things: 3 of 5,000"


def summary(of: Report | None = None, **changes: object) -> str:
    console = Console(file=io.StringIO(), width=40)
    with console.capture() as capture:
        print_summary(console, replace(of or report(), **changes))
    return capture.get()


def test_the_summary_names_what_was_not_as_expected_on_lines_that_are_not_broken() -> None:
    lines = [line.rstrip() for line in summary(exit_status=1).splitlines()]
    assert lines == [
        "2 things, 0 jobs, 10.5 s, seed 42",
        "SUCCEEDED 1  FAILED 1",
        "9 updates accepted after p50 1.5, p90 3.0, p99 4.5, at most 5.0 ms",
        "the line was down for 3 s",
        "1 of 2 executions did not end as their scenarios say",
        '  pump-02 fw-1 (success): it was FAILED, not "SUCCEEDED"',
    ]


def test_a_good_run_says_so() -> None:
    assert "every execution ended as its scenario says" in summary(report(row()))


def test_interruption_and_timeout_are_said() -> None:
    assert "interrupted; everything has been stopped" in summary(interrupted=True)
    assert "1 of 2 executions had not ended as their scenarios say when the time was over" in summary(timed_out=True)
    assert "the time was over" in summary(report(row()), executions=[], unexpected=0, timed_out=True)


def test_latencies_that_tell_of_the_program_itself_are_called_unreliable() -> None:
    late = Health(latencies_reliable=False, worst_loop_lag_ms=250.0, loop_lag_p99_ms=120.0)
    assert "Latencies are unreliable: the program's own loop was up to 250 ms late (p99 120 ms)" in summary(health=late)
    assert "unreliable" not in summary()


def test_faults_and_the_event_log_are_told_and_what_is_missing_in_it() -> None:
    told = summary(
        faults={"drop-line": 1_200, "reboot": 3},
        health=Health(event_log=EventLogPart(path="e.jsonl", written=10, dropped=2, error="the disk is full")),
    )
    assert "faults: drop-line 1,200, reboot 3" in told
    assert "event log: 10 lines in e.jsonl, 2 lines dropped: the disk is full" in told


def test_of_many_failures_the_first_are_named_and_the_rest_counted() -> None:
    failures = [row(f"pump-{number}", S.FAILED, "no") for number in range(30)]
    told = summary(report(*failures))
    assert told.count("(success): no") == 20
    assert "and 10 more; --report FILE.json has all of them" in told


def test_a_lost_endpoint_is_said_with_what_the_things_believe() -> None:
    rows = [row("a"), row("b", S.IN_PROGRESS, "the thing believes IN_PROGRESS, the service could not be asked")]
    unasked = [replace(one, status_stored=None) for one in rows]
    told = summary(report(*unasked), endpoint_lost="x:1 was lost after 12 s: connection refused", exit_status=3)
    lines = [line.rstrip() for line in told.splitlines()]
    assert lines[1] == "as the things believe: IN_PROGRESS 1  SUCCEEDED 1"
    assert lines[-2:] == ["x:1 was lost after 12 s: connection refused", "1 execution had not ended"]


def test_an_interruption_counts_what_had_not_ended_and_names_what_ended_wrongly() -> None:
    rows = [row("a", S.IN_PROGRESS, "x"), row("b", S.QUEUED, "x"), row("c", S.FAILED, "it was FAILED")]
    lines = summary(report(*rows), interrupted=True, exit_status=130).splitlines()
    assert [line.rstrip() for line in lines[-3:]] == [
        "interrupted; everything has been stopped",
        "2 executions had not ended",
        "  c fw-1 (success): it was FAILED",
    ]
