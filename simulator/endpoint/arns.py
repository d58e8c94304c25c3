"""Amazon Resource Names as this endpoint hands them out and reads them.

Ours all name one region and one made-up account. In what a caller sends, partition, region and account are not looked
at, so that a script that builds ARNs of its own works against whatever region it was written for.
"""

import re
from enum import StrEnum
from typing import Final, NamedTuple

from simulator.jobs import limits
from simulator.jobs.control import invalid_request

REGION: Final = "us-east-1"
ACCOUNT: Final = "123456789012"
_MANAGED: Final = re.compile(r"arn:[a-z-]+:iot:[a-z0-9-]*::jobtemplate/([a-zA-Z0-9_-]+):([0-9.]+)")
_ARN: Final = re.compile(r"arn:[a-z-]+:iot:[a-z0-9-]*:[0-9]*:([a-z]+)/(.+)", re.DOTALL)


class Kind(StrEnum):
    """The resource types of `iot` that this endpoint has (reference section 8.14)."""

    THING = "thing"
    GROUP = "thinggroup"
    JOB = "job"
    TEMPLATE = "jobtemplate"
    THING_TYPE = "thingtype"


class Resource(NamedTuple):
    """What an ARN names."""

    kind: Kind
    name: str


def thing_arn(name: str) -> str:
    return _arn(Kind.THING, name)


def group_arn(name: str) -> str:
    return _arn(Kind.GROUP, name)


def job_arn(job_id: str) -> str:
    return _arn(Kind.JOB, job_id)


def template_arn(template_id: str) -> str:
    return _arn(Kind.TEMPLATE, template_id)


def thing_type_arn(name: str) -> str:
    return _arn(Kind.THING_TYPE, name)


def managed_template_arn(name: str, version: str) -> str:
    return f"arn:aws:iot:{REGION}::jobtemplate/{name}:{version}"


def managed_template_in(arn: str) -> tuple[str, str] | None:
    """Return name and version of a managed template, None if the ARN does not name one."""
    match = _MANAGED.fullmatch(arn)
    return None if match is None else (match[1], match[2])


def parse(arn: str, member: str = "") -> Resource:
    """Return what `arn`, the value of `member`, names.

    Raises:
        ControlError: InvalidRequestException; it is no ARN of a thing, a thing group or a job.
    """
    match = _ARN.fullmatch(arn)
    if match is not None and match[1] in set(Kind):
        kind, name = Kind(match[1]), match[2]
        if (limits.JOB_ID if kind in (Kind.JOB, Kind.TEMPLATE) else limits.THING_NAME).fullmatch(name):
            return Resource(kind, name)
    where = f"{member}: " if member else ""
    raise invalid_request(
        f"{where}'{arn[:200]}' is not the ARN of a thing, a thing group or a job; such as {thing_arn('NAME')}."
    )


def name_in(arn: str, kind: Kind) -> str:
    """Return the name in an ARN that must be of that kind.

    Raises:
        ControlError: InvalidRequestException.
    """
    resource = parse(arn)
    if resource.kind is not kind:
        raise invalid_request(f"'{arn}' is the ARN of a {resource.kind}; here a {kind} is asked for.")
    return resource.name


def _arn(kind: Kind, name: str) -> str:
    return f"arn:aws:iot:{REGION}:{ACCOUNT}:{kind}/{name}"
