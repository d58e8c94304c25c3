"""An editor for a job document: colours, the place of a mistake underlined, and no paste that could never be sent."""

import re
from typing import Final

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from simulator.jobs import limits
from simulator.jobs.model import JobStatus
from ui import status_style
from ui.json_view import JsonHighlighter, use_fixed_font
from ui.taken_along import is_taken_along

MOST_BYTES: Final = 2 * limits.JOB_DOCUMENT_BYTES  # no paste goes beyond it; up to it a text can be cut down by hand
_PLACE: Final = re.compile(r"line (\d+), column (\d+)")


class DocumentEdit(QPlainTextEdit):
    """`edited` tells of another text, `pasteRefused` how many bytes were not taken in, `fileDropped` a file's path."""

    edited = Signal()  # the text is another; `textChanged` comes for new colours too
    pasteRefused = Signal(int)
    fileDropped = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self.highlighter = JsonHighlighter(self.document())
        use_fixed_font(self)
        corner = QWidget(self)  # between the scroll bars; the style would fill it with what it frames fields with
        corner.setAutoFillBackground(True)
        corner.setBackgroundRole(QPalette.ColorRole.Base)
        self.setCornerWidget(corner)
        self._noted = ""
        self.textChanged.connect(self._note)

    def _note(self) -> None:
        text = self.toPlainText()
        if text != self._noted:
            self._noted = text
            self.edited.emit()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Text and files; things and scenarios of the window are no part of a document, though they are text too."""
        return not is_taken_along(source) and super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste and drop both come here."""
        if source.hasUrls() and (path := source.urls()[0].toLocalFile()):
            self.fileDropped.emit(path)
            return
        size = source.data("text/plain").size() if source.hasFormat("text/plain") else len(source.text())
        kept = self.document().characterCount() - len(self.textCursor().selectedText())
        if kept + size > MOST_BYTES:
            self.pasteRefused.emit(size)
            return
        super().insertFromMimeData(source)

    def replace_text(self, text: str) -> None:
        """Put another text in the place of all there is, as an edit, so that Ctrl+Z brings back what it replaced."""
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        cursor.setPosition(0)
        self.setTextCursor(cursor)

    def mark_mistake(self, sentence: str) -> None:
        """Underline the place that a sentence names as line and column; with none, underline nothing."""
        marks = []
        found = _PLACE.search(sentence)
        block = self.document().findBlockByNumber(int(found[1]) - 1) if found else None
        if found and block is not None and block.isValid():
            cursor = QTextCursor(block)
            cursor.setPosition(block.position() + min(int(found[2]) - 1, max(0, block.length() - 1)))
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            if not cursor.hasSelection():
                cursor.movePosition(QTextCursor.MoveOperation.StartOfBlock, QTextCursor.MoveMode.KeepAnchor)
            mark = QTextEdit.ExtraSelection()
            form = QTextCharFormat()
            form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            form.setUnderlineColor(status_style.paint_of(JobStatus.FAILED).glyph)
            mark.cursor, mark.format = cursor, form
            marks.append(mark)
        self.setExtraSelections(marks)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # it creates the job
        else:
            super().keyPressEvent(event)
