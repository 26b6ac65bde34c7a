"""Files at a URL: streamed, proven, and refused in one line. A real HTTP server."""

from __future__ import annotations

import base64
import gzip
import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("obstore")

ROWS = b"id,v\n" + b"".join(b"%d,x\n" % number for number in range(9999))


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name, _, query = self.path.rpartition("/")[2].partition("?")
        kind, body = "text/csv", ROWS
        if name == "o.csv.gz":
            kind, body = "application/gzip", gzip.compress(ROWS)
        if name == "page":
            kind, body = "text/html; charset=utf-8", b"<html>log in</html>"
        if name == "query" and query != "day=2025-01-31&key=secret":
            body = b""
        login = base64.b64encode(b"me:p@ss").decode()
        if name == "private" and self.headers.get("Authorization") != f"Basic {login}":
            self.send_error(403)
            return
        if name == "none.csv":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) + 9 * (name == "short.csv")))
        if name == "old.csv":
            self.send_header("Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize("name", ["{date}/o.csv", "o.csv.gz", "query?day={date}&key=secret"])
def test_file_at_a_url_is_staged_and_leaves_nothing_behind(run, host, name):
    path = f"http://{host}/{name}"
    messages = run.sync(run.config(path=path, date="2025-01-31", types={"id": "integer"}))
    assert run.taken(messages) == ROWS
    assert "secret" not in run.caplog.text
    assert not [p for p in run.scratch.rglob("download-*") if run.way == "direct"]


def test_login_in_the_url_is_sent_and_never_shown(direct, host):
    assert direct.taken(direct.sync(direct.config(path=f"http://me:p%40ss@{host}/private"))) == ROWS
    said = direct.refuse(path=f"http://me:wrong@{host}/private")
    assert "cannot be fetched" in said
    assert "wrong" not in said
    assert "wrong" not in direct.caplog.text


@pytest.mark.parametrize(
    ("name", "entry", "said"),
    [
        ("none.csv", {}, "none.csv is missing: no such file"),
        ("page", {}, "is a web page (text/html; charset=utf-8), not CSV"),
        ("short.csv", {}, "short.csv cannot be fetched"),
        ("o.csv", {"max_age": "1h"}, "does not say when it was changed"),
        ("old.csv", {"max_age": "1h"}, "old.csv is stale"),
        ("o.csv", {"done_marker": ".done"}, "done_marker goes with local files"),
        ("o.csv", {"types": {"v": "integer"}}, "/o.csv line 2, column v: 'x' is not an integer"),
    ],
)
def test_what_is_wrong_at_a_url_is_one_line(direct, host, name, entry, said):
    assert said in direct.refuse(path=f"http://{host}/{name}", **entry)


def test_server_that_does_not_answer_or_other_scheme_is_one_line(direct):
    assert "cannot be fetched" in direct.refuse(path="http://127.0.0.1:9/o.csv")
    assert "is a URL of ftp: use one of" in direct.refuse(path="ftp://host/o.csv")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/o.csv?sig=S3KRET",
        "http://u:S3KRET@127.0.0.1:9/o.csv?a=1&sig=S3KRET",
        "http://u:S3KRET@[::1/o.csv",
    ],
)
def test_no_secret_of_a_url_is_in_its_error(direct, url):
    assert "S3KRET" not in direct.refuse(path=url)
    assert "S3KRET" not in direct.caplog.text
