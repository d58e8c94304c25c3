"""One message as text for elsewhere: its JSON, a mosquitto_pub line, a Python snippet."""

import shlex
from typing import Final

from simulator.errors import InputError
from simulator.feed import MessageRecord
from simulator.transport.address import Address, parse_address
from ui.json_text import pretty

SYSTEM_CERTIFICATES: Final = "/etc/ssl/certs"
PLACEHOLDER: Final = Address(host="localhost", port=1883)  # where no endpoint is known


def as_json(message: MessageRecord) -> str:
    """The payload, indented if it is JSON; bytes that are no text as hex."""
    return pretty(message.payload)


def as_mosquitto_pub(message: MessageRecord, mqtt: str) -> str:
    """A line for a POSIX shell that publishes the same bytes to the same topic of the endpoint `mqtt`."""
    address = _address(mqtt)
    words = ["mosquitto_pub", "-h", address.host, "-p", str(address.port)]
    if address.tls:
        words += ["--capath", SYSTEM_CERTIFICATES]
    words += ["-q", "1", "-t", message.topic]
    line = " ".join(shlex.quote(word) for word in words)
    text = _text(message.payload)
    if text is not None:
        return f"{line} -m {shlex.quote(text)}"
    octal = "".join(f"\\{byte:03o}" for byte in message.payload)
    return f"printf {shlex.quote(octal)} | {line} -s"


def as_python(message: MessageRecord, mqtt: str) -> str:
    """A snippet for paho-mqtt that publishes the same bytes to the same topic of the endpoint `mqtt`."""
    address = _address(mqtt)
    more = ""
    if address.tls:
        more += ",\n    tls={}"
    if address.websocket_path is not None:
        more += ',\n    transport="websockets"'
    return (
        "import paho.mqtt.publish as publish\n\n"
        "publish.single(\n"
        f"    {message.topic!r},\n"
        f"    payload={message.payload!r},\n"
        "    qos=1,\n"
        f"    hostname={address.host!r},\n"
        f"    port={address.port}{more},\n"
        ")\n"
    )


def _address(mqtt: str) -> Address:
    try:
        return parse_address(mqtt) if mqtt else PLACEHOLDER
    except InputError:
        return PLACEHOLDER


def _text(payload: bytes) -> str | None:
    """The payload as a text that a shell can carry, or None."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
