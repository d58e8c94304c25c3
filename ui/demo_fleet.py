"""The demo's things and its jobs, one after the other."""

from PySide6.QtCore import QObject

from ui.composer_draft import JobRequest
from ui.job_creation import JobCreation
from ui.session_things import Things


class DemoFleet(QObject):
    """`jobs_made` counts its jobs, so that each is another."""

    def __init__(
        self, things: Things, jobs: JobCreation, *, seed: int, count: int, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._things = things
        self._jobs = jobs
        self._seed = seed
        self._count = count
        self.jobs_made = 0
        self._made: list[str] = []  # those that things may still be at work on

    async def begin(self) -> None:
        """Add its things, start them, and create its first job."""
        from simulator import demo

        specs = demo.demo_specs(self._seed, self._count)
        names = [spec.name for spec in specs]
        await self._things.add_to_fleet(specs)
        await self._things.start(names)  # they connect while the control plane gets to know them
        await self._things.register(names)
        await self.make_job()

    async def show_again(self) -> None:
        """Let all things begin anew, with the firmware and without the jobs that they had; then create the next job."""
        names = self._things.names()
        await self._things.stop(names)  # first: who is at work would speak of a version that the cancelling makes old
        made, self._made = self._made, []
        for job_id in made:  # what has not ended would go on where the things begin anew
            await self._jobs.cancel(job_id)
        await self._things.renew(self._things.specs())
        await self._things.start(names)
        await self.make_job()

    async def make_job(self) -> None:
        """Create its next job, for all things there are."""
        from simulator import demo

        self.jobs_made += 1
        job_id, document, members = demo.show_job(self.jobs_made)
        self._made.append(job_id)
        await self._jobs.make(
            JobRequest(
                job_id=job_id,
                targets=tuple(self._things.names()),
                document=document,
                in_progress_timeout_minutes=demo.DEMO_TIMEOUT_MINUTES,
                description=self.tr("The demo's job %1").replace("%1", str(self.jobs_made)),
                members=members,
            )
        )
