"""Certificates in a folder, matched with things by name."""

from pathlib import Path

import pytest

from simulator.certificate_match import PATTERNS, listing, match
from simulator.errors import InputError

THINGS = ["sim-1", "sim-2", "sim-3"]


@pytest.mark.parametrize(("certificate", "key"), PATTERNS)
def test_each_way_of_naming_them_is_known(certificate: str, key: str) -> None:
    files = [pattern.replace("{thing}", thing) for thing in THINGS for pattern in (certificate, key)]
    found = match("/certs", files, THINGS)
    assert found.missing == ()
    assert (found.certificate, found.key) == (str(Path("/certs") / certificate), str(Path("/certs") / key))


def test_a_thing_without_its_key_is_missing_and_the_way_most_are_named_holds() -> None:
    files = ["sim-1.crt", "sim-1.key", "sim-2.crt", "sim-2.key", "sim-3.pem", "sim-3.key", "sim-4.crt", "root-CA.crt"]
    found = match("/certs", files, [*THINGS, "sim-4"])
    assert found.certificate.endswith("{thing}.crt")
    assert found.missing == ("sim-3", "sim-4")
    assert found.ca == str(Path("/certs") / "root-CA.crt")


def test_without_any_all_are_missing() -> None:
    assert match("/certs", ["readme.txt"], THINGS).missing == tuple(THINGS)


def test_a_folder_is_listed_and_one_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "sim-1.pem").touch()
    assert listing(str(tmp_path)) == {"sim-1.pem"}
    for strange in (str(tmp_path / "none"), str(tmp_path / "sim-1.pem"), "a\0b"):
        with pytest.raises(InputError, match=r"cannot be read: .*; choose a folder"):
            listing(strange)


def test_the_authority_may_lie_in_the_folder_above_as_the_programs_own_certificates_do(tmp_path: Path) -> None:
    things = tmp_path / "things"
    things.mkdir()
    (tmp_path / "ca.pem").touch()
    assert match(str(things), listing(str(things)), THINGS).ca == str(tmp_path / "ca.pem")
    (things / "root-CA.crt").touch()
    assert match(str(things), listing(str(things)), THINGS).ca == str(things / "root-CA.crt")
