"""The shapes of the registry's bodies, and things and groups put into them. Reference appendix A.3."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from simulator.endpoint.http_control_bodies import Tag
from simulator.endpoint.registry_records import Group, Thing
from simulator.endpoint.wire_json import Wire


class AttributePayload(Wire, frozen=True, kw_only=True):
    attributes: dict[str, str] | None = None
    merge: bool = False


class ThingBody(Wire, frozen=True, kw_only=True):
    """What CreateThing and UpdateThing carry."""

    thing_type_name: str | None = None
    attribute_payload: AttributePayload = AttributePayload()
    billing_group_name: str | None = None
    expected_version: int | None = None
    remove_thing_type: bool = False


class GroupProperties(Wire, frozen=True, kw_only=True):
    thing_group_description: str | UnsetType | None = UNSET
    attribute_payload: AttributePayload | UnsetType | None = UNSET


class GroupBody(Wire, frozen=True, kw_only=True):
    """What CreateThingGroup carries."""

    parent_group_name: str | None = None
    thing_group_properties: GroupProperties = GroupProperties()
    tags: tuple[Tag, ...] = ()


class UpdateGroupBody(Wire, frozen=True, kw_only=True):
    thing_group_properties: GroupProperties
    expected_version: int | None = None


class UpdateGroupsBody(Wire, frozen=True, kw_only=True):
    """What UpdateThingGroupsForThing carries. There are no dynamic groups to override."""

    thing_name: str | None = None
    thing_groups_to_add: tuple[str, ...] = ()
    thing_groups_to_remove: tuple[str, ...] = ()
    override_dynamic_groups: bool = False


class DynamicGroupBody(Wire, frozen=True, kw_only=True):
    """What CreateDynamicThingGroup carries."""

    query_string: Annotated[str, Meta(min_length=1)]
    query_version: str | None = None
    index_name: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[a-zA-Z0-9:_-]+\Z")] | None = None
    thing_group_properties: GroupProperties = GroupProperties()
    tags: tuple[Tag, ...] = ()


class MembershipBody(Wire, frozen=True, kw_only=True):
    """What AddThingToThingGroup and RemoveThingFromThingGroup carry: of each a name or an ARN."""

    thing_group_name: str | None = None
    thing_group_arn: str | None = None
    thing_name: str | None = None
    thing_arn: str | None = None
    override_dynamic_groups: bool = False


class ThingCreated(Wire, frozen=True, kw_only=True):
    thing_name: str
    thing_arn: str
    thing_id: str


class ThingShown(Wire, frozen=True, kw_only=True):
    """DescribeThing, and without the first and the last member an entry of ListThings."""

    default_client_id: str | UnsetType = UNSET
    thing_name: str
    thing_arn: str
    attributes: Mapping[str, str]
    version: int
    thing_type_name: str | UnsetType = UNSET
    thing_id: str | UnsetType = UNSET


class ThingsListed(Wire, frozen=True, kw_only=True):
    things: list[ThingShown]
    next_token: str | UnsetType = UNSET


class GroupCreated(Wire, frozen=True, kw_only=True):
    thing_group_name: str
    thing_group_arn: str
    thing_group_id: str


class GroupVersion(Wire, frozen=True, kw_only=True):
    version: int


class GroupNamed(Wire, frozen=True, kw_only=True):
    group_name: str
    group_arn: str


class GroupMetadata(Wire, frozen=True, kw_only=True):
    creation_date: float
    parent_group_name: str | UnsetType = UNSET
    root_to_parent_thing_groups: list[GroupNamed] | UnsetType = UNSET


class GroupShown(Wire, frozen=True, kw_only=True):
    thing_group_name: str
    thing_group_arn: str
    thing_group_id: str
    version: int
    thing_group_properties: GroupProperties
    thing_group_metadata: GroupMetadata


class GroupsListed(Wire, frozen=True, kw_only=True):
    thing_groups: list[GroupNamed]
    next_token: str | UnsetType = UNSET


class NamesListed(Wire, frozen=True, kw_only=True):
    things: list[str]
    next_token: str | UnsetType = UNSET


class Address(Wire, frozen=True, kw_only=True):
    endpoint_address: str


def thing_shown(thing: Thing) -> ThingShown:
    return ThingShown(
        thing_name=thing.thing_name,
        thing_arn=thing.thing_arn,
        attributes=thing.attributes,
        version=thing.version,
        thing_type_name=thing.thing_type_name or UNSET,
    )


def group_named(group: Group) -> GroupNamed:
    return GroupNamed(group_name=group.group_name, group_arn=group.group_arn)
