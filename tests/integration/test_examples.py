"""What the documentation shows is run, not only read."""

import asyncio
import subprocess
import sys
from pathlib import Path

from simulator.endpoint.process import LocalEndpoint

EXAMPLES = Path(__file__).parents[2] / "examples"


async def test_the_boto3_example_carries_out_a_job() -> None:
    async with LocalEndpoint() as endpoint:
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, str(EXAMPLES / "boto3_job.py"), endpoint.http_url],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].endswith("at version 2")
    assert "Expected version 1 but found version 2" in lines[1]
    assert lines[2] == "now {'status': 'SUCCEEDED', 'statusDetails': {'progress': '100'}, 'versionNumber': 3}"
    assert lines[3] == "the job is COMPLETED"
