"""The wall: squares that fill the pane, patterns that read without colour, one selection shared with the table."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from simulator.feed import ThingSnapshot
from simulator.jobs.model import JobStatus
from simulator.transport.base import Link
from tests.gui.conftest import Opened
from ui import theme, wall_geometry, wall_names, wall_order
from ui.fleet_table import FleetTable
from ui.segment_button import SegmentButton
from ui.status_style import CODE_OF, LINK_CODE, STATUSES
from ui.theme import ThemeChoice
from ui.wall_card import WallCard
from ui.wall_fade import Fades
from ui.wall_geometry import LARGEST, SMALLEST, fit
from ui.wall_image import BEHIND, WallImage, wall_colour
from ui.wall_tiles import Tiles
from ui.wall_view import WallView

ONLINE, OFFLINE = LINK_CODE[Link.ONLINE], LINK_CODE[Link.OFFLINE]


def thing(number: int, status: JobStatus | None = None, **more: object) -> ThingSnapshot:
    return ThingSnapshot(name=f"sim-{number:05}", link=Link.ONLINE, status=status, **more)  # type: ignore[arg-type]


@pytest.fixture
def wall(opened: Opened, qtbot) -> WallView:
    """The wall of a fleet of 1,000, in front."""
    opened.fleet.tell([thing(number, STATUSES[number % 8], version=3) for number in range(1000)])
    opened.window.resize(1280, 800)
    opened.window.page.tick()
    qtbot.mouseClick(opened.find(SegmentButton, "fleetViewButton_wall"), Qt.MouseButton.LeftButton)
    view = opened.find(WallView, "fleetWall")
    qtbot.waitUntil(lambda: view.isVisible() and len(view.rows) >= 1000)
    return view


def middle(view: WallView, place: int) -> QPoint:
    left, top = view.geometry_of_wall.place(place)
    half = view.geometry_of_wall.cell // 2
    return QPoint(left + half, top + half - view.verticalScrollBar().value())


# --- where squares are --------------------------------------------------------------------------------------------


@given(st.integers(1, 20_000), st.integers(50, 4000), st.integers(50, 2500))
def test_squares_are_as_large_as_fit_and_none_is_lost(count: int, width: int, height: int) -> None:
    wall = fit(count, width, height)
    assert SMALLEST <= wall.cell <= LARGEST
    assert wall.width <= width
    assert wall.rows * wall.columns >= count
    if wall.cell > SMALLEST:
        assert wall.height <= height
    if wall.cell < LARGEST:
        larger = wall.cell + 1
        assert (width // larger) * (height // larger) < count


@given(st.integers(1, 3000), st.integers(100, 2000), st.integers(100, 1200), st.data())
def test_a_point_in_a_square_finds_that_square(count: int, width: int, height: int, data: st.DataObject) -> None:
    wall = fit(count, width, height)
    place = data.draw(st.integers(0, count - 1))
    left, top = wall.place(place)
    assert wall.at(left, top) == wall.at(left + wall.cell - 1, top + wall.cell - 1) == place
    assert place in wall.within(left + 1, top + 1, left + 1, top + 1)


def test_a_point_beside_the_squares_finds_none() -> None:
    wall = fit(10, 400, 400)
    assert wall.at(-1, 5) == wall.at(399, 399) == -1


# --- how they look ------------------------------------------------------------------------------------------------


def test_each_status_has_pixels_of_its_own_and_so_has_a_thing_that_is_not_online() -> None:
    image = WallImage()
    image.reshape(2, 9, patterned=True)
    seen = set()
    for place, (code, link) in enumerate((code, link) for code in CODE_OF.values() for link in (ONLINE, OFFLINE)):
        image.put(place, code, link)
        seen.add(image.pixels(place))
    assert len(seen) == 2 * len(CODE_OF)


def test_bad_ends_have_figures_that_read_without_colour() -> None:
    image = WallImage()
    image.reshape(len(CODE_OF), 1, patterned=True)
    figures = {}
    for status, code in CODE_OF.items():
        image.put(code, code, ONLINE)
        figures[status] = tuple(pixel != BEHIND for row in image.pixels(code) for pixel in row)
    bad = [JobStatus.FAILED, JobStatus.TIMED_OUT, JobStatus.REJECTED, JobStatus.CANCELED, JobStatus.REMOVED]
    assert len({figures[status] for status in bad}) == len(bad)
    assert all(not all(figures[status]) for status in bad)
    assert all(figures[JobStatus.SUCCEEDED])


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_waiting_running_done_and_failed_are_told_apart_in_grey(qapp, choice: ThemeChoice) -> None:
    theme.current().choose(choice)
    greys = sorted(
        _grey(wall_colour(status)) for status in (JobStatus.QUEUED, JobStatus.IN_PROGRESS, JobStatus.SUCCEEDED)
    )
    assert min(b - a for a, b in pairwise(greys)) >= 15


def _grey(colour: QColor) -> int:
    image = QImage(1, 1, QImage.Format.Format_RGB32)
    image.fill(colour)
    return image.convertToFormat(QImage.Format.Format_Grayscale8).pixelColor(0, 0).red()


def test_a_change_repaints_its_square_in_the_colour_of_the_status(opened: Opened, wall: WallView, qtbot) -> None:
    opened.fleet.tell([thing(7, JobStatus.SUCCEEDED, version=9)])
    opened.window.page.tick()
    shown = wall.viewport().grab().toImage()
    point = middle(wall, wall.rows.index(opened.store.row_of["sim-00007"]))
    colour, wanted = (
        shown.pixelColor(point + QPoint(0, wall.geometry_of_wall.cell // 3)),
        wall_colour(JobStatus.SUCCEEDED),
    )
    assert abs(colour.red() - wanted.red()) + abs(colour.green() - wanted.green()) < 12


# --- selecting ------------------------------------------------------------------------------------------------------


def test_a_click_selects_the_thing_in_the_table_too(opened: Opened, wall: WallView, qtbot) -> None:
    qtbot.mouseClick(wall.viewport(), Qt.MouseButton.LeftButton, pos=middle(wall, 12))
    assert opened.find(FleetTable, "fleetTable").selected_names() == [wall.name_at(12)]
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.mouseClick(wall.viewport(), Qt.MouseButton.LeftButton, control, middle(wall, 40))
    assert set(opened.find(FleetTable, "fleetTable").selected_names()) == {wall.name_at(12), wall.name_at(40)}
    qtbot.mouseClick(wall.viewport(), Qt.MouseButton.LeftButton, control, middle(wall, 12))
    assert opened.find(FleetTable, "fleetTable").selected_names() == [wall.name_at(40)]


def test_a_lasso_and_d_disconnect_exactly_what_it_touches(opened: Opened, wall: WallView, qtbot) -> None:
    columns = wall.geometry_of_wall.columns
    first, last = 2 * columns + 3, 6 * columns + 9
    qtbot.mousePress(wall.viewport(), Qt.MouseButton.LeftButton, pos=middle(wall, first))
    qtbot.mouseMove(wall.viewport(), middle(wall, first + columns))
    qtbot.mouseMove(wall.viewport(), middle(wall, last))
    qtbot.mouseRelease(wall.viewport(), Qt.MouseButton.LeftButton, pos=middle(wall, last))
    wanted = {wall.name_at(row * columns + column) for row in range(2, 7) for column in range(3, 10)}
    assert set(opened.find(FleetTable, "fleetTable").selected_names()) == wanted
    wall.setFocus()
    qtbot.keyClick(wall, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: bool(opened.asked("disconnect")))
    assert set(opened.asked("disconnect")[-1][0]) == wanted


def test_a_selection_in_the_table_is_outlined_on_the_wall(opened: Opened, wall: WallView, qtbot) -> None:
    before = wall.viewport().grab().toImage()
    opened.find(FleetTable, "fleetTable").select_names([wall.name_at(5)])
    after = wall.viewport().grab().toImage()
    corner = QPoint(*wall.geometry_of_wall.place(5))
    assert before.pixelColor(corner) != after.pixelColor(corner)
    assert after.pixelColor(corner) == theme.current().tokens.accent


def test_arrows_move_from_square_to_square_and_say_what_is_there(opened: Opened, wall: WallView, qtbot) -> None:
    qtbot.mouseClick(wall.viewport(), Qt.MouseButton.LeftButton, pos=middle(wall, 0))
    qtbot.keyClick(wall, Qt.Key.Key_Right)
    qtbot.keyClick(wall, Qt.Key.Key_Down)
    place = 1 + wall.geometry_of_wall.columns
    assert opened.find(FleetTable, "fleetTable").selected_names() == [wall.name_at(place)]
    assert wall.accessibleDescription().endswith(wall.name_at(place))


def test_the_card_names_the_thing_under_the_pointer(opened: Opened, wall: WallView, qtbot) -> None:
    qtbot.mouseMove(wall.viewport(), middle(wall, 30))
    card = opened.find(WallCard, "fleetWallCard")
    qtbot.waitUntil(card.isVisible)
    assert opened.find(QLabel, "fleetWallCardName").text() == wall.name_at(30)
    assert "v3" in opened.find(QLabel, "fleetWallCardText").text()


# --- filter and order -------------------------------------------------------------------------------------------------


def test_the_filter_of_the_table_is_the_filter_of_the_wall(opened: Opened, wall: WallView, qtbot) -> None:
    opened.window.page.show_text("status:failed")
    qtbot.waitUntil(lambda: len(wall.rows) < 1000)
    failed = CODE_OF[JobStatus.FAILED]
    assert {opened.store.status[row] for row in wall.rows} == {failed}
    assert wall.geometry_of_wall.cell > fit(1000, wall.viewport().width(), wall.viewport().height()).cell


def test_rollout_order_has_what_ended_first_and_what_waits_last(opened: Opened, wall: WallView) -> None:
    box = opened.find(QComboBox, "fleetWallOrderBox")
    box.setCurrentIndex(wall_order.ORDERS.index(wall_order.ROLLOUT))
    codes = [opened.store.status[row] for row in wall.rows]
    running, queued = CODE_OF[JobStatus.IN_PROGRESS], CODE_OF[JobStatus.QUEUED]
    groups = [2 if code in (0, queued) else 1 if code == running else 0 for code in codes]
    assert groups == sorted(groups)
    assert set(groups) == {0, 1, 2}


def test_w_and_t_change_between_wall_and_table(opened: Opened, wall: WallView, qtbot) -> None:
    wall.setFocus()
    qtbot.keyClick(wall, Qt.Key.Key_T)
    table = opened.find(FleetTable, "fleetTable")
    assert table.isVisible()
    assert not wall.isVisible()
    qtbot.keyClick(table, Qt.Key.Key_W)
    assert wall.isVisible()


def test_large_squares_show_shape_name_and_version(opened: Opened, wall: WallView, qtbot) -> None:
    opened.window.page.show_text("sim-0000")
    qtbot.waitUntil(lambda: len(wall.rows) <= 10)
    assert wall.geometry_of_wall.cell >= wall_geometry.NAMED
    picture = wall.viewport().grab().toImage()
    left, top = wall.geometry_of_wall.place(0)
    cell = wall.geometry_of_wall.cell
    colours = {picture.pixelColor(left + x, top + y).name() for x in range(4, cell - 4) for y in range(4, cell - 4)}
    assert len(colours) > 5


# --- names, groups, fading, greys --------------------------------------------------------------------------------


def test_a_square_says_the_part_of_the_name_that_differs() -> None:
    width = len
    names = ["sim-00005", "sim-00017", "sim-00123"]
    begins = wall_names.shared_beginning(names)
    assert wall_names.label("sim-00005", begins, width, 9) == "sim-00005"
    assert wall_names.label("sim-00005", begins, width, 6) == "00005"
    assert wall_names.label("sim-00005", begins, width, 4) == "…005"
    assert wall_names.label("sim-00005", begins, width, 0) == ""
    mixed = ["pump-1", "valve-1"]
    assert wall_names.shared_beginning(mixed) == 0
    assert wall_names.label("valve-1", 0, width, 5) == "…ve-1"
    assert wall_names.label("dev-eu-west-1", 0, width, 7) == "…west-1"  # no dash right after the dots


def test_groups_are_names_without_their_last_number(wall: WallView, opened: Opened) -> None:
    opened.fleet.tell([ThingSnapshot(name=name) for name in ("valve-2", "pump-10", "valve-1", "pump-9")])
    opened.window.page.tick()
    opened.window.page.show_text("pump,valve")
    wall.set_order(wall_order.GROUP)
    assert [wall.name_at(place) for place in range(4)] == ["pump-9", "pump-10", "valve-1", "valve-2"]


def test_only_what_changes_fades_and_not_while_much_changes() -> None:
    fades = Fades()
    assert fades.count(10, 100.0)
    fades.begin(3, 1, 100.0)
    assert [(place, left) for place, _, left in fades.under_way(100.15)] == [(3, pytest.approx(0.5))]
    assert list(fades.under_way(100.31)) == []
    assert len(fades) == 0
    fades.begin(3, 1, 100.4)
    assert not fades.count(1500, 100.5)
    assert len(fades) == 0
    assert not fades.count(1, 101.0)
    assert fades.count(1, 101.6)
    fades.enabled = False
    assert not fades.count(1, 103.0)


def test_a_change_shows_its_old_look_first_and_then_the_new_one(wall: WallView, opened: Opened, monkeypatch) -> None:
    now = [50.0]
    monkeypatch.setattr("ui.wall_view.monotonic", lambda: now[0])
    opened.window.page.model.flashes = True
    place = wall.place_of("sim-00000")
    calm = colour_in_the_middle(wall, place)
    opened.fleet.tell([thing(0, JobStatus.SUCCEEDED, version=4)])
    now[0] = 52.0  # what came before is more than a second old
    opened.window.page.tick()
    assert len(wall.fades) == 1
    assert colour_in_the_middle(wall, place) == calm
    now[0] += 0.15
    half = colour_in_the_middle(wall, place)
    now[0] += 0.2
    after = colour_in_the_middle(wall, place)
    assert len({calm.rgb(), half.rgb(), after.rgb()}) == 3
    assert QColor(after) == wall_colour(JobStatus.SUCCEEDED)


def colour_in_the_middle(wall: WallView, place: int) -> QColor:
    wall.viewport().setFocus()
    picture = wall.viewport().grab().toImage()
    point = middle(wall, place) + QPoint(wall.geometry_of_wall.cell // 4, wall.geometry_of_wall.cell // 4)
    return picture.pixelColor(point)


@pytest.mark.parametrize("scheme", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_in_pure_grey_waiting_running_done_and_bad_are_told_apart(qapp, scheme: ThemeChoice) -> None:
    theme.prepare(qapp, scheme)
    groups = {
        "waiting": [JobStatus.QUEUED],
        "running": [JobStatus.IN_PROGRESS],
        "done": [JobStatus.SUCCEEDED],
        "bad": [JobStatus.FAILED, JobStatus.TIMED_OUT, JobStatus.REJECTED, JobStatus.CANCELED],
    }
    seen: dict[str, list[list[int]]] = {}
    for word, statuses in groups.items():
        for status in statuses:
            image = WallImage()
            image.reshape(1, 1, patterned=True)
            image.put(0, CODE_OF[status], ONLINE)
            grey = image.picture().convertToFormat(QImage.Format.Format_Grayscale8)
            seen.setdefault(word, []).append([grey.pixelColor(x, y).red() for y in range(3) for x in range(3)])
    for (one, ones), (other, others) in pairwise([*seen.items(), next(iter(seen.items()))]):
        for mine in ones:
            for theirs in others:
                most = max(abs(a - b) for a, b in zip(mine, theirs, strict=True))
                assert most >= 40, f"{one} and {other} look alike: {mine}, {theirs}"
    theme.prepare(qapp, ThemeChoice.LIGHT)


def test_twenty_thousand_squares_scroll_and_keep_the_current_one_in_sight(opened: Opened, qtbot) -> None:
    opened.window.resize(640, 480)
    opened.fleet.tell([thing(number, STATUSES[number % 8]) for number in range(20_000)])
    opened.window.page.tick()
    opened.window.page.show_view("wall")
    wall = opened.find(WallView, "fleetWall")
    qtbot.waitUntil(lambda: len(wall.rows) >= 20_000)
    assert wall.verticalScrollBar().maximum() > 0
    qtbot.keyClick(wall, Qt.Key.Key_End)
    assert wall.current == len(wall.rows) - 1
    assert wall.verticalScrollBar().value() == wall.verticalScrollBar().maximum()
    qtbot.keyClick(wall, Qt.Key.Key_Home)
    assert wall.verticalScrollBar().value() == 0


def test_every_move_and_choice_on_the_wall_has_a_key(wall: WallView, opened: Opened, qtbot) -> None:
    table = opened.find(FleetTable, "fleetTable")
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    columns = wall.geometry_of_wall.columns
    qtbot.keyClick(wall, Qt.Key.Key_Right)
    qtbot.keyClick(wall, Qt.Key.Key_Right)
    qtbot.keyClick(wall, Qt.Key.Key_Down, shift)
    assert table.selected_names() == [wall.name_at(1), wall.name_at(1 + columns)]
    qtbot.keyClick(wall, Qt.Key.Key_Right, control)
    assert wall.current == 2 + columns
    assert table.selected_count() == 2  # only moved
    qtbot.keyClick(wall, Qt.Key.Key_Space, control)
    assert table.selected_count() == 3
    qtbot.keyClick(wall, Qt.Key.Key_Space, control)
    assert table.selected_count() == 2
    qtbot.keyClick(wall, Qt.Key.Key_PageDown)
    assert wall.current == len(wall.rows) - 1
    with qtbot.waitSignal(wall.menuWanted):
        qtbot.keyClick(wall, Qt.Key.Key_Menu)
    assert wall.accessibleDescription().endswith(wall.current_name())


def test_a_named_square_is_painted_anew_only_when_it_shows_something_else(qtbot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    tiles = Tiles(widget)
    shown = (2, True, "sim-00001", 4)
    first = tiles.named(0, shown, 60)
    assert tiles.named(0, shown, 60) is first
    for other in ((3, True, "sim-00001", 4), (2, False, "sim-00001", 4), (2, True, "sim-00002", 4), (2, True, "s", 5)):
        assert tiles.named(0, other, 60).toImage() != first.toImage()
    again = tiles.named(0, shown, 60)
    assert again is not first
    assert again.toImage() == first.toImage()
    tiles.clear()
    assert tiles.named(0, shown, 60) is not again


def test_a_change_that_no_square_shows_paints_nothing_and_one_that_does_paints_it(
    wall: WallView, opened: Opened, monkeypatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(wall.viewport(), "update", lambda: asked.append(1))
    assert wall.geometry_of_wall.cell < wall_geometry.NAMED
    opened.window.page.model.flashes = False
    before = opened.window.page.store.shown[opened.window.page.store.row_of["sim-00001"]]
    opened.fleet.tell([replace(before, progress=77, version=before.version + 1)])
    opened.window.page.tick()
    assert asked == []
    opened.fleet.tell([replace(before, status=JobStatus.TIMED_OUT)])
    opened.window.page.tick()
    assert asked == [1]
