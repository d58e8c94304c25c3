"""The window: how soon it is there and shows a thing at work, how long its loop is ever blocked, how soon it is gone.

    xvfb-run -s "-screen 0 1920x1080x24" uv run python -m tests.bench.bench_window [--things 1000] [--rows 200]

The start is the time from starting a process to the picture of its first paint being saved, and for `demo` to the first
thing whose work the window knows of. The end is from closing that window, with the demo's things at work, until its
process and those of worker and endpoint are gone. The block is the longest
gap between beats of a 5 ms timer in the window's own loop, less 5 ms, with made-up snapshots coming 20 times a second.
"""

import argparse
import asyncio
import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import Qt, QTimer

from simulator.config import WindowOptions
from tests.support.gui import FakeEngine, LivelyFleet
from ui import app as ui_app
from ui import theme

BEAT_SECONDS = 0.005
BATCHES_PER_SECOND = 20


def start_seconds(rounds: int) -> list[float]:
    """Start the demo several times and return the seconds until each had saved the picture of its first paint."""
    took = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as place:
            picture = Path(place) / "first.png"
            command = [sys.executable, "-m", "simulator", "demo", "--seed", "1", "--temp-profile"]
            command += ["--size", "1280x720", "--screenshot", str(picture), "--after", "0"]
            began = time.monotonic()
            with subprocess.Popen(command) as process:
                while not picture.exists() and process.poll() is None:
                    time.sleep(0.005)
                took.append(time.monotonic() - began)
    return took


def demo_seconds(rounds: int, things: int) -> tuple[list[float], list[float]]:
    """Seconds from the start of a process that opens the demo to its first thing at work, and from its closing on."""
    working, gone = [], []
    for _ in range(rounds):
        command = [sys.executable, "-m", "tests.bench.bench_window", "--as-demo", str(things)]
        began = time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            working.append(time.monotonic() - began)
            process.stdout.readline()
            closing = time.monotonic()
            process.wait()
            gone.append(time.monotonic() - closing)
    return working, gone


def be_demo(things: int) -> None:
    """Show the demo as the program does; say on standard output when a thing is at work and when it is closed."""
    import qasync

    from simulator.feed import FeedBatch
    from ui.engine import real_engine
    from ui.session import Session

    options = WindowOptions(demo=True, demo_things=things, seed=1, temp_profile=True, size=(1280, 720), theme="dark")
    qt = ui_app._application()
    take = Session._take
    told = [False]

    def close() -> None:
        print("closing", flush=True)
        next(each for each in qt.topLevelWidgets() if each.objectName() == "mainWindow").close()

    def watched(session: Session, batch: FeedBatch) -> None:
        take(session, batch)
        if batch.counters.working and not told[0]:
            told[0] = True
            print("working", flush=True)
            QTimer.singleShot(2000, close)

    Session._take = watched  # type: ignore[method-assign]
    with ui_app._settings(options) as settings, ui_app._interrupts() as interrupts:
        theme.prepare(qt, ui_app._theme_choice(options, settings))
        with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(qt)) as runner:
            runner.run(ui_app.show_window(options, settings, real_engine(), interrupts))


def blocks(things: int, rows: int, seconds: float) -> list[float]:
    """Return the gaps between beats, in milliseconds over the beat, while `rows` rows a second change."""
    import qasync

    engine = FakeEngine()
    engine.fleet = fleet = LivelyFleet()
    options = WindowOptions(things=0, seed=42, size=(1280, 720), temp_profile=True, theme="dark")
    qt = ui_app._application()
    gaps: list[float] = []
    last = 0.0

    def beat() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append((now - last - BEAT_SECONDS) * 1000)
        last = now

    def begin() -> None:
        nonlocal last
        fleet.fill(things)
        mover.timeout.connect(lambda: fleet.move(rows // BATCHES_PER_SECOND))
        mover.start(1000 // BATCHES_PER_SECOND)
        pulse.timeout.connect(beat)
        QTimer.singleShot(1000, settle)

    def settle() -> None:
        nonlocal last
        gaps.clear()
        last = time.perf_counter()
        pulse.start(int(BEAT_SECONDS * 1000))
        window = next(each for each in qt.topLevelWidgets() if each.objectName() == "mainWindow")
        QTimer.singleShot(int(seconds * 1000), window.close)

    with ui_app._settings(options) as settings, ui_app._interrupts() as interrupts, contextlib.ExitStack():
        theme.prepare(qt, ui_app._theme_choice(options, settings))
        mover, pulse = QTimer(), QTimer()
        pulse.setTimerType(Qt.TimerType.PreciseTimer)
        QTimer.singleShot(500, begin)
        with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(qt)) as runner:
            runner.run(ui_app.show_window(options, settings, engine.parts(), interrupts))
        mover.stop()
        pulse.stop()
    return gaps[:-1]  # the last one may be of closing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--things", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=200, help="rows that change in a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--demo-things", type=int, default=200)
    parser.add_argument("--as-demo", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.as_demo:
        be_demo(given.as_demo)
        return
    took = start_seconds(given.rounds)
    print(
        f"first paint after {statistics.median(took):.2f} s (median of {given.rounds}, worst {max(took):.2f}; limit 1)"
    )
    working, gone = demo_seconds(given.rounds, given.demo_things)
    print(
        f"demo of {given.demo_things:,} things: first one working after {statistics.median(working):.2f} s (worst"
        f" {max(working):.2f}; limit 5), gone {statistics.median(gone):.2f} s after its closing (worst"
        f" {max(gone):.2f}; limit 2)"
    )
    gaps = sorted(blocks(given.things, given.rows, given.seconds))
    print(
        f"{given.things:,} things, {given.rows:,} rows a second: longest block {gaps[-1]:.1f} ms (limit 50),"
        f" p99 {gaps[int(len(gaps) * 0.99)]:.1f} ms over {len(gaps):,} beats"
    )


if __name__ == "__main__":
    main()
