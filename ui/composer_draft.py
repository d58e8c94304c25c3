"""A job as it is being written: what speaks against it, what will happen in one sentence, what is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from PySide6.QtCore import QCoreApplication

from simulator import job_document
from simulator.errors import InputError
from simulator.jobs import configs, limits
from simulator.jobs.configs import AbortConfig, RetryConfig, RolloutConfig
from simulator.plan_rollout import plan_abort, plan_rollout
from ui import plan_words
from ui.numbers import counted, grouped

NOTICE_MINUTES: Final = 30  # AWS wants so much before a job begins
MOST_NOTICE_MINUTES: Final = 366 * 24 * 60


def _tr(text: str) -> str:
    return QCoreApplication.translate("Composer", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """What `Operator.create_job` is asked for. `document` is JSON text; `members` go to CreateJob as they are."""

    job_id: str
    targets: tuple[str, ...]
    document: str
    in_progress_timeout_minutes: int | None = None
    description: str = ""
    members: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDraft:
    """Everything that can be typed. With `group` the job is for that thing group, of `group_size` things if known."""

    job_id: str
    targets: tuple[str, ...] = ()
    group: str | None = None
    group_size: int | None = None
    document: str = "{}"
    description: str = ""
    rollout: RolloutConfig | None = None
    abort: AbortConfig | None = None
    retry: RetryConfig | None = None
    timeout_minutes: int | None = None
    continuous: bool = False
    start_in_minutes: int = 0  # 0: at once

    @property
    def things(self) -> int | None:
        """How many things the job is for; None if nobody has counted the group."""
        return len(self.targets) if self.group is None else self.group_size

    def problem(self) -> str:
        """Why no job can be made of this; "" if nothing speaks against it."""
        if self.group is None and not self.targets:
            return _tr("There are no things to make a job for.")
        if self.group is not None and not limits.GROUP_NAME.fullmatch(self.group):
            return _tr("Name a thing group.")
        if not self.job_id:
            return _tr("The job needs an id.")
        if not limits.JOB_ID.fullmatch(self.job_id):
            return _tr("A job id is made of 1 to 64 letters (a to z), digits, - and _.")
        if found := document_problem(self.document):
            return _tr("Job document: %1").replace("%1", found)
        if any(not each.isprintable() for each in self.description):
            return _tr("The description has characters that cannot be printed.")
        found = (
            configs.problem_with_rollout(self.rollout)
            or configs.problem_with_abort(self.abort)
            or configs.problem_with_retries(self.retry)
            or ""
        )
        if not found and 0 < self.start_in_minutes < NOTICE_MINUTES:
            return _tr("A job that starts later needs at least %1 minutes’ notice.").replace("%1", str(NOTICE_MINUTES))
        return found

    def start_text(self, now: float) -> str:
        """The start time as CreateJob takes it, whole minutes of UTC, from `now` in epoch seconds."""
        start = datetime.fromtimestamp(now, UTC) + timedelta(minutes=self.start_in_minutes, seconds=59)
        return start.strftime("%Y-%m-%d %H:%M")

    def members(self, now: float) -> dict[str, Any]:
        """The configurations as members of CreateJob."""
        members: dict[str, Any] = {}
        if self.continuous:
            members["targetSelection"] = "CONTINUOUS"
        for name, config in (
            ("jobExecutionsRolloutConfig", self.rollout),
            ("abortConfig", self.abort),
            ("jobExecutionsRetryConfig", self.retry),
        ):
            if config is not None:
                members[name] = msgspec.json.decode(msgspec.json.encode(config))
        if self.start_in_minutes:
            members["schedulingConfig"] = {"startTime": self.start_text(now)}
        return members

    def request(self, now: float, group_arn: str = "") -> JobRequest:
        """What the operator is asked for."""
        return JobRequest(
            job_id=self.job_id,
            targets=(group_arn,) if self.group is not None else self.targets,
            document=self.document,
            in_progress_timeout_minutes=self.timeout_minutes,
            description=self.description.strip(),
            members=self.members(now),
        )


def document_problem(document: str) -> str:
    """Why a text is no job document, with the place of the mistake; "" if it is one."""
    try:
        job_document.check("", document)
    except InputError as error:
        return str(error)
    return ""


def sentence(draft: JobDraft, *, scale: float = 1.0, is_aws: bool = False, now: float = 0.0) -> str:
    """What will happen, in one sentence."""
    count = draft.things
    if draft.group is not None:
        parts = [_group_words(draft.group, count)]
    else:
        parts = [counted(len(draft.targets), _tr("1 thing"), _tr("%n things"))]
    plan = plan_rollout(count or 0, draft.rollout, is_aws=is_aws)
    if draft.start_in_minutes:
        parts.append(_tr("starts %1 UTC").replace("%1", draft.start_text(now)))
    parts.append(plan_words.rate(draft.rollout, plan))
    if plan.first_per_minute is not None and (count or 0) > 1:
        parts.append(plan_words.last(plan, scale))
    if count is None and draft.abort is not None:
        criteria = draft.abort.criteria_list[0]
        text = _tr("aborts at %1 % failures").replace("%1", plan_words.factor(criteria.threshold_percentage))
        parts.append(text)
    elif count is not None and draft.abort is not None and plan_abort(count, draft.abort) is None:
        parts.append(_tr("nothing aborts it: fewer things than the criterion waits for"))
    else:
        parts.append(plan_words.aborts(plan_abort(count or 0, draft.abort)))
    parts.append(plan_words.timeout(draft.timeout_minutes, scale))
    parts.append(plan_words.retries(draft.retry))
    if draft.continuous:
        parts.append(_tr("goes on for things that join later"))
    if draft.group is None and len(draft.targets) > limits.TARGETS:
        parts.append(_tr("through a thing group"))
    return " · ".join(part for part in parts if part)


def _group_words(group: str, count: int | None) -> str:
    if count is None:
        return _tr("the things of group %1").replace("%1", group)
    words = counted(count, _tr("1 thing of group %1"), _tr("%n things of group %1"))
    return words.replace("%1", group)


def bytes_words(document: str) -> str:
    """How much of what AWS takes a document has."""
    size = len(document.encode())
    text = _tr("%1 of %2 bytes").replace("%1", grouped(size))
    return text.replace("%2", grouped(limits.JOB_DOCUMENT_BYTES))
