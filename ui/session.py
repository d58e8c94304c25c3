"""One endpoint, one fleet and one operator, from `open` to `close`: what they are made of, and in which order.

Everything here is asked by slots through the window's task owner and answers with state, snapshots in the store, or a
problem in a sentence. It paints nothing.
"""

import asyncio
import random
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from simulator.config import WindowOptions
from simulator.errors import InputError, SimulatorError
from simulator.feed import FeedBatch
from simulator.fleet import FleetSettings
from simulator.transport.address import check_url, parse_address
from simulator.transport.base import Link
from simulator.transport.credentials import Credentials
from ui.banner import Severity
from ui.demo_fleet import DemoFleet
from ui.endpoint_connection import Connection
from ui.engine import Engine
from ui.fleet_process import FleetProcess, log_entries_for
from ui.fleet_store import FleetStore
from ui.job_creation import JobCreation
from ui.kept_runs import KeptRuns
from ui.outage_watch import OutageWatch
from ui.record import Record
from ui.session_things import Things
from ui.tasks import TaskOwner
from ui.teller import Teller

if TYPE_CHECKING:
    from simulator.report import Report


class Session(QObject):
    """Owns the parts and knows their order. Coroutines here tell their failures and do not raise them."""

    showWanted = Signal(str)  # a filter that shows the things somebody speaks of
    fleetReplaced = Signal(str)  # other things are here, from no fleet file; what they may be called
    connectionWanted = Signal(object)  # a Mend: what is to be looked at on the connection page

    def __init__(
        self, options: WindowOptions, store: FleetStore, tasks: TaskOwner, engine: Engine, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._options = options
        self._store = store
        self._tasks = tasks
        self._one_at_a_time = asyncio.Lock()  # opening, closing and mending do not overlap
        self._closed = False
        self._is_demo = options.demo
        self.is_opening = True  # until endpoint, fleet and the first things are there, or one of them failed
        seed = options.seed if options.seed is not None else random.randrange(1, 1_000_000)
        self.message_memory = 0  # messages kept of each thing; 0 goes by how many things there are
        self.record: Record | None = None  # for the report, from the fleet's opening on
        self.kept_runs = KeptRuns()  # what came of sessions before this one, and soon of this one
        self.teller = Teller(tasks, self)
        self.connection = Connection(
            options, engine, tasks, is_opening=lambda: self.is_opening, on_exit=self._endpoint_ended, parent=self
        )
        self.process = FleetProcess(engine, self)
        self.things = Things(self.process, self.connection, self.teller, seed, self)
        self.jobs = JobCreation(self.connection, self.teller, self.things, self)
        self.demo = DemoFleet(self.things, self.jobs, seed=seed, count=options.demo_things, parent=self)
        self._outages = OutageWatch(store, self.connection, self.teller, self.restart_worker, self)
        self._outages.showWanted.connect(self.showWanted)
        self._outages.connectionWanted.connect(self.connectionWanted)

    @property
    def seed(self) -> int:
        """Where the chance of things comes from that are added by name."""
        return self.things.seed

    @seed.setter
    def seed(self, seed: int) -> None:
        self.things.seed = seed

    def seed_of(self, named: int | None) -> int:
        """The seed of a fleet whose file names this one: what the program was started with goes before it."""
        return self.seed if named is None or self._options.seed is not None else named

    @property
    def is_demo(self) -> bool:
        """Whether it begins with the demo."""
        return self._is_demo

    # --- opening and closing ----------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Start endpoint and fleet, then what the options ask for: the demo with its first job, or so many things."""
        self.is_opening = True
        try:
            await self._open()
        finally:
            self.is_opening = False

    async def _open(self) -> None:
        if self._is_demo and self._options.time_scale is None:
            from simulator.demo import SHOW_TIME_SCALE

            self.connection.time_scale = SHOW_TIME_SCALE
        async with self._one_at_a_time:
            if self._closed or not (await self._open_endpoint() and await self._open_fleet()):
                return
        if self.things.specs():
            await self.things.put_back()
        elif self._is_demo:
            await self.demo.begin()
        elif self._options.things:
            await self.things.add_many(self._options.things)

    async def close(self) -> None:
        """Stop the things, then the endpoint; within two seconds, whatever they do."""
        self._closed = True
        if self.record is not None:
            self.record.stop()
        async with self._one_at_a_time:
            await self._close_parts()

    async def _close_parts(self) -> None:
        await asyncio.gather(self.process.close(), self.connection.close_operator())
        await self.connection.close_endpoint()
        self.connection.show_link(Link.OFFLINE)

    async def _open_endpoint(self) -> bool:
        at_these_ports = bool(self.connection.mqtt)
        try:
            await self.connection.open()
        except (SimulatorError, OSError) as error:
            sentence = self.tr("The local endpoint did not start: %1").replace("%1", str(error))
            text = self.tr("Use other ports") if at_these_ports else self.tr("Try again")
            self.teller.tell("endpoint", Severity.ERROR, sentence, text, self.reopen)
            return False
        self.teller.ended.emit("endpoint")
        return True

    async def _open_fleet(self) -> bool:
        connection = self.connection
        expected = max(len(self.things.specs()), self._options.things)
        settings = FleetSettings(
            address=connection.mqtt,
            credentials=connection.credentials,
            time_scale=connection.time_scale,
            ramp=connection.ramp,
            log_entries=self.message_memory or log_entries_for(expected),
        )
        try:
            await self.process.open(settings, self.take)
        except (SimulatorError, OSError) as error:
            sentence = self.tr("The fleet did not start: %1").replace("%1", str(error))
            self.teller.tell("fleet", Severity.ERROR, sentence, self.tr("Try again"), self.reopen)
            return False
        if self.record is None:
            newest = self._store.newest
            self.record = Record(connection.time_scale, self._tasks, lambda: self.process.fleet, newest, self)
        self.record.time_scale = connection.time_scale  # another one since the demo began in a window that was open
        self.teller.ended.emit("fleet")
        return True

    async def reopen(self) -> None:
        """Close what is open and open all of it anew, at free ports, with the things there were."""
        async with self._one_at_a_time:
            await self._close_parts()
            self.connection.forget_ports()
        await self.open()

    async def use(self, mqtt: str, http: str, credentials: Credentials, profile: str = "") -> bool:
        """Take the things to another endpoint, or (without an address) to a local one; False if it is refused."""
        from simulator.transport.secure import check as check_credentials

        try:
            if mqtt:
                check_credentials(credentials, parse_address(mqtt, "MQTT address"), self.things.names())
            if http:
                check_url(http, "HTTP")
        except InputError as error:
            self.teller.tell("connection", Severity.ERROR, str(error))
            return False
        self.teller.ended.emit("connection")
        self.connection.point_at(mqtt, http, credentials, profile)
        await self.reopen()
        return True

    async def show_demo(self) -> None:
        """Put the demo in the place of the things there are, at its pace."""
        await self.things.remove(self.things.names())
        self._is_demo = True
        self.demo.jobs_made = 0
        await self.reopen()

    # --- what ends by itself ----------------------------------------------------------------------------------------

    def _endpoint_ended(self, status: int) -> None:
        if self._closed:
            return
        self.connection.show_link(Link.ERROR)
        sentence = self.tr("The local endpoint ended (exit status %1); its jobs are gone, the things go on trying.")
        sentence = sentence.replace("%1", str(status))
        self.teller.tell("endpoint", Severity.ERROR, sentence, self.tr("Restart endpoint"), self.restart_endpoint)

    async def restart_endpoint(self) -> None:
        """Start the local endpoint again at its old addresses; the things come back by themselves."""
        async with self._one_at_a_time:
            await self.connection.close_operator()
            await self.connection.close_endpoint()
            if not await self._open_endpoint():
                return
        await self.things.register(self.things.names())

    async def restart_worker(self) -> None:
        """Start new worker processes for those that ended, with the things they had."""
        try:
            await self.process.restart_lost()
        except (SimulatorError, OSError) as error:
            sentence = self.tr("The worker did not start: %1").replace("%1", str(error))
            self.teller.tell("worker", Severity.ERROR, sentence, self.tr("Restart worker"), self.restart_worker)

    # --- what comes back --------------------------------------------------------------------------------------------

    def take(self, batch: FeedBatch) -> None:
        """A batch came: into the store with it. Nothing is painted here."""
        lost_before = self._store.lost
        self._store.apply(batch)
        if self.record is not None:
            self.record.on_batch(batch, self._store.turned)
        self._outages.look(batch, lost_before=lost_before)

    async def report(self) -> "Report | None":
        """What came of the session so far; None if there is no fleet or it does not answer."""
        if self.process.fleet is None or self.record is None:
            return None
        try:
            return await self.record.report(
                self.process.fleet,
                self.connection.operator,
                things=len(self.things.specs()),
                seed=self.seed,
                mqtt=self.connection.mqtt,
                http=self.connection.http,
            )
        except (SimulatorError, OSError) as error:
            self.teller.tell("report", Severity.ERROR, self.tr("There is no report: %1").replace("%1", str(error)))
            return None
