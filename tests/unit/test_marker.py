"""The mark on what this program registers."""

import pytest

from simulator.errors import InputError
from simulator.fleet_attributes import NAME, VALUE
from simulator.marker import MARKER, check_run_id, is_marked, marked, new_run_id


def test_only_what_bears_the_mark_is_ours_and_only_its_own_runs() -> None:
    mine = marked({"site": "oslo"}, "run-1")
    assert mine == {"site": "oslo", "thing-simulator": "run-1"}
    assert is_marked(mine)
    assert is_marked(mine, "run-1")
    assert not is_marked(mine, "run-2")
    assert not is_marked({"site": "thing-simulator"})
    assert not is_marked({})


def test_aws_takes_the_mark_as_an_attribute() -> None:
    assert NAME.fullmatch(MARKER)
    assert VALUE.fullmatch(new_run_id())
    assert len({new_run_id() for _ in range(50)}) == 50


def test_an_id_that_no_run_can_have_is_told() -> None:
    assert check_run_id("run-0a1b2c") == "run-0a1b2c"
    for bad in ("", "a b", "x" * 65, "run/1"):
        with pytest.raises(InputError, match=r"--run: .* is no id of a run; use 1 to 64 letters"):
            check_run_id(bad)
