"""What an idle connection with mutual TLS takes of the endpoint's memory, measured from outside."""

import socket
import ssl
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from simulator.endpoint import packets, wire
from simulator.endpoint.authority import Authority
from simulator.endpoint.door_options import DoorOptions
from simulator.endpoint.process import LocalEndpoint
from tests.support.tls_peer import client_side

MOST_KIB = 70
WARM_UP, CONNECTIONS = 100, 400


def connect(stack: ExitStack, context: ssl.SSLContext, address: str, client_id: str) -> None:
    host, _, port = address.rpartition(":")
    sock = stack.enter_context(socket.create_connection((host, int(port)), timeout=10))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    secured = stack.enter_context(context.wrap_socket(sock, server_hostname="localhost"))
    secured.sendall(wire.encode(packets.Connect(client_id=client_id, clean_session=True, keep_alive=600)))
    assert secured.recv(4) == b"\x20\x02\0\0"


@pytest.mark.skipif(psutil.LINUX is False, reason="what counts as resident differs from system to system")
async def test_an_idle_connection_with_mutual_tls_takes_at_most_70_kib(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tls")
    context = client_side(authority, "pump-1")
    async with LocalEndpoint(doors=DoorOptions(tls=authority.folder)) as endpoint:
        process = psutil.Process(endpoint.pid)
        with ExitStack() as stack:
            for number in range(WARM_UP):
                connect(stack, context, endpoint.addresses["mqtts"], f"warm-{number}")
            before = process.memory_info().rss
            for number in range(CONNECTIONS):
                connect(stack, context, endpoint.addresses["mqtts"], f"idle-{number}")
            each = (process.memory_info().rss - before) / CONNECTIONS / 1024
        assert 0 < each <= MOST_KIB
