"""A scenario as a form. It keeps nothing: what is typed goes into the text, and it shows what that says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from simulator.scenario.problems import Path, Problem, ScenarioError
from ui import scenario_items as items
from ui import scenario_specs as specs
from ui import theme
from ui.scenario_check import Checked
from ui.scenario_draft import ScenarioDraft
from ui.scenario_edits import rename_key
from ui.scenario_fields import FieldGrid, UndoKeys
from ui.scenario_members import ScenarioMembers
from ui.scenario_steps import Line, ScenarioSteps
from ui.scenario_values import step_words
from ui.segment_button import NarrowButton, SegmentButton

AT_ONCE: Final = 3000  # characters: in a longer text a change is written when the typing rests
REST_MS: Final = 150
LONGEST: Final = 24_000  # characters of a text that is still shown as a form
JOINED_SECONDS: Final = 1.5  # what is typed in one field within this is undone as one
NEW: Final[Mapping[str, Any]] = {
    "fault": {"fault": "drop-line"},
    "include": {"include": "success"},
    "repeat": {"repeat": 3, "steps": [{"name": "try", "duration": 2}]},
    "choose": {"choose": [{"weight": 9, "steps": [{"name": "quick", "duration": 1}]},
                          {"weight": 1, "steps": [{"name": "slow", "duration": 10}]}]},
    "download": {"name": "download", "download": {"url": "{document.url}"}},
}  # fmt: skip
STEPS: Final[Path] = ("steps",)


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
        self._draft: ScenarioDraft | None = None
        self._data: dict[str, Any] | None = None
        self._lines: Mapping[Path, int] = {}
        self._problems: Sequence[Problem] = ()
        self._pending: dict[Path, object] = {}
        self._last: tuple[Path, float] = ((), 0.0)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self.flush)
        self._make()
        self._lay_out()
        self._connect()
        theme.current().changed.connect(self.restyle)
        self.restyle()
        self._show_data(None, "")

    @property
    def _is_locked(self) -> bool:
        return self._draft is None or self._draft.is_builtin

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
        self._grids = {kind: FieldGrid(f"scenarioStep_{kind}", specs.step(kind), self._inside)
                       for kind in ("work", *specs.KINDS)}  # fmt: skip
        self._nested = QLabel(self._inside)
        self._nested.setObjectName("scenarioNestedLabel")
        self._nested.setWordWrap(True)
        self._nested_button = NarrowButton(self.tr("Show in the text"), "scenarioNestedButton", self._inside)
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
        self._step_frame = QFrame(self._inside)
        self._step_frame.setObjectName("scenarioStepFrame")
        inner = QVBoxLayout(self._step_frame)
        inner.setContentsMargins(12, 2, 0, 4)
        inner.setSpacing(4)
        for grid in self._grids.values():
            inner.addWidget(grid)
        inner.addWidget(self._nested)
        inner.addWidget(self._nested_button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._step_frame)
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
        self._nested_button.clicked.connect(self._show_nested)
        self._head.edited.connect(lambda key, value: self._write(key, value))
        self._more.edited.connect(lambda key, value: self._write(key, value))
        self._end.edited.connect(self._write_end)
        for grid in self._grids.values():
            grid.edited.connect(self._write_step)
        self._undo_keys.undoWanted.connect(lambda: self._take_back("undo"))
        self._undo_keys.redoWanted.connect(lambda: self._take_back("redo"))
        for grid in (self._head, self._more, self._end, *self._grids.values()):
            for made in grid.inputs.values():
                made.installEventFilter(self._undo_keys)
        for widget in (self.steps.list, *self.steps.buttons.values()):
            widget.installEventFilter(self._undo_keys)
        self._more_button.toggled.connect(self._more.setVisible)
        self.steps.chosen.connect(self._show_step)
        self.steps.wanted.connect(self._do)
        self.steps.moved.connect(self._drop)
        self.members.weighed.connect(lambda name, value: self._write(("mix", name), value))
        self.members.renamed.connect(self._rename_member)
        self.members.addWanted.connect(lambda name: self._write(("mix", name), 10))

    # --- what is shown ----------------------------------------------------------------------------------------------

    def show_draft(self, draft: ScenarioDraft | None) -> None:
        """Show this one from now on; what it holds comes with `show_checked`."""
        self.flush()
        self._draft = draft
        self._problems = ()
        self.steps.list.setCurrentRow(-1)
        self.verticalScrollBar().setValue(0)

    def show_checked(self, checked: Checked) -> None:
        """Show what the text holds."""
        if not self._pending:
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
        self._step_frame.setVisible(False)
        if self._data is None:
            return
        self._head.show_only(("name",), ("description",), *(() if is_mix else (("start",),)))
        self._more.show_only(*((("tags",),) if is_mix else self._more.inputs))
        for grid in (self._head, self._more, self._end, *self._grids.values()):
            grid.set_locked(self._is_locked)
        self._head.show_values(self._data)
        self._more.show_values(self._data)
        if is_mix:
            names = self.scenario_names()
            self.members.show_members(self._data["mix"], names, is_locked=self._is_locked)
        else:
            end = self._data.get("end")
            self._end.show_values(end if isinstance(end, dict) else {"status": end})
            self._show_steps(text)
        self._show_rest()
        self._mark()

    def _show_steps(self, text: str) -> None:
        lines = [Line(place=place, name=(told := step_words(step))[0], does=told[1])
                 for place, step in enumerate(self._steps())]  # fmt: skip
        offs = list(enumerate(items.off_steps(text)))
        for number, off in reversed(offs):
            name, does = _words_of(off.text)
            lines.insert(off.before, Line(place=number, name=name, does=does, is_off=True))
        self.steps.show_lines(lines, max(0, self.steps.list.currentRow()))
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
        self._step_frame.setVisible(found is not None and not self.steps.isHidden())
        self._show_allowed()
        if found is None:
            return
        kind = specs.kind_of(found[1])
        for name, grid in self._grids.items():
            grid.setVisible(name == kind)
        if kind == "include":
            self._grids[kind].set_choices(("include",), self.scenario_names())
        self._grids[kind].show_values(found[1] if isinstance(found[1], dict) else {})
        is_nested = kind in ("repeat", "choose")
        self._nested.setText(self.tr("What it holds is written in the text: %1").replace("%1", step_words(found[1])[1]))
        self._nested.setVisible(is_nested)
        self._nested_button.setVisible(is_nested)
        self._mark()

    def _show_allowed(self) -> None:
        text = self._draft.text if self._draft is not None else ""
        can_switch = len(self._steps()) > 1 and items.can_switch(text, STEPS)
        self.steps.show_allowed(is_locked=self._is_locked, can_switch=can_switch)

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
            self._grids[specs.kind_of(found[1])].show_problems(self._problems, ("steps", found[0]))
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
            row = next(
                (row for row, line in enumerate(self.steps.lines) if line.place == path[1] and not line.is_off), -1
            )
            if row < 0:
                return False
            self.steps.list.setCurrentRow(row)
            found = self._step()
            return found is not None and self._reach(self._grids[specs.kind_of(found[1])], path[2:])
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

    def _write(self, path: Path, value: object) -> None:
        """Write a value into the text: at once, or when the typing rests where that takes its time."""
        if self._draft is None or self._draft.is_builtin:
            return
        self._pending[path] = value
        if len(self._draft.text) <= AT_ONCE:
            self.flush()
        else:
            self._timer.start()

    def flush(self) -> None:
        """Write now what was typed."""
        self._timer.stop()
        pending, self._pending = self._pending, {}
        if self._draft is None:
            return
        for path, value in pending.items():
            last, at = self._last
            is_joined = last == path and monotonic() - at < JOINED_SECONDS
            self._draft.set(path, value, join=is_joined)
            self._last = path, monotonic()

    def _write_step(self, key: object, value: object) -> None:
        found = self._step()
        if found is not None and isinstance(key, tuple):
            self._write(("steps", found[0], *key), value)

    def _write_end(self, key: object, value: object) -> None:
        end = self._data.get("end") if self._data is not None else None
        if not isinstance(key, tuple):
            return
        if isinstance(end, dict) or key == ("status",):
            self._write(("end", *key) if isinstance(end, dict) else ("end",), value)
        elif value is not None:
            self._write(("end",), {"status": "" if end is None else end, key[0]: value})
            self._show_now()

    def _rename_member(self, old: str, new: str) -> None:
        self._edit(lambda text: rename_key(text, ("mix", old), new))

    def _take_back(self, what: str) -> None:
        self.flush()
        self._last = (), 0.0
        if self._draft is not None:
            self._draft.document.undo() if what == "undo" else self._draft.document.redo()

    def _edit(self, change: Callable[[str], str]) -> None:
        """Change the text, and show at once what it says now."""
        if self._draft is not None and not self._is_locked:
            self.flush()
            self._last = (), 0.0
            self._draft.write(change(self._draft.text))
            self._show_now()

    def _show_now(self) -> None:
        from simulator.scenario import source

        if self._draft is not None and len(self._draft.text) <= LONGEST:
            try:
                found = source.read(self._draft.text, "")
            except ScenarioError:
                return  # the check tells it
            self._lines = found.lines
            self._show_data(found.data, self._draft.text)

    # --- steps ------------------------------------------------------------------------------------------------------

    def _do(self, what: str) -> None:
        row, line, steps = self.steps.list.currentRow(), self.steps.line, self._steps()
        place = line.place if line is not None and not line.is_off else len(steps) - 1
        if what in ("work", *NEW):
            name = f"step-{len(steps) + 1}"
            value = dict(NEW.get(what, {"name": name, "duration": 2, "progress": {"to": 100}}))
            if what == "work" and any(_goes_to(step) >= 100 for step in steps[: place + 1]):
                del value["progress"]
            self._edit(lambda text: items.add_item(text, STEPS, place + 1, value))
            self._choose(place + 1)
            self.go_to(("steps", place + 1, next(iter(value))))
        elif line is not None and what == "off":
            offs = items.off_steps(self._draft.text) if self._draft is not None else []
            if line.is_off and line.place < len(offs):
                self._edit(lambda text: items.switch_on(text, offs[line.place]))
            else:
                self._edit(lambda text: items.switch_off(text, STEPS, line.place))
            self.steps.list.setCurrentRow(row)
        elif what in ("up", "down"):
            there = place + (1 if what == "down" else -1)
            self._edit(lambda text: items.move_item(text, STEPS, place, there))
            self._choose(there)
        elif what == "copy":
            self._edit(lambda text: items.add_item(text, STEPS, place + 1, dict(steps[place])))
            self._choose(place + 1)
        elif what == "delete":
            self._edit(lambda text: items.delete_item(text, STEPS, place))
            self._choose(min(place, len(steps) - 2))

    def _choose(self, place: int) -> None:
        row = next((row for row, line in enumerate(self.steps.lines) if line.place == place and not line.is_off), 0)
        self.steps.list.setCurrentRow(row)

    def _drop(self, here: int, there: int) -> None:
        lines = self.steps.lines
        if 0 <= here < len(lines) and 0 <= there < len(lines) and not lines[here].is_off:
            before = sum(
                not line.is_off for row, line in enumerate(lines) if row != here and row < there + (there > here)
            )
            place = lines[here].place
            self._edit(lambda text: items.move_item(text, STEPS, place, before))
            self._choose(before)

    def _show_nested(self) -> None:
        found = self._step()
        if found is not None:
            self.textWanted.emit(self._lines.get(("steps", found[0]), 1))

    def restyle(self) -> None:
        """After a change of scheme or of the size of text."""
        bold = QFont(self.font())
        bold.setBold(True)
        for title in (self._steps_title, self._end_title, self._members_title):
            title.setFont(bold)
        for label in (self._rest, self._nested, self._why):
            theme.tint(label, theme.current().tokens.secondary)


def _goes_to(step: object) -> float:
    """How many percent a step leads to; 0 if it says nothing."""
    progress = step.get("progress") if isinstance(step, dict) else None
    reached = progress.get("to") if isinstance(progress, dict) else 0
    return float(reached) if isinstance(reached, int | float) else 0.0


def _words_of(text: str) -> tuple[str, str]:
    """What a step that is switched off would do."""
    from simulator.scenario import source

    try:
        found = source.read(text, "").data
    except ScenarioError:
        return text.strip()[:40], ""
    return step_words(found[0]) if isinstance(found, list) and found else (text.strip()[:40], "")
