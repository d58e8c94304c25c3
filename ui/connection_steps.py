"""The lines of a connection test: what was tried, how long it took, and what is wrong with its mend."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from ui import icons, theme
from ui.connection_words import step_word

if TYPE_CHECKING:
    from simulator.connection_check import Line

STEPS: Final = ("address", "name", "tcp", "tls", "connect", "subscribe", "pending")
SIDE: Final = 18


class StepRow(QWidget):
    """One line of the test: its mark, what was tried, how long it took, and what is wrong with its mend."""

    def __init__(self, step: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"connStep_{step}")
        self._step = step
        self.state = ""
        self._mark = QLabel(self)
        self._mark.setFixedSize(SIDE, SIDE)
        self._title = QLabel(step_word(step), self)
        self._time = QLabel(self)
        self._time.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._detail = QLabel(self)
        self._detail.setObjectName(f"connStep_{step}_detail")
        self._detail.setWordWrap(True)
        self._detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setHorizontalSpacing(10)
        grid.addWidget(self._mark, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._title, 0, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._time, 0, 2, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._detail, 0, 3)
        grid.setColumnMinimumWidth(1, 190)
        grid.setColumnMinimumWidth(2, 70)
        grid.setColumnStretch(3, 1)
        theme.current().changed.connect(self.restyle)
        self.restyle()

    def clear(self) -> None:
        """Not tried yet."""
        self.state = ""
        self._time.setText("")
        self._detail.setText("")
        self.restyle()

    def show_line(self, line: "Line") -> None:
        """How it came out."""
        self.state = line.state.value
        self._time.setText(self.tr("%1 ms").replace("%1", f"{line.seconds * 1000:.0f}") if line.seconds else "")
        if line.cause:
            self._detail.setText(self.tr("%1 — %2").replace("%1", line.cause).replace("%2", line.mend))
        else:
            self._detail.setText(self.tr("skipped") if self.state == "skipped" else line.detail)
        self.setAccessibleName(f"{self._title.text()}: {self.state} {self._detail.text()}")
        self.restyle()

    def text(self) -> str:
        """The line as it can be copied."""
        parts = (self.state, self._title.text(), self._time.text(), self._detail.text())
        return "  ".join(part for part in parts if part)

    def restyle(self) -> None:
        """After a change of state or scheme."""
        tokens = theme.current().tokens
        name, colour = {
            "ok": ("success", tokens.success[0]),
            "failed": ("error", tokens.error[0]),
        }.get(self.state, ("", tokens.secondary))
        if name:
            self._mark.setPixmap(icons.pixmap(name, colour, SIDE, self.devicePixelRatioF()))
        else:
            self._mark.clear()
        for label, ink in (
            (self._title, tokens.text if self.state in ("ok", "failed") else tokens.secondary),
            (self._time, tokens.secondary),
            (self._detail, tokens.error[0] if self.state == "failed" else tokens.secondary),
        ):
            palette = label.palette()
            palette.setColor(QPalette.ColorRole.WindowText, ink)
            label.setPalette(palette)


class StepList(QWidget):
    """All lines, in the order in which they are tried."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = {step: StepRow(step, self) for step in STEPS}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for row in self.rows.values():
            column.addWidget(row)

    def clear(self) -> None:
        """Nothing has been tried yet."""
        for row in self.rows.values():
            row.clear()

    def text(self) -> str:
        """What stands there, for a report of the trouble."""
        return "\n".join(row.text() for row in self.rows.values() if row.state)
