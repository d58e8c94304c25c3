"""Who is let in: a CONNECT against faults, rates, AWS's rules and the policy, in that order."""

from typing import TYPE_CHECKING, Final

from simulator.endpoint.handshake import Agreement, RefusedError, agree
from simulator.endpoint.hooks import Action, ConnectFault
from simulator.endpoint.packets import LEVEL_3_1_1, LEVEL_5, Connect
from simulator.endpoint.reasons import LossReason, Reason

if TYPE_CHECKING:
    from simulator.endpoint.client import Client


def admit(client: "Client", packet: Connect, now: float) -> Agreement | ConnectFault:
    """Return what is agreed with a client whose CONNECT came at `now` (monotonic seconds), or the fault it meets.

    Raises:
        RefusedError: it is to be refused.
        ViolationError: the connection is to be closed.
    """
    shared = client.shared
    if packet.level not in (LEVEL_3_1_1, LEVEL_5):
        raise RefusedError(Reason.UNSUPPORTED_PROTOCOL_VERSION, f"protocol level {packet.level} is not served")
    fault = shared.hooks.connect(client, packet) if shared.hooks.connect is not None else None
    if isinstance(fault, Reason):
        raise RefusedError(fault, "")
    if fault is not None:
        return fault
    if not shared.connect_rates.allow(packet.client_id, now):
        raise RefusedError(Reason.QUOTA_EXCEEDED, "too many CONNECTs in this second")
    agreement = agree(packet, shared.settings, now)
    client.client_id = agreement.client_id
    if not client.may(Action.CONNECT, agreement.client_id):
        raise RefusedError(Reason.NOT_AUTHORIZED, "the policy does not let this client connect")
    if agreement.will is not None and not client.may(Action.PUBLISH, agreement.will.topic):
        raise RefusedError(Reason.NOT_AUTHORIZED, "the policy does not let this client leave that will")
    return agreement


_REFUSALS: Final = {
    Reason.NOT_AUTHORIZED: LossReason.AUTH_ERROR,
    Reason.BAD_USER_NAME_OR_PASSWORD: LossReason.AUTH_ERROR,
    Reason.BANNED: LossReason.AUTH_ERROR,
    Reason.QUOTA_EXCEEDED: LossReason.THROTTLED,
    Reason.CONNECTION_RATE_EXCEEDED: LossReason.THROTTLED,
    Reason.SERVER_BUSY: LossReason.SERVER_ERROR,
    Reason.SERVER_UNAVAILABLE: LossReason.SERVER_ERROR,
}


def loss_of_refused(reason: Reason) -> LossReason:
    """Return how a refused CONNECT is counted: as the client's own error, unless it is something else."""
    return _REFUSALS.get(reason, LossReason.CLIENT_ERROR)
