"""A scenario as a form."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from simulator.scenario.problems import Path, Problem
from ui.scenario_check import Checked
from ui.scenario_draft import ScenarioDraft


class ScenarioForm(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)

    def show_draft(self, draft: ScenarioDraft | None) -> None: ...
    def show_problems(self, problems: Sequence[Problem]) -> None: ...
    def show_checked(self, checked: Checked) -> None: ...
    def text_changed(self) -> None: ...
    def go_to(self, path: Path) -> bool:
        return False

    def focus_name(self) -> bool:
        return False
