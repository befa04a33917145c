"""What the killed runs are given, and what must hold when they are over (DESIGN section 8, issue 2).

Every receipt worked once, no order twice, no control number missing or double, every 997 and 855 sent with the same
bytes however often.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from edi_gateway.store import audit, tables
from tests.flow import papers
from tests.flow.shop import PARTNER, Shop

PARTNERS = [PARTNER]
GOOD = papers.orders(501, "K1", "K2")
LARGE = papers.interchange(
    504,
    [papers.purchase_order(f"L{n}", 20, f"{n:04d}", lines=20) for n in range(1, 6)],
)
FILES = {
    "a.edi": GOOD,
    "b.edi": papers.orders(502, "K1"),  # the same order in a new envelope
    "c.edi": papers.interchange(
        503, [papers.bad_purchase_order("K9"), papers.purchase_order("K3", control="0002")]
    ),
    "d.edi": LARGE,
    "e.edi": GOOD,  # the same file once more
}
ORDERS = {"K1", "K2", "K3", *(f"L{n}" for n in range(1, 6))}
# a file is acknowledged by a 997 a group, the file that came twice twice; K1 is answered twice
FUNCTIONAL_ACKS, ANSWERS = 5, len(ORDERS) + 1


def prepare(shop: Shop) -> None:
    """Drop the files; the folder is read by time, so they get rising ones."""
    import os

    for n, (name, content) in enumerate(FILES.items()):
        shop.drop(name, content)
        file = shop.inbox(PARTNER) / name
        os.utime(file, (1_700_000_000 + n, 1_700_000_000 + n))
    shop.engine.dispose()


def examine(shop: Shop) -> list[str]:
    """Everything that is not as it must be, in words; nothing when all holds."""
    return [
        *_receipts(shop),
        *_orders(shop),
        *_numbers(shop),
        *_sendings(shop),
        *_postings(shop),
        *_rest(shop),
    ]


def _receipts(shop: Shop) -> Iterator[str]:
    rows = shop.rows(tables.receipts)
    names = Counter(row["name"] for row in rows)
    yield from (f"{name} was received {n} times" for name, n in names.items() if n != 1)
    yield from (f"{name} was never received" for name in set(FILES) - set(names))
    for row in rows:
        expected = "DUPLICATE" if row["name"] == "e.edi" else "DONE"
        if row["state"] != expected:
            yield f"receipt {row['name']} is {row['state']}, not {expected}"
        if not row["settled"]:
            yield f"receipt {row['name']} is not settled"
    left = [file.name for file in shop.inbox(PARTNER).iterdir() if file.is_file()]
    if left:
        yield f"in the folder there are still {left}"
    counted = Counter(
        (row["receipt_id"], row["offset"]) for row in shop.rows(tables.documents, direction="in")
    )
    yield from (f"the set at {key} was worked {n} times" for key, n in counted.items() if n != 1)
    if len(counted) != 10:
        yield f"{len(counted)} sets were worked, not 10"


def _orders(shop: Shop) -> Iterator[str]:
    numbers = Counter(row["po_number"] for row in shop.rows(tables.orders))
    yield from (f"order {number} stands {n} times" for number, n in numbers.items() if n != 1)
    if set(numbers) != ORDERS:
        yield f"orders are {sorted(numbers)}"
    for row in shop.rows(tables.orders):
        if row["state"] != "ACCEPTED":
            yield f"order {row['po_number']} is {row['state']}"


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


def _sendings(shop: Shop) -> Iterator[str]:
    documents = shop.rows(tables.documents, direction="out")
    kinds = Counter(row["set_code"] for row in documents)
    if kinds != {"997": FUNCTIONAL_ACKS, "855": ANSWERS}:
        yield f"documents made: {dict(kinds)}"
    yield from (f"a {row['set_code']} is {row['state']}" for row in documents if row["state"] != "SENT")
    answered = Counter(row["order_id"] for row in documents if row["set_code"] == "855")
    twice = {row["id"] for row in shop.rows(tables.orders) if row["po_number"] == "K1"}
    yield from (
        f"order {order} was answered {n} times" for order, n in answered.items() if n != 1 + (order in twice)
    )
    hashes: dict[str, set[str]] = {}
    for name, digest in shop.sendings():
        hashes.setdefault(name, set()).add(digest)
    for row in shop.rows(tables.transmissions):
        if row["state"] != "SENT":
            yield f"transmission {row['name']} is {row['state']}"
        if hashes.pop(row["name"], set()) != {row["sha256"]}:
            yield f"{row['name']} was sent with other bytes, or not"
        content = (shop.outbox(PARTNER) / row["name"]).read_bytes()
        if hashlib.sha256(content).hexdigest() != row["sha256"]:
            yield f"{row['name']} lies there with other bytes"
    if hashes:
        yield f"sent, but in no row: {sorted(hashes)}"


def _postings(shop: Shop) -> Iterator[str]:
    rows = shop.rows(tables.postings)
    yield from (f"posting {row['key']} is {row['state']}" for row in rows if row["state"] != "DONE")
    files = list((shop.home / "posted").glob("*.json"))
    if len(files) != len(rows) or len(rows) != len(ORDERS):
        yield f"{len(rows)} postings, {len(files)} files"


def _rest(shop: Shop) -> Iterator[str]:
    undone = [row["kind"] for row in shop.rows(tables.work) if row["state"] != "DONE"]
    if undone:
        yield f"work left: {undone}"
    if shop.cases() != ["CODE_INVALID"]:
        yield f"cases: {shop.cases()}"
    with shop.engine.begin() as conn:
        broken = audit.verify(conn)
    if broken is not None:
        yield f"audit row {broken.n}: {broken.problem}"
