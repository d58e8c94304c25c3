"""All sessions by client id: who is connected, who is away and for how long yet, and who is forgotten."""

from collections.abc import Callable, Iterator
from typing import Final

from simulator.endpoint.counters import GatewayCounters
from simulator.endpoint.deadlines import Deadlines
from simulator.endpoint.reasons import LossReason
from simulator.endpoint.sessions import Line, Session

OFFLINE_SESSIONS: Final = 20_000
"""How many sessions are kept for clients that are away; beyond it the one away for longest is forgotten."""


class Sessions:
    """Sessions outlive their connections by their expiry: an hour with MQTT 3.1.1 (reference section 11.5)."""

    def __init__(self, on_forgotten: Callable[[Session], None], counters: GatewayCounters) -> None:
        """`on_forgotten` is told of each session that ends, to take its subscriptions from it."""
        self._on_forgotten = on_forgotten
        self._counters = counters
        self._by_client_id: dict[str, Session] = {}
        self._away: dict[str, None] = {}  # in the order in which they went away
        self._expiries: Deadlines[str] = Deadlines()

    def __len__(self) -> int:
        return len(self._by_client_id)

    def __iter__(self) -> Iterator[Session]:
        return iter(self._by_client_id.values())

    def __getitem__(self, client_id: str) -> Session:
        return self._by_client_id[client_id]

    def get(self, client_id: str) -> Session | None:
        """Return the session of a client id, whether or not its client is connected."""
        return self._by_client_id.get(client_id)

    @property
    def connected(self) -> int:
        """How many of them have a line."""
        return len(self._by_client_id) - len(self._away)

    def open(self, client_id: str, line: Line, *, clean: bool, expiry_seconds: float) -> tuple[Session, bool]:
        """Return the session that `line` serves from now on, and whether it was present.

        A line that served the same client id is lost: the newcomer wins. With `clean`, an older session is forgotten.
        """
        session = self._by_client_id.get(client_id)
        if session is not None and session.line is not None:
            session.line.lose(LossReason.DUPLICATE_CLIENTID)
            session = self._by_client_id.get(client_id)
        if session is not None and clean:
            self._forget(session)
            session = None
        is_present = session is not None
        if session is None:
            session = self._by_client_id[client_id] = Session(client_id, expiry_seconds, self._counters)
        session.expiry_seconds = expiry_seconds
        self._back(client_id)
        session.line = line
        return session, is_present

    def release(self, session: Session, now: float) -> None:
        """Take the line from `session`: forget a clean one, keep a persistent one from `now` (monotonic seconds)."""
        session.line = None
        if not session.is_persistent:
            self._forget(session)
            return
        self._away[session.client_id] = None
        self._expiries.put(session.client_id, now + session.expiry_seconds)
        if len(self._away) > OFFLINE_SESSIONS:
            self._forget(self._by_client_id[next(iter(self._away))])

    def expire(self, now: float) -> None:
        """Forget the sessions whose clients have been away for longer than their expiry."""
        for client_id in self._expiries.pop_due(now):
            self._forget(self._by_client_id[client_id])

    def _back(self, client_id: str) -> None:
        self._away.pop(client_id, None)
        self._expiries.discard(client_id)

    def _forget(self, session: Session) -> None:
        del self._by_client_id[session.client_id]
        self._back(session.client_id)
        self._on_forgotten(session)
