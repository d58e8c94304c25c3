"""The mode bar and the stack of pages: each page is built when it is first shown, and told when it leaves the front."""

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QWidget

from tests.gui.conftest import Opened
from ui.mode_bar import ModeBar, ModeButton
from ui.pages import Page, PageContext, PageSpec, PageStack


class Noting(Page):
    def __init__(self, notes: list[str], name: str) -> None:
        super().__init__()
        self.notes, self.name = notes, name
        notes.append(f"{name} built")

    def page_shown(self) -> None:
        self.notes.append(f"{self.name} shown")

    def page_hidden(self) -> None:
        self.notes.append(f"{self.name} hidden")


def context(opened: Opened, settings: QSettings) -> PageContext:
    window = opened.window
    return PageContext(
        session=opened.session,
        store=opened.store,
        tasks=opened.tasks,
        settings=settings,
        tell=window.banners.tell,
        go_to=window.go_to,
        run_action=lambda action_id: None,
        targets=window.page.targets.named,
    )


def two_pages(notes: list[str]) -> list[PageSpec]:
    return [
        PageSpec(id="one", title="One", icon="fleet", make=lambda _: Noting(notes, "one")),
        PageSpec(id="two", title="Two", icon="report", make=lambda _: Noting(notes, "two")),
    ]


def test_a_page_is_built_when_it_is_first_shown_and_told_when_it_leaves(opened: Opened, qtbot, tmp_path) -> None:
    notes: list[str] = []
    settings = QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    stack = PageStack(two_pages(notes), context(opened, settings))
    qtbot.addWidget(stack)
    assert notes == []
    assert stack.show_page("one")
    assert notes == ["one built", "one shown"]
    assert stack.show_page("two")
    assert notes[2:] == ["two built", "one hidden", "two shown"]
    assert stack.show_page("one")
    assert notes[5:] == ["two hidden", "one shown"]
    assert stack.show_page("one")
    assert len(notes) == 7
    assert not stack.show_page("nowhere")
    assert stack.current_id == "one"


def test_a_click_in_the_mode_bar_asks_for_the_page_and_a_badge_is_spoken(qtbot) -> None:
    bar = ModeBar(two_pages([]))
    qtbot.addWidget(bar)
    asked: list[str] = []
    bar.picked.connect(asked.append)
    button = bar.findChild(ModeButton, "modeButton_two")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == ["two"]
    bar.show_badge("two", 3)
    assert button.accessibleName() == "Two: 3"
    bar.show_badge("two", 0)
    assert button.accessibleName() == "Two"


def test_the_window_opens_on_the_fleet_page(opened: Opened) -> None:
    assert opened.window.pages.current_id == "fleet"
    assert opened.find(ModeButton, "modeButton_fleet").isChecked()
    assert isinstance(opened.window.pages.currentWidget(), QWidget)
