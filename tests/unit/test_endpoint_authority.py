"""A folder of certificates: made once, reused, never written over; each reason why it cannot be used has its words."""

import datetime as dt
import os
import ssl
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from simulator.endpoint.authority import Authority
from simulator.endpoint.certificates import thing_of
from simulator.errors import InputError


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    """What is in a folder, and when it was last written."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def certificate_of(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def self_signed(key: ec.EllipticCurvePrivateKey, begins_in_days: int, days: int, *, authority: bool = False) -> bytes:
    now = dt.datetime.now(dt.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now + dt.timedelta(days=begins_in_days))
        .not_valid_after(now + dt.timedelta(days=begins_in_days + days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


def pem_of(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes | None = None) -> bytes:
    locked = serialization.NoEncryption() if password is None else serialization.BestAvailableEncryption(password)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "made" / "here"


def test_what_is_made_is_for_its_owner_alone(folder: Path) -> None:
    authority = Authority(folder)
    authority.server_files(["10.0.0.7"])
    authority.thing_files("pump-1")
    assert sorted(snapshot(folder)) == [
        "ca.key", "ca.pem", "server.key", "server.pem", "things/pump-1.key", "things/pump-1.pem",
    ]  # fmt: skip
    if sys.platform != "win32":
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()} == {0o600}
        assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "things")} == {0o700}


def test_a_folder_that_is_there_is_reused_and_stays_byte_for_byte(folder: Path) -> None:
    authority = Authority(folder)
    authority.server_files(["thing.example"])
    authority.thing_files("pump-1")
    before = snapshot(folder)
    again = Authority(folder)
    again.server_files(["thing.example"])
    again.server_files(["localhost", "127.0.0.1", "::1", "0.0.0.0"])
    again.thing_files("pump-1")
    assert snapshot(folder) == before


def test_the_server_is_certified_for_this_machine_and_the_hosts_asked(folder: Path) -> None:
    path, _ = Authority(folder).server_files(["thing.example", "192.0.2.1", "fe80::1%eth0", "0.0.0.0"])
    names = certificate_of(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "thing.example"]
    assert [str(ip) for ip in names.get_values_for_type(x509.IPAddress)] == [
        "127.0.0.1", "::1", "192.0.2.1", "fe80::1",
    ]  # fmt: skip


def test_a_server_certificate_for_other_hosts_is_left_alone(folder: Path) -> None:
    Authority(folder).server_files([])
    before = snapshot(folder)
    with pytest.raises(InputError) as caught:
        Authority(folder).server_files(["thing.example"])
    assert str(caught.value) == (
        f"--tls {folder}/server.pem: is not for thing.example; move it and server.key away to have new ones"
    )
    assert snapshot(folder) == before


def test_a_host_may_be_named_in_any_script_and_nonsense_is_told(folder: Path) -> None:
    path, _ = Authority(folder).server_files(["Bücher.example"])
    names = certificate_of(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName)[1] == "xn--bcher-kva.example"
    Authority(folder).server_files(["bücher.example"])
    with pytest.raises(InputError, match=r"--tls: 'a\.\.b' is no host; name a host or an IP address"):
        Authority(folder).server_files(["a..b"])


@pytest.mark.parametrize("thing", ["pump-1", "site:7_A", "x" * 128])
def test_a_certificate_names_its_thing_also_where_a_common_name_is_too_short_for_it(folder: Path, thing: str) -> None:
    path, key = Authority(folder).thing_files(thing)
    assert thing_of(certificate_of(path)) == thing
    common_name = certificate_of(path).subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    assert common_name == thing[:64]
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(path, key)


@pytest.mark.parametrize("thing", ["", "..", "../server", "a b", "a/b", "x" * 129])
def test_what_is_no_thing_name_becomes_no_file(folder: Path, thing: str) -> None:
    authority = Authority(folder)
    before = snapshot(folder)
    with pytest.raises(InputError, match="is no thing name"):
        authority.thing_files(thing)
    assert snapshot(folder) == before


def test_two_at_once_end_with_the_same_files(folder: Path) -> None:
    def make(_: int) -> tuple[bytes, bytes, bytes]:
        authority = Authority(folder)
        pem, key = authority.thing_files("pump-1")
        return authority.trust_file.read_bytes(), pem.read_bytes(), key.read_bytes()

    with ThreadPoolExecutor(8) as pool:
        results = set(pool.map(make, range(32)))
    assert len(results) == 1
    assert not list(folder.rglob(".*"))


def test_what_was_cut_short_between_key_and_certificate_is_carried_on(folder: Path) -> None:
    authority = Authority(folder)
    _, key_path = authority.thing_files("pump-1")
    key = key_path.read_bytes()
    (folder / "things" / "pump-1.pem").unlink()
    pem, _ = Authority(folder).thing_files("pump-1")
    assert key_path.read_bytes() == key
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(pem, key_path)


def test_an_authority_whose_key_is_kept_elsewhere_serves_what_it_has_issued(folder: Path) -> None:
    authority = Authority(folder)
    authority.server_files([])
    (folder / "ca.key").unlink()
    again = Authority(folder)
    again.server_files([])
    with pytest.raises(InputError, match=r"ca\.key: is missing, and no certificate can be made without it"):
        again.thing_files("pump-1")
    assert not (folder / "ca.key").exists()


KEY = ec.generate_private_key(ec.SECP256R1())
SPOILED = {
    "a certificate that is none": ({"server.pem": b"-----BEGIN"}, r"server\.pem: is no certificate in PEM form"),
    "a key that is none": ({"server.key": b"\0\xff"}, r"server\.key: is no private key in PEM form"),
    "a locked key": ({"server.key": pem_of(KEY, b"secret")}, r"server\.key: is locked with a password"),
    "a key of another certificate": ({"server.key": pem_of(KEY)}, r"server\.pem: does not belong to the key beside it"),
    "an expired certificate": (
        {"server.pem": self_signed(KEY, -10, 9), "server.key": pem_of(KEY)},
        r"server\.pem: ran out on \d{4}-\d\d-\d\d; move it and its key away",
    ),
    "a certificate for later": (
        {"server.pem": self_signed(KEY, 5, 9), "server.key": pem_of(KEY)},
        r"server\.pem: is not valid before \d{4}-\d\d-\d\d",
    ),
    "a foreign certificate": (
        {"server.pem": self_signed(KEY, -1, 9), "server.key": pem_of(KEY)},
        r"server\.pem: was not issued by the ca\.pem of this folder",
    ),
    "a foreign authority": (
        {"ca.pem": self_signed(KEY, -1, 9, authority=True), "ca.key": pem_of(KEY)},
        r"server\.pem: was not issued by the ca\.pem of this folder",
    ),
    "an authority that is none": (
        {"ca.pem": self_signed(KEY, -1, 9), "ca.key": pem_of(KEY)},
        r"ca\.pem: is no authority, and may sign nothing",
    ),
    "an expired authority": (
        {"ca.pem": self_signed(KEY, -10, 9), "ca.key": pem_of(KEY)},
        r"ca\.pem: ran out on \d{4}-\d\d-\d\d",
    ),
    "an endless file": ({"server.pem": b"x" * 70_000}, r"server\.pem: is larger than 64 KiB"),
}


@pytest.mark.parametrize(("files", "sentence"), SPOILED.values(), ids=SPOILED.keys())
def test_what_cannot_be_used_is_told_in_a_sentence_and_left_as_it_was(
    folder: Path, files: dict[str, bytes], sentence: str
) -> None:
    Authority(folder).server_files([])
    for name, content in files.items():
        (folder / name).write_bytes(content)
    before = snapshot(folder)
    with pytest.raises(InputError, match=sentence) as caught:
        Authority(folder).server_files([])
    assert "\n" not in str(caught.value)
    assert snapshot(folder) == before


def test_a_certificate_without_its_key_is_told(folder: Path) -> None:
    Authority(folder).server_files([])
    (folder / "server.key").unlink()
    with pytest.raises(InputError, match=r"server\.pem: is there without server\.key; put the key beside it"):
        Authority(folder).server_files([])
    assert not (folder / "server.key").exists()


def test_a_certificate_of_another_thing_is_told(folder: Path) -> None:
    authority = Authority(folder)
    pem, key = authority.thing_files("pump-1")
    (folder / "things" / "pump-2.pem").write_bytes(pem.read_bytes())
    (folder / "things" / "pump-2.key").write_bytes(key.read_bytes())
    with pytest.raises(InputError, match=r"things/pump-2\.pem: belongs to pump-1"):
        authority.thing_files("pump-2")


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(InputError, match=r"--tls .*file: is no folder"):
        Authority(file)
    assert file.read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(folder: Path) -> None:
    Authority(folder)
    (folder / "ca.pem").chmod(0)
    with pytest.raises(InputError, match=r"ca\.pem: cannot be read: permission denied"):
        Authority(folder)


def test_a_place_that_cannot_be_written_is_told(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "ca.key").mkdir()
    with pytest.raises(InputError, match=r"ca\.key: cannot be read: is a directory"):
        Authority(folder)
