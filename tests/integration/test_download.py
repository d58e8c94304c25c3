"""Real downloads: resumed, bounded, checked, told in percent, and given up with a reason."""

import asyncio
import hashlib
from random import Random

import pytest

from simulator import download as download_module
from simulator.download import Download, DownloadError
from simulator.feed import Activity
from simulator.jobs.model import JobStatus
from simulator.scenario.faults import Fault, FaultName
from simulator.transport.backoff import BackOff
from tests.support.file_server import FileServer, file_server
from tests.support.stage import on_stage
from tests.support.virtual_time import until

S = JobStatus
CONTENT = bytes(range(256)) * 400
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download_module, "_BACK_OFF", BackOff(base_seconds=0.01, cap_seconds=0.02))


async def fetched(download: Download) -> list[int]:
    """Run it; return the percentages it told."""
    told: list[int] = []
    async with asyncio.timeout(10):
        await download.run(lambda: told.append(download.percent), Random(1))
    return told


async def problem(download: Download) -> str:
    with pytest.raises(DownloadError) as caught:
        await fetched(download)
    return str(caught.value)


async def test_a_file_is_fetched_told_in_percent_and_checked() -> None:
    async with file_server(CONTENT) as server:
        download = Download(server.url, sha256=DIGEST.upper(), size=len(CONTENT))
        told = await fetched(download)
        assert told == sorted(told)
        assert told[-1] == 100
        assert (download.received, server.asked) == (len(CONTENT), [""])


async def test_a_download_that_breaks_off_is_taken_up_where_it_was() -> None:
    async with file_server(CONTENT) as server:
        server.breaks_after = [30_000, 70_000]
        download = Download(server.url, sha256=DIGEST)
        await fetched(download)
        first, second, third = server.asked
        assert first == ""
        assert 0 < int(second[6:-1]) <= 30_000 < int(third[6:-1]) <= 70_000


async def test_a_server_that_ignores_ranges_is_taken_from_the_beginning() -> None:
    async with file_server(CONTENT) as server:
        server.breaks_after, server.ignores_ranges = [50_000], True
        await fetched(Download(server.url, sha256=DIGEST))
        assert len(server.asked) == 2


async def test_what_passes_is_tried_again_and_what_does_not_is_told() -> None:
    async with file_server(CONTENT) as server:
        server.statuses = [503, 500]
        await fetched(Download(server.url, sha256=DIGEST))
        server.statuses = [404]
        assert await problem(Download(server.url)) == f"the download failed: 404 Not Found for {server.url}"
        server.statuses = [503] * 6
        said = await problem(Download(server.url))
        assert said.startswith(f"the download of {server.url} failed 6 times, at last: the server answered 503")


async def test_a_wrong_digest_or_size_is_told() -> None:
    async with file_server(CONTENT) as server:
        assert (
            await problem(Download(server.url, sha256="0" * 64)) == f"the SHA-256 is {DIGEST}, and should be {'0' * 64}"
        )
        assert await problem(Download(server.url, size=5)) == "the file has 102,400 bytes, and should have 5"
        server.says_length = False
        assert await problem(Download(server.url, most_bytes=5000)) == "the file is longer than 5,000 bytes"
        assert (
            await problem(Download(server.url, size=200_000)) == "the file has 102,400 bytes, and should have 200,000"
        )


@pytest.mark.parametrize("url", ["", "ftp://127.0.0.1/image.bin", "file:///etc/passwd"])
async def test_what_is_no_web_address_is_told(url: str) -> None:
    assert await problem(Download(url)) == f"{url or 'nothing'} is no http or https address"


async def test_where_nobody_serves_it_is_told() -> None:
    assert "failed 6 times, at last: Cannot connect to host 127.0.0.1:1" in await problem(
        Download("http://127.0.0.1:1/x")
    )


# --- in a scenario ----------------------------------------------------------------------------------------------------

SCENARIO = """
name: downloads
steps:
  - name: download
    download: {url: "{document.url}", sha256: "{document.sha256}"}
    progress: {from: 10, to: 60, every: 0.2}
  - {name: install, duration: 0.1}
end: SUCCEEDED
"""


def document(server: FileServer, sha256: str = DIGEST) -> str:
    return f'{{"url": "{server.url}", "sha256": "{sha256}"}}'


async def test_a_thing_downloads_the_url_of_its_job_document_with_real_progress() -> None:
    async with file_server(CONTENT) as server, on_stage(SCENARIO) as stage:
        server.pause_after = 50_000
        stage.service.create_job("j1", "t", document=document(server))
        await stage.progressed(30)
        assert stage.shown.activity is Activity.WORKING
        server.go_on.set()
        await stage.ended()
        progress = [int(update["statusDetails"]["progress"]) for update in stage.service.updates()]
        assert progress[0] == 10
        assert any(20 < percent < 40 for percent in progress)
        assert progress[-3:] == [60, 60, 100]
        assert stage.status()[0] is S.SUCCEEDED


async def test_a_download_that_fails_ends_the_execution_with_the_reason() -> None:
    async with file_server(CONTENT) as server, on_stage(SCENARIO) as stage:
        stage.service.create_job("j1", "t", document=document(server, "0" * 64))
        await stage.ended()
        assert stage.status()[0] is S.FAILED
        assert stage.shown.details == f"the SHA-256 is {DIGEST}, and should be {'0' * 64}"


@pytest.mark.parametrize("name", [FaultName.REBOOT, FaultName.DROP_LINE])
async def test_after_a_drop_or_a_reboot_the_download_goes_on_where_it_was(name: FaultName) -> None:
    async with file_server(CONTENT) as server, on_stage(SCENARIO) as stage:
        server.pause_after = 50_000
        stage.service.create_job("j1", "t", document=document(server))
        await stage.progressed(30)
        stage.thing.misbehave(Fault(name, 0.3))
        server.go_on.set()
        await stage.ended()
        assert stage.status()[0] is S.SUCCEEDED
        first, second = server.asked
        assert (first, second) == ("", "bytes=50000-")


async def test_a_cancel_stops_the_download() -> None:
    async with file_server(CONTENT) as server, on_stage(SCENARIO) as stage:
        server.pause_after = 50_000
        stage.service.create_job("j1", "t", document=document(server))
        await stage.progressed(30)
        stage.service.cancel("j1")
        await stage.told(S.CANCELED)
        await until(lambda: stage.shown.activity is Activity.IDLE)
        assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("work")]


async def test_a_thing_that_is_stopped_while_it_downloads_leaves_nothing_behind() -> None:
    async with file_server(CONTENT) as server:
        server.pause_after = 50_000
        async with on_stage(SCENARIO) as stage:
            stage.service.create_job("j1", "t", document=document(server))
            await stage.progressed(30)
        assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("work")]
