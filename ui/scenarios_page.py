"""The scenarios page: the list, one scenario as form and text, and what would become of executions that go by it."""

from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from simulator.scenario.problems import Problem as Mistake
from ui import theme
from ui.banner import Problem, Severity
from ui.numbers import counted, grouped
from ui.pages import Page, PageContext
from ui.scenario_check import Checked, Outlook
from ui.scenario_commands import ScenarioCommands
from ui.scenario_draft import ScenarioDraft
from ui.scenario_editor import FORM, TEXT, ScenarioEditor
from ui.scenario_list import Row
from ui.scenario_list_pane import ScenarioListPane
from ui.scenario_preview import ScenarioPreview
from ui.scenario_watch import ScenarioWatch

TICK_MS: Final = 1000
SPLITTER: Final = "scenarios/beside"
VIEW: Final = "scenarios/view"
FIRST: Final = "success"


class ScenariosPage(Page):
    """Lays out, and brings what is written, what is found in it and what the fleet has together."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scenariosPage")
        self._context = context
        assert context.scenarios is not None, "the window has a shelf of scenarios"
        self.shelf = shelf = context.scenarios
        self.draft: ScenarioDraft | None = None
        self.problems: tuple[Mistake, ...] | None = None  # of what is written now; None while it is looked at
        self.name = ""  # that it gives itself, if it may be applied
        self.pane = ScenarioListPane(self)
        self.editor = ScenarioEditor(self)
        self.preview = ScenarioPreview(self)
        self.watch = ScenarioWatch(shelf, context.tasks, context.session.seed, self)
        self.commands = ScenarioCommands(context, shelf, self)
        self.editor.form.scenario_names = self._others
        self._lay_out()
        self._connect()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)
        self._recall()
        self.show_list()
        first = shelf.own[0] if shelf.own else shelf.draft(FIRST)
        if first is not None:
            self.choose(first)

    def _lay_out(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setObjectName("scenariosSplitter")
        for widget in (self.pane, self.editor, self.preview):
            self.splitter.addWidget(widget)
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 3)
        self.splitter.setStretchFactor(2, 1)
        self.splitter.setSizes([200, 640, 300])
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(5)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)

    def _connect(self) -> None:
        self.pane.list.picked.connect(self._pick)
        self.pane.wanted.connect(self.commands.do)
        self.pane.filtered.connect(self.show_list)
        self.editor.applyWanted.connect(lambda: self.commands.do("apply"))
        self.editor.giveWanted.connect(lambda: self.commands.do("give"))
        self.editor.strips.duplicateWanted.connect(lambda: self.commands.do("duplicate"))
        self.editor.strips.diskWanted.connect(self._take_file)
        self.editor.strips.mineWanted.connect(self._keep_mine)
        self.editor.text.pasteRefused.connect(self._refuse_paste)
        self.shelf.listChanged.connect(self._list_changed)
        self.shelf.draftChanged.connect(self._draft_changed)
        self.watch.checked.connect(self._checked)
        self.watch.walked.connect(self._walked)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda: self.commands.do("apply"))
        theme.current().changed.connect(self.show_state)

    def _recall(self) -> None:
        settings = self._context.settings
        state = settings.value(SPLITTER)
        if state is not None:
            self.splitter.restoreState(state)
        self.editor.show_view(int(str(settings.value(VIEW, 0))) & 1)

    # --- coming and going -------------------------------------------------------------------------------------------

    def page_shown(self) -> None:
        """Look at the folder, and begin to look at it again and again."""
        self.tick()
        self._timer.start()
        if self.focusWidget() is None:
            self.pane.list.setFocus()
        if self.draft is not None:
            self.watch.look(self.draft, 0)

    def page_hidden(self) -> None:
        """Look no more."""
        self._timer.stop()
        self.watch.rest()
        self._context.settings.setValue(SPLITTER, self.splitter.saveState())
        self._context.settings.setValue(VIEW, self.editor.views.currentIndex())

    def save(self) -> bool:
        """Ctrl+S: the same as Apply."""
        self.commands.do("apply")
        return True

    def unsaved(self) -> dict[str, str]:
        """What is written and not saved, by the scenario's name."""
        self.editor.form.typing.flush()
        return self.shelf.unsaved()

    def take_unsaved(self, kept: "dict[str, str]") -> None:  # type: ignore[override]
        """Put it back."""
        self.shelf.recover(dict(kept))

    def escape(self) -> bool:
        """Clear the filter of the list."""
        if self.pane.filter_edit.text():
            self.pane.filter_edit.clear()
            return True
        return False

    def tick(self) -> None:
        """Once a second: the folder, and how many things have what."""
        self.shelf.look_at_disk()
        self.show_list()
        self.show_state()

    # --- what is shown ----------------------------------------------------------------------------------------------

    def choose(self, draft: ScenarioDraft) -> None:
        """Look at this one."""
        self.draft = draft
        self.problems = None
        self.editor.show_draft(draft)
        self.preview.wait()
        self.show_list()
        self.show_state()
        self.watch.look(draft, 0)

    def open_at(self, name: str, line: int) -> None:
        """Show a scenario: its text at a line, its form for line 0."""
        draft = self.shelf.draft(name)
        if draft is not None:
            self.choose(draft)
            self.editor.show_view(TEXT if line else FORM)
            self.editor.text.go_to_line(line or 1)

    def _others(self) -> list[str]:
        """The scenarios that the chosen one may name."""
        from simulator.scenario.loader import builtin_names

        here = self.draft.name if self.draft is not None else ""
        return [name for name in [*self.shelf.names(), *builtin_names()] if name != here]

    def _pick(self, key: str) -> None:
        draft = self.draft_of(key)
        if draft is not None and draft is not self.draft:
            self.choose(draft)

    def draft_of(self, key: str) -> ScenarioDraft | None:
        """The scenario of a line of the list."""
        kind, _, name = key.partition("/")
        if kind == "builtin":
            return self.shelf.builtin(name)
        return next((draft for draft in self.shelf.own if _key(draft) == key), None)

    def show_list(self) -> None:
        """Bring the list up to date."""
        from simulator.scenario.loader import list_scenarios

        used = self.shelf.used_by()
        wanted = self.pane.filter_edit.text().strip().lower()
        own = [self._row(draft, used[draft.name]) for draft in self.shelf.own if wanted in draft.title.lower()]
        hidden = {draft.name for draft in self.shelf.own}
        builtin = [
            Row(
                name=f"builtin/{each.name}",
                text=each.name,
                used=0 if each.name in hidden else used[each.name],
                tip=" · ".join(part for part in (each.description, self.shelf.used_words(used[each.name])) if part),
            )
            for each in list_scenarios()
            if wanted in f"{each.name} {each.description} {' '.join(each.tags)}".lower()
        ]
        rows = []
        if own or not wanted:
            rows.append(Row(text=self.tr("Yours") if own else self.tr("Yours: none yet")))
        rows += own
        if builtin:
            rows += [Row(text=self.tr("Built in")), *builtin]
        self.pane.list.show_rows(rows, _key(self.draft) if self.draft is not None else "")
        self.pane.show_empty(not rows, wanted)

    def _row(self, draft: ScenarioDraft, used: int) -> Row:
        is_wrong = bool(draft.trouble) or (draft is self.draft and bool(self.problems))
        parts = [
            draft.trouble,
            self.tr("not saved") if draft.is_dirty else "",
            self.shelf.used_words(used),
        ]
        return Row(
            name=_key(draft),
            text=f"* {draft.title}" if draft.is_dirty else draft.title,
            used=used,
            is_dirty=draft.is_dirty,
            is_wrong=is_wrong,
            tip=" · ".join(part for part in parts if part),
        )

    def show_state(self) -> None:
        """Title, state, why Apply is off, whom Give would reach."""
        draft, editor = self.draft, self.editor
        if draft is None:
            return
        editor.title.setText(f"{draft.title} *" if draft.is_dirty else draft.title)
        editor.strips.show_draft(draft)
        used = len(self.shelf.things_of({draft.name})) if draft.name else 0
        editor.state.setText(self._state_words(draft, used))
        editor.state.setToolTip(str(draft.path) if draft.path is not None else "")
        editor.say(why := self.commands.why_no_apply(draft), used, can_apply=not why)
        editor.apply_button.setVisible(not draft.is_builtin)
        editor.now_check.setVisible(not draft.is_builtin and used > 0)
        if draft.is_builtin or (not self.problems and why):
            editor.why.hide()
        names, selected = self._context.targets()
        target = self.tr("selected") if selected else self.tr("shown")
        text = counted(len(names), self.tr("Give to 1 %1"), self.tr("Give to %n %1")).replace("%1", target)
        editor.give_button.setText(text if names else self.tr("Give to things"))
        editor.give_button.setAccessibleName(editor.give_button.text())
        why_not = self.commands.why_no_give(draft)
        editor.give_button.setEnabled(not why_not)
        editor.give_button.setToolTip(why_not or self.tr("They have it from their next execution on; it can be undone"))

    def _state_words(self, draft: ScenarioDraft, used: int) -> str:
        if draft.is_builtin:
            return self.shelf.used_words(used)
        if draft.is_dirty:
            return self.tr("not saved")
        if not self.shelf.is_applied(draft):
            return self.tr("saved, not applied")
        return self.shelf.used_words(used) or self.tr("saved")

    # --- what is told -----------------------------------------------------------------------------------------------

    def _list_changed(self) -> None:
        if self.draft is not None and not self.draft.is_builtin and self.draft not in self.shelf.own:
            following = self.shelf.own[0] if self.shelf.own else self.shelf.builtin(FIRST)
            if following is not None:
                self.choose(following)
        self.show_list()
        self.show_state()

    def _draft_changed(self, draft: object) -> None:
        if draft is self.draft and self.draft is not None:
            self.problems = None
            if self.isVisible():
                self.watch.look(self.draft)
            self.show_state()

    def _checked(self, checked: object) -> None:
        assert isinstance(checked, Checked)
        self.problems = checked.problems
        self.name = checked.scenario.name if checked.scenario is not None else ""
        self.editor.form.show_checked(checked)
        self.editor.show_problems(checked.problems)
        self.commands.go_on()
        if checked.problems:
            self.preview.say_wrong()
        self.show_list()
        self.show_state()

    def _walked(self, outlook: object) -> None:
        assert isinstance(outlook, Outlook)
        self.preview.show_outlook(outlook)

    def _refuse_paste(self, size: int) -> None:
        text = self.tr("The pasted text has %1 characters and was left out; a scenario has at most 1 MiB.")
        problem = Problem(kind="paste", severity=Severity.WARNING, sentence=text.replace("%1", grouped(size)))
        self._context.tell(problem)

    def _take_file(self) -> None:
        if self.draft is not None and self.draft.on_disk is not None:
            self.draft.take(self.draft.on_disk)
            self.show_state()

    def _keep_mine(self) -> None:
        if self.draft is not None and self.draft.on_disk is not None:
            self.draft.saved, self.draft.on_disk = self.draft.on_disk, None
            self.show_state()


def _key(draft: ScenarioDraft) -> str:
    """What a line of the list is known by."""
    if draft.is_builtin:
        return f"builtin/{draft.name}"
    return f"own/{draft.path.name}" if draft.path is not None else f"new/{id(draft)}"
