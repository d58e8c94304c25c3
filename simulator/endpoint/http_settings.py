"""The control plane for event configurations, tags and thing types. Reference section 8.14 and appendix A.3."""

from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from simulator.endpoint import arns
from simulator.endpoint.http_call import NOTHING, Call, Route
from simulator.endpoint.http_control_bodies import Tag, TagKey
from simulator.endpoint.http_errors import Plane
from simulator.endpoint.http_paging import Order, Paging
from simulator.endpoint.thing_types import ThingType
from simulator.endpoint.wire_json import Wire
from simulator.jobs import limits
from simulator.jobs.control import invalid_request

_BY_NAME: Final[Order[ThingType]] = Order(lambda each: (each.name,), (str,))


# --- events ---------------------------------------------------------------------------------------------------------


class Configuration(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """Its member begins with a capital in AWS's model."""

    enabled: bool = False


class EventsBody(Wire, frozen=True, kw_only=True):
    event_configurations: dict[str, Configuration] = msgspec.field(default_factory=dict)


class EventsShown(Wire, frozen=True, kw_only=True):
    event_configurations: dict[str, Configuration]
    creation_date: float | UnsetType = UNSET
    last_modified_date: float | UnsetType = UNSET


async def describe_events(call: Call) -> EventsShown:
    events = call.service.settings.events
    shown = {name: Configuration(enabled=enabled) for name, enabled in events.enabled.items()}
    if events.dates is None:
        return EventsShown(event_configurations=shown)
    created_at, changed_at = (round(each, 3) for each in events.dates)
    return EventsShown(event_configurations=shown, creation_date=created_at, last_modified_date=changed_at)


async def update_events(call: Call) -> msgspec.Struct:
    body = call.body_as(EventsBody)
    enabled = {name: configuration.enabled for name, configuration in body.event_configurations.items()}
    await call.service.keep(lambda now: call.service.settings.events.change(enabled, now))
    return NOTHING


# --- tags -----------------------------------------------------------------------------------------------------------


class TagBody(Wire, frozen=True, kw_only=True):
    resource_arn: str
    tags: Annotated[tuple[Tag, ...], Meta(min_length=1)]


class UntagBody(Wire, frozen=True, kw_only=True):
    resource_arn: str
    tag_keys: tuple[TagKey, ...]


class TagsListed(Wire, frozen=True, kw_only=True):
    tags: list[Tag]


async def tag(call: Call) -> msgspec.Struct:
    body = call.body_as(TagBody)
    _check_resource(call, body.resource_arn)
    await call.service.change_tags(body.resource_arn, {each.key: each.value for each in body.tags})
    return NOTHING


async def untag(call: Call) -> msgspec.Struct:
    body = call.body_as(UntagBody)
    _check_resource(call, body.resource_arn)
    await call.service.change_tags(body.resource_arn, {}, body.tag_keys)
    return NOTHING


async def list_tags(call: Call) -> TagsListed:
    arn = call.text("resourceArn")
    if arn is None:
        raise invalid_request("resourceArn must be given.")
    _check_resource(call, arn)
    return TagsListed(tags=[Tag(key=key, value=value) for key, value in call.service.settings.tags.of(arn).items()])


def _check_resource(call: Call, arn: str) -> None:
    """Let pass the ARN of what is there.

    Raises:
        ControlError: InvalidRequestException naming resourceArn, ResourceNotFoundException.
    """
    service = call.service
    kind, name = arns.parse(arn, "resourceArn")
    match kind:
        case arns.Kind.JOB:
            service.jobs_control.job(name)
        case arns.Kind.GROUP:
            service.registry.groups.get(name)
        case arns.Kind.TEMPLATE:
            service.settings.templates.get(name)
        case arns.Kind.THING_TYPE:
            service.settings.thing_types.get(name)
        case arns.Kind.THING:
            raise invalid_request("resourceArn: things have attributes and no tags.")


# --- thing types ----------------------------------------------------------------------------------------------------


class TypeProperties(Wire, frozen=True, kw_only=True):
    thing_type_description: str | UnsetType | None = UNSET
    searchable_attributes: tuple[Annotated[str, Meta(max_length=128, pattern=r"^[a-zA-Z0-9_.,@/:#-]+\Z")], ...] = ()


class TypeBody(Wire, frozen=True, kw_only=True):
    thing_type_properties: TypeProperties = TypeProperties()
    tags: tuple[Tag, ...] = ()


class DeprecateBody(Wire, frozen=True, kw_only=True):
    undo_deprecate: bool = False


class TypeCreated(Wire, frozen=True, kw_only=True):
    thing_type_name: str
    thing_type_arn: str
    thing_type_id: str


class TypeMetadata(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    deprecated: bool
    creation_date: float
    deprecation_date: float | UnsetType = UNSET


class TypeShown(Wire, frozen=True, kw_only=True):
    """DescribeThingType, and without the id an entry of ListThingTypes."""

    thing_type_name: str
    thing_type_arn: str
    thing_type_properties: TypeProperties
    thing_type_metadata: TypeMetadata
    thing_type_id: str | UnsetType = UNSET


class TypesListed(Wire, frozen=True, kw_only=True):
    thing_types: list[TypeShown]
    next_token: str | UnsetType = UNSET


async def create_type(call: Call) -> TypeCreated:
    name, body = call.name("thingTypeName"), call.body_as(TypeBody)
    properties = body.thing_type_properties
    made, record = call.service.settings.thing_types.create(
        name,
        call.service.clock.epoch(),
        properties.thing_type_description or None,
        properties.searchable_attributes,
    )
    await call.service.keep(lambda _: record)
    if body.tags:
        await call.service.change_tags(arns.thing_type_arn(name), {each.key: each.value for each in body.tags})
    return TypeCreated(thing_type_name=name, thing_type_arn=arns.thing_type_arn(name), thing_type_id=made.type_id)


async def describe_type(call: Call) -> TypeShown:
    found = call.service.settings.thing_types.get(call.name("thingTypeName"))
    return msgspec.structs.replace(_shown(found), thing_type_id=found.type_id)


async def list_types(call: Call) -> TypesListed:
    name = call.matched("thingTypeName", limits.THING_NAME)
    paging = Paging(call, "thing types", _BY_NAME)
    types, token = paging.page(each for each in call.service.settings.thing_types.listed() if name in (None, each.name))
    return TypesListed(thing_types=[_shown(each) for each in types], next_token=token or UNSET)


async def deprecate_type(call: Call) -> msgspec.Struct:
    name, body = call.name("thingTypeName"), call.body_as(DeprecateBody)
    await call.service.keep(
        lambda now: call.service.settings.thing_types.deprecate(name, now, undo=body.undo_deprecate)
    )
    return NOTHING


async def delete_type(call: Call) -> msgspec.Struct:
    name = call.name("thingTypeName")
    await call.service.keep(lambda now: call.service.settings.thing_types.delete(name, now))
    return NOTHING


def _shown(found: ThingType) -> TypeShown:
    deprecated_at = found.deprecated_at
    return TypeShown(
        thing_type_name=found.name,
        thing_type_arn=arns.thing_type_arn(found.name),
        thing_type_properties=TypeProperties(
            thing_type_description=found.description or UNSET, searchable_attributes=found.searchable
        ),
        thing_type_metadata=TypeMetadata(
            deprecated=deprecated_at is not None,
            creation_date=round(found.created_at, 3),
            deprecation_date=UNSET if deprecated_at is None else round(deprecated_at, 3),
        ),
    )


_TYPE: Final = "/thing-types/{thingTypeName}"
_C: Final = Plane.CONTROL

ROUTES: Final = (
    Route("DescribeEventConfigurations", "GET", "/event-configurations", _C, describe_events),
    Route("UpdateEventConfigurations", "PATCH", "/event-configurations", _C, update_events),
    Route("TagResource", "POST", "/tags", _C, tag),
    Route("UntagResource", "POST", "/untag", _C, untag),
    Route("ListTagsForResource", "GET", "/tags", _C, list_tags),
    Route("ListThingTypes", "GET", "/thing-types", _C, list_types),
    Route("CreateThingType", "POST", _TYPE, _C, create_type),
    Route("DescribeThingType", "GET", _TYPE, _C, describe_type),
    Route("DeprecateThingType", "POST", f"{_TYPE}/deprecate", _C, deprecate_type),
    Route("DeleteThingType", "DELETE", _TYPE, _C, delete_type),
)
