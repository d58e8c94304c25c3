"""The policy of a jobs device: its own thing's topics and nothing else."""

from dataclasses import dataclass
from typing import cast

import pytest

from simulator.endpoint.client import Client
from simulator.endpoint.hooks import ANONYMOUS, Action, Principal
from simulator.endpoint.policy import CertifiedPrincipal, own_thing_only


@dataclass
class Asking:
    client_id: str
    principal: Principal = ANONYMOUS


def may(client_id: str, action: Action, resource: str, certified: str | None = None) -> bool:
    principal = ANONYMOUS if certified is None else CertifiedPrincipal("ab" * 32, "mqtts", certified)
    return own_thing_only(cast("Client", Asking(client_id, principal)), action, resource)


@pytest.mark.parametrize(
    ("client_id", "certified", "allowed"),
    [
        ("pump-1", "pump-1", True),
        ("pump-2", "pump-1", False),
        ("pump-1", "", False),
        ("", "", False),
        ("pump-1", None, True),
        ("+", None, False),  # would be a filter for everybody's topics
        ("#", None, False),
        ("pump-1/jobs", None, False),
        ("x" * 128, None, True),
        ("x" * 129, None, False),
    ],
)
def test_who_may_connect(client_id: str, certified: str | None, allowed: bool) -> None:
    assert may(client_id, Action.CONNECT, client_id, certified) is allowed


@pytest.mark.parametrize("action", [Action.PUBLISH, Action.SUBSCRIBE, Action.RECEIVE])
@pytest.mark.parametrize(
    ("resource", "allowed"),
    [
        ("$aws/things/pump-1/jobs/get", True),
        ("$aws/things/pump-1/jobs/j/update/+", True),
        ("$aws/things/pump-1/#", True),
        ("$aws/things/pump-1", False),
        ("$aws/things/pump-10/jobs/get", False),
        ("$aws/things/pump-2/jobs/get", False),
        ("$aws/things/+/jobs/#", False),
        ("$aws/events/#", False),
        ("room/1", False),
        ("#", False),
        ("", False),
    ],
)
def test_only_ones_own_things_topics_may_be_used(action: Action, resource: str, allowed: bool) -> None:
    assert may("pump-1", action, resource) is allowed
    assert may("pump-1", action, resource, certified="pump-1") is allowed


def test_it_is_the_certificate_that_counts_and_not_the_client_id() -> None:
    assert not may("pump-2", Action.PUBLISH, "$aws/things/pump-2/jobs/get", certified="pump-1")
