"""The composer's draft as text, so that it outlives the window; and back."""

from dataclasses import replace
from typing import Final

import msgspec

from ui.composer_draft import JobDraft

MOST_TARGETS: Final = 1000  # a draft for more things is for those that are shown when it comes back


def written(draft: JobDraft) -> str:
    """A draft as JSON text."""
    if len(draft.targets) > MOST_TARGETS:
        draft = replace(draft, targets=())
    return msgspec.json.encode(draft).decode()


def read(text: str) -> JobDraft | None:
    """The draft in such a text; None if it is none."""
    try:
        return msgspec.json.decode(text, type=JobDraft)
    except (msgspec.MsgspecError, RecursionError):
        return None


def is_same_work(one: JobDraft, other: JobDraft) -> bool:
    """Whether as much was typed in both: the id is made by itself, and targets follow what is shown."""
    return replace(one, job_id="", targets=(), group_size=None) == replace(
        other, job_id="", targets=(), group_size=None
    )
