"""What the simulator offers beside AWS's operations: faults and the clock under /_simulator, and /metrics.

GET    /_simulator/faults         all faults and how often each acted
POST   /_simulator/faults         begin with one
DELETE /_simulator/faults         end all
GET    /_simulator/faults/{id}    one of them
DELETE /_simulator/faults/{id}    end one
GET    /_simulator/clock          time scale and time
PUT    /_simulator/clock          another time scale
GET    /metrics                   for Prometheus
"""

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from simulator.endpoint.http_errors import Problem, ProblemError
from simulator.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection

    from simulator.clock import Clock
    from simulator.endpoint.faults_desk import FaultDesk
    from simulator.endpoint.faults_model import Fault, FaultPlan

PREFIX: Final = "/_simulator"
METRICS: Final = "/metrics"
_FAULTS: Final = f"{PREFIX}/faults"
_CLOCK: Final = f"{PREFIX}/clock"


class _Spec(NamedTuple):
    """What is used of `faults_spec`."""

    read_clock: "Callable[[bytes], float]"
    read_fault: "Callable[[bytes, Collection[str], bool], FaultPlan]"
    shown: "Callable[[Fault], dict[str, Any]]"


class Answer(NamedTuple):
    """What goes back."""

    http_status: int
    body: bytes
    content_type: str = "application/json"


class Admin:
    """Answers those paths. What it stands on is made when it is first asked for, to start quickly without it."""

    def __init__(
        self,
        clock: "Callable[[], Clock]",
        make_desk: "Callable[[], FaultDesk]",
        metrics: Callable[[], Awaitable[Answer]],
    ) -> None:
        """`clock` is the service's; `make_desk` makes the desk for faults; `metrics` answers a scrape."""
        self._clock = clock
        self._make_desk = make_desk
        self._metrics = metrics
        self._desk: FaultDesk | None = None
        self.faults: FaultDesk | None = None
        """The desk, as long as requests over HTTP are to be shown to it."""

    @property
    def desk(self) -> "FaultDesk":
        """The desk for faults."""
        if self._desk is None:
            self._desk = self._make_desk()
        return self._desk

    @property
    def made_desk(self) -> "FaultDesk | None":
        """The desk, if there was ever a fault."""
        return self._desk

    def close(self) -> None:
        """Drop all faults and what they hold back."""
        if self._desk is not None:
            self._desk.close()
            self._desk = self.faults = None

    @staticmethod
    def owns(path: str) -> bool:
        """Whether a path is answered here."""
        return path in (METRICS, PREFIX) or path.startswith(f"{PREFIX}/")

    async def answer(self, method: str, path: str, body: bytes) -> Answer:
        """Answer a request.

        Raises:
            ProblemError: it cannot be carried out; the message is one sentence.
        """
        try:
            return await self._answer(method, path.rstrip("/"), body)
        except InputError as exc:
            raise ProblemError(Problem(name="InvalidRequestException", http_status=400, message=str(exc))) from None

    async def _answer(self, method: str, path: str, body: bytes) -> Answer:
        if path == METRICS:
            _allow(method, path, "GET")
            return await self._metrics()
        if path == _CLOCK:
            _allow(method, path, "GET", "PUT")
            return await self._set_clock(body) if method == "PUT" else self._show_clock()
        if path == _FAULTS:
            _allow(method, path, "GET", "POST", "DELETE")
            match method:
                case "POST":
                    return await self._add(body)
                case "DELETE":
                    return _json(200, {"removed": 0 if self._desk is None else self._desk.clear()})
            return await self._list()
        if path.startswith(f"{_FAULTS}/"):
            _allow(method, path, "GET", "DELETE")
            return await self._one(method, path.removeprefix(f"{_FAULTS}/"))
        raise _not_found(f"There is no {path[:200]}; see {_FAULTS}, {_CLOCK} and {METRICS}.")

    def _show_clock(self) -> Answer:
        clock = self._clock()
        return _json(200, {"timeScale": clock.scale, "epoch": clock.epoch()})

    async def _set_clock(self, body: bytes) -> Answer:
        scale = (await _spec()).read_clock(body)
        try:
            self._clock().set_scale(scale)
        except InputError as exc:
            raise InputError("clock: timeScale", exc.what, exc.mend) from None
        return self._show_clock()

    async def _list(self) -> Answer:
        if self._desk is None:
            return _json(200, {"faults": []})
        spec = await _spec()
        return _json(200, {"faults": [spec.shown(fault) for fault in self.desk]})

    async def _add(self, body: bytes) -> Answer:
        spec, desk = await _spec(), self.desk
        plan = spec.read_fault(body, desk.operations, desk.has_connections)
        return _json(201, spec.shown(desk.add(plan)))

    async def _one(self, method: str, fault_id: str) -> Answer:
        spec = await _spec()
        fault = None if self._desk is None else self._desk.get(fault_id)
        if fault is None or self._desk is None:
            raise _not_found(f"There is no fault {fault_id[:80]!r}; GET {_FAULTS} lists those there are.")
        if method == "DELETE":
            self._desk.remove(fault_id)
        return _json(200, spec.shown(fault))


async def _spec() -> "_Spec":
    """Return the functions that read and show faults.

    Their module takes 200 ms to import the first time, because of pydantic: in a thread, so that things are answered.
    """
    await asyncio.to_thread(importlib.import_module, "simulator.endpoint.faults_spec")
    from simulator.endpoint.faults_spec import read_clock, read_fault, shown

    return _Spec(read_clock, read_fault, shown)


def _json(http_status: int, value: Any) -> Answer:
    return Answer(http_status, msgspec.json.encode(value))


def _allow(method: str, path: str, *methods: str) -> None:
    if method not in methods:
        message = f"{path} takes {' and '.join(methods)}, not {method[:20]}."
        raise ProblemError(Problem(name="MethodNotAllowedException", http_status=405, message=message))


def _not_found(message: str) -> ProblemError:
    return ProblemError(Problem(name="ResourceNotFoundException", http_status=404, message=message))
