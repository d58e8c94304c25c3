"""The thing's half of the conversation, by itself: what it asks, and what it makes of the answers."""

from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from simulator.jobs.device import DeviceJobs, IllegalTransitionError
from simulator.jobs.meanings import (
    Accepted,
    Began,
    Ended,
    Listed,
    Missing,
    NextChanged,
    NothingPending,
    Refused,
    StillOurs,
    Throttled,
    Unexpected,
    Vanished,
    VersionConflict,
)
from simulator.jobs.model import (
    DescribeRequest,
    ErrorCode,
    ErrorResponse,
    ExecutionAccepted,
    GetPendingAccepted,
    JobExecution,
    JobExecutionsChanged,
    JobExecutionState,
    JobExecutionSummary,
    JobStatus,
    NextJobExecutionChanged,
    Reply,
    UpdateAccepted,
    UpdateRequest,
)
from simulator.jobs.outgoing import Outgoing
from simulator.jobs.topics import Answer, ReplyTopic

S = JobStatus


def execution(job_id: str = "j1", status: S = S.IN_PROGRESS, version: int = 2, **members: Any) -> JobExecution:
    given: dict[str, Any] = {"queued_at": 100, "last_updated_at": 100, "execution_number": 1, **members}
    return JobExecution(job_id=job_id, status=status, version_number=version, **given)


def summary(job_id: str, version: int = 1) -> JobExecutionSummary:
    return JobExecutionSummary(
        job_id=job_id, queued_at=100, last_updated_at=100, execution_number=1, version_number=version
    )


def answer(device: DeviceJobs, question: Outgoing, reply: Reply) -> object:
    """Give the device `reply` to `question`, under the question's token unless the reply has one."""
    if reply.client_token is UNSET:
        reply = msgspec.structs.replace(reply, client_token=question.request.client_token)
    kind = Answer.REJECTED if isinstance(reply, ErrorResponse) else Answer.ACCEPTED
    return device.receive_reply(ReplyTopic(question.topic, kind), reply)


def told(execution: JobExecution | None = None) -> ExecutionAccepted:
    return ExecutionAccepted(timestamp=1, execution=UNSET if execution is None else execution)


def refusal(code: str, status: S | None = None, version: int = 0, **details: str) -> ErrorResponse:
    state = None if status is None else JobExecutionState(status=status, version_number=version)
    if state is not None and details:
        state = msgspec.structs.replace(state, status_details=details)
    return ErrorResponse(code=code, message="why", execution_state=UNSET if state is None else state)


def next_is(execution: JobExecution | None = None, timestamp: int = 1000) -> NextJobExecutionChanged:
    return NextJobExecutionChanged(timestamp=timestamp, execution=UNSET if execution is None else execution)


@pytest.fixture
def device() -> DeviceJobs:
    """A thing that has begun j1, IN_PROGRESS at version 2."""
    device = DeviceJobs("t", token_prefix="x-")
    assert isinstance(answer(device, device.start_next(), told(execution())), Began)
    return device


# --- taking an execution ----------------------------------------------------------------------------------------------
def test_the_next_execution_that_start_next_brings_becomes_the_current_one() -> None:
    device = DeviceJobs("t")
    assert not device.is_working
    question = device.start_next({"phase": "start"}, 5)
    assert str(question.topic) == "$aws/things/t/jobs/start-next"
    brought = execution(status_details={"phase": "start"})
    assert answer(device, question, told(brought)) == Began(brought)
    assert (device.is_working, device.status, device.version) == (True, S.IN_PROGRESS, 2)
    assert (device.status_details, device.pending) == ({"phase": "start"}, 1)


def test_nothing_pending_is_an_answer_too() -> None:
    device = DeviceJobs("t")
    device.pending = 3
    for question in (device.start_next, device.describe_next):
        assert answer(device, question(), told()) == NothingPending()
        assert (device.is_working, device.pending, device.next_known) == (False, 0, False)


def test_describe_leaves_an_execution_queued_and_the_first_report_starts_it() -> None:
    device = DeviceJobs("t")
    question = device.describe_next()
    assert str(question.topic) == "$aws/things/t/jobs/$next/get"
    answer(device, question, told(execution(status=S.QUEUED, version=1)))
    report = device.report(S.IN_PROGRESS)
    assert answer(device, report, UpdateAccepted(timestamp=1)) == Accepted(S.IN_PROGRESS, 2)


def test_pending_executions_are_counted() -> None:
    device = DeviceJobs("t")
    question = device.get_pending()
    assert str(question.topic) == "$aws/things/t/jobs/get"
    lists = GetPendingAccepted(
        timestamp=1, in_progress_jobs=[summary("j1")], queued_jobs=[summary("j2"), summary("j3")]
    )
    assert answer(device, question, lists) == Listed(3)
    assert device.pending == 3


def test_a_thing_that_is_not_registered_is_refused_and_not_taken_for_a_deletion() -> None:
    device = DeviceJobs("t")
    for question in (device.start_next, device.describe_next):
        assert isinstance(answer(device, question(), refusal(ErrorCode.RESOURCE_NOT_FOUND)), Refused)
        assert device.status is None


# --- reporting --------------------------------------------------------------------------------------------------------
def test_a_report_carries_version_number_and_a_token_of_its_own(device: DeviceJobs) -> None:
    question = device.report(S.IN_PROGRESS, {"progress": "10"}, 5)
    assert str(question.topic) == "$aws/things/t/jobs/j1/update"
    request = question.request
    assert isinstance(request, UpdateRequest)
    assert (request.expected_version, request.execution_number, request.step_timeout_in_minutes) == (2, 1, 5)
    answer(device, question, UpdateAccepted(timestamp=1))
    assert (device.version, device.status_details) == (3, {"progress": "10"})
    again = device.report(S.SUCCEEDED).request
    assert isinstance(again, UpdateRequest)
    assert (again.expected_version, again.status_details, again.step_timeout_in_minutes) == (3, UNSET, UNSET)
    assert again.client_token != request.client_token
    assert str(again.client_token).startswith("x-")


def test_details_that_a_report_leaves_out_stay_and_empty_ones_clear(device: DeviceJobs) -> None:
    for details, believed in (({"a": "1"}, {"a": "1"}), (None, {"a": "1"}), ({}, {})):
        answer(device, device.report(S.IN_PROGRESS, details), UpdateAccepted(timestamp=1))
        assert device.status_details == believed


def test_a_state_in_the_answer_is_believed(device: DeviceJobs) -> None:
    state = JobExecutionState(status=S.IN_PROGRESS, version_number=9, status_details={"a": "1"})
    question = device.report(S.IN_PROGRESS)
    assert answer(device, question, UpdateAccepted(timestamp=1, execution_state=state)) == Accepted(S.IN_PROGRESS, 9)
    assert (device.version, device.status_details) == (9, {"a": "1"})


@pytest.mark.parametrize("status", [S.QUEUED, S.CANCELED, S.TIMED_OUT, S.REMOVED])
def test_a_status_that_is_not_the_things_to_set_is_not_reported(device: DeviceJobs, status: S) -> None:
    with pytest.raises(
        IllegalTransitionError, match=f"t: a job execution that is IN_PROGRESS cannot be reported {status}"
    ):
        device.report(status)
    assert device.waiting is None


def test_nothing_is_reported_without_an_execution_or_after_its_end(device: DeviceJobs) -> None:
    with pytest.raises(IllegalTransitionError, match="t2 has no job execution; take one before reporting FAILED"):
        DeviceJobs("t2").report(S.FAILED)
    answer(device, device.report(S.SUCCEEDED), UpdateAccepted(timestamp=1))
    with pytest.raises(IllegalTransitionError, match="is SUCCEEDED cannot be reported FAILED"):
        device.report(S.FAILED)


def test_only_one_question_is_open_at_a_time(device: DeviceJobs) -> None:
    device.report(S.IN_PROGRESS)
    with pytest.raises(ValueError, match="a question is open"):
        device.describe_next()


def test_there_is_nothing_to_repeat_or_retry_before_something_was_asked() -> None:
    with pytest.raises(ValueError, match="no question is open"):
        DeviceJobs("t").repeat()
    with pytest.raises(ValueError, match="nothing was asked yet"):
        DeviceJobs("t").retry()
    with pytest.raises(ValueError, match="t has no job execution"):
        DeviceJobs("t").verify()


# --- answers that are not for us, or that came twice ------------------------------------------------------------------
def test_an_answer_under_another_token_or_to_another_topic_changes_nothing(device: DeviceJobs) -> None:
    first = device.report(S.IN_PROGRESS)
    answer(device, first, UpdateAccepted(timestamp=1))
    second = device.report(S.IN_PROGRESS)
    for reply in (UpdateAccepted(timestamp=1), refusal(ErrorCode.RESOURCE_NOT_FOUND)):
        assert isinstance(answer(device, first, reply), Unexpected)
    elsewhere = Outgoing(DeviceJobs("t").start_next().topic, second.request)
    assert isinstance(answer(device, elsewhere, told(execution("j9"))), Unexpected)
    assert (device.waiting, device.version) == (second, 3)


def test_an_answer_without_a_token_is_ours_if_it_says_that_ours_could_not_be_read(device: DeviceJobs) -> None:
    question = device.report(S.IN_PROGRESS)
    topic = ReplyTopic(question.topic, Answer.ACCEPTED)
    assert isinstance(device.receive_reply(topic, UpdateAccepted(timestamp=1)), Unexpected)
    meaning = device.receive_reply(ReplyTopic(question.topic, Answer.REJECTED), refusal(ErrorCode.INVALID_JSON))
    assert isinstance(meaning, Refused)
    assert "InvalidJson: why" in meaning.sentence


def test_a_repeated_question_is_the_same_question(device: DeviceJobs) -> None:
    question = device.report(S.IN_PROGRESS)
    assert device.repeat() is question
    answer(device, question, UpdateAccepted(timestamp=1))
    assert isinstance(answer(device, question, UpdateAccepted(timestamp=1)), Unexpected)
    assert device.version == 3


@pytest.mark.parametrize("code", [ErrorCode.VERSION_MISMATCH, ErrorCode.INVALID_STATE_TRANSITION])
def test_a_rejection_whose_state_is_what_was_asked_for_means_that_it_was_applied(
    device: DeviceJobs, code: ErrorCode
) -> None:
    question = device.report(S.SUCCEEDED, {"a": "1"})
    device.receive_notification(next_is())
    meaning = answer(device, question, refusal(code, S.SUCCEEDED, 3, a="1"))
    assert isinstance(meaning, Accepted)
    assert (meaning.status, meaning.version) == (S.SUCCEEDED, 3)
    assert "an earlier copy of it was applied" in meaning.sentence
    assert not device.in_doubt, "that the execution left the list is no news"


@pytest.mark.parametrize(("version", "details"), [(4, {"a": "1"}), (2, {"a": "1"}), (3, {"a": "2"}), (3, {})], ids=str)
def test_a_state_that_differs_is_a_conflict_and_its_version_is_taken_over(
    device: DeviceJobs, version: int, details: dict[str, str]
) -> None:
    question = device.report(S.IN_PROGRESS, {"a": "1"})
    meaning = answer(device, question, refusal(ErrorCode.VERSION_MISMATCH, S.IN_PROGRESS, version, **details))
    assert isinstance(meaning, VersionConflict)
    assert meaning.sentence == (f"VersionMismatch: why; the thing takes over version {version} and reports again")
    assert (device.version, device.status_details) == (version, details)
    again = device.report(S.IN_PROGRESS).request
    assert isinstance(again, UpdateRequest)
    assert again.expected_version == version


# --- other rejections -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "why"),
    [
        (S.CANCELED, "canceled by the operator"),
        (S.TIMED_OUT, "timed out"),
        (S.REMOVED, "no longer a target"),
        (S.FAILED, "ended as FAILED, and not by this update"),
    ],
)
def test_an_execution_that_ended_behind_the_things_back_is_given_up(device: DeviceJobs, status: S, why: str) -> None:
    question = device.report(S.IN_PROGRESS)
    meaning = answer(device, question, refusal(ErrorCode.INVALID_STATE_TRANSITION, status, 3))
    assert isinstance(meaning, Ended)
    assert (meaning.status, meaning.version) == (status, 3)
    assert why in meaning.sentence
    assert "stops working" in meaning.sentence
    assert (device.is_working, device.status, device.version) == (False, status, 3)


def test_a_service_that_does_not_say_how_it_ended_is_believed_all_the_same(device: DeviceJobs) -> None:
    meaning = answer(device, device.report(S.IN_PROGRESS), refusal(ErrorCode.INVALID_STATE_TRANSITION))
    assert isinstance(meaning, Ended)
    assert "does not say how" in meaning.sentence
    assert not device.is_working


def test_an_execution_that_is_not_found_was_deleted(device: DeviceJobs) -> None:
    meaning = answer(device, device.report(S.IN_PROGRESS), refusal(ErrorCode.RESOURCE_NOT_FOUND))
    assert isinstance(meaning, Ended)
    assert (meaning.status, meaning.version, device.version) == (S.REMOVED, 0, 2)
    assert "deleted by the operator" in meaning.sentence


@pytest.mark.parametrize("code", [ErrorCode.REQUEST_THROTTLED, ErrorCode.INTERNAL_ERROR])
def test_a_refusal_for_now_is_retried_under_a_new_token(device: DeviceJobs, code: ErrorCode) -> None:
    question = device.report(S.IN_PROGRESS, {"a": "1"})
    assert isinstance(answer(device, question, refusal(code)), Throttled)
    again = device.retry()
    assert again.request.client_token != question.request.client_token
    assert msgspec.structs.replace(again.request, client_token=question.request.client_token) == question.request
    assert answer(device, again, UpdateAccepted(timestamp=1)) == Accepted(S.IN_PROGRESS, 3)


@pytest.mark.parametrize("code", [ErrorCode.INVALID_REQUEST, ErrorCode.INVALID_TOPIC, "SomethingNew"])
def test_any_other_code_is_a_refusal_for_good(device: DeviceJobs, code: str) -> None:
    meaning = answer(device, device.report(S.IN_PROGRESS), refusal(code))
    assert isinstance(meaning, Refused)
    assert meaning.code == code
    assert (device.status, device.version) == (S.IN_PROGRESS, 2)


# --- doubt ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("news", [next_is(), next_is(execution("j2", S.QUEUED, 1)), next_is(execution(queued_at=200))])
def test_another_next_execution_raises_doubt(device: DeviceJobs, news: NextJobExecutionChanged) -> None:
    assert device.receive_notification(news) == NextChanged()
    assert device.in_doubt
    assert device.next_known is (news.execution is not UNSET)


def test_news_about_the_current_execution_raises_none(device: DeviceJobs) -> None:
    device.receive_notification(next_is(execution(status=S.QUEUED, version=1)))
    device.receive_notification(JobExecutionsChanged(timestamp=1, jobs={S.IN_PROGRESS: [summary("j1")]}))
    assert (device.in_doubt, device.next_known) == (False, None)


def test_a_list_without_the_current_execution_raises_doubt_unless_the_list_is_full(device: DeviceJobs) -> None:
    full = [summary(f"q{number}") for number in range(10)]
    device.receive_notification(JobExecutionsChanged(timestamp=1, jobs={S.QUEUED: full}))
    assert (device.in_doubt, device.pending) == (False, 10)
    device.receive_notification(JobExecutionsChanged(timestamp=1, jobs={S.QUEUED: full[:9]}))
    assert (device.in_doubt, device.pending) == (True, 9)


def test_a_notification_that_comes_late_is_not_believed_but_a_clock_set_back_is(device: DeviceJobs) -> None:
    device.receive_notification(next_is(execution(), timestamp=1000))
    assert isinstance(device.receive_notification(next_is(timestamp=999)), Unexpected)
    assert not device.in_doubt
    device.receive_notification(JobExecutionsChanged(timestamp=1000, jobs={S.IN_PROGRESS: [summary("j1")]}))
    assert isinstance(device.receive_notification(JobExecutionsChanged(timestamp=999, jobs={})), Unexpected)
    assert (device.in_doubt, device.pending) == (False, 1)
    assert device.receive_notification(next_is(timestamp=600)) == NextChanged()
    assert device.in_doubt


def test_news_of_the_execution_that_just_ended_are_no_news(device: DeviceJobs) -> None:
    answer(device, device.report(S.SUCCEEDED), UpdateAccepted(timestamp=1))
    device.receive_notification(next_is(execution()))
    assert device.next_known is None
    device.receive_notification(next_is(execution("j2", S.QUEUED, 1)))
    assert device.next_known is True


def test_doubt_outlives_a_report_that_was_accepted_before_but_not_the_last_one(device: DeviceJobs) -> None:
    question = device.report(S.IN_PROGRESS)
    device.receive_notification(next_is())
    answer(device, question, UpdateAccepted(timestamp=1))
    assert device.in_doubt
    answer(device, device.report(S.SUCCEEDED), UpdateAccepted(timestamp=1))
    assert not device.in_doubt


def test_verifying_finds_the_execution_as_it_was(device: DeviceJobs) -> None:
    device.receive_notification(next_is())
    question = device.verify()
    assert str(question.topic) == "$aws/things/t/jobs/j1/get"
    assert isinstance(question.request, DescribeRequest)
    assert (question.request.execution_number, question.request.include_job_document) == (1, False)
    assert answer(device, question, told(execution(version=5))) == StillOurs(5)
    assert (device.in_doubt, device.version) == (False, 5)


def test_doubt_raised_while_verifying_stays(device: DeviceJobs) -> None:
    question = device.verify()
    device.receive_notification(next_is())
    answer(device, question, told(execution()))
    assert device.in_doubt


def test_verifying_finds_the_execution_deleted_or_its_number_given_to_another(device: DeviceJobs) -> None:
    meaning = answer(device, device.verify(), told(execution(queued_at=200)))
    assert isinstance(meaning, Ended)
    assert (meaning.status, device.is_working) == (S.REMOVED, False)


def test_a_terminal_execution_is_probed_for_how_it_ended(device: DeviceJobs) -> None:
    assert isinstance(answer(device, device.verify(), refusal(ErrorCode.TERMINAL_STATE_REACHED)), Vanished)
    probe = device.probe()
    assert probe.is_probe
    assert isinstance(probe.request, UpdateRequest)
    assert (probe.request.status, probe.request.expected_version) == (S.IN_PROGRESS, 2)
    meaning = answer(device, probe, refusal(ErrorCode.INVALID_STATE_TRANSITION, S.TIMED_OUT, 3))
    assert isinstance(meaning, Ended)
    assert (meaning.status, meaning.version) == (S.TIMED_OUT, 3)


def test_a_probe_that_finds_the_execution_alive_takes_its_version_over(device: DeviceJobs) -> None:
    meaning = answer(device, device.probe(), refusal(ErrorCode.VERSION_MISMATCH, S.IN_PROGRESS, 3))
    assert meaning == StillOurs(3)


# --- after a lost line ------------------------------------------------------------------------------------------------
def test_describing_after_a_lost_line_tells_whether_the_report_was_applied(device: DeviceJobs) -> None:
    for version, applied in ((2, False), (3, True), (7, False)):
        before = device.version = 2
        device.report(S.IN_PROGRESS, {"a": "1"})
        device.give_up()
        assert device.in_doubt
        meaning = answer(device, device.describe_next(), told(execution(version=version, status_details={"a": "1"})))
        assert meaning == StillOurs(version, applied)
        assert (device.version, device.in_doubt) == (version, False)
        assert before == 2


@pytest.mark.parametrize("shown", [None, execution("j2", S.QUEUED, 1)])
def test_an_execution_that_is_not_next_any_more_is_settled_by_the_report_that_got_no_answer(
    device: DeviceJobs, shown: JobExecution | None
) -> None:
    report = device.report(S.SUCCEEDED)
    device.give_up()
    assert device.pending == 1
    assert answer(device, device.describe_next(), told(shown)) == Missing()
    assert device.pending == (0 if shown is None else 1)  # the service has told that there is none
    assert device.in_doubt
    assert device.verify() == report
    meaning = answer(device, report, refusal(ErrorCode.INVALID_STATE_TRANSITION, S.SUCCEEDED, 3))
    assert isinstance(meaning, Accepted)
    assert not device.in_doubt


def test_a_report_that_was_given_up_is_forgotten_once_the_execution_is_told_anew(device: DeviceJobs) -> None:
    device.report(S.IN_PROGRESS)
    device.give_up()
    answer(device, device.describe_next(), told(execution(version=2)))
    assert isinstance(device.verify().request, DescribeRequest)


def test_giving_up_a_verification_leaves_the_doubt(device: DeviceJobs) -> None:
    device.verify()
    device.give_up()
    assert device.in_doubt


def test_giving_up_without_an_execution_leaves_nothing_to_verify() -> None:
    device = DeviceJobs("t")
    device.start_next()
    device.give_up()
    assert (device.in_doubt, device.waiting) == (False, None)


def test_an_execution_that_was_let_go_can_be_begun_again() -> None:
    device = DeviceJobs("t")
    queued = execution(status=S.QUEUED, version=1)
    answer(device, device.describe_next(), told(queued))
    device.let_go()
    assert not device.is_working
    assert answer(device, device.start_next(), told(execution())) == Began(execution())


def test_an_announcement_that_overtakes_the_answer_nothing_pending_is_not_forgotten() -> None:
    device = DeviceJobs("t")
    question = device.start_next()
    device.receive_notification(next_is(execution("j1", S.QUEUED, 1)))
    assert answer(device, question, told()) == NothingPending()
    assert device.next_known is True
    assert answer(device, device.start_next(), told()) == NothingPending()
    assert device.next_known is False


def test_an_execution_let_go_while_it_was_asked_about_is_not_taken_up_without_its_document(device: DeviceJobs) -> None:
    question = device.verify()
    device.let_go()
    assert answer(device, question, told(execution())) == Missing()
    assert (device.is_working, device.status) == (False, None)
    assert isinstance(answer(device, device.start_next(), told(execution())), Began)


def test_a_probe_that_is_accepted_after_all_leaves_the_execution_under_way(device: DeviceJobs) -> None:
    assert answer(device, device.probe(), UpdateAccepted(timestamp=1)) == StillOurs(3)
    assert (device.is_working, device.version) == (True, 3)
