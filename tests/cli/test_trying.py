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
