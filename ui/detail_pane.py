"""The pane that looks at one thing: its timeline, its messages, its job document."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from simulator.feed import ThingDetail

RequestDetail = Callable[[str], Awaitable[ThingDetail | None]]
StartTask = Callable[[Coroutine[Any, Any, None]], object]


class DetailPane(QWidget):
    """Shows the thing it was last told to show; asks for its detail by name."""

    def __init__(self, request_detail: RequestDetail, start_task: StartTask, parent: QWidget | None = None) -> None:
        """`start_task` runs a coroutine under the window's owner of tasks."""
        super().__init__(parent)
        self.setObjectName("detailPane")
        self.request_detail = request_detail
        self._start_task = start_task
        self._name: str | None = None
        self._title = QLabel(self.tr("Select a thing to see it here."), self)
        self._title.setObjectName("detailTitleLabel")
        self._title.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._title.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addWidget(self._title)

    def show_thing(self, name: str | None) -> None:
        """Look at this thing from now on; None looks at nothing."""
        self._name = name
        self._title.setText(self.tr("Select a thing to see it here.") if name is None else name)

    def refresh(self) -> None:
        """Called at most four times a second while the pane is visible and the shown thing changed."""
