"""The create-job dialog: says what will happen, refuses what AWS would refuse, blocks nothing."""

import json
from time import perf_counter

import pytest
from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QSpinBox, QWidget

from simulator import job_document
from simulator.jobs import limits
from tests.gui.conftest import Opened
from ui.document_edit import DocumentEdit
from ui.fleet_table import FleetTable
from ui.job_dialog import CreateJobDialog, JobRequest

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
THINGS = [f"pump-{number}" for number in range(20)]


class Form:
    """The dialog as a person sees it."""

    def __init__(self, dialog: CreateJobDialog, qtbot) -> None:
        self.dialog = dialog
        self.qtbot = qtbot
        self.asked: list[JobRequest] = []
        dialog.createRequested.connect(self.asked.append)
        self.id = dialog.findChild(QLineEdit, "jobIdEdit")
        self.combo = dialog.findChild(QComboBox, "jobDocumentCombo")
        self.document = dialog.findChild(DocumentEdit, "jobDocumentEdit")
        self.timeout = dialog.findChild(QSpinBox, "jobTimeoutSpin")
        self.description = dialog.findChild(QLineEdit, "jobDescriptionEdit")
        self.create = dialog.findChild(QPushButton, "jobCreateButton")

    @property
    def sentence(self) -> str:
        return self._text("jobSentenceLabel")

    @property
    def problem(self) -> str:
        return self._text("jobProblemLabel")

    @property
    def size(self) -> str:
        return self._text("jobSizeLabel")

    def _text(self, name: str) -> str:
        label = self.dialog.findChild(QLabel, name)
        return label.text() if label.isVisible() else ""

    def type_id(self, text: str) -> None:
        self.id.selectAll()
        self.qtbot.keyClick(self.id, Qt.Key.Key_Delete)
        self._type(self.id, text)

    def type_document(self, text: str) -> None:
        self.document.selectAll()
        self.qtbot.keyClick(self.document, Qt.Key.Key_Delete)
        self._type(self.document, text)

    def _type(self, field: QWidget, text: str) -> None:
        """Key by key; QTest itself aborts at letters that are not ASCII."""
        for letter in text:
            key = Qt.Key.Key_Return if letter == "\n" else Qt.Key.Key_unknown
            pressed = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, letter)
            QApplication.sendEvent(field, pressed)

    def paste(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.document.selectAll()
        self.qtbot.keyClick(self.document, Qt.Key.Key_V, CTRL)


@pytest.fixture
def form(qtbot) -> Form:
    dialog = CreateJobDialog()
    qtbot.addWidget(dialog)
    dialog.open_for(THINGS)
    return Form(dialog, qtbot)


def test_it_opens_ready_to_create(form: Form) -> None:
    assert form.dialog.isVisible()
    assert not form.dialog.isModal()
    assert limits.JOB_ID.fullmatch(form.id.text())
    assert form.id.text().startswith("firmware-update-")
    assert form.document.toPlainText() == job_document.read("firmware-update").rstrip()
    assert form.sentence == "20 things · queued at once · nothing aborts it · no in-progress timeout"
    assert form.problem == ""
    assert form.size == f"{len(form.document.toPlainText().encode())} of 32,768 bytes"
    assert form.create.isEnabled()


def test_it_says_for_whom(form: Form) -> None:
    assert form.dialog.windowTitle() == "Create job for all 20 shown things"
    form.dialog.open_for(THINGS[:14], selected=True)
    assert form._text("jobTargetLabel") == "14 selected things"
    form.dialog.open_for(THINGS[:1], selected=True)
    assert form.dialog.windowTitle() == "Create job for pump-0"
    assert form.sentence.startswith("1 thing · ")


def test_what_is_asked_for_is_what_was_typed(form: Form) -> None:
    form.type_id("fw-250")
    form.type_document('{"a": [1, "ä"]}')
    form.timeout.selectAll()
    form.qtbot.keyClicks(form.timeout, "5")
    form.qtbot.keyClicks(form.description, "  a try ")
    assert form.sentence == "20 things · queued at once · nothing aborts it · in-progress timeout 5 min"
    form.qtbot.mouseClick(form.create, LEFT)
    assert form.asked == [
        JobRequest(
            job_id="fw-250", targets=tuple(THINGS), document='{"a": [1, "ä"]}', in_progress_timeout_minutes=5,
            description="a try",
        )
    ]  # fmt: skip
    assert not form.dialog.isVisible()


@pytest.mark.parametrize("where", ["id", "document", "description"])
def test_ctrl_enter_creates_from_any_field(form: Form, where: str) -> None:
    field = getattr(form, where)
    form.dialog.activateWindow()
    field.setFocus()
    form.qtbot.waitUntil(field.hasFocus)
    form.qtbot.keyClick(field, Qt.Key.Key_Return, CTRL)
    assert len(form.asked) == 1


def test_enter_alone_is_no_order(form: Form) -> None:
    for field in (form.id, form.description, form.document):
        form.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert form.asked == []
    assert form.dialog.isVisible()


def test_ctrl_enter_does_nothing_while_something_is_wrong(form: Form) -> None:
    form.type_id("no blanks")
    form.qtbot.keyClick(form.id, Qt.Key.Key_Return, CTRL)
    assert form.asked == []
    assert form.dialog.isVisible()


@pytest.mark.parametrize("job_id", ["a b", "fw/1", "größer", "fw.1", "x" * 65])
def test_an_id_that_aws_refuses_is_refused_here(form: Form, job_id: str) -> None:
    form.type_id(job_id)
    assert not form.create.isEnabled()
    assert form.problem == "A job id is made of 1 to 64 letters (a to z), digits, - and _."
    assert form.create.toolTip() == form.problem
    assert form.sentence == ""


def test_a_job_needs_an_id_and_auto_gives_one(form: Form) -> None:
    form.type_id("")
    assert form.problem == "The job needs an id."
    form.qtbot.mouseClick(form.dialog.findChild(QPushButton, "jobAutoButton"), LEFT)
    assert form.create.isEnabled()


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ('{\n"a": 1,\n"b" 2}', "line 3, column 5"),
        ("", "line 1, column 1"),
        ("[1]", "is JSON, but no object"),
        ('{"a": ' + "9" * 40_000 + "}", "has 40,007 bytes, and AWS takes 32,768"),
    ],
)
def test_a_document_that_aws_refuses_is_refused_with_its_place(form: Form, document: str, said: str) -> None:
    form.paste(document) if len(document) > 50 else form.type_document(document)
    assert form.problem.startswith("Job document: ")
    assert said in form.problem
    assert not form.create.isEnabled()


def test_the_place_of_a_mistake_is_underlined_until_it_is_mended(form: Form) -> None:
    form.type_document('{\n"a": 1,\n"b" 2}')
    (mark,) = form.document.extraSelections()
    assert mark.cursor.selectedText() == "2}"
    form.type_document("{}")
    assert form.document.extraSelections() == []


def test_size_follows_every_key(form: Form) -> None:
    form.type_document('{"a":"ä"}')
    assert form.size == "10 of 32,768 bytes"


def test_ten_megabytes_are_refused_with_a_sentence_and_at_once(form: Form) -> None:
    before = form.document.toPlainText()
    QGuiApplication.clipboard().setText("x" * 10_485_760)
    began = perf_counter()
    form.qtbot.keyClick(form.document, Qt.Key.Key_V, CTRL)
    assert perf_counter() - began < 0.5
    assert form.document.toPlainText() == before
    assert form.problem == ("The pasted text has 10,485,760 bytes and was left out; a job document may have 32,768.")
    assert form.create.isEnabled()  # what was there before is still good
    form.type_document("{}")
    assert form.problem == ""


def test_pastes_do_not_add_up_beyond_what_can_be_cut_down(form: Form) -> None:
    dropped = QMimeData()
    dropped.setText("y" * 30_000)
    for _ in range(5):
        form.document.insertFromMimeData(dropped)
    assert len(form.document.toPlainText()) < 70_000
    assert "30,000 bytes" in form.problem


def test_a_sample_is_taken_and_an_edit_makes_it_custom(form: Form) -> None:
    form.combo.setFocus()
    form.qtbot.keyClick(form.combo, Qt.Key.Key_Down)
    assert form.combo.currentText() == "Reboot"
    assert json.loads(form.document.toPlainText())["steps"]
    assert form.id.text().startswith("reboot-")
    form.qtbot.keyClicks(form.document, " ")
    assert form.combo.currentText() == "Custom"
    form.document.undo()
    form.document.undo()
    assert "firmware-update" in form.document.toPlainText()  # what the sample replaced


def test_an_id_of_ones_own_survives_a_change_of_sample(form: Form) -> None:
    form.type_id("mine")
    form.qtbot.keyClick(form.combo, Qt.Key.Key_Down)
    assert form.id.text() == "mine"


def test_every_shipped_sample_is_a_valid_document(form: Form) -> None:
    for place in range(form.combo.count()):
        form.combo.setCurrentIndex(place)
        form.dialog._take_sample()
        assert form.problem == "", form.combo.currentText()


@pytest.mark.parametrize(("typed", "minutes"), [("1", 1), ("10080", 10_080), ("0", None)])
def test_the_timeout_is_off_or_within_awss_limits(form: Form, typed: str, minutes: int | None) -> None:
    form.timeout.selectAll()
    form.qtbot.keyClicks(form.timeout, typed)
    form.qtbot.mouseClick(form.create, LEFT)
    assert form.asked[0].in_progress_timeout_minutes == minutes
    assert form.timeout.maximum() == 10_080


def test_more_things_than_aws_takes_go_through_a_group_and_it_says_so(form: Form) -> None:
    form.type_id("fw-1")
    form.dialog.open_for([f"t-{n}" for n in range(2000)])
    form.type_id("fw-1")
    assert form.sentence == (
        "2,000 things · queued at once · nothing aborts it · no in-progress timeout · through a thing group"
    )


def test_the_next_job_has_another_id_and_the_same_document(form: Form) -> None:
    form.type_document('{"mine": 1}')
    first = form.id.text()
    form.qtbot.mouseClick(form.create, LEFT)
    form.dialog.open_for(THINGS[:2])
    assert form.id.text() != first
    assert form.document.toPlainText() == '{"mine": 1}'
    form.qtbot.mouseClick(form.create, LEFT)
    assert form.asked[1].targets == tuple(THINGS[:2])


def test_escape_creates_nothing(form: Form) -> None:
    form.qtbot.keyClick(form.dialog, Qt.Key.Key_Escape)
    assert not form.dialog.isVisible()
    assert form.asked == []


def test_it_fits_the_smallest_window(form: Form) -> None:
    hint = form.dialog.minimumSizeHint()
    assert hint.width() <= 620
    assert hint.height() <= 600


def test_from_the_window_to_the_operator(opened: Opened, qtbot) -> None:
    opened.find(FleetTable, "fleetTable").select_names(["thing-00001", "thing-00003"])
    opened.trigger("act.job.new")
    form = Form(opened.find(CreateJobDialog, "jobDialog"), qtbot)
    assert form.dialog.windowTitle() == "Create job for 2 selected things"
    opened.find(FleetTable, "fleetTable").clearSelection()  # the window behind it can be used
    form.type_id("fw-1")
    form.type_document("{}")
    form.qtbot.mouseClick(form.create, LEFT)
    made = ("fw-1", ["thing-00001", "thing-00003"], "{}", None, "")
    qtbot.waitUntil(lambda: opened.engine.operator.jobs == [made])


def test_without_a_selection_the_job_is_for_all_that_is_shown(opened: Opened, qtbot) -> None:
    opened.trigger("act.job.new")
    assert opened.find(CreateJobDialog, "jobDialog").windowTitle() == "Create job for all 3 shown things"


def test_the_dialog_goes_with_its_window(opened: Opened, qtbot) -> None:
    opened.trigger("act.job.new")
    dialog = opened.find(CreateJobDialog, "jobDialog")
    opened.window.close()
    qtbot.waitUntil(lambda: not dialog.isVisible())
