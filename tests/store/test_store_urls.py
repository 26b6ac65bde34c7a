"""What leads to an object store is checked before anything is sent, and no password is shown."""

from __future__ import annotations

import pytest

from sealed_days.core.errors import ConfigurationError
from sealed_days.store.clouds import check, explain

SET = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1"}


@pytest.mark.parametrize(
    "root",
    [
        "s3://user:S3KRET@bucket/prefix",
        "s3://bucket/prefix?token=S3KRET",
        "s3://bucket#S3KRET",
        "s3://[user:S3KRET",
        "gs://user:S3KRET@bucket",
        "ftp://user:S3KRET@host/x",
    ],
)
def test_a_url_with_a_password_is_refused_and_not_shown(root: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check(root, SET)
    assert "S3KRET" not in str(caught.value)
    assert "STAGE_ROOT" in str(caught.value)


@pytest.mark.parametrize(
    "endpoint", ["http://u:S3KRET@127.0.0.1:9", "http//u:S3KRET@h", "S3KRET", "http://h/?k=S3KRET"]
)
def test_an_address_with_a_password_is_refused_and_not_shown(endpoint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check("s3://bucket/prefix", SET | {"AWS_ENDPOINT_URL": endpoint})
    assert "S3KRET" not in str(caught.value)
    assert "AWS_ENDPOINT_URL (not shown" in str(caught.value)


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:8333", "https://s3.example.com", "https://example.com/s3/"]
)
def test_other_addresses_and_prefixes_are_taken(endpoint: str) -> None:
    check("s3://bucket", SET | {"AWS_ENDPOINT_URL": endpoint})
    check("s3://bucket/of us/a@b", SET)


def test_a_proxy_s_password_in_an_error_is_not_shown() -> None:
    text = "error sending request for url (http://u:S3KRET@127.0.0.1:9/b/x)"
    assert "S3KRET" not in str(explain(ValueError(text), "s3://b/x", "write x"))
    assert "S3KRET" not in str(explain(ValueError("no http://u:S3KRET@h"), "s3://b/x", "read x"))
