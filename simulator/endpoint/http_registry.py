"""The control plane for things, and DescribeEndpoint, by which clients find their way here.

Source: reference section 8.14 and appendix A.3.
"""

import itertools
from typing import Final

import msgspec
from msgspec import UNSET

from simulator.endpoint.attributes import ATTRIBUTE_NAME, ATTRIBUTE_VALUE
from simulator.endpoint.http_call import NOTHING, Call, Route
from simulator.endpoint.http_errors import Plane, ProblemError, not_offered
from simulator.endpoint.http_paging import Order, Paging
from simulator.endpoint.http_registry_shapes import (
    Address,
    ThingBody,
    ThingCreated,
    ThingShown,
    ThingsListed,
    thing_shown,
)
from simulator.endpoint.registry_records import Thing
from simulator.jobs import limits
from simulator.jobs.control import invalid_request

_THINGS_BY_NAME: Final[Order[Thing]] = Order(lambda thing: (thing.thing_name,), (str,))


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


_THING: Final = "/things/{thingName}"
_C: Final = Plane.CONTROL

ROUTES: Final = (
    Route("DescribeEndpoint", "GET", "/endpoint", _C, describe_endpoint),
    Route("ListThings", "GET", "/things", _C, list_things),
    Route("CreateThing", "POST", _THING, _C, create_thing),
    Route("DescribeThing", "GET", _THING, _C, describe_thing),
    Route("UpdateThing", "PATCH", _THING, _C, update_thing),
    Route("DeleteThing", "DELETE", _THING, _C, delete_thing),
)
