"""Light and dark switch live: after a switch every pixel is as in a window that began in that scheme."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from simulator.config import WindowOptions
from tests.gui.conftest import Opened, window_on
from tests.support.full_window import PAGES, fill, full_engine, settle, show
from ui import activity_log, theme
from ui.banner import Problem, Severity
from ui.main_window import MainWindow
from ui.theme import ThemeChoice

SHEETS = ("palette", "keys", "banners", "drawer", "welcome")
OPTIONS = WindowOptions(things=0, seed=42)


@pytest.fixture(autouse=True)
def still(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing blinks, and new jobs and what is told have the same ids and times each time."""
    flash = qapp.cursorFlashTime()
    qapp.setCursorFlashTime(0)
    monkeypatch.setattr("ui.job_ids.secrets.token_hex", lambda _size: "0123cafe")
    monkeypatch.setattr(activity_log, "time", SimpleNamespace(**{**vars(time), "strftime": lambda *_: "12:00:00"}))
    yield
    qapp.setCursorFlashTime(flash)
    theme.current().choose(ThemeChoice.LIGHT)


def stand_still(opened: Opened) -> None:
    """Stop what moves by itself."""
    window = opened.window
    window.page.stop()
    window.page.resort()  # no word of for how long the order has been held
    window.heartbeat.stop()


def bring(opened: Opened, qtbot: Any, what: str) -> None:
    """A page, or a sheet over the fleet page."""
    window = opened.window
    if what in PAGES:
        show(opened, qtbot, what)
        return
    show(opened, qtbot, "table")
    if what == "palette":
        opened.trigger("act.app.palette")
    elif what == "keys":
        opened.trigger("act.app.keys")
    elif what == "drawer":
        opened.trigger("act.app.activity")
    elif what == "welcome":
        window.welcome()
    else:
        for severity in (Severity.ERROR, Severity.WARNING, Severity.INFO):
            problem = Problem(
                kind=severity.value, severity=severity, sentence="So it is.", fix_text="Mend", fix=lambda: None
            )
            window.banners.tell(problem)
    settle()


def put_away(opened: Opened, what: str) -> None:
    window = opened.window
    if what == "palette":
        window.palette_sheet.close_palette()
    elif what == "keys":
        window.shortcut_sheet.close_sheet()
    elif what == "drawer":
        opened.trigger("act.app.activity")
    elif what == "banners":
        for kind in window.banners.kinds():
            window.banners.withdraw(kind)
    elif what == "welcome":
        window.go_to("fleet")


def picture(window: MainWindow) -> QImage:
    """The window above its status bar, whose rates are other ones each time."""
    return window.grab(window.rect().adjusted(0, 0, 0, -window.status_bar.height())).toImage()


def pictures(
    opened: Opened, qtbot: Any, first: ThemeChoice, then: ThemeChoice, *, what: tuple[str, ...]
) -> dict[str, QImage]:
    """Every page in `then`, after all of them were built and shown in `first`."""
    fill(opened)
    for page in what:
        bring(opened, qtbot, page)
        put_away(opened, page)
    theme.current().choose(then)
    stand_still(opened)
    found = {}
    for page in what:
        bring(opened, qtbot, page)
        stand_still(opened)
        settle()
        found[page] = picture(opened.window)
        put_away(opened, page)
    return found


@pytest.mark.parametrize("then", [ThemeChoice.DARK, ThemeChoice.LIGHT])
def test_after_a_switch_no_pixel_differs_from_a_fresh_start(
    qt_loop: asyncio.AbstractEventLoop, qtbot: Any, tmp_path: Path, then: ThemeChoice
) -> None:
    first = ThemeChoice.LIGHT if then is ThemeChoice.DARK else ThemeChoice.DARK
    seen = []
    for start in (first, then):
        theme.current().choose(start)
        with window_on(qt_loop, qtbot, tmp_path / start.value, OPTIONS, full_engine()) as opened:
            seen.append(pictures(opened, qtbot, start, then, what=(*PAGES, *SHEETS)))
    switched, fresh = seen
    if place := os.environ.get("LOOK"):
        for page in fresh:
            switched[page].save(f"{place}/{then.value}-{page}-switched.png")
            fresh[page].save(f"{place}/{then.value}-{page}-fresh.png")
    different = {page: where for page in fresh if (where := difference(switched[page], fresh[page]))}
    assert different == {}


def difference(one: QImage, other: QImage) -> str:
    """Where two pictures differ, "" if nowhere."""
    if one == other:
        return ""
    places = [
        QPoint(x, y) for y in range(one.height()) for x in range(one.width()) if one.pixel(x, y) != other.pixel(x, y)
    ]
    box = QRect(places[0], places[0])
    for place in places:
        box = box.united(QRect(place, place))
    return f"{len(places)} pixels in {box.width()}x{box.height()}+{box.left()}+{box.top()}"
