"""What the window remembers of itself from one start to the next; anything it does not understand is left alone."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QSettings

from ui import theme

if TYPE_CHECKING:
    from ui.main_window import MainWindow

logger = logging.getLogger(__name__)
LAYOUT_VERSION: Final = 1  # a remembered layout of another version is left alone
MOST_RECENT: Final = 10
FORGOTTEN: Final = ("layout", "fleet", "look/page")  # by "reset layout"


class Layout:
    """Keeps and gives back geometry, columns, sort, filter, page, scheme and the size of text; and recent files."""

    def __init__(self, window: "MainWindow", settings: QSettings) -> None:
        self._window, self._settings = window, settings
        self._at_first: dict[str, object] = {}

    def note_default(self) -> None:
        """This is how the window is when nothing is remembered; "reset layout" brings it back."""
        splitter = self._window.page.splitter
        self._at_first = {"splitter": splitter.saveState(), "size": self._window.size()}

    def remember(self) -> None:
        """Write it all down."""
        window, keep = self._window, self._settings.setValue
        header, widened = window.page.table.save_layout()
        sort = window.page.table.horizontalHeader()
        keep("layout/version", LAYOUT_VERSION)
        keep("layout/geometry", window.saveGeometry())
        keep("layout/splitter", window.page.splitter.saveState())
        keep("layout/columns", header)
        keep("layout/widened", ",".join(str(number) for number in widened))
        wanted = window.page.splitter.pane_wanted
        keep("layout/details", "" if wanted is None else int(wanted))
        keep("fleet/sort", f"{window.page.model.sorted_by},{sort.sortIndicatorOrder().value}")
        keep("fleet/filter", window.page.filter_edit.text())
        keep("fleet/view", window.page.view)
        keep("fleet/wallOrder", window.page.wall.order_by)
        keep("look/page", window.pages.current_id)
        keep("look/theme", window.presenter.choice.value)
        keep("look/text", str(window.presenter.text_zoom))
        self._settings.sync()
        if self._settings.status() is QSettings.Status.AccessError:
            logger.warning("the layout was not written to %s", self._settings.fileName())

    def recall(self) -> None:
        """Give it back."""
        value, window = self._settings.value, self._window
        if number_in(value("layout/version")) != LAYOUT_VERSION:
            return
        geometry, columns = value("layout/geometry"), value("layout/columns")
        if isinstance(geometry, QByteArray):
            window.restoreGeometry(geometry)
        if isinstance(columns, QByteArray):
            widened = str(value("layout/widened", "")).split(",")
            window.page.table.restore_layout(columns, [int(text) for text in widened if text.isdecimal()])
        details = number_in(value("layout/details"))
        window.page.splitter.show_pane(None if details is None else bool(details))
        key, _, order = str(value("fleet/sort", "")).partition(",")
        window.page.sort_by(key, descending=order == "1")
        window.page.show_text(str(value("fleet/filter", "")))
        window.page.wall_bar.pick(str(value("fleet/wallOrder", "")))
        if str(value("fleet/view", "")) == "wall":
            window.page.show_view("wall")
        zoom = _zoom(str(value("look/text", "1.0")))
        if zoom is not None:
            window.presenter.set_text(zoom, compact=window.presenter.is_compact)
        window.go_to(str(value("look/page", "fleet")))

    def reset(self) -> None:
        """Forget the layout, and show the window as it is at its first start. Scheme and size of text stay."""
        for key in FORGOTTEN:
            self._settings.remove(key)
        page = self._window.page
        page.table.reset_columns()
        page.sort_by("thing", descending=False)
        page.clear_filter()
        page.show_view("table")
        page.splitter.put_pane(None)
        page.splitter.show_pane(None)
        self._window.go_to("fleet")
        if self._at_first:
            page.splitter.restoreState(self._at_first["splitter"])  # type: ignore[arg-type]
            if not (self._window.isMaximized() or self._window.isFullScreen()):
                self._window.resize(self._at_first["size"])  # type: ignore[call-overload]
        self._settings.sync()

    # --- recent files -------------------------------------------------------------------------------------------------

    def recent(self) -> list[Path]:
        """The fleets that were opened, the newest first; those that are gone are left out."""
        paths = [Path(line) for line in str(self._settings.value("recent/fleets", "")).split("\n") if line]
        return [path for path in paths[:MOST_RECENT] if path.is_file()]

    def note_opened(self, path: Path) -> None:
        """A fleet file was opened."""
        path = path.absolute()
        paths = [path, *(each for each in self.recent() if each != path)][:MOST_RECENT]
        self._settings.setValue("recent/fleets", "\n".join(map(str, paths)))
        self._settings.setValue("recent/last", str(path))

    def last(self) -> Path | None:
        """The fleet that was open when the window was closed."""
        text = str(self._settings.value("recent/last", ""))
        return Path(text) if text and Path(text).is_file() else None


def number_in(value: object) -> int | None:
    """The number a setting holds, None if it holds none."""
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _zoom(text: str) -> float | None:
    try:
        zoom = float(text)
    except ValueError:
        return None
    return zoom if theme.LEAST_ZOOM <= zoom <= theme.MOST_ZOOM else None
