"""The console's real parts: the door with its key, desks and readings of a working folder, a listener of its own."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from edi_gateway.cli.composition import partners_of
from edi_gateway.cli.context import Here
from edi_gateway.cli.locks import locks_of
from edi_gateway.commands.desk import MACHINE, Actor
from edi_gateway.commands.people import passwords, tokens
from edi_gateway.commands.people.door import Door, Terms
from edi_gateway.commands.people.locks import Locks
from edi_gateway.flow.gateway import Gateway
from edi_gateway.model.errors import GatewayError
from edi_gateway.store.database import require_current
from edi_gateway.transport.secrets import secrets_from
from edi_gateway.web.console.app import Console, create
from edi_gateway.web.console.deps import Deps, Folders
from edi_gateway.web.listener import CannotListen, Listener, Tls

_CONNECTIONS = 32  # requests at the same time


def console_of(here: Here, gateway: Gateway, locks: Locks | None = None) -> Console:
    """The console of this working folder, served by nobody yet."""
    said = here.settings.console
    terms = Terms(timedelta(minutes=said.session_idle_minutes), timedelta(hours=said.session_hours))
    beside = ThreadPoolExecutor(1, thread_name_prefix="console")
    door = Door(here.engine, here.clock, locks or locks_of(here), terms, lambda work: _beside(beside, work))
    deps = Deps(
        reading=lambda: here.reading(),
        desk=here.desk_of,
        desk_at=here.desk_at,
        door=door,
        machine=partial(tokens.machine, door),
        machine_actor=lambda conn, token: tokens.actor_of(conn, token, here.clock()),
        gateway=gateway,
        partners=partial(partners_of, here),
        current=lambda: _problem_of_tables(here),
        clock=here.clock,
        folders=Folders(here.home, here.partners_folder, here.mappings_folder),
        production=here.settings.production,
        address=said.address,
        trusted_proxies=said.trusted_proxies,
        close=beside.shutdown,
    )
    return create(deps)


def _beside(threads: ThreadPoolExecutor, work: Callable[[], None]) -> None:
    """What can be left: a moment of the last use that is not written comes with the next one."""

    def done() -> None:
        with suppress(SQLAlchemyError):
            work()

    threads.submit(done)


def first_admin(here: Here, locks: Locks) -> str | None:
    """The password of the first admin, when this start made one."""
    with here.desk_of(lambda _: Actor(MACHINE, frozenset({MACHINE}))) as desk:
        return passwords.first_admin(desk, locks)


@contextmanager
def serving(here: Here, gateway: Gateway, locks: Locks, port: int) -> Iterator[Listener]:
    """The console at its port, for the length of the block. Raises CannotListen."""
    said, tls = here.settings.console, None
    if said.tls_certificate_file is not None:
        secret = said.tls_key_passphrase_env
        tls = Tls(
            here.home / said.tls_certificate_file,
            None if said.tls_key_file is None else here.home / said.tls_key_file,
            None if secret is None else secrets_from(os.environ, here.home)("env", secret),
        )
    if tls is None and not said.trusted_proxies and not _is_near(said.host):
        problem = (
            "passwords would cross the network for everybody to read. Give it tls_certificate_file; or let a proxy "
            "speak TLS before it and name that in trusted_proxies; or let it listen at 127.0.0.1"
        )
        raise CannotListen(name="console", host=said.host, port=port, problem=problem)
    app = console_of(here, gateway, locks)
    with Listener(app, host=said.host, port=port, at_once=_CONNECTIONS, tls=tls, name="console") as listener:
        yield listener


def _is_near(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address_of(here: Here, listener: Listener) -> str:
    """What to type into a browser on this machine."""
    said = here.settings.console
    host = f"[{said.host}]" if ":" in said.host else said.host
    return f"{'http' if said.tls_certificate_file is None else 'https'}://{host}:{listener.port}/"


def _problem_of_tables(here: Here) -> str | None:
    try:
        require_current(here.database)
    except GatewayError:
        return "its tables are not those of this program: `edi-gateway db upgrade`"
    return None
