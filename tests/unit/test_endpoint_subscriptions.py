"""Which filters match which topics on AWS, and that finding out costs the same however many there are."""

import timeit
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.endpoint.subscriptions import Shape, Subscriptions, is_filter, is_topic, shape_of
from simulator.jobs.topics import thing_filters

# --- what matches: MQTT 3.1.1 section 4.7, with AWS's rule that `#` leaves out the parent (reference section 10.3)

MATCHES = [
    ("sport/tennis", "sport/tennis"),
    ("sport/#", "sport/tennis"),
    ("sport/#", "sport/tennis/player1/score"),
    ("sport/#", "sport/"),
    ("#", "sport"),
    ("#", "/"),
    ("+", "sport"),
    ("sport/+", "sport/"),
    ("/+", "/finance"),
    ("+/+", "/finance"),
    ("+/tennis/#", "sport/tennis/player1"),
    ("sport/+/player1", "sport/tennis/player1"),
    ("$aws/things/t/jobs/#", "$aws/things/t/jobs/notify"),
    ("$aws/things/+/jobs/#", "$aws/things/t/jobs/j/update/accepted"),
    ("$aws/things/t/jobs/+/update/+", "$aws/things/t/jobs/j/update/accepted"),
    ("$aws/things/t/jobs/$next/get/+", "$aws/things/t/jobs/$next/get/accepted"),
]
MISSES = [
    ("sport/#", "sport"),
    ("sport/tennis", "sport/tennis/"),
    ("sport/tennis", "Sport/tennis"),
    ("sport/+", "sport"),
    ("sport/+", "sport/tennis/player1"),
    ("+", "/finance"),
    ("sport/+/player1", "sport/tennis/player2"),
    ("#", "$aws/things/t/jobs/notify"),
    ("+/things/t/jobs/notify", "$aws/things/t/jobs/notify"),
    ("+/#", "$aws/things/t/jobs/notify"),
    ("$aws/things/t/jobs/get/+", "$aws/things/t/jobs/get"),
    ("$aws/things/t/jobs/+/get/+", "$aws/things/t/jobs/get/accepted"),
]


def index(*filters: str) -> Subscriptions[str]:
    subscriptions: Subscriptions[str] = Subscriptions()
    for topic_filter in filters:
        subscriptions.add(topic_filter, "client", 1)
    return subscriptions


@pytest.mark.parametrize(("topic_filter", "topic"), MATCHES)
def test_the_filter_matches(topic_filter: str, topic: str) -> None:
    assert index(topic_filter).match(topic) == {"client": 1}
    assert index(topic_filter).qos_among({topic_filter: 1}, topic) == 1


@pytest.mark.parametrize(("topic_filter", "topic"), MISSES)
def test_the_filter_does_not_match(topic_filter: str, topic: str) -> None:
    assert index(topic_filter).match(topic) == {}
    assert index(topic_filter).qos_among({topic_filter: 1}, topic) is None


def matches(topic_filter: str, topic: str) -> bool:
    """The rules once more, said as slowly as they are written."""
    wanted, levels = topic_filter.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in ("+", "#"):
        return False
    if wanted[-1] == "#":
        wanted.pop()
        if len(levels) <= len(wanted):
            return False
        levels = levels[: len(wanted)]
    return len(wanted) == len(levels) and all(w in ("+", level) for w, level in zip(wanted, levels, strict=True))


levels = st.sampled_from(["a", "b", "", "$aws"])
topics = st.lists(levels, min_size=1, max_size=5).map("/".join).filter(bool)
filters = st.builds(
    lambda body, tail: "/".join(body + tail) or "+",
    st.lists(levels | st.just("+"), max_size=4),
    st.sampled_from([[], ["#"], ["+"]]),
)
actions = st.lists(st.tuples(st.booleans(), filters, st.integers(0, 3), st.integers(0, 1)), max_size=30)


@given(actions, st.lists(topics, max_size=10))
def test_the_index_agrees_with_the_rules_applied_one_by_one(
    steps: list[tuple[bool, str, int, int]], asked: list[str]
) -> None:
    subscriptions: Subscriptions[int] = Subscriptions()
    expected: dict[tuple[str, int], int] = {}
    for is_added, topic_filter, client, qos in steps:
        if is_added:
            subscriptions.add(topic_filter, client, qos)
            expected[topic_filter, client] = qos
        else:
            subscriptions.remove(topic_filter, client)
            expected.pop((topic_filter, client), None)
        for topic in asked:
            found: dict[int, int] = {}
            for (known, who), granted in expected.items():
                if matches(known, topic):
                    found[who] = max(granted, found.get(who, 0))
            assert subscriptions.match(topic) == found
            for who in range(4):
                own = {known: granted for (known, owner), granted in expected.items() if owner == who}
                assert subscriptions.qos_among(own, topic) == found.get(who)


def test_overlapping_filters_bring_one_copy_at_the_highest_qos() -> None:
    subscriptions: Subscriptions[str] = Subscriptions()
    subscriptions.add("a/b", "x", 0)
    subscriptions.add("a/+", "x", 1)
    subscriptions.add("a/#", "x", 0)
    subscriptions.add("a/#", "y", 0)
    assert subscriptions.match("a/b") == {"x": 1, "y": 0}
    assert subscriptions.match("a/c") == {"x": 1, "y": 0}, "asking does not change the index"


def test_subscribing_again_replaces_the_qos() -> None:
    subscriptions = index("a")
    subscriptions.add("a", "client", 0)
    assert subscriptions.match("a") == {"client": 0}


def test_nothing_is_left_of_filters_that_were_removed() -> None:
    subscriptions = index(*thing_filters("t"))
    for topic_filter in thing_filters("t"):
        subscriptions.remove(topic_filter, "stranger")
    assert len(subscriptions) == len(thing_filters("t"))
    for topic_filter in thing_filters("t"):
        subscriptions.remove(topic_filter, "client")
    assert len(subscriptions) == 0
    assert list(subscriptions.filters_for("$aws/things/t/jobs/get/accepted")) == ["$aws/things/t/jobs/get/accepted"]


def test_a_shape_says_what_a_filter_leaves_open() -> None:
    assert shape_of("a/b") is None
    assert shape_of("a/+/c/+") == Shape(4, (1, 3), False)
    assert shape_of("a/+/#") == Shape(2, (1,), True)
    assert shape_of("#") == Shape(0, (), True)
    assert shape_of("a+/b") is None


# --- what may be asked for

GOOD_FILTERS = ["a", "/", "#", "+", "+/+", "a/+/#", "a" * 256, "/" * 7, "é/+", "$aws/things/t/jobs/#", "$aws/events/#"]
BAD_FILTERS = {
    "": "empty",
    "a/#/b": "# not last",
    "a#": "# is no level",
    "a/b+": "+ is no level",
    "a/+#": "two wildcards in one level",
    "a" * 257: "too many bytes",
    "é" * 129: "too many bytes, not characters",
    "/" * 8: "too many levels",
    "$aws/certificates/create/json": "not served",
    "$aws/#": "not served",
    "$SYS/#": "not served",
    "$share/group/a": "not served",
}


@pytest.mark.parametrize("topic_filter", GOOD_FILTERS)
def test_a_filter_is_granted(topic_filter: str) -> None:
    assert is_filter(topic_filter)


@pytest.mark.parametrize("topic_filter", BAD_FILTERS, ids=BAD_FILTERS.values())
def test_a_filter_is_refused(topic_filter: str) -> None:
    assert not is_filter(topic_filter)


def test_a_topic_has_no_wildcards_and_fits_the_limits() -> None:
    assert all(map(is_topic, ["a", "/", "é" * 128, "a/b/c/d/e/f/g/h", "$aws/things/t/jobs/j/update"]))
    assert not any(map(is_topic, ["", "a/+", "a/#", "a+b", "#", "é" * 129, "a" * 257, "a/b/c/d/e/f/g/h/i"]))


# --- the cost


def best_of(call: Callable[[], object]) -> float:
    return min(timeit.repeat(call, number=2000, repeat=7))


def test_finding_subscribers_costs_the_same_among_five_thousand_things() -> None:
    few, many = Subscriptions[int](), Subscriptions[int]()
    for subscriptions, things in ((few, 5), (many, 5000)):
        for i in range(things):
            for topic_filter in thing_filters(f"thing-{i}"):
                subscriptions.add(topic_filter, i, 1)
    topic = "$aws/things/thing-3/jobs/fw-2/update/accepted"
    assert many.match(topic) == few.match(topic) == {3: 1}
    assert best_of(lambda: many.match(topic)) < 3 * best_of(lambda: few.match(topic))
