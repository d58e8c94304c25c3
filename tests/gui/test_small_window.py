"""A window of 1,280 × 720 with the pane open: the table shows all of its columns, and nothing that matters is cut."""

import pytest
from PySide6.QtGui import QFontMetrics

from simulator.jobs.model import JobStatus as S
from tests.gui.conftest import Opened
from tests.support.gui import snapshot
from ui.fleet_columns import COLUMN_OF, COLUMNS
from ui.fleet_delegates import PADDING
from ui.fleet_table import between


@pytest.fixture
def beside(opened: Opened, qtbot) -> Opened:
    """A thing is selected, and the pane lies beside the table."""
    fields = {"scenario": "steady-success", "step": "download", "progress": 40, "target_firmware": "2.4.0"}
    opened.fleet.tell(snapshot(name, S.IN_PROGRESS, version=12, **fields) for name in opened.store.names)
    opened.window.page.tick()
    opened.window.page.table.select_names(opened.store.names[:1])
    qtbot.waitUntil(lambda: opened.window.pane.isVisible() and opened.window.page.table.viewport().width() < 810)
    return opened


def width(opened: Opened, key: str) -> int:
    return opened.window.page.table.columnWidth(COLUMNS.index(COLUMN_OF[key]))


def test_the_default_columns_fit_without_a_horizontal_scroll_bar(beside: Opened) -> None:
    table = beside.window.page.table
    assert table.horizontalScrollBar().maximum() == 0
    assert all(table.isColumnHidden(number) is not column.default for number, column in enumerate(COLUMNS))


@pytest.mark.parametrize(
    ("key", "text"),
    [("thing", "thing-00001"), ("ver", "v12"), ("step", "download"), ("fw", "2.3.1 → 2.4.0"), ("job", "fw-2.4.0")],
)
def test_what_tells_things_apart_is_not_cut(beside: Opened, key: str, text: str) -> None:
    metrics = QFontMetrics(beside.window.page.table.font())
    assert width(beside, key) >= metrics.horizontalAdvance(text) + 2 * PADDING


def test_titles_are_not_cut(beside: Opened) -> None:
    table = beside.window.page.table
    header = table.horizontalHeader()
    for number, column in enumerate(COLUMNS):
        if column.default:
            assert table.columnWidth(number) >= header.needed(number), column.key  # type: ignore[attr-defined]


def test_the_columns_have_their_room_back_when_the_pane_is_closed(beside: Opened, qtbot) -> None:
    tight = {key: width(beside, key) for key in ("step", "scenario", "details")}
    beside.window.page.table.clearSelection()
    qtbot.waitUntil(lambda: beside.window.page.table.viewport().width() > 1100)
    assert all(width(beside, key) > before for key, before in tight.items())


def test_widths_are_as_far_from_the_least_as_the_room_allows() -> None:
    assert between({0: 10, 1: 20}, {0: 20, 1: 40}, 45) == {0: 15, 1: 30}
    assert between({0: 10, 1: 20}, {0: 20, 1: 40}, 5) == {0: 10, 1: 20}
    assert between({0: 10, 1: 20}, {0: 20, 1: 40}, 500) == {0: 20, 1: 40}
    assert between({0: 10}, {0: 10}, 500) == {0: 10}
