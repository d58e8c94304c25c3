"""A button whose slot fails, and who tells of it."""

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ui.app import ErrorTeller
from ui.banner import BannerStack


def failing_button(qtbot: QtBot) -> tuple[BannerStack, ErrorTeller, QPushButton]:
    """Return where errors are shown, who shows them once it is the exception hook, and the button."""
    stack = BannerStack()
    qtbot.addWidget(stack)
    tell = ErrorTeller()
    tell.banner = stack.tell
    button = QPushButton()
    qtbot.addWidget(button)
    button.clicked.connect(lambda: 1 / 0)
    return stack, tell, button
