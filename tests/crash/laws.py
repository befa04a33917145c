"""What must hold when a killed run has been started again and is over (DESIGN section 8, issue 2).

Every receipt worked once, no order twice, no control number missing or double, everything sent with the same bytes
however often. A stage of a scenario says what is to stand (`Stands`, by hand), `broken` says in words what does not.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from edi_gateway.store import audit, tables
from tests.commands import laws as shipping_laws
from tests.flow.shop import PARTNER, Shop


@dataclass(frozen=True)
class Ships:
    """How far orders that ship from here are. `stages`: PO number -> stage. `parts`: (PO number, quantity, state) of
    each. `stock`: (on hand, allocated) of the one item. `invoices`: number -> (PO number, total, state).
    `cartons`: how many, each with a number of ours; `shipments`: how many."""

    stages: Mapping[str, str | None]
    parts: tuple[tuple[str, int, str], ...]
    stock: tuple[int, int]
    shipments: int = 0
    cartons: int = 0
    invoices: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Stands:
    """`receipts`: name -> state. `sets`: how many were worked. `orders`: PO number -> (state, revision,
    cases ordered in all lines).
    `documents`: (set, state) of ours -> how many. `answers`: PO number -> how many 855s it has had.
    `transmissions`: states that occur. `postings`: how many, all done. `cases`: codes of the open ones."""

    receipts: Mapping[str, str]
    sets: int
    orders: Mapping[str, tuple[str, int, int]]
    documents: Mapping[tuple[str, str], int]
    answers: Mapping[str, int]
    postings: int
    cases: tuple[str, ...]
    transmissions: frozenset[str] = frozenset({"SENT"})
    ships: Ships | None = None


def broken(shop: Shop, expected: Stands, partners: Sequence[str] = (PARTNER,)) -> list[str]:
    """Everything that is not as it must be; nothing when all holds."""
    return [
        *_receipts(shop, expected, partners),
        *_orders(shop, expected),
        *_documents(shop, expected),
        *_numbers(shop),
        *_sendings(shop, expected, partners),
        *_postings(shop, expected),
        *_rest(shop, expected),
        *(_shipping(shop, expected.ships) if expected.ships is not None else ()),
    ]


def _receipts(shop: Shop, expected: Stands, partners: Sequence[str]) -> Iterator[str]:
    rows = shop.rows(tables.receipts)
    names = Counter(row["name"] for row in rows)
    yield from (f"{name} was received {n} times" for name, n in names.items() if n != 1)
    states = {row["name"]: row["state"] for row in rows}
    if states != dict(expected.receipts):
        yield f"receipts are {states}"
    yield from (f"receipt {row['name']} is not settled" for row in rows if not row["settled"])
    left = [file.name for key in partners for file in shop.inbox(key).iterdir() if file.is_file()]
    if left:
        yield f"in the folder there are still {left}"
    archives = [shop.inbox(key) / "archive" for key in partners]
    archived = [file.name for archive in archives if archive.is_dir() for file in archive.iterdir()]
    if sorted(archived) != sorted(expected.receipts):
        yield f"in the archive there are {archived}"
    worked = Counter(
        (row["receipt_id"], row["offset"]) for row in shop.rows(tables.documents, direction="in")
    )
    yield from (f"the set at {key} was worked {n} times" for key, n in worked.items() if n != 1)
    if len(worked) != expected.sets:
        yield f"{len(worked)} sets were worked, not {expected.sets}"


def _orders(shop: Shop, expected: Stands) -> Iterator[str]:
    rows = shop.rows(tables.orders)
    numbers = Counter(row["po_number"] for row in rows)
    yield from (f"order {number} stands {n} times" for number, n in numbers.items() if n != 1)
    ordered: Counter[int] = Counter()
    for line in shop.rows(tables.order_lines):
        ordered[line["order_id"]] += line["quantity"]
    found = {row["po_number"]: (row["state"], row["revision"], int(ordered[row["id"]])) for row in rows}
    if found != dict(expected.orders):
        yield f"orders are {found}"


def _documents(shop: Shop, expected: Stands) -> Iterator[str]:
    rows = shop.rows(tables.documents, direction="out")
    found = Counter((row["set_code"], row["state"]) for row in rows)
    if found != Counter(expected.documents):
        yield f"documents are {dict(found)}"
    number = {row["id"]: row["po_number"] for row in shop.rows(tables.orders)}
    answers = Counter(number[row["order_id"]] for row in rows if row["set_code"] == "855")
    if answers != Counter(expected.answers):
        yield f"answers are {dict(answers)}"


def _numbers(shop: Shop) -> Iterator[str]:
    drawn: dict[str, list[int]] = {}
    for row in shop.rows(tables.transmissions):
        drawn.setdefault(f"ISA13 to {row['partner']}", []).append(int(row["control"]))
        text = bytes(row["bytes"]).decode("latin-1")
        for code, number in re.findall(r"GS\*(\w\w)\*[^~]*?\*(\d+)\*X\*", text):
            drawn.setdefault(f"GS06 of {code} to {row['partner']}", []).append(int(number))
    for what, numbers in drawn.items():
        yield from _without_gap(what, numbers)


def _without_gap(what: str, numbers: Iterable[int]) -> Iterator[str]:
    drawn = sorted(numbers)
    if drawn != list(range(1, len(drawn) + 1)):
        yield f"{what} ran {drawn}"


def _sendings(shop: Shop, expected: Stands, partners: Sequence[str]) -> Iterator[str]:
    hashes: dict[str, set[str]] = {}
    for name, digest in shop.sendings():
        hashes.setdefault(name, set()).add(digest)
    lying_there = [file for key in partners for file in shop.outbox(key).iterdir()]
    whole = {file.name: file for file in lying_there if not file.name.startswith(".")}
    for row in shop.rows(tables.transmissions):
        if row["state"] not in expected.transmissions:
            yield f"transmission {row['name']} is {row['state']}"
        if hashes.pop(row["name"], {row["sha256"]}) != {row["sha256"]}:
            yield f"{row['name']} was sent with other bytes"
        lying = whole.pop(row["name"], None)
        if row["state"] == "SENT" and lying is None:
            yield f"{row['name']} does not lie there"
        if lying is not None and hashlib.sha256(lying.read_bytes()).hexdigest() != row["sha256"]:
            yield f"{row['name']} lies there with other bytes"
    if hashes or whole:
        yield f"sent, but in no row: {sorted(hashes.keys() | whole.keys())}"


def _postings(shop: Shop, expected: Stands) -> Iterator[str]:
    rows = shop.rows(tables.postings)
    yield from (f"posting {row['key']} is {row['state']}" for row in rows if row["state"] != "DONE")
    files = list((shop.home / "posted").glob("*.json"))
    if len(files) != len(rows) or len(rows) != expected.postings:
        yield f"{len(rows)} postings, {len(files)} files"


def _rest(shop: Shop, expected: Stands) -> Iterator[str]:
    undone = [row["kind"] for row in shop.rows(tables.work) if row["state"] != "DONE"]
    if undone:
        yield f"work left: {undone}"
    if sorted(shop.cases()) != sorted(expected.cases):
        yield f"cases: {shop.cases()}"
    with shop.engine.begin() as conn:
        wrong = audit.verify(conn)
    if wrong is not None:
        yield f"audit row {wrong.n}: {wrong.problem}"


def _shipping(shop: Shop, expected: Ships) -> Iterator[str]:
    """Nothing allocated, shipped, numbered or invoiced twice, or not at all."""
    with shop.engine.begin() as conn:
        yield from shipping_laws.broken(conn)
    po = {row["id"]: row["po_number"] for row in shop.rows(tables.orders)}
    stages = {row["po_number"]: row["stage"] for row in shop.rows(tables.orders)}
    if stages != dict(expected.stages):
        yield f"stages are {stages}"
    parts = [(po[p["order_id"]], int(p["quantity"]), p["state"]) for p in shop.rows(tables.line_parts)]
    if sorted(parts) != sorted(expected.parts):
        yield f"parts are {sorted(parts)}"
    stock = [(int(row["on_hand"]), int(row["allocated"])) for row in shop.rows(tables.stock)]
    if stock != [expected.stock]:
        yield f"stock is {stock}"
    told = {}
    for row in shop.rows(tables.invoices):
        told[row["number"]] = (po[row["order_id"]], f"{row['total']:f}", row["state"])
    if told != dict(expected.invoices):
        yield f"invoices are {told}"
    released = [row["number"] for row in shop.rows(tables.releases)]
    if len(released) != len(set(released)) or len(released) != len(expected.stages):
        yield f"releases are {released}"
    drawn = {row["scope"].split("|")[0]: row["value"] for row in shop.rows(tables.control_numbers)}
    cartons = [row["sscc"] for row in shop.rows(tables.handling_units)]
    bols = [row["bol"] for row in shop.rows(tables.shipments)]
    for what, scope, numbers, wanted in (
        ("cartons", "SSCC", cartons, expected.cartons),
        ("shipments", "BOL", bols, expected.shipments),
    ):
        if len(numbers) != wanted or len(set(numbers)) != wanted or drawn.get(scope, 0) != wanted:
            yield f"{what} bear {numbers}, and {drawn.get(scope, 0)} numbers were drawn"
