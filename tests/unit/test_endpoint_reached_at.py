"""What a URL names where an endpoint listens on every address."""

import ipaddress
import socket
from pathlib import Path

import pytest

from simulator.endpoint import reached_at as module
from simulator.endpoint.door_options import DoorOptions
from simulator.endpoint.fronts import Fronts
from simulator.endpoint.gateway import Gateway
from simulator.endpoint.reached_at import reached_at


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "192.0.2.7", "my-host.local"])
def test_a_host_that_was_named_is_kept(host: str) -> None:
    assert reached_at(host) == host


@pytest.mark.parametrize("host", ["0.0.0.0", ""])
def test_every_address_is_one_of_this_machines_that_a_url_can_name(host: str) -> None:
    found = ipaddress.ip_address(reached_at(host))
    assert not found.is_unspecified
    with socket.socket() as own:
        own.bind((str(found), 0))  # it is ours


def test_without_a_network_it_is_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nowhere(socket.socket):
        def connect(self, address: object, /) -> None:
            raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(module.socket, "socket", Nowhere)
    assert (reached_at("0.0.0.0"), reached_at("::")) == ("127.0.0.1", "::1")


def test_a_certificate_made_for_every_address_is_for_the_one_in_urls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = Gateway(lambda *_: None)
    everywhere = ("0.0.0.0", 0)
    made = Fronts(gateway, DoorOptions(tls=tmp_path), everywhere, everywhere)
    assert made.https is not None
    assert made.https[0] == "0.0.0.0"
    monkeypatch.setattr(
        "simulator.endpoint.fronts.reached_at", lambda host: "192.0.2.99" if host == "0.0.0.0" else host
    )
    moved = Fronts(gateway, DoorOptions(tls=tmp_path), everywhere, everywhere)  # the machine has another address now
    assert moved.https is None
