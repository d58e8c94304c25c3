"""A fleet in the registry: its thing types, thing groups and things made through boto3, and taken away again.

Everything made here carries the mark of `marker`; what is there already is somebody's, is used as it is and is never
changed or removed. Thing types carry no attributes and stay (AWS lets them be deleted five minutes after they were
deprecated, and other things may have taken them up meanwhile).
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from simulator.errors import InputError
from simulator.fleet import ThingSpec
from simulator.fleet_plan import Registration
from simulator.marker import MARKER, is_marked, marked
from simulator.operator import Operator, Progress
from simulator.operator_client import RefusedError

if TYPE_CHECKING:
    from types_boto3_iot.client import IoTClient

logger = logging.getLogger(__name__)

_PAGE: Final = 250
_NONE: Final = Registration()
_TYPES_NOT_OFFERED: Final = 501


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """How many were taken out of the registry."""

    things: int = 0
    groups: int = 0


class FleetRegistry:
    """Registers a fleet through an operator, under the id of its run."""

    def __init__(self, operator: Operator, run_id: str) -> None:
        self._operator = operator
        self._run_id = run_id
        self._group_arns: dict[str, str] = {}

    async def register(
        self,
        specs: Sequence[ThingSpec],
        registrations: Mapping[str, Registration],
        on_progress: Progress | None = None,
    ) -> None:
        """Make what is not there: thing types, thing groups, things, and put the things into their groups.

        Raises:
            UnreachableError, InputError, RefusedError: as Operator.
        """
        wanted = registrations.values()
        for name in dict.fromkeys(one.thing_type for one in wanted if one.thing_type):
            await self._make_type(name)
        for name in dict.fromkeys(group for one in wanted for group in one.thing_groups):
            await self._make_group(name)

        def create(client: "IoTClient", spec: ThingSpec) -> None:
            thing = registrations.get(spec.name, _NONE)
            members: dict[str, Any] = {"attributePayload": {"attributes": marked(spec.attributes, self._run_id)}}
            if thing.thing_type:
                members["thingTypeName"] = thing.thing_type
            try:
                arn = client.create_thing(thingName=spec.name, **members)["thingArn"]
            except client.exceptions.ResourceAlreadyExistsException:  # somebody's own
                arn = client.describe_thing(thingName=spec.name)["thingArn"]
            self._operator.knows(spec.name, arn)
            for group in thing.thing_groups:
                client.add_thing_to_thing_group(thingGroupName=group, thingName=spec.name)

        await self._operator.each(create, specs, on_progress)

    def group_arn(self, name: str) -> str:
        """Return the ARN of a thing group that `register` made or found."""
        return self._group_arns[name]

    async def _make_type(self, name: str) -> None:
        """Make a thing type whose things can be found by the mark (AWS lists by searchable attributes only)."""

        def create(client: "IoTClient") -> None:
            try:
                client.create_thing_type(thingTypeName=name, thingTypeProperties={"searchableAttributes": [MARKER]})
            except client.exceptions.ResourceAlreadyExistsException:
                return
            except client.exceptions.ClientError as exc:
                if exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode") != _TYPES_NOT_OFFERED:
                    raise
                logger.info("thing type %s was not made: this control plane knows no thing types of its own", name)

        await self._operator.call(create)

    async def _make_group(self, name: str) -> None:
        def create(client: "IoTClient") -> str:
            properties: Any = {"attributePayload": {"attributes": marked({}, self._run_id)}}
            try:
                return client.create_thing_group(thingGroupName=name, thingGroupProperties=properties)["thingGroupArn"]
            except client.exceptions.ResourceAlreadyExistsException:  # somebody's own
                return client.describe_thing_group(thingGroupName=name)["thingGroupArn"]

        self._group_arns[name] = await self._operator.call(create)


async def remove_marked(operator: Operator, run_id: str | None, on_progress: Progress | None = None) -> Removed:
    """Take every thing and thing group out of the registry that bears the mark; with `run_id`, the mark of that run.

    Each is looked at once more right before it is deleted, so that nothing goes whose mark was taken off meanwhile.

    Raises:
        UnreachableError, InputError, RefusedError: as Operator.
    """
    removed_things: list[str] = []
    removed_groups: list[str] = []

    def delete_thing(client: "IoTClient", name: str) -> None:
        try:
            if is_marked(client.describe_thing(thingName=name).get("attributes", {}), run_id):
                client.delete_thing(thingName=name)
                removed_things.append(name)
        except client.exceptions.ResourceNotFoundException:  # gone already
            return

    def delete_group(client: "IoTClient", name: str) -> None:
        try:
            properties = client.describe_thing_group(thingGroupName=name).get("thingGroupProperties", {})
            if is_marked(properties.get("attributePayload", {}).get("attributes", {}), run_id):
                client.delete_thing_group(thingGroupName=name)
                removed_groups.append(name)
        except client.exceptions.ResourceNotFoundException:
            return

    await operator.each(delete_thing, await _things(operator, run_id), on_progress)
    await operator.each(delete_group, await _groups(operator))
    return Removed(things=len(removed_things), groups=len(removed_groups))


async def _things(operator: Operator, run_id: str | None) -> list[str]:
    """Return the names of the things that are listed with the mark."""
    members: dict[str, Any] = {"attributeName": MARKER}
    if run_id is not None:
        members["attributeValue"] = run_id

    def pages(client: "IoTClient") -> list[str]:
        found = client.get_paginator("list_things").paginate(**members, PaginationConfig={"PageSize": _PAGE})
        return [one["thingName"] for page in found for one in page["things"]]

    return await operator.call(pages)


async def _groups(operator: Operator) -> list[str]:
    """Return the names of all thing groups; where there can be none, none."""

    def pages(client: "IoTClient") -> list[str]:
        found = client.get_paginator("list_thing_groups").paginate(PaginationConfig={"PageSize": _PAGE})
        return [one["groupName"] for page in found for one in page["thingGroups"]]

    try:
        return await operator.call(pages)
    except (InputError, RefusedError):  # a control plane without groups
        return []
