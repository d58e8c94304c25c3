"""The one deadline that everything shares after a person has told a run to stop."""

from simulator.run_haste import CLOSING_SECONDS, LEAST_SECONDS, STOP_SECONDS, Haste


class Hand:
    """A clock that is moved by hand, in real seconds."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_without_haste_everything_may_take_the_time_that_it_wants():
    haste = Haste(Hand())
    assert (haste.is_on, haste.for_words(30.0), haste.for_closing(30.0)) == (False, 30.0, 30.0)


def test_what_was_slow_takes_from_what_comes_after_it_and_not_from_the_end():
    hand = Hand()
    haste = Haste(hand)
    haste.begin()
    assert haste.for_words(0.3) == 0.3
    hand.now += STOP_SECONDS - CLOSING_SECONDS - 0.1
    assert round(haste.for_words(0.3), 9) == 0.1
    hand.now += 5  # the machine did something else
    assert haste.for_words(0.3) == haste.for_closing(0.3) == LEAST_SECONDS


def test_the_time_for_closing_is_kept_while_others_are_asked():
    hand = Hand()
    haste = Haste(hand)
    haste.begin()
    hand.now += STOP_SECONDS - CLOSING_SECONDS
    assert haste.for_words(0.3) == LEAST_SECONDS
    assert haste.for_closing(0.5) == 0.5


def test_asking_twice_to_hurry_does_not_give_more_time():
    hand = Hand()
    haste = Haste(hand)
    haste.begin()
    hand.now += STOP_SECONDS - 0.1
    haste.begin()
    assert round(haste.for_closing(1.0), 9) == 0.1
