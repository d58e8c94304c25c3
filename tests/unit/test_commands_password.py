"""Where `run` gets a password from: a file, standard input, a variable, the terminal; and never the command line."""

import io
import os
import sys
from pathlib import Path

import pytest

from simulator.commands import password
from simulator.commands.password import VARIABLE, password_of
from simulator.errors import InputError


class Stream(io.TextIOWrapper):
    """Standard input with these bytes; `is_terminal` says what it is."""

    def __init__(self, content: bytes = b"", *, is_terminal: bool = False) -> None:
        super().__init__(io.BytesIO(content))
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("of the file\r\nanother line\n")
    path.chmod(0o600)
    return path


def test_the_first_line_of_the_file_goes_before_the_variable(
    secret_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "of the variable")
    assert password_of("me", str(secret_file)) == "of the file"


def test_the_variable_is_taken_out_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "of the variable")
    assert password_of("me", "") == "of the variable"
    assert VARIABLE not in os.environ


def test_a_variable_that_lies_around_is_of_no_account_without_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "of the variable")
    assert password_of("", "") == ""
    assert VARIABLE not in os.environ


def test_standard_input_can_be_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Stream(b" of a pipe \nrest"))
    assert password_of("me", "-") == " of a pipe "


def test_at_a_terminal_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(sys, "stdin", Stream(is_terminal=True))
    monkeypatch.setattr(sys, "stderr", Stream(is_terminal=True))
    monkeypatch.setattr(password, "getpass", lambda prompt, _: asked.append(prompt) or "typed")
    assert password_of("me", "") == "typed"
    assert asked == ["Password of me: "]


def test_where_nobody_can_answer_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(sys, "stdin", Stream())
    monkeypatch.setattr(password, "getpass", lambda *_: pytest.fail("it was asked for"))
    assert password_of("me", "") == ""


def test_a_file_that_others_may_read_is_told_of(secret_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret_file.chmod(0o644)
    assert password_of("me", str(secret_file)) == "of the file"
    assert capsys.readouterr().err == f"thing-simulator: {secret_file} can be read by others; run chmod 600 on it\n"


def test_what_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--password-file: there is nobody whose password it is; add --user NAME"):
        password_of("", "secret")
    with pytest.raises(InputError, match="cannot be read: no such file or directory; name a file whose first line"):
        password_of("me", str(tmp_path / "nowhere"))
    (tmp_path / "latin").write_bytes(b"pa\xdfwort\n")
    (tmp_path / "latin").chmod(0o600)
    with pytest.raises(InputError, match="is no text in UTF-8"):
        password_of("me", str(tmp_path / "latin"))
