"""Banners: at most three, equal kinds in one, gone when mended or no longer true."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from ui import banner
from ui.banner import BannerStack, Problem, Severity


@pytest.fixture
def stack(qtbot) -> BannerStack:
    made = BannerStack()
    qtbot.addWidget(made)
    made.resize(800, 200)
    return made


def problem(kind: str, sentence: str = "Something is wrong.", **more: object) -> Problem:
    return Problem(**{"kind": kind, "severity": Severity.ERROR, "sentence": sentence, **more})  # type: ignore[arg-type]


def shown(stack: BannerStack) -> list[str]:
    return [kind for kind in stack.kinds() if not stack.findChild(banner.Banner, f"banner_{kind}").isHidden()]


def test_an_empty_stack_takes_no_room(stack: BannerStack) -> None:
    assert stack.isHidden()
    stack.tell(problem("a"))
    assert not stack.isHidden()
    stack.withdraw("a")
    assert stack.isHidden()


def test_three_banners_are_shown_and_the_newest_comes_first(stack: BannerStack) -> None:
    for kind in "abcd":
        stack.tell(problem(kind))
    assert shown(stack) == ["d", "c", "b"]
    stack.withdraw("c")
    assert shown(stack) == ["d", "b", "a"]


def test_equal_problems_collapse_into_one_with_a_count(stack: BannerStack) -> None:
    for _ in range(1000):
        stack.tell(problem("a"))
    assert stack.kinds() == ["a"]
    assert stack.findChild(QLabel, "banner_a_label").text() == "Something is wrong. (1,000 times)"


def test_a_changed_sentence_of_a_kind_replaces_the_old_one(stack: BannerStack) -> None:
    stack.tell(problem("a", "3 things are lost."))
    stack.tell(problem("a", "5 things are lost."))
    assert stack.findChild(QLabel, "banner_a_label").text() == "5 things are lost."


def test_a_right_click_copies_the_sentence_or_dismisses_it(stack: BannerStack) -> None:
    stack.tell(problem("a", "The disk is full."))
    shown_one = stack.findChild(banner.Banner, "banner_a")
    menu = shown_one.menu()
    menu.findChild(QAction, "act.banner.copy").trigger()
    assert QGuiApplication.clipboard().text() == "The disk is full."
    menu.findChild(QAction, "act.banner.dismiss").trigger()
    assert shown(stack) == []


def test_the_button_mends_and_the_banner_goes(stack: BannerStack, qtbot) -> None:
    mended = []
    stack.tell(problem("port", fix_text="Use another port", fix=lambda: mended.append(True)))
    button = stack.findChild(QPushButton, "banner_port_fix")
    assert button.text() == "Use another port"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert mended == [True]
    assert stack.kinds() == []


def test_a_fix_that_fails_again_is_told_again(stack: BannerStack, qtbot) -> None:
    stack.tell(problem("port", fix_text="Try again", fix=lambda: stack.tell(problem("port", "Still busy."))))
    qtbot.mouseClick(stack.findChild(QPushButton, "banner_port_fix"), Qt.MouseButton.LeftButton)
    assert stack.kinds() == ["port"]


def test_a_banner_can_be_dismissed(stack: BannerStack, qtbot) -> None:
    stack.tell(problem("a"))
    qtbot.mouseClick(stack.findChild(QToolButton, "banner_a_dismiss"), Qt.MouseButton.LeftButton)
    assert stack.kinds() == []


def test_details_are_copied_and_never_shown(stack: BannerStack, qtbot) -> None:
    stack.tell(problem("a", details="Traceback: deep inside"))
    stack.show()
    assert all("Traceback" not in label.text() for label in stack.findChildren(QLabel))
    qtbot.mouseClick(stack.findChild(QPushButton, "banner_a_copy"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "Something is wrong.\nTraceback: deep inside"


def test_good_news_goes_by_itself_and_errors_stay(stack: BannerStack, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(banner, "STAYS_MS", {Severity.SUCCESS: 10})
    stack.tell(problem("bad"))
    stack.tell(problem("good", severity=Severity.SUCCESS))
    qtbot.waitUntil(lambda: stack.kinds() == ["bad"], timeout=2000)


def test_more_kinds_than_are_kept_push_out_the_oldest(stack: BannerStack) -> None:
    for number in range(banner.MOST_KEPT + 5):
        stack.tell(problem(f"k{number}"))
    assert len(stack.kinds()) == banner.MOST_KEPT
    assert "k0" not in stack.kinds()
