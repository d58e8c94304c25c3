"""AWS's addresses, and what a fleet meets there."""

import pytest

from simulator.aws_account import control_plane_of, is_aws_mqtt, seconds_to_connect, subscriptions_of_a_thing
from simulator.operator_client import make_client, region_of


@pytest.mark.parametrize(
    ("mqtt", "url"),
    [
        ("mqtts://abc-ats.iot.eu-west-1.amazonaws.com", "https://iot.eu-west-1.amazonaws.com"),
        ("mqtts://abc.iot.us-east-1.amazonaws.com:443", "https://iot.us-east-1.amazonaws.com"),
        ("wss://abc.ats.iot.cn-north-1.amazonaws.com.cn/mqtt", "https://iot.cn-north-1.amazonaws.com.cn"),
        ("mqtts://broker.example:8883", ""),
        ("mqtts://abc.iot.eu-west-1.amazonaws.com.evil.example", ""),
        ("not an address", ""),
        ("", ""),
    ],
)
def test_an_address_of_aws_names_its_control_plane(mqtt: str, url: str) -> None:
    assert control_plane_of(mqtt) == url
    assert is_aws_mqtt(mqtt) is bool(url)


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://iot.eu-west-1.amazonaws.com", "eu-west-1"),
        ("https://iot-fips.us-west-2.amazonaws.com", "us-west-2"),
        ("https://vpce-1.iot.eu-west-1.vpce.amazonaws.com", None),
        ("http://127.0.0.1:8000", None),
        (None, None),
    ],
)
def test_the_url_of_a_control_plane_names_the_region(url: str | None, region: str | None) -> None:
    assert region_of(url) == region


def test_a_client_of_aws_signs_for_the_region_of_its_url_with_the_profile(tmp_path, monkeypatch) -> None:
    (tmp_path / "credentials").write_text(
        "[default]\naws_access_key_id=DEFAULT\naws_secret_access_key=x\n"
        "[staging]\naws_access_key_id=STAGING\naws_secret_access_key=y\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    client = make_client("https://iot.eu-west-1.amazonaws.com", None, 1, "staging")
    assert client.meta.region_name == "eu-west-1"
    assert client._request_signer._credentials.access_key == "STAGING"  # type: ignore[attr-defined]
    client.close()


def test_the_ramp_is_counted_to_the_last_thing() -> None:
    assert [seconds_to_connect(things, 50) for things in (0, 1, 2, 51, 52, 2000)] == [0, 0, 1, 1, 2, 40]
    assert 0 < subscriptions_of_a_thing() <= 50
