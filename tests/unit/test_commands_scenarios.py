"""`thing-simulator scenarios explain` and `list --tag`: what a thing would do, and which scenarios there are."""

from collections.abc import Callable

import pytest

from simulator import cli
from simulator.scenario import loader
from simulator.scenario.walk import WalkContext, faults_for, random_for, seed_for, walk

Said = tuple[int, list[str], str]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def run(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as left:
            cli.main(["scenarios", *arguments])
        captured = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return left.value.code, captured.out.splitlines(), captured.err

    return run


def test_a_walk_is_told_with_times_statuses_details_and_faults(said, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(
        """
name: own
description: Shows a bit of everything
start: describe
steps:
  - name: wait
    duration: 2.5
    report: false
  - fault: lose-reply
  - name: load
    duration: 1
    progress: {from: 10, to: 50, every: 0.5}
    step_timeout_minutes: 5
    expected_version: omitted
    execution_number: true
  - fault: reboot
    seconds: 4
  - name: fetch
    download: {url: "{document.url}"}
end: {status: REJECTED, reason: "{attribute.model} is full"}
""",
        encoding="utf-8",
    )
    document = tmp_path / "job.json"
    document.write_text('{"url": "https://example.com/a"}', encoding="utf-8")
    code, lines, _ = said("explain", str(own), "--job", str(document), "--attribute", "model=pump", "--thing", "t-1")
    assert code == 0
    says = [line[11:].strip() for line in lines[1:]]
    assert lines[0] == "own: Shows a bit of everything"
    assert [float(line[:9]) for line in lines[1:]] == [0, 2.5, 2.5, 3, 3.5, 3.5, 7.5, 7.5, 7.5, 8, 8.5, 8.5, 8.5, 8.5]
    assert says == [
        "asks for the next execution: QUEUED until the first update",
        (
            'IN_PROGRESS  load 10 %  step="load"  progress="10"  step timer 5 min  '
            "expected version omitted  executionNumber"
        ),
        "fault lose-reply: does not hear the answer to an update, and asks again with the same client token",
        'IN_PROGRESS  load 30 %  step="load"  progress="30"  expected version omitted  executionNumber',
        'IN_PROGRESS  load 50 %  step="load"  progress="50"  expected version omitted  executionNumber',
        "fault reboot: loses its line and its memory, and after so many seconds goes on where the service says (4 s)",
        "goes on with load again",
        (
            'IN_PROGRESS  load 50 %  step="load"  progress="50"  step timer 5 min  '
            "expected version omitted  executionNumber"
        ),
        "fault lose-reply: does not hear the answer to an update, and asks again with the same client token",
        'IN_PROGRESS  load 50 %  step="load"  progress="50"  expected version omitted  executionNumber',
        'IN_PROGRESS  load 50 %  step="load"  progress="50"  expected version omitted  executionNumber',
        'IN_PROGRESS  fetch 50 %  step="fetch"  progress="50"',
        "works: download  url=https://example.com/a  (at most 600 s)",
        'REJECTED  fetch 50 %  step="fetch"  progress="50"  reason="pump is full"',
    ]


def test_what_is_told_is_what_the_thing_of_that_name_and_seed_will_do(said):
    _, lines, _ = said("explain", "mix", "--seed", "9", "--thing", "pump-4")
    again = said("explain", "mix", "--seed", "9", "--thing", "pump-4")[1]
    assert lines == again
    mix, context, seed = loader.builtin("mix"), WalkContext("pump-4", "job-1", index=1), seed_for(9, "pump-4")
    from simulator.scenario.walk import choose

    random = random_for(seed, 1)
    chosen = choose(mix, context, random)
    actions = list(walk(chosen, context, random, faults_for(seed, 1)))
    assert lines[0].startswith(f"{chosen.name} (chosen by mix): ")
    assert len([line for line in lines if "IN_PROGRESS  " in line]) == sum(
        getattr(action, "status", None) == "IN_PROGRESS" for action in actions
    )


def test_the_quiet_ends_are_told(said):
    assert said("explain", "deaf")[1][-1] == "    0.000  lets the execution wait: QUEUED"
    assert said("explain", "hangs")[1][-1].endswith("hangs: says nothing more and stays as it is")
    assert said("explain", "timeout")[1][-1].endswith("says nothing more")
    assert said("explain", "manual")[1][-1].endswith("waits for the operator to choose the end")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["explain", "sucess"], 'scenario "sucess": there is none of this name; did you mean success?'),
        (
            ["explain", "success", "--thing", "a b"],
            "--thing a b: is no thing name; use 1 to 128 letters",
        ),
        (["explain", "success", "--attribute", "model"], "--attribute model: is no attribute; write NAME=VALUE"),
        (["explain", "success", "--job", "no.json"], "no.json: there is no such file"),
        (["list", "--tag", "fault"], "--tag fault: no built-in scenario has it; there are cancel, choice, "),
    ],
)
def test_what_cannot_be_explained_is_told_in_a_sentence(said, arguments, sentence):
    code, lines, err = said(*arguments)
    assert code == 2
    assert lines == []
    assert sentence in err


def test_lists_can_be_narrowed_to_a_tag(said):
    code, lines, _ = said("list", "--tag", "reboot")
    assert code == 0
    assert [line.split()[0] for line in lines] == ["boot-loop", "rebooter"]
