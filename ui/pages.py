"""The pages of the window: which there are, and a stack that builds each when it is first shown.

A page that is not built yet costs nothing; one that is not shown is told so, and neither ticks nor asks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QUndoCommand
from PySide6.QtWidgets import QStackedWidget, QWidget

from simulator.passwords import PasswordStore, no_keyring
from ui.banner import Problem
from ui.fleet_store import FleetStore
from ui.session import Session
from ui.tasks import TaskOwner

if TYPE_CHECKING:
    from ui.scenario_shelf import ScenarioShelf


def _nothing(_what: object) -> None:
    """What a page may ask for where there is no window around it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """What a page is given: where to read, whom to ask, and how to speak and to lead elsewhere."""

    session: Session
    store: FleetStore
    tasks: TaskOwner
    settings: QSettings
    tell: Callable[[Problem], None]
    go_to: Callable[[str], None]  # another page, by its id
    run_action: Callable[[str], None]  # a command of the window, by its id
    targets: Callable[[], tuple[list[str], bool]]  # the things chosen on the fleet page, and whether they are selected
    shown_things: Callable[[], list[str]] = list  # the things that the fleet page's filter lets through
    give_scenario: Callable[[str], None] = _nothing  # to the things chosen on the fleet page; it can be undone
    did: Callable[[QUndoCommand], None] = _nothing  # something that can be undone was done
    scenarios: "ScenarioShelf | None" = None
    keyring: Callable[[], PasswordStore | None] = no_keyring  # of the system; it blocks: to be asked in a thread


class Page(QWidget):
    """A page of the stack. Subclasses override what they need."""

    badgeChanged = Signal(int)  # a count beside the page's word in the mode bar; 0 for none

    def page_shown(self) -> None:
        """The page has come to the front: bring it up to date, begin to tick."""

    def page_hidden(self) -> None:
        """Another page is at the front: stop ticking."""

    def save(self) -> bool:
        """Ctrl+S was pressed: save what this page edits; return whether there is such a thing."""
        return False

    def unsaved(self) -> dict[str, str]:
        """What was typed here and not used yet, by field, in words of the page's own; empty if nothing would be lost.

        It is asked for every few seconds: it must cost little. No secret may be in it.
        """
        return {}

    def take_unsaved(self, kept: Mapping[str, str]) -> None:
        """Show what `unsaved` gave before the window was lost; what is not understood is left alone."""

    def escape(self) -> bool:
        """Esc was pressed: leave whatever can be left; return whether there was something."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSpec:
    """A page that can be built. `title` is the word in the mode bar, already translated."""

    id: str
    title: str
    icon: str
    make: Callable[[PageContext], QWidget]


class PageStack(QStackedWidget):
    """The pages, one in front."""

    pageShown = Signal(str)  # "": a widget that is no page
    pageBuilt = Signal(str)

    def __init__(self, specs: Sequence[PageSpec], context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("mainPages")
        self.specs = tuple(specs)
        self._context = context
        self._built: dict[str, QWidget] = {}
        self.current_id = ""

    def page(self, page_id: str) -> QWidget:
        """The page of this id, built now if it was not.

        Raises:
            KeyError: there is no such page.
        """
        if page_id not in self._built:
            spec = {spec.id: spec for spec in self.specs}[page_id]
            page = spec.make(self._context)
            self._built[page_id] = page
            self.addWidget(page)
            self.pageBuilt.emit(page_id)
        return self._built[page_id]

    @property
    def context(self) -> PageContext:
        """What pages are given."""
        return self._context

    def built(self) -> dict[str, QWidget]:
        """The pages that were shown already, by their ids."""
        return dict(self._built)

    def show_other(self, widget: QWidget) -> None:
        """Bring a widget of the stack to the front that is no page."""
        if isinstance(before := self.currentWidget(), Page):
            before.page_hidden()
        self.current_id = ""
        self.setCurrentWidget(widget)
        if isinstance(widget, Page):
            widget.page_shown()
        self.pageShown.emit("")

    def show_page(self, page_id: str) -> bool:
        """Bring a page to the front; return False if there is none of this id."""
        if page_id not in {spec.id for spec in self.specs}:
            return False
        if page_id == self.current_id:
            return True
        page, before = self.page(page_id), self.currentWidget()
        self.current_id = page_id
        if isinstance(before, Page) and before is not page:
            before.page_hidden()
        self.setCurrentWidget(page)
        if isinstance(page, Page):
            page.page_shown()
        self.pageShown.emit(page_id)
        return True
