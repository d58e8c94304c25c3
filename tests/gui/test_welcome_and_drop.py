"""The welcome page where there is no fleet, and files that are dropped on the window or opened."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLineEdit, QWidget

from simulator import demo
from simulator.config import WindowOptions
from simulator.endpoint.authority import Authority
from tests.gui.conftest import Opened
from ui.drop_kinds import Kind, look_at, words

FLEET = "groups:\n  - {prefix: valve-, count: 4, scenario: success, firmware: 1.0.0}\n"
SCENARIO = "name: mine\nsteps:\n  - {name: work, duration: 1}\nend: SUCCEEDED\n"


def written(place: Path, name: str, text: str) -> Path:
    path = place / name
    path.write_text(text, encoding="utf-8")
    return path


class TestWithoutAFleet:
    @pytest.fixture
    def options(self) -> WindowOptions:
        return WindowOptions(seed=42)

    @pytest.fixture
    def welcomed(self, opened: Opened) -> Opened:
        opened.window.welcome()
        return opened

    def test_three_choices_and_no_dialog(self, welcomed: Opened) -> None:
        page = welcomed.find(QWidget, "welcomePage")
        assert page.isVisible()
        texts = [button.text() for button in page.findChildren(QAbstractButton)]
        assert texts == ["Show me", "Build a fleet", "Open…"]

    def test_show_me_begins_the_demo_and_the_fleet_page_comes_to_the_front(self, welcomed: Opened, qtbot) -> None:
        qtbot.mouseClick(welcomed.find(QAbstractButton, "welcomeDemoButton"), Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: len(welcomed.engine.operator.jobs) == 1)
        assert welcomed.window.pages.current_id == "fleet"
        assert welcomed.window.story.isVisible()

    def test_build_a_fleet_leads_to_where_things_are_added(self, welcomed: Opened, qtbot) -> None:
        qtbot.mouseClick(welcomed.find(QAbstractButton, "welcomeFleetButton"), Qt.MouseButton.LeftButton)
        assert not welcomed.window.is_welcoming

    def test_open_asks_for_files_without_holding_anything_up(self, welcomed: Opened, qtbot, tmp_path: Path) -> None:
        path = written(tmp_path, "valves.yaml", FLEET)
        qtbot.mouseClick(welcomed.find(QAbstractButton, "welcomeOpenButton"), Qt.MouseButton.LeftButton)
        dialog = welcomed.find(QFileDialog, "openDialog")
        dialog.filesSelected.emit([str(path)])
        dialog.reject()
        qtbot.waitUntil(lambda: len(welcomed.fleet.things) == 4)
        qtbot.waitUntil(lambda: welcomed.window.pages.current_id == "fleet")
        qtbot.waitUntil(lambda: welcomed.window.windowTitle().startswith("valves[*] — 4 things — "))


def held(path: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


def drop(opened: Opened, data: QMimeData) -> str:
    """Hold it over the window and let go; return what the outline said."""
    at, copy, left = QPoint(200, 200), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at, copy, data, left, none)
    opened.window.dragEnterEvent(enter)
    outline = opened.find(QWidget, "dropOutline")
    said = outline.accessibleName() if outline.isVisible() else ""
    if said:
        opened.window.dropEvent(QDropEvent(at.toPointF(), copy, data, left, none))
    assert not outline.isVisible()
    return said


def test_a_fleet_file_takes_the_place_of_the_things(opened: Opened, qtbot, tmp_path: Path) -> None:
    assert drop(opened, held(written(tmp_path, "valves.yaml", FLEET))) == "Open as fleet"
    qtbot.waitUntil(lambda: list(opened.fleet.things) == [f"valve-0{n}" for n in range(1, 5)])
    qtbot.waitUntil(lambda: opened.window.open_fleet.name == "valves")


def test_a_scenario_file_can_be_given_to_things_afterwards(opened: Opened, qtbot, tmp_path: Path) -> None:
    assert drop(opened, held(written(tmp_path, "mine.yaml", SCENARIO))) == "Add 1 scenario"
    qtbot.waitUntil(lambda: opened.asked("define") == [("mine",)])
    menu = opened.window.scenario_menu
    qtbot.waitUntil(lambda: "mine" in [action.text() for action in menu.actions()])  # once its file is written


def test_a_job_document_goes_into_a_new_job(opened: Opened, qtbot, tmp_path: Path) -> None:
    text = demo.demo_job_document()
    assert drop(opened, held(written(tmp_path, "fw.json", text))) == "Use as job document"
    dialog = opened.window.commands.job_dialog
    qtbot.waitUntil(dialog.isVisible)
    assert dialog.document_edit.toPlainText() == text
    dialog.close()


def test_what_is_nothing_has_no_outline_and_is_told_when_it_is_opened(opened: Opened, tmp_path: Path) -> None:
    path = written(tmp_path, "notes.txt", "hello")
    assert drop(opened, held(path)) == ""
    opened.window.opener.open_paths([path])
    assert opened.window.banners.kinds() == ["open"]


def test_a_fleet_file_with_mistakes_is_one_sentence_and_changes_nothing(opened: Opened, qtbot, tmp_path: Path) -> None:
    path = written(tmp_path, "bad.yaml", "groups:\n  - {prefix: a-, count: -1}\n")
    opened.window.opener.open_paths([path])
    qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["open"])
    assert len(opened.fleet.things) == 3


def test_every_kind_is_known_by_its_content(tmp_path: Path) -> None:
    kinds = {
        "a.yaml": (FLEET, Kind.FLEET),
        "b.yml": (SCENARIO, Kind.SCENARIO),
        "c.json": ('{"operation": "reboot"}', Kind.JOB_DOCUMENT),
        "d.yaml": ("fleet: {things: []}\njobs: []\n", Kind.RUN),
        "e.json": (json.dumps({"schema_version": 1, "executions": [], "outcomes": {}}), Kind.REPORT),
        "f.json": ("[1, 2", Kind.UNKNOWN),
        "g.yaml": (":\n  - [", Kind.UNKNOWN),
        "h.txt": (FLEET, Kind.UNKNOWN),
    }
    for name, (text, kind) in kinds.items():
        assert look_at(written(tmp_path, name, text)).kind is kind, name
    folder = look_at(tmp_path)
    assert (folder.kind, folder.path.name) == (Kind.REPORT, "e.json")
    assert look_at(tmp_path / "nowhere.yaml").kind is Kind.UNKNOWN
    assert words([look_at(tmp_path / "b.yml")] * 3) == "Add 3 scenarios"


def test_a_scenario_that_is_dropped_on_rows_is_given_to_them(opened: Opened, qtbot, tmp_path: Path) -> None:
    data = held(written(tmp_path, "mine.yaml", SCENARIO))
    table = opened.window.page.table
    row = table.visualRect(table.model().index(1, 0)).center()
    at = table.viewport().mapTo(opened.window, row)
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    opened.window.dragEnterEvent(QDragEnterEvent(at, copy, data, left, none))
    outline = opened.find(QWidget, "dropOutline")
    assert outline.accessibleName() == "Add 1 scenario"
    opened.window.dragMoveEvent(QDragMoveEvent(at, copy, data, left, none))
    name = opened.window.page.model.name(1)
    assert outline.accessibleName() == f"Give mine to {name}"
    opened.window.dropEvent(QDropEvent(at.toPointF(), copy, data, left, none))
    qtbot.waitUntil(lambda: opened.asked("assign") == [([name], "mine")])
    assert [path.name for path in opened.window.scenarios.folder.iterdir()] == ["mine.yaml"]
    opened.trigger("act.app.undo")
    qtbot.waitUntil(lambda: opened.asked("assign")[-1] == ([name], "mix"))


def test_a_scenario_on_a_selected_row_is_given_to_all_that_are_selected(opened: Opened, qtbot, tmp_path: Path) -> None:
    opened.window.page.table.selectAll()
    table = opened.window.page.table
    at = table.viewport().mapTo(opened.window, table.visualRect(table.model().index(1, 0)).center())
    data = held(written(tmp_path, "mine.yaml", SCENARIO))
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    opened.window.dragEnterEvent(QDragEnterEvent(at, copy, data, left, none))
    opened.window.dragMoveEvent(QDragMoveEvent(at, copy, data, left, none))
    assert opened.find(QWidget, "dropOutline").accessibleName() == "Give mine to 3 things"
    opened.window.dropEvent(QDropEvent(at.toPointF(), copy, data, left, none))
    qtbot.waitUntil(lambda: opened.store.scenario == ["mine"] * 3)


def test_the_same_scenario_again_is_not_kept_twice_and_another_of_its_name_gets_a_new_one(
    opened: Opened, qtbot, tmp_path: Path
) -> None:
    shelf = opened.window.scenarios
    for text in (SCENARIO, SCENARIO, SCENARIO.replace("duration: 1", "duration: 2")):
        before = len(opened.asked("define"))
        opened.window.opener.open_paths([written(tmp_path, "mine.yaml", text)])
        qtbot.waitUntil(lambda: not opened.tasks)
        assert len(opened.asked("define")) == before + (text != SCENARIO or before == 0)
    assert shelf.names() == ["mine", "mine-2"]
    assert "name: mine-2" in (shelf.folder / "mine-2.yaml").read_text(encoding="utf-8")


class TestOfCertificates:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """An authority's certificate, and certificate and key of a thing."""
        authority = Authority(tmp_path / "tls")
        certificate, key = authority.thing_files("pump-1")
        made = tmp_path / "dropped"
        made.mkdir()
        for name, path in (("root.pem", authority.trust_file), ("pump-1.crt", certificate), ("pump-1.key", key)):
            (made / name).write_bytes(path.read_bytes())
        return made

    @pytest.mark.parametrize(
        ("name", "said", "field"),
        [
            ("root.pem", "Use as CA", "connCaEdit"),
            ("pump-1.crt", "Use as certificate", "connCertEdit"),
            ("pump-1.key", "Use as private key", "connKeyEdit"),
        ],
    )
    def test_each_says_what_it_is_for_and_goes_into_its_field(
        self, opened: Opened, qtbot, folder: Path, name: str, said: str, field: str
    ) -> None:
        assert drop(opened, held(folder / name)) == said
        qtbot.waitUntil(lambda: opened.window.pages.current_id == "connection")
        edit = opened.find(QLineEdit, field)
        qtbot.waitUntil(lambda: edit.text() == str(folder / name))

    def test_several_at_once_fill_their_fields_and_connect_to_nothing(
        self, opened: Opened, qtbot, folder: Path
    ) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in sorted(folder.iterdir())])
        before = opened.session.connection.mqtt
        assert drop(opened, data) == "Use the 3 files to connect"
        qtbot.waitUntil(lambda: opened.window.pages.current_id == "connection")
        fields = [opened.find(QLineEdit, name) for name in ("connCaEdit", "connCertEdit", "connKeyEdit")]
        names = ["root.pem", "pump-1.crt", "pump-1.key"]
        qtbot.waitUntil(lambda: [Path(each.text()).name for each in fields] == names)
        assert opened.session.connection.mqtt == before

    def test_a_folder_of_them_and_files_that_only_look_like_them(self, folder: Path, tmp_path: Path) -> None:
        assert look_at(folder).kind is Kind.CERTIFICATES
        assert words([look_at(folder)]) == "Use the certificates of this folder"
        for name, text in (("a.pem", "hello"), ("b.crt", "-----BEGIN CERTIFICATE-----\nnonsense\n"), ("c.key", "")):
            found = look_at(written(tmp_path, name, text))
            assert found.kind is (Kind.CERTIFICATE if name == "b.crt" else Kind.UNKNOWN)
