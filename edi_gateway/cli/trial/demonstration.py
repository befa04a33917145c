"""The demonstration: a working folder of invented orders, one run of the gateway, and the story of it; then orders
that the simulator carries from the 850 to the payment, in a second folder; then an order over AS2, in a third.

Its clock begins on the day that the invented orders were written for, so that they are as fresh as on that day.
"""

from __future__ import annotations

import shlex
import shutil
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from rich.markup import escape

from edi_gateway.cli.context import Here
from edi_gateway.cli.output import FOUND_ERRORS, WRONG_USAGE, fail, say, screen
from edi_gateway.cli.telling import tell, tell_cash
from edi_gateway.cli.trial import starter
from edi_gateway.model.clock import system_clock
from edi_gateway.settings import Connections, DemonstrationClock, Settings

MARK = ".demonstration"
BEGINS = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
APPROVES = "demo-lead"
TO_CASH = "to-cash"  # the second folder, inside the first
SHOWN = "00-three-buyers"
MASTER_DATA = ("customers", "items", "xrefs", "prices", "ship-tos")


def demonstrate(folder: Path) -> None:
    """Make the folder anew, fill it, run the gateway once over it, tell what happened."""
    from edi_gateway.cli.composition import gateway_of
    from edi_gateway.reports.book.story import story

    if folder.exists() and not (folder / MARK).exists() and any(folder.iterdir()):
        fail(f"{folder} is not a demonstration's folder; it is left alone. Name another.", WRONG_USAGE)
    shutil.rmtree(folder, ignore_errors=True)
    clock = DemonstrationClock(showed=BEGINS, at=system_clock())
    starter.lay_out(folder, Settings(connections=Connections(directory_root="exchange"), clock=clock))
    (folder / MARK).write_text("Made by `edi-gateway demo`, which removes this folder when it runs again.\n")
    with closing(Here(folder.resolve(), "demo")) as here:
        fill(here)
        stock(here)
        dropped = drop(here)
        say(
            "[bold]A seller, Tarnbrook, and its buyers.[/bold] All names are invented. The clock of this folder began "
            f"on {BEGINS:%A, %d %B %Y, %H:%M} UTC. {dropped} files lie in {escape(str(folder))}/exchange/*/in. The "
            "gateway runs once."
        )
        since = here.ids.next()
        with gateway_of(here) as gateway:
            gateway.run_once()
        with here.reading() as conn:
            tell(story(conn, since))
    _to_cash(folder)
    _by_as2(folder, clock)
    _what_next(folder)


def _to_cash(folder: Path) -> None:
    """A second gateway, in a folder of its own, that plays three orders until they are paid."""
    from edi_gateway.cli.trial.simulating import show
    from edi_gateway.reports.book.orders import OrderFilter, list_orders
    from edi_gateway.reports.money.invoices import InvoiceFilter, list_invoices

    say(
        "\n[bold]From the order to the cash.[/bold] In a folder of its own the gateway runs through two weeks. The "
        "simulator plays three buyers and the warehouse Harborside, and judges every document that it gets.\n"
    )
    if not show(SHOWN, folder / TO_CASH):
        fail("The simulated buyers found what they did not expect: see above.", FOUND_ERRORS)
    with closing(Here((folder / TO_CASH).resolve(), "demo")) as here, here.reading() as conn:
        tell_cash(list_orders(conn, OrderFilter()), list_invoices(conn, InvoiceFilter()))


def _by_as2(folder: Path, clock: DemonstrationClock) -> None:
    """A third one, beside a buyer's, with AS2 between them."""
    from edi_gateway.cli.trial import demonstration_as2

    say(
        "\n[bold]Over AS2.[/bold] A second gateway, a process of its own, plays the buyer Kestrelmoor over loopback: "
        "its order comes signed and encrypted, our 997 and 855 go back, and each is receipted.\n"
    )
    demonstration_as2.exchange(folder, clock)


def fill(here: Here) -> None:
    """The partners of a working folder published, and the master data of its samples imported."""
    from edi_gateway.commands.master_data import importing as master_data
    from edi_gateway.commands.master_data import imports
    from edi_gateway.commands.partners import drafts
    from edi_gateway.commands.partners import publishing as partners
    from edi_gateway.partners import snapshots

    for loaded in drafts.check_all(here.partners_folder, here.mappings_folder):
        if loaded.profile is None or not loaded.valid:
            fail(f"The invented partner {loaded.key} holds mistakes: {loaded.findings}")
        draft = snapshots.snapshot(loaded.profile, loaded.folder, here.mappings_folder)
        with here.desk() as desk:
            partners.publish(desk, draft, "demonstration")
    for kind in MASTER_DATA:
        file = here.home / "samples" / "master-data" / f"{kind}.csv"
        with here.desk() as desk:
            report = master_data.import_csv(desk, kind, file.read_bytes(), file.name)
        if report.problems:
            fail(f"{file}: {report.problems[0].problem}")
        if report.waits is not None:  # prices and terms: as in earnest, somebody else approves them
            with here.desk(APPROVES) as desk:
                imports.approve(desk, report.waits)


def stock(here: Here) -> None:
    """What lies at our own dock, for the partner whose goods ship from here."""
    from edi_gateway.commands.master_data import importing as master_data
    from edi_gateway.commands.stocking import stock_imports

    folder = here.home / "samples" / "master-data"
    with here.desk() as desk:
        sites = master_data.import_csv(desk, "sites", (folder / "sites.csv").read_bytes(), "sites.csv")
        stock = stock_imports.import_stock(desk, "stock", (folder / "stock.csv").read_bytes(), "stock.csv")
    for problem in (*sites.problems, *stock.problems):
        fail(f"{folder}: {problem.problem}")


def drop(here: Here) -> int:
    """Put every sample's documents where its sender would: the folder of the partner, or of anybody."""
    from edi_gateway.partners import registry

    profiles = [p.profile for p in registry.check_all(here.partners_folder) if p.profile]
    resolver = registry.Registry.of(profiles)
    count = 0
    for sample in sorted((here.home / "samples").iterdir()):
        for name in ("before.edi", "input.edi"):
            source = sample / name
            if not source.is_file():
                continue
            content = source.read_bytes()
            partner = _sender(content, resolver) or profiles[0].key
            target = here.home / "exchange" / partner / "in"
            target.mkdir(parents=True, exist_ok=True)
            suffix = "-a-before" if name == "before.edi" else ""
            file = target / f"{sample.name}{suffix}.edi"
            file.write_bytes(content)
            count += 1
    return count


def _sender(content: bytes, resolver: object) -> str | None:
    from edi_gateway.partners.registry import Registry
    from edi_gateway.x12.parsing.envelope import InterchangeStart, read

    assert isinstance(resolver, Registry)
    for event in read(content):
        if isinstance(event, InterchangeStart):
            i = event.interchange
            found = resolver.resolve(i.sender_qualifier, i.sender, i.receiver_qualifier, i.receiver)
            return found.key if found else None
    return None


def _program() -> str:
    """What this program was started as, from wherever it is typed next."""
    started = Path(sys.argv[0]).resolve()
    return f"{sys.executable} -m edi_gateway" if started.name == "__main__.py" else str(started)


def _from_checkout() -> bool:
    """Whether this is the source, with its Makefile."""
    return (Path(__file__).parents[3] / "Makefile").is_file()


def _what_next(folder: Path) -> None:
    there, program = escape(shlex.quote(str(folder))), escape(shlex.quote(_program()))
    console = "make console" if _from_checkout() else "edi demo DIR --console"
    screen.print(
        f"""
[bold underline]What to type next[/bold underline]
  cd {there}; alias edi={program}
  edi orders list                       the order book
  edi orders show K7001001              one order whole, with its timeline
  edi cases list                        what needs a person, by cause
  edi holds list                        what waits; `edi holds release HOLD --help`
  edi releases list                     what waits at our dock; `edi ship confirm RELEASE --tracking 1Z9`
  edi check samples/14-bad-date/input.edi     a broken document, its bytes marked
  edi map samples/01-mass-merchant/input.edi --lineage
  edi documents list --direction out    the 997s and 855s; `edi documents raw DOCUMENT`
  ls exchange/*/out posted              the files that went out, and the orders posted for the ERP
  edi --home to-cash orders timeline K1       an order from its 850 to the payment
  edi --home to-cash invoices list            what was billed and paid
  edi --home as2/seller transmissions incoming    what came by AS2
  edi simulate                          the scenarios; `edi simulate 04-short-rest-later` plays one
  edi run --once                        again: nothing is done twice
  {console}            the same and more in a browser, with cases to work on"""
    )
