"""A job as the command that creates it: Python with boto3, or the AWS CLI. Pure text."""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, Final

from simulator.operator_jobs import JobSettings

MOST_TARGETS: Final = 100  # AWS's own limit for one CreateJob
_SWITCHES: Final = {
    "jobId": "--job-id",
    "targets": "--targets",
    "document": "--document",
    "description": "--description",
    "targetSelection": "--target-selection",
    "jobExecutionsRolloutConfig": "--job-executions-rollout-config",
    "abortConfig": "--abort-config",
    "timeoutConfig": "--timeout-config",
    "jobExecutionsRetryConfig": "--job-executions-retry-config",
    "schedulingConfig": "--scheduling-config",
}


def members_of(job_id: str, targets: Sequence[str], document: str, settings: JobSettings) -> dict[str, Any]:
    """Return the members of CreateJob; `targets` are ARNs."""
    members: dict[str, Any] = {"jobId": job_id, "targets": list(targets[:MOST_TARGETS]), "document": document}
    if settings.description:
        members["description"] = settings.description
    members |= settings.members()
    if settings.in_progress_timeout_minutes is not None:
        members["timeoutConfig"] = {"inProgressTimeoutInMinutes": settings.in_progress_timeout_minutes}
    return members


def boto3_text(members: Mapping[str, Any], http_url: str | None) -> str:
    """Return a Python script; `http_url` None is AWS itself, any other gets credentials that open nothing."""
    arguments = ""
    if http_url is not None:
        arguments = (
            f',\n    endpoint_url={http_url!r},\n    region_name="us-east-1",\n'
            '    aws_access_key_id="local",\n    aws_secret_access_key="local",\n'
        )
    lines = [f"    {name}={value!r}," for name, value in members.items()]
    return "\n".join(["import boto3", "", f'iot = boto3.client("iot"{arguments})', "iot.create_job(", *lines, ")", ""])


def cli_text(members: Mapping[str, Any], http_url: str | None) -> str:
    """Return a line for a POSIX shell."""
    parts = ["aws iot create-job"]
    if http_url is not None:
        credentials = "AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local"
        parts = [f"{credentials} aws --endpoint-url {shlex.quote(http_url)} --region us-east-1 iot create-job"]
    for name, value in members.items():
        if isinstance(value, list):
            text = " ".join(shlex.quote(each) for each in value)
        else:
            text = shlex.quote(value if isinstance(value, str) else json.dumps(value))
        parts.append(f"{_SWITCHES[name]} {text}")
    return " \\\n  ".join(parts) + "\n"
