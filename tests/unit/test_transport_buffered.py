"""The socket given to paho: large gulps in, one write a turn out, and nothing left registered."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from simulator.transport.buffered import GULP_BYTES, BufferedSocket


class Counting:
    """A socket that counts what is asked of the system."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.recvs = 0
        self.sends = 0

    def recv(self, size: int) -> bytes:
        self.recvs += 1
        return self.sock.recv(size)

    def send(self, data: bytes | bytearray) -> int:
        self.sends += 1
        return self.sock.send(data)

    def fileno(self) -> int:
        return self.sock.fileno()

    def close(self) -> None:
        self.sock.close()


@pytest.fixture
def ends() -> Iterator[tuple[Counting, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.settimeout(5)
    with ours, theirs:
        yield Counting(ours), theirs


async def turns(count: int = 3) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_small_reads_are_served_from_one_gulp(ends: tuple[Counting, socket.socket]) -> None:
    ours, theirs = ends
    sock = BufferedSocket(ours, asyncio.get_running_loop())
    theirs.sendall(b"0123456789")
    assert [sock.recv(1), sock.recv(1), sock.recv(5)] == [b"0", b"1", b"23456"]
    assert ours.recvs == 1
    assert sock.pending()
    assert sock.recv(100) == b"789"
    assert not sock.pending()
    with pytest.raises(BlockingIOError):
        sock.recv(1)
    theirs.close()
    assert sock.recv(1) == b""
    sock.abort()


async def test_what_is_sent_in_one_turn_leaves_in_one_write(ends: tuple[Counting, socket.socket]) -> None:
    ours, theirs = ends
    sock = BufferedSocket(ours, asyncio.get_running_loop())
    assert [sock.send(b"ab"), sock.send(bytearray(b"cd"))] == [2, 2]
    assert ours.sends == 0
    await turns()
    assert (theirs.recv(10), ours.sends) == (b"abcd", 1)
    sock.send(b"e")
    await turns()
    assert (theirs.recv(10), ours.sends) == (b"e", 2)
    sock.abort()


async def test_more_than_the_system_takes_leaves_bit_by_bit_and_whole(ends: tuple[Counting, socket.socket]) -> None:
    ours, theirs = ends
    loop = asyncio.get_running_loop()
    sock = BufferedSocket(ours, loop)
    sock.attach(lambda: None)
    payload = bytes(range(256)) * 20_000
    sock.send(payload)
    await turns()
    assert 0 < sock.unsent_bytes < len(payload)
    sock.send(b"the end")  # behind what waits already
    draining = asyncio.ensure_future(sock.drain())
    received = bytearray()
    theirs.setblocking(False)
    while len(received) < len(payload) + 7:
        received += await loop.sock_recv(theirs, 1 << 20)
    await draining
    assert bytes(received) == payload + b"the end"
    assert sock.unsent_bytes == 0
    assert not loop.remove_writer(ours.fileno())
    sock.abort()


async def test_attach_tells_of_data_and_of_the_end(ends: tuple[Counting, socket.socket]) -> None:
    ours, theirs = ends
    sock = BufferedSocket(ours, asyncio.get_running_loop())
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    sock.attach(lambda: heard.put_nowait(sock.recv(GULP_BYTES)))
    theirs.sendall(b"hello")
    assert await heard.get() == b"hello"
    theirs.close()
    assert await heard.get() == b""
    sock.abort()


async def test_close_sends_what_it_can_and_abort_does_not(ends: tuple[Counting, socket.socket]) -> None:
    ours, theirs = ends
    sock = BufferedSocket(ours, asyncio.get_running_loop())
    sock.attach(lambda: None)
    sock.send(b"bye")
    sock.close()
    sock.close()
    assert theirs.recv(10) == b"bye"
    assert theirs.recv(10) == b""
    assert sock.fileno() == -1


async def test_abort_forgets_what_waits_and_leaves_the_loop(ends: tuple[Counting, socket.socket]) -> None:
    ours, _theirs = ends
    loop = asyncio.get_running_loop()
    sock = BufferedSocket(ours, loop)
    sock.attach(lambda: None)
    sock.send(bytes(10_000_000))
    await turns()
    descriptor = ours.fileno()
    draining = asyncio.ensure_future(sock.drain())
    await turns()
    sock.abort()
    await draining  # nobody is left waiting
    assert not loop.remove_reader(descriptor)
    assert not loop.remove_writer(descriptor)
    assert sock.unsent_bytes == 0
    assert sock.recv(1) == b""
    with pytest.raises(ConnectionError):
        sock.send(b"late")
    await turns()  # a flush that was due finds nothing to do


async def test_a_broken_pipe_is_left_to_the_reader_to_tell(ends: tuple[Counting, socket.socket]) -> None:
    ours, theirs = ends
    sock = BufferedSocket(ours, asyncio.get_running_loop())
    told = asyncio.Event()
    theirs.close()
    sock.send(b"into the void")
    await turns()
    sock.attach(told.set)
    await asyncio.wait_for(told.wait(), 5)
    assert sock.unsent_bytes == 0
    sock.abort()


async def test_bytes_that_tls_holds_back_count_as_pending() -> None:
    class Tls(Counting):
        held = 5

        def pending(self) -> int:
            return self.held

    ours, theirs = socket.socketpair()
    tls = Tls(ours)
    with ours, theirs:
        sock = BufferedSocket(tls, asyncio.get_running_loop())
        assert sock.pending()
        tls.held = 0
        assert not sock.pending()
        tls.held = 5
        sock.abort()
        assert not sock.pending()
