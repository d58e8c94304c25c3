"""The words of the connection page: what each step of the test tries, and how other clients reach an endpoint."""

import shlex
from typing import Final
from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication

from simulator.transport.credentials import NO_CREDENTIALS, Credentials

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
        where = urlsplit(mqtt if "//" in mqtt else f"//{mqtt}")
        login = f' -u {shlex.quote(credentials.username)} -P "$PASSWORD"' if credentials.username else ""
        lines.append(f"mosquitto_sub -h {where.hostname} -p {where.port or 1883}{login} -v -t '{TOPIC}'")
    if http:
        lines.append(f"aws iot list-jobs --endpoint-url {http}")
        lines.append(f"boto3.client('iot-jobs-data', endpoint_url={http!r})")
    return "\n".join(lines)
