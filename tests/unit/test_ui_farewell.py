"""What is closed has a deadline, and how it ends is no concern of whoever closes it."""

import asyncio
import logging

import pytest

from simulator.errors import UnreachableError
from ui.farewell import within


async def test_what_does_not_end_is_left_behind(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "ui.farewell"):
        async with asyncio.timeout(5):
            await within(0.01, asyncio.Event().wait(), "the fleet")  # type: ignore[arg-type]
    assert caplog.messages == ["the fleet did not end within 0.01 s"]
    caplog.clear()


async def test_what_ends_badly_is_written_to_the_log_alone(caplog: pytest.LogCaptureFixture) -> None:
    async def refuse() -> None:
        raise UnreachableError("the endpoint", "nobody listens")

    with caplog.at_level(logging.WARNING, "ui.farewell"):
        await within(1.0, refuse(), "the endpoint")
    assert caplog.messages == ["the endpoint did not end well"]
    caplog.clear()
