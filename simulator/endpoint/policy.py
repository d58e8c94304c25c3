"""What a client may do, as AWS IoT policies say it: with `--policy thing`, only what its own thing's jobs need."""

from enum import StrEnum
from typing import Final

from simulator.endpoint.client import Client
from simulator.endpoint.hooks import Action, Policy, Principal
from simulator.jobs import limits

THINGS: Final = "$aws/things/"


class PolicyName(StrEnum):
    """The policies there are to choose from."""

    OPEN = "open"
    """Everybody may do everything: the default, since most tests are not about permissions."""
    THING = "thing"
    """A client may only be its thing, and use only its thing's reserved topics (reference section 11.6)."""


class CertifiedPrincipal(Principal):
    """Who came with a certificate: `thing` is whom it was made for, `identifier` AWS's id of it (64 hex digits)."""

    __slots__ = ("thing",)

    def __init__(self, identifier: str, transport: str, thing: str) -> None:
        super().__init__(identifier, transport)
        self.thing = thing


def own_thing_only(client: Client, action: Action, resource: str) -> bool:
    """Whether `client` may do `action` to `resource` under the policy that AWS's documentation gives a jobs device.

    It may connect with the name of its certificate's thing as client id, or without a certificate with any thing's
    name, and publish, subscribe and receive below `$aws/things/<that name>/`.
    """
    principal = client.principal
    thing = principal.thing if isinstance(principal, CertifiedPrincipal) else client.client_id
    if action is Action.CONNECT:
        # a client id such as `+` would make a filter of the topics below
        return resource == thing and limits.THING_NAME.fullmatch(thing) is not None
    return resource.startswith(f"{THINGS}{thing}/")


POLICIES: Final[dict[PolicyName, Policy | None]] = {PolicyName.OPEN: None, PolicyName.THING: own_thing_only}
