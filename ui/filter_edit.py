"""The filter field: tells each new filter; a text that makes no sense is outlined and keeps the last good filter."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton, QWidget

from ui import icons, theme
from ui.filter_saved import SavedFilters, ask_to_save, fill_menu
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
        self.saved = SavedFilters(self)
        self._icon = QAction(self)
        self._more = QAction(self.tr("Saved filters"), self)
        self._more.setObjectName("act.filter.saved")
        self._more.triggered.connect(self._open_saved)
        self.addAction(self._icon, QLineEdit.ActionPosition.LeadingPosition)
        self.addAction(self._more, QLineEdit.ActionPosition.TrailingPosition)
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
            words = (self.tr("Clear the filter"), self.tr("Filter"), self.tr("Saved filters"))
            button.setAccessibleName(words[min(number, 2)])
        self._restyle()

    def _restyle(self) -> None:
        self._icon.setIcon(icons.icon("filter", theme.current().tokens.secondary, 16))
        self._more.setIcon(icons.icon("menu", theme.current().tokens.secondary, 16))
        self.update()

    def saved_menu(self) -> QMenu:
        """The saved filters; the menu deletes itself when closed."""
        menu = QMenu(self)
        menu.setObjectName("fleetSavedFiltersMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill_menu(menu, self.saved, self)
        return menu

    def _open_saved(self) -> None:
        menu = self.saved_menu()
        menu.popup(self.mapToGlobal(QPoint(self.width() - menu.sizeHint().width(), self.height())))

    def ask_to_save(self) -> None:
        """Ask for a name for this filter."""
        ask_to_save(self.saved, self)

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
