"""What a command works with: the working folder, who is asking, and from these the database and the gateway.

The one place that chooses the real parts (clock, engine, transports). Heavy imports wait until they are needed,
so that `check` starts fast.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from edi_gateway.cli.output import WRONG_USAGE, fail
from edi_gateway.model.clock import Clock, system_clock

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from edi_gateway.commands.desk import Actor, Desk
    from edi_gateway.settings import Settings
    from edi_gateway.store.ids import Ids
    from edi_gateway.transport.kept import Kept
    from edi_gateway.x12.checking.compiled import Store
    from edi_gateway.x12.checking.guide import Guide


@dataclass
class Here:
    """The working folder and the person, made once a call of the program."""

    home: Path
    user: str
    said_user: bool = False  # by --as
    _compiled: list[Store] = field(default_factory=list, repr=False)

    @cached_property
    def settings(self) -> Settings:
        from edi_gateway.settings import read

        return read(self.home)

    @cached_property
    def clock(self) -> Clock:
        """The system's clock; moved only where config.toml says so, for demonstrations."""
        return self.settings.shifted(system_clock)

    @property
    def is_home(self) -> bool:
        return (self.home / "config.toml").exists()

    def require_home(self) -> None:
        """End with a sentence when this is not a working folder."""
        if not self.is_home:
            fail(
                f"{self.home} is not a working folder (no config.toml). "
                "Make one with `edi-gateway init DIR`, then go there or say --home DIR.",
                WRONG_USAGE,
            )

    @property
    def partners_folder(self) -> Path:
        return self.home / self.settings.folders.partners

    @property
    def mappings_folder(self) -> Path:
        """The working folder's mappings; outside a working folder the shipped ones."""
        own = self.home / self.settings.folders.mappings
        if own.exists() or self.is_home:
            return own
        from edi_gateway.cli.trial.starter import folder

        return folder("mappings")

    @cached_property
    def database(self) -> Engine:
        """The database as it stands, whatever its tables."""
        from edi_gateway.store.database import connect

        self.require_home()
        return connect(self.settings.database_url(self.home))

    @cached_property
    def engine(self) -> Engine:
        """The database with the tables of this program."""
        from edi_gateway.store.database import require_current, upgrade

        if self.database.dialect.name == "sqlite":
            upgrade(self.database)  # it keeps itself up to date
        else:
            require_current(self.database)  # a server's is brought up to date by its operator
        return self.database

    def compiling(self, guide: Guide) -> Guide:
        """A guide whose checks are compiled once for all commands, not by each of them."""
        from edi_gateway.x12.checking.compiled import Store, default_folder

        own = self.settings.folders.cache
        store = Store(self.home / own if own else default_folder(os.environ), guide.hash)
        self._compiled.append(store)
        guide.compile = store
        return guide

    @cached_property
    def kept(self) -> Kept:
        """Partners' connections that stay open for a while."""
        from edi_gateway.transport.kept import Kept

        return Kept(self.settings.connections.keep_seconds)

    def close(self) -> None:
        """Keep what was compiled; let go of partners' connections and the database, if they were used."""
        for store in self._compiled:
            store.save()
        if "kept" in self.__dict__:
            self.kept.close()
        if "database" in self.__dict__:
            self.database.dispose()

    @cached_property
    def ids(self) -> Ids:
        from edi_gateway.store.control_numbers import claim_node
        from edi_gateway.store.ids import Ids

        with self.engine.begin() as conn:
            return Ids(self.clock, claim_node(conn))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        from edi_gateway.store import database

        with database.reading(self.engine) as conn:
            yield conn

    @contextmanager
    def desk(self, user: str | None = None) -> Iterator[Desk]:
        """A command's transaction, of who is asking unless another is named: committed when the block ends well."""
        from edi_gateway.commands.partners.users import actor

        with self.desk_of(lambda conn: actor(conn, user or self.user)) as desk:
            yield desk

    @contextmanager
    def desk_of(self, who_is: Callable[[Connection], Actor]) -> Iterator[Desk]:
        """The same for whoever that is, asked inside the transaction."""
        _ = self.ids  # made before the transaction: it asks the database for a number of its own
        with self.engine.begin() as conn:
            yield self.desk_at(conn, who_is(conn))

    def desk_at(self, conn: Connection, who: Actor) -> Desk:
        """A desk in somebody else's transaction, with the controls and numbers of this installation."""
        from edi_gateway.commands.desk import Controls, Desk, Numbers

        settings = self.settings
        controls = Controls(frozenset(settings.approval.second_person), settings.release_limits.by_role())
        numbers = Numbers(**settings.numbers.model_dump())
        hours = settings.service.hours()
        return Desk(
            conn,
            self.ids,
            self.clock,
            who,
            settings.production,
            controls,
            numbers,
            hours,
            settings.money.table(),
        )


def login() -> str:
    """The login of the system, the default of --as."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"
