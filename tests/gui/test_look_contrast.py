"""Contrast as it is on the screen, pixel by pixel: text 4.5:1, bars 3:1; and pictures that are sharp at every scale."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QFont, QImage
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from simulator.config import WindowOptions
from tests.gui.conftest import Opened
from tests.gui.test_status_style import contrast
from tests.support import look
from tests.support.full_window import PAGES, fill, full_engine, show
from tests.support.gui import FakeEngine
from ui import icons, status_style, theme
from ui.banner import Problem, Severity
from ui.chips import Chip
from ui.theme import ThemeChoice

SCHEMES = (ThemeChoice.LIGHT, ThemeChoice.DARK)
TEXT, BAR = 4.5, 3.0
SMOOTHED = 0.93  # of the contrast asked for: strokes of a pixel are smoothed, so few pixels have all of their colour


@pytest.fixture(params=SCHEMES)
def scheme(request: pytest.FixtureRequest, qapp: QApplication) -> Any:
    theme.current().choose(request.param)
    yield request.param
    theme.current().choose(ThemeChoice.LIGHT)


@pytest.fixture
def options(scheme: ThemeChoice) -> WindowOptions:
    return WindowOptions(things=0, seed=42)


@pytest.fixture
def engine(scheme: ThemeChoice) -> FakeEngine:
    return full_engine()


def measured(image: QImage) -> float:
    """The contrast between the commonest colour of a picture, its ground, and what stands out from it most."""
    plain = image.convertToFormat(QImage.Format.Format_ARGB32)
    counts = Counter(memoryview(plain.constBits()).cast("I"))  # pixels of four bytes: there are no gaps between rows
    ground = QColor(counts.most_common(1)[0][0])
    return max(contrast(QColor(each), ground) for each in counts)


def test_pills_can_be_read(scheme: ThemeChoice, qapp: QApplication) -> None:
    font = QFont(qapp.font())
    for code, status in enumerate(status_style.STATUSES, 1):
        width = status_style.pill_width(font, 40)
        picture = status_style.pixmaps().pill(code, width, 40, 2.0, font).toImage()
        inner = picture.copy(picture.rect().adjusted(picture.height() // 2, 8, -picture.height() // 2, -8))
        assert measured(inner) >= TEXT, status


@pytest.mark.parametrize("page", PAGES)
def test_every_word_of_labels_can_be_read(opened: Opened, qtbot: Any, scheme: ThemeChoice, page: str) -> None:
    fill(opened)
    show(opened, qtbot, page)
    for severity in Severity:
        opened.window.banners.tell(Problem(kind=severity.value, severity=severity, sentence="So it is."))
    faint = []
    for widget in look.visible(opened.window):
        if isinstance(widget, QLabel | Chip) and widget.isEnabled() and not widget.visibleRegion().isEmpty():
            if isinstance(widget, QLabel) and not widget.text().strip():
                continue
            seen = measured(seen_of(opened.window, widget))
            if seen < TEXT * SMOOTHED:
                faint.append(f"{look.described(widget, opened.window)}: {seen:.1f}")
    assert "\n".join(faint) == ""


def seen_of(window: QWidget, widget: QWidget) -> QImage:
    frame = widget.visibleRegion().boundingRect()
    margin = 4 if isinstance(widget, Chip) else 0
    frame = frame.adjusted(3 * margin, margin, -3 * margin, -margin)
    return window.grab(QRect(widget.mapTo(window, frame.topLeft()), frame.size())).toImage()


def test_rows_of_the_table_can_be_read_selected_or_not(opened: Opened, qtbot: Any, scheme: ThemeChoice) -> None:
    fill(opened)
    show(opened, qtbot, "table")
    table, model = opened.window.page.table, opened.window.page.model
    table.select_names([model.name(1)])
    picture = table.viewport().grab().toImage()
    for row in range(3):  # plain, selected, plain with the other ground
        for key in ("thing", "ver", "fw", "job", "scenario"):
            cell = table.visualRect(model.index(row, model.column(key))).adjusted(6, 3, -3, -3)
            assert measured(picture.copy(cell)) >= TEXT * SMOOTHED, (row, key)


def test_bars_stand_out_from_their_track(opened: Opened, qtbot: Any, scheme: ThemeChoice) -> None:
    fill(opened)
    show(opened, qtbot, "table")
    table, model = opened.window.page.table, opened.window.page.model
    picture = table.viewport().grab().toImage()
    measured_bars = 0
    for row in range(16):
        cell = table.visualRect(model.index(row, model.column("progress")))
        middle = cell.center().y()
        colours = {picture.pixel(x, middle) for x in range(cell.left() + 9, cell.left() + 60)}
        if len(colours) == 2:  # the bar and its track
            one, other = (QColor(each) for each in colours)
            assert contrast(one, other) >= BAR, row
            measured_bars += 1
    assert measured_bars >= 3


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_icons_and_pills_are_drawn_in_the_screens_own_pixels(qapp: QApplication, scale: float) -> None:
    pill = status_style.pixmaps().pill(4, 100, 20, scale, QFont(qapp.font()))
    icon = icons.pixmap("fleet", theme.current().tokens.text, 20, scale)
    assert (pill.size(), pill.devicePixelRatio()) == (QSize(round(100 * scale), round(20 * scale)), scale)
    assert (icon.size(), icon.devicePixelRatio()) == (QSize(round(20 * scale), round(20 * scale)), scale)
    if scale > 1:  # it was not blown up from a smaller picture
        blown_up = icons.pixmap("fleet", theme.current().tokens.text, 20, 1.0).toImage().scaled(icon.size())
        assert icon.toImage() != blown_up


@pytest.mark.parametrize("scale", ["1.5", "2"])
def test_nothing_is_cut_at_a_larger_scale(scale: str) -> None:
    checks = "tests/gui/test_look_fits.py::test_every_page_fits_the_smallest_window"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", checks],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
