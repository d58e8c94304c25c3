"""The session: what opens, what is told when it does not, and what its buttons mend."""

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from simulator import demo
from simulator.config import WindowOptions
from simulator.errors import InputError, UnreachableError
from simulator.feed import Activity
from simulator.jobs.model import JobStatus as S
from simulator.transport.base import Link
from tests.gui.conftest import Opened
from tests.support.gui import FakeEngine, snapshot
from ui.banner import Banner, Severity
from ui.fleet_process import log_entries_for
from ui.job_dialog import JobRequest

LEFT = Qt.MouseButton.LeftButton
JOB = JobRequest(job_id="fw-1", targets=("thing-00001", "thing-00002"), document="{}")


def sentence(opened: Opened, kind: str) -> str:
    return opened.find(QLabel, f"banner_{kind}_label").text()


def mend(opened: Opened, qtbot, kind: str) -> str:
    """Click the banner's button; return what was on it."""
    button = opened.find(QPushButton, f"banner_{kind}_fix")
    text = button.text()
    qtbot.mouseClick(button, LEFT)
    return text


def test_opening_starts_endpoint_and_fleet_and_registers_the_things(opened: Opened) -> None:
    assert opened.engine.endpoints[0].is_running
    assert opened.fleet.settings is not None
    assert opened.fleet.settings.address == "127.0.0.1:41883"
    assert opened.engine.operator.is_open
    assert opened.engine.operator.things == ["thing-00001", "thing-00002", "thing-00003"]
    assert opened.session.connection.link is Link.ONLINE
    assert opened.window.banners.kinds() == []


def test_closing_leaves_nothing_open(opened: Opened, qt_loop, qtbot) -> None:
    closing = qt_loop.create_task(opened.session.close())
    qtbot.waitUntil(closing.done)
    assert opened.fleet.is_closed
    assert opened.engine.operator.is_closed
    assert not opened.engine.endpoints[0].is_running


def test_closing_does_not_wait_for_a_fleet_that_will_not_end(opened: Opened, qt_loop, qtbot, monkeypatch) -> None:
    monkeypatch.setattr("ui.fleet_process.FLEET_CLOSE_SECONDS", 0.05)

    async def never() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(opened.fleet, "close", never)
    closing = qt_loop.create_task(opened.session.close())
    qtbot.waitUntil(closing.done, timeout=2000)
    assert not opened.engine.endpoints[0].is_running


class TestWithAPortThatIsTaken:
    @pytest.fixture
    def engine(self) -> FakeEngine:
        made = FakeEngine()
        made.endpoint_refusal = InputError("--mqtt", "127.0.0.1:41883 is in use", "choose another port")
        return made

    def test_the_cause_is_told_and_trying_again_goes_on_where_it_stopped(self, opened: Opened, qtbot) -> None:
        assert "127.0.0.1:41883 is in use" in sentence(opened, "endpoint")
        assert opened.session.connection.link is Link.ERROR
        assert len(opened.store) == 0
        opened.engine.endpoint_refusal = None
        assert mend(opened, qtbot, "endpoint") == "Try again"
        qtbot.waitUntil(lambda: len(opened.store) == 3)
        assert opened.window.banners.kinds() == []


def test_an_endpoint_that_dies_is_told_and_started_again_at_its_address(opened: Opened, qtbot) -> None:
    opened.engine.operator.things.clear()
    opened.engine.endpoints[0].on_exit(-9)
    assert "ended (exit status -9)" in sentence(opened, "endpoint")
    assert opened.session.connection.link is Link.ERROR
    assert mend(opened, qtbot, "endpoint") == "Restart endpoint"
    qtbot.waitUntil(lambda: len(opened.engine.operator.things) == 3)
    assert opened.engine.asked_for[-1] == ("127.0.0.1:41883", "127.0.0.1:41884")
    assert opened.session.connection.link is Link.ONLINE
    assert opened.window.banners.kinds() == []


def test_where_the_old_address_is_taken_everything_moves_to_other_ports(opened: Opened, qtbot) -> None:
    opened.trigger("act.fleet.start")
    qtbot.waitUntil(lambda: opened.asked("start") != [])
    opened.engine.endpoint_refusal = InputError("--mqtt", "127.0.0.1:41883 is in use", "choose another port")
    opened.engine.endpoints[0].on_exit(1)
    mend(opened, qtbot, "endpoint")
    qtbot.waitUntil(lambda: "is in use" in sentence(opened, "endpoint"))
    opened.engine.endpoint_refusal = None
    opened.fleet.asked.clear()
    assert mend(opened, qtbot, "endpoint") == "Use other ports"
    qtbot.waitUntil(lambda: opened.asked("start") == [(["thing-00001", "thing-00002", "thing-00003"],)])
    assert opened.engine.asked_for[-1] == ("127.0.0.1:0", "127.0.0.1:0")
    assert opened.asked("add") == [(["thing-00001", "thing-00002", "thing-00003"],)]


def test_a_lost_worker_is_one_banner_and_its_button_starts_it_again(opened: Opened, qtbot) -> None:
    lost = [snapshot(f"thing-0000{n}", activity=Activity.LOST, link=Link.OFFLINE) for n in (1, 2)]
    opened.fleet.tell(lost, notices=["A worker process ended (signal 9)"])
    assert opened.window.banners.kinds() == ["worker"]
    assert "2 things are lost" in sentence(opened, "worker")
    opened.window.go_to("jobs")
    qtbot.mouseClick(opened.find(QPushButton, "banner_worker_show"), LEFT)
    assert opened.window.pages.current_id == "fleet"
    assert opened.window.page.model.shown_names() == ["thing-00001", "thing-00002"]
    assert opened.window.banners.kinds() == ["worker"]  # looking mends nothing
    assert mend(opened, qtbot, "worker") == "Restart worker"
    qtbot.waitUntil(lambda: opened.asked("restart_lost") == [([],)])
    qtbot.waitUntil(lambda: opened.store.lost == 0)
    assert opened.window.banners.kinds() == []


OUTAGE = "3 of 3 things have no connection: connection refused; they keep trying"


def cut_off(opened: Opened, *, notices: tuple[str, ...] = ()) -> None:
    things = [snapshot(f"thing-0000{n}", link=Link.ERROR, link_reason="connection refused") for n in (1, 2, 3)]
    opened.fleet.tell(things, notices=notices)


def test_an_outage_is_one_banner_that_goes_when_it_ends(opened: Opened) -> None:
    cut_off(opened, notices=(OUTAGE,))
    cut_off(opened)
    assert opened.window.banners.kinds() == ["unreachable"]
    assert sentence(opened, "unreachable") == OUTAGE
    back = [snapshot(f"thing-0000{n}") for n in (1, 2, 3)]
    opened.fleet.tell(back, notices=["The things are connected again after 7 s"])
    assert opened.window.banners.kinds() == ["notice"]
    assert opened.find(Banner, "banner_notice").problem.severity is Severity.SUCCESS


def test_an_outage_whose_cause_is_told_has_no_banner_of_its_own(opened: Opened) -> None:
    opened.engine.endpoints[0].on_exit(1)
    cut_off(opened, notices=(OUTAGE,))
    assert opened.window.banners.kinds() == ["endpoint"]


def test_the_unreachable_banner_shows_its_things(opened: Opened, qtbot) -> None:
    cut_off(opened, notices=(OUTAGE,))
    opened.fleet.tell([snapshot("thing-00002")])
    assert mend(opened, qtbot, "unreachable") == "Show things"
    assert opened.find(QLineEdit, "fleetFilterEdit").text() == "link:error,connecting"
    assert opened.window.page.model.shown_names() == ["thing-00001", "thing-00003"]


def test_a_job_that_is_refused_says_why_and_can_be_tried_again(opened: Opened, qtbot) -> None:
    opened.engine.operator.refusal = InputError("job fw-1", "the job exists already", "choose another id")
    opened.window.commands.job_dialog.createRequested.emit(JOB)
    qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["job"])
    assert (
        sentence(opened, "job") == "The job fw-1 was not created: job fw-1: the job exists already; choose another id"
    )
    opened.engine.operator.refusal = None
    assert mend(opened, qtbot, "job") == "Try again"
    qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["jobCreated"])
    assert sentence(opened, "jobCreated").startswith("Job fw-1 was created for 2 things.")


def test_a_job_for_things_that_are_not_started_says_so_and_its_button_starts_them(opened: Opened, qtbot) -> None:
    opened.tasks.start(opened.session.things.start(["thing-00001"]), "start")
    qtbot.waitUntil(lambda: not opened.tasks)
    opened.window.commands.job_dialog.createRequested.emit(JOB)
    qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["jobCreated"])
    first = "Job fw-1 was created for 2 things."
    assert sentence(opened, "jobCreated") == f"{first} 1 thing is not started and does not take it yet."
    assert mend(opened, qtbot, "jobCreated") == "Start it"
    qtbot.waitUntil(lambda: opened.asked("start") == [(["thing-00001"],), (["thing-00002"],)])
    opened.window.commands.job_dialog.createRequested.emit(JOB)
    qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["jobCreated"])
    assert sentence(opened, "jobCreated") == first


def test_a_control_plane_out_of_reach_is_told_too(opened: Opened, qtbot) -> None:
    opened.engine.operator.refusal = UnreachableError("http://127.0.0.1:41884", "connection refused")
    opened.window.commands.job_dialog.createRequested.emit(JOB)
    qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["job"])
    assert "http://127.0.0.1:41884 cannot be reached" in sentence(opened, "job")


def test_a_refused_command_is_told_in_its_own_words(opened: Opened, qtbot) -> None:
    opened.fleet.refusal = InputError("scenario", "there is none called fail", "choose another")
    opened.window.commands.assign("fail")
    qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["command"])
    assert sentence(opened, "command") == "scenario: there is none called fail; choose another"
    assert opened.session.things.assigned == {}


def test_the_detail_of_a_thing_is_asked_by_name(opened: Opened, qt_loop, qtbot) -> None:
    opened.fleet.tell([snapshot("thing-00002", S.FAILED)])
    asked = qt_loop.create_task(opened.session.process.detail("thing-00002"))
    qtbot.waitUntil(asked.done)
    detail = asked.result()
    assert detail is not None
    assert detail.snapshot.status is S.FAILED
    nobody = qt_loop.create_task(opened.session.process.detail("nobody"))
    qtbot.waitUntil(nobody.done)
    assert nobody.result() is None


class TestOfTheDemo:
    @pytest.fixture
    def options(self) -> WindowOptions:
        return WindowOptions(demo=True, seed=7)

    def test_its_things_are_started_and_have_a_job(self, opened: Opened) -> None:
        names = [spec.name for spec in demo.demo_specs(7, demo.SHOW_THINGS)]
        assert len(names) == 200
        assert opened.asked("start") == [(names,)]
        assert opened.engine.operator.things == names
        ((job_id, targets, document, minutes, _),) = opened.engine.operator.jobs
        assert job_id == "firmware-2-4-0"
        assert opened.engine.operator.members == [{"jobExecutionsRolloutConfig": {"maximumPerMinute": 150}}]
        assert (targets, document, minutes) == (names, demo.demo_job_document(), demo.DEMO_TIMEOUT_MINUTES)
        assert opened.session.connection.time_scale == demo.SHOW_TIME_SCALE
        assert opened.fleet.settings is not None
        assert opened.fleet.settings.time_scale == demo.SHOW_TIME_SCALE


class TestWithAnEndpointThatRunsAlready:
    @pytest.fixture
    def options(self) -> WindowOptions:
        return WindowOptions(things=2, seed=1, mqtt="mqtt://10.0.0.5:1883")

    def test_the_dot_tells_whether_it_is_there(self, opened: Opened) -> None:
        assert opened.session.connection.link is Link.CONNECTING
        opened.fleet.tell([snapshot("thing-00001"), snapshot("thing-00002")])
        assert opened.session.connection.link is Link.ONLINE
        broken = [snapshot(f"thing-0000{n}", link=Link.ERROR) for n in (1, 2)]
        opened.fleet.tell(broken, notices=["2 of 2 things have no connection"])
        assert opened.session.connection.link is Link.ERROR

    def test_no_endpoint_is_started_and_nothing_is_registered(self, opened: Opened) -> None:
        assert opened.engine.endpoints == []
        assert opened.engine.operator.things == []
        assert opened.fleet.settings is not None
        assert opened.fleet.settings.address == "mqtt://10.0.0.5:1883"

    def test_a_job_cannot_be_made_without_a_control_plane_and_that_is_said(self, opened: Opened, qtbot) -> None:
        opened.window.commands.job_dialog.createRequested.emit(JOB)
        qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["job"])
        assert "--http" in sentence(opened, "job")


@pytest.mark.parametrize(("things", "entries"), [(0, 256), (500, 256), (501, 64), (2000, 64), (2001, 16)])
def test_few_things_keep_the_messages_of_a_whole_execution(things: int, entries: int) -> None:
    assert log_entries_for(things) == entries


def test_the_fleet_is_told_how_many_messages_to_keep(opened: Opened) -> None:
    assert opened.fleet.settings is not None
    assert opened.fleet.settings.log_entries == 256
