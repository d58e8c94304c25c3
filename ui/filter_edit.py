"""The filter field: tells each new filter; a text that makes no sense is outlined and keeps the last good filter."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from ui import icons, theme
from ui.fleet_filter import Filter, FilterError, parse


class FilterEdit(QLineEdit):
    """Emits `filterChanged(Filter)` for each text that makes sense."""

    filterChanged = Signal(object)
    leaveWanted = Signal()  # Enter or Down: on to the table

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetFilterEdit")
        self.setAccessibleName(self.tr("Filter"))
        self.setPlaceholderText(self.tr("Filter: name, status:failed, fw<2.4, scenario:flaky*, v>3"))
        self.setClearButtonEnabled(True)
        self.setMinimumHeight(28)
        self._icon = QAction(self)
        self.addAction(self._icon, QLineEdit.ActionPosition.LeadingPosition)
        self.current = Filter()
        self.problem: FilterError | None = None
        self._help = self.tr(
            "Words match names; key:value, !=, <, >, * for any text, a comma for or, a leading - for not. "
            "Example: status:failed,timed_out scenario:flaky* v>3"
        )
        self.setToolTip(self._help)
        self.textChanged.connect(self._read)
        theme.current().changed.connect(self._restyle)
        for number, button in enumerate(self.findChildren(QToolButton)):
            button.setObjectName(f"fleetFilterButton_{number}")
            button.setAccessibleName(self.tr("Clear the filter") if number == 0 else self.tr("Filter"))
        self._restyle()

    def _restyle(self) -> None:
        self._icon.setIcon(icons.icon("filter", theme.current().tokens.secondary, 16))
        self.update()

    def _read(self, text: str) -> None:
        try:
            found = parse(text)
        except FilterError as problem:
            self.problem = problem
            self.setToolTip(str(problem))
            self.setAccessibleDescription(str(problem))
            self.update()
            return
        self.problem = None
        self.setToolTip(self._help)
        self.setAccessibleDescription("")
        self.current = found
        self.update()
        self.filterChanged.emit(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.leaveWanted.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.problem is not None:
            painter = QPainter(self)
            painter.setPen(QPen(theme.current().tokens.warning[0], 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
