"""Every word fits its place: in the smallest window, with longer words, from right to left, before an audience."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from simulator.config import WindowOptions
from simulator.jobs.model import JobStatus as S
from tests.gui.conftest import Opened
from tests.support import look
from tests.support.gui import FakeEngine, LivelyFleet
from tests.support.jobs_page import FakeJob, JobsOperator
from ui import status_style, theme
from ui.fleet_delegates import PADDING, PILL_HEIGHT
from ui.jobs_page import JobsPage
from ui.theme import ThemeChoice

PAGES = ("table", "wall", "jobs", "report", "connection")


class LongerWords(QTranslator):
    """Makes every word that is translated two fifths longer, as German or Finnish would."""

    def isEmpty(self) -> bool:  # noqa: N802  Qt's own
        return False

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        more = max(2, round(len(text) * 0.4))
        return text + " " + " ".join("óéíöü"[: min(5, more - start)] for start in range(0, more, 6))


@pytest.fixture
def words(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    """How words are: "usual", "longer" or "mirrored"."""
    kind = getattr(request, "param", "usual")
    translator = LongerWords()
    if kind == "longer":
        QCoreApplication.installTranslator(translator)
    if kind == "mirrored":
        qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield kind
    QCoreApplication.removeTranslator(translator)
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    theme.current().resize(1.0)
    theme.current().choose(ThemeChoice.LIGHT)


@pytest.fixture
def options(words: str) -> WindowOptions:
    return WindowOptions(things=0, seed=42)


@pytest.fixture
def engine(words: str) -> FakeEngine:
    made = FakeEngine()
    made.fleet = LivelyFleet()
    made.operator = operator = JobsOperator()
    job = FakeJob(members={"targets": ["arn:aws:iot:us-east-1:123456789012:thinggroup/pumps-of-the-north"]})
    for place, status in enumerate([S.QUEUED, S.IN_PROGRESS, S.SUCCEEDED, S.FAILED, S.TIMED_OUT, S.REJECTED] * 9):
        job.add(f"sim-{place:05}", status, queued=place / 4)
    operator.iot.groups = {"pumps-of-the-north": 54}
    operator.iot.jobs = {"fw-2.4.0-wave1": job, "cfg-17": FakeJob(status="COMPLETED")}
    return made


def busy(opened: Opened, qtbot: Any, page: str, size: tuple[int, int]) -> None:
    """A fleet at work, a thing up close, and the page in front."""
    fleet = opened.fleet
    assert isinstance(fleet, LivelyFleet)
    opened.window.resize(*size)
    fleet.fill(200)
    fleet.move(20)
    opened.window.open_at(page)
    opened.window.page.tick()
    if page == "jobs":
        jobs = opened.find(JobsPage, "jobsPage")
        qtbot.waitUntil(lambda: jobs.store.is_known)
        jobs.choose("fw-2.4.0-wave1")
        qtbot.waitUntil(lambda: any(entry.has_executions for entry in jobs.store.entries.values()))
        jobs.tick()
    opened.window.page.tick()
    qtbot.waitUntil(lambda: not opened.tasks)
    for _ in range(5):  # a layout that changes asks the one around it, in the next turn
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def faults(opened: Opened) -> str:
    """What does not fit, a line each."""
    window = opened.window
    if place := os.environ.get("LOOK"):
        window.grab().save(f"{place}/{os.environ['PYTEST_CURRENT_TEST'].split('::')[1].split()[0]}.png")
    table = window.page.table
    pill = status_style.pill_width(table.font(), theme.px(PILL_HEIGHT))
    if table.columnWidth(window.page.model.column("status")) - PADDING < pill:
        return "a status is cut"
    found = [look.cut_texts(window), look.clipped(window), look.scrolled_sideways(window), look.cut_headers(window)]
    return "\n".join(line for lines in found for line in lines)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_fits_the_smallest_window(opened: Opened, qtbot: Any, page: str) -> None:
    busy(opened, qtbot, page, (1024, 640))
    assert (opened.window.width(), opened.window.height()) == (1024, 640)
    assert faults(opened) == ""


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("words", ["longer", "mirrored"], indirect=True)
def test_longer_and_mirrored_words_fit(opened: Opened, qtbot: Any, page: str, words: str) -> None:
    busy(opened, qtbot, page, (1280, 720))
    assert (opened.window.width(), opened.window.height()) == (1280, 720)
    assert faults(opened) == ""


@pytest.mark.parametrize("page", PAGES)
def test_presenter_mode_fits(opened: Opened, qtbot: Any, page: str, words: str) -> None:
    busy(opened, qtbot, page, (1280, 720))
    opened.window.presenter.enter()
    busy(opened, qtbot, page, (1280, 720))
    assert (opened.window.width(), opened.window.height()) == (1280, 720)
    assert faults(opened) == ""
