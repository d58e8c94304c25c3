"""How the rows of the fleet table are painted: text laid out once, pills from a cache, bars of two rectangles.

The table hands all its visible rows over at once instead of asking a delegate cell by cell. Measured with 35 rows of
10 columns: 2 ms a repaint against 20 ms, since neither option nor index crosses from C++ for each cell, and text that
was laid out once is only drawn.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen, QStaticText
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from simulator.jobs.model import JobStatus
from ui import status_style, theme
from ui.fleet_cells import NOTHING
from ui.fleet_model import FLASH_SECONDS, FleetModel
from ui.row_paint import PADDING as PADDING
from ui.row_paint import SELECTED_BAR

if TYPE_CHECKING:
    from ui.fleet_table import FleetTable

PILL_HEIGHT: Final = 20
BAR_HEIGHT: Final = 7
PAUSE_BAR: Final = 3
PAUSE_HEIGHT: Final = 10
LINK_SIZE: Final = 12
TEXTS_KEPT: Final = 8192
_SECONDARY: Final = frozenset({"details", "scenario", "updated", "seed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a column is painted."""

    key: str
    left: int
    width: int
    right: bool  # aligned to the right


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Where a row is painted: the store's row, and the top of it in the viewport."""

    row: int
    top: int
    view_row: int


class RowPainter:
    """Paints a range of rows, column by column, so that pen and font change once a column."""

    def __init__(self, model: FleetModel, table: "FleetTable") -> None:
        self._model = model
        self._table = table
        self._pixmaps = status_style.pixmaps()
        self._columns: dict[str, Callable[[QPainter, Place, Sequence[Line]], None]] = {
            "status": self._paint_status,
            "progress": self._paint_progress,
            "link": self._paint_link,
            "fw": self._paint_firmware,
            "ver": self._paint_version,
            "step": self._paint_step,
        }
        self.restyle()

    def restyle(self) -> None:
        """Take fonts and colours anew."""
        here = theme.current()
        self._row, self._pill = here.row_height, theme.px(PILL_HEIGHT)
        self._bar, self._dot = theme.px(BAR_HEIGHT), theme.px(LINK_SIZE)
        self._font = QFont(self._table.font())
        self._italic = QFont(self._font)
        self._italic.setItalic(True)
        self._metrics = QFontMetrics(self._font)
        self._text_top = (self._row - self._metrics.height()) // 2
        self._texts: dict[tuple[str, int, bool], tuple[QStaticText, int]] = {}
        tokens = here.tokens
        self._text, self._secondary, self._track = tokens.text, tokens.secondary, tokens.track
        self._base, self._alternate = tokens.base, tokens.alternate
        self._selected, self._accent = tokens.selected, tokens.accent
        self._bars = [tokens.track, *(status_style.paint_of(status).bar for status in status_style.STATUSES)]
        self._warning = status_style.paint_of(JobStatus.TIMED_OUT).glyph
        self._percent_width = self._metrics.horizontalAdvance("100%")
        self._focus = QPen(tokens.accent, 2)
        self._flash = QPen(tokens.accent, 1.5)

    def paint(self, painter: QPainter, places: Sequence[Place], lines: Sequence[Line], selected: set[int]) -> None:
        """Paint these columns of these rows; `selected` are view rows."""
        if not places:
            return
        left = min(place.left for place in places)
        width = max(place.left + place.width for place in places) - left
        for line in lines:
            is_selected = line.view_row in selected
            fill = self._selected if is_selected else self._alternate if line.view_row % 2 else self._base
            painter.fillRect(left, line.top, width, self._row, fill)
            if is_selected:
                painter.fillRect(left, line.top, SELECTED_BAR, self._row, self._accent)
        painter.setFont(self._font)
        for place in places:
            self._columns.get(place.key, self._paint_texts)(painter, place, lines)
        for line in lines:
            if line.view_row == self._table.focus_row:
                painter.setPen(self._focus)
                painter.drawRect(left + 1, line.top + 1, width - 2, self._row - 2)

    def _laid_out(self, text: str, width: int, middle: bool) -> tuple[QStaticText, int]:
        """The text elided to a width and laid out, and how wide it then is."""
        found = self._texts.get((text, width, middle))
        if found is None:
            if len(self._texts) >= TEXTS_KEPT:
                self._texts.clear()
            mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
            elided = self._metrics.elidedText(text, mode, width)
            laid_out = QStaticText(elided)
            laid_out.setTextFormat(Qt.TextFormat.PlainText)
            laid_out.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            laid_out.prepare(font=self._font)
            found = self._texts[text, width, middle] = laid_out, self._metrics.horizontalAdvance(elided)
        return found

    def _paint_texts(self, painter: QPainter, place: Place, lines: Sequence[Line], indent: int = 0) -> None:
        store, cells = self._model.store, self._model.cells
        key, left, room = place.key, place.left + PADDING + indent, place.width - 2 * PADDING - indent
        middle = key == "job"  # job ids tell themselves apart by their ends, so they lose their middle
        is_scenario, is_quiet = key == "scenario", key in _SECONDARY
        quiet: bool | None = None
        for line in lines:
            text = cells.text(key, line.row)
            if not text:
                continue
            if (wanted := is_quiet or text == NOTHING) is not quiet:
                quiet = wanted
                painter.setPen(self._secondary if quiet else self._text)
            laid_out, advance = self._laid_out(text, room, middle)
            x = left + room - advance if place.right else left
            if is_scenario and store.shown[line.row].scenario_overridden:
                painter.setFont(self._italic)
                painter.drawText(x, line.top + self._text_top + self._metrics.ascent(), laid_out.text())
                painter.setFont(self._font)
            else:
                painter.drawStaticText(x, line.top + self._text_top, laid_out)

    def _paint_firmware(self, painter: QPainter, place: Place, lines: Sequence[Line]) -> None:
        shown = self._model.store.shown
        with_warning = [line for line in lines if shown[line.row].firmware_warning]
        if not with_warning:
            self._paint_texts(painter, place, lines)
            return
        side = 13
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in with_warning:
            box = QRectF(place.left + PADDING, line.top + (self._row - side) / 2, side, side)
            status_style.draw_shape(painter, "triangle", box, self._warning)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._paint_texts(painter, place, with_warning, indent=side + 5)
        self._paint_texts(painter, place, [line for line in lines if not shown[line.row].firmware_warning])

    def _paint_step(self, painter: QPainter, place: Place, lines: Sequence[Line]) -> None:
        """In manual mode two bars, as on a pause button, stand before the step that is waited for."""
        waiting = [line for line in lines if self._model.cells.waits_for_step(line.row)]
        for line in waiting:
            left, top = place.left + PADDING, line.top + (self._row - PAUSE_HEIGHT) // 2
            for bar in (left, left + 2 * PAUSE_BAR):
                painter.fillRect(bar, top, PAUSE_BAR, PAUSE_HEIGHT, self._accent)
        self._paint_texts(painter, place, waiting, indent=3 * PAUSE_BAR + 5)
        self._paint_texts(painter, place, [line for line in lines if line not in waiting] if waiting else lines)

    def _paint_version(self, painter: QPainter, place: Place, lines: Sequence[Line]) -> None:
        self._paint_texts(painter, place, lines)
        if not self._model.flashes:
            return
        now, changed = monotonic(), self._model.store.version_changed
        painter.setPen(self._flash)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for line in lines:
            if now - changed[line.row] < FLASH_SECONDS:
                painter.drawRect(place.left + 2, line.top + 3, place.width - 5, self._row - 7)

    def _paint_status(self, painter: QPainter, place: Place, lines: Sequence[Line]) -> None:
        status, scale = self._model.store.status, self._table.scale
        without = [line for line in lines if status[line.row] == status_style.NO_EXECUTION]
        self._paint_texts(painter, place, without)
        left, width = place.left + PADDING // 2, place.width - PADDING
        for line in lines:
            if code := status[line.row]:
                picture = self._pixmaps.pill(code, width, self._pill, scale, self._font)
                painter.drawPixmap(left, line.top + (self._row - self._pill) // 2, picture)

    def _paint_progress(self, painter: QPainter, place: Place, lines: Sequence[Line]) -> None:
        store = self._model.store
        left, width = place.left + PADDING, place.width - 2 * PADDING - self._percent_width - 6
        for line in lines:
            if code := store.status[line.row]:
                top = line.top + (self._row - self._bar) // 2
                painter.fillRect(left, top, width, self._bar, self._track)
                done = width * min(100, store.shown[line.row].progress) // 100
                painter.fillRect(left, top, done, self._bar, self._bars[code])
        self._paint_texts(painter, Place(key=place.key, left=place.left, width=place.width, right=True), lines)

    def _paint_link(self, painter: QPainter, place: Place, lines: Sequence[Line]) -> None:
        link, scale = self._model.store.link, self._table.scale
        left = place.left + (place.width - self._dot) // 2
        for line in lines:
            picture = self._pixmaps.link(link[line.row], self._dot, scale)
            painter.drawPixmap(left, line.top + (self._row - self._dot) // 2, picture)


class FleetDelegate(QStyledItemDelegate):
    """Knows how wide a cell wants to be, and shows its tooltip; the painting is RowPainter's."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        text = str(index.data() or "")
        return QSize(option.fontMetrics.horizontalAdvance(text) + 2 * PADDING, theme.current().row_height)
