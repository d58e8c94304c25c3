"""How long a run waits for lines that do not come."""

from simulator.feed import ThingSnapshot
from simulator.run_patience import Patience
from simulator.transport.base import Link


def fleet(**links: Link) -> dict[str, ThingSnapshot]:
    return {name: ThingSnapshot(name=name, link=link, link_reason="refused") for name, link in links.items()}


def test_no_connection_at_all_is_waited_for_a_minute() -> None:
    patience = Patience(60)
    all_gone = fleet(a=Link.ERROR, b=Link.CONNECTING)
    patience.look(all_gone, 100)
    assert patience.ended(all_gone, {"a", "b"}, 159.9) == ""
    assert patience.ended(all_gone, {"a", "b"}, 160) == "no thing has had a connection for 60 s (refused)"


def test_the_minute_begins_anew_when_a_line_was_back() -> None:
    patience = Patience(60)
    patience.look(fleet(a=Link.ERROR), 0)
    patience.look(fleet(a=Link.ONLINE), 50)
    patience.look(fleet(a=Link.ERROR), 55)
    assert patience.ended(fleet(a=Link.ERROR), {"a"}, 114) == ""
    assert patience.ended(fleet(a=Link.ERROR), {"a"}, 115) != ""


def test_one_that_cannot_connect_is_waited_for_as_long_as_others_work() -> None:
    patience = Patience(60)
    some = fleet(a=Link.ERROR, b=Link.ONLINE)
    patience.look(some, 0)
    assert patience.ended(some, {"a", "b"}, 1000) == ""
    sentence = patience.ended(some, {"a"}, 1000)
    assert sentence == "1 of 2 things has had no connection for 60 s (refused), and all others have ended"


def test_a_thing_that_stays_away_because_it_was_told_to_is_waited_for() -> None:
    patience = Patience(60)
    away = fleet(a=Link.OFFLINE)
    patience.look(away, 0)
    assert patience.ended(away, {"a"}, 10_000) == ""
    mixed = fleet(a=Link.OFFLINE, b=Link.ERROR)
    patience.look(mixed, 0)
    assert patience.ended(mixed, {"a", "b"}, 10_000) == ""
