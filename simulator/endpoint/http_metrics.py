"""/metrics for Prometheus: gathered when it is asked for, from plain numbers that are kept anyway."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from simulator.endpoint.faults_model import OPERATION_NAMES
from simulator.endpoint.http_admin import Answer
from simulator.health import rss_mib

if TYPE_CHECKING:
    from simulator.endpoint.serving import Endpoint

_PREFIX = "thing_simulator_"
_BYTES = {"bytes_in": "in", "bytes_out": "out"}


class _Collector:
    """Reads an endpoint."""

    def __init__(self, endpoint: "Endpoint") -> None:
        self._endpoint = endpoint

    def collect(self) -> Iterator[Metric]:
        yield from self._requests()
        yield from self._service()
        yield from self._lines()
        yield from self._faults()
        yield from self._process()

    def _requests(self) -> Iterator[Metric]:
        requests = _counter("requests", "Data-plane requests by operation and outcome.", "operation", "outcome")
        rejections = _counter("rejections", "Data-plane rejections by AWS's code.", "code")
        by_code: dict[str, int] = {}
        for operation, outcomes in self._endpoint.service.outcomes.items():
            name = OPERATION_NAMES[operation]
            rejected = 0
            for code, count in outcomes.items():
                if code:
                    rejected += count
                    by_code[code] = by_code.get(code, 0) + count
            requests.add_metric([name, "accepted"], outcomes.get("", 0))
            requests.add_metric([name, "rejected"], rejected)
        for code, count in by_code.items():
            rejections.add_metric([code], count)
        http = _counter("http_responses", "HTTP responses by operation and status.", "operation", "status")
        for (operation_name, status), count in self._endpoint.http.responses.items():
            http.add_metric([operation_name, str(status)], count)
        yield from (requests, rejections, http)

    def _service(self) -> Iterator[Metric]:
        service = self._endpoint.service
        yield _gauge("jobs", "Jobs there are.", len(service.book.jobs))
        yield _gauge("pending_timers", "Deadlines of executions and jobs.", service.pending_timers)
        yield _gauge("time_scale", "Simulated seconds in a real one.", service.clock.scale)
        yield _gauge("epoch_seconds", "The simulated time.", service.clock.epoch())
        yield _gauge("unwritten_changes", "Changes that wait for a commit.", service.unwritten)

    def _lines(self) -> Iterator[Metric]:
        behind = self._endpoint.behind
        if behind is not None:
            yield _gauge("broker_up", "Whether the broker is connected.", int(behind.is_up))
            yield _gauge("broker_waiting", "Messages queued or unacknowledged.", behind.waiting)
            yield _events("broker", behind.counters)
            return
        gateway = self._endpoint.gateway
        yield _gauge("connections", "Connected MQTT clients.", gateway.connected)
        sessions = list(gateway.sessions)
        yield _gauge("sessions", "Sessions, of clients that are connected or away.", len(sessions))
        waiting = [session.waiting for session in sessions]
        yield _gauge("queued_messages", "Messages queued or unacknowledged in all sessions.", sum(waiting))
        yield _gauge("longest_queue", "The same of the session with most.", max(waiting, default=0))
        counters = gateway.counters
        losses = _counter("losses", "Ended connections by AWS's reason.", "reason")
        for reason, count in counters.losses.items():
            losses.add_metric([reason], count)
        traffic = _counter("mqtt_bytes", "Bytes read and written.", "direction")
        for name, direction in _BYTES.items():
            traffic.add_metric([direction], getattr(counters, name, 0))
        yield from (losses, traffic, _events("gateway", counters))

    def _faults(self) -> Iterator[Metric]:
        desk = self._endpoint.admin.made_desk
        acted = _counter("faults_acted", "What faults have spoilt, by kind.", "kind")
        by_id = _gauge("fault_acted", "How often each fault that is listed has acted.", None, "id", "kind")
        for kind, count in desk.acted.items() if desk is not None else ():
            acted.add_metric([kind], count)
        for fault in desk if desk is not None else ():
            by_id.add_metric([fault.fault_id, fault.plan.kind], fault.acted)
        yield from (acted, by_id, _gauge("held_messages", "Messages held back.", desk.held if desk is not None else 0))

    def _process(self) -> Iterator[Metric]:
        lag = self._endpoint.lag
        yield _gauge("loop_lag_worst_seconds", "The latest that a timer has ever come.", lag.worst_ms / 1000)
        p99 = lag.histogram.percentile(99) / 1000 if lag.histogram.count else 0.0
        yield _gauge("loop_lag_p99_seconds", "Of a hundred timers 99 came no later.", p99)
        yield _gauge("resident_memory_bytes", "Memory of this process.", rss_mib() * (1 << 20))


def _events(whose: str, counters: Any) -> Metric:
    values: Mapping[str, Any] = (
        msgspec.structs.asdict(counters) if isinstance(counters, msgspec.Struct) else asdict(counters)
    )
    family = _counter(f"{whose}_events", f"What the {whose} has done, by event.", "event")
    for name, value in values.items():
        if isinstance(value, int) and name not in _BYTES:
            family.add_metric([name], value)
    return family


def _counter(name: str, text: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"{_PREFIX}{name}", text, labels=labels)


def _gauge(name: str, text: str, value: float | None, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{_PREFIX}{name}", text, value=value, labels=labels or None)


def scraper(endpoint: "Endpoint") -> Callable[[], Answer]:
    """Return what answers a scrape of `endpoint`."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(endpoint))
    return lambda: Answer(200, generate_latest(registry), CONTENT_TYPE_LATEST)
