"""A proxy before a PostgreSQL server, whose fault a test chooses.

`cut` closes both sides, `stall` forwards nothing more and closes nothing, `half_open` ends the
server's side alone, `lose_publication` lets the server commit what was published and cuts the
connection instead of its answer, and `lose_server` lets nobody in after that. `starting`
refuses sessions as a server that is starting does, `after` of them.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

BLOCK = 16384
FAULTS = {"cut", "stall", "half_open"}
PUBLICATION = {"lose_publication", "lose_server"}
ENCRYPTIONS = {80877103, 80877104}
"""The codes of requests for TLS and GSSAPI; protocol-message-formats of PostgreSQL's manual."""


@dataclass
class _Connection:
    """What passed over one connection."""

    carried: int = 0
    is_publishing: bool = False
    loses_answer: bool = False


class FaultProxy:
    """Listens on 127.0.0.1:`port`. The fault strikes once, at the first connection to meet it.

    Args:
        to: the server's port on 127.0.0.1.
        fault: one of those above.
        after: bytes that a connection may carry (both ways) before it strikes, or for
            `starting` the number of sessions.
    """

    def __init__(self, to: int, fault: str, after: int = 0) -> None:
        self.struck = threading.Event()
        self._to, self._fault, self._after = to, fault, after
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """End all connections."""
        self._closed.set()
        for one in (self._listener, *self._sockets):
            _end(one)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                if self._fault == "starting" and self._after:
                    self._after -= 1
                    self.struck.set()
                    _refuse(client)
                    continue
                server = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                return
            self._sockets += [client, server]
            both = _Connection()
            for source, sink, is_answer in ((client, server, False), (server, client, True)):
                arguments = (source, sink, is_answer, both)
                threading.Thread(target=self._forward, args=arguments, daemon=True).start()

    def _forward(
        self, source: socket.socket, sink: socket.socket, is_answer: bool, both: _Connection
    ) -> None:
        with suppress(OSError):
            while data := source.recv(BLOCK):
                both.carried += len(data)
                if both.loses_answer:
                    break  # the server has committed
                if self._fault in PUBLICATION and not is_answer:
                    both.is_publishing |= b"(load_id, run_id, date, table_name" in data
                    both.loses_answer = both.is_publishing and b"COMMIT" in data and self._strikes()
                    if both.loses_answer and self._fault == "lose_server":
                        _end(self._listener)
                elif self._fault in FAULTS and both.carried > self._after and self._strikes():
                    if self._fault == "half_open":
                        _end(source if is_answer else sink)
                    if self._fault != "cut":
                        self._closed.wait()  # this side is never closed
                    break
                sink.sendall(data)
        _end(source)
        _end(sink)

    def _strikes(self) -> bool:
        with self._lock:
            is_first = not self.struck.is_set()
            self.struck.set()
        return is_first


def _refuse(client: socket.socket) -> None:
    """Answer a client's startup message with SQLSTATE 57P03."""
    with suppress(OSError, struct.error):
        while True:
            length, code = struct.unpack("!II", client.recv(8))
            client.recv(length - 8) if length > 8 else None
            if code not in ENCRYPTIONS:
                break
            client.sendall(b"N")
        fields = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
        client.sendall(b"E" + struct.pack("!I", len(fields) + 4) + fields)
    _end(client)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextmanager
def fault_proxy(port: int, fault: str, after: int = 0) -> Iterator[FaultProxy]:
    """Give a proxy before the server at a port of this machine."""
    proxy = FaultProxy(port, fault, after)
    try:
        yield proxy
    finally:
        proxy.close()
