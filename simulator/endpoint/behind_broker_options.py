"""Which broker the endpoint serves behind, and as whom."""

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from simulator.endpoint.behind_broker_marks import mark_of
from simulator.errors import EXIT_UNREACHABLE, InputError, SimulatorError
from simulator.jobs import limits
from simulator.transport.address import Address, parse_address

CLIENT_ID: Final = "thing-simulator-endpoint"
"""A broker has one client of an id at a time: by it, of two endpoints on one broker only the later one answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerOptions:
    """`address` is mqtt:// or mqtts://; the files are PEM, `ca` is trusted in place of what the system trusts."""

    address: Address
    client_id: str = CLIENT_ID
    username: str | None = None
    password: str | None = None
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    @property
    def owner_topic(self) -> str:
        """Where the endpoint that answers leaves its mark."""
        return mark_of(self.client_id)

    def tls_context(self) -> ssl.SSLContext | None:
        """Return how to speak TLS, None for plain TCP. Reads files.

        Raises:
            InputError: a certificate or key cannot be used, or is given although nothing is encrypted.
        """
        if not self.address.tls:
            for option, file in (("--broker-ca", self.ca), ("--broker-cert", self.certificate)):
                if file is not None:
                    raise InputError(
                        option, f"{self.address} speaks no TLS", "write mqtts://HOST:PORT, or leave it out"
                    )
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca)
        except (OSError, ssl.SSLError) as exc:
            raise InputError(
                f"--broker-ca {self.ca}", f"cannot be read: {_cause(exc)}", "name a PEM file with certificates"
            ) from exc
        if self.certificate is not None:
            try:
                context.load_cert_chain(self.certificate, self.key)
            except (OSError, ssl.SSLError) as exc:
                raise InputError(
                    f"--broker-cert {self.certificate}",
                    f"cannot be used with its key: {_cause(exc)}",
                    "name a PEM certificate in --broker-cert and its key, without passphrase, in --broker-key",
                ) from exc
        return context


def broker_options(
    address: str,
    *,
    client_id: str | None = None,
    username: str | None = None,
    password: str | None = None,
    ca: Path | None = None,
    certificate: Path | None = None,
    key: Path | None = None,
) -> BrokerOptions:
    """Return the options that a person's words mean.

    Raises:
        InputError: one of them means nothing.
    """
    parsed = parse_address(address, "--broker")
    if parsed.websocket_path is not None:
        raise InputError(
            "--broker",
            f"{address}: a broker is spoken to over TCP or TLS, not over WebSocket",
            "write mqtt://HOST:PORT or mqtts://HOST:PORT",
        )
    if client_id is not None and not limits.THING_NAME.fullmatch(client_id):
        raise InputError(
            "--broker-id", f"{client_id[:200]!r} is none", "write 1 to 128 of the letters A to Z, digits, : _ and -"
        )
    if (certificate is None) != (key is None):
        raise InputError(
            "--broker-cert", "a certificate and its key belong together", "give --broker-cert and --broker-key"
        )
    return BrokerOptions(
        address=parsed,
        client_id=client_id or CLIENT_ID,
        username=username,
        password=password if username is not None else None,
        ca=ca,
        certificate=certificate,
        key=key,
    )


@dataclass
class BrokerError(SimulatorError):
    """The broker could not be had. `cause` is half a sentence about it."""

    address: str
    cause: str

    exit_status = EXIT_UNREACHABLE

    def __str__(self) -> str:
        return f"--broker {self.address}: {self.cause}; see that the broker runs and lets this client in"


@dataclass
class TakenOverError(SimulatorError):
    """Another endpoint has connected to the broker under our client id, and answers now."""

    address: str
    client_id: str

    exit_status = EXIT_UNREACHABLE

    def __str__(self) -> str:
        return (
            f"{self.address}: another endpoint has connected as {self.client_id} and answers from now on; "
            "stop that one first, or give this one another broker"
        )


def _cause(exc: OSError) -> str:
    if isinstance(exc, ssl.SSLError):
        reason = (exc.reason or str(exc)).replace("_", " ").lower()
        alert = reason.partition(" alert ")[2]  # what the other side says of it
        if alert == "certificate required":
            return "it wants a certificate, give --broker-cert and --broker-key"
        return f"it says {alert}" if alert else reason
    return exc.strerror or str(exc)


def in_words(exc: Exception) -> str:
    """Return half a sentence about a broker that could not be connected to, or to which the connection broke."""
    match exc:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {exc.verify_message}"
        case ssl.SSLError():
            return f"TLS with it failed: {_cause(exc)}"
        case socket.gaierror():
            return "its name is not known"
        case ConnectionRefusedError():
            return "it refuses connections"
        case ConnectionResetError() | BrokenPipeError():
            return "it closed the connection"
        case OSError():
            return f"it cannot be connected to: {_cause(exc)}"
        case _:
            return f"it cannot be connected to: {exc}"
