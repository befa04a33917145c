"""Orders, holds, acknowledgments and the ledger in the browser."""

from __future__ import annotations

from tests.web.console.browsing import Site


def links(html: str, start: str) -> list[str]:
    return list(dict.fromkeys(word for word in html.split('"') if word.startswith(start)))


def test_orders_are_filtered_and_one_is_shown_with_its_ladder_and_noted(busy: Site) -> None:
    browser = busy.browser("CSR")
    browser.get("/orders?status=held")
    assert "K7001004" in browser.text
    assert "K7001013" not in browser.text
    assert '<option value="kestrelmoor">' in browser.page.text  # the field of a partner offers who there is
    assert "No such orders." in browser.get("/orders?least=1000000").text
    assert "No such orders." in browser.get("/orders?until=2026-03-01").text
    assert "No such orders." in browser.get("/orders?status=late").text
    (order,) = [
        link for link in links(browser.get("/orders?po=K7001004").page.text, "/orders/") if link[8:].isdigit()
    ]
    browser.get(order)
    assert "TB-2002 240 240 EA" in browser.text  # ordered and held, in base units
    assert "they ask 150.00, ours is 164.88" in browser.text
    assert links(browser.page.text, "/cases/")
    assert links(browser.page.text, "/documents/")
    browser.post(f"{order}/note", text="They will send a new price list <b>soon</b>.")
    assert browser.said == "Noted."
    assert "&lt;b&gt;soon" in browser.page.text
    assert browser.get("/orders/1").status == 404


def test_a_representative_decides_about_an_order_on_its_page(busy: Site) -> None:
    browser = busy.browser("CSR", "LEAD")
    (order,) = links(browser.get("/orders?po=K7001004").page.text, "/orders/2")
    browser.get(order)
    browser.post(f"{order}/hold", text="They called: a new colour.", line="2", blocks=["R", "S"])
    assert browser.said == "The hold stands."
    assert "MANUAL on line 2" in browser.text
    browser.post(f"{order}/hold", text="and this?", line="two", blocks=["A"])
    assert "'two' is no number of a line" in browser.said
    browser.post(
        f"{order}/set", field="price", line="3", value="164.88", why="They gave the right price by mail."
    )
    assert browser.said == "lines[2].price is set; the order was judged anew."
    browser.post(f"{order}/reject", line="3", code="R2", why="They will not have it.")
    assert browser.said == "It is refused; the 855 says so."
    assert "REJECTED R2" in browser.text
    browser.post(f"{order}/cancel", line="1", why="They have enough mugs.")
    assert browser.said == "It is cancelled; the buyer is told."
    browser.post(f"{order}/resolve", choice="new", why="no")
    assert "waits for no such decision" in browser.said
    for told in ("held", "value set", "They will not have it.", "answered"):
        assert told in browser.text, told
    clerk = busy.browser("WAREHOUSE", name="wim")
    assert "Cancel it" not in clerk.get(order).text
    assert clerk.post(f"{order}/cancel", why="I may not.").status == 403


def test_what_is_no_amount_is_no_limit_but_a_mistake(busy: Site) -> None:
    browser = busy.browser("LEAD")
    assert "'1,000' is not an amount" in browser.get("/orders?least=1,000").text
    (hold,) = links(browser.get("/holds").page.text, "/holds/")
    browser.get(hold)
    browser.post(f"{hold}/release", reason="PRICE_ACCEPTED", text="Up to a thousand.", up_to="1,000")
    assert "'1,000' is not an amount" in browser.said
    assert "PRICE" in browser.get("/holds").text


def test_a_hold_is_released_by_who_may_and_refused_to_who_may_not(busy: Site) -> None:
    keeper = busy.browser("WAREHOUSE", name="wim")
    (hold,) = links(keeper.get("/holds").page.text, "/holds/")
    assert "It may be released by" in keeper.get(hold).text
    keeper.post(f"{hold}/release", reason="PRICE_ACCEPTED", text="I say so.")
    assert "takes" in keeper.said
    assert keeper.get("/holds?mine=true").text.count("PRICE") == keeper.get(
        "/holds?mine=true&partner=x"
    ).text.count("PRICE")  # nothing but the filter's choices
    lead = busy.browser("LEAD", name="lea")
    lead.get(hold)
    lead.post(f"{hold}/release", reason="PRICE_ACCEPTED", text="Agreed by telephone.")
    assert lead.said == "It is released; nothing else holds the order."
    assert "Agreed by telephone." in lead.text
    assert "Nothing holds it." in lead.text
    assert "No hold is active." in lead.get("/holds").text


def test_acknowledgments_and_control_numbers_are_told(busy: Site) -> None:
    browser = busy.browser("EDI_ANALYST")
    browser.get("/acknowledgments")
    assert "PO K7001004 (SO-" in browser.text  # held: not answered
    assert "Interchange 000000001 of MOORGATE" in browser.text
    assert "855" in browser.text
    assert "All that was sent is acknowledged." not in browser.text
    browser.get("/ledger")
    assert "kestrelmoor" in browser.text
    gaps = browser.get("/ledger?faults=true&direction=in")
    assert "105 to 112" in gaps.text  # samples 04, 13 and 14 are interchanges 104, 113 and 114
    assert "No number is missing" in browser.get("/ledger?faults=true&direction=out").text
