"""Three rounds of `tests.bench.kill_endpoint`, which does fifty."""

import sys
from pathlib import Path

import pytest

from tests.support.killed_endpoint import kill_and_restart


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_no_accepted_update_is_missing_after_kills_under_load_and_timers_go_on(tmp_path: Path) -> None:
    figures = await kill_and_restart(tmp_path / "jobs.db", rounds=3, things=10, seed=2)
    assert figures.wrong == []
    assert figures.accepted > 30
    assert (figures.rounds, figures.timed_out) == (3, 3)
