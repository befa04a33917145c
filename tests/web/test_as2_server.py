"""The AS2 server on a socket: one path, bounded in every way, polite to whoever waits, silent about who is known."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from edi_gateway.flow.as2.keeping import Request
from edi_gateway.flow.as2.receiving import Reply
from edi_gateway.partners.profile import As2Connection, As2Line
from edi_gateway.store import tables
from edi_gateway.transport.as2.extents import Extent, Scratch
from edi_gateway.transport.as2_http.http_wire import HttpWire
from edi_gateway.transport.secrets import secrets_from
from edi_gateway.web import listener as listeners
from edi_gateway.web.as2.app import As2App, Bounds
from edi_gateway.web.listener import CannotListen, Listener, Tls
from tests.flow.as2.sides import PASSPHRASE, Side, pair, two_sides

SIZE = 1000


@dataclass
class Server:
    """Takes everything and keeps it."""

    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def take(self, request: Request, scratch: Scratch) -> Reply:
        body = request.body.read()
        self.taken.append(({name.lower(): value for name, value in request.headers}, body))
        if body == b"break":
            raise RuntimeError("something is wrong inside")
        return Reply(200, (("X-Receipt", "yes"),), b"taken")


@pytest.fixture
def server() -> Iterator[tuple[Server, int]]:
    made = Server()
    app = As2App(made.take, Bounds(path="/as2", size=SIZE, seconds=3, silence=0.4))
    with Listener(app, host="127.0.0.1", port=0) as listener:
        yield made, listener.port


def talk(port: int, *pieces: bytes, pause: float = 0.0) -> str:
    """Say this, and hear all until the server hangs up (or says nothing for a while)."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        with suppress(ConnectionError):  # it has hung up, and what it said before may still be heard
            for n, piece in enumerate(pieces):
                if n and pause:
                    time.sleep(pause)
                line.sendall(piece)
        line.settimeout(1.5)
        try:
            while part := line.recv(65536):
                heard += part
        except (TimeoutError, ConnectionError):
            pass
    return heard.decode("latin-1")


def head(*lines: str, path: str = "/as2", method: str = "POST") -> bytes:
    return "\r\n".join(
        [f"{method} {path} HTTP/1.1", "Host: us", "Connection: close", *lines, "", ""]
    ).encode()


def status(answer: str) -> int:
    return int(answer.split(" ", 2)[1]) if answer else 0


def test_a_body_comes_whole_whether_its_length_is_told_or_it_comes_in_chunks(
    server: tuple[Server, int],
) -> None:
    made, port = server
    assert status(talk(port, head("Content-Length: 5"), b"he\x00lo")) == 200
    assert (
        status(talk(port, head("Transfer-Encoding: chunked"), b"3\r\nhe\x00\r\n2\r\nlo\r\n0\r\n\r\n")) == 200
    )
    assert [body for _, body in made.taken] == [b"he\x00lo", b"he\x00lo"]


def test_headers_come_whatever_their_case_and_folded(server: tuple[Server, int]) -> None:
    made, port = server
    talk(port, head("as2-FROM: them", "Subject: a\r\n  long one", "Content-Length: 0"))
    ((headers, _),) = made.taken
    assert headers["as2-from"] == "them"
    assert " ".join(headers["subject"].split()) == "a long one"


def test_who_waits_for_leave_to_send_gets_it(server: tuple[Server, int]) -> None:
    _, port = server
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(head("Expect: 100-continue", "Content-Length: 5"))
        assert line.recv(100).startswith(b"HTTP/1.1 100 ")
        line.sendall(b"hello")
        assert line.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_who_waits_with_too_much_is_refused_before_a_byte_of_it(server: tuple[Server, int]) -> None:
    made, port = server
    answer = talk(port, head("Expect: 100-continue", f"Content-Length: {SIZE + 1}"))
    assert status(answer) == 413
    assert "100 Continue" not in answer
    assert made.taken == []


def test_chunks_without_end_are_refused_when_they_are_too_many(server: tuple[Server, int]) -> None:
    made, port = server
    chunk = b"100\r\n" + b"x" * 256 + b"\r\n"
    assert status(talk(port, head("Transfer-Encoding: chunked"), *[chunk] * 5)) == 413
    assert made.taken == []


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (head(path="/"), 404),
        (head(path="/as2/more"), 404),
        (head(path="/../as2"), 404),
        (head(method="GET"), 405),
        (head(method="PUT"), 405),
        (head(*["X: y"] * 250), 431),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01", 400),
        (head("Content-Length: 5", "Content-Length: 6"), 400),
        (head("Content-Length: -5"), 400),
        (head(f"Content-Length: {'9' * 5000}"), 400),
        (head("Bad Header: x"), 400),
    ],
    ids=lambda value: "" if isinstance(value, int) else repr(value[:20]),
)
def test_anything_else_is_refused(server: tuple[Server, int], request_: bytes, expected: int) -> None:
    made, port = server
    assert status(talk(port, request_)) == expected
    assert made.taken == []


def test_ten_thousand_header_lines_are_not_read_to_their_end(server: tuple[Server, int]) -> None:
    made, port = server
    assert status(talk(port, head(*[f"X{n}: y" for n in range(10_000)]))) in (0, 400, 431)  # 0: it hung up
    assert made.taken == []


def test_a_sender_who_falls_silent_is_hung_up(server: tuple[Server, int]) -> None:
    made, port = server
    began = time.monotonic()
    assert status(talk(port, head("Content-Length: 5"), b"he")) == 408
    assert time.monotonic() - began < 3
    assert made.taken == []


def test_a_sender_who_goes_on_for_ever_is_hung_up(server: tuple[Server, int]) -> None:
    made, port = server
    began = time.monotonic()
    assert status(talk(port, head("Content-Length: 500"), *[b"x"] * 12, pause=0.3)) in (0, 408)
    assert time.monotonic() - began < 6
    assert made.taken == []


def test_a_head_that_never_ends_costs_its_connection(
    server: tuple[Server, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listeners, "_HEAD_SECONDS", 0.3)
    _, port = server
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(b"POST /as2 HTTP/1.1\r\n")
        assert line.recv(100) == b""


def test_what_breaks_inside_is_not_told_outside(server: tuple[Server, int]) -> None:
    _, port = server
    answer = talk(port, head("Content-Length: 5"), b"break")
    assert status(answer) == 500
    assert "something is wrong" not in answer
    assert "uvicorn" not in answer


def test_a_port_that_is_taken_is_told_in_words(server: tuple[Server, int]) -> None:
    _, port = server
    with pytest.raises(CannotListen, match=f"cannot listen at 127.0.0.1:{port}: "):
        Listener(As2App(Server().take), host="127.0.0.1", port=port)


def test_a_certificate_that_is_none_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "tls.pem").write_text("not one")
    listener = Listener(As2App(Server().take), host="127.0.0.1", port=0, tls=Tls(tmp_path / "tls.pem"))
    with pytest.raises(CannotListen, match="its TLS certificate cannot be used"):
        listener.start()


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
def test_it_speaks_tls_itself_where_it_has_a_certificate(tmp_path: Path, passphrase: str | None) -> None:
    described, locked = pair("TARNBROOK")
    (tmp_path / "tls.pem").write_text(described.pem)
    (tmp_path / "tls.key").write_text(locked)
    made = Server()
    tls = Tls(tmp_path / "tls.pem", tmp_path / "tls.key", passphrase)
    listener = Listener(As2App(made.take), host="127.0.0.1", port=0, tls=tls)
    if passphrase is None:  # and nobody is asked for it on a terminal
        with pytest.raises(CannotListen, match="its TLS certificate cannot be used"):
            listener.start()
        return
    line = As2Line(internal_addresses=True, pinned_certificate_file="tls.pem")
    with listener:
        connection = As2Connection(
            us="US", them="THEM", url=f"https://127.0.0.1:{listener.port}/as2", line=line
        )
        wire = HttpWire(connection, tmp_path, secrets_from({}, tmp_path))
        assert wire.post((), Extent.of(b"x" * 3_000_000)).body == b"taken"
        wire.close()
        assert (
            talk(listener.port, head("Content-Length: 5"), b"hello") == ""
        )  # plain HTTP has nothing to say here
    assert [len(body) for _, body in made.taken] == [3_000_000]


# --- with the gateway behind it


@pytest.fixture
def sides(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Side, Side]]:
    with two_sides(sqlite_template, tmp_path) as (us, them):
        us.agree(them)
        them.agree(us)
        yield us, them


def test_nobody_learns_which_of_two_identifiers_is_unknown(sides: tuple[Side, Side]) -> None:
    us, them = sides
    pairs = (("NOBODY", them.name), (us.name, "NOBODY"), ("NOBODY", "NOWHERE"), (them.name, us.name))
    answers: set[str] = set()
    for sender, receiver in pairs:
        names = (f"AS2-From: {sender}", f"AS2-To: {receiver}", "Message-ID: <1@x>", "Content-Length: 0")
        answers.add(re.sub(r"date: [^\r]*", "", talk(them.listener.port, head(*names))))
    assert len(answers) == 1
    assert status(answers.pop()) == 403
    assert [code for code, _ in them.cases()] == ["AS2_SENDER_UNKNOWN"]  # one, however many come
    assert them.table(tables.receipts) == them.table(tables.as2_messages) == []


def test_what_is_no_as2_message_is_refused_without_a_trace_in_the_books(sides: tuple[Side, Side]) -> None:
    _, them = sides
    for lines in (
        (),
        ("AS2-From: X",),
        (f"AS2-From: {'x' * 129}", "AS2-To: Y"),
        ("AS2-From: A", "AS2-From: B", "AS2-To: C"),
    ):
        assert status(talk(them.listener.port, head(*lines, "Content-Length: 0"))) == 400
    assert them.cases() == []


def test_plain_text_where_it_must_be_signed_and_encrypted_is_refused_with_a_receipt_and_a_case(
    sides: tuple[Side, Side],
) -> None:
    us, them = sides
    wish = ("Disposition-Notification-To: us", "Content-Type: application/edi-x12", "Content-Length: 8")
    names = (f"AS2-From: {us.name}", f"AS2-To: {them.name}", "Message-ID: <1@x>")
    answer = talk(them.listener.port, head(*names, *wish), b"ISA*00*~")
    assert status(answer) == 200
    assert "processed/error: insufficient-message-security" in answer
    assert them.states("in") == ["REFUSED"]
    assert them.received() == []
    ((code, message),) = them.cases()
    assert code == "AS2_MESSAGE_REFUSED"
    assert "It is not signed, as this partner's messages must be." in message


def test_a_receipt_is_sent_to_no_url_that_the_profile_does_not_have(sides: tuple[Side, Side]) -> None:
    us, them = sides
    target = socket.create_server(("127.0.0.1", 0))
    evil = f"http://127.0.0.1:{target.getsockname()[1]}/latest/meta-data"
    names = (f"AS2-From: {us.name}", f"AS2-To: {them.name}", "Message-ID: <1@x>")
    wish = ("Disposition-Notification-To: us", f"Receipt-Delivery-Option: {evil}", "Content-Length: 8")
    answer = talk(them.listener.port, head(*names, *wish), b"ISA*00*~")
    assert status(answer) == 400
    assert evil not in answer
    them.answer()
    target.settimeout(0.3)
    with pytest.raises(TimeoutError):
        target.accept()
    target.close()
    assert them.table(tables.as2_receipts) == []
    assert [code for code, _ in them.cases()] == ["AS2_MESSAGE_REFUSED"]


def test_a_paused_partner_is_asked_to_come_again(sides: tuple[Side, Side]) -> None:
    from edi_gateway.commands.partners import publishing

    us, them = sides
    with them.works.writer.begin() as conn:
        publishing.pause(them.works.desk(conn), us.key, "holidays")
    names = (f"AS2-From: {us.name}", f"AS2-To: {them.name}", "Message-ID: <1@x>", "Content-Length: 0")
    answer = talk(them.listener.port, head(*names))
    assert status(answer) == 503
    assert "retry-after: 900" in answer.lower()
