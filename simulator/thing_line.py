"""One thing's line, seen from the thing: ask the service, get what the answer means, ask again if it is lost.

The shell around `DeviceJobs`: it sends, waits and notes down, and decides nothing. It has no task and, while nothing is
asked, no timer of its own; messages are taken in as they come.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from random import Random
from time import perf_counter
from typing import Final

from msgspec import UnsetType

from simulator.clock import Clock
from simulator.jobs.codec import UnreadableError, decode_notification, decode_reply, encode
from simulator.jobs.device import DeviceJobs
from simulator.jobs.meanings import Accepted, Answered, Ended, Refused, Throttled, Unexpected, Vanished, VersionConflict
from simulator.jobs.mistakes import Message
from simulator.jobs.model import Reply, UpdateRequest
from simulator.jobs.outgoing import Outgoing, answers_probe
from simulator.jobs.topics import Answer, NotifyTopic, ReplyTopic, RequestTopic, parse_from_service, thing_filters
from simulator.thing_log import ThingLog
from simulator.thing_strays import Stray, Strays
from simulator.transport.backoff import BackOff
from simulator.transport.base import Link, LinkHandler, MessageHandler, NotConnectedError, Transport
from simulator.transport.slow import SlowLink

TransportFactory = Callable[[str, MessageHandler, LinkHandler], Transport]

REPEATS: Final = 3
"""How often a question without an answer is asked again before the thing starts afresh by asking where it stands."""

BACK_OFF: Final = BackOff(base_seconds=1.0, cap_seconds=60.0)
"""How long to leave the service alone when it refuses for now; simulated seconds, as the service's own limits are."""


class Silence(Enum):
    """Why a question got no answer."""

    LINE_LOST = "the line went down"
    UNANSWERED = "no answer came, however often it was asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trick:
    """What is wrong with the way a question is sent or its answer is heard; `faults` are the names of what does it."""

    note: str = ""
    faults: str = ""
    again: bool = False  # send it twice
    behind: Message | None = None  # what is sent right behind it
    deaf_seconds: float | None = None  # lose the first answer, and ask again after so many real seconds


class ThingLine:
    """Belongs to one thing. `on_news` is called when something came that nobody asked for, or the line changed.

    `on_answer` is called with what an answer means as it comes, before anything else can happen to the thing; whoever
    asked hears of it a turn of the loop later, or never, if it is stopped in between.
    """

    __slots__ = (
        "_accepted", "_answer", "_asked_at", "_clock", "_deadline", "_deaf", "_factory", "_jobs", "_log", "_loop",
        "_news", "_on_ack", "_on_answer", "_on_news", "_random_seed", "_repeats", "_slow", "_strays", "_timeout",
        "_timer", "_topic", "_topic_text", "_transport", "_trick", "_was_subscribed", "ack_ms", "is_stale", "link",
        "link_reason", "note_next",
    )  # fmt: skip

    def __init__(
        self,
        jobs: DeviceJobs,
        log: ThingLog,
        clock: Clock,
        request_timeout_seconds: float,
        seed: int,
        on_news: Callable[[], None],
        on_answer: Callable[[Answered], None],
        on_ack: Callable[[float], None] | None,
    ) -> None:
        """Make a line that is not open. `on_ack` is told each publish-to-accepted latency in real milliseconds."""
        self._jobs = jobs
        self._log = log
        self._clock = clock
        self._timeout = request_timeout_seconds
        self._random_seed = seed
        self._on_news = on_news
        self._on_answer = on_answer
        self._on_ack = on_ack
        self._transport: Transport | None = None
        self._was_subscribed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._answer: asyncio.Future[Answered | Silence] | None = None
        self._repeats = 0
        self._asked_at = 0.0
        self._deadline = 0.0  # of the open question, in the loop's time
        self._timer: asyncio.TimerHandle | None = None  # one for all questions: it looks at the deadline when it rings
        self._topic: RequestTopic | None = None  # of the newest question, with its texts and answers ready made
        self._topic_text = ""
        self._accepted: tuple[str, ReplyTopic] | None = None
        self._factory: TransportFactory | None = None
        self._strays = Strays()
        self._slow: SlowLink | None = None
        self._trick: Trick | None = None  # for the question that is sent next
        self._deaf: Trick | None = None  # whose answer will not be heard
        self._news: tuple[str, bytes] | None = None  # the newest notification
        self.link = Link.OFFLINE
        self.link_reason = ""
        self.is_stale = True  # the line was down since the service was last asked where the thing stands
        self.ack_ms = 0.0
        self.note_next = ""  # what the next message that is sent has to tell beside what it is

    @property
    def patience(self) -> float:
        """How many real seconds an answer may take."""
        return self._timeout

    # --- the line ---------------------------------------------------------------------------------------------------

    async def open(self, transport_factory: TransportFactory) -> None:
        """Bring the line up and subscribe; return when that is done. Cancelling this closes the line."""
        self._loop = asyncio.get_running_loop()
        if self._transport is None:
            self._factory = transport_factory
            self._transport = transport_factory(self._jobs.thing_name, self._on_message, self._on_link)
        await self._transport.open()
        await self.subscribe()

    async def subscribe(self) -> None:
        """Subscribe, unless that was done; afterwards the service is to be asked where the thing stands."""
        assert self._transport is not None
        if not self._was_subscribed:
            self._was_subscribed = True
            with contextlib.suppress(NotConnectedError):  # the filters are remembered, and granted before it is ONLINE
                await self._transport.subscribe(thing_filters(self._jobs.thing_name))
        self.is_stale = True

    def come_back_unsubscribed(self) -> None:
        """Lose the line, and come back at once without subscribing to anything; `subscribe` makes good for it."""
        if self._transport is not None:
            self._was_subscribed = False
            self._transport.forget_filters()
            self._transport.cut(0.0)

    async def close(self) -> None:
        """Say goodbye. A question that is open is given up; no timer is left."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._give_up(Silence.LINE_LOST)
        self._let_go()
        if self._transport is not None:
            await self._transport.close()

    async def rival(self, seconds: float) -> None:
        """Let another client take this thing's client id, which ends the line; that client leaves at once.

        Raises:
            NotConnectedError, TimeoutError: it did not come through within so many real seconds.
        """
        assert self._factory is not None
        rival = self._factory(self._jobs.thing_name, _ignore_message, _ignore_link)
        try:
            async with asyncio.timeout(seconds):
                await rival.open()
        finally:
            await rival.close()

    def slow_down(self, seconds: float) -> None:
        """Send and hear everything so many real seconds late from now on; 0 ends that."""
        assert self._loop is not None
        if self._slow is not None:
            self._slow.seconds = seconds
        elif seconds > 0:
            self._slow = SlowLink(self._loop, seconds, self._send_late, self._hear_late)

    def cut(self, seconds: float) -> None:
        """Lose the line without a goodbye, for so many real seconds (`math.inf`: until `restore`)."""
        if self._transport is not None:
            self._transport.cut(seconds)

    def restore(self) -> None:
        """Come back now from being away or from a back-off."""
        if self._transport is not None and self.link in (Link.OFFLINE, Link.ERROR):
            self._transport.cut(0.0)

    # --- asking -----------------------------------------------------------------------------------------------------

    async def ask(self, question: Outgoing, trick: Trick | None = None) -> Answered | Silence:
        """Send a question and return what its answer means.

        It is asked again if no answer comes (with the same client token) or the service asks to be left alone for now.
        """
        self._trick = trick
        answer = self._open(question)
        if answer.done():
            await asyncio.sleep(0)  # answered at once, or no line: give way to the other things all the same
        meaning = await answer
        if type(meaning) is Throttled:
            for delay in BACK_OFF.delays(Random(f"{self._random_seed}/{question.request.client_token}")):
                await self._clock.sleep(delay)
                meaning = await self._open(self._jobs.retry())
                if type(meaning) is not Throttled:
                    break
        return meaning

    def _open(self, question: Outgoing) -> asyncio.Future[Answered | Silence]:
        """Send a question; return what its meaning will be in."""
        assert self._loop is not None
        answer: asyncio.Future[Answered | Silence] = self._loop.create_future()
        self._answer = answer
        self._repeats = 0
        if self.link is Link.ONLINE:
            self._send(question)
        else:
            self._give_up(Silence.LINE_LOST)
        return answer

    def _send(self, question: Outgoing) -> None:
        assert self._loop is not None
        assert self._transport is not None
        if question.topic is not self._topic:
            self._remember_topic(question.topic)
        request = question.request
        payload = encode(request)
        self._deadline = self._loop.time() + self._timeout
        if self._timer is None:
            self._timer = self._loop.call_at(self._deadline, self._on_timer)
        self._asked_at = perf_counter()
        expected = request.expected_version if isinstance(request, UpdateRequest) else None
        expected = None if isinstance(expected, UnsetType) else expected
        note = "a probe, to be rejected for the state that comes back" if question.is_probe else ""
        if self.note_next:
            note, self.note_next = f"{note}; {self.note_next}" if note else self.note_next, ""
        believed = self._jobs.version if self._jobs.is_working else None
        trick = self._trick
        if trick is None:
            self._log.sent(self._asked_at, self._topic_text, payload, expected, believed, note)
        else:
            note = f"{note}; {trick.note}" if note else trick.note
            self._log.sent(self._asked_at, self._topic_text, payload, expected, believed, note, trick.faults)
        try:
            self._publish(self._topic_text, payload)
            if trick is not None:
                self._play(trick, question, payload)
        except NotConnectedError:
            if self.link is not Link.ONLINE:
                self._give_up(Silence.LINE_LOST)
            # else the line is up but stalled: as good as lost on its way, so it is asked again after the timeout

    def _play(self, trick: Trick, question: Outgoing, payload: bytes) -> None:
        self._trick = None
        if trick.deaf_seconds is not None:
            self._deaf = trick
        if trick.again:
            self._jobs.note_copy(question)
            self._log.sent(perf_counter(), self._topic_text, payload, None, None, trick.note, trick.faults)
            self._publish(self._topic_text, payload)
        if trick.behind is not None:
            message = trick.behind
            self._log.sent(perf_counter(), message.topic, message.payload, None, None, trick.note, trick.faults)
            self._publish(message.topic, message.payload)

    def _publish(self, topic: str, payload: bytes) -> None:
        assert self._transport is not None
        if self._slow is None:
            self._transport.publish(topic, payload)
        else:
            self._slow.send(topic, payload)

    def _remember_topic(self, topic: RequestTopic) -> None:
        self._topic = topic
        self._topic_text = str(topic)
        self._accepted = (f"{topic}/accepted", ReplyTopic(topic, Answer.ACCEPTED))

    def _on_timer(self) -> None:
        """Ask again what was not answered in time, or give it up."""
        assert self._loop is not None
        self._timer = None
        if self._answer is None or self._answer.done():
            return
        if self._deadline > self._loop.time():  # the timer was set for an earlier question
            self._timer = self._loop.call_at(self._deadline, self._on_timer)
        elif self._repeats < REPEATS:
            self._repeats += 1
            self._send(self._jobs.repeat())
        else:
            self.is_stale = True
            self._give_up(Silence.UNANSWERED)

    def _give_up(self, why: Silence) -> None:
        answer, self._answer = self._answer, None
        self._deaf = None
        self._jobs.give_up()
        if answer is not None and not answer.done():
            answer.set_result(why)

    # --- saying what is no question ---------------------------------------------------------------------------------

    async def say(self, message: Message, fault: str, note: str, seconds: float) -> bytes | None:
        """Publish something, and return what is answered, if that comes within so many real seconds (0: do not wait).

        The answer means nothing to the conversation. No question may be open: an answer without a client token is
        told from others by being the only one that is awaited.
        """
        assert self._loop is not None
        stray = self._strays.add(Stray(message.topic, message.token, fault, self._loop.create_future()))
        believed = self._jobs.version if self._jobs.is_working else None
        self._log.sent(perf_counter(), message.topic, message.payload, None, believed, note, fault)
        try:
            self._publish(message.topic, message.payload)
            if seconds > 0:
                async with asyncio.timeout(seconds):
                    return await stray.answered
        except (NotConnectedError, TimeoutError):
            pass
        return None

    def hear_again(self, fault: str, note: str) -> None:
        """Take the newest notification once more, as if it had come twice."""
        if self._news is not None:
            topic, payload = self._news
            believed = self._jobs.version if self._jobs.is_working else None
            self._log.received(perf_counter(), topic, payload, None, believed, believed, note, fault)
            parsed = parse_from_service(topic)
            assert isinstance(parsed, NotifyTopic)
            self._jobs.receive_notification(decode_notification(parsed, payload))

    def _send_late(self, topic: str, payload: bytes) -> None:
        if self._transport is not None:
            with contextlib.suppress(NotConnectedError):
                self._transport.publish(topic, payload)
        self._end_slowness()

    def _hear_late(self, topic: str, payload: bytes) -> None:
        self._take_in(topic, payload)
        self._end_slowness()

    def _end_slowness(self) -> None:
        if self._slow is not None and self._slow.is_over:
            self._slow = None

    def _let_go(self) -> None:
        """Forget what was on its way."""
        self._strays.clear()
        if self._slow is not None:
            self._slow.clear()
            self._end_slowness()

    # --- what comes -------------------------------------------------------------------------------------------------

    def _on_link(self, link: Link, reason: str) -> None:
        self.link, self.link_reason = link, reason
        if link is not Link.ONLINE:
            self.is_stale = True
            self._give_up(Silence.LINE_LOST)
            self._let_go()
        self._on_news()

    def _on_message(self, topic: str, payload: bytes) -> None:
        if self._slow is None:
            self._take_in(topic, payload)
        else:
            self._slow.hear(topic, payload)

    def _take_in(self, topic: str, payload: bytes) -> None:
        if self._strays.awaited and self._is_stray(topic, payload):
            return
        moment = perf_counter()
        jobs = self._jobs
        execution, before = jobs.execution, jobs.version if jobs.is_working else None
        parsed: ReplyTopic | NotifyTopic | None
        if self._accepted is not None and topic == self._accepted[0]:
            topic, parsed = self._accepted  # the same text, kept once for all records
        else:
            parsed = parse_from_service(topic)
        try:
            if type(parsed) is ReplyTopic:
                reply = decode_reply(parsed, payload)
                if self._deaf is not None and self._is_lost(self._deaf, parsed, reply, topic, payload):
                    return
                meaning = jobs.receive_reply(parsed, reply)
            elif type(parsed) is NotifyTopic:
                self._news = topic, payload
                told = jobs.receive_notification(decode_notification(parsed, payload))
                note = told.sentence if type(told) is Unexpected else ""
                self._log.received(moment, topic, payload, None, before, before, note)
                self._on_news()
                return
            else:
                raise UnreadableError("no message of the Jobs API; it is ignored")
        except UnreadableError as exc:
            self._log.received(moment, topic, payload, None, before, before, str(exc))
            self._on_news()
            return
        if parsed.answer is Answer.REJECTED and not answers_probe(payload):
            self._log.rejects += 1
        if isinstance(meaning, Unexpected):
            self._log.received(moment, topic, payload, None, before, before, meaning.sentence)
            return
        latency_ms = (moment - self._asked_at) * 1000.0
        note = meaning.sentence if isinstance(meaning, _TELLING) else ""
        if execution is not jobs.execution and execution is not None and not jobs.is_current(execution):
            before = None  # it was of another execution: versions of two are never compared
        after = jobs.version if jobs.is_working or before is not None else None
        self._log.received(moment, topic, payload, latency_ms, before, after, note)
        if parsed.answer is Answer.ACCEPTED:
            self.ack_ms = latency_ms
            if self._on_ack is not None:
                self._on_ack(latency_ms)
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(meaning)
        self._on_answer(meaning)

    def _is_lost(self, deaf: Trick, parsed: ReplyTopic, reply: Reply, topic: str, payload: bytes) -> bool:
        """Whether this is the answer that is not to be heard; if so, the question is asked again after a while."""
        waiting = self._jobs.waiting
        if waiting is None or not waiting.is_answered_by(parsed, reply):
            return False
        assert self._loop is not None
        assert deaf.deaf_seconds is not None
        self._deaf = None
        believed = self._jobs.version if self._jobs.is_working else None
        self._log.received(perf_counter(), topic, payload, None, believed, believed, deaf.note, deaf.faults)
        self._deadline = self._loop.time() + deaf.deaf_seconds
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._deadline, self._on_timer)
        return True

    def _is_stray(self, topic: str, payload: bytes) -> bool:
        """Whether this answers something that was said aside; if so, note it down and tell whoever said it."""
        stray = self._strays.take(topic, payload)
        if stray is None:
            return False
        is_rejected = topic.endswith("/rejected")
        self._log.rejects += is_rejected
        believed = self._jobs.version if self._jobs.is_working else None
        told = f"the answer to {stray.fault}; the thing makes nothing of it"
        self._log.received(perf_counter(), topic, payload, None, believed, believed, told, stray.fault)
        if not stray.answered.done():
            stray.answered.set_result(payload)
        self._on_news()
        return True


def _ignore_message(topic: str, payload: bytes) -> None:
    """Hear nothing of what a rival gets."""


def _ignore_link(link: Link, reason: str) -> None:
    """Nor how its line is."""


_TELLING: Final = (Accepted, VersionConflict, Vanished, Ended, Throttled, Refused)
