"""What a command on the fleet page is for: the selected things, or all that the filter shows."""

from collections.abc import Sequence

from ui.fleet_model import FleetModel
from ui.fleet_store import UNENDED, FleetStore
from ui.fleet_table import FleetTable


class Targets:
    """Answers by name, and by number where that is asked for several times a second."""

    def __init__(self, store: FleetStore, model: FleetModel, table: FleetTable) -> None:
        self._store = store
        self._model = model
        self._table = table

    def named(self) -> tuple[list[str], bool]:
        """The things that a command is for, and whether they are a selection: else all that the filter shows."""
        chosen = self._table.selected_names()
        return (chosen, True) if chosen else (self._model.shown_names(), False)

    def count(self) -> tuple[int, bool]:
        """How many things a command is for, and whether they are a selection."""
        chosen = self._table.selected_count()
        return (chosen, True) if chosen else (self._model.rowCount(), False)

    def working(self) -> list[str]:
        """Those of the targets that have an execution under way."""
        return [name for name in self.named()[0] if self._store.is_working(name)]

    def working_count(self) -> int:
        """How many of the targets have an execution under way; asked for five times a second."""
        store, rows = self._store, self._rows()
        if len(rows) == len(store) and not store.frozen:
            return sum(store.status_counts[code] for code in UNENDED)
        return store.working_now(rows)

    def _rows(self) -> Sequence[int]:
        """The store's rows of the targets."""
        return self._table.selected_rows() or self._model.order

    def scenarios(self) -> set[str]:
        """The scenarios that the targets have."""
        scenario = self._store.scenario
        return {scenario[row] for row in self._rows()}

    def all_manual(self) -> bool:
        """Whether every thing that a command is for is in manual mode."""
        shown, rows = self._store.shown, self._rows()
        return bool(rows) and all(shown[row].manual for row in rows)
