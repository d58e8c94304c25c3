"""Thing types, tags and groups of things as boto3 sees them."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from simulator.clock import ManualClock
from simulator.endpoint import arns
from tests.support.http_endpoint import HttpEndpoint, http_endpoint


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(epoch=1_750_000_000.25)


@pytest.fixture
def endpoint(clock: ManualClock) -> Iterator[HttpEndpoint]:
    with http_endpoint(clock) as endpoint:
        yield endpoint


async def pass_time(clock: ManualClock, seconds: float) -> None:
    await clock.advance(seconds)


# --- thing types ----------------------------------------------------------------------------------------------------


def test_a_thing_type_is_made_shown_and_listed(endpoint):
    properties = {"thingTypeDescription": "A pump", "searchableAttributes": ["site"]}
    made = endpoint.iot.create_thing_type(thingTypeName="pump", thingTypeProperties=properties)
    assert made["thingTypeArn"] == "arn:aws:iot:us-east-1:123456789012:thingtype/pump"
    again = endpoint.iot.create_thing_type(thingTypeName="pump", thingTypeProperties=properties)
    assert again["thingTypeId"] == made["thingTypeId"]
    with pytest.raises(endpoint.iot.exceptions.ResourceAlreadyExistsException):
        endpoint.iot.create_thing_type(thingTypeName="pump")
    shown = endpoint.iot.describe_thing_type(thingTypeName="pump")
    assert (shown["thingTypeProperties"], shown["thingTypeId"]) == (properties, made["thingTypeId"])
    assert shown["thingTypeMetadata"]["deprecated"] is False
    assert shown["thingTypeMetadata"]["creationDate"].timestamp() == 1_750_000_000.25
    endpoint.iot.create_thing_type(thingTypeName="valve")
    pages = endpoint.iot.get_paginator("list_thing_types").paginate(PaginationConfig={"PageSize": 1})
    assert [each["thingTypeName"] for page in pages for each in page["thingTypes"]] == ["pump", "valve"]
    (one,) = endpoint.iot.list_thing_types(thingTypeName="valve")["thingTypes"]
    assert one["thingTypeName"] == "valve"
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
        endpoint.iot.describe_thing_type(thingTypeName="nothing")


def test_a_type_is_deprecated_before_it_is_deleted_and_then_given_to_nobody(endpoint, clock):
    endpoint.iot.create_thing_type(thingTypeName="pump")
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="five minutes"):
        endpoint.iot.delete_thing_type(thingTypeName="pump")
    endpoint.iot.deprecate_thing_type(thingTypeName="pump")
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="deprecated"):
        endpoint.iot.create_thing(thingName="t", thingTypeName="pump")
    endpoint.iot.deprecate_thing_type(thingTypeName="pump", undoDeprecate=True)
    endpoint.iot.create_thing(thingName="t", thingTypeName="pump")
    endpoint.iot.deprecate_thing_type(thingTypeName="pump")
    endpoint.run(pass_time(clock, 299))
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="five minutes"):
        endpoint.iot.delete_thing_type(thingTypeName="pump")
    endpoint.run(pass_time(clock, 2))
    endpoint.iot.delete_thing_type(thingTypeName="pump")
    assert endpoint.iot.list_thing_types()["thingTypes"] == []


def test_a_thing_cannot_have_a_type_that_is_not_there(endpoint):
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException, match="pump"):
        endpoint.iot.create_thing(thingName="t", thingTypeName="pump")
    assert endpoint.iot.list_things()["things"] == []


# --- tags -----------------------------------------------------------------------------------------------------------


def test_tags_are_put_on_and_taken_off(endpoint):
    endpoint.add_job("j1", "t", tags=[{"Key": "team", "Value": "a"}])
    arn = arns.job_arn("j1")
    endpoint.iot.tag_resource(resourceArn=arn, tags=[{"Key": "team", "Value": "b"}, {"Key": "site", "Value": ""}])
    assert endpoint.iot.list_tags_for_resource(resourceArn=arn)["tags"] == [
        {"Key": "team", "Value": "b"},
        {"Key": "site", "Value": ""},
    ]
    endpoint.iot.untag_resource(resourceArn=arn, tagKeys=["team", "nothing"])
    pages = endpoint.iot.get_paginator("list_tags_for_resource").paginate(resourceArn=arn)
    assert [each["Key"] for page in pages for each in page["tags"]] == ["site"]


def test_tags_of_what_is_not_there_are_not_found(endpoint):
    for arn in (arns.job_arn("x"), arns.group_arn("x"), arns.template_arn("x"), arns.thing_type_arn("x")):
        with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
            endpoint.iot.list_tags_for_resource(resourceArn=arn)
    endpoint.add_job("j1", "t")
    many = [{"Key": f"k{number}", "Value": "x"} for number in range(51)]
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="50"):
        endpoint.iot.tag_resource(resourceArn=arns.job_arn("j1"), tags=many)


# --- groups ---------------------------------------------------------------------------------------------------------


def test_a_group_is_updated_with_the_version_it_has(endpoint):
    endpoint.iot.create_thing_group(thingGroupName="g", tags=[{"Key": "a", "Value": "1"}])
    properties = {"thingGroupDescription": "New", "attributePayload": {"attributes": {"site": "north"}}}
    assert endpoint.iot.update_thing_group(thingGroupName="g", thingGroupProperties=properties)["version"] == 2
    with pytest.raises(endpoint.iot.exceptions.VersionConflictException):
        endpoint.iot.update_thing_group(thingGroupName="g", thingGroupProperties={}, expectedVersion=1)
    shown = endpoint.iot.describe_thing_group(thingGroupName="g")
    assert shown["thingGroupProperties"] == properties
    assert endpoint.iot.list_tags_for_resource(resourceArn=shown["thingGroupArn"])["tags"] == [
        {"Key": "a", "Value": "1"}
    ]
    endpoint.iot.delete_thing_group(thingGroupName="g")
    endpoint.iot.create_thing_group(thingGroupName="g")
    assert endpoint.iot.list_tags_for_resource(resourceArn=shown["thingGroupArn"])["tags"] == []


def test_a_things_groups_are_changed_together_or_not_at_all(endpoint):
    endpoint.add_things("t")
    for name in ("a", "b", "c"):
        endpoint.iot.create_thing_group(thingGroupName=name)
    endpoint.iot.update_thing_groups_for_thing(thingName="t", thingGroupsToAdd=["a", "b"])
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
        endpoint.iot.update_thing_groups_for_thing(thingName="t", thingGroupsToAdd=["c", "nobody"])
    endpoint.iot.update_thing_groups_for_thing(thingName="t", thingGroupsToRemove=["a"])
    groups = endpoint.iot.list_thing_groups_for_thing(thingName="t")["thingGroups"]
    assert [each["groupName"] for each in groups] == ["b"]


def test_a_dynamic_group_is_refused_in_a_sentence(endpoint):
    with pytest.raises(ClientError, match="static group") as error:
        endpoint.iot.create_dynamic_thing_group(thingGroupName="d", queryString="attributes.site:north")
    assert error.value.response["Error"]["Code"] == "InvalidRequestException"
