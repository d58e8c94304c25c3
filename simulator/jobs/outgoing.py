"""A request on its way: what it asks, which answer belongs to it, and which stored state shows that it was applied."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from simulator.jobs.model import ErrorResponse, JobStatus, Reply, Request, UpdateRequest
from simulator.jobs.topics import ReplyTopic, RequestTopic

PROBE: Final = "-probe"
"""How the client token of a probe ends, so that whoever reads or counts messages can tell it from a mistake."""

_OF_PROBE: Final = re.compile(rb'"clientToken"\s*:\s*"[^"]*-probe"')


def answers_probe(payload: bytes) -> bool:
    """Whether a rejection is what a probe asked for: it tells how an execution ended, and nothing went wrong."""
    return _OF_PROBE.search(payload) is not None


class Outgoing(msgspec.Struct, frozen=True):
    """A request and where to publish it. A probe is an update sent to be rejected, for the state that comes back.

    `based_on` is the version that the thing believed in when it made an update, whatever the update says it expects.
    """

    topic: RequestTopic
    request: Request
    is_probe: bool = False
    based_on: int = 0

    def is_answered_by(self, topic: ReplyTopic, reply: Reply) -> bool:
        """Whether `reply` belongs to this: by the client token, or by the topic if the service could not read one."""
        if reply.client_token is UNSET:
            return isinstance(reply, ErrorResponse) and topic.request == self.topic
        is_same = topic.request is self.topic or topic.request == self.topic
        return is_same and reply.client_token == self.request.client_token

    def is_shown_by(self, status: JobStatus, version: int, details: Mapping[str, str] | UnsetType) -> bool:
        """Whether a stored state is exactly what this update leaves behind when it is applied."""
        request = self.request
        if not isinstance(request, UpdateRequest):
            return False
        if status is not request.status or version != self.based_on + 1:
            return False
        if isinstance(request.status_details, UnsetType):
            return True
        stored = {} if isinstance(details, UnsetType) else details
        return stored == request.status_details

    def under(self, client_token: str) -> "Outgoing":
        """Return the same question under another client token."""
        request = msgspec.structs.replace(self.request, client_token=client_token)
        return Outgoing(self.topic, request, self.is_probe, self.based_on)
