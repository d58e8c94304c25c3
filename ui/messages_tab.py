"""The Messages tab: the table, searching in it, and the chosen message below or beside it."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from simulator.feed import MessageRecord, TransitionRecord
from ui import icons, theme
from ui import message_words as words
from ui.message_commands import MessageCommands
from ui.message_model import MessageModel
from ui.message_table import MessageTable
from ui.message_view import MessageView
from ui.new_messages import NewMessagesButton
from ui.numbers import grouped

SEARCH_WIDTH: Final = 20  # characters: it shares a row with the tabs
SHORT_SEARCH: Final = 10
ROOMY: Final = 68  # characters of room from which tabs and a whole search field have a row together


class MessagesTab(QWidget):
    """Shows a ring of messages; the newest is read along until a person chooses one."""

    def __init__(self, commands: MessageCommands | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("msgTab")
        self.commands = commands or MessageCommands(self)
        self._found: list[int] = []
        self._chosen: MessageRecord | None = None  # what a person chose to read; else the newest is shown
        self.model = MessageModel(self)
        self.table = MessageTable(self.model, self)
        self.table.setMinimumHeight(72)
        self.view = MessageView(self.commands, self)
        self.search_edit = QLineEdit(self)
        self.search_edit.setObjectName("msgSearchEdit")
        self.search_edit.setAccessibleName(self.tr("Search in messages"))
        self.search_edit.setPlaceholderText(self.tr("Search ( / )"))
        self.search_edit.setClearButtonEnabled(True)
        self.search_edit.setToolTip(self.tr("Search in topic, payload and note; Enter goes to the next"))
        self._search_icon = self.search_edit.addAction(
            icons.icon("filter", size=16), QLineEdit.ActionPosition.LeadingPosition
        )
        self._found_label = QLabel(self)
        self._found_label.setObjectName("msgFoundLabel")
        self._found_label.hide()
        self._dropped_label = QLabel(self)
        self._dropped_label.setObjectName("msgDroppedLabel")
        self._dropped_label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._dropped_label.hide()
        self.new_button = NewMessagesButton(self.table, "msgNewButton")
        self._empty = QLabel(self.tr("No messages yet."), self.table.viewport())
        self._empty.setObjectName("msgEmptyLabel")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self._connect()
        self.restyle()

    def _lay_out(self) -> None:
        self.search_bar = QWidget(self)  # the pane puts it beside the tabs
        top = QHBoxLayout(self.search_bar)
        top.setContentsMargins(8, 0, 0, 3)
        top.setSpacing(8)
        top.addWidget(self.search_edit)
        self.search_edit.setFixedWidth(self.fontMetrics().averageCharWidth() * SEARCH_WIDTH)
        upper = QWidget(self)
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.table, 1)
        below = QHBoxLayout()
        below.setSpacing(12)
        below.addWidget(self._dropped_label, 1)
        below.addWidget(self._found_label)
        column.addLayout(below)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.setObjectName("msgSplitter")
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(upper)
        self.splitter.addWidget(self.view)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.splitter)
        self.table.viewport().installEventFilter(self)

    def _connect(self) -> None:
        self.table.selectionModel().currentRowChanged.connect(self._look)
        self.table.selectionModel().selectionChanged.connect(self._look)
        self.table.unseenChanged.connect(self.new_button.show_count)
        self.table.searchWanted.connect(self.focus_search)
        self.table.nextWanted.connect(self.find_next)
        self.table.menuWanted.connect(self._open_menu)
        self.table.openWanted.connect(lambda: self.view.text.setFocus(Qt.FocusReason.OtherFocusReason))
        self.commands.openWanted.connect(self.read)
        self.commands.compareWanted.connect(self._compare)
        self.commands.findWanted.connect(self._find_like)
        self.new_button.clicked.connect(self.table.scroll_to_newest)
        self.search_edit.textChanged.connect(self._seek)
        self.search_edit.installEventFilter(self)
        theme.current().changed.connect(self.restyle)

    # --- showing ----------------------------------------------------------------------------------------------------

    def show_messages(self, messages: Sequence[MessageRecord], dropped: int, current_job: str = "") -> None:
        """The thing's ring as it is now; topics go without the id of its current job."""
        self.view.current_job = current_job
        self.model.show(messages, dropped, current_job)
        text = self.tr("%1 older messages were dropped.").replace("%1", grouped(dropped))
        self._dropped_label.setText(text)
        self._dropped_label.setVisible(dropped > 0)
        self._empty.setVisible(not messages)
        if self.search_edit.text():
            self._find()
        self._look()

    def clear(self) -> None:
        """Another thing is looked at."""
        self.model.clear()
        self._dropped_label.hide()
        self._empty.hide()
        self._chosen = None
        self.view.show_message(None)

    def choose(self, transition: TransitionRecord) -> None:
        """Go to the message that brought a transition about."""
        rows = range(self.model.rowCount())
        if not rows:
            return

        def distance(row: int) -> tuple[bool, float]:
            message = self.model.message(row)
            brought = message.version_after == transition.version != message.version_before
            return (not brought, abs(message.at - transition.at))

        self.table.go_to(min(rows, key=distance))

    def read(self, message: object) -> None:
        """Go to a message, if it is still there."""
        assert isinstance(message, MessageRecord)
        row = self.model.row_of(message)
        if row >= 0:
            self.table.go_to(row)
            self.table.setFocus()

    def _compare(self, message: object) -> None:
        self.read(message)
        self.view.compare()

    def _find_like(self, message: object) -> None:
        """Seek what is of the same kind, and go to the next of it."""
        assert isinstance(message, MessageRecord)
        self.read(message)
        self.search_edit.setText(words.kind(message, self.model.current_job))
        self.find_next()

    def set_room(self, width: int) -> None:
        """So much room there is for tabs and search together: where it is little, the search field is short."""
        characters = SEARCH_WIDTH if width >= self.fontMetrics().averageCharWidth() * ROOMY else SHORT_SEARCH
        self.search_edit.setFixedWidth(self.fontMetrics().averageCharWidth() * characters)
        self.search_edit.setPlaceholderText(self.tr("Search ( / )") if characters == SEARCH_WIDTH else "/")

    def set_wide(self, wide: bool) -> None:
        """The chosen message beside the table, or under it."""
        self.splitter.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)

    def _look(self) -> None:
        """Show the chosen message, even after the ring has dropped it; while none is chosen, the newest."""
        rows = [index.row() for index in self.table.selectionModel().selectedRows()]
        current = self.table.current_row()
        if rows:
            self._chosen = self.model.message(current if current in rows else rows[0])
        elif self._chosen is not None and self.model.holds(self._chosen) and not self.table.is_dropping:
            self._chosen = None
        last = self.model.rowCount() - 1
        newest = self.model.message(last) if last >= 0 else None
        shown = self._chosen or newest
        self.view.show_message(shown, None if shown is None else self.model.previous_of(shown))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.table.viewport() and isinstance(event, QResizeEvent):
            self._empty.setGeometry(self.table.viewport().rect())
            self.new_button.place()
        elif watched is self.search_edit and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
                event.accept()  # it leaves the search, and is no command of the window's
                return True
            return event.type() == QEvent.Type.KeyPress and self._search_key(event)
        return False

    # --- searching --------------------------------------------------------------------------------------------------

    def focus_search(self) -> None:
        """To the search field, its text selected."""
        self.search_edit.setFocus()
        self.search_edit.selectAll()

    def _search_key(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.find_next(backwards=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.search_edit.clear()
            self.table.setFocus()
            return True
        return False

    def _seek(self) -> None:
        self._find()
        if self._found and self.table.current_row() not in self._found:
            self.find_next()

    def _find(self) -> None:
        text = self.search_edit.text()
        self._found = self.model.seek(text)
        self._found_label.setVisible(bool(text))
        self._tell_found()

    def find_next(self, *, backwards: bool = False) -> None:
        """Go to the next message that holds what is sought; after the last comes the first."""
        if not self._found:
            return
        row = self.table.current_row()
        if backwards:
            target = next((found for found in reversed(self._found) if found < row), self._found[-1])
        else:
            target = next((found for found in self._found if found > row), self._found[0])
        self.table.go_to(target)
        self._tell_found()

    def _tell_found(self) -> None:
        row = self.table.current_row()
        if not self._found:
            self._found_label.setText(self.tr("not found"))
        elif row in self._found:
            text = self.tr("%1 of %2").replace("%1", grouped(self._found.index(row) + 1))
            self._found_label.setText(text.replace("%2", grouped(len(self._found))))
        else:
            self._found_label.setText(self.tr("%1 found").replace("%1", grouped(len(self._found))))

    # --- looks and menus --------------------------------------------------------------------------------------------

    def _open_menu(self, at: QPoint) -> None:
        if self.table.current_row() < 0:
            return
        menu = self.commands.menu(self.model.message(self.table.current_row()), self, is_open=True)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.table.viewport().mapToGlobal(at))

    def restyle(self) -> None:
        """After a change of scheme."""
        tokens = theme.current().tokens
        self._search_icon.setIcon(icons.icon("filter", tokens.secondary, 16))
        for label in (self._found_label, self._dropped_label, self._empty):
            theme.tint(label, tokens.secondary)
