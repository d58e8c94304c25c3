"""The members of a mix: other scenarios, their weights, and how often that makes each."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from simulator.scenario.preview import hundred
from simulator.scenario.problems import Problem
from ui import theme
from ui.scenario_fields import MarkedCombo, MarkedEdit, UndoKeys, mark
from ui.scenario_values import Kind, meant, shown
from ui.segment_button import NarrowButton


class ScenarioMembers(QWidget):
    """`weighed` comes with a member and its weight (None takes it out), `renamed` with a member and another."""

    weighed = Signal(str, object)
    renamed = Signal(str, str)
    addWanted = Signal(str)

    def __init__(self, undo_keys: UndoKeys, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scenarioMembers")
        self._undo_keys = undo_keys
        self._names: list[str] = []
        self._choices: list[str] = []
        self._combos: list[MarkedCombo] = []
        self._edits: list[MarkedEdit] = []
        self._shares: list[QLabel] = []
        self._removes: list[QPushButton] = []
        self._is_locked = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 3)
        self._grid.setColumnStretch(1, 1)
        self.add_button = NarrowButton(self.tr("Add scenario"), "scenarioAddMemberButton", self)
        self.add_button.clicked.connect(self._add)

    def show_members(self, members: Mapping[str, object], choices: Sequence[str], *, is_locked: bool) -> None:
        """Show these; `choices` are the scenarios that can be members."""
        if list(members) != self._names or list(choices) != self._choices or is_locked != self._is_locked:
            self._names, self._choices, self._is_locked = list(members), list(choices), is_locked
            self._rebuild()
        weights = [weight if isinstance(weight, int | float) and weight > 0 else 0 for weight in members.values()]
        parts = hundred([round(weight * 1e6) for weight in weights])
        for edit, label, weight, part in zip(self._edits, self._shares, members.values(), parts, strict=True):
            if meant(Kind.NUMBER, edit.text()) != weight:
                edit.setText(shown(Kind.NUMBER, weight))
            label.setText(f"{part:.1f} %")

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Mark the members that these are about."""
        for name, combo, edit in zip(self._names, self._combos, self._edits, strict=True):
            for made in (combo, edit):
                mark(made, problems, ("mix", name))

    def _rebuild(self) -> None:
        for made in (*self._combos, *self._edits, *self._shares, *self._removes):
            self._grid.removeWidget(made)
            made.hide()
            made.deleteLater()
        self._combos, self._edits, self._shares, self._removes = [], [], [], []
        for row, name in enumerate(self._names):
            combo = MarkedCombo(self)
            combo.addItems(self._choices)
            if combo.findText(name) < 0:
                combo.addItem(name)
            combo.setCurrentIndex(combo.findText(name))
            combo.setMinimumContentsLength(8)
            combo.setSizeAdjustPolicy(MarkedCombo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setObjectName(f"scenarioMember_{row}")
            combo.setAccessibleName(self.tr("Scenario"))
            combo.activated.connect(
                lambda _at, old=name, combo=combo: (
                    self.renamed.emit(old, combo.currentText()) if combo.currentText() != old else None
                )
            )
            edit = MarkedEdit(self)
            edit.setObjectName(f"scenarioWeight_{row}")
            edit.setAccessibleName(self.tr("Weight of %1").replace("%1", name))
            edit.textEdited.connect(
                lambda text, name=name: self.weighed.emit(name, meant(Kind.NUMBER, text) if text.strip() else "")
            )
            share = QLabel(self)
            share.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            share.setMinimumWidth(theme.px(56))
            remove = NarrowButton(self.tr("Remove"), f"scenarioRemoveMember_{row}", self)
            remove.setAccessibleName(self.tr("Remove %1").replace("%1", name))
            remove.clicked.connect(lambda _=False, name=name: self.weighed.emit(name, None))
            remove.setEnabled(not self._is_locked and len(self._names) > 1)
            combo.setEnabled(not self._is_locked)
            edit.setReadOnly(self._is_locked)
            for column, made in enumerate((combo, edit, share, remove)):
                made.installEventFilter(self._undo_keys)
                self._grid.addWidget(made, row, column)
                made.show()
            self._combos.append(combo)
            self._edits.append(edit)
            self._shares.append(share)
            self._removes.append(remove)
        self._grid.addWidget(self.add_button, len(self._names), 0, Qt.AlignmentFlag.AlignLeft)
        self.add_button.setEnabled(not self._is_locked and bool(self._left()))

    def _left(self) -> list[str]:
        return [name for name in self._choices if name not in self._names]

    def _add(self) -> None:
        left = self._left()
        if left:
            self.addWanted.emit("success" if "success" in left else left[0])
