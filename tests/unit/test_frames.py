"""Frames: whatever pieces a stream comes in, the same payloads come out; and both directions end."""

import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import frames
from simulator.errors import InputError, SimulatorError, UnreachableError
from simulator.frames import FramePipe, FrameReader, FrameTooLargeError, encode
from simulator.scenario import loader
from simulator.worker_protocol import Failure, WorkerError, to_error, to_failure


@given(st.lists(st.binary(max_size=40)), st.lists(st.integers(1, 30)))
def test_payloads_come_out_whole_in_whatever_pieces_they_come_in(payloads, sizes):
    stream = b"".join(encode(payload) for payload in payloads)
    reader, got = FrameReader(), []
    while stream:
        size = sizes.pop() if sizes else 7
        got += reader.feed(stream[:size])
        stream = stream[size:]
    assert got == payloads


def test_a_frame_that_is_too_large_is_neither_sent_nor_awaited(monkeypatch):
    monkeypatch.setattr(frames, "LARGEST_FRAME", 10)
    assert FrameReader().feed(encode(b"x" * 10)) == [b"x" * 10]
    with pytest.raises(FrameTooLargeError, match="11 bytes do not fit a frame of at most 10"):
        encode(b"x" * 11)
    with pytest.raises(FrameTooLargeError, match="a frame of 1,852,797,984 bytes was announced"):
        FrameReader().feed(b"not a frame")


class Side:
    """One end of a conversation, and what it heard."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self.heard: list[bytes] = []
        self.ends = 0
        self.has_news = threading.Event()
        self.has_ended = threading.Event()
        self.pipe = FramePipe(read_fd, write_fd, self._on_payload, self._on_end, name="test")

    def _on_payload(self, payload: bytes) -> None:
        self.heard.append(payload)
        self.has_news.set()

    def _on_end(self) -> None:
        self.ends += 1
        self.has_ended.set()


def conversation() -> tuple[Side, Side]:
    (ours_in, theirs_out), (theirs_in, ours_out) = os.pipe(), os.pipe()
    return Side(ours_in, ours_out), Side(theirs_in, theirs_out)


def test_both_sides_speak_at_once_and_end():
    one, two = conversation()
    large = os.urandom(3_000_000)  # far more than a pipe holds
    for side in (one, two):
        side.pipe.send(b"")
        side.pipe.send(large)
        side.pipe.finish()
    for side in (one, two):
        assert side.has_ended.wait(10)
        assert side.pipe.join(10)
        assert (side.heard, side.ends) == ([b"", large], 1)


def test_after_finish_everything_sent_before_has_arrived():
    one, two = conversation()
    for number in range(200):
        one.pipe.send(str(number).encode())
    one.pipe.finish()
    one.pipe.wait_sent(10)
    assert two.has_ended.wait(10)
    assert two.heard == [str(number).encode() for number in range(200)]
    two.pipe.finish()
    assert one.pipe.join(10)
    assert two.pipe.join(10)


def test_sending_to_a_side_that_is_gone_does_nothing():
    nobody_in, our_out = os.pipe()
    our_in, nobody_out = os.pipe()
    side = Side(our_in, our_out)
    os.close(nobody_in)
    for _ in range(10):
        side.pipe.send(b"is anyone there?")
    side.pipe.finish()
    os.close(nobody_out)
    assert side.has_ended.wait(10)
    assert side.pipe.join(10)


def test_a_stream_that_is_no_frame_ends_the_conversation(caplog):
    our_in, their_out = os.pipe()
    nobody_in, our_out = os.pipe()
    side = Side(our_in, our_out)
    os.write(their_out, b"Traceback (most recent call last)")
    assert side.has_ended.wait(10)
    assert side.heard == []
    side.pipe.finish()
    assert side.pipe.join(10)
    assert "bytes was announced" in caplog.text
    os.close(their_out)
    os.close(nobody_in)


@pytest.mark.parametrize(
    "error",
    [
        InputError("run.yaml: step 3", "-5 is less than 0", "write 0"),
        UnreachableError("mqtt://here:1", "refused"),
        WorkerError("it did not work"),
    ],
)
def test_an_error_arrives_as_it_left(error):
    arrived = to_error(to_failure(7, error))
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)


def test_all_mistakes_of_a_scenario_arrive():
    with pytest.raises(InputError) as caught:
        loader.parse("name: 7\nend: maybe\n", "mine")
    arrived = to_error(to_failure(1, caught.value))
    assert isinstance(arrived, InputError)
    assert str(arrived) == str(caught.value)
    assert len(str(arrived).splitlines()) > 1


def test_a_mistake_of_ours_arrives_as_a_sentence():
    arrived = to_error(to_failure(1, KeyError("step")))
    assert isinstance(arrived, SimulatorError)
    assert str(arrived) == "a worker process failed (KeyError: 'step'); its log says where"


def test_a_failure_of_an_unknown_kind_still_has_its_words():
    assert str(to_error(Failure(1, "NewError", ["what happened"]))) == "what happened"
