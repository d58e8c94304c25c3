"""A control plane of a hundred lines on a free port: what AWS answers to the operator's calls, and faults on demand."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

ARN = "arn:aws:iot:us-east-1:123456789012"
STATUSES = ["Queued", "InProgress", "Succeeded", "Failed", "TimedOut", "Rejected", "Removed", "Canceled"]


@dataclass
class ControlPlane:
    """What was asked of it, and what it holds. `executions` maps a job id to the list entries it tells."""

    url: str = ""
    things: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)  # names that answer ResourceAlreadyExists
    groups: dict[str, list[str]] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    executions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    faults: list[tuple[int, str, str]] = field(default_factory=list)  # status, code, message: one for each next request
    asked: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def answer(self, method: str, target: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        split = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        self.asked.append(f"{method} {target}")
        if self.faults:
            status, code, message = self.faults.pop(0)
            return status, {"__type": code, "message": message}
        match method, split.path.strip("/").split("/"):
            case "PUT", ["thing-groups", "addThingToThingGroup"]:
                self.groups[body["thingGroupName"]].append(body["thingName"])
                return 200, {}
            case "POST", ["thing-groups", name]:
                self.groups[name] = []
                return 200, {"thingGroupName": name, "thingGroupArn": f"{ARN}:thinggroup/{name}"}
            case "GET", ["thing-groups", name, "things"]:
                if name not in self.groups:
                    return 404, {"__type": "ResourceNotFoundException", "message": f"Group {name} cannot be found."}
                return 200, {"things": self.groups[name]}
            case "POST", ["things", name]:
                if name in self.taken:
                    return 409, {"__type": "ResourceAlreadyExistsException", "message": "it has other attributes"}
                self.things[name] = f"{ARN}:thing/{name}"
                return 200, {"thingName": name, "thingArn": self.things[name]}
            case "GET", ["things", name]:
                if name not in self.things and name not in self.taken:
                    return 404, {"__type": "ResourceNotFoundException", "message": f"Thing {name} cannot be found."}
                return 200, {"thingName": name, "thingArn": f"{ARN}:thing/{name}"}
            case "PUT", ["jobs", job_id]:
                self.jobs[job_id] = body
                return 200, {"jobId": job_id, "jobArn": f"{ARN}:job/{job_id}"}
            case "GET", ["jobs", job_id]:
                return 200, {"job": self.job(job_id)}
            case "GET", ["jobs"]:
                return 200, {"jobs": [self.job(job_id) for job_id in self.jobs]}
            case "GET", ["jobs", job_id, "things"]:
                start, size = int(query.get("nextToken", "0")), int(query["maxResults"])
                found = self.executions[job_id]
                more = {"nextToken": str(start + size)} if start + size < len(found) else {}
                return 200, {"executionSummaries": found[start : start + size], **more}
            case "GET", ["things", name, "jobs", job_id]:
                return 200, {"execution": {"jobId": job_id, "versionNumber": len(name)}}
            case "PUT", ["jobs", job_id, "cancel"]:
                return 200, {"jobId": job_id}
            case "DELETE", ["jobs", job_id]:
                return 200, {}
        return 404, {"__type": "ResourceNotFoundException", "message": f"no route {method} {split.path}"}

    def job(self, job_id: str) -> dict[str, Any]:
        found = [entry["jobExecutionSummary"]["status"] for entry in self.executions.get(job_id, [])]
        words = {status: re.sub(r"(?<!^)([A-Z])", r"_\1", status).upper() for status in STATUSES}
        return {
            "jobId": job_id,
            "status": "IN_PROGRESS",
            "targets": self.jobs[job_id]["targets"],
            "createdAt": 1_750_000_000.25,
            "jobProcessDetails": {f"numberOf{status}Things": found.count(words[status]) for status in STATUSES},
        }


def execution(thing_name: str, status: str, number: int = 1) -> dict[str, Any]:
    """Return one entry of ListJobExecutionsForJob."""
    summary = {
        "status": status,
        "executionNumber": number,
        "queuedAt": 1_750_000_000.5,
        "lastUpdatedAt": 1_750_000_004.0,
    }
    return {"thingArn": f"{ARN}:thing/{thing_name}", "jobExecutionSummary": summary}


@contextmanager
def control_plane() -> Iterator[ControlPlane]:
    """Serve until the block ends."""
    plane = ControlPlane()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet an answer: two would wait for each other (Nagle), 40 ms a call

        def respond(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            with plane.lock:
                status, answer = plane.answer(self.command, self.path, body)
            payload = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_PUT = do_POST = do_DELETE = respond  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        plane.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield plane
        finally:
            server.shutdown()
            thread.join()
