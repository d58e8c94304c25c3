"""What a tick paints again: the rows that look different and no others, and every one of them."""

import pytest
from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from simulator.jobs.model import JobStatus as S
from tests.gui.conftest import Opened
from tests.support.gui import snapshot
from ui import fleet_model
from ui.fleet_delegates import Line


@pytest.fixture
def painted(opened: Opened, qtbot, monkeypatch) -> list[set[str]]:
    """Twelve things with jobs, on the screen; for each repaint from now on the names that were painted."""
    page = opened.window.page
    opened.fleet.tell(snapshot(f"sim-{n:02}", S.IN_PROGRESS, progress=n) for n in range(12))
    page.stop()  # each tick is made by hand
    seen: list[set[str]] = []
    paint = page.table._painter.paint

    def note(painter, places, lines: list[Line], selected) -> None:
        seen.append({page.store.names[line.row] for line in lines})
        paint(painter, places, lines, selected)

    monkeypatch.setattr(page.table._painter, "paint", note)
    page.tick()
    qtbot.waitUntil(lambda: any("sim-11" in names for names in seen))
    QApplication.processEvents()
    seen.clear()
    return seen


def progress(opened: Opened, *numbers: int) -> None:
    opened.fleet.tell(snapshot(f"sim-{n:02}", S.IN_PROGRESS, progress=90, version=3) for n in numbers)
    opened.window.page.tick()


def test_rows_between_two_that_changed_are_not_painted_again(opened: Opened, painted: list[set[str]], qtbot) -> None:
    progress(opened, 2, 3, 8)
    qtbot.waitUntil(lambda: bool(painted))
    assert set().union(*painted) == {"sim-02", "sim-03", "sim-08"}


def test_rows_painted_alone_look_as_in_a_whole_picture(opened: Opened, painted: list[set[str]]) -> None:
    viewport = opened.window.page.table.viewport()
    alone = QImage(viewport.size(), QImage.Format.Format_RGB32)
    viewport.render(alone)
    row = opened.window.page.table.rowHeight(0)
    opened.window.page.table.select_names(["sim-03"], "sim-03")
    QApplication.processEvents()
    progress(opened, 3, 7)
    whole = QImage(viewport.size(), QImage.Format.Format_RGB32)
    viewport.render(whole)
    for name in ("sim-03", "sim-07"):
        top = opened.window.page.table.rowViewportPosition(opened.window.page.model.row_of(name))
        part = QImage(QSize(viewport.width(), row), QImage.Format.Format_RGB32)
        viewport.render(part, QPoint(), viewport.rect().adjusted(0, top, 0, top + row - viewport.height()))
        assert part == whole.copy(0, top, viewport.width(), row)
        assert part != alone.copy(0, top, viewport.width(), row)


def test_a_flash_goes_out_also_while_very_many_things_change(
    opened: Opened, painted: list[set[str]], qtbot, monkeypatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(fleet_model, "monotonic", lambda: now)
    monkeypatch.setattr("ui.fleet_store.monotonic", lambda: now)
    opened.window.page.model.flashes = True
    opened.fleet.tell(
        [
            snapshot("sim-05", S.IN_PROGRESS, progress=50, version=3),
            *(snapshot(f"zz-{n:04}", S.QUEUED) for n in range(1200)),
        ]
    )
    opened.window.page.tick()
    qtbot.waitUntil(lambda: any("sim-05" in names for names in painted))
    QApplication.processEvents()
    painted.clear()
    now += fleet_model.FLASH_SECONDS + 0.01
    opened.window.page.tick()
    qtbot.waitUntil(lambda: any("sim-05" in names for names in painted))
