"""Where the log goes."""

import logging
import subprocess
import sys
from pathlib import Path

from simulator.config import LOG_BYTES
from tests.support.command import environment


def _log_in(home: Path) -> tuple[Path, str]:
    """Log a warning in a process of its own; return the file and what that process printed."""
    script = (
        "import logging; from simulator import config; config.start_logging()\n"
        "logging.getLogger('a.part').warning('the line\\nis down'); print(config.log_file())"
    )
    homes = {name: str(home) for name in ("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA")}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment(**homes), check=True
    )
    return Path(done.stdout.strip()), done.stderr


def test_log_records_go_to_the_file_and_none_to_the_terminal(tmp_path: Path) -> None:
    path, errors = _log_in(tmp_path)
    assert errors == ""
    assert path.is_relative_to(tmp_path)
    assert f"{logging.getLevelName(logging.WARNING)}" in path.read_text(encoding="utf-8")
    assert "a.part: the line" in path.read_text(encoding="utf-8")


def test_a_large_log_is_set_aside(tmp_path: Path) -> None:
    path, _ = _log_in(tmp_path)
    path.write_bytes(b"x" * (LOG_BYTES + 1))
    _log_in(tmp_path)
    assert path.stat().st_size < 1000
    assert path.with_suffix(".old.log").stat().st_size == LOG_BYTES + 1


def test_a_machine_where_no_log_can_be_written_goes_without(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a directory should be", encoding="utf-8")
    _, errors = _log_in(tmp_path / "taken")
    assert errors == ""
