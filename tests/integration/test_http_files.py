"""Pre-signed URLs in job documents, and downloads by them from the folder that stands for S3."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from simulator.clock import ManualClock
from tests.support.http_endpoint import HttpEndpoint, http_endpoint

FIRMWARE = bytes(range(256)) * 40
PLACEHOLDER = "${aws:iot:s3-presigned-url:https://s3.eu-central-1.amazonaws.com/bucket/fw/2.4.bin}"
DOCUMENT = json.dumps({"url": PLACEHOLDER, "other": "stays"})


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def endpoint(tmp_path: Path, clock: ManualClock) -> Iterator[HttpEndpoint]:
    folder = tmp_path / "s3"
    (folder / "bucket" / "fw").mkdir(parents=True)
    (folder / "bucket" / "fw" / "2.4.bin").write_bytes(FIRMWARE)
    (folder / "plain.txt").write_text("plain")
    (tmp_path / "secret.txt").write_text("secret")
    with http_endpoint(clock) as endpoint:
        endpoint.service.files.serve(folder, lambda: endpoint.url)
        yield endpoint


def url_of(endpoint: HttpEndpoint, thing: str = "t", job_id: str = "j1") -> str:
    execution = endpoint.jobs_data.describe_job_execution(thingName=thing, jobId=job_id)["execution"]
    url: str = json.loads(execution["jobDocument"])["url"]
    return url


def download(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {}, error.read()


def test_95_a_device_sees_a_url_and_the_operator_still_the_placeholder(endpoint):
    endpoint.add_job("j1", "t", "u", document=DOCUMENT, presignedUrlConfig={"expiresInSec": 120})
    url = url_of(endpoint)
    assert url.startswith(f"{endpoint.url}/files/bucket/fw/2.4.bin?")
    assert parse_qs(urlsplit(url).query)["X-Amz-Expires"] == ["120"]
    assert url != url_of(endpoint, "u")
    assert endpoint.iot.get_job_document(jobId="j1")["document"] == DOCUMENT
    told = [body["execution"]["jobDocument"] for topic, body in endpoint.published if topic.endswith("notify-next")]
    assert {document["url"].partition("?")[0] for document in told} == {url.partition("?")[0]}
    assert {document["other"] for document in told} == {"stays"}


def test_what_the_url_names_can_be_downloaded_whole_and_in_parts(endpoint):
    endpoint.add_job("j1", "t", document=DOCUMENT)
    url = url_of(endpoint)
    status, headers, body = download(url)
    assert (status, body) == (200, FIRMWARE)
    assert headers["content-length"] == str(len(FIRMWARE))
    status, headers, body = download(url, Range="bytes=1000-1999")
    assert (status, body) == (206, FIRMWARE[1000:2000])
    assert headers["content-range"] == f"bytes 1000-1999/{len(FIRMWARE)}"
    assert download(url, Range="bytes=-10")[2] == FIRMWARE[-10:]
    assert download(url, Range=f"bytes={len(FIRMWARE)}-")[0] == 416


async def pass_time(clock: ManualClock, seconds: float) -> None:
    await clock.advance(seconds)


def test_a_url_expires_by_the_endpoints_clock(endpoint, clock):
    endpoint.add_job("j1", "t", document=DOCUMENT, presignedUrlConfig={"expiresInSec": 60})
    url = url_of(endpoint)
    endpoint.run(pass_time(clock, 59))
    assert download(url)[0] == 200
    endpoint.run(pass_time(clock, 2))
    status, _, body = download(url)
    assert status == 403
    assert b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in body
    assert download(url_of(endpoint))[0] == 200


@pytest.mark.parametrize("part", ["expires", "thing", "X-Amz-Signature"])
def test_a_url_that_was_changed_is_refused(endpoint, part):
    endpoint.add_job("j1", "t", document=DOCUMENT)
    url = url_of(endpoint)
    given = parse_qs(urlsplit(url).query)[part][0]
    changed = url.replace(f"{part}={given}", f"{part}={given[:-1]}{'0' if given[-1] != '0' else '1'}")
    assert changed != url
    assert download(changed)[0] == 403
    assert download(url.partition("?")[0])[0] == 403
    assert download(url.replace("2.4.bin", "2.5.bin"))[0] == 403


@pytest.mark.parametrize(
    "named",
    [
        "bucket/../../secret.txt",
        "bucket/%2e%2e/%2e%2e/secret.txt",
        "bucket//etc/passwd",
        "bucket/fw",
        "bucket/none",
        "..",
    ],
)
def test_nothing_outside_the_folder_is_ever_served(endpoint, named):
    document = json.dumps({"url": f"${{aws:iot:s3-presigned-url:https://s3.amazonaws.com/x/{named}}}"})
    endpoint.add_job("j1", "t", document=document)
    path = url_of(endpoint).removeprefix(endpoint.url)
    status, _, body = endpoint.ask("GET", path)
    assert (status, b"secret" in body, b"NoSuchKey" in body) == (404, False, True)


def test_a_link_that_leads_out_of_the_folder_is_not_followed(endpoint, tmp_path):
    (tmp_path / "s3" / "link.txt").symlink_to(tmp_path / "secret.txt")
    document = json.dumps({"url": "${aws:iot:s3-presigned-url:https://s3.amazonaws.com/bucket/link.txt}"})
    endpoint.add_job("j1", "t", document=document)
    assert download(url_of(endpoint))[0] == 404


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.amazonaws.com/anything/plain.txt",
        "https://s3-eu-west-1.amazonaws.com/anything/plain.txt",
        "https://anything.s3.eu-west-1.amazonaws.com/plain.txt",
    ],
)
def test_a_key_alone_names_a_file_too_whatever_the_form_of_the_url(endpoint, url):
    endpoint.add_job("j1", "t", document=json.dumps({"url": f"${{aws:iot:s3-presigned-url:{url}}}"}))
    assert download(url_of(endpoint))[2] == b"plain"


def test_what_is_no_s3_url_stays_and_ten_placeholders_are_the_most(endpoint):
    endpoint.add_job("j1", "t", document='{"url": "${aws:iot:s3-presigned-url:https://example.com/a/b}"}')
    assert url_of(endpoint) == "${aws:iot:s3-presigned-url:https://example.com/a/b}"
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="10"):
        endpoint.add_job("j2", "t", document=json.dumps([PLACEHOLDER] * 11))


def test_without_a_folder_there_is_a_url_under_which_nothing_is_found(endpoint):
    endpoint.service.files.serve(None, lambda: endpoint.url)
    endpoint.add_job("j1", "t", document=DOCUMENT)
    assert download(url_of(endpoint))[0] == 404
