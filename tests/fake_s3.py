"""An S3 server of a few lines, for what no real one does when a test wants it."""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FakeS3(ThreadingHTTPServer):
    """Keeps objects in memory; `endpoint` is its address.

    Args:
        has_conditions: whether it reads If-Match and If-None-Match.
        refuses_all: the code with which it refuses every request, "" to refuse none.
    """

    daemon_threads = True

    def __init__(self, *, has_conditions: bool = True, refuses_all: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.has_conditions, self.refuses_all = has_conditions, refuses_all
        self.loses_next_answer = False
        self.objects: dict[str, bytes] = {}
        self.lock = threading.Lock()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def variables(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }


@contextlib.contextmanager
def running(*, has_conditions: bool = True, refuses_all: str = "") -> Iterator[FakeS3]:
    with FakeS3(has_conditions=has_conditions, refuses_all=refuses_all) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeS3

    def do_PUT(self) -> None:
        data, key = self._body(), self.path.partition("?")[0]
        with self.server.lock:
            old = self.server.objects.get(key)
            wants = self.headers.get("If-Match")
            is_new = self.headers.get("If-None-Match") == "*"
            fits = not (is_new and old is not None) and wants in {None, _tag(old)}
            if self.server.has_conditions and not fits:
                return self._answer(412, _error("PreconditionFailed"))
            if self.server.refuses_all:
                return self._answer(400, _error(self.server.refuses_all))
            self.server.objects[key] = data
        if self.server.loses_next_answer:
            self.server.loses_next_answer = False
            self.close_connection = True
            return None
        return self._answer(200, b"", {"ETag": _tag(data)})

    def do_GET(self) -> None:
        data = self.server.objects.get(self.path.partition("?")[0])
        if self.server.refuses_all:
            return self._answer(400, _error(self.server.refuses_all))
        if data is None:
            return self._answer(404, _error("NoSuchKey"))
        return self._answer(200, data, {"ETag": _tag(data)})

    def do_POST(self) -> None:
        names = re.findall(rb"<Key>.*?</Key>", self._body())  # they stay
        done = b"".join(b"<Deleted>" + name + b"</Deleted>" for name in names)
        self._answer(200, b"<DeleteResult>" + done + b"</DeleteResult>")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, code: int, data: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT")
        self.end_headers()
        self.wfile.write(data)


def _tag(data: bytes | None) -> str:
    return f'"{hashlib.md5(data or b"", usedforsecurity=False).hexdigest()}"'


def _error(code: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()
