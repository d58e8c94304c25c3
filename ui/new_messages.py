"""The button over a view that one has scrolled up: how many messages came since, and the way down to them."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QAbstractScrollArea, QPushButton

from ui import icons, theme
from ui.numbers import grouped


class NewMessagesButton(QPushButton):
    """Lies at the lower end of `view`, in its middle; hidden while there is nothing new."""

    def __init__(self, view: QAbstractScrollArea, name: str) -> None:
        super().__init__(view)
        self.setObjectName(name)
        self.setIconSize(QSize(14, 14))
        self._view = view
        theme.current().changed.connect(self.restyle)
        self.restyle()
        self.hide()

    def show_count(self, count: int) -> None:
        """So many came; 0 hides the button."""
        self.setText(self.tr("New messages: %1").replace("%1", grouped(count)))
        self.setAccessibleName(self.tr("Go to %1 new messages").replace("%1", grouped(count)))
        self.setVisible(count > 0)
        self.place()

    def place(self) -> None:
        """Go where the view's lower end is now."""
        self.adjustSize()
        area = self._view.viewport().geometry()
        self.move(area.center().x() - self.width() // 2, area.bottom() - self.height() - 8)
        self.raise_()

    def restyle(self) -> None:
        """After a change of scheme."""
        self.setIcon(icons.icon("down", size=14))
