"""The transport under the pulse: back through what the fleet did, and forward to now."""

from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QSlider, QStyle, QToolButton, QWidget

from ui import icons, theme
from ui.letter_menu import LetterMenu
from ui.numbers import clock, grouped
from ui.rewind import SPEEDS, Rewind
from ui.segment_button import SegmentButton

STEPS: Final = 10_000  # of the slider
ICON: Final = 16
LAST: Final = ((60, "minute"), (300, "minutes"), (0, "all"))  # what a clip can hold: seconds, 0 for all that is kept


def tenths(seconds: float) -> str:
    """Seconds as 00:01:12.4."""
    whole = int(seconds * 10 + 1e-6)
    return f"{clock(whole // 10)}.{whole % 10}"


class RewindSlider(QSlider):
    """Goes to where it is pressed, and can be dragged on from there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("fleetRewindSlider")
        self.setAccessibleName(self.tr("Moment shown"))
        self.setRange(0, STEPS)
        self.setSingleStep(STEPS // 200)
        self.setPageStep(STEPS // 20)
        self.setValue(STEPS)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            knob = self.style().pixelMetric(QStyle.PixelMetric.PM_SliderLength, None, self)
            room = max(1, self.width() - knob)
            at = round(event.position().x()) - knob // 2
            self.setValue(QStyle.sliderValueFromPosition(0, STEPS, at, room))
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return):
            event.ignore()
            return
        super().keyPressEvent(event)


class RewindBar(QWidget):
    """Shows a Rewind and moves it."""

    exportWanted = Signal(float, float)  # from and to, epoch seconds

    def __init__(self, rewind: Rewind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetRewindBar")
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # as time goes
        self._rewind = rewind
        self._showing = False
        self._buttons: dict[str, QToolButton] = {}
        self._words = {
            "first": self.tr("To the first moment that is kept"),
            "back": self.tr("To the change before"),
            "start": self.tr("Play"),
            "pause": self.tr("Hold this moment"),
            "forward": self.tr("To the next change"),
            "last": self.tr("To now"),
            "export": self.tr("Export clip…"),
        }
        self.slider = RewindSlider(self)
        self._kept = QLabel(self)
        self._kept.setObjectName("fleetRewindKeptLabel")
        self._clock = QLabel(self)
        self._clock.setObjectName("fleetRewindClock")
        self._clock.setAccessibleName(self.tr("Time since the first change"))
        self._clock.setToolTip(self._clock.accessibleName())  # the status bar's goes from the first start
        self._clock.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._speed = SegmentButton("16×", "fleetRewindSpeedButton", self)
        self._speed.setCheckable(False)
        self._live = SegmentButton(self.tr("Live"), "fleetRewindLiveButton", self)
        self._live.setCheckable(True)
        self._build()
        self.slider.valueChanged.connect(self._moved)
        self._live.clicked.connect(self._go_live)
        self._speed.clicked.connect(self._next_speed)
        rewind.changed.connect(self.refresh)
        rewind.moved.connect(self.refresh)
        theme.current().changed.connect(self._restyle)
        self._restyle()
        self.refresh()

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        acts = {
            "first": self._rewind.first, "back": lambda: self._rewind.step(-1), "start": self._rewind.play,
            "forward": lambda: self._rewind.step(1), "last": self._rewind.live, "export": self._open_export,
        }  # fmt: skip
        for name, act in acts.items():
            button = self._buttons[name] = QToolButton(self)
            button.setObjectName("fleetRewindButton_" + ("play" if name == "start" else name))
            button.setAutoRaise(True)
            button.setIconSize(QSize(ICON, ICON))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, act=act: act())
        for name in ("first", "back", "start", "forward", "last"):
            row.addWidget(self._buttons[name])
        row.addWidget(self._kept)
        row.addSpacing(4)
        row.addWidget(self.slider, 1)
        row.addSpacing(4)
        row.addWidget(self._clock)
        row.addSpacing(6)
        row.addWidget(self._speed)
        row.addWidget(self._live)
        row.addWidget(self._buttons["export"])
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def refresh(self) -> None:
        """Show where the moment lies; the page calls it five times a second while now is shown."""
        rewind = self._rewind
        self._showing = True
        if not self.slider.isSliderDown():
            self.slider.setValue(round(rewind.share * STEPS))
        self._showing = False
        words = tenths(rewind.clock_seconds)
        self._clock.setText(words)
        self.slider.setAccessibleDescription(words)
        self._live.setChecked(rewind.is_live)
        self._live.setEnabled(rewind.has_live)
        text = f"{rewind.speed}×"
        if self._speed.text() != text:
            self._speed.setText(text)
            self._speed.setAccessibleName(self.tr("Speed of playing: %1").replace("%1", text))
            self._speed.setToolTip(self.tr("Speed of playing; click for the next"))
            self._speed.update()
        name = "pause" if rewind.playing else "start"
        if self._buttons["start"].toolTip() != self._words[name]:
            self._show_icon("start", name)
        self._show_kept()

    def _show_kept(self) -> None:
        """Whether the beginning is the beginning, or older changes have left the memory."""
        journal = self._rewind.journal
        self._kept.setVisible(journal.dropped > 0)
        if journal.dropped:
            begins = tenths(max(0.0, journal.begins - journal.origin))
            self._kept.setText(self.tr("from %1").replace("%1", begins))
            tip = self.tr("%1 older changes have left the memory; the newest %2 are kept.")
            self._kept.setToolTip(tip.replace("%1", grouped(journal.dropped)).replace("%2", grouped(journal.most)))

    def _moved(self, value: int) -> None:
        if not self._showing:
            self._rewind.stop()
            self._rewind.seek_share(value / STEPS)
            self._clock.setText(tenths(self._rewind.clock_seconds))

    def _go_live(self) -> None:
        self._rewind.live()
        self.refresh()

    def _next_speed(self) -> None:
        place = SPEEDS.index(self._rewind.speed)
        self._rewind.set_speed(SPEEDS[(place + 1) % len(SPEEDS)])

    def _open_export(self) -> None:
        menu = self.export_menu()
        button = self._buttons["export"]
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def export_menu(self) -> QMenu:
        """What a clip can hold; it deletes itself when closed."""
        menu = LetterMenu(self)
        menu.setObjectName("fleetClipMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        words = (
            self.tr("Clip of the last minute…"),
            self.tr("Clip of the last five minutes…"),
            self.tr("Clip of all that is kept…"),
        )
        for (seconds, name), text in zip(LAST, words, strict=True):
            choice = QAction(text, menu)
            choice.setObjectName(f"act.clip.{name}")
            choice.setEnabled(self._rewind.begins > 0)
            choice.triggered.connect(lambda _=False, seconds=seconds: self.want_export(seconds))
            menu.addAction(choice)
        return menu

    def want_export(self, seconds: int) -> None:
        """Ask for a clip that ends with the moment shown and begins so long before it; 0 for all that is kept."""
        rewind = self._rewind
        if seconds:
            self.exportWanted.emit(max(rewind.begins, rewind.position - seconds), rewind.position)
        else:
            self.exportWanted.emit(rewind.begins, rewind.ends)

    def _show_icon(self, button: str, name: str) -> None:
        self._buttons[button].setIcon(icons.icon(name, size=ICON))
        self._buttons[button].setToolTip(self._words[name])
        self._buttons[button].setAccessibleName(self._words[name])

    def _restyle(self) -> None:
        for name in self._buttons:
            self._show_icon(name, "pause" if name == "start" and self._rewind.playing else name)
        tokens = theme.current().tokens
        for label in (self._kept, self._clock):
            theme.tint(label, tokens.secondary)
        digit = self.fontMetrics().horizontalAdvance("0")
        self._clock.setMinimumWidth(digit * 11)
