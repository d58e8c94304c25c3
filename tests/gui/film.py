"""Films the demo's story in virtual time: python -m tests.gui.film OUT.gif [FOLDER_FOR_STILLS] [light|dark].

Every frame is what the window showed at its moment, from the seed; nothing is painted for the film. Wants Pillow.
"""

import asyncio
import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image
from PySide6.QtCore import QBuffer, QEvent, QIODevice, QSettings
from PySide6.QtWidgets import QApplication

from simulator.config import WindowOptions
from simulator.held_time import HELD
from simulator.virtual_engine import VirtualEngine
from simulator.virtual_loop import VirtualLoop
from ui import app as ui_app
from ui import theme
from ui.app import ErrorTeller, Interrupts
from ui.engine import Engine
from ui.main_window import MainWindow
from ui.pages import Page
from ui.session import Session
from ui.story_captions import Act
from ui.theme import ThemeChoice

SEED: Final = 42
SIZE: Final = (1024, 640)
TICK: Final = 0.05
FRAME_SECONDS: Final = 0.5
END: Final = 24.0
COLOURS: Final = 96
STEPS: Final = {  # at which second of the show what is done; None goes on to the next caption
    2.5: None, 5.0: None, 9.0: None, 11.5: None, 12.0: Act.FAIL, 13.0: Act.STALE, 14.0: Act.UNPLUG,
    17.5: Act.UNPLUG, 19.0: None, 21.0: Act.REPORT,
}  # fmt: skip
STILLS: Final = {1.5: 1, 4.5: 2, 8.5: 3, 11.0: 4, 15.0: 5, 23.5: 6}


def main(out: str, stills: str = "", scheme: str = "dark") -> int:
    """Write the film and return the exit status."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    HELD.take()
    qt = ui_app._application()
    qt.setCursorFlashTime(0)
    theme.prepare(qt, ThemeChoice(scheme))
    made = VirtualEngine()
    engine = Engine(
        endpoint=lambda _mqtt, _http, time_scale, _on_exit: made.endpoint(time_scale),
        fleet=made.fleet,
        operator=lambda _http, _profile: made.operator(),
    )
    frames: dict[float, Image.Image] = {}

    def jump(timeout: float | None) -> float:
        qt.processEvents()
        return timeout or 0.0

    async def begin(window: MainWindow, session: Session, tell: ErrorTeller) -> None:
        await _film(qt, window, session, frames)
        window.close()

    options = WindowOptions(demo=True, seed=SEED, size=SIZE, virtual_time=True, no_animation=True)
    with tempfile.TemporaryDirectory() as place:
        settings = QSettings(str(Path(place) / "window.ini"), QSettings.Format.IniFormat)
        with asyncio.Runner(loop_factory=lambda: VirtualLoop(HELD, jump)) as runner:
            runner.run(ui_app.show_window(options, settings, engine, Interrupts(), begin))
    _write(Path(out), list(frames.values()))
    if stills:
        for at, number in STILLS.items():
            picture = frames[at].quantize(128, dither=Image.Dither.NONE)
            picture.save(Path(stills) / f"story-{number}.png", optimize=True)
    return 0


async def _film(qt: QApplication, window: MainWindow, session: Session, frames: dict[float, Image.Image]) -> None:
    window.page.stop()  # its timer keeps real time; here every tick is made by hand
    window.heartbeat.stop()
    qt.processEvents()
    await session.open()
    for number in range(round(END / TICK)):
        at = round(number * TICK, 2)
        if at in STEPS:
            step = STEPS[at]
            window.story.script.go_on() if step is None else window.story.script.do(step)
        await asyncio.sleep(TICK)
        window.page.tick()
        window.banners.expire()
        qt.processEvents()
        if at % FRAME_SECONDS == 0:
            if isinstance(shown := window.pages.currentWidget(), Page):
                shown.page_shown()  # its own timers keep real time
            window.pane.refresh()
            for _ in range(300):
                await asyncio.sleep(0)
            qt.processEvents()
            qt.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # what was there before is gone
            qt.processEvents()
            frames[at] = _grabbed(window)


def _grabbed(window: MainWindow) -> Image.Image:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    window.grab().save(buffer, "PNG")
    return Image.open(io.BytesIO(buffer.data().data())).convert("RGB")


def _write(path: Path, frames: list[Image.Image]) -> None:
    """One palette for all, so that from frame to frame only what moved is written."""
    sheet = Image.new("RGB", (SIZE[0], SIZE[1] * 3))
    for place, frame in enumerate((frames[8], frames[len(frames) // 2], frames[-1])):
        sheet.paste(frame, (0, place * SIZE[1]))
    palette = sheet.quantize(COLOURS, dither=Image.Dither.NONE)
    reduced = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    reduced[0].save(
        path, save_all=True, append_images=reduced[1:], duration=round(FRAME_SECONDS * 1000), loop=0, optimize=True
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
