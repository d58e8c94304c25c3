"""What the service will answer to an update, as far as the thing's belief is right. Pure: the service's own rules.

For a person who looks at a thing and asks: what will it send next, and what will come of it?
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import UNSET

from simulator.jobs import codec
from simulator.jobs.book import Book
from simulator.jobs.mistakes import About, UpdateByHand, by_hand
from simulator.jobs.model import ErrorCode, ErrorResponse, JobStatus, Reply, UpdateRequest
from simulator.jobs.service import JobsService
from simulator.jobs.stored import Execution, Job
from simulator.jobs.topics import Answer, Operation, parse_request

_NOW = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """What a thing believes of its newest execution; `status` None: it has none."""

    thing_name: str
    job_id: str = ""
    execution_number: int = 0
    status: JobStatus | None = None
    version: int = 0
    status_details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The answer, and what the execution is after it. `code` and `message` are those of a rejection, "" else."""

    answer: Answer
    code: str = ""
    message: str = ""
    status: JobStatus | None
    version: int
    status_details: Mapping[str, str]

    def __str__(self) -> str:
        stands = "there is no execution" if self.status is None else f"{self.status}, version {self.version}"
        if self.answer is Answer.ACCEPTED:
            return f"accepted: {stands}"
        return f"rejected, {self.code}: {self.message.rstrip('.')}; it stays as it is ({stands})"


def predict(topic: str, payload: bytes, believed: Believed) -> Prediction:
    """Return what the service answers to `payload` on `topic` if the thing's execution is as it believes.

    Of other executions of the thing nothing is known: an update of them is predicted to find none.
    """
    book = _book(believed)
    reply = _reply(topic, payload, book)
    if isinstance(reply, ErrorResponse):
        return _refused(reply.code, reply.message, believed)
    after = book.find(believed.thing_name, believed.job_id, believed.execution_number)
    assert after is not None
    return Prediction(
        answer=Answer.ACCEPTED,
        status=after.status,
        version=after.version_number,
        status_details=after.status_details,
    )


def predict_answer(topic: str, payload: bytes, believed: Believed) -> tuple[Answer, bytes]:
    """Return the whole answer as `predict` knows it: its kind and its JSON, in which every timestamp is 0."""
    reply = _reply(topic, payload, _book(believed))
    return Answer.REJECTED if isinstance(reply, ErrorResponse) else Answer.ACCEPTED, codec.encode(reply)


def predict_by_hand(update: UpdateByHand, believed: Believed) -> Prediction:
    """Return what the service answers to an update that a person wrote."""
    about = About(believed.thing_name, believed.job_id, believed.execution_number, believed.version, "token")
    message = by_hand(about, update)
    return predict(message.topic, message.payload, believed)


def _reply(topic: str, payload: bytes, book: Book) -> Reply:
    """Return what the service says to an update; the book is then as it is afterwards."""
    asked = parse_request(topic)
    if asked is None or asked.operation is not Operation.UPDATE:
        return ErrorResponse(code=ErrorCode.INVALID_TOPIC, message=f"{topic[:256]} is no topic of an update")
    try:
        request = codec.decode_request(asked.operation, payload)
    except codec.BadRequestError as error:
        return ErrorResponse(code=error.code, message=error.message, client_token=error.client_token or UNSET)
    assert isinstance(request, UpdateRequest)
    reply = JobsService(book).handle(asked, request, _NOW).reply
    assert reply is not None  # an update is always answered
    return reply


def _book(believed: Believed) -> Book:
    book = Book()
    if believed.status is not None:
        book.put_job(
            Job(job_id=believed.job_id, targets=(), document="{}", created_at=_NOW, last_updated_at=_NOW),
        )
        book.put(
            Execution(
                thing_name=believed.thing_name,
                job_id=believed.job_id,
                execution_number=believed.execution_number,
                status=believed.status,
                version_number=believed.version,
                queued_at=_NOW,
                last_updated_at=_NOW,
                sequence=1,
                status_details=believed.status_details,
            )
        )
    return book


def _refused(code: str, message: str, believed: Believed) -> Prediction:
    return Prediction(
        answer=Answer.REJECTED,
        code=code,
        message=message,
        status=believed.status,
        version=believed.version,
        status_details=believed.status_details,
    )
