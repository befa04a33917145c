"""The console over a demonstration's folder: the invented orders, and beside them nine that one mend lets go, six that
another does, and three for the telephone.

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
from edi_gateway.cli.serving import take_short_turns
from edi_gateway.cli.trial import starter
from edi_gateway.cli.trial.demonstration import BEGINS, MARK, drop, fill, stock
from edi_gateway.commands.desk import MACHINE, Actor
from edi_gateway.commands.partners import users
from edi_gateway.commands.people import passwords
from edi_gateway.commands.people.locks import Locks
from edi_gateway.model.clock import Clock, system_clock
from edi_gateway.settings import Connections, DemonstrationClock, Settings

BUYER = "kestrelmoor"
# the candle's number on the piece, which the buyer begins to send where its guide wants that of the case
PIECE = "0410000030011"
# the case of the candle under a number that the buyer began to use without telling anybody
NEW_NUMBER = "80410000030017"
_TWO_CANDLES, _BAD_DATE = "05-unknown-item", "14-bad-date"
_FIRST_LINES = (24, 12, 36, 6, 18, 24, 60, 12, 30)  # cases of the candle, an order each
_SECOND_LINES = (30, 12, 48, 6, 18, 24)
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
    take_short_turns()
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
        for orders in (refused_for_a_code, unknown_item, bad_dates):
            for name, content in orders(here.home / "samples"):
                (inbox / name).write_bytes(content)
        with gateway_of(here) as gateway:
            gateway.run_once()


def refused_for_a_code(samples: Path) -> list[tuple[str, bytes]]:
    """Orders whose second line names the item by a kind of number that the buyer's guide does not allow: each is
    refused by its 997, and would go through if the guide allowed it."""
    return [
        (
            f"morning-{n:02}.edi",
            _two_candles(samples, f"K70020{n:02}", 300 + n, quantity, "EN", PIECE, "550003001"),
        )
        for n, quantity in enumerate(_FIRST_LINES, start=1)
    ]


def unknown_item(samples: Path) -> list[tuple[str, bytes]]:
    """Orders with a line whose number nobody knows: it waits until somebody says which item it is."""
    return [
        (
            f"noon-{n:02}.edi",
            _two_candles(samples, f"K70030{n:02}", 340 + n, quantity, "UK", NEW_NUMBER, "550003099"),
        )
        for n, quantity in enumerate(_SECOND_LINES, start=1)
    ]


def _two_candles(
    samples: Path, po: str, control: int, quantity: int, qualifier: str, number: str, theirs: str
) -> bytes:
    """The sample's order under other numbers, its second line as said."""
    text = (samples / _TWO_CANDLES / "input.edi").read_text("ascii").replace("K7001005", po)
    for was in ("*000000105", "*105"):
        text = text.replace(was, f"*{control:0{len(was) - 1}}")
    line = f"*{quantity}*CA*49.32**{qualifier}*{number}*IN*{theirs}"
    text = text.replace("*12*CA*31.5**UK*10410000077778*IN*550007777", line)
    text = text.replace("INCENSE CONES", "PILLAR CANDLE 15 CM").replace("CTT*2*36", f"CTT*2*{24 + quantity}")
    return text.encode("ascii")


def bad_dates(samples: Path) -> list[tuple[str, bytes]]:
    """Orders of a buyer with days that are none: refused by the 997."""
    text = (samples / _BAD_DATE / "input.edi").read_text("ascii")
    return [
        (
            f"evening-{n:02}.edi",
            text.replace("K7001016", f"K70031{n:02}")
            .replace("*114", f"*{370 + n}").replace("000000114", f"{370 + n:09}")
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
