"""The report page: what came of the session so far, or of a run whose report was opened; and its export."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRect, QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from simulator.errors import SimulatorError
from simulator.jobs.model import JobStatus
from ui import icons, report_compare_rows, report_rows, report_table, theme
from ui.banner import Problem, Severity
from ui.numbers import counted, grouped
from ui.pages import Page, PageContext
from ui.report_again import Again, rows_of, things_of
from ui.status_icon import status_icon
from ui.status_style import STATUSES, paint_of, status_word

if TYPE_CHECKING:
    from simulator.report import Report

SHARE_GAP: Final = 8
SHARE_WIDTH: Final = 90  # below it, a bar of shares says nothing and is left out
FORMS: Final = (".html", ".json", ".xml", ".csv")


class ShareBar(QWidget):
    """Counts by status as one bar."""

    def __init__(self, counts: dict[JobStatus, int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts = counts
        words = ", ".join(f"{status_word(status)} {counts[status]}" for status in STATUSES if counts.get(status))
        self.setToolTip(words)
        self.setAccessibleName(words)
        theme.current().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(160, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        total = sum(self._counts.values())
        box = QRect(SHARE_GAP, (self.height() - 10) // 2, self.width() - 2 * SHARE_GAP, 10)
        painter.fillRect(box, theme.current().tokens.track)
        done = 0
        for status in STATUSES:
            count = self._counts.get(status, 0)
            if count and total:
                left, right = box.width() * done // total, box.width() * (done + count) // total
                painter.fillRect(
                    box.left() + left, box.top(), max(1, right - left - 1), box.height(), paint_of(status).bar
                )
                done += count


class ReportPage(Page):
    """Asks for a new report when it is shown and when a person wants one; a report that was opened stays."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setObjectName("reportPage")
        self._context = context
        self.report: Report | None = None
        self._opened: Path | None = None
        self._other: tuple[Report, Path] | None = None  # the run that this one is compared with
        self._look = "info"  # of the mark before the verdict
        self._is_asking = False
        self._again = Again(context.session, context.tell, self)
        self._build()
        theme.current().changed.connect(self._theme_changed)
        self._restyle()
        self._show()

    def _build(self) -> None:
        self._verdict = QLabel(self)
        self._verdict.setObjectName("reportVerdictLabel")
        self._verdict.setWordWrap(True)
        font = self._verdict.font()
        font.setPointSizeF(font.pointSizeF() * 1.3)
        font.setBold(True)
        self._verdict.setFont(font)
        self._mark = QLabel(self)
        self._source = QLabel(self)
        self._source.setObjectName("reportSourceLabel")
        self.refresh_button = self._button("reportRefreshButton", self.tr("Bring up to date"), self.refresh)
        self.look_button = self._button("reportOpenButton", self.tr("Open…"), self._ask_open)
        self.compare_button = self._button("reportCompareButton", self.tr("Compare with…"), self._ask_compare)
        self.compare_button.setToolTip(self.tr("Hold this run against another one, A; this one is B"))
        self.back_button = self._button("reportBackButton", self.tr("Back to the report"), self._end_comparison)
        self.last_button = self._button("reportLastButton", self.tr("Open the last run"), self._open_last)
        self.last_button.setToolTip(self.tr("What came of the session before this one, kept when its window closed"))
        self.demo_button = self._button(
            "reportDemoButton", self.tr("Run the demo"), lambda: self._context.run_action("act.app.demo")
        )
        self.export_button = self._button("reportExportButton", self.tr("Export"), None)
        menu = QMenu(self.export_button)
        menu.setObjectName("reportExportMenu")
        words = {
            ".html": self.tr("HTML page…"),
            ".json": self.tr("JSON…"),
            ".xml": self.tr("JUnit XML…"),
            ".csv": self.tr("CSV…"),
        }
        for form in FORMS:
            action = menu.addAction(words[form])
            action.setObjectName(f"act.report.export{form}")
            action.triggered.connect(lambda _=False, form=form: self._ask_export(form))
        self.export_button.setMenu(menu)
        self.again_button = self._button("reportAgainButton", self.tr("Run again"), None)
        self.again_button.setToolTip(self.tr("Start the things anew with the same seeds, and give them the job again"))
        again = QMenu(self.again_button)
        again.setObjectName("reportAgainMenu")
        self._again_all, self._again_failed = again.addAction(""), again.addAction("")
        for action, name, only_failed in (
            (self._again_all, "act.report.againAll", False),
            (self._again_failed, "act.report.againFailed", True),
        ):
            action.setObjectName(name)
            action.triggered.connect(lambda _=False, only=only_failed: self.run_again(only_failed=only))
        self.again_button.setMenu(again)
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self._mark)
        heading = QVBoxLayout()
        heading.setSpacing(2)
        heading.addWidget(self._verdict)
        heading.addWidget(self._source)
        top.addLayout(heading, 1)
        for button in (
            self.last_button,
            self.demo_button,
            self.back_button,
            self.refresh_button,
            self.look_button,
            self.compare_button,
            self.again_button,
            self.export_button,
        ):
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self._inside = QWidget()
        self._inside.setObjectName("reportInside")
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, 8, 8)
        self._column.setSpacing(14)
        self._area = QScrollArea(self)
        self._area.setObjectName("reportArea")
        self._area.setAccessibleName(self.tr("Report"))
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self._inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 8, 4)
        layout.setSpacing(12)
        layout.addLayout(top)
        layout.addWidget(self._area, 1)

    def _button(self, name: str, text: str, act: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(text)
        if callable(act):
            button.clicked.connect(lambda _=False: act())
        return button

    # --- what is shown ----------------------------------------------------------------------------------------------

    def page_shown(self) -> None:
        if self._opened is None:
            self.refresh()

    def refresh(self) -> None:
        """Ask for the session's report as it is now."""
        self._opened = None
        if not self._is_asking:
            self._is_asking = True
            self.refresh_button.setEnabled(False)
            self._context.tasks.start(self._ask(), "report")

    async def _ask(self) -> None:
        try:
            found = await self._context.session.report()
        finally:
            self._is_asking = False
            self.refresh_button.setEnabled(True)
        if self._opened is None:
            self.report = found
            self._show()

    def open_file(self, path: Path) -> None:
        """Show the report of a run, as `run --report FILE.json` wrote it."""
        found = self._read(path)
        if found is not None:
            self.report, self._opened, self._other = found, path, None
            self._show()

    def _read(self, path: Path) -> "Report | None":
        """A report's file; None, and a banner, if it cannot be read."""
        from simulator import report_files

        try:
            return report_files.read(path)
        except SimulatorError as error:
            self._context.tell(Problem(kind="reportFile", severity=Severity.ERROR, sentence=str(error)))
            return None

    def _open_last(self) -> None:
        path = self._context.session.kept_runs.newest()
        if path is not None:
            self.open_file(path)

    # --- beside another run -----------------------------------------------------------------------------------------

    @property
    def can_compare(self) -> bool:
        """Whether there is something here that another run can be compared with."""
        return self.report is not None and bool(self.report.executions)

    def compare_with(self, path: Path) -> None:
        """Hold the run that is shown (B) against the one of a file (A)."""
        found = self._read(path)
        if found is not None:
            self._other = (found, path)
            self._show()

    def _end_comparison(self) -> None:
        self._other = None
        self._show()

    def _show_comparison(self, report: "Report", other: "Report", path: Path) -> None:
        from simulator.compare import compare
        from ui import report_compare

        compared = compare(other, report)
        good, text = report_compare_rows.verdict(compared)
        self._verdict.setText(text)
        self._look = "success" if good else "warning"
        said = self.tr("A: %1\nB: %2").replace("%2", self._source_text())
        self._source.setText(said.replace("%1", str(path)))
        for widget in report_compare.widgets(compared):
            self._column.addWidget(widget)

    def _source_text(self) -> str:
        return self.tr("This session") if self._opened is None else str(self._opened)

    def _show(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        report = self.report
        self.export_button.setEnabled(report is not None)
        self._offer_again(report)
        is_empty = report is None or not report.executions
        self.demo_button.setVisible(is_empty and self._opened is None)
        kept = self._context.session.kept_runs
        self.last_button.setVisible(is_empty and self._opened is None and kept.newest() is not None)
        self.compare_button.setEnabled(self.can_compare)
        self.back_button.setVisible(self._other is not None)
        if report is not None and self._other is not None:
            self._show_comparison(report, *self._other)
            self._column.addStretch(1)
            self._restyle()
            return
        if report is None or is_empty:
            good, text = True, self.tr("No job execution has been seen yet. Create a job, or run the demo.")
        else:
            good, text = report_rows.verdict(report)
        self._verdict.setText(text)
        self._look = "info" if is_empty else "success" if good else "error"
        self._source.setText(self._source_text())
        if report is not None:
            if report.executions:
                self._column.addWidget(self._scenarios(report))
                if bad := self._troubles(report):
                    self._column.addWidget(bad)
            self._column.addWidget(self._facts(report))
        self._column.addStretch(1)
        self._restyle()

    def _offer_again(self, report: "Report | None") -> None:
        everything = [] if report is None else things_of(rows_of(report, only_failed=False))
        failed = [] if report is None else things_of(rows_of(report, only_failed=True))
        self.again_button.setEnabled(bool(everything))
        self._again_all.setText(
            counted(len(everything), self.tr("Everything: 1 thing"), self.tr("Everything: %n things"))
        )
        self._again_failed.setText(
            counted(len(failed), self.tr("Only failed: 1 thing"), self.tr("Only failed: %n things"))
        )
        self._again_failed.setEnabled(bool(failed))

    def run_again(self, *, only_failed: bool) -> None:
        """Give the things of this report, or those that failed, the job again, with the seeds they had."""
        if self.report is not None:
            self._context.tasks.start(self._run_again(self.report, only_failed), "run again")

    async def _run_again(self, report: "Report", only_failed: bool) -> None:
        if await self._again.run(report, self._opened, only_failed=only_failed):
            self._context.go_to("fleet")

    def _scenarios(self, report: "Report") -> QWidget:
        rows = report_rows.by_scenario(report)
        seen = [status for status in STATUSES if any(row.by_status.get(status) for row in rows)]
        titles = [
            self.tr("Scenario"),
            self.tr("Executions"),
            *(status_word(status) for status in seen),
            self.tr("Share"),
        ]
        table = report_table.table("reportScenarioTable", self.tr("Outcomes by scenario"), titles, ShareTable())
        for place, status in enumerate(seen, 2):
            table.headerItem().setIcon(place, status_icon(status))
        for row in rows:
            counts = [grouped(row.by_status.get(status, 0)) if row.by_status.get(status) else "—" for status in seen]
            item = QTreeWidgetItem([row.scenario, grouped(row.total), *counts, ""])
            for place in range(1, len(titles) - 1):
                item.setTextAlignment(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            table.addTopLevelItem(item)
            table.setItemWidget(item, len(titles) - 1, ShareBar(dict(row.by_status), table))
        report_table.fit(table, stretch=len(titles) - 1)
        return report_table.group(self.tr("Outcomes by scenario"), table)

    def _troubles(self, report: "Report") -> QWidget | None:
        newest = self._context.store.newest() if self._opened is None else ()  # a file's things are not those of here
        rows = report_rows.troubles(report, report_rows.reasons_of(report, newest))
        if not rows:
            return None
        titles = [self.tr("End"), self.tr("Count"), self.tr("Reason"), self.tr("Things")]
        table = report_table.table("reportTroubleTable", self.tr("What ended badly, by reason"), titles, QTreeWidget())
        table.setToolTip(self.tr("Double-click to show these things"))
        for row in rows[:100]:
            more = row.count - len(row.things)
            things = ", ".join(row.things) + (self.tr(" and %1 more").replace("%1", grouped(more)) if more > 0 else "")
            item = QTreeWidgetItem([status_word(row.status), grouped(row.count), row.reason, things])
            item.setIcon(0, status_icon(row.status))
            item.setToolTip(2, row.reason)
            item.setData(0, Qt.ItemDataRole.UserRole, f"status:{row.status.value.lower()}")
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            table.addTopLevelItem(item)
        table.itemActivated.connect(self._show_things)
        report_table.fit(table, stretch=2)
        return report_table.group(self.tr("What ended badly, by reason"), table)

    def _show_things(self, item: QTreeWidgetItem) -> None:
        self._context.session.showWanted.emit(str(item.data(0, Qt.ItemDataRole.UserRole)))
        self._context.go_to("fleet")

    def _facts(self, report: "Report") -> QWidget:
        inside = QWidget()
        form = QFormLayout(inside)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(18)
        for title, text in report_rows.facts(report):
            label = QLabel(text, inside)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(QLabel(title, inside), label)
        return report_table.group(self.tr("What ran, and how it went"), inside)

    # --- files --------------------------------------------------------------------------------------------------------

    def _ask_open(self) -> None:
        self._ask_file("reportOpenDialog", self.tr("Open a report"), self.open_file)

    def _ask_compare(self) -> None:
        self._ask_file("reportCompareDialog", self.tr("Compare with the report of another run"), self.compare_with)

    def _ask_file(self, name: str, title: str, take: Callable[[Path], None]) -> None:
        kept = self._context.session.kept_runs.folder
        dialog = QFileDialog(self, title, "" if kept is None else str(kept), self.tr("Reports (*.json)"))
        dialog.setObjectName(name)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: take(Path(path)))
        dialog.open()

    def _ask_export(self, form: str) -> None:
        dialog = QFileDialog(self, self.tr("Export the report"), f"report{form}", f"*{form}")
        dialog.setObjectName("reportExportDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(form.removeprefix("."))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.export(Path(name)))
        dialog.open()

    def export(self, path: Path) -> None:
        """Write the report in the form of the path's ending; say where it is, or why it is nowhere."""
        from simulator import report_files

        if self.report is None:
            return
        try:
            report_files.write(self.report, path, where=str(path))
        except SimulatorError as error:
            self._context.tell(Problem(kind="reportFile", severity=Severity.ERROR, sentence=str(error)))
            return
        self._context.tell(
            Problem(
                kind="reportSaved",
                severity=Severity.SUCCESS,
                sentence=self.tr("The report is in %1.").replace("%1", str(path)),
                fix_text=self.tr("Open"),
                fix=lambda: _open_outside(path),
            )
        )

    def _theme_changed(self) -> None:
        """Icons and rows are made for a scheme and a size of text, so they are made anew."""
        if self.report is not None:
            self._show()
        else:
            self._restyle()

    def _restyle(self) -> None:
        tokens = theme.current().tokens
        colour = getattr(tokens, self._look)[0]
        self._mark.setPixmap(icons.pixmap(self._look, colour, 30, self.devicePixelRatioF()))
        theme.tint(self._source, tokens.secondary)
        palette = self._area.palette()
        palette.setColor(self._area.backgroundRole(), tokens.window)
        self._area.setPalette(palette)


class ShareTable(QTreeWidget):
    """Its last column is drawn; where there is no room for it, it is left out."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        last = self.columnCount() - 1
        words = sum(max(self.sizeHintForColumn(n), self.header().sectionSizeHint(n)) for n in range(last))
        self.setColumnHidden(last, self.viewport().width() - words < theme.px(SHARE_WIDTH))


def _open_outside(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
