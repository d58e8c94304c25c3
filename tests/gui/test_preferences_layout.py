"""What the window remembers, resets, and does not fall over."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from tests.gui.conftest import Opened
from ui import theme
from ui.main_window import MainWindow


@pytest.fixture(autouse=True)
def usual_size(qapp: QApplication):
    yield
    theme.current().resize(1.0)


@pytest.fixture
def another(opened: Opened, qtbot):
    """Makes further windows on the same settings, as at the next start."""

    def make(settings: QSettings | None = None) -> MainWindow:
        window = MainWindow(
            opened.session, opened.store, opened.tasks, settings or opened.settings, animate=False
        )  # fmt: skip
        qtbot.addWidget(window)
        window.recall()
        return window

    return make


def test_page_view_and_size_of_text_come_back(opened: Opened, another) -> None:
    opened.window.page.show_view("wall")
    opened.window.go_to("report")
    opened.window.presenter.step(1)
    opened.window.remember()
    theme.current().resize(1.0)
    again = another()
    assert again.pages.current_id == "report"
    assert again.page.view == "wall"
    assert theme.current().zoom == pytest.approx(1.1)


def test_reset_layout_shows_the_window_as_at_its_first_start(opened: Opened, another) -> None:
    window = opened.window
    default = another()
    shown = [default.page.table.isColumnHidden(n) for n in range(default.page.model.columnCount())]
    window.recall()
    window.page.table.show_column(window.page.model.column("seed"), True)
    window.page.sort_by("progress", descending=True)
    window.page.show_view("wall")
    window.page.show_text("status:failed")
    window.page.splitter.put_pane(False)
    window.go_to("report")
    window.remember()
    opened.trigger("act.app.resetLayout")
    assert [window.page.table.isColumnHidden(n) for n in range(window.page.model.columnCount())] == shown
    assert (window.page.model.sorted_by, window.page.view, window.page.filter_edit.text()) == ("thing", "table", "")
    assert window.pages.current_id == "fleet"
    assert opened.settings.value("layout/version") is None


@pytest.mark.parametrize(
    "content", [b"\x00\xff\xfe garbage [layout", b"[layout]\nversion=1\ngeometry=@ByteArray(\\0\n", b""]
)
def test_a_corrupt_settings_file_does_not_stop_the_start(opened: Opened, another, tmp_path: Path, content) -> None:
    path = tmp_path / "corrupt.ini"
    path.write_bytes(content)
    window = another(QSettings(str(path), QSettings.Format.IniFormat))
    assert window.pages.current_id == "fleet"
    window.remember()


@pytest.mark.parametrize("text", ["nan", "0.1", "1e9", "much"])
def test_a_size_of_text_that_is_none_is_left_alone(opened: Opened, another, text: str) -> None:
    opened.window.remember()
    opened.settings.setValue("look/text", text)
    another()
    assert theme.current().zoom == 1.0


def test_ten_recent_fleets_are_kept_and_the_palette_opens_them_again(opened: Opened, qtbot, tmp_path: Path) -> None:
    paths = []
    for number in range(12):
        path = tmp_path / f"fleet-{number}.yaml"
        path.write_text(f"groups:\n  - {{prefix: f{number}-, count: 2, scenario: success}}\n", encoding="utf-8")
        opened.window.layout_of.note_opened(path)
        paths.append(path)
    assert opened.window.layout_of.recent() == paths[:1:-1]
    paths[11].unlink()
    assert opened.window.layout_of.recent()[0] == paths[10]
    assert opened.window.layout_of.last() is None
    entry = next(each for each in opened.window.lists.palette_entries() if each.id == f"recent.{paths[10]}")
    assert entry.text == "Open fleet-10.yaml again"
    entry.run()
    qtbot.waitUntil(lambda: list(opened.fleet.things) == ["f10-01", "f10-02"])
    assert opened.window.layout_of.last() == paths[10]


def test_the_last_fleet_is_opened_at_the_next_start(opened: Opened, qtbot, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("groups:\n  - {prefix: m-, count: 3, scenario: success}\n", encoding="utf-8")
    opened.window.layout_of.note_opened(path)
    opened.tasks.start(opened.window.open_last(), "last")
    qtbot.waitUntil(lambda: opened.window.open_fleet.name == "mine")
    assert len(opened.fleet.things) == 3
