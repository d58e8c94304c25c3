"""The HTTP listener: data plane and control plane on one port, over aiohttp.

Nothing that arrives here ends more than its own connection: what cannot be read is refused, what goes wrong inside is
logged and told to the caller in AWS's words.
"""

import errno
import logging
import ssl
import uuid
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from simulator.endpoint import (
    faults_http,
    http_control,
    http_data,
    http_files,
    http_groups,
    http_registry,
    http_settings,
    http_templates,
)
from simulator.endpoint.faults_http import DroppedError
from simulator.endpoint.http_admin import Admin, Answer
from simulator.endpoint.http_call import Call
from simulator.endpoint.http_errors import Plane, Problem, ProblemError, internal, of_control
from simulator.endpoint.http_reading import promise, read_body, refuse_strangers
from simulator.endpoint.http_routes import Router, plane_asked
from simulator.endpoint.http_turns import HttpTurns
from simulator.endpoint.service import EndpointService
from simulator.errors import InputError
from simulator.jobs.control import ControlError

if TYPE_CHECKING:
    from simulator.endpoint.request_rates import RequestRates

logger = logging.getLogger(__name__)

KEEP_ALIVE_SECONDS: Final = 75.0  # of silence; botocore opens a new connection when it finds its old one closed
CLOSE_SECONDS: Final = 1.0
_JSON: Final = "application/json"
_encode: Final = msgspec.json.Encoder().encode


def _is_our_fault(record: logging.LogRecord) -> bool:
    """Whether a failure tells of more than a caller who does not speak HTTP; aiohttp logs those with a traceback."""
    return record.exc_info is None or not isinstance(record.exc_info[1], HttpProcessingError)


connection_logger: Final = logging.getLogger(f"{__name__}.connection")
connection_logger.addFilter(_is_our_fault)


ROUTES: Final = (
    *http_data.ROUTES,
    *http_control.ROUTES,
    *http_registry.ROUTES,
    *http_groups.ROUTES,
    *http_templates.ROUTES,
    *http_settings.ROUTES,
)


class HttpApi:
    """Serves the two planes of a service on one port. Close it, and nothing is left."""

    def __init__(
        self,
        service: EndpointService,
        *,
        mqtt_address: Callable[[], str],
        allowed_hosts: Collection[str] = (),
        admin: Admin | None = None,
        rates: "RequestRates | None" = None,
    ) -> None:
        """`mqtt_address` gives HOST:PORT for DescribeEndpoint; `allowed_hosts` are names we answer for besides our own.

        Loopback names and the address a connection comes in on are always answered for. `admin` answers what is not
        AWS's; `rates` refuse what is too much.
        """
        self.responses: dict[tuple[str, int], int] = {}
        """How many answers went out, by operation ("" if there was none) and status."""
        self._handler = make_handler(
            service,
            mqtt_address=mqtt_address,
            allowed_hosts=allowed_hosts,
            admin=admin,
            responses=self.responses,
            rates=rates,
        )
        self._runner: web.ServerRunner | None = None
        self._address = ("", 0)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._address[1]

    @property
    def url(self) -> str:
        """Where clients on this machine reach it."""
        host, port = self._address
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  what to connect to, not to bind
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def start(self, host: str, port: int) -> None:
        """Begin to listen; port 0 picks a free one.

        Raises:
            InputError: the port is in use, or the address cannot be used; nothing is left behind.
        """
        server = web.Server(
            self._handler,
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=KEEP_ALIVE_SECONDS,
            logger=connection_logger,
            lingering_time=0.0,
        )
        runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=CLOSE_SECONDS)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as exc:
            await runner.cleanup()
            raise _cannot_listen("--http", host, port, exc) from exc
        except BaseException:
            await runner.cleanup()
            raise
        self._runner = runner
        addresses = sorted(runner.addresses, key=lambda address: ":" in address[0])  # of localhost, 127.0.0.1 first
        self._address = (addresses[0][0], addresses[0][1])

    async def start_tls(self, host: str, port: int, context: ssl.SSLContext) -> int:
        """Serve the same over TLS too, after `start`; return the port.

        Raises:
            InputError: the port is in use, or the address cannot be used.
        """
        assert self._runner is not None
        before = set(self._runner.addresses)
        try:
            await web.TCPSite(self._runner, host, port, ssl_context=context).start()
        except OSError as exc:
            raise _cannot_listen("--https", host, port, exc) from exc
        return next(int(address[1]) for address in self._runner.addresses if address not in before)

    async def close(self) -> None:
        """Stop listening; requests under way have CLOSE_SECONDS to end. A second call does nothing."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()


def make_handler(
    service: EndpointService,
    *,
    mqtt_address: Callable[[], str],
    allowed_hosts: Collection[str] = (),
    admin: Admin | None = None,
    responses: dict[tuple[str, int], int] | None = None,
    rates: "RequestRates | None" = None,
) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
    """Return one handler for every path: AWS's paths and errors are not aiohttp's, so its application is left aside.

    (That one also answers an `Expect` that is no UTF-8 with a 500.)
    """
    router = Router(ROUTES)
    counted: dict[tuple[str, int], int] = {} if responses is None else responses
    hosts = frozenset(host.lower() for host in allowed_hosts)
    turns = HttpTurns()

    async def carry_out(
        request: web.BaseRequest,
        raw_path: str,
        query: Mapping[str, str],
        body: bytes,
        plane: Plane | None,
        asked: list[str],
    ) -> web.Response:
        route, path = router.find(request.method, raw_path, plane)
        asked.append(route.operation)
        if admin is not None and admin.faults is not None:
            faults_http.before(admin.faults, route.operation, path, route.plane)
        if rates is not None:
            rates.check(route.operation, route.plane)
        call = Call(
            service=service,
            mqtt_address=mqtt_address,
            host=request.headers["Host"],
            path=path,
            query=query,
            body=body,
        )
        answered = _encode(await route.handler(call))
        if admin is not None and admin.faults is not None:
            await faults_http.after(admin.faults, route.operation, path)
        return _response(200, answered)

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        asked: list[str] = []
        await turns.come()
        try:
            response = await answered(request, asked)
        except DroppedError:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()  # goes nowhere
        key = (asked[0] if asked else "", response.status)
        counted[key] = counted.get(key, 0) + 1
        return response

    async def answered(request: web.BaseRequest, asked: list[str]) -> web.StreamResponse:
        """Carry a request out, and note in `asked` which operation it was."""
        plane: Plane | None = None
        try:
            refuse_strangers(request, hosts)
            await promise(request)
            # Before anything is refused: a connection closed with a body unread is reset, and the refusal lost with it.
            body = await read_body(request)
            raw_path, _, raw_query = request.raw_path.partition("?")
            if admin is not None and admin.owns(raw_path):
                return _own(await admin.answer(request.method, raw_path, body))
            query = dict(parse_qsl(raw_query))
            if http_files.is_download(request.method, raw_path):
                return await http_files.serve(service.files, raw_path, query, service.clock.epoch())
            plane = plane_asked(request.headers.get("Authorization", ""), query, request.headers["Host"])
            return await carry_out(request, raw_path, query, body, plane, asked)
        except ProblemError as exc:
            return _problem(exc.problem)
        except ControlError as exc:
            return _problem(of_control(exc))
        except DroppedError:
            raise
        except Exception:
            logger.exception("an HTTP request could not be carried out: %s %s", request.method, request.path[:200])
            return _problem(internal(plane, asked[0] if asked else ""))

    return answer


def _own(answer: Answer) -> web.Response:
    return web.Response(status=answer.http_status, body=answer.body, headers={"Content-Type": answer.content_type})


def _problem(problem: Problem) -> web.Response:
    response = _response(problem.http_status, problem.body)
    response.headers["x-amzn-ErrorType"] = problem.name
    return response


def _response(http_status: int, body: bytes) -> web.Response:
    return web.Response(
        status=http_status, body=body, content_type=_JSON, headers={"x-amzn-RequestId": str(uuid.uuid4())}
    )


def _cannot_listen(option: str, host: str, port: int, error: OSError) -> InputError:
    where = f"{option} {host}:{port}"
    if error.errno == errno.EADDRINUSE:
        return InputError(
            where, f"port {port} is in use", "stop the program that uses it, or write port 0 for a free one"
        )
    return InputError(
        where,
        f"cannot be listened on: {error.strerror or error}",
        "write for example 127.0.0.1:0, where 0 is a free port",
    )
