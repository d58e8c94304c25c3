"""What things show and trust: one context for many, each thing's own certificate, and mistakes told before a run."""

import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from simulator.endpoint.authority import Authority
from simulator.errors import InputError
from simulator.transport.address import Address, parse_address
from simulator.transport.credentials import Credentials
from simulator.transport.secure import Wardrobe, alpn_for, check
from tests.support.tls_peer import server_side

HERE = Address(host="localhost", port=8883, tls=True)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    authority = Authority(tmp_path / "tls")
    authority.server_files([])
    return authority


def credentials_of(authority: Authority) -> Credentials:
    things = authority.folder / "things"
    return Credentials(
        ca=str(authority.trust_file), certificate=str(things / "{thing}.pem"), key=str(things / "{thing}.key")
    )


@contextmanager
def shown_to(context: ssl.SSLContext) -> Iterator[tuple[socket.socket, list[str]]]:
    """A connected socket, and the common names in the certificates that its other end is shown."""
    ours, theirs = socket.socketpair()
    names: list[str] = []

    def serve() -> None:
        with context.wrap_socket(theirs, server_side=True) as secured:
            certificate = secured.getpeercert() or {}
            names.extend(value for parts in certificate["subject"] for _, value in parts)
            secured.recv(1)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield ours, names
    finally:
        ours.close()
        thread.join(10)


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("mqtts://abc-ats.iot.eu-west-1.amazonaws.com:443", ("x-amzn-mqtt-ca",)),
        ("mqtts://abc.ats.iot.cn-north-1.amazonaws.com.cn:443", ("x-amzn-mqtt-ca",)),
        ("mqtts://ABC-ATS.IOT.EU-WEST-1.AMAZONAWS.COM:443", ("x-amzn-mqtt-ca",)),
        ("mqtts://abc-ats.iot.eu-west-1.amazonaws.com", ()),
        ("wss://abc-ats.iot.eu-west-1.amazonaws.com", ()),
        ("mqtts://abc-ats.iot.eu-west-1.amazonaws.com.example:443", ()),
        ("mqtts://iot.eu-west-1.amazonaws.com:443", ()),
        ("mqtts://localhost:443", ()),
    ],
)
def test_awss_name_is_offered_where_aws_tells_mqtt_by_it(address: str, names: tuple[str, ...]) -> None:
    assert alpn_for(parse_address(address)) == names


def test_many_things_at_once_each_show_their_own_certificate(authority: Authority) -> None:
    things = [f"pump-{number:02}" for number in range(24)]
    for thing in things:
        authority.thing_files(thing)
    wardrobe = Wardrobe(credentials_of(authority), HERE)
    context = server_side(authority)

    def connect(thing: str) -> list[str]:
        with shown_to(context) as (sock, names):
            secured = wardrobe.secure_for(thing)(sock, "localhost")
            secured.send(b"x")
            secured.close()
        return names

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(connect, things)) == [[thing] for thing in things]


def test_a_thing_never_shows_the_certificate_of_one_with_another_kind_of_key(authority: Authority) -> None:
    authority.thing_files("elliptic")
    issuer_key = serialization.load_pem_private_key((authority.folder / "ca.key").read_bytes(), None)
    issuer = x509.load_pem_x509_certificate(authority.trust_file.read_bytes())
    key = rsa.generate_private_key(65537, 2048)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "with-rsa")]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(issuer.not_valid_before_utc)
        .not_valid_after(issuer.not_valid_after_utc)
        .sign(issuer_key, hashes.SHA256())  # type: ignore[arg-type]
    )
    things = authority.folder / "things"
    (things / "with-rsa.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (things / "with-rsa.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    wardrobe = Wardrobe(credentials_of(authority), HERE)
    for thing in ("elliptic", "with-rsa", "elliptic", "with-rsa"):
        with shown_to(server_side(authority)) as (sock, names):
            secured = wardrobe.secure_for(thing)(sock, "localhost")
            secured.send(b"x")
            secured.close()
        assert names == [thing]


def test_files_that_fit_are_taken(authority: Authority) -> None:
    authority.thing_files("pump-1")
    check(credentials_of(authority), HERE, ["pump-1"])
    check(Credentials(ca=str(authority.trust_file)), HERE, ["pump-1", "pump-2"])
    check(Credentials(), Address(host="h", port=1883), ["pump-1"])


def complaint(credentials: Credentials, address: Address = HERE, things: tuple[str, ...] = ("pump-1",)) -> str:
    with pytest.raises(InputError) as caught:
        check(credentials, address, things)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_missing_file_is_told_with_the_thing_it_is_missing_for(authority: Authority) -> None:
    authority.thing_files("pump-1")
    assert complaint(credentials_of(authority), things=("pump-1", "pump-2")) == (
        f"--cert {authority.folder}/things/pump-2.pem: cannot be read: no such file or directory; "
        "mend the path; {thing} in it stands for the thing's name"
    )
    (authority.folder / "things" / "pump-1.key").unlink()
    assert complaint(credentials_of(authority)).startswith(f"--key {authority.folder}/things/pump-1.key: cannot be")
    assert complaint(Credentials(ca="/nowhere.pem")).startswith("--ca /nowhere.pem: cannot be read: no such file")


def test_what_does_not_fit_together_is_told(authority: Authority, tmp_path: Path) -> None:
    pem, key = map(str, authority.thing_files("pump-1"))
    _, other_key = map(str, authority.thing_files("pump-2"))
    assert complaint(Credentials(certificate=pem)) == (
        "--cert: is of no use without --key; add --key with a path or pattern"
    )
    assert complaint(Credentials(key=key)).startswith("--key: is of no use without --cert")
    assert complaint(Credentials(certificate=pem, key=other_key)) == (
        f"--cert {pem}: does not belong to {other_key}; name the key that was made with it"
    )
    assert complaint(Credentials(certificate=key, key=pem)).startswith(f"--cert {key}: and {pem} cannot be used")
    assert complaint(Credentials(ca=key)).startswith(f"--ca {key}: holds no certificates")
    assert complaint(Credentials(ca="ca.pem"), Address(host="h", port=1883)) == (
        "--ca: mqtt://h:1883 is not encrypted; write mqtts:// or wss://, or leave it out"
    )
