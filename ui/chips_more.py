"""The second row of chips, folded until asked for: the states of the line, and things with something amiss."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.chips import Chip
from ui.flow_layout import FlowLayout
from ui.status_style import LINKS, link_word

WARNING: Final = len(LINKS)  # the code of the chip after those of the links


class MoreChip(Chip):
    """A chip whose code is that of a link, or WARNING."""

    def __init__(self, code: int, parent: QWidget | None = None) -> None:
        super().__init__(0, parent)
        self.code = code
        self.word = self.tr("Has warning") if code == WARNING else link_word(LINKS[code])
        self.setObjectName("fleetChip_" + ("warning" if code == WARNING else LINKS[code].value))
        self.setAccessibleName("")
        self.set_counts(0, None)
        tip = self.tr("Firmware that is not the job's, a line in error, broken or lost; filter with warning:yes")
        self.setToolTip(tip if code == WARNING else f"link:{LINKS[code].value}")


class MoreChips(QWidget):
    """Says what was picked; the filter text decides what is checked."""

    picked = Signal(int, bool)  # code, whether to add to (or take from) what is checked

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetMoreChips")
        self.setAccessibleName(self.tr("Filter by line and warnings"))
        layout = FlowLayout(self)
        self.chips: dict[int, Chip] = {}
        for code in (*range(len(LINKS)), WARNING):
            chip = self.chips[code] = MoreChip(code, self)
            chip.picked.connect(self.picked)
            layout.addWidget(chip)
        self.hide()

    def show_counts(self, links: Sequence[int], warned: int) -> None:
        """Counts of the whole fleet."""
        for code, count in enumerate(links):
            self.chips[code].set_counts(count, None)
        self.chips[WARNING].set_counts(warned, None)

    def show_checked(self, links: frozenset[int] | None, *, warned: bool) -> None:
        """Check what the filter is down to."""
        for code, chip in self.chips.items():
            chip.setChecked(warned if code == WARNING else links is not None and code in links)
