"""Why an endpoint could not be reached, in words a person can act on."""

import errno
import socket
import ssl
from contextlib import suppress

import pytest

from simulator.transport.address import Address
from simulator.transport.base import NotConnectedError, StalledError
from simulator.transport.dial import dial, in_words

HERE = Address(host="broker.example", port=1883)


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


def ssl_error() -> ssl.SSLError:
    error = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")
    error.reason = "WRONG_VERSION_NUMBER"
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(), "mqtt://broker.example:1883 refuses connections; see whether the endpoint runs"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "the name broker.example is not known"),
        (TimeoutError("timed out"), "mqtt://broker.example:1883 does not answer"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "mqtt://broker.example:1883: Network is unreachable"),
        (OSError("unheard of"), "mqtt://broker.example:1883: unheard of"),
        (
            OSError(errno.EMFILE, "Too many open files"),
            "this process may open no more sockets; raise the limit on open files or use more workers",
        ),
        (untrusted(), "the certificate of broker.example is not trusted: self-signed certificate"),
        (ssl_error(), "TLS with mqtt://broker.example:1883 failed: wrong version number"),
        (ValueError("WebSocket handshake error"), "mqtt://broker.example:1883: WebSocket handshake error"),
    ],
)
def test_each_failure_has_its_words(error: Exception, words: str) -> None:
    assert in_words(error, HERE) == words


@pytest.mark.parametrize("options", [{"websocket_path": "/mqtt"}, {"tls": True}])
def test_a_failed_handshake_closes_the_socket(options: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    monkeypatch.setattr(socket, "create_connection", lambda *_args, **_more: ours)
    monkeypatch.setattr(socket.socket, "setsockopt", lambda *_args: None)  # a pair has no Nagle to switch off
    with ours, theirs:
        theirs.sendall(b"HTTP/1.1 404 Not Found\r\n\r\n")
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises((OSError, ValueError)):
            dial(Address(host="h", port=1, **options), None)  # type: ignore[arg-type]
        theirs.settimeout(5)
        with suppress(ConnectionResetError):  # closed with something unread
            while theirs.recv(1024):
                pass
        assert ours.fileno() == -1


def test_the_errors_of_a_line_speak() -> None:
    assert str(NotConnectedError("pump-1")) == "pump-1 is not connected; the message was not sent"
    assert str(StalledError("pump-1")) == ("pump-1: too many messages wait for the endpoint; the message was not sent")
    assert isinstance(StalledError("pump-1"), NotConnectedError)
