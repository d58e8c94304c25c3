"""The things under what is held over the window: a scenario that is dropped on them is given to them."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint

if TYPE_CHECKING:
    from ui.fleet_page import FleetPage


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
