"""What a person sees of a run that is over."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from simulator.commands import present as presenting
from simulator.report import Report
from simulator.run_plan import RunOptions, plan
from tests.support.reports import report, row


@pytest.mark.parametrize(("status", "left_with"), [(0, 2), (1, 1), (130, 130)])
def test_a_report_that_cannot_be_saved_does_not_keep_the_summary_back(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status: int,
    left_with: int,
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    lost, fine = folder / "run.json", tmp_path / "run.xml"
    prepared = plan(RunOptions(things=1, reports=(lost, fine)))

    def carry_out(*_: object) -> Report:
        folder.rmdir()  # while it ran
        return replace(report(row()), exit_status=status)

    monkeypatch.setattr(presenting, "carry_out", carry_out)
    monkeypatch.setattr(presenting, "start_logging", lambda: None)
    assert presenting.present(prepared) == left_with
    told = capsys.readouterr()
    assert "every execution ended as its scenario says" in told.out
    assert f"report: {fine}" in told.out
    assert str(lost) not in told.out
    assert told.err == f"thing-simulator: --report {lost}: cannot be written: no such file or directory\n"
    assert fine.is_file()
