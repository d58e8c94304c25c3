"""What is kept for a client: the window of unacknowledged messages, the queue behind it, and what outlives a line."""

import pytest

from simulator.endpoint import packets, session_store, sessions, wire
from simulator.endpoint.broker import Broker
from simulator.endpoint.counters import GatewayCounters
from simulator.endpoint.deadlines import Deadlines
from simulator.endpoint.messages import Message
from simulator.endpoint.reasons import LossReason
from simulator.endpoint.retained import RETAINED_MESSAGES, Retained
from simulator.endpoint.session_store import Sessions
from simulator.endpoint.sessions import Session
from simulator.endpoint.subscriptions import Subscriptions
from simulator.jobs import limits


class FakeLine:
    """Collects what is written; releases its session when it is lost, as a connection does."""

    def __init__(self, store: Sessions | None = None) -> None:
        self.session: Session | None = None
        self.lost: list[LossReason] = []
        self._decoder = wire.Decoder()
        self._store = store
        self._written: list[packets.Packet] = []

    def write(self, data: bytes) -> None:
        self._written += self._decoder.feed(data)

    def lose(self, reason: LossReason) -> None:
        self.lost.append(reason)
        assert self._store is not None
        assert self.session is not None
        self._store.release(self.session, 0.0)

    def take(self) -> list[packets.Publish]:
        written, self._written = self._written, []
        assert all(isinstance(packet, packets.Publish) for packet in written)
        return written  # type: ignore[return-value]


@pytest.fixture
def line() -> FakeLine:
    return FakeLine()


@pytest.fixture
def session(line: FakeLine) -> Session:
    session = Session("c", 3600, GatewayCounters())
    session.line = line
    return session


def fill(session: Session, count: int, first: int = 0) -> int:
    return sum(session.deliver(Message("t", b"%d" % (first + i))) for i in range(count))


def payloads(messages: list[packets.Publish]) -> list[int]:
    return [int(message.payload) for message in messages]


# --- the window


def test_at_most_a_hundred_messages_are_unacknowledged_and_the_rest_follow_in_order(
    session: Session, line: FakeLine
) -> None:
    assert fill(session, 250) == 0
    seen: list[int] = []
    while batch := line.take():
        assert len(batch) <= limits.IN_FLIGHT
        seen += payloads(batch)
        for message in batch:
            session.acknowledge(message.packet_id, 0.0)
    assert seen == list(range(250))
    assert session.waiting == 0


def test_each_acknowledgement_lets_one_more_go(session: Session, line: FakeLine) -> None:
    fill(session, 102)
    first, *_ = line.take()
    session.acknowledge(first.packet_id, 0.0)
    session.acknowledge(first.packet_id, 0.0)  # twice, and one that was never sent
    session.acknowledge(60_000, 0.0)
    assert payloads(line.take()) == [100]
    assert session.waiting == 101


def test_large_messages_fill_the_window_before_they_fill_the_write_buffer(session: Session, line: FakeLine) -> None:
    payload = bytes(limits.PAYLOAD_BYTES)
    for _ in range(8):
        session.deliver(Message("t", payload))
    sent = line.take()
    assert len(sent) == sessions.IN_FLIGHT_BYTES // len(payload) == 4
    session.acknowledge(sent[0].packet_id, 0.0)
    assert len(line.take()) == 1


def test_packet_identifiers_go_round_and_leave_out_those_in_use(session: Session, line: FakeLine) -> None:
    fill(session, 1)
    (kept,) = line.take()
    used = []
    for _ in range(0xFFFF):
        fill(session, 1)
        (message,) = line.take()
        session.acknowledge(message.packet_id, 0.0)
        used.append(message.packet_id)
    assert kept.packet_id == 1
    assert used == [*range(2, 0x10000), 2]


def test_a_full_queue_drops_its_oldest_message_and_says_so(session: Session) -> None:
    session.line = None
    assert fill(session, sessions.QUEUED_MESSAGES) == 0
    assert fill(session, 3, first=sessions.QUEUED_MESSAGES) == 3
    line = session.line = FakeLine()
    session.resume(0.0)
    assert payloads(line.take())[:2] == [3, 4]


def test_a_queue_is_bounded_in_bytes_too(session: Session) -> None:
    session.line = None
    for _ in range(8):
        assert session.deliver(Message("t", bytes(limits.PAYLOAD_BYTES))) == 0
    assert session.deliver(Message("t", b"1")) == 1
    assert session.waiting == 8


# --- sessions that outlive a line


def test_a_resumed_session_repeats_what_was_not_acknowledged_then_sends_what_waited(
    session: Session, line: FakeLine
) -> None:
    fill(session, 3)
    sent = line.take()
    session.acknowledge(sent[1].packet_id, 0.0)
    session.line = None
    fill(session, 2, first=3)
    new = session.line = FakeLine()
    session.resume(0.0)
    received = new.take()
    assert payloads(received) == [0, 2, 3, 4]
    assert [message.dup for message in received] == [True, True, False, False]
    assert [message.packet_id for message in received[:2]] == [sent[0].packet_id, sent[2].packet_id]


def test_retain_is_still_set_when_a_message_is_repeated(session: Session, line: FakeLine) -> None:
    session.deliver(Message("t", b"1", retain=True))
    session.line = new = FakeLine()
    session.resume(0.0)
    assert line.take()[0].retain
    assert new.take()[0].retain


def open_line(store: Sessions, client_id: str, *, clean: bool) -> tuple[FakeLine, bool]:
    line = FakeLine(store)
    line.session, is_present = store.open(client_id, line, clean=clean, expiry_seconds=0 if clean else 3600)
    return line, is_present


@pytest.fixture
def broker() -> Broker:
    return Broker(lambda: 0.0)


@pytest.fixture
def subscriptions(broker: Broker) -> Subscriptions[Session]:
    return broker.subscriptions


@pytest.fixture
def store(broker: Broker) -> Sessions:
    return broker.sessions


def subscribe(subscriptions: Subscriptions[Session], line: FakeLine, topic_filter: str) -> None:
    assert line.session is not None
    line.session.filters[topic_filter] = 1
    subscriptions.add(topic_filter, line.session, 1)


@pytest.mark.parametrize(("first_clean", "second_clean", "is_present"), [(0, 0, True), (0, 1, False), (1, 0, False)])
def test_only_a_persistent_session_is_found_again_and_only_by_a_client_that_wants_it(
    store: Sessions, subscriptions: Subscriptions[Session], first_clean: int, second_clean: int, is_present: bool
) -> None:
    line, was_present = open_line(store, "c", clean=bool(first_clean))
    assert not was_present
    subscribe(subscriptions, line, "a/+")
    line.lose(LossReason.CONNECTION_LOST)
    assert open_line(store, "c", clean=bool(second_clean))[1] == is_present
    assert len(subscriptions) == (1 if is_present else 0)
    assert store.connected == len(store) == 1


def test_the_newcomer_with_the_same_client_id_wins(store: Sessions) -> None:
    old, _ = open_line(store, "c", clean=True)
    new, is_present = open_line(store, "c", clean=True)
    assert old.lost == [LossReason.DUPLICATE_CLIENTID]
    assert not is_present
    assert new.session is not old.session
    assert store["c"].line is new


def test_a_taken_over_persistent_session_goes_on_with_the_newcomer(store: Sessions) -> None:
    old, _ = open_line(store, "c", clean=False)
    new, is_present = open_line(store, "c", clean=False)
    assert is_present
    assert new.session is old.session
    assert store.connected == 1


def test_a_session_is_forgotten_an_hour_after_its_client_left(
    store: Sessions, subscriptions: Subscriptions[Session]
) -> None:
    for client_id, left_at in (("early", 100.0), ("late", 200.0)):
        line, _ = open_line(store, client_id, clean=False)
        subscribe(subscriptions, line, f"{client_id}/#")
        assert line.session is not None
        store.release(line.session, left_at)
    store.expire(100.0 + 3600)
    assert len(store) == 2
    store.expire(101.0 + 3600)
    assert [session.client_id for session in store] == ["late"]
    assert len(subscriptions) == 1


def test_one_who_came_back_in_time_is_not_forgotten(store: Sessions) -> None:
    line, _ = open_line(store, "c", clean=False)
    line.lose(LossReason.CONNECTION_LOST)
    open_line(store, "c", clean=False)
    store.expire(10_000.0)
    assert store.connected == 1


def test_the_number_of_sessions_kept_for_absent_clients_is_bounded(
    store: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_store, "OFFLINE_SESSIONS", 2)
    for client_id in "abc":
        line, _ = open_line(store, client_id, clean=False)
        line.lose(LossReason.CONNECTION_LOST)
    assert [session.client_id for session in store] == ["b", "c"]
    assert store.connected == 0


# --- deadlines


def test_an_item_is_due_in_the_second_after_its_deadline_and_once() -> None:
    deadlines: Deadlines[str] = Deadlines()
    deadlines.put("a", 10.2)
    deadlines.put("b", 12.0)
    assert deadlines.pop_due(10.9) == []
    assert deadlines.pop_due(11.0) == ["a"]
    assert deadlines.pop_due(100.0) == ["b"]
    assert deadlines.pop_due(100.0) == []
    assert len(deadlines) == 0


def test_a_new_deadline_replaces_the_old_one_and_a_discarded_one_never_comes() -> None:
    deadlines: Deadlines[str] = Deadlines()
    for item in ("a", "b"):
        deadlines.put(item, 5)
    deadlines.put("a", 20)
    deadlines.discard("b")
    deadlines.discard("b")
    assert deadlines.pop_due(19) == []
    assert deadlines.pop_due(21) == ["a"]


def test_a_deadline_in_the_past_comes_at_the_next_look() -> None:
    deadlines: Deadlines[str] = Deadlines()
    assert deadlines.pop_due(50) == []
    deadlines.put("a", 1)
    assert deadlines.pop_due(51) == ["a"]


# --- retained messages


def test_the_last_retained_message_stays_until_an_empty_one_comes() -> None:
    retained = Retained()
    retained.set(Message("t", b"1", True), 0)
    retained.set(Message("t", b"2", True), 1)
    assert retained.get("t") == (Message("t", b"2", True), 1)
    retained.set(Message("t", b"", True), 0)
    assert retained.get("t") is None
    assert len(retained) == 0


def test_retained_messages_are_bounded_in_number_and_bytes() -> None:
    retained = Retained()
    for i in range(RETAINED_MESSAGES + 1):
        retained.set(Message(f"t/{i}", b"x", True), 0)
    assert len(retained) == RETAINED_MESSAGES
    assert retained.get("t/0") is None
    for i in range(300):
        retained.set(Message(f"large/{i}", bytes(limits.PAYLOAD_BYTES), True), 0)
    assert len(retained) == 256
    assert retained.get("large/299") is not None
