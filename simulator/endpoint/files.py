"""The folder that stands for S3: what placeholders in job documents name is downloaded from here, by signed URLs.

`https://s3.REGION.amazonaws.com/BUCKET/KEY` is the file BUCKET/KEY of the folder, or else the file KEY.
"""

import hmac
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from simulator.errors import InputError
from simulator.jobs import limits
from simulator.jobs.configs import DEFAULT_EXPIRES_SECONDS
from simulator.jobs.control import invalid_request
from simulator.jobs.placeholders import PRESIGNED, S3Object, s3_object, with_urls
from simulator.jobs.stored import Job

PATH: Final = "/files/"


def checked_folder(root: Path | None) -> Path | None:
    """Return the folder that is to be offered.

    Raises:
        InputError: there is no such folder.
    """
    if root is not None and not root.is_dir():
        raise InputError(f"--files {root}", "is no folder", "name a folder that exists")
    return root


class Files:
    """Signs and checks URLs, and finds files. A URL is good until it expires or the endpoint is started anew."""

    def __init__(self) -> None:
        self._root: Path | None = None
        self._base_url: Callable[[], str] | None = None
        self._secret = secrets.token_bytes(32)

    def serve(self, root: Path | None, base_url: Callable[[], str]) -> None:
        """Offer a folder; `base_url` says under which URL this endpoint is reached by things.

        Without a folder placeholders become URLs all the same, under which nothing is found.
        """
        self._root = None if root is None else root.resolve()
        self._base_url = base_url

    def prepare(self, job: Job, thing_name: str, now: float) -> str:
        """Return a job's document as a thing gets it: with URLs in place of placeholders."""
        if PRESIGNED not in job.document or self._base_url is None:
            return job.document
        config = job.presigned_url_config
        seconds = DEFAULT_EXPIRES_SECONDS if config is None or config.expires_in_sec is None else config.expires_in_sec
        base_url = self._base_url()

        def sign(named: S3Object) -> str:
            expires = int(now) + seconds
            query = {"X-Amz-Expires": seconds, "thing": thing_name, "expires": expires}
            query["X-Amz-Signature"] = self._signature(named, thing_name, expires)
            return f"{base_url}{PATH}{quote(named.bucket)}/{quote(named.key)}?{urlencode(query)}"

        return with_urls(job.document, sign)

    def is_signed(self, named: S3Object, thing_name: str, expires: str, signature: str) -> bool:
        """Whether we gave this URL out. Whether it has expired is another question."""
        if not expires.isascii() or not expires.isdigit() or len(expires) > 15:
            return False
        return hmac.compare_digest(self._signature(named, thing_name, int(expires)).encode(), signature.encode())

    def find(self, named: S3Object) -> Path | None:
        """Return the file of an object, None if there is none. Looks at the disk; call it off the loop."""
        root = self._root
        if root is None or "\0" in named.key:
            return None
        for place in (root / named.bucket / named.key, root / named.key):
            try:
                path = place.resolve(strict=True)
            except (OSError, RuntimeError, ValueError):
                continue
            if path.is_relative_to(root) and path.is_file():
                return path
        return None

    def document(self, source: str) -> str:
        """Return the text of a documentSource. Reads the disk; call it off the loop.

        Raises:
            ControlError: InvalidRequestException.
        """
        named = s3_object(source)
        if named is None:
            raise invalid_request(f"documentSource '{source[:200]}' is no URL of an S3 object.")
        if self._root is None:
            raise invalid_request("documentSource needs a folder that stands for S3: start the endpoint with --files.")
        path = self.find(named)
        if path is None:
            raise invalid_request(f"documentSource: there is no {named.bucket}/{named.key} in the folder of --files.")
        try:
            with path.open("rb") as file:
                return file.read(limits.JOB_DOCUMENT_BYTES + 1).decode("utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            raise invalid_request(f"documentSource {named.bucket}/{named.key} cannot be read: {exc}") from None

    def _signature(self, named: S3Object, thing_name: str, expires: int) -> str:
        text = "\n".join((named.bucket, named.key, thing_name, str(expires)))
        return hmac.new(self._secret, text.encode("utf-8", "surrogateescape"), "sha256").hexdigest()
