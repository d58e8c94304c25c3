"""What a thing said aside: which answer belongs to which message."""

import asyncio

import pytest

from simulator.thing_strays import REMEMBERED, Stray, Strays

TOPIC = "$aws/things/t/jobs/j1/update"


def stray(token: str, topic: str = TOPIC) -> Stray:
    return Stray(topic, token, "unknown-job", asyncio.get_running_loop().create_future())


@pytest.mark.parametrize(
    ("topic", "payload", "is_its"),
    [
        (f"{TOPIC}/accepted", b'{"clientToken": "a"}', True),
        (f"{TOPIC}/rejected", b'{"clientToken": "a"}', True),
        (f"{TOPIC}/rejected", b'{"code": "InvalidJson"}', True),  # the service could not read the token
        (f"{TOPIC}/rejected", b"\xff", True),
        (f"{TOPIC}/accepted", b"{}", False),
        (f"{TOPIC}/rejected", b'{"clientToken": "b"}', False),
        ("$aws/things/t/jobs/j2/update/rejected", b'{"clientToken": "a"}', False),
        (f"{TOPIC}", b'{"clientToken": "a"}', False),
    ],
)
async def test_an_answer_is_known_by_topic_and_token(topic: str, payload: bytes, is_its: bool) -> None:
    strays = Strays()
    asked = strays.add(stray("a"))
    assert strays.take(topic, payload) is (asked if is_its else None)
    assert bool(strays.awaited) is not is_its


async def test_who_waits_is_told_that_the_line_was_lost_and_the_oldest_are_given_up() -> None:
    strays = Strays()
    asked = [strays.add(stray(str(number))) for number in range(REMEMBERED + 1)]
    assert strays.take(f"{TOPIC}/accepted", b'{"clientToken": "0"}') is None
    strays.clear()
    assert await asked[-1].answered is None
    assert not strays.awaited
