"""`try` at the terminal: files edited, proposed, or in a folder of their own."""

from __future__ import annotations

import csv
import io
import shutil

from tests.cli.terminal import Terminal


def test_a_draft_is_tried_before_it_goes_live(held: Terminal) -> None:
    assert held.ok("try").out == "Nothing differs: what is live says the same as the files.\n"
    rules = held.home / "partners" / "kestrelmoor" / "850.toml"
    text = rules.read_text("utf-8")
    strict = held.home / "strict.toml"
    strict.write_text(text.replace("max = 3", "max = 2"), "utf-8")

    file = "partner/kestrelmoor/850.toml"
    held.ok("partners", "propose", "kestrelmoor", file, "--from", strict, "--why", "two digits")
    said = held("try")
    assert said.code == 1  # something that went through would stop
    assert "changed rule department: { max = 3 } → { max = 2 }" in said.out
    assert "1 would have become different" in said.out
    assert "1 × 850 verdict: accepted → rejected\n      PO K7001004 of 2026-03-02 (document " in said.out
    assert rules.read_text("utf-8") == text

    told = held("try", "kestrelmoor", "--json").one()
    assert (told["partner"], told["documents"], told["different"], told["worse"]) == (
        "kestrelmoor",
        1,
        1,
        True,
    )
    (hears,) = (g for g in told["groups"] if g["what"] == "997")
    assert hears["examples"][0]["now"] == "AK2*850*0001~AK3*REF*4**8~AK4*2*127*5*014~AK5*R*5"
    rows = list(csv.DictReader(io.StringIO(held("try", "--csv").out)))
    assert {(r["what"], r["documents"], r["worse"]) for r in rows if r["what"] == "verdict"} == {
        ("verdict", "1", "True")
    }
    assert held.ok("try", "kestrelmoor", "--until", "2026-03-01", "--json").one()["documents"] == 0

    held.ok("partners", "drop", "kestrelmoor")
    assert held.ok("try", "kestrelmoor").out.startswith("Nothing differs")
    draft = held.home / "draft"
    shutil.copytree(held.home / "partners", draft / "partners")
    shutil.copy(strict, draft / "partners" / "kestrelmoor" / "850.toml")
    assert held("try", "--from-folder", draft, "--json").one()["different"] == 1
    assert "is a day or a time" in held("try", "--since", "yesterday").err
    assert "never published" in held.refused("try", "nobody")


def test_a_price_file_is_tried_on_open_orders_and_what_is_on_file_is_listed(held: Terminal) -> None:
    file = held.home / "prices.csv"
    file.write_text(
        "sku,unit,price,currency,since,price_group\nTB-2002,CA,150.00,USD,2026-03-01,MASS\n", "utf-8"
    )
    said = held.ok("import", "prices", file, "--try").out
    assert "K7001004 of kestrelmoor" in said
    assert "    line 3, state: HELD → ACCEPTED\n" in said
    assert said.endswith("1 of 1 open orders would be judged otherwise.\n")
    rows = held.ok("master", "list", "prices", "--search", "tb-2002", "--json").json()
    assert {(r["key"]["unit"], r["values"]["price"]) for r in rows if r["key"]["price_group"] == "MASS"} == {
        ("CA", "164.88"), ("CA", "159.84"),
    }  # fmt: skip
    told = held.ok("master", "history", "prices", str(rows[0]["id"]), "--json").json()
    assert [(r["id"], r["version"], r["superseded"]) for r in told] == [(rows[0]["id"], 1, False)]
    assert held.ok("master", "unresolved").out == "Every name in the orders that wait is known.\n"
    assert "there are items" in held("master", "list", "nothing").err
