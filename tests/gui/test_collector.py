"""Garbage with QObjects in it dies on the window's thread, whichever thread makes garbage."""

import gc
import threading
import weakref

from PySide6.QtCore import QObject

from ui.collector import Collector


class Cycle:
    """Something only the cycle collector can free."""

    def __init__(self) -> None:
        self.itself = self
        self.made = QObject()


def make_garbage() -> None:
    """Enough allocations for an automatic collection many times over."""
    for _ in range(20):
        _ = [[] for _ in range(gc.get_threshold()[0] + 10)]


def test_no_thread_collects_while_the_collector_is_on(qapp) -> None:
    collector = Collector()
    gc.collect()
    collector.start()
    left = weakref.ref(Cycle())
    thread = threading.Thread(target=make_garbage)
    thread.start()
    thread.join()
    assert left() is not None
    collector.stop()
    assert left() is None
    assert gc.isenabled()


def test_it_collects_by_itself_when_garbage_has_grown(qapp, qtbot) -> None:
    collector = Collector()
    collector.start()
    left = weakref.ref(Cycle())
    kept = [[] for _ in range(20 * gc.get_threshold()[0])]  # far more than what is freed meanwhile
    qtbot.waitUntil(lambda: left() is None, timeout=5000)
    collector.stop()
    assert kept


def test_what_was_there_before_is_left_out_until_the_end(qapp) -> None:
    collector = Collector()
    gc.collect()
    gc.disable()  # until the collector takes over, so that the cycle is still there then
    before = weakref.ref(Cycle())
    gc.enable()
    collector.start()
    meanwhile = weakref.ref(Cycle())
    gc.collect()
    assert before() is not None
    assert meanwhile() is None
    collector.stop()
    assert before() is None
    assert gc.get_freeze_count() == 0
