"""Brings a live order of the things up to date now and then, unless someone is reading the rows."""

from time import monotonic

from ui import wall_order
from ui.fleet_model import FleetModel
from ui.fleet_store import FleetStore
from ui.fleet_table import FleetTable
from ui.wall_view import WallView


class OrderKeeper:
    """While it holds an order that is out of date, `held_seconds` says for how long."""

    def __init__(self, store: FleetStore, model: FleetModel, table: FleetTable, wall: WallView) -> None:
        self._store = store
        self._model = model
        self._table = table
        self._wall = wall
        self._held_since: float | None = None
        self.menu_open = False  # the order is held while a menu is open

    @property
    def held_seconds(self) -> int | None:
        """How long an order has been held; None if it is not."""
        return None if self._held_since is None else int(monotonic() - self._held_since)

    def keep(self, now: float, *, on_wall: bool) -> None:
        """Once a second: order anew what is live and shown, or hold it."""
        if not self._store.frozen:
            self._keep_wall(on_wall=on_wall)
        if self._store.frozen or not self._model.is_live or self._model.is_settled():
            self._held_since = None
        elif self.menu_open or self._table.is_being_read():
            self._held_since = self._held_since or now
        else:
            self.resort()

    def resort(self) -> None:
        """Bring the rows into their order now."""
        self.release()
        self._model.rearrange()

    def release(self) -> None:
        """The order is another one, or of another moment: nothing is held any more."""
        self._held_since = None

    def follow_moment(self, *, on_wall: bool) -> None:
        """Order anew what is live, for another moment of the past."""
        self.release()
        if self._model.is_live:
            self._model.rearrange()
        self._keep_wall(on_wall=on_wall)

    def _keep_wall(self, *, on_wall: bool) -> None:
        if on_wall and self._wall.order_by in wall_order.LIVE:
            self._wall.rearrange()
