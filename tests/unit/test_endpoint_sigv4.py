"""The form of a signed WebSocket request: AWS's own is taken, each way to break it is named, and no value is shown."""

from urllib.parse import quote

import pytest

from simulator.endpoint.sigv4 import complaint_about

SIGNATURE = "ab" * 32
GOOD = {
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": "AKIDEXAMPLE/20260131/eu-west-1/iotdevicegateway/aws4_request",
    "X-Amz-Date": "20260131T235959Z",
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Signature": SIGNATURE,
}


def query(**changes: str | None) -> str:
    members = GOOD | {f"X-Amz-{name.replace('_', '-')}": value for name, value in changes.items()}
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in members.items() if value is not None)


@pytest.mark.parametrize(
    "signed",
    [
        query(),
        query(Expires="86400"),
        query() + "&X-Amz-Security-Token=" + quote("FwoGZX//token==", safe=""),
        query() + "&x-amz-customauthorizer-name=mine",
        "",
        "x=1&y",
        "x-amz-customauthorizer-name=mine&token=abc",
    ],
)
def test_what_aws_clients_send_is_taken(signed: str) -> None:
    assert complaint_about(signed) is None


@pytest.mark.parametrize(
    ("signed", "complaint"),
    [
        (query(Algorithm="AWS4-HMAC-SHA1"), "X-Amz-Algorithm is not AWS4-HMAC-SHA256"),
        (query(Algorithm=None), "X-Amz-Algorithm is missing"),
        (query(Credential=None), "X-Amz-Credential is missing"),
        (query(Date=""), "X-Amz-Date is missing"),
        (query(Signature=None), "X-Amz-Signature is missing"),
        (query(SignedHeaders=None), "X-Amz-SignedHeaders is missing"),
        (query(SignedHeaders="date"), "X-Amz-SignedHeaders does not name host"),
        (
            query(Credential="AKID/20260131/eu-west-1/iotdata/aws4_request"),
            "X-Amz-Credential is not KEY/DAY/REGION/iotdevicegateway/aws4_request",
        ),
        (query(Date="20260131"), "X-Amz-Date is no date such as 20260131T235959Z"),
        (query(Date="20260201T000000Z"), "X-Amz-Credential and X-Amz-Date differ in the day"),
        (query(Signature="xyz"), "X-Amz-Signature is not 64 hex digits"),
        (query(Expires="0"), "X-Amz-Expires is not from 1 to 604800"),
        (query(Expires="604801"), "X-Amz-Expires is not from 1 to 604800"),
        (query(Expires="soon"), "X-Amz-Expires is not from 1 to 604800"),
        (query() + "&X-Amz-Date=20260131T235959Z", "X-Amz-Date is given twice"),
        (query() + "&X-Amz-Favourite=1", "a parameter X-Amz-… that is not known"),
        (query().replace("X-Amz-Date", "x-amz-date"), "a parameter X-Amz-… that is not known"),
    ],
)
def test_each_mistake_is_named_and_no_value_told(signed: str, complaint: str) -> None:
    found = complaint_about(signed)
    assert found == complaint
    assert "AKID" not in found
    assert SIGNATURE not in found
