"""Job templates, the operator's and AWS's, and the jobs made by them, as boto3 sees them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.endpoint import arns
from tests.support.http_endpoint import HttpEndpoint, http_endpoint

DOCUMENT = '{"operation": "update"}'
REBOOT = "arn:aws:iot:eu-central-1::jobtemplate/AWS-Reboot:1.0"
DOWNLOAD = "arn:aws:iot:us-east-1::jobtemplate/AWS-Download-File:1.0"
RETRIES = {"criteriaList": [{"failureType": "ALL", "numberOfRetries": 2}]}


@pytest.fixture
def endpoint() -> Iterator[HttpEndpoint]:
    with http_endpoint() as endpoint:
        yield endpoint


def test_a_template_is_made_shown_listed_and_deleted(endpoint):
    made = endpoint.iot.create_job_template(
        jobTemplateId="t1",
        description="One",
        document=DOCUMENT,
        timeoutConfig={"inProgressTimeoutInMinutes": 5},
        jobExecutionsRetryConfig=RETRIES,
        maintenanceWindows=[{"startTime": "cron(0 3 * * ? *)", "durationInMinutes": 10}],
        tags=[{"Key": "team", "Value": "a"}],
    )
    assert made["jobTemplateArn"] == arns.template_arn("t1")
    shown = endpoint.iot.describe_job_template(jobTemplateId="t1")
    assert (shown["description"], shown["document"]) == ("One", DOCUMENT)
    assert shown["createdAt"].timestamp() == 1_750_000_000.25
    assert shown["timeoutConfig"] == {"inProgressTimeoutInMinutes": 5}
    assert shown["jobExecutionsRetryConfig"] == RETRIES
    assert shown["maintenanceWindows"] == [{"startTime": "cron(0 3 * * ? *)", "durationInMinutes": 10}]
    assert "abortConfig" not in shown
    assert endpoint.iot.list_tags_for_resource(resourceArn=made["jobTemplateArn"])["tags"] == [
        {"Key": "team", "Value": "a"}
    ]
    endpoint.iot.create_job_template(jobTemplateId="t2", description="Two", document=DOCUMENT)
    pages = endpoint.iot.get_paginator("list_job_templates").paginate(PaginationConfig={"PageSize": 1})
    assert [each["jobTemplateId"] for page in pages for each in page["jobTemplates"]] == ["t1", "t2"]
    with pytest.raises(endpoint.iot.exceptions.ConflictException):
        endpoint.iot.create_job_template(jobTemplateId="t1", description="One", document=DOCUMENT)
    endpoint.iot.delete_job_template(jobTemplateId="t1")
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
        endpoint.iot.describe_job_template(jobTemplateId="t1")
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
        endpoint.iot.delete_job_template(jobTemplateId="t1")


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({}, "document"),
        ({"document": "{"}, "document"),
        ({"document": DOCUMENT, "jobArn": arns.job_arn("j")}, "jobArn"),
        ({"document": DOCUMENT, "maintenanceWindows": [{"startTime": "x", "durationInMinutes": 5}]}, "startTime"),
        ({"document": DOCUMENT, "description": "a\nb"}, "description"),
    ],
)
def test_a_template_that_cannot_be_is_refused_naming_the_member(endpoint, members, named):
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match=named):
        endpoint.iot.create_job_template(**{"jobTemplateId": "t1", "description": "One", **members})


def test_a_template_made_of_a_job_has_what_the_job_has(endpoint):
    endpoint.add_job("j1", "t", document=DOCUMENT, jobExecutionsRetryConfig=RETRIES)
    endpoint.iot.create_job_template(jobTemplateId="t1", description="One", jobArn=arns.job_arn("j1"))
    shown = endpoint.iot.describe_job_template(jobTemplateId="t1")
    assert (shown["document"], shown["jobExecutionsRetryConfig"]) == (DOCUMENT, RETRIES)


def test_a_job_takes_from_its_template_what_it_does_not_say_itself(endpoint):
    made = endpoint.iot.create_job_template(
        jobTemplateId="t1",
        description="One",
        document=DOCUMENT,
        timeoutConfig={"inProgressTimeoutInMinutes": 5},
        jobExecutionsRetryConfig=RETRIES,
    )
    endpoint.iot.create_job(
        jobId="j1",
        targets=endpoint.add_things("t"),
        jobTemplateArn=made["jobTemplateArn"],
        timeoutConfig={"inProgressTimeoutInMinutes": 9},
    )
    job = endpoint.iot.describe_job(jobId="j1")["job"]
    assert job["jobTemplateArn"] == made["jobTemplateArn"]
    assert job["timeoutConfig"] == {"inProgressTimeoutInMinutes": 9}
    assert (job["jobExecutionsRetryConfig"], job["description"]) == (RETRIES, "One")
    assert endpoint.iot.get_job_document(jobId="j1")["document"] == DOCUMENT
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
        endpoint.iot.create_job(jobId="j2", targets=job["targets"], jobTemplateArn=arns.template_arn("nobody"))
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="documentParameters"):
        endpoint.iot.create_job(
            jobId="j2", targets=job["targets"], document=DOCUMENT, documentParameters={"filePath": "/x"}
        )


def test_aws_own_templates_are_listed_and_shown(endpoint):
    pages = endpoint.iot.get_paginator("list_managed_job_templates").paginate(PaginationConfig={"PageSize": 3})
    listed = [each for page in pages for each in page["managedJobTemplates"]]
    assert [each["templateName"] for each in listed] == [
        "AWS-Download-File",
        "AWS-Install-Application",
        "AWS-Reboot",
        "AWS-Remove-Application",
        "AWS-Restart-Application",
        "AWS-Run-Command",
        "AWS-Start-Application",
        "AWS-Stop-Application",
    ]
    assert {(*each["environments"], each["templateVersion"]) for each in listed} == {("LINUX", "1.0")}
    (one,) = endpoint.iot.list_managed_job_templates(templateName="AWS-Reboot")["managedJobTemplates"]
    assert one["templateArn"] == arns.managed_template_arn("AWS-Reboot", "1.0")
    shown = endpoint.iot.describe_managed_job_template(templateName="AWS-Download-File", templateVersion="1.0")
    assert {each["key"]: each["optional"] for each in shown["documentParameters"]} == {
        "downloadUrl": False,
        "filePath": False,
        "runAsUser": True,
        "pathToHandler": True,
    }
    action = json.loads(shown["document"])["steps"][0]["action"]
    assert action["input"]["args"] == ["${aws:iot:parameter:downloadUrl}", "${aws:iot:parameter:filePath}"]
    for version in ("2.0", "9.9"):
        with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
            endpoint.iot.describe_managed_job_template(templateName="AWS-Reboot", templateVersion=version)


def test_parameters_are_put_into_the_document_and_the_text_before_can_be_had(endpoint):
    parameters = {"downloadUrl": 'https://x/"quoted"', "filePath": "/tmp/a"}
    endpoint.iot.create_job(
        jobId="j1", targets=endpoint.add_things("t"), jobTemplateArn=DOWNLOAD, documentParameters=parameters
    )
    endpoint.settle()
    document = json.loads(endpoint.iot.get_job_document(jobId="j1")["document"])
    action = document["steps"][0]["action"]
    assert action["input"] == {"handler": "download-file.sh", "args": list(parameters.values()), "path": ""}
    assert action["runAsUser"] == ""
    before = endpoint.iot.get_job_document(jobId="j1", beforeSubstitution=True)["document"]
    assert "${aws:iot:parameter:filePath}" in before
    assert endpoint.iot.describe_job(jobId="j1")["job"]["documentParameters"] == parameters
    execution = endpoint.jobs_data.describe_job_execution(thingName="t", jobId="j1")["execution"]
    assert json.loads(execution["jobDocument"]) == document


def test_parameters_that_are_missing_or_unknown_are_named(endpoint):
    targets = endpoint.add_things("t")
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="'filePath'"):
        endpoint.iot.create_job(
            jobId="j1", targets=targets, jobTemplateArn=DOWNLOAD, documentParameters={"downloadUrl": "https://x"}
        )
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="'colour'"):
        endpoint.iot.create_job(
            jobId="j1", targets=targets, jobTemplateArn=REBOOT, documentParameters={"colour": "red"}
        )


def test_94_a_document_from_s3_is_read_once(endpoint, tmp_path: Path):
    (tmp_path / "bucket").mkdir()
    source = tmp_path / "bucket" / "job.json"
    source.write_text('{"first": 1}')
    endpoint.service.files.serve(tmp_path, lambda: endpoint.url)
    url = "https://s3.eu-central-1.amazonaws.com/bucket/job.json"
    endpoint.iot.create_job(jobId="j1", targets=endpoint.add_things("t"), documentSource=url)
    endpoint.settle()
    source.write_text('{"second": 2}')
    execution = endpoint.jobs_data.describe_job_execution(thingName="t", jobId="j1")["execution"]
    assert execution["jobDocument"] == '{"first": 1}'
    assert endpoint.iot.describe_job(jobId="j1")["documentSource"] == url
    for wrong in (
        "https://s3.amazonaws.com/bucket/nothing",
        "https://example.com/x",
        "https://s3.amazonaws.com/b/../x",
    ):
        with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="documentSource"):
            endpoint.iot.create_job(jobId="j2", targets=[arns.thing_arn("t")], documentSource=wrong)
