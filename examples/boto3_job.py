"""Carry out one job with nothing but boto3, on the local endpoint.

Start it first: uv run thing-simulator endpoint --mqtt 127.0.0.1:1883 --http 127.0.0.1:8000
Then:           uv run python examples/boto3_job.py [URL]
"""

import sys
import uuid

import boto3

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
KEYS = {"region_name": "us-east-1", "aws_access_key_id": "local", "aws_secret_access_key": "local"}


def main() -> None:
    iot = boto3.client("iot", endpoint_url=URL, **KEYS)
    device = boto3.client("iot-jobs-data", endpoint_url=URL, **KEYS)
    thing, job_id = "pump-01", f"firmware-{uuid.uuid4().hex[:8]}"

    arn = iot.create_thing(thingName=thing)["thingArn"]
    iot.create_job(jobId=job_id, targets=[arn], document='{"operation": "install", "version": "2.4.0"}')

    execution = device.start_next_pending_job_execution(thingName=thing)["execution"]
    print(f"started {execution['jobId']} at version {execution['versionNumber']}")
    try:
        device.update_job_execution(jobId=job_id, thingName=thing, status="SUCCEEDED", expectedVersion=1)
    except device.exceptions.InvalidStateTransitionException as refused:
        print(f"a stale version is refused: {refused}")
    answer = device.update_job_execution(
        jobId=job_id,
        thingName=thing,
        status="SUCCEEDED",
        statusDetails={"progress": "100"},
        expectedVersion=execution["versionNumber"],
        includeJobExecutionState=True,
    )
    print(f"now {answer['executionState']}")
    print(f"the job is {iot.describe_job(jobId=job_id)['job']['status']}")
    iot.close()
    device.close()


if __name__ == "__main__":
    main()
