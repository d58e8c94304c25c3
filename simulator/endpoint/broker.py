"""Who is told what: sessions, subscriptions and retained messages together, without sockets."""

import logging
from collections.abc import Callable
from functools import partial

import msgspec

from simulator.endpoint import subscriptions, wire
from simulator.endpoint.hooks import Hooks
from simulator.endpoint.packets import Will
from simulator.endpoint.retained import Retained
from simulator.endpoint.sessions import Line, LossReason, Message, Session, Sessions
from simulator.endpoint.subscriptions import Subscriptions
from simulator.jobs import limits

logger = logging.getLogger(__name__)


class Counters(msgspec.Struct):
    """What the gateway has done since it started."""

    accepted: int = 0  # connections that came, whatever became of them
    requests: int = 0  # publishes into the Jobs namespace
    received: int = 0  # other publishes of clients
    delivered: int = 0  # messages sent or queued for a subscriber or requester
    dropped: int = 0  # messages that fell off a full queue
    slow_readers: int = 0  # clients cut off because they did not read
    failed_requests: int = 0  # requests whose handler raised
    losses: dict[LossReason, int] = msgspec.field(default_factory=dict)


class Broker:
    """Brings messages to subscribers and keeps what the sessions need. `monotonic` gives real seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.monotonic = monotonic
        self.subscriptions: Subscriptions[Session] = Subscriptions()
        self.sessions = Sessions(self.subscriptions)
        self.retained = Retained()
        self.counters = Counters()
        self.hooks = Hooks()

    def notify(self, topic: str, payload: bytes) -> None:
        """Deliver a message of the service as `publish` does, past the hook for outgoing messages."""
        hook = self.hooks.outgoing
        if hook is None:
            self.publish(topic, payload)
            return
        for session, granted in list(self.subscriptions.match(topic).items()):
            taken = hook(session.client_id, topic, False)
            if taken is None:
                self._notify_one(session.client_id, topic, payload, granted)
            else:
                taken(partial(self._notify_one, session.client_id, topic, payload, granted))

    def _notify_one(self, client_id: str, topic: str, payload: bytes, granted: int) -> None:
        session = self.sessions.get(client_id)
        if session is None:
            return
        if granted:
            self.deliver(session, Message(topic, payload))
        elif session.line is not None:
            session.line.write(wire.encode_publish(topic, payload))
            self.counters.delivered += 1

    def publish(self, topic: str, payload: bytes, qos: int = 1) -> None:
        """Deliver to each matching subscriber once, at the lower of `qos` and what it subscribed with."""
        message: Message | None = None
        at_qos_0: bytes | None = None
        for session, granted in self.subscriptions.match(topic).items():
            if qos and granted:
                if message is None:
                    message = Message(topic, payload)
                self.deliver(session, message)
            elif session.line is not None:
                if at_qos_0 is None:
                    at_qos_0 = wire.encode_publish(topic, payload)
                session.line.write(at_qos_0)
                self.counters.delivered += 1

    def deliver(self, session: Session, message: Message) -> None:
        """Give one session a message at QoS 1: now, or when it can take it."""
        self.counters.delivered += 1
        self.counters.dropped += session.deliver(message)

    def answer(self, session: Session, line: Line, topic: str, payload: bytes) -> None:
        """Deliver to one client alone, whether or not it has subscribed (reference section 3.3)."""
        last = session.last_answer  # a thing that works gets answer after answer on the same topic
        if last is None or last[0] != topic:
            last = session.last_answer = (topic, bool(self.subscriptions.qos_among(session.filters, topic)))
        if last[1]:
            self.deliver(session, Message(topic, payload))
        else:
            self.counters.delivered += 1
            line.write(wire.encode_publish(topic, payload))

    def subscribe(self, session: Session, filters: tuple[tuple[str, int], ...]) -> tuple[int, ...]:
        """Add the filters within AWS's limits; return the code of each for the SUBACK."""
        codes = []
        session.last_answer = None
        for i, (topic_filter, qos) in enumerate(filters):
            if (
                i >= limits.FILTERS_PER_SUBSCRIBE
                or not subscriptions.is_filter(topic_filter)
                or (topic_filter not in session.filters and len(session.filters) >= limits.SUBSCRIPTIONS_PER_CONNECTION)
            ):
                codes.append(wire.SUBSCRIPTION_REFUSED)
                continue
            granted = min(1, qos)
            session.filters[topic_filter] = granted
            self.subscriptions.add(topic_filter, session, granted)
            codes.append(granted)
        return tuple(codes)

    def send_retained(self, session: Session, topic_filter: str) -> None:
        """Send the retained message of a topic just subscribed to; a filter with a wildcard gets none, as on AWS."""
        kept, line = self.retained.get(topic_filter), session.line
        if kept is None or line is None:
            return
        if kept.qos and session.filters[topic_filter]:
            self.deliver(session, Message(topic_filter, kept.payload, retain=True))
        else:
            self.counters.delivered += 1
            line.write(wire.encode_publish(topic_filter, kept.payload, retain=True))

    def unsubscribe(self, session: Session, filters: tuple[str, ...]) -> None:
        """Remove the filters; unknown ones do not matter."""
        session.last_answer = None
        for topic_filter in filters:
            if session.filters.pop(topic_filter, None) is not None:
                self.subscriptions.remove(topic_filter, session)

    def take(self, topic: str, payload: bytes, qos: int, *, retain: bool) -> None:
        """Publish what a client (or its will) sent to an ordinary topic."""
        self.counters.received += 1
        if retain:
            self.retained.set(topic, payload, qos)
        self.publish(topic, payload, qos)

    def release(self, session: Session, reason: LossReason, will: Will | None) -> None:
        """Let go of a session whose connection ends, and publish its will unless the client said goodbye.

        A will on a reserved topic is dropped: AWS's services take no requests from the dead.
        """
        self.sessions.release(session, self.monotonic())
        if will is not None and reason is not LossReason.CLIENT_INITIATED_DISCONNECT and will.topic[:1] != "$":
            self.take(will.topic, will.payload, will.qos, retain=will.retain)
