"""A slow link holds what passes, both ways and in order, and loses it with the line."""

import asyncio

from simulator.transport.slow import HELD, SlowLink
from tests.support.virtual_time import in_virtual_time


class Ends:
    """What came out at either end, and when."""

    def __init__(self, seconds: float) -> None:
        self.loop = asyncio.get_running_loop()
        self.began = self.loop.time()
        self.sent: list[tuple[float, str]] = []
        self.heard: list[tuple[float, str]] = []
        self.link = SlowLink(
            self.loop,
            seconds,
            lambda topic, _: self.sent.append((self.loop.time() - self.began, topic)),
            lambda topic, _: self.heard.append((self.loop.time() - self.began, topic)),
        )


@in_virtual_time
async def test_each_message_comes_its_seconds_later_in_both_directions() -> None:
    ends = Ends(2)
    ends.link.send("a", b"")
    await asyncio.sleep(1)
    ends.link.send("b", b"")
    ends.link.hear("c", b"")
    assert not ends.link.is_over
    await asyncio.sleep(5)
    assert (ends.sent, ends.heard) == ([(2, "a"), (3, "b")], [(3, "c")])
    assert not ends.link.is_over  # it is still slow


@in_virtual_time
async def test_when_it_is_quick_again_nothing_overtakes_what_is_held() -> None:
    ends = Ends(2)
    ends.link.send("a", b"")
    ends.link.seconds = 0
    ends.link.send("b", b"")
    assert not ends.link.is_over
    await asyncio.sleep(5)
    assert ends.sent == [(2, "a"), (2, "b")]
    assert ends.link.is_over


@in_virtual_time
async def test_what_is_held_is_lost_with_the_line_and_no_timer_is_left() -> None:
    ends = Ends(2)
    ends.link.send("a", b"")
    ends.link.hear("b", b"")
    ends.link.clear()
    await asyncio.sleep(5)
    assert (ends.sent, ends.heard) == ([], [])


@in_virtual_time
async def test_only_so_much_is_held() -> None:
    ends = Ends(2)
    for _ in range(HELD + 10):
        ends.link.send("a", b"")
    await asyncio.sleep(3)
    assert len(ends.sent) == HELD
