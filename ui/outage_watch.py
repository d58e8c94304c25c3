"""Looks at what comes from the fleet for outages and lost things, each one banner from its beginning to its end."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from simulator.feed import FeedBatch
from simulator.outage import BEGINS_AT, ENDS_AT
from simulator.transport.base import Link
from ui.banner import Problem, Severity
from ui.endpoint_connection import Connection
from ui.fleet_store import FleetStore
from ui.numbers import counted
from ui.outage_fix import Mend, mend_of
from ui.teller import Teller


class OutageWatch(QObject):
    """It is shown each batch after the store has taken it."""

    showWanted = Signal(str)  # a filter that shows the things an outage is about
    connectionWanted = Signal(object)  # a Mend: what is to be looked at on the connection page

    def __init__(
        self,
        store: FleetStore,
        connection: Connection,
        teller: Teller,
        restart_worker: Callable[[], Coroutine[Any, Any, None]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._connection = connection
        self._teller = teller
        self._restart_worker = restart_worker
        self._is_told = False  # an outage was, and not yet its end

    def look(self, batch: FeedBatch, *, lost_before: int) -> None:
        """Tell what this batch says; `lost_before` is how many things were lost before it."""
        lost = self._store.lost
        if lost > lost_before:
            sentence = counted(
                lost,
                self.tr("A worker process ended; 1 thing is lost until it is started again."),
                self.tr("A worker process ended; %n things are lost until it is started again."),
            )
            text, show = self.tr("Restart worker"), partial(self.showWanted.emit, "warning:yes")
            self._teller.tell("worker", Severity.ERROR, sentence, text, self._restart_worker, show)
        elif lost_before and not lost:
            self._teller.ended.emit("worker")
        self._watch_line(batch)

    def _watch_line(self, batch: FeedBatch) -> None:
        """An outage is one banner while it lasts; the fleet says when it begins and when it ends."""
        counters, connection = batch.counters, self._connection
        is_cut_off = counters.requested > 0 and counters.cut_off >= BEGINS_AT * counters.requested
        if counters.cut_off <= ENDS_AT * counters.requested:
            if self._is_told:
                self._is_told = False
                self._teller.ended.emit("unreachable")
            if not connection.is_local and counters.connected and connection.link is not Link.ONLINE:
                connection.show_link(Link.ONLINE)
        if self._store.lost or (connection.is_local and connection.link is not Link.ONLINE):
            return  # the cause has a banner of its own
        for notice in batch.notices:
            if is_cut_off:
                self._tell_unreachable(notice)
            else:
                self._teller.tell("notice", Severity.SUCCESS, notice)

    def _tell_unreachable(self, sentence: str) -> None:
        if not self._connection.is_local:
            self._connection.show_link(Link.ERROR)
        mend = Mend.THINGS if self._connection.is_local else mend_of(sentence)
        texts = {Mend.CERTIFICATE: self.tr("Show certificate"), Mend.ACCOUNT: self.tr("Open Connection")}
        show = partial(self.showWanted.emit, "link:error,connecting")
        self._is_told = True
        is_about_things = mend is Mend.THINGS
        self._teller.told.emit(
            Problem(
                kind="unreachable",
                severity=Severity.WARNING,
                sentence=sentence,
                fix_text=texts.get(mend, self.tr("Show things")),
                fix=show if is_about_things else partial(self.connectionWanted.emit, mend),
                show=None if is_about_things else show,
            )
        )
