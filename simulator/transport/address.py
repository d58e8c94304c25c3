"""Where an endpoint listens: the address a person writes, and what it means."""

import re
from dataclasses import dataclass
from typing import Final

from simulator.errors import InputError

FORMS: Final = "HOST:PORT, mqtt://HOST:PORT, mqtts://HOST:PORT, ws://HOST:PORT/PATH or wss://HOST:PORT/PATH"

_DEFAULT_PORT: Final = {"mqtt": 1883, "mqtts": 8883, "ws": 80, "wss": 443}
_PARTS: Final = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?(?P<authority>[^/?#]*)(?P<path>/[^?#]*)?(?P<rest>[?#].*)?"
)
_HOST_PORT: Final = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>.*))?")

_HEXADECIMAL: Final = re.compile(r"[0-9A-Fa-f]{1,4}")  # a part of an IPv6 address


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An endpoint's MQTT listener. `websocket_path` is None for MQTT straight over TCP or TLS."""

    host: str
    port: int
    tls: bool = False
    websocket_path: str | None = None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.websocket_path is None:
            return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"
        return f"{'wss' if self.tls else 'ws'}://{host}:{self.port}{self.websocket_path}"


def without_secrets(text: str) -> str:
    """Return an address as it may be shown and logged: no user name, no password, nothing behind a question mark."""
    scheme, colon, rest = text.rpartition("://")
    kept = scheme.rpartition("@")[2] + colon + rest.rpartition("@")[2]
    kept, asked, _ = kept.partition("?")
    return f"{kept}?…" if asked else kept


def parse_address(text: str, where: str = "--mqtt") -> Address:
    """Return the address that `text` names; `where` is what an error points at.

    Without a scheme it is MQTT over plain TCP, without a port the scheme's usual one. IPv6 addresses stand in brackets.

    Raises:
        InputError: `text` is no such address.
    """
    parts = _PARTS.fullmatch(text)
    shown = without_secrets(text)
    if parts is None or not text.isprintable() or " " in text:
        raise InputError(where, f"{shown!r} is no address", f"write {FORMS}")
    scheme = (parts["scheme"] or "mqtt").lower()
    if scheme not in _DEFAULT_PORT:
        raise InputError(where, f"{shown}: {scheme}:// is not spoken here", f"write {FORMS}")
    if "@" in text:
        what = f"the address {shown.rpartition('://')[2]} has a user name before it"
        raise InputError(where, what, "leave it out")
    host, port = _host_and_port(parts["authority"], shown, where)
    is_websocket = scheme in ("ws", "wss")
    path = parts["path"] or "/"
    if parts["rest"] or (path != "/" and not is_websocket):
        raise InputError(where, f"{shown} goes on after the port", f"write {FORMS}")
    return Address(
        host=host,
        port=_DEFAULT_PORT[scheme] if port is None else port,
        tls=scheme in ("mqtts", "wss"),
        websocket_path=("/mqtt" if path == "/" else path) if is_websocket else None,
    )


def _host_and_port(authority: str, text: str, where: str, forms: str = f"write {FORMS}") -> tuple[str, int | None]:
    parts = _HOST_PORT.fullmatch(authority)
    if parts is None or (parts["port"] or "").count(":"):
        before, _, last = authority.rpartition(":")
        host, _, first = before.partition(":")
        if re.fullmatch(r"[^:\[\]]+:[0-9]+", before) and ("." in host or not _HEXADECIMAL.fullmatch(host)):
            raise InputError(where, f"{text} has two ports, {first} and {last}", f"write one, as in {host}:{first}")
        raise InputError(where, f"{text} has too many colons", "put an IPv6 address in brackets, as in [::1]:1883")
    host = parts["host"].strip("[]")
    if not host:
        raise InputError(where, f"{text!r} names no host", forms)
    if parts["port"] is None:
        return host, None
    if not re.fullmatch(r"[0-9]{1,5}", parts["port"]) or not 1 <= int(parts["port"]) <= 65535:
        raise InputError(where, f"{text}: {parts['port']!r} is no port", "write a number from 1 to 65535")
    return host, int(parts["port"])


def check_url(text: str, where: str = "--http") -> None:
    """See that `text` is the URL of a control plane.

    Raises:
        InputError: it is not.
    """
    mend = "write http://HOST:PORT or https://HOST"
    scheme, colon, rest = text.partition("://")
    shown = without_secrets(text)
    if not colon or not text.isprintable() or " " in text:
        raise InputError(where, f"{shown!r} is no URL", mend)
    if scheme.lower() not in ("http", "https"):
        raise InputError(where, f"{shown}: {scheme}:// is not spoken here", mend)
    if "@" in rest:
        raise InputError(where, f"{shown.rpartition('://')[2]} has a user name before it", "leave it out")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    _host_and_port(authority, shown, where, mend)
