"""Which pages the window has, in the order of the mode bar. Each is imported when it is first shown."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from ui.pages import PageContext, PageSpec


def _jobs_page(context: PageContext) -> QWidget:
    from ui.jobs_page import JobsPage

    return JobsPage(context)


def page_specs(fleet_page: QWidget) -> list[PageSpec]:
    """The pages. The fleet page is there from the start: the window itself works with it."""
    translate = QCoreApplication.translate
    return [
        PageSpec(id="fleet", title=translate("Pages", "Fleet"), icon="fleet", make=lambda _context: fleet_page),
        PageSpec(id="jobs", title=translate("Pages", "Jobs"), icon="job", make=_jobs_page),
        PageSpec(id="scenarios", title=translate("Pages", "Scenarios"), icon="scenario", make=_scenarios_page),
        PageSpec(id="report", title=translate("Pages", "Report"), icon="report", make=_report_page),
        PageSpec(id="connection", title=translate("Pages", "Connection"), icon="connection", make=_connection_page),
    ]


def _scenarios_page(context: PageContext) -> QWidget:
    from ui.scenarios_page import ScenariosPage

    return ScenariosPage(context)


def _report_page(context: PageContext) -> QWidget:
    from ui.report_page import ReportPage

    return ReportPage(context)


def _connection_page(context: PageContext) -> QWidget:
    from ui.connection_page import ConnectionPage

    return ConnectionPage(context)
