"""The demo's story on the real engine: a wave that was over comes again, with all things as they began."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.config import WindowOptions
from simulator.feed import FeedBatch
from simulator.jobs.model import JobStatus as S
from tests.support.real_window import PATIENCE, RealWindow, opening_real_window
from ui.status_style import CODE_OF, STATUSES

THINGS = 40
ENDS = {CODE_OF[status] for status in STATUSES if status.is_terminal}


@pytest.fixture
def shown(qt_loop: asyncio.AbstractEventLoop, qtbot, tmp_path: Path) -> Iterator[RealWindow]:
    """The demo at sixty times real speed: each wave is over in two seconds."""
    options = WindowOptions(demo=True, demo_things=THINGS, seed=42, time_scale=60.0)
    with opening_real_window(qt_loop, qtbot, tmp_path, options) as made:
        made.window.show_demo()
        yield made


def has_ended(shown: RealWindow, job_id: str) -> bool:
    store = shown.store
    return len(store) == THINGS and set(store.job) == {job_id} and set(store.status) <= ENDS


def test_a_wave_that_was_over_comes_again_to_things_that_begin_anew(
    shown: RealWindow, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, script = shown.store, shown.window.story.script
    qtbot.waitUntil(lambda: has_ended(shown, "firmware-2-4-0"), timeout=PATIENCE)
    first = list(store.status)
    assert len(set(first)) == 4
    firmware: dict[str, str] = {}  # of each thing, what was told first after it had been taken away
    apply = store.apply

    def look(batch: FeedBatch) -> None:
        for thing in batch.snapshots:
            if thing.job_id != "firmware-2-4-0":
                firmware.setdefault(thing.name, thing.firmware)
        apply(batch)

    monkeypatch.setattr(store, "apply", look)
    script.go_on()
    qtbot.waitUntil(lambda: has_ended(shown, "firmware-2-5-0"), timeout=PATIENCE)
    assert list(store.status) == first, "the same things end in the same way"
    assert list(firmware.values()) == ["2.3.1"] * THINGS
    succeeded = {thing.firmware for thing in store.shown if thing.status is S.SUCCEEDED}
    assert succeeded == {"2.5.0"}
    assert "VersionMismatch" not in store.counters.rejections
    assert "versionMismatch" not in shown.window.banners.kinds()
