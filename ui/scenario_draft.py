"""A scenario that is being written: its text with all that can be undone, what was saved of it, and where that is."""

import re
from pathlib import Path as FilePath
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import QPlainTextDocumentLayout

from simulator.scenario.problems import Path

_KEY: Final = r"""(?:name:[ \t]*|[ \t]*["'{, ]*"name"[ \t]*:[ \t]*)"""
_NAME: Final = re.compile(rf"""^{_KEY}["']?([A-Za-z0-9_-]{{1,64}})["']?""", re.MULTILINE)
_SEPARATORS: Final = str.maketrans("\u2029", "\n")


def name_in(text: str) -> str:
    """Return the name that a scenario's text gives itself, from a look at its lines alone; "" if it gives none."""
    found = _NAME.search(text)
    return found[1] if found else ""


class ScenarioDraft(QObject):
    """One scenario. `name` is the one it was saved under, "" before that; `path` is None for one that has no file.

    The text is a QTextDocument: form and text both change it, so that one undo serves both.
    """

    changed = Signal()

    def __init__(self, name: str, text: str, path: FilePath | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.path = path
        self.is_builtin = False
        self.trouble = ""  # why its file could not be read; its text is then what was known before
        self.on_disk: str | None = None  # what the file says now, if somebody else changed it while this was edited
        self.saved = text
        self.document = QTextDocument(self)
        self.document.setDocumentLayout(QPlainTextDocumentLayout(self.document))
        self.document.setPlainText(text)
        self.document.contentsChanged.connect(self.changed)

    @property
    def text(self) -> str:
        """What is written now."""
        return self.document.toRawText().translate(_SEPARATORS)  # toPlainText makes blanks of no-break spaces

    @property
    def is_dirty(self) -> bool:
        """Whether something is written that was not saved."""
        return not self.is_builtin and (self.text != self.saved or not self.name)

    @property
    def title(self) -> str:
        """What lists call it: its name, or of one that was never saved the one it gives itself."""
        return self.name or name_in(self.text) or "?"

    def write(self, text: str, *, join: bool = False) -> None:
        """Put another text in the place of this one, as one change that can be undone; what is the same stays.

        With `join` it is undone together with the change before.
        """
        old = self.text
        if text == old:
            return
        most = min(len(old), len(text))
        first = next((at for at in range(most) if old[at] != text[at]), most)
        last = 0
        while last < most - first and old[-1 - last] == text[-1 - last]:
            last += 1
        cursor = QTextCursor(self.document)
        cursor.setPosition(_units(old[:first]))
        cursor.setPosition(_units(old[: len(old) - last]), QTextCursor.MoveMode.KeepAnchor)
        if join:
            cursor.joinPreviousEditBlock()
        else:
            cursor.beginEditBlock()
        cursor.insertText(text[first : len(text) - last])
        cursor.endEditBlock()

    def set(self, path: Path, value: object, *, join: bool = False) -> None:
        """Write a value where it belongs; None takes its key out."""
        from ui.scenario_edits import delete_key, set_value  # a YAML reader, which the start can do without

        text = delete_key(self.text, path) if value is None else set_value(self.text, path, value)
        self.write(text, join=join)

    def take(self, text: str) -> None:
        """The file says this now: it is the text, and there is nothing unsaved. What was written can be undone to."""
        self.write(text)
        self.saved = text
        self.on_disk = None
        self.trouble = ""


def _units(text: str) -> int:
    """Return how many positions a text takes in a QTextDocument, which counts in UTF-16."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
