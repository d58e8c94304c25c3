"""What can be done with a scenario: new, duplicate, rename, delete, apply, give to things, save to a file."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog

from simulator.errors import InputError
from ui import scenario_folder
from ui.banner import Problem, Severity
from ui.numbers import counted
from ui.pages import PageContext
from ui.scenario_draft import ScenarioDraft
from ui.scenario_editor import FORM, TEXT
from ui.scenario_shelf import ScenarioShelf
from ui.undo_stack import Done

if TYPE_CHECKING:
    from ui.scenarios_page import ScenariosPage


class ScenarioCommands(QObject):
    """Each acts on the scenario that is chosen; one that cannot be done now says why."""

    def __init__(self, context: PageContext, shelf: ScenarioShelf, page: "ScenariosPage") -> None:
        super().__init__(page)
        self._context, self._shelf, self._page = context, shelf, page
        self._is_applying = False
        self._waiting: ScenarioDraft | None = None
        self._does: dict[str, Callable[[ScenarioDraft], None]] = {
            "new": lambda _draft: self._begin(self._shelf.new()),
            "duplicate": lambda draft: self._begin(self._shelf.duplicate(draft)),
            "rename": self._rename,
            "delete": self._delete,
            "apply": lambda draft: self._context.tasks.start(self._apply(draft), "apply scenario"),
            "give": lambda draft: self._context.give_scenario(draft.name),
            "saveAs": self._ask_where,
            "revert": lambda draft: draft.write(draft.saved),
        }

    def do(self, what: str) -> None:
        """Do it with the chosen one, or say why it cannot be done."""
        draft = self._page.draft
        if draft is None:
            return
        self._page.editor.form.typing.flush()
        if what == "apply" and self._page.problems is None and not draft.is_builtin:
            self._waiting = draft  # until what was typed a moment ago has been looked at
        elif why := self.why_not(what, draft):
            self._tell(Severity.INFO, why)
        else:
            self._does[what](draft)

    def go_on(self) -> None:
        """What was typed has been looked at: apply it, if that was asked for meanwhile."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None and waiting is self._page.draft:
            self.do("apply")

    def why_not(self, what: str, draft: ScenarioDraft) -> str:
        """Why this cannot be done with a scenario now; "" if it can."""
        if what in ("rename", "delete", "apply", "revert") and draft.is_builtin:
            return self.tr("%1 ships with the program and stays as it is; duplicate it.").replace("%1", draft.name)
        if what == "apply":
            return self.why_no_apply(draft)
        if what == "give":
            return self.why_no_give(draft)
        if what == "saveAs":
            return self._why_wrong()
        if what == "revert" and not draft.is_dirty:
            return self.tr("It is as it was saved.")
        return ""

    def all_off(self, draft: ScenarioDraft) -> dict[str, str]:
        """What cannot be done with it, and why."""
        return {what: why for what in self._does if (why := self.why_not(what, draft))}

    def _why_wrong(self) -> str:
        problems = self._page.problems
        if problems is None:
            return self.tr("It is being looked at.")
        if problems:
            return counted(
                len(problems),
                self.tr("Apply and Save wait until 1 mistake is mended."),
                self.tr("Apply and Save wait until %n mistakes are mended."),
            )
        return ""

    def why_no_apply(self, draft: ScenarioDraft) -> str:
        """Why Apply is off; "" if it is on."""
        if wrong := self._why_wrong():
            return wrong
        if self._is_applying:
            return self.tr("It is being applied.")
        if not draft.is_dirty and self._shelf.is_applied(draft) and not draft.trouble:
            return self.tr("Nothing was changed since it was applied.")
        return ""

    def why_no_give(self, draft: ScenarioDraft) -> str:
        """Why it cannot be given to things; "" if it can."""
        if not draft.is_builtin and draft.name not in self._shelf.names():
            return self.tr("Apply it first: things know it from then on.")
        if not self._context.targets()[0]:
            return self.tr("There are no things to give it to.")
        return ""

    # --- the list ---------------------------------------------------------------------------------------------------

    def _begin(self, draft: ScenarioDraft) -> None:
        self._page.pane.filter_edit.clear()
        self._page.choose(draft)
        self._rename(draft)

    def _rename(self, draft: ScenarioDraft) -> None:
        """To the field of its name; Apply then gives file and things the new one."""
        editor = self._page.editor
        if editor.form.focus_name():
            editor.show_view(FORM)
        else:
            editor.show_view(TEXT)
            editor.text.go_to_line(1)

    def _delete(self, draft: ScenarioDraft) -> None:
        tasks, shelf, page = self._context.tasks, self._shelf, self._page

        def delete() -> None:
            tasks.start(shelf.delete(draft), "delete scenario")

        def put_back() -> None:
            tasks.start(self._put_back(draft), "put scenario back")

        title = draft.title
        used = len(shelf.things_of({draft.name})) if draft.name else 0
        delete()
        self._context.did(Done(self.tr("deleting scenario %1").replace("%1", title), put_back, delete))
        sentence = self.tr("The scenario %1 was deleted.").replace("%1", title)
        if used:
            keep = counted(used, self.tr("1 thing keeps it for now."), self.tr("%n things keep it for now."))
            sentence = f"{sentence} {keep}"
        self._context.tell(
            Problem(
                kind="scenarioDeleted",
                severity=Severity.SUCCESS,
                sentence=sentence,
                fix_text=self.tr("Undo"),
                fix=lambda: self._context.run_action("act.app.undo"),
            )
        )
        page.pane.list.setFocus()

    async def _put_back(self, draft: ScenarioDraft) -> None:
        await self._shelf.put_back(draft)
        self._page.choose(draft)

    # --- apply ------------------------------------------------------------------------------------------------------

    async def _apply(self, draft: ScenarioDraft) -> None:
        used = len(self._shelf.things_of({draft.name}))
        self._is_applying = True
        try:
            is_done = await self._shelf.apply(draft, self._page.name, now=self._page.editor.now_check.isChecked())
        finally:
            self._is_applying = False
            self._page.show_state()
        if is_done:
            sentence = self.tr("%1 was saved.")
            if used:
                one, many = self.tr("%1 was saved; 1 thing goes by it."), self.tr("%1 was saved; %n things go by it.")
                sentence = counted(used, one, many)
            self._tell(Severity.SUCCESS, sentence.replace("%1", draft.name))

    # --- to a file --------------------------------------------------------------------------------------------------

    def _ask_where(self, draft: ScenarioDraft) -> None:
        dialog = QFileDialog(self._page, self.tr('Save scenario "%1"').replace("%1", draft.title))
        dialog.setObjectName("scenarioSaveDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("Scenarios (*.yaml *.yml *.json)")])
        dialog.setDefaultSuffix("yaml")
        dialog.selectFile(f"{draft.title}.yaml")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(
            lambda path: self._context.tasks.start(self._save_to(Path(path), draft.text), "save scenario")
        )
        dialog.open()

    async def _save_to(self, path: Path, text: str) -> None:
        try:
            await asyncio.to_thread(scenario_folder.write, path, text)
        except InputError as error:
            self._tell(Severity.ERROR, str(error))
            return
        self._tell(Severity.SUCCESS, self.tr("%1 was written.").replace("%1", path.name))

    def _tell(self, severity: Severity, sentence: str) -> None:
        self._context.tell(Problem(kind="scenario", severity=severity, sentence=sentence))
