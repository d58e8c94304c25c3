"""A fault as JSON: what may be written, and the sentence for what may not.

Pydantic is loaded with this module, at first use: an endpoint without faults starts without it.
"""

from collections.abc import Collection
from typing import Annotated, Any, Final

import pydantic
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from simulator.endpoint.faults_model import (
    NOTIFY,
    NOTIFY_NEXT,
    ON_CONNECTIONS,
    OVER_HTTP,
    REORDER_SECONDS,
    STAGES,
    Fault,
    FaultKind,
    FaultPlan,
    Refusal,
    Stage,
    Via,
)
from simulator.errors import InputError

LONGEST_SECONDS: Final = 10 * 366 * 86_400.0
LONGEST_DELAY_SECONDS: Final = 86_400.0

_Seconds = Annotated[float, Field(gt=0, le=LONGEST_SECONDS, allow_inf_nan=False)]
_DelaySeconds = Annotated[float, Field(ge=0, le=LONGEST_DELAY_SECONDS, allow_inf_nan=False)]


class FaultSpec(BaseModel):
    """The body of POST /_simulator/faults."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, frozen=True)

    kind: FaultKind
    on: Stage | None = None
    thing: Annotated[str, Field(min_length=1, max_length=256)] = "*"
    operations: Annotated[tuple[str, ...], Field(max_length=64)] = ()
    via: Via = Via.ANY
    probability: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 1.0
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    count: Annotated[int, Field(ge=1, le=10**12)] | None = None
    seconds: _Seconds | None = None
    delay_seconds: _DelaySeconds | None = None
    jitter_seconds: _DelaySeconds | None = None
    how: Refusal | None = None


class ClockSpec(BaseModel):
    """The body of PUT /_simulator/clock."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, frozen=True)

    time_scale: Annotated[float, Field(strict=True, allow_inf_nan=False)]


def read_clock(body: bytes) -> float:
    """Return the time scale asked for, not yet compared with its limits.

    Raises:
        InputError: it is no such body.
    """
    try:
        return ClockSpec.model_validate_json(body or b"{}").time_scale
    except pydantic.ValidationError as exc:
        raise _sentence("clock", exc) from None


def read_fault(body: bytes, operations: Collection[str], has_connections: bool) -> FaultPlan:
    """Return the plan that JSON asks for. `operations` are the names there are.

    `has_connections`: whether clients connect here, not to another broker.

    Raises:
        InputError: it asks for what cannot be; the sentence names the member.
    """
    try:
        spec = FaultSpec.model_validate_json(body or b"{}")
    except pydantic.ValidationError as exc:
        raise _sentence("fault", exc) from None
    return _plan(spec, {*operations, NOTIFY, NOTIFY_NEXT}, has_connections=has_connections)


def _plan(spec: FaultSpec, operations: Collection[str], *, has_connections: bool) -> FaultPlan:
    kind = spec.kind
    stage = spec.on or STAGES[kind][0]
    if stage not in STAGES[kind]:
        raise InputError("fault: on", f"{kind} cannot happen on {stage}", f"write one of {', '.join(STAGES[kind])}")
    if kind in ON_CONNECTIONS and not has_connections:
        raise InputError(
            "fault: kind",
            f"{kind} is not possible behind another broker, which holds the connections",
            "choose another",
        )
    if spec.via is Via.HTTP and (kind not in OVER_HTTP or stage not in (Stage.REQUESTS, Stage.REPLIES)):
        raise InputError("fault: via", f"{kind} on {stage} cannot happen over http", "write any or mqtt")
    for name in spec.operations:
        if name not in operations:
            raise InputError(
                "fault: operations", f"there is no {name[:80]!r}", "write names such as UpdateJobExecution or CreateJob"
            )
    if spec.operations and stage in (Stage.NOW, Stage.CONNECTS):
        raise InputError("fault: operations", f"{kind} on {stage} is about connections", "leave operations out")
    delays = (spec.delay_seconds, spec.jitter_seconds)
    if kind not in (FaultKind.DELAY, FaultKind.REORDER) and delays != (None, None):
        raise InputError("fault: delaySeconds", f"{kind} takes no time", "leave delaySeconds and jitterSeconds out")
    if kind is FaultKind.DELAY and spec.delay_seconds is None:
        raise InputError("fault: delaySeconds", "is missing", "write how many seconds messages are to be late")
    if spec.how is not None and kind is not FaultKind.REFUSE_CONNECT:
        raise InputError("fault: how", "says how a CONNECT is refused", "leave it out")
    return FaultPlan(
        kind=kind,
        stage=stage,
        thing=spec.thing,
        operations=frozenset(spec.operations),
        via=spec.via,
        probability=spec.probability,
        seed=spec.seed,
        count=spec.count,
        seconds=spec.seconds,
        delay_seconds=REORDER_SECONDS if spec.delay_seconds is None else spec.delay_seconds,
        jitter_seconds=spec.jitter_seconds or 0.0,
        refusal=spec.how or Refusal.UNAVAILABLE,
    )


def shown(fault: Fault) -> dict[str, Any]:
    """Return a fault as JSON shows it: as it was asked for, and what became of it."""
    plan = fault.plan
    members: dict[str, Any] = {
        "id": fault.fault_id,
        "kind": plan.kind,
        "on": plan.stage,
        "thing": plan.thing,
        "operations": sorted(plan.operations),
        "via": plan.via,
        "probability": plan.probability,
        "seed": plan.seed,
        "count": plan.count,
        "seconds": plan.seconds,
        "startedAt": fault.started_at,
        "acted": fault.acted,
        "isActive": not fault.is_over,
    }
    if plan.kind in (FaultKind.DELAY, FaultKind.REORDER):
        members |= {"delaySeconds": plan.delay_seconds, "jitterSeconds": plan.jitter_seconds}
    if plan.kind is FaultKind.REFUSE_CONNECT:
        members["how"] = plan.refusal
    return members


def _sentence(what: str, exc: pydantic.ValidationError) -> InputError:
    """Say the first thing that is wrong."""
    error = exc.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in error["loc"])
    where = f"{what}: {place}" if place else what
    match error["type"]:
        case "json_invalid":
            return InputError(what, "the body is not valid JSON", 'write an object such as {"kind": "drop"}')
        case "missing":
            return InputError(where, "is missing", "write it")
        case "extra_forbidden":
            return InputError(where, "means nothing here", "leave it out, or see the names in the documentation")
    given = repr(error["input"])[:80]
    message = error["msg"].removeprefix("Input should be ")
    if message == error["msg"]:
        return InputError(where, f"{given} cannot be used: {message[:1].lower()}{message[1:]}")
    return InputError(where, f"{given} is not {message}")
