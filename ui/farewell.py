"""A deadline for what is closed: waited for, but not for ever."""

import asyncio
import logging
from collections.abc import Awaitable

from simulator.errors import SimulatorError

logger = logging.getLogger(__name__)


async def within(seconds: float, work: Awaitable[object], what: str) -> None:
    """Wait for a farewell at most so many seconds; that it did not end, or not well, is written to the log."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        logger.info("%s did not end within %g s", what, seconds)  # it is left behind, and ends with the process
    except (SimulatorError, OSError):
        logger.warning("%s did not end well", what, exc_info=True)
