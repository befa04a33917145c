"""The console over a demonstration's folder: the invented orders, and beside them eight that one mend lets go.

Makes the folder anew, runs the gateway over it, hires an analyst and a lead, then works and serves until told to stop.
"""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from edi_gateway import logs, scheduler
from edi_gateway.cli.composition import compose, gateway_of
from edi_gateway.cli.console_parts import address_of, serving
from edi_gateway.cli.context import Here
from edi_gateway.cli.locks import locks_of
from edi_gateway.cli.output import WRONG_USAGE, fail, sentence
from edi_gateway.cli.trial import starter
from edi_gateway.cli.trial.demonstration import BEGINS, MARK, drop, fill, stock
from edi_gateway.commands.desk import MACHINE, Actor
from edi_gateway.commands.partners import users
from edi_gateway.commands.people import passwords
from edi_gateway.commands.people.locks import Locks
from edi_gateway.model.clock import Clock, system_clock
from edi_gateway.settings import Connections, DemonstrationClock, Settings

BUYER = "kestrelmoor"
# the case of a pillar candle under a number that the buyer began to use without telling anybody
NEW_NUMBER = "10410000030117"
_UNKNOWN_ITEM, _BAD_DATE = "05-unknown-item", "14-bad-date"
_CASES = (30, 12, 48, 6, 18, 24, 60, 12)  # of the candle, an order each
_DATES = ("20260231", "20261341", "2026031X")


@dataclass(frozen=True, slots=True)
class Hired:
    name: str
    roles: tuple[str, ...]
    password: str


PEOPLE = (
    ("analyst", ("EDI_ANALYST", "MASTER_DATA", "CSR")),
    ("lead", ("LEAD", "SUPERVISOR", "EDI_ANALYST", "MASTER_DATA", "BILLING", "WAREHOUSE", "ADMIN")),
)


def serve(folder: Path, port: int) -> None:
    """Until SIGINT or SIGTERM."""
    folder = folder.resolve()
    prepare(folder, system_clock)
    with closing(Here(folder, MACHINE)) as here:
        locks = locks_of(here)
        hired = hire(here, locks)
        logs.configure(here.settings.logging.format, "WARNING")
        gateway = compose(here)
        with scheduler.stopping() as stop, serving(here, gateway, locks, port) as listener:
            sentence(f"The console is at {address_of(here, listener)}")
            for person in hired:
                sentence(f"  {person.name:8} {person.password}   {', '.join(person.roles)}")
            sentence("Begin with the largest cause. Ctrl-C ends it; all of it lies in " + str(folder))
            scheduler.daemon(gateway, stop)


def prepare(folder: Path, real: Clock) -> None:
    """The folder as it is when the morning's files have come and the gateway has run over them."""
    if folder.exists() and not (folder / MARK).exists() and any(folder.iterdir()):
        fail(f"{folder} is not a demonstration's folder; it is left alone. Name another.", WRONG_USAGE)
    shutil.rmtree(folder, ignore_errors=True)
    clock = DemonstrationClock(showed=BEGINS, at=real())
    starter.lay_out(folder, Settings(connections=Connections(directory_root="exchange"), clock=clock))
    (folder / MARK).write_text("Made by `make console`, which removes this folder when it runs again.\n")
    with closing(Here(folder, "demo")) as here:
        fill(here)
        stock(here)
        drop(here)
        inbox = here.home / "exchange" / BUYER / "in"
        for name, content in (*one_cause(here.home / "samples"), *bad_dates(here.home / "samples")):
            (inbox / name).write_bytes(content)
        with gateway_of(here) as gateway:
            gateway.run_once()


def one_cause(samples: Path) -> list[tuple[str, bytes]]:
    """Orders of a buyer that differ in all but one thing: the item on their second line, whose number nobody knows."""
    text = (samples / _UNKNOWN_ITEM / "input.edi").read_text("ascii")
    made = []
    for n, quantity in enumerate(_CASES, start=1):
        order = (
            text.replace("K7001005", f"K70030{n:02}")
            .replace("105*", f"{300 + n}*").replace("*105", f"*{300 + n}").replace("000000105", f"{300 + n:09}")
            .replace("*12*CA*31.5**UK*10410000077778", f"*{quantity}*CA*49.32**UK*{NEW_NUMBER}")
            .replace("550007777", "550003099")
            .replace("INCENSE CONES", "PILLAR CANDLE 15 CM IVORY")
            .replace("CTT*2*36", f"CTT*2*{24 + quantity}")
        )  # fmt: skip
        made.append((f"morning-{n:02}.edi", order.encode("ascii")))
    return made


def bad_dates(samples: Path) -> list[tuple[str, bytes]]:
    """Orders of a buyer with days that are none: refused by the 997."""
    text = (samples / _BAD_DATE / "input.edi").read_text("ascii")
    return [
        (
            f"late-{n:02}.edi",
            text.replace("K7001016", f"K70031{n:02}")
            .replace("*114", f"*{320 + n}").replace("000000114", f"{320 + n:09}")
            .replace("20261316", day).replace("DTM*063*XXX21305", "DTM*063*20260325").encode("ascii"),
        )
        for n, day in enumerate(_DATES, start=1)
    ]  # fmt: skip


def hire(here: Here, locks: Locks) -> list[Hired]:
    """An analyst and a lead, who can sign in at once."""
    hired: list[Hired] = []
    with here.desk_of(lambda _: Actor(MACHINE, frozenset({MACHINE}))) as desk:
        for name, roles in reversed(PEOPLE):  # the first user must be an ADMIN
            users.put(desk, name, roles)
            password = passwords.set_password(desk, locks, name, must_change=False)
            hired.insert(0, Hired(name, roles, password))
    return hired
