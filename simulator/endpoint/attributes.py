"""The limits on names, attributes and descriptions in the registry (reference appendix A.3)."""

import re
from collections.abc import Mapping
from typing import Final

from simulator.jobs import limits
from simulator.jobs.control import invalid_request

MAX_ATTRIBUTES: Final = 50  # of a thing with a thing type; AWS allows 3 without one, which no test fleet gains from
ATTRIBUTE_NAME: Final = re.compile(r"[a-zA-Z0-9_.,@/:#-]{1,128}")
ATTRIBUTE_VALUE: Final = re.compile(r"[a-zA-Z0-9_.,@/:#=\[\]-]{0,800}")


def checked_name(name: str, member: str) -> str:
    """Return the name of a thing, a group or a type if it may be one.

    Raises:
        ControlError: InvalidRequestException naming `member`.
    """
    if not limits.THING_NAME.fullmatch(name):
        raise invalid_request(f"{member} '{name[:200]}' must match {limits.THING_NAME.pattern}.")
    return name


def checked_attributes(attributes: Mapping[str, str] | None) -> dict[str, str]:
    """Return attributes that keep AWS's limits, without those whose value is empty.

    Raises:
        ControlError: InvalidRequestException naming the attribute.
    """
    kept = merged({}, attributes or {})
    if len(kept) > MAX_ATTRIBUTES:
        raise invalid_request(f"attributes has {len(kept)} entries; at most {MAX_ATTRIBUTES} are allowed.")
    for key, value in kept.items():
        if not ATTRIBUTE_NAME.fullmatch(key):
            raise invalid_request(f"attributes: the name '{key[:200]}' must match {ATTRIBUTE_NAME.pattern}.")
        if not ATTRIBUTE_VALUE.fullmatch(value):
            raise invalid_request(f"attributes: the value of '{key}' must match {ATTRIBUTE_VALUE.pattern}.")
    return kept


def checked_description(description: str | None, member: str = "thingGroupDescription") -> str | None:
    """Return the description of a group or a type if it may be one.

    Raises:
        ControlError: InvalidRequestException.
    """
    if description is not None and (len(description) > limits.DESCRIPTION_CHARACTERS or not description.isprintable()):
        raise invalid_request(
            f"{member} must have at most {limits.DESCRIPTION_CHARACTERS} characters and no control ones."
        )
    return description


def merged(there: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return `there` changed by `given`: an empty value takes the attribute away (UpdateThing, AttributePayload)."""
    return {key: value for key, value in {**there, **given}.items() if value}
