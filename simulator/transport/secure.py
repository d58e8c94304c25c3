"""TLS for many things in one process: what each trusts and shows, in a few contexts that all of them share.

A context of its own that trusts the system's 140 authorities takes a thing 0.8 MiB and 25 ms; shared, a thing takes
9 KiB and the reading of its certificate. OpenSSL copies a context's certificate into each connection as it is made, so
the context is given one thing's certificate after the other's, one at a time.
"""

import functools
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from simulator.errors import InputError
from simulator.transport.address import Address
from simulator.transport.credentials import PLACE, Credentials, check_login

Secure = Callable[[socket.socket, str], ssl.SSLSocket]
"""Puts TLS on a connected socket; the host's name is what its certificate must be for. Blocks for the handshake."""

AWS_ALPN: Final = "x-amzn-mqtt-ca"
"""By this name AWS IoT Core tells MQTT with a client certificate from HTTPS on its port 443 (reference 11.1)."""

CHECKED_WHOLE: Final = 1000
"""Of so many things the certificates are read before a run, of the others it is only seen that they are there."""

AWS_HOST: Final = re.compile(
    r"[^.]+(?:\.[^.]+)*\.iot\.(?P<region>[a-z0-9-]+)\.(?P<domain>amazonaws\.com(?:\.cn)?)", re.IGNORECASE
)
"""Where things connect at AWS IoT Core."""


def alpn_for(address: Address) -> tuple[str, ...]:
    """Return the names to offer to `address` in the handshake: none, but to AWS's MQTT on its HTTPS port."""
    is_aws = address.port == 443 and address.websocket_path is None and AWS_HOST.fullmatch(address.host)
    return (AWS_ALPN,) if is_aws else ()


@functools.cache
def trusting(ca: str, alpn: tuple[str, ...]) -> ssl.SSLContext:
    """Return a context that trusts `ca` ("": what the system trusts) and shows no certificate, one and the same.

    Raises:
        OSError, ssl.SSLError: `ca` cannot be read.
    """
    context = ssl.create_default_context(cafile=ca or None)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


class Wardrobe:
    """The contexts of one fleet, each for one kind of key, and who wears them next."""

    def __init__(self, credentials: Credentials, address: Address) -> None:
        """Prepare; files are read when a thing connects, so that a renewed certificate is taken up."""
        self._credentials = credentials
        self._alpn = alpn_for(address)
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()
        if credentials.certificate:
            from cryptography import x509  # noqa: F401  now: in a dialling thread the import would hold up the loop

    def secure_for(self, thing: str) -> Secure:
        """Return what puts TLS on `thing`'s sockets; it may be called in any thread."""
        return functools.partial(self._secure, thing)

    def _secure(self, thing: str, sock: socket.socket, host: str) -> ssl.SSLSocket:
        if not self._credentials.certificate:
            return trusting(self._credentials.ca, self._alpn).wrap_socket(sock, server_hostname=host)
        certificate, key = self._credentials.files_of(thing)
        kind = _kind_of_key(certificate)
        with self._lock:
            context = self._contexts.get(kind)
            if context is None:
                # not from `trusting`, which is everybody's. One for each kind of key: a context keeps a certificate of
                # each kind, and a thing with one kind must not show another thing's of another kind.
                context = self._contexts[kind] = trusting.__wrapped__(self._credentials.ca, self._alpn)
            context.load_cert_chain(certificate, key, password=_no_password)
            secured = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
        try:
            secured.do_handshake()
        except BaseException:
            secured.close()  # it has taken the descriptor over from `sock`
            raise
        return secured


def check(credentials: Credentials, address: Address, things: Iterable[str]) -> None:
    """See, before anything starts, that the files are there and fit together, and that the login can be sent.

    Raises:
        InputError: they do not, or cannot be used with `address`.
    """
    check_login(credentials)
    if not credentials.has_files:
        return
    if not address.tls:
        named = "--ca" if credentials.ca else "--cert" if credentials.certificate else "--key"
        raise InputError(named, f"{address} is not encrypted", "write mqtts:// or wss://, or leave it out")
    for given, other, option, missing in (
        (credentials.certificate, credentials.key, "--cert", "--key"),
        (credentials.key, credentials.certificate, "--key", "--cert"),
    ):
        if given and not other:
            raise InputError(option, f"is of no use without {missing}", f"add {missing} with a path or pattern")
    if credentials.ca:
        _must_be_there("--ca", credentials.ca)
        try:
            trusting.__wrapped__(credentials.ca, ())
        except (OSError, ssl.SSLError) as exc:
            raise InputError(
                f"--ca {credentials.ca}", "holds no certificates in PEM form", "name the CA's file"
            ) from exc
    if credentials.certificate:
        _check_certificates(credentials, things)


def _check_certificates(credentials: Credentials, things: Iterable[str]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    seen: set[tuple[str, str]] = set()
    for thing in things:
        pair = certificate, key = credentials.files_of(thing)
        if pair in seen:
            continue
        seen.add(pair)
        _must_be_there("--cert", certificate)
        _must_be_there("--key", key)
        if len(seen) > CHECKED_WHOLE:
            continue
        try:
            context.load_cert_chain(certificate, key, password=_no_password)
        except (OSError, ssl.SSLError) as exc:
            if isinstance(exc, ssl.SSLError) and exc.reason == "KEY_VALUES_MISMATCH":
                what, mend = f"does not belong to {key}", "name the key that was made with it"
            else:
                what, mend = f"and {key} cannot be used", "both must be in PEM form, the key without a password"
            raise InputError(f"--cert {certificate}", what, mend) from exc


def _must_be_there(option: str, path: str) -> None:
    try:
        with Path(path).open("rb") as file:
            file.read(1)
    except (OSError, ValueError) as exc:
        words = getattr(exc, "strerror", None) or str(exc)
        mend = f"mend the path; {PLACE} in it stands for the thing's name"
        raise InputError(f"{option} {path}", f"cannot be read: {words[:1].lower()}{words[1:]}", mend) from exc


def _kind_of_key(path: str) -> str:
    from cryptography import x509

    return type(x509.load_pem_x509_certificate(Path(path).read_bytes()).public_key()).__name__


def _no_password() -> bytes:
    """OpenSSL would ask for one on the terminal; an empty one makes a locked key an error."""
    return b""
