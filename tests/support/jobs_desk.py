"""A jobs service on a desk: the pure rules its clock turned by hand, spoken to in topics and JSON as on the wire."""

import json
from collections.abc import Callable
from typing import Any

from simulator.jobs import codec, topics
from simulator.jobs.book import Book
from simulator.jobs.control import JobsControl, NewJob
from simulator.jobs.model import ErrorResponse, NextJobExecutionChanged
from simulator.jobs.service import Effects, JobsService, rejected
from simulator.jobs.stored import Execution

DOCUMENT = '{"operation": "install", "version": "2.4.0"}'


class Desk:
    """Speaks wire JSON with the service; reads it with the standard library, lest our codec judge itself."""

    def __init__(self) -> None:
        self.now = 1_750_000_000.25
        self.book = Book()
        self.known_things = {"t"}
        self.service = JobsService(self.book, lambda name: name in self.known_things)
        self.control = JobsControl(self.service)
        self.told: list[tuple[str, dict[str, Any]]] = []  # (last topic level, JSON) of notifications, in order
        self.last_effects = Effects()

    def create_job(self, job_id: str, *things: str, document: str = DOCUMENT, timeout: int | None = None) -> None:
        """Create a job for `things` (by default "t") and roll it out."""
        names = things or ("t",)
        targets = tuple(f"arn:aws:iot:us-east-1:123456789012:thing/{name}" for name in names)
        new = NewJob(job_id=job_id, targets=targets, document=document, in_progress_timeout_minutes=timeout)
        self.do(lambda control, now: control.create(new, now))
        self.do(lambda control, now: control.queue(job_id, names, now))
        self.do(lambda control, now: control.finish_rollout(job_id, now))

    def do(self, operation: Callable[[JobsControl, float], Effects]) -> Effects:
        """Carry out an operator's call and keep what it made the service tell."""
        return self._keep(operation(self.control, self.now))

    def ask(
        self, tail: str, payload: dict[str, Any] | bytes | None = None, thing: str = "t"
    ) -> tuple[str, dict[str, Any]]:
        """Publish to `$aws/things/{thing}/jobs/{tail}`; return the last level of the answer's topic, and its JSON."""
        topic = topics.parse_request(f"$aws/things/{thing}/jobs/{tail}")
        assert topic is not None, f"{tail} is no request"
        data = payload if isinstance(payload, bytes) else json.dumps(payload or {}).encode()
        self.told.clear()
        try:
            request = codec.decode_request(topic.operation, data)
        except codec.BadRequestError as exc:
            self.last_effects = Effects(reply=rejected(exc, self.now))
        else:
            self._keep(self.service.handle(topic, request, self.now))
        reply = self.last_effects.reply
        assert reply is not None
        return "rejected" if isinstance(reply, ErrorResponse) else "accepted", json.loads(codec.encode(reply))

    def accepted(self, tail: str, payload: dict[str, Any] | bytes | None = None, thing: str = "t") -> dict[str, Any]:
        """As `ask`, for an answer that has to be `accepted`."""
        answer, body = self.ask(tail, payload, thing)
        assert answer == "accepted", body
        return body

    def rejected(self, tail: str, payload: dict[str, Any] | bytes | None = None, thing: str = "t") -> dict[str, Any]:
        """As `ask`, for an answer that has to be `rejected`."""
        answer, body = self.ask(tail, payload, thing)
        assert answer == "rejected", body
        return body

    def expire(self, job_id: str, thing: str = "t") -> None:
        """Let the service look whether the latest execution has timed out."""
        self._keep(self.service.expire(self.execution(job_id, thing).key, self.now))

    def execution(self, job_id: str, thing: str = "t") -> Execution:
        """The stored execution."""
        execution = self.book.find(thing, job_id)
        assert execution is not None, f"{job_id} is not there"
        return execution

    def notified(self, tail: str) -> list[dict[str, Any]]:
        """What the last call told on `notify` or `notify-next`."""
        return [body for each, body in self.told if each == tail]

    def _keep(self, effects: Effects) -> Effects:
        self.last_effects = effects
        self.told = [
            (
                "notify-next" if isinstance(message, NextJobExecutionChanged) else "notify",
                json.loads(codec.encode(message)),
            )
            for _, message in effects.notifications
        ]
        return effects
