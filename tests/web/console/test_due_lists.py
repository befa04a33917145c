"""The lists of a representative's day in the browser, over what tests/cli/book/test_daily.py has in stock and not."""

from __future__ import annotations

from contextlib import closing

from edi_gateway.cli.context import Here
from tests.cli.book.test_daily import depot
from tests.cli.conftest import shop
from tests.cli.terminal import Terminal
from tests.web.console.browsing import Site

__all__ = ["depot", "shop"]


def test_what_waits_for_stock_and_what_is_to_ship_leads_to_its_order_with_its_ladder(depot: Terminal) -> None:
    depot.wait(days=60)
    with closing(Here(depot.home, "test")) as here, Site(here) as site:
        browser = site.browser("CSR")
        browser.get("/orders/backorders?partner=kestrelmoor")
        assert "K7001001 kestrelmoor C-1000 1 TB-1001 20 CA NO_STOCK" in browser.text
        assert "TB-2001 20 CA NOT_STOCKED" in browser.text
        assert "Nothing waits for stock." in browser.get("/orders/backorders?partner=pinwheel").text
        browser.get("/orders/due-to-ship")
        assert "TB-1002 120 CA ALLOCATED EAST" in browser.text
        assert browser.text.count(" late ") == 2
        number = browser.page.text.partition('href="/orders?po=')[2].partition('"')[0]
        browser.get(f"/orders?po={number}")
        assert (number in browser.text, browser.text.count("K7001001")) == (True, 1)
        assert "TB-1001" in depot.ok("orders", "show", number).out
        assert "Every ship notice has gone." in browser.get("/orders/notices-due").text
        assert "All that has left is invoiced." in browser.get("/orders/invoices-due").text
        browser.get("/")
        assert "orders to ship 1" in browser.text
