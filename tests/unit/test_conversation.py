"""Two honest halves over a network that loses, repeats and reorders, and an operator who interferes."""

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from simulator.jobs import codec, topics
from simulator.jobs.book import Book
from simulator.jobs.control import JobsControl, NewJob
from simulator.jobs.device import DeviceJobs
from simulator.jobs.meanings import Unexpected, Vanished
from simulator.jobs.model import ErrorResponse, JobStatus, NextJobExecutionChanged
from simulator.jobs.outgoing import Outgoing
from simulator.jobs.service import Effects, JobsService
from simulator.jobs.stored import Execution, ExecutionKey

Message = tuple[str, bytes]
ANY = st.integers(0, 1000)  # which of the messages on their way, whatever their number
JOBS = 5


class Conversation(RuleBasedStateMachine):
    """The thing asks as `thing.Thing` does: it verifies what it doubts, and catches up after the line was down."""

    starts_by_describe = False

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_750_000_000
        self.service = JobsService(Book())
        self.control = JobsControl(self.service)
        self.device = DeviceJobs("t")
        self.requests: list[Message] = []
        self.answers: list[Message] = []  # and notifications
        self.jobs = 0
        self.is_stale = False  # the line was down: news were lost
        self.was_meddled_with = False  # another client updated: nothing tells the thing until it asks
        self.has_vanished = False
        self.seen: dict[ExecutionKey, list[Execution]] = {}

    @initialize()
    def a_job(self) -> None:
        self.create_job()

    # --- the operator, time, and another client ---------------------------------------------------------------------

    @rule(what=st.sampled_from(["create", "cancel", "delete", "update", "fail", "wait"]), which=ANY)
    def interfere(self, what: str, which: int) -> None:
        pending = list(self.service.book.pending("t"))
        execution = pending[which % len(pending)] if pending else None
        if what == "wait":
            self.now += which % 4
        elif what == "create":
            self.create_job()
        elif execution is None:
            pass
        elif what == "cancel":
            self.tell(self.control.cancel_execution("t", execution.job_id, self.now, force=True))
        elif what == "delete":
            number = execution.execution_number
            self.tell(self.control.delete_execution("t", execution.job_id, number, self.now, force=True))
        elif execution.status is JobStatus.IN_PROGRESS:
            self.another_client_updates(execution, JobStatus.IN_PROGRESS if what == "update" else JobStatus.FAILED)

    def create_job(self) -> None:
        if self.jobs < JOBS:
            self.jobs += 1
            job_id = f"j{self.jobs}"
            self.tell(self.control.create(NewJob(job_id=job_id, targets=("arn",), document="{}"), self.now))
            self.tell(self.control.queue(job_id, ["t"], self.now))

    def another_client_updates(self, execution: Execution, status: JobStatus) -> None:
        topic = topics.RequestTopic("t", topics.Operation.UPDATE, execution.job_id)
        request = codec.decode_request(topic.operation, b'{"status": "%s"}' % status.encode())
        self.tell(self.service.handle(topic, request, self.now))
        self.was_meddled_with = True

    # --- the thing --------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.device.waiting is None)
    @rule(
        status=st.sampled_from([JobStatus.IN_PROGRESS] * 3 + [JobStatus.SUCCEEDED, JobStatus.REJECTED]),
        details=st.sampled_from([None, {}, {"a": "1"}, {"a": "2"}]),
        is_quick=st.booleans(),
        keep_copies=st.booleans(),
    )
    def act(self, status: JobStatus, details: dict[str, str] | None, is_quick: bool, keep_copies: bool) -> None:
        """Ask what a thing would ask now; if `is_quick`, it is answered at once."""
        if self.ask_what_is_unclear():
            pass
        elif self.device.is_working:
            self.send(self.device.report(status, details))
        else:
            self.is_stale = False
            self.send(self.device.describe_next() if self.starts_by_describe else self.device.start_next())
        if is_quick:
            self.all_goes_well(keep_copies)

    @precondition(lambda self: self.device.waiting is not None)
    @rule()
    def repeat(self) -> None:
        self.send(self.device.repeat())

    # --- the network ------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.requests)
    @rule(which=ANY, keep_copy=st.booleans())
    def deliver_request(self, which: int, keep_copy: bool) -> None:
        self.arrive_at_service(take(self.requests, which, keep_copy))

    @precondition(lambda self: self.answers)
    @rule(which=ANY, keep_copy=st.booleans())
    def deliver_answer(self, which: int, keep_copy: bool) -> None:
        self.arrive_at_device(take(self.answers, which, keep_copy))

    def all_goes_well(self, keep_copies: bool) -> None:
        """The newest request arrives, then what comes back; copies of both may turn up again later."""
        older = len(self.answers)
        self.arrive_at_service(take(self.requests, len(self.requests) - 1, keep_copies))
        for message in self.answers[older:]:
            self.arrive_at_device(message)
        if not keep_copies:
            del self.answers[older:]

    @precondition(lambda self: self.requests or self.answers)
    @rule(which=ANY)
    def lose(self, which: int) -> None:
        if (which % 2 and self.requests) or not self.answers:
            take(self.requests, which, keep_copy=False)
        else:
            topic, _ = take(self.answers, which, keep_copy=False)
            self.is_stale |= isinstance(topics.parse_from_service(topic), topics.NotifyTopic)

    @rule(arrives=st.booleans())
    def line_breaks(self, arrives: bool) -> None:
        """What was on its way to the service arrives now or never; what was on its way back is lost."""
        while self.requests:
            message = self.requests.pop(0)
            if arrives:
                self.arrive_at_service(message)
        self.answers.clear()
        self.device.give_up()
        self.is_stale = True
        self.has_vanished = False

    def quiet(self) -> None:
        """Nothing is lost for a while: then the thing believes what is stored."""
        for _ in range(50):
            while self.requests or self.answers:
                if self.requests:
                    self.arrive_at_service(self.requests.pop(0))
                else:
                    self.arrive_at_device(self.answers.pop(0))
            if self.device.waiting is not None:
                self.send(self.device.repeat())
            elif not self.ask_what_is_unclear():
                if not (self.was_meddled_with and self.device.is_working):
                    break
                self.was_meddled_with = False
                self.send(self.device.describe_next())
        else:
            pytest.fail("the thing does not come to rest")
        self.belief_is_what_is_stored()

    # --- what holds -------------------------------------------------------------------------------------------------

    @invariant()
    def the_service_never_goes_back(self) -> None:
        for now in self.service.book.executions():
            seen = self.seen.setdefault(now.key, [now])
            last = seen[-1]
            if now == last:
                continue
            assert now.version_number == last.version_number + 1
            assert not last.status.is_terminal
            seen.append(now)

    @invariant()
    def the_thing_never_believes_in_a_state_that_was_not_stored(self) -> None:
        device = self.device
        if device.execution is None or device.status in (None, JobStatus.REMOVED):  # REMOVED: found deleted
            return
        key = ExecutionKey("t", device.execution.job_id, device.execution.execution_number)
        states = [(each.status, each.version_number, dict(each.status_details)) for each in self.seen[key]]
        assert (device.status, device.version, dict(device.status_details)) in states

    def belief_is_what_is_stored(self) -> None:
        device = self.device
        if device.execution is None:
            return
        stored = self.service.book.find("t", device.execution.job_id, device.execution.execution_number)
        if stored is None:
            assert not device.is_working
        else:
            assert (device.status, device.version) == (stored.status, stored.version_number)
            assert device.status_details == stored.status_details

    # --- helpers ----------------------------------------------------------------------------------------------------

    def ask_what_is_unclear(self) -> bool:
        """Do what a thing does before it works on; return whether there was anything to ask."""
        device = self.device
        if self.has_vanished:
            self.has_vanished = False
            self.send(device.probe())
        elif self.is_stale and device.is_working:
            self.is_stale = False
            self.send(device.describe_next())
        elif device.in_doubt:
            self.send(device.verify())
        else:
            return False
        return True

    def send(self, question: Outgoing) -> None:
        self.requests.append((str(question.topic), codec.encode(question.request)))

    def arrive_at_service(self, message: Message) -> None:
        topic = topics.parse_request(message[0])
        assert topic is not None
        effects = self.service.handle(topic, codec.decode_request(topic.operation, message[1]), self.now)
        assert effects.reply is not None
        rejected = isinstance(effects.reply, ErrorResponse)
        answer = topics.ReplyTopic(topic, topics.Answer.REJECTED if rejected else topics.Answer.ACCEPTED)
        self.answers.append((str(answer), codec.encode(effects.reply)))
        self.tell(effects)

    def arrive_at_device(self, message: Message) -> None:
        topic = topics.parse_from_service(message[0])
        if isinstance(topic, topics.NotifyTopic):
            self.device.receive_notification(codec.decode_notification(topic, message[1]))
            return
        assert topic is not None
        waiting = self.device.waiting
        meaning = self.device.receive_reply(topic, codec.decode_reply(topic, message[1]))
        assert (self.device.waiting is waiting) == isinstance(meaning, Unexpected)
        self.has_vanished |= isinstance(meaning, Vanished)

    def tell(self, effects: Effects) -> None:
        for _, message in effects.notifications:
            topic = topics.NotifyTopic("t", is_next=isinstance(message, NextJobExecutionChanged))
            self.answers.append((str(topic), codec.encode(message)))
        self.the_service_never_goes_back()  # several changes may happen in one rule

    def teardown(self) -> None:
        self.quiet()


class ConversationByDescribe(Conversation):
    """The same with the other flow: executions are met QUEUED, and the first report starts them."""

    starts_by_describe = True


def take(messages: list[Message], which: int, keep_copy: bool) -> Message:
    place = which % len(messages)
    return messages[place] if keep_copy else messages.pop(place)


SETTINGS = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestConversation = Conversation.TestCase
TestConversation.settings = SETTINGS
TestConversationByDescribe = ConversationByDescribe.TestCase
TestConversationByDescribe.settings = SETTINGS
