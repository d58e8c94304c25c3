"""What the jobs page does with the control plane: create, undo, cancel, delete, clone, templates. Never blocks.

Every coroutine tells its failure in a sentence and raises nothing.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from simulator import operator_jobs
from simulator.create_command import boto3_text, cli_text, members_of
from simulator.errors import SimulatorError
from simulator.jobs.model import JobStatus
from simulator.operator import Operator
from simulator.operator_jobs import JobSettings
from ui.banner import Problem, Severity
from ui.composer_draft import JobDraft
from ui.composer_pane import ComposerPane
from ui.jobs_poll import JobsPoll, operator_of
from ui.jobs_store import JobEntry, JobsStore
from ui.numbers import counted
from ui.session import Session


class JobsCommands(QObject):
    """`created` comes with the id of a job that was made here."""

    created = Signal(str)
    made = Signal(object)  # the JobRequest of a job that was created and can be deleted again

    def __init__(
        self,
        session: Session,
        store: JobsStore,
        poll: JobsPoll,
        composer: ComposerPane,
        tell: Callable[[Problem], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._store = store
        self._poll = poll
        self._composer = composer
        self._tell = tell

    async def create(self, draft: JobDraft) -> None:
        """Create the job of a draft."""
        made = False
        try:
            arn = ""
            if draft.group is not None and (operator := operator_of(self._session)) is not None:
                arn = await operator_jobs.group_arn(operator, draft.group)
            request = draft.request(self._session.connection.endpoint_epoch(), arn)
            made = await self._session.jobs.made(request, quietly=True)
        except (SimulatorError, OSError) as error:
            sentence = self.tr("The job %1 was not created: %2")
            self._say("job", sentence.replace("%1", draft.job_id).replace("%2", str(error)))
        finally:
            self._composer.show_creating(False)
        if made:
            self._store.planned(draft.job_id, draft.things)
            can_undo = operator_of(self._session) is not None
            self._composer.show_created(draft.job_id, can_undo=can_undo)
            if can_undo:
                self.made.emit(request)
            self.created.emit(draft.job_id)
            self._poll.hurry()

    async def undo(self, job_id: str) -> None:
        """Delete a job that was just made, if no thing has started it."""

        async def act(operator: Operator) -> None:
            found = await operator_jobs.describe(operator, [job_id])
            counters = found[0].view.counters if found else {}
            started = sum(count for status, count in counters.items() if status is not JobStatus.QUEUED)
            if started:
                text = counted(
                    started,
                    self.tr("Not undone: 1 thing has started the job. It can still be cancelled."),
                    self.tr("Not undone: %n things have started the job. It can still be cancelled."),
                )
                self._say_undone(text)
                return
            if not found:
                self._say_undone(self.tr("The job %1 is gone already.").replace("%1", job_id))
                return
            await operator.delete_job(job_id, force=True)
            self._say_undone(self.tr("The job was removed; no thing had started it."))

        await self._try(act, self.tr("The job was not removed: %1"))

    async def cancel(self, job_id: str, *, force: bool) -> None:
        """Cancel what waits, with `force` also what is in progress."""
        await self._try(
            lambda operator: operator_jobs.cancel(operator, job_id, force=force),
            self.tr("The job was not cancelled: %1"),
        )

    async def delete(self, entry: JobEntry) -> None:
        """Delete a job; one that is live only by force."""
        await self._try(
            lambda operator: operator.delete_job(entry.job_id, force=entry.is_live),
            self.tr("The job was not deleted: %1"),
        )

    async def clone(self, entry: JobEntry) -> None:
        """Put a job's document and settings into the composer."""

        async def act(operator: Operator) -> None:
            document = await operator_jobs.document_of(operator, entry.job_id)
            composer = self._composer
            composer.document.show_text(document)
            composer.show_settings(entry.settings or JobSettings())
            targets = entry.view.targets
            group = (
                targets[0].rpartition(":thinggroup/")[2] if len(targets) == 1 and ":thinggroup/" in targets[0] else ""
            )
            if group:
                composer.targets.pick_group(group)
            elif targets:
                composer.targets.pick_names([target.rpartition(":thing/")[2] for target in targets])
            composer.id_edit.setText(f"{entry.job_id[:59]}-copy")
            composer.id_edit.setFocus()

        await self._try(act, self.tr("The job could not be cloned: %1"))

    async def copy_command(self, entry: JobEntry, *, as_cli: bool) -> None:
        """Put the command that creates this job on the clipboard."""

        async def act(operator: Operator) -> None:
            document = await operator_jobs.document_of(operator, entry.job_id)
            settings = replace(entry.settings or JobSettings(), description=entry.view.description)
            members = members_of(entry.job_id, entry.view.targets, document, settings)
            address = None if self._session.connection.is_aws else self._session.connection.http
            QGuiApplication.clipboard().setText((cli_text if as_cli else boto3_text)(members, address))
            self._say(
                "jobCopied",
                self.tr("The command that creates %1 is on the clipboard.").replace("%1", entry.job_id),
                Severity.INFO,
            )

        await self._try(act, self.tr("The command could not be copied: %1"))

    async def offer_choices(self) -> None:
        """Groups and templates for the composer; where they cannot be had, there are none to choose from."""
        operator = operator_of(self._session)
        if operator is None or self._session.connection.why_no_control_plane():
            return
        try:
            self._composer.targets.show_groups(await operator_jobs.group_names(operator))
            found = await operator_jobs.templates(operator)
        except (SimulatorError, OSError):
            return  # the poll tells that the control plane does not answer
        self._composer.document.show_templates([each.template_id for each in found])

    async def size_group(self, name: str) -> None:
        """How many things are in a group, for the sentence."""
        operator = operator_of(self._session)
        if operator is None:
            self._composer.targets.show_size(name, None)
            return
        try:
            self._composer.targets.show_size(name, await operator_jobs.group_size(operator, name))
        except (SimulatorError, OSError):
            self._composer.targets.show_size(name, None)  # half a name is no group; CreateJob will say so

    async def take_template(self, template_id: str) -> None:
        """Put a template's document and settings into the composer."""

        async def act(operator: Operator) -> None:
            found = await operator_jobs.template(operator, template_id)
            self._composer.document.show_text(found.document, template_id)
            self._composer.show_settings(found.settings)

        await self._try(act, self.tr("The template could not be read: %1"))

    async def save_template(self, draft: JobDraft) -> None:
        """Make a template of a draft, under the job's id."""

        async def act(operator: Operator) -> None:
            settings = JobSettings(
                rollout=draft.rollout,
                abort=draft.abort,
                retry=draft.retry,
                in_progress_timeout_minutes=draft.timeout_minutes,
            )
            description = draft.description.strip() or self.tr("Made in the composer")
            await operator_jobs.save_template(operator, draft.job_id, draft.document, description, settings)
            sentence = self.tr("The template %1 was saved.").replace("%1", draft.job_id)
            self._say("jobTemplate", sentence, Severity.SUCCESS)
            await self.offer_choices()

        await self._try(act, self.tr("The template was not saved: %1"))

    async def _try(self, act: Callable[[Operator], Awaitable[None]], told: str) -> None:
        """Do something, unless the control plane may not be used; tell a failure; look again."""
        try:
            operator = operator_of(self._session)
            if why_not := self._session.connection.why_no_control_plane():
                self._say("jobCommand", told.replace("%1", why_not))
                return
            if operator is not None:
                await act(operator)
        except (SimulatorError, OSError) as error:
            self._say("jobCommand", told.replace("%1", str(error)))
        else:
            self._session.teller.ended.emit("jobCommand")
        self._poll.hurry()

    def _say_undone(self, sentence: str) -> None:
        """Beside the button; where that is not in sight, in a banner."""
        self._composer.created.say(sentence)
        if not self._composer.isVisible():
            self._say("undo", sentence, Severity.INFO)

    def _say(self, kind: str, sentence: str, severity: Severity = Severity.ERROR) -> None:
        self._tell(Problem(kind=kind, severity=severity, sentence=sentence))
