"""The menu of scenarios that can be given to things."""

from collections.abc import Callable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget


class ScenarioMenu(QMenu):
    """Built-in scenarios by name, each with its own description as tooltip. Read when first opened."""

    def __init__(self, assign: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scenarioMenu")
        self.setTitle(self.tr("Scenario"))
        self.setToolTipsVisible(True)
        self._assign = assign
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Make the entries, once."""
        if self.actions():
            return
        from simulator.scenario.loader import builtin, builtin_names  # pydantic takes a while; not before first paint

        for name in builtin_names():
            action = QAction(name, self)
            action.setObjectName(f"act.scenario.{name}")
            action.setToolTip(builtin(name).description or name)
            action.triggered.connect(lambda _=False, name=name: self._assign(name))
            self.addAction(action)
