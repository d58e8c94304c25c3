"""What several integration tests stand on."""

from collections.abc import AsyncIterator

import pytest

from simulator.endpoint.serving import Endpoint, ServeOptions


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    """An endpoint in this process, in memory, with plain doors only."""
    endpoint = Endpoint(ServeOptions(mqtt="127.0.0.1:0", http="127.0.0.1:0"))
    await endpoint.start()
    yield endpoint
    await endpoint.close()
