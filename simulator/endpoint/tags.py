"""Tags of jobs, groups, templates and what else has an ARN. They are kept and shown; nothing here goes by them."""

from collections.abc import Collection, Mapping
from typing import Final

import msgspec

from simulator.jobs.control import invalid_request

KIND: Final = "tags"
"""The kind of a record, by ARN."""
MAX_TAGS: Final = 50  # of one resource, as everywhere in AWS


class Tags:
    """All tags, by ARN."""

    def __init__(self) -> None:
        self._tags: dict[str, dict[str, str]] = {}

    def of(self, arn: str) -> Mapping[str, str]:
        """Return the tags of a resource; none for one that has none."""
        return self._tags.get(arn, {})

    def change(self, arn: str, given: Mapping[str, str], taken: Collection[str] = ()) -> tuple[str, str, bytes | None]:
        """Add and take away; return the record to store.

        Raises:
            ControlError: InvalidRequestException; there would be too many.
        """
        after = {key: value for key, value in {**self.of(arn), **given}.items() if key not in taken}
        if len(after) > MAX_TAGS:
            raise invalid_request(f"tags: a resource has at most {MAX_TAGS}.")
        if not after:
            self._tags.pop(arn, None)
            return KIND, arn, None
        self._tags[arn] = after
        return KIND, arn, msgspec.msgpack.encode(after)

    def restore(self, arn: str, data: bytes) -> None:
        """Put a stored record back.

        Raises:
            msgspec.MsgspecError: it is none.
        """
        self._tags[arn] = msgspec.msgpack.decode(data, type=dict[str, str])
