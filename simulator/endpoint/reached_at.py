"""By which host clients reach what listens on every address of this machine: what a URL for them has to name."""

import socket
from typing import Final

ANY_HOST: Final = ("0.0.0.0", "::", "")  # noqa: S104  names of "every address", compared with, not bound to
_SOMEWHERE: Final = {socket.AF_INET: ("192.0.2.1", 9), socket.AF_INET6: ("2001:db8::1", 9)}
"""Addresses of documentation. Nothing is sent there: the system is only asked from which of its own it would be."""


def reached_at(host: str) -> str:
    """Return `host`, or for every address the one that this machine has towards the network; loopback without one."""
    if host not in ANY_HOST:
        return host
    family = socket.AF_INET6 if host == "::" else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(_SOMEWHERE[family])
            return str(probe.getsockname()[0])
    except OSError:
        return "::1" if family is socket.AF_INET6 else "127.0.0.1"
