"""A window with much to show: a fleet in every status, jobs with executions, a thing up close with its conversation."""

from typing import Any

from PySide6.QtWidgets import QApplication, QLabel, QWidget

from simulator.feed import ThingDetail
from simulator.jobs.model import JobStatus as S
from tests.gui.conftest import Opened
from tests.support.detail import Conversation
from tests.support.gui import FakeEngine, LivelyFleet
from tests.support.jobs_page import ARN, FakeJob, JobsOperator
from ui.jobs_page import JobsPage

PAGES = ("table", "pane", "wall", "jobs", "executions", "scenarios", "report", "connection", "builder")
JOB = "fw-2.4.0-wave1"
THING = "sim-00007"


class TalkativeFleet(LivelyFleet):
    """Every thing has had the same conversation, with a refusal in it."""

    async def detail(self, name: str) -> ThingDetail | None:
        talk = Conversation(name).begin().update(S.IN_PROGRESS, step="download")
        return talk.refuse("the version has moved on").update(S.IN_PROGRESS, step="verify").detail()


def full_engine() -> FakeEngine:
    """An engine whose fleet and operator have all that; `show` fills the fleet."""
    made = FakeEngine()
    made.fleet = TalkativeFleet()
    made.operator = operator = JobsOperator()
    job = FakeJob(members={"targets": [f"{ARN}:thinggroup/pumps-of-the-north"]})
    for place, status in enumerate([S.QUEUED, S.IN_PROGRESS, S.SUCCEEDED, S.FAILED, S.TIMED_OUT, S.REJECTED] * 9):
        job.add(f"sim-{place:05}", status, queued=place / 4)
    operator.iot.groups = {"pumps-of-the-north": 54}
    operator.iot.jobs = {JOB: job, "cfg-17": FakeJob(status="COMPLETED")}
    return made


def fill(opened: Opened, things: int = 200) -> None:
    """Put things in every status into the fleet, some of which have just changed."""
    assert isinstance(opened.fleet, LivelyFleet)
    opened.fleet.fill(things)
    opened.fleet.move(things // 10)
    opened.window.page.tick()


def show(opened: Opened, qtbot: Any, page: str) -> None:
    """Bring one of PAGES to the front and wait until it has what it asked for."""
    window = opened.window
    if page == "builder":
        opened.trigger("act.fleet.add")
    else:
        window.open_at({"pane": "table", "executions": "jobs"}.get(page, page))
    if page in ("table", "wall", "pane"):
        window.go_to("fleet")
        window.page.table.select_names([THING] if page == "pane" else [])
    if page in ("jobs", "executions"):
        jobs = opened.find(JobsPage, "jobsPage")
        qtbot.waitUntil(lambda: jobs.store.is_known)
        jobs.choose(JOB)
        qtbot.waitUntil(lambda: any(entry.has_executions for entry in jobs.store.entries.values()))
        jobs.look.show_view(1 if page == "executions" else 0)
        jobs.tick()
    if page == "scenarios":
        state = opened.find(QLabel, "scenarioPreviewState")
        qtbot.waitUntil(lambda: opened.window.findChild(QWidget, "scenarioStepList") is not None)
        qtbot.waitUntil(lambda: state.isHidden() or not state.text().endswith("…"))
    window.page.tick()
    qtbot.waitUntil(lambda: not opened.tasks)
    settle()


def settle() -> None:
    """Let layouts come to rest: one that changes asks the one around it, in the next turn."""
    for _ in range(5):
        QApplication.sendPostedEvents()
        QApplication.processEvents()
