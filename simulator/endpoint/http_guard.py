"""Keeps pages in a browser from using the endpoint behind the user's back.

A page of a stranger can send requests to loopback ports. Three headers that it cannot forge give it away: `Origin` and
`Sec-Fetch-Site`, which browsers add, and `Host`, which names the stranger's own domain after DNS rebinding.
"""

import ipaddress
import re
from collections.abc import Collection, Mapping
from typing import Final

_HOST: Final = re.compile(r"(?:[a-zA-Z0-9._-]+|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?")
_OWN_SITES: Final = ("same-origin", "none")


def refusal(headers: Mapping[str, str], local_address: str, allowed_hosts: Collection[str]) -> str | None:
    """Return why a request must not be carried out, None if it may.

    `local_address` is the IP address at which the connection came in: whoever names it has not been led here by a
    domain of his own. `allowed_hosts` are further names, without port, in lower case.
    """
    host = headers.get("Host", "")
    if not _HOST.fullmatch(host) or not _is_ours(host_name(host), local_address, allowed_hosts):
        return f"The host '{host[:200]}' is not one that this endpoint answers for."
    origin = headers.get("Origin")
    if origin is not None and origin.lower() not in (f"http://{host}".lower(), f"https://{host}".lower()):
        return "Requests from pages of another origin are refused."
    if headers.get("Sec-Fetch-Site", "none").lower() not in _OWN_SITES:
        return "Requests from pages of another site are refused."
    return None


def host_name(host: str) -> str:
    """Return the name or address in a Host header, without port and brackets, in lower case."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def _is_ours(name: str, local_address: str, allowed_hosts: Collection[str]) -> bool:
    if name == "localhost" or name.endswith(".localhost") or name in allowed_hosts:
        return True
    try:
        address = ipaddress.ip_address(name)
        return address.is_loopback or address == ipaddress.ip_address(local_address.partition("%")[0])
    except ValueError:
        return False
