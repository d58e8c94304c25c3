"""Goes to a page with something to do there: a job to compose, a fleet to build, an outage to mend."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from ui.fleet_builder import FleetBuilder
    from ui.jobs_page import JobsPage
    from ui.main_window import MainWindow


class PageErrands(QObject):
    """Pages are built when they are first gone to, so they are asked for here and not kept."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._builder: FleetBuilder | None = None
        self._before = "fleet"  # the page that was left for the builder

    def new_job(self) -> None:
        """The quick form over the fleet page, the composer anywhere else."""
        if self._window.pages.current_id == "fleet":
            self._window.commands.open_job_dialog()
        else:
            self.compose_job(None)

    def compose_job(self, draft: object) -> None:
        """To the composer, with a job begun in the quick form or for the fleet page's targets."""
        from ui.composer_draft import JobDraft

        if (page := self._jobs_page()) is not None:
            page.compose(draft if isinstance(draft, JobDraft) else None)

    def run_job_command(self, command: str) -> None:
        """A command for the job that is chosen on the jobs page, which comes to the front."""
        if (page := self._jobs_page()) is not None:
            page.run(command)

    def _jobs_page(self) -> "JobsPage | None":
        from ui.jobs_page import JobsPage

        self._window.go_to("jobs")
        page = self._window.pages.page("jobs")
        return page if isinstance(page, JobsPage) else None

    def open_scenario(self, name: str, line: int) -> None:
        """To a scenario's text, at a line; to its form for line 0."""
        from ui.scenarios_page import ScenariosPage

        self._window.go_to("scenarios")
        page = self._window.pages.page("scenarios")
        if isinstance(page, ScenariosPage):
            page.open_at(name, line)

    def mend_connection(self, mend: object) -> None:
        """To the place on the connection page where an outage can be mended."""
        from ui.connection_page import ConnectionPage

        self._window.go_to("connection")
        page = self._window.pages.page("connection")
        if isinstance(page, ConnectionPage):
            page.look_at(str(mend))

    def add_things(self) -> None:
        """To the fleet builder, in the place of the connection page; from there, back to where one was."""
        pages = self._window.pages
        if self._builder is None:
            from ui.fleet_builder import FleetBuilder

            self._builder = FleetBuilder(pages.context, pages)
            self._builder.leaveWanted.connect(lambda: self._window.go_to(self._before))
            pages.addWidget(self._builder)
        if pages.currentWidget() is not self._builder:
            self._before = pages.current_id or "fleet"
            pages.show_other(self._builder)
        self._window.mode_bar.show_current("connection")

    def show_things(self, text: str) -> None:
        """Show the things that a filter lets through, whatever page is at the front."""
        self._window.go_to("fleet")
        self._window.page.show_text(text)
