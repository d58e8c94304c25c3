"""Conditions that become banners by themselves, and take them away when they are over."""

from collections.abc import Callable
from time import monotonic
from typing import Final

from PySide6.QtCore import QObject

from simulator.jobs.model import ErrorCode
from ui.banner import BannerStack, Problem, Severity
from ui.fleet_page import FleetPage
from ui.numbers import counted

SLOW_HZ: Final = 10.0
SLOW_SECONDS: Final = 5.0
MISMATCH_SECONDS: Final = 30.0  # after the last one the banner goes by itself
MISMATCHES: Final = "versionMismatch"
DISPLAY: Final = "display"


class Watch(QObject):
    """Looks five times a second, when the counters are shown."""

    def __init__(
        self,
        page: FleetPage,
        banners: BannerStack,
        now: Callable[[], float] = monotonic,
        show: Callable[[str], None] | None = None,
    ) -> None:
        """`show` brings the things that a filter lets through to the front, whatever page is there."""
        super().__init__(page)
        self._page, self._banners, self._now = page, banners, now
        self._show = show or page.show_text
        self._slow_since: float | None = None
        self._mismatches = 0
        self._mismatched_at = 0.0

    def look(self) -> None:
        """Tell what has begun, withdraw what has ended."""
        self._look_at_versions()
        self._look_at_display()

    def _look_at_versions(self) -> None:
        count = self._page.store.counters.rejections.get(ErrorCode.VERSION_MISMATCH.value, 0)
        if count > self._mismatches:
            self._mismatched_at = self._now()
            sentence = counted(
                count,
                self.tr("1 update was rejected: VersionMismatch. Its thing expected another version of the execution."),
                self.tr("%n updates were rejected: VersionMismatch. Things expected another version of the execution."),
            )
            self._banners.tell(
                Problem(
                    kind=MISMATCHES,
                    severity=Severity.WARNING,
                    sentence=sentence,
                    fix_text=self.tr("Filter to them"),
                    fix=lambda: self._show("rejects>0"),
                )
            )
        elif MISMATCHES in self._banners.kinds() and self._now() - self._mismatched_at > MISMATCH_SECONDS:
            self._banners.withdraw(MISMATCHES)
        self._mismatches = count

    def _look_at_display(self) -> None:
        page, pace = self._page, self._page.pace
        is_seen = page.isVisible() and not page.window().isMinimized()
        is_slow = is_seen and pace.slowed and 0 < pace.display_hz < SLOW_HZ  # a cap of 5 Hz is a person's own wish
        if not is_slow:
            self._slow_since = None
            if DISPLAY in self._banners.kinds():
                self._banners.withdraw(DISPLAY)
            return
        self._slow_since = self._slow_since if self._slow_since is not None else self._now()
        if self._now() - self._slow_since < SLOW_SECONDS or DISPLAY in self._banners.kinds():
            return
        sentence = self.tr("The window cannot keep up: it shows fewer than 10 pictures a second. The things go on.")
        on_wall = page.view == "wall"
        self._banners.tell(
            Problem(
                kind=DISPLAY,
                severity=Severity.WARNING,
                sentence=sentence,
                fix_text=self.tr("Freeze the view") if on_wall else self.tr("Switch to wall"),
                fix=page.toggle_freeze if on_wall else lambda: page.show_view("wall"),
            )
        )
