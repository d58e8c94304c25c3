"""The status bar: where the things are connected, how many, how fast and late; amber and a shape when out of budget."""

from collections import deque
from dataclasses import dataclass
from time import monotonic
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from simulator.feed import Counters
from simulator.transport.base import Link
from ui import status_style, theme
from ui.numbers import clock, grouped, milliseconds

HEIGHT: Final = 28
SLOWEST_HZ: Final = 15.0


class Cell(QWidget):
    """A piece of text that keeps the widest width it has had, so that its neighbours stand still."""

    clicked = Signal()

    def __init__(self, name: str, meaning: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._meaning = meaning
        self._text = ""
        self._link: Link | None = None
        self._amber = False
        self._widest = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip(meaning)
        self.set_text("")

    @property
    def text(self) -> str:
        """What it says."""
        return self._text

    @property
    def is_amber(self) -> bool:
        """Whether it is out of budget."""
        return self._amber

    def set_text(self, text: str, *, amber: bool = False, tip: str = "", link: Link | None = None) -> None:
        """Say this; `amber` adds colour and a shape, `link` a dot in front."""
        if (text, amber, link) == (self._text, self._amber, self._link) and self.accessibleName():
            return
        self._text, self._amber, self._link = text, amber, link
        self.setAccessibleName(text or self._meaning)
        self.setToolTip(f"{self._meaning}. {tip}" if tip else self._meaning)
        width = QFontMetrics(self.font()).horizontalAdvance(text) + (18 if link is not None or amber else 0)
        if not text:
            self._widest = 0
        if width > self._widest:
            self._widest = width
            self.updateGeometry()
        self.update()

    def remeasure(self) -> None:
        """After a change of font: as wide as the text is now."""
        room = 18 if self._link is not None or self._amber else 0
        self._widest = QFontMetrics(self.font()).horizontalAdvance(self._text) + room if self._text else 0
        self.updateGeometry()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def sizeHint(self) -> QSize:
        return QSize(self._widest + 2, theme.px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.current().tokens
        room, dot = QRectF(self.rect()), QRectF(0, (self.height() - 12) / 2, 12, 12)
        if self._amber:
            status_style.draw_shape(painter, "triangle", dot, tokens.warning[0])
            room.setLeft(18)
        elif self._link is not None:
            status_style.draw_link(painter, self._link, dot)
            room.setLeft(18)
        painter.setPen(tokens.warning[0] if self._amber else tokens.text)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self._text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Messages per real second."""

    received: float = 0.0
    sent: float = 0.0


class RateMeter:
    """Turns growing totals into rates over the last second."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int, int]] = deque(maxlen=64)

    def rates(self, counters: Counters, now: float) -> Rates:
        """Take totals in; return how fast they grew."""
        if self._seen and counters.messages_in < self._seen[-1][1]:
            self._seen.clear()  # another fleet
        self._seen.append((now, counters.messages_in, counters.messages_out))
        while len(self._seen) > 2 and now - self._seen[1][0] >= 1.0:
            self._seen.popleft()
        then, received, sent = self._seen[0]
        seconds = now - then
        if seconds <= 0:
            return Rates()
        return Rates(
            received=(counters.messages_in - received) / seconds, sent=(counters.messages_out - sent) / seconds
        )


class StatusBar(QWidget):
    """Cells from left to right; the least important ones step aside where the window is narrow."""

    connectionWanted = Signal()  # a click on one of the addresses

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("mainStatusBar")
        self.setFixedHeight(HEIGHT)
        self.connection = Cell("statusConnection", self.tr("Where the things connect to"), self)
        self.http = Cell("statusHttp", self.tr("Where jobs are made: the control plane"), self)
        self.counts = Cell("statusCounts", self.tr("Things asked to run, connected, and working on a job"), self)
        self.rates = Cell("statusRates", self.tr("Messages per second, all things"), self)
        self.ack = Cell("statusAck", self.tr("From publish to accepted, last 10 seconds"), self)
        self.display = Cell("statusDisplay", self.tr("How often the table is refreshed"), self)
        self.lag = Cell("statusLag", self.tr("How late the window itself is, worst of the last second"), self)
        self.scale = Cell("statusScale", self.tr("How many times faster than real time all goes"), self)
        self.seed = Cell("statusSeed", self.tr("The same seed walks the same ways"), self)
        self.run_clock = Cell("statusClock", self.tr("Time since the first thing was started"), self)
        for cell in (self.connection, self.http):
            cell.setCursor(Qt.CursorShape.PointingHandCursor)
            cell.clicked.connect(self.connectionWanted)
        left = (self.connection, self.http, self.counts, self.rates)
        right = (self.ack, self.display, self.lag, self.scale, self.seed, self.run_clock)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(10, 0, 10, 0)
        self._layout.setSpacing(18)
        for cell in left:
            self._layout.addWidget(cell)
        self._layout.addStretch(1)
        for cell in right:
            self._layout.addWidget(cell)
        self._cells = (*left, *right)
        self._leave_first = (self.display, self.http, self.seed, self.lag, self.ack, self.rates)
        self._only: frozenset[Cell] | None = None
        self._meter = RateMeter()
        theme.current().changed.connect(self._repaint)
        self.show_connection(Link.OFFLINE, "", "")

    def show_connection(self, link: Link, mqtt: str, http: str) -> None:
        """The endpoint's addresses and whether it is there."""
        text = mqtt.removeprefix("mqtt://") if mqtt else self.tr("No endpoint")
        self.connection.set_text(text, link=link, tip=status_style.link_word(link))
        self.http.set_text(http)
        self._make_room()

    def show_counters(self, counters: Counters) -> None:
        """The fleet in numbers."""
        now = monotonic()
        text = self.tr("requested %1 · connected %2 · working %3")
        for place, number in enumerate((counters.requested, counters.connected, counters.working), 1):
            text = text.replace(f"%{place}", grouped(number))
        self.counts.set_text(text)
        rates = self._meter.rates(counters, now)
        text = self.tr("in %1/s · out %2/s").replace("%1", grouped(round(rates.received)))
        self.rates.set_text(text.replace("%2", grouped(round(rates.sent))))
        text = self.tr("ack p50 %1 · p99 %2 ms").replace("%1", milliseconds(counters.ack_p50_ms))
        text = text.replace("%2", milliseconds(counters.ack_p99_ms))
        self.ack.set_text(text if counters.ack_p99_ms > 0 else self.tr("ack —"))  # nothing was acknowledged lately
        self._make_room()

    def show_window(self, lag_ms: float, display_hz: float, *, late: bool, slowed: bool) -> None:
        """The window's own health: its lag, whether that is out of budget, its rate, whether that was lowered."""
        self.lag.set_text(
            self.tr("lag %1 ms").replace("%1", grouped(round(lag_ms))),
            amber=late,
            tip=self.tr("Above 100 ms for longer the window feels slow: show fewer rows or fewer things"),
        )
        self.display.set_text(
            self.tr("%1 Hz").replace("%1", grouped(round(display_hz))),
            amber=slowed,
            tip=self.tr(
                "20 Hz while a refresh takes at most 25 ms; fewer after two that took longer, by their own work or "
                "because the computer is busy; back after 5 s"
            ),
        )

    def show_run(self, seed: int, seconds: float | None, time_scale: float = 1.0) -> None:
        """The run's seed, its clock (None: nothing was started yet), and its pace if that is not the real one."""
        self.scale.set_text(
            "" if time_scale == 1 else self.tr("×%1").replace("%1", f"{time_scale:g}"),
            tip=self.tr("The service's timestamps and timeouts run at that pace too"),
        )
        self.seed.set_text(self.tr("seed %1").replace("%1", str(seed)))
        self.run_clock.set_text(clock(seconds or 0.0))
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def show_little(self, on: bool) -> None:
        """Only counts and run clock, for an audience; or all of it."""
        self._only = frozenset({self.counts, self.run_clock}) if on else None
        self._make_room()

    def _make_room(self) -> None:
        """Hide the least important cells until the rest fits."""
        shown = [cell for cell in self._cells if cell.text and (self._only is None or cell in self._only)]
        room = self.width() - 20 - self._layout.spacing()
        needed = sum(cell.sizeHint().width() + self._layout.spacing() for cell in shown)
        for cell in self._leave_first:
            if needed <= room:
                break
            if cell in shown:
                shown.remove(cell)
                needed -= cell.sizeHint().width() + self._layout.spacing()
        for cell in self._cells:
            cell.setVisible(cell in shown)

    def _repaint(self) -> None:
        """After a change of scheme or of the size of text."""
        self.setFixedHeight(theme.px(HEIGHT))
        for cell in self._cells:
            cell.remeasure()
        self._make_room()
