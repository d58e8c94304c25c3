"""What passes between things and endpoint, counted where it passes: a thing's line, with a meter on it."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Final

from simulator.jobs.model import ErrorCode
from simulator.jobs.outgoing import answers_probe
from simulator.transport.base import Link, LinkHandler, MessageHandler, Transport

TransportFactory = Callable[[str, MessageHandler, LinkHandler], Transport]
"""Makes one client's line: client id, what to call for each message, what to call when the line changes."""


REJECTED: Final = "/rejected"
OTHER: Final = "other"  # a rejection without one of the known codes
_KNOWN: Final = frozenset(code.value for code in ErrorCode)
_CODE: Final = re.compile(rb'"code"\s*:\s*"([A-Za-z]{1,64})"')


class Traffic:
    """Counts messages, rejections by their code and reconnections of all lines made by one factory.

    What a probe is answered counts as a message only: a thing asks in that way how its execution ended, since nothing
    else would tell it, and a rejection is the answer.
    """

    def __init__(self, factory: TransportFactory) -> None:
        self._factory = factory
        self.messages_in = 0
        self.messages_out = 0
        self.reconnects = 0
        self.rejections: Counter[str] = Counter()

    def line(self, client_id: str, on_message: MessageHandler, on_link: LinkHandler) -> Transport:
        """Return a new line with a meter on it."""
        was_online = False

        def message(topic: str, payload: bytes) -> None:
            self.messages_in += 1
            if topic.endswith(REJECTED) and not answers_probe(payload):
                self.rejections[_code_in(payload)] += 1
            on_message(topic, payload)

        def link(state: Link, reason: str) -> None:
            nonlocal was_online
            if state is Link.ONLINE:
                self.reconnects += was_online
                was_online = True
            on_link(state, reason)

        return _Metered(self._factory(client_id, message, link), self)


def _code_in(payload: bytes) -> str:
    """Return the error code of a rejection; few are counted, whatever an endpoint may send."""
    found = _CODE.search(payload)
    code = found[1].decode() if found else OTHER
    return code if code in _KNOWN else OTHER


class _Metered:
    """A Transport that counts what is published; in everything else it is the line it was given."""

    __slots__ = ("_line", "_traffic")

    def __init__(self, line: Transport, traffic: Traffic) -> None:
        self._line = line
        self._traffic = traffic

    async def open(self) -> None:
        await self._line.open()

    async def subscribe(self, filters: tuple[str, ...]) -> None:
        await self._line.subscribe(filters)

    def forget_filters(self) -> None:
        self._line.forget_filters()

    def publish(self, topic: str, payload: bytes) -> None:
        self._line.publish(topic, payload)
        self._traffic.messages_out += 1

    def cut(self, seconds: float | None = None) -> None:
        self._line.cut(seconds)

    async def close(self) -> None:
        await self._line.close()
