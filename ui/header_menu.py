"""What the header's menu offers for the one column under the pointer: sorting, fitting, hiding."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from ui import fleet_columns
from ui.fleet_columns import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.fleet_table import FleetTable


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("HeaderMenu", text)


def put_in_front(menu: QMenu, table: "FleetTable", number: int) -> None:
    """Put what can be done with a column before what is in the menu already."""
    name = fleet_columns.title(COLUMNS[number].key) or COLUMNS[number].key
    first = menu.actions()[0]

    def add(what: str, text: str, act: "Callable[[], None]") -> QAction:
        action = QAction(text.replace("%1", name), menu)
        action.setObjectName(f"act.header.{what}")
        action.triggered.connect(lambda _=False: act())
        menu.insertAction(first, action)
        return action

    add("sortUp", tr("Sort by %1, the smallest first"), lambda: table.sortByColumn(number, Qt.SortOrder.AscendingOrder))
    add(
        "sortDown",
        tr("Sort by %1, the largest first"),
        lambda: table.sortByColumn(number, Qt.SortOrder.DescendingOrder),
    )
    add("fit", tr("Fit %1 to its words"), lambda: table.fit_column(number))
    hide = add("hide", tr("Hide %1"), lambda: table.show_column(number, False))
    hide.setEnabled(COLUMNS[number].key != "thing")
    menu.insertSeparator(first)
