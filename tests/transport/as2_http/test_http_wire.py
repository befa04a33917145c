"""The line to a partner's AS2 server: to whom it speaks at all, what it shows, how long it waits, what it follows."""

from __future__ import annotations

import base64
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from edi_gateway.partners.profile import As2Connection, As2Line
from edi_gateway.transport import errors
from edi_gateway.transport.as2.extents import Extent
from edi_gateway.transport.as2_http import addresses, http_wire
from edi_gateway.transport.as2_http.errors import (
    AnswerTooLarge,
    BadTrust,
    InsideAddress,
    LoginRefused,
    Redirected,
    ServerRefused,
    ServerUntrusted,
)
from edi_gateway.transport.as2_http.http_wire import HttpWire
from edi_gateway.transport.secrets import secrets_from

Answering = Callable[[BaseHTTPRequestHandler, bytes], None]
BODY = Extent.of(b"some bytes \r\n\x00\xff")
LARGE = Extent.of(bytes(20 << 20))  # more than the system takes before somebody reads


@contextmanager
def server(answering: Answering, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Answers each post so, on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            answering(self, self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, *_: Any) -> None:
            """Nothing on the console."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.daemon_threads = True
    made.handle_error = lambda *_: None  # type: ignore[method-assign]  # a handshake that fails is what is tested
    if tls is not None:
        made.socket = tls.wrap_socket(made.socket, server_side=True)
    threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield made.server_address[1]
    finally:
        made.shutdown()
        made.server_close()


def say(handler: BaseHTTPRequestHandler, status: int = 200, body: bytes = b"ok", **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def wire(
    url: str, folder: Path = Path(), environment: dict[str, str] | None = None, **line: object
) -> HttpWire:
    told = As2Line(**{"internal_addresses": True, "answer_seconds": 2.0, "connect_seconds": 2.0} | line)  # type: ignore[arg-type]
    connection = As2Connection(us="US", them="THEM", url=url, line=told)
    made = HttpWire(connection, folder, secrets_from(environment or {}, folder))
    OPEN.append(made)
    return made


OPEN: list[HttpWire] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


def test_headers_and_body_arrive_as_they_are_and_the_answer_comes_back() -> None:
    heard: list[tuple[dict[str, str], bytes]] = []

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        heard.append((dict(handler.headers), body))
        say(handler, body=b"receipt", X_Kind="mdn")

    with server(answer) as port:
        made = wire(f"http://127.0.0.1:{port}/in?room=4")
        got = made.post((("AS2-From", '"a b"'), ("Content-Type", "text/plain")), BODY)
    ((headers, body),) = heard
    assert body == b"some bytes \r\n\x00\xff"
    assert headers == {
        "AS2-From": '"a b"',
        "Content-Type": "text/plain",
        "Host": f"127.0.0.1:{port}",
        "Content-Length": "15",
    }
    assert (got.status, got.body, dict(got.headers)["X-Kind"]) == (200, b"receipt", "mdn")


def test_our_login_goes_to_the_partners_server_and_to_no_other() -> None:
    heard: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        heard.append(handler.headers["Authorization"])
        say(handler)

    with server(answer) as port, server(answer) as other:
        made = wire(
            f"http://127.0.0.1:{port}/in",
            environment={"PASSWORD": "über secret"},
            user="us",
            password_env="PASSWORD",
        )
        made.post((), BODY)
        made.post((), BODY, f"http://127.0.0.1:{other}/mdn")
    assert heard == ["Basic " + base64.b64encode("us:über secret".encode()).decode(), None]


def test_a_missing_password_is_told_before_anything_is_sent() -> None:
    made = wire("http://127.0.0.1:9/in", user="us", password_env="PASSWORD")
    with pytest.raises(BadTrust, match="environment variable PASSWORD cannot be read"):
        made.post((), BODY)


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (500, ServerRefused, "answered 500"),
        (403, ServerRefused, "answered 403"),
        (401, LoginRefused, "refuses our login"),
        (302, Redirected, "follow no redirect"),
    ],
)
def test_what_is_no_success_is_told(status: int, error: type[Exception], words: str) -> None:
    refusing = server(lambda handler, _: say(handler, status, Location="/else"))
    with refusing as port, pytest.raises(error, match=words):
        wire(f"http://127.0.0.1:{port}/in").post((), BODY)


def test_a_redirect_within_the_server_is_followed_with_the_body_one_to_another_is_not() -> None:
    heard: list[tuple[str, bytes]] = []

    def here(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        heard.append((handler.path, body))
        if handler.path == "/in":
            say(handler, 307, Location="/new")
        elif handler.path == "/away":
            say(handler, 308, Location=f"http://127.0.0.1:{other}/in")
        elif handler.path == "/circle":
            say(handler, 307, Location="/circle")
        else:
            say(handler)

    with server(lambda handler, _: pytest.fail("it was followed")) as other, server(here) as port:
        wire(f"http://127.0.0.1:{port}/in").post((), BODY)
        assert heard == [("/in", BODY.read()), ("/new", BODY.read())]
        for path in ("away", "circle"):
            with pytest.raises(Redirected):
                wire(f"http://127.0.0.1:{port}/{path}").post((), BODY)


def test_an_answer_without_end_and_one_that_drips_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_wire, "LARGEST_ANSWER", 1000)

    def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.close_connection = True
        if handler.path == "/flood":
            handler.wfile.write(b"x" * 2000)
        for _n in range(40):
            time.sleep(0.1)
            handler.wfile.write(b"x")

    with server(answer) as port:
        with pytest.raises(AnswerTooLarge):
            wire(f"http://127.0.0.1:{port}/flood").post((), BODY)
        began = time.monotonic()
        with pytest.raises(errors.TimedOut, match=r"took more than 0\.5 s .* a larger answer_seconds"):
            wire(f"http://127.0.0.1:{port}/drip", answer_seconds=0.5).post((), BODY)
        assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "drops", [b"X", b"HTTP/1.1 100 Continue\r\n\r\n"], ids=["header bytes", "leave to go on"]
)
def test_headers_that_drip_do_not_hold_us(drops: bytes) -> None:
    """Each byte comes long before a limit of its own is over; all of them never end."""

    def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        if len(drops) == 1:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _n in range(40):
            handler.wfile.write(drops)
            time.sleep(0.1)

    with server(answer) as port:
        began = time.monotonic()
        with pytest.raises(errors.TimedOut, match="have an answer"):
            wire(f"http://127.0.0.1:{port}/in", answer_seconds=0.5).post((), BODY)
        assert time.monotonic() - began < 2


def test_a_server_that_does_not_read_or_reads_in_drops_does_not_hold_us() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

        def drink() -> None:
            line, _ = listening.accept()
            with line:
                for _n in range(60):
                    time.sleep(0.1)
                    if not line.recv(4096):
                        break

        threading.Thread(target=drink, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(errors.TimedOut, match="a larger write_seconds"):
            wire(f"http://127.0.0.1:{listening.getsockname()[1]}/in", write_seconds=0.5).post((), LARGE)
        assert time.monotonic() - began < 3


def test_a_server_has_minutes_for_its_answer_unless_the_profile_says_otherwise() -> None:
    assert As2Line().answer_seconds > 180


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("127.0.0.1", True), ("10.0.0.8", True), ("192.168.1.1", True), ("172.31.0.1", True), ("0.0.0.0", True),
        ("169.254.169.254", True), ("100.64.0.1", True), ("224.0.0.1", True), ("::1", True), ("fe80::1%eth0", True),
        ("fd00::1", True), ("::ffff:10.0.0.1", True), ("64:ff9b::7f00:1", True), ("2002:7f00:1::", True), ("::", True),
        ("93.184.215.14", False), ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", False), ("::ffff:93.184.215.14", False),
    ],
)  # fmt: skip
def test_what_is_inside(address: str, inside: bool) -> None:
    assert addresses.is_inside(address) is inside


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "169.254.169.254"]
)
def test_an_inside_address_is_not_called_unless_that_was_said(host: str) -> None:
    with pytest.raises((InsideAddress, errors.Unreachable)) as raised:
        wire(f"http://{host}:9/in", internal_addresses=False).post((), BODY)
    assert isinstance(raised.value, InsideAddress) or "Name" in str(raised.value)


# --- TLS


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority with a server's and a client's certificate, and another server's that nobody issued."""
    folder = tmp_path_factory.mktemp("tls")

    def openssl(words: str) -> None:
        subprocess.run(["openssl", *words.split()], cwd=folder, check=True, capture_output=True)

    (folder / "server.ext").write_text("subjectAltName=DNS:localhost\n")
    (folder / "client.ext").write_text("extendedKeyUsage=clientAuth\n")
    openssl("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=Root")
    openssl("req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -days 30 -subj /CN=elsewhere")
    for name in ("server", "client"):
        openssl(f"req -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.csr -subj /CN={name}")
        openssl(
            f"x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -days 9 -extfile {name}.ext -out {name}.pem"
        )
    openssl("pkcs8 -topk8 -in client.key -passout pass:tarnbrook -out client.locked")
    return folder


def tls(folder: Path, name: str, *, client: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    if client:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(folder / "ca.pem")
    return context


def post(
    folder: Path, certificate: str, host: str = "localhost", *, client: bool = False, **line: object
) -> bytes:
    with server(lambda handler, _: say(handler), tls(folder, certificate, client=client)) as port:
        url = f"https://{host}:{port}/in"
        return wire(url, folder, {"PASSPHRASE": "tarnbrook"}, **line).post((), BODY).body


def test_a_private_authority_is_trusted_where_the_profile_says_so_and_the_name_must_fit(made: Path) -> None:
    assert post(made, "server", ca_file="ca.pem") == b"ok"
    for host, line in (("localhost", {}), ("127.0.0.1", {"ca_file": "ca.pem"})):
        with pytest.raises(ServerUntrusted):
            post(made, "server", host, **line)


def test_a_pinned_certificate_is_taken_whatever_its_name_and_no_other_is(made: Path) -> None:
    assert post(made, "other", "127.0.0.1", pinned_certificate_file="other.pem") == b"ok"
    assert post(made, "server", "127.0.0.1", pinned_certificate_file="server.pem") == b"ok"
    with pytest.raises(ServerUntrusted):
        post(made, "server", pinned_certificate_file="other.pem")
    with pytest.raises(ServerUntrusted, match="it is not the pinned certificate"):
        post(made, "server", pinned_certificate_file="ca.pem")  # that issued it, but is not it


def test_who_was_spoken_to_without_tls_vouches_for_nobody_with_it(made: Path) -> None:
    """One line posts receipts to several servers: the first one's must not decide how the next one is trusted."""
    encrypted = server(lambda handler, _: say(handler), tls(made, "other"))
    with server(lambda handler, _: say(handler)) as plain, encrypted as port:
        line = wire("http://127.0.0.1:9/in", made)
        line.post((), BODY, f"http://127.0.0.1:{plain}/mdn")
        with pytest.raises(ServerUntrusted):
            line.post((), BODY, f"https://127.0.0.1:{port}/mdn")


def test_a_connection_to_one_name_is_not_used_for_another(made: Path) -> None:
    with server(lambda handler, _: say(handler), tls(made, "server")) as port:
        line = wire("http://127.0.0.1:9/in", made, ca_file="ca.pem")
        assert line.post((), BODY, f"https://localhost:{port}/mdn").body == b"ok"
        with pytest.raises(ServerUntrusted):
            line.post((), BODY, f"https://127.0.0.1:{port}/mdn")


def test_a_client_certificate_is_shown(made: Path) -> None:
    keys = {"client_certificate_file": "client.pem", "client_key_file": "client.key"}
    assert post(made, "server", client=True, ca_file="ca.pem", **keys) == b"ok"
    keys |= {"client_key_file": "client.locked", "client_key_passphrase_env": "PASSPHRASE"}
    assert post(made, "server", client=True, ca_file="ca.pem", **keys) == b"ok"
    with pytest.raises(errors.TransportError):
        post(made, "server", client=True, ca_file="ca.pem")


@pytest.mark.parametrize(
    "line",
    [
        {"ca_file": "nowhere.pem"},
        {"ca_file": "server.key"},
        {"pinned_certificate_file": "server.key"},
        {"ca_file": "ca.pem", "client_certificate_file": "client.pem", "client_key_file": "other.key"},
        {"ca_file": "ca.pem", "client_certificate_file": "client.pem", "client_key_file": "client.locked"},
    ],
)
def test_files_that_cannot_be_used_are_told(made: Path, line: dict[str, object]) -> None:
    with pytest.raises(BadTrust, match="See ca_file, pinned_certificate_file"):
        post(made, "server", **line)
