"""Filters made from what a cell says: "status = FAILED" and "not this"; and the menu that offers them."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu

from ui.fleet_cells import Cells
from ui.fleet_columns import title
from ui.fleet_filter import tokens_of
from ui.fleet_store import FleetStore

AT_LEAST: Final = frozenset({"ack", "msgs"})  # nobody looks for exactly this many
LONGEST: Final = 40  # characters of a value in a menu


def token(key: str, store: FleetStore, cells: Cells, row: int) -> str:
    """The filter's word for what a cell says, "" where that is nothing."""
    if key == "status":
        return f"status:{str(cells.raw(key, row)).lower() or 'none'}"
    if key == "updated":
        return ""
    if key in AT_LEAST:
        number: float = cells.raw(key, row)
        return f"{key}>={round(number)}" if number else ""
    text = store.shown[row].firmware if key == "fw" else str(cells.raw(key, row))
    if not text or '"' in text:
        return ""
    return f'{key}:"{text}"' if any(letter in text for letter in ' ,*"') else f"{key}:{text}"


def only(text: str, word: str) -> str:
    """The filter with this word; what it said of the same column before is gone."""
    key = word.split(":")[0].split(">")[0]
    kept = [each for each in tokens_of(text) if not each.startswith((f"{key}:", f"{key}=", f"{key}>"))]
    return " ".join([*kept, word])


def without(text: str, word: str) -> str:
    """The filter without what this word stands for."""
    return " ".join([*(each for each in tokens_of(text) if each != word), f"-{word}"])


def add_choices(menu: QMenu, key: str, store: FleetStore, cells: Cells, row: int, text: str,
                show: Callable[[str], None]) -> None:  # fmt: skip
    """Put "Filter: …", "…not this" and "Copy cell" at the top of a menu."""
    tr = QCoreApplication.translate
    word = token(key, store, cells, row)
    first = menu.actions()[0] if menu.actions() else None
    value = str(cells.raw(key, row))
    choices: list[tuple[str, str, Callable[[], None]]] = []
    if word:
        said = word.split(":", 1)[-1].strip('"') if key != "status" else value or "none"
        said = said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"
        says = tr("Fleet", "Filter: %1 = %2") if ":" in word else tr("Fleet", "Filter: %2")
        says = says.replace("%2", said).replace("%1", title(key)).replace("&", "&&")
        choices.append(("filter.only", says, lambda: show(only(text, word))))
        choices.append(("filter.not", tr("Fleet", "…not this"), lambda: show(without(text, word))))
    if value:
        choices.append(("cell.copy", tr("Fleet", "Copy cell"), lambda: QGuiApplication.clipboard().setText(value)))
    for name, says, act in choices:
        choice = QAction(says, menu)
        choice.setObjectName(f"act.{name}")
        choice.triggered.connect(lambda _=False, act=act: act())
        menu.insertAction(first, choice)  # type: ignore[arg-type]
    if choices and first is not None:
        menu.insertSeparator(first)
