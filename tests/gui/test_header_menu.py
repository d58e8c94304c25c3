"""The header's menu: what it offers for the column under the pointer, before the list of all columns."""

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from tests.gui.conftest import Opened
from ui.fleet_columns import title


def menu_of(opened: Opened, key: str) -> QMenu:
    """Right-click on a column's title."""
    table = opened.window.page.table
    header = table.horizontalHeader()
    number = opened.window.page.model.column(key)
    header.customContextMenuRequested.emit(QPoint(header.sectionViewportPosition(number) + 5, 5))
    (menu,) = (each for each in opened.window.findChildren(QMenu, "fleetColumnsMenu") if each.isVisible())
    return menu


def do(menu: QMenu, what: str) -> None:
    found = menu.findChild(QAction, f"act.header.{what}")
    assert found is not None
    found.trigger()
    menu.close()


def test_a_column_is_hidden_and_undo_shows_it_again(opened: Opened) -> None:
    number = opened.window.page.model.column("job")
    do(menu_of(opened, "job"), "hide")
    assert opened.window.page.table.isColumnHidden(number)
    opened.trigger("act.app.undo")
    assert not opened.window.page.table.isColumnHidden(number)


def test_rows_are_sorted_by_it_both_ways(opened: Opened) -> None:
    model = opened.window.page.model
    do(menu_of(opened, "thing"), "sortDown")
    assert model.shown_names() == ["thing-00003", "thing-00002", "thing-00001"]
    do(menu_of(opened, "thing"), "sortUp")
    assert model.shown_names() == ["thing-00001", "thing-00002", "thing-00003"]


def test_it_is_fitted_to_its_words(opened: Opened) -> None:
    table, number = opened.window.page.table, opened.window.page.model.column("thing")
    table.setColumnWidth(number, 400)
    do(menu_of(opened, "thing"), "fit")
    assert table.columnWidth(number) < 200


def test_the_column_of_names_is_not_hidden_and_every_entry_names_its_column(opened: Opened) -> None:
    menu = menu_of(opened, "thing")
    assert not menu.findChild(QAction, "act.header.hide").isEnabled()
    assert menu.actions()[0].text() == f"Sort by {title('thing')}, the smallest first"
    assert menu.actions()[4].isSeparator()
    menu.close()
