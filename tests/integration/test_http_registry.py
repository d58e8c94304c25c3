"""Things, thing groups and DescribeEndpoint as boto3 sees them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from simulator.endpoint import arns
from tests.support.http_endpoint import MQTT_ADDRESS, HttpEndpoint, http_endpoint


@pytest.fixture
def endpoint() -> Iterator[HttpEndpoint]:
    with http_endpoint() as endpoint:
        yield endpoint


def members(answer: dict) -> dict:
    """Return an answer without boto3's own member."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


# --- things ---------------------------------------------------------------------------------------------------------


def test_a_thing_is_created_described_and_the_same_again_is_no_error(endpoint):
    endpoint.iot.create_thing_type(thingTypeName="pump")
    asked = {"thingName": "a:b_-1", "thingTypeName": "pump", "attributePayload": {"attributes": {"site": "north"}}}
    created = members(endpoint.iot.create_thing(**asked))
    assert created["thingArn"] == "arn:aws:iot:us-east-1:123456789012:thing/a:b_-1"
    assert len(created["thingId"]) == 36
    assert members(endpoint.iot.create_thing(**asked)) == created
    assert members(endpoint.iot.describe_thing(thingName="a:b_-1")) == {
        **created,
        "defaultClientId": "a:b_-1",
        "thingTypeName": "pump",
        "attributes": {"site": "north"},
        "version": 1,
    }
    with pytest.raises(endpoint.iot.exceptions.ResourceAlreadyExistsException):
        endpoint.iot.create_thing(thingName="a:b_-1")


def test_a_thing_without_anything_has_no_attributes_and_no_type(endpoint):
    endpoint.add_things("t")
    described = endpoint.iot.describe_thing(thingName="t")
    assert described["attributes"] == {}
    assert "thingTypeName" not in described


def test_what_cannot_be_a_thing_is_refused(endpoint):
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="thingName"):
        endpoint.iot.create_thing(thingName="a b")
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="not offered"):
        endpoint.iot.create_thing(thingName="t", billingGroupName="b")
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="attribute"):
        endpoint.iot.create_thing(thingName="t", attributePayload={"attributes": {"a b": "1"}})
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException, match="Thing t not found"):
        endpoint.iot.describe_thing(thingName="t")


def test_a_thing_is_updated_and_deleted_with_the_version_it_has(endpoint):
    endpoint.iot.create_thing(thingName="t", attributePayload={"attributes": {"a": "1", "b": "2"}})
    endpoint.iot.update_thing(
        thingName="t", attributePayload={"attributes": {"b": "", "c": "3"}, "merge": True}, expectedVersion=1
    )
    described = endpoint.iot.describe_thing(thingName="t")
    assert (described["attributes"], described["version"]) == ({"a": "1", "c": "3"}, 2)
    for call in (endpoint.iot.update_thing, endpoint.iot.delete_thing):
        with pytest.raises(endpoint.iot.exceptions.VersionConflictException) as error:
            call(thingName="t", expectedVersion=1)
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    endpoint.iot.delete_thing(thingName="t", expectedVersion=2)
    endpoint.iot.delete_thing(thingName="t")
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
        endpoint.iot.describe_thing(thingName="t")


def test_a_deleted_things_pending_executions_are_removed(endpoint):
    endpoint.add_job("j1", "t")
    endpoint.iot.delete_thing(thingName="t")
    summaries = endpoint.iot.list_job_executions_for_thing(thingName="t")["executionSummaries"]
    assert [each["jobExecutionSummary"]["status"] for each in summaries] == ["REMOVED"]
    assert endpoint.iot.describe_job(jobId="j1")["job"]["status"] == "COMPLETED"


def test_things_come_in_pages_by_name(endpoint):
    endpoint.add_things("c", "a", "e", "b", "d")
    page = endpoint.iot.list_things(maxResults=2)
    assert [thing["thingName"] for thing in page["things"]] == ["a", "b"]
    endpoint.iot.delete_thing(thingName="b")
    endpoint.add_things("bb")
    rest = endpoint.iot.list_things(nextToken=page["nextToken"])
    assert [thing["thingName"] for thing in rest["things"]] == ["bb", "c", "d", "e"]
    assert "nextToken" not in rest
    pages = endpoint.iot.get_paginator("list_things").paginate(PaginationConfig={"PageSize": 1})
    assert [thing["thingName"] for page in pages for thing in page["things"]] == ["a", "bb", "c", "d", "e"]
    assert rest["things"][0] == {"thingName": "bb", "thingArn": arns.thing_arn("bb"), "attributes": {}, "version": 1}


def test_things_are_filtered_by_attribute_and_type(endpoint):
    for name, site in (("t1", "north"), ("t2", "south"), ("t3", "north-west")):
        endpoint.iot.create_thing(thingName=name, attributePayload={"attributes": {"site": site}})
    endpoint.iot.create_thing_type(thingTypeName="pump")
    endpoint.iot.create_thing(thingName="t4", thingTypeName="pump")

    def listed(**choice: object) -> list[str]:
        return [thing["thingName"] for thing in endpoint.iot.list_things(**choice)["things"]]

    assert listed(attributeName="site") == ["t1", "t2", "t3"]
    assert listed(attributeName="site", attributeValue="north") == ["t1"]
    assert listed(attributeName="site", attributeValue="north", usePrefixAttributeValue=True) == ["t1", "t3"]
    assert listed(thingTypeName="pump") == ["t4"]
    assert listed(attributeName="site", maxResults=2) == ["t1", "t2"]
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="attributeName"):
        listed(attributeValue="north")


# --- groups ---------------------------------------------------------------------------------------------------------


def test_a_group_is_created_described_and_deleted(endpoint):
    endpoint.iot.create_thing_group(thingGroupName="top")
    asked = {
        "thingGroupName": "g",
        "parentGroupName": "top",
        "thingGroupProperties": {
            "thingGroupDescription": "All pumps",
            "attributePayload": {"attributes": {"site": "north"}},
        },
    }
    created = members(endpoint.iot.create_thing_group(**asked))
    assert members(endpoint.iot.create_thing_group(**asked)) == created
    described = members(endpoint.iot.describe_thing_group(thingGroupName="g"))
    assert described == {
        **created,
        "version": 1,
        "thingGroupProperties": asked["thingGroupProperties"],
        "thingGroupMetadata": {
            "parentGroupName": "top",
            "rootToParentThingGroups": [{"groupName": "top", "groupArn": arns.group_arn("top")}],
            "creationDate": datetime.fromtimestamp(1_750_000_000.25, UTC),
        },
    }
    with pytest.raises(endpoint.iot.exceptions.ResourceAlreadyExistsException):
        endpoint.iot.create_thing_group(thingGroupName="g")
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="child groups"):
        endpoint.iot.delete_thing_group(thingGroupName="top")
    with pytest.raises(endpoint.iot.exceptions.VersionConflictException):
        endpoint.iot.delete_thing_group(thingGroupName="g", expectedVersion=3)
    endpoint.iot.delete_thing_group(thingGroupName="g", expectedVersion=1)
    endpoint.iot.delete_thing_group(thingGroupName="g")
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
        endpoint.iot.describe_thing_group(thingGroupName="g")


def test_groups_are_listed_by_parent_prefix_and_page(endpoint):
    for name, parent in (("a", {}), ("b", {}), ("b1", {"parentGroupName": "b"}), ("b11", {"parentGroupName": "b1"})):
        endpoint.iot.create_thing_group(thingGroupName=name, **parent)

    def listed(**choice: object) -> list[str]:
        return [group["groupName"] for group in endpoint.iot.list_thing_groups(**choice)["thingGroups"]]

    assert listed() == ["a", "b", "b1", "b11"]
    assert listed(recursive=False) == ["a", "b"]
    assert listed(parentGroup="b") == ["b1"]
    assert listed(parentGroup="b", recursive=True) == ["b1", "b11"]
    assert listed(namePrefixFilter="b1") == ["b1", "b11"]
    pages = endpoint.iot.get_paginator("list_thing_groups").paginate(PaginationConfig={"PageSize": 3})
    assert [[group["groupName"] for group in page["thingGroups"]] for page in pages] == [["a", "b", "b1"], ["b11"]]
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
        listed(parentGroup="c")


def test_things_join_and_leave_groups_by_name_or_arn(endpoint):
    endpoint.add_things("t1", "t2", "t3")
    endpoint.iot.create_thing_group(thingGroupName="g")
    endpoint.iot.create_thing_group(thingGroupName="h", parentGroupName="g")
    endpoint.iot.add_thing_to_thing_group(thingGroupName="g", thingName="t2")
    endpoint.iot.add_thing_to_thing_group(thingGroupName="g", thingName="t2")
    endpoint.iot.add_thing_to_thing_group(thingGroupArn=arns.group_arn("g"), thingArn=arns.thing_arn("t1"))
    endpoint.iot.add_thing_to_thing_group(thingGroupName="h", thingName="t3")

    def listed(**choice: bool) -> list[str]:
        return endpoint.iot.list_things_in_thing_group(thingGroupName="g", **choice)["things"]

    assert listed() == ["t1", "t2"]
    assert listed(recursive=True) == ["t1", "t2", "t3"]
    pages = endpoint.iot.get_paginator("list_things_in_thing_group").paginate(
        thingGroupName="g", recursive=True, PaginationConfig={"PageSize": 2}
    )
    assert [page["things"] for page in pages] == [["t1", "t2"], ["t3"]]
    groups = endpoint.iot.list_thing_groups_for_thing(thingName="t1")["thingGroups"]
    assert groups == [{"groupName": "g", "groupArn": arns.group_arn("g")}]
    endpoint.iot.remove_thing_from_thing_group(thingGroupName="g", thingName="t1")
    endpoint.iot.remove_thing_from_thing_group(thingGroupName="g", thingName="t1")
    assert listed() == ["t2"]


def test_a_membership_of_nothing_is_refused(endpoint):
    endpoint.add_things("t")
    endpoint.iot.create_thing_group(thingGroupName="g")
    for call in (endpoint.iot.add_thing_to_thing_group, endpoint.iot.remove_thing_from_thing_group):
        with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
            call(thingGroupName="g", thingName="nobody")
        with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
            call(thingGroupName="nowhere", thingName="t")
        with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="thingGroupName"):
            call(thingName="t")
        with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="two different"):
            call(thingGroupName="g", thingName="t", thingArn=arns.thing_arn("u"))
        with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="thinggroup"):
            call(thingGroupName="g", thingArn=arns.group_arn("g"))
    for call in (endpoint.iot.list_things_in_thing_group, endpoint.iot.describe_thing_group):
        with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
            call(thingGroupName="nowhere")


def test_a_group_that_is_called_like_an_operation_is_still_a_group(endpoint):
    endpoint.iot.create_thing_group(thingGroupName="addThingToThingGroup")
    described = endpoint.iot.describe_thing_group(thingGroupName="addThingToThingGroup")
    assert described["thingGroupName"] == "addThingToThingGroup"


def test_what_was_changed_is_handed_to_the_store(endpoint):
    endpoint.add_things("t")
    endpoint.iot.create_thing_group(thingGroupName="g")
    assert endpoint.service.registry.take_changes() == []


# --- where clients find us ------------------------------------------------------------------------------------------


def test_describe_endpoint_tells_where_mqtt_and_http_are(endpoint):
    for type_ in ("iot:Data-ATS", "iot:Data"):
        assert endpoint.iot.describe_endpoint(endpointType=type_)["endpointAddress"] == MQTT_ADDRESS
    assert endpoint.iot.describe_endpoint()["endpointAddress"] == MQTT_ADDRESS
    jobs_address = endpoint.iot.describe_endpoint(endpointType="iot:Jobs")["endpointAddress"]
    assert f"http://{jobs_address}" == endpoint.url
    status, _, body = endpoint.ask("GET", "/endpoint?endpointType=iot%3AJobs", Host="localhost:1234")
    assert (status, json.loads(body)) == (200, {"endpointAddress": "localhost:1234"})
    with pytest.raises(ClientError, match="not offered"):
        endpoint.iot.describe_endpoint(endpointType="iot:CredentialProvider")
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="endpointType"):
        endpoint.iot.describe_endpoint(endpointType="iot:Nothing")
