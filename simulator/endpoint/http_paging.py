"""Lists in pages. A token says by key where a page ended, so that changes between pages skip or repeat nothing."""

import base64
import binascii
import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import msgspec

from simulator.endpoint.http_call import Call
from simulator.jobs import limits
from simulator.jobs.control import ControlError, invalid_request

Item = TypeVar("Item")
Key = tuple[int | float | str, ...]


@dataclass(frozen=True, slots=True)
class Order(Generic[Item]):
    """What a list is ordered by: a unique key of each item, and the types it is made of."""

    key: Callable[[Item], Key]
    types: tuple[type, ...]


class _Token(msgspec.Struct, frozen=True, array_like=True):
    """Which list it belongs to, and the key of the last item shown."""

    listing: str
    key: Key


_decoder: Final = msgspec.json.Decoder(_Token)


class Paging(Generic[Item]):
    """The paging members of a list request (`maxResults`, `nextToken`); `listing` names the list."""

    def __init__(self, call: Call, listing: str, order: Order[Item]) -> None:
        """Read them.

        Raises:
            ControlError: InvalidRequestException.
        """
        low, high = limits.MAX_RESULTS
        given = call.number("maxResults")
        if given is not None and not low <= given <= high:
            raise invalid_request(f"maxResults must be between {low} and {high}.")
        self.limit = high if given is None else given
        self._listing = listing
        self._order = order
        token = call.text("nextToken")
        self.after: Key | None = None if token is None else self._read(token)

    def page(self, items: Iterable[Item]) -> tuple[list[Item], str | None]:
        """Return the items of this page in their order, and the token of the next page or None.

        Costs one look at each item; only a page of them is sorted.
        """
        after, key = self.after, self._order.key
        left = items if after is None else (item for item in items if key(item) > after)
        return self.cut(heapq.nsmallest(self.limit + 1, left, key=key))

    def cut(self, items: list[Item]) -> tuple[list[Item], str | None]:
        """Return the page that `items` begin with, and the token of the next if there are more than fit."""
        if len(items) <= self.limit:
            return items, None
        shown = items[: self.limit]
        text = msgspec.json.encode(_Token(self._listing, self._order.key(shown[-1])))
        return shown, base64.urlsafe_b64encode(text).decode("ascii")

    def _read(self, token: str) -> Key:
        try:
            read = _decoder.decode(base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True))
        except (msgspec.DecodeError, UnicodeError, RecursionError, binascii.Error):
            raise _foreign() from None
        if read.listing != self._listing or tuple(map(type, read.key)) != self._order.types:
            raise _foreign()
        return read.key


def _foreign() -> ControlError:
    return invalid_request("nextToken is not one that this list gave out.")
