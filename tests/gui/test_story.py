"""The demo's story: six captions that a presenter walks through, and what their buttons break."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from simulator.config import WindowOptions
from simulator.jobs.model import JobStatus as S
from simulator.scenario.faults import FaultName
from tests.gui.conftest import Opened
from tests.support.gui import snapshot
from ui.status_style import CODE_OF
from ui.story_bar import StoryBar
from ui.story_captions import captions


@pytest.fixture
def options() -> WindowOptions:
    return WindowOptions(demo=True, demo_things=30, seed=7)


@pytest.fixture
def told(opened: Opened, qtbot) -> Opened:
    """The demo with its story begun, as `thing-simulator demo` opens it."""
    opened.window.show_demo()
    opened.window.page.tick()
    return opened


def press(told: Opened, qtbot, name: str) -> None:
    qtbot.mouseClick(told.find(QPushButton, name), Qt.MouseButton.LeftButton)


def title(told: Opened) -> str:
    return told.find(QLabel, "storyTitle").text()


def work(told: Opened, count: int) -> list[str]:
    """Let so many things be at work; return their names."""
    names = told.store.names[:count]
    told.fleet.tell(snapshot(name, S.IN_PROGRESS, version=3) for name in names)
    return names


def end(told: Opened, count: int) -> None:
    """So many things have done their work."""
    told.fleet.tell(snapshot(name, S.SUCCEEDED, version=5) for name in told.store.names[:count])


def jobs(told: Opened) -> list[object]:
    return [job[0] for job in told.engine.operator.jobs]


def go_to(told: Opened, qtbot, number: int) -> None:
    """Press → or ← until the caption of this number is shown, and let happen what comes with it."""
    while told.window.story.script.number != number:
        forward = told.window.story.script.number < number
        qtbot.keyClick(told.window.page.things_view, Qt.Key.Key_Right if forward else Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: not told.tasks)


def to_breaking(told: Opened, qtbot) -> None:
    for _ in range(4):
        press(told, qtbot, "storyNextButton")
    assert title(told) == "Break something"


def test_it_begins_with_the_wall_and_counts_the_fleet(told: Opened) -> None:
    assert told.find(StoryBar, "storyBar").isVisible()
    assert told.window.page.view == "wall"
    assert title(told) == "This is a fleet"
    assert told.find(QLabel, "storyText").text().startswith("30 virtual things")


def test_next_walks_through_six_captions_and_is_then_done(told: Opened, qtbot) -> None:
    work(told, 3)
    titles = [title(told)]
    for _ in range(5):
        press(told, qtbot, "storyNextButton")
        titles.append(title(told))
    assert titles == [
        "This is a fleet",
        "A job is created",
        "The wave",
        "One thing up close: the versions",
        "Break something",
        "Take the report",
    ]
    assert told.find(QPushButton, "storyNextButton").text() == "Done"
    press(told, qtbot, "storyNextButton")
    assert not told.window.story.isVisible()


def test_the_right_arrow_goes_on_and_escape_leaves(told: Opened, qtbot) -> None:
    qtbot.keyClick(told.window.page.things_view, Qt.Key.Key_Right)
    assert title(told) == "A job is created"
    qtbot.keyClick(told.window.page.things_view, Qt.Key.Key_Escape)
    assert not told.window.story.isVisible()


def test_the_wave_orders_the_wall_by_rollout_and_the_fourth_caption_looks_at_a_thing_at_work(
    told: Opened, qtbot
) -> None:
    names = work(told, 2)
    for _ in range(2):
        press(told, qtbot, "storyNextButton")
    assert told.window.page.wall.order_by == "rollout"
    press(told, qtbot, "storyNextButton")
    assert told.window.page.table.selected_names() == names[:1]
    assert told.window.pane.isVisible()


def test_fail_10_fails_ten_that_are_at_work(told: Opened, qtbot) -> None:
    names = work(told, 12)
    to_breaking(told, qtbot)
    press(told, qtbot, "storyButton_fail")
    qtbot.waitUntil(lambda: told.asked("force") != [])
    assert told.asked("force") == [(names[:10], S.FAILED, "broken on purpose")]


def test_unplug_20_takes_those_at_work_first_and_plugs_the_same_in_again(told: Opened, qtbot) -> None:
    work(told, 12)
    to_breaking(told, qtbot)
    press(told, qtbot, "storyButton_unplug")
    qtbot.waitUntil(lambda: told.asked("disconnect") != [])
    assert told.asked("disconnect") == [(told.store.names[:20],)]
    assert told.find(QPushButton, "storyButton_unplug").text() == "Plug 20 in again"
    press(told, qtbot, "storyButton_unplug")
    qtbot.waitUntil(lambda: told.asked("connect") != [])
    assert told.asked("connect") == [(told.store.names[:20],)]


def test_breaking_something_when_all_is_done_makes_another_job_first(told: Opened, qtbot) -> None:
    to_breaking(told, qtbot)
    press(told, qtbot, "storyButton_stale")
    qtbot.waitUntil(lambda: len(told.engine.operator.jobs) == 2)
    assert jobs(told) == ["firmware-2-4-0", "firmware-2-5-0"]
    assert told.asked("misbehave") == []
    names = work(told, 11)
    qtbot.waitUntil(lambda: told.asked("misbehave") != [])
    assert told.asked("misbehave") == [(names[:10], FaultName.STALE_VERSION, None)]


class TestOfAnotherFleet:
    @pytest.fixture
    def options(self) -> WindowOptions:
        return WindowOptions(things=3, seed=7)

    def test_show_me_puts_the_demo_in_its_place(self, opened: Opened, qtbot) -> None:
        opened.trigger("act.app.demo")
        qtbot.waitUntil(lambda: len(opened.engine.operator.jobs) == 1)
        opened.window.page.tick()
        assert len(opened.store) == 200
        assert opened.store.names[0] == "pump-001"
        assert opened.fleet.settings is not None
        assert opened.fleet.settings.time_scale == 8.0
        assert title(opened) == "This is a fleet"
        opened.trigger("act.app.demo")
        assert len(opened.engine.operator.jobs) == 1


def test_what_is_unplugged_is_not_failed(told: Opened, qtbot) -> None:
    to_breaking(told, qtbot)
    qtbot.waitUntil(lambda: not told.tasks)
    names = work(told, 32)
    press(told, qtbot, "storyButton_unplug")
    qtbot.waitUntil(lambda: told.asked("disconnect") != [])
    press(told, qtbot, "storyButton_fail")
    qtbot.waitUntil(lambda: told.asked("force") != [])
    assert told.asked("force") == [(names[20:30], S.FAILED, "broken on purpose")]


def test_the_fifth_caption_gives_the_wall_its_room_back(told: Opened, qtbot) -> None:
    work(told, 2)
    wanted = told.window.page.splitter.pane_wanted
    for _ in range(3):
        press(told, qtbot, "storyNextButton")
    assert told.window.page.splitter.pane_wanted is True
    press(told, qtbot, "storyNextButton")
    assert told.window.page.splitter.pane_wanted is wanted


def test_a_wave_that_goes_on_is_left_alone_by_the_captions_that_speak_of_it(told: Opened, qtbot) -> None:
    end(told, 9)
    told.fleet.tell(snapshot(name, S.IN_PROGRESS, version=3) for name in told.store.names[9:20])
    go_to(told, qtbot, 3)
    assert jobs(told) == ["firmware-2-4-0"]
    assert told.asked("remove") == []


@pytest.mark.parametrize("number", [2, 3])
def test_a_presenter_who_comes_when_the_wave_is_over_finds_all_dim_again_and_the_next_job(
    told: Opened, qtbot, number: int
) -> None:
    work(told, 12)
    go_to(told, qtbot, number - 1)
    end(told, 30)
    assert jobs(told) == ["firmware-2-4-0"]
    go_to(told, qtbot, number)
    names = told.store.names
    assert len(names) == 30
    assert told.asked("remove") == told.asked("add")[1:] == [(names,)]
    assert told.asked("stop") == [(names,)]
    assert told.asked("start") == [(names,), (names,)]
    assert jobs(told) == ["firmware-2-4-0", "firmware-2-5-0"]
    assert told.engine.operator.cancelled == [("firmware-2-4-0", True)]
    assert set(told.store.status) == {CODE_OF[None]}


def test_the_left_arrow_goes_back_and_brings_what_the_caption_speaks_of(told: Opened, qtbot) -> None:
    work(told, 12)
    go_to(told, qtbot, 4)
    assert told.window.pane.isVisible()
    end(told, 30)
    go_to(told, qtbot, 3)
    assert title(told) == "The wave"
    assert told.window.page.table.selected_names() == []
    assert not told.window.pane.isVisible()
    assert told.window.page.wall.order_by == "rollout"
    assert jobs(told) == ["firmware-2-4-0", "firmware-2-5-0"]
    go_to(told, qtbot, 1)
    assert title(told) == "This is a fleet"
    assert told.window.page.wall.order_by == "name"
    assert not told.find(QPushButton, "storyBackButton").isEnabled()
    qtbot.keyClick(told.window.page.things_view, Qt.Key.Key_Left)
    assert title(told) == "This is a fleet"


def test_going_back_from_the_report_shows_the_fleet_again(told: Opened, qtbot) -> None:
    work(told, 25)
    go_to(told, qtbot, 6)
    press(told, qtbot, "storyButton_report")
    assert told.window.pages.current_id == "report"
    press(told, qtbot, "storyBackButton")
    assert told.window.pages.current_id == "fleet"
    assert title(told) == "Break something"


def test_once_more_lets_all_begin_anew_though_the_wave_goes_on(told: Opened, qtbot) -> None:
    work(told, 12)
    go_to(told, qtbot, 3)
    press(told, qtbot, "storyButton_again")
    qtbot.waitUntil(lambda: len(jobs(told)) == 2 and not told.tasks)
    assert set(told.store.status) == {CODE_OF[None]}
    press(told, qtbot, "storyButton_again")  # it has only begun
    qtbot.wait(1)
    assert len(jobs(told)) == 2


def test_the_fourth_caption_waits_for_a_thing_at_work_if_there_is_none(told: Opened, qtbot) -> None:
    work(told, 12)
    go_to(told, qtbot, 3)
    end(told, 30)
    go_to(told, qtbot, 4)
    assert jobs(told) == ["firmware-2-4-0", "firmware-2-5-0"]
    assert told.window.page.table.selected_names() == []
    names = work(told, 2)
    qtbot.waitUntil(lambda: told.window.page.table.selected_names() == names[:1])
    assert told.window.pane.isVisible()
    press(told, qtbot, "storyButton_again")
    assert told.window.page.table.selected_names() == names[1:]


def test_of_things_at_work_the_slow_one_with_the_most_before_it_is_looked_at(told: Opened, qtbot) -> None:
    names = told.store.names
    told.fleet.tell(
        snapshot(name, S.IN_PROGRESS, version=3, scenario=scenario, progress=progress)
        for name, scenario, progress in (
            (names[0], "success", 10),
            (names[1], "slow-success", 60),
            (names[2], "slow-success", 40),
            (names[3], "steady-success", 5),
        )
    )
    go_to(told, qtbot, 4)
    assert told.window.page.table.selected_names() == [names[2]]


def test_presenter_mode_does_not_tell_a_story_again_that_was_left(told: Opened, qtbot) -> None:
    qtbot.keyClick(told.window.page.things_view, Qt.Key.Key_Escape)
    qtbot.keyClick(told.window.page.things_view, Qt.Key.Key_F11)
    try:
        assert told.window.presenter.is_on
        assert not told.window.story.isVisible()
    finally:
        told.window.presenter.leave()


def test_leaving_the_story_closes_the_pane_that_it_opened_and_keeps_what_is_selected(told: Opened, qtbot) -> None:
    work(told, 3)
    wanted = told.window.page.splitter.pane_wanted
    go_to(told, qtbot, 4)
    qtbot.keyClick(told.window.page.things_view, Qt.Key.Key_Escape)
    assert told.window.page.splitter.pane_wanted is wanted
    assert told.window.page.table.selected_count() == 1


def test_before_the_things_are_there_they_are_not_counted() -> None:
    assert captions(0, unplugged=0, awaits=False)[0].text.startswith("Virtual things")
    assert captions(1, unplugged=0, awaits=False)[0].text.startswith("1 virtual thing, ")


def test_a_fleet_that_is_opened_ends_the_story_of_another(told: Opened, tmp_path: Path) -> None:
    told.window.opener.opened.emit(tmp_path / "fleet.yaml")
    assert not told.window.story.isVisible()
