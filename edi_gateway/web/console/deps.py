"""What the console works with. Composed by cli/composition.py; pages reach it through their Call."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from edi_gateway.commands.desk import Actor, Desk, Partners
from edi_gateway.commands.people.door import Door
from edi_gateway.commands.people.tokens import Machine
from edi_gateway.flow.gateway import Gateway
from edi_gateway.model.clock import Clock

WhoIs = Callable[
    [Connection], Actor
]  # asked inside the transaction, so that no role outlives its taking away


@dataclass(frozen=True, slots=True)
class Folders:
    """Of the working folder."""

    home: Path
    partners: Path
    mappings: Path


@dataclass(frozen=True, slots=True)
class Deps:
    """`reading`: a connection that only reads. `desk`: a command's transaction of whoever that is. `desk_at`: the
    same in a transaction that is there already, of a trial say. `gateway`: composed;
    it runs in the daemon, not in `edi-gateway web`, and so pages leave work for it instead of working. `partners`: as
    they are published. `current`: None, or what is wrong with the tables. `address`: of the console, as people reach
    it, for links in messages. `trusted_proxies`: whose X-Forwarded-* headers are believed."""

    reading: Callable[[], AbstractContextManager[Connection]]
    desk: Callable[[WhoIs], AbstractContextManager[Desk]]
    desk_at: Callable[[Connection, Actor], Desk]
    door: Door
    machine: Callable[[str], Machine | None]
    machine_actor: Callable[[Connection, int], Actor]
    gateway: Gateway
    partners: Callable[[Connection], Partners]
    current: Callable[[], str | None]
    clock: Clock
    folders: Folders
    production: bool = True
    address: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    body_bytes: int = 64 << 20  # of a request, uploads included
    close: Callable[[], None] = field(default=lambda: None)
