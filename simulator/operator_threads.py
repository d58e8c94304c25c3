"""A few threads for calls that block: like a ThreadPoolExecutor, but one that can be left behind.

The interpreter waits at its end for every thread of an executor, and boto3 waits half a minute for an answer: a frozen
control plane would hold up whoever wants to leave. These threads are daemons, and `close` waits for them only so long.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class OperatorThreads:
    """`count` threads, started when they are first needed. Calls wait for a free one; belongs to one loop."""

    def __init__(self, count: int, name: str) -> None:
        self._count = count
        self._name = name
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._is_closed = False
        self._is_cancelled = threading.Event()

    async def run(self, act: Callable[[], T]) -> T:
        """Carry out `act` in one of the threads; cancelling this leaves it to end by itself.

        Raises:
            RuntimeError: the threads were closed.
        """
        if self._is_closed:
            raise RuntimeError("these threads were closed")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def carry_out() -> None:
            if self._is_cancelled.is_set() or answer.cancelled():
                return
            try:
                value = act()
            except BaseException as exc:  # noqa: BLE001  it is handed on to whoever asked
                _tell(loop, answer, None, exc)
            else:
                _tell(loop, answer, value, None)

        self._work.put(carry_out)
        if len(self._threads) < self._count:
            number = len(self._threads)
            thread = threading.Thread(target=self._serve, name=f"{self._name}_{number}", daemon=True)
            self._threads.append(thread)
            thread.start()
        return await answer

    def _serve(self) -> None:
        while (carry_out := self._work.get()) is not None:
            carry_out()

    async def close(self, seconds: float) -> int:
        """End the threads; calls not begun are dropped. Return how many are still busy after so many real seconds."""
        self._is_closed = True
        self._is_cancelled.set()
        for _ in self._threads:
            self._work.put(None)
        until = asyncio.get_running_loop().time() + seconds
        while busy := [thread for thread in self._threads if thread.is_alive()]:
            left = until - asyncio.get_running_loop().time()
            if left <= 0:
                return len(busy)
            await asyncio.sleep(min(0.005, left))
        return 0


def _tell(
    loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[T]", value: T | None, error: BaseException | None
) -> None:
    """In a thread: hand the outcome over; nobody may be there any more to take it."""

    def settle() -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(value)  # type: ignore[arg-type]  # None only where T allows it

    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:  # the loop has closed
        return
