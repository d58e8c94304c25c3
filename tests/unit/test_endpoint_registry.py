"""Things, groups, who belongs to what, and what survives a restart."""

import timeit
from collections.abc import Callable

import msgspec
import pytest

from simulator.endpoint import arns
from simulator.endpoint.groups import MAX_DEPTH
from simulator.endpoint.registry import Registry
from simulator.jobs.control import ControlError

NOW = 1_750_000_000.5


@pytest.fixture
def registry() -> Registry:
    return Registry()


def refused(name: str, call: Callable[[], object]) -> str:
    """Return the message of the ControlError of that name that `call` must raise."""
    with pytest.raises(ControlError) as caught:
        call()
    assert caught.value.name == name
    return caught.value.message


def names(registry: Registry) -> list[str]:
    return [thing.thing_name for thing in registry.things()]


# --- ARNs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arn", "resource"),
    [
        (arns.thing_arn("a:b_-1"), (arns.Kind.THING, "a:b_-1")),
        (arns.group_arn("fleet"), (arns.Kind.GROUP, "fleet")),
        (arns.job_arn("j-1"), (arns.Kind.JOB, "j-1")),
        ("arn:aws-cn:iot:cn-north-1:000000000000:thing/t", (arns.Kind.THING, "t")),
    ],
)
def test_an_arn_is_read_whatever_its_region_and_account(arn, resource):
    assert arns.parse(arn) == resource


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "t",
        "arn:aws:iot:us-east-1:1:policy/p",
        "arn:aws:s3:us-east-1:1:thing/t",
        "arn:aws:iot:us-east-1:1:thing/a b",
        arns.thing_arn("t") + "\n",
        arns.thing_arn("x" * 129),
        arns.thing_arn("a/b"),
        arns.job_arn("a:b"),
    ],
)
def test_what_is_no_arn_of_ours_is_named_in_the_refusal(arn):
    assert arn in refused("InvalidRequestException", lambda: arns.parse(arn))


# --- things ---------------------------------------------------------------------------------------------------------


def test_a_thing_begins_with_version_1_and_an_id_that_every_run_gives_it(registry):
    thing = registry.create_thing("t", attributes={"site": "north"}, thing_type_name="pump")
    assert (thing.version, thing.attributes, thing.thing_type_name) == (1, {"site": "north"}, "pump")
    assert thing.thing_arn == "arn:aws:iot:us-east-1:123456789012:thing/t"
    assert thing.thing_id == Registry().create_thing("t").thing_id
    assert thing.thing_id != registry.create_thing("u").thing_id
    assert registry.create_thing("v", thing_id="7").thing_id == "7"


def test_creating_the_same_thing_again_returns_it_and_another_configuration_is_refused(registry):
    thing = registry.create_thing("t", attributes={"a": "1"})
    assert registry.create_thing("t", attributes={"a": "1"}) is thing
    for other in ({"attributes": {"a": "2"}}, {"attributes": {"a": "1"}, "thing_type_name": "x"}, {}):
        refused("ResourceAlreadyExistsException", lambda other=other: registry.create_thing("t", **other))
    assert registry.thing("t") is thing


@pytest.mark.parametrize("name", ["", "a b", "x" * 129, "a/b", "a+", "ä", "t\n"])
def test_a_name_that_no_thing_can_have_is_refused(registry, name):
    assert "thingName" in refused("InvalidRequestException", lambda: registry.create_thing(name))
    assert names(registry) == []


@pytest.mark.parametrize(
    "attributes",
    [{"a b": "1"}, {"a": "ü"}, {"a": "x" * 801}, {"k" * 129: "1"}, {f"k{number}": "1" for number in range(51)}],
)
def test_attributes_beyond_the_limits_are_refused(registry, attributes):
    refused("InvalidRequestException", lambda: registry.create_thing("t", attributes=attributes))
    assert not registry.knows_thing("t")


def test_things_are_listed_by_name_from_any_place_on(registry):
    for name in ("c", "a", "b"):
        registry.create_thing(name)
    assert names(registry) == ["a", "b", "c"]
    assert [thing.thing_name for thing in registry.things(after="a")] == ["b", "c"]
    assert [thing.thing_name for thing in registry.things(after="aa")] == ["b", "c"]
    registry.delete_thing("b")
    assert names(registry) == ["a", "c"]
    registry.create_thing("d")
    assert names(registry) == ["a", "c", "d"]


def test_an_update_replaces_or_merges_attributes_and_raises_the_version(registry):
    registry.create_thing("t", attributes={"a": "1", "b": "2"}, thing_type_name="pump")
    merged = registry.update_thing("t", attributes={"b": "", "c": "3"}, merge=True, expected_version=1)
    assert (merged.attributes, merged.version, merged.thing_type_name) == ({"a": "1", "c": "3"}, 2, "pump")
    replaced = registry.update_thing("t", attributes={"d": "4"}, remove_thing_type=True)
    assert (replaced.attributes, replaced.version, replaced.thing_type_name) == ({"d": "4"}, 3, None)
    assert registry.update_thing("t", thing_type_name="valve").attributes == {"d": "4"}
    assert registry.thing("t").thing_type_name == "valve"


def test_an_update_that_cannot_be_changes_nothing(registry):
    thing = registry.create_thing("t", attributes={"a": "1"})
    refused("VersionConflictException", lambda: registry.update_thing("t", attributes={}, expected_version=2))
    refused("InvalidRequestException", lambda: registry.update_thing("t", attributes={"a b": "1"}))
    refused("InvalidRequestException", lambda: registry.update_thing("t", thing_type_name="x", remove_thing_type=True))
    refused("ResourceNotFoundException", lambda: registry.update_thing("u"))
    assert registry.thing("t") is thing


def test_a_deleted_thing_is_gone_from_its_groups_and_a_missing_one_is_no_error(registry):
    registry.create_thing("t")
    registry.groups.create("g", NOW)
    registry.add_thing_to_group("t", "g")
    assert "but found version 1" in refused("VersionConflictException", lambda: registry.delete_thing("t", 2))
    assert registry.knows_thing("t")
    registry.delete_thing("t", 1)
    registry.delete_thing("t")
    assert not registry.knows_thing("t")
    assert registry.groups.members("g") == []
    refused("ResourceNotFoundException", lambda: registry.thing("t"))
    registry.create_thing("t")
    assert registry.groups_of_thing("t") == []


# --- groups ---------------------------------------------------------------------------------------------------------


def test_a_group_asked_for_again_is_the_one_there_and_another_configuration_is_refused(registry):
    registry.groups.create("top", NOW)
    group = registry.groups.create("g", NOW, parent="top", description="Pumps", attributes={"a": "1"})
    again = registry.groups.create("g", NOW + 1, parent="top", description="Pumps", attributes={"a": "1"})
    assert again is group
    assert (group.version, group.created_at) == (1, NOW)
    assert group.group_arn == "arn:aws:iot:us-east-1:123456789012:thinggroup/g"
    refused("ResourceAlreadyExistsException", lambda: registry.groups.create("g", NOW))
    refused("ResourceNotFoundException", lambda: registry.groups.create("h", NOW, parent="nowhere"))
    refused("InvalidRequestException", lambda: registry.groups.create("h", NOW, description="a\nb"))
    refused("InvalidRequestException", lambda: registry.groups.create("a b", NOW))


def test_groups_nest_seven_deep_and_know_what_is_above_them(registry):
    parent = None
    for depth in range(MAX_DEPTH):
        registry.groups.create(f"g{depth}", NOW, parent=parent)
        parent = f"g{depth}"
    assert "7 deep" in refused("InvalidRequestException", lambda: registry.groups.create("g7", NOW, parent=parent))
    assert [group.group_name for group in registry.groups.above("g3")] == ["g0", "g1", "g2"]


def test_groups_are_listed_whole_by_level_or_under_a_parent(registry):
    for name, parent in (("b", None), ("a", None), ("b1", "b"), ("b2", "b"), ("b11", "b1")):
        registry.groups.create(name, NOW, parent=parent)

    def listed(**choice: object) -> list[str]:
        return [group.group_name for group in registry.groups.listed(**choice)]

    assert listed() == ["a", "b", "b1", "b11", "b2"]
    assert listed(recursive=False) == ["a", "b"]
    assert listed(parent="b") == ["b1", "b11", "b2"]
    assert listed(parent="b", recursive=False) == ["b1", "b2"]
    refused("ResourceNotFoundException", lambda: listed(parent="c"))


def test_a_group_goes_only_without_children_and_leaves_its_things(registry):
    registry.create_thing("t")
    registry.groups.create("top", NOW)
    registry.groups.create("g", NOW, parent="top")
    registry.add_thing_to_group("t", "g")
    assert "child groups" in refused("InvalidRequestException", lambda: registry.groups.delete("top"))
    refused("VersionConflictException", lambda: registry.groups.delete("g", 5))
    registry.groups.delete("g", 1)
    registry.groups.delete("g")
    assert registry.groups_of_thing("t") == []
    registry.groups.delete("top")
    assert registry.groups.listed() == []


def test_membership_can_be_asked_for_twice_and_ends_once(registry):
    registry.create_thing("t")
    registry.groups.create("g", NOW)
    registry.groups.create("f", NOW)
    for group in ("g", "f", "g"):
        registry.add_thing_to_group("t", group)
    assert [group.group_name for group in registry.groups_of_thing("t")] == ["f", "g"]
    registry.remove_thing_from_group("t", "g")
    registry.remove_thing_from_group("t", "g")
    assert [group.group_name for group in registry.groups_of_thing("t")] == ["f"]
    for call in (registry.add_thing_to_group, registry.remove_thing_from_group):
        refused("ResourceNotFoundException", lambda call=call: call("u", "g"))
        refused("ResourceNotFoundException", lambda call=call: call("t", "h"))
    refused("ResourceNotFoundException", lambda: registry.groups_of_thing("u"))


def test_the_things_of_a_target_are_those_of_the_whole_tree_each_once(registry):
    for thing in ("t1", "t2", "t3"):
        registry.create_thing(thing)
    registry.groups.create("top", NOW)
    registry.groups.create("left", NOW, parent="top")
    registry.groups.create("right", NOW, parent="top")
    for thing, group in (("t1", "top"), ("t2", "left"), ("t3", "right"), ("t2", "right")):
        registry.add_thing_to_group(thing, group)
    assert registry.things_of(arns.thing_arn("t2")) == ["t2"]
    assert registry.things_of(arns.group_arn("top")) == ["t1", "t2", "t3"]
    assert registry.groups.members("top") == ["t1"]
    assert registry.groups.members("right") == ["t3", "t2"]
    refused("ResourceNotFoundException", lambda: registry.things_of(arns.thing_arn("t4")))
    refused("ResourceNotFoundException", lambda: registry.things_of(arns.group_arn("middle")))
    refused("InvalidRequestException", lambda: registry.things_of(arns.job_arn("j")))
    refused("InvalidRequestException", lambda: registry.things_of("top"))


# --- what survives --------------------------------------------------------------------------------------------------


def filled() -> Registry:
    registry = Registry()
    registry.create_thing("t", attributes={"a": "1"}, thing_type_name="pump")
    registry.create_thing("u")
    registry.update_thing("u", attributes={"b": "2"})
    registry.groups.create("top", NOW)
    registry.groups.create("g", NOW, parent="top", description="Pumps")
    registry.add_thing_to_group("t", "g")
    registry.add_thing_to_group("u", "top")
    return registry


@pytest.mark.parametrize("is_backwards", [False, True])
def test_a_registry_comes_back_from_its_changes_in_any_order(is_backwards):
    registry = filled()
    changes = registry.take_changes()
    restored = Registry()
    for kind, key, data in reversed(changes) if is_backwards else changes:
        restored.restore(kind, key, data)
    assert list(restored.things()) == list(registry.things())
    assert restored.groups.listed() == registry.groups.listed()
    assert set(restored.things_of(arns.group_arn("top"))) == {"t", "u"}
    assert restored.groups_of_thing("t") == registry.groups_of_thing("t")
    assert restored.take_changes() == []


def test_changes_are_told_once_and_a_removal_tells_of_every_record_that_went():
    registry = filled()
    assert {(kind, key) for kind, key, _ in registry.take_changes()} == {
        ("thing", "t"),
        ("thing", "u"),
        ("group", "top"),
        ("group", "g"),
        ("member", "g/t"),
        ("member", "top/u"),
    }
    assert registry.take_changes() == []
    registry.create_thing("t", attributes={"a": "1"}, thing_type_name="pump")  # is there already
    registry.add_thing_to_group("t", "g")
    assert registry.take_changes() == []
    registry.delete_thing("t")
    registry.groups.delete("g")
    assert set(registry.take_changes()) == {("thing", "t", None), ("member", "g/t", None), ("group", "g", None)}


def test_a_thing_deleted_and_made_again_before_the_store_looked_is_told_as_it_is():
    registry = filled()
    registry.take_changes()
    registry.delete_thing("t")
    registry.create_thing("t")
    changes = {(kind, key): data for kind, key, data in registry.take_changes()}
    assert changes["member", "g/t"] is None
    assert changes["thing", "t"] is not None


def test_what_is_no_record_is_not_restored(registry):
    with pytest.raises(KeyError):
        registry.restore("shadow", "t", b"")
    with pytest.raises(msgspec.MsgspecError):
        registry.restore("thing", "t", b"\xc1")


def test_adding_and_removing_cost_the_same_among_many_things_as_among_few():
    def seconds(count: int) -> float:
        registry = Registry()
        registry.groups.create("g", NOW)
        for number in range(count):
            registry.create_thing(f"thing-{number}")
            registry.add_thing_to_group(f"thing-{number}", "g")
        registry.take_changes()

        def once() -> None:
            registry.create_thing("one-more")
            registry.add_thing_to_group("one-more", "g")
            registry.delete_thing("one-more")
            registry.take_changes()

        return min(timeit.repeat(once, number=50, repeat=9))

    assert seconds(20_000) < 5 * seconds(20)
