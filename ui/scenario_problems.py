"""What is wrong in a scenario: a line for each mistake, with its place; choosing one leads there."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from simulator.jobs.model import JobStatus
from simulator.scenario.problems import MOST_TOLD, Problem, path_text
from ui import status_style, theme

SIDE: Final = 12
LEFT: Final = 28
MOST_ROWS: Final = 4  # in sight at once


class ProblemDelegate(QStyledItemDelegate):
    """A shape, and the sentence in as many lines as it needs."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        view = self.parent()
        width = view.viewport().width() if isinstance(view, QListWidget) else 300
        metrics = option.fontMetrics
        wrap = int(Qt.TextFlag.TextWordWrap)
        room = metrics.boundingRect(QRect(0, 0, max(50, width - LEFT - 8), 1000), wrap, str(index.data()))
        return QSize(50, room.height() + 8)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tokens = theme.current().tokens
        box: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.fillRect(box, tokens.selected)
        glyph = status_style.paint_of(JobStatus.FAILED).glyph
        status_style.draw_shape(
            painter,
            status_style.LOOKS[JobStatus.FAILED].shape,
            QRectF(box.left() + 9, box.top() + 6, SIDE, SIDE),
            glyph,
        )
        painter.setPen(tokens.text)
        painter.drawText(box.adjusted(LEFT, 4, -8, 0), int(Qt.TextFlag.TextWordWrap), str(index.data()))
        painter.restore()


class ScenarioProblems(QListWidget):
    """`chosen` comes with the problem that was clicked, or Enter was pressed on."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scenarioProblems")
        self.setAccessibleName(self.tr("What is wrong"))
        self.setItemDelegate(ProblemDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self._problems: list[Problem] = []
        self.itemClicked.connect(lambda item: self._choose(self.row(item)))
        self.itemActivated.connect(lambda item: self._choose(self.row(item)))
        theme.current().changed.connect(self.viewport().update)
        self.hide()

    @staticmethod
    def words(problem: Problem) -> str:
        """A problem with its line and field, without its file: that is the one being looked at."""
        where = [f"line {problem.line}"] if problem.line else []
        if problem.path:
            where.append(path_text(problem.path))
        what = f"{problem.what}; {problem.mend}" if problem.mend else problem.what
        return f"{', '.join(where)}: {what}" if where else what

    def sentences(self) -> list[str]:
        """What is shown."""
        return [self.words(problem) for problem in self._problems]

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show these; none hides the list."""
        shown = list(problems)[:MOST_TOLD]
        if shown != self._problems:
            self._problems = shown
            self.clear()
            for sentence in self.sentences():
                item = QListWidgetItem(sentence, self)
                item.setToolTip(sentence)
        self.setVisible(bool(shown))
        self._fit()

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._problems):
            self.chosen.emit(self._problems[row])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()
        self._fit()

    def _fit(self) -> None:
        rows = [self.sizeHintForRow(row) for row in range(min(len(self._problems), MOST_ROWS))]
        self.setFixedHeight(max(1, sum(rows) + 2 * self.frameWidth()))
