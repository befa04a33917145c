"""The part of the demonstration over AS2: a second gateway, a process of its own, plays the buyer over loopback.

Makes two working folders with keys and each other's certificates, starts the buyer's daemon, runs ours until order,
answers and acknowledgments have gone to and fro, and tells what was on the wire. Called by cli/trial/demonstration.py.
"""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from edi_gateway.cli.context import Here
from edi_gateway.cli.names import short
from edi_gateway.cli.output import FOUND_ERRORS, fail, print_table, say
from edi_gateway.cli.trial import starter
from edi_gateway.settings import As2, DemonstrationClock, Settings

if TYPE_CHECKING:
    from edi_gateway.reports.traffic.documents import DocumentRow

FOLDER = "as2"
US, BUYER = "seller", "buyer"
PARTNER, SELLER = "kestrelmoor", "tarnbrook"  # whom each has as partner
ORDER = "01-mass-merchant"
_SECONDS = 120.0
_PASSPHRASE = "passphrase"
_BUYERS_PROFILE = """\
name = "Tarnbrook, whom we buy from"
[them]
qualifier = "ZZ"
id = "TARNBROOK"
[us]
qualifier = "ZZ"
id = "KESTRELMOOR"
[[documents]]
set = "855"
direction = "in"
version = "005010"
"""


def exchange(folder: Path, clock: DemonstrationClock) -> None:
    """Play it in folder/as2, and tell it."""
    ports = _free_ports()
    _lay_out(folder / FOLDER / US, clock, ports[US])
    _lay_out(folder / FOLDER / BUYER, clock, ports[BUYER])
    _agree(folder / FOLDER / US / "partners" / PARTNER, "TARNBROOK", "KESTRELMOOR", ports[BUYER])
    shutil.rmtree(folder / FOLDER / BUYER / "partners")
    _agree(
        folder / FOLDER / BUYER / "partners" / SELLER, "KESTRELMOOR", "TARNBROOK", ports[US], _BUYERS_PROFILE
    )
    with (
        closing(Here((folder / FOLDER / US).resolve(), "demo")) as us,
        closing(Here((folder / FOLDER / BUYER).resolve(), "demo")) as buyer,
    ):
        _prepare(us, buyer)
        with _running(buyer):
            _work(us)
        _tell(us)


def _lay_out(home: Path, clock: DemonstrationClock, port: int) -> None:
    starter.lay_out(home, Settings(as2=As2(port=port, key_passphrase_file=_PASSPHRASE), clock=clock))
    (home / _PASSPHRASE).touch(mode=0o600)
    (home / _PASSPHRASE).write_text(secrets.token_urlsafe(24))


def _agree(folder: Path, us: str, them: str, port: int, profile: str | None = None) -> None:
    """The partner's connection by AS2, in place of what stands in its profile (None: in the file that is there)."""
    file = folder / "partner.toml"
    kept: list[str] = []
    inside = False
    for line in (profile if profile is not None else file.read_text("utf-8")).splitlines():
        inside = line == "[connection]" or (inside and not line.startswith("["))
        if not inside:
            kept.append(line)
    connection = (
        f'[connection]\nkind = "as2"\nus = "{us}"\nthem = "{them}"\nurl = "http://127.0.0.1:{port}/as2"\n'
        "[connection.line]\ninternal_addresses = true\n"
    )
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(kept) + "\n\n" + connection, "utf-8")


def _prepare(us: Here, buyer: Here) -> None:
    """Master data for us; a certificate for each, given to the other; the buyer's order, which waits to go."""
    from edi_gateway.cli.composition import partners_of, publish_drafts
    from edi_gateway.cli.trial.demonstration import fill
    from edi_gateway.commands.triage import documents

    fill(us)
    publish_drafts(buyer)
    _certificates(us, "Tarnbrook", buyer, SELLER)
    _certificates(buyer, "Kestrelmoor", us, PARTNER)
    order = us.home / "samples" / ORDER / "input.edi"
    with buyer.desk() as desk:
        profile = partners_of(buyer, desk.conn).profile(SELLER)
        if profile is None:
            fail("The demonstration's own profile of the seller holds a mistake.")
        documents.send_files(desk, profile, [("order.edi", order.read_bytes())])


def _certificates(owner: Here, name: str, other: Here, key: str) -> None:
    """A certificate of `owner`, taken in by the other, who calls the owner `key`."""
    from edi_gateway.cli.traffic.certificates import passphrase_of
    from edi_gateway.commands.partners import certificates
    from edi_gateway.transport.keys import making, reading

    described, private = making.new(name, "rsa-2048", owner.clock(), 730)
    locked = reading.locked(private, passphrase_of(owner))
    with owner.desk() as desk:
        certificates.add_ours(desk, described, certificates.Key(locked=locked), certificates.Use())
    with other.desk() as desk:
        certificates.add_theirs(desk, described, certificates.Use(key))


@contextmanager
def _running(buyer: Here) -> Iterator[None]:
    """The buyer's daemon, until the block ends."""
    command = [sys.executable, "-m", "edi_gateway", "--home", str(buyer.home), "daemon"]
    with (buyer.home / "daemon.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _work(us: Here) -> None:
    """Run our gateway with its server until all that follows from the order has come to its end."""
    from edi_gateway.cli.composition import gateway_of, listening

    until = time.monotonic() + _SECONDS
    with gateway_of(us) as gateway, listening(us, gateway):
        while time.monotonic() < until:
            gateway.drain(1)
            if _done(us):
                return
            time.sleep(0.1)
    log = us.home.parent / BUYER / "daemon.log"
    fail(
        f"The exchange over AS2 did not come to its end; see {log}, and whether loopback is free.",
        FOUND_ERRORS,
    )


def _done(us: Here) -> bool:
    """Whether our 997 and our 855 are receipted, and their 997 for the 855 is here."""
    from edi_gateway.reports.traffic.documents import list_transmissions

    with us.reading() as conn:
        gone = {row.sets: row for row in list_transmissions(conn)}
    return (
        set(gone) >= {"997", "855"}
        and all(row.as2 == "RECEIPTED" for row in gone.values())
        and gone["855"].ack_state == "ACCEPTED"
    )


def _tell(us: Here) -> None:
    from edi_gateway.reports.traffic import as2
    from edi_gateway.reports.traffic.documents import list_documents, list_transmissions

    with us.reading() as conn:
        came = as2.list_incoming(conn)
        gone = list_transmissions(conn)
        held = {m.as2_message_id: list_documents(conn, receipt_id=m.receipt_id) for m in came}
        messages = {row.transmission_id: as2.of_transmission(conn, row.transmission_id)[-1] for row in gone}
    rows: list[tuple[object, ...]] = [
        (
            m.created_at,
            _came(held[m.as2_message_id]),
            m.layers,
            m.size,
            m.disposition,
            short(m.as2_message_id),
        )
        for m in came
    ]
    rows += [
        (
            messages[t.transmission_id].created_at,
            f"{t.sets} went",
            "signed and encrypted",
            messages[t.transmission_id].size,
            messages[t.transmission_id].disposition,
            short(t.transmission_id),
        )
        for t in gone
    ]
    print_table(
        "Over AS2",
        ("when", "what", "how", "bytes", "receipt", "id"),
        sorted(rows, key=lambda r: str(r[0])),
        "",
    )
    say(
        f"  [dim]the receipts are kept as evidence: `transmissions show ID --receipts` in "
        f"{escape(str(us.home.parent.name))}/{escape(us.home.name)}[/dim]"
    )


def _came(documents: list[DocumentRow]) -> str:
    return " ".join([*sorted({d.set_code for d in documents}), "came"])


def _free_ports() -> dict[str, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        return {US: one.getsockname()[1], BUYER: two.getsockname()[1]}
