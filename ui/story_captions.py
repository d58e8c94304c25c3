"""What the demo's story says: six captions, each with a headline, a sentence, and buttons."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QCoreApplication

from ui.numbers import counted

FAILS: Final = 10
UNPLUGS: Final = 20
STALE: Final = 10


class Act(StrEnum):
    """What a caption's button does."""

    AGAIN = "again"  # the wave from its beginning, or another thing up close
    FAIL = "fail"
    UNPLUG = "unplug"
    STALE = "stale"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Caption:
    """A headline, a sentence, and buttons: what each does and its words."""

    title: str
    text: str
    buttons: Sequence[tuple[Act, str]] = ()


def captions(things: int, *, unplugged: int, awaits: bool) -> tuple[Caption, ...]:
    """All six, with the numbers as they are now; `awaits`: there is to be broken what is not at work yet."""
    again = ((Act.AGAIN, _tr("Once more")),)
    plug = _tr("Plug %1 in again") if unplugged else _tr("Unplug %1")
    fleet = (
        counted(
            things,
            _tr("1 virtual thing, with a connection of its own. A square is a thing."),
            _tr("%n virtual things, each with a connection of its own. A square is a thing."),
        )
        if things
        else _tr("Virtual things, each with a connection of its own. In a moment they are here.")
    )
    return (
        Caption(_tr("This is a fleet"), fleet),
        Caption(
            _tr("A job is created"),
            _tr("New firmware for all of them. The service tells one thing after another that it has a job."),
            again,
        ),
        Caption(_tr("The wave"), _tr("Grey squares wait, blue ones work, and what has ended moves to the top."), again),
        Caption(
            _tr("One thing up close: the versions"),
            _tr("Each update that the service accepts counts the execution's version up: v1, v2, v3 …"),
            ((Act.AGAIN, _tr("Another thing")),),
        ),
        Caption(
            _tr("Break something"),
            _tr("Another job is on its way, for things to be at work…")
            if awaits
            else _tr("What ends badly, loses its line or speaks out of turn is seen at once."),
            (
                (Act.FAIL, _tr("Fail %1").replace("%1", str(FAILS))),
                (Act.UNPLUG, plug.replace("%1", str(unplugged or UNPLUGS))),
                (Act.STALE, _tr("Send a stale version")),
            ),
        ),
        Caption(
            _tr("Take the report"),
            _tr("Everything that happened, on one page and as a file to keep."),
            ((Act.REPORT, _tr("Open the report")),),
        ),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("StoryScript", text)
