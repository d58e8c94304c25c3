"""The connection page: where the things are connected, how others get there, and a test of any other endpoint."""

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from simulator.aws_account import control_plane_of
from simulator.errors import InputError
from simulator.transport.address import parse_address
from simulator.transport.credentials import Credentials
from ui import theme
from ui.connection_aws import AwsPart
from ui.connection_files import CertificateFiles
from ui.connection_here import HereCard
from ui.connection_login import Login
from ui.connection_steps import StepList
from ui.pages import Page, PageContext

TEST_THING: Final = "connection-test"


class ConnectionPage(Page):
    """Asks the session; knows no protocol."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setObjectName("connPage")
        self._context = context
        self._is_testing = False
        self.steps = StepList()
        self.rows = self.steps.rows
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 14, 16, 8)
        column.setSpacing(14)
        self.here = HereCard(context.session.connection)
        self.here.localWanted.connect(lambda: self._use("", "", Credentials()))
        self.here.copyWanted.connect(self._duplicate)
        self.here.testWanted.connect(lambda: self.look_at("certificate"))
        self.here.thingsWanted.connect(lambda: context.run_action("act.fleet.add"))
        column.addWidget(self.here)
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

    def page_shown(self) -> None:
        self.aws.show_address()
        self.files.look()
        self.login.look_up()

    # --- another endpoint ---------------------------------------------------------------------------------------------

    def _elsewhere(self) -> QWidget:
        group = QGroupBox(self.tr("Another endpoint: a broker, AWS IoT Core, or this program elsewhere"))
        context, things = self._context, self._context.session.things
        self.mqtt_edit = self._edit("connMqttEdit", "mqtts://….iot.eu-west-1.amazonaws.com:8883")
        self.http_edit = self._edit("connHttpEdit", "")
        self.thing_edit = self._edit("connThingEdit", TEST_THING)
        self.files = CertificateFiles(things.names, context.tasks, group)
        self.login = Login(context.keyring, self._place, context.tasks, context.tell, group)
        self.aws = AwsPart(self.mqtt_edit, lambda: len(things.names()), lambda: things.ramp, group)
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(14)
        for title, field in (
            (self.tr("MQTT address"), self.mqtt_edit),
            ("", self.aws.port_box),
            (self.tr("HTTP"), self.http_edit),
            (self.tr("AWS profile"), self.aws.profile_edit),
            (self.tr("User name"), self.login.user_edit),
            (self.tr("Password"), self.login.password_edit),
            ("", self.login.keep_box),
            (self.tr("CA"), self.files.ca_edit),
            (self.tr("Certificate"), self.files.certificate_row),
            (self.tr("Key"), self.files.key_edit),
            (self.tr("Test as thing"), self.thing_edit),
        ):
            self.form.addRow(title, field)
        self.test_button = self._button(group, "connTestButton", self.tr("Test connection"))
        self.test_button.clicked.connect(lambda _=False: self.test())
        self.use_button = self._button(group, "connUseButton", self.tr("Use it"))
        self.use_button.setToolTip(self.tr("Stop the things and connect them there"))
        self.use_button.clicked.connect(lambda _=False: self._use_given())
        self.details_button = self._button(group, "connDetailsButton", self.tr("Copy details"))
        self.details_button.setToolTip(self.tr("Copy what the test found"))
        self.details_button.clicked.connect(lambda _=False: QGuiApplication.clipboard().setText(self.steps.text()))
        self.mqtt_edit.textChanged.connect(self._address_changed)
        self.login.user_edit.textChanged.connect(self._show_rows)
        self.files.noted.connect(self._show_rows)
        self.login.found.connect(self._show_rows)
        theme.current().changed.connect(self._restyle)
        self._restyle()
        self.mqtt_edit.returnPressed.connect(self.test)
        for edit in (self.mqtt_edit, self.login.user_edit):
            edit.editingFinished.connect(self.login.look_up)
        buttons = QHBoxLayout()
        for button in (self.test_button, self.use_button, self.details_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(group)
        column.setSpacing(8)
        column.addLayout(self.form)
        for note in (self.files.note, self.files.warning, self.login.warning, self.aws.notice):
            column.addWidget(note)
        column.addLayout(buttons)
        column.addWidget(self.steps)
        self._address_changed()
        return group

    def _edit(self, name: str, hint: str) -> QLineEdit:
        edit = QLineEdit(self)
        edit.setObjectName(name)
        edit.setPlaceholderText(hint)
        edit.setClearButtonEnabled(True)
        return edit

    def _button(self, parent: QWidget, name: str, text: str) -> QPushButton:
        button = QPushButton(text, parent)
        button.setObjectName(name)
        return button

    def _address_changed(self) -> None:
        """Show what goes with the address, and let go of what went with another."""
        url = control_plane_of(self.mqtt_edit.text().strip())
        asked = self.tr("URL of the control plane, if jobs are to be made from here")
        self.http_edit.setPlaceholderText(f"{asked}: {url}" if url else asked)
        self.aws.show_address()
        self.login.let_go()
        self._show_rows()
        self._offer()

    def _show_rows(self) -> None:
        """Show the rows that have something to ask or to say."""
        for field in (self.aws.port_box, self.aws.profile_edit):
            self.form.setRowVisible(field, self.aws.is_meant)
        self.aws.notice.setVisible(self.aws.is_meant)
        for label in (self.files.note, self.files.warning):
            label.setVisible(bool(label.text()))
        self.login.warning.setVisible(bool(self.login.user) and self._is_in_the_clear())
        self.form.setRowVisible(self.login.keep_box, self.login.has_keyring)

    def _is_in_the_clear(self) -> bool:
        """Whether others on the network could read what is sent to the address."""
        try:
            address = parse_address(self.mqtt_edit.text().strip())
        except InputError:
            return False
        return not address.tls and not is_loopback(address.host)

    def _restyle(self) -> None:
        theme.tint(self.login.warning, theme.current().tokens.warning[0])

    def _place(self) -> str:
        """The address as the keyring knows it: always written alike, and without anything secret."""
        try:
            return str(parse_address(self.mqtt_edit.text().strip()))
        except InputError:
            return ""

    def look_at(self, what: str) -> None:
        """Show what an outage is about: test the session's address for its certificate, or ask who the things are."""
        if self.mqtt_edit.text().strip() != self._context.session.connection.mqtt:
            self._duplicate()
        if what == "certificate":
            self.test_button.setFocus()
            self.test()
            return
        is_by_certificate = not self.login.user and self._place().startswith(("mqtts:", "wss:"))
        who = self.files.certificate_edit if is_by_certificate else self.login.user_edit
        who.setFocus()
        who.selectAll()

    def _duplicate(self) -> None:
        """Put what is in use into the fields."""
        connection = self._context.session.connection
        self._fill(_texts(connection.mqtt, connection.http, connection.credentials, connection.profile))
        self.login.fill(connection.credentials.username, connection.credentials.password)

    def _offer(self) -> None:
        there = bool(self.mqtt_edit.text().strip())
        self.test_button.setEnabled(there and not self._is_testing)
        self.use_button.setEnabled(there and not self._is_testing)
        self.details_button.setEnabled(not self._is_testing and any(row.state for row in self.rows.values()))

    def credentials(self) -> Credentials:
        """Who the things are: the files that are named, user name and password."""
        return replace(self.files.credentials(), username=self.login.user, password=self.login.password)

    def test(self) -> None:
        """Try the address line by line."""
        if self.mqtt_edit.text().strip() and not self._is_testing:
            self._is_testing = True
            self.steps.clear()
            self._offer()
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
        mqtt, http = self.mqtt_edit.text().strip(), self.http_edit.text().strip()
        profile = self.aws.profile_edit.text().strip() if self.aws.is_meant else ""
        if profile and not http:
            http = control_plane_of(mqtt)
        self._use(mqtt, http, self.credentials(), profile)

    def _use(self, mqtt: str, http: str, credentials: Credentials, profile: str = "") -> None:
        self._context.tasks.start(self._use_and_remember(mqtt, http, credentials, profile), "connection")

    async def _use_and_remember(self, mqtt: str, http: str, credentials: Credentials, profile: str) -> None:
        """An address that is taken is remembered; one that is refused may have a password in it, and is not."""
        place = self._place()
        if await self._context.session.use(mqtt, http, credentials, profile) and mqtt:
            for name, text in _texts(mqtt, http, credentials, profile).items():
                self._context.settings.setValue(f"connection/{name}", text)
            self.login.keep(place, credentials)

    def _recall(self) -> None:
        """The endpoint that was used last, to be used again by a click."""
        self._fill({name: str(self._context.settings.value(f"connection/{name}", "")) for name in self._edits()})

    def _fill(self, texts: Mapping[str, str]) -> None:
        for name, edit in self._edits().items():
            edit.setText(texts[name])

    def _edits(self) -> dict[str, QLineEdit]:
        """The fields that are remembered, and under which names. The password is not among them."""
        return {
            "mqtt": self.mqtt_edit,
            "http": self.http_edit,
            "profile": self.aws.profile_edit,
            "user": self.login.user_edit,
            "ca": self.files.ca_edit,
            "certificate": self.files.certificate_edit,
            "key": self.files.key_edit,
        }


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself, as far as its name tells."""
    return host in ("localhost", "::1") or host.startswith("127.")


def _texts(mqtt: str, http: str, credentials: Credentials, profile: str) -> dict[str, str]:
    """What stands in those fields for an endpoint."""
    return {
        "mqtt": mqtt,
        "http": http,
        "profile": profile,
        "user": credentials.username,
        "ca": credentials.ca,
        "certificate": credentials.certificate,
        "key": credentials.key,
    }
