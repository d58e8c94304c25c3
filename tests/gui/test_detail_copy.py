"""A message copied for elsewhere is, there, the same message."""

import json
import shlex
import subprocess
import sys

import pytest
from PySide6.QtGui import QAction, QGuiApplication

from simulator.feed import Direction, MessageRecord
from simulator.transport.credentials import Credentials
from ui.message_commands import MessageCommands
from ui.message_copy import as_json, as_mosquitto_pub, as_python
from ui.message_view import MessageView

TOPIC = "$aws/things/pump-7/jobs/fw-1/update"
PAYLOADS = [b'{"status":"FAILED"}', b"it's $HOME and `x`\n\n", "größer".encode(), b"", b"-m", b"a\0b\xff\\n%d"]


def message(payload: bytes) -> MessageRecord:
    return MessageRecord(at=1.0, direction=Direction.OUT, topic=TOPIC, payload=payload)


@pytest.mark.skipif(sys.platform == "win32", reason="a line for a POSIX shell")
@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_shell_passes_the_same_bytes_to_mosquitto_pub(payload: bytes) -> None:
    fake = (
        f"mosquitto_pub() {{ {shlex.quote(sys.executable)} -c 'import os, sys; a = sys.argv[1:]; "
        'data = sys.stdin.buffer.read() if "-s" in a else os.fsencode(a[a.index("-m") + 1]); '
        'print(a[a.index("-t") + 1], a[a.index("-p") + 1], data.hex())\' "$@"; }\n'
    )
    line = as_mosquitto_pub(message(payload), "127.0.0.1:41883")
    ran = subprocess.run(["sh", "-c", fake + line], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == [TOPIC, "41883", *([payload.hex()] if payload else [])]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_python_snippet_publishes_the_same_bytes(payload: bytes, monkeypatch) -> None:
    import paho.mqtt.publish

    published: list[tuple[tuple[object, ...], dict[str, object]]] = []
    monkeypatch.setattr(paho.mqtt.publish, "single", lambda *args, **named: published.append((args, named)))
    exec(as_python(message(payload), "mqtts://broker.example:8883"), {})
    named = {"payload": payload, "qos": 1, "hostname": "broker.example", "port": 8883, "tls": {}}
    assert published == [((TOPIC,), named)]


def test_addresses_of_every_kind_find_their_way_into_the_line() -> None:
    assert "-h localhost -p 1883" in as_mosquitto_pub(message(b"{}"), "")
    assert "-h ::1 -p 1900" in as_mosquitto_pub(message(b"{}"), "mqtt://[::1]:1900")
    assert "--capath" in as_mosquitto_pub(message(b"{}"), "mqtts://broker.example")
    assert "websockets" in as_python(message(b"{}"), "ws://broker.example/mqtt")


def test_json_is_indented_and_still_the_same() -> None:
    assert json.loads(as_json(message(b'{"a":[1]}'))) == {"a": [1]}
    assert as_json(message(b"plain")) == "plain"


def test_the_menu_copies_each_kind(qtbot) -> None:
    view = MessageView(MessageCommands())
    qtbot.addWidget(view)
    view._commands.addresses.mqtt = "127.0.0.1:41883"
    view.show_message(message(b'{"status":"FAILED"}'))
    starts = {"json": "{\n", "mosquitto": "mosquitto_pub -h 127.0.0.1 -p 41883", "python": "import paho.mqtt"}
    for kind, start in starts.items():
        view.findChild(QAction, f"act.msg.copy.{kind}").trigger()
        assert QGuiApplication.clipboard().text().startswith(start)


SECURED = Credentials(
    ca="ca.pem", certificate="certs/{thing}.pem", key="certs/{thing}.key", username="fleet", password="hunter2"
)


def test_who_a_thing_is_goes_along_but_never_its_password() -> None:
    sent = message(b"{}")
    line = as_mosquitto_pub(sent, "mqtts://broker.example", SECURED)
    assert '--cafile ca.pem --cert certs/pump-7.pem --key certs/pump-7.key -u fleet -P "$PASSWORD" -q 1' in line
    snippet = as_python(sent, "mqtts://broker.example", SECURED)
    compile(snippet, "snippet", "exec")
    assert "tls={'ca_certs': 'ca.pem', 'certfile': 'certs/pump-7.pem', 'keyfile': 'certs/pump-7.key'}" in snippet
    assert "auth={'username': 'fleet', 'password': os.environ['PASSWORD']}" in snippet
    assert "hunter2" not in line + snippet
    assert "cert" not in as_mosquitto_pub(sent, "mqtt://broker.example", SECURED)  # there is no TLS
