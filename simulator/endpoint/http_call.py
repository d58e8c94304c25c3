"""One HTTP request as an operation sees it: members from path, query and body, read as AWS reads them."""

import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

import msgspec

from simulator.endpoint.http_errors import Plane
from simulator.endpoint.service import EndpointService
from simulator.jobs import limits
from simulator.jobs.control import invalid_request

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum)

_any_json: Final = msgspec.json.Decoder()
_NAMES: Final = {
    "thingName": limits.THING_NAME,
    "thingGroupName": limits.GROUP_NAME,
    "thingTypeName": limits.THING_NAME,
    "jobId": limits.JOB_ID,
    "jobTemplateId": limits.JOB_ID,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What one request asks for. `host` is its checked Host header, by which the caller reaches us."""

    service: EndpointService
    mqtt_address: Callable[[], str]
    host: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes = b""

    def name(self, member: str) -> str:
        """Return a name from the path.

        Raises:
            ControlError: InvalidRequestException; it cannot be such a name.
        """
        return matching(self.path[member], member)

    def text(self, member: str) -> str | None:
        """Return a query member as it is, None if it is absent or empty."""
        return self.query.get(member) or None

    def flag(self, member: str, default: bool = False) -> bool:
        """Return a boolean from the query.

        Raises:
            ControlError: InvalidRequestException.
        """
        text = self.text(member)
        if text is None:
            return default
        if text.lower() not in ("true", "false"):
            raise invalid_request(f"{member} must be true or false, not '{text[:80]}'.")
        return text.lower() == "true"

    def matched(self, member: str, pattern: re.Pattern[str]) -> str | None:
        """Return a query member that has to match a pattern.

        Raises:
            ControlError: InvalidRequestException.
        """
        text = self.text(member)
        if text is not None and not pattern.fullmatch(text):
            raise invalid_request(f"{member} '{text[:200]}' must match {pattern.pattern}.")
        return text

    def number(self, member: str) -> int | None:
        """Return a whole number from the query.

        Raises:
            ControlError: InvalidRequestException.
        """
        text = self.text(member)
        return None if text is None else whole_number(text, member)

    def choice(self, member: str, choices: type[Choice]) -> Choice | None:
        """Return one of `choices` from the query.

        Raises:
            ControlError: InvalidRequestException.
        """
        text = self.text(member)
        if text is None:
            return None
        if text not in choices.__members__:
            raise invalid_request(f"{member} must be one of {', '.join(choices)}, not '{text[:80]}'.")
        return choices[text]

    def members(self) -> dict[str, object]:
        """Return the members of the JSON body; those that are null count as absent, no body as `{}`.

        Raises:
            ControlError: InvalidRequestException; it is no JSON object.
        """
        if not self.body.strip():
            return {}
        try:
            members = _any_json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
            raise invalid_request(f"The body is not valid JSON: {exc}") from None
        if not isinstance(members, dict):
            raise invalid_request("The body is not a JSON object.")
        return {name: value for name, value in members.items() if value is not None}

    def body_as(self, type_: type[Value]) -> Value:
        """Return the JSON body as a value of `type_`.

        Raises:
            ControlError: InvalidRequestException; the message names the member.
        """
        try:
            return msgspec.convert(self.members(), type_)
        except msgspec.ValidationError as exc:
            raise invalid_request(_naming_member(str(exc))) from None


def _naming_member(text: str) -> str:
    """Return msgspec's words with the member first: `abortConfig.criteriaList[0].action: Invalid enum value 'X'`."""
    what, _, path = text.partition(" - at `")
    if what.startswith("Object missing required field"):
        missing = what.rpartition("field ")[2].strip("`")
        where = ".".join(filter(None, (path.removesuffix("`").removeprefix("$").removeprefix("."), missing)))
        return f"{where} must be given."
    member = path.removesuffix("`").removeprefix("$").removeprefix(".")
    return f"{member or 'The body'}: {what[:1].lower()}{what[1:].replace('`', '')}."


Handler = Callable[[Call], Coroutine[Any, Any, msgspec.Struct]]


@dataclass(frozen=True, slots=True)
class Route:
    """An operation and where it is: method and path as in the service model."""

    operation: str
    method: str
    path: str
    plane: Plane
    handler: Handler


class Nothing(msgspec.Struct, frozen=True):
    """The answer of an operation that has none: `{}`."""


NOTHING: Final = Nothing()


def matching(name: str, member: str) -> str:
    """Return `name` if it may be a thing's, a group's or a job's.

    Raises:
        ControlError: InvalidRequestException.
    """
    pattern = _NAMES[member]
    if not pattern.fullmatch(name):
        raise invalid_request(f"{member} '{name[:200]}' must match {pattern.pattern}.")
    return name


def whole_number(text: str, member: str) -> int:
    """Return the number that `text` writes in digits.

    Raises:
        ControlError: InvalidRequestException.
    """
    digits = text.removeprefix("-")
    if len(text) > 19 or not digits.isascii() or not digits.isdigit():
        raise invalid_request(f"{member} must be a whole number, not '{text[:80]}'.")
    return int(text)
