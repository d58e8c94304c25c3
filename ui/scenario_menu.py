"""The menu of scenarios that can be given to things."""

from collections.abc import Callable, Iterable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from ui.letter_menu import LetterMenu


class ScenarioMenu(LetterMenu):
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

    def add_names(self, names: Iterable[str]) -> None:
        """Scenarios that came from files while the program ran."""
        if not self.actions():
            self._make()
        there = {action.text() for action in self.actions()}
        for name in names:
            if name not in there:
                self._add(name, self._own_tip())

    def show_own(self, names: Iterable[str]) -> None:
        """One's own scenarios, as they are now; those that were deleted or renamed are offered no more."""
        wanted = set(names)
        if not self.actions():
            self._make()
        for action in self.actions():
            if action.toolTip() == self._own_tip() and action.text() not in wanted:
                self.removeAction(action)
                action.deleteLater()
        self.add_names(sorted(wanted))

    def _own_tip(self) -> str:
        return self.tr("From a file")

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
            self._add(listed.name, listed.description or listed.name)

    def _add(self, name: str, tip: str) -> None:
        action = QAction(name, self)
        action.setObjectName(f"act.scenario.{name}")
        action.setCheckable(True)
        action.setToolTip(tip)
        action.triggered.connect(lambda _=False: self._assign(name))
        self.addAction(action)
