"""Lines of the event log: what is in them, that they are lines, and what is not in them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.event_lines import (
    HIDDEN,
    MOST_PAYLOAD_BYTES,
    FaultEntry,
    MessageEntry,
    TransitionEntry,
    line_of,
    without_secrets,
)
from simulator.feed import Direction
from simulator.jobs.model import JobStatus as S

TOPIC = "$aws/things/pump-1/jobs/fw-1/update"


def message(payload: bytes, *, payload_bytes: int | None = None, note: str = "", fault: str = "") -> MessageEntry:
    length = len(payload) if payload_bytes is None else payload_bytes
    return MessageEntry(1.5, "pump-1", Direction.OUT, TOPIC, payload, length, S.IN_PROGRESS, 3, 3, 3, None, note, fault)


def read(entry: MessageEntry | TransitionEntry | FaultEntry) -> dict[str, object]:
    line = line_of(entry)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    plain: dict[str, object] = json.loads(line)
    return plain


def test_a_message_has_time_thing_direction_topic_payload_status_versions_and_fault() -> None:
    assert read(message(b'{"status":"IN_PROGRESS","clientToken":"t-1"}', note="a probe", fault="late-update")) == {
        "kind": "message",
        "at": 1.5,
        "thing": "pump-1",
        "direction": "out",
        "topic": TOPIC,
        "payload": {"status": "IN_PROGRESS", "clientToken": "t-1"},
        "status": "IN_PROGRESS",
        "version_before": 3,
        "version_after": 3,
        "expected_version": 3,
        "note": "a probe",
        "fault": "late-update",
    }


def test_a_transition_says_what_was_believed_before() -> None:
    entry = TransitionEntry(2.0, "pump-1", "fw-1", 1, S.IN_PROGRESS, S.SUCCEEDED, 3, 4, "install", "")
    assert read(entry) == {
        "kind": "transition",
        "at": 2.0,
        "thing": "pump-1",
        "job_id": "fw-1",
        "execution_number": 1,
        "status_before": "IN_PROGRESS",
        "status": "SUCCEEDED",
        "version_before": 3,
        "version_after": 4,
        "step": "install",
    }


def test_a_fault_that_is_no_message_has_its_name() -> None:
    assert read(FaultEntry(2.0, "pump-1", "drop-line", "for 5 s")) == {
        "kind": "fault",
        "at": 2.0,
        "thing": "pump-1",
        "fault": "drop-line",
        "note": "for 5 s",
    }


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        (b'{\n  "a": 1\n}', {"a": 1}),
        (b"not json\n at all", "not json\n at all"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"", ""),
        (b"[" * 5000, "[" * 5000),
        (b'"\\ud800"', '"\\ud800"'),
    ],
)
def test_a_payload_that_is_no_json_is_a_string_and_every_event_is_one_line(payload: bytes, shown: object) -> None:
    assert read(message(payload)).get("payload", "") == shown


@settings(deadline=None)
@given(st.binary(max_size=300), st.text(max_size=50))
def test_whatever_comes_is_one_line_of_json(payload: bytes, note: str) -> None:
    read(message(payload, note=note.encode("utf-8", "replace").decode()))


def test_a_payload_that_was_cut_off_says_how_long_it_was() -> None:
    plain = read(message(b"x" * MOST_PAYLOAD_BYTES, payload_bytes=100_000))
    assert (len(str(plain["payload"])), plain["payload_bytes"]) == (MOST_PAYLOAD_BYTES, 100_000)


@pytest.mark.parametrize(
    "payload",
    [
        b'{"password": "hunter2"}',
        b'{"wifi": [{"Passphrase": "hunter2"}]}',
        b'{"pass\\u0077ord": "hunter2"}',
        b'{"apiKey": "hunter2", "n": 1}',
        b'{"access_token": "hunter2"}',
        b'{"url": "https://bucket/fw.bin?X-Amz-Expires=60&X-Amz-Signature=hunter2&x=1"}',
        b'{"url": "https://me:hunter2@host/fw.bin"}',
        b'{"headers": "Authorization: Bearer hunter2"}',
        b'{"command": "login --password=hunter2"}',
        b"password=hunter2",
        b'{"secret": {"deep": "hunter2"}}',
        b'{"statusDetails": {"sessionToken": "hunter2"}, "clientToken": "t"}',
        b'{"password": "hunter2',
    ],
)
def test_what_looks_like_a_credential_is_not_in_the_line(payload: bytes) -> None:
    line = line_of(message(payload))
    assert b"hunter2" not in line
    assert HIDDEN.encode() in line


def test_a_client_token_and_an_ordinary_document_stay_as_they_are() -> None:
    document = {"operation": "update", "url": "https://bucket/fw.bin", "version": "2.1", "clientToken": "18f-7"}
    assert read(message(json.dumps(document).encode()))["payload"] == document


def test_notes_and_reasons_keep_no_secret_either() -> None:
    assert "hunter2" not in str(read(message(b"{}", note="refused: token=hunter2")))
    assert "hunter2" not in str(read(TransitionEntry(0, "a", "j", 1, None, S.FAILED, None, 1, "", "password: hunter2")))
    assert without_secrets("") == ""
    assert without_secrets("nothing to hide") == "nothing to hide"
