"""The endpoint that the things and the control plane are at: a child process of ours, or a given address."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Final

from PySide6.QtCore import QObject, Signal

from simulator.clock import ScaledClock
from simulator.config import WindowOptions
from simulator.errors import SimulatorError
from simulator.operator_client import is_aws
from simulator.transport.base import Link
from simulator.transport.credentials import NO_CREDENTIALS, Credentials
from ui.engine import Endpoint, Engine, JobMaker
from ui.farewell import within
from ui.tasks import TaskOwner

ENDPOINT_CLOSE_SECONDS: Final = 0.6
OPERATOR_CLOSE_SECONDS: Final = 0.3
FREE_PORT: Final = "127.0.0.1:0"


class Connection(QObject):
    """Where the endpoint is, how the line to it is, and who asks its control plane."""

    changed = Signal()

    def __init__(
        self,
        options: WindowOptions,
        engine: Engine,
        tasks: TaskOwner,
        *,
        is_opening: Callable[[], bool],
        on_exit: Callable[[int], None],
        parent: QObject | None = None,
    ) -> None:
        """`is_opening` says whether a session is still on its way; `on_exit` hears how a local endpoint ended."""
        super().__init__(parent)
        self._options = options
        self._engine = engine
        self._tasks = tasks
        self._is_opening = is_opening
        self._on_exit = on_exit
        self._endpoint: Endpoint | None = None
        self._operator: JobMaker | None = None
        self._credentials = NO_CREDENTIALS
        self._served_since = (monotonic(), real_epoch())  # of the local endpoint's clock
        self.time_scale = options.time_scale or 1.0
        self.mqtt = ""
        self.http = ""
        self.link = Link.OFFLINE
        self.profile = ""
        self.allow_control_plane = False  # matters where the control plane is AWS itself; Connection switches it

    @property
    def is_local(self) -> bool:
        """Whether the endpoint is a child process of ours."""
        return self._options.mqtt is None

    @property
    def operator(self) -> JobMaker | None:
        """Whoever asks the control plane; None while there is none."""
        return self._operator

    @property
    def credentials(self) -> Credentials:
        """The files by which the things and the endpoint know each other; paths, never what is in them."""
        return self._credentials

    @property
    def is_aws(self) -> bool:
        """Whether the control plane is AWS itself, where what is done costs and cannot be taken back."""
        return not self.is_local and bool(self.http) and is_aws(self.http)

    @property
    def ramp(self) -> float:
        """Connections a second that things make; 0 for no limit. AWS allows an account so many, and may be shared."""
        if self.is_local or not self.mqtt:
            return 0.0
        from simulator.aws_account import RAMP, is_aws_mqtt

        return RAMP if is_aws_mqtt(self.mqtt) else 0.0

    def why_no_control_plane(self) -> str:
        """Why jobs cannot be made, cancelled or asked for now; "" if they can."""
        if self.is_aws and not self.allow_control_plane:
            return self.tr(
                "The control plane is AWS itself and may not be used: switch “allow control plane” on in Connection."
            )
        if self._operator is not None:
            return ""
        if self._is_opening():
            return self.tr("Starting…")
        if self.is_local:
            return self.tr("The local endpoint is not running.")
        return self.tr("This connection has no control plane; start with --http to name one.")

    def endpoint_epoch(self) -> float:
        """What time it is for the endpoint, in epoch seconds: the local one's clock may run faster than ours."""
        if not self.is_local:
            return real_epoch()
        since, epoch = self._served_since
        return epoch + (monotonic() - since) * self.time_scale

    def show_link(self, link: Link) -> None:
        """How the line to the endpoint is from now on."""
        self.link = link
        self.changed.emit()

    def point_at(self, mqtt: str, http: str, credentials: Credentials, profile: str = "") -> None:
        """What `open` is to take next: an endpoint at these addresses, or (without an address) a local one.

        `profile` is whose account is asked where the control plane is AWS; "" takes the machine's own.
        """
        self._options = replace(self._options, mqtt=mqtt or None, http=http or None)
        self._credentials = credentials
        self.profile = profile
        self.allow_control_plane = False

    def forget_ports(self) -> None:
        """Let the next local endpoint take free ports."""
        self.mqtt = self.http = ""

    async def open(self) -> None:
        """Serve where it was served before, at free ports if it never was; or take the given endpoint.

        Raises:
            SimulatorError, OSError: the local endpoint did not start.
        """
        if self.is_local:
            await self._serve()
        else:
            self.mqtt, self.http = self._options.mqtt or "", self._options.http or ""
            self.show_link(Link.CONNECTING)
        if self.http:
            self._operator = self._engine.operator(self.http, self.profile)
            self._tasks.start(self._warm_up(self._operator), "operator")

    async def _serve(self) -> None:
        self.show_link(Link.CONNECTING)
        endpoint = self._engine.endpoint(
            _host_and_port(self.mqtt) or FREE_PORT,
            _host_and_port(self.http) or FREE_PORT,
            self.time_scale,
            self._on_exit,
        )
        try:
            await endpoint.start()
        except (SimulatorError, OSError):
            self.show_link(Link.ERROR)
            raise
        self._endpoint = endpoint
        self._served_since = (monotonic(), real_epoch())
        self.mqtt, self.http = endpoint.mqtt_address, endpoint.http_url
        self.show_link(Link.ONLINE)

    async def _warm_up(self, operator: JobMaker) -> None:
        """Make the control plane's client while the fleet opens; if that fails, the first call will say why."""
        with contextlib.suppress(SimulatorError, OSError):
            await operator.open()

    async def close_operator(self) -> None:
        """Let go of whoever asks the control plane."""
        operator, self._operator = self._operator, None
        if operator is not None:
            await within(OPERATOR_CLOSE_SECONDS, operator.close(), "the operator")

    async def close_endpoint(self) -> None:
        """Stop the local endpoint; also one that has ended by itself: its pipes are still open."""
        endpoint, self._endpoint = self._endpoint, None
        if endpoint is not None:
            await within(ENDPOINT_CLOSE_SECONDS, endpoint.close(), "the endpoint")


def real_epoch() -> float:
    """What time it is, in epoch seconds; with `--virtual-time` what time the program says it is."""
    return ScaledClock().epoch()


def _host_and_port(address: str) -> str:
    """HOST:PORT of an address or URL."""
    return address.rpartition("//")[2].rstrip("/")
