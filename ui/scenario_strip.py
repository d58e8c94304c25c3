"""The strips over a scenario: that it is a built-in one, that its file is another now, or why it could not be read."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ui.scenario_draft import ScenarioDraft
from ui.segment_button import NarrowButton
from ui.strip import Strip


def _button(strip: Strip, name: str, text: str) -> QPushButton:
    return NarrowButton(text, name, strip)


class ScenarioStrips(QWidget):
    """At most one of each; hidden where there is nothing to say."""

    duplicateWanted = Signal()
    diskWanted = Signal()  # take what the file says
    mineWanted = Signal()  # keep what is written

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._builtin = Strip("scenarioBuiltinStrip", "scenarioBuiltinLabel", "info", self)
        self._disk = Strip("scenarioDiskStrip", "scenarioDiskLabel", "warning", self)
        self._trouble = Strip("scenarioTroubleStrip", "scenarioTroubleLabel", "error", self)
        duplicate = _button(self._builtin, "scenarioStripDuplicateButton", self.tr("Duplicate"))
        take = _button(self._disk, "scenarioDiskButton", self.tr("Take the file's"))
        keep = _button(self._disk, "scenarioMineButton", self.tr("Keep mine"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for strip, buttons in ((self._builtin, (duplicate,)), (self._disk, (take, keep)), (self._trouble, ())):
            row = QHBoxLayout(strip)
            row.setContentsMargins(10, 5, 6, 5)
            row.setSpacing(6)
            row.addWidget(strip.label, 1)
            for button in buttons:
                row.addWidget(button)
            layout.addWidget(strip)
        duplicate.clicked.connect(self.duplicateWanted)
        take.clicked.connect(self.diskWanted)
        keep.clicked.connect(self.mineWanted)
        self._builtin.label.setText(self.tr("Ships with the program and stays as it is. Duplicate it to change it."))

    def show_draft(self, draft: ScenarioDraft) -> None:
        """Say what is to be said of this one."""
        self._builtin.setVisible(draft.is_builtin)
        self._disk.setVisible(draft.on_disk is not None)
        self._disk.label.setText(self.tr("The file of %1 was changed by somebody else.").replace("%1", draft.title))
        self._trouble.setVisible(bool(draft.trouble))
        self._trouble.label.setText(draft.trouble)
        self.setVisible(draft.is_builtin or draft.on_disk is not None or bool(draft.trouble))
