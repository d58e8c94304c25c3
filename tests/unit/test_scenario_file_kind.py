"""Kinds of files: known by their keys, and told apart where one stands in another's place."""

from pathlib import Path

import pytest

from simulator import fleet_file, run_file
from simulator.errors import InputError
from simulator.scenario import loader
from simulator.scenario.file_kind import Kind, kind_of

TEXTS = {
    Kind.RUN: "fleet: {groups: [{prefix: a-, count: 3}]}\njobs: [{document: reboot}]\nseed: 3\n",
    Kind.FLEET: "seed: 3\ngroups: [{prefix: a-, count: 3}]\n",
    Kind.SCENARIO: "name: own\nsteps: [{name: work, duration: 1}]\nend: SUCCEEDED\n",
}
READERS = {Kind.RUN: run_file.read, Kind.FLEET: fleet_file.read, Kind.SCENARIO: loader.load}
MENDS = {
    Kind.RUN: "is a run file, not {}; give it without an option: thing-simulator run {}",
    Kind.FLEET: "is a fleet file, not {}; give it with --fleet: thing-simulator run --fleet {}",
    Kind.SCENARIO: "is a scenario, not {}; give it with --scenario: thing-simulator run --scenario {}",
}
CALLED = {Kind.RUN: "a run file", Kind.FLEET: "a fleet file", Kind.SCENARIO: "a scenario"}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"jobs": []}, Kind.RUN),
        ({"fleet": "F.yaml", "things": []}, Kind.RUN),
        ({"things": []}, Kind.FLEET),
        ({"mix": {}}, Kind.SCENARIO),
        ({"seed": 3}, None),
        ([], None),
        (None, None),
    ],
)
def test_a_kind_is_told_by_keys_that_no_other_has(data: object, kind: Kind | None) -> None:
    assert kind_of(data) is kind


@pytest.mark.parametrize("wanted", Kind)
@pytest.mark.parametrize("written", Kind)
def test_a_file_in_anothers_place_is_told_what_it_is_and_what_takes_it(
    tmp_path: Path, wanted: Kind, written: Kind
) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(TEXTS[written], encoding="utf-8")
    if wanted is written:
        READERS[wanted](path)
        return
    with pytest.raises(InputError) as caught:
        READERS[wanted](path)
    assert str(caught.value) == f"{path}: {MENDS[written].format(CALLED[wanted], path)}"


def test_a_file_with_a_stray_key_keeps_its_kind(tmp_path: Path) -> None:
    path = tmp_path / "fleet.yaml"
    path.write_text("jobs: []\n" + TEXTS[Kind.FLEET], encoding="utf-8")
    with pytest.raises(InputError, match="jobs: is no known key"):
        fleet_file.read(path)


@pytest.mark.parametrize("kind", Kind)
def test_an_empty_file_is_called_empty_whatever_was_wanted(tmp_path: Path, kind: Kind) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("# nothing yet\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"empty\.yaml: the file is empty; begin with "):
        READERS[kind](path)
