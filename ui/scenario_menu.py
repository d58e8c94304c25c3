"""The menu of scenarios that can be given to things."""

from collections.abc import Callable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget


class ScenarioMenu(QMenu):
    """Built-in scenarios by name, each with its own description as tooltip. Read when first opened."""

    def __init__(
        self, assign: Callable[[str], None], current: Callable[[], set[str]], parent: QWidget | None = None
    ) -> None:
        """`current` tells which scenarios the targets have now; those are marked."""
        super().__init__(parent)
        self.setObjectName("scenarioMenu")
        self.setTitle(self.tr("Scenario"))
        self.setToolTipsVisible(True)
        self._assign = assign
        self._current = current
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Make the entries, once, and mark those that the targets have."""
        if not self.actions():
            self._make()
        current = self._current()
        for action in self.actions():
            action.setChecked(action.text() in current)

    def _make(self) -> None:
        from simulator.scenario.loader import list_scenarios

        for listed in list_scenarios():
            name = listed.name
            action = QAction(name, self)
            action.setObjectName(f"act.scenario.{name}")
            action.setCheckable(True)
            action.setToolTip(listed.description or name)
            action.triggered.connect(lambda _=False, name=name: self._assign(name))
            self.addAction(action)
