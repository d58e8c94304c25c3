"""The fleet page's last line: how many things, in which order, and a button that brings a held order up to date."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from ui import theme
from ui.numbers import counted, grouped


class FleetFooter(QWidget):
    """`resortWanted` comes from the button, which is there while an order is held."""

    resortWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = QLabel(self)
        self._label.setObjectName("fleetFooterLabel")
        self._resort = QPushButton(self.tr("Re-sort"), self)
        self._resort.setObjectName("fleetResortButton")
        self._resort.setAccessibleName(self.tr("Sort the rows again"))
        self._resort.setFlat(False)
        self._resort.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        holds = self._resort.sizePolicy()
        holds.setRetainSizeWhenHidden(True)
        self._resort.setSizePolicy(holds)
        self._resort.hide()
        self._resort.clicked.connect(self.resortWanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 4, 0)
        layout.addWidget(self._label, 1)
        layout.addWidget(self._resort)

    def show_words(self, shown: int, total: int, chosen: int, sorted_by: str, held_seconds: int | None) -> None:
        """Say so; `sorted_by` is a column's title, "" where there are no columns."""
        count = (
            counted(total, self.tr("1 thing"), self.tr("%n things"))
            if shown == total
            else self.tr("%1 of %2 things").replace("%1", grouped(shown)).replace("%2", grouped(total))
        )
        parts = [count]
        if chosen:
            parts.append(self.tr("%1 selected").replace("%1", grouped(chosen)))
        if sorted_by:
            parts.append(self.tr("sorted by %1").replace("%1", sorted_by))
        if held_seconds is not None:
            parts.append(self.tr("order held for %1 s").replace("%1", str(held_seconds)))
        self._label.setText(" · ".join(parts))
        self._resort.setVisible(held_seconds is not None)

    def restyle(self) -> None:
        """After a change of scheme."""
        theme.tint(self._label, theme.current().tokens.secondary)
