"""The fleet page's first line: the filter, more chips, table or wall, and the table's columns."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from ui import icons
from ui.filter_edit import FilterEdit
from ui.segment_button import SegmentButton


class FleetHead(QHBoxLayout):
    """`viewPicked` comes with "table" or "wall"."""

    viewPicked = Signal(str)

    def __init__(self, filter_edit: FilterEdit, more_chips: QWidget, page: QWidget) -> None:
        super().__init__()
        self.columns_button = QToolButton(page)
        self.columns_button.setObjectName("fleetColumnsButton")
        self.columns_button.setText(self.tr("Columns"))
        self.columns_button.setAccessibleName(self.tr("Choose columns"))
        self.columns_button.setToolTip(self.tr("Choose columns"))
        self.columns_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.columns_button.setMinimumHeight(28)
        self._views = {
            "table": SegmentButton(self.tr("Table"), "fleetViewButton_table", page),
            "wall": SegmentButton(self.tr("Wall"), "fleetViewButton_wall", page),
        }
        choice = QHBoxLayout()
        choice.setSpacing(2)
        for view, button in self._views.items():
            choice.addWidget(button)
            button.clicked.connect(lambda _=False, view=view: self.viewPicked.emit(view))
        self.setSpacing(8)
        self.addWidget(filter_edit, 1)
        self.addWidget(more_chips)
        self.addLayout(choice)
        self.addWidget(self.columns_button)

    def show_view(self, view: str) -> None:
        """Mark the view that is shown; columns are the table's."""
        for name, button in self._views.items():
            button.setChecked(name == view)
        self.columns_button.setVisible(view == "table")

    def restyle(self) -> None:
        """After a change of scheme."""
        self.columns_button.setIcon(icons.icon("columns", size=18))
