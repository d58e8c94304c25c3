"""A thing's line over MQTT: keeps one connection up, remembers what was subscribed, and says how the line is.

It runs on a loop that can watch sockets (asyncio's selector loop, uvloop), without a thread or, while the line is up, a
task of its own; 5,000 of them live in one process. Dialling happens in a few threads that all lines of a loop share.
"""

import asyncio
import functools
import math
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from simulator.errors import SimulatorError
from simulator.transport.address import Address
from simulator.transport.backoff import BackOff
from simulator.transport.base import Link, LinkHandler, MessageHandler, NotConnectedError, StalledError
from simulator.transport.connection import Connection, LineError
from simulator.transport.dial import dial, in_words
from simulator.transport.secure import Secure
from simulator.transport.shared import Shared

GOODBYE_SECONDS: Final = 1.0

STEADY_SECONDS: Final = 10.0
"""A line that was up this long starts its back-off anew; two clients that throw each other out do not."""

_GENTLE: Final = BackOff()


@dataclass
class UnsuitableLoopError(SimulatorError):
    """The event loop cannot watch sockets: on Windows, asyncio's default one."""

    loop: str

    def __str__(self) -> str:
        return f"things cannot run on {self.loop}: it does not watch sockets; run them on asyncio.SelectorEventLoop"


class PahoTransport:
    """A `Transport` to `address` as `client_id`.

    It reports CONNECTING when it begins, ONLINE when all remembered filters are granted, OFFLINE when it was told to be
    away, and ERROR with the reason from a loss or refusal until it is ONLINE again, however many tries that takes.
    Messages that were published but not acknowledged when the line was lost are not sent again: who waits for an answer
    asks again, and knows whether that is right. `tls_context` brings a client certificate (AWS IoT Core wants one), as
    a context or as what puts TLS on a socket.
    """

    __slots__ = (
        "_address",
        "_back_off",
        "_clean_session",
        "_client_id",
        "_connecting",
        "_connection",
        "_delays",
        "_filters",
        "_keep_alive_seconds",
        "_link",
        "_login",
        "_on_link",
        "_on_message",
        "_online_since",
        "_opened",
        "_qos",
        "_random",
        "_reason",
        "_retired",
        "_shared",
        "_slots",
        "_tls_context",
    )

    def __init__(
        self,
        address: Address,
        client_id: str,
        on_message: MessageHandler,
        on_link: LinkHandler,
        *,
        keep_alive_seconds: int = 1200,
        qos: int = 1,
        clean_session: bool = True,
        random: Random,
        connect_slots: AbstractAsyncContextManager[Any] | None = None,
        tls_context: ssl.SSLContext | Secure | None = None,
        login: tuple[str, str] | None = None,
        back_off: BackOff = _GENTLE,
    ) -> None:
        """Make a line, not open yet. `connect_slots` (a semaphore) replaces the one that lines of a loop share.

        `login` is a user name and its password.
        """
        self._address = address
        self._client_id = client_id
        self._on_message = on_message
        self._on_link = on_link
        self._keep_alive_seconds = keep_alive_seconds
        self._qos = qos
        self._clean_session = clean_session
        self._random = random
        self._slots = connect_slots
        self._tls_context = tls_context
        self._login = login
        self._back_off = back_off

        self._shared: Shared | None = None  # None while closed
        self._link = Link.OFFLINE
        self._reason = ""
        self._filters: tuple[str, ...] = ()
        self._connection: Connection | None = None
        self._connecting: asyncio.Task[None] | None = None  # waits, dials and subscribes; None while ONLINE
        self._retired: tuple[asyncio.Task[None], ...] = ()  # cancelled and replaced; close waits for them
        self._delays: Iterator[float] | None = None
        self._online_since = 0.0
        self._opened: asyncio.Future[None] | None = None  # what `open` waits for

    async def open(self) -> None:
        """Begin to keep the line up, now; return when it is ONLINE. Also ends a `cut` that said to stay away.

        Raises:
            NotConnectedError: `close` was called meanwhile.
            UnsuitableLoopError: the running loop cannot watch sockets.
        """
        if self._shared is None:
            _check_suitable(asyncio.get_running_loop())
            self._shared = Shared.join()
        if self._link is Link.ONLINE:
            return
        if self._link is not Link.CONNECTING:
            self._come_back(self._shared, 0.0)
        if self._opened is None:
            self._opened = self._shared.loop.create_future()
        try:
            await asyncio.shield(self._opened)
        except asyncio.CancelledError:
            await self.close()
            raise

    async def subscribe(self, filters: tuple[str, ...]) -> None:
        """Subscribe at QoS 1 and remember the filters; return when the endpoint has granted them.

        Raises:
            NotConnectedError: the line is down, or went down before the grant (a refused filter brings it down).
        """
        self._filters += tuple(topic for topic in dict.fromkeys(filters) if topic not in self._filters)
        if self._link is not Link.ONLINE or self._connection is None:
            raise NotConnectedError(self._client_id)
        try:
            await self._connection.subscribe(filters)
        except LineError as error:
            raise NotConnectedError(self._client_id) from error

    def forget_filters(self) -> None:
        """Subscribe to nothing on the next connection."""
        self._filters = ()

    def publish(self, topic: str, payload: bytes) -> None:
        """Send without waiting.

        Raises:
            NotConnectedError: the line is down; nothing was sent.
            StalledError: the endpoint has stopped taking messages; nothing was sent.
        """
        if self._link is not Link.ONLINE or self._connection is None:
            raise NotConnectedError(self._client_id)
        if not self._connection.publish(topic, payload, self._qos):
            raise StalledError(self._client_id)

    def cut(self, seconds: float | None = None) -> None:
        """Lose the line without a goodbye; come back after `seconds`, by back-off if None, at `open` if infinite."""
        if self._shared is None:
            return
        self._drop(self._shared)
        self._retire()
        if seconds != math.inf:
            self._come_back(self._shared, self._next_delay() if seconds is None else seconds)
        self._tell(Link.OFFLINE, "")

    async def close(self) -> None:
        """Say goodbye and stop, within about a second. `open` may begin anew."""
        shared, self._shared = self._shared, None
        if shared is None:
            return
        connection = self._connection if self._link is Link.ONLINE else None
        if connection is None:
            self._drop(shared)
        self._connection = None
        self._retire()
        retired, self._retired = self._retired, ()
        self._tell(Link.OFFLINE, "")
        opened, self._opened = self._opened, None
        if opened is not None and not opened.done():
            opened.set_exception(NotConnectedError(self._client_id))
            opened.exception()  # seen, also when nobody waits
        try:
            if connection is not None:
                shared.ticker.discard(connection)
                await connection.goodbye(GOODBYE_SECONDS)
            if retired:
                await asyncio.wait(retired)
        finally:
            shared.leave()

    # --- coming back ---

    def _come_back(self, shared: Shared, delay: float) -> None:
        self._retire()
        self._connecting = shared.loop.create_task(
            self._connect_until_online(shared, delay), name=f"connect {self._client_id}"
        )

    def _retire(self) -> None:
        task, self._connecting = self._connecting, None
        if task is not None:
            task.cancel()
            self._retired = (*(retired for retired in self._retired if not retired.done()), task)

    async def _connect_until_online(self, shared: Shared, delay: float) -> None:
        if delay > 0:
            await asyncio.sleep(delay)
        while True:
            if self._link is Link.OFFLINE:
                self._tell(Link.CONNECTING, "")
            try:
                async with self._slots or shared.slots:
                    return await self._connect(shared)
            except LineError as error:
                self._tell(Link.ERROR, str(error))
            except Exception as error:  # noqa: BLE001  nobody would hear of it, and `open` would wait for ever
                self._report(error, self._connect)
                self._tell(Link.ERROR, f"cannot connect: {error}")
            await asyncio.sleep(self._next_delay())

    async def _connect(self, shared: Shared) -> None:
        try:
            sock = await shared.dial(functools.partial(dial, self._address, self._tls_context))
        except (OSError, ValueError) as error:
            raise LineError(in_words(error, self._address)) from error
        connection = Connection(sock, self._client_id, self._clean_session, self._deliver, self._on_lost, self._login)
        self._connection = connection  # known from here on, so that a handler may cut it; of use when ONLINE
        try:
            await connection.connect(self._address.host, self._address.port, self._keep_alive_seconds)
            granted = 0
            while granted < len(self._filters):  # `subscribe` may add some while we wait
                wanted = self._filters[granted:]
                await connection.subscribe(wanted)
                granted += len(wanted)
            connection.check()
        except BaseException:
            connection.abort()
            if self._connection is connection:
                self._connection = None
            raise
        # From here to the end nothing is awaited, so that no loss falls between.
        self._connecting = None
        self._online_since = shared.loop.time()
        if connection.tick_seconds:
            shared.ticker.add(connection, connection.tick_seconds)
        opened, self._opened = self._opened, None
        if opened is not None and not opened.done():
            opened.set_result(None)
        self._tell(Link.ONLINE, "")

    def _on_lost(self, connection: Connection, reason: str) -> None:
        if self._shared is None or connection is not self._connection or self._link is not Link.ONLINE:
            return  # while connecting, the task hears of it by a LineError
        self._drop(self._shared)
        self._come_back(self._shared, self._next_delay())
        self._tell(Link.ERROR, reason)

    def _drop(self, shared: Shared) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            shared.ticker.discard(connection)
            connection.abort()
            if self._link is Link.ONLINE and shared.loop.time() - self._online_since > STEADY_SECONDS:
                self._delays = None

    def _next_delay(self) -> float:
        if self._delays is None:
            self._delays = self._back_off.delays(self._random)
        return next(self._delays)

    # --- telling the owner, whose mistakes must not break the line ---

    def _deliver(self, topic: str, payload: bytes) -> None:
        try:
            self._on_message(topic, payload)
        except Exception as error:  # noqa: BLE001  paho would read the same packet again for ever
            self._report(error, self._on_message)

    def _tell(self, link: Link, reason: str) -> None:
        if link is self._link and reason == self._reason:
            return
        self._link, self._reason = link, reason
        try:
            self._on_link(link, reason)
        except Exception as error:  # noqa: BLE001  the line is kept up all the same
            self._report(error, self._on_link)

    def _report(self, error: Exception, handler: Callable[..., object]) -> None:
        asyncio.get_running_loop().call_exception_handler(
            {"message": f"{self._client_id}: {handler!r} failed", "exception": error}
        )


def _check_suitable(loop: asyncio.AbstractEventLoop) -> None:
    if type(loop).add_reader is asyncio.AbstractEventLoop.add_reader:
        raise UnsuitableLoopError(type(loop).__name__)
