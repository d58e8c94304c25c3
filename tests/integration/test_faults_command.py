"""`thing-simulator faults` against an endpoint that runs."""

import asyncio

from simulator.endpoint.process import LocalEndpoint
from tests.support.command import Ran, ran


async def test_faults_are_made_listed_and_ended_from_the_command_line() -> None:
    async with LocalEndpoint() as endpoint:

        async def faults(*arguments: str) -> Ran:
            return await asyncio.to_thread(ran, "faults", *arguments, "--http", endpoint.http_url)

        assert (await faults("list")).output == "there are no faults\n"
        made = await faults("add", "drop", "--thing", "pump-*", "--count", "1", "--operation", "UpdateJobExecution")
        line = "fault-1 drop on replies of pump-* UpdateJobExecution count 1: acted 0 times"
        assert (made.status, made.output) == (0, f"{line}\n")
        assert (await faults()).output == f"{line}\n"
        assert (await faults("clear", "fault-1")).output == f"{line}, over\n"
        assert (await faults("clear")).output == "0 ended\n"
        refused = await faults("add", "delay")
        assert (refused.status, refused.errors.count("\n")) == (2, 1)
        assert refused.errors.startswith("thing-simulator: fault: delaySeconds: is missing; write how many seconds")


def test_an_endpoint_that_is_not_there_is_one_sentence_and_status_3() -> None:
    came = ran("faults", "list", "--http", "http://127.0.0.1:9")
    assert (came.status, came.output) == (3, "")
    assert came.errors.startswith("thing-simulator: http://127.0.0.1:9 cannot be reached: connection refused")
    assert came.errors.count("\n") == 1
