"""The address a person writes: what it means, and the sentence for one that means nothing."""

from collections.abc import Callable

import pytest

from simulator.errors import InputError
from simulator.transport.address import Address, check_url, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("localhost:1884", Address(host="localhost", port=1884)),
        ("127.0.0.1", Address(host="127.0.0.1", port=1883)),
        ("mqtt://broker.example", Address(host="broker.example", port=1883)),
        ("mqtt://broker.example:99/", Address(host="broker.example", port=99)),
        ("MQTTS://a1-ats.iot.example", Address(host="a1-ats.iot.example", port=8883, tls=True)),
        ("[::1]:1883", Address(host="::1", port=1883)),
        ("mqtts://[fe80::1%eth0]", Address(host="fe80::1%eth0", port=8883, tls=True)),
        ("ws://h", Address(host="h", port=80, websocket_path="/mqtt")),
        ("ws://h:8080/a/b", Address(host="h", port=8080, websocket_path="/a/b")),
        ("wss://h", Address(host="h", port=443, tls=True, websocket_path="/mqtt")),
        ("h:65535", Address(host="h", port=65535)),
    ],
)  # fmt: skip
def test_an_address_means_what_it_says(text: str, address: Address) -> None:
    assert parse_address(text) == address


FORMS = "write HOST:PORT, mqtt://HOST:PORT, mqtts://HOST:PORT, ws://HOST:PORT/PATH or wss://HOST:PORT/PATH"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", f"--mqtt: '' names no host; {FORMS}"),
        (":1883", f"--mqtt: ':1883' names no host; {FORMS}"),
        ("mqtt://", f"--mqtt: 'mqtt://' names no host; {FORMS}"),
        ("[]:1", f"--mqtt: '[]:1' names no host; {FORMS}"),
        ("two words:1883", f"--mqtt: 'two words:1883' is no address; {FORMS}"),
        ("host\n:1883", f"--mqtt: 'host\\n:1883' is no address; {FORMS}"),
        ("http://h:80", f"--mqtt: http://h:80: http:// is not spoken here; {FORMS}"),
        ("h:1883/path", f"--mqtt: h:1883/path goes on after the port; {FORMS}"),
        ("ws://h/mqtt?a=b", f"--mqtt: ws://h/mqtt?… goes on after the port; {FORMS}"),
        ("h:0", "--mqtt: h:0: '0' is no port; write a number from 1 to 65535"),
        ("h:65536", "--mqtt: h:65536: '65536' is no port; write a number from 1 to 65535"),
        ("h:", "--mqtt: h:: '' is no port; write a number from 1 to 65535"),
        ("h:-1", "--mqtt: h:-1: '-1' is no port; write a number from 1 to 65535"),
        ("h:१२", "--mqtt: h:१२: '१२' is no port; write a number from 1 to 65535"),
        ("::1:1883", "--mqtt: ::1:1883 has too many colons; put an IPv6 address in brackets, as in [::1]:1883"),
        ("[::1:1883", "--mqtt: [::1:1883 has too many colons; put an IPv6 address in brackets, as in [::1]:1883"),
        ("h:1:2", "--mqtt: h:1:2 has two ports, 1 and 2; write one, as in h:1"),
        (
            "mqtts://1.2.3.4:8883:1",
            "--mqtt: mqtts://1.2.3.4:8883:1 has two ports, 8883 and 1; write one, as in 1.2.3.4:8883",
        ),
        ("fe80:1:2", "--mqtt: fe80:1:2 has too many colons; put an IPv6 address in brackets, as in [::1]:1883"),
        ("a:b:c", "--mqtt: a:b:c has too many colons; put an IPv6 address in brackets, as in [::1]:1883"),
        ("mqtt://me:secret@h:1", "--mqtt: the address h:1 has a user name before it; leave it out"),
    ],
)
def test_what_is_no_address_is_answered_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_address(text)
    assert str(caught.value) == sentence


def test_the_sentence_points_at_the_place_it_was_written() -> None:
    with pytest.raises(InputError, match=r"^fleet\.yaml: address: 'a b' is no address"):
        parse_address("a b", where="fleet.yaml: address")


@pytest.mark.parametrize("text", ["mqtt://h:1", "mqtts://[::1]:2", "ws://h:3/mqtt", "wss://h:4/a"])
def test_an_address_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_address(text)) == text


@pytest.mark.parametrize(
    "text",
    ["mqtt://me:hush@h:1", "https://me:hush@h:1", "mqtt://me:hu sh@h", "me:hush@h", "ws://h/mqtt?key=hush",
     "me:hush@[::1", "wss://me@x:hush@h/p", "mqtt://h:hush@"],
)  # fmt: skip
@pytest.mark.parametrize("check", [parse_address, check_url])
def test_no_sentence_about_an_address_has_a_password_in_it(check: Callable[[str], object], text: str) -> None:
    with pytest.raises(InputError) as told:
        check(text)
    assert "hush" not in str(told.value)
    assert "hu sh" not in str(told.value)
