"""What mends an outage, by its cause in words: a certificate to be looked at, a right to be given, or the things."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Mend(StrEnum):
    """Where the button of the banner leads."""

    CERTIFICATE = "certificate"  # to a test of the connection, which says what is wrong with it
    ACCOUNT = "account"  # to the field that says who one is
    THINGS = "things"  # to the things that are cut off


@dataclass(frozen=True, slots=True)
class _Words:
    mend: Mend
    any_of: tuple[str, ...]


_BY_WORDS: Final = (
    _Words(Mend.ACCOUNT, ("not authori", "not allowed", "bad user name", "bad username", "policy")),
    _Words(Mend.CERTIFICATE, ("certificate", "tls with", "unknown ca")),
)


def mend_of(cause: str) -> Mend:
    """Which mend fits a cause, as the engine tells it in English."""
    words = cause.casefold()
    return next((each.mend for each in _BY_WORDS if any(part in words for part in each.any_of)), Mend.THINGS)
