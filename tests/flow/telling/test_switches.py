"""What is stopped waits, whole, over any number of runs, and goes on when it is resumed."""

from __future__ import annotations

import pytest

from edi_gateway.commands.desk import Actor, Refused
from edi_gateway.commands.watch import switches
from edi_gateway.reports.watch.switches import stopped
from edi_gateway.store import database, tables
from tests.flow import papers
from tests.flow.shop import PARTNER, Shop

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # where no SQL differs


def stop(shop: Shop, what: str, **of: str) -> None:
    with shop.engine.begin() as conn:
        switches.stop(shop.start().works.desk(conn), what, "they send nonsense", **of)


def resume(shop: Shop, what: str, **of: str) -> None:
    with shop.engine.begin() as conn:
        switches.resume(shop.start().works.desk(conn), what, "they say it is mended", **of)


def waiting(shop: Shop) -> list[tuple[str, int, int]]:
    """(what is stopped, files that wait, documents that wait)"""
    with database.reading(shop.engine) as conn:
        return [(row.what, row.files, row.documents) for row in stopped(conn)]


def out(shop: Shop) -> list[str]:
    """The sets that lie in the outbound folder."""
    return sorted({part.partition("*")[0] for text in shop.sent() for part in text.split("~ST*")[1:]})


def test_a_stopped_set_waits_as_it_came_and_the_rest_of_the_traffic_goes_on(shop: Shop) -> None:
    stop(shop, "set", set_code="850", partner=PARTNER)
    shop.drop("orders.edi", papers.orders(501, "K1"))
    shop.run()
    shop.run()  # the switch outlives the program
    assert (shop.states(), shop.sent(), shop.cases()) == ({}, [], [])
    (receipt,) = shop.rows(tables.receipts)
    assert (receipt["state"], receipt["attempts"]) == ("RECEIVED", 0)
    assert waiting(shop) == [("set", 1, 0)]
    resume(shop, "set", set_code="850", partner=PARTNER)
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED"}
    assert out(shop) == ["855", "997"]


@on_sqlite
def test_a_stopped_answer_waits_while_acknowledgments_go(shop: Shop) -> None:
    stop(shop, "set", set_code="855")
    shop.drop("orders.edi", papers.orders(501, "K1"))
    shop.run()
    assert out(shop) == ["997"]
    assert [d["state"] for d in shop.rows(tables.documents, set_code="855")] == ["QUEUED"]
    assert waiting(shop) == [("set", 0, 1)]
    resume(shop, "set", set_code="855")
    shop.run()
    assert out(shop) == ["855", "997"]


@on_sqlite
def test_stopped_sending_lets_nothing_out_not_even_what_was_bundled_before(shop: Shop) -> None:
    shop.drop("orders.edi", papers.orders(501, "K1"))
    with shop.start() as gateway:
        gateway.receive(PARTNER, "orders.edi", [papers.orders(502, "K2")])
        stop(shop, "sending")
        stop(shop, "posting")
        assert gateway.run_once([PARTNER]).finished
    assert shop.states() == {"K1": "ACCEPTED", "K2": "ACCEPTED"}
    assert (shop.sent(), list((shop.home / "posted").iterdir())) == ([], [])
    # two 997s and two 855s, and two orders for the ERP
    assert waiting(shop) == [("sending", 0, 4), ("posting", 0, 2)]
    resume(shop, "sending")
    shop.run()
    assert out(shop) == ["855", "997"]
    assert list((shop.home / "posted").iterdir()) == []
    resume(shop, "posting")
    shop.run()
    assert len(list((shop.home / "posted").iterdir())) == 2


@on_sqlite
def test_who_may_not_stop_is_refused_and_a_switch_that_stands_is_not_set_twice(shop: Shop) -> None:
    with shop.engine.begin() as conn:
        desk = shop.start().works.desk(conn)
        with pytest.raises(Refused, match="no such partner"):
            switches.stop(desk, "partner", "why", partner="nobody")
        switches.stop(desk, "set", "nonsense", set_code="850")
        with pytest.raises(Refused, match="stopped already"):
            switches.stop(desk, "set", "nonsense", set_code="850")
        desk.actor = Actor("bea", frozenset({"CSR"}))
        with pytest.raises(Refused, match="none of the roles"):
            switches.resume(desk, "set", "why not", set_code="850")
