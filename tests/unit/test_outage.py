"""An outage is told twice: when it begins and when it ends."""

from simulator.feed import Counters, ThingSnapshot
from simulator.outage import Outage
from simulator.transport.base import Link

REFUSED = [ThingSnapshot(name="pump", link=Link.ERROR, link_reason="connection refused")]


def counters(cut_off: int, requested: int = 100) -> Counters:
    return Counters(requested=requested, cut_off=cut_off, connected=requested - cut_off)


def test_an_outage_is_told_once_when_it_begins_and_once_when_it_ends():
    outage = Outage()
    told = []
    for second, cut_off in enumerate((0, 10, 60, 100, 60, 40, 11, 10, 0)):
        told.append(outage.notice(counters(cut_off), REFUSED if cut_off else [], float(second)))
    assert [(second, sentence) for second, sentence in enumerate(told) if sentence] == [
        (2, "60 of 100 things have no connection: connection refused; they keep trying"),
        (7, "The things are connected again after 5 s"),
    ]


def test_a_few_things_without_a_connection_are_no_outage():
    outage = Outage()
    assert outage.notice(counters(49), REFUSED, 0.0) == ""


def test_the_end_is_not_told_when_the_things_were_stopped():
    outage = Outage()
    assert outage.notice(counters(100), REFUSED, 0.0)
    assert outage.notice(counters(0, requested=0), [], 1.0) == ""
    assert outage.notice(counters(100), REFUSED, 2.0)


def test_a_fleet_without_things_has_no_outage():
    assert Outage().notice(Counters(), [], 0.0) == ""
