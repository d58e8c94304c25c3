"""Files that ship with the program: built-in scenarios, sample job documents, icons."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent
SCENARIOS: Final = ROOT / "scenarios"
JOB_DOCUMENTS: Final = ROOT / "jobs"
ICONS: Final = ROOT / "icons"
