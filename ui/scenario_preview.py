"""What would become of executions: one as it goes most often, the outcomes of many, and how long they take."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from simulator.feed import TransitionRecord
from simulator.jobs.model import JobStatus
from simulator.scenario.preview import Share
from ui import status_style, theme
from ui.numbers import grouped
from ui.scenario_check import Outlook
from ui.timeline_canvas import TimelineCanvas, offset
from ui.timeline_view import TimelineView

LEAST_WIDTH: Final = 220
BAR: Final = 10
ROW: Final = 44


class WalkCanvas(TimelineCanvas):
    """A timeline that begins at no time of day."""

    def _lines(self, number: int) -> tuple[str, ...]:
        lines = super()._lines(number)
        return (self.tr("0 s"), *lines[1:]) if number == 0 else lines

    def tip(self, number: int) -> str:
        """What is known of a node: there is no time of day."""
        record = self._records[number]
        parts = [f"v{record.version}", str(record.status), record.step, record.reason, offset(record.at)]
        return " · ".join(part for part in parts if part)


class Shares(QWidget):
    """A bar for each outcome, with its percent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scenarioShares")
        self.shares: list[Share] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self.updateGeometry)
        theme.current().changed.connect(self.update)

    def show_shares(self, shares: list[Share]) -> None:
        """Show these."""
        if shares != self.shares:
            self.shares = shares
            self.setAccessibleName(", ".join(self.words(share) for share in shares))
            self.updateGeometry()
            self.update()

    @staticmethod
    def words(share: Share) -> str:
        """A share as it is written: "Failed 19.1 %"."""
        return f"{status_style.status_word(share.status)} {share.percent:.1f} %"

    def sizeHint(self) -> QSize:
        return QSize(120, theme.px(ROW) * len(self.shares))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        line, row, bar = QFontMetrics(self.font()).height(), theme.px(ROW), theme.px(BAR)
        for number, share in enumerate(self.shares):
            top = number * row + 4
            look, paint = status_style.LOOKS[share.status], status_style.paint_of(share.status)
            side = line * 0.8
            status_style.draw_shape(painter, look.shape, QRectF(1, top + (line - side) / 2, side, side), paint.glyph)
            painter.setPen(tokens.text)
            room = QRectF(side + 8, top, self.width() - side - 8, line)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft), status_style.status_word(share.status))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight), f"{share.percent:.1f} %")
            track = QRectF(0, top + line + 4, self.width(), bar)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.track)
            painter.drawRoundedRect(track, 3, 3)
            painter.setBrush(paint.bar)
            painter.drawRoundedRect(QRectF(0, track.top(), max(4.0, track.width() * share.percent / 100), bar), 3, 3)


class ScenarioPreview(QScrollArea):
    """The right of the scenarios page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scenarioPreview")
        self.setAccessibleName(self.tr("Preview"))
        self.setMinimumWidth(LEAST_WIDTH)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.outlook: Outlook | None = None
        self._inside = QWidget(self)
        self._labels: dict[str, QLabel] = {}
        layout = QVBoxLayout(self._inside)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(6)
        layout.addWidget(self._label("scenarioPreviewTitle", self.tr("What would happen")))
        layout.addWidget(self._label("scenarioPreviewState"))
        layout.addSpacing(4)
        layout.addWidget(self._label("scenarioWalkLabel"))
        self.walk = TimelineView(self._inside, WalkCanvas)
        self.walk.setObjectName("scenarioWalk")
        layout.addWidget(self.walk)
        layout.addSpacing(8)
        layout.addWidget(self._label("scenarioPassesLabel"))
        self.shares = Shares(self._inside)
        layout.addWidget(self.shares)
        layout.addWidget(self._label("scenarioTimesLabel"))
        layout.addWidget(self._label("scenarioNotesLabel"))
        layout.addStretch(1)
        self.setWidget(self._inside)
        theme.current().changed.connect(self.restyle)
        self.restyle()
        self.wait()

    def _label(self, name: str, text: str = "") -> QLabel:
        label = self._labels[name] = QLabel(text, self._inside)
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def wait(self) -> None:
        """Another scenario: nothing is known of it yet."""
        self._show(None, self.tr("Walking…"))

    def say_wrong(self) -> None:
        """There are mistakes: what was known is shown no longer."""
        self._show(None, self.tr("The preview waits until the mistakes are mended."))

    def show_outlook(self, outlook: Outlook) -> None:
        """Show what is known now."""
        self._show(outlook, "")

    def _show(self, outlook: Outlook | None, state: str) -> None:
        self.outlook = outlook
        say = self._labels
        say["scenarioPreviewState"].setText(state)
        say["scenarioPreviewState"].setVisible(bool(state))
        for widget in (self.walk, self.shares, *(say[f"scenario{name}Label"] for name in ("Walk", "Passes", "Times"))):
            widget.setVisible(outlook is not None)
        say["scenarioNotesLabel"].hide()
        if outlook is None:
            return
        typical = outlook.typical
        words = self.tr("One execution as most go, in simulated time:")
        if typical is not None and typical.scenario != outlook.scenario:
            words = self.tr("One execution as most go (%1), in simulated time:").replace("%1", typical.scenario)
        say["scenarioWalkLabel"].setText(words)
        records = [
            TransitionRecord(
                at=point.at,
                job_id="preview",
                execution_number=1,
                status=point.status,
                version=point.version,
                step=point.step,
                reason=point.reason,
            )
            for point in outlook.points
        ]
        self.walk.show_records(records, link_is_up=True)
        self.walk.horizontalScrollBar().setValue(0)
        count = grouped(outlook.outcomes.passes)
        say["scenarioPassesLabel"].setText(self.tr("Of %1 executions:").replace("%1", count))
        self.shares.show_shares(outlook.outcomes.shares())
        say["scenarioTimesLabel"].setText(self._times(outlook))
        notes = self._notes(outlook)
        say["scenarioNotesLabel"].setText("\n".join(notes))
        say["scenarioNotesLabel"].setVisible(bool(notes))

    def _times(self, outlook: Outlook) -> str:
        if outlook.seconds is None:
            return self.tr("None of them ends by itself.")
        half, most = (spell(seconds) for seconds in outlook.seconds)
        text = self.tr("Half end within %1, 95 % within %2.").replace("%1", half).replace("%2", most)
        open_ended = outlook.outcomes.passes - len(outlook.outcomes.seconds)
        if open_ended:
            text += " " + self.tr("%1 do not end by themselves.").replace("%1", grouped(open_ended))
        return text

    def _notes(self, outlook: Outlook) -> list[str]:
        notes = []
        if outlook.typical is not None and outlook.typical.has_work:
            notes.append(self.tr("Real work (downloads, custom steps) is taken as done at once."))
        if outlook.outcomes.ends.get(JobStatus.TIMED_OUT) and not outlook.outcomes.seconds:
            notes.append(self.tr("When they time out, the job's own timeout decides."))
        return notes

    def restyle(self) -> None:
        """After a change of scheme or of the size of text."""
        bold = QFont(self.font())
        bold.setBold(True)
        self._labels["scenarioPreviewTitle"].setFont(bold)
        for name in ("scenarioPreviewState", "scenarioWalkLabel", "scenarioPassesLabel", "scenarioNotesLabel"):
            theme.tint(self._labels[name], theme.current().tokens.secondary)


def spell(seconds: float) -> str:
    """Simulated seconds as people say them: 0.4 s, 12 s, 3:25."""
    return offset(seconds).removeprefix("+")
