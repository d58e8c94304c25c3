"""Trying a connection line by line, as a thing would make it: each line with its time, or what is wrong and the mend.

The first line that fails ends the test; those behind it are skipped, since they could only fail for the same reason.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from time import perf_counter
from typing import Any, Final

import msgspec

from simulator.errors import InputError, SimulatorError
from simulator.jobs.codec import encode
from simulator.jobs.model import ErrorCode, ErrorResponse, GetPendingRequest
from simulator.jobs.topics import Operation, RequestTopic, thing_filters
from simulator.transport.address import Address, parse_address
from simulator.transport.base import Link
from simulator.transport.credentials import Credentials
from simulator.transport.dial import in_words
from simulator.transport.paho import PahoTransport
from simulator.transport.secure import Wardrobe, check

STEP_SECONDS: Final = 6.0
MARK: Final = "connection-test"


class Step(StrEnum):
    """What is tried, in this order."""

    ADDRESS = "address"
    NAME = "name"
    TCP = "tcp"
    TLS = "tls"
    CONNECT = "connect"
    SUBSCRIBE = "subscribe"
    PENDING = "pending"


class State(StrEnum):
    """How a line came out."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the test. `seconds` is how long it took; `cause` and `mend` say what to do about a failure."""

    step: Step
    state: State
    seconds: float = 0.0
    detail: str = ""
    cause: str = ""
    mend: str = ""


class _FailedError(Exception):
    """A line failed."""

    def __init__(self, cause: str, mend: str) -> None:
        self.cause, self.mend = cause, mend


async def check_connection(mqtt: str, thing: str, credentials: Credentials) -> AsyncIterator[Line]:
    """Yield a line for each step as it comes out; `thing` is the client id and the thing whose jobs are asked for."""
    probe = _Probe(mqtt, thing, credentials)
    failed = False
    try:
        for step in Step:
            if failed or (step is Step.TLS and probe.address is not None and not probe.address.tls):
                yield Line(step=step, state=State.SKIPPED)
                continue
            began = perf_counter()
            try:
                async with asyncio.timeout(STEP_SECONDS):
                    detail = await probe.take(step)
            except _FailedError as exc:
                failed = True
                yield _failure(step, began, exc.cause, exc.mend)
            except TimeoutError:
                failed = True
                yield _failure(step, began, f"no answer within {STEP_SECONDS:g} s", _MEND_SILENT[step])
            else:
                yield Line(step=step, state=State.OK, seconds=perf_counter() - began, detail=detail)
    finally:
        await probe.close()


def _failure(step: Step, began: float, cause: str, mend: str) -> Line:
    return Line(step=step, state=State.FAILED, seconds=perf_counter() - began, cause=cause, mend=mend)


_MEND_SILENT: Final = {
    Step.ADDRESS: "write HOST:PORT",
    Step.NAME: "see whether this machine has a network and a name server",
    Step.TCP: "see whether a firewall drops the packets, and whether the port is right",
    Step.TLS: "see whether this port speaks TLS at all",
    Step.CONNECT: "see whether this port speaks MQTT, and whether the broker answers others",
    Step.SUBSCRIBE: "see whether the policy lets this client subscribe to its own jobs topics",
    Step.PENDING: "nobody answers for jobs here: start `thing-simulator endpoint --broker` behind a plain broker",
}


class _Probe:
    """One try; each step stands on what the ones before it made."""

    def __init__(self, mqtt: str, thing: str, credentials: Credentials) -> None:
        self._mqtt, self._thing, self._credentials = mqtt, thing, credentials
        self.address: Address | None = None
        self._transport: PahoTransport | None = None
        self._link: asyncio.Future[str] | None = None
        self._answer: asyncio.Future[tuple[str, bytes]] | None = None

    async def take(self, step: Step) -> str:
        """Do one step; return what is worth saying of it.

        Raises:
            _FailedError: it did not come out.
        """
        match step:
            case Step.ADDRESS:
                return self._read()
            case Step.NAME:
                return await self._resolve()
            case Step.TCP:
                return await self._reach()
            case Step.TLS:
                return await asyncio.get_running_loop().run_in_executor(None, self._secure)
            case Step.CONNECT:
                return await self._connect()
            case Step.SUBSCRIBE:
                return await self._subscribe()
            case Step.PENDING:
                return await self._ask()

    def _read(self) -> str:
        try:
            self.address = parse_address(self._mqtt, "the address")
            check(self._credentials, self.address, [self._thing])
        except InputError as exc:
            raise _FailedError(exc.what, exc.mend or "write HOST:PORT, mqtt://, mqtts://, ws:// or wss://") from exc
        return str(self.address)

    async def _resolve(self) -> str:
        address = self._address()
        try:
            found = await asyncio.get_running_loop().getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        except OSError as exc:
            raise _FailedError(f"the name {address.host} is not known", "mend the host's name") from exc
        return ", ".join(dict.fromkeys(str(one[4][0]) for one in found[:3]))

    async def _reach(self) -> str:
        address = self._address()
        try:
            _, writer = await asyncio.open_connection(address.host, address.port)
        except OSError as exc:
            mend = f"see whether something listens on port {address.port}, or mend the port"
            raise _FailedError(in_words(exc, address), mend) from exc
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return f"port {address.port}"

    def _secure(self) -> str:
        """The handshake, in a thread."""
        address = self._address()
        secure = Wardrobe(self._credentials, address).secure_for(self._thing)
        try:
            with (
                socket.create_connection((address.host, address.port), timeout=STEP_SECONDS) as plain,
                secure(plain, address.host) as sock,
            ):
                version, issuer = sock.version() or "TLS", _issuer(sock)
                sock.settimeout(0.3)  # with TLS 1.3 a refusal of our certificate comes after the handshake
                with contextlib.suppress(TimeoutError):
                    sock.recv(1)
        except ssl.SSLCertVerificationError as exc:
            mend = "name the CA that signed the endpoint's certificate, and see that the host's name is in it"
            raise _FailedError(in_words(exc, address), mend) from exc
        except ssl.SSLError as exc:
            mend = "see whether the certificate is active, signed by a CA the endpoint trusts, and fits its key"
            raise _FailedError(in_words(exc, address), mend) from exc
        except OSError as exc:
            raise _FailedError(in_words(exc, address), "see whether this port speaks TLS") from exc
        return f"{version}{f', {issuer}' if issuer else ''}"

    async def _connect(self) -> str:
        address = self._address()
        loop = asyncio.get_running_loop()
        self._link, self._answer = loop.create_future(), loop.create_future()
        secure = Wardrobe(self._credentials, address).secure_for(self._thing) if address.tls else None
        self._transport = PahoTransport(
            address,
            self._thing,
            self._on_message,
            self._on_link,
            random=Random(0),
            tls_context=secure,
            login=self._credentials.login_of(self._thing),
        )
        opening = loop.create_task(self._transport.open(), name="connect for the test")
        first: set[asyncio.Future[Any]] = {opening, self._link}
        try:
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            if self._link.done() and (why := self._link.result()):
                raise _FailedError(why, self._mend_of_refusal(why))
            await opening
        except SimulatorError as exc:
            raise _FailedError(str(exc), _MEND_SILENT[Step.CONNECT]) from exc
        finally:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
        return f"client id {self._thing}"

    def _mend_of_refusal(self, why: str) -> str:
        # mosquitto says "not authorized" of a wrong password
        if "bad user name or password" in why or "not authorized" in why:
            if self._credentials.username:
                return "mend the user name or the password, or let this client in at the broker"
            if not self._credentials.certificate:
                return "give a user name and a password, or the certificate that the broker wants"
        return "see whether another client has this id, and whether the policy lets it connect"

    async def _subscribe(self) -> str:
        assert self._transport is not None
        filters = thing_filters(self._thing)
        try:
            await self._transport.subscribe(filters)
        except SimulatorError as exc:
            raise _FailedError(str(exc), _MEND_SILENT[Step.SUBSCRIBE]) from exc
        return ", ".join(filters[:1])

    async def _ask(self) -> str:
        assert self._transport is not None
        assert self._answer is not None
        topic = RequestTopic(self._thing, Operation.GET_PENDING)
        try:
            self._transport.publish(str(topic), encode(GetPendingRequest(client_token=MARK)))
        except SimulatorError as exc:
            raise _FailedError(str(exc), _MEND_SILENT[Step.PENDING]) from exc
        topic_text, payload = await self._answer
        if topic_text.endswith("/accepted"):
            return "answered"
        try:
            error = msgspec.json.decode(payload, type=ErrorResponse)
        except msgspec.DecodeError as exc:
            raise _FailedError("the answer is no JSON of the Jobs API", _MEND_SILENT[Step.PENDING]) from exc
        unknown = error.code == ErrorCode.RESOURCE_NOT_FOUND
        mend = "make the thing in the registry first (CreateThing)" if unknown else "see what the message names"
        raise _FailedError(f"{error.code}: {error.message}", mend)

    def _on_link(self, link: Link, reason: str) -> None:
        if self._link is not None and not self._link.done() and link is not Link.CONNECTING:
            self._link.set_result("" if link is Link.ONLINE else reason or "the endpoint closed the connection")

    def _on_message(self, topic: str, payload: bytes) -> None:
        if self._answer is not None and not self._answer.done() and "/jobs/get/" in topic:
            self._answer.set_result((topic, payload))

    def _address(self) -> Address:
        assert self.address is not None
        return self.address

    async def close(self) -> None:
        if self._transport is not None:
            await self._transport.close()


def _issuer(sock: ssl.SSLSocket) -> str:
    found = sock.getpeercert() or {}
    parts: Iterable[object] = found.get("issuer", ())
    names = {str(key): str(value) for part in parts if isinstance(part, tuple) for key, value in part}
    return names.get("commonName", names.get("organizationName", ""))
