"""The glue between the window and the engine: an endpoint, a fleet in a process of its own, an operator.

Everything here is asked by slots through the window's task owner and answers with state, snapshots in the store, or a
problem in a sentence. It paints nothing.
"""

import asyncio
import contextlib
import logging
import random
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from simulator.clock import ScaledClock
from simulator.config import WindowOptions
from simulator.errors import InputError, SimulatorError, UnreachableError
from simulator.feed import FeedBatch, ThingDetail
from simulator.fleet import Fleet, FleetSettings, LineAction, StepAction, ThingSpec
from simulator.jobs import limits
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus
from simulator.operator_client import is_aws
from simulator.outage import BEGINS_AT, ENDS_AT
from simulator.scenario.faults import FaultName
from simulator.transport.address import check_url, parse_address
from simulator.transport.base import Link
from simulator.transport.credentials import NO_CREDENTIALS, Credentials
from ui.banner import Problem, Severity
from ui.composer_draft import JobRequest
from ui.fleet_store import FleetStore
from ui.numbers import counted, grouped
from ui.outage_fix import Mend, mend_of
from ui.record import Record
from ui.tasks import TaskOwner

if TYPE_CHECKING:
    from simulator.report import Report

logger = logging.getLogger(__name__)
FLEET_GRACE_SECONDS: Final = 0.75  # for a worker process to stop its things; a third later it is ended by force
FLEET_CLOSE_SECONDS: Final = 1.3  # both of that, and its end
OPERATOR_CLOSE_SECONDS: Final = 0.3
ENDPOINT_GRACE_SECONDS: Final = 0.2  # it keeps nothing; as much later it is ended by force
ENDPOINT_CLOSE_SECONDS: Final = 0.6
LOG_ENTRIES: Final = ((500, 256), (2000, 64))  # up to so many things, so many messages of each
FEWEST_LOG_ENTRIES: Final = 16
SHORT_SECONDS: Final = 0.4  # what takes no longer needs no word of how far it is
FREE_PORT: Final = "127.0.0.1:0"


class Endpoint(Protocol):
    """What the session needs of `LocalEndpoint`."""

    mqtt_address: str
    http_url: str

    async def start(self) -> None: ...

    async def close(self) -> None: ...


class JobMaker(Protocol):
    """What the session needs of `Operator`."""

    async def open(self) -> None: ...

    async def create_things(self, names: Sequence[str]) -> None: ...

    async def create_job(
        self,
        job_id: str,
        targets: Sequence[str],
        document: str,
        in_progress_timeout_minutes: int | None,
        description: str,
        *,
        members: Mapping[str, Any] | None = None,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> object: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Where the session gets its parts; tests give fakes."""

    endpoint: Callable[[str, str, float, Callable[[int], None]], Endpoint]  # mqtt, http, time scale, on exit
    fleet: Callable[[FleetSettings], Fleet]
    operator: Callable[[str], JobMaker]


def real_engine() -> Engine:
    """The engine's own parts, imported when first asked for: the window is painted before that."""

    def endpoint(mqtt: str, http: str, time_scale: float, on_exit: Callable[[int], None]) -> Endpoint:
        from simulator.endpoint.process import LocalEndpoint

        return LocalEndpoint(
            mqtt=mqtt, http=http, time_scale=time_scale, on_exit=on_exit, stop_seconds=ENDPOINT_GRACE_SECONDS
        )

    def fleet(settings: FleetSettings) -> Fleet:
        from simulator.worker import WorkerFleet

        return WorkerFleet(settings, grace_seconds=FLEET_GRACE_SECONDS)

    def operator(http_url: str) -> JobMaker:
        from simulator.operator import Operator

        return Operator(http_url)

    return Engine(endpoint=endpoint, fleet=fleet, operator=operator)


class Session(QObject):
    """One endpoint and one fleet, from `open` to `close`. Coroutines here tell their failures and do not raise them."""

    connectionChanged = Signal()
    told = Signal(object)  # a Problem
    ended = Signal(str)  # a problem's kind is no longer true
    scenarioRefused = Signal(str, str)  # one that was there before the fleet, by name; and why
    showWanted = Signal(str)  # a filter that shows the things a problem is about
    fleetReplaced = Signal(str)  # other things are here, from no fleet file; what they may be called
    connectionWanted = Signal(object)  # a Mend: what is to be looked at on the connection page
    jobProgress = Signal(int, int)  # of a job for many things: so many are in its group, of so many

    def __init__(
        self, options: WindowOptions, store: FleetStore, tasks: TaskOwner, engine: Engine, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._options = options
        self._store = store
        self._tasks = tasks
        self._engine = engine
        self._endpoint: Endpoint | None = None
        self._fleet: Fleet | None = None
        self._operator: JobMaker | None = None
        self._specs: dict[str, ThingSpec] = {}
        self._wanted: set[str] = set()  # things that were started and not stopped
        self.assigned: dict[str, str] = {}  # scenarios that things were given since they came
        self.scenarios: dict[str, str] = {}  # texts of scenarios that were made known here, by name
        self._one_at_a_time = asyncio.Lock()  # opening, closing and mending do not overlap
        self._closed = False
        self._credentials = NO_CREDENTIALS
        self.record: Record | None = None  # for the report, from the fleet's opening on
        self._is_demo = options.demo
        self.message_memory = 0  # messages kept of each thing; 0 goes by how many things there are
        self.demo_jobs = 0  # how many of the demo's jobs were made
        self.is_opening = True  # until endpoint, fleet and the first things are there, or one of them failed
        self.seed = options.seed if options.seed is not None else random.randrange(1, 1_000_000)
        self.time_scale = options.time_scale or 1.0
        self.mqtt = ""
        self.http = ""
        self.link = Link.OFFLINE
        self.started_at: float | None = None  # monotonic, when the first thing was started
        self.allow_control_plane = False  # matters where the control plane is AWS itself; Connection switches it
        self._served_since = (monotonic(), real_epoch())  # of the local endpoint's clock

    @property
    def is_local(self) -> bool:
        """Whether the endpoint is a child process of ours."""
        return self._options.mqtt is None

    @property
    def operator(self) -> JobMaker | None:
        """Whoever asks the control plane; None while there is none."""
        return self._operator

    @property
    def is_aws(self) -> bool:
        """Whether the control plane is AWS itself, where what is done costs and cannot be taken back."""
        return not self.is_local and bool(self.http) and is_aws(self.http)

    def why_no_control_plane(self) -> str:
        """Why jobs cannot be made, cancelled or asked for now; "" if they can."""
        if self.is_aws and not self.allow_control_plane:
            return self.tr(
                "The control plane is AWS itself and may not be used: switch “allow control plane” on in Connection."
            )
        if self._operator is not None:
            return ""
        if self.is_opening:
            return self.tr("Starting…")
        if self.is_local:
            return self.tr("The local endpoint is not running.")
        return self.tr("This connection has no control plane; start with --http to name one.")

    def endpoint_epoch(self) -> float:
        """What time it is for the endpoint, in epoch seconds: the local one's clock may run faster than ours."""
        if not self.is_local:
            return real_epoch()
        since, epoch = self._served_since
        return epoch + (monotonic() - since) * self.time_scale

    @property
    def credentials(self) -> Credentials:
        """The files by which the things and the endpoint know each other; paths, never what is in them."""
        return self._credentials

    @property
    def is_ready(self) -> bool:
        """Whether things can be added and started."""
        return self._fleet is not None

    @property
    def is_demo(self) -> bool:
        """Whether it begins with the demo."""
        return self._is_demo

    def run_seconds(self) -> float | None:
        """How long ago the first thing was started; None before that."""
        return None if self.started_at is None else monotonic() - self.started_at

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

            self.time_scale = SHOW_TIME_SCALE
        async with self._one_at_a_time:
            if self._closed or not (await self._open_endpoint(self.mqtt, self.http) and await self._open_fleet()):
                return
        if self._specs:
            await self._put_back()
        elif self._is_demo:
            await self._begin_demo()
        elif self._options.things:
            await self.add_many(self._options.things)

    async def close(self) -> None:
        """Stop the things, then the endpoint; within two seconds, whatever they do."""
        self._closed = True
        if self.record is not None:
            self.record.stop()
        async with self._one_at_a_time:
            await self._close_parts()

    async def _close_parts(self) -> None:
        fleet, self._fleet = self._fleet, None
        operator, self._operator = self._operator, None
        farewells = []
        if fleet is not None:
            farewells.append(_within(FLEET_CLOSE_SECONDS, fleet.close(), "the fleet"))
        if operator is not None:
            farewells.append(_within(OPERATOR_CLOSE_SECONDS, operator.close(), "the operator"))
        await asyncio.gather(*farewells)
        await self._close_endpoint()
        self._set_link(Link.OFFLINE)

    async def _close_endpoint(self) -> None:
        """Also one that has ended by itself: its pipes are still open."""
        endpoint, self._endpoint = self._endpoint, None
        if endpoint is not None:
            await _within(ENDPOINT_CLOSE_SECONDS, endpoint.close(), "the endpoint")

    async def _open_endpoint(self, mqtt: str, http: str) -> bool:
        """Serve at these addresses again, at free ports if there are none yet; or take the given endpoint."""
        if not self.is_local:
            self.mqtt, self.http = self._options.mqtt or "", self._options.http or ""
            self._set_link(Link.CONNECTING)
        else:
            self._set_link(Link.CONNECTING)
            endpoint = self._engine.endpoint(
                _host_and_port(mqtt) or FREE_PORT,
                _host_and_port(http) or FREE_PORT,
                self.time_scale,
                self._endpoint_ended,
            )
            try:
                await endpoint.start()
            except (SimulatorError, OSError) as error:
                self._set_link(Link.ERROR)
                self._tell_endpoint(str(error), at_these_ports=bool(mqtt))
                return False
            self._endpoint = endpoint
            self._served_since = (monotonic(), real_epoch())
            self.mqtt, self.http = endpoint.mqtt_address, endpoint.http_url
            self._set_link(Link.ONLINE)
        if self.http:
            self._operator = self._engine.operator(self.http)
            self._tasks.start(self._warm_up(self._operator), "operator")
        self.ended.emit("endpoint")
        return True

    async def _warm_up(self, operator: JobMaker) -> None:
        """Make the control plane's client while the fleet opens; if that fails, the first call will say why."""
        with contextlib.suppress(SimulatorError, OSError):
            await operator.open()

    async def _open_fleet(self) -> bool:
        settings = FleetSettings(
            address=self.mqtt,
            credentials=self._credentials,
            time_scale=self.time_scale,
            log_entries=self.message_memory or log_entries_for(max(len(self._specs), self._options.things)),
        )
        fleet = self._engine.fleet(settings)
        try:
            await fleet.open(self._take)
            await self._make_known(fleet)
        except (SimulatorError, OSError) as error:
            sentence = self.tr("The fleet did not start: %1").replace("%1", str(error))
            self._tell("fleet", Severity.ERROR, sentence, self.tr("Try again"), self.reopen)
            return False
        self._fleet = fleet
        self.record = self.record or Record(self.time_scale, self._tasks, lambda: self._fleet, self._store.newest, self)
        self.ended.emit("fleet")
        return True

    async def _make_known(self, fleet: Fleet) -> None:
        """Give a new fleet the scenarios there are, those first that others name; one it cannot read is left out."""
        left, refused = dict(self.scenarios), dict[str, str]()
        while left:
            refused.clear()
            for name, text in left.items():
                try:
                    await fleet.define(name, text)
                except InputError as error:
                    refused[name] = str(error)
            if len(refused) == len(left):
                break
            left = {name: left[name] for name in refused}
        for name, sentence in refused.items():
            del self.scenarios[name]
            self.scenarioRefused.emit(name, sentence)

    async def reopen(self) -> None:
        """Close what is open and open all of it anew, at free ports, with the things there were."""
        async with self._one_at_a_time:
            await self._close_parts()
            self.mqtt = self.http = ""
        await self.open()

    async def use(self, mqtt: str, http: str, credentials: Credentials) -> bool:
        """Take the things to another endpoint, or (without an address) to a local one; False if it is refused."""
        from simulator.transport.secure import check as check_credentials

        try:
            if mqtt:
                check_credentials(credentials, parse_address(mqtt, "MQTT address"), list(self._specs))
            if http:
                check_url(http, "HTTP")
        except InputError as error:
            self._tell("connection", Severity.ERROR, str(error))
            return False
        self.ended.emit("connection")
        self._options = replace(self._options, mqtt=mqtt or None, http=http or None)
        self._credentials = credentials
        self.allow_control_plane = False
        await self.reopen()
        return True

    async def restart_endpoint(self) -> None:
        """Start the local endpoint again at its old addresses; the things come back by themselves."""
        async with self._one_at_a_time:
            operator, self._operator = self._operator, None
            if operator is not None:
                await _within(OPERATOR_CLOSE_SECONDS, operator.close(), "the operator")
            await self._close_endpoint()
            if not await self._open_endpoint(self.mqtt, self.http):
                return
        await self._register(list(self._specs))

    async def restart_worker(self) -> None:
        """Start new worker processes for those that ended, with the things they had."""
        restart = getattr(self._fleet, "restart_lost", None)
        if restart is not None:
            try:
                await restart()
            except (SimulatorError, OSError) as error:
                sentence = self.tr("The worker did not start: %1").replace("%1", str(error))
                self._tell("worker", Severity.ERROR, sentence, self.tr("Restart worker"), self.restart_worker)

    # --- things and jobs --------------------------------------------------------------------------------------------

    async def _begin_demo(self) -> None:
        from simulator import demo

        specs = demo.demo_specs(self.seed, self._options.demo_things)
        names = [spec.name for spec in specs]
        await self._add_to_fleet(specs)
        await self.start(names)  # they connect while the control plane gets to know them
        await self._register(names)
        await self.make_demo_job()

    async def show_demo(self) -> None:
        """Put the demo in the place of the things there are, at its pace."""
        await self.remove(list(self._specs))
        self._is_demo = True
        self.demo_jobs = 0
        await self.reopen()

    async def replace_things(self, specs: Sequence[ThingSpec]) -> None:
        """Put other things in the place of those there are; they are stopped."""
        await self.remove(list(self._specs))
        await self.add(specs)

    async def define(self, name: str, text: str) -> None:
        """Make a scenario known that things can be given.

        Raises:
            InputError: the text is no scenario.
        """
        if self._fleet is not None:
            await self._fleet.define(name, text)
            self.scenarios[name] = text

    def specs(self) -> list[ThingSpec]:
        """What the things were added as, in their order."""
        return list(self._specs.values())

    async def bring_back(
        self, things: Sequence[ThingSpec], assigned: Mapping[str, str], scenarios: Mapping[str, str]
    ) -> None:
        """Put things that were kept from another session in the place of those there are; they are stopped.

        Raises:
            InputError: one of the scenarios is none, or the engine does not run.
        """
        if self._fleet is None:
            raise InputError("", self.tr("the engine is not running"), self.tr("start it first, and try again"))
        for name, text in scenarios.items():
            if name not in self.scenarios:  # what is known here may be newer
                await self.define(name, text)
        await self.replace_things(things)
        await self._assign_again(assigned)

    async def _assign_again(self, assigned: Mapping[str, str]) -> None:
        by_scenario: dict[str, list[str]] = {}
        for name, scenario in assigned.items():
            if name in self._specs:
                by_scenario.setdefault(scenario, []).append(name)
        for scenario, names in by_scenario.items():
            await self.assign(names, scenario)

    def spec(self, name: str) -> ThingSpec | None:
        """What a thing was added as."""
        return self._specs.get(name)

    async def remove(self, names: Sequence[str]) -> None:
        """Stop things and take them out of the fleet."""
        if self._fleet is not None and names:
            for name in names:
                self._specs.pop(name, None)
                self.assigned.pop(name, None)
            self._wanted.difference_update(names)
            await self._do(self._fleet.remove(names))

    async def renew(self, specs: Sequence[ThingSpec]) -> None:
        """Start things anew as these say; those that ran run again."""
        running = [spec.name for spec in specs if spec.name in self._wanted]
        await self.remove([spec.name for spec in specs])
        if await self._add_to_fleet(specs):
            await self.start(running)

    async def make_demo_job(self) -> None:
        """Create the demo's next job, for all its things."""
        from simulator import demo

        self.demo_jobs += 1
        job_id, document, members = demo.show_job(self.demo_jobs)
        await self.make_job(
            JobRequest(
                job_id=job_id,
                targets=tuple(self._specs),
                document=document,
                in_progress_timeout_minutes=demo.DEMO_TIMEOUT_MINUTES,
                description=self.tr("The demo's job %1").replace("%1", str(self.demo_jobs)),
                members=members,
            )
        )

    async def add_many(self, count: int) -> None:
        """Add so many things of the default kind, numbered on from the last."""
        from simulator.scenario.walk import seed_for

        names: list[str] = []
        number = len(self._specs)
        while len(names) < count:
            number += 1
            if (name := f"thing-{number:05}") not in self._specs:
                names.append(name)
        await self.add([ThingSpec(name=name, scenario="mix", seed=seed_for(self.seed, name)) for name in names])

    async def add(self, specs: Sequence[ThingSpec]) -> None:
        """Add stopped things and register them with the endpoint."""
        if await self._add_to_fleet(specs):
            await self._register([spec.name for spec in specs])

    async def _add_to_fleet(self, specs: Sequence[ThingSpec]) -> bool:
        if self._fleet is None:
            return False
        try:
            await self._fleet.add(specs)
        except (SimulatorError, OSError) as error:
            self._tell_not_added(error)
            return False
        self.ended.emit("openFiles")
        self._specs.update((spec.name, spec) for spec in specs)
        return True

    def _tell_not_added(self, error: Exception) -> None:
        """Why things were not added; where the limit of open files is too low, the command that raises it."""
        sentence = self.tr("The things were not added: %1").replace("%1", str(error))
        command = re.search(r"ulimit -n [0-9]+", str(error))
        if command is None:
            self._tell("add", Severity.ERROR, sentence)
            return
        copy = partial(QGuiApplication.clipboard().setText, command[0])
        text = self.tr("Copy command")
        self.told.emit(Problem(kind="openFiles", severity=Severity.ERROR, sentence=sentence, fix_text=text, fix=copy))

    async def _put_back(self) -> None:
        """After the fleet was opened anew: the things it had, running if they ran."""
        if self._fleet is None:
            return
        await self._fleet.add(list(self._specs.values()))
        await self._assign_again(dict(self.assigned))
        await self._register(list(self._specs))
        await self._fleet.start([name for name in self._specs if name in self._wanted])

    async def _register(self, names: Sequence[str]) -> None:
        """Jobs can only be made for things that the control plane knows."""
        if self._operator is None or not names or not self.is_local:
            return
        try:
            await self._operator.create_things(names)
        except (SimulatorError, OSError) as error:
            sentence = self.tr("The things could not be registered: %1").replace("%1", str(error))
            self._tell("register", Severity.WARNING, sentence, self.tr("Try again"), lambda: self._register(names))
            return
        self.ended.emit("register")

    async def start(self, names: Sequence[str]) -> None:
        """Connect things and let them take jobs."""
        if self._fleet is not None and names:
            self.started_at = self.started_at or monotonic()
            self._wanted.update(names)
            await self._do(self._fleet.start(names))

    async def stop(self, names: Sequence[str]) -> None:
        """Let things rest."""
        if self._fleet is not None:
            self._wanted.difference_update(names)
            await self._do(self._fleet.stop(names))

    async def line(self, names: Sequence[str], action: LineAction) -> None:
        """Cut lines, or let them come back."""
        if self._fleet is not None:
            await self._do(self._fleet.line(names, action))

    async def assign(self, names: Sequence[str], scenario: str, *, now: bool = False) -> None:
        """Give things another scenario; with `now` an execution under way goes on with it from its next step on."""
        if self._fleet is None:
            return
        before = {name: self.assigned[name] for name in names if name in self.assigned}
        self.assigned.update(dict.fromkeys(names, scenario))  # at once: a save may follow on its heels
        if not await self._do(self._fleet.assign(names, scenario, now=now)):
            for name in names:
                self.assigned.pop(name, None)
            self.assigned.update(before)

    async def manual(self, names: Sequence[str], on: bool) -> None:
        """Let things wait before each step, or not."""
        if self._fleet is not None:
            await self._do(self._fleet.manual(names, on))

    async def step(self, names: Sequence[str]) -> None:
        """Let waiting things go one step on."""
        if self._fleet is not None:
            await self._do(self._fleet.step(names))

    async def force(self, names: Sequence[str], status: JobStatus | None, reason: str = "") -> None:
        """End executions with a status; None falls silent."""
        if self._fleet is not None:
            await self._do(self._fleet.force(names, status, reason))

    async def misbehave(self, names: Sequence[str], fault: FaultName) -> None:
        """Let things make a fault."""
        if self._fleet is not None:
            await self._do(self._fleet.misbehave(names, fault))

    async def act(self, names: Sequence[str], action: StepAction) -> None:
        """Let things in manual mode go on in this way."""
        if self._fleet is not None:
            await self._do(self._fleet.act(names, action))

    async def send(self, names: Sequence[str], update: UpdateByHand) -> None:
        """Let things send an update that a person made, right or wrong."""
        if self._fleet is not None:
            await self._do(self._fleet.send(names, update))

    async def detail(self, name: str) -> ThingDetail | None:
        """What a thing's messages and timeline are; None if nobody knows."""
        if self._fleet is None:
            return None
        try:
            return await self._fleet.detail(name)
        except SimulatorError:
            logger.warning("no detail of %s", name, exc_info=True)
            return None

    async def report(self) -> "Report | None":
        """What came of the session so far; None if there is no fleet or it does not answer."""
        if self._fleet is None or self.record is None:
            return None
        try:
            return await self.record.report(
                self._fleet, self._operator, things=len(self._specs), seed=self.seed, mqtt=self.mqtt, http=self.http
            )
        except (SimulatorError, OSError) as error:
            self._tell("report", Severity.ERROR, self.tr("There is no report: %1").replace("%1", str(error)))
            return None

    async def make_job(self, wanted: JobRequest, *, quietly: bool = False) -> None:
        """Create a job; why it could not be made is told, and that it was unless `quietly`."""
        await self.job_made(wanted, quietly=quietly)

    async def take_job_back(self, job_id: str) -> None:
        """Delete a job that nothing has started; why it could not be is told."""
        try:
            delete = getattr(self._operator, "delete_job", None)
            if delete is None:
                raise UnreachableError("the control plane", self.tr("there is none; start with --http"))
            await delete(job_id, True)
        except (SimulatorError, OSError) as error:
            sentence = self.tr("The job %1 was not taken back: %2").replace("%1", job_id).replace("%2", str(error))
            self._tell("undo", Severity.ERROR, sentence)
            return
        self._tell("undo", Severity.SUCCESS, self.tr("The job %1 was taken back.").replace("%1", job_id))

    async def job_made(self, wanted: JobRequest, *, quietly: bool = False) -> bool:
        """As `make_job`; return whether it was made."""
        try:
            if self._operator is None:
                raise UnreachableError("the control plane", self.tr("there is none; start with --http"))
            if why_not := self.why_no_control_plane():
                raise InputError("", why_not)
            more: dict[str, Any] = {"members": wanted.members} if wanted.members else {}
            if len(wanted.targets) > limits.TARGETS:
                more["on_progress"] = self._progress_of(wanted.job_id, quietly=quietly)
            await self._operator.create_job(
                wanted.job_id,
                wanted.targets,
                wanted.document,
                wanted.in_progress_timeout_minutes,
                wanted.description,
                **more,
            )
        except (SimulatorError, OSError) as error:
            sentence = self.tr("The job %1 was not created: %2").replace("%1", wanted.job_id).replace("%2", str(error))
            self._tell("job", Severity.ERROR, sentence, self.tr("Try again"), lambda: self.make_job(wanted))
            return False
        finally:
            self.ended.emit("jobProgress")
        self.ended.emit("job")
        if quietly:
            return True
        sentence = counted(
            len(wanted.targets),
            self.tr("Job %1 was created for 1 thing."),
            self.tr("Job %1 was created for %n things."),
        )
        self._tell("jobCreated", Severity.SUCCESS, sentence.replace("%1", wanted.job_id))
        return True

    def _progress_of(self, job_id: str, *, quietly: bool) -> Callable[[int, int], None]:
        """A job for many things waits until all are in its group, a call each; if that takes a while, it is told."""
        began = monotonic()

        def tell(done: int, total: int) -> None:
            if monotonic() - began < SHORT_SECONDS:
                return
            self.jobProgress.emit(done, total)
            if not quietly:
                sentence = self.tr("Creating job %1: %2 of %3 things are in its group.").replace("%1", job_id)
                sentence = sentence.replace("%2", grouped(done)).replace("%3", grouped(total))
                self.told.emit(Problem(kind="jobProgress", severity=Severity.INFO, sentence=sentence, is_passing=True))

        return tell

    async def _do(self, command: Awaitable[None]) -> bool:
        """Wait for a command; a refusal is told in its own words. Return whether it was carried out."""
        try:
            await command
        except (SimulatorError, OSError) as error:
            self._tell("command", Severity.ERROR, str(error))
            return False
        return True

    # --- what comes back --------------------------------------------------------------------------------------------

    def _take(self, batch: FeedBatch) -> None:
        """A batch came: into the store with it. Nothing is painted here."""
        store = self._store
        lost_before = store.lost
        store.apply(batch)
        if self.record is not None:
            self.record.on_batch(batch, store.turned)
        if store.lost > lost_before:
            sentence = counted(
                store.lost,
                self.tr("A worker process ended; 1 thing is lost until it is started again."),
                self.tr("A worker process ended; %n things are lost until it is started again."),
            )
            text, show = self.tr("Restart worker"), partial(self.showWanted.emit, "warning:yes")
            self._tell("worker", Severity.ERROR, sentence, text, self.restart_worker, show)
        elif lost_before and not store.lost:
            self.ended.emit("worker")
        self._watch_line(batch)

    def _watch_line(self, batch: FeedBatch) -> None:
        """An outage is one banner while it lasts; the fleet says when it begins and when it ends."""
        counters = batch.counters
        is_cut_off = counters.requested > 0 and counters.cut_off >= BEGINS_AT * counters.requested
        if counters.cut_off <= ENDS_AT * counters.requested:
            self.ended.emit("unreachable")
            if not self.is_local and counters.connected and self.link is not Link.ONLINE:
                self._set_link(Link.ONLINE)
        if self._store.lost or (self.is_local and self.link is not Link.ONLINE):
            return  # the cause has a banner of its own
        for notice in batch.notices:
            if is_cut_off:
                self._tell_unreachable(notice)
            else:
                self._tell("notice", Severity.SUCCESS, notice)

    def _tell_unreachable(self, sentence: str) -> None:
        if not self.is_local:
            self._set_link(Link.ERROR)
        mend = Mend.THINGS if self.is_local else mend_of(sentence)
        texts = {Mend.CERTIFICATE: self.tr("Show certificate"), Mend.ACCOUNT: self.tr("Open Connection")}
        show = partial(self.showWanted.emit, "link:error,connecting")
        is_about_things = mend is Mend.THINGS
        self.told.emit(
            Problem(
                kind="unreachable",
                severity=Severity.WARNING,
                sentence=sentence,
                fix_text=texts.get(mend, self.tr("Show things")),
                fix=show if is_about_things else partial(self.connectionWanted.emit, mend),
                show=None if is_about_things else show,
            )
        )

    def _endpoint_ended(self, status: int) -> None:
        if self._closed:
            return
        self._set_link(Link.ERROR)
        sentence = self.tr("The local endpoint ended (exit status %1); its jobs are gone, the things go on trying.")
        sentence = sentence.replace("%1", str(status))
        self._tell("endpoint", Severity.ERROR, sentence, self.tr("Restart endpoint"), self.restart_endpoint)

    def _tell_endpoint(self, cause: str, *, at_these_ports: bool) -> None:
        sentence = self.tr("The local endpoint did not start: %1").replace("%1", cause)
        text = self.tr("Use other ports") if at_these_ports else self.tr("Try again")
        self._tell("endpoint", Severity.ERROR, sentence, text, self.reopen)

    def _tell(
        self,
        kind: str,
        severity: Severity,
        sentence: str,
        fix_text: str = "",
        fix: Callable[[], Coroutine[Any, Any, None]] | None = None,
        show: Callable[[], None] | None = None,
    ) -> None:
        """Tell a problem whose fix is a coroutine of ours; `show` shows the things it is about."""
        mend = None if fix is None else lambda: self._tasks.start(fix(), kind)
        self.told.emit(Problem(kind=kind, severity=severity, sentence=sentence, fix_text=fix_text, fix=mend, show=show))

    def _set_link(self, link: Link) -> None:
        self.link = link
        self.connectionChanged.emit()


def real_epoch() -> float:
    """What time it is, in epoch seconds; with `--virtual-time` what time the program says it is."""
    return ScaledClock().epoch()


def log_entries_for(things: int) -> int:
    """How many messages each of so many things keeps: a slow success whole (about 110) while all of it fits in 64 MB.

    A message takes about half a KiB, so 500 things with 256 of them, or 2,000 with 64, are at the cap.
    """
    return next((entries for most, entries in LOG_ENTRIES if things <= most), FEWEST_LOG_ENTRIES)


async def _within(seconds: float, work: Awaitable[None], what: str) -> None:
    """Wait for a farewell, but not for ever."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        logger.info("%s did not end within %g s", what, seconds)  # it is left behind, and ends with the process
    except (SimulatorError, OSError):
        logger.warning("%s did not end well", what, exc_info=True)


def _host_and_port(address: str) -> str:
    """HOST:PORT of an address or URL."""
    return address.rpartition("//")[2].rstrip("/")
