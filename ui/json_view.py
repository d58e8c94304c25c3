"""A read-only text of JSON in the fixed font, with colours for its keys and values and parts that can be folded."""

import re
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextDocument,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from ui import json_diff, json_fold, theme
from ui.json_fold import FoldMargin
from ui.json_text import LARGE_BYTES

LONG_LINE: Final = 10_000  # characters: a longer line is left without colours


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonColours:
    """At least 4.5:1 on the base colour of their scheme."""

    key: QColor
    text: QColor
    number: QColor
    word: QColor


LIGHT: Final = JsonColours(
    key=QColor("#0650D2"), text=QColor("#066257"), number=QColor("#8A4B00"), word=QColor("#711F86")
)
DARK: Final = JsonColours(
    key=QColor("#7CC0FF"), text=QColor("#8FD9B6"), number=QColor("#FFC98A"), word=QColor("#E9A8DF")
)
_TOKEN: Final = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<text>"(?:[^"\\]|\\.)*"?)'
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<word>\b(?:true|false|null)\b)"
)


class JsonHighlighter(QSyntaxHighlighter):
    """Colours JSON line by line. Switch `is_on` off for what is no JSON or too long."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.is_on = True
        self.has_marks = False  # lines begin with what a comparison found of them
        self._formats: dict[str, QTextCharFormat] = {}
        theme.current().changed.connect(self.restyle)
        self.restyle()

    def restyle(self) -> None:
        """After a change of scheme."""
        colours = DARK if theme.current().dark else LIGHT
        for name in ("key", "text", "number", "word"):
            form = self._formats[name] = QTextCharFormat()
            form.setForeground(getattr(colours, name))
        tokens = theme.current().tokens
        for mark, ground in ((json_diff.ADDED, tokens.success[1]), (json_diff.REMOVED, tokens.error[1])):
            form = self._formats[mark] = QTextCharFormat()
            form.setBackground(ground)
        if self.is_on:
            self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        if not self.is_on or len(text) > LONG_LINE:
            return
        if self.has_marks and text[:2] in self._formats:
            self._highlight_tokens(text, self._formats[text[:2]])
        else:
            self._highlight_tokens(text, None)

    def _highlight_tokens(self, text: str, ground: QTextCharFormat | None) -> None:
        if ground is not None:
            self.setFormat(0, len(text), ground)
        for found in _TOKEN.finditer(text):
            assert found.lastgroup is not None
            form = self._formats[found.lastgroup]
            if ground is not None:
                form = QTextCharFormat(form)
                form.setBackground(ground.background())
            self.setFormat(found.start(), found.end() - found.start(), form)


class JsonView(QPlainTextEdit):
    """Shows a text that can be selected and copied, never changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.highlighter = JsonHighlighter(self.document())
        self.folds = FoldMargin(self)
        self.folds.hide()
        self._use_fixed_font()

    def show_text(self, text: str, *, is_json: bool = True, has_marks: bool = False) -> None:
        """Show a text from its beginning; the same text again leaves the scroll position and the selection alone.

        With `has_marks` it is a comparison, whose lines begin with what was found of them.
        """
        highlighter, wants_colours = self.highlighter, is_json and len(text) <= LARGE_BYTES
        if (text, wants_colours, has_marks) == (self.toPlainText(), highlighter.is_on, highlighter.has_marks):
            return
        highlighter.is_on, highlighter.has_marks = wants_colours, has_marks
        self.setPlainText(text)
        lines = text.split("\n") if wants_colours and not has_marks else []
        self.folds.show_parts(json_fold.parts(lines) if len(lines) <= json_fold.MOST_LINES else {})
        has_folds = len(self.folds.parts) > 1  # the whole alone is not worth it
        self.folds.setVisible(has_folds)
        self.setViewportMargins(self.folds.sizeHint().width() if has_folds else 0, 0, 0, 0)
        self._place_folds()

    def _place_folds(self) -> None:
        box = self.contentsRect()
        self.folds.setGeometry(box.left(), box.top(), self.folds.sizeHint().width(), self.viewport().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_folds()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() == "-" and self.folds.parts:
            self.folds.fold_all()
        elif event.text() == "+" and self.folds.parts:
            self.folds.unfold_all()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.folds.folded:
            return
        painter = QPainter(self.viewport())
        painter.setPen(theme.current().tokens.secondary)
        painter.setFont(self.font())
        for line in self.folds.folded:
            block = self.document().findBlockByNumber(line)
            if block.isVisible():
                place = self.folds.place_of(block)
                left = place.left() + block.layout().lineAt(0).naturalTextWidth() + self.document().documentMargin()
                painter.drawText(QPointF(left, place.top() + painter.fontMetrics().ascent()), self.folds.closing(line))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self._use_fixed_font()

    def _use_fixed_font(self) -> None:
        use_fixed_font(self)


def use_fixed_font(edit: QPlainTextEdit) -> None:
    """Give an editor the system's fixed font at the size of the program's; code goes from left to right everywhere."""
    edit.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    owner = edit.parentWidget()
    size = (owner or edit).font().pointSizeF()
    if size > 0:
        font.setPointSizeF(size)
    edit.setFont(font)
