"""Connect to an object store: what its URL and each cloud's own variables say, checked first.

Nothing is sent before the settings are complete: the library would look for an instance's role
on the network, or go to the public cloud, where a variable was only forgotten.
Sources: https://docs.rs/object_store (the variables), https://developmentseed.org/obstore
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlparse

from sealed_days.core.errors import ConfigurationError, FileError, UserError

SCHEMES = {"s3": "bucket", "gs": "bucket", "az": "container"}
"""What the host part of a URL names, by the URL's scheme."""

RETRY_SECONDS = 30
"""How long a request is tried again; the library's default is 180 s."""
REQUEST_SECONDS = 120
"""The longest that one request may take: a part of an upload, a range of a file."""

_S3_KEYS = (
    ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI",),
    ("AWS_METADATA_ENDPOINT",),
)
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
_AZURE_ENDPOINTS = ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT", "AZURITE_BLOB_STORAGE_URL")
_NOT_IN_NAME = re.compile(r"[@\[\]\\\s]")
_NOT_IN_URL = re.compile(r"[?#]")
_ENDPOINT = re.compile(r"https?://[^/@?#\s]+(/[^@?#\s]*)?")
_LOGIN = re.compile(r"//[^/@\s]*@")
_AZURE_KEYS = (
    ("AZURE_STORAGE_ACCOUNT_KEY",),
    ("AZURE_STORAGE_SAS_TOKEN",),
    ("AZURE_STORAGE_TOKEN",),
    ("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID"),
    ("AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_TENANT_ID"),
    ("AZURE_STORAGE_USE_EMULATOR",),
)
_GOOGLE_KEYS = (
    ("GOOGLE_APPLICATION_CREDENTIALS",),
    ("GOOGLE_SERVICE_ACCOUNT",),
    ("GOOGLE_SERVICE_ACCOUNT_KEY",),
    ("GOOGLE_BEARER_TOKEN",),
)


def check(root: str, environment: Mapping[str, str] = os.environ) -> None:
    """Check that a store's URL and its variables are complete.

    Args:
        root: `s3://bucket/prefix`, `gs://bucket/prefix` or `az://container/prefix`.
        environment: the variables.

    Raises:
        ConfigurationError: what is missing, and the variable to set.
    """
    scheme, _, rest = root.partition("://")
    if scheme not in SCHEMES:
        msg = (
            f"STAGE_ROOT begins with {scheme}://: use a folder, s3://bucket/prefix, "
            "gs://bucket/prefix or az://container/prefix in .env"
        )
        raise ConfigurationError(msg)
    if _NOT_IN_NAME.search(rest.partition("/")[0]) or _NOT_IN_URL.search(rest):
        msg = (
            f"STAGE_ROOT (not shown: it may hold a password) is not of the form {scheme}://"
            f"{SCHEMES[scheme]}/prefix: credentials are variables of their own in .env"
        )
        raise ConfigurationError(msg)
    for name in (*_ENDPOINTS, *_AZURE_ENDPOINTS):
        if environment.get(name) and not _ENDPOINT.fullmatch(environment[name]):
            msg = (
                f"{name} (not shown: it may hold a password) is not of the form "
                "http://HOST:PORT: credentials are variables of their own in .env"
            )
            raise ConfigurationError(msg)
    url = urlparse(root)
    if not url.netloc:
        msg = f"STAGE_ROOT is {root}, which names no {SCHEMES[url.scheme]}: set it in .env"
        raise ConfigurationError(msg)
    keys = {"s3": _S3_KEYS, "az": _AZURE_KEYS, "gs": _GOOGLE_KEYS}[url.scheme]
    if not any(all(environment.get(name) for name in names) for names in keys):
        msg = f"STAGE_ROOT is {root}, and no credentials are set: set {_and(keys[0])} in .env"
        raise ConfigurationError(msg)
    if url.scheme == "s3" and not any(
        environment.get(name) for name in (*_ENDPOINTS, "AWS_REGION", "AWS_DEFAULT_REGION")
    ):
        msg = (
            f"STAGE_ROOT is {root}, and no server is named: set AWS_REGION for Amazon S3, or "
            "AWS_ENDPOINT_URL for another server, in .env"
        )
        raise ConfigurationError(msg)
    if url.scheme == "az" and not any(
        environment.get(name)
        for name in ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_USE_EMULATOR")
    ):
        msg = f"STAGE_ROOT is {root}: set AZURE_STORAGE_ACCOUNT_NAME in .env"
        raise ConfigurationError(msg)


def connect(root: str, retry_seconds: float = RETRY_SECONDS) -> Any:
    """Return obstore's client for a store; no request is made.

    Raises:
        ConfigurationError: a setting is missing or not accepted.
    """
    check(root)
    for name in [name for name in os.environ if name.startswith(("AWS_", "AZURE_", "GOOGLE_"))]:
        if not os.environ[name]:
            del os.environ[name]  # the library would take "" for a value
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ImportError:
        msg = f"STAGE_ROOT is {root}, and obstore is not installed here: run make install"
        raise ConfigurationError(msg) from None
    endpoint = next(filter(None, map(os.environ.get, _ENDPOINTS)), None)
    given: dict[str, Any] = {}
    if root.startswith("s3:"):
        # each part travels with its sha256, which the server compares
        given["checksum_algorithm"] = "SHA256"
        if endpoint:
            given["endpoint"] = endpoint
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        given["region"] = region or "us-east-1"
    try:
        return from_url(
            root,
            client_options={
                # only where the user's own variable says http://
                "allow_http": _is_http(endpoint) or _is_emulated(),
                "connect_timeout": timedelta(seconds=5),
                "timeout": timedelta(seconds=REQUEST_SECONDS),
            },
            retry_config={
                "max_retries": 100,
                "retry_timeout": timedelta(seconds=retry_seconds),
                "backoff": {
                    "init_backoff": timedelta(milliseconds=100),
                    "max_backoff": timedelta(seconds=5),
                    "base": 2,
                },
            },
            **given,
        )
    except (BaseError, ValueError) as error:
        raise ConfigurationError(f"STAGE_ROOT is {root}: {_first_line(error)}") from None


def explain(error: Exception, root: str, what: str) -> UserError:
    """Return the one line for an error of obstore.

    Args:
        error: what obstore raised.
        root: the store's URL.
        what: what was being done: `write postgres/2025-01-01.datapackage.json`.
    """
    from obstore import exceptions

    text = _LOGIN.sub("//", " ".join(str(error).split()))
    url = urlparse(root)
    found = re.search(r"<Code>(\w+)</Code>", text)
    code = found[1] if found else ""
    if code in {"NoSuchBucket", "ContainerNotFound"}:
        kind = SCHEMES[url.scheme]
        return ConfigurationError(
            f"{root}: the {kind} {url.netloc} does not exist: create it, or correct STAGE_ROOT"
        )
    if code in {"ExpiredToken", "TokenRefreshRequired", "RequestExpired"}:
        return ConfigurationError(
            f"{root}: the credentials have expired ({code}): renew them in .env, run again"
        )
    if isinstance(error, exceptions.PermissionDeniedError | exceptions.UnauthenticatedError):
        return ConfigurationError(
            f"{root}: the store refused to {what} ({code or 'permission denied'}): check the "
            "credentials in .env and their rights on this prefix"
        )
    if "error sending request" in text or "operation timed out" in text or "connection" in text:
        where = re.search(r"https?://[^/\s]+", text)
        return FileError(
            f"{root}: {where[0] if where else 'the store'} does not answer (could not {what}, "
            f"tried again for {RETRY_SECONDS} s): nothing was published; check the store and its "
            "address in .env, run again"
        )
    return FileError(f"{root}: could not {what}: {_first_line(error)}")


def _first_line(error: Exception) -> str:
    """Return what an error says, without the Rust value that obstore prints after it."""
    text = _LOGIN.sub("//", str(error).partition("Debug source:")[0])
    return " ".join(text.split())[:400]


def _is_http(endpoint: str | None) -> bool:
    return bool(endpoint) and str(endpoint).startswith("http://")


def _is_emulated() -> bool:
    return any(os.environ.get(name, "").startswith("http://") for name in _AZURE_ENDPOINTS) or bool(
        os.environ.get("AZURE_STORAGE_USE_EMULATOR")
    )


def _and(names: tuple[str, ...]) -> str:
    return " and ".join(names)
