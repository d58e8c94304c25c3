"""The page on fleet and run files shows the examples that are run, and every key there is."""

import re
from pathlib import Path

import pytest

from simulator import run_file_model
from simulator.assertions_model import SUBJECTS
from simulator.fleet_model import FleetFile, GroupEntry, ThingEntry

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "fleet-and-run-files.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def plain(text: str) -> list[str]:
    """Return the lines without comments and empty ones."""
    lines = [re.sub(r"\s*#.*", "", line) for line in text.splitlines()]
    return [line for line in lines if line.strip()]


def test_the_examples_shown_are_those_that_are_run() -> None:
    fleet, run = BLOCKS
    assert plain(fleet) == plain((ROOT / "examples/fleet/FLEET.yaml").read_text(encoding="utf-8"))
    assert plain(run) == plain((ROOT / "examples/fleet/RUN.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("model", [FleetFile, GroupEntry, ThingEntry, run_file_model.RunFile, run_file_model.JobEntry])
def test_every_key_is_explained(model: type) -> None:
    missing = [key for key in model.model_fields if f"`{key}`" not in PAGE]  # type: ignore[attr-defined]
    assert missing == []
    assert [subject for subject in SUBJECTS if f"`{subject}: " not in PAGE] == []
