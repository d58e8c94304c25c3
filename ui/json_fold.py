"""Folding of indented JSON: which lines open a part and where it ends, and the margin where one clicks to fold it."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QTextBlock
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from ui import theme

WIDTH: Final = 14  # of the margin
MOST_LINES: Final = 20_000  # of a longer text nothing is folded
ARROW: Final = 7


def parts(lines: Sequence[str]) -> dict[int, int]:
    """Map each line that opens an object or array of more than one line to the line that closes it."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for number, line in enumerate(lines):
        if line.lstrip()[:1] in ("}", "]") and opened:
            found[opened.pop()] = number
        if line.endswith(("{", "[")):
            opened.append(number)
    return {start: end for start, end in found.items() if end > start + 1}


class FoldMargin(QWidget):
    """Belongs to a text of one block a line, which gives it room at its left."""

    def __init__(self, edit: QPlainTextEdit) -> None:
        super().__init__(edit)
        self.setObjectName("jsonFoldMargin")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(self.tr("Click to fold or unfold; - folds all, + unfolds all"))
        self._edit = edit
        self.parts: dict[int, int] = {}
        self.folded: set[int] = set()
        edit.updateRequest.connect(lambda _rect, _dy: self.update())
        theme.current().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(WIDTH), 0)

    def show_parts(self, found: dict[int, int]) -> None:
        """Another text is shown, with these parts and nothing folded."""
        self.parts, self.folded = found, set()
        self.update()

    # --- folding ----------------------------------------------------------------------------------------------------

    def toggle(self, line: int) -> None:
        """Fold the part that a line opens, or unfold it."""
        if line in self.parts:
            self.folded ^= {line}
            self._apply()

    def fold_all(self) -> None:
        """Fold every part but the whole."""
        self.folded = set(self.parts) - {0}
        self._apply()

    def unfold_all(self) -> None:
        """Show every line."""
        self.folded = set()
        self._apply()

    def _apply(self) -> None:
        document = self._edit.document()
        shown_from = 0
        block = document.begin()
        while block.isValid():
            number = block.blockNumber()
            block.setVisible(number >= shown_from)
            if number >= shown_from and number in self.folded:
                shown_from = self.parts[number] + 1  # the closing bracket is drawn behind the opening one
            block = block.next()
        document.markContentsDirty(0, document.characterCount())
        layout = document.documentLayout()
        layout.documentSizeChanged.emit(layout.documentSize())
        self._edit.viewport().update()
        self.update()

    def closing(self, line: int) -> str:
        """What is drawn behind a folded line: how much it hides, and its closing bracket."""
        end = self.parts[line]
        bracket = self._edit.document().findBlockByNumber(end).text().strip()
        return self.tr(" … %1 lines … ").replace("%1", str(end - line - 1)) + bracket

    # --- drawing and clicking ---------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        block = self._edit.cursorForPosition(event.position().toPoint()).block()
        if event.button() == Qt.MouseButton.LeftButton:
            self.toggle(block.blockNumber())

    def place_of(self, block: QTextBlock) -> QRectF:
        """Where the line of a block is, in the coordinates of the text's viewport."""
        edit = self._edit
        return edit.blockBoundingGeometry(block).translated(edit.contentOffset())

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current().tokens
        painter = QPainter(self)
        painter.fillRect(event.rect(), tokens.base)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens.secondary, 1.4))
        block = self._edit.firstVisibleBlock()
        side = theme.px(ARROW) / 2
        while block.isValid():
            place = self.place_of(block)
            if place.top() > self.height():
                return
            if block.isVisible() and block.blockNumber() in self.parts:
                x, y = self.width() / 2, place.center().y()
                tip = QPointF(side / 2, 0) if block.blockNumber() in self.folded else QPointF(0, side / 2)
                across = QPointF(tip.y(), tip.x()) * 2
                middle = QPointF(x, y)
                painter.drawPolyline(QPolygonF([middle - tip - across, middle + tip, middle - tip + across]))
            block = block.next()
