"""The small parts of the gateway: rates, groups of shared subscriptions, waiting wills, presence, joined options."""

import json

import pytest

from simulator.endpoint import presence
from simulator.endpoint.messages import Message
from simulator.endpoint.mqtt5 import NOTHING, Dialect, Extras, Terms
from simulator.endpoint.packets import NO_LOCAL, RETAIN_AS_PUBLISHED, Will
from simulator.endpoint.presence import Presence
from simulator.endpoint.quotas import ConnectRates, GatewaySettings, Rate
from simulator.endpoint.reasons import LossReason, Reason, connect_code, disconnect_reason
from simulator.endpoint.shared_subscriptions import Group, SharedSubscriptions, split
from simulator.endpoint.subscriptions import join
from simulator.endpoint.wills import DelayedWills


def test_a_rate_counts_each_second_anew() -> None:
    rate = Rate()
    assert [rate.allows(now, 2) for now in (5.0, 5.9, 5.99, 6.0, 6.1, 6.2)] == [True, True, False, True, True, False]


def test_connect_rates_that_are_off_allow_everything() -> None:
    rates = ConnectRates(GatewaySettings())
    assert all(rates.allow("c", 1.0) for _ in range(1000))


def test_a_connect_without_client_id_counts_for_the_account_only() -> None:
    rates = ConnectRates(GatewaySettings(connects_per_second=3, connects_per_second_and_client=1))
    assert [rates.allow("", 1.0) for _ in range(4)] == [True, True, True, False]
    assert [rates.allow("c", 2.0), rates.allow("c", 2.5), rates.allow("c", 3.0)] == [True, False, True]


@pytest.mark.parametrize(
    ("topic_filter", "parts"),
    [
        ("a/b", ("", "a/b")),
        ("$share/g/a/b", ("g", "a/b")),
        ("$share/g//", ("g", "/")),
        ("$share/g", ("g", "")),
        ("$share//a", ("?", "")),
        ("$share/g+/a", ("g+", "")),
        ("$shared/g/a", ("", "$shared/g/a")),
    ],
)
def test_a_shared_filter_has_a_group_and_a_filter(topic_filter: str, parts: tuple[str, str]) -> None:
    assert split(topic_filter) == parts


def test_the_members_of_a_group_take_turns_and_those_who_are_away_are_passed_over() -> None:
    group: Group[str] = Group()
    group.members = {"a": 0, "b": 1, "c": 1}
    assert [group.pick(lambda member: member != "b")[0] for _ in range(4)] == ["a", "c", "a", "c"]
    assert group.pick(lambda member: False) == ("b", 1)


def test_nothing_is_left_of_a_group_that_everybody_has_left() -> None:
    shared: SharedSubscriptions[str] = SharedSubscriptions()
    shared.add("g", "a/+", "one", 1)
    shared.add("g", "a/+", "two", 1)
    shared.add("h", "a/+", "one", 0)
    assert len(shared.match("a/b")) == 2
    for name, member in (("g", "one"), ("g", "two"), ("h", "one"), ("h", "never")):
        shared.remove(name, "a/+", member)
    assert (len(shared), shared.match("a/b")) == (0, [])


def test_options_of_overlapping_subscriptions_are_joined() -> None:
    assert join(1, NO_LOCAL) == 1
    assert join(1 | NO_LOCAL, NO_LOCAL) == 1 | NO_LOCAL
    assert join(0, 1 | RETAIN_AS_PUBLISHED) == 1 | RETAIN_AS_PUBLISHED


def test_a_waiting_will_is_published_once_or_taken_back() -> None:
    published: list[str] = []
    wills = DelayedWills(lambda will, extras: published.append(will.topic))
    for name, at in (("a", 10.0), ("b", 20.0), ("c", 30.0)):
        wills.put(name, Will(name, b""), NOTHING, at)
    wills.publish_due(9.0)
    assert published == []
    wills.publish_now("c")
    wills.publish_now("c")
    wills.take_back("b")
    wills.publish_due(100.0)
    assert published == ["c", "a"]
    assert len(wills) == 0


class Events:
    """A presence that publishes into a list, to those of `heard`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.heard = True
        self.published: list[tuple[str, bytes]] = []
        self.presence = Presence(
            lambda topic, payload: self.published.append((topic, payload)),
            lambda topic: self.heard,
            lambda: self.now,
            lambda: 1.5,
        )


def test_nothing_is_published_that_nobody_hears() -> None:
    events = Events()
    events.heard = False
    events.presence.connected("c", 1, 0, "p", "127.0.0.1")
    assert events.published == []
    events.heard = True
    events.presence.subscribed("c", 1, "p", [])
    assert events.published == [], "no filter was granted"
    events.presence.disconnected("c", 1, 0, "p", LossReason.THROTTLED)
    ((topic, payload),) = events.published
    assert topic == "$aws/events/presence/disconnected/c"
    assert json.loads(payload)["timestamp"] == 1500


def test_versions_are_remembered_of_a_bounded_number_of_absent_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "REMEMBERED_VERSIONS", 2)
    events = Events()
    for client_id in "abc":
        events.presence.disconnected(client_id, 1, events.presence.version(client_id), "p", LossReason.CLIENT_ERROR)
    assert [events.presence.version(client_id) for client_id in "abc"] == [0, 1, 1]


def test_an_alias_is_not_spent_on_a_message_that_is_too_large() -> None:
    dialect = Dialect(Terms(packet_limit=20, topic_aliases=1), lambda: 0.0)
    assert dialect.encode(Message("a", bytes(50)), 0, 0) is None
    assert dialect.encode(Message("b", b"x"), 0, 0) == bytes.fromhex("30 08 00 01 62 03 23 00 01 78")
    assert dialect.encode(Message("b", b"x"), 0, 0) == bytes.fromhex("30 07 00 00 03 23 00 01 78")


def test_the_time_a_message_has_left_is_never_negative() -> None:
    dialect = Dialect(Terms(), lambda: 100.0)
    extras = Extras(b"", 40.0)
    assert dialect.encode(Message("a", b"", False, *extras), 0, 0) == bytes.fromhex("30 09 00 01 61 05 02 00 00 00 00")


@pytest.mark.parametrize("loss", LossReason)
def test_every_loss_has_a_reason_to_tell_unless_there_is_nobody_to_tell(loss: LossReason) -> None:
    silent = {LossReason.CLIENT_INITIATED_DISCONNECT, LossReason.CONNECTION_LOST}
    assert (disconnect_reason(loss) is None) == (loss in silent)


def test_unauthorised_clients_of_3_get_the_code_that_aws_uses() -> None:
    assert connect_code(Reason.NOT_AUTHORIZED) == 7
    assert connect_code(Reason.SERVER_BUSY) == 3
