"""The line to a partner's AS2 server: posts headers and a body, gives the answer.

Takes an As2Connection; knows no message, no store. No redirect to another host, limits for connect, write and answer,
TLS always verified, no internal address unless the profile says so. Called by flow/as2/.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from edi_gateway.partners.profile import As2Connection
from edi_gateway.transport import errors
from edi_gateway.transport.as2_http import trust
from edi_gateway.transport.as2_http.addresses import resolve
from edi_gateway.transport.as2_http.errors import (
    AnswerTooLarge,
    BadTrust,
    LoginRefused,
    Redirected,
    ServerRefused,
    ServerUntrusted,
    TookTooLong,
)
from edi_gateway.transport.as2_http.patience import Patience, PatientTransport, chunks_in_time
from edi_gateway.transport.secrets import SecretMissing, SecretReader
from edi_gateway.transport.wire import Answer, Body, Headers, Wire

LARGEST_ANSWER = 8 << 20  # bytes; a receipt has a few thousand
_REDIRECTS = 3


class HttpWire(Wire):
    """One partner's line. `post` raises TransportError and nothing else."""

    def __init__(self, connection: As2Connection, root: Path, read_secret: SecretReader) -> None:
        self._connection = connection
        self._root = root
        self._read_secret = read_secret
        self._patience = Patience()
        # each server its own, so that none is spoken to over a connection that another one's certificate vouches for
        self._clients: dict[tuple[str, str, bool], PatientTransport] = {}

    @property
    def connection(self) -> As2Connection:
        return self._connection

    def post(self, headers: Headers, body: Body, url: str | None = None) -> Answer:
        """Post to the partner's URL, or to another one (for receipts), which never sees our login."""
        target = httpx.URL(url or self._connection.url)
        where = str(target.copy_with(query=None))
        for _ in range(_REDIRECTS):
            answer = self._post(target, where, headers, body)
            if not 300 <= answer.status < 400:
                return answer
            target = _same_host(target, where, answer)
        raise Redirected(where=where, target="in a circle")

    def close(self) -> None:
        """Let go of connections; the next call makes them again."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def _post(self, url: httpx.URL, where: str, headers: Headers, body: Body) -> Answer:
        line = self._connection.line
        login = _origin(url) == _origin(httpx.URL(self._connection.url))
        sent = [(name, value) for name, value in headers if name.lower() not in _OURS]
        sent += [("Host", url.netloc.decode("ascii")), ("Content-Length", str(body.size))]
        if login:
            sent += self._authorization(where)
        client = self._client(where, url, login)
        addresses = resolve(where, url.host, _port(url), inside=line.internal_addresses)
        for address in addresses:
            last = address == addresses[-1]
            request = httpx.Request(
                "POST",
                url.copy_with(host=address),
                headers=[(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in sent],
                content=chunks_in_time(
                    body.chunks(), self._patience, each=line.write_seconds, then=line.answer_seconds
                ),
                extensions={"sni_hostname": url.host, "timeout": self._limits},
            )
            try:
                with self._told(where):
                    return self._ask(client, request, where)
            except errors.Unreachable:
                if last:
                    raise
        raise errors.Unreachable(where=where, problem="the name leads nowhere")

    def _ask(self, client: PatientTransport, request: httpx.Request, where: str) -> Answer:
        line = self._connection.line
        self._patience.lasts(
            2 * line.connect_seconds + line.write_seconds
        )  # to connect, and to write the headers
        response = client.handle_request(request)
        try:
            parts: list[bytes] = []
            size = 0
            assert isinstance(
                response.stream, httpx.SyncByteStream
            )  # of a transport that is not asynchronous
            for part in response.stream:
                parts.append(part)
                size += len(part)
                if size > LARGEST_ANSWER:
                    raise AnswerTooLarge(where=where, limit=LARGEST_ANSWER)
        finally:
            response.close()
        status = response.status_code
        if status in (401, 407):
            raise LoginRefused(where=where, status=status)
        if not 200 <= status < 400:
            raise ServerRefused(where=where, status=status, reason=_reason(response))
        named = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in response.headers.raw)
        return Answer(status, named, b"".join(parts))

    @property
    def _limits(self) -> dict[str, float]:
        line = self._connection.line
        return {
            "connect": line.connect_seconds,
            "write": line.write_seconds,
            "read": line.answer_seconds,
            "pool": line.connect_seconds,
        }

    def _client(self, where: str, url: httpx.URL, login: bool) -> PatientTransport:
        server = (url.scheme, url.host, login)
        if server not in self._clients:
            context: ssl.SSLContext | None = None
            if url.scheme == "https":
                line = self._connection.line
                context = trust.context(line, where, self._root, self._read_secret, login=login)
            self._clients[server] = PatientTransport(context, self._patience)
        return self._clients[server]

    def _authorization(self, where: str) -> list[tuple[str, str]]:
        line = self._connection.line
        if line.user is None:
            return []
        try:
            if line.password_env:
                password = self._read_secret("env", line.password_env)
            else:
                password = self._read_secret("file", line.password_file or "").rstrip("\r\n")
        except SecretMissing as problem:
            raise BadTrust(where=where, problem=str(problem).rstrip(".")) from None
        both = base64.b64encode(f"{line.user}:{password}".encode()).decode("ascii")
        return [("Authorization", f"Basic {both}")]

    @contextmanager
    def _told(self, where: str) -> Iterator[None]:
        """What httpx raises, as ours: what it was, and what to do."""
        line = self._connection.line
        try:
            yield
        except httpx.ConnectTimeout:
            raise errors.Unreachable(
                where=where, problem=f"no connection within {line.connect_seconds:g} s"
            ) from None
        except httpx.ConnectError as problem:
            cause = _cause(problem, ssl.SSLError)
            if cause is not None:
                said = getattr(cause, "verify_message", None) or getattr(cause, "reason", None) or str(cause)
                raise ServerUntrusted(where=where, problem=said) from None
            raise errors.Unreachable(where=where, problem=_said(problem)) from None
        except httpx.WriteTimeout:
            raise TookTooLong(
                where=where, seconds=line.write_seconds, action="write some of it", setting="write_seconds"
            ) from None
        except httpx.TimeoutException:
            raise TookTooLong(
                where=where, seconds=line.answer_seconds, action="have an answer", setting="answer_seconds"
            ) from None
        except ssl.SSLError as problem:
            raise ServerUntrusted(where=where, problem=problem.reason or str(problem)) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as problem:
            raise errors.ConnectionLost(
                where=where, action="send and have an answer", problem=_said(problem)
            ) from None


_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "authorization"})


def _same_host(url: httpx.URL, where: str, answer: Answer) -> httpx.URL:
    """Where a redirect leads, if it is the same server and the message goes there as it is (307, 308)."""
    location = next((value for name, value in answer.headers if name.lower() == "location"), "")
    try:
        target = url.join(location)
    except httpx.InvalidURL:
        raise Redirected(where=where, target="to no URL") from None
    if answer.status not in (307, 308) or not location or _origin(target) != _origin(url):
        raise Redirected(where=where, target=str(target.copy_with(query=None, userinfo=b"")))
    return target


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, _port(url)


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _reason(response: httpx.Response) -> str:
    words = "".join(c for c in response.reason_phrase if c.isprintable())[:60]
    return f" {words}" if words else ""


def _cause(problem: BaseException, kind: type[BaseException]) -> BaseException | None:
    seen: BaseException | None = problem
    while seen is not None and not isinstance(seen, kind):
        seen = seen.__cause__ or seen.__context__
    return seen


def _said(problem: BaseException) -> str:
    return str(problem).rstrip(".") or type(problem).__name__
