"""The middle of the scenarios page: one scenario as form or text, what is wrong in it, and the buttons that use it."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from simulator.scenario.problems import Problem
from ui import theme
from ui.numbers import counted
from ui.scenario_draft import ScenarioDraft
from ui.scenario_form import ScenarioForm
from ui.scenario_problems import ScenarioProblems
from ui.scenario_strip import ScenarioStrips
from ui.scenario_text import ScenarioText
from ui.segment_button import NarrowButton, SegmentButton

FORM, TEXT = 0, 1
LEAST_WIDTH: Final = 340


class ScenarioEditor(QWidget):
    """Shows a draft and what was found in it; what is done with it is asked for by signals."""

    applyWanted = Signal()
    giveWanted = Signal()
    viewChanged = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scenarioEditor")
        self.setMinimumWidth(LEAST_WIDTH)
        self.draft: ScenarioDraft | None = None
        self._make()
        self._lay_out()
        self.problems.chosen.connect(self.go_to)
        self.form.textWanted.connect(self.show_line)
        self.views_group.idClicked.connect(self.show_view)
        self.apply_button.clicked.connect(self.applyWanted)
        self.give_button.clicked.connect(self.giveWanted)
        theme.current().changed.connect(self.restyle)
        self.restyle()

    def _make(self) -> None:
        self.title = QLabel(self)
        self.title.setObjectName("scenarioTitle")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.state = QLabel(self)
        self.state.setObjectName("scenarioState")
        self.form_button = SegmentButton(self.tr("Form"), "scenarioFormButton", self)
        self.text_button = SegmentButton(self.tr("Text"), "scenarioTextButton", self)
        self.views_group = QButtonGroup(self)
        self.views_group.addButton(self.form_button, FORM)
        self.views_group.addButton(self.text_button, TEXT)
        self.strips = ScenarioStrips(self)
        self.form = ScenarioForm(self)
        self.text = ScenarioText(self)
        self.views = QStackedWidget(self)
        self.views.setObjectName("scenarioViews")
        self.views.addWidget(self.form)
        self.views.addWidget(self.text)
        self.problems = ScenarioProblems(self)
        self.why = QLabel(self)
        self.why.setObjectName("scenarioWhyLabel")
        self.why.setWordWrap(True)
        self.why.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.now_check = QCheckBox(self.tr("Executions under way too"), self)
        self.now_check.setObjectName("scenarioNowCheck")
        self.now_check.setAccessibleName(self.now_check.text())
        self.now_check.setChecked(True)
        self.now_check.setToolTip(
            self.tr("On: they go on with it from their next step. Off: they end as they began, the next one has it.")
        )
        self.give_button: QPushButton = NarrowButton("", "scenarioGiveButton", self)
        self.apply_button = QPushButton(self.tr("Apply"), self)
        self.apply_button.setObjectName("scenarioApplyButton")
        self.apply_button.setAccessibleName(self.tr("Apply"))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.title, 1)
        top.addWidget(self.state)
        top.addSpacing(8)
        top.addWidget(self.form_button)
        top.addWidget(self.text_button)
        bottom = QHBoxLayout()
        bottom.setSpacing(8)
        bottom.addWidget(self.now_check)
        bottom.addStretch(1)
        bottom.addWidget(self.give_button)
        bottom.addWidget(self.apply_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addWidget(self.strips)
        layout.addWidget(self.views, 1)
        layout.addWidget(self.problems)
        layout.addWidget(self.why)
        layout.addLayout(bottom)

    def show_draft(self, draft: ScenarioDraft | None) -> None:
        """Show this one from now on."""
        self.draft = draft
        self.text.show_draft(draft)
        self.form.show_draft(draft)
        self.problems.show_problems(())
        self.show_view(self.views.currentIndex())

    def show_view(self, place: int) -> None:
        """FORM or TEXT."""
        self.form.typing.flush()
        self.views.setCurrentIndex(place)
        if (button := self.views_group.button(place)) is not None:
            button.setChecked(True)
        self.viewChanged.emit(place)

    def show_line(self, line: int) -> None:
        """The text, at this line."""
        self.show_view(TEXT)
        self.text.go_to_line(line)

    @property
    def is_text(self) -> bool:
        """Whether the text is shown, and not the form."""
        return self.views.currentIndex() == TEXT

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Mark these at their fields and lines."""
        self.text.show_problems(problems)
        self.form.show_problems(problems)
        self.problems.show_problems(problems)

    def go_to(self, problem: object) -> None:
        """To the field of a problem, or to its line where the form has no field for it."""
        if not isinstance(problem, Problem):
            return
        if self.is_text or not self.form.go_to(problem.path):
            self.show_line(problem.line)

    def say(self, why: str, count: int, *, can_apply: bool) -> None:
        """Why Apply is off, or what it would do to `count` things."""
        self.apply_button.setEnabled(can_apply)
        self.why.setText(why)
        self.why.setVisible(bool(why))
        things = counted(count, self.tr("1 thing has it"), self.tr("%n things have it"))
        tip = why or self.tr("Save it and let things go by it. %1 · Ctrl+Return").replace("%1", f"{things}.")
        self.apply_button.setToolTip(tip)
        self.apply_button.setAccessibleDescription(tip)

    def restyle(self) -> None:
        """After a change of scheme or of the size of text."""
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(self.font().pointSizeF() * 1.2)
        self.title.setFont(font)
        for label in (self.state, self.why):
            theme.tint(label, theme.current().tokens.secondary)
