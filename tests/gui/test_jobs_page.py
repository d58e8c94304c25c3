"""The jobs page: list, plan against reality, executions, cancelling in words, and no hang where nobody answers."""

import asyncio
from time import perf_counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPushButton

from simulator.config import WindowOptions
from simulator.errors import UnreachableError
from simulator.jobs.model import JobStatus as S
from tests.gui.conftest import Opened
from tests.support.gui import FakeEngine, snapshot
from tests.support.jobs_page import ARN, BEGAN, FakeJob, JobsOperator
from ui import jobs_poll
from ui.jobs_page import JobsPage
from ui.jobs_table import JobsTable
from ui.plan_chart import PlanChart

LEFT = Qt.MouseButton.LeftButton
ABORT = {"failureType": "FAILED", "action": "CANCEL", "thresholdPercentage": 25.0, "minNumberOfExecutedThings": 4}
CONTROL_BUTTONS = ("jobCancelButton", "jobForceCancelButton", "jobDeleteButton", "jobCloneButton", "jobCopyButton")


@pytest.fixture
def operator() -> JobsOperator:
    made = JobsOperator()
    job = made.iot.jobs["fw-1"] = FakeJob(
        members={"jobExecutionsRolloutConfig": {"maximumPerMinute": 60}, "abortConfig": {"criteriaList": [ABORT]}}
    )
    for number, status in enumerate([S.SUCCEEDED] * 5 + [S.FAILED] + [S.IN_PROGRESS] * 2 + [S.QUEUED] * 2):
        job.add(f"thing-{number + 1:05}", status, queued=float(number))
    job.members["targets"] = [f"{ARN}:thing/{each[0]}" for each in job.executions]
    made.iot.jobs["old"] = FakeJob(status="COMPLETED", created_at=BEGAN - 100)
    return made


@pytest.fixture
def engine(operator: JobsOperator) -> FakeEngine:
    made = FakeEngine()
    made.operator = operator
    return made


class Shown:
    """The page as a person sees it."""

    def __init__(self, opened: Opened, qtbot) -> None:
        self.opened = opened
        self.qtbot = qtbot
        opened.window.go_to("jobs")
        page = opened.window.pages.page("jobs")
        assert isinstance(page, JobsPage)
        self.page = page

    def wait_for_jobs(self) -> None:
        self.qtbot.waitUntil(lambda: self.page.store.is_known and not self.page.poll.is_busy)

    def again(self) -> None:
        """Another round, to its end."""
        with self.qtbot.waitSignal(self.page.poll.polled):
            self.page.poll.hurry()

    def click(self, name: str) -> None:
        self.qtbot.mouseClick(self.opened.find(QAbstractButton, name), LEFT)

    def text(self, name: str) -> str:
        label = self.opened.find(QLabel, name)
        return label.text() if label.isVisible() else ""

    def rows(self) -> list[str]:
        return list(self.page.model.ids)

    def cell(self, row: int, key: str) -> str:
        return str(self.page.model.data(self.page.model.index(row, self.page.model.column(key))))

    def execution_rows(self) -> list[tuple[str, str, str]]:
        model = self.page.executions.model
        return [tuple(model.raw(key, row) for key in ("thing", "status", "ver")) for row in model.order]  # type: ignore[misc]


@pytest.fixture
def shown(opened: Opened, qtbot) -> Shown:
    made = Shown(opened, qtbot)
    made.wait_for_jobs()
    return made


def test_the_list_is_newest_first_with_counts_and_share(shown: Shown) -> None:
    assert shown.rows() == ["fw-1", "old"]
    assert (shown.cell(0, "state"), shown.cell(0, "done"), shown.cell(0, "rollout")) == (
        "In progress",
        "60 %",
        "60/min",
    )
    assert shown.page.model.raw("counts", shown.page.store.entries["fw-1"]) == (
        "QUEUED=2 IN_PROGRESS=2 SUCCEEDED=5 FAILED=1"
    )
    assert shown.cell(1, "state") == "Completed"
    assert shown.text("jobNameLabel") == "fw-1 · In progress"
    assert shown.text("jobLineLabel").startswith("6 of 10 ended · Queued 2, In progress 2, Succeeded 5, Failed 1")


def test_the_badge_counts_jobs_in_progress_also_while_nobody_looks(shown: Shown) -> None:
    button = shown.opened.window.mode_bar._buttons["jobs"]
    assert button.badge == 1
    assert not shown.page._badge_timer.isActive()
    shown.opened.window.go_to("fleet")
    assert shown.page._badge_timer.isActive()
    shown.opened.fleet.tell([snapshot("a", S.QUEUED, job_id="j1"), snapshot("b", S.IN_PROGRESS, job_id="j2")])
    shown.page._badge_unseen()
    assert button.badge == 2


def test_nothing_is_asked_while_the_page_is_hidden(shown: Shown, operator: JobsOperator) -> None:
    shown.opened.window.go_to("fleet")
    shown.qtbot.waitUntil(lambda: not shown.page.poll.is_busy)
    before = operator.calls
    shown.page.poll.ask_now()
    assert not shown.page.poll.is_busy
    assert operator.calls == before
    assert not shown.page.poll._timer.isActive()
    assert not shown.page._tick_timer.isActive()


def test_plan_is_dashed_reality_solid_and_the_abort_line_is_read_with_them(shown: Shown) -> None:
    chart = shown.opened.find(PlanChart, "jobChart")
    assert chart.data is not None
    assert chart.data.plan is not None
    assert chart.data.plan.last_seconds == 9.0
    assert dict(chart.legend()) == {
        "plan": "Plan 10", "notified": "Notified 10", "started": "Started 8", "succeeded": "Succeeded 5",
        "failed": "Failed 1", "abort": "Aborts at 2",
    }  # fmt: skip
    assert chart.readings(BEGAN + 4.5) == [
        "+4.5 s", "Plan 6", "Notified 5", "Started 4", "Succeeded 3", "Failed 0", "Aborts at 1",
    ]  # fmt: skip


def test_real_curves_end_where_the_control_plane_was_last_asked(shown: Shown) -> None:
    chart, entry = shown.opened.find(PlanChart, "jobChart"), shown.page.store.entries["fw-1"]
    assert chart.data is not None
    assert chart.data.end == entry.told_at > BEGAN + 11


def test_hovering_shows_a_line_and_keys_move_it(shown: Shown) -> None:
    chart = shown.opened.find(PlanChart, "jobChart")
    shown.qtbot.waitExposed(shown.opened.window)
    chart.grab()
    shown.qtbot.mouseMove(chart, chart.rect().center())
    assert chart.hover is not None
    before = chart.hover
    shown.qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.hover > before


def test_the_chart_is_copied_as_csv(shown: Shown) -> None:
    chart = shown.opened.find(PlanChart, "jobChart")
    shown.qtbot.keyClick(chart, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "seconds,plan,notified,started,succeeded,failed,abort"
    assert lines[1] == "0.000,1.0,1,0,0,0,1"
    assert lines[-1].split(",")[2:] == ["10", "8", "5", "1", "2"]


def test_commands_of_the_palette_act_on_the_chosen_job_or_say_why_not(shown: Shown, operator: JobsOperator) -> None:
    shown.opened.window.go_to("fleet")
    shown.opened.trigger("act.job.cancel")
    assert shown.opened.window.pages.current_id == "jobs"
    assert shown.text("jobConfirmLabel").startswith("2 waiting executions become CANCELED")
    operator.iot.jobs["fw-1"].status, operator.iot.jobs["fw-1"].updates = "COMPLETED", 1
    shown.again()
    assert shown.text("jobConfirmLabel") == ""
    shown.opened.trigger("act.job.force")
    banner = shown.opened.window.banners.findChild(QLabel, "banner_jobCommand_label")
    assert banner is not None
    assert banner.text() == "The job has ended: nothing is left to cancel."


def test_an_aborted_job_says_so_in_the_chart_in_its_line_and_in_one_banner(
    shown: Shown, operator: JobsOperator
) -> None:
    job = operator.iot.jobs["fw-1"]
    job.status, job.updates, job.reason_code = "CANCELED", 1, "ABORT_CRITERIA_MET"
    job.comment = "Job was aborted: 2 of 7 executions ended FAILED, which reaches the threshold of 25 percent."
    shown.again()
    chart = shown.opened.find(PlanChart, "jobChart")
    assert chart.data is not None
    assert chart.data.aborted == job.comment
    assert job.comment in shown.text("jobLineLabel")
    shown.again()
    banner = shown.opened.window.banners.findChild(QLabel, "banner_jobAborted_label")
    assert banner is not None
    assert banner.text() == f"fw-1: {job.comment}"


def test_cancel_and_force_cancel_are_told_apart_in_words_before_anything_is_done(
    shown: Shown, operator: JobsOperator
) -> None:
    shown.click("jobCancelButton")
    waiting = shown.text("jobConfirmLabel")
    assert waiting == (
        "2 waiting executions become CANCELED: those devices are notified and never see the job again. "
        "2 in progress go on to the end."
    )
    assert shown.opened.find(QPushButton, "jobConfirmButton").text() == "Cancel 2 executions"
    shown.click("jobForceCancelButton")
    assert shown.text("jobConfirmLabel") == (
        "4 executions become CANCELED, also the 2 that are in progress: a device at work is told only by notify-next, "
        "and its next update is rejected (InvalidStateTransition)."
    )
    shown.click("jobKeepButton")
    assert shown.text("jobConfirmLabel") == ""
    assert not [asked for asked in operator.iot.asked if asked.startswith("cancel")]


@pytest.mark.parametrize(
    ("button", "force", "left"), [("jobCancelButton", False, 2), ("jobForceCancelButton", True, 0)]
)
def test_cancel_leaves_those_in_progress_and_force_cancel_ends_them(
    shown: Shown, operator: JobsOperator, button: str, force: bool, left: int
) -> None:
    shown.click(button)
    shown.click("jobConfirmButton")
    shown.qtbot.waitUntil(lambda: f"cancel_job fw-1 force={force}" in operator.iot.asked)
    shown.qtbot.waitUntil(lambda: shown.cell(0, "state") == "Canceled")
    assert shown.page.store.entries["fw-1"].working == left
    assert not shown.opened.find(QPushButton, button).isEnabled()


def test_delete_says_what_goes_and_the_job_leaves_the_list(shown: Shown, operator: JobsOperator) -> None:
    shown.click("jobDeleteButton")
    assert shown.text("jobConfirmLabel").startswith("The job is still live. It and its 10 executions go for ever")
    shown.click("jobConfirmButton")
    shown.qtbot.waitUntil(lambda: shown.rows() == ["old"])
    assert "delete_job fw-1 force=True" in operator.iot.asked


def test_escape_drops_the_question_and_then_the_filter(shown: Shown) -> None:
    shown.opened.find(QLineEdit, "jobFilterEdit").setText("fw")
    shown.click("jobDeleteButton")
    shown.opened.trigger("act.view.escape")
    assert shown.text("jobConfirmLabel") == ""
    assert shown.rows() == ["fw-1"]
    shown.opened.trigger("act.view.escape")
    assert shown.rows() == ["fw-1", "old"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [("fw", ["fw-1"]), ("state:completed", ["old"]), ("-state:completed", ["fw-1"]), ("zzz", []), ("-fw", ["old"])],
)
def test_jobs_are_filtered_by_id_and_state(shown: Shown, text: str, rows: list[str]) -> None:
    shown.opened.find(QLineEdit, "jobFilterEdit").setText(text)
    assert shown.rows() == rows
    if not rows:
        shown.click("jobEmptyClear")
        assert shown.rows() == ["fw-1", "old"]


def test_executions_have_status_version_and_the_seconds_left(shown: Shown) -> None:
    shown.click("jobExecutionsButton")
    shown.again()
    model = shown.page.executions.model
    row = model.columns.names.index("thing-00007")
    assert [model.text(key, row) for key in ("thing", "ver", "exec", "left")] == ["thing-00007", "v4", "#1", "≈ 77"]
    assert model.raw("status", row) == "IN_PROGRESS"
    assert model.raw("started", row) == "2025-06-15 15:06:47.000 UTC"


def test_what_a_thing_has_told_is_laid_over_the_list(shown: Shown) -> None:
    shown.click("jobExecutionsButton")
    told = snapshot("thing-00007", S.SUCCEEDED, job_id="fw-1", version=9)
    other = snapshot("thing-00008", S.SUCCEEDED, job_id="another", version=9)
    late = snapshot("thing-00001", S.IN_PROGRESS, job_id="fw-1", version=2)
    shown.opened.fleet.tell([told, other, late])
    shown.page.tick()
    rows = {name: (status, ver) for name, status, ver in shown.execution_rows()}
    assert rows["thing-00007"] == ("SUCCEEDED", "v9")
    assert rows["thing-00008"][0] == "IN_PROGRESS"
    assert rows["thing-00001"][0] == "SUCCEEDED"


def test_executions_are_filtered_by_text_and_by_chips_that_agree(shown: Shown) -> None:
    shown.click("jobExecutionsButton")
    shown.click("jobChip_FAILED")
    edit = shown.opened.find(QLineEdit, "jobExecutionsFilterEdit")
    assert edit.text() == "status:failed"
    assert [name for name, *_ in shown.execution_rows()] == ["thing-00006"]
    edit.setText("00001")
    assert [name for name, *_ in shown.execution_rows()] == ["thing-00001"]
    edit.setText("fw<2")  # no such column here: the last good filter stays
    assert [name for name, *_ in shown.execution_rows()] == ["thing-00001"]
    assert "there are thing, status, ver, exec" in edit.toolTip()


def test_copied_rows_are_tab_separated_with_wire_words(shown: Shown) -> None:
    table = shown.opened.find(JobsTable, "jobTable")
    shown.qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    header, first, _ = QGuiApplication.clipboard().text().split("\n")
    assert header.split("\t")[:2] == ["Job", "State"]
    assert first.split("\t")[:2] == ["fw-1", "IN_PROGRESS"]


def test_show_on_wall_leads_to_the_things_of_the_job(shown: Shown) -> None:
    shown.click("jobWallButton")
    assert shown.opened.window.pages.current_id == "fleet"
    assert shown.opened.window.page.view == "wall"
    assert shown.opened.window.page.filter_edit.text() == "job:fw-1"


def test_the_create_command_is_copied_for_python_and_for_the_shell(shown: Shown) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("")
    shown.page.job_bar.wanted.emit("copyBoto3")
    shown.qtbot.waitUntil(lambda: "iot.create_job(" in clipboard.text())
    compile(clipboard.text(), "copied", "exec")
    assert "jobId='fw-1'" in clipboard.text()
    shown.page.job_bar.wanted.emit("copyCli")
    shown.qtbot.waitUntil(lambda: "iot create-job" in clipboard.text())
    assert "--job-id fw-1" in clipboard.text()


def test_a_control_plane_that_does_not_answer_is_one_banner_and_no_hang(
    shown: Shown, operator: JobsOperator, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown.page.poll._patience.setInterval(20)
    operator.frozen = asyncio.Event()
    before = operator.calls
    shown.page.poll.hurry()
    shown.qtbot.waitUntil(lambda: jobs_poll.KIND in shown.opened.window.banners.kinds())
    for _ in range(5):
        shown.page.poll.hurry()
        shown.page.tick()
        QApplication.processEvents()  # a round that was begun would call now
    assert operator.calls == before + 1  # what has no answer is not asked again
    assert shown.rows() == ["fw-1", "old"]
    operator.frozen.set()
    operator.frozen = None
    shown.qtbot.waitUntil(lambda: jobs_poll.KIND not in shown.opened.window.banners.kinds())


def test_an_unreachable_control_plane_is_told_once_and_asked_less_and_less(
    shown: Shown, operator: JobsOperator
) -> None:
    operator.refusal = UnreachableError("http://127.0.0.1:1", "connection refused")
    shown.again()
    assert jobs_poll.KIND in shown.opened.window.banners.kinds()
    calls = operator.calls
    shown.page.poll.ask_now()
    assert operator.calls == calls
    operator.refusal = None
    shown.again()
    assert jobs_poll.KIND not in shown.opened.window.banners.kinds()


class TestAgainstAws:
    """With an address of AWS and its use not allowed."""

    @pytest.fixture
    def options(self) -> WindowOptions:
        return WindowOptions(
            things=3,
            mqtt="mqtts://a1.iot.eu-west-1.amazonaws.com",
            http="https://iot.eu-west-1.amazonaws.com",
        )

    def test_no_button_works_and_the_page_says_why(self, opened: Opened, qtbot, operator: JobsOperator) -> None:
        shown = Shown(opened, qtbot)
        why = opened.session.connection.why_no_control_plane()
        assert "allow control plane" in why
        assert shown.text("jobWhyLabel") == why
        for name in (*CONTROL_BUTTONS, "composerCreateButton", "composerTemplateButton"):
            button = opened.find(QPushButton, name)
            assert not button.isEnabled(), name
        assert opened.find(QPushButton, "composerCreateButton").toolTip() == why
        assert operator.calls == 0

    def test_switched_on_it_works(self, opened: Opened, qtbot, operator: JobsOperator) -> None:
        shown = Shown(opened, qtbot)
        opened.session.connection.allow_control_plane = True
        opened.session.connection.changed.emit()
        shown.page.poll.ask_now()
        qtbot.waitUntil(lambda: shown.rows() == ["fw-1", "old"])
        assert shown.text("jobWhyLabel") == ""
        assert opened.find(QPushButton, "jobCancelButton").isEnabled()


def test_without_jobs_the_list_says_what_to_do(opened: Opened, qtbot, operator: JobsOperator) -> None:
    operator.iot.jobs.clear()
    shown = Shown(opened, qtbot)
    shown.wait_for_jobs()
    assert "There are no jobs yet." in shown.page.empty._sentence.text()
    shown.click("jobEmptyCreate")
    assert opened.find(QLineEdit, "composerIdEdit").hasFocus()


def test_five_hundred_jobs_and_ten_thousand_executions_are_no_trouble(
    opened: Opened, qtbot, operator: JobsOperator
) -> None:
    for number in range(500):
        operator.iot.jobs[f"j{number}"] = FakeJob(status="COMPLETED", created_at=BEGAN - number)
    big = operator.iot.jobs["big"] = FakeJob(created_at=BEGAN + 1)
    for number in range(10_000):
        big.add(f"t{number}", S.SUCCEEDED if number % 7 else S.FAILED, queued=number / 50)
    shown = Shown(opened, qtbot)
    qtbot.waitUntil(lambda: len(shown.rows()) == 503 and shown.page.store.entries["big"].has_executions, timeout=20_000)
    shown.click("jobExecutionsButton")
    assert len(shown.execution_rows()) == 10_000
    for what, act in {
        "refresh": shown.page.model.refresh,
        "filter": lambda: shown.page.executions.filter_edit.setText("status:failed"),
        "sort": lambda: shown.page.executions.model.sort(0, Qt.SortOrder.DescendingOrder),
    }.items():
        began = perf_counter()
        act()
        assert perf_counter() - began < 0.25, what
    assert len(shown.execution_rows()) == 1429
