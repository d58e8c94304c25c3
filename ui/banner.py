"""Banners: what went wrong (or well) in a sentence, with the button that mends it. Never a dialog that blocks.

At most three are shown, the newest first; equal kinds collapse into one with a count.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui import icons, theme
from ui.letter_menu import LetterMenu
from ui.numbers import grouped

MOST_SHOWN: Final = 3
MOST_KEPT: Final = 20


class Severity(StrEnum):
    """How bad it is. Info and success go away by themselves."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    SUCCESS = "success"


STAYS_MS: Final = {Severity.INFO: 8000, Severity.SUCCESS: 5000}
EARLY_SECONDS: Final = 0.5  # Qt's coarse timers come up to a twentieth early


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What a banner says. `kind` collapses and withdraws; `fix` is the button's text and what it does.

    `show` shows the things it is about, and the banner stays. `details` is more than a sentence (never shown, copied
    by a button). What `is_passing` is kept in no log.
    """

    kind: str
    severity: Severity
    sentence: str
    fix_text: str = ""
    fix: Callable[[], None] | None = None
    show: Callable[[], None] | None = None
    details: str = ""
    is_passing: bool = False


class Banner(QFrame):
    """One banner."""

    dismissed = Signal(str)
    closedByHand = Signal(str)  # a person does not want it; `dismissed` comes after it

    def __init__(self, problem: Problem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"banner_{problem.kind}")
        self.problem = problem
        self.times = 1
        self._picture = QLabel(self)
        self._label = QLabel(self)
        self._label.setObjectName(f"banner_{problem.kind}_label")
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)  # a name in it may look like HTML
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._label.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # the banner has one
        self.fix_button = QPushButton(self)
        self.fix_button.setObjectName(f"banner_{problem.kind}_fix")
        self.fix_button.clicked.connect(self._mend)
        self.show_button = QPushButton(self.tr("Show things"), self)
        self.show_button.setObjectName(f"banner_{problem.kind}_show")
        self.show_button.setAccessibleName(self.show_button.text())
        self.show_button.clicked.connect(self._show_things)
        self.copy_button = QPushButton(self.tr("Copy details"), self)
        self.copy_button.setObjectName(f"banner_{problem.kind}_copy")
        self.copy_button.setAccessibleName(self.copy_button.text())
        self.copy_button.clicked.connect(self._copy)
        self.close_button = QToolButton(self)
        self.close_button.setObjectName(f"banner_{problem.kind}_dismiss")
        self.close_button.setAutoRaise(True)
        self.close_button.setIconSize(QSize(16, 16))
        self.close_button.setToolTip(self.tr("Dismiss"))
        self.close_button.setAccessibleName(self.tr("Dismiss"))
        self.close_button.clicked.connect(self._close_by_hand)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 5, 6, 5)
        layout.setSpacing(8)
        layout.addWidget(self._picture)
        layout.addWidget(self._label, 1)
        for button in (self.fix_button, self.show_button, self.copy_button, self.close_button):
            layout.addWidget(button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.expire)
        theme.current().changed.connect(self.restyle)
        self.show_problem(problem)

    def show_problem(self, problem: Problem, times: int = 1) -> None:
        """Say this; `times` above one is counted in the sentence."""
        restyle = problem.severity is not self.problem.severity or not self.accessibleName()
        self.problem, self.times = problem, times
        text = problem.sentence
        if times > 1:
            text = self.tr("%1 (%2 times)").replace("%1", text).replace("%2", grouped(times))
        self._label.setText(text)
        self.setAccessibleName(text)
        self.fix_button.setText(problem.fix_text)
        self.fix_button.setAccessibleName(problem.fix_text)
        self.fix_button.setVisible(problem.fix is not None)
        self.show_button.setVisible(problem.show is not None)
        self.copy_button.setVisible(bool(problem.details))
        self._timer.stop()
        self._until = math.inf
        if problem.severity in STAYS_MS:
            self._until = monotonic() + STAYS_MS[problem.severity] / 1000
            self._timer.start(STAYS_MS[problem.severity])
        if restyle:
            self.restyle()

    def restyle(self) -> None:
        """After a change of scheme."""
        text, fill = getattr(theme.current().tokens, self.problem.severity)
        palette = self.palette()
        palette.setColor(self.foregroundRole(), text)
        self._label.setPalette(palette)
        self._fill = fill
        self._picture.setPixmap(icons.pixmap(self.problem.severity, text, 20, self.devicePixelRatioF()))
        self.close_button.setIcon(icons.icon("close", text, 16))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._fill)
        painter.drawRoundedRect(self.rect(), 4, 4)

    def expire(self) -> None:
        """Go, if it has been there for as long as its kind stays."""
        left = self._until - monotonic()
        if left <= EARLY_SECONDS:
            self._dismiss()
        elif left < math.inf:
            self._timer.start(math.ceil(left * 1000))

    def _mend(self) -> None:
        fix = self.problem.fix
        self._dismiss()
        if fix is not None:
            fix()

    def _show_things(self) -> None:
        if self.problem.show is not None:
            self.problem.show()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(f"{self.problem.sentence}\n{self.problem.details}".strip())

    def menu(self) -> QMenu:
        """What can be done with it; the menu deletes itself when closed."""
        menu = LetterMenu(self)
        menu.setObjectName("bannerMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Copy"), self._copy).setObjectName("act.banner.copy")
        menu.addAction(self.tr("Dismiss"), self._close_by_hand).setObjectName("act.banner.dismiss")
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu().popup(event.globalPos())

    def _close_by_hand(self) -> None:
        self.closedByHand.emit(self.problem.kind)
        self._dismiss()

    def _dismiss(self) -> None:
        self._timer.stop()
        self.dismissed.emit(self.problem.kind)


class BannerStack(QWidget):
    """The banners under the table. Those beyond three wait behind the newer ones."""

    closedByHand = Signal(str)  # a kind that a person took away without its fix
    spoken = Signal(object)  # each Problem that is told, also one that is only counted

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("mainBanners")
        self._banners: list[Banner] = []  # newest first
        self.only_errors = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self.hide()

    def kinds(self) -> list[str]:
        """What is being told, newest first."""
        return [banner.problem.kind for banner in self._banners]

    def tell(self, problem: Problem) -> None:
        """Show a problem, or count it into the banner of its kind."""
        if not problem.is_passing:
            self.spoken.emit(problem)
        for banner in self._banners:
            if banner.problem.kind == problem.kind:
                again = banner.problem.sentence == problem.sentence
                banner.show_problem(problem, banner.times + 1 if again else 1)
                return
        banner = Banner(problem, self)
        banner.dismissed.connect(self.withdraw)
        banner.closedByHand.connect(self.closedByHand)
        self._banners.insert(0, banner)
        self._layout.insertWidget(0, banner)
        for oldest in self._banners[MOST_KEPT:]:
            self.withdraw(oldest.problem.kind)
        self._arrange()

    def withdraw(self, kind: str) -> None:
        """Take a kind away: it was dismissed, or is no longer true."""
        for banner in [banner for banner in self._banners if banner.problem.kind == kind]:
            self._banners.remove(banner)
            self._layout.removeWidget(banner)
            banner.hide()
            banner.deleteLater()
        self._arrange()

    def expire(self) -> None:
        """Let those go that have been there long enough; each has a timer for that, unless time is held."""
        for banner in list(self._banners):
            banner.expire()

    def show_only_errors(self, on: bool) -> None:
        """Before an audience nothing but errors is shown; the rest waits."""
        self.only_errors = on
        self._arrange()

    def _arrange(self) -> None:
        wanted = [each for each in self._banners if not self.only_errors or each.problem.severity is Severity.ERROR]
        for banner in self._banners:
            banner.setVisible(banner in wanted[:MOST_SHOWN])
        self.setVisible(bool(wanted))
