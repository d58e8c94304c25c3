"""What lies under that which is held over the window: things a scenario is given to, a report to be compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from ui.fleet_page import FleetPage


@dataclass(frozen=True, slots=True)
class Aim:
    """Where something would be dropped. With `compares`, on a report."""

    things: Sequence[str] = ()
    compares: bool = False


NOWHERE = Aim()


def aim_at(fleet: "FleetPage", current: QWidget | None, at: QPoint) -> Aim:
    """Return what lies at a point of the screen, `current` being the page in front."""
    return Aim(things_at(fleet, at), bool(getattr(current, "can_compare", False)))


def things_at(page: "FleetPage", at: QPoint) -> list[str]:
    """Return the thing whose row or square lies at a point of the screen, or if it is selected all that are.

    Empty where there is none, or where the page is not in sight.
    """
    if not page.isVisible():
        return []
    name = _name_at(page, at)
    selected = page.table.selected_names()
    if name in selected:
        return selected
    return [name] if name else []


def _name_at(page: "FleetPage", at: QPoint) -> str:
    if page.wall.isVisible():
        inside = page.wall.viewport().mapFromGlobal(at)
        return page.wall.name_under(inside) if page.wall.viewport().rect().contains(inside) else ""
    viewport = page.table.viewport()
    inside = viewport.mapFromGlobal(at)
    index = page.table.indexAt(inside) if viewport.rect().contains(inside) else None
    return page.model.name(index.row()) if index is not None and index.isValid() else ""
