"""A pattern of paths, and the files it names for a thing."""

import msgspec
import pytest

from simulator.fleet import FleetSettings
from simulator.transport import credentials as credentials_module
from simulator.transport.credentials import NO_CREDENTIALS, Credentials, file_name


def test_a_pattern_names_each_things_files() -> None:
    pattern = Credentials(certificate="certs/{thing}/{thing}.pem", key="keys/{thing}.key")
    assert pattern.files_of("pump-1") == ("certs/pump-1/pump-1.pem", "keys/pump-1.key")
    assert Credentials(certificate="one.pem", key="{other}.key").files_of("pump-1") == ("one.pem", "{other}.key")


def test_no_files_are_no_credentials() -> None:
    assert not NO_CREDENTIALS
    assert all((Credentials(ca="a"), Credentials(certificate="a"), Credentials(key="a")))


@pytest.mark.parametrize(("system", "name"), [("posix", "site:7"), ("nt", "site%3A7")])
def test_windows_has_no_colon_in_a_files_name(monkeypatch: pytest.MonkeyPatch, system: str, name: str) -> None:
    class Os:
        name = system

    monkeypatch.setattr(credentials_module, "os", Os)
    assert file_name("site:7") == name


def test_they_cross_to_a_worker_process_with_the_settings() -> None:
    settings = FleetSettings(address="mqtts://h", credentials=Credentials(ca="ca", certificate="{thing}", key="k"))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(settings), type=FleetSettings) == settings
