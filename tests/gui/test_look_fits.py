"""Every word fits its place: in the smallest window, with longer words, from right to left, before an audience."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from simulator.config import WindowOptions
from tests.gui.conftest import Opened
from tests.support import look
from tests.support.full_window import PAGES, fill, full_engine, show
from tests.support.gui import FakeEngine
from ui import status_style, theme
from ui.fleet_delegates import PADDING, PILL_HEIGHT
from ui.theme import ThemeChoice


class LongerWords(QTranslator):
    """Makes every word that is translated two fifths longer, as German or Finnish would."""

    def isEmpty(self) -> bool:  # noqa: N802  Qt's own
        return False

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        more = max(2, round(len(text) * 0.4))
        return text + " " + " ".join("óéíöü"[: min(5, more - start)] for start in range(0, more, 6))


@pytest.fixture
def words(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    """How words are: "usual", "longer" or "mirrored"."""
    kind = getattr(request, "param", "usual")
    translator = LongerWords()
    if kind == "longer":
        QCoreApplication.installTranslator(translator)
    if kind == "mirrored":
        qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield kind
    QCoreApplication.removeTranslator(translator)
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    theme.current().resize(1.0)
    theme.current().choose(ThemeChoice.LIGHT)


@pytest.fixture
def options(words: str) -> WindowOptions:
    return WindowOptions(things=0, seed=42)


@pytest.fixture
def engine(words: str) -> FakeEngine:
    return full_engine()


def busy(opened: Opened, qtbot: Any, page: str, size: tuple[int, int]) -> None:
    """A fleet at work, in a window of this size, and the page in front."""
    opened.window.resize(*size)
    fill(opened)
    show(opened, qtbot, page)


def faults(opened: Opened) -> str:
    """What does not fit, a line each."""
    window = opened.window
    if place := os.environ.get("LOOK"):
        window.grab().save(f"{place}/{os.environ['PYTEST_CURRENT_TEST'].split('::')[1].split()[0]}.png")
    table = window.page.table
    pill = status_style.pill_width(table.font(), theme.px(PILL_HEIGHT))
    if table.columnWidth(window.page.model.column("status")) - PADDING < pill:
        return "a status is cut"
    found = [look.cut_texts(window), look.clipped(window), look.scrolled_sideways(window), look.cut_headers(window)]
    found.append(look.overlapping(window))
    return "\n".join(line for lines in found for line in lines)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_fits_the_smallest_window(opened: Opened, qtbot: Any, page: str) -> None:
    busy(opened, qtbot, page, (1024, 640))
    assert (opened.window.width(), opened.window.height()) == (1024, 640)
    assert faults(opened) == ""


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("words", ["longer", "mirrored"], indirect=True)
def test_longer_and_mirrored_words_fit(opened: Opened, qtbot: Any, page: str, words: str) -> None:
    busy(opened, qtbot, page, (1280, 720))
    assert (opened.window.width(), opened.window.height()) == (1280, 720)
    assert faults(opened) == ""


@pytest.mark.parametrize("page", PAGES)
def test_presenter_mode_fits(opened: Opened, qtbot: Any, page: str, words: str) -> None:
    busy(opened, qtbot, page, (1280, 720))
    opened.window.presenter.enter()
    show(opened, qtbot, page)
    assert (opened.window.width(), opened.window.height()) == (1280, 720)
    assert faults(opened) == ""
