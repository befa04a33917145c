"""A desk for tests: a frozen clock that can be moved, ids, and an actor of any roles."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Engine, text

from edi_gateway.commands.desk import ROLES, Actor, Controls, Desk, Numbers
from edi_gateway.orders.hours.working_time import WorkingHours
from edi_gateway.orders.rates import Rates
from edi_gateway.store.ids import Ids

NOW = datetime(2026, 1, 15, 15, 0, tzinfo=UTC)
EVERYTHING = ROLES
SYSTEM = Actor("system", frozenset({"system"}))


class Clock:
    """Stands at NOW until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **period: int) -> None:
        self.now += timedelta(**period)


class Office:
    """Makes desks on one database, one clock, one source of ids. Whoever imports does so alone, unless `controls`
    say otherwise."""

    def __init__(self, engine: Engine, node: int = 1) -> None:
        self.engine = engine
        self.clock = Clock()
        self.ids = Ids(self.clock, node)
        self.controls = Controls(second_person=frozenset())
        self.numbers = Numbers()
        self.hours = WorkingHours()
        self.rates = Rates()

    @contextmanager
    def desk(
        self, name: str = "ann", *roles: str, actor: Actor | None = None, limit: Decimal | None = None
    ) -> Iterator[Desk]:
        """A transaction of somebody's; without roles they have all."""
        who = actor or Actor(name, frozenset(roles) or EVERYTHING, limit)
        with self.engine.begin() as conn:
            yield Desk(
                conn,
                self.ids,
                self.clock,
                who,
                controls=self.controls,
                numbers=self.numbers,
                rates=self.rates,
                hours=self.hours,
            )


def somebody_waits(engine: Engine) -> bool:
    """Whether a transaction on PostgreSQL waits for a lock; else a moment later."""
    with engine.connect() as conn:
        waits = conn.execute(text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
        if waits.scalar():
            return True
    time.sleep(0.02)
    return False
