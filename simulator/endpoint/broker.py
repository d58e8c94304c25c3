"""Who is told what: sessions, subscriptions and retained messages together, without sockets."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from simulator.endpoint import wire
from simulator.endpoint.counters import GatewayCounters
from simulator.endpoint.handshake import Agreement
from simulator.endpoint.hooks import Action, Hooks
from simulator.endpoint.messages import Message
from simulator.endpoint.mqtt5 import NOTHING, Dialect, Extras
from simulator.endpoint.packets import NO_LOCAL, RETAIN_AS_PUBLISHED, Will
from simulator.endpoint.retained import Retained
from simulator.endpoint.session_store import Sessions
from simulator.endpoint.sessions import Line, Session
from simulator.endpoint.shared_subscriptions import SharedSubscriptions, split
from simulator.endpoint.subscriptions import Subscriptions
from simulator.endpoint.wills import DelayedWills

if TYPE_CHECKING:
    from simulator.endpoint.client import Client


class Broker:
    """Brings messages to subscribers and keeps what the sessions need. `monotonic` gives real seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.monotonic = monotonic
        self.hooks = Hooks()
        self.counters = GatewayCounters()
        self.subscriptions: Subscriptions[Session] = Subscriptions()
        self.shared: SharedSubscriptions[Session] = SharedSubscriptions()
        self.sessions = Sessions(self._forget, self.counters)
        self.retained = Retained()
        self.wills = DelayedWills(self.publish_will)

    # --- messages

    def notify(self, topic: str, payload: bytes) -> None:
        """Deliver a message of the service as `publish` does, past the hook for outgoing messages."""
        hook = self.hooks.outgoing
        if hook is None:
            self.publish(topic, payload)
            return
        message = Message(topic, payload)
        for session, options in list(self.subscriptions.match(topic).items()):
            if not self.may_receive(session, topic):
                continue
            taken = hook(session.client_id, topic, False)
            if taken is None:
                self._give(session, options, message, 1)
            else:
                taken(partial(self._give_later, session.client_id, options, message))
        self._share(message, 1)

    def publish(
        self,
        topic: str,
        payload: bytes,
        qos: int = 1,
        extras: Extras = NOTHING,
        *,
        retain: bool = False,
        source: Session | None = None,
    ) -> int:
        """Deliver to each matching subscriber once, at the lower of `qos` and what it subscribed with.

        `source` is the session it comes from, which may not want its own messages; `retain` is what it was published
        with. Returns how many subscribers it went to.
        """
        message: Message | None = None
        at_qos_0: bytes | None = None
        found = 0
        policy = self.hooks.policy
        for session, options in self.subscriptions.match(topic).items():
            if options > 3 or policy is not None:
                if options & NO_LOCAL and session is source:
                    continue
                if not self.may_receive(session, topic):
                    continue
            found += 1
            if session.dialect is not None or (qos and options & 3):
                if message is None:
                    message = Message(topic, payload, False, *extras)
                self._give(session, options, message, qos, retain=retain)
            elif session.line is not None:
                if at_qos_0 is None:
                    at_qos_0 = wire.encode_publish(topic, payload)
                session.line.write(at_qos_0)
                self.counters.delivered += 1
        if len(self.shared):
            found += self._share(message or Message(topic, payload, False, *extras), qos)
        return found

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
            return
        self.counters.delivered += 1
        if session.dialect is None:
            line.write(wire.encode_publish(topic, payload))
        else:
            session.send(Message(topic, payload))

    def take(
        self,
        topic: str,
        payload: bytes,
        qos: int,
        extras: Extras = NOTHING,
        *,
        retain: bool,
        source: Session | None = None,
    ) -> int:
        """Publish what a client (or its will) sent to an ordinary topic; return how many it went to."""
        self.counters.received += 1
        if retain:
            self.retained.set(Message(topic, payload, True, *extras), qos)
        return self.publish(topic, payload, qos, extras, retain=retain, source=source)

    def is_heard(self, topic: str) -> bool:
        """Whether a message to `topic` would go to anybody."""
        return bool(self.subscriptions.match(topic)) or bool(self.shared.match(topic))

    def may_receive(self, session: Session, topic: str) -> bool:
        """Whether the policy lets a connected client have a message; nobody is asked about one who is away."""
        policy = self.hooks.policy
        return policy is None or session.line is None or policy(cast("Client", session.line), Action.RECEIVE, topic)

    def _give(self, session: Session, options: int, message: Message, qos: int, *, retain: bool = False) -> None:
        if retain and options & RETAIN_AS_PUBLISHED:
            message = Message(message.topic, message.payload, True, message.properties, message.expires_at)
        if qos and options & 3:
            self.deliver(session, message)
        elif session.line is not None:
            self.counters.delivered += 1
            session.send(message)

    def _give_later(self, client_id: str, options: int, message: Message) -> None:
        session = self.sessions.get(client_id)
        if session is not None:
            self._give(session, options, message, 1)

    def _share(self, message: Message, qos: int) -> int:
        """Give each group's next member the message; an absent one gets it only if it can be kept for it."""
        groups = self.shared.match(message.topic)
        for group in groups:
            session, options = group.pick(lambda member: member.line is not None)
            if self.may_receive(session, message.topic):
                self._give(session, options & 3, message, qos)
        return len(groups)

    # --- sessions

    def subscribe(self, session: Session, topic_filter: str, options: int) -> bool:
        """Add a filter that has been found good; return whether it is new to the session."""
        session.last_answer = None
        is_new = topic_filter not in session.filters
        session.filters[topic_filter] = options
        group, inner = split(topic_filter)
        if group:
            self.shared.add(group, inner, session, options)
        else:
            self.subscriptions.add(topic_filter, session, options)
        return is_new

    def unsubscribe(self, session: Session, topic_filter: str) -> bool:
        """Remove a filter; return whether the session had it."""
        session.last_answer = None
        if session.filters.pop(topic_filter, None) is None:
            return False
        self._remove(topic_filter, session)
        return True

    def send_retained(self, session: Session, topic_filter: str) -> int:
        """Send the retained message of a topic just subscribed to; a filter with a wildcard gets none, as on AWS.

        Returns the size of its payload, 0 if there is none.
        """
        kept = self.retained.get(topic_filter, self.monotonic())
        if kept is None or session.line is None or not self.may_receive(session, topic_filter):
            return 0
        message, qos = kept
        self._give(session, session.filters[topic_filter] & 3, message, qos)
        return len(message.payload)

    def publish_will(self, will: Will, extras: Extras) -> None:
        """Publish a will whose time has come."""
        self.take(will.topic, will.payload, will.qos, extras, retain=will.retain)

    def open(self, agreement: Agreement, line: Line) -> tuple[Session, bool]:
        """Return the session that `line` serves from now on, and whether it was present."""
        session, is_present = self.sessions.open(
            agreement.client_id, line, clean=agreement.is_clean, expiry_seconds=agreement.expiry_seconds
        )
        self.wills.take_back(agreement.client_id)
        session.dialect = None if agreement.terms is None else Dialect(agreement.terms, self.monotonic)
        return session, is_present

    def release(self, session: Session, agreement: Agreement | None) -> None:
        """Let go of a session whose connection ends, and publish the agreed will when it is due.

        Without agreement there is no will any more. One on a reserved topic is dropped: AWS's services take no
        requests from the dead.
        """
        now = self.monotonic()
        will = agreement.will if agreement is not None else None
        if agreement is None or will is None or will.topic[:1] == "$":
            self.sessions.release(session, now)
            return
        delay = agreement.will_delay
        if delay:  # if the session ends before, the will is published then
            self.wills.put(session.client_id, will, agreement.will_extras, now + delay)
        self.sessions.release(session, now)
        if not delay:
            self.publish_will(will, agreement.will_extras)

    def tick(self, now: float) -> None:
        """Publish the wills and forget the sessions whose time has come."""
        self.wills.publish_due(now)
        self.sessions.expire(now)

    def _forget(self, session: Session) -> None:
        for topic_filter in session.filters:
            self._remove(topic_filter, session)
        self.wills.publish_now(session.client_id)  # its session has ended [MQTT-3.1.2-8]

    def _remove(self, topic_filter: str, session: Session) -> None:
        group, inner = split(topic_filter)
        if group:
            self.shared.remove(group, inner, session)
        else:
            self.subscriptions.remove(topic_filter, session)
