"""The query by which AWS's clients sign a WebSocket request: looked at for its form, not verified (reference 11.3)."""

import re
from typing import Final
from urllib.parse import unquote

ALGORITHM: Final = "AWS4-HMAC-SHA256"
SERVICE: Final = "iotdevicegateway"
LONGEST_EXPIRY_SECONDS: Final = 604_800

_REQUIRED: Final = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Signature")
_OPTIONAL: Final = ("X-Amz-Expires", "X-Amz-Security-Token")
_CREDENTIAL: Final = re.compile(
    rf"(?P<key_id>\w{{1,128}})/(?P<day>\d{{8}})/(?P<region>[a-z0-9-]{{1,32}})/{SERVICE}/aws4_request", re.ASCII
)
_DATE: Final = re.compile(r"(?P<day>\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))T\d{6}Z", re.ASCII)


def complaint_about(query: str) -> str | None:
    """Return what is wrong with a signed query, without any of its values; None if it is well-formed or not signed.

    There is no secret to verify a signature against, nor is its age judged: clocks here may run fast.
    """
    signed: dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        name = unquote(name)
        if name.lower().startswith("x-amz-") and not name.lower().startswith("x-amz-customauthorizer-"):
            if name not in _REQUIRED and name not in _OPTIONAL:
                return "a parameter X-Amz-… that is not known"
            if name in signed:
                return f"{name} is given twice"
            signed[name] = unquote(value)
    if not signed:
        return None
    missing = [name for name in _REQUIRED if not signed.get(name)]
    if missing:
        return f"{missing[0]} is missing"
    return _complaint_about_values(signed)


def _complaint_about_values(signed: dict[str, str]) -> str | None:
    credential, date = _CREDENTIAL.fullmatch(signed["X-Amz-Credential"]), _DATE.fullmatch(signed["X-Amz-Date"])
    expires = signed.get("X-Amz-Expires", "1")
    for is_right, complaint in (
        (signed["X-Amz-Algorithm"] == ALGORITHM, f"X-Amz-Algorithm is not {ALGORITHM}"),
        (credential, f"X-Amz-Credential is not KEY/DAY/REGION/{SERVICE}/aws4_request"),
        (date, "X-Amz-Date is no date such as 20260131T235959Z"),
        (credential and date and credential["day"] == date["day"], "X-Amz-Credential and X-Amz-Date differ in the day"),
        ("host" in signed["X-Amz-SignedHeaders"].split(";"), "X-Amz-SignedHeaders does not name host"),
        (re.fullmatch(r"[0-9a-f]{64}", signed["X-Amz-Signature"]), "X-Amz-Signature is not 64 hex digits"),
        (
            re.fullmatch(r"[0-9]{1,6}", expires) and 1 <= int(expires) <= LONGEST_EXPIRY_SECONDS,
            f"X-Amz-Expires is not from 1 to {LONGEST_EXPIRY_SECONDS}",
        ),
    ):
        if not is_right:
            return complaint
    return None
