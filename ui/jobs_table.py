"""The view of the jobs: a bar cut by execution status, counts with their shapes, one job chosen."""

from typing import Final

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import QStyleOptionViewItem, QTableView, QWidget

from simulator.jobs.model import JobStatus
from ui import jobs_words, status_style, theme
from ui.jobs_model import KEYS, JobsModel, title
from ui.jobs_store import JobEntry
from ui.numbers import grouped
from ui.row_paint import PADDING, RowDelegate, paint_ground, paint_words
from ui.table_rows import prepare_header, prepare_rows, share_columns

ROW_HEIGHT: Final = 28
BAR_HEIGHT: Final = 10
SHAPE: Final = 11
SHAPE_GAP: Final = 6
LEAST: Final = {"job": 150, "state": 112, "bar": 110, "done": 58, "counts": 150, "created": 74, "rollout": 90}
HIDDEN_FIRST: Final = ("rollout", "created", "done")
WIDE_STATES: Final = ("SCHEDULED", "IN_PROGRESS", "COMPLETED", "CANCELED")
STRETCH: Final = {"job": 2, "bar": 3, "counts": 2, "rollout": 2}


class JobsDelegate(RowDelegate):
    """Paints a row's cells: text, state with its shape, stacked bar, counts."""

    def __init__(self, model: JobsModel, parent: QWidget) -> None:
        super().__init__(ROW_HEIGHT, parent)
        self._model = model

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry = self._model.entry(index.row())
        if entry is None:
            return
        tokens, key, box = theme.current().tokens, KEYS[index.column()], QRect(option.rect)
        selected = entry.job_id == self._model.store.chosen
        painter.save()
        paint_ground(painter, box, index.row(), selected=selected, marked=index.column() == 0)
        inner = box.adjusted(PADDING, 0, -PADDING, 0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if key == "bar":
            paint_bar(painter, entry, inner)
        elif key == "counts":
            paint_counts(painter, entry, inner)
        else:
            if key == "state":
                inner = self._paint_state(painter, entry, inner)
            colour = tokens.secondary if key in ("created", "rollout") else tokens.text
            paint_words(painter, inner, self._model.text(key, entry), colour, right=key == "done", middle=True)
        painter.restore()

    @staticmethod
    def _paint_state(painter: QPainter, entry: JobEntry, inner: QRect) -> QRect:
        status = jobs_words.STATE_STATUS.get(entry.view.status, JobStatus.QUEUED)
        side = theme.px(SHAPE)
        shape = QRectF(inner.left(), inner.center().y() - side / 2 + 0.5, side, side)
        colour = status_style.paint_of(status).glyph
        status_style.draw_shape(painter, status_style.LOOKS[status].shape, shape, colour)
        return inner.adjusted(side + SHAPE_GAP, 0, 0, 0)


def paint_bar(painter: QPainter, entry: JobEntry, inner: QRect) -> None:
    """One bar over the things of the job, cut by status in the order of the chips."""
    height = theme.px(BAR_HEIGHT)
    top = inner.top() + (inner.height() - height) // 2
    painter.fillRect(QRect(inner.left(), top, inner.width(), height), theme.current().tokens.track)
    total = max(entry.target_count(), entry.view.executions)
    if not total:
        return
    done, left = 0, 0
    ended_first = sorted(status_style.STATUSES, key=lambda status: not status.is_terminal)
    for status in ended_first:
        count = entry.view.counters.get(status, 0)
        if not count:
            continue
        done += count
        right = max(round(inner.width() * done / total), left + 2)
        gap = 1 if left else 0
        part = QRect(inner.left() + left + gap, top, max(1, min(right, inner.width()) - left - gap), height)
        painter.fillRect(part, status_style.paint_of(status).bar)
        left = right


def paint_counts(painter: QPainter, entry: JobEntry, inner: QRect) -> None:
    """Shape and number of every status that has any, as many as fit."""
    metrics, x, side = painter.fontMetrics(), inner.left(), theme.px(SHAPE)
    for status in status_style.STATUSES:
        count = entry.view.counters.get(status, 0)
        if not count:
            continue
        text = grouped(count)
        width = metrics.horizontalAdvance(text)
        if x + side + 4 + width > inner.right():
            painter.setPen(theme.current().tokens.secondary)
            painter.drawText(QRect(x, inner.top(), 20, inner.height()), int(Qt.AlignmentFlag.AlignVCenter), "…")
            return
        box = QRectF(x, inner.center().y() - side / 2 + 0.5, side, side)
        status_style.draw_shape(painter, status_style.LOOKS[status].shape, box, status_style.paint_of(status).glyph)
        painter.setPen(theme.current().tokens.text)
        room = QRect(x + side + 4, inner.top(), width + 2, inner.height())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
        x += side + 4 + width + 10


class JobsTable(QTableView):
    """Emits `chosen` with a job's id when another row becomes the current one."""

    jobChosen = Signal(str)
    opened = Signal()  # Enter or a double click
    menuWanted = Signal(QPoint)

    def __init__(self, model: JobsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobTable")
        self.setAccessibleName(self.tr("Jobs"))
        self._jobs = model
        self._is_restoring = False
        self.setModel(model)
        prepare_rows(self, ROW_HEIGHT)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setItemDelegate(JobsDelegate(model, self))
        created = model.column("created")
        prepare_header(self, "jobHeader", ROW_HEIGHT, created, Qt.SortOrder.DescendingOrder)
        self.horizontalHeader().sortIndicatorChanged.connect(self.fit_columns)
        theme.current().changed.connect(self.fit_columns)
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        self.doubleClicked.connect(lambda _index: self.opened.emit())
        self.customContextMenuRequested.connect(lambda at: self.menuWanted.emit(self.viewport().mapToGlobal(at)))
        model.modelReset.connect(self.show_chosen)
        theme.current().changed.connect(self.viewport().update)

    def keyboardSearch(self, search: str) -> None:
        """Single letters are no search here, as in the fleet table."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_rows()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def copy_rows(self) -> None:
        """All shown rows as tab-separated text with wire words."""
        entries = [entry for row in range(len(self._jobs.ids)) if (entry := self._jobs.entry(row)) is not None]
        lines = ["\t".join(title(key) for key in KEYS)]
        lines += ["\t".join(self._jobs.raw(key, entry) for key in KEYS) for entry in entries]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def visible_ids(self) -> list[str]:
        """The jobs in sight."""
        first = self.rowAt(0)
        if first < 0:
            return []
        last = self.rowAt(self.viewport().height() - 1)
        return self._jobs.ids[first : (last + 1 if last >= 0 else None)]

    def show_chosen(self) -> None:
        """Make the chosen job's row the current one, without choosing anew."""
        row = self._jobs.row_of(self._jobs.store.chosen)
        self._is_restoring = True
        if row >= 0:
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(self._jobs.index(row, 0), flags.ClearAndSelect | flags.Rows)
        else:
            self.selectionModel().clear()
        self._is_restoring = False

    def _current_changed(self, current: QModelIndex) -> None:
        entry = self._jobs.entry(current.row()) if current.isValid() else None
        if entry is not None and not self._is_restoring:
            self.jobChosen.emit(entry.job_id)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Least widths, and what is left shared out; where there is no room, Rollout and then Created are hidden."""
        words = [QFontMetrics(self.font()).horizontalAdvance(jobs_words.state_word(state)) for state in WIDE_STATES]
        factor = max(1.0, QFontMetrics(self.font()).horizontalAdvance("0") / 8)
        state = (max(words) + 2 * PADDING + theme.px(SHAPE) + SHAPE_GAP + 1) / factor
        share_columns(self, {**LEAST, "state": round(max(LEAST["state"], state))}, STRETCH, HIDDEN_FIRST)
