"""What strangers, browsers and broken clients send: each gets an answer or a closed line, the others notice nothing."""

import json
import logging
import random
import socket
from collections.abc import Iterator

import pytest

from simulator.endpoint import http_reading
from simulator.endpoint.http_api import HttpApi
from simulator.errors import InputError
from tests.support.http_endpoint import HttpEndpoint, http_endpoint

UPGRADE = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
HEAD = b"%s\r\nHost: localhost\r\nConnection: close\r\n"


@pytest.fixture
def endpoint() -> Iterator[HttpEndpoint]:
    with http_endpoint() as endpoint:
        yield endpoint


@pytest.fixture(autouse=True)
def _nothing_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A stranger must not be able to fill the log; a test that expects a record takes it away."""
    yield
    records = [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert records == []


def works(endpoint: HttpEndpoint) -> bool:
    """Whether a well-behaved client is served."""
    return endpoint.ask("GET", "/things", service="iot")[0] == 200


# --- pages in a browser ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Origin": ""},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Host": "evil.example"},
        {"Host": "evil.example:8000"},
        {"Host": "localhost.evil.example"},
        {"Host": "192.0.2.1"},
        {"Host": ""},
        {"Host": "[::ffff:192.0.2.1]"},
    ],
    ids=str,
)
def test_a_request_that_a_foreign_page_could_have_sent_is_forbidden_and_does_nothing(endpoint, headers):
    status, answered, body = endpoint.ask("POST", "/things/t", b"{}", service="iot", **headers)
    assert (status, answered["x-amzn-errortype"]) == (403, "ForbiddenException")
    assert "access-control-allow-origin" not in answered
    assert json.loads(body)["message"]
    assert not endpoint.service.registry.knows_thing("t")


def test_a_foreign_pages_preflight_is_forbidden(endpoint):
    asked = {"Origin": "https://evil.example", "Access_Control_Request_Method": "PUT"}
    status, answered, _ = endpoint.ask("OPTIONS", "/jobs/j1", **asked)
    assert status == 403
    assert not [name for name in answered if name.startswith("access-control")]


def test_a_request_from_our_own_names_is_carried_out(endpoint):
    own = f"127.0.0.1:{endpoint.api.port}"
    for headers in (
        {"Host": "localhost"},
        {"Host": "LOCALHOST:8000"},
        {"Host": "[::1]:8000"},
        {"Host": "127.0.0.5"},
        {"Host": "jobs.iot.localhost"},
        {"Origin": f"http://{own}", "Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "none"},
    ):
        assert endpoint.ask("GET", "/things", service="iot", **headers)[0] == 200, headers


def test_further_names_can_be_allowed():
    with http_endpoint(allowed_hosts=["Endpoint"]) as endpoint:
        assert endpoint.ask("GET", "/things", service="iot", Host="endpoint:8000")[0] == 200
        assert endpoint.ask("GET", "/things", service="iot", Host="endpoint.evil.example")[0] == 403


# --- broken requests ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\0" * 4096, 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)), 400),  # TLS
        (b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00", 400),  # MQTT
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET /things HTTP/1.1\r\nHost\r\n\r\n", 400),
        (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n", 400),
        (HEAD % b"GET / HTTP/1.1" + b"X: " + b"a" * 100_000 + b"\r\n\r\n", 400),
        (HEAD % b"GET / HTTP/1.1" + b"X: y\r\n" * 1000 + b"\r\n", 400),
        (HEAD % b"POST /things/t HTTP/1.1" + b"Content-Length: -5\r\n\r\n", 400),
        (HEAD % b"POST /things/t HTTP/1.1" + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (HEAD % b"POST /things/t HTTP/1.1" + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", 400),
        (UPGRADE + b"\xff" * 500, 501),
        (HEAD % b"CONNECT evil.example:443 HTTP/1.1" + b"\r\n", 501),
        (HEAD % b"OPTIONS * HTTP/1.1" + b"\r\n", 501),
        (HEAD % b"GET http://evil.example/things HTTP/1.1" + b"\r\n", 501),
        (HEAD % b"HEAD /things HTTP/1.1" + b"\r\n", 501),
        (b"GET / HTTP/1.0\r\n\r\n", 403),
        (HEAD % b"POST /things/t HTTP/1.1" + b"Expect: a-miracle\r\nContent-Length: 2\r\n\r\n{}", 417),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, bytes) else None,
)
def test_bytes_that_are_no_good_request_are_refused_and_cost_the_sender_its_connection_alone(endpoint, data, status):
    answer = endpoint.send(data)
    assert int(answer.split(b" ", 2)[1]) == status
    assert b"html" not in answer.lower()
    assert b"Traceback" not in answer
    assert not endpoint.service.registry.knows_thing("t")
    assert works(endpoint)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n",
        b"GE",
        b"GET /things HTTP/1.1\r\nHost: local",
        HEAD % b"POST /things/t HTTP/1.1" + b"Content-Length: 99\r\n\r\n{",
        HEAD % b"POST /things/t HTTP/1.1" + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
    ids=repr,
)
def test_a_request_that_breaks_off_is_forgotten(endpoint, data):
    assert endpoint.send(data, hang_up=True) == b""
    assert not endpoint.service.registry.knows_thing("t")
    assert works(endpoint)


def test_random_bytes_and_damaged_requests_change_nothing(endpoint):
    chance = random.Random(7)
    good = b"POST /things/t HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n[]"
    for _ in range(60):
        damaged = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        endpoint.send(bytes(damaged), hang_up=True)
        endpoint.send(chance.randbytes(chance.randrange(1, 2000)), hang_up=True)
    assert works(endpoint)
    assert not list(endpoint.service.registry.things())


@pytest.mark.parametrize("service", ["iot", "iot-jobs-data"])
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b"\xff\xfe",
        b'{"a":"\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"targets":' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"document":"\\ud800","targets":["a"]}',
        b'{"status":"FAILED","statusDetails":{"a":"\\udfff"}}',
        b"<xml/>",
        b"a=b&c=d",
        b'{"status":1e999}',
        b'{"expectedVersion":' + b"9" * 5000 + b"}",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_a_body_that_is_no_good_json_is_an_invalid_request(endpoint, service, body):
    endpoint.add_job("j1", "t")
    method, path = ("PUT", "/jobs/j2") if service == "iot" else ("POST", "/things/t/jobs/j1")
    status, headers, answer = endpoint.ask(method, path, body, service=service)
    assert (status, headers["x-amzn-errortype"]) == (400, "InvalidRequestException")
    assert json.loads(answer)["message"]
    assert works(endpoint)


def test_a_compressed_body_is_not_unpacked(endpoint):
    status, headers, _ = endpoint.ask("POST", "/things/t", b"\x1f\x8b\x08\0", service="iot", Content_Encoding="gzip")
    assert (status, headers["x-amzn-errortype"]) == (400, "InvalidRequestException")


def test_a_body_that_is_too_large_is_refused_in_words(endpoint):
    body = b'{"document":"' + b"x" * (6 * http_reading.BODY_BYTES) + b'"}'
    status, headers, answer = endpoint.ask("PUT", "/jobs/j1", body, service="iot")
    assert (status, headers["x-amzn-errortype"]) == (413, "RequestEntityTooLargeException")
    assert str(http_reading.BODY_BYTES) in json.loads(answer)["message"]
    assert works(endpoint)


def test_a_body_that_never_ends_is_given_up(endpoint, monkeypatch):
    monkeypatch.setattr(http_reading, "BODY_SECONDS", 0.05)
    with socket.create_connection(("127.0.0.1", endpoint.api.port), 10) as connection:
        connection.sendall(b"POST /things/t HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
        answer = connection.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 408")
        assert b"RequestTimeoutException" in answer


def test_a_body_in_chunks_is_read(endpoint):
    request = b"POST /things/t HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert endpoint.send(request + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n").startswith(b"HTTP/1.1 200")
    assert endpoint.service.registry.knows_thing("t")


@pytest.mark.parametrize("path", ["/things/%ff", "/things/%", "/things/%00", "/things/%2e%2e/x/../..", "/things/a%2Fb"])
def test_a_path_that_names_nothing_is_refused(endpoint, path):
    status, headers, body = endpoint.ask("GET", path, service="iot")
    assert status in (400, 501)
    assert headers["x-amzn-errortype"] in ("InvalidRequestException", "NotImplementedException")
    assert json.loads(body)["message"]


def test_bytes_that_are_no_utf_8_in_path_query_and_headers_are_refused_in_words(endpoint):
    for line in (b"GET /\xff HTTP/1.1", b"GET /endpoint?endpointType=\xff HTTP/1.1", b"GET /things/\xff HTTP/1.1"):
        assert int(endpoint.send(HEAD % line + b"\r\n").split(b" ", 2)[1]) in (400, 501)
    for header in (b"Authorization: AWS4 Credential=a/b/c/\xff/aws4_request", b"Origin: \xff", b"Sec-Fetch-Site: \xff"):
        answer = endpoint.send(HEAD % b"GET /endpoint HTTP/1.1" + header + b"\r\n\r\n")
        assert int(answer.split(b" ", 2)[1]) in (403, 501)
    assert endpoint.send(b"GET /endpoint HTTP/1.0\r\nHost: localhost:\xff\r\n\r\n").startswith(b"HTTP/1.0 403")


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/a/b/c/d/e/f/g/h", "/" * 300])
def test_a_path_of_no_operation_gets_a_sentence_and_no_page(endpoint, path):
    status, headers, body = endpoint.ask("GET", path, Accept="text/html")
    assert (status, headers["content-type"]) == (501, "application/json")
    assert "is not offered by this local endpoint yet" in json.loads(body)["message"]


def test_a_service_that_is_not_here_says_so(endpoint):
    status, headers, body = endpoint.ask("GET", "/things/t/shadow", service="iotdata")
    assert (status, headers["x-amzn-errortype"]) == (501, "NotImplementedException")
    assert "iotdata" in json.loads(body)["message"]


# --- our own faults -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "answered"),
    [("iot", (503, "ServiceUnavailableException")), ("iot-jobs-data", (503, "ServiceUnavailableException"))],
)
def test_what_goes_wrong_inside_is_logged_and_not_told(endpoint, caplog, monkeypatch, service, answered):
    endpoint.add_job("j1", "t")

    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(endpoint.service.jobs_control, "execution", fail)
    monkeypatch.setattr(endpoint.service, "request", fail)
    status, headers, body = endpoint.ask("GET", "/things/t/jobs/j1", service=service)
    assert (status, headers["x-amzn-errortype"]) == answered
    assert b"secret" not in body
    assert b"ZeroDivision" not in body
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]
    caplog.clear()
    assert works(endpoint)


def test_a_change_that_cannot_be_stored_is_unavailable(endpoint, monkeypatch):
    endpoint.add_job("j1", "t")
    monkeypatch.setattr(endpoint.service._store, "is_durable", True)
    monkeypatch.setattr(endpoint.service._store, "write", lambda changes, then: then(False))
    for service, method, path, body in (
        ("iot", "POST", "/things/u", b"{}"),
        ("iot", "PUT", "/jobs/j1/cancel", b"{}"),
        ("iot-jobs-data", "PUT", "/things/t/jobs/$next", b"{}"),
    ):
        status, headers, _ = endpoint.ask(method, path, body, service=service)
        assert (status, headers["x-amzn-errortype"]) == (503, "ServiceUnavailableException")


# --- listening ------------------------------------------------------------------------------------------------------


def api(endpoint: HttpEndpoint) -> HttpApi:
    return HttpApi(endpoint.service, mqtt_address=lambda: "")


def test_a_port_in_use_is_named_with_what_to_do(endpoint):
    second = api(endpoint)
    with pytest.raises(InputError) as error:
        endpoint.run(second.start("127.0.0.1", endpoint.api.port))
    port = endpoint.api.port
    assert str(error.value) == (
        f"--http 127.0.0.1:{port}: port {port} is in use; stop the program that uses it, or write port 0 for a free one"
    )
    endpoint.run(second.close())
    assert works(endpoint)


def test_an_address_that_is_not_ours_is_named(endpoint):
    for host in ("192.0.2.1", "host.invalid"):
        with pytest.raises(InputError, match=f"--http {host}:0: cannot be listened on"):
            endpoint.run(api(endpoint).start(host, 0))


def test_at_any_address_it_answers_for_the_one_it_was_reached_at(endpoint):
    everywhere = api(endpoint)
    endpoint.run(everywhere.start("0.0.0.0", 0))
    try:
        assert everywhere.url == f"http://127.0.0.1:{everywhere.port}"
        with socket.create_connection(("127.0.0.1", everywhere.port), 10) as connection:
            connection.sendall(b"GET /things HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
    finally:
        endpoint.run(everywhere.close())


def test_closing_hangs_up_on_idle_clients_at_once_and_frees_the_port(endpoint):
    second = api(endpoint)
    endpoint.run(second.close())
    endpoint.run(second.start("127.0.0.1", 0))
    port = second.port
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(b"GET /things HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
        endpoint.run(second.close())
        assert connection.recv(1) == b""
    endpoint.run(second.close())
    endpoint.run(second.start("127.0.0.1", port))
    endpoint.run(second.close())


def test_an_expectation_that_is_none_is_refused_whatever_bytes_it_has(endpoint):
    for expectation in (b"100-co\xed:ntinue", b"tea"):
        answer = endpoint.send(
            b"GET /things HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: " + expectation + b"\r\n\r\n"
        )
        assert answer.startswith(b"HTTP/1.1 417 "), answer
        assert b"There is no expectation '" in answer


def test_who_asks_before_sending_a_body_is_told_to_go_on(endpoint):
    answer = endpoint.send(
        b"POST /things/t HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\n"
        b"Content-Length: 2\r\n\r\n{}"
    )
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")
