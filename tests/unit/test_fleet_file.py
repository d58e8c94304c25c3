"""Fleet files: the things in them, and every mistake with its line."""

from collections import Counter
from pathlib import Path

import pytest

from simulator import fleet_file
from simulator.errors import InputError
from simulator.scenario.walk import seed_for

FLEET = """\
groups:
  - {prefix: pump-, count: 40, scenario: "success=1,fail=1", firmware: 2.3.1}
things:
  - name: valve-1
    scenario: timeout
    seed: 7
  - name: valve-2
"""


def mistakes(text: str) -> str:
    with pytest.raises(InputError) as caught:
        fleet_file.parse(text, "fleet.yaml").plan(1)
    return str(caught.value)


def test_things_come_in_the_order_of_the_file_each_with_its_own_chance() -> None:
    specs = fleet_file.parse(FLEET, "fleet.yaml").plan(1).specs
    assert [spec.name for spec in specs[:3]] == ["valve-1", "valve-2", "pump-01"]
    assert (specs[0].scenario, specs[0].seed, specs[0].firmware) == ("timeout", 7, "1.0.0")
    assert (specs[1].scenario, specs[1].seed) == ("success", seed_for(1, "valve-2"))
    assert specs[-1].name == "pump-40"
    assert {spec.firmware for spec in specs[2:]} == {"2.3.1"}
    assert set(Counter(spec.scenario for spec in specs[2:])) == {"success", "fail"}


def test_the_runs_seed_decides_who_does_what() -> None:
    first, again, other = (fleet_file.parse(FLEET, "fleet.yaml").plan(seed).specs for seed in (1, 1, 2))
    assert first == again
    assert [spec.scenario for spec in first] != [spec.scenario for spec in other]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("things:\n  - nme: a\n", "fleet.yaml: line 2, things[0].nme: is no known key; did you mean name?"),
        ("things:\n  - {name: a, seed: x}\n", 'fleet.yaml: line 2, things[0].seed: "x" is not a whole number'),
        ("things:\n  - {name: a b}\n", "fleet.yaml: line 2, things[0].name: is no thing name; use letters"),
        (
            "groups:\n  - {prefix: p, count: 0}\n",
            "fleet.yaml: line 2, groups[0].count: 0 is out of range; write 1 or more",
        ),
        ("groups:\n  - {count: 1}\n", "fleet.yaml: line 2, groups[0].prefix: is missing; add prefix"),
        ("things: 3\n", 'fleet.yaml: line 1, things: 3 is not a list; begin each entry with "- "'),
        ("fleet: 3\n", "fleet.yaml: line 1, fleet: is no known key; known here are seed, ramp, keep_alive_seconds, certificates"),
        ("{}", "fleet.yaml: line 1: there are no things in it; add groups: or things:"),
        ("things:\n  - name: a\n  - name: a\n", "fleet.yaml: line 3, things[1]: a is in the fleet twice; names of things are their own"),
        (
            "groups:\n  - {prefix: p, count: 1, scenario: a=0}\n",
            "fleet.yaml: line 2, groups[0].scenario: part 1: the weight of a",
        ),
        ("things: [", "fleet.yaml: line 1"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_mend(text: str, sentence: str) -> None:
    assert sentence in mistakes(text)


def test_all_mistakes_are_told_at_once() -> None:
    told = mistakes("things:\n  - {name: a b, sed: 1}\n  - {name: c, firmware: ''}\n").splitlines()
    assert len(told) == 3


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--fleet .*none\.yaml: cannot be read: no such file or directory"):
        fleet_file.read(tmp_path / "none.yaml")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"binary\.yaml: is not UTF-8 text; save the file as UTF-8"):
        fleet_file.read(binary)


def test_a_file_is_read_from_disk_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "fleet.yaml"
    path.write_text(FLEET, encoding="utf-8-sig")
    assert fleet_file.read(path).plan(1) == fleet_file.parse(FLEET, "").plan(1)
