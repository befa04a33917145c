"""The pages of master data: lists, a row's history, unresolved names, an import from preview to approval."""

from __future__ import annotations

from tests.web.console.browsing import Site

PRICES = "sku,unit,price,currency,since,price_group\n"


def test_a_price_file_is_previewed_imported_and_approved_by_another(busy: Site) -> None:
    ann = busy.browser("MASTER_DATA")
    ann.get("/master/items?search=MUG")
    assert "Stoneware mug 12 oz, blue" in ann.text
    assert "TB-2002" not in ann.text
    ann.get("/master/items?search=100%25")
    assert "Nothing like this is on file." in ann.text  # a per cent sign is no wildcard
    ann.get("/master/xrefs?search=550001001&partner=kestrelmoor")
    assert "sku TB-1001" in ann.text

    ann.get("/imports")
    bad = PRICES + "TB-2002,CA,abc,USD,2026-01-01,MASS\nNOPE,CA,1.00,USD,2026-01-01,MASS\n"
    ann.post("/imports/preview", kind="prices", files={"file": ("p.csv", bad.encode(), "text/csv")})
    assert "2 problems; nothing of it can be imported." in ann.text
    assert "2 price abc" in ann.text

    ann.get("/imports")
    good = PRICES + "TB-2002,CA,150.00,USD,2026-03-01,MASS\n"
    ann.post("/imports/preview", kind="prices", files={"file": ("p.csv", good.encode(), "text/csv")})
    assert "1 of 1 would be judged otherwise" in ann.text
    assert "K7001004" in ann.text
    assert "HELD → ACCEPTED" in ann.text
    content = ann.page.text.split('name="content" value="')[1].split('"')[0]
    ann.post("/imports", kind="prices", name="p.csv", content=content)
    assert ann.said.startswith("p.csv waits for another person's approval: ")
    assert "p.csv" in ann.text
    link = ann.page.text.split('href="/imports/')[1].split('"')[0]
    ann.get(f"/imports/{link}")
    ann.post(f"/imports/{link}/approve")
    assert "somebody else must approve it" in ann.said

    bob = busy.browser("SUPERVISOR", name="bob")
    bob.get(f"/imports/{link}")
    assert "164.88" in bob.text
    bob.post(f"/imports/{link}/approve")
    assert bob.said.endswith("1 order that waited went on.")
    bob.get("/master/prices?search=TB-2002")
    row = next(r for r in bob.page.text.split("<tr>") if "150.00" in r).split('href="')[1].split('"')[0]
    bob.get(row)
    assert "superseded" in bob.text
    assert "164.88" in bob.text
    bob.get("/master/unresolved")
    assert "Every name in the orders that wait is known." in bob.text
    assert bob.get("/master/nothing").status == 404
