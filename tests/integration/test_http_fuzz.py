"""A short slice of `tests.bench.fuzz_http`, which throws a million inputs."""

import logging

import pytest

from simulator.endpoint.serving import Endpoint, ServeOptions
from tests.support.http_fuzz import Maker, Seen, throw


async def test_nearly_http_gets_no_500_and_leaves_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    endpoint = Endpoint(ServeOptions(mqtt="127.0.0.1:0", http="127.0.0.1:0"))
    await endpoint.start()
    seen = Seen()
    try:
        await throw(endpoint.http.port, 1000, 11, seen)
    finally:
        await endpoint.close()
    assert seen.wrong == []
    assert seen.inputs == 1000
    assert {200, 400, 404} <= set(seen.by_status)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_the_same_seed_makes_the_same_inputs() -> None:
    one, other = Maker(3), Maker(3)
    assert [one.request() for _ in range(200)] == [other.request() for _ in range(200)]
