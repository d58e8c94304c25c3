"""Scenario files: every mistake at once, each with its place, a sentence and a mend; and where files are found."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import EXIT_BAD_INPUT, InputError
from simulator.jobs.model import JobStatus
from simulator.scenario import loader
from simulator.scenario.plan import Scenario, Span, StartsBy
from simulator.scenario.problems import ScenarioError
from simulator.scenario.sentences import DURATION_MEND
from tests.support.scenarios import CONTEXT, scenario_of, scenario_values

UPDATE_KEYS = "status_details, expected_version, include_job_execution_state, include_job_document, execution_number"
STEP_KEYS = f"name, duration, report, progress, step_timeout_minutes, fail_chance, reason, {UPDATE_KEYS}"
FILE_KEYS = f"name, description, tags, start, on_cancel, faults, steps, end, mix, {UPDATE_KEYS}"

NEW_KEYS = (
    "normal", "exponential", "deviation", "least", "most", "choose", "when", "weight", "repeat", "include",
    "with_end", "fault", "seconds", "faults", "rate", "drop-line", "lose-reply", "download", "url", "sha256",
    "size", "custom", "with", "tags", "on_cancel", "expected_version", "attempt", "document.a", "at_least",
    "equals", "in", "every", "offset",
)  # fmt: skip
SLOWER = "make every longer, or the durations shorter"
ENDS = "SUCCEEDED, FAILED, REJECTED, silence, hang, manual"
BUILT_IN = f"uilt in are {', '.join(loader.builtin_names())}; a file is given by its path"
NOT_WHOLE = "not a whole number; write a whole number"


def mistakes(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        loader.parse(text, "f.yaml")
    assert caught.value.exit_status == EXIT_BAD_INPUT
    assert [str(problem) for problem in caught.value.problems] == str(caught.value).split("\n")
    return str(caught.value).split("\n")


def in_step(step: str) -> list[str]:
    """What is told of one step, without the file and the path of the step."""
    text = "name: x\nend: SUCCEEDED\nsteps:\n  - " + step
    told = mistakes(text)
    place = "f.yaml: line 4, steps[0]"
    assert all(sentence.startswith((f"{place}.", f"{place}: ")) for sentence in told)
    return [sentence.removeprefix(place).removeprefix(".").removeprefix(": ") for sentence in told]


@pytest.mark.parametrize(
    ("step", "sentences"),
    [
        ("{duration: 1}", ["name: is missing; add name: a-name"]),
        ("{name: a}", ["duration: is missing; add duration: 2"]),
        ("{name: a, duration: -5}", ["duration: -5 is less than 0; write 0 to go on at once"]),
        ("{name: a, duration: 604801}", ["duration: 604801 is more than 604800; write 604800 or less"]),
        ("{name: a, duration: .inf}", ["duration: inf is not a finite number; write a number"]),
        (
            "{name: a, duration: 2s}",
            ['duration: "2s" is no duration; write 2: seconds without a unit'],
        ),
        (
            "{name: a, duration: {min: 1, max: 2}}",
            [f"duration: a mapping is no duration; {DURATION_MEND}"],
        ),
        (
            "{name: a, duration: true}",
            [f"duration: true is no duration; {DURATION_MEND}"],
        ),
        ("{name: a, duration: {between: [3]}}", ["duration.between: between wants two bounds; write [least, most]"]),
        ("{name: a, duration: {between: [3, 1]}}", ["duration.between: 3 is more than 1; write [1, 3]"]),
        ("{name: a, duration: {between: [x, 1]}}", ['duration.between[0]: "x" is not a number; write a number']),
        ("{name: a, duration: {mean: 2}}", ["duration.jitter: is missing; add jitter: 0.5"]),
        (
            "{name: a, duration: {mean: 1, jitter: 2}}",
            ["duration.jitter: a jitter of 2 around 1 goes below 0 seconds; write 1 or less"],
        ),
        (
            "{name: a, duration: {mean: 1, jiter: 0}}",
            ["duration.jitter: is missing; add jitter: 0.5", "duration.jiter: is no known key; did you mean jitter?"],
        ),
        ("{name: '', duration: 1}", ["name: is no step name; write 1 to 128 characters in one line"]),
        ("{name: 5, duration: 1}", ['name: 5 is not a text; write "5"']),
        ("{name: a, duration: 1, progres: 1}", ["progres: is no known key; did you mean progress?"]),
        ("{name: a, duration: 1, statusDetails: {}}", ["statusDetails: is no known key; did you mean status_details?"]),
        ("{name: a, duration: 1, zzz: 1}", [f"zzz: is no known key; known here are {STEP_KEYS}"]),
        ("{name: a, duration: 1, report: no}", ['report: "no" is neither true nor false; write true or false']),
        (
            "{name: a, duration: 1, report: false, step_timeout_minutes: 1}",
            ["step_timeout_minutes: a step with report: false sends nothing; take this out, or take report: false out"],
        ),
        ("{name: a, duration: 1, progress: {from: 1}}", ["progress.to: is missing; add to: 100"]),
        ("{name: a, duration: 1, progress: {to: 101}}", ["progress.to: 101 is more than 100; write 100 or less"]),
        (
            "{name: a, duration: 1, progress: {to: 5.5}}",
            ["progress.to: 5.5 is not a whole number; write a whole number"],
        ),
        (
            "{name: a, duration: 1, progress: {to: 5, every: 0}}",
            ["progress.every: 0 is less than 0.001; write 0.001 or more"],
        ),
        (
            "{name: a, duration: 1, progress: {from: 50, to: 20}}",
            ["progress.to: progress goes back from 50 to 20; write 50 or more, or a smaller from"],
        ),
        (
            "{name: a, duration: 1, progress: 50}",
            ["progress: 50 is not progress; write key: value pairs; known here are from, to, every"],
        ),
        (
            "{name: a, duration: 3600, progress: {to: 9, every: 0.1}}",
            [f"up to here a walk may send 36,002 updates, more than 10,000; {SLOWER}"],
        ),
        (
            "{name: a, duration: 1, step_timeout_minutes: 0}",
            ["step_timeout_minutes: 0 minutes is no step timeout; write 1 to 10,080, or -1 to clear the timer"],
        ),
        (
            "{name: a, duration: 1, step_timeout_minutes: 10081}",
            ["step_timeout_minutes: 10081 minutes is no step timeout; write 1 to 10,080, or -1 to clear the timer"],
        ),
        ("{name: a, duration: 1, fail_chance: 20}", ["fail_chance: 20 is more than 1; write 0.2 for 20 %"]),
        (
            "{name: a, duration: 1, reason: no network}",
            ["reason: a reason without fail_chance is never told; add fail_chance: 0.1, or take the reason out"],
        ),
        (
            "{name: a, duration: 1, status_details: {a b: x}}",
            [
                (
                    "status_details.a b: is no name for a status detail; "
                    "use 1 to 128 letters, digits, colons, hyphens or underscores"
                )
            ],
        ),
        ("{name: a, duration: 1, status_details: {a: 80}}", ['status_details.a: 80 is not a text; write "80"']),
        (
            "{name: a, duration: 1, status_details: {a: " + "x" * 1025 + "}}",
            ["status_details.a: 1,025 characters are more than AWS takes; write 1,024 at most"],
        ),
        (
            "{name: a, duration: 1, status_details: {" + ", ".join(f"k{n}: v" for n in range(11)) + "}}",
            ["status_details: there are more pairs than AWS takes; keep 10 at most"],
        ),
        (
            "{name: a, duration: 1, fail_chance: 1, status_details: {"
            + ", ".join(f"k{n}: v" for n in range(10))
            + "}}",
            [
                (
                    "fail_chance: with the reason there are 11 status details, and AWS takes 10; "
                    "take one out of status_details"
                )
            ],
        ),
        ("5", [f"5 is not a step; write key: value pairs; known here are {STEP_KEYS}"]),
    ],
)
def test_a_mistake_in_a_step_is_told_with_its_place_and_mend(step, sentences):
    assert in_step(step) == sentences


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "f.yaml: the file is empty; begin with name, steps and end, as docs/scenarios.md shows"),
        ("- a", f"f.yaml: line 1: a list is not a scenario; write key: value pairs; known here are {FILE_KEYS}"),
        ("end: SUCCEEDED", "f.yaml: line 1, name: is missing; add name: a-name"),
        (
            "{name: a b, end: SUCCEEDED}",
            'f.yaml: line 1, name: "a b" is no scenario name; use 1 to 64 letters, digits, hyphens or underscores',
        ),
        (
            "name: x",
            (
                "f.yaml: line 1, end: is missing; "
                "say how it ends: end: SUCCEEDED, FAILED, REJECTED, silence, hang or manual; or write a mix"
            ),
        ),
        (
            "{name: x, end: succeded}",
            f'f.yaml: line 1, end: "succeded" is not one of {ENDS}; did you mean SUCCEEDED?',
        ),
        (
            "{name: x, end: {status: TIMED_OUT}}",
            (
                f'f.yaml: line 1, end.status: "TIMED_OUT" is not one of {ENDS}; '
                "the service says that; write silence and a step_timeout_minutes, and it will"
            ),
        ),
        (
            "{name: x, end: CANCELED}",
            (
                'f.yaml: line 1, end: "CANCELED" is not one of SUCCEEDED, FAILED, REJECTED, silence, hang, manual; '
                "the service says that when an operator cancels the job"
            ),
        ),
        (
            "{name: x, start: start_next, end: FAILED}",
            'f.yaml: line 1, start: "start_next" is not one of start-next, describe, none; did you mean start-next?',
        ),
        (
            "{name: x, end: {status: silence, reason: why}}",
            "f.yaml: line 1, end.reason: silence sends nothing; take this out, or end with FAILED",
        ),
        (
            "{name: x, end: {status: FAILED, reason: why, status_details: {reason: why}}}",
            "f.yaml: line 1, end.reason: the reason is written twice: here and in status_details; keep one of the two",
        ),
        (
            "{name: x, start: none, end: FAILED}",
            "f.yaml: line 1, end: start: none never sends an update; write end: silence, or start: describe",
        ),
        (
            "{name: x, start: none, end: silence, steps: [{name: a, duration: 1}]}",
            "f.yaml: line 1, steps: start: none takes no step; take steps out, or write start: describe",
        ),
        (
            "{name: x, end: FAILED, steps: {name: a}}",
            'f.yaml: line 1, steps: a mapping is not a list; begin each entry with "- "',
        ),
        (
            "{name: x, end: FAILED, steps: [" + "{name: a, duration: 1}," * 201 + "]}",
            "f.yaml: line 1, steps: there are too many entries; keep 200 at most",
        ),
        (
            "{name: x, end: FAILED, description: " + "d" * 1001 + "}",
            "f.yaml: line 1, description: is longer than 1,000 characters; shorten it",
        ),
        (
            "{name: x, mix: {}}",
            "f.yaml: line 1, mix: the mix is empty; name scenarios with their weights: {success: 8, fail: 1}",
        ),
        (
            "{name: x, mix: {success: 0}}",
            (
                "f.yaml: line 1, mix.success: 0 is not above 0; "
                "leave the scenario out of the mix, or give it a weight such as 1"
            ),
        ),
        (
            "{name: x, mix: {sucess: 1}}",
            (f"f.yaml: line 1, mix.sucess: there is none of this name; did you mean success? B{BUILT_IN}"),
        ),
        (
            "{name: x, mix: {success: 1}, end: FAILED}",
            "f.yaml: line 1, end: a mix has no behaviour of its own; take this out, or take mix out",
        ),
        ("{name: x, name: y, end: FAILED}", "f.yaml: line 1, name: is written twice; keep one of the two"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_place_and_mend(text, sentence):
    assert mistakes(text) == [sentence]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file():
    told = mistakes(
        """\
nam: x
steps:
  - name: download
    duration: -1
    progress: {to: 60, evry: 1}
  - name: verify
    duration: 1
    progress: {from: 40, to: 70}
    status_details: {state: "{stpe}"}
  - name: apply
    duration: 1
    progress: {to: 30}
end: DONE
"""
    )
    assert [sentence.split(": ")[1] for sentence in told] == [
        "line 1, name",
        "line 1, nam",
        "line 4, steps[0].duration",
        "line 5, steps[0].progress.evry",
        "line 8, steps[1].progress.from",
        "line 9, steps[1].status_details.state",
        "line 12, steps[2].progress.to",
        "line 13, end",
    ]
    assert told[4].endswith("the step before ends at 60, this one begins at 40; write 60 or more, or leave from out")
    assert told[6].endswith("the step before ends at 70, this one at 30; write 70 or more")


def test_progress_that_went_back_once_is_still_measured_by_the_highest():
    steps = ", ".join(f"{{name: a, duration: 1, progress: {{to: {percent}}}}}" for percent in (60, 30, 50, 70))
    told = mistakes(f"{{name: x, end: FAILED, steps: [{steps}]}}")
    assert [sentence.split(": ", 2)[1] for sentence in told] == [
        "line 1, steps[1].progress.to",
        "line 1, steps[2].progress.to",
    ]


def test_a_problem_keeps_its_place_apart_so_that_a_window_can_go_there():
    with pytest.raises(ScenarioError) as caught:
        loader.parse("name: x\nend: FAILED\nsteps:\n  - name: a\n    duration: -1\n", "f.yaml")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.path) == ("f.yaml", 5, ("steps", 0, "duration"))
    assert (caught.value.where, caught.value.what) == (problem.where, problem.what)


def test_a_file_with_very_many_mistakes_tells_some_and_counts_the_rest():
    with pytest.raises(ScenarioError) as caught:
        loader.parse("{name: x, end: FAILED, " + ", ".join(f"k{n}: 1" for n in range(70)) + "}", "f.yaml")
    lines = str(caught.value).split("\n")
    assert len(lines) == 51
    assert lines[-1] == "and 20 more"


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.sampled_from(["SUCCEEDED", "silence", "none", "describe", 1, -1, 0.5, 1e308, True, None, "{x}", "success"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "name",
                        "steps",
                        "end",
                        "mix",
                        "start",
                        "duration",
                        "progress",
                        "from",
                        "to",
                        "every",
                        "between",
                        "mean",
                        "jitter",
                        "reason",
                        "report",
                        "fail_chance",
                        "status_details",
                        "step_timeout_minutes",
                        "status",
                        "success",
                        *NEW_KEYS,
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=30,
    )
)
def test_any_heap_of_keys_and_values_is_a_scenario_or_refused_in_sentences(values):
    try:
        scenario_of(values)
    except ScenarioError as exc:
        for problem in exc.problems:
            assert problem.what
            assert problem.mend or problem.path[0] == "mix"


@settings(deadline=None)
@given(scenario_values())
def test_what_a_valid_file_says_is_what_the_scenario_holds(values):
    scenario = scenario_of(values)
    assert scenario.name == values["name"]
    assert scenario.starts_by == values["start"]
    assert [step.name for step in scenario.steps] == [step["name"] for step in values["steps"]]
    assert [step.reports for step in scenario.steps] == [step.get("report", True) for step in values["steps"]]
    assert [bool(step.failure) for step in scenario.steps] == [
        bool(step.get("fail_chance")) for step in values["steps"]
    ]
    assert (scenario.end.status or "silence") == values["end"]["status"]


def test_defaults_are_start_next_and_updates_that_tell_step_and_percent():
    scenario = loader.parse("{name: x, end: SUCCEEDED, steps: [{name: a, duration: 1}]}", "f")
    assert scenario.starts_by is StartsBy.START_NEXT
    assert scenario.description == ""
    (step,) = scenario.steps
    assert (step.duration, step.progress, step.failure, step.step_timeout_in_minutes) == (Span(1, 1), None, None, None)


def test_status_details_of_the_file_hold_where_a_step_has_none():
    scenario = loader.parse(
        """
        name: x
        status_details: {state: all}
        steps:
          - {name: a, duration: 1}
          - {name: b, duration: 1, status_details: {own: b}}
        end: {status: FAILED, reason: why}
        """,
        "f",
    )
    rendered = [
        details.bind(CONTEXT).render(0) for details in (*(s.details for s in scenario.steps), scenario.end.details)
    ]
    assert rendered == [{"state": "all"}, {"own": "b"}, {"state": "all", "reason": "why"}]


def test_possible_ends_are_told_for_the_verdict_of_a_run():
    def ends(text: str) -> set[JobStatus]:
        return set(loader.parse(text, "f").possible_ends)

    assert ends("{name: x, end: silence}") == {JobStatus.TIMED_OUT}
    assert ends("{name: x, start: none, end: silence}") == {JobStatus.QUEUED}
    assert ends("{name: x, start: describe, end: silence}") == {JobStatus.QUEUED}
    assert ends("{name: x, start: describe, end: silence, steps: [{name: a, duration: 1}]}") == {JobStatus.TIMED_OUT}
    assert ends("{name: x, end: SUCCEEDED, steps: [{name: a, duration: 1, fail_chance: 0.1}]}") == {
        JobStatus.SUCCEEDED,
        JobStatus.FAILED,
    }
    assert ends("{name: x, mix: {success: 1, reject: 1}}") == {JobStatus.SUCCEEDED, JobStatus.REJECTED}


class TestFiles:
    """Files on disk, and the files their mixes name."""

    def write(self, folder: Path, name: str, text: str) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def refusal(self, path: Path | str) -> str:
        with pytest.raises(InputError) as caught:
            loader.resolve(str(path))
        return str(caught.value)

    def test_a_name_is_a_built_in_scenario_and_a_path_is_a_file(self, tmp_path):
        path = self.write(tmp_path, "mine.yaml", "{name: mine, end: FAILED}")
        assert loader.resolve("success").name == "success"
        assert loader.resolve(str(path)).name == "mine"

    def test_a_file_needs_no_ending_to_be_found(self, tmp_path, monkeypatch):
        self.write(tmp_path, "mine", "{name: mine, end: FAILED}")
        monkeypatch.chdir(tmp_path)
        assert loader.resolve("mine").name == "mine"

    def test_a_byte_order_mark_is_passed_over(self, tmp_path):
        (tmp_path / "a.json").write_bytes(b'\xef\xbb\xbf{"name": "a", "end": "FAILED"}')
        assert loader.load(tmp_path / "a.json").name == "a"

    def test_an_unknown_name_is_told_with_its_nearest(self):
        assert self.refusal("sucess") == (
            f'scenario "sucess": there is none of this name; did you mean success? B{BUILT_IN}'
        )
        assert self.refusal("zzz") == (f'scenario "zzz": there is none of this name; b{BUILT_IN}')

    def test_a_file_that_cannot_be_read_is_told(self, tmp_path):
        missing = tmp_path / "no.yaml"
        mend = "check the path; `thing-simulator scenarios` lists the built-in names"
        assert self.refusal(missing) == f"{missing}: there is no such file; {mend}"
        folder = tmp_path / "folder.yaml"
        folder.mkdir()
        assert self.refusal(folder) == f"{folder}: this is not a file; {mend}"
        (tmp_path / "latin.yaml").write_bytes("name: x\ndescription: größer\n".encode("latin-1"))
        assert self.refusal(tmp_path / "latin.yaml") == (
            f"{tmp_path / 'latin.yaml'}: line 2: is not UTF-8 text; save the file as UTF-8"
        )
        (tmp_path / "big.yaml").write_bytes(b"#" * (1024 * 1024 + 1))
        assert self.refusal(tmp_path / "big.yaml").endswith("is larger than 1 MiB; split it, and include the parts")

    @pytest.mark.parametrize("name", ["\0.yaml", "x" * 5000, "x" * 5000 + ".yaml", "", "."])
    def test_a_name_that_no_file_can_have_is_refused(self, name):
        assert self.refusal(name)

    def test_a_mix_names_files_from_its_own_folder(self, tmp_path):
        self.write(tmp_path, "parts/mine.yaml", "{name: mine, end: FAILED}")
        mix = loader.load(self.write(tmp_path, "mix.yaml", "{name: m, mix: {parts/mine.yaml: 2, success: 1}}"))
        assert [(member.name, weight) for member, weight in mix.mix] == [("mine", 2), ("success", 1)]

    def test_a_mistake_in_a_file_of_a_mix_is_told_where_the_mix_names_it(self, tmp_path):
        part = self.write(tmp_path, "part.yaml", "name: p\nend: DONE\n")
        mix = self.write(tmp_path, "mix.yaml", "name: m\nmix:\n  success: 1\n  part.yaml: 2\n")
        assert self.refusal(mix).startswith(
            f'{mix}: line 4, mix.part.yaml: part.yaml cannot be used: {part}: line 2, end: "DONE" is not one of'
        )

    def test_mixes_that_lead_back_to_themselves_are_refused(self, tmp_path):
        a = self.write(tmp_path, "a.yaml", "{name: a, mix: {b.yaml: 1}}")
        self.write(tmp_path, "b.yaml", "{name: b, mix: {a.yaml: 1}}")
        assert "a.yaml leads back to itself: a.yaml > b.yaml > a.yaml; take one of these names out" in self.refusal(a)

    def test_a_chain_of_very_many_files_is_refused(self, tmp_path):
        for number in range(150):
            self.write(tmp_path, f"m{number}.yaml", f"{{name: m, mix: {{m{number + 1}.yaml: 1}}}}")
        assert "m100.yaml: leads to more than 100 files" in self.refusal(tmp_path / "m0.yaml")

    def test_names_in_a_mix_can_be_found_by_whoever_keeps_scenarios(self):
        mine = loader.parse("{name: mine, end: FAILED}", "f")
        kept: dict[str, Scenario] = {"mine": mine}
        mix = loader.parse("{name: m, mix: {mine: 1}}", "f", find=kept.__getitem__)
        assert mix.mix == ((mine, 1.0),)
