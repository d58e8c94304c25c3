"""The first card of the connection page: where the things are connected, and how other clients get there."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ui.connection_words import other_clients
from ui.endpoint_connection import Connection


class HereCard(QGroupBox):
    """Shows a session's connection; its buttons ask the page for the rest."""

    localWanted = Signal()
    testWanted = Signal()
    copyWanted = Signal()  # into the fields for another endpoint
    thingsWanted = Signal()  # more of them

    def __init__(self, connection: Connection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("This session"))
        self._connection = connection
        self._place = QLabel(self)
        self._place.setObjectName("connPlaceLabel")
        self._place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._place.setWordWrap(True)
        self._others = QPlainTextEdit(self)
        self._others.setObjectName("connOthersText")
        self._others.setAccessibleName(self.tr("How other clients get there"))
        self._others.setReadOnly(True)
        self._others.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        copy = self._button("connCopyButton", self.tr("Copy"))
        copy.clicked.connect(lambda _=False: QGuiApplication.clipboard().setText(self._others.toPlainText()))
        test = self._button("connTestHereButton", self.tr("Test"))
        test.setToolTip(self.tr("Try the connection of this session, line by line"))
        test.clicked.connect(lambda _=False: self.testWanted.emit())
        duplicate = self._button("connDuplicateButton", self.tr("Duplicate"))
        duplicate.setToolTip(self.tr("Copy its addresses and files into the fields below"))
        duplicate.clicked.connect(lambda _=False: self.copyWanted.emit())
        add = self._button("connAddButton", self.tr("Add things…"))
        add.setToolTip(self.tr("Describe a fleet, and add its things or save it as a file"))
        add.clicked.connect(lambda _=False: self.thingsWanted.emit())
        self.local_button = self._button("connLocalButton", self.tr("Back to the local endpoint"))
        self.local_button.clicked.connect(lambda _=False: self.localWanted.emit())
        self.allow_box = QCheckBox(self.tr("Allow the control plane of AWS (jobs made here are real, and cost)"), self)
        self.allow_box.setObjectName("connAllowBox")
        self.allow_box.toggled.connect(self._allow)
        row = QHBoxLayout()
        row.addWidget(QLabel(self.tr("Other clients get there like this:"), self), 1)
        row.addWidget(copy)
        buttons = QHBoxLayout()
        for button in (test, duplicate, add, self.local_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addWidget(self._place)
        column.addWidget(self.allow_box)
        column.addLayout(row)
        column.addWidget(self._others)
        column.addLayout(buttons)
        connection.changed.connect(self.refresh)
        self.refresh()

    def _button(self, name: str, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        return button

    def refresh(self) -> None:
        """Show where the things are now."""
        connection = self._connection
        if connection.is_local:
            text = self.tr("The things are connected to the local endpoint of this program: MQTT %1, HTTP %2.")
        else:
            text = self.tr("The things are connected to another endpoint: MQTT %1, control plane %2.")
        none = self.tr("none")
        self._place.setText(text.replace("%1", connection.mqtt or none).replace("%2", connection.http or none))
        self._others.setPlainText(other_clients(connection.mqtt, connection.http, connection.credentials))
        lines = max(3, self._others.document().blockCount())
        self._others.setFixedHeight(self._others.fontMetrics().lineSpacing() * lines + 26)
        self.local_button.setVisible(not connection.is_local)
        self.allow_box.setVisible(connection.is_aws)
        self.allow_box.setChecked(connection.allow_control_plane)

    def _allow(self, on: bool) -> None:
        if self._connection.allow_control_plane != on:
            self._connection.allow_control_plane = on
            self._connection.changed.emit()
