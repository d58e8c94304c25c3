"""The left of the scenarios page: the list, a filter over it, and what can be done with the list."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from ui import icons, theme
from ui.empty_state import EmptyState
from ui.scenario_list import ScenarioList
from ui.segment_button import NarrowButton


class ScenarioListPane(QWidget):
    """`wanted` comes with what is to be done with the chosen one: new, duplicate, rename, delete, saveAs, give."""

    wanted = Signal(str)
    filtered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scenarioListPane")
        self.filter_edit = QLineEdit(self)
        self.filter_edit.setObjectName("scenarioFilterEdit")
        self.filter_edit.setAccessibleName(self.tr("Filter scenarios"))
        self.filter_edit.setPlaceholderText(self.tr("Filter"))
        self.filter_edit.setClearButtonEnabled(True)
        self.filter_edit.setMinimumHeight(28)
        self._filter_icon = QAction(self)
        self.filter_edit.addAction(self._filter_icon, QLineEdit.ActionPosition.LeadingPosition)
        self.list = ScenarioList(self)
        self.empty = EmptyState(self.list.viewport())
        self.empty.setObjectName("scenarioEmptyState")
        self.why_off: dict[str, str] = {}  # why something cannot be done with the chosen one
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        self.buttons: dict[str, QPushButton] = {}
        for what, name, text in (
            ("new", "scenarioNewButton", self.tr("New")),
            ("duplicate", "scenarioDuplicateButton", self.tr("Duplicate")),
            ("", "scenarioMoreButton", self.tr("More")),
        ):
            button = NarrowButton(text, name, self)
            buttons.addWidget(button)
            self.buttons[what] = button
            if what:
                button.clicked.connect(lambda _=False, what=what: self.wanted.emit(what))
        self.buttons[""].clicked.connect(self._open_more)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 4, 8)
        layout.setSpacing(6)
        layout.addWidget(self.filter_edit)
        layout.addWidget(self.list, 1)
        layout.addLayout(buttons)
        self.filter_edit.textChanged.connect(self.filtered)
        self.list.deleteWanted.connect(lambda: self.wanted.emit("delete"))
        self.list.renameWanted.connect(lambda: self.wanted.emit("rename"))
        self.list.menuWanted.connect(lambda at: self.menu().popup(at))
        theme.current().changed.connect(self.restyle)
        self.restyle()

    def menu(self) -> QMenu:
        """What can be done with the chosen one; the menu deletes itself when closed."""
        menu = QMenu(self)
        menu.setObjectName("scenarioMenuMore")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for what, text in (
            ("apply", self.tr("Apply")),
            ("give", self.tr("Give to things")),
            ("", ""),
            ("duplicate", self.tr("Duplicate")),
            ("rename", self.tr("Rename")),
            ("saveAs", self.tr("Save to file…")),
            ("revert", self.tr("Back to what was saved")),
            ("", ""),
            ("delete", self.tr("Delete")),
        ):
            if not what:
                menu.addSeparator()
                continue
            action = QAction(text, menu)
            action.setObjectName(f"act.scenarioList.{what}")
            action.triggered.connect(lambda _=False, what=what: self.wanted.emit(what))
            if why := self.why_off.get(what, ""):
                action.setEnabled(False)
                action.setToolTip(why)
            menu.addAction(action)
        return menu

    def _open_more(self) -> None:
        button = self.buttons[""]
        menu = self.menu()
        menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def show_empty(self, is_empty: bool, wanted: str) -> None:
        """Say that nothing fits the filter, or nothing."""
        if is_empty:
            clear = [("scenarioEmptyClear", self.tr("Clear filter"), self.filter_edit.clear)]
            self.empty.say(self.tr("No scenario matches “%1”.").replace("%1", wanted), clear)
        else:
            self.empty.hide()

    def restyle(self) -> None:
        """After a change of scheme."""
        self._filter_icon.setIcon(icons.icon("filter", theme.current().tokens.secondary, 16))
