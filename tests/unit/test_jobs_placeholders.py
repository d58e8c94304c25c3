"""What is found and replaced in job documents, and what is left alone."""

import json

import pytest

from simulator.jobs.placeholders import S3Object, parameters_in, s3_object, with_parameters, with_urls


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://s3.amazonaws.com/bucket/key", S3Object("bucket", "key")),
        ("https://s3.eu-west-1.amazonaws.com/bucket/a/b%20c", S3Object("bucket", "a/b c")),
        ("https://s3-us-west-2.amazonaws.com/bucket/key", S3Object("bucket", "key")),
        ("https://s3.cn-north-1.amazonaws.com.cn/bucket/key", S3Object("bucket", "key")),
        ("https://my.bucket.s3.eu-west-1.amazonaws.com/a/key", S3Object("my.bucket", "a/key")),
        ("https://bucket.s3.amazonaws.com/key", S3Object("bucket", "key")),
        ("https://s3.amazonaws.com/bucket", None),
        ("https://s3.amazonaws.com/bucket/", None),
        ("https://example.com/bucket/key", None),
        ("https://s3.amazonaws.com.evil.com/bucket/key", None),
        ("ftp://s3.amazonaws.com/bucket/key", None),
        ("https://[broken", None),
        ("", None),
    ],
)
def test_a_url_of_s3_names_bucket_and_key(url: str, expected: S3Object | None) -> None:
    assert s3_object(url) == expected


def test_every_placeholder_is_replaced_and_the_rest_of_the_document_stays() -> None:
    document = json.dumps(
        {
            "a": "${aws:iot:s3-presigned-url:https://s3.amazonaws.com/b/1}",
            "b": ["x ${aws:iot:s3-presigned-url-v2:https://b.s3.amazonaws.com/2} y"],
            "c": "${aws:iot:s3-presigned-url:https://example.com/b/3}",
            "d": "${aws:iot:parameter:p}",
        }
    )
    assert json.loads(with_urls(document, lambda named: f"http://here/{named.bucket}/{named.key}")) == {
        "a": "http://here/b/1",
        "b": ["x http://here/b/2 y"],
        "c": "${aws:iot:s3-presigned-url:https://example.com/b/3}",
        "d": "${aws:iot:parameter:p}",
    }


def test_the_documents_own_escapes_are_read() -> None:
    document = r'{"a": "${aws:iot:s3-presigned-url:https:\/\/s3.amazonaws.com\/b\/\u006bey}"}'
    assert json.loads(with_urls(document, lambda named: f"http://here/{named.key}")) == {"a": "http://here/key"}


def test_parameters_are_put_in_as_json_texts_and_those_not_given_are_empty() -> None:
    document = '{"a": "${aws:iot:parameter:one}", "b": "${aws:iot:parameter:two}"}'
    assert parameters_in(document) == {"one", "two"}
    filled = with_parameters(document, {"one": 'quote " and \\ and \n'})
    assert json.loads(filled) == {"a": 'quote " and \\ and \n', "b": ""}
