"""The wall: one square for each thing that the filter lets through, all of them at once in one picture."""

from collections.abc import Iterable, Sequence
from time import monotonic, perf_counter
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QSizePolicy, QWidget

from ui import theme, wall_geometry, wall_order
from ui.fleet_model import FleetModel
from ui.status_style import STATUSES
from ui.stretches import stretches
from ui.wall_card import WallCard
from ui.wall_fade import Fades
from ui.wall_geometry import WallGeometry
from ui.wall_image import ONLINE, WallImage, look_of, wall_colour
from ui.wall_names import shared_beginning
from ui.wall_tiles import Tiles

HOVER_MS: Final = 150
LASSO_FROM: Final = 4  # pixels the pointer moves before a press becomes a lasso
OUTLINED: Final = 3000  # up to so many selected squares are outlined one by one; more are tinted as rows


class WallView(QAbstractScrollArea):
    """Shows a FleetModel's things as squares. It selects by name and hears of selections from elsewhere."""

    selectionWanted = Signal(list, str)  # names, and the one to look at
    menuWanted = Signal(QPoint)
    openWanted = Signal()

    def __init__(self, model: FleetModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetWall")
        self.setAccessibleName(self.tr("Wall of things"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._model = model
        self._store = model.store
        self._image = WallImage()
        self.order_by = wall_order.NAME
        self.rows: list[int] = []  # store row of each square
        self._place_of: list[int] = []  # square of each store row, -1 for none
        self.fades = Fades()
        self.geometry_of_wall = WallGeometry(0, 1, wall_geometry.LARGEST)
        self._grid = QPixmap()
        self._tiles = Tiles(self)
        self._selected: set[str] = set()
        self.current = -1  # the square that the keys move
        self._pressed_at: QPoint | None = None
        self._lasso: QRect | None = None
        self._before_lasso: list[str] = []
        self.paint_seconds = 0.0
        self._card = WallCard(self)
        self._hovered = -1
        self._hover = QTimer(self)
        self._hover.setSingleShot(True)
        self._hover.setInterval(HOVER_MS)
        self._hover.timeout.connect(self._show_card)
        model.orderChanged.connect(self.rearrange)
        model.modelReset.connect(self.rearrange)
        theme.current().changed.connect(self.restyle)

    # --- what is shown ----------------------------------------------------------------------------------------------

    def set_order(self, order: str) -> None:
        """Show the things in one of `wall_order.ORDERS`."""
        self.order_by = order
        self.rearrange()

    def rearrange(self) -> None:
        """Take the things that the filter lets through, in the wall's own order."""
        if not self.isVisible():
            self.rows = []
            return
        current = self.current_name()
        self.rows = wall_order.ordered(self._store, self._model.order, self.order_by)
        self._place_of = [-1] * len(self._store)
        for place, row in enumerate(self.rows):
            self._place_of[row] = place
        self.current = self.place_of(current) if current else -1
        self._tiles.beginning = shared_beginning([self._store.names[row] for row in self.rows])
        self._lay_out()

    def tick(self, dirty: Iterable[int]) -> None:
        """Redraw the squares of these store rows, if they look different. Large ones may show more than their look."""
        place_of, count = self._place_of, len(self._place_of)
        rows = [row for row in dirty if row < count and place_of[row] >= 0]
        changed: list[tuple[int, int]] = []
        if rows:
            now = monotonic()
            changed = self._put(rows)
            self.fades.enabled = self._model.flashes
            if self.fades.count(len(rows), now):
                for place, kind in changed:
                    self.fades.begin(place, kind, now)
            if self._card.isVisible():
                self._fill_card()
        if changed or len(self.fades) or (rows and self.geometry_of_wall.cell >= wall_geometry.NAMED):
            self.viewport().update()

    def _put(self, rows: Sequence[int]) -> list[tuple[int, int]]:
        """Bring the squares of these store rows up to date; return the places that changed and their former looks."""
        place_of, status, link = self._place_of, self._store.status, self._store.link
        return self._image.put_many(
            [place_of[row] for row in rows], [status[row] for row in rows], [link[row] for row in rows]
        )

    def place_of(self, name: str) -> int:
        """The square of a thing, -1 if it has none."""
        row = self._store.row_of.get(name, -1)
        return self._place_of[row] if 0 <= row < len(self._place_of) else -1

    def show_selection(self, names: Iterable[str]) -> None:
        """Outline these things."""
        chosen = set(names)
        if chosen != self._selected:
            self._selected = chosen
            self.viewport().update()

    def current_name(self) -> str:
        """The thing of the current square, "" if there is none."""
        return self._store.names[self.rows[self.current]] if 0 <= self.current < len(self.rows) else ""

    def name_at(self, place: int) -> str:
        """The thing of a square."""
        return self._store.names[self.rows[place]]

    def name_under(self, point: QPoint) -> str:
        """The thing of the square under a point of the viewport, "" if there is none."""
        place = self._at(point)
        return self.name_at(place) if 0 <= place < len(self.rows) else ""

    def restyle(self) -> None:
        """After a change of scheme, font or screen."""
        self._image.restyle()
        self._tiles.clear()
        self._make_grid()
        self.viewport().update()

    def _lay_out(self) -> None:
        room = self.viewport().size()
        self.geometry_of_wall = wall_geometry.fit(len(self.rows), room.width(), room.height())
        wall = self.geometry_of_wall
        self._image.reshape(wall.columns, max(1, wall.rows), patterned=wall.cell >= wall_geometry.PATTERNED)
        self._put(self.rows)
        self.fades.clear()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, wall.height - room.height()))
        bar.setPageStep(room.height())
        bar.setSingleStep(wall.cell * 3)
        self._make_grid()
        self.viewport().update()

    def _make_grid(self) -> None:
        """The lines between squares, once for each size."""
        wall, room = self.geometry_of_wall, self.viewport().size()
        self._grid = QPixmap()
        if wall.cell < wall_geometry.PATTERNED or wall.cell >= wall_geometry.SHAPED or room.isEmpty():
            return
        scale = self.devicePixelRatioF()
        grid = QPixmap(round(room.width() * scale), round((room.height() + wall.cell) * scale))
        grid.setDevicePixelRatio(scale)
        grid.fill(Qt.GlobalColor.transparent)
        painter = QPainter(grid)
        painter.setPen(QPen(theme.current().tokens.base, 1))
        for x in range(0, room.width() + 1, wall.cell):
            painter.drawLine(x, 0, x, room.height() + wall.cell)
        for y in range(0, room.height() + wall.cell + 1, wall.cell):
            painter.drawLine(0, y, room.width(), y)
        painter.end()
        self._grid = grid

    # --- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        began = perf_counter()
        tokens, wall = theme.current().tokens, self.geometry_of_wall
        painter = QPainter(self.viewport())
        top = self.verticalScrollBar().value()
        painter.translate(0, -top)
        room = self.viewport().rect().translated(0, top)
        if self.rows and wall.cell < wall_geometry.SHAPED:
            squares = QRect(0, 0, wall.columns * wall.cell, wall.rows * wall.cell)
            painter.drawImage(squares, self._image.picture())
            painter.fillRect(room & room.translated(squares.width(), 0), tokens.base)  # beside them
            painter.fillRect(room & room.translated(0, squares.height() - top), tokens.base)  # below them
            if not self._grid.isNull():
                painter.drawPixmap(0, top - top % wall.cell, self._grid)
        else:
            painter.fillRect(room, tokens.base)
            self._paint_tiles(painter, top)
        if len(self.fades):
            self._paint_fades(painter)
        self._paint_selection(painter)
        if self.hasFocus() and 0 <= self.current < len(self.rows):
            painter.setPen(QPen(tokens.text, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRect(*wall.place(self.current), wall.cell, wall.cell).adjusted(0, 0, 1, 1))
        if self._lasso is not None:
            fill = QColor(tokens.accent)
            fill.setAlpha(40)
            painter.setBrush(fill)
            painter.setPen(QPen(tokens.accent, 1, Qt.PenStyle.DashLine))
            painter.drawRect(self._lasso)
        painter.end()
        self.paint_seconds = perf_counter() - began

    def _paint_tiles(self, painter: QPainter, top: int) -> None:
        wall, store, tiles = self.geometry_of_wall, self._store, self._tiles
        status, link, names, shown = store.status, store.link, store.names, store.shown
        named, cell = wall.cell >= wall_geometry.NAMED, wall.cell
        first = top // cell * wall.columns
        last = min(len(self.rows), (top + self.viewport().height()) // cell * wall.columns + wall.columns)
        tiles.forget_from(last - first)
        for place in range(first, last):
            row = self.rows[place]
            online = link[row] == ONLINE
            if named:
                picture = tiles.named(place, (status[row], online, names[row], shown[row].version), cell)
            else:
                picture = tiles.plain(status[row], online, cell)
            painter.drawPixmap(*wall.place(place), picture)

    def _paint_fades(self, painter: QPainter) -> None:
        """The old looks over the new ones, as far as they are still to be seen."""
        wall, behind = self.geometry_of_wall, theme.current().tokens.base
        for place, kind, left in self.fades.under_way(monotonic()):
            if place >= len(self.rows):
                continue
            status, online = look_of(kind)
            painter.setOpacity(left)
            at = wall.place(place)
            if wall.cell >= wall_geometry.SHAPED:
                painter.drawPixmap(*at, self._tiles.plain(status, online, wall.cell))
            else:
                colour = wall_colour(STATUSES[status - 1] if status else None)
                gap = 1 if wall.cell >= wall_geometry.PATTERNED else 0
                painter.fillRect(at[0] + gap, at[1] + gap, wall.cell - gap, wall.cell - gap, behind)
                painter.fillRect(at[0] + gap, at[1] + gap, wall.cell - gap, wall.cell - gap, colour)
        painter.setOpacity(1.0)

    def _paint_selection(self, painter: QPainter) -> None:
        if not self._selected:
            return
        wall = self.geometry_of_wall
        places = [place for name in self._selected if (place := self.place_of(name)) >= 0]
        tokens = theme.current().tokens
        if len(places) <= OUTLINED:
            wide = 2 if wall.cell >= 10 else 1
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(tokens.accent, wide))
            painter.drawRects([QRect(*wall.place(place), wall.cell, wall.cell) for place in places])
            return
        tint = QColor(tokens.accent)
        tint.setAlpha(90)
        for first, last in stretches(sorted(places), wall.columns):
            left, upper = wall.place(first)
            painter.fillRect(left, upper, (last - first + 1) * wall.cell, wall.cell, tint)

    # --- pointer and keys -------------------------------------------------------------------------------------------

    def _at(self, point: QPoint) -> int:
        return self.geometry_of_wall.at(point.x(), point.y() + self.verticalScrollBar().value())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._card.hide()
        self._hover.stop()
        point = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus()
            self._pressed_at = point + QPoint(0, self.verticalScrollBar().value())
            adds = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self._before_lasso = sorted(self._selected) if adds else []
        elif event.button() == Qt.MouseButton.RightButton:
            place = self._at(point)
            if place >= 0 and self.name_at(place) not in self._selected:
                self.current = place
                self.selectionWanted.emit([self.name_at(place)], self.name_at(place))
            self.menuWanted.emit(point)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if self._pressed_at is not None:
            here = point + QPoint(0, self.verticalScrollBar().value())
            far = (here - self._pressed_at).manhattanLength() >= LASSO_FROM
            if far or self._lasso is not None:
                self._lasso = QRect(self._pressed_at, here).normalized()
                self.viewport().update()
            return
        place = self._at(point)
        if place != self._hovered:
            self._hovered = place
            self._card.hide()
            self._hover.stop()
            if place >= 0:
                self._hover.start()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed_at is None:
            return
        lasso, self._lasso, self._pressed_at = self._lasso, None, None
        kept = self._before_lasso
        if lasso is not None:
            box = self.geometry_of_wall.within(lasso.left(), lasso.top(), lasso.right(), lasso.bottom())
            names = [self.name_at(place) for place in box]
            self.selectionWanted.emit([*kept, *names], "")
        else:
            place = self._at(event.position().toPoint())
            name = self.name_at(place) if place >= 0 else ""
            self.current = place
            if not name:
                self.selectionWanted.emit(kept, "")
            elif kept and name in kept:
                self.selectionWanted.emit([other for other in kept if other != name], "")
            else:
                self.selectionWanted.emit([*kept, name], name)
        self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._at(event.position().toPoint()) >= 0:
            self.openWanted.emit()

    def leaveEvent(self, event: object) -> None:
        self._hovered = -1
        self._hover.stop()
        self._card.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        wall, key = self.geometry_of_wall, Qt.Key(event.key())
        page = max(1, self.viewport().height() // wall.cell) * wall.columns
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -wall.columns,
            Qt.Key.Key_Down: wall.columns,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -len(self.rows),
            Qt.Key.Key_End: len(self.rows),
        }
        controls = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in steps and self.rows:
            self._step(
                steps[key], adds=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier), only_moves=controls
            )
        elif key == Qt.Key.Key_Space and controls and self.current >= 0:
            name = self.current_name()
            chosen = self._selected ^ {name}
            self.selectionWanted.emit(sorted(chosen), name)
        elif key == Qt.Key.Key_Menu and self.current >= 0:
            left, upper = wall.place(self.current)
            self.menuWanted.emit(QPoint(left, upper - self.verticalScrollBar().value() + wall.cell))
        else:
            super().keyPressEvent(event)

    def _step(self, by: int, *, adds: bool, only_moves: bool) -> None:
        """Move the current square; select it, add it to what is selected, or (with Ctrl) only move."""
        columns, last = self.geometry_of_wall.columns, len(self.rows) - 1
        wanted = (last if by > columns and by > last else 0) if self.current < 0 else self.current + by
        if abs(by) == columns and not 0 <= wanted <= last:
            wanted = self.current
        self.current = max(0, min(last, wanted))
        name = self.current_name()
        if not only_moves:
            self.selectionWanted.emit([*sorted(self._selected - {name}), name] if adds else [name], name)
        self._keep_in_sight()
        self.setAccessibleDescription(self._model.cells.spoken("thing", self.rows[self.current]))
        self.viewport().update()

    def _keep_in_sight(self) -> None:
        _, upper = self.geometry_of_wall.place(self.current)
        bar, cell = self.verticalScrollBar(), self.geometry_of_wall.cell
        if upper < bar.value():
            bar.setValue(upper)
        elif upper + cell > bar.value() + self.viewport().height():
            bar.setValue(upper + cell - self.viewport().height())

    # --- the card under the pointer ---------------------------------------------------------------------------------

    def _show_card(self) -> None:
        if 0 <= self._hovered < len(self.rows):
            self._fill_card()
            wall = self.geometry_of_wall
            left, upper = wall.place(self._hovered)
            corner = QPoint(left + wall.cell + 6, upper - self.verticalScrollBar().value() + wall.cell + 6)
            self._card.show_at(corner, self.viewport().rect())

    def _fill_card(self) -> None:
        if 0 <= self._hovered < len(self.rows):
            self._card.show_thing(self.name_at(self._hovered), self._model.cells, self.rows[self._hovered])

    # --- coming and going -------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def showEvent(self, event: object) -> None:
        self.rearrange()

    def hideEvent(self, event: object) -> None:
        self._card.hide()
        self._hover.stop()

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 60)
