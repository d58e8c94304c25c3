"""The row of commands in the detail pane. Each is one of the window's own commands; no rule lives here."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QCheckBox, QMenu, QPushButton, QSizePolicy, QWidget

from simulator.feed import ThingSnapshot
from ui import icons, theme
from ui.actions import none_works
from ui.fault_menu import line_menu, wrong_menu
from ui.flow_layout import FlowLayout
from ui.segment_button import NarrowButton

NEXT: Final = "act.fleet.next"
MANUAL: Final = "act.fleet.manual"
FORCES: Final = ("act.force.succeed", "act.force.fail", "act.force.reject", "act.force.stall")


class DetailControls(QWidget):
    """Says which command is wanted, by its id. What it would act on is the window's selection."""

    wanted = Signal(str)
    mistakeWanted = Signal(object)  # a Mistake

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detailControls")
        self._layout = FlowLayout(self, spacing=4)
        texts = {
            NEXT: (self.tr("Next step"), "detailNextButton"),
            FORCES[0]: (self.tr("Succeed"), "detailSucceedButton"),
            FORCES[1]: (self.tr("Fail…"), "detailFailButton"),
            FORCES[2]: (self.tr("Reject…"), "detailRejectButton"),
            FORCES[3]: (self.tr("Stall"), "detailStallButton"),
        }
        self.buttons: dict[str, QPushButton] = {}
        for command, (text, name) in texts.items():
            button = self.buttons[command] = NarrowButton(text, name, self)
            button.setIconSize(QSize(16, 16))
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            button.clicked.connect(self._tell(command))
            self._layout.addWidget(button)
        self.wrong_button = NarrowButton(self.tr("Send it wrong"), "detailWrongButton", self)
        self.wrong_button.setToolTip(self.tr("Send a mistake on purpose, and see what the service answers (V)"))
        self.wrong_button.setMenu(self._wrong_menu())
        self.wrong_button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._layout.addWidget(self.wrong_button)
        self.manual_check = QCheckBox(self.tr("Manual"), self)
        self.manual_check.setObjectName("detailManualCheck")
        self.manual_check.setToolTip(self.tr("In manual mode a thing waits before every step (M)"))
        self.manual_check.clicked.connect(self._tell(MANUAL))
        self._layout.addWidget(self.manual_check)
        theme.current().changed.connect(self.restyle)
        self.restyle()

    def _wrong_menu(self) -> QMenu:
        """Every mistake, and behind them every way to break the line."""
        menu = wrong_menu(self.mistakeWanted.emit, self)
        menu.setObjectName("detailWrongMenu")
        menu.addSeparator()
        broken = line_menu(self.mistakeWanted.emit, menu)
        broken.setObjectName("detailBreakMenu")
        menu.addMenu(broken)
        return menu

    def _tell(self, command: str) -> Callable[[], None]:
        return lambda: self.wanted.emit(command)

    def show_thing(self, snapshot: ThingSnapshot) -> None:
        """Let commands that would do nothing to this thing be off, and say why."""
        self.manual_check.setChecked(snapshot.manual)
        is_working = snapshot.status is not None and not snapshot.status.is_terminal
        why = "" if is_working else self.tr("There is no execution under way")
        for command in FORCES:
            self.buttons[command].setEnabled(is_working)
            self.buttons[command].setToolTip(why)
        self.buttons[NEXT].setEnabled(snapshot.manual)
        tip = self.tr("Do what is left of the step that is due, in its own time; once more hurries it (N)")
        self.buttons[NEXT].setToolTip(tip if snapshot.manual else self.tr("Only in manual mode"))

    def show_many(self, count: int, *, working: int, any_manual: bool, all_manual: bool) -> None:
        """So many things are selected, `working` have an execution under way: what does something to one of them is on.

        `any_manual` tells whether one of those that work waits for steps.
        """
        self.manual_check.setChecked(all_manual)
        why = "" if working else none_works(count)
        for button in self.buttons.values():
            button.setEnabled(working > 0)
            button.setToolTip(why)
        if working and not any_manual:
            self.buttons[NEXT].setEnabled(False)
            self.buttons[NEXT].setToolTip(self.tr("Only in manual mode"))

    def restyle(self) -> None:
        """After a change of scheme."""
        self.buttons[NEXT].setIcon(icons.icon("step", size=16))
        height = self.buttons[NEXT].sizeHint().height()  # with its icon it is the tallest
        for widget in (*self.buttons.values(), self.wrong_button, self.manual_check):
            widget.setMinimumHeight(height)
