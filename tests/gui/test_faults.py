"""What is done to a window: nonsense in files, strange names, errors in slots. It is a sentence; nothing is lost."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QPushButton

from simulator.config import WindowOptions
from simulator.jobs.model import JobStatus as S
from simulator.scenario import loader
from simulator.transport.base import Link
from simulator.transport.credentials import Credentials
from tests.gui.conftest import Opened
from tests.support.failing_button import failing_button
from tests.support.gui import snapshot
from ui.app import ErrorTeller
from ui.banner import Problem, Severity
from ui.connection_page import ConnectionPage
from ui.drop_kinds import Kind, look_at

LEFT = Qt.MouseButton.LeftButton
RIGHT_TO_LEFT = "\u05de\u05e9\u05d0\u05d1\u05d4-\u202e1"  # Hebrew letters, and an override that turns what follows
LARGE = json.dumps({"operation": "x" * (10 * 1024 * 1024)})


def sentence(opened: Opened, kind: str) -> str:
    return opened.find(QLabel, f"banner_{kind}_label").text()


class TestOfFiles:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("name: mine\nsteps:\n  - {name: work, duration: -5}\nend: SUCCEEDED\n", "line 3"),
            ("name: mine\nsteps: [\n", "line"),
            ("steps:\n  - {wait: 1}\nend: [NONSENSE, {a: b}]\n", "line"),
        ],
    )
    def test_a_scenario_edited_into_nonsense_is_a_sentence_with_its_line(
        self, opened: Opened, qtbot, tmp_path: Path, monkeypatch, text: str, said: str
    ) -> None:
        async def define(name: str, text: str) -> None:  # as the engine does
            loader.parse(text, name)

        monkeypatch.setattr(opened.fleet, "define", define)
        path = tmp_path / "mine.yaml"
        path.write_text(text)
        opened.window.opener.open_paths([path])
        qtbot.waitUntil(lambda: opened.window.banners.kinds() != [] and not opened.tasks)
        assert opened.window.banners.kinds() == ["open"]
        if look_at(path).kind is Kind.SCENARIO:
            assert said in sentence(opened, "open")
        assert opened.session.process.scenarios == {}
        assert len(opened.store) == 3
        assert path.read_text() == text

    def test_its_button_opens_it_at_the_line_and_leaves_the_file(
        self, opened: Opened, qtbot, tmp_path: Path, monkeypatch
    ) -> None:
        async def define(name: str, text: str) -> None:  # as the engine does
            loader.parse(text, name)

        monkeypatch.setattr(opened.fleet, "define", define)
        path = tmp_path / "mine.yaml"
        path.write_text("name: mine\nsteps:\n  - {name: work, duration: -5}\nend: SUCCEEDED\n")
        opened.window.opener.open_paths([path])
        qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["open"])
        button = opened.find(QPushButton, "banner_open_fix")
        assert button.text() == "Open at line"
        qtbot.mouseClick(button, LEFT)
        assert opened.window.pages.current_id == "scenarios"
        edit = opened.window.pages.page("scenarios").editor.text  # type: ignore[attr-defined]
        assert edit.textCursor().blockNumber() == 2
        assert "duration: -5" in edit.textCursor().block().text()
        assert "duration: -5" in path.read_text()
        assert opened.window.banners.kinds() == []
        kept = opened.window.recovery.gathered()
        assert "duration: -5" in kept.drafts["scenarios"]["mine"]  # and it would outlive the window
        qtbot.waitUntil(lambda: not opened.tasks)

    def test_a_dropped_document_of_ten_megabytes_is_a_sentence(self, opened: Opened, tmp_path: Path) -> None:
        path = tmp_path / "large.json"
        path.write_text(LARGE)
        opened.window.opener.open_paths([path])
        assert sentence(opened, "open") == (
            "large.json was not opened: it has 10,485,777 bytes, and a job document may have 32,768; make it shorter"
        )
        assert not opened.window.commands.job_dialog.isVisible()

    def test_a_document_that_is_no_text_or_is_gone_is_a_sentence(self, opened: Opened, tmp_path: Path) -> None:
        path = tmp_path / "bytes.json"
        path.write_bytes(b'{"a": "\xff"}')
        opened.window.opener._use_document(path)
        assert sentence(opened, "open") == "bytes.json was not opened: it is no UTF-8 text; save it as UTF-8"
        opened.window.opener._use_document(tmp_path / "gone.json")
        assert sentence(opened, "open") == "gone.json was not opened: no such file or directory"

    def test_a_pasted_document_of_ten_megabytes_leaves_what_was_typed(self, opened: Opened) -> None:
        opened.window.go_to("jobs")
        edit = opened.window.pages.page("jobs").composer.document.edit  # type: ignore[attr-defined]
        before = edit.toPlainText()
        data = QMimeData()
        data.setText(LARGE)
        edit.insertFromMimeData(data)
        assert edit.toPlainText() == before
        assert "10,485,777 bytes and was left out" in opened.window.pages.page("jobs").composer.problem_label.text()  # type: ignore[attr-defined]

    def test_a_report_too_long_to_be_looked_at_whole_is_known_by_its_head(self, tmp_path: Path) -> None:
        path = tmp_path / "report.json"
        path.write_text('{"schema":"x","schema_version":1,"executions":[' + '"",' * 2_000_000 + '""],"outcomes":{}}')
        assert look_at(path).kind is Kind.REPORT


class TestOfNames:
    def test_a_name_from_right_to_left_is_shown_selected_filtered_and_copied(self, opened: Opened, qtbot) -> None:
        opened.fleet.tell([snapshot(RIGHT_TO_LEFT, S.FAILED, details="<b>no</b>")])
        opened.window.page.tick()
        opened.find(QLineEdit, "fleetFilterEdit").setText(RIGHT_TO_LEFT[:3])
        assert opened.window.page.model.shown_names() == [RIGHT_TO_LEFT]
        opened.window.page.table.selectRow(0)
        qtbot.waitUntil(lambda: not opened.tasks)
        opened.trigger("act.view.copy")
        assert RIGHT_TO_LEFT in QGuiApplication.clipboard().text()
        opened.trigger("act.view.wall")
        opened.window.grab()
        assert opened.window.banners.kinds() == []

    def test_a_fleet_file_with_such_a_name_is_refused_with_its_line(
        self, opened: Opened, qtbot, tmp_path: Path
    ) -> None:
        path = tmp_path / f"{RIGHT_TO_LEFT}.yaml"
        path.write_text(f"things:\n  - {{name: '{RIGHT_TO_LEFT}'}}\n", encoding="utf-8")
        opened.window.opener.open_paths([path])
        qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["open"])
        assert "line 2" in sentence(opened, "open")
        assert len(opened.store) == 3

    def test_what_looks_like_html_is_shown_as_it_is(self, opened: Opened) -> None:
        opened.window.tell(
            Problem(kind="x", severity=Severity.ERROR, sentence="<b>pump</b> &amp; <img src='file:///x'>")
        )
        label = opened.find(QLabel, "banner_x_label")
        assert label.textFormat() is Qt.TextFormat.PlainText


class TestOfSlots:
    def test_a_thousand_errors_in_a_slot_are_one_banner_and_a_short_log(self, qtbot, caplog) -> None:
        stack, tell, button = failing_button(qtbot)
        with tell.as_excepthook():
            for _ in range(1000):
                button.click()
        assert stack.kinds() == ["internal"]
        assert stack.findChild(QLabel, "banner_internal_label").text().endswith("(1,000 times)")
        assert stack.findChild(QPushButton, "banner_internal_fix").text() == "Log folder"
        assert stack.findChild(QPushButton, "banner_internal_copy").text() == "Copy details"
        assert 0 < len(caplog.records) < 15

    def test_after_an_error_in_a_slot_the_window_does_what_it_did(self, opened: Opened, qtbot) -> None:
        tell = ErrorTeller()
        tell.banner = opened.window.tell
        broken = QPushButton(opened.window)
        broken.clicked.connect(lambda: {}["nothing"])
        with tell.as_excepthook():
            broken.click()
        assert opened.window.banners.kinds() == ["internal"]
        opened.trigger("act.fleet.start")
        qtbot.waitUntil(lambda: opened.asked("start") != [])


class TestOfAnOutageElsewhere:
    @pytest.fixture
    def options(self) -> WindowOptions:
        return WindowOptions(things=2, seed=1, mqtt="mqtts://127.0.0.1:9")

    def cut_off(self, opened: Opened, cause: str) -> None:
        things = [snapshot(f"thing-0000{n}", link=Link.ERROR, link_reason=cause) for n in (1, 2)]
        opened.fleet.tell(things, notices=[f"2 of 2 things have no connection: {cause}; they keep trying"])

    def page(self, opened: Opened) -> ConnectionPage:
        return opened.find(ConnectionPage, "connPage")

    def test_a_certificate_that_has_run_out_leads_to_a_test_of_it(self, opened: Opened, qtbot) -> None:
        opened.session.connection._credentials = Credentials(ca="ca.pem")
        self.cut_off(opened, "the certificate of 127.0.0.1 is not trusted: certificate has expired")
        button = opened.find(QPushButton, "banner_unreachable_fix")
        assert button.text() == "Show certificate"
        qtbot.mouseClick(button, LEFT)
        page = self.page(opened)
        assert (page.mqtt_edit.text(), page.files.ca_edit.text()) == ("mqtts://127.0.0.1:9", "ca.pem")
        qtbot.waitUntil(lambda: not opened.tasks, timeout=8000)
        assert "failed" in [row.state for row in page.rows.values()]

    def test_a_refusal_leads_to_the_field_that_says_who_one_is(self, opened: Opened, qtbot) -> None:
        self.cut_off(opened, "the endpoint refused the connection: Not authorized")
        button = opened.find(QPushButton, "banner_unreachable_fix")
        assert button.text() == "Open Connection"
        qtbot.mouseClick(button, LEFT)
        assert opened.window.pages.current_id == "connection"
        qtbot.waitUntil(self.page(opened).files.certificate_edit.hasFocus)

    def test_the_banner_goes_by_itself_when_the_things_are_back(self, opened: Opened) -> None:
        self.cut_off(opened, "the endpoint refused the connection: Not authorized")
        opened.fleet.tell([snapshot("thing-00001"), snapshot("thing-00002")])
        assert opened.window.banners.kinds() == []


def test_what_is_typed_in_the_composer_stays_when_an_error_comes(opened: Opened) -> None:
    opened.window.go_to("jobs")
    edit = opened.window.pages.page("jobs").findChild(QPlainTextEdit)
    edit.setPlainText("{ not yet")
    opened.window.tell(Problem(kind="internal", severity=Severity.ERROR, sentence="It failed."))
    opened.window.go_to("fleet")
    opened.window.go_to("jobs")
    assert edit.toPlainText() == "{ not yet"
