"""Runs again what a report tells of: all its things, or only those that ended badly, with the seeds they had."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace
from PySide6.QtCore import QObject

from simulator import job_document
from simulator.errors import InputError, SimulatorError
from simulator.fleet import ThingSpec
from simulator.jobs import limits
from ui.banner import Problem, Severity
from ui.composer_draft import JobRequest
from ui.job_ids import new_job_id
from ui.jobs_poll import operator_of
from ui.report_rows import BAD, status_of
from ui.session import Session

if TYPE_CHECKING:
    from simulator.report import ExecutionRow, Report

KIND: Final = "runAgain"


def rows_of(report: "Report", *, only_failed: bool) -> list["ExecutionRow"]:
    """The newest execution of each job on each thing; `only_failed`: if it ended badly, or not as it should."""
    newest: dict[tuple[str, str], ExecutionRow] = {}
    for row in report.executions:
        before = newest.get((row.thing, row.job_id))
        if before is None or before.execution_number < row.execution_number:
            newest[row.thing, row.job_id] = row
    return [row for row in newest.values() if not only_failed or status_of(row) in BAD or row.note]


def things_of(rows: Sequence["ExecutionRow"]) -> list[str]:
    """Whose executions these are, each thing once."""
    return list(dict.fromkeys(row.thing for row in rows))


class Again(QObject):
    """Asks the session, and tells what came of it."""

    def __init__(self, session: Session, tell: Callable[[Problem], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._tell = session, tell

    async def run(self, report: "Report", path: Path | None, *, only_failed: bool) -> bool:
        """Start the things anew and give them the job again; `path` is where the report was read, None: this session.

        Return whether a job was made. A report that was read puts its things in the place of those there are.
        """
        rows = rows_of(report, only_failed=only_failed)
        if path is None:  # things may have been removed since
            rows = [row for row in rows if self._session.things.spec(row.thing) is not None]
        try:
            if why_not := self._session.connection.why_no_control_plane():
                raise InputError("", why_not)
            if path is None:
                requests = [await self._as_before(job_id, names) for job_id, names in _by_job(rows).items()]
                await self._session.things.renew(self._own(rows))
            else:
                requests = self._as_told(report, path, rows)
                told = {row.thing: self._told(row, path) for row in rows}
                await self._session.things.bring_back(list(told.values()), {}, {})
                self._session.fleetReplaced.emit(path.stem)
        except (SimulatorError, OSError) as error:
            sentence = self.tr("It was not run again: %1").replace("%1", str(error))
            self._tell(Problem(kind=KIND, severity=Severity.ERROR, sentence=sentence))
            return False
        self._session.teller.ended.emit(KIND)
        await self._session.things.start(things_of(rows))
        made = [await self._session.jobs.made(request) for request in requests]
        return all(made)

    # --- of this session ----------------------------------------------------------------------------------------------

    def _own(self, rows: Sequence["ExecutionRow"]) -> list[ThingSpec]:
        """The things as they came, with the scenarios they were given since: their chance begins anew."""
        specs = [spec for name in things_of(rows) if (spec := self._session.things.spec(name)) is not None]
        given = self._session.things.assigned
        return [replace(spec, scenario=given[spec.name]) if spec.name in given else spec for spec in specs]

    async def _as_before(self, job_id: str, targets: Sequence[str]) -> JobRequest:
        from simulator import operator_jobs

        operator = operator_of(self._session)
        if operator is None:
            raise InputError(f"job {job_id}", self.tr("the control plane cannot be asked for its document"))
        document = await operator_jobs.document_of(operator, job_id)
        described = await operator_jobs.describe(operator, [job_id])
        settings = described[0].settings if described else operator_jobs.JobSettings()
        members = {key: value for key, value in settings.members().items() if key != "schedulingConfig"}
        return JobRequest(
            job_id=new_job_id(f"{job_id[:40]}-again"),
            targets=tuple(targets),
            document=document,
            in_progress_timeout_minutes=settings.in_progress_timeout_minutes,
            description=self.tr("%1 again").replace("%1", job_id),
            members=members,
        )

    # --- of a report that was read ------------------------------------------------------------------------------------

    def _told(self, row: "ExecutionRow", path: Path) -> ThingSpec:
        """The thing of a row; its firmware is not in a report."""
        if not limits.THING_NAME.fullmatch(row.thing):
            raise InputError("", self.tr("%1 is no name of a thing").replace("%1", ascii(row.thing[:80])))
        return ThingSpec(name=row.thing, scenario=self._found(row.scenario, path), seed=row.seed)

    def _found(self, scenario: str, path: Path) -> str:
        """A scenario by the name it has here: built in, made known in this window, or a file beside the report."""
        from simulator.scenario import loader

        if scenario in self._session.process.scenarios or scenario in loader.builtin_names():
            return scenario
        found = next((each for each in (path.parent / scenario, Path(scenario)) if each.is_file()), None)
        if found is None:
            mend = self.tr("put its file beside the report, or drop it on the window first")
            raise InputError(f"scenario {scenario[:80]}", self.tr("is not here"), mend)
        return str(found)

    def _as_told(self, report: "Report", path: Path, rows: Sequence["ExecutionRow"]) -> list[JobRequest]:
        """The jobs of the run: from its run file, if it had one, else the document that it names."""
        names = [name for name in report.settings.job.split(", ") if name]
        if not names:
            raise InputError(path.name, self.tr("names no job document"), self.tr("create a job for its things"))
        by_job = _by_job(rows)
        if not report.settings.run_file:
            beside = path.parent / names[0]
            document = job_document.read(str(beside) if beside.is_file() else names[0])
            return [self._request(path, targets, document, {}) for targets in by_job.values()]
        jobs = _jobs_in(_beside(path, report.settings.run_file))
        requests = []
        for job_id, targets in by_job.items():
            name = job_id.rpartition("-")[0]  # a run's jobs are called after their entries
            found = jobs.get(name) or (jobs.get(names[0]) if len(names) == 1 else None)
            if found is None:
                raise InputError(report.settings.run_file, self.tr("has no job %1").replace("%1", name or job_id))
            requests.append(self._request(path, targets, *found))
        return requests

    def _request(self, path: Path, targets: Sequence[str], document: str, members: Mapping[str, Any]) -> JobRequest:
        return JobRequest(
            job_id=new_job_id("again"),
            targets=tuple(targets),
            document=document,
            description=self.tr("%1 again").replace("%1", path.name),
            members={key: value for key, value in members.items() if key != "schedulingConfig"},
        )


def _by_job(rows: Sequence["ExecutionRow"]) -> dict[str, list[str]]:
    """The things of each job."""
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.job_id, []).append(row.thing)
    return found


def _beside(report: Path, name: str) -> Path:
    """A file that a run was given: where it was named from, or beside the report."""
    beside = report.parent / Path(name).name
    return beside if beside.is_file() else Path(name)


def _jobs_in(path: Path) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Document and configurations of each job of a run file, by its name.

    Raises:
        InputError: the file cannot be read, or has mistakes.
    """
    from simulator import run_file
    from simulator.run_file_model import wire_of

    run = run_file.read(path)
    jobs = run.file.jobs
    return {
        run_file.name_of(entry, number, jobs): (run.documents[number], wire_of(entry))
        for number, entry in enumerate(jobs)
    }
