"""The command that creates a job again: it is run, or taken apart as a shell takes it."""

import itertools
import json
import shlex

from simulator.create_command import boto3_text, cli_text, members_of
from simulator.jobs.configs import RolloutConfig
from simulator.operator_jobs import JobSettings
from tests.support.control_plane import ARN, control_plane

DOCUMENT = '{"say": "it\'s $HOME"}'
SETTINGS = JobSettings(
    rollout=RolloutConfig(maximum_per_minute=50),
    in_progress_timeout_minutes=7,
    description="don't",
    target_selection="CONTINUOUS",
)
MEMBERS = members_of("fw-1", [f"{ARN}:thing/a", f"{ARN}:thing/b"], DOCUMENT, SETTINGS)


def test_the_python_command_creates_the_job() -> None:
    with control_plane() as plane:
        exec(compile(boto3_text(MEMBERS, plane.url), "copied", "exec"), {})
        assert plane.jobs["fw-1"] == {
            "targets": [f"{ARN}:thing/a", f"{ARN}:thing/b"],
            "document": DOCUMENT,
            "description": "don't",
            "targetSelection": "CONTINUOUS",
            "jobExecutionsRolloutConfig": {"maximumPerMinute": 50},
            "timeoutConfig": {"inProgressTimeoutInMinutes": 7},
        }


def test_for_aws_itself_the_machines_own_credentials_are_used() -> None:
    assert 'boto3.client("iot")' in boto3_text(MEMBERS, None)
    assert cli_text(MEMBERS, None).startswith("aws iot create-job ")


def test_the_shell_command_survives_quotes_and_dollars() -> None:
    words = shlex.split(cli_text(MEMBERS, "http://127.0.0.1:8000").replace("\\\n", " "))
    endpoint = ["--endpoint-url", "http://127.0.0.1:8000", "--region", "us-east-1"]
    assert words[2:9] == ["aws", *endpoint, "iot", "create-job"]
    value = dict(itertools.pairwise(words))
    assert value["--document"] == DOCUMENT
    assert value["--description"] == "don't"
    assert json.loads(value["--job-executions-rollout-config"]) == {"maximumPerMinute": 50}
    place = words.index("--targets")
    assert words[place + 1 : place + 3] == [f"{ARN}:thing/a", f"{ARN}:thing/b"]


def test_more_targets_than_aws_takes_are_left_out() -> None:
    members = members_of("fw-1", [f"{ARN}:thing/{number}" for number in range(300)], "{}", JobSettings())
    assert len(members["targets"]) == 100
