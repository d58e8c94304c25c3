"""boto3's paginators walk every list that the endpoint serves: page by page, each item once, in the list's order."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import simulator.endpoint
from simulator.endpoint.serving import Endpoint, ServeOptions
from tests.support.real_clients import iot_client

JOB = {"document": "{}", "targetSelection": "SNAPSHOT"}
NAMES = [f"n{number}" for number in range(5)]

# By operation: its members beside paging, the list in its answer, and where an item's name is.
LISTS: dict[str, tuple[dict[str, str], str, str]] = {
    "list_jobs": ({}, "jobs", "jobId"),
    "list_job_executions_for_job": ({"jobId": "n0"}, "executionSummaries", "thingArn"),
    "list_job_executions_for_thing": ({"thingName": "n0"}, "executionSummaries", "jobId"),
    "list_job_templates": ({}, "jobTemplates", "jobTemplateId"),
    "list_managed_job_templates": ({}, "managedJobTemplates", "templateName"),
    "list_thing_groups": ({}, "thingGroups", "groupName"),
    "list_thing_groups_for_thing": ({"thingName": "n0"}, "thingGroups", "groupName"),
    "list_thing_types": ({}, "thingTypes", "thingTypeName"),
    "list_things": ({}, "things", "thingName"),
    "list_things_in_thing_group": ({"thingGroupName": "n0"}, "things", ""),
}
UNPAGED = {"list_tags_for_resource"}  # AWS takes no page size here, only a token; at most 50 tags fit one page


def fill(client: Any) -> None:
    """Make five of everything; the first thing, job and group have to do with all of the others."""
    things = [client.create_thing(thingName=name)["thingArn"] for name in NAMES]
    for name in NAMES:
        client.create_thing_type(thingTypeName=name)
        client.create_thing_group(thingGroupName=name)
        client.create_job_template(jobTemplateId=name, document="{}", description=name)
        client.add_thing_to_thing_group(thingName="n0", thingGroupName=name)
        client.create_job(jobId=name, targets=things if name == "n0" else things[:1], **JOB)
    for name in NAMES[1:]:
        client.add_thing_to_thing_group(thingName=name, thingGroupName="n0")
    client.tag_resource(resourceArn=client.describe_job(jobId="n0")["job"]["jobArn"], tags=[{"Key": "k", "Value": "v"}])


@pytest.fixture
async def client() -> AsyncIterator[Any]:
    endpoint = Endpoint(ServeOptions(mqtt="127.0.0.1:0", http="127.0.0.1:0"))
    await endpoint.start()
    client = await asyncio.to_thread(iot_client, endpoint.http_url)
    await asyncio.to_thread(fill, client)
    yield client
    client.close()
    await endpoint.close()


def name_of(item: Any, member: str) -> str:
    return str(item if not member else item[member]).rpartition("/")[2]


async def test_every_list_is_walked_in_pages_of_two(client: Any) -> None:
    def walk(operation: str) -> list[list[str]]:
        members, listed, name = LISTS[operation]
        pages = client.get_paginator(operation).paginate(**members, PaginationConfig={"PageSize": 2})
        return [[name_of(item, name) for item in page[listed]] for page in pages]

    for operation in LISTS:
        pages = await asyncio.to_thread(walk, operation)
        found = [name for page in pages for name in page]
        assert [len(page) for page in pages[:-1]] == [2] * (len(pages) - 1), operation
        assert len(pages) >= 3, operation
        assert len(found) == len(set(found)), operation
        if operation != "list_managed_job_templates":
            assert sorted(found) == NAMES, operation


async def test_a_walk_can_be_left_and_taken_up_again_by_its_token(client: Any) -> None:
    def walk(**config: Any) -> Any:
        return client.get_paginator("list_things").paginate(PaginationConfig=config).build_full_result()

    first = await asyncio.to_thread(lambda: walk(MaxItems=3, PageSize=2))
    rest = await asyncio.to_thread(lambda: walk(StartingToken=first["NextToken"]))
    assert [thing["thingName"] for thing in (*first["things"], *rest["things"])] == NAMES
    assert "NextToken" not in rest


async def test_what_has_no_page_size_comes_in_one_page(client: Any) -> None:
    def walk() -> list[Any]:
        arn = client.describe_job(jobId="n0")["job"]["jobArn"]
        return [page["tags"] for page in client.get_paginator("list_tags_for_resource").paginate(resourceArn=arn)]

    assert await asyncio.to_thread(walk) == [[{"Key": "k", "Value": "v"}]]


async def test_no_list_that_boto3_can_page_is_forgotten_here(client: Any) -> None:
    sources = Path(simulator.endpoint.__file__).parent.glob("http_*.py")
    served = {name for source in sources for name in re.findall(r'Route\(\s*"(\w+)"', source.read_text())}
    methods = {method for method, operation in client.meta.method_to_api_mapping.items() if operation in served}
    assert {method for method in methods if client.can_paginate(method)} == set(LISTS) | UNPAGED
