"""The endpoint behind another broker: the same jobs service, as one client of mosquitto or EMQX among the things.

It stands where the gateway stands otherwise. What a broker in the middle cannot do: it brings a reply to everyone who
has subscribed to its topic, not to the requester alone, and it tells us nothing of who connects.
"""

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Final

import msgspec

from simulator.endpoint import behind_broker_wire as wire
from simulator.endpoint.behind_broker_line import Line, LineError
from simulator.endpoint.behind_broker_marks import MARKS, Marks
from simulator.endpoint.behind_broker_options import BrokerError, BrokerOptions, TakenOverError, in_words
from simulator.endpoint.hooks import Hooks
from simulator.jobs.topics import PREFIX, RequestTopic
from simulator.owner import Owner
from simulator.transport.backoff import BackOff

logger = logging.getLogger(__name__)

REQUESTS: Final = (
    f"{PREFIX}+/jobs/get",
    f"{PREFIX}+/jobs/start-next",
    f"{PREFIX}+/jobs/+/get",
    f"{PREFIX}+/jobs/+/update",
)
"""What is subscribed to: requests, and no topic on which we answer, so that nothing of ours comes back to us."""

CONNECT_SECONDS: Final = 10.0
KEEP_ALIVE_SECONDS: Final = 30
CLOSE_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 0.5
"""How long a broker may take to bring the retained mark of whoever answers; mosquitto takes a millisecond."""

QUEUED_MESSAGES: Final = 20_000
QUEUED_BYTES: Final = 32 * 1024 * 1024
"""What waits while the broker is away or slow: the notifications of a job for 10,000 things. The oldest goes first."""

STEADY_SECONDS: Final = 10.0
_BACK_OFF: Final = BackOff(base_seconds=0.5, cap_seconds=15.0)


class Counters(msgspec.Struct):
    """What happened since the start. `refused`: messages that the broker did not take, by its rules or quotas."""

    requests: int = 0
    failed_requests: int = 0
    delivered: int = 0
    dropped: int = 0
    refused: int = 0
    reconnects: int = 0


class BehindBroker:
    """Keeps a line to the broker, hands requests over, and publishes what the service says.

    A message that was not acknowledged when the line broke is sent again on the next one: things may see it twice,
    as is the way of QoS 1.
    """

    def __init__(
        self,
        options: BrokerOptions,
        on_request: Callable[["BehindBroker", str, bytes], None],
        on_taken_over: Callable[[TakenOverError], None],
        *,
        random: Random | None = None,
        back_off: BackOff = _BACK_OFF,
        on_warning: Callable[[str], None] = logger.warning,
    ) -> None:
        """`on_taken_over` is called once if another client has connected under our id; the line stays down then.

        `on_warning` is given a sentence about another endpoint that serves the same broker under another id.

        Raises:
            InputError: a certificate cannot be used.
        """
        self.asked: tuple[str, RequestTopic] | None = None
        self._options = options
        self._tls = options.tls_context()
        self._on_request = on_request
        self._on_taken_over = on_taken_over
        self._random = random or Random()
        self._back_off = back_off
        self._marks = Marks(options.client_id, str(options.address), on_warning)
        self._mark = uuid.uuid4().hex.encode()
        self._delays: Iterator[float] | None = None
        self._line: Line | None = None  # only while it is up
        self._online_since = 0.0
        self._owner = Owner()
        self._is_closing = False
        self._queue: deque[tuple[str, bytes]] = deque()
        self._queued_bytes = 0
        self.counters = Counters()
        self.hooks = Hooks()

    @property
    def address(self) -> str:
        """Where things connect: HOST:PORT, or the whole address if it is one with TLS."""
        return str(self._options.address).removeprefix("mqtt://")

    @property
    def is_up(self) -> bool:
        """Whether the broker is connected and brings us requests."""
        return self._line is not None

    @property
    def waiting(self) -> int:
        """How many messages are queued or not acknowledged."""
        return len(self._queue) + (len(self._line.in_flight) if self._line is not None else 0)

    async def start(self) -> None:
        """Connect and subscribe.

        Raises:
            BrokerError: the broker cannot be reached, or refuses us.
        """
        try:
            await self._connect()
        except LineError as exc:
            raise BrokerError(str(self._options.address), str(exc)) from exc

    async def close(self) -> None:
        """Send what can be sent at once, say goodbye and stop. A second call does nothing."""
        self._is_closing = True
        await self._owner.close(CLOSE_SECONDS)
        line, self._line = self._line, None
        if line is not None:
            line.retain(self._options.owner_topic, b"")
            await line.close(CLOSE_SECONDS)

    # --- what the service says

    def publish(self, topic: str, payload: bytes) -> None:
        """Send a notification, now or when the broker can take it; the oldest of too many is dropped and counted."""
        self._say(topic, payload, is_reply=False)

    def send(self, topic: str, payload: bytes) -> None:
        """Send a reply: to everyone who has subscribed to its topic."""
        self._say(topic, payload, is_reply=True)

    def _say(self, topic: str, payload: bytes, *, is_reply: bool) -> None:
        hook = self.hooks.outgoing
        taken = hook("", topic, is_reply) if hook is not None else None
        if taken is None:
            self._post(topic, payload)
        else:
            taken(partial(self._post, topic, payload))

    def _post(self, topic: str, payload: bytes) -> None:
        line = self._line
        if line is not None and not self._queue and line.has_room:
            self.counters.delivered += 1
            line.publish(topic, payload)
            return
        self._queue.append((topic, payload))
        self._queued_bytes += len(payload)
        while len(self._queue) > QUEUED_MESSAGES or self._queued_bytes > QUEUED_BYTES:
            self._queued_bytes -= len(self._queue.popleft()[1])
            self.counters.dropped += 1

    def _send_queued(self) -> None:
        line = self._line
        while line is not None and self._queue and line.has_room:
            topic, payload = self._queue.popleft()
            self._queued_bytes -= len(payload)
            self.counters.delivered += 1
            line.publish(topic, payload)

    # --- what the broker says

    def _take(self, topic: str, payload: bytes) -> None:
        if self._marks.take(topic, payload):
            return
        self.counters.requests += 1
        try:
            self._on_request(self, topic, payload)
        except Exception:  # one request must not cost all things their line
            self.counters.failed_requests += 1
            logger.exception("a request to %s failed", topic)

    def _refused(self, reason: int) -> None:
        if not self.counters.refused:
            mend = f"allow {self._options.client_id} to publish to {PREFIX}#"
            logger.error(
                "%s does not take our messages: %s; %s",
                self._options.address,
                wire.reason_in_words(reason),
                "let it take larger packets" if reason == wire.TOO_LARGE else mend,
            )
        self.counters.refused += 1

    def _lost(self, line: Line, error: LineError) -> None:
        if line is not self._line or self._is_closing:
            return  # still connecting, where the error is raised; or asked for
        self._line = None
        for topic, payload in reversed(line.in_flight.values()):
            self._queue.appendleft((topic, payload))
            self._queued_bytes += len(payload)
        if error.reason == wire.SESSION_TAKEN_OVER:
            self._tell_taken_over()
            return
        if asyncio.get_running_loop().time() - self._online_since > STEADY_SECONDS:
            self._delays = None
        logger.warning("%s is lost: %s; things get no answers until it is back", self._options.address, error)
        self._owner.start(self._come_back(), name=f"connect to {self._options.address}")

    def _tell_taken_over(self) -> None:
        self._on_taken_over(TakenOverError(str(self._options.address), self._options.client_id))

    async def _come_back(self) -> None:
        while True:
            if self._delays is None:
                self._delays = self._back_off.delays(self._random)
            await asyncio.sleep(next(self._delays))
            try:
                if await self._another_owns_it():
                    self._tell_taken_over()
                    return
                await self._connect()
            except LineError as exc:
                logger.debug("%s: %s", self._options.address, exc)
                continue
            self.counters.reconnects += 1
            logger.warning("%s is back", self._options.address)
            return

    async def _connect(self) -> None:
        """Make a line, leave our mark, and use the line from now on.

        Raises:
            LineError: it could not be made.
        """
        line = Line(self._take, self._send_queued, self._refused, self._lost)
        options = self._options
        await self._open(line, options.client_id, REQUESTS, will_topic=options.owner_topic)
        line.retain(options.owner_topic, self._mark)
        line.listen(MARKS)
        self._online_since = asyncio.get_running_loop().time()
        self._line = line
        self._send_queued()

    async def _another_owns_it(self) -> bool:
        """Look, under another client id so as to disturb nobody, whose mark is at the broker.

        That another has taken our client id is seen by nothing else at brokers which do not say why they close a
        connection, as mosquitto 2.0; and coming back unasked would throw the other out in turn, and so on for ever.

        Raises:
            LineError: the broker is not to be had.
        """
        options = self._options
        seen: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        line = Line(
            lambda _, mark: None if seen.done() else seen.set_result(mark),
            lambda: None,
            lambda _: None,
            lambda *_: None,
        )
        scout = f"{options.client_id}-{self._mark[:8].decode()}"
        await self._open(line, scout, (options.owner_topic,), retained=True)
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return await seen != self._mark
        except TimeoutError:
            return False  # there is none: the broker was started anew
        finally:
            await line.close(CLOSE_SECONDS)

    async def _open(
        self,
        line: Line,
        client_id: str,
        filters: tuple[str, ...],
        *,
        will_topic: str | None = None,
        retained: bool = False,
    ) -> None:
        options, loop = self._options, asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await loop.create_connection(
                    lambda: line,
                    options.address.host,
                    options.address.port,
                    ssl=self._tls,
                    server_hostname=options.address.host if self._tls is not None else None,
                )
                hello = wire.connect(client_id, KEEP_ALIVE_SECONDS, options.username, options.password, will_topic)
                await line.begin(hello, KEEP_ALIVE_SECONDS, filters, retained=retained)
        except TimeoutError:
            await line.abort()
            raise LineError(f"it does not answer within {CONNECT_SECONDS:g} s") from None
        except OSError as exc:
            await line.abort()
            raise LineError(in_words(exc)) from exc
        except BaseException:
            await line.abort()
            raise
