"""What faults do to requests over HTTP, before one is carried out and after."""

from collections.abc import Mapping

from simulator.endpoint.faults_desk import FaultDesk
from simulator.endpoint.faults_model import FaultKind, Stage
from simulator.endpoint.http_errors import Plane, Problem, ProblemError, internal


class DroppedError(Exception):
    """The connection is to be closed instead of answered."""


def before(desk: FaultDesk, operation: str, path: Mapping[str, str], plane: Plane) -> None:
    """See whether a fault meets a request.

    Raises:
        ProblemError: it is throttled, or fails.
        DroppedError: it gets no answer.
    """
    fault = desk.http_fault(Stage.REQUESTS, path.get("thingName", ""), operation)
    if fault is None:
        return
    match fault.plan.kind:
        case FaultKind.THROTTLE:
            http_status = 400 if plane is Plane.CONTROL else 429  # as the two service models have it
            raise ProblemError(Problem(name="ThrottlingException", http_status=http_status, message="Rate exceeded."))
        case FaultKind.INTERNAL_ERROR:
            raise ProblemError(internal(plane, operation))
        case FaultKind.DROP | FaultKind.CLOSE:
            raise DroppedError


async def after(desk: FaultDesk, operation: str, path: Mapping[str, str]) -> None:
    """See whether a fault meets a reply.

    Raises:
        DroppedError: it is not to be sent.
    """
    fault = desk.http_fault(Stage.REPLIES, path.get("thingName", ""), operation)
    if fault is None:
        return
    match fault.plan.kind:
        case FaultKind.DELAY:
            await desk.sleep(fault)
        case FaultKind.DROP | FaultKind.CLOSE:
            raise DroppedError
