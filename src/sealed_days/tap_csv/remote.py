"""Files at a URL: streamed into scratch by obstore, which is imported only for them.

What came is compared with the size that the server says; a web page is no file.
"""

from __future__ import annotations

import atexit
import base64
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from sealed_days.core.errors import ConfigurationError, SourceError, one_line
from sealed_days.store.scratch import Scratch
from sealed_days.tap_csv.find_files import ENDINGS, is_hidden
from sealed_days.tap_csv.settings import File

_SCHEMES = {"http", "https", "s3", "gs", "az", "azure", "abfs", "abfss", "adl"}
_BLOCK = 4 << 20
_CREDENTIALS = {
    "s3": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (AWS_ENDPOINT, AWS_REGION)",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS",
    "az": "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
}
_SECRET = re.compile(r"(//)[^/@\s]*@|(?<=[\w/])\?[^\s)\]]*=[^\s)\]]*")
"""A login or a query of a URL in what the library says; a query may be a signature."""
_BESIDE = ("done_marker", "count_file", "checksum_file")


class Downloads:
    """The files that came from URLs, until the process ends.

    Args:
        area: returns the folder for scratch files; asked with the first URL.
    """

    def __init__(self, area: Callable[[], Path]) -> None:
        self._area = area
        self._scratch: Scratch | None = None
        self._count = 0

    def get(self, entry: File, url: str) -> list[tuple[str, Path]]:
        """Return the files that a URL names, by name: what messages call each, and where it is.

        Raises:
            ConfigurationError: the URL is of another kind, or settings do not go with it.
            SourceError: there is no such file, or it did not come whole.
        """
        try:
            parts = urlsplit(url)
        except ValueError as error:
            msg = f"entity {entry.entity}: path (not shown: it may hold a password): {error}"
            raise ConfigurationError(msg) from None
        if parts.scheme not in _SCHEMES:
            known = ", ".join(sorted(_SCHEMES))
            msg = f"entity {entry.entity}: path is a URL of {parts.scheme}: use one of {known}"
            raise ConfigurationError(msg)
        for name in _BESIDE:
            if getattr(entry, name) is not None:
                msg = f"entity {entry.entity}: {name} goes with local files: remove it"
                raise ConfigurationError(msg)
        is_web = parts.scheme in {"http", "https"}
        with _one_line(url, parts.scheme):
            store, keys = _web(url) if is_web else _bucket(url)
            shown = [(shown_url(url) if is_web else f"{_root(url)}{key}", key) for key in keys]
            return [(name, self._download(store, key, name, entry)) for name, key in shown]

    def close(self) -> None:
        """Remove what was fetched."""
        if self._scratch is not None:
            self._scratch.close()
            self._scratch = None

    def _download(self, store: Any, key: str, shown: str, entry: File) -> Path:
        import obstore

        if self._scratch is None:
            self._scratch = Scratch(self._area())
            atexit.register(self.close)
        self._count += 1
        path = self._scratch.path / f"download-{self._count}"
        found = obstore.get(store, key)
        kind = str(found.attributes.get("Content-Type", ""))
        if kind.startswith("text/html"):
            msg = f"{shown} is a web page ({kind}), not CSV: is a login needed, or the URL wrong?"
            raise SourceError(msg)
        size, bytes_ = found.meta["size"], 0
        with path.open("wb") as out:
            for block in found.stream(min_chunk_size=_BLOCK):
                bytes_ += out.write(block)
        if bytes_ != size:
            msg = f"{shown} came with {bytes_:,} bytes of {size:,}: run again"
            raise SourceError(msg)
        modified = found.meta["last_modified"]
        if modified > datetime(1971, 1, 1, tzinfo=UTC):
            os.utime(path, (modified.timestamp(), modified.timestamp()))
        elif entry.max_age or entry.stable_for:
            msg = (
                f"{shown}: its server does not say when it was changed: remove max_age, stable_for"
            )
            raise SourceError(msg)
        return path


def shown_url(url: str) -> str:
    """Return a URL without what may be secret: user, password, query."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


@contextmanager
def _one_line(url: str, scheme: str) -> Iterator[None]:
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError:
        msg = f"{shown_url(url)} is missing: no such file; put it there, or set path in meltano.yml"
        raise SourceError(msg) from None
    except (BaseError, PermissionError, ValueError) as error:
        said = one_line(error).partition("Debug source")[0].strip()
        said = _SECRET.sub(r"\1", said)[:300]
        needs = _CREDENTIALS.get("az" if scheme.startswith("a") else scheme)
        fix = f"; if it needs credentials, set {needs} in .env" if needs else ""
        msg = f"{shown_url(url)} cannot be fetched: {said}{fix}"
        raise SourceError(msg) from None


def _web(url: str) -> tuple[Any, list[str]]:
    from obstore.store import HTTPStore

    parts = urlsplit(url)
    client: Any = {"allow_http": True, "timeout": "1h", "connect_timeout": "10s"}
    user, has_user, host = parts.netloc.rpartition("@")
    if has_user:
        token = base64.b64encode(unquote(user).encode()).decode()
        client["default_headers"] = {"authorization": f"Basic {token}"}
    bare = urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
    # the URL itself is the store's root, so that its query stays
    return HTTPStore.from_url(bare, client_options=client, retry_config=_retry()), [""]


def _retry() -> Any:
    return {"max_retries": 2, "retry_timeout": timedelta(seconds=30)}


def _root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _bucket(url: str) -> tuple[Any, list[str]]:
    """Return a bucket, and the keys in it that a URL names: one, a folder's, or a glob's."""
    import obstore
    from obstore.store import from_url

    client: Any = {"allow_http": True, "timeout": "1h", "connect_timeout": "10s"}
    store = from_url(_root(url), client_options=client, retry_config=_retry())
    key = url[len(_root(url)) :]
    is_folder = not key or key.endswith("/")
    if not is_folder and not any(character in key for character in "*?["):
        return store, [key]
    fixed = key if is_folder else key[: min(key.find(c) for c in "*?[" if c in key)]
    prefix = fixed.rpartition("/")[0]
    found = []
    for batch in obstore.list(store, prefix=prefix or None):
        for item in batch:
            path = str(item["path"])
            name = path.rpartition("/")[2]
            if is_folder:
                is_in = path == f"{key}{name}" and name.lower().endswith(ENDINGS)
            else:
                is_in = fnmatchcase(path, key) and path.count("/") == key.count("/")
            if is_in and not is_hidden(name):
                found.append(path)
    if not found:
        raise FileNotFoundError(url)
    return store, sorted(found)
