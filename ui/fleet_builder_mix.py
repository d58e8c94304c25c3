"""The scenario mix of the fleet builder: scenarios with weights, and what share of the things each has."""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from simulator.scenario.problems import Problem
from ui import icons, theme
from ui.flow_layout import FlowLayout
from ui.numbers import grouped
from ui.scenario_fields import MarkedCombo, MarkedEdit, mark
from ui.segment_button import NarrowButton

BEGIN: Final = (("success", "80"), ("flaky-network", "15"), ("fail", "5"))
EVEN: Final = "1"
NAME_LENGTH: Final = 14
WEIGHT_WIDTH: Final = 48
SHARE_WIDTH: Final = 40
ICON: Final = 14


class MixPart(QWidget):
    """One scenario: its name, its weight, its share, and a button that takes it out."""

    changed = Signal()
    dropWanted = Signal()

    def __init__(self, number: int, scenario: str, weight: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.combo = MarkedCombo(self)
        self.combo.setObjectName(f"fleetBuilderScenarioCombo_{number}")
        self.combo.setAccessibleName(self.tr("Scenario"))
        self.combo.setSizeAdjustPolicy(MarkedCombo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(NAME_LENGTH)  # so that it keeps its width when all names are known
        self.combo.addItem(scenario)
        self.weight_edit = MarkedEdit(weight, self)
        self.weight_edit.setObjectName(f"fleetBuilderWeightEdit_{number}")
        self.weight_edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.share_label = QLabel(self)
        self.share_label.setObjectName(f"fleetBuilderShareLabel_{number}")
        self.drop_button = QToolButton(self)
        self.drop_button.setObjectName(f"fleetBuilderDropButton_{number}")
        self.drop_button.setAutoRaise(True)
        self.drop_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in (self.combo, self.weight_edit, self.share_label, self.drop_button):
            row.addWidget(widget)
        self.combo.currentTextChanged.connect(self._scenario_changed)
        self.weight_edit.textChanged.connect(self.changed)
        self.drop_button.clicked.connect(self.dropWanted)
        self._name_parts()
        self.restyle()

    @property
    def scenario(self) -> str:
        """Which scenario is chosen."""
        return self.combo.currentText()

    def offer(self, scenarios: Mapping[str, str]) -> None:
        """Offer these, by name, with what each does; what is chosen stays."""
        chosen = self.scenario
        self.combo.blockSignals(True)
        self.combo.clear()
        for name, description in scenarios.items():
            self.combo.addItem(name)
            self.combo.setItemData(self.combo.count() - 1, description, Qt.ItemDataRole.ToolTipRole)
        if self.combo.findText(chosen) < 0:
            self.combo.addItem(chosen)
        self.combo.setCurrentText(chosen)
        self.combo.blockSignals(False)

    def show_share(self, percent: int | None) -> None:
        """What share of the things has it; None while nobody knows."""
        text = "" if percent is None else self.tr("%1 %").replace("%1", grouped(percent))
        if self.share_label.text() != text:
            self.share_label.setText(text)

    def restyle(self) -> None:
        """After a change of scheme or of the size of text."""
        tokens = theme.current().tokens
        self.drop_button.setIcon(icons.icon("close", tokens.secondary, theme.px(ICON)))
        self.drop_button.setIconSize(QSize(theme.px(ICON), theme.px(ICON)))
        self.weight_edit.setFixedWidth(theme.px(WEIGHT_WIDTH))
        self.share_label.setMinimumWidth(theme.px(SHARE_WIDTH))
        theme.tint(self.share_label, tokens.secondary)

    def _scenario_changed(self) -> None:
        self._name_parts()
        self.changed.emit()

    def _name_parts(self) -> None:
        self.weight_edit.setAccessibleName(self.tr("Weight of %1").replace("%1", self.scenario))
        take_out = self.tr("Take %1 out").replace("%1", self.scenario)
        self.drop_button.setAccessibleName(take_out)
        self.drop_button.setToolTip(take_out)


class MixFields(QWidget):
    """Parts in rows that wrap, and two buttons below. There is always one part at least."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetBuilderMix")
        self._scenarios: Mapping[str, str] = {}
        self._made = 0
        self.parts: list[MixPart] = []
        self._row = QWidget(self)
        self._flow = FlowLayout(self._row, spacing=8)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self._row.setSizePolicy(policy)
        self.more_button = NarrowButton(self.tr("Add a scenario"), "fleetBuilderScenarioButton", self)
        self.more_button.clicked.connect(lambda _=False: self._add_another())
        self.even_button = NarrowButton(self.tr("Even"), "fleetBuilderEvenButton", self)
        self.even_button.setToolTip(self.tr("Give each scenario the same weight"))
        self.even_button.clicked.connect(lambda _=False: self.even())
        for scenario, weight in BEGIN:
            self._add(scenario, weight)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.more_button)
        buttons.addWidget(self.even_button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._row)
        column.addLayout(buttons)
        theme.current().changed.connect(self.restyle)

    def in_order(self) -> list[QWidget]:
        """What has the focus one after the other."""
        parts = [widget for part in self.parts for widget in (part.combo, part.weight_edit, part.drop_button)]
        return [*parts, self.more_button, self.even_button]

    def mix(self) -> tuple[tuple[str, str], ...]:
        """The scenarios with their weights, as they are typed."""
        return tuple((part.scenario, part.weight_edit.text()) for part in self.parts)

    def offer(self, scenarios: Mapping[str, str]) -> None:
        """Offer these scenarios from now on, by name, with what each does."""
        if scenarios != self._scenarios:
            self._scenarios = dict(scenarios)
            for part in self.parts:
                part.offer(self._scenarios)

    def even(self) -> None:
        """Give each scenario the same weight."""
        for part in self.parts:
            part.weight_edit.setText(EVEN)

    def show_shares(self, shares: Sequence[int]) -> None:
        """What share of the things each has, in percent; none while a weight is no number."""
        for place, part in enumerate(self.parts):
            part.show_share(shares[place] if place < len(shares) else None)

    def show_problem(self, sentence: str) -> None:
        """Frame the weights of the scenarios that a sentence names; "" frames none."""
        for part in self.parts:
            is_meant = re.search(rf"(?<![\w-]){re.escape(part.scenario)}(?![\w-])", sentence) is not None
            mark(part.weight_edit, [Problem("", 0, (), sentence, "")] if is_meant else [], ())

    def restyle(self) -> None:
        """After a change of scheme or of the size of text."""
        for part in self.parts:
            part.restyle()
        self._row.updateGeometry()

    def _add_another(self) -> None:
        used = {part.scenario for part in self.parts}
        free = next((name for name in self._scenarios if name not in used), BEGIN[0][0])
        part = self._add(free, EVEN)
        part.combo.setFocus()
        self._tell()

    def _add(self, scenario: str, weight: str) -> MixPart:
        part = MixPart(self._made, scenario, weight, self._row)
        self._made += 1
        if self._scenarios:
            part.offer(self._scenarios)
        part.changed.connect(self._tell)
        part.dropWanted.connect(lambda: self._drop(part))
        self._flow.addWidget(part)
        self.parts.append(part)
        for one, other in itertools.pairwise(self.in_order()):
            QWidget.setTabOrder(one, other)
        part.show()
        self._show_whether_last()
        return part

    def _drop(self, part: MixPart) -> None:
        place = self.parts.index(part)
        self.parts.remove(part)
        self._flow.removeWidget(part)
        part.hide()
        part.deleteLater()
        self._show_whether_last()
        self.parts[min(place, len(self.parts) - 1)].combo.setFocus()
        self._tell()

    def _show_whether_last(self) -> None:
        for part in self.parts:
            part.drop_button.setEnabled(len(self.parts) > 1)

    def _tell(self) -> None:
        self._row.updateGeometry()
        self.changed.emit()
