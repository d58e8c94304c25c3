"""A job for things that somebody's own control plane does not know: they are registered by the banner's button."""

from collections.abc import Sequence
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from simulator.config import WindowOptions
from simulator.errors import InputError
from tests.gui.conftest import Opened
from tests.support.gui import FakeEngine, FakeOperator
from ui.composer_draft import JobRequest

LEFT = Qt.MouseButton.LeftButton
NAMES = ("thing-00001", "thing-00002")
WANTED = JobRequest(job_id="fw-9", targets=NAMES, document="{}")


class StrictOperator(FakeOperator):
    """Makes jobs only for things it was told of, as the service does."""

    async def create_job(self, job_id: str, targets: Sequence[str], *rest: Any, **more: Any) -> object:
        strangers = sorted(set(targets) - set(self.things))
        if strangers:
            raise InputError("DescribeThing", f"Thing {strangers[0]} not found (ResourceNotFoundException)")
        return await super().create_job(job_id, targets, *rest, **more)


@pytest.fixture
def options() -> WindowOptions:
    return WindowOptions(things=2, seed=1, mqtt="mqtt://127.0.0.1:9", http="http://127.0.0.1:9")


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine()
    made.operator = StrictOperator()
    return made


def test_the_button_registers_them_and_creates_the_job(opened: Opened, qtbot: Any) -> None:
    operator = opened.engine.operator
    assert operator.things == []  # nothing is put into somebody's registry unasked
    opened.tasks.start(opened.session.jobs.make(WANTED), "job")
    qtbot.waitUntil(lambda: "job" in opened.window.banners.kinds())
    assert "Thing thing-00001 not found" in opened.find(QLabel, "banner_job_label").text()
    button = opened.find(QPushButton, "banner_job_fix")
    assert button.text() == "Register 2 things"
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: [job[0] for job in operator.jobs] == ["fw-9"])
    assert operator.things == list(NAMES)
    qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["jobCreated"])


def test_any_other_refusal_is_tried_again(opened: Opened, qtbot: Any) -> None:
    opened.engine.operator.things += NAMES
    opened.engine.operator.refusal = InputError("CreateJob", "Job fw-9 already exists (ResourceAlreadyExistsException)")
    opened.tasks.start(opened.session.jobs.make(WANTED), "job")
    qtbot.waitUntil(lambda: "job" in opened.window.banners.kinds())
    assert opened.find(QPushButton, "banner_job_fix").text() == "Try again"
