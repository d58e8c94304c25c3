"""The local endpoint in this process: what it is told, what it is made of, and how it begins and ends to serve."""

import asyncio
import importlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.clock import ScaledClock
from simulator.endpoint.door_options import PLAIN_ONLY, DoorOptions
from simulator.endpoint.quick_imports import quick_imports
from simulator.endpoint.reached_at import reached_at
from simulator.errors import InputError, SimulatorError
from simulator.jobs.choices import DEFAULT_CHOICES, Choices

if TYPE_CHECKING:
    from simulator.endpoint.behind_broker import BehindBroker
    from simulator.endpoint.behind_broker_options import BrokerOptions
    from simulator.endpoint.faults_desk import FaultDesk
    from simulator.endpoint.fronts import Fronts
    from simulator.endpoint.http_admin import Answer
    from simulator.endpoint.request_rates import RequestRates


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """Where and how the endpoint serves. Addresses are HOST:PORT, port 0 picks a free one.

    With a `broker`, things connect to that one, and nothing listens at `mqtt`.
    """

    mqtt: str = "127.0.0.1:1883"
    http: str = "127.0.0.1:8000"
    data: Path | None = None
    time_scale: float = 1.0
    broker: "BrokerOptions | None" = None
    doors: DoorOptions = PLAIN_ONLY
    files: Path | None = None  # the folder that stands for S3
    choices: Choices = DEFAULT_CHOICES
    has_aws_limits: bool = False  # AWS's rates, beside its other limits, which always hold


class Endpoint:
    """Gateway (or a line to another broker), HTTP API and service in this process, on the running loop."""

    def __init__(
        self,
        options: ServeOptions,
        on_failed: Callable[[], None] = lambda: None,
        on_warning: Callable[[str], None] = logger.warning,
    ) -> None:
        """Prepare to serve; nothing listens yet. `on_failed` is called when serving must end; `failure` says why.

        `on_warning` is given a sentence about what a person may want to change.

        Raises:
            InputError: an option is wrong or the data file cannot be used.
        """
        with quick_imports():
            from simulator.endpoint.files import checked_folder
            from simulator.endpoint.gateway import Gateway, GatewaySettings
            from simulator.endpoint.http_admin import Admin
            from simulator.endpoint.http_api import HttpApi
            from simulator.endpoint.service import EndpointService
            from simulator.endpoint.store import MemoryStore, SqliteStore
            from simulator.health import LoopLag

        files = checked_folder(options.files)
        self._mqtt = split_address(options.mqtt, "--mqtt")
        self._http = split_address(options.http, "--http")
        clock = ScaledClock(options.time_scale)
        self.failure: SimulatorError | None = None
        self.https_url = ""
        """The base URL of the HTTP APIs over TLS, "" if they are not served so. Job documents name it for downloads."""
        self._scraper: Callable[[], Answer] | None = None
        self._on_failed = on_failed
        self._on_warning = on_warning
        self.behind = None if options.broker is None else self._behind(options.broker)
        store = MemoryStore() if options.data is None else SqliteStore(options.data, lambda: self.service.clock.epoch())
        self.service = EndpointService(clock, store, self._publish)
        self.service.files.serve(files, lambda: self.https_url or self._url_for_things())
        self.service.assume(options.choices)
        rates = self._rates() if options.has_aws_limits else None
        self.service.limits = rates
        settings = GatewaySettings.of_aws() if options.has_aws_limits else GatewaySettings()
        self.gateway = Gateway(self.service.on_request, settings=settings, epoch=lambda: self.service.clock.epoch())
        self.admin = Admin(lambda: self.service.clock, self._make_desk, self._scrape)
        self.http = HttpApi(self.service, mqtt_address=lambda: self.mqtt_address, admin=self.admin, rates=rates)
        self.lag = LoopLag()
        clock.on_change(self.service.rearm)
        self.fronts = None if options.doors == PLAIN_ONLY else self._fronts(options.doors)

    def _rates(self) -> "RequestRates":
        from simulator.endpoint.request_rates import RequestRates

        return RequestRates()

    def _behind(self, options: "BrokerOptions") -> "BehindBroker":
        from simulator.endpoint.behind_broker import BehindBroker

        return BehindBroker(
            options, lambda *request: self.service.on_request(*request), self._fail, on_warning=self._on_warning
        )

    def _fronts(self, options: DoorOptions) -> "Fronts":
        from simulator.endpoint.fronts import Fronts

        return Fronts(self.gateway, options, self._mqtt, self._http)

    def _make_desk(self) -> "FaultDesk":
        from simulator.endpoint.faults_desk import FaultDesk
        from simulator.endpoint.http_api import ROUTES

        return FaultDesk(
            self.service.clock,
            (self.behind or self.gateway).hooks,
            connections=None if self.behind is not None else self.gateway,
            operations=(route.operation for route in ROUTES),
            on_change=self._show_requests_to,
            on_rejected=self.service.count,
        )

    def _show_requests_to(self, desk: "FaultDesk | None") -> None:
        self.service.faults = self.admin.faults = desk

    async def _scrape(self) -> "Answer":
        if self._scraper is None:
            await asyncio.to_thread(importlib.import_module, "simulator.endpoint.http_metrics")
            from simulator.endpoint.http_metrics import scraper

            self._scraper = scraper(self)
        return self._scraper()

    def _publish(self, topic: str, payload: bytes) -> None:
        (self.behind or self.gateway).publish(topic, payload)

    def _fail(self, failure: SimulatorError) -> None:
        self.failure = failure
        self._on_failed()

    @property
    def mqtt_address(self) -> str:
        """HOST:PORT where MQTT clients connect; of a broker with TLS its whole address."""
        if self.behind is not None:
            return self.behind.address
        return f"{_bracketed(self._mqtt[0])}:{self.gateway.port}"

    @property
    def http_url(self) -> str:
        """The base URL of the HTTP APIs."""
        return f"http://{_bracketed(self._http[0])}:{self.http.port}"

    def _url_for_things(self) -> str:
        """The base URL by which things reach this endpoint, from other machines too if it listens for them."""
        return f"http://{_bracketed(reached_at(self._http[0]))}:{self.http.port}"

    async def start(self) -> None:
        """Begin to serve.

        Raises:
            InputError: a port is in use, or the data file cannot be read; nothing is left listening.
            BrokerError: the broker is not there.
        """
        try:
            self.service.start()
            if self.behind is not None:
                await self.behind.start()
            else:
                await self.gateway.start(*self._mqtt)
            if self.fronts is not None:
                await self.fronts.start()
            await self.http.start(*self._http)
            if self.fronts is not None and self.fronts.https is not None:
                host, port, context = self.fronts.https
                port = await self.http.start_tls(host, port, context)
                self.https_url = f"https://{_bracketed(reached_at(host))}:{port}"
            self.lag.start()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Stop serving and leave nothing behind."""
        self.lag.stop()
        self.admin.close()
        await self.http.close()
        if self.fronts is not None:
            self.fronts.stop_listening()
        await self.gateway.close()
        if self.fronts is not None:
            await self.fronts.close()
        if self.behind is not None:
            await self.behind.close()
        await self.service.close()


async def serve(
    options: ServeOptions,
    stop: asyncio.Event,
    on_ready: Callable[[Endpoint], None],
    on_warning: Callable[[str], None] = logger.warning,
) -> None:
    """Serve until `stop` is set; `on_warning` as for Endpoint.

    Raises:
        InputError: as Endpoint.
        BrokerError: the broker is not there.
        TakenOverError: another endpoint serves the broker from now on.
    """
    endpoint = Endpoint(options, stop.set, on_warning)
    await endpoint.start()
    try:
        on_ready(endpoint)
        await stop.wait()
    finally:
        await endpoint.close()
    if endpoint.failure is not None:
        raise endpoint.failure


def split_address(text: str, option: str) -> tuple[str, int]:
    """Return host and port of HOST:PORT; an IPv6 host stands in brackets.

    Raises:
        InputError: it is no such address.
    """
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise InputError(
            option, f"{text!r} is not HOST:PORT", "write for example 127.0.0.1:0, where 0 picks a free port"
        )
    return host, int(port)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
