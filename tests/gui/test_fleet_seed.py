"""A fleet file's seed is the one its things have in the window, so that the command line walks the same ways."""

from pathlib import Path
from typing import Any

import pytest

from simulator import fleet_file
from simulator.config import WindowOptions
from simulator.scenario.walk import seed_for
from tests.gui.conftest import Opened

PUMPS = "seed: 7\ngroups:\n  - {prefix: pump-, count: 3, scenario: steady-success}\n"


def open_pumps(opened: Opened, qtbot: Any, tmp_path: Path, text: str = PUMPS) -> list[int]:
    """Open such a file; return the seeds of its things."""
    path = tmp_path / "PUMPS.yaml"
    path.write_text(text, encoding="utf-8")
    opened.window.opener.open_paths([path])
    qtbot.waitUntil(lambda: opened.window.open_fleet.name == "PUMPS")
    return [spec.seed for spec in opened.session.things.specs()]


class TestWithoutASeedOfItsOwn:
    @pytest.fixture
    def options(self) -> WindowOptions:
        return WindowOptions(things=3)

    def test_the_files_seed_holds_for_things_status_bar_and_what_is_saved(
        self, opened: Opened, qtbot: Any, tmp_path: Path
    ) -> None:
        seeds = open_pumps(opened, qtbot, tmp_path)
        assert seeds == [spec.seed for spec in fleet_file.parse(PUMPS, "").plan(7).specs]
        opened.window._counted()
        assert opened.window.status_bar.seed.text == "seed 7"
        opened.window.fleet_save.save_to(tmp_path / "CASE.yaml")
        qtbot.waitUntil(lambda: opened.window.open_fleet.name == "CASE")
        assert fleet_file.read(tmp_path / "CASE.yaml").file.seed == 7

    def test_things_that_are_added_later_follow_the_files_seed_too(
        self, opened: Opened, qtbot: Any, tmp_path: Path
    ) -> None:
        open_pumps(opened, qtbot, tmp_path)
        opened.window.page.addWanted.emit(1)
        qtbot.waitUntil(lambda: len(opened.session.things.specs()) == 4)
        added = opened.session.things.specs()[-1]
        assert added.seed == seed_for(7, added.name)

    def test_a_file_without_one_takes_that_of_the_window(self, opened: Opened, qtbot: Any, tmp_path: Path) -> None:
        drawn = opened.session.seed
        text = PUMPS.removeprefix("seed: 7\n")
        seeds = open_pumps(opened, qtbot, tmp_path, text)
        assert opened.session.seed == drawn
        assert seeds == [spec.seed for spec in fleet_file.parse(text, "").plan(drawn).specs]


def test_a_seed_that_the_program_was_started_with_goes_before_the_files(
    opened: Opened, qtbot: Any, tmp_path: Path
) -> None:
    seeds = open_pumps(opened, qtbot, tmp_path)
    assert opened.session.seed == 42
    assert seeds == [spec.seed for spec in fleet_file.parse(PUMPS, "").plan(42).specs]
