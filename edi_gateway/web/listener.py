"""A listener: a socket, TLS by files, and uvicorn in a thread of its own beside the daemon's work.

Takes an application and where to listen, gives the port. The AS2 server and the console have one each, so that what
the world reaches never serves pages. Called by cli/composition.py and tests.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
from asyncio import BaseTransport, TimerHandle
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from edi_gateway import logs
from edi_gateway.model.errors import GatewayError

_HEAD_BYTES = 64 << 10
_HEAD_SECONDS = 30.0
_BACKLOG = 256
_CONNECTIONS_EACH = 8  # open connections for each message that may be in work


class CannotListen(GatewayError):
    """The {name} server cannot listen at {host}:{port}: {problem}. See [{name}] in config.toml."""


class App(Protocol):
    """An ASGI application that lets go of what it has when its listener stops."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Tls:
    """`key`: None: in the same file. `passphrase`: of the key, when it is locked."""

    certificate: Path
    key: Path | None = None
    passphrase: str | None = None

    def context(self) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        made.load_cert_chain(self.certificate, self.key, lambda: self.passphrase or "")
        return made


class _Patient(H11Protocol):
    """uvicorn's, but a connection on which no request is complete for a while is closed: it costs a place."""

    _waiting: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # as uvicorn itself is called
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._watch()
        elif self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(_HEAD_SECONDS, self.transport.close)


class Listener:
    """Listens from `start` to `stop`. `name`: its section of config.toml. `port` 0: any that is free."""

    def __init__(
        self,
        app: App,
        *,
        host: str,
        port: int,
        at_once: int = 16,
        tls: Tls | None = None,
        name: str = "as2",
    ) -> None:
        self._app = app
        self._name = name
        self._at_once = at_once
        self._tls = tls
        self._host = host
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            self._socket = socket.create_server((host, port), family=family, backlog=_BACKLOG)
            # what is accepted has it too; without it an answer in two pieces waits 40 ms for the other side
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            raise CannotListen(name=name, host=host, port=port, problem=error.strerror or error) from None
        self.port: int = self._socket.getsockname()[1]
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Returns when messages can come. Raises CannotListen when TLS cannot be had."""
        config = uvicorn.Config(
            self._app,
            http=_Patient,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # uvicorn would believe whoever comes from this machine
            limit_concurrency=self._at_once * _CONNECTIONS_EACH,
            h11_max_incomplete_event_size=_HEAD_BYTES,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=30,
        )
        config.load()
        if self._tls is not None:
            try:
                config.ssl = self._tls.context()
            except (OSError, ssl.SSLError) as error:
                self._socket.close()
                said = error.strerror or str(error)
                problem = f"its TLS certificate cannot be used ({said})"
                raise CannotListen(
                    name=self._name, host=self._host, port=self.port, problem=problem
                ) from None
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # of hostile requests we log our own lines
        server = self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._run, args=(server,), name=f"{self._name} listener", daemon=True
        )
        self._thread.start()
        while not server.started and self._thread.is_alive():
            self._thread.join(0.01)
        logs.say(
            "info", f"{self._name} listening", host=self._host, port=self.port, tls=self._tls is not None
        )

    def stop(self) -> None:
        """Take no more, let what is in work finish."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
        self._socket.close()
        self._app.close()

    def _run(self, server: uvicorn.Server) -> None:
        sockets: list[Any] = [self._socket]
        asyncio.run(server.serve(sockets=sockets))

    def __enter__(self) -> Listener:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
