"""One message up close: what it was, what it means, and its payload as JSON, as it was sent, or as hex."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from simulator.feed import MessageRecord
from simulator.jobs.model import JobStatus
from ui import json_text, message_copy, status_style, theme
from ui import message_words as words
from ui.json_view import JsonView
from ui.segment_button import NarrowButton, SegmentButton

PAYLOAD_HEIGHT: Final = 48  # at least
NO_BREAK: Final = "\u00a0"  # a space at which no line ends: "55 B" stays together
COPIES: Final = ("json", "mosquitto", "python")


class MessageView(QWidget):
    """Shows the message it is given. `mqtt_address` goes into what is copied."""

    copied = Signal(str)  # which kind

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("msgView")
        self.mqtt_address = ""
        self.current_job = ""  # the one whose id topics go without
        self._message: MessageRecord | None = None
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
        self._pretty_button.setChecked(True)
        modes = QButtonGroup(self)
        modes.addButton(self._pretty_button)
        modes.addButton(self._raw_button)
        modes.buttonToggled.connect(self._show_payload)
        self.copy_button = NarrowButton(self.tr("Copy as"), self)
        self.copy_button.setObjectName("msgCopyButton")
        self.copy_button.setAccessibleName(self.tr("Copy this message as"))
        self.copy_button.setMenu(self.copy_menu(self))
        for label in (self._facts, self._note):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self._pretty_button)
        top.addWidget(self._raw_button)
        top.addStretch()
        top.addWidget(self.copy_button)
        bottom = QHBoxLayout()
        bottom.addWidget(self._partial, 1)
        bottom.addWidget(self._all_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self._facts)
        layout.addWidget(self._note)
        layout.addWidget(self.text, 1)
        layout.addLayout(bottom)

    def copy_menu(self, parent: QWidget) -> QMenu:
        """The ways in which a message can be copied."""
        menu = QMenu(parent)
        menu.setObjectName("msgCopyMenu")
        texts = {
            "json": self.tr("JSON"),
            "mosquitto": self.tr("mosquitto_pub line"),
            "python": self.tr("Python snippet"),
        }
        for kind in COPIES:
            action = menu.addAction(texts[kind])
            action.setObjectName(f"act.msg.copy.{kind}")
            action.triggered.connect(lambda _=False, kind=kind: self.copy(kind))
        return menu

    def copy(self, kind: str) -> None:
        """Put the message into the clipboard as "json", "mosquitto" or "python"."""
        if self._message is None:
            return
        match kind:
            case "mosquitto":
                text = message_copy.as_mosquitto_pub(self._message, self.mqtt_address)
            case "python":
                text = message_copy.as_python(self._message, self.mqtt_address)
            case _:
                text = message_copy.as_json(self._message)
        QGuiApplication.clipboard().setText(text)
        self.copied.emit(kind)

    def show_message(self, message: MessageRecord | None) -> None:
        """Look at a message, or at none."""
        if message is not None and message == self._message:
            return
        self._message = message
        self._shows_all = False
        has_one = message is not None
        for widget in (self._pretty_button, self._raw_button, self.copy_button, self._facts):
            widget.setEnabled(has_one)
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
        height = self.copy_button.sizeHint().height() + PAYLOAD_HEIGHT + 20
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
        is_part = len(payload) > json_text.LARGE_BYTES and not self._shows_all
        if is_part:
            text = json_text.first_part(payload)
            said = self.tr("The first %1 of %2.").replace("%1", words.size_text(json_text.FIRST_BYTES))
            self._partial.setText(said.replace("%2", words.size_text(len(payload))))
        else:
            text = json_text.pretty(payload) if self._pretty_button.isChecked() else json_text.raw(payload)
        self._partial.setVisible(is_part)
        self._all_button.setVisible(is_part)
        self.text.setPlaceholderText(self.tr("The payload is empty.") if self._message is not None else "")
        self.text.show_text(text, is_json=not is_part and json_text.is_text(payload))

    def restyle(self) -> None:
        """After a change of scheme, or of the message."""
        tokens = theme.current().tokens
        refused = self._message is not None and words.is_rejected(self._message)
        failed = status_style.paint_of(JobStatus.FAILED).glyph
        note = failed if refused else tokens.text
        for label, colour in ((self._facts, tokens.secondary), (self._note, note), (self._partial, tokens.secondary)):
            palette = label.palette()
            palette.setColor(label.foregroundRole(), colour)
            label.setPalette(palette)
