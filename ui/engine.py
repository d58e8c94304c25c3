"""Where the window gets the engine's parts: an endpoint, a fleet, an operator. Tests give fakes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from simulator.fleet import Fleet, FleetSettings

FLEET_GRACE_SECONDS: Final = 0.75  # for a worker process to stop its things; a third later it is ended by force
ENDPOINT_GRACE_SECONDS: Final = 0.2  # it keeps nothing; as much later it is ended by force


class Endpoint(Protocol):
    """What the window needs of `LocalEndpoint`."""

    mqtt_address: str
    http_url: str

    async def start(self) -> None: ...

    async def close(self) -> None: ...


class JobMaker(Protocol):
    """What the window needs of `Operator`."""

    async def open(self) -> None: ...

    async def create_things(self, names: Sequence[str]) -> None: ...

    async def join_group(self, name: str, members: Sequence[str]) -> None: ...

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
    """How each part is made."""

    endpoint: Callable[[str, str, float, Callable[[int], None]], Endpoint]  # mqtt, http, time scale, on exit
    fleet: Callable[[FleetSettings], Fleet]
    operator: Callable[[str, str], JobMaker]  # URL of the control plane, AWS profile


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

    def operator(http_url: str, profile: str) -> JobMaker:
        from simulator.operator import Operator

        return Operator(http_url, profile=profile)

    return Engine(endpoint=endpoint, fleet=fleet, operator=operator)
