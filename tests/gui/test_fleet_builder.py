"""The fleet builder: what is typed is shown at once, refused where it cannot be, saved for the command line, added."""

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from simulator import run_plan
from simulator.config import WindowOptions
from simulator.errors import InputError
from simulator.fleet import ThingSpec
from simulator.run_plan import RunOptions
from simulator.scenario.walk import seed_for
from simulator.transport.credentials import Credentials
from tests.gui.conftest import Opened
from tests.support.full_window import settle
from ui.banner import Banner
from ui.fleet_builder import FleetBuilder
from ui.scenario_fields import MarkedEdit

MINE = "name: mine\nsteps:\n  - {name: work, duration: 1}\nend: SUCCEEDED\n"


class Builder:
    """The builder in front, and a person's hands on it."""

    def __init__(self, opened: Opened, qtbot: QtBot) -> None:
        self.opened, self._qtbot = opened, qtbot
        opened.trigger("act.fleet.add")
        self.rest()

    def rest(self) -> None:
        """Wait until nothing is under way."""
        self._qtbot.waitUntil(lambda: not self.opened.tasks, timeout=5000)

    def type(self, name: str, text: str) -> None:
        """Put this into a field, key by key."""
        edit = self.opened.find(QLineEdit, name)
        edit.setFocus()
        edit.selectAll()
        QTest.keyClick(edit, Qt.Key.Key_Delete)
        QTest.keyClicks(edit, text)
        self.rest()

    def click(self, name: str) -> None:
        self._qtbot.mouseClick(self.button(name), Qt.MouseButton.LeftButton)
        self.rest()

    def button(self, name: str) -> QAbstractButton:
        return self.opened.find(QAbstractButton, name)

    def says(self, name: str) -> str:
        """What a label says; "" if it is not to be seen."""
        label = self.opened.find(QLabel, name)
        return label.text() if label.isVisible() else ""

    def mend(self) -> None:
        """Press the button of the one banner there is."""
        (banner,) = self.opened.window.banners.findChildren(Banner)
        assert banner.problem.fix is not None
        banner.problem.fix()
        self.rest()

    @property
    def specs(self) -> list[ThingSpec]:
        """The things of the session that were built."""
        return [spec for spec in self.opened.session.things.specs() if not spec.name.startswith("thing-0000")]

    @property
    def banners(self) -> list[str]:
        return [banner.problem.sentence for banner in self.opened.window.banners.findChildren(Banner)]


@pytest.fixture
def builder(opened: Opened, qtbot: QtBot) -> Builder:
    return Builder(opened, qtbot)


def certificates(folder: Path, *numbers: int) -> Path:
    folder.mkdir()
    for number in numbers:
        for ending in ("pem", "key"):
            (folder / f"sim-{number:05}.{ending}").touch()
    return folder


class TestHowOneGetsThere:
    def test_by_the_toolbar_and_back_by_escape(self, opened: Opened, qtbot: QtBot) -> None:
        opened.window.go_to("scenarios")
        qtbot.mouseClick(opened.find(QAbstractButton, "mainButton_fleet.add"), Qt.MouseButton.LeftButton)
        page = opened.find(QWidget, "fleetBuilder")
        assert page.isVisible()
        assert opened.window.focusWidget() is opened.find(QLineEdit, "fleetBuilderCountEdit")
        assert opened.find(QAbstractButton, "modeButton_connection").isChecked()
        opened.trigger("act.view.escape")
        assert not page.isVisible()
        assert opened.window.pages.current_id == "scenarios"
        qtbot.waitUntil(lambda: not opened.tasks)

    def test_by_the_connection_page_and_back_there(self, opened: Opened, qtbot: QtBot) -> None:
        opened.window.go_to("connection")
        qtbot.mouseClick(opened.find(QPushButton, "connAddButton"), Qt.MouseButton.LeftButton)
        assert opened.find(QWidget, "fleetBuilder").isVisible()
        qtbot.mouseClick(opened.find(QPushButton, "fleetBuilderBackButton"), Qt.MouseButton.LeftButton)
        assert opened.window.pages.current_id == "connection"
        qtbot.waitUntil(lambda: not opened.tasks)

    def test_by_the_menu_of_things(self, opened: Opened) -> None:
        menu = opened.window.row_menu.make()
        assert isinstance(menu, QMenu)
        assert "act.fleet.add" in [action.objectName() for action in menu.actions()]
        menu.deleteLater()

    def test_it_has_the_letters_that_lead_to_its_fields(self, builder: Builder) -> None:
        page = builder.opened.find(QWidget, "fleetBuilder")
        letters = [text[text.index("&") + 1] for label in page.findChildren(QLabel) if "&" in (text := label.text())]
        assert len(letters) == len(set(map(str.lower, letters))) == 7

    def test_tab_goes_as_the_eye_does(self, builder: Builder) -> None:
        builder.click("fleetBuilderScenarioButton")
        builder.opened.find(QLineEdit, "fleetBuilderCountEdit").setFocus()
        names = []
        for _ in range(25):
            focus = builder.opened.window.focusWidget()
            names.append(focus.objectName().removeprefix("fleetBuilder"))
            QTest.keyClick(focus, Qt.Key.Key_Tab)
            if names[-1] == "AddButton":
                break
        parts = [f"{kind}_{number}" for number in range(4) for kind in ("ScenarioCombo", "WeightEdit", "DropButton")]
        upper = ["CountEdit", "NameEdit", "FirstEdit", "GroupEdit", "FirmwareEdit", "RateEdit", "SeedEdit"]
        assert names == [
            *upper, *parts, "ScenarioButton", "EvenButton", "CertEdit", "CertButton", "SaveButton", "AddButton",
        ]  # fmt: skip

    class TestWithoutAFleet:
        @pytest.fixture
        def options(self) -> WindowOptions:
            return WindowOptions(seed=42)

        def test_by_the_empty_table_and_by_the_welcome_page(self, opened: Opened, qtbot: QtBot) -> None:
            qtbot.mouseClick(opened.find(QPushButton, "fleetBuildButton"), Qt.MouseButton.LeftButton)
            page = opened.find(QWidget, "fleetBuilder")
            assert page.isVisible()
            qtbot.mouseClick(opened.find(QPushButton, "fleetBuilderBackButton"), Qt.MouseButton.LeftButton)
            assert not page.isVisible()
            opened.window.welcome()
            qtbot.mouseClick(opened.find(QAbstractButton, "welcomeFleetButton"), Qt.MouseButton.LeftButton)
            assert page.isVisible()
            qtbot.waitUntil(lambda: not opened.tasks)


class TestWhileTyping:
    def test_names_resources_and_the_button_follow(self, builder: Builder) -> None:
        assert builder.says("fleetBuilderPreviewLabel") == "sim-00001 … sim-00200"
        assert builder.button("fleetBuilderAddButton").text() == "Add 200 things"
        builder.type("fleetBuilderCountEdit", "1500")
        builder.type("fleetBuilderNameEdit", "pump-{n}")
        assert builder.says("fleetBuilderPreviewLabel") == "pump-1 … pump-1500"
        assert (
            builder.says("fleetBuilderResourceLabel") == "With the 3 there are, needs about 1,567 open files and 85 MB"
        )
        assert builder.button("fleetBuilderAddButton").text() == "Add 1,500 things"

    def test_the_window_does_not_wait_for_a_hundred_thousand_names(self, builder: Builder) -> None:
        edit = builder.opened.find(QLineEdit, "fleetBuilderCountEdit")
        seen: list[int] = []
        builder.opened.find(FleetBuilder, "fleetBuilder").work.found.connect(lambda found: seen.append(found.count))
        edit.setText("100000")
        assert builder.says("fleetBuilderPreviewLabel") == "sim-00001 … sim-00200"  # as it was: setText has not waited
        edit.setText("100001")
        edit.setText("7")
        builder.rest()
        assert builder.says("fleetBuilderPreviewLabel") == "sim-00001 … sim-00007"
        assert seen == [7]  # nothing is shown of what is no longer typed

    def test_bad_input_is_a_sentence_at_its_field_and_nothing_can_be_done(self, builder: Builder) -> None:
        builder.type("fleetBuilderNameEdit", "sim")
        sentence = "has no {n} for the number; write {n} once, or {n:05} for five digits"
        assert builder.says("fleetBuilderProblem_names") == f"Name: {sentence}"
        edit = builder.opened.find(QLineEdit, "fleetBuilderNameEdit")
        assert edit.toolTip() == edit.accessibleDescription() == sentence
        for name in ("fleetBuilderAddButton", "fleetBuilderSaveButton"):
            assert not builder.button(name).isEnabled()
            assert builder.button(name).toolTip() == f"Name: {sentence}"
        builder.type("fleetBuilderNameEdit", "sim-{n}")
        assert builder.says("fleetBuilderProblem_names") == ""
        assert builder.button("fleetBuilderAddButton").isEnabled()

    def test_with_mistakes_in_it_the_form_still_fits_the_smallest_window(self, builder: Builder) -> None:
        builder.opened.window.resize(1024, 640)
        builder.type("fleetBuilderCountEdit", "0")
        builder.type("fleetBuilderSeedEdit", "x")
        builder.type("fleetBuilderWeightEdit_1", "-3")
        settle()
        assert builder.opened.find(QScrollArea, "fleetBuilderArea").verticalScrollBar().maximum() == 0

    def test_names_that_exist_are_counted_and_the_button_takes_free_numbers(self, builder: Builder) -> None:
        builder.type("fleetBuilderNameEdit", "thing-{n:05}")
        assert builder.says("fleetBuilderTakenLabel") == "3 of these names exist already."
        assert not builder.button("fleetBuilderAddButton").isEnabled()
        assert builder.button("fleetBuilderSaveButton").isEnabled()
        assert builder.button("fleetBuilderNumberButton").text() == "Start numbering at 4"
        builder.click("fleetBuilderNumberButton")
        assert builder.says("fleetBuilderPreviewLabel") == "thing-00004 … thing-00203"
        assert builder.says("fleetBuilderTakenLabel") == ""
        assert builder.button("fleetBuilderAddButton").isEnabled()

    def test_too_many_for_this_machine_can_be_saved_but_not_added(
        self, builder: Builder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("simulator.resources_check.descriptors_available", lambda: 264)
        builder.type("fleetBuilderCountEdit", "198")
        assert "which is 200; spread them" in builder.says("fleetBuilderRoomLabel")
        assert not builder.button("fleetBuilderAddButton").isEnabled()
        assert builder.button("fleetBuilderSaveButton").isEnabled()


class TestTheMix:
    def shares(self, builder: Builder) -> list[str]:
        labels = builder.opened.find(QWidget, "fleetBuilderMix").findChildren(QLabel)
        return [label.text() for label in labels if label.isVisible()]

    def test_shares_follow_the_weights_and_even_makes_them_alike(self, builder: Builder) -> None:
        assert self.shares(builder) == ["80 %", "15 %", "5 %"]
        builder.type("fleetBuilderWeightEdit_2", "65")
        assert self.shares(builder) == ["50 %", "9 %", "41 %"]
        builder.click("fleetBuilderEvenButton")
        assert self.shares(builder) == ["34 %", "33 %", "33 %"]

    def test_scenarios_are_added_chosen_and_taken_out(self, builder: Builder) -> None:
        builder.click("fleetBuilderScenarioButton")
        combo = builder.opened.find(QComboBox, "fleetBuilderScenarioCombo_3")
        assert combo.findText("rebooter") >= 0
        combo.setCurrentText("rebooter")
        assert builder.opened.find(QLineEdit, "fleetBuilderWeightEdit_3").accessibleName() == "Weight of rebooter"
        for number in (0, 1, 2):
            builder.click(f"fleetBuilderDropButton_{number}")
        assert self.shares(builder) == ["100 %"]
        assert not builder.button("fleetBuilderDropButton_3").isEnabled()  # the last one stays
        builder.click("fleetBuilderAddButton")
        assert {spec.scenario for spec in builder.specs} == {"rebooter"}

    def test_a_weight_that_is_none_is_told_below(self, builder: Builder) -> None:
        builder.type("fleetBuilderWeightEdit_1", "-3")
        sentence = "the weight of flaky-network is -3; write a number above 0, or leave it out"
        assert builder.says("fleetBuilderProblem_mix") == f"Scenario mix: {sentence}"
        assert self.shares(builder) == ["", "", ""]
        weights = [builder.opened.find(MarkedEdit, f"fleetBuilderWeightEdit_{number}") for number in (0, 1, 2)]
        assert [bool(edit.problem) for edit in weights] == [False, True, False]


class TestCertificates:
    def test_those_without_one_are_named_and_skipped(self, builder: Builder, tmp_path: Path) -> None:
        builder.type("fleetBuilderCountEdit", "5")
        folder = certificates(tmp_path / "certs", 1, 2, 4)
        builder.type("fleetBuilderCertEdit", str(folder))
        assert builder.says("fleetBuilderMatchedLabel") == "Matched 3 of 5 by name."
        assert "sim-00003, sim-00005 have none" in builder.says("fleetBuilderProblem_certificates")
        assert not builder.button("fleetBuilderAddButton").isEnabled()
        builder.click("fleetBuilderSkipButton")
        assert builder.says("fleetBuilderProblem_certificates") == ""
        assert "2 things are left out." in builder.says("fleetBuilderMatchedLabel")
        assert "The local endpoint of this window asks for none" in builder.says("fleetBuilderMatchedLabel")
        assert builder.button("fleetBuilderSkipButton").text() == "Keep them"
        builder.click("fleetBuilderAddButton")
        assert [spec.name for spec in builder.specs] == ["sim-00001", "sim-00002", "sim-00004"]

    def test_another_folder_is_looked_at_anew_and_nothing_is_skipped_in_it(
        self, builder: Builder, tmp_path: Path
    ) -> None:
        builder.type("fleetBuilderCountEdit", "2")
        builder.type("fleetBuilderCertEdit", str(certificates(tmp_path / "some", 1)))
        builder.click("fleetBuilderSkipButton")
        builder.click("fleetBuilderCertButton")
        dialog = builder.opened.find(QFileDialog, "fleetBuilderCertDialog")
        dialog.fileSelected.emit(str(certificates(tmp_path / "others", 2)))
        dialog.reject()
        builder.rest()
        assert "sim-00001 has none" in builder.says("fleetBuilderProblem_certificates")

    def test_a_file_that_has_come_meanwhile_is_seen_when_one_comes_back(self, builder: Builder, tmp_path: Path) -> None:
        builder.type("fleetBuilderCountEdit", "2")
        folder = certificates(tmp_path / "certs", 1)
        builder.type("fleetBuilderCertEdit", str(folder))
        assert builder.says("fleetBuilderMatchedLabel") == "Matched 1 of 2 by name."
        builder.click("fleetBuilderBackButton")
        for ending in ("pem", "key"):
            (folder / f"sim-00002.{ending}").touch()
        builder.opened.trigger("act.fleet.add")
        builder.rest()
        assert builder.says("fleetBuilderMatchedLabel").startswith("Matched 2 of 2 by name.")

    def test_a_folder_that_is_none_is_told(self, builder: Builder, tmp_path: Path) -> None:
        builder.type("fleetBuilderCertEdit", str(tmp_path / "nowhere"))
        assert builder.says("fleetBuilderProblem_certificates").startswith("Certificates: cannot be read: no such file")

    class TestOnAnEncryptedConnection:
        @pytest.fixture
        def options(self) -> WindowOptions:
            return WindowOptions(seed=42, mqtt="mqtts://broker.example:8883")

        def test_the_things_connect_with_them(
            self, opened: Opened, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
        ) -> None:
            monkeypatch.setattr("simulator.transport.secure.check", lambda *_: None)
            builder = Builder(opened, qtbot)
            builder.type("fleetBuilderCountEdit", "2")
            folder = certificates(tmp_path / "certs", 1, 2)
            builder.type("fleetBuilderCertEdit", str(folder))
            assert "connect anew, with these certificates" in builder.says("fleetBuilderMatchedLabel")
            builder.click("fleetBuilderAddButton")
            wanted = Credentials(certificate=str(folder / "{thing}.pem"), key=str(folder / "{thing}.key"))
            assert opened.session.connection.credentials == wanted
            assert opened.fleet.settings is not None
            assert opened.fleet.settings.credentials == wanted
            assert len(builder.specs) == 2

        def test_files_that_are_none_are_told_and_nothing_is_added(
            self, opened: Opened, qtbot: QtBot, tmp_path: Path
        ) -> None:
            builder = Builder(opened, qtbot)
            builder.type("fleetBuilderCountEdit", "1")
            builder.type("fleetBuilderCertEdit", str(certificates(tmp_path / "certs", 1)))
            builder.click("fleetBuilderAddButton")
            assert builder.specs == []
            (sentence,) = builder.banners
            assert sentence.startswith("The things were not added: ")
            assert "both must be in PEM form" in sentence


class TestAdding:
    def test_the_things_are_there_with_their_seeds_scenarios_group_and_pace(self, builder: Builder) -> None:
        builder.type("fleetBuilderSeedEdit", "7")
        builder.type("fleetBuilderGroupEdit", "north")
        builder.type("fleetBuilderFirmwareEdit", "2.3.1")
        builder.click("fleetBuilderAddButton")
        specs, opened = builder.specs, builder.opened
        assert [spec.name for spec in specs[:2]] == ["sim-00001", "sim-00002"]
        assert len(specs) == 200
        assert all(spec.seed == seed_for(7, spec.name) and spec.firmware == "2.3.1" for spec in specs)
        assert 130 < Counter(spec.scenario for spec in specs)["success"] < 190
        assert opened.engine.operator.groups == {"north": [spec.name for spec in specs]}
        assert ("ramp", 50.0) in opened.fleet.asked
        assert opened.window.pages.current_id == "fleet"
        assert "200 things were added." in builder.banners
        assert opened.asked("start") == []
        opened.trigger("act.fleet.add")
        builder.rest()
        assert builder.says("fleetBuilderPreviewLabel") == "sim-00201 … sim-00400"  # numbered on

    def test_undo_takes_them_back_and_redo_brings_them_again(self, builder: Builder, qtbot: QtBot) -> None:
        builder.type("fleetBuilderCountEdit", "4")
        builder.type("fleetBuilderGroupEdit", "north")
        builder.click("fleetBuilderAddButton")
        opened, before = builder.opened, builder.specs
        assert opened.window.actions_of["act.app.undo"].text() == "Undo adding 4 things"
        assert opened.window.isWindowModified()
        opened.trigger("act.app.undo")
        builder.rest()
        assert builder.specs == []
        assert not opened.window.isWindowModified()
        opened.trigger("act.app.redo")
        builder.rest()
        assert builder.specs == before
        assert opened.engine.operator.groups == {"north": [spec.name for spec in before] * 2}

    def test_a_scenario_given_since_is_kept_over_undo_and_redo(self, builder: Builder) -> None:
        builder.type("fleetBuilderCountEdit", "2")
        builder.click("fleetBuilderAddButton")
        opened = builder.opened
        opened.tasks.start(opened.session.things.assign(["sim-00002"], "hangs"), "assign")
        builder.rest()
        opened.trigger("act.app.undo")
        builder.rest()
        opened.trigger("act.app.redo")
        builder.rest()
        assert [spec.scenario for spec in builder.specs][1] == "hangs"

    def test_the_banner_starts_them(self, builder: Builder, qtbot: QtBot) -> None:
        builder.type("fleetBuilderCountEdit", "2")
        builder.click("fleetBuilderAddButton")
        builder.mend()
        assert builder.opened.asked("start") == [(["sim-00001", "sim-00002"],)]

    def test_ctrl_enter_in_a_field_adds(self, builder: Builder) -> None:
        edit = builder.opened.find(QLineEdit, "fleetBuilderCountEdit")
        builder.type("fleetBuilderCountEdit", "2")
        QTest.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        builder.rest()
        assert len(builder.specs) == 2

    def test_a_click_before_the_newest_text_was_looked_at_adds_what_is_typed_or_nothing(self, builder: Builder) -> None:
        builder.opened.find(QLineEdit, "fleetBuilderCountEdit").setText("0")
        builder.click("fleetBuilderAddButton")
        assert builder.specs == []
        assert builder.says("fleetBuilderProblem_count") == "Things: 0 is out of range; write 1 or more"

    def test_what_the_engine_refuses_is_told_and_nothing_can_be_undone(self, builder: Builder) -> None:
        builder.opened.fleet.refusal = InputError("", "no room", "make some")
        builder.click("fleetBuilderAddButton")
        assert builder.specs == []
        assert any("no room; make some" in sentence for sentence in builder.banners)
        assert builder.opened.session.things.ramp == 0.0
        assert not builder.opened.window.actions_of["act.app.undo"].isEnabled()


class TestWhatIsKept:
    """What a fleet has beside its things stays with it when the engine is made anew."""

    @pytest.fixture
    def built(self, builder: Builder) -> Builder:
        builder.type("fleetBuilderCountEdit", "2")
        builder.type("fleetBuilderGroupEdit", "north")
        builder.type("fleetBuilderRateEdit", "5")
        builder.click("fleetBuilderAddButton")
        builder.opened.engine.operator.groups.clear()
        builder.opened.fleet.asked.clear()
        return builder

    def test_things_join_their_group_again_at_a_new_endpoint(self, built: Builder) -> None:
        built.opened.tasks.start(built.opened.session.restart_endpoint(), "endpoint")
        built.rest()
        assert built.opened.engine.operator.groups == {"north": ["sim-00001", "sim-00002"]}

    def test_a_new_fleet_has_the_rate_before_things_start(self, built: Builder) -> None:
        built.opened.tasks.start(built.opened.session.reopen(), "reopen")
        built.rest()
        asked = [entry[0] for entry in built.opened.fleet.asked]
        assert ("ramp", 5.0) in built.opened.fleet.asked
        assert asked.index("ramp") < asked.index("start")

    def test_things_that_begin_anew_stay_in_their_group_and_removed_ones_leave_it(self, built: Builder) -> None:
        things, tasks = built.opened.session.things, built.opened.tasks
        tasks.start(things.renew(built.specs), "renew")
        built.rest()
        assert set(things.registrations_of(["sim-00001", "sim-00002"])) == {"sim-00001", "sim-00002"}
        tasks.start(things.remove(["sim-00001"]), "remove")
        built.rest()
        assert set(things.registrations_of(["sim-00001", "sim-00002"])) == {"sim-00002"}


class TestSaving:
    def save(self, builder: Builder, path: Path) -> None:
        builder.click("fleetBuilderSaveButton")
        dialog = builder.opened.find(QFileDialog, "fleetBuilderSaveDialog")
        dialog.fileSelected.emit(str(path))
        dialog.reject()
        builder.rest()

    def test_the_command_line_runs_the_file_with_the_same_things(self, builder: Builder, tmp_path: Path) -> None:
        builder.type("fleetBuilderSeedEdit", "7")
        builder.type("fleetBuilderRateEdit", "12")
        path = tmp_path / "FLEET.yaml"
        self.save(builder, path)
        (sentence,) = builder.banners
        assert sentence == f"200 things are in {path}."
        builder.click("fleetBuilderAddButton")
        run = run_plan.plan(RunOptions(fleet_file=path))
        assert list(run.specs) == builder.specs
        assert (run.seed, run.options.ramp) == (7, 12)

    def test_the_banner_copies_the_command(self, builder: Builder, tmp_path: Path) -> None:
        self.save(builder, tmp_path / "FLEET.yaml")
        builder.mend()
        wanted = f'thing-simulator run --fleet "{tmp_path / "FLEET.yaml"}"'
        assert QGuiApplication.clipboard().text() == wanted

    def test_with_certificates_the_command_names_an_encrypted_endpoint(self, builder: Builder, tmp_path: Path) -> None:
        builder.type("fleetBuilderCountEdit", "1")
        builder.type("fleetBuilderCertEdit", str(certificates(tmp_path / "certs", 1)))
        self.save(builder, tmp_path / "FLEET.yaml")
        builder.mend()
        assert QGuiApplication.clipboard().text().endswith('FLEET.yaml" --mqtt mqtts://HOST:PORT')

    def test_scenarios_of_ones_own_go_beside_it(self, opened: Opened, qtbot: QtBot, tmp_path: Path) -> None:
        opened.session.process.scenarios["mine"] = MINE
        builder = Builder(opened, qtbot)
        opened.find(QComboBox, "fleetBuilderScenarioCombo_0").setCurrentText("mine")
        self.save(builder, tmp_path / "FLEET.yaml")
        assert (tmp_path / "FLEET.mine.yaml").read_text() == MINE
        scenarios = {
            Path(spec.scenario).name for spec in run_plan.plan(RunOptions(fleet_file=tmp_path / "FLEET.yaml")).specs
        }
        assert scenarios == {"FLEET.mine.yaml", "flaky-network", "fail"}

    def test_a_file_written_by_hand_is_not_written_over(self, builder: Builder, tmp_path: Path) -> None:
        path = tmp_path / "FLEET.yaml"
        path.write_text("things: [{name: mine}]\n")
        self.save(builder, path)
        assert path.read_text() == "things: [{name: mine}]\n"
        (sentence,) = builder.banners
        assert sentence.startswith(f"The fleet was not saved to {path}: it was written by hand")

    def test_ctrl_s_saves_the_draft_and_not_the_fleet(self, builder: Builder) -> None:
        builder.opened.trigger("act.app.save")
        builder.opened.find(QFileDialog, "fleetBuilderSaveDialog").reject()
        assert builder.opened.window.findChild(QFileDialog, "saveFleetDialog") is None
