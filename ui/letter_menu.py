"""A menu whose letters are its own: they go through its entries, and none reaches a command behind it."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu


class LetterMenu(QMenu):
    """Menus over the table and the wall are of this kind.

    The single keys of the commands belong to what has the focus, and an open menu leaves the focus where it was:
    without this, S in the menu of scenarios would end the selected executions instead of going to the
    scenarios that begin with an s.
    """

    def event(self, event: QEvent) -> bool:
        """Take every key before a shortcut can."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A letter or digit goes to the next entry that begins with it, once more to the one after; none is chosen."""
        letter = event.text().casefold()
        if not letter.isalnum():
            super().keyPressEvent(event)
            return
        entries = [each for each in self.actions() if each.isVisible() and each.isEnabled() and not each.isSeparator()]
        active = self.activeAction()
        here = entries.index(active) + 1 if active in entries else 0
        for entry in entries[here:] + entries[:here]:
            if entry.text().replace("&", "").casefold().startswith(letter):
                self.setActiveAction(entry)
                return
