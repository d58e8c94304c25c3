"""Making and reading X.509 certificates, without files: an authority, servers and things."""

import datetime as dt
import ipaddress
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS: Final = 3650
THING_DAYS: Final = 3650
SERVER_DAYS: Final = 820  # Apple's systems accept no more than 825 of a server, also from an authority of one's own

THING_URI: Final = "urn:thing:"
"""Before a thing's name among the alternative names: a common name holds 64 characters, a thing's name 128."""

_COMMON_NAME_CHARACTERS: Final = 64

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Issuer:
    """What signs the certificates of servers and things."""

    certificate: x509.Certificate
    key: Key


def new_key() -> bytes:
    """Return a new private key as PEM. P-256: made in microseconds, where one of RSA takes a tenth of a second."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def authority_certificate(key: Key, now: dt.datetime) -> x509.Certificate:
    """Return the certificate of a new authority, signed by itself."""
    # no two are called alike: where both are trusted, OpenSSL would take one for the other
    subject = _name(f"thing-simulator authority {secrets.token_hex(4)}")
    return (
        _begin(subject, key, now, now + dt.timedelta(days=AUTHORITY_DAYS))
        .issuer_name(subject)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def server_certificate(
    issuer: Issuer, key: Key, hosts: Iterable[x509.GeneralName], now: dt.datetime
) -> x509.Certificate:
    """Return the certificate of a server that is reached by these hosts."""
    return _issue(issuer, _name("localhost"), key, hosts, ExtendedKeyUsageOID.SERVER_AUTH, now, SERVER_DAYS)


def thing_certificate(issuer: Issuer, key: Key, thing: str, now: dt.datetime) -> x509.Certificate:
    """Return the certificate of a thing, which is its common name (as far as there is room) and a URI."""
    names = [x509.UniformResourceIdentifier(f"{THING_URI}{thing}")]
    subject = _name(thing[:_COMMON_NAME_CHARACTERS])
    return _issue(issuer, subject, key, names, ExtendedKeyUsageOID.CLIENT_AUTH, now, THING_DAYS)


def host_name(host: str) -> x509.GeneralName:
    """Return a host as certificates have it.

    Raises:
        ValueError: it is no host.
    """
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host.encode("idna").decode())


def is_for(certificate: x509.Certificate, host: x509.GeneralName) -> bool:
    """Whether a server's certificate covers `host`."""
    names = _alternative_names(certificate)
    if names is None:
        return False
    if isinstance(host, x509.IPAddress):
        return host.value in names.get_values_for_type(x509.IPAddress)
    wanted = str(host.value).lower()
    offered = [name.lower() for name in names.get_values_for_type(x509.DNSName)]
    return wanted in offered or f"*.{wanted.partition('.')[2]}" in offered


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether a certificate may sign others."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def thing_of(certificate: x509.Certificate) -> str | None:
    """Return the thing a certificate was made for: of its alternative names, else its common name."""
    names = _alternative_names(certificate)
    for uri in names.get_values_for_type(x509.UniformResourceIdentifier) if names is not None else ():
        if uri.startswith(THING_URI):
            return str(uri.removeprefix(THING_URI))
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else None


def _alternative_names(certificate: x509.Certificate) -> x509.SubjectAlternativeName | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return None


def _issue(
    issuer: Issuer,
    subject: x509.Name,
    key: Key,
    names: Iterable[x509.GeneralName],
    purpose: x509.ObjectIdentifier,
    now: dt.datetime,
    days: int,
) -> x509.Certificate:
    end = min(now + dt.timedelta(days=days), issuer.certificate.not_valid_after_utc)
    return (
        _begin(subject, key, now, end)
        .issuer_name(issuer.certificate.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )


def _begin(subject: x509.Name, key: Key, now: dt.datetime, end: dt.datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))  # the clocks of two machines differ
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
