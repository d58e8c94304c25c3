"""Which firmware a job document asks for (reference section 12.5)."""

import pytest

from simulator.scenario.document import as_text, firmware_of, lookup


@pytest.mark.parametrize(
    ("document", "firmware"),
    [
        ({"version": "2.4.0"}, "2.4.0"),
        ({"firmware": {"version": "2.4.0"}}, "2.4.0"),
        ({"fwVersion": "2.4.0"}, "2.4.0"),
        ({"targetVersion": "2.4.0"}, "2.4.0"),
        ({"version": "3", "firmware": {"version": "2"}}, "3"),
        ({"firmware": {"version": "2"}, "fwVersion": "1"}, "2"),
        ({"version": "1.0", "steps": []}, None),
        ({"version": "1.0", "steps": [], "fwVersion": "7"}, "7"),
        ({"version": "1.0"}, "1.0"),
        ({"version": "1.1", "steps": []}, "1.1"),
        ({"version": 5}, "5"),
        ({"version": True}, None),
        ({"version": ""}, None),
        ({"version": {"major": 2}, "targetVersion": "2"}, "2"),
        ({"firmware": "2.4.0"}, None),
        ({"operation": "reboot"}, None),
        ({}, None),
    ],
)
def test_the_documented_keys_are_read_in_their_order(document, firmware):
    assert firmware_of(document) == firmware


def test_the_keys_can_be_others():
    document = {"version": "1", "ota": {"images": [{"rev": "B7"}]}}
    assert firmware_of(document, keys=("ota.images.0.rev", "version")) == "B7"
    assert firmware_of(document, keys=()) is None


@pytest.mark.parametrize("path", ["a.1", "a.-1", "a.x", "a.0.b", "b", "", "a.999999999999", "a.²"])
def test_a_path_that_leads_nowhere_gives_nothing(path):
    assert lookup({"a": [7]}, path) is None


def test_a_value_that_json_cannot_write_is_shown_as_nothing():
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    assert as_text(nested) == ""
