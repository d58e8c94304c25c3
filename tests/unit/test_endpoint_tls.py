"""TLS in memory: bytes cross whole, mistakes end the connection with an alert, and `inner` is told in order."""

import ssl
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.endpoint.authority import Authority
from simulator.endpoint.tls import TlsLine, server_context
from simulator.errors import InputError
from tests.support.tls_peer import KeptTransport, Peer, Recorder, client_side, server_side


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "tls")


def joined(authority: Authority, thing: str | None = "pump-1", alpn: tuple[str, ...] = ()) -> tuple[Peer, Recorder]:
    recorder = Recorder()
    line = TlsLine(server_side(authority), recorder, lambda _: recorder.events.append("open"))
    return Peer(client_side(authority, thing, alpn), line), recorder


def test_inner_hears_of_the_connection_at_once_and_of_the_handshake_before_the_first_byte(authority: Authority) -> None:
    peer, inner = joined(authority)
    assert inner.events == ["made"]
    peer.shake_hands()
    assert inner.events == ["made", "open"]
    peer.send(b"hello")
    assert inner.events == ["made", "open", "data"]
    assert inner.received == b"hello"


@pytest.mark.parametrize("size", [1, 16 * 1024, 16 * 1024 + 1, 300_000])
def test_messages_of_any_size_cross_whole_both_ways(authority: Authority, size: int) -> None:
    peer, inner = joined(authority)
    peer.shake_hands()
    message = bytes(range(256)) * (size // 256 + 1)
    peer.send(message[:size])
    assert inner.received == message[:size]
    assert inner.transport is not None
    inner.transport.write(message[:size])
    assert peer.receive() == message[:size]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_served(authority: Authority, version: ssl.TLSVersion) -> None:
    inner = Recorder()
    context = client_side(authority, "pump-1")
    context.maximum_version = context.minimum_version = version
    peer = Peer(context, TlsLine(server_side(authority), inner))
    peer.shake_hands()
    peer.send(b"x")
    assert inner.received == b"x"
    assert peer.tls.version() == {"TLSv1_2": "TLSv1.2", "TLSv1_3": "TLSv1.3"}[version.name]


@pytest.mark.parametrize("name", ["x-amzn-mqtt-ca", "mqtt"])
def test_the_alpn_names_of_aws_are_chosen(authority: Authority, name: str) -> None:
    peer, _ = joined(authority, alpn=("h2", name))
    peer.shake_hands()
    assert peer.tls.selected_alpn_protocol() == name


def test_a_client_with_only_unknown_alpn_names_is_served_without_one(authority: Authority) -> None:
    peer, inner = joined(authority, alpn=("h2",))
    peer.shake_hands()
    peer.send(b"x")
    assert (peer.tls.selected_alpn_protocol(), inner.received) == (None, b"x")


def test_a_client_without_a_certificate_is_told_so_and_gives_inner_nothing(authority: Authority) -> None:
    peer, inner = joined(authority, thing=None)
    peer.shake_hands()
    with pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"):
        peer.receive()
    assert inner.events == ["made"]
    assert peer.raw.calls == ["write_eof"]  # open for reading, so that the alert is not lost to a reset
    peer.protocol.data_received(b"\x17\x03\x03\x00\x01x")
    assert (inner.events, peer.raw.calls) == (["made"], ["write_eof"])


def test_a_client_of_another_authority_is_refused(authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")
    context = client_side(authority)
    context.load_cert_chain(*other.thing_files("pump-1"))
    inner = Recorder()
    peer = Peer(context, TlsLine(server_side(authority), inner))
    peer.shake_hands()
    with pytest.raises(ssl.SSLError, match="UNKNOWN_CA"):
        peer.receive()
    assert inner.events == ["made"]


def test_the_client_certificate_can_be_asked_for_with_the_id_aws_gives_it(authority: Authority) -> None:
    peer, inner = joined(authority)
    peer.shake_hands()
    line = inner.transport
    assert isinstance(line, TlsLine)
    certificate, identifier = line.certificate() or ({}, "")
    assert certificate["subject"] == ((("commonName", "pump-1"),),)
    assert len(identifier) == 64
    assert int(identifier, 16)


def test_the_other_sides_goodbye_is_an_end_and_is_answered(authority: Authority) -> None:
    peer, inner = joined(authority)
    peer.shake_hands()
    peer.say_goodbye()
    assert inner.events[-1] == "eof"
    assert peer.raw.calls == ["close"]
    assert peer.receive() == b""
    assert peer.was_told_goodbye


def test_close_says_goodbye_after_what_was_written_and_drops_the_rest(authority: Authority) -> None:
    peer, inner = joined(authority)
    peer.shake_hands()
    assert inner.transport is not None
    inner.transport.write(b"last words")
    inner.transport.close()
    inner.transport.write(b"too late")
    inner.transport.close()
    assert inner.transport.is_closing()
    assert peer.receive() == b"last words"
    assert peer.was_told_goodbye


def test_pressure_ends_and_information_pass_through(authority: Authority) -> None:
    peer, inner = joined(authority)
    line = inner.transport
    assert line is not None
    line.set_write_buffer_limits(high=1234)
    assert peer.raw.high == 1234
    assert line.get_extra_info("peername") == ("192.0.2.7", 4242)
    peer.protocol.pause_writing()
    peer.protocol.connection_lost(None)
    assert inner.events == ["made", "pause", "lost"]
    line.write(b"x")
    line.close()
    line.abort()
    assert line.is_closing()
    assert peer.raw.calls == []


@settings(max_examples=200, deadline=None)
@given(pieces=st.lists(st.binary(min_size=1, max_size=200), max_size=5))
def test_whatever_comes_instead_of_a_handshake_raises_nothing(
    pieces: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inner, raw = Recorder(), KeptTransport()
    line = TlsLine(context, inner)
    line.connection_made(raw)
    for piece in pieces:
        line.data_received(piece)
    assert inner.received == b""
    line.connection_lost(None)
    assert inner.events[-1] == "lost"


def test_a_certificate_that_openssl_refuses_is_told_in_a_sentence(tmp_path: Path) -> None:
    bad = tmp_path / "server.pem"
    bad.write_text("no certificate")
    with pytest.raises(InputError, match=r"--tls .*server\.pem: cannot be used: .*; move it and its key away"):
        server_context(bad, bad, bad, alpn=("mqtt",), wants_certificate=True)
