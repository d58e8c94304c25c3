"""In CI no real client may be missing: what is skipped on a developer's machine must have been run there."""

import importlib.util
import os
import shutil

import pytest

from tests.support.broker import mosquitto_path
from tests.support.real_clients import program

pytestmark = pytest.mark.skipif("CI" not in os.environ, reason="only in CI every client has to be there")


@pytest.mark.parametrize("name", ["aws", "mosquitto_pub", "mosquitto_sub", "mosquitto_rr", "mosquitto_passwd", "uv"])
def test_its_program_is_here(name: str) -> None:
    assert program(name) or shutil.which(name)


def test_mosquitto_is_here() -> None:
    assert mosquitto_path()


@pytest.mark.parametrize("name", ["awscrt", "awsiot", "boto3", "paho.mqtt.client"])
def test_its_library_is_here(name: str) -> None:
    assert importlib.util.find_spec(name)
