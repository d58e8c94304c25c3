"""The fields of one step of a scenario, those of its kind; what it holds of other steps is in the text."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from simulator.scenario.problems import Path, Problem
from ui import scenario_specs as specs
from ui import theme
from ui.scenario_fields import FieldGrid
from ui.scenario_values import step_words
from ui.segment_button import NarrowButton


class StepForm(QFrame):
    """`edited` comes as from a `FieldGrid`; `textWanted` where only the text can go on."""

    edited = Signal(object, object)
    textWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scenarioStepFrame")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 2, 0, 4)
        layout.setSpacing(4)
        self.grids = {kind: FieldGrid(f"scenarioStep_{kind}", specs.step(kind), self)
                      for kind in ("work", *specs.KINDS)}  # fmt: skip
        for grid in self.grids.values():
            grid.edited.connect(self.edited)
            layout.addWidget(grid)
        self._nested = QLabel(self)
        self._nested.setObjectName("scenarioNestedLabel")
        self._nested.setWordWrap(True)
        self._nested_button = NarrowButton(self.tr("Show in the text"), "scenarioNestedButton", self)
        self._nested_button.clicked.connect(self.textWanted)
        layout.addWidget(self._nested)
        layout.addWidget(self._nested_button, 0, Qt.AlignmentFlag.AlignLeft)

    def show_step(self, step: object, names: Sequence[str]) -> None:
        """Show what this step holds; `names` are the scenarios that can be included."""
        kind = specs.kind_of(step)
        for name, grid in self.grids.items():
            grid.setVisible(name == kind)
        if kind == "include":
            self.grids[kind].set_choices(("include",), names)
        self.grids[kind].show_values(step if isinstance(step, dict) else {})
        is_nested = kind in ("repeat", "choose")
        self._nested.setText(self.tr("What it holds is written in the text: %1").replace("%1", step_words(step)[1]))
        self._nested.setVisible(is_nested)
        self._nested_button.setVisible(is_nested)

    def grid_of(self, step: object) -> FieldGrid:
        """The fields of a step's kind."""
        return self.grids[specs.kind_of(step)]

    def show_problems(self, step: object, problems: Sequence[Problem], base: Path) -> None:
        """Mark the problems of the step that is at `base`."""
        self.grid_of(step).show_problems(problems, base)

    def restyle(self) -> None:
        """After a change of scheme."""
        theme.tint(self._nested, theme.current().tokens.secondary)
