"""What is dragged from one place of the window to another: a scenario of the list, or things of the fleet."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QMimeData

SCENARIO: Final = "application/x-thing-simulator-scenario"
THINGS: Final = "application/x-thing-simulator-things"
MOST_NAMED: Final = 1000
"""So many names go along as text, for other programs; inside the window all do."""


def of_scenario(name: str) -> QMimeData:
    """A scenario of the list, by its name."""
    data = QMimeData()
    data.setData(SCENARIO, name.encode())
    data.setText(name)
    return data


def of_things(names: Sequence[str]) -> QMimeData:
    """Things of the fleet, by their names."""
    data = QMimeData()
    data.setData(THINGS, "\n".join(names).encode())
    data.setText("\n".join(names[:MOST_NAMED]))
    return data


def is_taken_along(data: QMimeData) -> bool:
    """Whether it comes from another place of the window."""
    return data.hasFormat(SCENARIO) or data.hasFormat(THINGS)


def scenario_in(data: QMimeData) -> str:
    """The scenario that is dragged; "" if it is something else."""
    return bytes(data.data(SCENARIO).data()).decode() if data.hasFormat(SCENARIO) else ""


def things_in(data: QMimeData) -> list[str]:
    """The things that are dragged; none if it is something else."""
    return bytes(data.data(THINGS).data()).decode().splitlines() if data.hasFormat(THINGS) else []
