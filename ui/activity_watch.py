"""Conditions that become banners by themselves, and take them away when they are over."""

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Final

from PySide6.QtCore import QObject

from simulator.jobs.model import ErrorCode
from ui.banner import BannerStack, Problem, Severity
from ui.fleet_page import FleetPage
from ui.numbers import counted, grouped

SLOW_HZ: Final = 10.0
SLOW_SECONDS: Final = 5.0
REJECTION_SECONDS: Final = 30.0  # after the last one the banner goes by itself
REJECTIONS: Final = "rejections"
# what a thing that asks how an execution stands hears, once it was canceled or deleted: no request went wrong
ANSWERS: Final = frozenset({ErrorCode.TERMINAL_STATE_REACHED.value, ErrorCode.RESOURCE_NOT_FOUND.value})
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
        self._rejections = 0
        self._rejected_at = 0.0

    def look(self) -> None:
        """Tell what has begun, withdraw what has ended."""
        self._look_at_rejections()
        self._look_at_display()

    def _look_at_rejections(self) -> None:
        counts = {code: n for code, n in self._page.store.counters.rejections.items() if n and code not in ANSWERS}
        count = sum(counts.values())
        if count > self._rejections:
            self._rejected_at = self._now()
            self._banners.tell(
                Problem(
                    kind=REJECTIONS,
                    severity=Severity.WARNING,
                    sentence=self._of_rejections(counts),
                    fix_text=self.tr("Filter to them"),
                    fix=lambda: self._show("rejects>0"),
                )
            )
        elif REJECTIONS in self._banners.kinds() and self._now() - self._rejected_at > REJECTION_SECONDS:
            self._banners.withdraw(REJECTIONS)
        self._rejections = count

    def _of_rejections(self, counts: Mapping[str, int]) -> str:
        """How many updates the service refused, and by which codes, the most frequent first."""
        count = sum(counts.values())
        if list(counts) == [ErrorCode.VERSION_MISMATCH.value]:
            return counted(
                count,
                self.tr("1 update was rejected: VersionMismatch. Its thing expected another version of the execution."),
                self.tr("%n updates were rejected: VersionMismatch. Things expected another version of the execution."),
            )
        codes = sorted(counts, key=lambda code: (-counts[code], code))
        named = codes if len(codes) == 1 else [f"{grouped(counts[code])} {code}" for code in codes]
        sentence = counted(count, self.tr("1 update was rejected: %1."), self.tr("%n updates were rejected: %1."))
        return sentence.replace("%1", ", ".join(named))

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
