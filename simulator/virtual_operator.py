"""The operator of a virtual endpoint: boto3's own client, whose requests are carried out here instead of being sent.

What it asks and how it reads the answers is therefore the real operator's; only the line between is a function call,
so that nothing waits, and time stands still while it asks.
"""

from collections.abc import Callable, Coroutine
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from simulator.endpoint import http_control, http_groups, http_registry, http_settings, http_templates
from simulator.endpoint.http_call import Call
from simulator.endpoint.http_errors import Plane, Problem, ProblemError, not_offered, of_control
from simulator.endpoint.http_routes import Router
from simulator.endpoint.service import EndpointService
from simulator.jobs.control import ControlError
from simulator.operator import Operator
from simulator.operator_client import explained

if TYPE_CHECKING:
    from types_boto3_iot.client import IoTClient

T = TypeVar("T")


class VirtualOperator(Operator):
    """Asks a service of this process and loop, and has its answer before anything else happens."""

    def __init__(self, service: EndpointService, http_url: str, mqtt_address: str) -> None:
        super().__init__(http_url)
        self._service = service
        self._url = http_url
        self._mqtt_address = mqtt_address
        self._router = Router(
            (
                *http_control.ROUTES,
                *http_registry.ROUTES,
                *http_groups.ROUTES,
                *http_templates.ROUTES,
                *http_settings.ROUTES,
            )
        )
        self._is_led_here = False

    async def call(self, act: Callable[["IoTClient"], T]) -> T:
        """As the real operator's, but on the loop and at once."""
        with explained(self._url):
            client = self._ready_client()
            if not self._is_led_here:
                client.meta.events.register("before-send.iot", self._carry_out)  # type: ignore[arg-type]  # it may answer
                self._is_led_here = True
            return act(client)

    def _carry_out(self, request: Any, **_: object) -> object:
        """Botocore's hook before it sends: what it is given here is the answer."""
        from botocore.awsrequest import AWSResponse
        from botocore.compat import HTTPHeaders

        status, headers, body = self._answer(request.method, request.url, request.body or b"")
        return AWSResponse(request.url, status, HTTPHeaders.from_dict(headers), _Raw(body))

    def _answer(self, method: str, url: str, body: bytes | str) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(url)
        try:
            route, path = self._router.find(method, parts.path, Plane.CONTROL)
            call = Call(
                service=self._service,
                mqtt_address=lambda: self._mqtt_address,
                host=parts.netloc,
                path=path,
                query=dict(parse_qsl(parts.query)),
                body=body.encode() if isinstance(body, str) else bytes(body),
            )
            return 200, {}, msgspec.json.encode(_at_once(route.handler(call)))
        except ProblemError as error:
            return _problem(error.problem)
        except ControlError as error:
            return _problem(of_control(error))


class _Raw(BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_: object) -> "_Raw":
        return self


def _problem(problem: Problem) -> tuple[int, dict[str, str], bytes]:
    return problem.http_status, {"x-amzn-ErrorType": problem.name}, problem.body


def _at_once(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine of the service to its end without the loop: in memory it waits for nothing but its turn.

    Raises:
        ProblemError: it waits for a thread or a file.
    """
    try:
        while work.send(None) is None:  # a bare yield, `asyncio.sleep(0)`
            pass
    except StopIteration as ended:
        value: T = ended.value
        return value
    finally:
        work.close()
    raise ProblemError(not_offered("What is read from outside while time is held"))
