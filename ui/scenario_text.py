"""A scenario as text: line numbers, colours, and a mark at every line in which something is wrong."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QMimeData, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QPlainTextDocumentLayout, QPlainTextEdit, QTextEdit, QToolTip, QWidget

from simulator.jobs.model import JobStatus
from simulator.scenario.file_bounds import MAX_BYTES
from simulator.scenario.problems import Problem
from ui import status_style, theme
from ui.json_view import DARK, LIGHT, LONG_LINE, use_fixed_font
from ui.scenario_draft import ScenarioDraft

MARK: Final = 12  # pixels of the shape beside a line with a mistake
MOST_LINES: Final = 200  # that are underlined
MOST_COLOURED: Final = 5000  # lines of a text that has colours
_TOKEN: Final = re.compile(
    r'(?P<text>"(?:[^"\\]|\\.)*"?|\'[^\']*\'?)(?P<colon>\s*:(?=\s|$))?'
    r"|(?P<comment>(?:^|(?<=\s))#.*$)"
    r"|(?P<key>[A-Za-z_$][\w.\- ]*?(?=\s*:(?:\s|$)))"
    r"|(?P<number>(?<![\w.-])-?\d+(?:\.\d+)?(?![\w.-]))"
    r"|(?P<word>(?<![\w-])(?:true|false|null)(?![\w-]))"
)


class ScenarioHighlighter(QSyntaxHighlighter):
    """Colours YAML, and so JSON, line by line."""

    def __init__(self, parent: QObject) -> None:
        """`parent` outlives every document that is coloured."""
        super().__init__(parent)
        self._formats: dict[str, QTextCharFormat] = {}
        theme.current().changed.connect(self.restyle)
        self.restyle()

    def restyle(self) -> None:
        """After a change of scheme."""
        colours = DARK if theme.current().dark else LIGHT
        for name in ("key", "text", "number", "word"):
            form = self._formats[name] = QTextCharFormat()
            form.setForeground(getattr(colours, name))
        comment = self._formats["comment"] = QTextCharFormat()
        comment.setForeground(theme.current().tokens.secondary)
        comment.setFontItalic(True)
        if self.document() is not None:
            self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        if len(text) > LONG_LINE or self.document().blockCount() > MOST_COLOURED:
            return
        for found in _TOKEN.finditer(text):
            kind = "key" if found["colon"] is not None else found.lastgroup
            if found["text"] is not None:
                kind, end = ("key" if found["colon"] is not None else "text"), found.end("text")
            else:
                end = found.end()
            self.setFormat(found.start(), end - found.start(), self._formats[kind or "text"])


class Gutter(QWidget):
    """Numbers of lines; those with mistakes have a shape, and say them when pointed at."""

    def __init__(self, edit: "ScenarioText") -> None:
        super().__init__(edit)
        self.setObjectName("scenarioTextGutter")
        self._edit = edit

    def sizeHint(self) -> QSize:
        return QSize(self._edit.gutter_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._edit.paint_gutter(self, event.rect())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            line = self._edit.cursorForPosition(event.pos()).blockNumber() + 1
            QToolTip.showText(event.globalPos(), "\n".join(self._edit.sentences.get(line, ())), self)
            return True
        return super().event(event)


class ScenarioText(QPlainTextEdit):
    """Edits the text of the draft it is shown. Enter goes on at the indentation of the line before.

    `pasteRefused` comes with how many characters were not taken in.
    """

    pasteRefused = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scenarioTextEdit")
        self.setAccessibleName(self.tr("Scenario as text"))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)  # files are for the window: it says what will happen
        self.sentences: Mapping[int, Sequence[str]] = {}
        self._nothing = QTextDocument(self)
        self._nothing.setDocumentLayout(QPlainTextDocumentLayout(self._nothing))
        self._highlighter = ScenarioHighlighter(self)
        self._gutter = Gutter(self)
        use_fixed_font(self)
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._scroll_gutter)
        theme.current().changed.connect(self._gutter.update)
        self._make_room()

    def show_draft(self, draft: ScenarioDraft | None) -> None:
        """Edit this one from now on."""
        document = self._nothing if draft is None else draft.document
        if document is not self.document():
            document.setDefaultFont(self.font())
            self._highlighter.setDocument(document)
            self.setDocument(document)
            self.show_problems(())
            self._make_room()
        self.setReadOnly(draft is None or draft.is_builtin)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Mark the lines of these."""
        said: dict[int, list[str]] = {}
        for problem in problems:
            said.setdefault(problem.line, []).append(
                f"{problem.what}; {problem.mend}" if problem.mend else problem.what
            )
        self.sentences = said
        marks = []
        for line in list(said)[:MOST_LINES]:
            block = self.document().findBlockByNumber(line - 1)
            if line < 1 or not block.isValid():
                continue
            text = block.text()
            mark = QTextEdit.ExtraSelection()
            cursor = QTextCursor(block)
            cursor.setPosition(block.position() + len(text) - len(text.lstrip()))
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            form = QTextCharFormat()
            form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            form.setUnderlineColor(status_style.paint_of(JobStatus.FAILED).glyph)
            mark.cursor, mark.format = cursor, form
            marks.append(mark)
        self.setExtraSelections(marks)
        self._gutter.update()

    def go_to_line(self, line: int) -> None:
        """Put the cursor at the first word of a line, and show it."""
        block = self.document().findBlockByNumber(max(0, line - 1))
        if block.isValid():
            cursor = QTextCursor(block)
            text = block.text()
            cursor.setPosition(block.position() + len(text) - len(text.lstrip()))
            self.setTextCursor(cursor)
            self.centerCursor()
        self.setFocus()

    # --- the gutter -------------------------------------------------------------------------------------------------

    def gutter_width(self) -> int:
        """Room for the numbers and a shape."""
        digits = max(2, len(str(self.blockCount())))
        return MARK + 10 + self.fontMetrics().horizontalAdvance("9") * digits

    def _make_room(self) -> None:
        self.setViewportMargins(self.gutter_width(), 0, 0, 0)
        self._place_gutter()

    def _place_gutter(self) -> None:
        inside = self.contentsRect()
        self._gutter.setGeometry(QRect(inside.left(), inside.top(), self.gutter_width(), inside.height()))

    def _scroll_gutter(self, rect: QRect, by: int) -> None:
        if by:
            self._gutter.scroll(0, by)
        else:
            self._gutter.update(0, rect.y(), self._gutter.width(), rect.height())

    def paint_gutter(self, gutter: QWidget, rect: QRect) -> None:
        """Paint the numbers of the lines in sight."""
        tokens = theme.current().tokens
        painter = QPainter(gutter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, tokens.alternate)
        painter.setFont(self.font())
        look = status_style.LOOKS[JobStatus.FAILED]
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= rect.bottom():
            height = self.blockBoundingRect(block).height()
            line = block.blockNumber() + 1
            if line in self.sentences:
                box = QRectF(3, top + (height - MARK) / 2, MARK, MARK)
                glyph = status_style.paint_of(JobStatus.FAILED).glyph
                status_style.draw_shape(painter, look.shape, box.adjusted(1.5, 1.5, -1.5, -1.5), glyph)
            is_here = block == self.textCursor().block()
            painter.setPen(tokens.text if is_here else tokens.secondary)
            room = QRectF(MARK, top, gutter.width() - MARK - 5, height)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), str(line))
            top += height
            block = block.next()

    # --- events -----------------------------------------------------------------------------------------------------

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste: what no scenario can be is left out."""
        text = source.text()
        kept = self.document().characterCount() - len(self.textCursor().selectedText())
        if kept + len(text) > MAX_BYTES:
            self.pasteRefused.emit(len(text))
        elif text:
            self.insertPlainText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_gutter()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            use_fixed_font(self)
            self.document().setDefaultFont(self.font())
            self._make_room()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # it applies the scenario
        elif is_enter and not self.isReadOnly() and not event.modifiers():
            line = self.textCursor().block().text()[: self.textCursor().positionInBlock()]
            self.insertPlainText("\n" + line[: len(line) - len(line.lstrip(" "))])
            self.ensureCursorVisible()
        else:
            super().keyPressEvent(event)
