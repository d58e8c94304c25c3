"""Which operation a request means. Two services share the port and some paths; what is signed tells them apart.

Source: reference section 6.6. The order is: the service in the SigV4 credential scope, then the Host header, then what
the path allows; a shared path that nothing decides belongs to the data plane.
"""

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from simulator.endpoint.http_call import Route
from simulator.endpoint.http_errors import Plane, Problem, ProblemError, invalid, not_offered, unknown_operation
from simulator.endpoint.http_guard import host_name

MAX_SEGMENTS = 16  # no operation has more than six


class Router:
    """All operations, found by method and number of path segments."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: dict[tuple[str, int], list[tuple[Route, tuple[str, ...]]]] = {}
        for route in routes:
            segments = _split(route.path)
            self._routes.setdefault((route.method, len(segments)), []).append((route, segments))

    def find(self, method: str, raw_path: str, plane: Plane | None) -> tuple[Route, Mapping[str, str]]:
        """Return the operation and the members that its path holds. `raw_path` is percent-encoded, without query.

        Raises:
            ProblemError: there is no such operation, or the path is not UTF-8.
        """
        try:
            segments = tuple(unquote(segment, errors="strict") for segment in _split(raw_path))
        except UnicodeDecodeError:
            raise ProblemError(invalid("The path is not valid UTF-8.")) from None
        found = [
            (route, members)
            for route, pattern in self._routes.get((method, len(segments)), ())
            if plane in (None, route.plane) and (members := _match(pattern, segments)) is not None
        ]
        if not found:
            raise ProblemError(_unknown(method, raw_path, plane))
        return min(found, key=lambda each: each[0].plane is not Plane.DATA)


def plane_asked(authorization: str, query: Mapping[str, str], host: str) -> Plane | None:
    """Return the service that a request names by its signature or its host; None if it names none of them.

    Raises:
        ProblemError: it is signed for a service that is not here.
    """
    service = _signed_service(authorization) or _signed_service(f"Credential={query.get('X-Amz-Credential', '')}")
    if service is not None:
        if service not in set(Plane):
            raise ProblemError(not_offered(f"The service {service[:80]}"))
        return Plane(service)
    labels = host_name(host).split(".")
    if labels[0] == "iot":
        return Plane.CONTROL
    return Plane.DATA if ["jobs", "iot"] in [labels[:2], labels[1:3]] else None


def _signed_service(text: str) -> str | None:
    """Return the service of a credential scope: `Credential=KEY/DATE/REGION/SERVICE/aws4_request`."""
    _, is_there, rest = text.partition("Credential=")
    parts = rest.partition(",")[0].strip().split("/")
    return parts[-2] if is_there and len(parts) >= 5 and parts[-1] == "aws4_request" else None


def _split(path: str) -> tuple[str, ...]:
    """Return the segments of a path; of absurdly many, only so many that nothing matches."""
    return tuple(path.strip("/").split("/", MAX_SEGMENTS))


def _match(pattern: tuple[str, ...], segments: tuple[str, ...]) -> dict[str, str] | None:
    members: dict[str, str] = {}
    for expected, given in zip(pattern, segments, strict=True):
        if expected.startswith("{"):
            members[expected[1:-1]] = given
        elif expected != given:
            return None
    return members


def _unknown(method: str, raw_path: str, plane: Plane | None) -> Problem:
    what = f"{method[:20]} {raw_path[:200]}"
    return unknown_operation(what) if plane is Plane.DATA else not_offered(what)
