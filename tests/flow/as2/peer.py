"""A partner's server that misbehaves as it is told: it may have taken the message, and then cuts, errs or lies.

Plain sockets under http.server, because a framework would not send half an answer.
"""

from __future__ import annotations

import contextlib
import hashlib
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from edi_gateway.flow.as2 import receiving
from edi_gateway.flow.as2.keeping import Request
from edi_gateway.flow.as2.receiving import Reply
from edi_gateway.store.database import reading
from edi_gateway.transport.as2.extents import Scratch
from edi_gateway.transport.as2.heading import read_headers
from edi_gateway.transport.as2.receipts import write_receipt
from edi_gateway.transport.as2.terms import PROCESSED, Answer, Disposition, Mic, Policy, Refused
from tests.flow.as2.sides import Side

Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """One request. Behaviours say what happens to it."""

    protocol_version = "HTTP/1.1"
    peer: Peer
    content: bytes

    def do_POST(self) -> None:
        if self.peer.behaviour is cut_in_the_request:
            self.rfile.read(10)
            self.cut()
            return
        self.content = self.rfile.read(int(self.headers["Content-Length"]))
        self.peer.posts.append((str(self.headers["Message-ID"]), self.content))
        self.peer.behaviour(self)

    def taken(self) -> Reply:
        """Let the real gateway behind this server take it."""
        headers = tuple(self.headers.items())
        with Scratch() as scratch:
            body = scratch.keep([self.content])
            digest = hashlib.sha256(self.content).hexdigest()
            return receiving.take(self.peer.side.works, Request(headers, body, digest, "127.0.0.1"), scratch)

    def whole(self, reply: Reply) -> bytes:
        """An answer as bytes."""
        lines = [f"HTTP/1.1 {reply.status} Because", f"Content-Length: {len(reply.body)}"]
        lines += [f"{name}: {value}" for name, value in reply.headers]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + reply.body

    def cut(self) -> None:
        """The connection is reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def finish(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # it was cut
            super().finish()

    def log_message(self, *_: Any) -> None:
        """Nothing on the console."""


class Peer:
    """`posts`: (Message-ID, body) of each request that came whole."""

    def __init__(self, side: Side, behaviour: Behaviour) -> None:
        self.side = side
        self.behaviour = behaviour
        self.posts: list[tuple[str, bytes]] = []
        handler = type("_Handler", (Handler,), {"peer": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/as2"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def receipt(
    side: Side,
    of: Handler,
    disposition: Disposition = PROCESSED,
    *,
    mic: Mic | None = None,
    signer: Side | None = None,
    message_id: str | None = None,
) -> Answer:
    """A receipt for what was posted, from this side, with what is wrong in it; signed unless the signer is None."""
    read = read_headers(tuple(of.headers.items()))
    assert not isinstance(read, Refused)
    _, heading = read
    identity = None
    if signer is not None:
        with reading(signer.engine) as conn:
            identity = signer.works.keyring.of(conn, "nobody").ours[0]
    return write_receipt(
        replace(heading, message_id=message_id or heading.message_id),
        disposition,
        mic,
        identity=identity,
        policy=Policy(),
        message_id="<receipt@peer>",
        user_agent="peer",
        at=side.clock(),
    )


def answering(answer: Callable[[Handler], Answer]) -> Behaviour:
    """A server that takes nothing and answers so."""

    def behave(handler: Handler) -> None:
        made = answer(handler)
        handler.wfile.write(handler.whole(Reply(200, made.headers, made.body)))

    return behave


def honest(handler: Handler) -> None:
    handler.wfile.write(handler.whole(handler.taken()))


def cut_in_the_request(handler: Handler) -> None:
    """See Handler.do_POST."""


def cut_before_it_is_taken(handler: Handler) -> None:
    handler.cut()


def cut_before_the_answer(handler: Handler) -> None:
    handler.taken()
    handler.cut()


def cut_in_the_head_of_the_answer(handler: Handler) -> None:
    handler.wfile.write(handler.whole(handler.taken())[:25])
    handler.wfile.flush()
    handler.cut()


def cut_in_the_receipt(handler: Handler) -> None:
    answer = handler.whole(handler.taken())
    handler.wfile.write(answer[: len(answer) - 400])
    handler.wfile.flush()
    handler.cut()


def cut_after_the_answer(handler: Handler) -> None:
    honest(handler)
    handler.wfile.flush()
    handler.cut()


def elsewhere(handler: Handler) -> None:
    handler.wfile.write(handler.whole(Reply(307, (("Location", "http://as2.elsewhere.example/in"),))))


def error_500(handler: Handler) -> None:
    handler.wfile.write(handler.whole(Reply(500, (), b"<html>Oops</html>")))


def garbage(handler: Handler) -> None:
    handler.wfile.write(handler.whole(Reply(200, (("Content-Type", "text/html"),), b"<html>Welcome!</html>")))


def empty(handler: Handler) -> None:
    handler.wfile.write(handler.whole(Reply(200)))


def no_http(handler: Handler) -> None:
    handler.wfile.write(b"220 mail.example ESMTP ready\r\n")
    handler.close_connection = True


def silence(handler: Handler) -> None:
    """Until the other side hangs up."""
    handler.connection.settimeout(20)
    handler.rfile.read(1)
