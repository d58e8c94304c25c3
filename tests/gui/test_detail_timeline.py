"""The timeline: executions apart, nodes in order, labels that never overlap, every node within reach."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF

from simulator.feed import TransitionRecord
from simulator.jobs.model import JobStatus as S
from tests.support.detail import Conversation
from ui import theme
from ui.timeline_canvas import TimelineCanvas, offset
from ui.timeline_layout import (
    END,
    LEAST_DOWN,
    MAJOR_GAP,
    START,
    executions,
    gaps_down,
    labels,
    place,
    version_labels,
)  # fmt: skip
from ui.timeline_paint import RADIUS
from ui.timeline_timeout import Deadline
from ui.timeline_view import TimelineView


def measure(text: str) -> float:
    return 7.0 * len(text)


def record(at: float, version: int, status: S = S.IN_PROGRESS, step: str = "", **more: object) -> TransitionRecord:
    fields = {"job_id": "fw-1", "execution_number": 1, **more}
    return TransitionRecord(at=at, version=version, status=status, step=step, **fields)  # type: ignore[arg-type]


walks = st.lists(
    st.tuples(st.floats(0, 100), st.sampled_from(["", "download", "verify", "a step with a long name"])),
    min_size=1, max_size=64,
)  # fmt: skip


@given(walks, st.integers(100, 1600))
def test_labels_stay_apart_and_inside_whatever_happened(walk: list[tuple[float, str]], width: int) -> None:
    at, records = 0.0, []
    for number, (seconds, step) in enumerate(walk):
        at += seconds
        records.append(record(at, number + 2, step=step))
    nodes, needed = place(records, width)
    assert needed >= width
    assert [node.record for node in nodes] == records
    assert nodes[0].x == START
    assert nodes[-1].x <= needed - END + 0.01
    assert all(one.x < other.x for one, other in pairwise(nodes))
    majors = [node.x for node in nodes if node.is_major]
    assert all(other - one >= MAJOR_GAP - 0.01 for one, other in pairwise(majors))
    for placed in (
        labels(nodes, needed, lambda n: (str(n), records[n].step), measure),
        version_labels(nodes, needed, measure),
    ):
        assert all(one.left + one.width < other.left for one, other in pairwise(placed))
        assert placed[0].left >= 0
        assert placed[-1].left + placed[-1].width <= needed + 0.01
        assert placed[-1].node == len(nodes) - 1  # the newest is never without


def test_five_transitions_within_a_second_keep_their_labels_apart() -> None:
    records = [record(0.2 * n, n + 2, step=f"step{n}") for n in range(5)]
    nodes, width = place(records, 360)
    found = labels(nodes, width, lambda n: (offset(records[n].at), records[n].step), measure)
    assert len(found) == 5
    assert all(one.left + one.width < other.left for one, other in pairwise(found))


def test_without_transitions_there_is_nothing_to_lay_out() -> None:
    nodes, width = place([], 300)
    assert (nodes, width) == ([], 300)
    assert labels([], 300, lambda n: ("",), measure) == []
    assert version_labels([], 300, measure) == []


def test_progress_within_a_step_is_small_and_a_change_is_big() -> None:
    records = [record(0, 2), record(1, 3, step="download"), record(2, 4, step="download"), record(3, 5, step="verify")]
    records.append(record(4, 6, S.FAILED, step="verify", reason="checksum mismatch"))
    nodes, _ = place(records, 800)
    assert [node.is_major for node in nodes] == [True, True, False, True, True]


def test_longer_times_get_more_room() -> None:
    records = [record(0, 2), record(1, 3, step="a"), record(9, 4, step="b")]
    nodes, _ = place(records, 800)
    assert nodes[2].x - nodes[1].x > 2 * (nodes[1].x - nodes[0].x)


def test_a_timeline_is_split_by_execution_even_of_the_same_job() -> None:
    timeline = [record(0, 2), record(1, 3, S.FAILED), record(2, 2, execution_number=2), record(3, 2, job_id="fw-2")]
    assert [[(r.job_id, r.execution_number) for r in found] for found in executions(timeline)] == [
        [("fw-1", 1), ("fw-1", 1)], [("fw-1", 2)], [("fw-2", 1)],
    ]  # fmt: skip
    assert executions([]) == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "+0.0 s"), (0.0131, "+13 ms"), (0.62, "+0.6 s"), (12.3, "+12 s"), (205, "+3:25")],
)
def test_offsets_are_short(seconds: float, text: str) -> None:
    assert offset(seconds) == text


@pytest.fixture
def view(qtbot) -> TimelineView:
    made = TimelineView()
    qtbot.addWidget(made)
    made.resize(420, 120)
    made.show()
    talk = Conversation().begin()
    for _ in range(4):
        talk.update(S.IN_PROGRESS, "download")
    talk.update(S.IN_PROGRESS, "verify").update(S.FAILED, "verify", reason="checksum mismatch")
    made.show_records(talk.timeline, link_is_up=True)
    return made


def test_a_click_on_a_node_chooses_its_transition(view: TimelineView, qtbot) -> None:
    canvas = view.canvas
    node = canvas.nodes[-1]
    middle = canvas.height() // 2 - 8
    with qtbot.waitSignal(canvas.chosen) as chosen:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPointF(node.x, middle).toPoint())
    assert chosen.args == [node.record]


def test_a_click_beside_the_nodes_chooses_nothing(view: TimelineView, qtbot) -> None:
    canvas = view.canvas
    between = (canvas.nodes[-1].x + canvas.nodes[-2].x) / 2
    with qtbot.assertNotEmitted(canvas.chosen):
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPointF(between, 40).toPoint())


def test_nodes_are_reached_by_keys(view: TimelineView, qtbot) -> None:
    canvas = view.canvas
    chosen: list[TransitionRecord] = []
    canvas.chosen.connect(chosen.append)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Return, Qt.Key.Key_Home, Qt.Key.Key_Return):
        qtbot.keyClick(canvas, key)
    assert chosen == [canvas.nodes[-2].record, canvas.nodes[0].record]
    assert canvas.accessibleDescription().startswith("v2 · IN_PROGRESS")


def test_a_node_tells_all_that_is_known_about_it(view: TimelineView) -> None:
    tip = view.canvas.tip(len(view.canvas.nodes) - 1)
    assert tip.startswith("v8 · FAILED · verify · checksum mismatch · ")
    assert view.canvas.accessibleName() == "Timeline: 7 transitions, now Failed, version 8"


def test_many_changes_scroll_and_the_newest_stays_in_sight(view: TimelineView, qtbot) -> None:
    records = [record(n, n + 2, step=f"step {n}") for n in range(40)]
    view.show_records(records, link_is_up=True)
    bar = view.horizontalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    assert bar.value() == bar.maximum()
    bar.setValue(0)
    view.show_records([*records, record(41, 42, step="last")], link_is_up=True)
    assert bar.value() == 0  # someone is reading the beginning


def test_what_is_drawn_differs_by_status_and_by_link(qtbot) -> None:
    canvas = TimelineCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(300, 90)
    canvas.arrange(300)
    pictures = []
    for status, up in ((S.IN_PROGRESS, True), (S.IN_PROGRESS, False), (S.FAILED, True), (S.TIMED_OUT, True)):
        canvas.show_records([record(0, 2), record(1, 3, status, step="x")], line_is_up=up)
        pictures.append(canvas.grab().toImage())
    assert all(one != other for n, one in enumerate(pictures) for other in pictures[:n])


# --- item 28: nothing overlaps, by what is painted --------------------------------------------------------------------


def text_boxes(canvas: TimelineCanvas) -> list[QRectF]:
    """Where every text of the canvas is painted, a box for each line, measured with the font that paints it."""
    metrics = QFontMetricsF(canvas._small())
    line = metrics.height()
    boxes = []
    for top, found in ((0.0, canvas.versions), (canvas._middle() + 14, canvas.labels)):
        for label in found:
            for row, text in enumerate(label.lines):
                wide = min(metrics.horizontalAdvance(text), label.width)
                left = label.left + (label.width - wide) / 2
                boxes.append(QRectF(left, top + row * line, wide, line - 1))
    if canvas.deadline is not None:
        told = canvas.countdown_rect()
        for row, text in enumerate(canvas.countdown() or ()):
            wide = metrics.horizontalAdvance(text)
            boxes.append(QRectF(told.center().x() - wide / 2, told.top() + row * line, wide, line - 1))
    return boxes


@pytest.mark.parametrize("zoom", [1.0, 1.6])
@pytest.mark.parametrize("width", [330, 372, 480, 739, 1100])
@pytest.mark.parametrize("is_counted", [False, True])
def test_texts_of_five_transitions_within_a_second_never_overlap(
    qtbot, width: int, zoom: float, is_counted: bool
) -> None:
    theme.current().resize(zoom)
    try:
        view = TimelineView()
        qtbot.addWidget(view)
        view.resize(width, 150)
        view.show()
        steps = ["", "download", "verify checksum", "apply", "reboot"]
        records = [record(0.19 * n, n + 2, step=step) for n, step in enumerate(steps)]
        if not is_counted:
            records[-1] = record(0.76, 6, S.FAILED, step="apply", reason="checksum mismatch in the second block")
        deadline = Deadline(0.0, 60.0, is_step=True) if is_counted else None
        view.canvas.now = lambda: 1.0
        view.show_records(records, link_is_up=True, deadline=deadline)
        boxes = text_boxes(view.canvas)
        assert len(boxes) >= 8
        for number, one in enumerate(boxes):
            assert one.left() >= -1
            assert one.right() <= view.canvas.width() + 1
            assert not any(one.intersects(other) for other in boxes[:number])
        shapes = [node.x for node in view.canvas.nodes]
        assert all(other - one >= 2 * RADIUS + 4 for one, other in pairwise(shapes))
    finally:
        theme.current().resize(1.0)


def test_a_long_run_of_progress_fits_a_narrow_pane_without_scrolling() -> None:
    steps = ["download"] * 24 + ["verify"] * 6 + ["apply"] * 12 + ["reboot"] * 2
    records = [record(0, 2), *(record(n, n + 2, step=step) for n, step in enumerate(steps, 1))]
    nodes, width = place(records, 372)
    assert width == 372
    assert len(nodes) == 45


def test_what_was_only_confirmed_is_no_transition() -> None:
    (found,) = executions([record(0, 2), record(1, 3, S.SUCCEEDED), record(2, 3, S.SUCCEEDED)])
    assert [each.version for each in found] == [2, 3]


# --- lines that were down, and the time that is left ------------------------------------------------------------------


def test_a_line_that_was_down_is_dashed_between_the_nodes_of_that_time() -> None:
    nodes, width = place([record(0, 2), record(10, 3, step="a"), record(20, 4, step="b")], 500)
    (gap,) = gaps_down(nodes, [(12.0, 18.0)], width)
    assert nodes[1].x < gap[0] < gap[1] < nodes[2].x
    assert gap[1] - gap[0] == pytest.approx(0.6 * (nodes[2].x - nodes[1].x))
    (short,) = gaps_down(nodes, [(15.0, 15.001)], width)
    assert short[1] - short[0] == pytest.approx(LEAST_DOWN)  # long enough to be seen
    assert gaps_down(nodes, [(19.0, math.inf)], 500)[0][1] == 500
    assert gaps_down(nodes, [(25.0, 26.0)], 500) == [(nodes[2].x, nodes[2].x + LEAST_DOWN)]
    assert len(gaps_down(nodes, [(12.0, 12.1), (12.1, 12.2)], width)) == 1  # what touches is one
    assert gaps_down(nodes, [(-9.0, -5.0)], width) == []
    assert gaps_down([], [(1.0, 2.0)], width) == []


def test_an_outage_changes_the_picture(qtbot) -> None:
    canvas = TimelineCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 90)
    canvas.arrange(400)
    records = [record(0, 2), record(10, 3, step="a"), record(20, 4, S.SUCCEEDED)]
    canvas.show_records(records, line_is_up=True)
    before = canvas.grab().toImage()
    canvas.show_records(records, line_is_up=True, outages=[(3.0, 8.0)])
    assert canvas.grab().toImage() != before


def test_the_countdown_goes_down_and_ends_with_the_execution(qtbot) -> None:
    canvas = TimelineCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 90)
    canvas.arrange(400)
    canvas.show()
    now = 10.0
    canvas.now = lambda: now
    records = [record(0, 2), record(1, 3, step="download")]
    canvas.show_records(records, line_is_up=True, deadline=Deadline(0.0, 52.0, is_step=True))
    assert canvas.countdown() == ("step timeout", "in 42 s")
    assert canvas._timer.isActive()
    first = canvas.grab().toImage()
    now = 40.0
    assert canvas.countdown() == ("step timeout", "in 12 s")
    assert canvas.grab().toImage() != first
    now = 53.0
    assert canvas.countdown() == ("step timeout", "due")
    canvas.hide()
    assert not canvas._timer.isActive()  # nobody sees it
    canvas.show()
    ended = [*records, record(2, 4, S.TIMED_OUT)]
    canvas.show_records(ended, line_is_up=True, deadline=Deadline(0.0, 52.0, is_step=True))
    assert canvas.countdown() is None
    assert not canvas._timer.isActive()
