"""An endpoint, a fleet and an operator in this one process and on its one loop: no port, no thread, no other process.

With held time and a seed every run of it is the same to the last message. What a person sees of it is what the real
parts do: the same jobs service, the same things, only the line between them is a function call.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from simulator import job_document
from simulator.clock import ScaledClock
from simulator.endpoint import arns
from simulator.endpoint.service import EndpointService
from simulator.endpoint.store import MemoryStore
from simulator.errors import InputError
from simulator.fleet import FleetSettings
from simulator.jobs import limits
from simulator.jobs.configs import AbortConfig, RetryConfig, RolloutConfig
from simulator.jobs.control import ControlError, NewJob
from simulator.local_fleet import LocalFleet
from simulator.transport.base import LinkHandler, MessageHandler, Transport
from simulator.transport.memory import MemoryBroker, MemoryTransport

MQTT: Final = "127.0.0.1:41883"  # shown, and listened to by nobody
HTTP: Final = "http://127.0.0.1:41884"
CONFIGS: Final[dict[str, tuple[str, type[Any]]]] = {
    "jobExecutionsRolloutConfig": ("rollout_config", RolloutConfig),
    "abortConfig": ("abort_config", AbortConfig),
    "jobExecutionsRetryConfig": ("retry_config", RetryConfig),
}


class VirtualEndpoint:
    """The jobs service behind a broker in memory."""

    def __init__(self, time_scale: float) -> None:
        self.mqtt_address = MQTT
        self.http_url = HTTP
        self.clock = ScaledClock(time_scale)
        self.broker = MemoryBroker(lambda *request: self.service.on_request(*request))
        self.service = EndpointService(self.clock, MemoryStore(), self.broker.publish)
        self.clock.on_change(self.service.rearm)

    async def start(self) -> None:
        """Begin to serve."""
        self.service.start()

    async def close(self) -> None:
        """Stop all timers."""
        self.broker.take_down()
        await self.service.close()


class VirtualOperator:
    """Makes things and jobs by asking the service itself."""

    def __init__(self, endpoint: VirtualEndpoint) -> None:
        self._service = endpoint.service

    async def open(self) -> None:
        """There is nothing to open."""

    async def close(self) -> None:
        """There is nothing to close."""

    async def create_things(self, names: Sequence[str]) -> None:
        """Register things."""
        for name in names:
            await self._service.change_registry(lambda registry, _, name=name: registry.create_thing(name))  # type: ignore[misc]

    async def create_job(
        self,
        job_id: str,
        targets: Sequence[str],
        document: str,
        in_progress_timeout_minutes: int | None = None,
        description: str = "",
        *,
        members: Mapping[str, Any] | None = None,
    ) -> object:
        """Create a job as `Operator.create_job` does: more things than a job may name become a group.

        Raises:
            InputError: it is refused.
        """
        job_document.check(f"job {job_id}", document)
        given = {CONFIGS[name][0]: msgspec.convert(value, CONFIGS[name][1]) for name, value in (members or {}).items()}
        try:
            new = NewJob(
                job_id=job_id,
                targets=tuple(await self._arns(job_id, targets)),
                document=document,
                description=description or None,
                in_progress_timeout_minutes=in_progress_timeout_minutes,
                **given,
            )
            return await self._service.create_job(new)
        except ControlError as error:
            raise InputError(f"job {job_id}", str(error)) from error

    async def delete_job(self, job_id: str, force: bool = False) -> None:
        """Delete a job.

        Raises:
            InputError: it is refused.
        """
        try:
            await self._service.delete_job(job_id, force=force)
        except ControlError as error:
            raise InputError(f"job {job_id}", str(error)) from error

    async def _arns(self, job_id: str, targets: Sequence[str]) -> list[str]:
        if len(targets) <= limits.TARGETS:
            return [arns.thing_arn(name) for name in targets]
        group = f"{job_id}-things"
        await self._service.change_registry(lambda registry, now: registry.groups.create(group, now))
        for name in targets:
            await self._service.change_registry(
                lambda registry, _, name=name: registry.add_thing_to_group(name, group),  # type: ignore[misc]
                [name],
            )
        return [arns.group_arn(group)]


class VirtualEngine:
    """Makes the parts; the fleet's lines lead to the newest endpoint."""

    def __init__(self) -> None:
        self._endpoint: VirtualEndpoint | None = None

    def endpoint(self, time_scale: float) -> VirtualEndpoint:
        """Return an endpoint; its addresses are made up, and it never ends by itself."""
        self._endpoint = VirtualEndpoint(time_scale)
        return self._endpoint

    def fleet(self, settings: FleetSettings) -> LocalFleet:
        """Return a fleet on this loop."""
        return LocalFleet(settings, clock=self._there().clock, transport_factory=self._line)

    def operator(self) -> VirtualOperator:
        """Return an operator for the endpoint."""
        return VirtualOperator(self._there())

    def _there(self) -> VirtualEndpoint:
        assert self._endpoint is not None, "the endpoint comes first"
        return self._endpoint

    def _line(self, client_id: str, on_message: MessageHandler, on_link: LinkHandler) -> Transport:
        return MemoryTransport(self._there().broker, client_id, on_message, on_link)
