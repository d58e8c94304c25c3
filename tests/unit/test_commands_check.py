"""`check` and `schema`: files of all kinds, looked through without starting anything."""

import json
from pathlib import Path

import pytest

from simulator.commands import check as command
from simulator.scenario.file_kind import Kind

SCENARIO = "name: own\nsteps: [{name: work, duration: 1}]\nend: SUCCEEDED\n"
FLEET = "groups: [{prefix: a-, count: 3}]\n"
RUN = "fleet: {groups: [{prefix: a-, count: 3}]}\njobs: [{document: reboot}]\n"


def files(folder: Path, **texts: str) -> list[Path]:
    paths = []
    for name, text in texts.items():
        paths.append(folder / f"{name}.yaml")
        paths[-1].write_text(text, encoding="utf-8")
    return paths


def test_each_kind_is_known_by_its_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.check(files(tmp_path, own=SCENARIO, fleet=FLEET, run=RUN)) == 0
    assert [line.partition("fine; ")[2] for line in capsys.readouterr().out.splitlines()] == [
        "own ends in SUCCEEDED",
        "3 things",
        "3 things, 1 job, 0 assertions",
    ]


def test_one_bad_file_does_not_keep_the_others_from_being_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = files(tmp_path, bad="groups: [{prefix: a-, cuont: 3}]\n", good=FLEET)
    assert command.check([tmp_path / "none.yaml", *paths]) == 2
    told = capsys.readouterr()
    assert "good.yaml: fine; 3 things" in told.out
    assert "none.yaml: cannot be read: no such file or directory" in told.err
    assert "groups[0].cuont: is no known key; did you mean count?" in told.err


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_an_empty_file_is_called_empty_and_not_a_bad_scenario(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    assert command.check(files(tmp_path, empty=text)) == 2
    told = capsys.readouterr().err
    assert "empty.yaml: the file is empty; write a scenario (docs/scenarios.md), a fleet or a run file" in told


@pytest.mark.parametrize(("kind", "key"), [(Kind.FLEET, "groups"), (Kind.RUN, "assertions"), (Kind.SCENARIO, "steps")])
def test_each_kind_has_a_schema(kind: Kind, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.schema(kind) == 0
    schema = json.loads(capsys.readouterr().out)
    assert key in json.dumps(schema)
