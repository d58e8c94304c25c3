"""A pattern of paths, and the files it names for a thing."""

import msgspec
import pytest

from simulator.errors import InputError
from simulator.fleet import FleetSettings
from simulator.transport import credentials as credentials_module
from simulator.transport.credentials import LONGEST, NO_CREDENTIALS, Credentials, check_login, file_name


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
    credentials = Credentials(ca="ca", certificate="{thing}", key="k", username="{thing}", password="hunter2")
    settings = FleetSettings(address="mqtts://h", credentials=credentials)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(settings), type=FleetSettings) == settings


def test_a_user_name_may_be_the_things_own_and_nobody_has_none() -> None:
    assert Credentials(username="{thing}@site", password="p").login_of("pump-1") == ("pump-1@site", "p")
    assert Credentials(username="token").login_of("pump-1") == ("token", "")
    assert NO_CREDENTIALS.login_of("pump-1") is None
    assert Credentials(username="u")
    assert not Credentials(username="u").has_files


def test_a_password_is_not_shown_by_what_holds_it() -> None:
    shown = repr(FleetSettings(address="mqtt://h", credentials=Credentials(username="me", password="hunter2")))
    assert "username='me'" in shown
    assert "hunter2" not in shown


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            Credentials(password="hunter2"),
            "user name: there is a password, and nobody whose it is; add a user name",
        ),
        (
            Credentials(username="a\0"),
            "user name: it has a character in it that MQTT cannot send; choose another",
        ),
        (
            Credentials(username="a", password="hunter2\ud800"),
            "password: it has a character in it that MQTT cannot send; choose another",
        ),
        (
            Credentials(username="a", password="é" * (LONGEST // 2 + 1)),
            "password: it is longer than 65,535 bytes; MQTT cannot send it: choose another",
        ),
    ],
)
def test_a_login_that_cannot_be_sent_is_a_sentence_without_the_password(given: Credentials, sentence: str) -> None:
    with pytest.raises(InputError) as told:
        check_login(given)
    assert str(told.value) == sentence


def test_the_longest_login_is_fine() -> None:
    check_login(Credentials(username="u" * LONGEST, password="p" * LONGEST))
