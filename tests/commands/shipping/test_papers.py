"""Labels, packing lists and bills of lading of a shipment: what stands on them, versions, reprints (spec B10)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import Engine, select

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.shipping.typed_confirm import Typed, confirm
from edi_gateway.commands.telling import notices, papers
from edi_gateway.model.fulfilment import Transport
from edi_gateway.papers.completeness import Incomplete
from edi_gateway.store.tables import audit
from tests.commands.depot import Depot
from tests.orders import build
from tests.papers.scanner import codes, texts

TRUCK = Transport(
    carrier="ABCD",
    carrier_name="Anvil Freight",
    pro="P-1",
    mode="M",
    freight_payment="PP",
    trailer="T-7",
    weight=Decimal(31),
    weight_unit="LB",
)


@pytest.fixture
def depot(stocked: Engine) -> Depot:
    return Depot(stocked)


def left(depot: Depot, transport: Transport = TRUCK) -> int:
    """48 mugs in four cartons, to store 0412."""
    depot.stock_up("MUG", EAST=100)
    (number,) = depot.released(build.po())
    with depot.desk() as desk:
        shipment = confirm(desk, depot.partners, Typed((number,), transport=transport)).shipment_id
    assert shipment is not None
    return shipment


def drawn(depot: Depot) -> list[str]:
    return depot.rows(select(audit.c.details).where(audit.c.what == "paper drawn").order_by(audit.c.id))


def test_a_label_for_each_carton_bears_its_number(depot: Depot) -> None:
    shipment = left(depot)
    with depot.desk() as desk:
        (paper,) = papers.draw_labels(desk, depot.partners, shipment)
    assert paper.pages == 4
    assert [code for code in codes(paper.content)[0] if code.startswith("(00)")] == ["(00)006141410000000012"]
    first = texts(paper.content)[0]
    assert "PO-1" in first
    assert "CARTON 1 OF 4" in first


def test_the_same_for_label_printers(depot: Depot) -> None:
    shipment = left(depot)
    with depot.desk() as desk:
        (paper,) = papers.draw_labels(desk, depot.partners, shipment, zpl=True)
    assert paper.content.count(b"^XA") == 4
    assert b"006141410000000012" in paper.content


def test_a_packing_list_says_what_was_ordered_and_left(depot: Depot) -> None:
    shipment = left(depot)
    with depot.desk() as desk:
        (paper,) = papers.draw_packing_lists(desk, depot.partners, shipment)
    text = " ".join(texts(paper.content))
    assert "PO-1" in text
    assert "Blue mug" in text
    assert "48" in text


def test_what_left_beyond_the_order_stands_in_the_row_of_its_line(depot: Depot) -> None:
    depot.stock_up("MUG", EAST=100)
    (number,) = depot.released(build.po())
    with depot.desk() as desk:
        said = Typed((number,), {(number, 1): Decimal(51)}, transport=TRUCK)
        shipment = confirm(desk, depot.partners, said).shipment_id
        assert shipment is not None
        (paper,) = papers.draw_packing_lists(desk, depot.partners, shipment)
    text = " ".join(texts(paper.content)[0].split())
    assert "48 51 0 EA" in text


def test_drawn_again_it_is_a_reprint_and_changed_a_new_version(depot: Depot) -> None:
    shipment = left(depot)
    seen = []
    for change in (None, None, {"trailer": "T-8"}):
        with depot.desk() as desk:
            if change:
                notices.amend(desk, depot.partners, shipment, why="Another truck.", transport=change)
            seen.append(" ".join(texts(papers.draw_bill(desk, depot.partners, shipment).content)).lower())
    assert ["reprint" in text for text in seen] == [False, True, False]
    assert ["version 2" in text for text in seen] == [False, False, True]
    assert ["t-8" in text for text in seen] == [False, False, True]


def test_a_bill_of_lading_names_carrier_weight_and_orders(depot: Depot) -> None:
    shipment = left(depot)
    with depot.desk() as desk:
        text = " ".join(texts(papers.draw_bill(desk, depot.partners, shipment).content))
    for words in ("Anvil Freight", "ABCD", "PO-1", "06141410000000012"):
        assert words in text


def test_what_is_incomplete_is_not_drawn_and_says_all_that_is_missing(depot: Depot) -> None:
    shipment = left(depot, Transport(carrier="ABCD"))
    with depot.desk() as desk, pytest.raises(Incomplete, match="carrier") as refused:
        papers.draw_bill(desk, depot.partners, shipment)
    assert "bill of lading" in str(refused.value).lower()


def test_of_nothing_that_left_there_is_no_paper(depot: Depot) -> None:
    with depot.desk() as desk, pytest.raises(Refused, match="no such shipment"):
        papers.draw_labels(desk, depot.partners, 1)
