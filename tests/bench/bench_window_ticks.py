"""The window at 10,000 things: what a tick, a filter, a sort, a look at one thing and a rewind cost.

    xvfb-run -s "-screen 0 1920x1080x24" uv run python -m tests.bench.bench_window_ticks [--things 10000] [--rows 2000]

A tick is all that 50 ms of changes cost the window: taking the batch into store, journal and report, one signal, and
the repaint of what asks for it. Figures are milliseconds of this thread's processor time (p50 / p95), and beside them
of the wall clock, which also counts what other programs took meanwhile. The shares are of one core, over some seconds
at 20 Hz, and of the whole process: Qt paints some things on threads of its own.
"""

import argparse
import asyncio
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QApplication

from simulator.config import WindowOptions
from simulator.feed import FeedBatch
from simulator.packed_batch import PackedBatch, pack, unpack
from tests.bench.on_window import run_on_qt, window_on
from tests.support.gui import FakeEngine, LivelyFleet
from ui.fleet_store import FleetStore
from ui.main_window import MainWindow

ROUNDS = 100
WARM_UP = 5
SHARE_SECONDS = 6.0
FILTERS = ("sim-00", "status:failed", "fw<2.4 v>3", "scenario:s* -sim-001", "progress>50", "details:*sum*", "ack>1")


class WireFleet(LivelyFleet):
    """Each batch comes as the engine's process sends it: decoded anew, nothing shared with what was there before."""

    def __init__(self) -> None:
        super().__init__()
        encode, decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(PackedBatch).decode
        self._encode: Callable[[FeedBatch], bytes] = lambda batch: encode(pack(batch))
        self._decode: Callable[[bytes], FeedBatch] = lambda packed: unpack(decode(packed))

    def tell(self, *args: Any, **named: Any) -> None:
        handler = self._on_batch
        assert handler is not None
        self._on_batch = lambda batch: handler(self._decode(self._encode(batch)))
        super().tell(*args, **named)
        self._on_batch = handler

    def make(self, number: int, rows: int) -> list[bytes]:
        """So many batches as they come over the pipe, not told yet."""
        made: list[bytes] = []
        handler, self._on_batch = self._on_batch, lambda batch: made.append(self._encode(batch))
        for _ in range(number):
            self.move(rows)
        self._on_batch = handler
        return made

    def decoded(self, batch: bytes) -> FeedBatch:
        """A batch as the window gets it: just read, shared with nothing."""
        return self._decode(batch)

    def give(self, batch: FeedBatch) -> None:
        """Tell a batch now."""
        assert self._on_batch is not None
        self._on_batch(batch)


def said(what: str, budget: float, cpu: list[float], wall: list[float]) -> None:
    """Print one line: what, its figures, whether they are within the budget."""
    cpu, wall = sorted(cpu), sorted(wall)
    half, most = len(cpu) // 2, min(len(cpu) - 1, int(len(cpu) * 0.95))
    verdict = "ok" if cpu[most] <= budget else "OVER"
    print(
        f"{what:<46} {cpu[half]:6.1f} / {cpu[most]:6.1f} ms cpu   {wall[half]:6.1f} / {wall[most]:6.1f} ms wall"
        f"   budget {budget:g}  {verdict}",
        flush=True,
    )


def timed(
    rounds: int, act: Callable[[int], object], before: Callable[[int], object] = lambda number: None
) -> tuple[list[float], list[float]]:
    """Milliseconds of processor time and of wall clock that each round took; what is done `before` does not count."""
    cpu, wall = [], []
    for number in range(rounds):
        before(number)
        began, at = time.thread_time(), time.perf_counter()
        act(number)
        cpu.append((time.thread_time() - began) * 1000)
        wall.append((time.perf_counter() - at) * 1000)
    return cpu, wall


def resident_mb() -> float:
    """Memory of this process, MB; 0 where the system does not say it in /proc."""
    try:
        text = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("VmRSS"))


class Bench:
    """One window, measured in turn."""

    def __init__(self, qt: QApplication, window: MainWindow, store: FleetStore, fleet: WireFleet, rows: int) -> None:
        self.qt, self.window, self.store, self.fleet, self.rows = qt, window, store, fleet, rows
        self.page = window.page

    async def ticks(self, view: str) -> None:
        """A tick with so many changed rows, painted."""
        self.page.show_view(view)
        await asyncio.sleep(0.2)
        batches = self.fleet.make(WARM_UP + ROUNDS, self.rows)
        parts: dict[str, list[float]] = {"apply": [], "tick": [], "paint": []}

        came: list[FeedBatch] = []

        def decode(number: int) -> None:
            came[:] = [self.fleet.decoded(batches[WARM_UP + number])]

        def one(_: int) -> None:
            began = time.thread_time()
            self.fleet.give(came[0])
            applied = time.thread_time()
            self.page.tick()
            ticked = time.thread_time()
            self.qt.sendPostedEvents(self.window, QEvent.Type.UpdateRequest.value)  # paints what asks for it
            parts["apply"].append((applied - began) * 1000)
            parts["tick"].append((ticked - applied) * 1000)
            parts["paint"].append((time.thread_time() - ticked) * 1000)

        for number in range(WARM_UP):
            decode(number - WARM_UP)
            one(number)
        for found in parts.values():
            found.clear()
        said(f"{view} tick, {self.rows:,} changed rows", 15, *timed(ROUNDS, one, decode))
        print("   of it " + ", ".join(f"{name} {sorted(ms)[len(ms) // 2]:.1f}" for name, ms in parts.items()))
        await asyncio.sleep(0.2)

    def filters(self) -> None:
        """A keystroke in the filter until the rows are those that match."""
        self.page.show_view("table")

        def one(number: int) -> None:
            self.page.filter_edit.setText(FILTERS[number % len(FILTERS)])
            self.page.table.viewport().repaint()

        said("filter", 30, *timed(4 * len(FILTERS), one))
        self.page.clear_filter()

    def sorts(self) -> None:
        """A click on each header, selected rows following."""
        self.page.table.select_names(self.store.names[100:140], self.store.names[110])
        columns = list(range(self.page.model.columnCount()))

        def one(number: int) -> None:
            order = Qt.SortOrder.DescendingOrder if number % 2 else Qt.SortOrder.AscendingOrder
            self.page.table.sortByColumn(columns[number // 2 % len(columns)], order)
            self.page.table.viewport().repaint()

        said("sort by each column, both ways", 50, *timed(2 * len(columns), one))
        self.page.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.page.table.clearSelection()

    def counts(self) -> None:
        """What is done five times a second whatever changes: chips, pulse, footer, texts of the commands."""
        self.page.filter_edit.setText("scenario:s* ack>1")
        said("counts and commands, with a filter (5 Hz)", 10, *timed(40, lambda _: self._count_anew()))
        self.page.clear_filter()
        said("counts and commands, no filter (5 Hz)", 10, *timed(40, lambda _: self._count_anew()))

    def _count_anew(self) -> None:
        self.store.writes += 1  # as after a batch: nothing that was made before holds
        self.page._show_counts(time.monotonic())

    async def details(self) -> None:
        """A click on a row until the pane shows the thing."""
        self.page.splitter.show_pane(True)
        await asyncio.sleep(0.2)
        cpu, wall = [], []
        for number in range(20):
            name = self.store.names[number * 7]
            began, at = time.thread_time(), time.perf_counter()
            self.page.table.select_names([name], name)
            while self.window.pane.header._title.text() != name:
                await asyncio.sleep(0)
            await asyncio.sleep(0)
            self.window.pane.repaint()
            cpu.append((time.thread_time() - began) * 1000)
            wall.append((time.perf_counter() - at) * 1000)
        said("select a row until its details are there", 80, cpu, wall)
        self.page.table.clearSelection()
        self.page.splitter.show_pane(False)

    def rewinds(self) -> None:
        """A drag of the knob: the journal's part, and all that is shown."""
        journal, chance = self.store.journal, random.Random(1)
        span = journal.ends - journal.begins
        found = timed(100, lambda _: journal.scene(journal.begins + span * chance.random()))
        said(f"find a moment among {len(journal):,} changes", 5, *found)
        for view in ("table", "wall"):
            self.page.show_view(view)
            widget = (self.page.wall if view == "wall" else self.page.table).viewport()

            def one(_: int, widget: Any = widget) -> None:
                self.page.rewind.seek(journal.begins + span * chance.random())
                self.page.tick()
                widget.repaint()

            said(f"show a moment anywhere in it ({view})", 50, *timed(60, one))
        self.page.rewind.live()
        self.page.tick()

    async def shares(self) -> None:
        """The share of one core at 20 Hz, shown and minimised."""
        for view in ("table", "wall"):
            self.page.show_view(view)
            share = await self._share(self.rows)
            health = f"{self.page.pace.display_hz:.0f} Hz, lag {self.window.heartbeat.lag_ms:.0f} ms"
            print(
                f"share of a core at 20 Hz, {self.rows:,} rows a tick, {view}: {share:.0f} %   budget 35; at {health}",
                flush=True,
            )
        self.page.show_view("table")
        for few in (300, 20):
            print(f"share of a core at 20 Hz, {few} rows a tick: {await self._share(few):.0f} %", flush=True)
        self.window.showMinimized()
        await asyncio.sleep(0.5)
        print(f"minimised, 20 rows a tick: {await self._share(20):.1f} %   budget 2", flush=True)
        print(f"minimised, nothing changes: {await self._share(0):.1f} %   budget 2", flush=True)

    async def _share(self, rows: int) -> float:
        batches = self.fleet.make(int(SHARE_SECONDS * 20) + 20, rows) if rows else []
        left = iter(batches)
        mover = QTimer()
        mover.setTimerType(Qt.TimerType.PreciseTimer)
        mover.timeout.connect(lambda: self.fleet.give(self.fleet.decoded(next(left, batches[0]))))
        await asyncio.sleep(0.5)
        if rows:
            mover.start(50)
        began, at = time.process_time(), time.perf_counter()
        await asyncio.sleep(SHARE_SECONDS)
        share = 100 * (time.process_time() - began) / (time.perf_counter() - at)
        mover.stop()
        return share


async def run(qt: QApplication, things: int, rows: int) -> None:
    """Open a window on made-up things and measure."""
    engine = FakeEngine()
    engine.fleet = fleet = WireFleet()
    async with window_on(WindowOptions(things=0, seed=42), engine.parts(), (1920, 1060)) as window:
        store = window.page.store
        before = resident_mb()
        fleet.fill(things)
        window.go_to("fleet")
        window.page.tick()
        print(f"{things:,} things: {resident_mb():.0f} MB, of it the things {resident_mb() - before:.0f}", flush=True)
        await asyncio.sleep(1)
        window.page.stop()  # each tick below is made by hand
        bench = Bench(qt, window, store, fleet, rows)
        await bench.ticks("table")
        await bench.ticks("wall")
        bench.filters()
        bench.sorts()
        bench.counts()
        await bench.details()
        bench.rewinds()
        print(f"with {len(store.journal):,} changes in the journal: {resident_mb():.0f} MB", flush=True)
        window.page.start()
        await bench.shares()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--things", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=2000, help="rows that change in a tick")
    given = parser.parse_args()
    run_on_qt(lambda qt: run(qt, given.things, given.rows))


if __name__ == "__main__":
    main()
