"""The scenarios page: list, text and form of one document, mistakes at their places, a preview, things given one."""

from pathlib import Path
from time import perf_counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QComboBox, QFileDialog, QLabel, QLineEdit, QWidget

from tests.gui.conftest import Opened
from ui.scenario_fields import MarkedEdit
from ui.scenario_list import ScenarioList
from ui.scenario_preview import ScenarioPreview
from ui.scenario_problems import ScenarioProblems
from ui.scenario_text import ScenarioText
from ui.scenarios_page import ScenariosPage

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
MINE = """\
# ours: the pump room
name: mine
steps:
  # first the image
  - name: download
    duration: 2   # seconds
    fail_chance: 0.2
  - {name: apply, duration: 1}
end: SUCCEEDED   # at last
"""


class Shown:
    """The page as a person sees it."""

    def __init__(self, opened: Opened, qtbot) -> None:
        self.opened, self.qtbot = opened, qtbot
        opened.window.go_to("scenarios")
        page = opened.window.pages.page("scenarios")
        assert isinstance(page, ScenariosPage)
        self.page = page
        self.folder = page.shelf.folder

    @property
    def text(self) -> ScenarioText:
        return self.opened.find(ScenarioText, "scenarioTextEdit")

    def rows(self) -> list[str]:
        return [row.text for row in self.opened.find(ScenarioList, "scenarioList").rows]

    def pick(self, name: str) -> None:
        """Click a line of the list."""
        view = self.opened.find(ScenarioList, "scenarioList")
        place = next(place for place, row in enumerate(view.rows) if row.name and row.text.removeprefix("* ") == name)
        view.scrollToItem(view.item(place))
        at = view.visualItemRect(view.item(place)).center()
        self.qtbot.mouseClick(view.viewport(), LEFT, pos=at)

    def click(self, name: str) -> None:
        self.qtbot.mouseClick(self.opened.find(QAbstractButton, name), LEFT)

    def button(self, name: str) -> QAbstractButton:
        return self.opened.find(QAbstractButton, name)

    def label(self, name: str) -> str:
        label = self.opened.find(QLabel, name)
        return label.text() if label.isVisible() else ""

    def show_text(self) -> None:
        self.click("scenarioTextButton")

    def write(self, text: str) -> None:
        """Put a text in the place of the one there is, as a paste does."""
        self.show_text()
        self.text.selectAll()
        self.text.insertPlainText(text)

    def looked_at(self) -> None:
        """Wait until everything is told of what is written."""
        self.qtbot.waitUntil(lambda: self.page.problems is not None and not self.page.watch.is_busy, timeout=10_000)

    def problems(self) -> list[str]:
        self.looked_at()
        return self.opened.find(ScenarioProblems, "scenarioProblems").sentences()

    def applied(self) -> None:
        """Press Apply and wait until it is done."""
        self.looked_at()
        self.click("scenarioApplyButton")
        self.qtbot.waitUntil(lambda: not self.opened.tasks and self.page.draft is not None
                             and not self.page.draft.is_dirty, timeout=5000)  # fmt: skip


@pytest.fixture
def shown(opened: Opened, qtbot) -> Shown:
    return Shown(opened, qtbot)


@pytest.fixture
def mine(shown: Shown) -> Shown:
    """With one scenario of one's own, applied."""
    shown.click("scenarioNewButton")
    shown.write(MINE)
    shown.applied()
    return shown


def stored(shown: Shown) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(shown.folder.glob("*"))}


class TestTheList:
    def test_what_ships_is_there_and_can_only_be_looked_at(self, shown: Shown) -> None:
        assert shown.rows()[:2] == ["Yours: none yet", "Built in"]
        shown.pick("fail")
        shown.show_text()
        assert "checksum" in shown.text.toPlainText()
        assert shown.text.isReadOnly()
        assert not shown.button("scenarioApplyButton").isVisible()
        assert "stays as it is" in shown.label("scenarioBuiltinLabel")

    def test_a_duplicate_is_ones_own_with_a_name_that_is_free(self, shown: Shown) -> None:
        shown.pick("fail")
        shown.click("scenarioDuplicateButton")
        assert shown.rows()[:2] == ["Yours", "* fail-2"]
        assert "name: fail-2" in shown.text.document().toPlainText()
        assert not shown.text.isReadOnly()
        shown.applied()
        assert list(stored(shown)) == ["fail-2.yaml"]
        assert shown.rows()[:2] == ["Yours", "fail-2"]

    def test_things_are_counted_beside_what_they_have(self, shown: Shown) -> None:
        view = shown.opened.find(ScenarioList, "scenarioList")
        assert next(row.used for row in view.rows if row.text == "mix") == 3
        shown.opened.trigger("act.view.all")
        shown.pick("fail")
        shown.click("scenarioGiveButton")
        shown.qtbot.waitUntil(lambda: shown.opened.store.scenario == ["fail"] * 3)
        shown.page.tick()
        assert {row.text: row.used for row in view.rows if row.used} == {"fail": 3}

    def test_the_filter_narrows_the_list_and_esc_clears_it(self, shown: Shown) -> None:
        edit = shown.opened.find(QLineEdit, "scenarioFilterEdit")
        shown.qtbot.keyClicks(edit, "wrong checksum")
        assert shown.rows() == ["Built in", "fail"]
        shown.qtbot.keyClicks(edit, "xyz")
        assert shown.rows() == []
        assert shown.opened.find(QWidget, "scenarioEmptyState").isVisible()
        shown.opened.trigger("act.view.escape")
        assert len(shown.rows()) > 20

    def test_deleting_can_be_undone(self, mine: Shown) -> None:
        mine.pick("mine")
        mine.qtbot.keyClick(mine.opened.find(ScenarioList, "scenarioList"), Qt.Key.Key_Delete)
        mine.qtbot.waitUntil(lambda: stored(mine) == {} and "mine" not in mine.rows())
        assert mine.opened.window.banners.kinds()[0] == "scenarioDeleted"
        mine.opened.trigger("act.app.undo")
        mine.qtbot.waitUntil(lambda: stored(mine) == {"mine.yaml": MINE} and "mine" in mine.rows())

    def test_another_name_renames_the_file_and_the_things_go_along(self, mine: Shown) -> None:
        mine.opened.trigger("act.view.all")
        mine.click("scenarioGiveButton")
        mine.qtbot.waitUntil(lambda: mine.opened.store.scenario == ["mine"] * 3)
        mine.write(MINE.replace("name: mine", "name: ours"))
        mine.applied()
        assert list(stored(mine)) == ["ours.yaml"]
        assert mine.opened.asked("define")[-1] == ("ours",)
        assert mine.opened.store.scenario == ["ours"] * 3


class TestMistakes:
    @pytest.mark.parametrize(
        ("before", "after", "sentence"),
        [
            ("end: SUCCEEDED", "end: TIMED_OUT", "line 9, end"),
            ("duration: 2 ", "duration: -2 ", "line 6, steps[0].duration"),
            ("fail_chance: 0.2", "fail_chanc: 0.2", "line 7, steps[0].fail_chanc"),
        ],
    )
    def test_each_is_told_with_its_line_and_field(self, mine: Shown, before: str, after: str, sentence: str) -> None:
        mine.write(MINE.replace(before, after))
        (told,) = mine.problems()
        assert told.startswith(f"{sentence}: ")
        assert list(mine.text.sentences) == [int(sentence.split()[1].strip(","))]
        assert len(mine.text.extraSelections()) == 1

    def test_apply_is_off_and_says_why_until_it_is_mended(self, mine: Shown) -> None:
        mine.write(MINE.replace("SUCCEEDED", "QUEUED"))
        mine.problems()
        assert not mine.button("scenarioApplyButton").isEnabled()
        assert mine.label("scenarioWhyLabel") == "Apply and Save wait until 1 mistake is mended."
        mine.opened.trigger("act.app.save")
        assert stored(mine) == {"mine.yaml": MINE}
        mine.write(MINE.replace("SUCCEEDED", "FAILED"))
        assert mine.problems() == []
        assert mine.button("scenarioApplyButton").isEnabled()

    def test_limits_are_named(self, mine: Shown) -> None:
        long = "x" * 1025
        mine.write(
            "name: mine\nsteps:\n  - {name: a, duration: 1, step_timeout_minutes: 0, "
            f'status_details: {{k: "{long}"}}}}\nend: IN_PROGRESS\n'
        )
        told = "\n".join(mine.problems())
        assert "0 minutes is no step timeout; write 1 to 10,080, or -1 to clear the timer" in told
        assert "1,025" in told or "1,024" in told
        assert "SUCCEEDED, FAILED, REJECTED" in told

    def test_a_mistake_that_is_chosen_leads_to_its_line(self, mine: Shown) -> None:
        mine.write(MINE.replace("SUCCEEDED", "QUEUED"))
        mine.problems()
        view = mine.opened.find(ScenarioProblems, "scenarioProblems")
        mine.qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualItemRect(view.item(0)).center())
        assert mine.text.textCursor().blockNumber() == 8

    def test_a_name_that_is_taken_is_refused(self, mine: Shown) -> None:
        mine.write(MINE.replace("name: mine", "name: success"))
        assert mine.problems() == ["line 2, name: there is a scenario success already; choose another name"]

    def test_nonsense_is_one_sentence_and_nothing_is_lost(self, mine: Shown) -> None:
        mine.write("steps: [{{{\n")
        assert len(mine.problems()) == 1
        assert mine.text.toPlainText() == "steps: [{{{\n"
        mine.text.undo()
        assert mine.problems() == []
        assert mine.text.toPlainText() == MINE


class TestThePreview:
    def test_shares_add_up_to_a_hundred_soon_after_the_last_key(self, mine: Shown) -> None:
        preview = mine.opened.find(ScenarioPreview, "scenarioPreview")
        mine.looked_at()
        mine.show_text()
        cursor = mine.text.document().find("0.2")
        mine.text.setTextCursor(cursor)
        before = preview.outlook
        mine.qtbot.keyClicks(mine.text, "0.5")
        began = perf_counter()
        mine.qtbot.waitUntil(lambda: preview.outlook is not None and preview.outlook is not before, timeout=5000)
        took = perf_counter() - began
        shares = preview.shares.shares
        assert round(sum(share.percent for share in shares), 6) == 100
        assert {share.status.value for share in shares} == {"SUCCEEDED", "FAILED"}
        assert took < 0.5
        mine.looked_at()
        assert abs(preview.shares.shares[1].percent - 50) < 8
        assert mine.label("scenarioPassesLabel") == "Of 1,000 executions:"

    def test_one_walk_is_drawn_with_its_versions(self, mine: Shown) -> None:
        mine.looked_at()
        nodes = mine.opened.find(ScenarioPreview, "scenarioPreview").walk.canvas.nodes
        assert next(node.record.status.value for node in nodes if node.is_major) == "QUEUED"
        assert nodes[-1].record.status.value == "SUCCEEDED"
        assert [node.record.version for node in nodes] == sorted({node.record.version for node in nodes})

    def test_it_waits_while_there_are_mistakes(self, mine: Shown) -> None:
        mine.write("name: mine\n")
        mine.problems()
        assert mine.opened.find(ScenarioPreview, "scenarioPreview").outlook is None
        assert "waits until the mistakes are mended" in mine.label("scenarioPreviewState")


class TestApply:
    def test_things_that_have_it_go_by_it_from_then_on(self, mine: Shown) -> None:
        mine.opened.trigger("act.view.all")
        mine.click("scenarioGiveButton")
        mine.qtbot.waitUntil(lambda: mine.opened.store.scenario == ["mine"] * 3)
        mine.write(MINE.replace("0.2", "0.9"))
        mine.looked_at()
        mine.qtbot.keyClick(mine.text, Qt.Key.Key_Return, CONTROL)
        names = list(mine.opened.fleet.things)
        mine.qtbot.waitUntil(lambda: mine.opened.asked("assign")[-1] == (names, "mine", "now"))
        assert "fail_chance: 0.9" in stored(mine)["mine.yaml"]
        assert mine.opened.asked("define")[-1] == ("mine",)

    def test_executions_under_way_can_be_left_alone(self, mine: Shown) -> None:
        mine.opened.trigger("act.view.all")
        mine.click("scenarioGiveButton")
        mine.qtbot.waitUntil(lambda: mine.opened.store.scenario == ["mine"] * 3)
        mine.page.tick()
        mine.click("scenarioNowCheck")
        mine.write(MINE.replace("0.2", "0.9"))
        mine.applied()
        assert mine.opened.asked("assign")[-1] == (list(mine.opened.fleet.things), "mine")

    def test_a_disk_that_refuses_is_a_sentence_and_the_text_stays(self, mine: Shown, monkeypatch) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("simulator.whole_file.replace", full)
        mine.write(MINE.replace("0.2", "0.9"))
        mine.looked_at()
        mine.click("scenarioApplyButton")
        mine.qtbot.waitUntil(lambda: "scenario" in mine.opened.window.banners.kinds())
        assert mine.rows()[1] == "* mine"
        assert "0.9" in mine.text.toPlainText()
        assert stored(mine) == {"mine.yaml": MINE}

    def test_it_can_be_saved_to_a_file_elsewhere(self, mine: Shown, tmp_path: Path) -> None:
        mine.looked_at()
        mine.page.commands.do("saveAs")
        dialog = mine.opened.find(QFileDialog, "scenarioSaveDialog")
        dialog.fileSelected.emit(str(tmp_path / "copy.yaml"))
        dialog.reject()
        mine.qtbot.waitUntil(lambda: (tmp_path / "copy.yaml").exists() and not mine.opened.tasks)
        assert (tmp_path / "copy.yaml").read_text(encoding="utf-8") == MINE


class TestTheFolder:
    def test_what_is_written_and_not_saved_can_be_kept_elsewhere_and_put_back(self, mine: Shown) -> None:
        assert mine.page.unsaved() == {}
        mine.write(MINE.replace("0.2", "0.9"))
        assert mine.page.unsaved() == {"mine": MINE.replace("0.2", "0.9")}
        mine.page.take_unsaved({"mine": "name: mine\n", "other": "name: other\nend: FAILED\n"})
        assert mine.page.unsaved() == {"mine": "name: mine\n", "other": "name: other\nend: FAILED\n"}

    def test_a_file_made_nonsense_by_hand_is_told_where_it_happened(self, mine: Shown) -> None:
        (mine.folder / "mine.yaml").write_text("name: mine\nsteps: 5\n", encoding="utf-8")
        mine.page.tick()
        assert mine.problems() != []
        mine.show_text()
        assert mine.text.toPlainText() == "name: mine\nsteps: 5\n"
        mine.text.undo()
        assert mine.text.toPlainText() == MINE

    def test_a_file_that_is_no_text_leaves_what_was_known(self, mine: Shown) -> None:
        (mine.folder / "mine.yaml").write_bytes(b"name: \xff\xfe\x00")
        mine.page.tick()
        assert mine.label("scenarioTroubleLabel") == "mine.yaml: line 1: is not UTF-8 text; save it as UTF-8"
        assert mine.text.document().toPlainText() == MINE

    def test_a_file_changed_while_one_writes_asks_which_to_keep(self, mine: Shown) -> None:
        mine.write(MINE.replace("0.2", "0.9"))
        theirs = MINE.replace("0.2", "0.1")
        (mine.folder / "mine.yaml").write_text(theirs, encoding="utf-8")
        mine.page.tick()
        assert "changed by somebody else" in mine.label("scenarioDiskLabel")
        mine.click("scenarioDiskButton")
        assert mine.text.toPlainText() == theirs
        assert mine.label("scenarioDiskLabel") == ""
        mine.text.undo()
        assert "0.9" in mine.text.toPlainText()

    def test_a_new_file_in_the_folder_is_listed(self, mine: Shown) -> None:
        (mine.folder / "third.yaml").write_text("name: third\nend: FAILED\n", encoding="utf-8")
        mine.page.tick()
        assert "third" in mine.rows()


class TestTheForm:
    """Fields are typed in as a person does, and the text is what is looked at."""

    @pytest.fixture
    def form(self, mine: Shown) -> Shown:
        mine.click("scenarioFormButton")
        mine.looked_at()
        return mine

    def type_in(self, form: Shown, name: str, text: str) -> None:
        edit = form.opened.find(QLineEdit, name)
        assert edit.isVisible()
        edit.setFocus()
        form.qtbot.keyClick(edit, Qt.Key.Key_A, CONTROL)
        form.qtbot.keyClicks(edit, text)

    def test_a_field_changes_its_place_in_the_text_and_no_other(self, form: Shown) -> None:
        self.type_in(form, "scenarioStep_work_duration", "3 to 5")
        assert form.text.toPlainText() == MINE.replace("duration: 2   #", "duration: {between: [3, 5]}   #")
        self.type_in(form, "scenarioStep_work_fail_chance", "35")
        assert "    fail_chance: 0.35\n" in form.text.toPlainText()
        self.type_in(form, "scenario_description", "Ours: at last")
        assert 'name: mine\ndescription: "Ours: at last"\nsteps:' in form.text.toPlainText()
        assert form.text.toPlainText().count("#") == 4
        assert form.problems() == []

    def test_what_is_written_as_text_is_in_the_form(self, form: Shown) -> None:
        form.write(MINE.replace("duration: 2 ", "duration: {mean: 8, jitter: 2} ").replace("SUCCEEDED", "FAILED"))
        form.click("scenarioFormButton")
        form.looked_at()
        assert form.opened.find(QLineEdit, "scenarioStep_work_duration").text() == "8 ± 2"
        assert form.opened.find(QComboBox, "scenarioEnd_status").currentText() == "FAILED"

    def test_undo_in_the_form_takes_back_what_was_typed_in_one_go(self, form: Shown) -> None:
        self.type_in(form, "scenarioStep_work_name", "fetch")
        assert "name: fetch" in form.text.toPlainText()
        form.qtbot.keyClick(form.opened.find(QLineEdit, "scenarioStep_work_name"), Qt.Key.Key_Z, CONTROL)
        assert form.text.toPlainText() == MINE
        form.looked_at()
        assert form.opened.find(QLineEdit, "scenarioStep_work_name").text() == "download"
        form.qtbot.keyClick(form.opened.find(QLineEdit, "scenarioStep_work_name"), Qt.Key.Key_Z,
                            CONTROL | Qt.KeyboardModifier.ShiftModifier)  # fmt: skip
        assert "name: fetch" in form.text.toPlainText()

    def test_a_wrong_field_is_marked_with_the_sentence_and_its_line(self, form: Shown) -> None:
        self.type_in(form, "scenarioStep_work_step_timeout_minutes", "0")
        (told,) = form.problems()
        assert told.startswith("line 7, steps[0].step_timeout_minutes: 0 minutes is no step timeout; write 1 to 10,080")
        field = form.opened.find(MarkedEdit, "scenarioStep_work_step_timeout_minutes")
        assert field.problem.startswith("0 minutes is no step timeout")
        assert field.accessibleDescription() == field.problem
        assert form.opened.find(MarkedEdit, "scenarioStep_work_duration").problem == ""
        assert not form.button("scenarioApplyButton").isEnabled()
        assert [line.is_wrong for line in form.page.editor.form.steps.lines] == [True, False]
        self.type_in(form, "scenarioStep_work_step_timeout_minutes", "5")
        assert form.problems() == []
        assert field.problem == ""

    def test_a_mistake_that_is_chosen_leads_to_its_field(self, form: Shown) -> None:
        form.write(MINE.replace("duration: 1}", "duration: x}"))
        form.click("scenarioFormButton")
        form.problems()
        view = form.opened.find(ScenarioProblems, "scenarioProblems")
        form.qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualItemRect(view.item(0)).center())
        focus = form.opened.window.focusWidget()
        assert focus is not None
        assert (focus.objectName(), focus.text()) == ("scenarioStep_work_duration", "x")  # type: ignore[attr-defined]

    def test_steps_are_added_moved_copied_switched_off_and_deleted(self, form: Shown) -> None:
        form.page.editor.form.steps.menu().findChild(QAction, "act.scenarioStep.fault").trigger()
        assert "  - fault: drop-line\n" in form.text.toPlainText()
        assert names_of(form) == ["download", "drop-line", "apply"]
        form.click("scenarioDownStepButton")
        assert names_of(form) == ["download", "apply", "drop-line"]
        form.click("scenarioDeleteStepButton")
        assert names_of(form) == ["download", "apply"]
        form.click("scenarioOffStepButton")
        assert "  #~ - {name: apply, duration: 1}\n" in form.text.toPlainText()
        assert [line.is_off for line in form.page.editor.form.steps.lines] == [False, True]
        form.click("scenarioOffStepButton")
        assert form.text.toPlainText() == MINE
        view = form.page.editor.form.steps.list
        view.setCurrentRow(1)
        form.qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
        assert names_of(form) == ["apply", "download"]
        assert form.text.toPlainText().index("{name: apply") < form.text.toPlainText().index("# first the image")
        form.click("scenarioCopyStepButton")
        assert names_of(form) == ["apply", "apply", "download"]
        assert form.problems() == []

    def test_an_end_gets_a_reason_where_it_had_none(self, form: Shown) -> None:
        self.type_in(form, "scenarioEnd_reason", "done")
        assert "end: {status: SUCCEEDED, reason: done}   # at last\n" in form.text.toPlainText()
        form.opened.find(QComboBox, "scenarioEnd_status").setCurrentText("FAILED")
        assert "end: {status: FAILED, reason: done}" in form.text.toPlainText()

    def test_a_text_that_cannot_be_read_has_no_form_and_says_so(self, form: Shown) -> None:
        form.write("steps: [{{{\n")
        form.problems()
        form.click("scenarioFormButton")
        assert "Nothing is lost" in form.label("scenarioFormWhy")
        form.click("scenarioToTextButton")
        assert form.text.isVisible()

    def test_a_mix_is_members_with_their_shares(self, form: Shown) -> None:
        form.write("name: mine\nmix:\n  success: 3   # most\n  fail: 1\n")
        form.click("scenarioFormButton")
        form.looked_at()
        self.type_in(form, "scenarioWeight_1", "2")
        assert form.text.toPlainText() == "name: mine\nmix:\n  success: 3   # most\n  fail: 2\n"
        form.click("scenarioAddMemberButton")
        assert "boot-loop: 10" in form.text.toPlainText()

    def test_ctrl_return_right_after_a_key_applies_what_was_typed(self, form: Shown) -> None:
        self.type_in(form, "scenarioStep_work_name", "fetch")
        form.qtbot.keyClick(form.opened.find(QLineEdit, "scenarioStep_work_name"), Qt.Key.Key_Return, CONTROL)
        form.qtbot.waitUntil(lambda: "name: fetch" in stored(form)["mine.yaml"])

    def test_a_long_text_is_written_when_the_typing_rests(self, form: Shown) -> None:
        form.write(MINE + "# " + "x" * 3000 + "\n")
        form.click("scenarioFormButton")
        form.looked_at()
        self.type_in(form, "scenarioStep_work_name", "fetch")
        assert "fetch" not in form.text.toPlainText()
        form.qtbot.waitUntil(lambda: "name: fetch" in form.text.toPlainText())
        assert form.problems() == []


def names_of(form: Shown) -> list[str]:
    return [line.name for line in form.page.editor.form.steps.lines]


def test_the_window_opens_at_a_scenario_that_is_named(opened: Opened) -> None:
    opened.window.open_at("scenarios:half-bricked-fleet")
    assert opened.window.pages.current_id == "scenarios"
    shown = opened.find(ScenariosPage, "scenariosPage")
    assert shown.draft is not None
    assert shown.draft.name == "half-bricked-fleet"
    assert shown.editor.form.isVisible()
    opened.window.open_at("scenarios:of-nobody")  # what is there stays
    assert shown.draft.name == "half-bricked-fleet"
