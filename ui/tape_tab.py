"""The Tape tab: the tape, the way back to its bottom, and its export as a picture or as text."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QFileDialog, QMenu, QVBoxLayout, QWidget

from simulator.feed import MessageRecord, TransitionRecord
from ui import mistake_check, tape_rows, theme
from ui.letter_menu import LetterMenu
from ui.line_history import Outage
from ui.message_commands import MessageCommands
from ui.new_messages import NewMessagesButton
from ui.tape_view import TapeHead, TapeView


class TapeTab(QWidget):
    """Shows a ring of messages as a sequence."""

    def __init__(self, commands: MessageCommands | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tapeTab")
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # lanes have the thing at the left everywhere
        self.commands = commands or MessageCommands(self)
        self.view = TapeView(self)
        self._head = TapeHead(self.view)
        self.new_button = NewMessagesButton(self.view, "tapeNewButton")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.view)
        self.new_button.clicked.connect(self.view.scroll_to_newest)
        self.view.unseenChanged.connect(self.new_button.show_count)
        self.view.measured.connect(self.new_button.place)
        self.view.menuWanted.connect(self._open_menu)
        self.view.opened.connect(self.commands.openWanted)
        self.view.copyWanted.connect(lambda: self.commands.copy(self.view.current_message()))

    def show_messages(
        self,
        messages: Sequence[MessageRecord],
        current_job: str,
        thing: str,
        timeline: Sequence[TransitionRecord] = (),
        outages: Sequence[Outage] = (),
    ) -> None:
        """The thing's ring as it is now; by the timeline the answers to mistakes are compared with predictions."""
        self.view.thing = thing
        checks = mistake_check.checks(messages, timeline, thing)
        self.view.show_rows(tape_rows.rows(messages, current_job, checks, outages))
        self._head.update()

    def clear(self) -> None:
        """Another thing is looked at."""
        self.view.show_rows([])
        self.new_button.hide()

    # --- elsewhere --------------------------------------------------------------------------------------------------

    def menu(self) -> QMenu:
        """What can be done with the chosen message, and with the tape."""
        message = self.view.current_message()
        menu = LetterMenu(self) if message is None else self.commands.menu(message, self)
        menu.setObjectName("tapeMenu")
        menu.addSeparator()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, text, act in (
            ("svg", self.tr("Save as SVG…"), lambda: self._ask("svg")),
            ("png", self.tr("Save as PNG…"), lambda: self._ask("png")),
            ("mermaid", self.tr("Copy as Mermaid"), self.copy_mermaid),
        ):
            action = menu.addAction(text)
            action.setObjectName(f"act.tape.{name}")
            action.triggered.connect(lambda _=False, act=act: act())
        return menu

    def copy_mermaid(self) -> None:
        """The tape as text, to the clipboard."""
        QGuiApplication.clipboard().setText(tape_rows.mermaid(self.view.rows, self.view.thing or "thing"))

    def save(self, path: Path) -> bool:
        """Save the whole tape as a picture, by the path's ending; return whether it could be written."""
        size = QSize(self.view.viewport().width(), self.view.full_height())
        if path.suffix == ".svg":
            from PySide6.QtSvg import QSvgGenerator

            generator = QSvgGenerator()
            generator.setFileName(str(path))
            generator.setSize(size)
            generator.setViewBox(QRect(QPoint(0, 0), size))
            painter = QPainter()
            if not painter.begin(generator):
                return False
            self._paint_whole(painter, size)
            return painter.end() and path.exists()
        image = QImage(size * 2, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(2.0)
        painter = QPainter(image)
        self._paint_whole(painter, size)
        painter.end()
        return image.save(str(path))

    def _paint_whole(self, painter: QPainter, size: QSize) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRect(QPoint(0, 0), size), theme.current().tokens.base)
        painter.setFont(self.view.font())
        self.view.paint_head(painter)
        painter.translate(0, self.view.head_height())
        self.view.paint_rows(painter, 0, size.height())

    def _ask(self, ending: str) -> None:
        dialog = QFileDialog(self, self.tr("Save the tape"), f"tape.{ending}", f"*.{ending}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.save(Path(name)))
        dialog.open()

    def _open_menu(self, at: QPoint) -> None:
        self.menu().popup(self.view.viewport().mapToGlobal(at))
