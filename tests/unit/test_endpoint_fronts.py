"""Where the doors are by default, how they are told, and whose a shown certificate is."""

from pathlib import Path
from typing import Any

import pytest

from simulator.endpoint.authority import Authority
from simulator.endpoint.certificates import THING_URI as MADE_WITH
from simulator.endpoint.door_options import DoorOptions
from simulator.endpoint.fronts import THING_URI, Fronts, thing_in
from simulator.endpoint.gateway import Gateway
from simulator.endpoint.policy import own_thing_only
from simulator.errors import InputError


def fronts(options: DoorOptions, plain: tuple[str, int] = ("127.0.0.1", 1883)) -> Fronts:
    return Fronts(Gateway(lambda *_: None), options, plain)


@pytest.mark.parametrize(
    ("plain", "options", "place"),
    [
        (("127.0.0.1", 1883), {}, ("127.0.0.1", 8883)),
        (("localhost", 0), {}, ("localhost", 0)),
        (("127.0.0.1", 1883), {"mqtts": "[::1]:9"}, ("::1", 9)),
    ],
)
def test_tls_is_served_beside_plain_mqtt_unless_told_otherwise(
    tmp_path: Path, plain: tuple[str, int], options: dict[str, str], place: tuple[str, int]
) -> None:
    made = fronts(DoorOptions(tls=tmp_path / "tls", **options), plain)
    assert made._places == {"mqtts": place}
    assert made.addresses == {}  # nothing listens yet


async def test_addresses_are_told_as_clients_write_them(tmp_path: Path) -> None:
    gateway = Gateway(lambda *_: None)
    await gateway.start("127.0.0.1", 0)
    made = Fronts(gateway, DoorOptions(tls=tmp_path / "tls", ws="127.0.0.1:0"), ("127.0.0.1", 0))
    await made.start()
    made._places["mqtts"] = ("::1", 0)  # not listened on: a machine may have no IPv6
    ports = made._ports
    assert made.addresses == {"mqtts": f"[::1]:{ports['mqtts']}", "ws": f"ws://127.0.0.1:{ports['ws']}/mqtt"}
    await gateway.close()
    await made.close()


@pytest.mark.parametrize("option", ["mqtts", "ws", "wss"])
def test_a_wrong_address_is_told_by_its_option(tmp_path: Path, option: str) -> None:
    with pytest.raises(InputError, match=f"--{option}: 'there' is not HOST:PORT"):
        fronts(DoorOptions(tls=tmp_path / "tls", **{option: "there"}))
    assert not (tmp_path / "tls").exists()


def test_a_policy_is_hooked_into_the_gateway_only_if_asked_for() -> None:
    gateway = Gateway(lambda *_: None)
    Fronts(gateway, DoorOptions(ws="h:1"), ("h", 1))
    assert gateway.hooks.policy is None
    Fronts(gateway, DoorOptions(policy="thing"), ("h", 1))
    assert gateway.hooks.policy is own_thing_only


SUBJECT = ((("organizationName", "Plant"),), (("commonName", "pump-1"),))


@pytest.mark.parametrize(
    ("certificate", "thing"),
    [
        ({"subject": SUBJECT}, "pump-1"),
        ({"subject": SUBJECT, "subjectAltName": (("DNS", "x"), ("URI", "urn:thing:pump-2"))}, "pump-2"),
        ({"subject": SUBJECT, "subjectAltName": (("URI", "urn:other:pump-2"),)}, "pump-1"),
        ({"subject": ((("organizationName", "Plant"),),)}, ""),
        ({}, ""),
    ],
)
def test_a_certificate_belongs_to_the_thing_it_names(certificate: dict[str, Any], thing: str) -> None:
    assert thing_in(certificate) == thing


def test_what_is_made_is_what_is_looked_for(tmp_path: Path) -> None:
    assert THING_URI == MADE_WITH
    path, _ = Authority(tmp_path / "tls").thing_files("x" * 100)
    assert b"BEGIN CERTIFICATE" in path.read_bytes()
