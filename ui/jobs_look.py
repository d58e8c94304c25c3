"""The chosen job up close: its line and commands, and below it plan against reality or the executions."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ui.fleet_store import FleetStore
from ui.jobs_actions import JobActions
from ui.jobs_executions_view import ExecutionsView
from ui.jobs_store import JobEntry
from ui.plan_chart import PlanChart
from ui.plan_series import ChartData
from ui.segment_button import SegmentButton
from ui.session import Session

CHART, EXECUTIONS = 0, 1


class JobLook(QWidget):
    """`viewChanged` comes when the other of the two views is looked at."""

    viewChanged = Signal()

    def __init__(self, session: Session, fleet: FleetStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobLook")
        self._session = session
        self._fleet = fleet
        self.job_bar = JobActions(self)
        self.chart = PlanChart(self)
        self.executions = ExecutionsView(fleet, self)
        self.views = QStackedWidget(self)
        self.views.setObjectName("jobViews")
        self.views.addWidget(self.chart)
        self.views.addWidget(self.executions)
        chart_button = SegmentButton(self.tr("Plan and reality"), "jobChartButton", self)
        executions_button = SegmentButton(self.tr("Executions"), "jobExecutionsButton", self)
        self._view_group = QButtonGroup(self)
        self._view_group.addButton(chart_button, CHART)
        self._view_group.addButton(executions_button, EXECUTIONS)
        chart_button.setChecked(True)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(chart_button)
        row.addWidget(executions_button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 10, 8)
        layout.setSpacing(6)
        layout.addWidget(self.job_bar)
        layout.addLayout(row)
        layout.addWidget(self.views, 1)
        self._view_group.idClicked.connect(self.show_view)

    def show_view(self, place: int) -> None:
        """CHART or EXECUTIONS."""
        self.views.setCurrentIndex(place)
        if (button := self._view_group.button(place)) is not None:
            button.setChecked(True)
        self.viewChanged.emit()

    def show_entry(self, entry: JobEntry | None) -> None:
        """Bring everything up to date with what is known of the job."""
        self.job_bar.show_entry(entry, self._session.connection.why_no_control_plane())
        if self.views.currentIndex() == CHART:
            self.chart.show_data(*self._chart_data(entry))
        else:
            self.executions.show_entry(entry, self._fleet.changes)

    def executions_in_sight(self) -> list[tuple[str, int]]:
        """Thing and execution number of the rows in sight."""
        return self.executions.table.in_sight() if self.views.currentIndex() == EXECUTIONS else []

    def _chart_data(self, entry: JobEntry | None) -> tuple[ChartData | None, str]:
        """What the chart shows of a job, or the sentence it shows instead."""
        if entry is None:
            return None, self.tr("Choose a job to see its plan and what came of it.")
        begins_at = entry.begins_at()
        plan = entry.rollout_plan(is_aws=self._session.connection.is_aws)
        if begins_at is None or plan is None:
            return None, self.tr("Asking how the job was rolled out…")
        now = max(entry.told_at, entry.curves.newest)  # nobody knows of anything later
        return (
            ChartData(
                begins_at=begins_at,
                now=max(now, begins_at),
                things=entry.target_count(),
                is_live=entry.view.status == "IN_PROGRESS",
                plan=plan,
                curves=entry.curves,
                abort=entry.abort_plan(),
                aborted=entry.view.comment or entry.view.reason_code if entry.is_aborted else "",
                ended_at=entry.view.completed_at or entry.view.last_updated_at,
                scale=self._session.connection.time_scale if self._session.connection.is_local else 1.0,
            ),
            "",
        )
