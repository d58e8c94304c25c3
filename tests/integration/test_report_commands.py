"""`report` and `compare` as a person runs them: what they print, what they write, what they leave with."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from junitparser import JUnitXml
from msgspec.structs import replace

from simulator import cli, report_files
from simulator.jobs.model import JobStatus
from tests.support.command import Ran
from tests.support.command import ran as ran_apart
from tests.support.reports import report, rich_report, row

Run = Callable[..., Ran]


@pytest.fixture
def ran(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process: starting another one takes a second, and these commands start nothing."""

    def run(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as left:
            cli.main(arguments)
        printed = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Ran(left.value.code, printed.out, printed.err)

    return run


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "run.json"
    report_files.write(rich_report(), path)
    return path


def test_the_printed_schema_is_one_and_takes_a_report(ran: Run, saved: Path) -> None:
    done = ran("report", "schema")
    assert (done.status, done.errors) == (0, "")
    schema = json.loads(done.output)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(saved.read_text(encoding="utf-8")))


def test_a_report_is_written_in_other_forms_later(ran: Run, saved: Path, tmp_path: Path) -> None:
    page, xml, table = tmp_path / "page.html", tmp_path / "junit.txt", tmp_path / "table.csv"
    done = ran("report", str(saved), "--html", str(page), "--xml", str(xml), "--csv", str(table))
    assert (done.status, done.output, done.errors) == (0, "", "")
    assert page.read_bytes() == report_files.WRITERS[".html"](rich_report())
    assert JUnitXml.fromfile(str(xml)).tests == 503
    assert len(table.read_text(encoding="utf-8").splitlines()) == 501


def test_without_a_form_the_summary_is_printed(ran: Run, saved: Path) -> None:
    done = ran("report", str(saved))
    assert done.status == 0
    assert "500 things, 1 job, 92.0 s, seed 7" in done.output
    assert "Latencies are unreliable: the program's own loop was up to" in done.output
    assert "event log: 29,774 lines in events.jsonl" in done.output
    assert "2 of 500 executions did not end as their scenarios say" in done.output


def test_one_form_that_cannot_be_written_does_not_keep_back_the_other(ran: Run, saved: Path, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    done = ran("report", str(saved), "--html", str(tmp_path / "no" / "page.html"), "--csv", str(table))
    assert done.status == 2
    where = f"--html {tmp_path / 'no' / 'page.html'}"
    assert done.errors == f"thing-simulator: {where}: cannot be written: no such file or directory\n"
    assert table.is_file()


@pytest.mark.parametrize("text", [None, "", "{", '{"schema": "x", "schema_version": 1}', "[]"])
def test_what_is_no_report_is_one_sentence_and_status_2(
    ran: Run, tmp_path: Path, saved: Path, text: str | None
) -> None:
    path = tmp_path / "bad.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    for done in (ran("report", str(path)), ran("compare", str(saved), str(path))):
        assert (done.status, done.output) == (2, "")
        assert done.errors.startswith(f"thing-simulator: {path}: ")
        assert done.errors.count("\n") == 1


def test_the_same_run_compares_as_the_same_in_a_process_of_its_own(saved: Path) -> None:
    done = ran_apart("compare", str(saved), str(saved))
    assert done.status == 0
    assert done.output.rstrip().endswith("same: every thing had the same outcomes and the same faults")


def test_another_outcome_leaves_with_1_in_words_and_as_json(ran: Run, tmp_path: Path) -> None:
    a, b = tmp_path / "a.json", tmp_path / "b.json"
    report_files.write(report(), a)
    report_files.write(replace(report(row(), row("pump-02", JobStatus.TIMED_OUT, "late")), exit_status=1), b)
    done = ran("compare", str(a), str(b))
    assert done.status == 1
    assert "pump-02 job 1: FAILED in A, TIMED_OUT in B" in done.output
    as_json = ran("compare", str(a), str(b), "--json")
    assert as_json.status == 1
    plain = json.loads(as_json.output)
    assert plain["same"] is False
    assert [(one["status"], one["a"], one["b"]) for one in plain["outcomes"]] == [
        ("SUCCEEDED", 1, 1),
        ("FAILED", 1, 0),
        ("TIMED_OUT", 0, 1),
    ]
    assert [one["thing"] for one in plain["divergences"]] == ["pump-02"]


def test_a_tolerance_below_zero_is_refused(ran: Run, saved: Path) -> None:
    done = ran("compare", str(saved), str(saved), "--latency-tolerance", "-1")
    assert done.status == 2
    assert done.errors == "thing-simulator: --latency-tolerance: -1 is less than 0; write percent\n"
