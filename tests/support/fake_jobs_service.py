"""The honest jobs service behind a MemoryBroker, with an operator's hands and a way to answer badly."""

import json
from collections import deque
from collections.abc import Callable
from typing import Any

from simulator.jobs import codec, topics
from simulator.jobs.book import Book
from simulator.jobs.control import JobsControl, NewJob
from simulator.jobs.model import ErrorCode, ErrorResponse, NextJobExecutionChanged, Reply
from simulator.jobs.service import Effects, JobsService, rejected
from simulator.jobs.stored import Execution
from simulator.transport.base import LinkHandler, MessageHandler
from simulator.transport.memory import MemoryBroker, MemoryTransport, Requester

DOCUMENT = '{"operation": "install", "version": "2.4.0"}'


class FakeJobsService:
    """One region's jobs service. `asked` keeps (topic tail, JSON) of every request that came, also if it is lost."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.book = Book()
        self.service = JobsService(self.book)
        self.control = JobsControl(self.service)
        self.broker = MemoryBroker(self._on_request)
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.refusals: deque[ErrorCode] = deque()  # what to answer to the next requests instead of handling them
        self.lost_requests = 0  # how many of the next requests to lose
        self.before_next: Callable[[], object] | None = None  # called once, before the next request is handled
        self.keeps_notifications = False

    def line(self, client_id: str, on_message: MessageHandler, on_link: LinkHandler) -> MemoryTransport:
        """Make a client's line to this service."""
        return MemoryTransport(self.broker, client_id, on_message, on_link)

    def create_job(
        self, job_id: str, *things: str, document: str = DOCUMENT, timeout_minutes: int | None = None
    ) -> None:
        """Create a job for `things` and queue its executions."""
        targets = tuple(f"arn:aws:iot:us-east-1:123456789012:thing/{name}" for name in things)
        new = NewJob(job_id=job_id, targets=targets, document=document, in_progress_timeout_minutes=timeout_minutes)
        self._tell(self.control.create(new, self._now()))
        self._tell(self.control.queue(job_id, things, self._now()))
        self._tell(self.control.finish_rollout(job_id, self._now()))

    def cancel(self, job_id: str, *, force: bool = True) -> None:
        """Cancel a job, with `force` also what is under way."""
        self._tell(self.control.cancel(job_id, self._now(), force=force))

    def delete(self, job_id: str) -> None:
        """Delete a job with all its executions, under way or not."""
        self._tell(self.control.delete(job_id, self._now(), force=True))

    def expire(self, thing: str, job_id: str) -> None:
        """Let the service look at the clock."""
        self._tell(self.service.expire(self.execution(thing, job_id).key, self._now()))

    def update(self, thing: str, job_id: str, **members: object) -> None:
        """Update an execution as another client of the same thing would; the answer is nobody's business."""
        topic = topics.parse_request(f"{topics.PREFIX}{thing}/jobs/{job_id}/update")
        assert topic is not None
        request = codec.decode_request(topic.operation, json.dumps(members).encode())
        self._tell(self.service.handle(topic, request, self._now()))

    def execution(self, thing: str, job_id: str) -> Execution:
        """The stored execution."""
        execution = self.book.find(thing, job_id)
        assert execution is not None, f"{job_id} is not there"
        return execution

    def tails(self) -> list[str]:
        """What was asked for, in order, as the last levels of the topics."""
        return [tail for tail, _ in self.asked]

    def updates(self) -> list[dict[str, Any]]:
        """The JSON of every update that arrived, in order."""
        return [body for tail, body in self.asked if tail.endswith("/update")]

    def _on_request(self, requester: Requester, topic: str, payload: bytes) -> None:
        asked = topics.parse_request(topic)
        try:
            body = json.loads(payload)
        except ValueError:
            body = {}
        self.asked.append((topic.split("/jobs/")[1], body))
        if asked is None:
            problem = ErrorResponse(code=ErrorCode.INVALID_TOPIC, message="no topic of the Jobs API")
            requester.send(f"{topic}/rejected", codec.encode(problem))
            return
        if self.lost_requests:
            self.lost_requests -= 1
            return
        if self.before_next is not None:
            before, self.before_next = self.before_next, None
            before()
        effects = Effects()
        try:
            request = codec.decode_request(asked.operation, payload)
        except codec.BadRequestError as exc:
            reply: Reply = rejected(exc, self._now())
        else:
            if self.refusals:
                reply = ErrorResponse(
                    code=self.refusals.popleft(), message="not now", timestamp=1, client_token=request.client_token
                )
            else:
                effects = self.service.handle(asked, request, self._now())
                assert effects.reply is not None
                reply = effects.reply
        answer = topics.Answer.REJECTED if isinstance(reply, ErrorResponse) else topics.Answer.ACCEPTED
        requester.send(str(topics.ReplyTopic(asked, answer)), codec.encode(reply))
        self._tell(effects)

    def _tell(self, effects: Effects) -> None:
        if self.keeps_notifications:
            return
        for thing, message in effects.notifications:
            is_next = isinstance(message, NextJobExecutionChanged)
            self.broker.publish(str(topics.NotifyTopic(thing, is_next=is_next)), codec.encode(message))
