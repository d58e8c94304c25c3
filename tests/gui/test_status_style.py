"""Colours, shapes and words: measured, not believed."""

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from simulator.jobs.model import JobStatus
from simulator.transport.base import Link
from ui import status_style, theme
from ui.tab_bar import MarkedTabs
from ui.theme import DARK, LIGHT, Theme, ThemeChoice, Tokens

SCHEMES = (("light", LIGHT), ("dark", DARK))


def luminance(colour: QColor) -> float:
    """WCAG 2's relative luminance."""
    parts = [colour.redF(), colour.greenF(), colour.blueF()]
    red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    """WCAG 2's contrast ratio, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("status", status_style.STATUSES)
@pytest.mark.parametrize(("scheme", "tokens"), SCHEMES)
def test_status_colours_can_be_read(status: JobStatus, scheme: str, tokens: Tokens) -> None:
    paint = getattr(status_style.LOOKS[status], scheme)
    assert contrast(paint.text, paint.fill) >= 4.5
    assert contrast(paint.glyph, tokens.base) >= 4.5
    for under in (tokens.base, tokens.track, tokens.selected):
        assert contrast(paint.bar, under) >= 3


@pytest.mark.parametrize(("scheme", "tokens"), SCHEMES)
def test_base_colours_can_be_read(scheme: str, tokens: Tokens) -> None:
    for under in (tokens.base, tokens.window, tokens.alternate, tokens.selected):
        assert contrast(tokens.text, under) >= 4.5
        assert contrast(tokens.secondary, under) >= 4.5
    assert contrast(tokens.placeholder, tokens.base) >= 4.5
    assert contrast(tokens.outline, tokens.base) >= 3
    assert contrast(tokens.outline, tokens.window) >= 3
    assert contrast(tokens.accent, tokens.window) >= 4.5
    for text, fill in (tokens.error, tokens.warning, tokens.info, tokens.success):
        assert contrast(text, fill) >= 4.5


def test_every_status_has_a_shape_and_a_word_of_its_own() -> None:
    shapes = [look.shape for look in status_style.LOOKS.values()]
    words = [status_style.status_word(status) for status in status_style.STATUSES]
    assert set(status_style.LOOKS) == set(status_style.STATUSES) == set(JobStatus)
    assert len(set(shapes)) == len(set(words)) == len(JobStatus)


@pytest.mark.parametrize("dark", [False, True])
def test_shapes_differ_without_their_colours(qapp, dark: bool) -> None:
    theme.current().choose(ThemeChoice.DARK if dark else ThemeChoice.LIGHT)
    drawn = set()
    for look in status_style.LOOKS.values():
        image = QImage(24, 24, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        status_style.draw_shape(painter, look.shape, QRectF(2, 2, 20, 20), QColor("black"))
        painter.end()
        drawn.add(bytes(image.constBits()))
    assert len(drawn) == len(status_style.LOOKS)
    assert bytes(24 * 24 * 4) not in drawn


@pytest.mark.parametrize("link", list(Link))
def test_every_link_is_drawn_and_named(qapp, link: Link) -> None:
    picture = status_style.pixmaps().link(status_style.LINK_CODE[link], 12, 1.0).toImage()
    assert any(picture.pixelColor(x, y).alpha() for x in range(12) for y in range(12))
    assert status_style.link_word(link)


def test_pills_are_painted_once_and_at_the_screens_scale(qapp) -> None:
    cache, font = status_style.pixmaps(), QFont()
    pill = cache.pill(4, 110, 20, 2.0, font)
    assert (pill.width(), pill.height(), pill.devicePixelRatio()) == (220, 40, 2.0)
    assert cache.pill(4, 110, 20, 2.0, font).cacheKey() == pill.cacheKey()


def test_another_scheme_repaints_the_pills(qapp) -> None:
    cache, font = status_style.pixmaps(), QFont()
    light = cache.pill(2, 110, 20, 1.0, font).toImage()
    theme.current().choose(ThemeChoice.DARK)
    assert cache.pill(2, 110, 20, 1.0, font).toImage() != light


def test_the_scheme_changes_palette_and_tokens_at_once(qapp, qtbot) -> None:
    here = theme.current()
    with qtbot.waitSignal(here.changed):
        here.choose(ThemeChoice.DARK)
    assert here.dark
    assert qapp.palette().window().color() == DARK.window
    here.choose(ThemeChoice.LIGHT)
    assert not here.dark
    assert qapp.palette().window().color() == LIGHT.window
    assert isinstance(theme.current(), Theme)
    assert theme.current() is here


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
@pytest.mark.parametrize("kind", [QCheckBox, QLineEdit])
def test_fields_and_check_boxes_have_an_outline_that_can_be_seen(qtbot, choice: ThemeChoice, kind: type) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    widget = kind(page)
    widget.setGeometry(20, 20, 120, 30)
    page.resize(200, 80)
    theme.current().choose(choice)
    picture = page.grab().toImage()
    theme.current().choose(ThemeChoice.LIGHT)
    window = picture.pixelColor(2, 2)
    row = [picture.pixelColor(x, 35) for x in range(10, 40)]  # through the left edge, half way down
    edge = max(contrast(colour, window) for colour in row[8:18])
    assert edge >= 3


def test_the_shown_tab_is_marked(qtbot) -> None:
    tabs = MarkedTabs()
    qtbot.addWidget(tabs)
    for word in ("one", "two"):
        tabs.addTab(QWidget(), word)
    bar = tabs.tabBar()
    for current in (0, 1):
        tabs.setCurrentIndex(current)
        picture = bar.grab().toImage()
        tops = [picture.pixelColor(bar.tabRect(n).center().x(), bar.tabRect(n).top() + 1) for n in (0, 1)]
        assert [top == theme.current().tokens.accent for top in tops] == [current == 0, current == 1]
