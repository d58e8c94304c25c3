"""The things of a session: what they were added as, what they were given since, and what they are told to do.

A refusal is told in its own words and not raised.
"""

import re
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from functools import partial
from time import monotonic
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from simulator.errors import InputError, SimulatorError
from simulator.fleet import LineAction, StepAction, ThingSpec
from simulator.fleet_plan import Registration
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus
from simulator.scenario.faults import FaultName
from ui.banner import Problem, Severity
from ui.endpoint_connection import Connection
from ui.fleet_process import FleetProcess
from ui.teller import Teller

NO_REGISTRATIONS: Final[Mapping[str, Registration]] = {}


class Things(QObject):
    """Kept here so that a new fleet can be made like the one before; without a fleet commands do nothing."""

    def __init__(
        self, process: FleetProcess, connection: Connection, teller: Teller, seed: int, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._process = process
        self._connection = connection
        self._teller = teller
        self.seed = seed
        self._specs: dict[str, ThingSpec] = {}
        self._wanted: set[str] = set()  # things that were started and not stopped
        self.assigned: dict[str, str] = {}  # scenarios that things were given since they came
        self._registrations: dict[str, Registration] = {}  # of the things that are in thing groups
        self.ramp = 0.0  # connections a second when things are started; 0 for no limit but the connection's own
        self.started_at: float | None = None  # monotonic, when the first thing was started

    def names(self) -> list[str]:
        """The things' names, in their order."""
        return list(self._specs)

    def specs(self) -> list[ThingSpec]:
        """What the things were added as, in their order."""
        return list(self._specs.values())

    def spec(self, name: str) -> ThingSpec | None:
        """What a thing was added as."""
        return self._specs.get(name)

    def run_seconds(self) -> float | None:
        """How long ago the first thing was started; None before that."""
        return None if self.started_at is None else monotonic() - self.started_at

    # --- which there are --------------------------------------------------------------------------------------------

    async def add_many(self, count: int) -> None:
        """Add so many things of the default kind, numbered on from the last."""
        await self.add(self.next_specs(count))

    def next_specs(self, count: int) -> list[ThingSpec]:
        """So many things of the default kind, numbered on from the last."""
        from simulator.scenario.walk import seed_for

        names: list[str] = []
        number = len(self._specs)
        while len(names) < count:
            number += 1
            if (name := f"thing-{number:05}") not in self._specs:
                names.append(name)
        return [ThingSpec(name=name, scenario="mix", seed=seed_for(self.seed, name)) for name in names]

    async def add(
        self, specs: Sequence[ThingSpec], registrations: Mapping[str, Registration] = NO_REGISTRATIONS
    ) -> None:
        """Add stopped things, and register them and their thing groups with the endpoint."""
        if await self.add_to_fleet(specs, registrations):
            await self.register([spec.name for spec in specs])

    async def add_to_fleet(
        self, specs: Sequence[ThingSpec], registrations: Mapping[str, Registration] = NO_REGISTRATIONS
    ) -> bool:
        """Add stopped things that the endpoint need not know yet; return whether they are there."""
        if self._process.fleet is None:
            return False
        try:
            await self._process.fleet.add(specs)
        except (SimulatorError, OSError) as error:
            self._tell_not_added(error)
            return False
        self._teller.ended.emit("openFiles")
        self._specs.update((spec.name, spec) for spec in specs)
        self._registrations.update(registrations)
        return True

    def _tell_not_added(self, error: Exception) -> None:
        """Why things were not added; where the limit of open files is too low, the command that raises it."""
        sentence = self.tr("The things were not added: %1").replace("%1", str(error))
        command = re.search(r"ulimit -n [0-9]+", str(error))
        if command is None:
            self._teller.tell("add", Severity.ERROR, sentence)
            return
        copy = partial(QGuiApplication.clipboard().setText, command[0])
        text = self.tr("Copy command")
        self._teller.told.emit(
            Problem(kind="openFiles", severity=Severity.ERROR, sentence=sentence, fix_text=text, fix=copy)
        )

    async def register(self, names: Sequence[str]) -> None:
        """Jobs can only be made for things that the control plane knows."""
        operator = self._connection.operator
        if operator is None or not names or not self._connection.is_local:
            return
        try:
            await operator.create_things(names)
            for group, members in self._members(names).items():
                await operator.join_group(group, members)
        except (SimulatorError, OSError) as error:
            sentence = self.tr("The things could not be registered: %1").replace("%1", str(error))
            text = self.tr("Try again")
            self._teller.tell("register", Severity.WARNING, sentence, text, lambda: self.register(names))
            return
        self._teller.ended.emit("register")

    def registrations_of(self, names: Iterable[str]) -> dict[str, Registration]:
        """How those of these things are registered that are in thing groups."""
        return {name: self._registrations[name] for name in names if name in self._registrations}

    def _members(self, names: Iterable[str]) -> dict[str, list[str]]:
        """Which of these things are in which thing group."""
        members: dict[str, list[str]] = {}
        for name, registration in self.registrations_of(names).items():
            for group in registration.thing_groups:
                members.setdefault(group, []).append(name)
        return members

    async def remove(self, names: Sequence[str]) -> None:
        """Stop things and take them out of the fleet."""
        if self._process.fleet is not None and names:
            for name in names:
                self._specs.pop(name, None)
                self.assigned.pop(name, None)
                self._registrations.pop(name, None)
            self._wanted.difference_update(names)
            await self._do(self._process.fleet.remove(names))

    async def renew(self, specs: Sequence[ThingSpec]) -> None:
        """Start things anew as these say; those that ran run again."""
        names = [spec.name for spec in specs]
        running = [name for name in names if name in self._wanted]
        registrations = self.registrations_of(names)
        await self.remove(names)
        if await self.add_to_fleet(specs, registrations):
            await self.start(running)

    async def replace(
        self, specs: Sequence[ThingSpec], registrations: Mapping[str, Registration] = NO_REGISTRATIONS
    ) -> None:
        """Put other things in the place of those there are; they are stopped."""
        await self.remove(self.names())
        await self.add(specs, registrations)

    async def bring_back(
        self, things: Sequence[ThingSpec], assigned: Mapping[str, str], scenarios: Mapping[str, str]
    ) -> None:
        """Put things that were kept from another session in the place of those there are; they are stopped.

        Raises:
            InputError: one of the scenarios is none, or the engine does not run.
        """
        if not self._process.is_ready:
            raise InputError("", self.tr("the engine is not running"), self.tr("start it first, and try again"))
        for name, text in scenarios.items():
            if name not in self._process.scenarios:  # what is known here may be newer
                await self._process.define(name, text)
        await self.replace(things)
        await self._assign_again(assigned)

    async def put_back(self) -> None:
        """After the fleet was opened anew: the things it had, running if they ran."""
        if self._process.fleet is None:
            return
        await self._process.fleet.set_ramp(self._slower_ramp())
        await self._process.fleet.add(self.specs())
        await self._assign_again(dict(self.assigned))
        await self.register(self.names())
        await self._process.fleet.start([name for name in self._specs if name in self._wanted])

    async def _assign_again(self, assigned: Mapping[str, str]) -> None:
        by_scenario: dict[str, list[str]] = {}
        for name, scenario in assigned.items():
            if name in self._specs:
                by_scenario.setdefault(scenario, []).append(name)
        for scenario, names in by_scenario.items():
            await self.assign(names, scenario)

    # --- what they are told -----------------------------------------------------------------------------------------

    async def set_ramp(self, ramp: float) -> None:
        """Connect things that are started from now on at this pace at most, in connections a second; 0 is no limit."""
        self.ramp = ramp
        if self._process.fleet is not None:
            await self._do(self._process.fleet.set_ramp(self._slower_ramp()))

    def _slower_ramp(self) -> float:
        return min((ramp for ramp in (self.ramp, self._connection.ramp) if ramp), default=0.0)

    def resting(self, names: Iterable[str]) -> list[str]:
        """Which of these things are in the fleet and not started, so that they take no job."""
        return [name for name in names if name in self._specs and name not in self._wanted]

    async def start(self, names: Sequence[str]) -> None:
        """Connect things and let them take jobs."""
        if self._process.fleet is not None and names:
            self.started_at = self.started_at or monotonic()
            self._wanted.update(names)
            await self._do(self._process.fleet.start(names))

    async def stop(self, names: Sequence[str]) -> None:
        """Let things rest."""
        if self._process.fleet is not None:
            self._wanted.difference_update(names)
            await self._do(self._process.fleet.stop(names))

    async def line(self, names: Sequence[str], action: LineAction) -> None:
        """Cut lines, or let them come back."""
        if self._process.fleet is not None:
            await self._do(self._process.fleet.line(names, action))

    async def assign(self, names: Sequence[str], scenario: str, *, now: bool = False) -> None:
        """Give things another scenario; with `now` an execution under way goes on with it from its next step on."""
        if self._process.fleet is None:
            return
        before = {name: self.assigned[name] for name in names if name in self.assigned}
        self.assigned.update(dict.fromkeys(names, scenario))  # at once: a save may follow on its heels
        if not await self._do(self._process.fleet.assign(names, scenario, now=now)):
            for name in names:
                self.assigned.pop(name, None)
            self.assigned.update(before)

    async def manual(self, names: Sequence[str], on: bool) -> None:
        """Let things wait before each step, or not."""
        if self._process.fleet is not None:
            await self._do(self._process.fleet.manual(names, on))

    async def step(self, names: Sequence[str]) -> None:
        """Let waiting things go one step on."""
        if self._process.fleet is not None:
            await self._do(self._process.fleet.step(names))

    async def force(self, names: Sequence[str], status: JobStatus | None, reason: str = "") -> None:
        """End executions with a status; None falls silent."""
        if self._process.fleet is not None:
            await self._do(self._process.fleet.force(names, status, reason))

    async def misbehave(self, names: Sequence[str], fault: FaultName) -> None:
        """Let things make a fault."""
        if self._process.fleet is not None:
            await self._do(self._process.fleet.misbehave(names, fault))

    async def act(self, names: Sequence[str], action: StepAction) -> None:
        """Let things in manual mode go on in this way."""
        if self._process.fleet is not None:
            await self._do(self._process.fleet.act(names, action))

    async def send(self, names: Sequence[str], update: UpdateByHand) -> None:
        """Let things send an update that a person made, right or wrong."""
        if self._process.fleet is not None:
            await self._do(self._process.fleet.send(names, update))

    async def _do(self, command: Awaitable[None]) -> bool:
        """Wait for a command; a refusal is told in its own words. Return whether it was carried out."""
        try:
            await command
        except (SimulatorError, OSError) as error:
            self._teller.tell("command", Severity.ERROR, str(error))
            return False
        return True
