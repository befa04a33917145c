"""What must hold when a killed run has been started again and is over (DESIGN section 8, issue 2).

Every receipt worked once, no order twice, no control number missing or double, everything sent with the same bytes
however often. A stage of a scenario says what is to stand (`Stands`, by hand), `broken` says in words what does not.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from edi_gateway.store import audit, tables
from tests.flow.shop import PARTNER, Shop


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


def broken(shop: Shop, expected: Stands) -> list[str]:
    """Everything that is not as it must be; nothing when all holds."""
    return [
        *_receipts(shop, expected),
        *_orders(shop, expected),
        *_documents(shop, expected),
        *_numbers(shop),
        *_sendings(shop, expected),
        *_postings(shop, expected),
        *_rest(shop, expected),
    ]


def _receipts(shop: Shop, expected: Stands) -> Iterator[str]:
    rows = shop.rows(tables.receipts)
    names = Counter(row["name"] for row in rows)
    yield from (f"{name} was received {n} times" for name, n in names.items() if n != 1)
    states = {row["name"]: row["state"] for row in rows}
    if states != dict(expected.receipts):
        yield f"receipts are {states}"
    yield from (f"receipt {row['name']} is not settled" for row in rows if not row["settled"])
    left = [file.name for file in shop.inbox(PARTNER).iterdir() if file.is_file()]
    if left:
        yield f"in the folder there are still {left}"
    archive = shop.inbox(PARTNER) / "archive"
    archived = sorted(file.name for file in archive.iterdir()) if archive.is_dir() else []
    if archived != sorted(expected.receipts):
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
    sent = shop.rows(tables.transmissions)
    yield from _without_gap("ISA13", (int(row["control"]) for row in sent))
    groups: dict[str, list[int]] = {}
    for row in sent:
        for code, number in re.findall(
            r"GS\*(\w\w)\*[^~]*?\*(\d+)\*X\*", bytes(row["bytes"]).decode("latin-1")
        ):
            groups.setdefault(code, []).append(int(number))
    for code, numbers in groups.items():
        yield from _without_gap(f"GS06 of {code}", numbers)


def _without_gap(what: str, numbers: Iterable[int]) -> Iterator[str]:
    drawn = sorted(numbers)
    if drawn != list(range(1, len(drawn) + 1)):
        yield f"{what} ran {drawn}"


def _sendings(shop: Shop, expected: Stands) -> Iterator[str]:
    hashes: dict[str, set[str]] = {}
    for name, digest in shop.sendings():
        hashes.setdefault(name, set()).add(digest)
    whole = {file.name: file for file in shop.outbox(PARTNER).iterdir() if not file.name.startswith(".")}
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
