"""One message up close: what it was, what it means, its payload as JSON, as it was sent, or beside an earlier one."""

from typing import Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from simulator.feed import MessageRecord
from simulator.jobs.model import JobStatus
from ui import json_diff, json_text, status_style, theme
from ui import message_words as words
from ui.flow_layout import FlowLayout
from ui.json_view import JsonView
from ui.message_commands import MessageCommands, update_of, why_not_again
from ui.message_expected import Expected, Known, expected
from ui.segment_button import NarrowButton, SegmentButton

PAYLOAD_HEIGHT: Final = 48  # at least
NO_BREAK: Final = "\u00a0"  # a space at which no line ends: "55 B" stays together


class MessageView(QWidget):
    """Shows the message it is given, and compares it with the one that was before it of its kind."""

    def __init__(self, commands: MessageCommands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("msgView")
        self._commands = commands
        self.current_job = ""  # the one whose id topics go without
        self.known = Known()  # by which a message is held against what it was to be
        self._message: MessageRecord | None = None
        self._previous: MessageRecord | None = None
        self._shows_all = False
        self._facts = QLabel(self)
        self._facts.setObjectName("msgFactsLabel")
        self._facts.setWordWrap(True)
        self._note = QLabel(self)
        self._note.setObjectName("msgNoteLabel")
        self._note.setWordWrap(True)
        self.text = JsonView(self)
        self.text.setObjectName("msgPayloadText")
        self.text.setAccessibleName(self.tr("Payload"))
        self.text.setMinimumHeight(PAYLOAD_HEIGHT)
        self._partial = QLabel(self)
        self._partial.setObjectName("msgPartialLabel")
        self._partial.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._all_button = QPushButton(self.tr("Show all"), self)
        self._all_button.setObjectName("msgShowAllButton")
        self._all_button.setAccessibleName(self.tr("Show the whole payload"))
        self._all_button.clicked.connect(self._show_all)
        self._lay_out()
        theme.current().changed.connect(self.restyle)
        self.restyle()
        self.show_message(None)

    def _lay_out(self) -> None:
        self._pretty_button = SegmentButton(self.tr("Pretty"), "msgPrettyButton", self)
        self._raw_button = SegmentButton(self.tr("Raw"), "msgRawButton", self)
        self._diff_button = SegmentButton(self.tr("Diff"), "msgDiffButton", self)
        self._diff_button.setAccessibleName(self.tr("Diff with previous"))
        self._diff_button.setToolTip(self.tr("What differs from the message of the same kind before it"))
        self._expected_button = SegmentButton(self.tr("Expected"), "msgExpectedButton", self)
        self._expected_button.setAccessibleName(self.tr("Diff with expected"))
        self._expected_button.setToolTip(
            self.tr("What differs from what the scenario's step says, or from what the service was to answer")
        )
        self._pretty_button.setChecked(True)
        modes = QButtonGroup(self)
        modes.addButton(self._pretty_button)
        modes.addButton(self._raw_button)
        modes.addButton(self._diff_button)
        modes.addButton(self._expected_button)
        modes.buttonToggled.connect(self._show_payload)
        self.copy_button = NarrowButton(self.tr("Copy as"), "msgCopyButton", self)
        self.copy_button.setAccessibleName(self.tr("Copy this message as"))
        self.copy_button.setMenu(self._commands.copy_menu(lambda: self._message, self))
        self.again_button = NarrowButton(self.tr("Send again"), "msgResendButton", self)
        self.again_button.setAccessibleName(self.tr("Send this update again"))
        self.again_button.clicked.connect(self._send_again)
        for label in (self._facts, self._note):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = QWidget(self)
        self._flow = FlowLayout(self._bar, spacing=4)
        self._buttons = (*modes.buttons(), self.again_button, self.copy_button)
        for button in self._buttons:
            self._flow.addWidget(button)
        bottom = QHBoxLayout()
        bottom.addWidget(self._partial, 1)
        bottom.addWidget(self._all_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._bar)
        layout.addWidget(self._facts)
        layout.addWidget(self._note)
        layout.addWidget(self.text, 1)
        layout.addLayout(bottom)

    @property
    def message(self) -> MessageRecord | None:
        """The message that is shown."""
        return self._message

    def compare(self) -> None:
        """Show what differs from the previous message."""
        self._diff_button.setChecked(True)

    def _send_again(self) -> None:
        if self._message is not None:
            self._commands.send_again(self._message)

    def show_message(self, message: MessageRecord | None, previous: MessageRecord | None = None) -> None:
        """Look at a message, or at none; `previous` is the one before it of its kind, if it is still there."""
        if message is not None and message == self._message:
            return
        self._message, self._previous = message, previous
        self._shows_all = False
        has_one = message is not None
        modes = (self._pretty_button, self._raw_button, self._diff_button, self._expected_button)
        for widget in (*modes, self.copy_button, self._facts):
            widget.setEnabled(has_one)
        self.again_button.setEnabled(message is not None and update_of(message) is not None)
        self.again_button.setToolTip("" if message is None else why_not_again(message))
        self._note.setVisible(message is not None and bool(message.note))
        if message is None:
            self._facts.setText(self.tr("Choose a message to read it here."))
            self._facts.setToolTip("")
        else:
            self._facts.setText(self._about(message))
            self._facts.setToolTip(message.topic)
            self._note.setText(message.note)
        self.restyle()
        self._show_payload()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give both texts the height they need at this width: a splitter does not ask for it."""
        tall = self.copy_button.sizeHint().height()
        for button in self._buttons:
            button.setFixedHeight(tall)  # those that are checked and those that are pressed look alike
        self._bar.setFixedHeight(self._flow.heightForWidth(max(1, self.width())))
        height = self._bar.height() + PAYLOAD_HEIGHT + 20
        for label in (self._facts, self._note):
            label.setMinimumHeight(0)  # else it would be part of the answer
            label.setFixedHeight(max(0, label.heightForWidth(max(1, self.width()))))
            height += 0 if label.isHidden() else label.height()
        self.setMinimumHeight(height)

    def _about(self, message: MessageRecord) -> str:
        parts = [words.clock_time(message.at), words.topic_tail(message.topic, self.current_job)]
        parts.append(words.expects(message))
        if message.expected_version is None or message.version_before != message.expected_version:
            parts.append(words.versions(message))
        if message.latency_ms is not None:
            parts.append(self.tr("%1 ms").replace("%1", words.latency(message)))
        parts.append(words.size_text(len(message.payload)))
        return " · ".join(part.replace(" ", NO_BREAK) for part in parts if part)

    def _show_all(self) -> None:
        self._shows_all = True
        self._show_payload()

    def _show_payload(self) -> None:
        payload = b"" if self._message is None else self._message.payload
        self.text.setPlaceholderText(self.tr("The payload is empty.") if self._message is not None else "")
        is_large = len(payload) > json_text.LARGE_BYTES and not self._shows_all
        self._all_button.setVisible(is_large)
        if is_large:
            told = self._show_part(payload)
        elif self._diff_button.isChecked() and self._message is not None:
            told = self._show_difference(payload)
        elif self._expected_button.isChecked() and self._message is not None:
            told = self._show_unexpected(payload, expected(self._message, self.known))
        else:
            told = ""
            text = json_text.raw(payload) if self._raw_button.isChecked() else json_text.pretty(payload)
            self.text.show_text(text, is_json=json_text.is_text(payload))
        self._partial.setText(told)
        self._partial.setToolTip(told)  # in a narrow pane it is cut
        self._partial.setVisible(bool(told))

    def _show_part(self, payload: bytes) -> str:
        """The beginning of a large payload; say how much it is."""
        self.text.show_text(json_text.first_part(payload), is_json=False)
        said = self.tr("The first %1 of %2.").replace("%1", words.size_text(json_text.FIRST_BYTES))
        return said.replace("%2", words.size_text(len(payload)))

    def _show_difference(self, payload: bytes) -> str:
        """The payload beside that of the previous message; say which one that is."""
        if self._previous is None:
            self.text.show_text(json_text.pretty(payload), is_json=json_text.is_text(payload))
            return self.tr("There is no earlier message of its kind to compare it with.")
        found = json_diff.compare(self._previous.payload, payload)
        self.text.show_text(found.text, is_json=True, has_marks=True)
        time = words.clock_time(self._previous.at)
        if found.is_none:
            return self.tr("The same as the one at %1.").replace("%1", time)
        said = self.tr("Compared with the one at %1: %2 lines new, %3 gone.").replace("%1", time)
        return said.replace("%2", str(found.added)).replace("%3", str(found.removed))

    def _show_unexpected(self, payload: bytes, was_to_be: Expected | None) -> str:
        """The payload beside what it was to be; say what says so."""
        if was_to_be is None:
            self.text.show_text(json_text.pretty(payload), is_json=json_text.is_text(payload))
            return self.tr("Neither the scenario nor the service's rules say what this message was to be.")
        found = json_diff.compare(was_to_be.payload, payload)
        self.text.show_text(found.text, is_json=True, has_marks=True)
        if found.is_none:
            return self.tr("As expected by %1.").replace("%1", was_to_be.said_by)
        said = self.tr("Unlike %1, lines: %2 more, %3 missing.").replace("%1", was_to_be.said_by)
        return said.replace("%2", str(found.added)).replace("%3", str(found.removed))

    def restyle(self) -> None:
        """After a change of scheme, or of the message."""
        tokens = theme.current().tokens
        refused = self._message is not None and words.is_rejected(self._message)
        failed = status_style.paint_of(JobStatus.FAILED).glyph
        note = failed if refused else tokens.text
        for label, colour in ((self._facts, tokens.secondary), (self._note, note), (self._partial, tokens.secondary)):
            theme.tint(label, colour)
