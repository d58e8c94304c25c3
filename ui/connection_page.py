"""The connection page: where the things are connected, how others get there, and a test of any other endpoint."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from simulator.transport.credentials import Credentials
from ui import icons, theme
from ui.connection_words import other_clients, step_word
from ui.pages import Page, PageContext

if TYPE_CHECKING:
    from simulator.connection_check import Line

STEPS: Final = ("address", "name", "tcp", "tls", "connect", "subscribe", "pending")
REMEMBERED: Final = ("mqtt", "http", "ca", "certificate", "key")  # addresses and paths, never what is in the files
TEST_THING: Final = "connection-test"
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


class ConnectionPage(Page):
    """Asks the session; knows no protocol."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setObjectName("connPage")
        self._context = context
        self._is_testing = False
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 14, 16, 8)
        column.setSpacing(14)
        column.addWidget(self._here())
        column.addWidget(self._elsewhere())
        self._recall()
        column.addStretch(1)
        area = QScrollArea(self)
        area.setObjectName("connArea")
        area.setAccessibleName(self.tr("Connection"))
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        context.session.connection.changed.connect(self._show_here)
        self._show_here()

    # --- where the things are -----------------------------------------------------------------------------------------

    def _here(self) -> QWidget:
        group = QGroupBox(self.tr("This session"))
        self._place = QLabel(group)
        self._place.setObjectName("connPlaceLabel")
        self._place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._place.setWordWrap(True)
        self._others = QPlainTextEdit(group)
        self._others.setObjectName("connOthersText")
        self._others.setAccessibleName(self.tr("How other clients get there"))
        self._others.setReadOnly(True)
        self._others.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._copy = QPushButton(self.tr("Copy"), group)
        self._copy.setObjectName("connCopyButton")
        self._copy.clicked.connect(lambda _=False: QGuiApplication.clipboard().setText(self._others.toPlainText()))
        self.local_button = QPushButton(self.tr("Back to the local endpoint"), group)
        self.local_button.setObjectName("connLocalButton")
        self.local_button.clicked.connect(lambda _=False: self._use("", "", Credentials()))
        self.allow_box = QCheckBox(self.tr("Allow the control plane of AWS (jobs made here are real, and cost)"), group)
        self.allow_box.setObjectName("connAllowBox")
        self.allow_box.toggled.connect(self._allow)
        title = QLabel(self.tr("Other clients get there like this:"), group)
        row = QHBoxLayout()
        row.addWidget(title, 1)
        row.addWidget(self._copy)
        column = QVBoxLayout(group)
        column.setSpacing(8)
        column.addWidget(self._place)
        column.addWidget(self.allow_box)
        column.addLayout(row)
        column.addWidget(self._others)
        column.addWidget(self.local_button, 0, Qt.AlignmentFlag.AlignLeft)
        return group

    def _show_here(self) -> None:
        session = self._context.session
        if session.connection.is_local:
            text = self.tr("The things are connected to the local endpoint of this program: MQTT %1, HTTP %2.")
        else:
            text = self.tr("The things are connected to another endpoint: MQTT %1, control plane %2.")
        none = self.tr("none")
        self._place.setText(
            text.replace("%1", session.connection.mqtt or none).replace("%2", session.connection.http or none)
        )
        self._others.setPlainText(other_clients(session.connection.mqtt, session.connection.http))
        lines = max(3, self._others.document().blockCount())
        self._others.setFixedHeight(self._others.fontMetrics().lineSpacing() * lines + 26)
        self.local_button.setVisible(not session.connection.is_local)
        self.allow_box.setVisible(session.connection.is_aws)
        self.allow_box.setChecked(session.connection.allow_control_plane)

    def _allow(self, on: bool) -> None:
        session = self._context.session
        if session.connection.allow_control_plane != on:
            session.connection.allow_control_plane = on
            session.connection.changed.emit()

    # --- another endpoint ---------------------------------------------------------------------------------------------

    def _elsewhere(self) -> QWidget:
        group = QGroupBox(self.tr("Another endpoint: a broker, AWS IoT Core, or this program elsewhere"))
        self.mqtt_edit = self._edit("connMqttEdit", "mqtts://….iot.eu-west-1.amazonaws.com:8883")
        self.http_edit = self._edit(
            "connHttpEdit", self.tr("URL of the control plane, if jobs are to be made from here")
        )
        self.ca_edit = self._edit("connCaEdit", self.tr("path; without it, what the system trusts"))
        self.certificate_edit = self._edit("connCertEdit", self.tr("path; {thing} stands for the thing's name"))
        self.key_edit = self._edit("connKeyEdit", self.tr("path; read when a thing connects, never copied"))
        self.thing_edit = self._edit("connThingEdit", TEST_THING)
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        for title, edit in (
            (self.tr("MQTT address"), self.mqtt_edit),
            (self.tr("HTTP"), self.http_edit),
            (self.tr("CA"), self.ca_edit),
            (self.tr("Certificate"), self.certificate_edit),
            (self.tr("Key"), self.key_edit),
            (self.tr("Test as thing"), self.thing_edit),
        ):
            form.addRow(title, edit)
        self.test_button = QPushButton(self.tr("Test connection"), group)
        self.test_button.setObjectName("connTestButton")
        self.test_button.clicked.connect(lambda _=False: self.test())
        self.use_button = QPushButton(self.tr("Use it"), group)
        self.use_button.setObjectName("connUseButton")
        self.use_button.setToolTip(self.tr("Stop the things and connect them there"))
        self.use_button.clicked.connect(lambda _=False: self._use_given())
        self.mqtt_edit.textChanged.connect(self._offer)
        self.mqtt_edit.returnPressed.connect(self.test)
        buttons = QHBoxLayout()
        buttons.addWidget(self.test_button)
        buttons.addWidget(self.use_button)
        buttons.addStretch(1)
        self.rows = {step: StepRow(step, group) for step in STEPS}
        column = QVBoxLayout(group)
        column.setSpacing(8)
        column.addLayout(form)
        column.addLayout(buttons)
        for row in self.rows.values():
            column.addWidget(row)
        self._offer()
        return group

    def _edit(self, name: str, hint: str) -> QLineEdit:
        edit = QLineEdit(self)
        edit.setObjectName(name)
        edit.setPlaceholderText(hint)
        edit.setClearButtonEnabled(True)
        return edit

    def look_at(self, what: str) -> None:
        """Show what an outage is about: test the session's address for its certificate, or ask who the things are."""
        session = self._context.session
        if self.mqtt_edit.text().strip() != session.connection.mqtt:
            edits = self._edits()
            for name, text in _texts(
                session.connection.mqtt, session.connection.http, session.connection.credentials
            ).items():
                edits[name].setText(text)
        if what == "certificate":
            self.test_button.setFocus()
            self.test()
        else:
            self.certificate_edit.setFocus()
            self.certificate_edit.selectAll()

    def _offer(self) -> None:
        there = bool(self.mqtt_edit.text().strip())
        self.test_button.setEnabled(there and not self._is_testing)
        self.use_button.setEnabled(there and not self._is_testing)

    def credentials(self) -> Credentials:
        """The files that are named."""
        return Credentials(
            ca=self.ca_edit.text().strip(),
            certificate=self.certificate_edit.text().strip(),
            key=self.key_edit.text().strip(),
        )

    def test(self) -> None:
        """Try the address line by line."""
        if self.mqtt_edit.text().strip() and not self._is_testing:
            self._is_testing = True
            self._offer()
            for row in self.rows.values():
                row.clear()
            self._context.tasks.start(self._test(), "connection test")

    async def _test(self) -> None:
        from simulator.connection_check import check_connection

        thing = self.thing_edit.text().strip() or TEST_THING
        try:
            async for line in check_connection(self.mqtt_edit.text().strip(), thing, self.credentials()):
                self.rows[line.step.value].show_line(line)
        finally:
            self._is_testing = False
            self._offer()

    def _use_given(self) -> None:
        self._use(self.mqtt_edit.text().strip(), self.http_edit.text().strip(), self.credentials())

    def _use(self, mqtt: str, http: str, credentials: Credentials) -> None:
        self._context.tasks.start(self._use_and_remember(mqtt, http, credentials), "connection")

    async def _use_and_remember(self, mqtt: str, http: str, credentials: Credentials) -> None:
        """An address that is taken is remembered; one that is refused may have a password in it, and is not."""
        session, keep = self._context.session, self._context.settings.setValue
        if await session.use(mqtt, http, credentials) and mqtt:
            for name, text in _texts(mqtt, http, credentials).items():
                keep(f"connection/{name}", text)

    def _recall(self) -> None:
        """The endpoint that was used last, to be used again by a click."""
        for name, edit in self._edits().items():
            edit.setText(str(self._context.settings.value(f"connection/{name}", "")))

    def _edits(self) -> dict[str, QLineEdit]:
        """The fields that make up an endpoint, by the names under which they are remembered."""
        edits = (self.mqtt_edit, self.http_edit, self.ca_edit, self.certificate_edit, self.key_edit)
        return dict(zip(REMEMBERED, edits, strict=True))


def _texts(mqtt: str, http: str, credentials: Credentials) -> dict[str, str]:
    """What stands in those fields for an endpoint."""
    texts = (mqtt, http, credentials.ca, credentials.certificate, credentials.key)
    return dict(zip(REMEMBERED, texts, strict=True))
