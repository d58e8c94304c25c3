"""Which doors arguments open, and which do not go together."""

import argparse
from pathlib import Path

import pytest

from simulator.endpoint.door_options import PLAIN_ONLY, POLICIES, DoorOptions, add_arguments, as_arguments, chosen
from simulator.endpoint.policy import PolicyName
from simulator.errors import InputError


def read(*arguments: str) -> DoorOptions:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    parser.add_argument("--broker")
    return chosen(parser.parse_args(arguments))


def test_nothing_more_is_served_than_was_asked_for() -> None:
    assert read() == PLAIN_ONLY
    assert read("--ws", "h:1", "--policy", "thing") == DoorOptions(ws="h:1", policy="thing")
    assert read("--tls", "here", "--mqtts", "h:2", "--wss", "h:3") == DoorOptions(
        tls=Path("here"), mqtts="h:2", wss="h:3"
    )


def test_arguments_and_options_say_the_same() -> None:
    every = DoorOptions(tls=Path("my dir"), mqtts="h:1", ws="h:2", wss="[::1]:3", https="h:4", policy="thing")
    for options in (PLAIN_ONLY, every):
        assert read(*as_arguments(options)) == options


def test_the_names_of_policies_are_those_there_are() -> None:
    assert list(POLICIES) == list(PolicyName)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--mqtts h:1", "--mqtts: needs certificates; add --tls DIR, and they are made there"),
        ("--wss h:1", "--wss: needs certificates; add --tls DIR, and they are made there"),
        ("--https h:1", "--https: needs certificates; add --tls DIR, and they are made there"),
        ("--policy mine", "--policy: 'mine' is no policy; write open or thing"),
        ("--broker b --ws h:1", "--ws: is the broker's to serve when there is a --broker; leave one of them out"),
        ("--broker b --tls d", "--tls: is the broker's to serve when there is a --broker; leave one of them out"),
        (
            "--broker b --policy thing",
            "--policy: is the broker's to serve when there is a --broker; leave one of them out",
        ),
    ],
)
def test_what_does_not_go_together_is_told_in_a_sentence(arguments: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        read(*arguments.split())
    assert str(caught.value) == sentence
