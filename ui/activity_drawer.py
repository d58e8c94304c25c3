"""The drawer under the page: what was told, with a filter and a copy button. Closed by default; `Ctrl+J`."""

from typing import Final

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QTableView, QVBoxLayout, QWidget

from ui import theme
from ui.activity_log import ActivityLog
from ui.segment_button import NarrowButton
from ui.table_rows import prepare_rows

HEIGHT: Final = 190
ROW_HEIGHT: Final = 24


class ActivityDrawer(QFrame):
    """Keeps its log while it is closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("activityDrawer")
        self.log = ActivityLog()
        self.log.setParent(self)
        self.filter_edit = QLineEdit(self)
        self.filter_edit.setObjectName("activityFilterEdit")
        self.filter_edit.setPlaceholderText(self.tr("Filter, such as: error connection"))
        self.filter_edit.setAccessibleName(self.tr("Filter what was told"))
        self.filter_edit.setClearButtonEnabled(True)
        self.filter_edit.textChanged.connect(self.log.set_filter)
        self.copy_button = NarrowButton(self.tr("Copy"), "activityCopyButton", self)
        self.copy_button.setAccessibleName(self.tr("Copy the selected lines, or all"))
        self.copy_button.setToolTip(self.tr("Copy the selected lines, or all"))
        self.copy_button.clicked.connect(self.copy)
        self.table = QTableView(self)
        self.table.setObjectName("activityTable")
        self.table.setAccessibleName(self.tr("What was told"))
        self.table.setModel(self.log)
        prepare_rows(self.table, ROW_HEIGHT)
        header = self.table.horizontalHeader()
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        top = QHBoxLayout()
        top.addWidget(QLabel(self.tr("Activity"), self))
        top.addWidget(self.filter_edit, 1)
        top.addWidget(self.copy_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addWidget(self.table)
        theme.current().changed.connect(self.restyle)
        self.restyle()
        self.hide()

    def toggle(self) -> None:
        """Open it, its filter ready to be typed into; or close it."""
        self.setVisible(not self.isVisible())
        if self.isVisible():
            self.filter_edit.setFocus()

    def copy(self) -> None:
        """The selected lines, or all that are shown, tab-separated."""
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        QGuiApplication.clipboard().setText("\n".join(self.log.lines(rows or None)))

    def restyle(self) -> None:
        """After a change of scheme or of the size of text."""
        self.setFixedHeight(theme.px(HEIGHT))
        digit = self.fontMetrics().horizontalAdvance("0")
        self.table.setColumnWidth(0, digit * 11)
        self.table.setColumnWidth(1, digit * 11)
