"""A job for very many things takes a while to create: it is said how far it is, and the window waits for nothing."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from simulator.config import WindowOptions
from tests.gui.conftest import Opened
from tests.support.gui import FakeEngine
from tests.support.jobs_page import JobsOperator
from ui import job_creation
from ui.composer_draft import JobRequest
from ui.jobs_page import JobsPage

THINGS = 250


class SlowOperator(JobsOperator):
    """Puts things into a group until it is told that they are all in it."""

    def __init__(self) -> None:
        super().__init__()
        self.all_in = asyncio.Event()
        self.progress: Callable[[int, int], None] | None = None

    async def create_job(
        self,
        job_id: str,
        targets: Sequence[str],
        *rest: Any,
        on_progress: Callable[[int, int], None] | None = None,
        **more: Any,
    ) -> object:
        self.progress = on_progress
        await self.all_in.wait()
        return await super().create_job(job_id, targets, *rest, **more)


@pytest.fixture
def options() -> WindowOptions:
    return WindowOptions(things=THINGS, seed=42)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    monkeypatch.setattr(job_creation, "SHORT_SECONDS", 0.0)
    made = FakeEngine()
    made.operator = SlowOperator()
    return made


def slow(opened: Opened) -> SlowOperator:
    assert isinstance(opened.engine.operator, SlowOperator)
    return opened.engine.operator


def test_a_banner_tells_how_far_a_job_is_and_goes_when_it_is_made(opened: Opened, qtbot: Any) -> None:
    logged: list[str] = []
    banners = opened.window.banners
    banners.spoken.connect(lambda problem: logged.append(problem.kind))
    wanted = JobRequest(job_id="fw-1", targets=tuple(opened.store.names), document="{}")
    opened.tasks.start(opened.session.jobs.make(wanted))
    qtbot.waitUntil(lambda: slow(opened).progress is not None)
    for done in (160, 176):
        slow(opened).progress(done, THINGS)  # type: ignore[misc]
    label = opened.find(QLabel, "banner_jobProgress_label")
    assert label.text() == "Creating job fw-1: 176 of 250 things are in its group."
    assert logged == []
    slow(opened).all_in.set()
    qtbot.waitUntil(lambda: "jobCreated" in banners.kinds())
    assert "jobProgress" not in banners.kinds()


def test_the_composer_says_it_in_the_place_of_its_sentence(opened: Opened, qtbot: Any) -> None:
    opened.window.go_to("jobs")
    page = opened.find(JobsPage, "jobsPage")
    qtbot.waitUntil(lambda: page.store.is_known)
    create = page.composer.create_button
    sentence = page.composer.sentence_label
    assert sentence.text().startswith("250 things")
    create.click()
    qtbot.waitUntil(lambda: slow(opened).progress is not None)
    slow(opened).progress(32, THINGS)  # type: ignore[misc]
    assert sentence.text() == "Creating the job: 32 of 250 things are in its group."
    assert not create.isEnabled()
    assert opened.window.banners.kinds() == []
    slow(opened).all_in.set()
    qtbot.waitUntil(create.isEnabled)
    assert sentence.text().startswith("250 things")


def test_the_composer_says_nothing_of_a_job_that_was_asked_for_elsewhere(opened: Opened, qtbot: Any) -> None:
    opened.window.go_to("jobs")
    page = opened.find(JobsPage, "jobsPage")
    qtbot.waitUntil(lambda: page.store.is_known)
    wanted = JobRequest(job_id="fw-1", targets=tuple(opened.store.names), document="{}")
    opened.tasks.start(opened.session.jobs.make(wanted))
    qtbot.waitUntil(lambda: slow(opened).progress is not None)
    slow(opened).progress(THINGS, THINGS)  # type: ignore[misc]
    assert page.composer.sentence_label.text().startswith("250 things")
    slow(opened).all_in.set()
    qtbot.waitUntil(lambda: not opened.tasks)
