"""Where the button of an outage's banner leads, and how often equal errors are written down."""

import pytest

from ui.error_count import MOST_KINDS, ErrorCount, is_worth_writing
from ui.outage_fix import Mend, mend_of


@pytest.mark.parametrize(
    ("cause", "mend"),
    [
        (
            "2 of 2 things have no connection: 127.0.0.1:1883 refuses connections; see whether the endpoint runs",
            Mend.THINGS,
        ),
        ("the certificate of a.example is not trusted: certificate has expired; they keep trying", Mend.CERTIFICATE),
        ("the certificate of a.example is not trusted: certificate is not yet valid", Mend.CERTIFICATE),
        ("TLS with a.example:8883 failed: the endpoint says unknown ca", Mend.CERTIFICATE),
        ("the endpoint refused the connection: Not authorized", Mend.ACCOUNT),
        ("not authorized; its policy does not let this client id or certificate in", Mend.ACCOUNT),
        ("the endpoint refused the connection: Bad user name or password", Mend.ACCOUNT),
    ],
)
def test_the_button_leads_to_what_can_be_mended(cause: str, mend: Mend) -> None:
    assert mend_of(cause) is mend


def caught(message: str) -> ValueError:
    try:
        raise ValueError(message)
    except ValueError as error:
        return error


def elsewhere() -> ValueError:
    try:
        raise ValueError("elsewhere")
    except ValueError as error:
        return error


def test_errors_of_one_place_are_counted_whatever_they_say() -> None:
    count = ErrorCount()
    assert [count.count(caught(str(number))) for number in range(3)] == [1, 2, 3]
    assert count.count(elsewhere()) == 1
    assert count.count(caught("again")) == 4


def test_of_a_thousand_equal_errors_about_ten_are_written() -> None:
    assert [times for times in range(1, 1001) if is_worth_writing(times)] == [1, 2, 3, 4, 8, 16, 32, 64, 128, 256, 512]


def test_it_remembers_a_bounded_number_of_kinds() -> None:
    count = ErrorCount()
    for number in range(2 * MOST_KINDS):
        count.count(type(f"Error{number}", (Exception,), {})())
    assert len(count._times) == MOST_KINDS
