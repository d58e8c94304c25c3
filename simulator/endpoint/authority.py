"""A folder with a certificate authority of one's own: made once, reused, and never written over.

    DIR/ca.pem  DIR/ca.key              the authority; things trust ca.pem
    DIR/server.pem  DIR/server.key      what the endpoint shows
    DIR/things/{thing}.pem  .key        what a thing shows; its common name is the thing's name

Each step first looks for its file and makes it only if it is missing, so that a run that was cut short is carried on
by the next, and two at once end with the same files.
"""

import datetime as dt
import ipaddress
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulator.endpoint.once import make_folder, read_once
from simulator.errors import InputError
from simulator.jobs import limits
from simulator.transport.credentials import file_name

ALWAYS_SERVED: Final = ("localhost", "127.0.0.1", "::1")
ANY_HOST: Final = ("0.0.0.0", "::", "")  # noqa: S104  names of "every address", compared with, not bound to

AUTHORITY_DAYS: Final = 3650
THING_DAYS: Final = 3650
SERVER_DAYS: Final = 820  # Apple's systems accept no more than 825 of a server, also from an authority of one's own

THING_URI: Final = "urn:thing:"
"""Before a thing's name among the alternative names: a common name holds 64 characters, a thing's name 128."""

_COMMON_NAME_CHARACTERS: Final = 64
_MOST_BYTES: Final = 64 * 1024


class Authority:
    """The folder, opened. Everything it returns is checked: it can be read, belongs together and has not run out."""

    def __init__(self, folder: Path, *, where: str = "--tls") -> None:
        """Open `folder`, or make it with an authority in it; `where` is what an error points at.

        Raises:
            InputError: something in it cannot be used; it is left as it was.
        """
        self.folder = folder
        self._where = where
        self._now = dt.datetime.now(dt.UTC)
        make_folder(folder, where)
        self._certificate = self._pair("ca", None, self._make_authority)

    @property
    def trust_file(self) -> Path:
        """What those who connect are to trust, and what their certificates are checked against."""
        return self.folder / "ca.pem"

    def server_files(self, hosts: Iterable[str]) -> tuple[Path, Path]:
        """Return certificate and key of the server, made for `hosts` beside localhost if they are not there yet.

        Raises:
            InputError: they cannot be used, or are for other hosts.
        """
        wanted = [host.partition("%")[0] for host in hosts if host not in ANY_HOST]
        names = list(dict.fromkeys([*ALWAYS_SERVED, *wanted]))
        certificate = self._pair("server", self._certificate, lambda key: self._make_server(key, names))
        missing = [name for name in wanted if not _is_for(certificate, name)]
        if missing:
            raise self._error("server.pem", f"is not for {missing[0]}", "move it and server.key away to have new ones")
        return self.folder / "server.pem", self.folder / "server.key"

    def thing_files(self, thing: str) -> tuple[Path, Path]:
        """Return certificate and key of `thing`, made if they are not there yet.

        Raises:
            InputError: they cannot be used, or `thing` is no thing name.
        """
        if not limits.THING_NAME.fullmatch(thing):
            mend = "use letters, digits, colons, hyphens and underscores, 128 characters in all"
            raise InputError(self._where, f"{thing[:140]!r} is no thing name", mend)
        make_folder(self.folder / "things", self._where)
        stem = f"things/{file_name(thing)}"
        certificate = self._pair(stem, self._certificate, lambda key: self._make_thing(key, thing))
        if thing_of(certificate) != thing:
            raise self._error(
                f"{stem}.pem", f"belongs to {thing_of(certificate) or 'no thing'}", "move it and its key away"
            )
        return self.folder / f"{stem}.pem", self.folder / f"{stem}.key"

    def has_thing(self, thing: str) -> bool:
        """Whether there is a certificate of `thing`, whatever it is worth."""
        return (self.folder / "things" / f"{file_name(thing)}.pem").exists()

    # --- the files

    def _pair(
        self, stem: str, issuer: x509.Certificate | None, make: Callable[[ec.EllipticCurvePrivateKey], x509.Certificate]
    ) -> x509.Certificate:
        """Return the certificate of `stem`, made with its key if it is not there; both are checked."""
        key_path, path = self.folder / f"{stem}.key", self.folder / f"{stem}.pem"
        if path.exists() and not key_path.exists() and issuer is None:
            return self._checked(f"{stem}.pem", path.read_bytes(), None, issuer)  # an authority that issues elsewhere
        if path.exists() and not key_path.exists():
            raise self._error(f"{stem}.pem", f"is there without {stem}.key", "put the key beside it, or move it away")
        key = self._key(f"{stem}.key", read_once(key_path, _new_key, self._where, _MOST_BYTES))

        def content() -> bytes:
            if not isinstance(key, ec.EllipticCurvePrivateKey):
                raise self._error(f"{stem}.key", "is there without its certificate", "put it beside, or move it away")
            return make(key).public_bytes(serialization.Encoding.PEM)

        return self._checked(f"{stem}.pem", read_once(path, content, self._where, _MOST_BYTES), key, issuer)

    def _key(self, name: str, pem: bytes) -> PrivateKeyTypes:
        try:
            return serialization.load_pem_private_key(pem, password=None)
        except TypeError as exc:
            raise self._error(name, "is locked with a password", "store it without one") from exc
        except (ValueError, UnsupportedAlgorithm) as exc:
            raise self._error(name, "is no private key in PEM form", "move it away to have a new one") from exc

    def _checked(
        self, name: str, pem: bytes, key: PrivateKeyTypes | None, issuer: x509.Certificate | None
    ) -> x509.Certificate:
        mend = "move it and its key away to have new ones"
        try:
            certificate = x509.load_pem_x509_certificate(pem)
            public_key = certificate.public_key()
        except (ValueError, UnsupportedAlgorithm) as exc:
            raise self._error(name, "is no certificate in PEM form", mend) from exc
        if certificate.not_valid_after_utc <= self._now:
            raise self._error(name, f"ran out on {certificate.not_valid_after_utc:%Y-%m-%d}", mend)
        if certificate.not_valid_before_utc > self._now:
            raise self._error(name, f"is not valid before {certificate.not_valid_before_utc:%Y-%m-%d}", mend)
        if key is not None and key.public_key() != public_key:
            raise self._error(name, "does not belong to the key beside it", mend)
        if issuer is not None:
            try:
                certificate.verify_directly_issued_by(issuer)
            except (ValueError, TypeError, InvalidSignature) as exc:
                raise self._error(name, "was not issued by the ca.pem of this folder", mend) from exc
        return certificate

    def _error(self, name: str, what: str, mend: str) -> InputError:
        return InputError(f"{self._where} {self.folder / name}", what, mend)

    # --- making certificates

    def _make_authority(self, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
        usage = _usage(signs_certificates=True)
        # no two are called alike: where both are trusted, OpenSSL would take one for the other
        subject = _name(f"thing-simulator authority {secrets.token_hex(4)}")
        return (
            self._begin(subject, key, AUTHORITY_DAYS)
            .issuer_name(subject)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(key, hashes.SHA256())
        )

    def _make_server(self, key: ec.EllipticCurvePrivateKey, hosts: list[str]) -> x509.Certificate:
        names = [_general_name(host) for host in hosts]
        return self._issue(_name("localhost"), key, SERVER_DAYS, names, ExtendedKeyUsageOID.SERVER_AUTH)

    def _make_thing(self, key: ec.EllipticCurvePrivateKey, thing: str) -> x509.Certificate:
        names = [x509.UniformResourceIdentifier(f"{THING_URI}{thing}")]
        subject = _name(thing[:_COMMON_NAME_CHARACTERS])
        return self._issue(subject, key, THING_DAYS, names, ExtendedKeyUsageOID.CLIENT_AUTH)

    def _issue(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        days: int,
        names: Iterable[x509.GeneralName],
        purpose: x509.ObjectIdentifier,
    ) -> x509.Certificate:
        issuer_pem = self.folder / "ca.key"
        if not issuer_pem.exists():
            raise self._error("ca.key", "is missing, and no certificate can be made without it", "put it there")
        issuer_key = self._key("ca.key", read_once(issuer_pem, _new_key, self._where, _MOST_BYTES))
        if not isinstance(issuer_key, ec.EllipticCurvePrivateKey):
            raise self._error("ca.key", "is not of the kind made here", "issue the certificates with what made it")
        authority = self._certificate
        return (
            self._begin(subject, key, days, not_after=authority.not_valid_after_utc)
            .issuer_name(authority.subject)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
            .sign(issuer_key, hashes.SHA256())
        )

    def _begin(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        days: int,
        not_after: dt.datetime | None = None,
    ) -> x509.CertificateBuilder:
        end = self._now + dt.timedelta(days=days)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - dt.timedelta(days=1))  # the clocks of two machines differ
            .not_valid_after(min(end, not_after or end))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )


def thing_of(certificate: x509.Certificate) -> str | None:
    """Return the thing a certificate was made for: of its alternative names, else its common name."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        names = None
    for uri in names.get_values_for_type(x509.UniformResourceIdentifier) if names is not None else ():
        if uri.startswith(THING_URI):
            return str(uri.removeprefix(THING_URI))
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else None


def _new_key() -> bytes:
    """P-256: made and used in microseconds, where a key of RSA takes a tenth of a second to make."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _is_for(certificate: x509.Certificate, host: str) -> bool:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    wanted = _general_name(host)
    if isinstance(wanted, x509.IPAddress):
        return wanted.value in names.get_values_for_type(x509.IPAddress)
    host = host.lower()
    offered = [name.lower() for name in names.get_values_for_type(x509.DNSName)]
    return host in offered or f"*.{host.partition('.')[2]}" in offered


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
