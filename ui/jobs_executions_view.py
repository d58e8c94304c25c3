"""The executions of the chosen job: filter, status chips and table, as on the fleet page."""

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ui import fleet_filter, status_style, theme
from ui.chips import ALL, ChipBar
from ui.filter_edit import FilterEdit
from ui.fleet_filter import Filter, FilterError
from ui.fleet_store import FleetStore
from ui.jobs_executions import FILTER_KEYS, KEYS, ExecutionsModel, title
from ui.jobs_store import JobEntry
from ui.numbers import counted, grouped
from ui.row_paint import PADDING, RowDelegate, paint_ground, paint_words
from ui.table_rows import prepare_header, prepare_rows, share_columns

ROW_HEIGHT: Final = 26
PILL_HEIGHT: Final = 19
LEAST: Final = {
    "thing": 110, "status": 112, "ver": 44, "exec": 56, "queued": 76, "started": 76, "updated": 76, "left": 70,
}  # fmt: skip
STRETCH: Final = {"thing": 7, **dict.fromkeys(("status", "ver", "exec", "queued", "started", "updated", "left"), 1)}
HIDDEN_FIRST: Final = ("queued", "exec", "left", "started")


class ExecutionsFilterEdit(FilterEdit):
    """The fleet's filter field, for the columns there are here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobExecutionsFilterEdit")
        self.setAccessibleName(self.tr("Filter executions"))
        self.setPlaceholderText(self.tr("Filter: name, status:failed, v>3, exec>1"))

    def _read(self, text: str) -> None:
        try:
            self._refuse_others(fleet_filter.parse(text))
        except FilterError as problem:
            self.problem = problem
            self.setToolTip(str(problem))
            self.setAccessibleDescription(str(problem))
            self.update()
            return
        super()._read(text)

    def _refuse_others(self, wanted: Filter) -> None:
        for term in wanted.terms:
            if term.key not in FILTER_KEYS:
                reason = self.tr("there is no such column here; there are thing, status, ver, exec")
                raise FilterError(term.key, reason)


class ExecutionsDelegate(RowDelegate):
    """Text, and a pill for the status."""

    def __init__(self, model: ExecutionsModel, parent: QWidget) -> None:
        super().__init__(ROW_HEIGHT, parent)
        self._model = model
        self.pill = 0  # how wide one is, at most

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        if index.row() >= len(self._model.order):
            return
        tokens, key, box = theme.current().tokens, KEYS[index.column()], QRect(option.rect)
        row = self._model.order[index.row()]
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        paint_ground(painter, box, index.row(), selected=selected, marked=index.column() == 0)
        inner = box.adjusted(PADDING, 0, -PADDING, 0)
        if key == "status":
            scale, height = painter.device().devicePixelRatioF(), theme.px(PILL_HEIGHT)
            width = min(inner.width(), self.pill)
            pill = status_style.pixmaps().pill(self._model.columns.status[row], width, height, scale, option.font)
            painter.drawPixmap(inner.left(), box.top() + (box.height() - height) // 2, pill)
            return
        painter.setFont(option.font)
        colour = tokens.text if key in ("thing", "ver") else tokens.secondary
        paint_words(painter, inner, self._model.text(key, row), colour, right=key != "thing", middle=True)


class ExecutionsTable(QTableView):
    """Columns share the width; where there is little, the less telling ones are hidden."""

    def __init__(self, model: ExecutionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobExecutionsTable")
        self.setAccessibleName(self.tr("Executions"))
        self._executions = model
        self.setModel(model)
        prepare_rows(self, ROW_HEIGHT)
        self._delegate = ExecutionsDelegate(model, self)
        self.setItemDelegate(self._delegate)
        prepare_header(self, "jobExecutionsHeader", ROW_HEIGHT, -1, Qt.SortOrder.AscendingOrder)
        self.horizontalHeader().sortIndicatorChanged.connect(self.fit_columns)
        theme.current().changed.connect(self.fit_columns)

    def keyboardSearch(self, search: str) -> None:
        """Single letters are no search here, as in the fleet table."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_rows()
        else:
            super().keyPressEvent(event)

    def copy_rows(self) -> None:
        """The selected rows, or all that are shown, as tab-separated text with wire words."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        chosen = [self._executions.order[row] for row in rows] or self._executions.order
        lines = ["\t".join(title(key) for key in KEYS)]
        lines += ["\t".join(self._executions.raw(key, row) for key in KEYS) for row in chosen]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def in_sight(self) -> list[tuple[str, int]]:
        """Thing and number of the executions in sight."""
        first = self.rowAt(0)
        if first < 0:
            return []
        last = self.rowAt(self.viewport().height() - 1)
        return self._executions.keys_at(first, last if last >= 0 else len(self._executions.order) - 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Share the width out."""
        factor = max(1.0, QFontMetrics(self.font()).horizontalAdvance("0") / 8)
        self._delegate.pill = status_style.pill_width(self.font(), theme.px(PILL_HEIGHT))
        pill = (self._delegate.pill + 2 * PADDING) / factor
        share_columns(self, {**LEAST, "status": round(max(LEAST["status"], pill))}, STRETCH, HIDDEN_FIRST)


class ExecutionsView(QWidget):
    """Filter, chips, table, and how many are shown."""

    filtered = Signal()

    def __init__(self, fleet: FleetStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobExecutions")
        self.model = ExecutionsModel(fleet, self)
        self.filter_edit = ExecutionsFilterEdit(self)
        self.chips = ChipBar(self)
        self.chips.setObjectName("jobExecutionsChips")
        for code, chip in self.chips.chips.items():
            chip.setObjectName(chip.objectName().replace("fleetChip", "jobChip"))
            chip.setToolTip("" if code <= 0 else status_style.STATUSES[code - 1].value)
        self.chips.chips[0].hide()  # every execution has a status
        self.chips.more.hide()  # nor are there lines here
        self.table = ExecutionsTable(self.model, self)
        self.count_label = QLabel(self)
        self.count_label.setObjectName("jobExecutionsCount")
        self.count_label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._entry: JobEntry | None = None
        self._shown: tuple[object, ...] = ()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.filter_edit)
        layout.addWidget(self.chips)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.count_label)
        self.filter_edit.filterChanged.connect(self._filter_changed)
        self.filter_edit.leaveWanted.connect(self.table.setFocus)
        self.chips.picked.connect(self._pick)
        self.chips.show_checked(None)

    def show_entry(self, entry: JobEntry | None, changes: int) -> None:
        """Show a job's executions; `changes` of the fleet's store say whether anything can be new."""
        wanted = (None, 0, 0) if entry is None else (entry.job_id, entry.executions_version, changes)
        if wanted == self._shown:
            return
        self._shown, self._entry = wanted, entry
        self.model.show(entry)
        self._count()

    def _filter_changed(self, wanted: Filter) -> None:
        self.model.set_filter(wanted)
        self.chips.show_checked(wanted.statuses())
        self._count()
        self.filtered.emit()

    def _pick(self, code: int, add: bool) -> None:
        """A chip: only this status, or one more or less; the filter text says it."""
        before = self.filter_edit.current.statuses() or frozenset()
        if code == ALL:
            codes: frozenset[int] = frozenset()
        elif add:
            codes = before ^ {code}
        else:
            codes = frozenset() if before == {code} else frozenset({code})
        self.filter_edit.setText(fleet_filter.with_statuses(self.filter_edit.text(), codes))

    def _count(self) -> None:
        self.chips.show_counts(self.model.columns.counts, None)
        total, shown = len(self.model.columns), len(self.model.order)
        if self._entry is None:
            text = ""
        elif not self._entry.has_executions:
            text = self.tr("Asking for the executions…")
        else:
            text = counted(total, self.tr("1 execution"), self.tr("%n executions"))
            if shown != total:
                text += " · " + self.tr("%1 shown").replace("%1", grouped(shown))
        self.count_label.setText(text)
