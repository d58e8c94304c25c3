"""AWS IoT Core on the connection page: its port 443, whose account, and the limits that a fleet meets."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QWidget

from simulator import aws_account
from simulator.errors import InputError
from simulator.jobs import limits
from simulator.transport.address import parse_address
from ui import theme
from ui.numbers import counted, grouped

HTTPS_PORT: Final = 443
USUAL_PORT: Final = 8883


class AwsPart(QObject):
    """A switch for port 443, an AWS profile, and a notice; all of it only while the address is one of AWS's."""

    def __init__(
        self, mqtt_edit: QLineEdit, things: Callable[[], int], ramp: Callable[[], float], parent: QWidget
    ) -> None:
        """`ramp` is the start rate of the things, 0 if they have none."""
        super().__init__(parent)
        self._ramp = ramp
        self._mqtt_edit = mqtt_edit
        self._things = things
        self.port_box = QCheckBox(self.tr("Port 443 with ALPN, where a firewall lets only HTTPS out"), parent)
        self.port_box.setObjectName("connAlpnBox")
        self.port_box.clicked.connect(self._switch_port)
        self.profile_edit = QLineEdit(parent)
        self.profile_edit.setObjectName("connProfileEdit")
        self.profile_edit.setPlaceholderText(self.tr("of ~/.aws; without it, the machine's own credentials"))
        self.profile_edit.setClearButtonEnabled(True)
        self.notice = QLabel(parent)
        self.notice.setObjectName("connAwsNotice")
        self.notice.setWordWrap(True)
        theme.current().changed.connect(self._restyle)
        self._restyle()

    @property
    def is_meant(self) -> bool:
        """Whether the address is one of AWS's."""
        return aws_account.is_aws_mqtt(self._mqtt_edit.text().strip())

    def show_address(self) -> None:
        """After a change of the address, or of the things."""
        address = self._mqtt_edit.text().strip()
        if self.is_meant:
            self.port_box.setChecked(parse_address(address).port == HTTPS_PORT)
            self.notice.setText(self._words(self._things()))

    def _switch_port(self, on: bool) -> None:
        try:
            address = parse_address(self._mqtt_edit.text().strip())
        except InputError:
            return
        self._mqtt_edit.setText(f"mqtts://{address.host}:{HTTPS_PORT if on else USUAL_PORT}")

    def _words(self, things: int) -> str:
        rate = min(self._ramp() or aws_account.RAMP, aws_account.RAMP)
        ramp = counted(
            things,
            self.tr("1 thing connects at once."),
            self.tr("%n things connect at %1 a second, the last after %2 s."),
        )
        seconds = grouped(aws_account.seconds_to_connect(things, rate))
        ramp = ramp.replace("%1", f"{rate:g}").replace("%2", seconds)
        if not things:
            ramp = self.tr("Things connect at %1 a second.").replace("%1", f"{rate:g}")
        bounds = self.tr(
            "AWS lets the clients of an account connect %1 times a second, a connection have %2 subscriptions"
            " (a thing takes %3), and publish %4 times a second."
        )
        for mark, number in (
            ("%1", aws_account.CONNECTS_A_SECOND),
            ("%2", limits.SUBSCRIPTIONS_PER_CONNECTION),
            ("%3", aws_account.subscriptions_of_a_thing()),
            ("%4", aws_account.PUBLISHES_A_SECOND),
        ):
            bounds = bounds.replace(mark, str(number))
        return f"{ramp} {bounds}"

    def _restyle(self) -> None:
        theme.tint(self.notice, theme.current().tokens.secondary)
