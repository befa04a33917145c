"""`try` over orders as they stand in the book: changes and cancellations beside what stood before them, stock, the
delimiters that we write. On both databases, over the real road.
"""

from __future__ import annotations

from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.stocking.stock_imports import import_stock
from edi_gateway.store import tables
from tests.flow.papers import interchange, orders, purchase_order
from tests.flow.shop import Shop
from tests.flow.trial.test_trying import group, told, tried


def spoken(shop: Shop) -> None:
    """C1 is ordered, then changed (BEG01 05) from 20 to 30 cases, then cancelled (01); C2 is changed and stays; a
    cancellation of C9 comes, which nobody has ordered."""
    shop.drop("a.edi", orders(1, "C1", "C2"))
    shop.run()
    for n, (purpose, number, quantity) in enumerate(
        [("05", "C1", 30), ("05", "C2", 25), ("01", "C1", 30), ("01", "C9", 20)], start=2
    ):
        text = purchase_order(number, quantity).replace("BEG*00*", f"BEG*{purpose}*")
        shop.drop(f"{n}.edi", interchange(n, [text]))
        shop.run()
    revisions = [(row["order_id"], row["revision"]) for row in shop.rows(tables.order_revisions)]
    c1, c2, c9 = (row["id"] for row in shop.rows(tables.orders))
    assert revisions == [(c1, 1), (c1, 2), (c1, 3), (c2, 1), (c2, 2), (c9, 1)]
    assert shop.states() == {"C1": "CANCELLED", "C2": "ACCEPTED", "C9": "REJECTED"}


def test_changes_and_cancellations_are_judged_beside_the_order_as_it_stood(shop: Shop) -> None:
    spoken(shop)
    found = tried(shop, profile={"answering.update_purpose": "06"})
    assert (found.documents, found.judged) == (6, 6)
    # both changes and the cancellation that was applied are answered by an update; the other answers stay as they are
    assert told(found) == {("855", "BAK01 changes"): (3, 3, False)}
    answer = group(found, "855", "BAK01")
    assert {(e.about.name, e.was, e.now) for e in answer.examples} == {
        (po, f"BAK*05*{kind}*{po}*20260302*****20260302", f"BAK*06*{kind}*{po}*20260302*****20260302")
        for po, kind in (("C1", "AD"), ("C2", "AD"), ("C1", "AC"))
    }


def test_a_version_that_takes_a_change_for_an_order_shows_it(shop: Shop) -> None:
    """Each ship-to numbers its own orders: what the change speaks of would not be found under that key."""
    spoken(shop)
    found = told(tried(shop, profile={"policies.ship_to_reuse": True}))
    assert found["change", "changes it → is an order"] == (2, 2, True)
    assert found["change", "cancels it → refused"] == (1, 1, True)
    assert found["order", "CANCELLED → REJECTED"] == (1, 1, True)


def test_stock_is_asked_for_as_it_is_now_and_what_an_order_has_of_it_stays_its_own(shop: Shop) -> None:
    with shop.engine.begin() as conn:
        desk = shop.start().works.desk(conn)
        assert import_csv(desk, "sites", b"code,name\nMAIN,Main hall\n", "sites.csv").applied
        assert import_stock(desk, "stock", b"site,sku,on_hand\nMAIN,TB-1001,125\n", "stock.csv").applied
    shop.drop("a.edi", orders(1, "S1", quantity=8))
    shop.drop("b.edi", orders(2, "S2", quantity=20))
    shop.run()
    found = tried(shop, profile={"fulfilment.ours": True})
    assert (found.judged, found.later) == (2, ())
    # 125 mugs are 10 cases of 12: the 8 of S1 are there, and of the 20 of S2 10; nobody knows when the rest comes
    assert told(found)["855", "ACK appears"] == (1, 1, False)
    assert {(e.about.name, e.now) for e in group(found, "855", "ACK").examples} == {("S2", "ACK*SP*10*CA")}
    assert tried(shop, profile={"fulfilment.release_days_before": 3}).later == ("fulfilment",)


def test_other_delimiters_show_in_all_that_we_sent(shop: Shop) -> None:
    shop.drop("a.edi", orders(1, "D1", "D2"))
    shop.run()
    found = tried(shop, profile={"writing.element": "|", "writing.segment": "\n"})
    assert (found.documents, found.later) == (2, ())
    assert told(found) == {("855", "delimiters changes"): (2, 2, False)}
    assert group(found, "855", "delimiters").usual_values == [("* > ~ ^", "| > \n ^", 2)]
