"""When a line was down: from the journal, and then from what is seen."""

import math

from simulator.feed import ThingSnapshot
from simulator.transport.base import Link
from ui.journal import Journal
from ui.line_history import LineHistory


def thing(link: Link, at: float = 0.0, name: str = "pump") -> ThingSnapshot:
    return ThingSnapshot(name=name, link=link, updated_at=at)


def test_the_journal_tells_when_a_line_was_down_before_anyone_looked() -> None:
    journal = Journal()
    for at, link in enumerate([Link.OFFLINE, Link.CONNECTING, Link.ONLINE, Link.ERROR, Link.CONNECTING, Link.ONLINE]):
        journal.record(float(at), [thing(link), thing(Link.ONLINE, name="other")])
    history = LineHistory()
    history.look_at("pump", journal)
    assert history.outages() == [(3.0, 5.0)]  # what was before it was up for the first time is no outage
    history.look_at("other", journal)
    assert history.outages() == []


def test_what_is_seen_goes_on_from_there() -> None:
    history = LineHistory()
    history.look_at("pump", Journal())
    for at, link in ((1.0, Link.ONLINE), (4.0, Link.OFFLINE), (5.0, Link.CONNECTING)):
        history.note(thing(link, at))
    assert history.outages() == [(4.0, math.inf)]
    history.note(thing(Link.ONLINE, 9.0, name="other"))
    assert history.outages() == [(4.0, math.inf)]
    history.note(thing(Link.ONLINE, 7.5))
    assert history.outages() == [(4.0, 7.5)]
