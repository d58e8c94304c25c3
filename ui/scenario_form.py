"""A scenario as a form. It keeps nothing: what is typed goes into the text, and it shows what that says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from simulator.scenario.problems import Path, Problem, ScenarioError
from ui import scenario_items as items
from ui import scenario_specs as specs
from ui import scenario_step_edits as step_edits
from ui import theme
from ui.scenario_check import Checked
from ui.scenario_draft import ScenarioDraft
from ui.scenario_edits import rename_key
from ui.scenario_fields import FieldGrid, UndoKeys
from ui.scenario_members import ScenarioMembers
from ui.scenario_step_edits import STEPS, Change
from ui.scenario_step_form import StepForm
from ui.scenario_steps import ScenarioSteps
from ui.scenario_typing import ScenarioTyping
from ui.segment_button import NarrowButton, SegmentButton

LONGEST: Final = 24_000  # characters of a text that is still shown as a form


class ScenarioForm(QScrollArea):
    """`textWanted` comes with a line where only the text can go on."""

    textWanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scenarioForm")
        self.setAccessibleName(self.tr("Scenario as a form"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scenario_names: Callable[[], list[str]] = list  # that can be included and mixed
        self.typing = ScenarioTyping(self)
        self._data: dict[str, Any] | None = None
        self._lines: Mapping[Path, int] = {}
        self._problems: Sequence[Problem] = ()
        self._make()
        self._lay_out()
        self._connect()
        theme.current().changed.connect(self.restyle)
        self.restyle()
        self._show_data(None, "")

    def _make(self) -> None:
        self._undo_keys = UndoKeys(self)
        self._inside = QWidget(self)
        self._why = QLabel(self._inside)
        self._why.setObjectName("scenarioFormWhy")
        self._why.setWordWrap(True)
        self._to_text = NarrowButton(self.tr("Show the text"), "scenarioToTextButton", self._inside)
        self._head = FieldGrid("scenario", specs.head(), self._inside)
        self._steps_title = QLabel(self.tr("Steps"), self._inside)
        self.steps = ScenarioSteps(self._inside)
        self._step_form = StepForm(self._inside)
        self._end_title = QLabel(self.tr("End"), self._inside)
        self._end = FieldGrid("scenarioEnd", specs.end(), self._inside)
        self._members_title = QLabel(self.tr("One of these, by weight"), self._inside)
        self.members = ScenarioMembers(self._undo_keys, self._inside)
        self._more_button = SegmentButton(self.tr("More"), "scenarioMoreFieldsButton", self._inside)
        self._more = FieldGrid("scenario", specs.more(), self._inside)
        self._rest = QLabel(self._inside)
        self._rest.setObjectName("scenarioRestLabel")
        self._rest.setWordWrap(True)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self._inside)
        layout.setContentsMargins(10, 8, 10, 10)
        layout.setSpacing(6)
        above: tuple[QWidget, ...] = (self._why, self._to_text, self._head, self._steps_title, self.steps)
        for widget in above:
            layout.addWidget(widget)
        layout.setAlignment(self._to_text, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._step_form)
        below: tuple[QWidget, ...] = (self._end_title, self._end, self._members_title, self.members)
        for widget in below:
            layout.addWidget(widget)
        layout.addWidget(self._more_button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._more)
        layout.addWidget(self._rest)
        layout.addStretch(1)
        self.setWidget(self._inside)

    def _connect(self) -> None:
        self._to_text.clicked.connect(lambda: self.textWanted.emit(self._problems[0].line if self._problems else 1))
        self._step_form.textWanted.connect(self._show_nested)
        self._head.edited.connect(self.typing.write)
        self._more.edited.connect(self.typing.write)
        self._end.edited.connect(self._write_end)
        self._step_form.edited.connect(self._write_step)
        self._undo_keys.undoWanted.connect(lambda: self.typing.take_back("undo"))
        self._undo_keys.redoWanted.connect(lambda: self.typing.take_back("redo"))
        for grid in (self._head, self._more, self._end, *self._step_form.grids.values()):
            for made in grid.inputs.values():
                made.installEventFilter(self._undo_keys)
        for widget in (self.steps.list, *self.steps.buttons.values()):
            widget.installEventFilter(self._undo_keys)
        self._more_button.toggled.connect(self._more.setVisible)
        self.steps.chosen.connect(self._show_step)
        self.steps.wanted.connect(self._do)
        self.steps.moved.connect(self._drop)
        self.members.weighed.connect(lambda name, value: self.typing.write(("mix", name), value))
        self.members.renamed.connect(self._rename_member)
        self.members.addWanted.connect(lambda name: self.typing.write(("mix", name), 10))

    # --- what is shown ----------------------------------------------------------------------------------------------

    def show_draft(self, draft: ScenarioDraft | None) -> None:
        """Show this one from now on; what it holds comes with `show_checked`."""
        self.typing.flush()
        self.typing.draft = draft
        self._problems = ()
        self.steps.list.setCurrentRow(-1)
        self.verticalScrollBar().setValue(0)

    def show_checked(self, checked: Checked) -> None:
        """Show what the text holds."""
        if not self.typing.is_pending:
            self._lines = checked.lines
            self._problems = checked.problems
            self._show_data(checked.data, checked.text)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Mark these at their fields."""
        self._problems = problems
        self._mark()

    def _show_data(self, data: object, text: str) -> None:
        why = ""
        if len(text) > LONGEST:
            why = self.tr("This scenario is too long for a form.")
        elif not isinstance(data, dict) and text:
            why = self.tr("The text cannot be read, so there is no form of it. Nothing is lost: mend it as text.")
        self._data = data if isinstance(data, dict) and not why else None
        self._why.setText(why)
        self._why.setVisible(bool(why))
        self._to_text.setVisible(bool(why))
        is_mix = self._data is not None and isinstance(self._data.get("mix"), dict)
        there = self._data is not None
        always: tuple[QWidget, ...] = (self._head, self._more_button, self._rest)
        steps: tuple[QWidget, ...] = (self._steps_title, self.steps, self._end_title, self._end)
        mix: tuple[QWidget, ...] = (self._members_title, self.members)
        for widgets, are_shown in ((always, there), (steps, there and not is_mix), (mix, is_mix)):
            for widget in widgets:
                widget.setVisible(are_shown)
        self._more.setVisible(there and self._more_button.isChecked())
        self._step_form.setVisible(False)
        if self._data is None:
            return
        self._head.show_only(("name",), ("description",), *(() if is_mix else (("start",),)))
        self._more.show_only(*((("tags",),) if is_mix else self._more.inputs))
        for grid in (self._head, self._more, self._end, *self._step_form.grids.values()):
            grid.set_locked(self.typing.is_locked)
        self._head.show_values(self._data)
        self._more.show_values(self._data)
        if is_mix:
            names = self.scenario_names()
            self.members.show_members(self._data["mix"], names, is_locked=self.typing.is_locked)
        else:
            end = self._data.get("end")
            self._end.show_values(end if isinstance(end, dict) else {"status": end})
            self._show_steps(text)
        self._show_rest()
        self._mark()

    def _show_steps(self, text: str) -> None:
        self.steps.show_lines(step_edits.lines_of(self._steps(), text), max(0, self.steps.list.currentRow()))
        self._show_step()

    def _steps(self) -> list[Any]:
        steps = self._data.get("steps") if self._data is not None else None
        return steps if isinstance(steps, list) else []

    def _step(self) -> tuple[int, Any] | None:
        """The chosen step and its place, unless it is switched off."""
        line, steps = self.steps.line, self._steps()
        return (line.place, steps[line.place]) if line and not line.is_off and line.place < len(steps) else None

    def _show_step(self) -> None:
        found = self._step()
        self._step_form.setVisible(found is not None and not self.steps.isHidden())
        self._show_allowed()
        if found is not None:
            self._step_form.show_step(found[1], self.scenario_names())
            self._mark()

    def _show_allowed(self) -> None:
        can_switch = len(self._steps()) > 1 and items.can_switch(self.typing.text, STEPS)
        self.steps.show_allowed(is_locked=self.typing.is_locked, can_switch=can_switch)

    def _show_rest(self) -> None:
        """Say what is in the text alone."""
        assert self._data is not None
        known = {spec.key[0] for spec in (*self._head.specs, *self._more.specs)} | {"steps", "end", "mix"}
        rest = [str(key) for key in self._data if key not in known]
        self._rest.setText(self.tr("In the text alone: %1").replace("%1", ", ".join(rest)))
        self._rest.setVisible(bool(rest))
        said = [spec.key[0] for spec in self._more.specs if spec.key[0] in self._data]
        self._more_button.setText(self.tr("More: %1").replace("%1", ", ".join(said)) if said else self.tr("More"))
        self._more_button.updateGeometry()

    def _mark(self) -> None:
        if self._data is None:
            return
        self._head.show_problems(self._problems, ())
        self._more.show_problems(self._problems, ())
        self._end.show_problems(self._problems, ("end",))
        if isinstance(self._data.get("mix"), dict):
            self.members.show_problems(self._problems)
        whole = [Problem("", each.line, ("end", "status"), each.what, each.mend)
                 for each in self._problems if each.path == ("end",)]  # fmt: skip
        if whole:
            self._end.show_problems([*self._problems, *whole], ("end",))
        found = self._step()
        if found is not None:
            self._step_form.show_problems(found[1], self._problems, (*STEPS, found[0]))
        wrong = {problem.path[1] for problem in self._problems if len(problem.path) > 1 and problem.path[0] == "steps"}
        lines = [replace(each, is_wrong=not each.is_off and each.place in wrong) for each in self.steps.lines]
        if lines != self.steps.lines:
            self.steps.show_lines(lines, self.steps.list.currentRow())
            self._show_allowed()

    def go_to(self, path: Path) -> bool:
        """Put the focus where a problem can be mended; return whether there is such a field."""
        if self._data is None or not path:
            return False
        if path[0] == "steps" and len(path) > 1 and isinstance(path[1], int):
            row = step_edits.row_of(self.steps.lines, path[1])
            if row < 0:
                return False
            self.steps.list.setCurrentRow(row)
            found = self._step()
            return found is not None and self._reach(self._step_form.grid_of(found[1]), path[2:])
        if path[0] == "end":
            return self._reach(self._end, path[1:] or ("status",))
        if self._more.go_to(path):
            self._more_button.setChecked(True)
            return self._reach(self._more, path)
        return self._reach(self._head, path)

    def _reach(self, grid: FieldGrid, key: Path) -> bool:
        if grid.isHidden() or not grid.go_to(key):
            return False
        focus = grid.focusWidget()
        if focus is not None:
            self.ensureWidgetVisible(focus)
        return True

    def focus_name(self) -> bool:
        """To the name, to write another one; return whether there is a form to write it in."""
        self._show_now()
        return self.go_to(("name",))

    # --- what is typed ----------------------------------------------------------------------------------------------

    def _write_step(self, key: object, value: object) -> None:
        found = self._step()
        if found is not None and isinstance(key, tuple):
            self.typing.write((*STEPS, found[0], *key), value)

    def _write_end(self, key: object, value: object) -> None:
        end = self._data.get("end") if self._data is not None else None
        if not isinstance(key, tuple):
            return
        if isinstance(end, dict) or key == ("status",):
            self.typing.write(("end", *key) if isinstance(end, dict) else ("end",), value)
        elif value is not None:
            self.typing.write(("end",), {"status": "" if end is None else end, key[0]: value})
            self._show_now()

    def _rename_member(self, old: str, new: str) -> None:
        self._edit(lambda text: rename_key(text, ("mix", old), new))

    def _edit(self, change: Change) -> None:
        """Change the text, and show at once what it says now."""
        if self.typing.edit(change):
            self._show_now()

    def _show_now(self) -> None:
        from simulator.scenario import source

        text = self.typing.text
        if self.typing.draft is not None and len(text) <= LONGEST:
            try:
                found = source.read(text, "")
            except ScenarioError:
                return  # the check tells it
            self._lines = found.lines
            self._show_data(found.data, text)

    # --- steps ------------------------------------------------------------------------------------------------------

    def _do(self, what: str) -> None:
        row, line, steps = self.steps.list.currentRow(), self.steps.line, self._steps()
        place = line.place if line is not None and not line.is_off else len(steps) - 1
        if line is not None and what == "off":
            self._edit(lambda text: step_edits.switch(text, line))
            self.steps.list.setCurrentRow(row)
        elif (found := step_edits.change_of(what, steps, place)) is not None:
            change, chosen = found
            self._edit(change)
            self._choose(chosen)
            if what in step_edits.NEW:
                self.go_to((*STEPS, chosen, next(iter(step_edits.NEW[what]))))

    def _choose(self, place: int) -> None:
        self.steps.list.setCurrentRow(max(0, step_edits.row_of(self.steps.lines, place)))

    def _drop(self, here: int, there: int) -> None:
        to = step_edits.place_of_drop(self.steps.lines, here, there)
        if to is not None:
            place = self.steps.lines[here].place
            self._edit(lambda text: items.move_item(text, STEPS, place, to))
            self._choose(to)

    def _show_nested(self) -> None:
        found = self._step()
        if found is not None:
            self.textWanted.emit(self._lines.get((*STEPS, found[0]), 1))

    def restyle(self) -> None:
        """After a change of scheme or of the size of text."""
        bold = QFont(self.font())
        bold.setBold(True)
        for title in (self._steps_title, self._end_title, self._members_title):
            title.setFont(bold)
        self._step_form.restyle()
        for label in (self._rest, self._why):
            theme.tint(label, theme.current().tokens.secondary)
