"""A real S3 server for tests; its variables lead nowhere but to this machine."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from el_project import REPOSITORY

from embedded_store.server import Store

WEED = REPOSITORY / ".seaweedfs" / "venv" / "bin" / "weed"

NO_CLOUD = (
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION",
    "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_METADATA_ENDPOINT",
    "AWS_WEB_IDENTITY_TOKEN_FILE", "AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT_KEY",
    "AWS_ENDPOINT", "AZURE_STORAGE_ENDPOINT", "AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_TOKEN",
    "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_SERVICE_ACCOUNT", "STAGE_ROOT",
)  # fmt: skip
"""What could lead a test to a public cloud."""

WALL = {
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1,localhost",
}
"""What is not for this machine goes to a port where nobody listens."""


@contextmanager
def running(folder: Path) -> Iterator[Store]:
    """Start a server whose data lie in a folder; kill it at the end of the block."""
    store = Store(WEED, folder)
    try:
        store.up()
        yield store
    finally:
        store.down(signal.SIGKILL)


def new_root() -> str:
    """Return a STAGE_ROOT that no other test uses."""
    return f"s3://days/{secrets.token_hex(6)}"
