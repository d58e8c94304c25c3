"""HTTP over TLS: downloads that job documents name, by devices that insist on it, and the control plane besides."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from simulator.download import Download, DownloadError
from simulator.endpoint.authority import Authority
from simulator.endpoint.door_options import DoorOptions
from simulator.endpoint.fronts import Fronts
from simulator.endpoint.gateway import Gateway
from simulator.endpoint.serving import Endpoint, ServeOptions
from simulator.errors import InputError
from simulator.feed import FeedBatch
from simulator.fleet import FleetSettings, ThingSpec
from simulator.jobs.model import JobStatus
from simulator.local_fleet import LocalFleet
from simulator.operator import Operator
from simulator.transport.credentials import Credentials

FREE = "127.0.0.1:0"
CONTENT = b"firmware" * 4000
PLACEHOLDER = "${aws:iot:s3-presigned-url:https://s3.us-east-1.amazonaws.com/bucket/image.bin}"
SCENARIO = """
name: downloads
steps:
  - {name: download, download: {url: "{document.url}"}}
end: SUCCEEDED
"""


@pytest.fixture
async def secured(tmp_path: Path) -> AsyncIterator[Endpoint]:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "image.bin").write_bytes(CONTENT)
    doors = DoorOptions(tls=tmp_path / "tls")
    endpoint = Endpoint(ServeOptions(mqtt=FREE, http=FREE, doors=doors, files=tmp_path / "files"))
    await endpoint.start()
    yield endpoint
    await endpoint.close()


@pytest.fixture
def authority(secured: Endpoint, tmp_path: Path) -> Authority:
    return Authority(tmp_path / "tls")


async def url_of_a_job(endpoint: Endpoint) -> str:
    """Make a job with a placeholder for pump-1; return the URL that the thing is shown."""
    async with Operator(endpoint.http_url) as operator:
        await operator.create_things(["pump-1"])
        await operator.create_job("j1", ["pump-1"], json.dumps({"url": PLACEHOLDER}), None, "")
    job = endpoint.service.book.jobs["j1"]
    return str(json.loads(endpoint.service.files.prepare(job, "pump-1", endpoint.service.clock.epoch()))["url"])


async def fetched(url: str, ca: str) -> int:
    download = Download(url, ca=ca)
    async with asyncio.timeout(20):
        from random import Random

        await download.run(lambda: None, Random(1))
    return download.received


async def test_95_with_certificates_a_job_document_names_an_https_url(secured: Endpoint, authority: Authority) -> None:
    url = await url_of_a_job(secured)
    assert url.startswith(f"{secured.https_url}/files/bucket/image.bin?")
    assert secured.https_url.startswith("https://127.0.0.1:")
    assert await fetched(url, str(authority.trust_file)) == len(CONTENT)


async def test_95_without_certificates_it_is_an_http_url(endpoint: Endpoint) -> None:
    assert endpoint.https_url == ""
    assert (await url_of_a_job(endpoint)).startswith(f"{endpoint.http_url}/files/bucket/image.bin?")


async def test_who_does_not_trust_the_authority_is_told_at_once_whose_name_is_missing(secured: Endpoint) -> None:
    url = await url_of_a_job(secured)
    with pytest.raises(DownloadError, match=r"the certificate of 127\.0\.0\.1 is not trusted: .*; name the CA that"):
        await fetched(url, "")


async def test_a_ca_that_is_none_is_told(secured: Endpoint, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=r"the CA .*nowhere\.pem cannot be read"):
        await fetched(await url_of_a_job(secured), str(tmp_path / "nowhere.pem"))


async def test_a_thing_that_trusts_the_authority_for_mqtt_trusts_it_for_its_download(
    secured: Endpoint, authority: Authority
) -> None:
    assert secured.fronts is not None
    certificate, key = authority.thing_files("pump-1")
    trust = Credentials(ca=str(authority.trust_file), certificate=str(certificate), key=str(key))
    newest: list[FeedBatch] = []
    fleet = LocalFleet(FleetSettings(address=f"mqtts://{secured.fronts.addresses['mqtts']}", credentials=trust))
    await fleet.open(newest.append)
    try:
        await fleet.define("downloads", SCENARIO)
        await fleet.add([ThingSpec(name="pump-1", scenario="downloads")])
        await url_of_a_job(secured)
        await fleet.start(["pump-1"])
        async with asyncio.timeout(20):
            while not newest or not newest[-1].counters.by_status.get(JobStatus.SUCCEEDED):
                assert not (newest and newest[-1].counters.by_status.get(JobStatus.FAILED)), newest[-1]
                await asyncio.sleep(0.02)
    finally:
        await fleet.close()
    assert secured.http.responses[("", 200)] >= 1  # the download


async def test_boto3_comes_in_over_tls_and_refuses_who_is_not_trusted(secured: Endpoint, authority: Authority) -> None:
    def things(verify: str) -> list[str]:
        config = Config(retries={"total_max_attempts": 1}, proxies={})
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "us-east-1"}
        client = boto3.client("iot", endpoint_url=secured.https_url, verify=verify, config=config, **keys)
        client.create_thing(thingName="pump-1")
        found = [thing["thingName"] for thing in client.list_things()["things"]]
        client.close()
        return found

    assert await asyncio.to_thread(things, str(authority.trust_file)) == ["pump-1"]
    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        await asyncio.to_thread(things, ssl.get_default_verify_paths().openssl_cafile)


async def test_a_port_in_use_is_told_in_a_sentence(secured: Endpoint, tmp_path: Path) -> None:
    taken = secured.https_url.removeprefix("https://")
    doors = DoorOptions(tls=tmp_path / "tls", https=taken)
    another = Endpoint(ServeOptions(mqtt=FREE, http=FREE, doors=doors))
    with pytest.raises(InputError, match=rf"--https {taken}: port .* is in use"):
        await another.start()


async def test_a_certificate_that_is_not_for_the_http_host_is_not_shown_for_it(tmp_path: Path) -> None:
    Authority(tmp_path).server_files([])
    gateway = Gateway(lambda *_: None)
    elsewhere = ("192.0.2.7", 8000)
    assert Fronts(gateway, DoorOptions(tls=tmp_path), ("127.0.0.1", 0), elsewhere).https is None
    assert Fronts(gateway, DoorOptions(tls=tmp_path), ("127.0.0.1", 0), ("127.0.0.1", 0)).https is not None
    with pytest.raises(InputError, match=r"server\.pem: is not for 192\.0\.2\.7; move it and server\.key away"):
        Fronts(gateway, DoorOptions(tls=tmp_path, https="192.0.2.7:1"), ("127.0.0.1", 0), elsewhere)
    assert Fronts(gateway, DoorOptions(tls=tmp_path, https="none"), ("127.0.0.1", 0)).https is None
    made_for_it = Fronts(gateway, DoorOptions(tls=tmp_path / "new"), ("127.0.0.1", 0), elsewhere)
    assert made_for_it.https is not None
    assert made_for_it.https[:2] == ("192.0.2.7", 0)
