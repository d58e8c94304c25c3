"""A folder with a certificate authority of one's own: made once, reused, and never written over.

    DIR/ca.pem  DIR/ca.key              the authority; things trust ca.pem
    DIR/server.pem  DIR/server.key      what the endpoint shows
    DIR/things/{thing}.pem  .key        what a thing shows; its common name is the thing's name

Each step first looks for its file and makes it only if it is missing, so that a run that was cut short is carried on
by the next, and two at once end with the same files.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from simulator.endpoint import certificates
from simulator.endpoint.once import make_folder, read_once
from simulator.endpoint.reached_at import ANY_HOST
from simulator.errors import InputError
from simulator.jobs import limits
from simulator.transport.credentials import file_name

ALWAYS_SERVED: Final = ("localhost", "127.0.0.1", "::1")

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
        self._served: x509.Certificate | None = None
        make_folder(folder, where)
        self._certificate = self._pair("ca", None, lambda key: certificates.authority_certificate(key, self._now))
        if not certificates.is_authority(self._certificate):
            raise self._error("ca.pem", "is no authority, and may sign nothing", "move it and its key away")

    @property
    def trust_file(self) -> Path:
        """What those who connect are to trust, and what their certificates are checked against."""
        return self.folder / "ca.pem"

    def server_files(self, hosts: Iterable[str], also: Iterable[str] = ()) -> tuple[Path, Path]:
        """Return certificate and key of the server, made for `hosts` beside localhost if they are not there yet.

        Those that are made are for `also` too; those that are there need not be (`is_for` says it).

        Raises:
            InputError: they cannot be used, or are for other hosts.
        """
        wanted = {host: self._host(host.partition("%")[0]) for host in hosts if host not in ANY_HOST}
        wished = [self._host(host.partition("%")[0]) for host in also if host not in ANY_HOST]
        names = list(dict.fromkeys([*map(certificates.host_name, ALWAYS_SERVED), *wanted.values(), *wished]))
        certificate = self._pair(
            "server",
            self._certificate,
            lambda key: certificates.server_certificate(self._issuer(), key, names, self._now),
        )
        for host, name in wanted.items():
            if not certificates.is_for(certificate, name):
                raise self._error("server.pem", f"is not for {host}", "move it and server.key away to have new ones")
        self._served = certificate
        return self.folder / "server.pem", self.folder / "server.key"

    def is_for(self, host: str) -> bool:
        """Whether the server's certificate, which `server_files` has returned, is for a host, too."""
        return self._served is not None and certificates.is_for(self._served, self._host(host.partition("%")[0]))

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

        def make(key: certificates.Key) -> x509.Certificate:
            return certificates.thing_certificate(self._issuer(), key, thing, self._now)

        certificate = self._pair(stem, self._certificate, make)
        owner = certificates.thing_of(certificate)
        if owner != thing:
            raise self._error(f"{stem}.pem", f"belongs to {owner or 'no thing'}", "move it and its key away")
        return self.folder / f"{stem}.pem", self.folder / f"{stem}.key"

    def has_thing(self, thing: str) -> bool:
        """Whether there is a certificate of `thing`, whatever it is worth."""
        return (self.folder / "things" / f"{file_name(thing)}.pem").exists()

    def _host(self, host: str) -> x509.GeneralName:
        try:
            return certificates.host_name(host)
        except ValueError as exc:
            raise InputError(self._where, f"{host[:140]!r} is no host", "name a host or an IP address") from exc

    def _issuer(self) -> certificates.Issuer:
        path = self.folder / "ca.key"
        if not path.exists():
            raise self._error("ca.key", "is missing, and no certificate can be made without it", "put it there")
        key = self._key("ca.key", read_once(path, certificates.new_key, self._where, _MOST_BYTES))
        if not isinstance(key, certificates.Key):
            raise self._error("ca.key", "is not of the kind made here", "issue the certificates with what made it")
        return certificates.Issuer(self._certificate, key)

    # --- the files

    def _pair(
        self, stem: str, issuer: x509.Certificate | None, make: Callable[[certificates.Key], x509.Certificate]
    ) -> x509.Certificate:
        """Return the certificate of `stem`, made with its key if it is not there; both are checked."""
        key_path, path = self.folder / f"{stem}.key", self.folder / f"{stem}.pem"
        if path.exists() and not key_path.exists() and issuer is None:
            return self._checked(f"{stem}.pem", path.read_bytes(), None, issuer)  # an authority that issues elsewhere
        if path.exists() and not key_path.exists():
            raise self._error(f"{stem}.pem", f"is there without {stem}.key", "put the key beside it, or move it away")
        key = self._key(f"{stem}.key", read_once(key_path, certificates.new_key, self._where, _MOST_BYTES))

        def content() -> bytes:
            if not isinstance(key, certificates.Key):
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
