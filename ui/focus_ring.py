"""A ring around the list, text or area that has the keyboard: the style shows it of buttons and fields only."""

from typing import Final

import shiboken6
from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from ui import theme
from ui.fleet_table import FleetTable
from ui.timeline_canvas import TimelineCanvas
from ui.wall_view import WallView

WIDTH: Final = 2
KINDS: Final = (QAbstractScrollArea, TimelineCanvas)
OWN: Final = (FleetTable,)  # it marks the row that has it


class Ring(QWidget):
    """Lies over the widget it is around, and lets the pointer through."""

    def __init__(self, around: QWidget) -> None:
        super().__init__(around)
        self.setObjectName("focusRing")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setGeometry(around.rect())
        around.installEventFilter(self)
        theme.current().changed.connect(self.update)
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QPen(theme.current().tokens.accent, WIDTH))
        inset = WIDTH / 2
        painter.drawRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset))


class FocusRings(QObject):
    """Follows the focus through the program's windows."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    def _follow(self, old: QWidget | None, now: QWidget | None) -> None:
        if old is not None and shiboken6.isValid(old):  # it may be losing the focus because it is being taken apart
            for ring in old.findChildren(Ring, options=Qt.FindChildOption.FindDirectChildrenOnly):
                ring.hide()
                ring.deleteLater()
        is_mute = isinstance(now, KINDS) and not isinstance(now, OWN)
        if isinstance(now, WallView):  # it has the focus from the start; one who came by keys is shown where
            is_mute = now.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        if now is not None and is_mute and now.window().windowType() is not Qt.WindowType.Popup:
            Ring(now)
