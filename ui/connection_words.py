"""The words of the connection page: what each step of the test tries, and how other clients reach an endpoint."""

import contextlib
from typing import Final

from PySide6.QtCore import QCoreApplication

from simulator.errors import InputError
from simulator.transport.address import parse_address
from simulator.transport.credentials import NO_CREDENTIALS, Credentials
from ui.client_options import mosquitto_options

TOPIC: Final = "$aws/things/+/jobs/#"


def step_word(step: str) -> str:
    """What a step of the test tries."""
    tr = QCoreApplication.translate
    return {
        "address": tr("Connection", "address and files"),
        "name": tr("Connection", "name resolves"),
        "tcp": tr("Connection", "TCP"),
        "tls": tr("Connection", "TLS and certificates"),
        "connect": tr("Connection", "MQTT connect"),
        "subscribe": tr("Connection", "subscribe to jobs topics"),
        "pending": tr("Connection", "get pending jobs, round trip"),
    }[step]


def other_clients(mqtt: str, http: str, credentials: Credentials = NO_CREDENTIALS) -> str:
    """Lines for a shell and for Python that reach the same endpoint; "" while there is none. No password is in them."""
    lines = []
    if mqtt:
        with contextlib.suppress(InputError):  # what is none is told where it is used
            where = parse_address(mqtt)
            options = mosquitto_options(where, credentials)
            lines.append(f"mosquitto_sub -h {where.host} -p {where.port} {options}".rstrip() + f" -v -t '{TOPIC}'")
    if http:
        lines.append(f"aws iot list-jobs --endpoint-url {http}")
        lines.append(f"boto3.client('iot-jobs-data', endpoint_url={http!r})")
    return "\n".join(lines)
