"""Preferences: applied as they are changed, kept as TOML, and read again; mistakes in the file are sentences."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QDoubleSpinBox, QScrollArea

from tests.gui.conftest import Opened
from ui import theme
from ui.preferences_file import MAX_BYTES, Preferences, load, save
from ui.theme import ThemeChoice


@pytest.fixture(autouse=True)
def usual_looks(qapp: QApplication):
    yield
    theme.current().resize(1.0)
    theme.current().choose(ThemeChoice.LIGHT)


@pytest.fixture
def shown(opened: Opened, qtbot, tmp_path: Path) -> Opened:
    """The panel, opened by its key, writing to `preferences.toml`."""
    opened.window.preferences.begin(Preferences(theme="light"), tmp_path / "preferences.toml", [])
    qtbot.keyClick(opened.window.page.things_view, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert opened.find(QScrollArea, "preferencesPanel").isVisible()
    return opened


def pick(shown: Opened, name: str, value: object) -> None:
    combo = shown.find(QComboBox, f"preferences_{name}")
    combo.setCurrentIndex(combo.findData(value))


def test_each_is_applied_as_it_is_changed_and_written_down(shown: Opened, tmp_path: Path) -> None:
    pick(shown, "theme", "dark")
    assert theme.current().dark
    pick(shown, "density", "compact")
    assert shown.window.page.table.rowHeight(0) == 24
    shown.find(QDoubleSpinBox, "preferences_text_size").setValue(1.5)
    assert theme.current().zoom == 1.5
    assert shown.window.page.table.rowHeight(0) == 36
    pick(shown, "display_hz", 5)
    assert shown.window.page._timer.interval() == 200
    preferences, problems = load(tmp_path / "preferences.toml")
    assert problems == []
    assert preferences == Preferences(theme="dark", density="compact", text_size=1.5, display_hz=5)


def test_escape_leads_back_to_the_fleet(shown: Opened, qtbot) -> None:
    qtbot.keyClick(shown.find(QComboBox, "preferences_theme"), Qt.Key.Key_Escape)
    assert shown.window.pages.current_id == "fleet"


def test_the_palette_finds_each_of_them(opened: Opened) -> None:
    entries = {entry.id: entry for entry in opened.window.lists.palette_entries()}
    assert entries["preference.text_size"].text == "Preferences: Text size"
    entries["preference.text_size"].run()
    assert opened.find(QDoubleSpinBox, "preferences_text_size").hasFocus()


def test_text_that_grew_by_keys_is_written_down_when_the_window_closes(shown: Opened, tmp_path: Path) -> None:
    shown.window.presenter.step(1)
    shown.window.remember()
    assert load(tmp_path / "preferences.toml")[0].text_size == 1.1


def test_what_was_read_is_applied_and_its_mistakes_are_a_banner(opened: Opened, tmp_path: Path) -> None:
    opened.window.preferences.begin(Preferences(density="compact"), None, ["preferences.toml: seed: no"])
    assert opened.window.page.table.rowHeight(0) == 24
    assert opened.window.banners.kinds() == ["preferences"]


def test_a_file_with_mistakes_is_set_aside_before_it_is_written_anew(opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "preferences.toml"
    path.write_text("theme = pink  # my favourite\n")
    opened.window.preferences.begin(load(path)[0], path, load(path)[1])
    opened.window.preferences.change("density", "compact")
    assert load(path) == (Preferences(density="compact"), [])
    assert (tmp_path / "preferences.toml.unreadable").read_text() == "theme = pink  # my favourite\n"
    opened.window.preferences.change("density", "normal")
    assert "pink" in (tmp_path / "preferences.toml.unreadable").read_text()


def test_a_place_that_cannot_be_written_is_told(shown: Opened, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("", encoding="utf-8")
    shown.window.preferences.begin(Preferences(), in_the_way / "preferences.toml", [])
    pick(shown, "density", "compact")
    assert shown.window.banners.kinds() == ["preferences"]


def test_a_file_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "preferences.toml"
    wanted = Preferences(theme="dark", text_size=1.25, motion=False, speed=8.0, seed=42, message_memory=64)
    save(wanted, path)
    assert load(path) == (wanted, [])
    assert [each.name for each in path.parent.iterdir()] == ["preferences.toml"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("theme = 'pink'", "theme: 'pink' cannot be chosen; write one of system, light, dark"),
        ("text_size = 9", "text_size: 9 is no number from 0.8 to 2; write one that is"),
        ("text_size = nan", "text_size: nan is no number from 0.8 to 2; write one that is"),
        ("seed = true", "seed: True is no number from 0 to 9.0072e+15; write one that is"),
        ("motion = 1", "motion: 1 cannot be chosen; write one of true, false"),
        ("colour = 1", "colour: there is no such preference"),
        ("theme = ", "cannot be read"),
        ("# " + "x" * MAX_BYTES, "is larger than preferences ever are"),
    ],
)
def test_a_mistake_in_the_file_is_a_sentence_and_the_rest_holds(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "preferences.toml"
    path.write_text(text + "\n", encoding="utf-8")
    preferences, problems = load(path)
    assert preferences == Preferences()
    assert len(problems) == 1
    assert problems[0].startswith(f"{path}: ")
    assert sentence in problems[0]


def test_no_file_is_no_mistake(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == (Preferences(), [])
