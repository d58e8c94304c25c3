"""The composer: one sentence before the button, everything CreateJob takes, undo while no thing has started."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QSpinBox, QWidget

from simulator import job_document
from simulator.jobs import configs
from simulator.jobs.model import JobStatus as S
from tests.gui.conftest import Opened
from tests.support.gui import FakeEngine
from tests.support.jobs_page import ARN, FakeJob, JobsOperator
from ui.composer_created import UNDO_SECONDS
from ui.document_edit import DocumentEdit
from ui.fleet_table import FleetTable
from ui.jobs_page import JobsPage

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
RISING = configs.RolloutConfig(
    maximum_per_minute=500,
    exponential_rate=configs.ExponentialRate(
        base_rate_per_minute=10,
        increment_factor=1.5,
        rate_increase_criteria=configs.RateIncreaseCriteria(number_of_succeeded_things=20),
    ),
)


@pytest.fixture
def operator() -> JobsOperator:
    made = JobsOperator()
    made.iot.groups = {"pumps": 310}
    return made


@pytest.fixture
def engine(operator: JobsOperator) -> FakeEngine:
    made = FakeEngine()
    made.operator = operator
    return made


class Form:
    """The composer as a person sees it."""

    def __init__(self, opened: Opened, qtbot) -> None:
        self.opened = opened
        self.qtbot = qtbot
        opened.window.go_to("jobs")
        page = opened.window.pages.page("jobs")
        assert isinstance(page, JobsPage)
        self.page = page
        self.pane = page.composer
        self.create = self.button("composerCreateButton")
        self.document = opened.find(DocumentEdit, "composerDocumentEdit")

    def button(self, name: str) -> QPushButton:
        return self.opened.find(QPushButton, name)

    def choose(self, name: str, text: str) -> None:
        box = self.opened.find(QComboBox, name)
        place = box.findText(text)
        assert place >= 0, [box.itemText(each) for each in range(box.count())]
        box.setCurrentIndex(place)
        box.activated.emit(place)

    def number(self, name: str, value: int) -> None:
        self.opened.find(QSpinBox, name).setValue(value)

    def type_id(self, text: str) -> None:
        self.opened.find(QLineEdit, "composerIdEdit").setText(text)

    def text(self, name: str) -> str:
        label = self.opened.find(QLabel, name)
        return label.text() if label.isVisible() else ""

    @property
    def sentence(self) -> str:
        return self.text("composerSentenceLabel")

    @property
    def problem(self) -> str:
        return self.text("composerProblemLabel")

    def made(self) -> dict[str, object]:
        """The members of the job that is created now."""
        operator = self.opened.engine.operator
        before = len(operator.jobs)
        self.qtbot.mouseClick(self.create, LEFT)
        self.qtbot.waitUntil(lambda: len(operator.jobs) == before + 1)
        self.qtbot.waitUntil(lambda: self.create.text() == "Create job")
        return operator.members[-1]


@pytest.fixture
def form(opened: Opened, qtbot) -> Form:
    made = Form(opened, qtbot)
    qtbot.waitUntil(lambda: made.page.store.is_known and not made.page.poll.is_busy)
    return made


def test_rate_last_thing_and_abort_number_are_one_sentence_before_the_button(form: Form) -> None:
    form.choose("composerTargetCombo", "A thing group")
    form.choose("composerGroupCombo", "pumps")
    form.qtbot.waitUntil(lambda: form.sentence.startswith("310 things of group pumps"))
    form.choose("composerRolloutCombo", "Constant")
    form.number("composerRateSpin", 50)
    form.opened.find(QCheckBox, "composerAbortCheck").setChecked(True)
    form.number("composerTimeoutSpin", 30)
    form.number("composerRetrySpin", 1)
    assert form.sentence == (
        "310 things of group pumps · 50 a minute · last one ≈ 6.2 min · aborts at 31 failures (2 among the first 20) · "
        "in-progress timeout 30 min · 1 retry"
    )
    assert form.create.isEnabled()


def test_a_scaled_clock_is_in_the_sentence(form: Form) -> None:
    form.opened.session.connection.time_scale = 8.0
    form.choose("composerRolloutCombo", "Constant")
    form.number("composerRateSpin", 1)
    form.page.tick()
    assert form.sentence.startswith("3 things · 1 a minute · last one ≈ 2 min (≈ 15 s at 8×) · nothing aborts it")


def test_everything_that_was_typed_is_asked_for(form: Form) -> None:
    form.type_id("fw-9")
    form.choose("composerRolloutCombo", "Exponential")
    form.pane.rollout.show_config(RISING)
    form.opened.find(QCheckBox, "composerAbortCheck").setChecked(True)
    form.number("composerRetrySpin", 2)
    form.number("composerTimeoutSpin", 7)
    form.choose("composerSelectionCombo", "Continuous")
    form.number("composerStartSpin", 45)
    assert "×1.5 every 20 succeeded, up to 500 · last one at best ≈" in form.sentence
    members = form.made()
    assert members["jobExecutionsRolloutConfig"] == {
        "maximumPerMinute": 500,
        "exponentialRate": {
            "baseRatePerMinute": 10,
            "incrementFactor": 1.5,
            "rateIncreaseCriteria": {"numberOfSucceededThings": 20},
        },
    }
    assert members["abortConfig"] == {
        "criteriaList": [
            {
                "failureType": "FAILED",
                "action": "CANCEL",
                "thresholdPercentage": 10.0,
                "minNumberOfExecutedThings": 20,
            }
        ]
    }
    assert members["jobExecutionsRetryConfig"] == {"criteriaList": [{"failureType": "FAILED", "numberOfRetries": 2}]}
    assert members["targetSelection"] == "CONTINUOUS"
    assert list(members["schedulingConfig"]) == ["startTime"]  # type: ignore[call-overload]
    job = form.opened.engine.operator.jobs[-1]
    assert (job[0], job[1], job[3]) == ("fw-9", ["thing-00001", "thing-00002", "thing-00003"], 7)


def test_a_start_without_notice_is_refused_with_the_limit_named(form: Form) -> None:
    form.number("composerStartSpin", 29)
    assert form.problem == "A job that starts later needs at least 30 minutes’ notice."
    assert not form.create.isEnabled()
    form.number("composerStartSpin", 30)
    assert form.create.isEnabled()
    assert "starts 20" in form.sentence


def test_a_job_for_the_selected_things_is_for_those(form: Form) -> None:
    form.opened.window.go_to("fleet")
    form.opened.find(FleetTable, "fleetTable").select_names(["thing-00002"])
    form.opened.window.go_to("jobs")
    form.choose("composerTargetCombo", "1 selected")
    form.made()
    assert form.opened.engine.operator.jobs[-1][1] == ["thing-00002"]


def test_a_job_for_a_group_targets_its_arn(form: Form) -> None:
    form.choose("composerTargetCombo", "A thing group")
    form.choose("composerGroupCombo", "pumps")
    form.made()
    assert form.opened.engine.operator.jobs[-1][1] == [f"{ARN}:thinggroup/pumps"]


def test_a_group_is_counted_when_its_name_is_whole_and_not_at_every_key(form: Form, operator: JobsOperator) -> None:
    operator.iot.groups["attic"] = 7  # it is not in the list that was asked for when the page was shown
    form.choose("composerTargetCombo", "A thing group")
    edit = form.opened.find(QLineEdit, "composerGroupEdit")
    before = operator.iot.asked.count("list_things_in_thing_group")
    form.qtbot.keyClicks(edit, "attic")
    assert form.sentence.startswith("the things of group attic · ")
    form.qtbot.keyClick(edit, Qt.Key.Key_Return)
    form.qtbot.waitUntil(lambda: form.sentence.startswith("7 things of group attic · "))
    assert operator.iot.asked.count("list_things_in_thing_group") == before + 1


def test_the_endpoints_time_runs_with_its_scale(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    since, epoch = opened.session.connection._served_since
    opened.session.connection.time_scale = 30.0
    monkeypatch.setattr("ui.endpoint_connection.monotonic", lambda: since + 10.0)
    assert opened.session.connection.endpoint_epoch() == epoch + 300.0


def test_a_mistake_in_the_document_is_named_with_its_place_as_it_is_typed(form: Form) -> None:
    form.document.selectAll()
    form.document.insertPlainText('{\n"a": 1,\n"b" 2}')
    assert form.problem.startswith("Job document: line 3, column 5")
    assert not form.create.isEnabled()
    assert form.sentence == ""
    assert len(form.document.extraSelections()) == 1
    assert form.opened.find(QComboBox, "composerDocumentCombo").currentText() == "Custom"
    form.choose("composerDocumentCombo", "Reboot")
    assert form.problem == ""
    assert form.opened.find(QLineEdit, "composerIdEdit").text().startswith("reboot-")


def test_ten_megabytes_are_left_out_and_it_says_so(form: Form) -> None:
    before = form.document.toPlainText()
    QGuiApplication.clipboard().setText("x" * 10_485_760)
    form.qtbot.keyClick(form.document, Qt.Key.Key_V, CTRL)
    assert form.document.toPlainText() == before
    assert "10,485,760 bytes" in form.problem


def test_a_json_file_is_taken_in_and_another_is_refused_in_a_sentence(form: Form, tmp_path: Path) -> None:
    good, bad, large = tmp_path / "good.json", tmp_path / "bad.json", tmp_path / "large.json"
    good.write_text('{"mine": 1}')
    bad.write_text("{")
    large.write_text(json.dumps({"a": "x" * 100_000}))
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(good))])
    form.document.insertFromMimeData(dropped)
    assert form.document.toPlainText() == '{"mine": 1}'
    for path, said in ((bad, "line 1, column 2"), (large, "AWS takes 32,768"), (tmp_path / "none", "no such file")):
        form.pane.document.read_file(str(path))
        assert said in form.problem
        assert form.document.toPlainText() == '{"mine": 1}'
    form.choose("composerDocumentCombo", "Reboot")
    assert form.problem == ""


@pytest.mark.parametrize("field", ["composerIdEdit", "composerDescriptionEdit", "composerDocumentEdit"])
def test_ctrl_enter_creates_from_any_field(form: Form, field: str) -> None:
    kind = DocumentEdit if field == "composerDocumentEdit" else QLineEdit
    edit = form.opened.find(kind, field)
    edit.setFocus()
    form.qtbot.keyClick(edit, Qt.Key.Key_Return, CTRL)
    form.qtbot.waitUntil(lambda: len(form.opened.engine.operator.jobs) == 1)


def test_after_creating_the_job_is_chosen_and_can_be_watched_or_undone(form: Form, operator: JobsOperator) -> None:
    form.type_id("fw-9")
    form.made()
    assert form.text("composerCreatedLabel") == "Created."
    assert form.button("composerUndoButton").text() == f"Undo {UNDO_SECONDS} s"
    assert form.opened.find(QLineEdit, "composerIdEdit").text() != "fw-9"
    form.qtbot.waitUntil(lambda: "fw-9" in form.page.model.ids)
    assert form.page.store.chosen == "fw-9"
    form.qtbot.mouseClick(form.button("composerUndoButton"), LEFT)
    form.qtbot.waitUntil(lambda: "fw-9" not in operator.iot.jobs)
    form.qtbot.waitUntil(lambda: form.page.model.ids == [])
    assert form.text("composerCreatedLabel") == "The job was removed; no thing had started it."


def test_ctrl_z_removes_the_job_too_and_says_so_on_another_page(form: Form, operator: JobsOperator) -> None:
    form.type_id("fw-9")
    form.made()
    actions = form.opened.window.actions_of
    assert actions["act.app.undo"].text() == "Undo creating job fw-9"
    form.opened.window.go_to("fleet")
    form.opened.trigger("act.app.undo")
    form.qtbot.waitUntil(lambda: "fw-9" not in operator.iot.jobs)
    form.qtbot.waitUntil(lambda: form.opened.window.findChild(QWidget, "banner_undo") is not None)
    form.opened.trigger("act.app.redo")
    form.qtbot.waitUntil(lambda: "fw-9" in operator.iot.jobs)


def test_undo_does_not_take_back_what_a_thing_has_started(form: Form, operator: JobsOperator) -> None:
    form.type_id("fw-9")
    form.made()
    job = operator.iot.jobs["fw-9"]
    job.executions = [(each[0], S.IN_PROGRESS, *each[2:]) for each in job.executions[:1]] + job.executions[1:]
    form.qtbot.mouseClick(form.button("composerUndoButton"), LEFT)
    form.qtbot.waitUntil(lambda: form.text("composerCreatedLabel").startswith("Not undone: 1 thing has started"))
    assert "fw-9" in operator.iot.jobs


def test_undo_goes_after_five_seconds(form: Form) -> None:
    form.made()
    for left in range(UNDO_SECONDS - 1, 0, -1):
        form.pane.created._tick()
        assert form.button("composerUndoButton").text() == f"Undo {left} s"
    form.pane.created._tick()
    assert not form.button("composerUndoButton").isVisible()
    assert not form.pane.created._timer.isActive()


def test_a_job_that_is_refused_is_told_and_the_form_stays(form: Form, operator: JobsOperator) -> None:
    operator.refusal = OSError("no")
    form.type_id("fw-9")
    form.qtbot.mouseClick(form.create, LEFT)
    form.qtbot.waitUntil(lambda: "job" in form.opened.window.banners.kinds())
    assert form.opened.find(QLineEdit, "composerIdEdit").text() == "fw-9"
    assert form.create.isEnabled()
    operator.refusal = None


def test_a_template_is_saved_and_offered_and_gives_everything_back(form: Form, operator: JobsOperator) -> None:
    form.type_id("nightly")
    form.choose("composerDocumentCombo", "Reboot")
    form.pane.rollout.show_config(RISING)
    form.qtbot.mouseClick(form.button("composerTemplateButton"), LEFT)
    form.qtbot.waitUntil(lambda: "nightly" in operator.iot.templates)
    form.qtbot.waitUntil(lambda: form.opened.find(QComboBox, "composerDocumentCombo").findText("Template nightly") >= 0)
    form.choose("composerDocumentCombo", "Config change")
    form.choose("composerRolloutCombo", "At once")
    form.choose("composerDocumentCombo", "Template nightly")
    form.qtbot.waitUntil(lambda: form.pane.rollout.config() == RISING)
    assert form.document.toPlainText() == job_document.read("reboot").rstrip()


def test_a_clone_has_the_document_targets_and_settings_of_its_job(form: Form, operator: JobsOperator) -> None:
    job = operator.iot.jobs["fw-1"] = FakeJob(
        document='{"cloned": true}',
        members={
            "targets": [f"{ARN}:thing/thing-00001"],
            "jobExecutionsRolloutConfig": {"maximumPerMinute": 9},
            "timeoutConfig": {"inProgressTimeoutInMinutes": 5},
        },
    )
    job.add("thing-00001", S.QUEUED)
    form.page.poll.hurry()
    form.qtbot.waitUntil(lambda: form.page.store.chosen == "fw-1" and form.button("jobCloneButton").isVisible())
    form.qtbot.waitUntil(lambda: form.page.store.entries["fw-1"].settings is not None)
    form.qtbot.mouseClick(form.button("jobCloneButton"), LEFT)
    form.qtbot.waitUntil(lambda: form.document.toPlainText() == '{"cloned": true}')
    draft = form.pane.draft()
    assert (draft.job_id, draft.targets, draft.timeout_minutes) == ("fw-1-copy", ("thing-00001",), 5)
    assert draft.rollout == configs.RolloutConfig(maximum_per_minute=9)


def test_ctrl_n_on_the_jobs_page_goes_to_the_composer_with_what_is_selected(form: Form) -> None:
    form.opened.find(FleetTable, "fleetTable").select_names(["thing-00002", "thing-00003"])
    form.opened.trigger("act.job.new")
    assert form.opened.find(QLineEdit, "composerIdEdit").hasFocus()
    assert form.pane.draft().targets == ("thing-00002", "thing-00003")


def test_the_quick_form_goes_on_in_the_composer(form: Form) -> None:
    form.opened.window.go_to("fleet")
    form.opened.trigger("act.job.new")
    form.opened.find(QLineEdit, "jobIdEdit").setText("begun-elsewhere")
    form.qtbot.mouseClick(form.button("jobMoreButton"), LEFT)
    assert form.opened.window.pages.current_id == "jobs"
    draft = form.pane.draft()
    assert (draft.job_id, len(draft.targets)) == ("begun-elsewhere", 3)


def test_it_fits_the_smallest_window(form: Form) -> None:
    form.opened.window.resize(1024, 640)
    form.qtbot.waitUntil(lambda: form.opened.window.width() == 1024)
    assert form.page.minimumSizeHint().width() <= 1024 - form.opened.window.mode_bar.width()
    assert form.create.isVisible()
    assert form.create.mapTo(form.opened.window, form.create.rect().bottomRight()).x() < 1024
