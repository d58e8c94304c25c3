"""All scenarios of the window: those that ship, and one's own, which are kept in a folder and known to the fleet."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from simulator.errors import InputError, SimulatorError
from ui import scenario_folder
from ui.banner import Problem, Severity
from ui.fleet_store import FleetStore
from ui.numbers import counted
from ui.scenario_draft import ScenarioDraft, name_in
from ui.session import Session
from ui.tasks import TaskOwner

EXAMPLE: Final = """\
# A scenario says how a thing behaves when a job execution is waiting for it.
name: {name}
description: Downloads and applies, and succeeds
steps:
  - name: download
    duration: {{mean: 4, jitter: 1}}   # seconds
    progress: {{from: 0, to: 60, every: 1}}
  - name: apply
    duration: 2
    progress: {{to: 100}}
end: SUCCEEDED
"""
_LINE: Final = re.compile(r"\bline (\d+)")


class ScenarioShelf(QObject):
    """`listChanged`: scenarios came, went or have other names. `draftChanged` comes with the one that changed."""

    listChanged = Signal()
    draftChanged = Signal(object)
    openWanted = Signal(str, int)  # a scenario, and a line of it

    def __init__(
        self,
        session: Session,
        store: FleetStore,
        tasks: TaskOwner,
        folder: Path,
        tell: Callable[[Problem], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.folder = folder
        self.own: list[ScenarioDraft] = []
        self._session, self._store, self._tasks, self._tell = session, store, tasks, tell
        self._builtin: dict[str, ScenarioDraft] = {}
        self._stamps: dict[Path, tuple[int, int]] = {}
        self._applied: dict[str, str] = {}  # what the fleet knows, by name
        session.process.scenarioRefused.connect(self._refused)

    # --- what there is ----------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Read the folder, and make known what is in it: the fleet reads it when it opens."""
        self.look_at_disk()
        for draft in self.own:
            if not draft.trouble:
                self._session.process.scenarios[draft.name] = draft.saved
                self._applied[draft.name] = draft.saved

    def draft(self, name: str) -> ScenarioDraft | None:
        """The scenario of this name; one's own comes first."""
        found = next((draft for draft in self.own if draft.title == name), None)
        return found or self.builtin(name)

    def builtin(self, name: str) -> ScenarioDraft | None:
        """The scenario of this name that ships."""
        from simulator.scenario import loader

        if name not in self._builtin:
            if name not in loader.builtin_names():
                return None
            draft = self._builtin[name] = ScenarioDraft(name, loader.builtin_text(name), None, self)
            draft.is_builtin = True
        return self._builtin[name]

    def names(self) -> list[str]:
        """One's own scenarios that things can be given."""
        return [draft.name for draft in self.own if draft.name in self._applied]

    def taken_by_others(self, draft: ScenarioDraft) -> frozenset[str]:
        """The names that this one may not have."""
        from simulator.scenario import loader

        own = {other.name or other.title for other in self.own if other is not draft}
        return frozenset(own.union(() if draft.is_builtin else loader.builtin_names()))

    def texts(self, draft: ScenarioDraft) -> dict[str, str]:
        """What other scenarios say that this one may name."""
        return {name: text for name, text in self._applied.items() if name != draft.name}

    def is_applied(self, draft: ScenarioDraft) -> bool:
        """Whether the fleet knows what is written now."""
        return draft.is_builtin or self._applied.get(draft.name) == draft.text

    def used_by(self) -> Counter[str]:
        """How many things have each scenario."""
        return Counter(self._store.scenario)

    def things_of(self, names: Iterable[str]) -> list[str]:
        """The things that have one of these scenarios."""
        wanted = set(names)
        store = self._store
        return [name for name, scenario in zip(store.names, store.scenario, strict=True) if scenario in wanted]

    @property
    def is_dirty(self) -> bool:
        """Whether something is written and not saved."""
        return any(draft.is_dirty for draft in self.own)

    def unsaved(self) -> dict[str, str]:
        """What is written and not saved, by name: for whoever keeps it safe until then."""
        return {draft.title: draft.text for draft in self.own if draft.is_dirty}

    def recover(self, texts: dict[str, str]) -> None:
        """Put back what `unsaved` told in an earlier run; it can be undone, and is not saved yet."""
        for name, text in texts.items():
            draft = next((each for each in self.own if each.title == name), None) or self._put("", text)
            draft.write(text)
        self.listChanged.emit()

    # --- coming and going -------------------------------------------------------------------------------------------

    def _put(self, name: str, text: str, path: Path | None = None) -> ScenarioDraft:
        draft = ScenarioDraft(name, text, path, self)
        draft.changed.connect(partial(self.draftChanged.emit, draft))
        self.own.append(draft)
        self.own.sort(key=lambda each: each.title.lower())
        return draft

    def free_name(self, wanted: str) -> str:
        """This name, or if it is taken the next free one like it."""
        from simulator.scenario import loader

        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", wanted).strip("-")[:56] or "scenario"
        taken = {each for draft in self.own for each in (draft.title, draft.name)}.union(loader.builtin_names())
        tries = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(taken) + 2))
        return next(name for name in tries if name not in taken)

    def new(self, text: str = "", wanted: str = "my-scenario") -> ScenarioDraft:
        """A scenario that is not saved yet: an example, or this text under a name that is free."""
        from ui.scenario_edits import set_value  # a YAML reader, which the start can do without

        name = self.free_name(wanted)
        draft = self._put("", set_value(text, ("name",), name) if text else EXAMPLE.format(name=name))
        self.listChanged.emit()
        return draft

    def duplicate(self, draft: ScenarioDraft) -> ScenarioDraft:
        """A copy of what is written, to be changed."""
        return self.new(draft.text, draft.title if draft.is_builtin else f"{draft.title}-copy")

    async def apply(self, draft: ScenarioDraft, name: str, *, now: bool) -> bool:
        """Save a scenario under its name and let the things that have it go by it; return whether it was.

        They do from their next execution on, and with `now` those that work from their next step on.
        """
        text, before, old_path = draft.text, draft.name, draft.path
        path = old_path if old_path is not None and name == before else self._free_path(name)
        try:
            await asyncio.to_thread(scenario_folder.write, path, text)
        except InputError as error:
            self._say(Severity.ERROR, self.tr("%1 was not saved: %2"), name, error)
            return False
        draft.name, draft.path, draft.saved, draft.trouble, draft.on_disk = name, path, text, "", None
        self._note(path)
        if old_path is not None and old_path != path:
            await self._take_away(old_path)
        is_known = await self._define(name, text)
        if is_known:
            await self._give_again(name, {name, before or name}, now=now)
        self.own.sort(key=lambda each: each.title.lower())
        self.listChanged.emit()
        self.draftChanged.emit(draft)
        return is_known

    async def _define(self, name: str, text: str) -> bool:
        try:
            await self._session.process.define(name, text)
        except (SimulatorError, OSError) as error:
            self._say(Severity.ERROR, self.tr("%1 was saved, but the things did not take it: %2"), name, error)
            return False
        self._applied[name] = text
        return True

    async def _give_again(self, name: str, of: set[str], *, now: bool) -> None:
        """To the things that have it; and to those whose scenario names it, which is read anew."""
        await self._session.things.assign(self.things_of(of), name, now=now)
        for other in self.own:
            text = self._applied.get(other.name, "")
            if other.name not in of and _names(text, name) and await self._define(other.name, text):
                await self._session.things.assign(self.things_of({other.name}), other.name, now=now)

    def _free_path(self, name: str) -> Path:
        taken = {draft.path for draft in self.own}
        tries = (self.folder / f"{name}{'' if number == 1 else f'-{number}'}.yaml" for number in range(1, 1000))
        return next(path for path in tries if path not in taken and not path.exists())

    async def _take_away(self, path: Path) -> bool:
        self._stamps.pop(path, None)
        try:
            await asyncio.to_thread(scenario_folder.remove, path)
        except InputError as error:
            self._say(Severity.ERROR, "%2", "", error)
            return False
        return True

    async def delete(self, draft: ScenarioDraft) -> None:
        """Take a scenario away; things that have it keep it."""
        if draft.path is not None and not await self._take_away(draft.path):
            return
        if draft in self.own:
            self.own.remove(draft)
            self._applied.pop(draft.name, None)
            self.listChanged.emit()

    async def put_back(self, draft: ScenarioDraft) -> None:
        """Undo of `delete`: list and folder have it again, with what was written and not saved."""
        if draft in self.own:
            return
        self.own.append(draft)
        self.own.sort(key=lambda each: each.title.lower())
        if draft.path is not None:
            try:
                await asyncio.to_thread(scenario_folder.write, draft.path, draft.saved)
                self._note(draft.path)
            except InputError as error:
                self._say(Severity.ERROR, self.tr("%1 was not saved: %2"), draft.title, error)
            if draft.name in self._session.process.scenarios:
                self._applied[draft.name] = self._session.process.scenarios[draft.name]
        self.listChanged.emit()

    async def add_file(self, path: Path) -> str:
        """Take a copy of a scenario file into the folder and make it known; return its name.

        Raises:
            InputError: it cannot be read, is no scenario, or cannot be kept.
        """
        stored = await asyncio.to_thread(scenario_folder.read, path)
        if stored.text is None:
            raise InputError("", stored.trouble)
        name = name_in(stored.text) or path.stem
        same = next((draft for draft in self.own if draft.name == name and draft.saved == stored.text), None)
        if same is not None:
            return name
        text = stored.text
        if (free := self.free_name(name)) != name:
            from ui.scenario_edits import set_value

            name, text = free, set_value(text, ("name",), free)
        await self._session.process.define(name, text)
        self._applied[name] = text
        place = self._free_path(name)
        await asyncio.to_thread(scenario_folder.write, place, text)
        self._note(place)
        self._put(name, text, place)
        self.listChanged.emit()
        return name

    # --- the folder -------------------------------------------------------------------------------------------------

    def _note(self, path: Path) -> None:
        stamp = scenario_folder.stamp_of(path)
        if stamp is not None:
            self._stamps[path] = stamp

    def look_at_disk(self) -> None:
        """Take in what somebody else did in the folder. What is written here and not saved stays as it is."""
        there = scenario_folder.files_in(self.folder)
        is_other = False
        known = {draft.path: draft for draft in self.own if draft.path is not None}
        for path in there:
            if self._stamps.get(path) == scenario_folder.stamp_of(path):
                continue
            stored = scenario_folder.read(path)
            self._stamps[path] = stored.stamp
            draft = known.get(path)
            if draft is None:
                draft = self._put(name_in(stored.text or "") or path.stem, stored.text or "", path)
                draft.trouble = stored.trouble
                is_other = True
            else:
                self._changed_on_disk(draft, stored)
        for path in [path for path in known if path in self._stamps and path not in there]:
            del self._stamps[path]
            known[path].trouble = self.tr("Its file was taken away; Apply writes it again.")
            self.draftChanged.emit(known[path])
        if is_other:
            self.listChanged.emit()

    def _changed_on_disk(self, draft: ScenarioDraft, stored: scenario_folder.Stored) -> None:
        draft.trouble = stored.trouble
        if stored.text is not None and draft.is_dirty and stored.text not in (draft.text, draft.saved):
            draft.on_disk = stored.text
        elif stored.text is not None:
            draft.take(stored.text) if not draft.is_dirty else None
        self.draftChanged.emit(draft)

    def _refused(self, name: str, sentence: str) -> None:
        """The fleet could not read one of these when it opened."""
        self._applied.pop(name, None)
        line = _LINE.search(sentence)
        problem = Problem(
            kind="scenarioFile",
            severity=Severity.WARNING,
            sentence=self.tr("The scenario %1 cannot be used: %2")
            .replace("%1", name)
            .replace("%2", sentence.split("\n")[0]),
            fix_text=self.tr("Open at line"),
            fix=lambda: self.openWanted.emit(name, int(line[1]) if line else 0),
        )
        self._tell(problem)
        self.listChanged.emit()

    def _say(self, severity: Severity, sentence: str, name: str, error: object) -> None:
        self._tell(
            Problem(kind="scenario", severity=severity, sentence=sentence.replace("%1", name).replace("%2", str(error)))
        )

    def used_words(self, count: int) -> str:
        """How many things have a scenario, in words."""
        return counted(count, self.tr("1 thing has it"), self.tr("%n things have it")) if count else ""


def _names(text: str, name: str) -> bool:
    """Whether a scenario's text may name another: whole words alone."""
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None
