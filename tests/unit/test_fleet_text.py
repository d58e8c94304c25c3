"""Fleets written by the window: what the reader makes of them is what was there."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from simulator import fleet_file, fleet_text
from simulator.errors import InputError
from simulator.fleet import ThingSpec
from simulator.fleet_plan import Registration
from simulator.scenario.walk import seed_for

MINE = "name: mine\nsteps:\n  - {name: work, duration: 1}\nend: SUCCEEDED\n"


def read_back(folder: Path, things: list[ThingSpec], scenarios: dict[str, str] | None = None) -> list[ThingSpec]:
    for name, text in fleet_text.files_of("fleet", things, 7, scenarios or {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    return [replace(spec, index=0) for spec in fleet_file.read(folder / "fleet.yaml", "").plan(7).specs]


def test_names_scenarios_firmware_attributes_and_seeds_come_back(tmp_path: Path) -> None:
    things = [
        ThingSpec(name="pump-1", scenario="fail", seed=3, firmware='2.0 "x"', attributes={"serial": "SN-1"}),
        ThingSpec(name="null", scenario="success", seed=seed_for(7, "null"), firmware="1.10"),
    ]
    assert read_back(tmp_path, things) == things
    assert "seed: 3" in (tmp_path / "fleet.yaml").read_text()
    assert (tmp_path / "fleet.yaml").read_text().count("seed:") == 2  # of the fleet, and of the thing with its own


def test_a_scenario_of_the_window_is_written_beside_the_fleet(tmp_path: Path) -> None:
    (thing,) = read_back(tmp_path, [ThingSpec(name="a", scenario="mine", seed=1)], {"mine": MINE})
    assert thing.scenario == str(tmp_path / "fleet.mine.yaml")
    assert (tmp_path / "fleet.mine.yaml").read_text() == MINE


def test_very_many_things_go_into_a_table_that_the_reader_takes(tmp_path: Path) -> None:
    names = [f"thing-{number:05}" for number in range(1, 10_001)]
    things = [
        ThingSpec(name=name, scenario="mix", seed=seed_for(7, name), attributes={"site": f"s{number % 3}"})
        for number, name in enumerate(names)
    ]
    assert read_back(tmp_path, things) == things
    assert {path.name for path in tmp_path.iterdir()} == {"fleet.yaml", "fleet.things.csv"}


def test_a_fleet_without_things_is_no_file() -> None:
    with pytest.raises(InputError, match="there are no things to be saved; add some first"):
        fleet_text.files_of("fleet", [], 1, {})


def test_a_scenario_whose_name_no_file_can_have_is_a_sentence() -> None:
    with pytest.raises(InputError, match=r"a/b: has a name that no file can have; give it another one first"):
        fleet_text.files_of("fleet", [ThingSpec(name="a", scenario="a/b")], 1, {"a/b": MINE})


def test_a_scenario_file_is_named_by_its_whole_path_which_can_be_read_back(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MINE)
    (thing,) = read_back(tmp_path, [ThingSpec(name="a", scenario=str(tmp_path / "mine.yaml"))])
    assert thing.scenario == str(tmp_path / "mine.yaml")
    with pytest.raises(InputError, match="has a comma or an = in its path; move its file, or rename it"):
        fleet_text.files_of("fleet", [ThingSpec(name="a", scenario="a,b.yaml")], 1, {})


REGISTRATIONS = {
    "a": Registration(thing_type="pump", thing_groups=("north", "old")),
    "b": Registration(thing_groups=("north",)),
}


@pytest.mark.parametrize("most", [fleet_text.MOST_VALUES, 1])
def test_types_groups_and_the_ramp_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(fleet_text, "MOST_VALUES", most)  # above it they go into tables, one for each registration
    attributes = {"rack": "1", "row": "2", "slot": "3"}  # without a type AWS takes two
    things = [
        ThingSpec(name=name, seed=seed_for(7, name), attributes=attributes if name == "a" else {}) for name in "abc"
    ]
    for name, text in fleet_text.files_of("fleet", things, 7, {}, REGISTRATIONS, 12.5).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    plan = fleet_file.read(tmp_path / "fleet.yaml", "").plan(7)
    assert [replace(spec, index=0) for spec in plan.specs] == things
    assert (plan.registrations, plan.ramp) == (REGISTRATIONS, 12.5)
    assert len(list(tmp_path.glob("*.csv"))) == (3 if most == 1 else 0)
