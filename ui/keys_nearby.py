"""Single keys that also work where a click has taken the focus away from the table: in the transport, in the pane."""

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QWidget

from ui.actions import Actions

REWINDING: Final = ("act.rewind.live", "act.rewind.back", "act.rewind.forward", "act.rewind.play")
BY_HAND: Final = (  # none that ends an execution
    "act.fleet.next",
    "act.fleet.manual",
    "act.fleet.wrong",
    "act.fleet.connect",
    "act.fleet.disconnect",
)


def share(actions: Actions, action_ids: Iterable[str], place: QWidget) -> None:
    """Let the keys of these commands work within a place, too; fields in it keep what is typed."""
    for action_id in action_ids:
        for keys in actions[action_id].shortcuts():
            shortcut = QShortcut(keys, place)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(actions[action_id].trigger)
