"""Keeps unsaved work every ten seconds, and offers at the start what a window before this one could not save.

What is kept is gathered here, which costs a few milliseconds, and written in a thread. A window that is closed in
peace with nothing unsaved leaves no file.
"""

import asyncio
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QDateTime, QLocale, QObject, QTimer

from simulator import whole_file
from simulator.errors import SimulatorError
from ui.banner import Problem, Severity
from ui.endpoint_connection import real_epoch
from ui.numbers import counted
from ui.pages import Page
from ui.recovery_file import Kept, Slot, left_behind, own_slot

if TYPE_CHECKING:
    from ui.main_window import MainWindow

logger = logging.getLogger(__name__)
EVERY_MS: Final = 10_000
CLOSE_SECONDS: Final = 0.5  # for a write that is under way when the window closes
OFFER: Final = "recovery"
FAILED: Final = "autosave"
UNREADABLE: Final = ".unreadable"


class Recovery(QObject):
    """Belongs to one window; does nothing before `begin` and nothing after `close`."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._folder = Path()
        self._slot: Slot | None = None
        self._written: Kept | None = None
        self._is_writing = False
        self._is_closed = False
        self._is_on = True
        self._is_told = False  # that it cannot be kept: once, until it can again
        self._turn = threading.Lock()  # a write in a thread, or the last one in this
        self._offers: Iterator[Slot] = iter(())
        self._offered: tuple[Slot, Kept] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.keep)
        window.banners.closedByHand.connect(self._declined)

    def begin(self, folder: Path, *, offers: bool) -> None:
        """Keep what is unsaved in this folder from now on; with `offers` say what others left there."""
        self._folder = folder
        self._take_slot()
        if offers:
            self._offers = left_behind(folder)
            self._offer_next()
        self._timer.start()

    def switch(self, on: bool) -> None:
        """Keep what is unsaved from now on, or do not; what was kept by this window goes with it."""
        self._is_on = on
        self.keep()

    def _take_slot(self) -> None:
        try:
            self._slot = own_slot(self._folder)
        except OSError as error:
            self._tell_failed(error)

    def close(self) -> None:
        """The window goes: what is unsaved stays for the next one, else nothing does."""
        self._timer.stop()
        if self._offered is not None:  # neither taken nor declined: offered again
            self._offered[0].let_go()
            self._offered = None
        kept = self._wanted()
        self._is_closed = True
        if self._slot is None:
            return
        if self._turn.acquire(timeout=CLOSE_SECONDS):
            self._write_now(self._slot, kept)
            self._turn.release()
        else:
            logger.warning("a disk that hangs keeps what was written before")
        self._slot.let_go()

    def _write_now(self, slot: Slot, kept: Kept) -> None:
        try:
            if kept.is_worth_keeping and (kept.drafts or not self._window.session.is_demo):
                slot.write(msgspec.structs.replace(kept, at=real_epoch()))
            else:
                slot.remove()
        except OSError:
            logger.warning("unsaved work could not be kept", exc_info=True)

    # --- keeping ------------------------------------------------------------------------------------------------------

    def gathered(self) -> Kept:
        """What would be lost now."""
        window, session = self._window, self._window.session
        drafts = {
            page_id: fields
            for page_id, page in window.pages.built().items()
            if isinstance(page, Page) and (fields := page.unsaved())
        }
        return Kept(
            fleet_name=window.open_fleet.name,
            is_fleet_changed=window.commands.undo.has_edits,
            things=session.things.specs(),
            assigned=dict(session.things.assigned),
            scenarios=dict(session.process.scenarios),
            filter=window.page.filter_edit.text(),
            drafts=drafts,
        )

    def _wanted(self) -> Kept:
        return self.gathered() if self._is_on else Kept()

    def keep(self) -> None:
        """Write down what has changed since the last time."""
        if self._slot is None and self._timer.isActive():
            self._take_slot()
        if self._slot is None or self._is_writing or (kept := self._wanted()) == self._written:
            return
        self._is_writing = True
        self._window.tasks.start(self._keep(self._slot, kept), "autosave")

    async def _keep(self, slot: Slot, kept: Kept) -> None:
        try:
            await asyncio.to_thread(self._write, slot, kept)
        except OSError as error:
            self._tell_failed(error)
        else:
            self._written = kept
            self._is_told = False
            self._window.banners.withdraw(FAILED)
        finally:
            self._is_writing = False

    def _write(self, slot: Slot, kept: Kept) -> None:
        with self._turn:
            if self._is_closed:
                return
            if kept.is_worth_keeping:
                slot.write(msgspec.structs.replace(kept, at=real_epoch()))
            else:
                slot.remove()

    def _try_again(self) -> None:
        self._is_told = False
        self.keep()

    def _tell_failed(self, error: OSError) -> None:
        if self._is_told:
            return
        self._is_told = True
        sentence = self.tr("Unsaved work cannot be kept in %1: %2. It would be lost with the window.")
        self._window.tell(
            Problem(
                kind=FAILED,
                severity=Severity.WARNING,
                sentence=sentence.replace("%1", str(self._folder)).replace("%2", whole_file.in_words(error)),
                fix_text=self.tr("Try again"),
                fix=self._try_again,
            )
        )

    # --- offering -----------------------------------------------------------------------------------------------------

    def _offer_next(self) -> None:
        for slot in self._offers:
            kept = slot.read()
            if kept is None:
                self._set_aside(slot)
            elif kept.is_worth_keeping:
                self._offered = slot, kept
                self._window.tell(
                    Problem(
                        kind=OFFER,
                        severity=Severity.WARNING,
                        sentence=self._words(kept),
                        fix_text=self.tr("Bring it back"),
                        fix=self._bring_back,
                    )
                )
                return
            else:
                slot.remove()
            slot.let_go()

    def _set_aside(self, slot: Slot) -> None:
        """Nothing is thrown away: a person may still make something of it."""
        aside = slot.path.with_name(slot.path.name + UNREADABLE)
        try:
            slot.path.replace(aside)
        except OSError:
            return
        sentence = self.tr("Unsaved work of another window cannot be read; it was set aside as %1.")
        told = sentence.replace("%1", str(aside))
        self._window.tell(Problem(kind="recoveryFile", severity=Severity.WARNING, sentence=told))

    def _words(self, kept: Kept) -> str:
        parts = []
        if kept.is_fleet_changed:
            things = counted(len(kept.things), self.tr("a fleet of 1 thing"), self.tr("a fleet of %n things"))
            parts.append(things if not kept.fleet_name else f"“{kept.fleet_name}”, {things}")
        names = {spec.id: spec.title for spec in self._window.pages.specs}
        parts += [self.tr("a draft on the page %1").replace("%1", names.get(each, each)) for each in kept.drafts]
        when = QLocale().toString(QDateTime.fromSecsSinceEpoch(int(kept.at)), QLocale.FormatType.ShortFormat)
        sentence = self.tr("Work of %1 was not saved and was kept: %2.").replace("%1", when)
        return sentence.replace("%2", ", ".join(parts))

    def _bring_back(self) -> None:
        self._window.tasks.start(self._take(), "recovery")

    async def _take(self) -> None:
        if self._offered is None:
            return
        slot, kept = self._offered
        window = self._window
        try:
            if kept.is_fleet_changed:
                await window.session.things.bring_back(kept.things, kept.assigned, kept.scenarios)
        except SimulatorError as error:
            sentence = self.tr("The fleet was not brought back: %1").replace("%1", str(error))
            fix = {"fix_text": self.tr("Try again"), "fix": self._bring_back}
            window.tell(Problem(kind=OFFER, severity=Severity.ERROR, sentence=sentence, **fix))  # type: ignore[arg-type]
            return
        if kept.is_fleet_changed:
            window.open_fleet.brought_back(kept.fleet_name)
            window.page.show_text(kept.filter)
        for page_id, fields in kept.drafts.items():
            if page_id in {spec.id for spec in window.pages.specs} and isinstance(
                page := window.pages.page(page_id), Page
            ):
                page.take_unsaved(fields)
        if kept.drafts:
            window.go_to(next(iter(kept.drafts)))
        self._offered = None
        await self._keep_first(slot)
        self._offer_next()

    async def _keep_first(self, slot: Slot) -> None:
        """The old file goes when the work is in this window's own, not before."""
        own, kept = self._slot, self._wanted()
        if own is not None:
            await self._keep(own, kept)
            if self._written == kept:
                slot.remove()
        slot.let_go()

    def _declined(self, kind: str) -> None:
        """A person does not want it."""
        if kind == OFFER and self._offered is not None:
            slot, _ = self._offered
            self._offered = None
            slot.remove()
            slot.let_go()
            self._offer_next()
