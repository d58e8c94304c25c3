"""How other clients are told who they are: files by their paths, a password by the name of a variable, never itself."""

import shlex
from typing import Final

from simulator.transport.address import Address
from simulator.transport.credentials import PLACE, Credentials

SYSTEM_CERTIFICATES: Final = "/etc/ssl/certs"
PASSWORD: Final = "PASSWORD"  # noqa: S105  the name of a variable


def mosquitto_options(address: Address, credentials: Credentials, thing: str = PLACE) -> str:
    """Return options of mosquitto_pub and its siblings, for a POSIX shell; "" if there is nothing to say."""
    words = []
    certificate, key = credentials.files_of(thing)
    if address.tls:
        words += ["--cafile", credentials.ca] if credentials.ca else ["--capath", SYSTEM_CERTIFICATES]
        words += ["--cert", certificate, "--key", key] if certificate else []
    login = credentials.login_of(thing)
    if login is not None:
        words += ["-u", login[0]]
    quoted = [shlex.quote(word) for word in words]
    if login is not None and login[1]:
        quoted += ["-P", f'"${PASSWORD}"']
    return " ".join(quoted)


def paho_arguments(address: Address, credentials: Credentials, thing: str) -> str:
    """Return arguments of paho.mqtt.publish.single that go behind others; "" if there is nothing to say."""
    more = ""
    certificate, key = credentials.files_of(thing)
    if address.tls:
        named = {"ca_certs": credentials.ca, "certfile": certificate, "keyfile": key}
        more += f",\n    tls={ {name: path for name, path in named.items() if path}!r}"
    login = credentials.login_of(thing)
    if login is not None:
        password = f", 'password': os.environ[{PASSWORD!r}]" if login[1] else ""
        more += f",\n    auth={{'username': {login[0]!r}{password}}}"
    if address.websocket_path is not None:
        more += ',\n    transport="websockets"'
    return more
