"""Showing a headless run: progress on standard error, what came of it on standard output."""

import asyncio
import contextlib
import shlex
import sys
from collections.abc import Callable

from msgspec.structs import replace
from rich.console import Console
from rich.live import Live
from rich.status import Status

from simulator import report_files
from simulator.cli import say
from simulator.commands.carry_out import carry_out
from simulator.commands.interruption import Interruption
from simulator.commands.keys import can_read_keys, keys
from simulator.commands.manual import ManualKeys, require_terminal
from simulator.config import start_logging
from simulator.errors import EXIT_BAD_INPUT, EXIT_OK
from simulator.event_lines import without_secrets
from simulator.report import Report
from simulator.run import HeadlessRun, Phase, RunProgress
from simulator.run_plan import Plan
from simulator.terminal import REFRESHES_PER_SECOND, live_view, phase_line, print_summary


class Progress:
    """Tells of phases: in one line that changes on a terminal, in a line for each phase elsewhere."""

    def __init__(self, console: Console, status: Status | None) -> None:
        self._console = console
        self._status = status
        self._told: Phase | None = None

    def __call__(self, progress: RunProgress) -> None:
        if progress.told:
            self._console.print(progress.told, highlight=False, markup=False, soft_wrap=True)
        elif self._status is not None:
            self._status.update(phase_line(progress))
        elif progress.phase is not self._told:
            self._told = progress.phase
            self._console.print(str(progress.phase), highlight=False)


def command_line() -> str:
    """Return the command as it was typed, for a shell; values that look like credentials are hidden."""
    return without_secrets(shlex.join(["thing-simulator", *sys.argv[1:]]))


def present(plan: Plan, listening: Interruption | None = None) -> int:
    """Carry out `plan`, telling how far it is, and print what came of it; return the exit status.

    `listening` hears of signals already; without it they are listened for from now on.
    """
    if plan.options.manual:
        return _present_manual(plan, listening)
    start_logging()
    errors, output = Console(stderr=True), Console()
    with Interruption() if listening is None else contextlib.nullcontext(listening) as interruption:
        with contextlib.ExitStack() as stack:
            status = None
            if errors.is_terminal:
                status = stack.enter_context(errors.status("", spinner="line"))
            report = carry_out(HeadlessRun(plan, Progress(errors, status)), interruption)
        return _told(plan, report, output)


def _told(plan: Plan, report: Report, output: Console) -> int:
    """Write the reports and print what came of the run; return the exit status."""
    report = replace(report, command=command_line())
    refused = report_files.write_all(report, plan.options.reports)  # before a pipe can fail that reads our output
    print_summary(output, report)
    for path in plan.options.reports:
        if path not in refused:
            output.print(f"report: {path}", soft_wrap=True, highlight=False, markup=False)
    for error in refused.values():
        say(str(error))
    return report.exit_status or (EXIT_BAD_INPUT if refused else EXIT_OK)


def _present_manual(plan: Plan, listening: Interruption | None) -> int:
    """Carry out `plan` under the live table, with keys that let things go on."""
    console = Console()
    require_terminal(console.is_terminal and can_read_keys())
    start_logging()
    progress = _Newest()
    run = HeadlessRun(plan, progress)
    hand = ManualKeys(run.watch, lambda: run.fleet)
    with Interruption() if listening is None else contextlib.nullcontext(listening) as interruption:
        with Live(console=console, auto_refresh=False, transient=False) as live:

            async def show() -> None:
                with keys(hand.on_key):
                    hand.start()
                    try:
                        await _show(run, progress, live, lambda: hand.title, console.height)
                    finally:
                        await hand.close()

            report = carry_out(run, interruption, show)
        return _told(plan, report, console)


async def _show(run: HeadlessRun, progress: "_Newest", live: Live, title: Callable[[], str], height: int) -> None:
    """Draw the table until the run is over; what follows is the things saying goodbye: a table of offline ones."""
    is_over = False
    while not is_over:
        is_over = progress.newest.phase is Phase.COMPARING
        live.update(live_view(run.watch, progress.newest, title(), height=height), refresh=True)
        await asyncio.sleep(1 / REFRESHES_PER_SECOND)


def present_live(plan: Plan, title: str) -> int:
    """Carry out `plan` under a table that shows every thing; where there is no terminal, in lines."""
    console = Console()
    if not console.is_terminal:
        return present(plan)
    start_logging()
    progress = _Newest()
    run = HeadlessRun(plan, progress)
    with Interruption() as interruption:
        with Live(console=console, auto_refresh=False, transient=False) as live:

            async def show() -> None:
                await _show(run, progress, live, lambda: title, console.height)

            report = carry_out(run, interruption, show)
        print_summary(console, report)
    return report.exit_status


class _Newest:
    """Keeps the newest progress for whoever draws."""

    def __init__(self) -> None:
        self.newest = RunProgress(phase=Phase.STARTING)

    def __call__(self, progress: RunProgress) -> None:
        if not progress.told:
            self.newest = progress
