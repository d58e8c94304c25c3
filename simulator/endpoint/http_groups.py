"""The control plane for thing groups and who is in them. Reference section 8.14 and appendix A.3."""

from typing import Final

import msgspec
from msgspec import UNSET

from simulator.endpoint import arns
from simulator.endpoint.attributes import checked_attributes, checked_description, checked_name
from simulator.endpoint.http_call import NOTHING, Call, Route, matching
from simulator.endpoint.http_errors import Plane
from simulator.endpoint.http_paging import Order, Paging
from simulator.endpoint.http_registry_shapes import (
    AttributePayload,
    DynamicGroupBody,
    GroupBody,
    GroupCreated,
    GroupMetadata,
    GroupProperties,
    GroupShown,
    GroupsListed,
    GroupVersion,
    MembershipBody,
    NamesListed,
    UpdateGroupBody,
    UpdateGroupsBody,
    group_named,
)
from simulator.endpoint.registry import Registry
from simulator.endpoint.registry_records import Group
from simulator.jobs import limits
from simulator.jobs.control import invalid_request

_GROUPS_BY_NAME: Final[Order[Group]] = Order(lambda group: (group.group_name,), (str,))
_NAMES: Final[Order[str]] = Order(lambda name: (name,), (str,))


async def create_group(call: Call) -> GroupCreated:
    name, body = call.name("thingGroupName"), call.body_as(GroupBody)
    properties = body.thing_group_properties
    payload = properties.attribute_payload or AttributePayload()
    group = await call.service.change_registry(
        lambda registry, now: registry.groups.create(
            name,
            now,
            parent=body.parent_group_name,
            description=properties.thing_group_description or None,
            attributes=payload.attributes,
        )
    )
    if body.tags:
        await call.service.change_tags(group.group_arn, {tag.key: tag.value for tag in body.tags})
    return GroupCreated(
        thing_group_name=group.group_name, thing_group_arn=group.group_arn, thing_group_id=group.group_id
    )


async def describe_group(call: Call) -> GroupShown:
    groups = call.service.registry.groups
    group = groups.get(call.name("thingGroupName"))
    return GroupShown(
        thing_group_name=group.group_name,
        thing_group_arn=group.group_arn,
        thing_group_id=group.group_id,
        version=group.version,
        thing_group_properties=GroupProperties(
            thing_group_description=group.description or UNSET,
            attribute_payload=AttributePayload(attributes=dict(group.attributes)) if group.attributes else UNSET,
        ),
        thing_group_metadata=GroupMetadata(
            creation_date=round(group.created_at, 3),
            parent_group_name=group.parent or UNSET,
            root_to_parent_thing_groups=[group_named(each) for each in groups.above(group.group_name)] or UNSET,
        ),
    )


async def list_groups(call: Call) -> GroupsListed:
    parent = call.matched("parentGroup", limits.GROUP_NAME)
    prefix = call.matched("namePrefixFilter", limits.GROUP_NAME) or ""
    paging = Paging(call, "groups", _GROUPS_BY_NAME)
    groups = call.service.registry.groups.listed(
        parent=parent, recursive=call.flag("recursive", default=parent is None)
    )
    return _groups_page(paging, [group for group in groups if group.group_name.startswith(prefix)])


async def delete_group(call: Call) -> msgspec.Struct:
    name, version = call.name("thingGroupName"), call.number("expectedVersion")
    await call.service.delete_group(name, version)
    await call.service.change_tags(arns.group_arn(name), {}, tuple(call.service.settings.tags.of(arns.group_arn(name))))
    return NOTHING


async def update_group(call: Call) -> GroupVersion:
    name, body = call.name("thingGroupName"), call.body_as(UpdateGroupBody)
    properties = body.thing_group_properties
    payload = properties.attribute_payload or AttributePayload()
    group = await call.service.change_registry(
        lambda registry, _: registry.groups.update(
            name,
            description=properties.thing_group_description or None,
            attributes=payload.attributes,
            merge=payload.merge,
            expected_version=body.expected_version,
        )
    )
    return GroupVersion(version=group.version)


async def create_dynamic_group(call: Call) -> msgspec.Struct:
    """Refuse: a dynamic group is a query of the fleet index, which is not here."""
    call.name("thingGroupName")
    body = call.body_as(DynamicGroupBody)
    properties = body.thing_group_properties
    checked_description(properties.thing_group_description or None)
    checked_attributes((properties.attribute_payload or AttributePayload()).attributes)
    raise invalid_request(
        "queryString: dynamic thing groups need fleet indexing, which this local endpoint does not have; use a "
        "static group (CreateThingGroup)."
    )


async def update_groups_for_thing(call: Call) -> msgspec.Struct:
    body = call.body_as(UpdateGroupsBody)
    if body.thing_name is None:
        raise invalid_request("thingName must be given.")
    name = matching(body.thing_name, "thingName")
    for member, groups in (
        ("thingGroupsToAdd", body.thing_groups_to_add),
        ("thingGroupsToRemove", body.thing_groups_to_remove),
    ):
        for group in groups:
            call.service.registry.groups.get(checked_name(group, member))
    call.service.registry.thing(name)

    def update(registry: Registry, _: float) -> None:
        for group in body.thing_groups_to_add:
            registry.add_thing_to_group(name, group)
        for group in body.thing_groups_to_remove:
            registry.remove_thing_from_group(name, group)

    await call.service.change_registry(update, (name,))
    return NOTHING


async def add_thing_to_group(call: Call) -> msgspec.Struct:
    thing_name, group_name = _membership(call)
    await call.service.change_registry(
        lambda registry, _: registry.add_thing_to_group(thing_name, group_name), (thing_name,)
    )
    return NOTHING


async def remove_thing_from_group(call: Call) -> msgspec.Struct:
    thing_name, group_name = _membership(call)
    await call.service.change_registry(
        lambda registry, _: registry.remove_thing_from_group(thing_name, group_name), (thing_name,)
    )
    return NOTHING


async def list_things_in_group(call: Call) -> NamesListed:
    name = call.name("thingGroupName")
    paging = Paging(call, f"things in {name}", _NAMES)
    names, token = paging.page(call.service.registry.groups.members(name, recursive=call.flag("recursive")))
    return NamesListed(things=names, next_token=token or UNSET)


async def list_groups_for_thing(call: Call) -> GroupsListed:
    name = call.name("thingName")
    paging = Paging(call, f"groups of {name}", _GROUPS_BY_NAME)
    return _groups_page(paging, call.service.registry.groups_of_thing(name))


def _groups_page(paging: Paging[Group], groups: list[Group]) -> GroupsListed:
    shown, token = paging.page(groups)
    return GroupsListed(thing_groups=[group_named(group) for group in shown], next_token=token or UNSET)


def _membership(call: Call) -> tuple[str, str]:
    """Return thing and group of a membership.

    Raises:
        ControlError: InvalidRequestException; one is missing, or a name and an ARN disagree.
    """
    body = call.body_as(MembershipBody)
    return (
        _one_name(body.thing_name, body.thing_arn, "thingName", arns.Kind.THING),
        _one_name(body.thing_group_name, body.thing_group_arn, "thingGroupName", arns.Kind.GROUP),
    )


def _one_name(name: str | None, arn: str | None, member: str, kind: arns.Kind) -> str:
    in_arn = None if arn is None else arns.name_in(arn, kind)
    found = name if in_arn is None else in_arn
    if found is None:
        raise invalid_request(f"{member} or its ARN must be given.")
    if name not in (None, found):
        raise invalid_request(f"{member} and the ARN beside it name two different ones.")
    return matching(found, member)


_THING: Final = "/things/{thingName}"
_GROUP: Final = "/thing-groups/{thingGroupName}"
_C: Final = Plane.CONTROL

ROUTES: Final = (
    Route("ListThingGroupsForThing", "GET", f"{_THING}/thing-groups", _C, list_groups_for_thing),
    Route("ListThingGroups", "GET", "/thing-groups", _C, list_groups),
    Route("AddThingToThingGroup", "PUT", "/thing-groups/addThingToThingGroup", _C, add_thing_to_group),
    Route("RemoveThingFromThingGroup", "PUT", "/thing-groups/removeThingFromThingGroup", _C, remove_thing_from_group),
    Route("UpdateThingGroupsForThing", "PUT", "/thing-groups/updateThingGroupsForThing", _C, update_groups_for_thing),
    Route("CreateDynamicThingGroup", "POST", "/dynamic-thing-groups/{thingGroupName}", _C, create_dynamic_group),
    Route("UpdateThingGroup", "PATCH", _GROUP, _C, update_group),
    Route("CreateThingGroup", "POST", _GROUP, _C, create_group),
    Route("DescribeThingGroup", "GET", _GROUP, _C, describe_group),
    Route("DeleteThingGroup", "DELETE", _GROUP, _C, delete_group),
    Route("ListThingsInThingGroup", "GET", f"{_GROUP}/things", _C, list_things_in_group),
)
