"""Personal data of an order: gone from every table and every byte, while numbers, hashes and the audit stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from edi_gateway.commands.desk import Actor, Refused
from edi_gateway.commands.ordering import orders
from edi_gateway.commands.privacy import erasing
from edi_gateway.flow import upkeep
from edi_gateway.flow.telling.answers import Published
from edi_gateway.flow.works import Options
from edi_gateway.reports.traffic import raw
from edi_gateway.store import audit, tables
from edi_gateway.x12.mending.masking import mask
from tests.flow import papers
from tests.flow.shop import PARTNER, Shop, publish_with

KEEP = timedelta(days=3653)
PERSON = (
    "Wilhelmina Featherstone",
    "17 Quillfeather Lane",
    "Zanesborough",
    "5559871234",
    "ring twice at the gate",
)

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # where no SQL differs


def consumer(number: str) -> str:
    name, street, city, phone, note = PERSON
    return papers.purchase_order(number).replace(
        "N1*ST*KESTRELMOOR DC NORTH*92*0551~N3*1 DOCK ROAD~N4*MILLBROOK*OH*45001*US~",
        f"N9*L1*NOTE~MTX**{note}~N1*ST*{name}*92*0551~N3*{street}~N4*{city}*OH*45001*US~PER*DC*{name}*TE*{phone}~",
    )


def counted(body: str) -> str:
    """With the SE01 that fits."""
    head, _, _ = body.rpartition("SE*")
    return f"{head}SE*{head.count('~') + 1}*{body.rpartition('*')[2]}"


def everything(shop: Shop) -> str:
    """All that stands in any table, bytes and words and index."""
    found: list[str] = []
    with shop.engine.begin() as conn:
        for table in tables.metadata.sorted_tables:
            for row in conn.execute(select(table)):
                found += [one.decode("latin-1") if isinstance(one, bytes) else str(one) for one in row]
        found += [str(tuple(row)) for row in conn.execute(text("SELECT * FROM document_words"))]
    return "\n".join(found)


def came(shop: Shop) -> int:
    """An order of a consumer, which was cancelled and answered; its id."""
    neighbour = papers.purchase_order("K2", control="0002")
    shop.drop("orders.edi", papers.interchange(501, [counted(consumer("K1")), neighbour]))
    shop.run()
    with shop.start() as gateway:
        (order_id,) = [row["id"] for row in shop.rows(tables.orders, po_number="K1")]
        with shop.engine.begin() as conn:
            desk = gateway.works.desk(conn)
            desk.actor = Actor("ann", frozenset({"SUPERVISOR"}))
            orders.cancel(desk, Published(gateway.works.live), order_id, why="they want it no more")
        assert gateway.run_once([PARTNER]).finished
        gateway.tidy()
    return int(order_id)


def test_nothing_of_the_person_is_left_anywhere_and_all_else_is_as_it_was(shop: Shop) -> None:
    order_id = came(shop)
    before = everything(shop)
    assert all(said.casefold() in before.casefold() for said in PERSON)
    (receipt,) = shop.rows(tables.receipts)
    with shop.engine.begin() as conn:
        desk = shop.start().works.desk(conn)
        shown = erasing.preview(desk, order_id, KEEP)
        whole = raw.receipt_bytes(conn, receipt["id"])
    assert everything(shop) == before  # it was only shown
    with shop.engine.begin() as conn:
        desk = shop.start().works.desk(conn)
        desk.actor = Actor("bea", frozenset({"CSR"}))
        with pytest.raises(Refused, match="none of the roles"):
            erasing.erase(desk, order_id, "asked for", KEEP)
        desk.actor = Actor("ann", frozenset({"ADMIN"}))
        done = erasing.erase(desk, order_id, "asked for by letter", KEEP)
    assert (done.sets, done.segments, done.left) == (shown.sets, shown.segments, ())
    left = everything(shop).casefold()
    assert [said for said in PERSON if said.casefold() in left] == []
    with shop.engine.begin() as conn:
        now = raw.receipt_bytes(conn, receipt["id"])
        assert audit.verify(conn) is None
        with pytest.raises(Refused, match="erased already"):
            erasing.preview(shop.start().works.desk(conn), order_id, KEEP)
    assert (len(now), now.count(b"KESTRELMOOR DC NORTH")) == (len(whole), 1)  # the neighbour's
    assert shop.rows(tables.receipts) == [receipt]  # its hash is that of what came
    assert shop.states() == {"K1": "CANCELLED", "K2": "ACCEPTED"}


@on_sqlite
def test_an_order_that_goes_on_is_not_touched_and_age_alone_takes_only_consumers(
    shop: Shop, tmp_path: Any
) -> None:
    came(shop)
    (going_on,) = [row["id"] for row in shop.rows(tables.orders, po_number="K2")]
    with shop.engine.begin() as conn, pytest.raises(Refused, match="not at its end"):
        erasing.preview(shop.start().works.desk(conn), going_on, KEEP)
    shop.options = Options(keep_personal_days=30)
    shop.clock.skip(days=31)
    with shop.start() as gateway:
        assert upkeep.erase_personal(gateway.works) == 0  # they do not sell to consumers
    publish_with(shop, tmp_path, "[policies]", "[policies]\nconsumer_ship_to = true")
    with shop.start() as gateway:
        assert upkeep.erase_personal(gateway.works) == 1
        assert upkeep.erase_personal(gateway.works) == 0
    assert PERSON[0] not in everything(shop)


def test_a_mask_keeps_places_and_touches_only_the_sets_that_are_meant() -> None:
    whole = papers.interchange(7, [papers.purchase_order("A"), papers.purchase_order("B", control="0002")])
    masked = mask(whole, {("7", "0002")})
    assert masked is not None
    assert len(masked.content) == len(whole)
    assert masked.content.count(b"KESTRELMOOR DC NORTH") == 1
    assert (
        masked.content.count(b"N1*ST*xxxxxxxxxxx xx xxxxx*92*0551~N3*x xxxx xxxx~N4*xxxxxxxxx*OH*xxxxx*US~")
        == 1
    )
    assert masked.values == {"KESTRELMOOR DC NORTH", "1 DOCK ROAD", "MILLBROOK", "45001"}
    assert mask(b"no set at all") is None
