"""The control plane for things and thing groups, and DescribeEndpoint, by which clients find their way here.

Source: reference section 8.14 and appendix A.3.
"""

import itertools
from typing import Final

import msgspec
from msgspec import UNSET

from simulator.endpoint import arns
from simulator.endpoint.attributes import (
    ATTRIBUTE_NAME,
    ATTRIBUTE_VALUE,
    checked_attributes,
    checked_description,
    checked_name,
)
from simulator.endpoint.http_call import NOTHING, Call, Route, matching
from simulator.endpoint.http_errors import Plane, ProblemError, not_offered
from simulator.endpoint.http_paging import Order, Paging
from simulator.endpoint.http_registry_shapes import (
    Address,
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
    ThingBody,
    ThingCreated,
    ThingShown,
    ThingsListed,
    UpdateGroupBody,
    UpdateGroupsBody,
    group_named,
    thing_shown,
)
from simulator.endpoint.registry import Registry
from simulator.endpoint.registry_records import Group, Thing
from simulator.jobs import limits
from simulator.jobs.control import invalid_request

_THINGS_BY_NAME: Final[Order[Thing]] = Order(lambda thing: (thing.thing_name,), (str,))
_GROUPS_BY_NAME: Final[Order[Group]] = Order(lambda group: (group.group_name,), (str,))
_NAMES: Final[Order[str]] = Order(lambda name: (name,), (str,))


# --- things ---------------------------------------------------------------------------------------------------------


async def create_thing(call: Call) -> ThingCreated:
    name, body = call.name("thingName"), call.body_as(ThingBody)
    if body.billing_group_name is not None:
        raise invalid_request("billingGroupName is not offered by this local endpoint yet; leave it out.")
    call.service.settings.thing_types.check_usable(body.thing_type_name)
    thing = await call.service.change_registry(
        lambda registry, _: registry.create_thing(
            name, attributes=body.attribute_payload.attributes, thing_type_name=body.thing_type_name
        )
    )
    return ThingCreated(thing_name=thing.thing_name, thing_arn=thing.thing_arn, thing_id=thing.thing_id)


async def describe_thing(call: Call) -> ThingShown:
    thing = call.service.registry.thing(call.name("thingName"))
    return msgspec.structs.replace(thing_shown(thing), default_client_id=thing.thing_name, thing_id=thing.thing_id)


async def list_things(call: Call) -> ThingsListed:
    name, value = call.matched("attributeName", ATTRIBUTE_NAME), call.matched("attributeValue", ATTRIBUTE_VALUE)
    type_name = call.matched("thingTypeName", limits.THING_NAME)
    is_prefix = call.flag("usePrefixAttributeValue")
    if value is not None and name is None:
        raise invalid_request("attributeValue needs attributeName beside it.")

    def is_asked_for(thing: Thing) -> bool:
        if type_name not in (None, thing.thing_type_name):
            return False
        if name is None:
            return True
        has = thing.attributes.get(name)
        return has is not None and (value is None or has == value or (is_prefix and has.startswith(value)))

    paging = Paging(call, "things", _THINGS_BY_NAME)
    after = "" if paging.after is None else str(paging.after[0])
    found = filter(is_asked_for, call.service.registry.things(after=after))
    things, token = paging.cut(list(itertools.islice(found, paging.limit + 1)))
    return ThingsListed(things=[thing_shown(thing) for thing in things], next_token=token or UNSET)


async def update_thing(call: Call) -> msgspec.Struct:
    name, body = call.name("thingName"), call.body_as(ThingBody)
    call.service.settings.thing_types.check_usable(body.thing_type_name)
    await call.service.change_registry(
        lambda registry, _: registry.update_thing(
            name,
            attributes=body.attribute_payload.attributes,
            merge=body.attribute_payload.merge,
            thing_type_name=body.thing_type_name,
            remove_thing_type=body.remove_thing_type,
            expected_version=body.expected_version,
        )
    )
    return NOTHING


async def delete_thing(call: Call) -> msgspec.Struct:
    await call.service.delete_thing(call.name("thingName"), call.number("expectedVersion"))
    return NOTHING


# --- groups ---------------------------------------------------------------------------------------------------------


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


# --- where clients find us ------------------------------------------------------------------------------------------


async def describe_endpoint(call: Call) -> Address:
    """Answer HOST:PORT: of the MQTT gateway, or for jobs over HTTP the one under which the caller reached us."""
    match call.text("endpointType") or "iot:Data":
        case "iot:Data" | "iot:Data-ATS":
            return Address(endpoint_address=call.mqtt_address())
        case "iot:Jobs":
            return Address(endpoint_address=call.host)
        case "iot:CredentialProvider":
            raise ProblemError(not_offered("The endpoint type iot:CredentialProvider"))
        case other:
            raise invalid_request(f"endpointType must be iot:Data-ATS, iot:Data or iot:Jobs, not '{other[:80]}'.")


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
    Route("DescribeEndpoint", "GET", "/endpoint", _C, describe_endpoint),
    Route("ListThings", "GET", "/things", _C, list_things),
    Route("CreateThing", "POST", _THING, _C, create_thing),
    Route("DescribeThing", "GET", _THING, _C, describe_thing),
    Route("UpdateThing", "PATCH", _THING, _C, update_thing),
    Route("DeleteThing", "DELETE", _THING, _C, delete_thing),
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
