"""The faults that were asked for: which there are, which still act, and what they do to requests and messages.

While none acts, nobody is asked: the hooks of gateway, service and HTTP API are unset, which costs a comparison each.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import Final, Protocol

from simulator.clock import Clock
from simulator.endpoint.faults_held import Held
from simulator.endpoint.faults_model import (
    NOTIFY,
    NOTIFY_NEXT,
    ON_CONNECTIONS,
    OPERATION_NAMES,
    Fault,
    FaultKind,
    FaultPlan,
    Refusal,
    Stage,
    Via,
)
from simulator.endpoint.hooks import ConnectFault, Deliver, Hooks
from simulator.endpoint.reasons import Reason
from simulator.endpoint.timers import Deadlines
from simulator.errors import InputError
from simulator.jobs import codec, topics
from simulator.jobs.model import ErrorCode, ErrorResponse, Request
from simulator.jobs.topics import NotifyTopic, Operation, ReplyTopic, RequestTopic

MOST: Final = 1000
"""So many faults are kept, also of those that are over; each is compared with every message."""

_MESSAGES: Final = {
    FaultKind.THROTTLE: (ErrorCode.REQUEST_THROTTLED, "Rate exceeded."),
    FaultKind.INTERNAL_ERROR: (ErrorCode.INTERNAL_ERROR, "An internal error occurred."),
}
_REASONS: Final[dict[Refusal, Reason | ConnectFault]] = {
    Refusal.UNAVAILABLE: Reason.SERVER_UNAVAILABLE,
    Refusal.NOT_AUTHORIZED: Reason.NOT_AUTHORIZED,
    Refusal.CLOSE: ConnectFault.CLOSE,
    Refusal.SILENCE: ConnectFault.SILENCE,
}


class Connection(Protocol):
    """A client's connection, as the gateway has it."""

    client_id: str

    def cut(self) -> None: ...
    def half_open(self) -> None: ...


class Connections(Protocol):
    """Who holds the connections: the gateway."""

    @property
    def clients(self) -> Iterable[Connection]: ...
    def client(self, client_id: str) -> Connection | None: ...


class Requester(Protocol):
    def send(self, topic: str, payload: bytes) -> None: ...


class FaultDesk:
    """All faults of one endpoint. Its methods belong to the endpoint's loop."""

    def __init__(
        self,
        clock: Clock,
        hooks: Hooks,
        *,
        connections: Connections | None,
        operations: Iterable[str] = (),
        on_change: Callable[["FaultDesk | None"], None] = lambda _: None,
        on_rejected: Callable[[Operation, ErrorResponse], None] = lambda *_: None,
    ) -> None:
        """`connections` is None behind another broker; `operations` are the names known beside the notifications.

        `on_change` is called with this when requests are to be shown to it, and with None when no longer.
        `on_rejected` counts what is rejected here.
        """
        self._clock = clock
        self._hooks = hooks
        self._connections = connections
        self._on_change = on_change
        self._on_rejected = on_rejected
        self._faults: dict[str, Fault] = {}
        self._acting: dict[Stage, tuple[Fault, ...]] = {}
        self._held = Held(clock, self._refresh)
        self._ends: Deadlines[str] = Deadlines(clock, self._end)
        self._stop_watching = clock.on_change(self._ends.rearm)
        self._number = 0
        self.operations = frozenset((*operations, NOTIFY, NOTIFY_NEXT))
        self.acted: dict[FaultKind, int] = dict.fromkeys(FaultKind, 0)  # also by faults that were removed since

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults.values())

    @property
    def has_connections(self) -> bool:
        """Whether connections can be closed and refused here."""
        return self._connections is not None

    @property
    def held(self) -> int:
        """How many messages wait."""
        return len(self._held)

    def get(self, fault_id: str) -> Fault | None:
        return self._faults.get(fault_id)

    def add(self, plan: FaultPlan) -> Fault:
        """Begin with a fault.

        Raises:
            InputError: there are too many.
        """
        if len(self._faults) >= MOST:
            raise InputError("fault", f"there are {MOST} already", "remove some first")
        self._number += 1
        fault = Fault(f"fault-{self._number}", plan, self._clock.epoch())
        self._faults[fault.fault_id] = fault
        if plan.stage is Stage.NOW:
            self._act_now(fault)
        elif fault.ends_at is not None:
            self._ends.set(fault.fault_id, fault.ends_at)
        self._refresh()
        return fault

    def remove(self, fault_id: str) -> bool:
        """Forget a fault; return whether it was there. What it holds back still goes out at its time."""
        fault = self._faults.pop(fault_id, None)
        if fault is None:
            return False
        fault.is_over = True
        self._ends.set(fault_id, None)
        self._refresh()
        return True

    def clear(self) -> int:
        """Forget all faults, and send at once what they hold back; return how many they were."""
        count = len(self._faults)
        for fault in self._faults.values():
            fault.is_over = True
            self._ends.set(fault.fault_id, None)
        self._faults.clear()
        self._held.release()
        self._refresh()
        return count

    def close(self) -> None:
        """Stop, without sending what is held back."""
        self._stop_watching()
        self._ends.close()
        self._faults.clear()
        self._held.close()
        self._refresh()

    def _end(self, fault_id: str) -> None:
        self._faults[fault_id].is_over = True
        self._refresh()

    def _refresh(self) -> None:
        """See which faults act, and ask to be asked only as long as one does."""
        acting: dict[Stage, list[Fault]] = {}
        for fault in self._faults.values():
            if not fault.is_over:
                acting.setdefault(fault.plan.stage, []).append(fault)
        self._acting = {stage: tuple(faults) for stage, faults in acting.items()}
        asks = bool(self._held.waits_for_next or acting.keys() & {Stage.REPLIES, Stage.NOTIFICATIONS})
        self._hooks.outgoing = self._on_outgoing if asks else None
        self._hooks.connect = self._on_connect if Stage.CONNECTS in acting else None
        self._on_change(self if acting.keys() & {Stage.REQUESTS, Stage.REPLIES} else None)

    def _met_by(self, stage: Stage, thing_name: str, operation: str, via: Via) -> Fault | None:
        """Return the first fault that acts on this; it has been counted."""
        now = self._clock.epoch()
        for fault in self._acting.get(stage, ()):
            if fault.meets(stage, thing_name, operation, via, now):
                self.acted[fault.plan.kind] += 1
                if fault.is_over:
                    self._refresh()
                return fault
        return None

    # --- what faults do to connections

    def _act_now(self, fault: Fault) -> None:
        assert self._connections is not None
        now = self._clock.epoch()
        for connection in list(self._connections.clients):
            if connection.client_id and fault.meets(Stage.NOW, connection.client_id, "", Via.MQTT, now):
                self.acted[fault.plan.kind] += 1
                _break(connection, fault.plan.kind)
        fault.is_over = True

    def _on_connect(self, _connection: object, packet: "ConnectPacket") -> Reason | ConnectFault | None:
        fault = self._met_by(Stage.CONNECTS, packet.client_id, "", Via.MQTT)
        return None if fault is None else _REASONS[fault.plan.refusal]

    # --- what they do to requests over MQTT

    def takes(self, requester: Requester, topic: RequestTopic, request: Request) -> bool:
        """See to a request that a fault meets; False: none does, and it is to be carried out."""
        fault = self._met_by(Stage.REQUESTS, topic.thing_name, OPERATION_NAMES[topic.operation], Via.MQTT)
        if fault is None:
            return False
        if fault.plan.kind in _MESSAGES:
            code, message = _MESSAGES[fault.plan.kind]
            problem = ErrorResponse(
                code=code, message=message, timestamp=int(self._clock.epoch()), client_token=request.client_token
            )
            self._on_rejected(topic.operation, problem)
            requester.send(f"{topic}/rejected", codec.encode(problem))
        elif fault.plan.kind in ON_CONNECTIONS:
            connection = self._connections.client(getattr(requester, "client_id", "")) if self._connections else None
            if connection is not None:
                _break(connection, fault.plan.kind)
        return True  # dropped, if it is neither

    # --- what they do to messages on their way out

    def _on_outgoing(self, client_id: str, topic: str, is_reply: bool) -> Callable[[Deliver], None] | None:
        overtaken = self._held.overtaken_by(client_id, topic)
        if overtaken is not None:
            return partial(_overtake, overtaken)
        thing_name, operation = _meaning(topic)
        stage = Stage.REPLIES if is_reply else Stage.NOTIFICATIONS
        fault = self._met_by(stage, thing_name, operation, Via.MQTT) if thing_name else None
        return None if fault is None else partial(self._spoil, fault, client_id, topic)

    def _spoil(self, fault: Fault, client_id: str, topic: str, deliver: Deliver) -> None:
        match fault.plan.kind:
            case FaultKind.DELAY:
                self._held.at(self._clock.epoch() + fault.delay(), deliver)
            case FaultKind.DUPLICATE:
                deliver()
                deliver()
            case FaultKind.REORDER:
                self._held.until_next(client_id, topic, self._clock.epoch() + fault.delay(), deliver)
                self._refresh()
            case FaultKind.CLOSE | FaultKind.HALF_OPEN:
                connection = self._connections.client(client_id) if self._connections else None
                if connection is not None:
                    _break(connection, fault.plan.kind)
            case _:
                pass  # dropped

    # --- what they do to requests over HTTP

    def http_fault(self, stage: Stage, thing_name: str, operation: str) -> Fault | None:
        """Return the fault that meets a request (before it is carried out) or a reply over HTTP, if any."""
        return self._met_by(stage, thing_name, operation, Via.HTTP)

    async def sleep(self, fault: Fault) -> None:
        """Hold an HTTP reply back."""
        await self._clock.sleep(fault.delay())


class ConnectPacket(Protocol):
    @property
    def client_id(self) -> str: ...


def _overtake(overtaken: Callable[[], None], deliver: Deliver) -> None:
    deliver()
    overtaken()


def _break(connection: Connection, kind: FaultKind) -> None:
    if kind is FaultKind.CLOSE:
        connection.cut()
    else:
        connection.half_open()


@lru_cache(maxsize=50_000)
def _meaning(topic: str) -> tuple[str, str]:
    """Return thing name and operation of a topic that the service publishes to; "" for those of no thing."""
    match topics.parse_from_service(topic):
        case ReplyTopic() as reply:
            return reply.request.thing_name, OPERATION_NAMES[reply.request.operation]
        case NotifyTopic() as notify:
            return notify.thing_name, NOTIFY_NEXT if notify.is_next else NOTIFY
        case _:
            return "", ""
