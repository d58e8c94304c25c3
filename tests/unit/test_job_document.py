"""Job documents: the samples are good, files are read, and what AWS would refuse is refused here."""

import json
from pathlib import Path

import pytest

from simulator import job_document
from simulator.errors import InputError
from simulator.scenario.document import firmware_of


@pytest.mark.parametrize("name", job_document.builtin_names())
def test_the_samples_are_job_documents(name: str) -> None:
    assert isinstance(json.loads(job_document.read(name)), dict)


def test_the_samples_are_the_three_usual_kinds() -> None:
    assert job_document.builtin_names() == ["config-change", "firmware-update", "reboot"]
    assert firmware_of(json.loads(job_document.read("firmware-update"))) == "2.4.0"
    assert firmware_of(json.loads(job_document.read("reboot"))) is None
    assert firmware_of(json.loads(job_document.read("config-change"))) is None


def test_a_file_goes_before_a_sample_of_the_same_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("reboot").write_text('{"mine": true}', encoding="utf-8")
    assert job_document.read("reboot") == '{"mine": true}'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[1]", "job.json: the job document is JSON, but no object; write { … }"),
        ("", "job.json: line 1, column 1: Expecting value; a job document is a JSON object"),
        ("{'a': 1}", "job.json: line 1, column 2: Expecting property name enclosed in double quotes"),
        ('{"a": "' + "ä" * 16_384 + '"}', "job.json: the job document has 32,777 bytes, and AWS takes 32,768"),
        ('{"a":' * 5_000 + "1" + "}" * 5_000, "job.json: the job document is nested too deeply; make it flatter"),
    ],
)
def test_what_aws_would_refuse_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        job_document.check("job.json", text)
    assert str(caught.value).startswith(sentence)


def test_the_longest_document_is_fine() -> None:
    job_document.check("job.json", '{"a": "' + "x" * (32_768 - 9) + '"}')


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "binary.json").write_bytes(b'{"a": "\xff"}')
    with pytest.raises(InputError, match=r"binary\.json: is not UTF-8 \(byte 7\); save it as UTF-8"):
        job_document.read(str(tmp_path / "binary.json"))
    with pytest.raises(InputError, match="cannot be read"):
        job_document.read(str(tmp_path))
