"""Placeholders in job documents: parameters of managed templates, and S3 objects that become pre-signed URLs.

Source: reference sections 8.2 and 12.1. Nothing else in a document means anything to the service.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

PRESIGNED: Final = "${aws:iot:s3-presigned-url"
_PRESIGNED: Final = re.compile(r"\$\{aws:iot:s3-presigned-url(?:-v2)?:([^}\s]+)\}")
_PARAMETER: Final = re.compile(r"\$\{aws:iot:parameter:([a-zA-Z0-9_-]+)\}")
_PATH_STYLE: Final = re.compile(r"s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?")
_HOST_STYLE: Final = re.compile(r"([a-z0-9][a-z0-9.-]*)\.s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?")


class S3Object(NamedTuple):
    """What an S3 URL names."""

    bucket: str
    key: str


def s3_object(url: str) -> S3Object | None:
    """Return what a URL of S3 names, with the bucket in the path or in the host; None if it is no such URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host, path = parts.netloc.lower(), unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("https", "http"):
        return None
    if _PATH_STYLE.fullmatch(host):
        bucket, _, key = path.partition("/")
    elif (in_host := _HOST_STYLE.fullmatch(host)) is not None:
        bucket, key = in_host[1], path
    else:
        return None
    return S3Object(bucket, key) if bucket and key else None


def with_urls(document: str, sign: Callable[[S3Object], str]) -> str:
    """Return a document with its S3 placeholders replaced by what `sign` says; others stay as they are.

    `sign` returns a URL, which needs no escapes in JSON.
    """

    def replaced(match: re.Match[str]) -> str:
        try:
            url = json.loads(f'"{match[1]}"')  # the document's own escapes
        except ValueError:
            return match[0]
        found = s3_object(url)
        return match[0] if found is None else sign(found)

    return _PRESIGNED.sub(replaced, document)


def parameters_in(document: str) -> set[str]:
    """Return the names of the parameters that a document has a place for."""
    return set(_PARAMETER.findall(document))


def with_parameters(document: str, parameters: Mapping[str, str]) -> str:
    """Return a document with its parameters put in; one that is not given becomes an empty text."""
    return _PARAMETER.sub(lambda match: json.dumps(parameters.get(match[1], ""))[1:-1], document)
