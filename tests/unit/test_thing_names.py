"""Things that are only numbered."""

import pytest

from simulator.errors import InputError
from simulator.thing_names import numbered


def test_the_names_are_equally_long_and_sort_as_they_are_numbered() -> None:
    assert numbered("pump-", 3) == ["pump-01", "pump-02", "pump-03"]
    assert (numbered("p", 100)[0], numbered("p", 100)[-1]) == ("p001", "p100")


@pytest.mark.parametrize("prefix", ["a b", "x" * 127])
def test_a_prefix_that_makes_no_thing_names_is_told(prefix: str) -> None:
    with pytest.raises(InputError, match="is no thing name; use letters, digits, colons"):
        numbered(prefix, 5)
