"""What a thing in manual mode will send next, before it is sent, and what the service will answer."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from simulator.feed import Activity, NextUpdate, ThingSnapshot
from simulator.jobs.model import JobStatus
from simulator.jobs.topics import Answer
from simulator.scenario.faults import FaultName
from ui import json_text, status_style, theme
from ui.fault_menu import fault_word
from ui.json_view import JsonView
from ui.message_words import topic_tail
from ui.mistake_check import in_words
from ui.steps_rows import prediction

SIDE = 14


class Mark(QWidget):
    """A check for what will be accepted, a cross for what will not."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.status = JobStatus.SUCCEEDED
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(SIDE), theme.px(SIDE))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint = status_style.paint_of(self.status)
        side = min(self.width(), self.height()) - 1
        status_style.draw_shape(
            painter, status_style.LOOKS[self.status].shape, QRectF(0.5, 0.5, side, side), paint.glyph
        )


class StepsNext(QWidget):
    """Shows a NextUpdate; hides its parts while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stepsNext")
        self._shown: NextUpdate | None = None
        self._is_fine = True
        self._title = QLabel(self)
        self._title.setObjectName("stepsNextLabel")
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.prediction = QLabel(self)
        self.prediction.setObjectName("stepsPredictionLabel")
        self.prediction.setWordWrap(True)
        self._mark = Mark(self)
        self.text = JsonView(self)
        self.text.setObjectName("stepsNextText")
        self.text.setAccessibleName(self.tr("The next message"))
        self.text.setMinimumHeight(60)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self._mark)
        line.addWidget(self.prediction, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._title)
        layout.addLayout(line)
        layout.addWidget(self.text, 1)
        theme.current().changed.connect(self.restyle)
        self.show_next(None, None)

    def show_next(self, snapshot: ThingSnapshot | None, coming: NextUpdate | None) -> None:
        """What comes next, or why nothing is shown."""
        has_one = snapshot is not None and coming is not None
        for widget in (self._mark, self.prediction, self.text):
            widget.setVisible(has_one)
        if snapshot is None or coming is None:
            self._shown = None
            self._title.setText(self._why_not(snapshot))
        else:
            told = prediction(snapshot, coming)
            self._is_fine = told.answer is Answer.ACCEPTED
            tail = topic_tail(coming.topic, snapshot.job_id)
            self._title.setText(self._lead(snapshot, coming).replace("%1", tail))
            words = self.tr("will be %1").replace("%1", in_words(told))
            if coming.faults:
                wrong = ", ".join(fault_word(FaultName(fault)) for fault in coming.faults)
                words = f"{words} · {self.tr('on purpose: %1').replace('%1', wrong)}"
            self.prediction.setText(words)
            self.prediction.setToolTip(told.message)
            if coming.payload != (b"" if self._shown is None else self._shown.payload):
                self.text.show_text(json_text.pretty(coming.payload), is_json=True)
            self._shown = coming
        self.restyle()

    def _lead(self, snapshot: ThingSnapshot, coming: NextUpdate) -> str:
        """What the message is, with %1 for its topic; a step that is due may send none itself."""
        due = snapshot.step if snapshot.activity is Activity.WAITING_FOR_STEP else ""
        if due and due != coming.step:
            return self.tr("The step “%2” sends nothing; the next message, on %1").replace("%2", due)
        return self.tr("Next message, on %1")

    def _why_not(self, snapshot: ThingSnapshot | None) -> str:
        if snapshot is None or snapshot.status is None or snapshot.status.is_terminal:
            return self.tr("There is no execution under way.")
        if not snapshot.manual:
            return self.tr("In manual mode the next message is shown here before it is sent.")
        return self.tr("Nothing more will be sent.")

    def restyle(self) -> None:
        """After a change of scheme, or of what is shown."""
        self._mark.status = JobStatus.SUCCEEDED if self._is_fine else JobStatus.FAILED
        self._mark.update()
        glyph = status_style.paint_of(self._mark.status).glyph
        font = self.font()
        font.setBold(True)
        self.prediction.setFont(font)
        tokens = theme.current().tokens
        for label, colour in ((self.prediction, glyph), (self._title, tokens.secondary)):
            theme.tint(label, colour)
