"""The page on faults tells of all of them."""

from pathlib import Path

from simulator.scenario.faults import FaultName

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"


def test_every_fault_has_a_row() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    rows = [line.split("|")[1].strip() for line in lines if line.startswith("| `")]
    assert sorted(rows) == sorted(f"`{name}`" for name in FaultName)
