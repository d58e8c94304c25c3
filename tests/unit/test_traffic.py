"""What passes between things and endpoint, counted."""

from simulator.feed import Counters
from simulator.tally import summed
from simulator.traffic import Traffic
from simulator.transport.base import Link, LinkHandler, MessageHandler, Transport


class Wire:
    """Hands a test what a line was made with."""

    def __init__(self) -> None:
        self.message: MessageHandler = lambda _topic, _payload: None
        self.link: LinkHandler = lambda _link, _reason: None

    def line(self, client_id: str, on_message: MessageHandler, on_link: LinkHandler) -> Transport:
        self.message, self.link = on_message, on_link
        return self  # type: ignore[return-value]  nothing is asked of the line itself


def test_rejections_are_counted_by_their_code_and_nothing_else_is() -> None:
    wire, heard = Wire(), list[str]()
    traffic = Traffic(wire.line)
    traffic.line("t", lambda topic, _: heard.append(topic), lambda _link, _reason: None)
    wire.message("$aws/things/t/jobs/j/update/rejected", b'{"code":"VersionMismatch","message":"x"}')
    wire.message("$aws/things/t/jobs/j/update/rejected", b'{"message": "x", "code" : "VersionMismatch"}')
    wire.message("$aws/things/t/jobs/j/update/rejected", b'{"code":"SomethingNew"}')
    wire.message("$aws/things/t/jobs/j/update/rejected", b"\xff no JSON")
    wire.message("$aws/things/t/jobs/j/update/accepted", b'{"code":"VersionMismatch"}')
    assert traffic.rejections == {"VersionMismatch": 2, "other": 2}
    assert traffic.messages_in == len(heard) == 5


def test_the_answer_to_a_probe_is_a_message_and_no_rejection() -> None:
    wire = Wire()
    traffic = Traffic(wire.line)
    traffic.line("t", lambda _topic, _payload: None, lambda _link, _reason: None)
    topic = "$aws/things/t/jobs/j/update/rejected"
    wire.message(topic, b'{"code":"VersionMismatch","clientToken":"1a-9-probe"}')
    wire.message(topic, b'{"code":"VersionMismatch","clientToken":"1a-9","executionState":{"step":"x-probe"}}')
    assert traffic.rejections == {"VersionMismatch": 1}
    assert traffic.messages_in == 2


def test_a_line_that_is_back_is_a_reconnection() -> None:
    wire = Wire()
    traffic = Traffic(wire.line)
    traffic.line("t", lambda _topic, _payload: None, lambda _link, _reason: None)
    for link in (Link.ONLINE, Link.ERROR, Link.ONLINE):
        wire.link(link, "")
    assert traffic.reconnects == 1


def test_rejections_of_several_fleets_are_added_up() -> None:
    parts = [Counters(rejections={"InvalidJson": 1}), Counters(rejections={"InvalidJson": 2, "other": 1})]
    assert summed(parts).rejections == {"InvalidJson": 3, "other": 1}
