"""The chips and the filter field say the same: a click on a chip writes what it stands for into the field."""

from PySide6.QtCore import QObject

from ui.chips import ALL, ChipBar
from ui.chips_more import WARNING, MoreChips
from ui.filter_edit import FilterEdit
from ui.fleet_filter import Filter, tokens_of, with_links, with_statuses, with_warning
from ui.status_style import LINKS, STATUSES


class ChipFilter(QObject):
    """Between the field, which decides what is shown, and the chips, which follow it."""

    def __init__(self, field: FilterEdit, chips: ChipBar, more: MoreChips, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._chips = chips
        self._more = more
        chips.picked.connect(self.pick)
        chips.excluded.connect(self.exclude)
        more.picked.connect(self._pick_more)
        for chip in more.chips.values():
            chip.excluded.connect(self._exclude_more)

    def show_checked(self, wanted: Filter) -> None:
        """Check the chips that a filter speaks of."""
        self._chips.show_checked(wanted.statuses())
        self._more.show_checked(wanted.links(), warned=wanted.wants_warnings)

    def pick(self, code: int, add: bool) -> None:
        """Write into the filter field what a chip stands for: only this, or (with Ctrl) this too or no longer."""
        chosen = set(self._field.current.statuses() or ())
        if code == ALL:
            chosen = set()
        elif add:
            chosen ^= {code}
        else:
            chosen = set() if chosen == {code} else {code}
        self._field.setText(with_statuses(self._field.text(), chosen))

    def exclude(self, code: int) -> None:
        """Write into the filter field that this status is not wanted."""
        word = "none" if code == 0 else STATUSES[code - 1].value.lower()
        self._exclude(f"status:{word}")

    def _exclude(self, word: str) -> None:
        kept = [each for each in tokens_of(self._field.text()) if each not in (word, f"-{word}")]
        self._field.setText(" ".join([*kept, f"-{word}"]))

    def _pick_more(self, code: int, add: bool) -> None:
        text, wanted = self._field.text(), self._field.current
        if code == WARNING:
            self._field.setText(with_warning(text, not wanted.wants_warnings))
            return
        chosen = set(wanted.links() or ())
        chosen = chosen ^ {code} if add else set() if chosen == {code} else {code}
        self._field.setText(with_links(text, chosen))

    def _exclude_more(self, code: int) -> None:
        self._exclude("warning:yes" if code == WARNING else f"link:{LINKS[code].value}")
