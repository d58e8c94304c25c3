"""The main window: toolbar, banners, the fleet page, status bar. It shows snapshots and passes wishes on."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QSettings, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from simulator.feed import ThingDetail
from simulator.passwords import PasswordStore, no_keyring
from ui import icons, keys_nearby, theme
from ui.actions import Actions
from ui.activity_drawer import ActivityDrawer
from ui.activity_watch import Watch
from ui.banner import BannerStack, Problem
from ui.command_lists import CommandLists
from ui.commands import Commands
from ui.detail_pane import DetailPane
from ui.drop_opener import Opener
from ui.drop_outline import DropOutline
from ui.drop_rows import Aim, aim_at
from ui.fleet_page import FleetPage
from ui.fleet_save import FleetSave
from ui.fleet_store import FleetStore
from ui.focus_ring import FocusRings
from ui.heartbeat import Heartbeat
from ui.main_toolbar import MainToolbar
from ui.mode_bar import ModeBar
from ui.open_fleet import OpenFleet
from ui.page_errands import PageErrands
from ui.page_list import page_specs
from ui.pages import Page, PageContext, PageStack
from ui.palette import CommandPalette
from ui.preferences_control import PreferencesControl
from ui.preferences_layout import Layout
from ui.presenter_look import PresenterLook
from ui.presenter_mode import PresenterMode
from ui.recovery import Recovery
from ui.rewind_clip import ClipExport
from ui.rewind_detail import as_shown
from ui.row_menu import RowMenu
from ui.scenario_folder import folder_of
from ui.scenario_menu import ScenarioMenu
from ui.scenario_shelf import ScenarioShelf
from ui.session import Session
from ui.shortcut_sheet import ShortcutSheet
from ui.status_bar import StatusBar
from ui.status_style import STATUSES
from ui.story_bar import StoryBar
from ui.story_script import StoryScript
from ui.tasks import TaskOwner
from ui.welcome_page import WelcomePage
from ui.window_commands import WindowCommands


class MainWindow(QMainWindow):
    """One window on one session. `closed` comes once, when a person closes it."""

    closed = Signal()

    def __init__(
        self,
        session: Session,
        store: FleetStore,
        tasks: TaskOwner,
        settings: QSettings,
        *,
        animate: bool = True,
        keyring: Callable[[], PasswordStore | None] = no_keyring,
    ) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self._session = session
        self._store = store
        self._tasks = tasks
        self._settings = settings
        self._keyring = keyring
        self._looked_at: list[str] = []
        self._painted_changes = -1
        self.pane = DetailPane(self._detail, lambda work: tasks.start(work, "detail"), self, store=store)
        self.page = FleetPage(store, self.pane, self)
        self.page.model.flashes = animate
        self.banners = BannerStack(self)
        self.status_bar = StatusBar(self)
        self.heartbeat = Heartbeat(self)
        self.actions_of = Actions(self, (self.page.table, self.page.wall))
        self.page.filter_edit.saved.use(settings)
        self.commands = Commands(self.page, session, tasks, self)
        self.scenario_menu = ScenarioMenu(self.commands.assign, self.page.targets.scenarios, self)
        self.actions_of["act.fleet.scenario"].setMenu(self.scenario_menu)
        self.scenarios = ScenarioShelf(session, store, tasks, folder_of(settings), self.tell, self)
        self.scenarios.listChanged.connect(lambda: self.scenario_menu.show_own(self.scenarios.names()))
        self.scenarios.load()
        self.row_menu = RowMenu(self.page, self.actions_of, self.commands, self)
        self.errands = PageErrands(self)
        self.window_commands = WindowCommands(self)
        self.pages = self._page_stack()
        self.mode_bar = ModeBar(self.pages.specs, self)
        self.lists = CommandLists(self)
        self.palette_sheet = CommandPalette(self.lists.palette_entries, self)
        self.shortcut_sheet = ShortcutSheet(self.lists.shortcut_rows, self)
        self.story = StoryBar(StoryScript(self.page, session, tasks, self.go_to, self), self)
        self.presenter = PresenterMode(self)
        self.presenter_look = PresenterLook(self)
        self.focus_rings = FocusRings(self)
        self.drawer = ActivityDrawer(self)
        self.watch = Watch(self.page, self.banners, show=self.errands.show_things)
        self.opener = Opener(self)
        self.clips = ClipExport(self._store, self._tasks, self.tell, self)
        self.layout_of = Layout(self, settings)
        self.preferences = PreferencesControl(self)
        self.fleet_save = FleetSave(self)
        self.recovery = Recovery(self)
        self.open_fleet = OpenFleet(self)
        self._welcome: WelcomePage | None = None
        self._outline = DropOutline(self)
        self.setAcceptDrops(True)
        self._build()
        self._connect()
        self.pages.show_page("fleet")
        self.open_fleet.show_title()
        self._retarget()

    def _build(self) -> None:
        self.setWindowIcon(icons.icon("app", theme.current().tokens.accent, 32))
        self.setMinimumSize(640, 480)
        self.toolbar = MainToolbar(self.actions_of, self)
        self.addToolBar(self.toolbar)
        middle = QWidget(self)
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        beside = QHBoxLayout()
        beside.setSpacing(0)
        beside.addWidget(self.mode_bar)
        beside.addWidget(self.pages, 1)
        layout.addLayout(beside, 1)
        self._middle = layout
        layout.addWidget(self.drawer)
        layout.addWidget(self.story)
        layout.addWidget(self.status_bar)
        self.setCentralWidget(middle)
        for number in range(1, len(STATUSES) + 1):
            shortcut = QShortcut(QKeySequence(f"Alt+{number}"), self)
            shortcut.setObjectName(f"fleetChipKey_{number}")
            shortcut.activated.connect(lambda code=number: self.page.chip_filter.pick(code, False))
        self.page.table.setFocus()

    def _page_stack(self) -> PageStack:
        context = PageContext(
            session=self._session,
            store=self._store,
            tasks=self._tasks,
            settings=self._settings,
            tell=self.tell,
            go_to=self.go_to,
            run_action=lambda action_id: self.actions_of[action_id].trigger(),
            targets=self.page.targets.named,
            shown_things=self.page.model.shown_names,
            give_scenario=self.commands.assign,
            did=self.commands.undo.stack.push,
            scenarios=self.scenarios,
            keyring=self._keyring,
        )
        return PageStack(page_specs(self.page), context, self)

    def go_to(self, page_id: str) -> None:
        """Bring a page to the front; an unknown one changes nothing."""
        self.pages.show_page(page_id)

    def open_at(self, place: str) -> None:
        """Begin at a page, at one of the two views of the fleet page, or at a scenario (`scenarios:NAME`)."""
        if place in ("table", "wall"):
            self.page.show_view(place)
        elif place.startswith("scenarios:"):
            self.errands.open_scenario(place.partition(":")[2], 0)
        else:
            self.go_to(place)

    def show_demo(self) -> None:
        """Tell the demo's story; the demo takes the place of what there is, unless it runs already."""
        if not self._session.is_demo:
            self._tasks.start(self._session.show_demo(), "demo")
            self.open_fleet.name = ""
        self.story.script.begin()

    @property
    def session(self) -> Session:
        """What the window is on."""
        return self._session

    @property
    def tasks(self) -> TaskOwner:
        """Who starts the window's coroutines."""
        return self._tasks

    def welcome(self) -> None:
        """Show the welcome page in the place of the pages, until something else is chosen."""
        if self._welcome is None:
            self._welcome = WelcomePage(self.pages)
            self._welcome.demoWanted.connect(self.show_demo)
            self._welcome.openWanted.connect(self.opener.ask)
            self._welcome.fleetWanted.connect(self.errands.add_things)
            self.pages.addWidget(self._welcome)
        self.pages.show_other(self._welcome)
        self.mode_bar.show_current("")
        self._welcome.take_focus()

    @property
    def is_welcoming(self) -> bool:
        """Whether the welcome page is at the front."""
        return self._welcome is not None and self.pages.currentWidget() is self._welcome

    def _show_undo(self) -> None:
        """What Undo and Redo would do, in the words of the palette."""
        stack = self.commands.undo.stack
        undo, redo = self.tr("Undo %1"), self.tr("Redo %1")
        nothing = self.tr("There is nothing to undo"), self.tr("There is nothing to redo")
        self.actions_of.say(
            "act.app.undo", undo.replace("%1", stack.undoText()).strip(), "" if stack.canUndo() else nothing[0]
        )
        self.actions_of.say(
            "act.app.redo", redo.replace("%1", stack.redoText()).strip(), "" if stack.canRedo() else nothing[1]
        )
        self.setWindowModified(self.commands.undo.has_edits or self.scenarios.is_dirty)

    def _add_many(self, count: int) -> None:
        self.commands.undo.add_many(count)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._outline.hold(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._outline.words:
            self._outline.aim(self._held_over(event.position().toPoint()))
            event.acceptProposedAction()

    def _held_over(self, at: QPoint) -> Aim:
        """What lies at a point of the window."""
        return aim_at(self.page, self.pages.currentWidget(), self.mapToGlobal(at))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._outline.let_go()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        found, aim = self._outline.let_go(), self._held_over(event.position().toPoint())
        QTimer.singleShot(0, lambda: self.opener.open_found(found, aim))  # the other program need not wait for it

    def _page_shown(self, page_id: str) -> None:
        """Banners go with the person: into the fleet page's table column, or under any other page."""
        self.mode_bar.show_current(page_id)
        if page_id == "fleet":
            self.page.take_banners(self.banners)
        else:
            self._middle.insertWidget(self._middle.indexOf(self.drawer), self.banners)

    def _page_built(self, page_id: str) -> None:
        page = self.pages.page(page_id)
        if isinstance(page, Page):
            page.badgeChanged.connect(lambda count: self.mode_bar.show_badge(page_id, count))

    def _connect(self) -> None:
        self.actions_of.connect_to(self.window_commands.handlers())
        self._connect_page()
        self._connect_parts()
        self._connect_session()
        theme.current().changed.connect(self._restyle)

    def _connect_page(self) -> None:
        page = self.page
        page.targetsChanged.connect(self._retarget)
        page.counted.connect(self._counted)
        page.momentShown.connect(self.pane.refresh)
        for told in (page.rewind.changed, page.momentShown):
            told.connect(lambda: self.actions_of["act.view.freeze"].setChecked(self._store.frozen))
        page.rewind_bar.exportWanted.connect(self.clips.ask)
        page.waiting_words = self._waiting_words
        page.wall.openWanted.connect(self.commands.focus_pane)
        page.splitter.paneShown.connect(self.actions_of["act.view.detail"].setChecked)
        keys_nearby.share(self.actions_of, keys_nearby.REWINDING, page.rewind_bar)
        keys_nearby.share(self.actions_of, keys_nearby.REWINDING + keys_nearby.BY_HAND, self.pane)
        page.menuWanted.connect(self.row_menu.open)
        page.addWanted.connect(self._add_many)
        page.buildWanted.connect(self.errands.add_things)
        page.openWanted.connect(self.opener.ask)
        page.table.selectionModel().currentRowChanged.connect(self._look)
        page.table.namesSelected.connect(self._look)

    def _connect_parts(self) -> None:
        self.mode_bar.picked.connect(self.go_to)
        self.pages.pageShown.connect(self._page_shown)
        self.pages.pageBuilt.connect(self._page_built)
        self.commands.job_dialog.moreWanted.connect(self.errands.compose_job)
        self.pane.commandWanted.connect(lambda action_id: self.actions_of[action_id].trigger())
        self.banners.spoken.connect(self.drawer.log.add)
        self.status_bar.connectionWanted.connect(lambda: self.go_to("connection"))
        self.commands.undo.stack.indexChanged.connect(self._show_undo)
        self.scenarios.openWanted.connect(self.errands.open_scenario)
        self.scenarios.draftChanged.connect(self._show_undo)
        self.scenarios.listChanged.connect(self._show_undo)
        self._show_undo()
        self.opener.opened.connect(self.open_fleet.opened)
        self.opener.opened.connect(lambda _path: self.story.script.leave())  # it is of other things
        self.fleet_save.saved.connect(self.open_fleet.saved)

    def _connect_session(self) -> None:
        self._session.connection.changed.connect(self._show_connection)
        self._session.teller.told.connect(self.tell)
        self._session.teller.ended.connect(self.banners.withdraw)
        self._session.showWanted.connect(self.errands.show_things)
        self._session.connectionWanted.connect(self.errands.mend_connection)
        self._session.fleetReplaced.connect(self.open_fleet.brought_back)

    # --- words and looks --------------------------------------------------------------------------------------------

    def _retarget(self) -> None:
        count, selected = self.page.targets.count()
        self.actions_of.show_targets(count, selected=selected, working=self.page.targets.working_count())
        self.actions_of["act.fleet.manual"].setChecked(self.page.targets.all_manual())
        self._shorten()

    def _shorten(self) -> None:
        self.toolbar.shorten(self.width())

    def _show_connection(self) -> None:
        self.status_bar.show_connection(
            self._session.connection.link, self._session.connection.mqtt, self._session.connection.http
        )
        scale = self._session.connection.time_scale if self._session.connection.is_local else 1.0
        here = self._session.connection
        self.pane.show_address(here.mqtt, here.http, scale, here.credentials)
        self.open_fleet.show_title()

    def _counted(self) -> None:
        """Five times a second, once while minimised: counters, the window's own health, the pane."""
        self.status_bar.show_counters(self._store.counters)
        late, pace = self.heartbeat.is_late, self.page.pace
        self.status_bar.show_window(self.heartbeat.lag_ms, pace.display_hz, late=late, slowed=pace.slowed)
        self.status_bar.show_run(
            self._session.seed, self._session.things.run_seconds(), self._session.connection.time_scale
        )
        self.open_fleet.show_title()
        self.watch.look()
        if self.is_welcoming and len(self._store):
            self.go_to("fleet")
        if self.isMinimized():  # only counters; pane and commands follow when it is back
            return
        if self.pane.isVisible() and self._store.changes != self._painted_changes and not self._store.frozen:
            self._painted_changes = self._store.changes
            self.pane.refresh()
        self._retarget()

    def _waiting_words(self) -> str:
        """Why there is nothing to add things to yet; "" once there is."""
        if self._session.process.is_ready and not self._session.is_opening:
            return ""
        if not self._session.is_opening:
            return self.tr("The engine is not running.")
        return self.tr("Starting the demo…") if self._session.is_demo else self.tr("Starting…")

    def tell(self, problem: Problem) -> None:
        """Show a problem as a banner."""
        self.banners.tell(problem)

    def _restyle(self) -> None:
        self.actions_of.restyle()
        self.toolbar.restyle()
        self.setWindowIcon(icons.icon("app", theme.current().tokens.accent, 32))

    async def _detail(self, name: str) -> ThingDetail | None:
        """What is known of a thing, at the moment that is shown."""
        return as_shown(await self._session.process.detail(name), self._store)

    # --- the pane and the row menu ----------------------------------------------------------------------------------

    def _look(self) -> None:
        """Show in the pane the selected thing, a sum of several, or of the whole fleet if none is selected."""
        chosen = self.page.table.selected_names()
        if chosen == self._looked_at:
            return
        self._looked_at = chosen
        if len(chosen) > 1:
            self.pane.show_many(chosen)
        else:
            self.pane.show_thing(chosen[0] if chosen else None)

    # --- coming and going -------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.actions_of["act.view.detail"].setChecked(self.page.pane.isVisibleTo(self.page))
        self.page.start()
        self.heartbeat.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.remember()
        self.page.stop()
        event.accept()
        # After this event: what hears of it may take the window apart.
        QTimer.singleShot(0, self.closed.emit)

    def remember(self) -> None:
        """Keep geometry, columns, sort, filter, page, looks and preferences for the next time."""
        self.preferences.close()
        self.layout_of.remember()

    def recall(self) -> None:
        """What `remember` kept; what is not understood falls back to the default."""
        self.layout_of.note_default()
        self.layout_of.recall()
        self.commands.undo.forget()  # what was remembered is where one begins

    async def open_last(self) -> None:
        """The fleet that was open the last time, if its file is still there."""
        if (last := self.layout_of.last()) is not None:
            await self.opener.open_fleet(last)
