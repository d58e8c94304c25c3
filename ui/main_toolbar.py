"""The toolbar of the main window: commands with the number of things they act on, shorter in a narrow window."""

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QToolBar, QToolButton, QWidget

from ui import icons, theme
from ui.actions import Actions

LEFT: Final = (
    "act.fleet.start", "act.fleet.stop", "act.fleet.connect", "act.fleet.disconnect", "",
    "act.fleet.scenario", "act.fleet.step", "act.fleet.manual", "", "act.job.new",
)  # fmt: skip
RIGHT: Final = ("act.fleet.add", "act.view.detail", "act.view.theme")
MENU: Final = "act.fleet.scenario"
SHORTENED: Final = (  # in a window narrower than this, these buttons leave their target to the tooltip
    (1600, ("act.fleet.scenario", "act.fleet.step", "act.fleet.manual", "act.job.new")),
    (1150, ("act.fleet.connect", "act.fleet.disconnect")),
    (850, ("act.fleet.start", "act.fleet.stop")),
)
BESIDE: Final = (  # the style's arrow hangs in the corner, below the text
    "QToolButton { padding-right: 14px; }"
    "QToolButton::menu-indicator { subcontrol-origin: padding; subcontrol-position: center right; right: 3px; }"
)


class MainToolbar(QToolBar):
    """Buttons for some of the commands, in a fixed order."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Commands"))
        self.setObjectName("mainToolBar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._actions = actions
        for action_id in LEFT:
            if action_id:
                self.addAction(actions[action_id])
            else:
                self.addSeparator()
        spacer = QWidget(self)
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spacer)
        for action_id in RIGHT:
            self.addAction(actions[action_id])
        for action_id in (*filter(None, LEFT), *RIGHT):
            button = self._button(action_id)
            button.setObjectName("mainButton_" + action_id.removeprefix("act."))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button(MENU).setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.show_words(True)
        self.restyle()

    def _button(self, action_id: str) -> QToolButton:
        button = self.widgetForAction(self._actions[action_id])
        assert isinstance(button, QToolButton)
        return button

    def show_words(self, on: bool) -> None:
        """Icons with words, or alone; those at the right are always alone."""
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(style.ToolButtonTextBesideIcon if on else style.ToolButtonIconOnly)
        for action_id in RIGHT:  # the bar has just given its own style to all
            self._button(action_id).setToolButtonStyle(style.ToolButtonIconOnly)

    def shorten(self, width: int) -> None:
        """Say as much as there is room for in a window of this width."""
        for least, ids in SHORTENED:
            self._actions.shorten(ids, short=width < least)

    def restyle(self) -> None:
        """After a change of scheme or size of text."""
        self.setIconSize(QSize(theme.px(icons.SIZE), theme.px(icons.SIZE)))
        button = self._button(MENU)
        button.setStyleSheet("")  # a widget with a style sheet of its own keeps the palette it was made with
        button.setStyleSheet(BESIDE)
