"""The head of the detail pane: which thing, what its newest execution is, its firmware, its seed."""

import json
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from simulator.feed import Activity, ThingSnapshot
from simulator.jobs.model import JobStatus
from simulator.scenario.document import firmware_of
from ui import status_style, theme

PILL_HEIGHT: Final = 22


class StatusPill(QWidget):
    """A status as a pill, as wide as its word."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detailStatusPill")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.status: JobStatus | None = None
        theme.current().changed.connect(self.update)
        self.hide()

    def show_status(self, status: JobStatus | None) -> None:
        """Show it; a thing without an execution has no pill."""
        self.setVisible(status is not None)
        if status != self.status:
            self.status = status
            self.setAccessibleName(status_style.status_word(status))
            self.setToolTip("" if status is None else str(status))
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        word = QFontMetrics(self.font()).horizontalAdvance(status_style.status_word(self.status))
        return QSize(theme.px(8 + 12 + 6 + 14) + word, theme.px(PILL_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.status is None:
            return
        code = status_style.CODE_OF[self.status]
        picture = status_style.pixmaps().pill(code, self.width(), self.height(), self.devicePixelRatioF(), self.font())
        QPainter(self).drawPixmap(QPointF(0, 0), picture)


class LinkMark(QWidget):
    """The shape of a thing's link."""

    SIDE: Final = 12

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detailLinkMark")
        self.setFixedSize(self.SIDE, self.SIDE)
        self._snapshot: ThingSnapshot | None = None
        theme.current().changed.connect(self.update)

    def show_link(self, snapshot: ThingSnapshot) -> None:
        """Show it; the tooltip says why."""
        self._snapshot = snapshot
        word = status_style.link_word(snapshot.link)
        self.setAccessibleName(word)
        self.setToolTip(f"{word}: {snapshot.link_reason}" if snapshot.link_reason else word)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._snapshot is not None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            status_style.draw_link(painter, self._snapshot.link, QRectF(0, 0, self.SIDE, self.SIDE))


class FirmwareMark(QWidget):
    """The warning shape, before a firmware that is not the one that the job installs."""

    SIDE: Final = 13

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detailFirmwareMark")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        told = self.tr("The job succeeded, but the reported firmware is not the one it installs.")
        self.setAccessibleName(told)
        self.setToolTip(told)
        self.hide()
        theme.current().changed.connect(self.updateGeometry)
        theme.current().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(self.SIDE), theme.px(self.SIDE))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0.5, 0.5, self.width() - 1, self.height() - 1)
        status_style.draw_shape(painter, "triangle", box, status_style.paint_of(JobStatus.TIMED_OUT).glyph)


class DetailHeader(QWidget):
    """Three lines at most: name and status, facts, and the reason if there is one. All can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detailHeader")
        self._link = LinkMark(self)
        self._title = QLabel(self)
        self._title.setObjectName("detailTitleLabel")
        self._pill = StatusPill(self)
        self._facts = QLabel(self)
        self._facts.setObjectName("detailFactsLabel")
        self._about = QLabel(self)
        self._about.setObjectName("detailAboutLabel")
        self._reason = QLabel(self)
        self._reason.setObjectName("detailReasonLabel")
        self._firmware_mark = FirmwareMark(self)
        self._failed = False
        for label in (self._title, self._facts, self._about, self._reason):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            label.setWordWrap(label is not self._title)
        font = QFont(self._title.font())
        font.setPointSizeF(font.pointSizeF() + 3)
        font.setBold(True)
        self._title.setFont(font)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._link)
        top.addWidget(self._title, 1)
        top.addWidget(self._pill)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addLayout(top)
        layout.addWidget(self._facts)
        about = QHBoxLayout()
        about.setSpacing(6)
        about.addWidget(self._firmware_mark, 0, Qt.AlignmentFlag.AlignTop)
        about.addWidget(self._about, 1)
        layout.addLayout(about)
        layout.addWidget(self._reason)
        theme.current().changed.connect(self.restyle)
        self.restyle()

    def show_name(self, name: str) -> None:
        """Before anything else is known."""
        self._title.setText(name)
        self._title.setToolTip(name)
        self._pill.show_status(None)
        for label in (self._facts, self._about):
            label.setText("")
        self._reason.hide()
        self._firmware_mark.hide()

    def show_thing(self, snapshot: ThingSnapshot, job_document: bytes) -> None:
        """Show a thing as it is now."""
        self._title.setText(snapshot.name)
        self._title.setToolTip(snapshot.name)
        self._link.show_link(snapshot)
        self._pill.show_status(snapshot.status)
        self._facts.setText(self._job(snapshot))
        self._about.setText(" · ".join(self._rest(snapshot, job_document)))
        self._firmware_mark.setVisible(snapshot.firmware_warning)
        reason = snapshot.details or snapshot.link_reason
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        self._failed = snapshot.status is JobStatus.FAILED or snapshot.activity is Activity.BROKEN
        self.restyle()

    def _job(self, snapshot: ThingSnapshot) -> str:
        if not snapshot.job_id:
            return self.tr("no job execution yet")
        text = self.tr("%1 · execution #%2 · v%3").replace("%2", str(snapshot.execution_number))
        text = text.replace("%3", str(snapshot.version)).replace("%1", snapshot.job_id)
        if snapshot.pending > 1:
            text += " · " + self.tr("%1 pending").replace("%1", str(snapshot.pending))
        return text

    def _rest(self, snapshot: ThingSnapshot, job_document: bytes) -> list[str]:
        parts = [_firmware(snapshot)]
        target = _target(job_document)
        if target not in ("", snapshot.firmware, snapshot.target_firmware):
            parts[0] += " " + self.tr("(target %1)").replace("%1", target)
        if snapshot.activity is Activity.WAITING_FOR_STEP:
            parts.insert(0, self.tr("waiting for step"))
        elif snapshot.manual:
            parts.insert(0, self.tr("manual"))
        parts.append(self.tr("scenario %1").replace("%1", snapshot.scenario))
        parts.append(self.tr("seed %1").replace("%1", str(snapshot.seed)))
        return [part for part in parts if part]

    def restyle(self) -> None:
        """After a change of scheme or status."""
        tokens = theme.current().tokens
        reason = status_style.paint_of(JobStatus.FAILED).glyph if self._failed else tokens.text
        for label, colour in ((self._about, tokens.secondary), (self._reason, reason)):
            theme.tint(label, colour)


def _firmware(snapshot: ThingSnapshot) -> str:
    if not snapshot.firmware:
        return ""
    if snapshot.target_firmware and snapshot.target_firmware != snapshot.firmware:
        return f"fw {snapshot.firmware} → {snapshot.target_firmware}"
    return f"fw {snapshot.firmware}"


def _target(job_document: bytes) -> str:
    """The firmware that the job document asks for, "" if it asks for none."""
    try:
        document = json.loads(job_document or b"{}")
    except (ValueError, RecursionError):
        return ""
    return firmware_of(document) or "" if isinstance(document, dict) else ""
