"""Every command as a record: id, texts, icon, keys. Toolbar, menus, keys and tests share the QActions made of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from ui import icons, theme
from ui.numbers import counted, grouped


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """One command. `shown` and `selected` are its text when it acts on %1 things.

    Keys with `in_table` work only while the table has the focus.
    """

    id: str
    text: str
    shown: str = ""
    selected: str = ""
    icon: str = ""
    keys: tuple[str, ...] = ()
    in_table: bool = False
    tip: str = ""
    checkable: bool = False
    needs_targets: bool = False
    needs_work: bool = False  # acts only on those targets that have an execution under way, and counts only those


def none_works(count: int) -> str:
    """Why a command that needs an execution under way is off, for so many targets."""
    one = QCoreApplication.translate("Actions", "There is no execution under way")
    return counted(count, one, QCoreApplication.translate("Actions", "None of the %n is working"))


def _(context: str, text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return str(QT_TRANSLATE_NOOP(context, text))


ACTIONS: Final = (
    ActionSpec(
        id="act.fleet.start", icon="start", keys=("F5",), needs_targets=True,
        text=_("Actions", "Start"), shown=_("Actions", "Start %1 shown"), selected=_("Actions", "Start %1 selected"),
        tip=_("Actions", "Connect and take jobs"),
    ),
    ActionSpec(
        id="act.fleet.stop", icon="stop", keys=("Shift+F5",), needs_targets=True,
        text=_("Actions", "Stop"), shown=_("Actions", "Stop %1 shown"), selected=_("Actions", "Stop %1 selected"),
        tip=_("Actions", "Say goodbye and rest; an execution under way stays as the service has it"),
    ),
    ActionSpec(
        id="act.fleet.connect", icon="connect", keys=("C",), in_table=True, needs_targets=True,
        text=_("Actions", "Connect"), shown=_("Actions", "Connect %1 shown"),
        selected=_("Actions", "Connect %1 selected"),
        tip=_("Actions", "Bring the line back after Disconnect"),
    ),
    ActionSpec(
        id="act.fleet.disconnect", icon="disconnect", keys=("D",), in_table=True, needs_targets=True,
        text=_("Actions", "Disconnect"), shown=_("Actions", "Disconnect %1 shown"),
        selected=_("Actions", "Disconnect %1 selected"),
        tip=_("Actions", "Cut the line without a goodbye, and stay away until Connect"),
    ),
    ActionSpec(
        id="act.fleet.scenario", icon="scenario", needs_targets=True,
        text=_("Actions", "Scenario"), shown=_("Actions", "Scenario for %1 shown"),
        selected=_("Actions", "Scenario for %1 selected"),
        tip=_("Actions", "Give things another scenario, from their next execution on"),
    ),
    ActionSpec(
        id="act.fleet.step", icon="step", keys=("F10",), needs_targets=True, needs_work=True,
        text=_("Actions", "Next step"), selected=_("Actions", "Next step for %1 selected"),
        shown=_("Actions", "Next step for %1 shown"),
        tip=_("Actions", "Let things in manual mode do the step that is due, in its own time; once more hurries it"),
    ),
    ActionSpec(
        id="act.fleet.next", icon="step", keys=("N",), in_table=True, needs_targets=True, needs_work=True,
        text=_("Actions", "Next step"), selected=_("Actions", "Next step for %1 selected"),
        shown=_("Actions", "Next step for %1 shown"),
        tip=_("Actions", "Let things in manual mode do the step that is due, in its own time; once more hurries it"),
    ),
    ActionSpec(
        id="act.fleet.manual", icon="manual", keys=("M",), in_table=True, checkable=True, needs_targets=True,
        text=_("Actions", "Manual"), shown=_("Actions", "Manual for %1 shown"),
        selected=_("Actions", "Manual for %1 selected"),
        tip=_("Actions", "In manual mode a thing waits before every step"),
    ),
    ActionSpec(
        id="act.fleet.wrong", keys=("V",), in_table=True, needs_targets=True,
        text=_("Actions", "Send it wrong…"), shown=_("Actions", "Send it wrong from %1 shown…"),
        selected=_("Actions", "Send it wrong from %1 selected…"),
        tip=_("Actions", "Make a mistake on purpose, and see on the tape what the service says"),
    ),
    ActionSpec(
        id="act.job.new", icon="job", keys=("Ctrl+N",), needs_targets=True,
        text=_("Actions", "Create job…"), shown=_("Actions", "Create job for %1 shown…"),
        selected=_("Actions", "Create job for %1 selected…"), tip=_("Actions", "Make a job for these things"),
    ),
    ActionSpec(id="act.job.wall", text=_("Actions", "Show the job on the wall")),
    ActionSpec(id="act.job.cancel", text=_("Actions", "Cancel the job…")),
    ActionSpec(id="act.job.force", text=_("Actions", "Force cancel the job…")),
    ActionSpec(id="act.job.delete", text=_("Actions", "Delete the job…")),
    ActionSpec(id="act.job.clone", text=_("Actions", "Clone the job into the composer")),
    ActionSpec(id="act.job.copyBoto3", text=_("Actions", "Copy the job as Python (boto3)")),
    ActionSpec(id="act.job.copyCli", text=_("Actions", "Copy the job as an AWS CLI command")),
    ActionSpec(
        id="act.force.succeed", keys=("S", "Shift+S"), in_table=True, needs_targets=True, needs_work=True,
        text=_("Actions", "Succeed"),
        shown=_("Actions", "Succeed %1 shown"), selected=_("Actions", "Succeed %1 selected"),
    ),
    ActionSpec(
        id="act.force.fail", keys=("F", "Shift+F"), in_table=True, needs_targets=True, needs_work=True,
        text=_("Actions", "Fail…"), shown=_("Actions", "Fail %1 shown…"), selected=_("Actions", "Fail %1 selected…"),
    ),
    ActionSpec(
        id="act.force.reject", keys=("R", "Shift+R"), in_table=True, needs_targets=True, needs_work=True,
        text=_("Actions", "Reject…"),
        shown=_("Actions", "Reject %1 shown…"), selected=_("Actions", "Reject %1 selected…"),
    ),
    ActionSpec(
        id="act.force.stall", keys=("X", "Shift+X"), in_table=True, needs_targets=True, needs_work=True,
        text=_("Actions", "Stall"), shown=_("Actions", "Stall %1 shown"), selected=_("Actions", "Stall %1 selected"),
    ),
    ActionSpec(
        id="act.view.freeze", keys=("Space",), in_table=True, checkable=True, text=_("Actions", "Freeze the view"),
    ),
    ActionSpec(id="act.view.saveFilter", keys=("Ctrl+Shift+F",), text=_("Actions", "Save the filter…")),
    ActionSpec(id="act.rewind.live", keys=("L",), in_table=True, text=_("Actions", "Back to now")),
    ActionSpec(id="act.rewind.back", keys=(",",), in_table=True, text=_("Actions", "Rewind to the change before")),
    ActionSpec(id="act.rewind.forward", keys=(".",), in_table=True, text=_("Actions", "Rewind: on to the next change")),
    ActionSpec(id="act.rewind.play", keys=("P",), in_table=True, text=_("Actions", "Play what the fleet did")),
    ActionSpec(id="act.rewind.clip", text=_("Actions", "Export clip…")),
    ActionSpec(id="act.view.filter", keys=("Ctrl+F",), text=_("Actions", "Filter")),
    ActionSpec(id="act.view.slash", keys=("/",), in_table=True, text=_("Actions", "Filter")),
    ActionSpec(id="act.view.escape", keys=("Esc",), text=_("Actions", "Clear filter, then selection")),
    ActionSpec(id="act.view.all", keys=("Ctrl+A",), in_table=True, text=_("Actions", "Select all shown")),
    ActionSpec(id="act.view.invert", keys=("Ctrl+Shift+I",), in_table=True, text=_("Actions", "Invert the selection")),
    ActionSpec(id="act.view.copy", keys=("Ctrl+C",), in_table=True, text=_("Actions", "Copy rows")),
    ActionSpec(id="act.view.side", keys=("F7",), text=_("Actions", "Details beside or below")),
    ActionSpec(
        id="act.view.detail", icon="detail", keys=("F8",), checkable=True, text=_("Actions", "Details"),
        tip=_("Actions", "Show or hide the pane that looks at one thing"),
    ),
    ActionSpec(
        id="act.view.open", keys=("Return", "Enter"), in_table=True, text=_("Actions", "Look at this thing"),
    ),
    ActionSpec(id="act.view.table", keys=("T",), in_table=True, text=_("Actions", "Things as a table")),
    ActionSpec(id="act.view.wall", keys=("W",), in_table=True, text=_("Actions", "Things as a wall")),
    ActionSpec(
        id="act.view.theme", icon="theme", text=_("Actions", "Light or dark"),
        tip=_("Actions", "Switch between light and dark"),
    ),
    ActionSpec(
        id="act.fleet.add", icon="add", keys=("Ctrl+Shift+N",), text=_("Actions", "Add things…"),
        tip=_("Actions", "Describe a fleet, and add its things or save it as a file"),
    ),
    ActionSpec(id="act.app.open", icon="add", keys=("Ctrl+O",), text=_("Actions", "Open…"),
        tip=_("Actions", "A fleet, scenarios, a job document or a report")),
    ActionSpec(id="act.app.save", keys=("Ctrl+S",), text=_("Actions", "Save"),
        tip=_("Actions", "The fleet as a file that the command line runs too, or what the page edits")),
    ActionSpec(id="act.app.saveAs", keys=("Ctrl+Shift+S",), text=_("Actions", "Save the fleet as…")),
    ActionSpec(id="act.app.undo", keys=("Ctrl+Z",), text=_("Actions", "Undo")),
    ActionSpec(id="act.app.redo", keys=("Ctrl+Shift+Z", "Ctrl+Y"), text=_("Actions", "Redo")),
    ActionSpec(
        id="act.fleet.firmware", needs_targets=True, text=_("Actions", "Set firmware…"),
        shown=_("Actions", "Set firmware of %1 shown…"), selected=_("Actions", "Set firmware of %1 selected…"),
        tip=_("Actions", "Start things anew with another firmware; Undo gives them back the one they had"),
    ),
    ActionSpec(
        id="act.fleet.reset", needs_targets=True, text=_("Actions", "Reset"), shown=_("Actions", "Reset %1 shown"),
        selected=_("Actions", "Reset %1 selected"),
        tip=_("Actions", "Start things anew, as they were when they came: messages, counts and firmware"),
    ),
    ActionSpec(
        id="act.fleet.remove", keys=("Del",), in_table=True, needs_targets=True,
        text=_("Actions", "Remove"), shown=_("Actions", "Remove %1 shown"), selected=_("Actions", "Remove %1 selected"),
        tip=_("Actions", "Take things out of the fleet; Undo brings them back, stopped"),
    ),
    ActionSpec(
        id="act.app.activity", keys=("Ctrl+J",), checkable=True, text=_("Actions", "Activity"),
        tip=_("Actions", "Everything that was told since the start"),
    ),
    ActionSpec(id="act.app.preferences", keys=("Ctrl+,",), text=_("Actions", "Preferences…")),
    ActionSpec(id="act.app.resetLayout", text=_("Actions", "Reset the layout")),
    ActionSpec(id="act.view.larger", keys=("Ctrl++", "Ctrl+="), text=_("Actions", "Larger text")),
    ActionSpec(id="act.view.smaller", keys=("Ctrl+-",), text=_("Actions", "Smaller text")),
    ActionSpec(id="act.view.normal", keys=("Ctrl+0",), text=_("Actions", "Text in its usual size")),
    ActionSpec(
        id="act.view.presenter", keys=("F11",), checkable=True, text=_("Actions", "Presenter mode"),
        tip=_("Actions", "Large, dark and without what an audience need not see"),
    ),
    ActionSpec(
        id="act.view.shownKeys", keys=("F12",), checkable=True, text=_("Actions", "Show keys as they are pressed"),
    ),
    ActionSpec(
        id="act.app.demo", text=_("Actions", "Show me: the demo with its story"),
        tip=_("Actions", "Two hundred pumps, a firmware update, and a story in six captions"),
    ),
    ActionSpec(id="act.app.palette", keys=("Ctrl+K",), text=_("Actions", "Find a command…")),
    ActionSpec(id="act.app.keys", keys=("?", "F1"), text=_("Actions", "Keyboard shortcuts")),
    ActionSpec(id="act.app.quit", keys=("Ctrl+Q",), text=_("Actions", "Quit")),
)  # fmt: skip


class Actions(QObject):
    """The QActions of one window, by id."""

    def __init__(self, window: QWidget, views: Sequence[QWidget]) -> None:
        """Keys of commands for things work in each of `views`, all others in the whole window."""
        super().__init__(window)
        self._specs = {spec.id: spec for spec in ACTIONS}
        self._targets = self._working = 0
        self._said: dict[str, tuple[str, str]] = {}  # texts that are told from outside, and why not
        self._known: dict[str, tuple[int, bool, str, str]] = {}  # what the words of each were made from
        self._words: dict[str, tuple[str, str]] = {}  # text and tip of each
        self._actions: dict[str, QAction] = {}
        for spec in ACTIONS:
            action = self._actions[spec.id] = QAction(window)
            action.setObjectName(spec.id)
            action.setCheckable(spec.checkable)
            action.setShortcuts([QKeySequence(keys) for keys in spec.keys])
            within = Qt.ShortcutContext.WidgetShortcut if spec.in_table else Qt.ShortcutContext.WindowShortcut
            action.setShortcutContext(within)
            for owner in views if spec.in_table else (window,):
                owner.addAction(action)
        self.show_targets(0, selected=False)
        self.restyle()

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def connect_to(self, handlers: dict[str, Callable[[], None]]) -> None:
        """Connect each id to what it does."""
        for action_id, act in handlers.items():
            # triggered passes whether it is checked; the handlers look for themselves
            self._actions[action_id].triggered.connect(lambda _=False, act=act: act())

    def show_targets(self, count: int, *, selected: bool, working: int = 0) -> None:
        """Let every text say what its command would act on; `working` of the targets have an execution under way."""
        why = none_works(count)
        self._targets, self._working = count, working
        for spec in ACTIONS:
            action = self._actions[spec.id]
            number = working if spec.needs_work else count
            is_idle = spec.needs_work and count > 0 and not working
            said = self._said.get(spec.id, ("", ""))[0]
            known = (number, selected, why if is_idle else "", said)
            if self._known.get(spec.id) != known:  # asked for five times a second, and most say what they said
                template = "" if number == 0 else spec.selected if selected else spec.shown
                text = QCoreApplication.translate("Actions", template or spec.text).replace("%1", grouped(number))
                text = said or text
                self._words[spec.id] = text, f"{text} · {why}" if is_idle else self._tip(spec, text)
                self._known[spec.id] = known
            text, tip = self._words[spec.id]
            if action.text() != text:
                action.setText(text)
            if action.toolTip() != tip:
                action.setToolTip(tip)
            if spec.needs_targets:
                action.setEnabled(number > 0)

    def say(self, action_id: str, text: str, why_not: str = "") -> None:
        """Give a command a text of the moment; with `why_not` it cannot be used now."""
        self._said[action_id] = (text, why_not)
        self._actions[action_id].setText(text)
        self._actions[action_id].setEnabled(not why_not)

    def why_not(self, action_id: str) -> str:
        """Why a command cannot be used now, in a few words; "" if it can."""
        spec, action = self._specs[action_id], self._actions[action_id]
        if action.isEnabled():
            return ""
        if action_id in self._said:
            return self._said[action_id][1]
        if spec.needs_work and self._targets and not self._working:
            return none_works(self._targets)
        return QCoreApplication.translate("Actions", "There are no things to act on")

    def keys(self, action_id: str) -> str:
        """The keys of a command as people write them, "" if it has none."""
        return ", ".join(
            sequence.toString(QKeySequence.SequenceFormat.NativeText) for sequence in self[action_id].shortcuts()
        )

    def plain_text(self, action_id: str) -> str:
        """What a command does, without the things it would act on."""
        return QCoreApplication.translate("Actions", self._specs[action_id].text)

    def ids(self) -> list[str]:
        """Every command, in the order of the list."""
        return list(self._actions)

    def shorten(self, ids: Iterable[str], *, short: bool) -> None:
        """In the toolbar show these without their number, or with it."""
        for action_id in ids:
            plain = QCoreApplication.translate("Actions", self._specs[action_id].text)
            self._actions[action_id].setIconText(plain if short else self._actions[action_id].text())

    def restyle(self) -> None:
        """After a change of scheme."""
        for spec in ACTIONS:
            if spec.icon:
                self._actions[spec.id].setIcon(icons.icon(spec.icon, size=theme.px(icons.SIZE)))

    @staticmethod
    def _tip(spec: ActionSpec, text: str) -> str:
        tip = QCoreApplication.translate("Actions", spec.tip) if spec.tip else ""
        keys = ", ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in spec.keys)
        return " · ".join(part for part in (text, tip, keys) if part)
