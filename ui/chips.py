"""The status chips over the table: one per status with its count, All, and the things that have had no job."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from simulator.jobs.model import JobStatus
from ui import status_style, theme
from ui.flow_layout import FlowLayout
from ui.letter_menu import LetterMenu
from ui.numbers import counted, grouped
from ui.segment_button import SegmentButton

HEIGHT: Final = 26
ALL: Final = -1


class Chip(QAbstractButton):
    """A checkable pill: shape, word, count. A count of nothing is dimmed and stays in its place."""

    picked = Signal(int, bool)  # code, whether to add to (or take from) what is checked
    excluded = Signal(int)  # all but these

    def __init__(self, code: int, parent: QWidget | None = None) -> None:
        """`code` as in `status_style.CODE_OF`, or ALL."""
        super().__init__(parent)
        self.code = code
        self.status: JobStatus | None = status_style.STATUSES[code - 1] if code > 0 else None
        self.word = self.tr("All") if code == ALL else status_style.status_word(self.status)
        self.setObjectName("fleetChip_" + ("ALL" if code == ALL else "NONE" if code == 0 else str(self.status)))
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._count = 0
        self._matching: int | None = None
        self._digits = 1
        self._is_short = False
        self.set_counts(0, None)

    @property
    def count(self) -> int:
        """How many things of the whole fleet."""
        return self._count

    def set_counts(self, count: int, matching: int | None) -> None:
        """Of the whole fleet, and (where it differs) of what the rest of the filter lets through."""
        if (count, matching) == (self._count, self._matching) and self.accessibleName():
            return
        self._count, self._matching = count, matching
        spoken = counted(count, self.tr("%1: 1 thing"), self.tr("%1: %n things"))
        self.setAccessibleName(spoken.replace("%1", self.word))
        if len(self._numbers()) != self._digits:
            self._digits = len(self._numbers())
            self.updateGeometry()
        self.update()

    def _numbers(self) -> str:
        if self._matching is None or self._matching == self._count:
            return grouped(self._count)
        return f"{grouped(self._count)} ({grouped(self._matching)})"

    @property
    def is_quiet(self) -> bool:
        """Whether nothing would be missed of it but its shape and its 0."""
        return self._count == 0 and not self.isChecked()

    def set_short(self, short: bool) -> None:
        """Leave the word out, or show it again."""
        if short is not self._is_short:
            self._is_short = short
            self.updateGeometry()
            self.update()

    def width_of(self, *, short: bool, filtered: bool = True) -> int:
        """The width it has with or without its word, and with what a filter adds to its count or not."""
        metrics = QFontMetrics(self.font())
        shape = 19 if self.status is not None else 0
        numbers = self._numbers() if filtered else grouped(self._count)
        digits = metrics.horizontalAdvance("0" * max(2, len(numbers)))
        word = 0 if short else metrics.horizontalAdvance(self.word) + 7
        return 12 + shape + word + digits + 12

    def sizeHint(self) -> QSize:
        return QSize(self.width_of(short=self._is_short), theme.px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.current().tokens
        box = QRectF(self.rect())
        is_quiet = self.is_quiet
        text = tokens.secondary if is_quiet else tokens.text
        if self.status is None or is_quiet:
            painter.setPen(QPen(tokens.line, 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush if is_quiet else tokens.button)
            frame = box.adjusted(0.75, 0.75, -0.75, -0.75)
            painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2)
        else:
            status_style.draw_pill_frame(painter, self.status, box)
            text = status_style.paint_of(self.status).text
        if self.status is not None:
            side = 13.0
            shape_box = QRectF(11, (box.height() - side) / 2, side, side)
            status_style.draw_shape(painter, status_style.LOOKS[self.status].shape, shape_box, text)
        painter.setPen(text)
        room = box.adjusted(12 + (19 if self.status is not None else 0), 0, -12, 0)
        word = "" if self._is_short else self.word
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), word)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), self._numbers())
        self._paint_ring(painter, box)
        if self.isChecked() and self.hasFocus():
            painter.setPen(QPen(text, 1.5, Qt.PenStyle.DotLine))
            frame = box.adjusted(3.5, 3.5, -3.5, -3.5)
            painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2)

    def _paint_ring(self, painter: QPainter, box: QRectF) -> None:
        tokens = theme.current().tokens
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.isChecked() or self.hasFocus():
            painter.setPen(QPen(tokens.accent, 2, Qt.PenStyle.SolidLine if self.isChecked() else Qt.PenStyle.DotLine))
        elif self.underMouse():
            painter.setPen(QPen(tokens.secondary, 1))
        else:
            return
        frame = box.adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setDown(False)
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.picked.emit(self.code, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.menu()
        menu.popup(event.globalPos())

    def menu(self) -> QMenu:
        """What a right click offers; it deletes itself when closed."""
        menu = LetterMenu(self)
        menu.setObjectName("fleetChipMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        is_on = self.isChecked()
        choices = [("only", self.tr("Only %1"), lambda: self.picked.emit(self.code, False))]
        if self.code != ALL:
            too = self.tr("%1 no longer") if is_on else self.tr("%1 too")
            choices.append(("too", too, lambda: self.picked.emit(self.code, True)))
            choices.append(("not", self.tr("Not %1"), lambda: self.excluded.emit(self.code)))
        for name, text, act in choices:
            choice = QAction(text.replace("%1", self.word), menu)
            choice.setObjectName(f"act.chip.{name}")
            choice.triggered.connect(lambda _=False, act=act: act())
            menu.addAction(choice)
        menu.actions()[0].setEnabled(not is_on or self.code == ALL)
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.picked.emit(self.code, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        else:
            super().keyPressEvent(event)


class ChipBar(QWidget):
    """All chips, in a row that wraps. It says what was picked; the filter text decides what is checked."""

    picked = Signal(int, bool)
    excluded = Signal(int)
    moreWanted = Signal(bool)  # the second row is to be shown, or not

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetChips")
        self.setAccessibleName(self.tr("Filter by status"))
        layout = self._row = FlowLayout(self)
        self.chips: dict[int, Chip] = {}
        for code in (ALL, *range(1, len(status_style.STATUSES) + 1), 0):
            chip = Chip(code, self)
            chip.picked.connect(self.picked)
            chip.excluded.connect(self.excluded)
            layout.addWidget(chip)
            self.chips[code] = chip
        self.more = SegmentButton(self.tr("Lines"), "fleetMoreChipsButton", self)
        self.more.setToolTip(self.tr("Chips for the states of the line, and for warnings"))
        self.more.toggled.connect(self.moreWanted)
        for number in range(1, len(status_style.STATUSES) + 1):
            keys = self.tr("Alt+%1").replace("%1", str(number))
            self.chips[number].setToolTip(f"{status_style.STATUSES[number - 1]} ({keys})")
        theme.current().changed.connect(self._restyle)

    def _restyle(self) -> None:
        for chip in self.chips.values():
            chip.updateGeometry()
            chip.update()
        self._shorten()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten()

    def _shorten(self) -> None:
        """Where a filter makes the counts too wide for the one row they had, chips of nothing leave their words out.

        Else they would wrap, and what lies below would move under the pointer while somebody types.
        """
        chips = list(self.chips.values())
        gaps = self._row.spacing() * (len(chips) - 1)
        room = self.width() - gaps - sum(chip.width_of(short=False) for chip in chips)
        had = self.width() - gaps - sum(chip.width_of(short=False, filtered=False) for chip in chips)
        short: set[Chip] = set()
        for chip in reversed(chips if had >= 0 else []):
            if room < 0 and chip.status is not None and chip.is_quiet:
                room += chip.width_of(short=False) - chip.width_of(short=True)
                short.add(chip)
        for chip in chips:
            chip.set_short(chip in short and room >= 0)

    def show_counts(self, counts: Sequence[int], matching: Sequence[int] | None) -> None:
        """Counts by status code, of the whole fleet and of what the rest of the filter lets through."""
        self.chips[ALL].set_counts(sum(counts), None if matching is None else sum(matching))
        for code, count in enumerate(counts):
            self.chips[code].set_counts(count, None if matching is None else matching[code])
        self._shorten()

    def show_checked(self, codes: frozenset[int] | None) -> None:
        """Check these; None (no word about status) checks All."""
        for code, chip in self.chips.items():
            chip.setChecked(codes is None if code == ALL else codes is not None and code in codes)
        self._shorten()
