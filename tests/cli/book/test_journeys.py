"""What people do over a day or two, each as one story: from the file that comes in to what goes out and is posted.

The master data is that of samples/master-data; it is Monday, 2 March 2026, 15:00 UTC, and people wait where they say.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.papers import interchange, order
from tests.cli.terminal import SAMPLES, Terminal, segments

pytestmark = pytest.mark.slow

K4 = "K7001004"  # samples/04: line 3 asks 150.00, the contract says 164.88
AGREED = ("--reason", "PRICE_ACCEPTED", "--text", "Agreed with the buyer by telephone.")


def answer(files: list[str]) -> list[str]:
    """The segments of the only 855 among files sent, from BAK to the last ACK."""
    (only,) = (segments(text) for text in files if "ST*855*" in text)
    return [s for s in only if s.startswith(("BAK*", "PO1*", "ACK*"))]


# ---------------------------------------------------------------- prices, and who may decide about them


def test_a_price_hold_is_released_by_another_person_and_the_order_is_answered_and_posted(
    held: Terminal,
) -> None:
    assert [(line[0], line[2]) for line in held.lines(K4)] == [
        *((1, "ACCEPTED"), (2, "ACCEPTED"), (3, "HELD"), (4, "ACCEPTED")),
    ]
    (hold,) = held.holds()
    assert (hold["code"], hold["line"], hold["amount"]) == ("PRICE", 3, "1500.00")
    assert [(c["family"], c["state"]) for c in held.cases()] == [("PRICE", "NEW")]

    said = held.ok("holds", "release", str(hold["hold_id"]), *AGREED, by="jo").out
    assert "nothing else holds the order" in said
    assert (held.holds(), held.cases()) == ([], [])
    held.ok("run", "--once")

    sent = answer(held.sent("kestrelmoor"))
    assert [s.split("*")[:4] for s in sent if s.startswith("ACK")] == [
        ["ACK", "IA", "20", "CA"],
        ["ACK", "IP", "20", "CA"],
        ["ACK", "IA", "10", "CA"],
        ["ACK", "IP", "10", "CA"],
    ]
    assert sent[0].startswith("BAK*00*AC*K7001004*20260302*")
    assert "PO1*003*10*CA*150**UK*10410000020026*IN*550002002" in sent
    last = held.posted()[-1]
    assert last["order"]["po_number"] == K4
    assert [(n["line"], n["state"], n["price"]) for n in last["lines"]][2] == (3, "ACCEPTED", "150")
    told = [(e["by"], e["kind"]) for e in held.order(K4)["events"]]
    assert ("jo", "released") in told


def test_who_sets_a_price_may_not_release_the_hold_on_it(held: Terminal) -> None:
    """Maria brings the price to 155.00, which still is too far from 164.88; Jo must decide."""
    held.ok("orders", "set", K4, "price", "155", "--line", "3", "--why", "The buyer corrects it", by="maria")
    (hold,) = held.holds()
    assert "155" in hold["message"]
    assert [h["state"] for h in held.holds("--state", "superseded")] == ["SUPERSEDED"]
    said = held.refused("holds", "release", str(hold["hold_id"]), *AGREED, by="maria")
    assert "maria changed the price that this hold is about and may not release it" in said
    assert len(held.holds()) == 1
    held.ok("holds", "release", str(hold["hold_id"]), *AGREED, by="jo")
    assert held.lines(K4)[2][2:] == ("ACCEPTED", "10", "155")


def test_what_is_not_answered_in_time_is_answered_as_on_hold_and_a_release_sends_an_update(
    held: Terminal,
) -> None:
    held.wait(days=2)
    late = held("status", "--json")
    assert late.code == 1
    assert {what: count for what, count in late.one()["late"].items() if count} == {
        "answers": 1,
        "holds": 1,
        "cases": 1,
    }
    held("run", "--once")
    first = answer(held.sent("kestrelmoor"))
    assert first[0].startswith("BAK*00*AC*")
    assert "ACK*IH*10*CA" in first
    held.ok("holds", "release", held.hold(), *AGREED, by="jo")
    held.ok("run", "--once")
    update = answer(held.sent("kestrelmoor"))
    assert update[0].startswith("BAK*05*AC*")
    assert [s.split("*")[1] for s in update if s.startswith("ACK")] == ["IA", "IP", "IA", "IP"]


def test_a_price_that_is_set_to_the_contract_price_frees_the_line_when_another_person_agrees(
    held: Terminal,
) -> None:
    held.ok("orders", "set", K4, "lines[2].price", "164.88", "--why", "The buyer corrects it", by="maria")
    (hold,) = held.holds()
    assert hold["message"].startswith("maria set price to 164.88; without that: line 003 ")
    held.refused("holds", "release", str(hold["hold_id"]), *AGREED, by="maria")
    held.ok("holds", "release", str(hold["hold_id"]), *AGREED, by="jo")
    assert held.lines(K4)[2][2:] == ("ACCEPTED", "10", "164.88")


# ---------------------------------------------------------------- what our master data does not know


def test_an_unknown_item_goes_on_by_itself_once_it_is_imported(shop: Terminal) -> None:
    shop.drop_sample("kestrelmoor", "05-unknown-item")
    shop("run", "--once")
    assert [line[2] for line in shop.lines("K7001005")] == ["ACCEPTED", "HELD"]
    (case,) = shop.cases()
    assert case["code"] == "ITEM_UNKNOWN"
    (shop.home / "items.csv").write_text("sku,description,base_unit,units\nTB-9001,Incense cones,EA,CA=24\n")
    (shop.home / "prices.csv").write_text("sku,unit,price,currency,price_group\nTB-9001,CA,31.50,USD,MASS\n")
    (shop.home / "xrefs.csv").write_text("partner,qualifier,value,sku\nkestrelmoor,IN,550007777,TB-9001\n")
    assert shop.ok("import", "items", "items.csv", "--json").one()["rejudged"] == 0
    assert shop.bring("prices", "prices.csv")["rejudged"] == 0
    assert shop.ok("import", "xrefs", "xrefs.csv", "--json").one()["rejudged"] == 1
    assert shop.lines("K7001005")[1] == (2, "TB-9001", "ACCEPTED", "12", "31.5")
    assert (shop.holds(), shop.cases()) == ([], [])
    assert shop.ok("cases", "show", str(case["case_id"]), "--json").one()["case"]["state"] == "RESOLVED"
    shop.ok("run", "--once")
    sent = answer(shop.sent("kestrelmoor"))
    assert sent[0].startswith("BAK*00*AD*K7001005*")
    assert [s for s in sent if s.startswith("ACK")] == ["ACK*IA*24*CA", "ACK*IA*12*CA"]


def test_an_unknown_ship_to_goes_on_by_itself_once_it_is_imported(shop: Terminal) -> None:
    shop.drop_sample("kestrelmoor", "06-unknown-ship-to")
    shop("run", "--once")
    assert shop.orders() == {"K7001006": "ON_HOLD"}
    said = shop.refused("holds", "release", shop.hold(), *AGREED)
    assert "A hold SHIPTO_UNKNOWN is not released, it is cured." in said
    (shop.home / "places.csv").write_text(
        "partner,qualifier,code,name,customer,address_1,city,region,postal_code,country,kind,transit_days\n"
        "kestrelmoor,92,0557,Kestrelmoor DC Lakeside,C-1000,3 Harbor Way,Lakeside,OH,45007,US,dc,2\n"
    )
    said = shop.ok("import", "ship-tos", "places.csv").out
    assert "1 were added" in said
    assert "1 order that waited for it" in said
    assert shop.orders() == {"K7001006": "ACCEPTED"}
    shop.ok("run", "--once")
    sent = answer(shop.sent("kestrelmoor"))
    assert sent == [
        *(sent[0], "PO1*001*24*CA*49.32**UK*10410000030018*IN*550003001", "ACK*IA*24*CA"),
    ]
    assert sent[0].startswith("BAK*00*AD*K7001006*")
    assert [p["order"]["po_number"] for p in shop.posted()] == ["K7001006"]


def test_an_unknown_sender_becomes_a_partner_and_its_order_is_booked(shop: Terminal) -> None:
    content = interchange(1, order("M-1"), sender="MOORGATE")
    shop.drop("kestrelmoor", "from-somebody.edi", content)
    assert "whom we do not know: set aside" in shop("run", "--once").out
    (case,) = shop.cases()
    assert (case["code"], case["partner"]) == ("PARTNER_UNKNOWN", None)
    assert shop.ok("cases", "show", str(case["case_id"]), "--raw").raw == content

    (shop.home / "c.csv").write_text(
        "number,name,currency,price_group,terms_type,discount_percent,discount_days,net_days,freight_payment\n"
        "C-4000,Moorgate,USD,MASS,01,2,30,60,CC\n"
    )
    (shop.home / "s.csv").write_text(
        "partner,qualifier,code,name,customer,address_1,city,region,postal_code,country,kind\n"
        "moorgate,92,0551,Moorgate DC,C-4000,1 Dock Road,Millbrook,OH,45001,US,dc\n"
    )
    shop.bring("customers", "c.csv")
    shop.ok(
        *(
            "partners",
            "new",
            "moorgate",
            "--name",
            "Moorgate",
            "--them",
            "ZZ/MOORGATE",
            "--us",
            "ZZ/TARNBROOK",
        ),
        *("--customer", "C-4000", "--version", "005010", "--zone", "UTC"),
    )
    profile = shop.home / "partners" / "moorgate" / "partner.toml"
    profile.write_text(profile.read_text().replace("\ntest = true", "\ntest = false"))
    shop.ok("partners", "check", "moorgate")
    shop.ok("partners", "publish", "moorgate", "--why", "agreed today")
    shop.ok("import", "ship-tos", "s.csv")

    done = shop.ok("cases", "replay", str(case["case_id"]), "--json").one()
    assert done["cured"]
    assert shop.orders() == {"M-1": "ACCEPTED"}
    assert shop.cases() == []
    shop.ok("run", "--once")
    sent = shop.sent("moorgate")
    assert [text for text in sent if "ST*997*" in text and "AK5*A" in text]
    assert answer(sent)[0].startswith("BAK*00*AD*M-1*")


# ---------------------------------------------------------------- broken documents


def test_a_rejected_set_is_replaced_by_a_corrected_copy_and_the_original_stays_as_it_came(
    shop: Terminal,
) -> None:
    content = shop.drop_sample("kestrelmoor", "14-bad-date")
    shop("run", "--once")
    (first,) = shop.sent("kestrelmoor")
    assert "AK5*R*5" in segments(first)
    (case,) = shop.cases()
    assert case["code"] == "DATE_INVALID"
    told = shop.ok("cases", "show", str(case["case_id"])).out
    assert "20261316" in told
    assert "^^^^^^^^" in told

    (original,) = shop.documents("--direction", "in")
    corrected = content.replace(b"20261316", b"20260316").replace(b"XXX21305", b"20260320")
    (shop.home / "corrected.edi").write_bytes(corrected)
    said = shop.ok("cases", "replay", str(case["case_id"]), "--with", "corrected.edi").out
    assert "1 of 1 cases are cured" in said
    assert shop.orders() == {"K7001016": "ACCEPTED"}
    assert shop.cases() == []

    raw = shop.ok("documents", "raw", str(original["document_id"])).raw
    start, end = content.index(b"ST*850"), content.index(b"GE*")
    assert raw == content[start:end].rstrip(b"\n")
    assert raw.endswith(b"~")
    shop.ok("run", "--once")
    sent = shop.sent("kestrelmoor")
    assert [text for text in sent if "ST*997*" in text and "AK5*A" in segments(text)]
    assert answer(sent)[0].startswith("BAK*00*AD*K7001016*")
    (made,) = shop.ok("documents", "list", "--direction", "out", "--set", "855", "--json").json()
    (bore,) = [text for text in sent if "ST*855*" in text]
    assert (
        shop.ok("documents", "raw", str(made["document_id"])).raw in bore.encode()
    )  # its ST and SE as they went


def test_a_corrected_copy_that_is_still_wrong_is_not_called_cured(shop: Terminal) -> None:
    content = shop.drop_sample("kestrelmoor", "14-bad-date")
    shop("run", "--once")
    (case,) = shop.cases()
    (shop.home / "corrected.edi").write_bytes(content.replace(b"20261316", b"20260399"))
    said = shop("cases", "replay", str(case["case_id"]), "--with", "corrected.edi")
    assert said.code == 1
    assert "0 of 1 cases are cured" in said.out
    assert [c["case_id"] for c in shop.cases()] == [case["case_id"]]
    assert shop.orders() == {}


def test_a_case_is_assigned_commented_and_closed_with_its_root_cause(shop: Terminal) -> None:
    shop.drop_sample("kestrelmoor", "14-bad-date")
    shop("run", "--once")
    (case,) = shop.cases()
    name = str(case["case_id"])
    shop.ok("cases", "assign", name, by="jo")
    shop.ok("cases", "comment", name, "They will send it anew.", by="jo")
    assert [c["case_id"] for c in shop.cases("--owner", "jo")] == [case["case_id"]]
    assert shop("cases", "close", name, "--root-cause", "who knows").code == 2  # which are known, is said
    shop.ok("cases", "close", name, "--root-cause", "partner data", "--text", "Sent anew.", by="jo")
    assert shop.cases() == []
    (closed,) = shop.cases("--closed")
    assert (closed["state"], closed["root_cause"], closed["closed_by"]) == ("CLOSED", "partner data", "jo")
    notes = shop.ok("cases", "show", name, "--json").one()["notes"]
    assert [(n["by"], n["kind"]) for n in notes] == [
        *(("system", "opened"), ("jo", "assigned"), ("jo", "comment"), ("jo", "closed")),
    ]


# ---------------------------------------------------------------- the same order twice


@pytest.fixture
def differing(shop: Terminal) -> Terminal:
    """AV-88040 over 40 is accepted; it came again over 60, and waits for a decision."""
    shop.drop_sample("aldermere", "10-repeated-differing", "before.edi")
    shop("run", "--once")
    shop.drop_sample("aldermere", "10-repeated-differing")
    shop("run", "--once")
    assert sorted(o["state"] for o in both(shop)) == ["ACCEPTED", "ON_HOLD"]
    assert [c["code"] for c in shop.cases()] == ["PO_DIFFERS"]
    shop.sent("aldermere")
    return shop


def both(shop: Terminal) -> list[dict[str, object]]:
    """The orders of AV-88040, the older first."""
    return shop.ok("orders", "list", "--po", "AV-88040", "--json").json()[::-1]


def quantities(shop: Terminal) -> list[tuple[object, str]]:
    found = both(shop)
    return [(o["state"], shop.order(str(o["number"]))["lines"][0]["accepted_quantity"]) for o in found]


def test_a_differing_duplicate_is_voided(differing: Terminal) -> None:
    said = differing.ok("orders", "resolve", "AV-88040", "void", "--why", "sent by mistake").out
    assert "AV-88040 is decided: it counts for nothing (SO-" in said
    again = differing("orders", "resolve", "AV-88040", "void", "--why", "sent by mistake")
    assert (again.code, "No order AV-88040 is on hold" in again.err) == (2, True)
    assert [o["state"] for o in both(differing)] == ["ACCEPTED", "VOID"]
    assert quantities(differing)[0] == ("ACCEPTED", "40")
    assert differing.cases() == []
    differing.ok("run", "--once")
    assert differing.sent("aldermere") == []  # the buyer has the answer to what stands
    assert [p["lines"][0]["quantity"] for p in differing.posted()] == ["40"]


def test_a_differing_duplicate_is_applied_as_a_change(differing: Terminal) -> None:
    differing.ok("orders", "resolve", "AV-88040", "change", "--why", "they want 60")
    assert quantities(differing)[0] == ("ACCEPTED", "60")
    first, second = both(differing)
    assert (first["revision"], second["state"]) == (2, "VOID")
    assert differing.cases() == []
    differing.ok("run", "--once")
    assert "ACK*IA*60*EA" in answer(differing.sent("aldermere"))
    assert [(p["order"]["revision"], p["lines"][0]["accepted_quantity"]) for p in differing.posted()] == [
        (1, "40"),
        (2, "60"),
    ]


def test_a_differing_duplicate_is_taken_as_an_order_of_its_own(differing: Terminal) -> None:
    differing.ok("orders", "resolve", "AV-88040", "new", "--why", "a second order, says the buyer")
    assert quantities(differing) == [("ACCEPTED", "40"), ("ACCEPTED", "60")]
    assert (differing.holds(), differing.cases()) == ([], [])
    said = differing("orders", "show", "AV-88040")
    assert said.code == 2
    assert "AV-88040 could be any of" in said.err


def test_the_real_order_after_its_test_is_taken_while_the_test_waits_or_is_voided(shop: Terminal) -> None:
    """The same PO, first marked as a test (ISA15 T) and then in earnest under the next control number."""
    marked = shop.drop_sample("kestrelmoor", "15-test-flag")
    shop("run", "--once")
    (test,) = shop.ok("orders", "list", "--json").json()
    shop.drop("kestrelmoor", "real.edi", marked.replace(b"*T*>", b"*P*>").replace(b"000000115", b"000000116"))
    shop("run", "--once")
    assert [(o["test"], o["state"]) for o in shop.ok("orders", "list", "--json").json()] == [
        (False, "ACCEPTED"),
        (True, "ON_HOLD"),
    ]
    assert [p["order"]["po_number"] for p in shop.posted()] == [test["po_number"]]
    said = shop("orders", "show", str(test["po_number"]))
    assert (said.code, f"{test['number']} (kestrelmoor, ON_HOLD, TEST)" in said.err) == (2, True)
    shop.ok("orders", "resolve", str(test["number"]), "void", "--why", "it was a test")
    assert shop.order(str(test["po_number"]))["order"]["state"] == "ACCEPTED"  # the one that is left
    assert (shop.holds(), shop.cases(), len(shop.posted())) == ([], [], 1)


def test_the_same_file_twice_is_one_order_and_a_second_run_has_nothing_to_do(shop: Terminal) -> None:
    shop.drop_sample("kestrelmoor", "01-mass-merchant")
    shop.ok("run", "--once")
    first = shop.sent("kestrelmoor")
    assert shop.ok("run", "--once").out == "Nothing came in and nothing was waiting.\n"
    assert shop.ok("run", "--once", "--json").one() == {
        **{"arrivals": [], "acknowledged": [], "booked": [], "holds": [], "sent": [], "causes": []},
        "not_looked_at": [],
    }
    shop.drop_sample("kestrelmoor", "01-mass-merchant")
    assert "came before, byte for byte: nothing is done twice" in shop.ok("run", "--once").out
    assert list(shop.orders()) == ["K7001001"]
    assert len(shop.posted()) == 1
    again = shop.sent("kestrelmoor")
    assert [text for text in again if "ST*855" in text] == []
    assert sum("ST*855" in text for text in first) == 1


# ---------------------------------------------------------------- what a representative decides


def test_an_accepted_order_is_cancelled_and_the_buyer_is_told(shop: Terminal) -> None:
    shop.drop("kestrelmoor", "a.edi", interchange(7, order("K-1")))
    shop.ok("run", "--once")
    shop.sent("kestrelmoor")
    shop.ok("orders", "cancel", "K-1", "--why", "The buyer wants it no more")
    assert shop.orders() == {"K-1": "CANCELLED"}
    shop.ok("run", "--once")
    assert [s for s in answer(shop.sent("kestrelmoor")) if s.startswith("ACK")] == ["ACK*ID*20*CA"]
    assert [p["order"]["state"] for p in shop.posted()] == ["ACCEPTED", "CANCELLED"]
    assert "is cancelled" in shop.refused("orders", "cancel", "K-1", "--why", "once more")


def test_a_line_on_hold_is_refused_with_its_code_and_the_rest_is_answered(held: Terminal) -> None:
    assert "IR, R1" in held.refused("orders", "reject", K4, "--line", "3", "--code", "ZZ", "--why", "no")
    held.ok("orders", "reject", K4, "--line", "3", "--code", "R4", "--why", "Not at that price")
    assert (held.holds(), held.cases()) == ([], [])
    held.ok("run", "--once")
    sent = answer(held.sent("kestrelmoor"))
    assert [s for s in sent if s.startswith("ACK")] == [
        "ACK*IA*20*CA",
        "ACK*IP*20*CA",
        "ACK*R4*10*CA",
        "ACK*IP*10*CA",
    ]
    assert held.lines(K4)[2][2:4] == ("REJECTED", "0")


def test_an_order_is_answered_before_it_must_be(held: Terminal) -> None:
    held.ok("orders", "answer", K4)
    held("run", "--once")
    assert "ACK*IH*10*CA" in answer(held.sent("kestrelmoor"))
    assert "nothing new to say" in held.refused("orders", "answer", K4)


def test_a_note_stays_with_the_order(shop: Terminal) -> None:
    shop.drop("kestrelmoor", "a.edi", interchange(7, order("K-1")))
    shop.ok("run", "--once")
    shop.ok("orders", "note", "K-1", "Mr [b]Hale[/b] rang: no hurry", by="jo")
    said = shop.ok("orders", "show", "K-1").out
    assert "jo: Mr [b]Hale[/b] rang: no hurry" in said


def test_a_hold_by_hand_stops_an_order_that_waits_until_its_placer_or_another_releases_it(
    held: Terminal,
) -> None:
    held.ok("holds", "place", K4, "--text", "Ask about the colour first", "--line", "1", by="jo")
    (mine,) = held.holds("--code", "MANUAL")
    assert (mine["line"], mine["message"]) == (1, "Held by jo: Ask about the colour first")
    (price,) = held.holds("--code", "PRICE")
    said = held.ok("holds", "release", str(price["hold_id"]), *AGREED, by="maria").out
    assert "Still waiting for:" in said
    assert "Ask about the colour first" in said
    assert "A release needs a text" in held.refused(
        *("holds", "release", str(mine["hold_id"]), "--reason", "OTHER", "--text", " "), by="jo"
    )
    held.ok(
        "holds",
        "release",
        str(mine["hold_id"]),
        "--reason",
        "CUSTOMER_AGREED",
        "--text",
        "Blue it is",
        by="jo",
    )
    assert held.holds() == []


# ---------------------------------------------------------------- sending again, and not at all


def test_a_document_is_sent_again_with_the_same_bytes_under_the_same_name(shop: Terminal) -> None:
    shop.drop("kestrelmoor", "a.edi", interchange(7, order("K-1")))
    shop.ok("run", "--once")
    out = shop.home / "exchange" / "kestrelmoor" / "out"
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    for file in out.iterdir():
        file.unlink()
    (document,) = shop.documents("--set", "855")
    shop.ok("documents", "resend", str(document["document_id"]))
    assert "waits to be sent already" in shop.refused("documents", "resend", str(document["document_id"]))
    told = shop.ok("run", "--once", "--json").one()
    (again,) = out.iterdir()
    assert [(sent["name"], sent["state"]) for sent in told["sent"]] == [(again.name, "SENT")]
    assert again.read_bytes() == before[again.name]
    assert b"ST*855" in again.read_bytes()
    again.unlink()
    (functional,) = (t for t in shop.transmissions() if t["sets"] == "997")
    shop.ok("transmissions", "resend", str(functional["transmission_id"]))
    shop.ok("run", "--once")
    (again,) = out.iterdir()
    assert again.read_bytes() == before[again.name]
    raw = shop.ok("transmissions", "show", str(functional["transmission_id"]), "--raw").raw
    assert raw == before[again.name]


def test_a_transmission_that_does_not_get_through_is_cancelled_and_later_sent_after_all(
    held: Terminal,
) -> None:
    """Without the folders that stand in for it, Kestrelmoor's server is not there."""
    held.ok("orders", "answer", K4)
    config = held.home / "config.toml"
    with_folders = config.read_text()
    config.write_text(with_folders.replace('directory_root = "exchange"', ""))
    failed = held("run", "--once")
    assert failed.code == 1
    (waiting,) = (t for t in held.transmissions() if t["state"] != "SENT")
    name = str(waiting["transmission_id"])
    raw = held.ok("transmissions", "show", name, "--raw").raw
    held.ok("transmissions", "cancel", name, "--why", "sent by mail instead")
    assert [t["state"] for t in held.transmissions()] == ["SENT", "CANCELLED"]
    assert "it is cancelled already" in held.refused("transmissions", "cancel", name, "--why", "again")
    assert "Cancelling transmission" in held.refused(
        "transmissions", "cancel", str(held.transmissions()[0]["transmission_id"]), "--why", "too late"
    )
    config.write_text(with_folders)
    held("run", "--once")
    assert held.sent("kestrelmoor") == []
    held.ok("transmissions", "resend", name)
    held("run", "--once")
    assert [text.encode("latin-1") for text in held.sent("kestrelmoor")] == [raw]


def test_a_run_tells_of_what_an_earlier_one_could_not_send(held: Terminal) -> None:
    held.ok("orders", "answer", K4)
    held.ok("partners", "pause", "kestrelmoor", "--why", "their server moves")
    assert held("run", "--once", "--json").one()["sent"] == []  # not bundled while nothing may go
    held.ok("partners", "resume", "kestrelmoor")
    config = held.home / "config.toml"
    with_folders = config.read_text()
    config.write_text(with_folders.replace('directory_root = "exchange"', ""))
    told = held("run", "--once", "--json").one()
    (first,) = told["sent"]
    assert (first["state"], first["last_error"] is None) == ("READY", False)
    assert [unseen["partner"] for unseen in told["not_looked_at"]] == ["kestrelmoor"]
    said = held("run", "--once").out
    assert first["name"] in said
    assert "nothing was waiting" not in said
    config.write_text(with_folders)
    held.wait(hours=1)
    (second,) = held("run", "--once", "--json").one()["sent"]
    assert (second["transmission_id"], second["state"]) == (first["transmission_id"], "SENT")


def test_what_a_partner_in_test_sends_is_marked_wherever_it_is_shown_and_posted_nowhere(
    shop: Terminal,
) -> None:
    profile = shop.home / "partners" / "kestrelmoor" / "partner.toml"
    profile.write_text(profile.read_text().replace("\ncustomer =", "\ntest = true\ncustomer =", 1))
    sent = interchange(7, order("K-1")).replace(b"*0*P*", b"*0*T*")
    shop.drop("kestrelmoor", "a.edi", sent)
    shop.drop("kestrelmoor", "b.edi", interchange(8, order("K-2")))  # ISA15 P: waits
    run = shop("run", "--once").out.splitlines()
    assert [line.endswith("TEST: posted nowhere") for line in run if line.startswith("  SO-")] == [True]
    assert [line.split("TEST")[0] != line for line in run if " x 855" in line or " x 997" in line] == [
        True
    ] * 2
    assert [line.endswith("TEST") for line in run if line.startswith("  PO K-2 of")] == [True]
    (case,) = shop.cases()
    (hold,) = shop.holds()
    assert (case["test"], hold["test"]) == (True, True)
    assert case["fingerprint"][:8] in "".join(run)
    for words in (
        *(("orders", "show", number) for number in ("K-1", "K-2")),
        *(("documents", "show", str(d["document_id"])) for d in shop.documents()),
        *(("transmissions", "show", str(t["transmission_id"])) for t in shop.transmissions()),
        ("cases", "show", str(case["case_id"])),
    ):
        assert shop.ok(*words).out.splitlines()[0].endswith("TEST"), words
    assert shop.ok("cases", "list").out.count("TEST") == 1
    assert shop.ok("holds", "list").out.count("TEST") == 2  # the mark, and the kind of the hold
    for words in (("orders",), ("documents",), ("transmissions",), ("cases",)):
        rows = shop.ok(*words, "list", *(["--each"] if words == ("cases",) else [])).out.splitlines()[2:]
        assert all(" yes" in row for row in rows), words
    assert all(segments(text)[0].split("*")[15] == "T" for text in shop.sent("kestrelmoor"))
    assert shop.posted() == []


def test_a_paused_partner_is_neither_read_nor_sent_to(held: Terminal) -> None:
    held.ok("partners", "pause", "kestrelmoor", "--why", "their server moves")
    held.drop("kestrelmoor", "a.edi", interchange(7, order("K-1")))
    held.ok("orders", "answer", K4)
    held("run", "--once")
    assert held.orders() == {K4: "ACCEPTED"}
    assert held.sent("kestrelmoor") == []
    assert "their server moves" in held("status").out
    held.ok("partners", "resume", "kestrelmoor")
    held("run", "--once")
    assert held.orders() == {K4: "ACCEPTED", "K-1": "ACCEPTED"}
    assert len(held.sent("kestrelmoor")) >= 2
    assert "no such partner is published" in held.refused("partners", "pause", "nobody", "--why", "x")


# ---------------------------------------------------------------- the keeping of it


def test_a_backup_brings_back_what_was(shop: Terminal) -> None:
    shop.drop("kestrelmoor", "a.edi", interchange(7, order("K-1")))
    shop.ok("run", "--once")
    backup = shop.home / "backups" / "monday.db"
    shop.ok("db", "backup", backup)
    assert "is there already" in shop.refused("db", "backup", backup)
    shop.ok("orders", "cancel", "K-1", "--why", "by mistake")
    assert shop.orders() == {"K-1": "CANCELLED"}
    (shop.home / "garbage").write_text("no database")
    assert "garbage" in shop.refused("db", "restore", "garbage", "--yes")
    assert shop("db", "restore", "nowhere", "--yes").code == 2
    assert shop.orders() == {"K-1": "CANCELLED"}
    shop.ok("db", "restore", backup, "--yes")
    assert shop.orders() == {"K-1": "ACCEPTED"}
    shop.ok("audit", "verify")


def test_whoever_changes_the_audit_log_behind_our_back_is_found_out(shop: Terminal) -> None:
    whole = shop.ok("audit", "verify", "--json").one()
    assert whole["broken"] is None
    assert whole["rows"] >= 8  # three partners published, five imports
    with sqlite3.connect(shop.home / "gateway.db") as db:
        (n,) = db.execute("SELECT n FROM audit ORDER BY n LIMIT 1 OFFSET 2").fetchone()
        db.execute("UPDATE audit SET by = 'nobody' WHERE n = ?", (n,))
    db.close()
    said = shop("audit", "verify")
    assert said.code == 1
    assert f"broken at row {n}" in said.err
    as_json = shop("audit", "verify", "--json")
    assert as_json.code == 1
    assert as_json.one()["broken"]["n"] == n


def test_roles_decide_who_may_do_what_once_somebody_is_listed(held: Terminal) -> None:
    assert "everybody may do everything" in held.ok("users", "list").out
    assert "nobody with the role ADMIN would be left" in held.refused("users", "put", "maria", "CSR")
    assert "no such role" in held.refused("users", "put", "maria", "CHIEF")
    held.ok("users", "put", "anna", "ADMIN")
    held.ok("users", "put", "maria", "CSR", by="anna")
    held.ok("users", "put", "jo", "LEAD", "EDI_ANALYST", "--limit", "5000", by="anna")
    no_console = {"signs_in": False, "second_factor": False, "seen_at": None}
    assert held.ok("users", "list", "--json").json() == [
        {"user": "anna", "roles": ["ADMIN"], "limit": None, **no_console},
        {"user": "jo", "roles": ["EDI_ANALYST", "LEAD"], "limit": "5000", **no_console},
        {"user": "maria", "roles": ["CSR"], "limit": None, **no_console},
    ]
    assert "has none of the roles ADMIN" in held.refused("users", "put", "maria", "ADMIN", by="maria")
    assert "1500.00 is above what CSR may decide" in held.refused(
        *("holds", "release", held.hold(), *AGREED), by="maria"
    )
    assert "takes CSR or LEAD or SUPERVISOR" in held.refused(
        "holds", "release", held.hold(), *AGREED, by="stranger"
    )
    held.ok("holds", "release", held.hold(), *AGREED, by="jo")
    held.ok("users", "remove", "maria", by="anna")
    assert "nobody could add users" in held.refused("users", "remove", "anna", by="anna")


# ---------------------------------------------------------------- imports


def test_an_import_with_bad_cells_names_each_and_changes_nothing(shop: Terminal) -> None:
    (shop.home / "prices.csv").write_text(
        "sku,unit,price,currency,since\n"
        "TB-1001,EA,4.75,USD,2026-06-01\n"
        "TB-1001,EA,four,USD,2026-07-01\n"
        "TB-0000,EA,1.00,USD,2026-31-01\n"
    )
    said = shop("import", "prices", "prices.csv", "--dry-run")
    assert said.code == 1
    assert "row 3, column price ('four')" in said.out
    assert "row 4, column since ('2026-31-01')" in said.out
    told = shop("import", "prices", "prices.csv", "--json").one()
    assert (told["applied"], told["added"], told["dry_run"]) == (False, 0, False)
    assert {(p["row"], p["column"]) for p in told["problems"]} >= {(3, "price"), (4, "since")}


def test_a_dry_run_shows_the_difference_and_changes_nothing(shop: Terminal) -> None:
    (shop.home / "prices.csv").write_text("sku,unit,price,currency,since\nTB-1001,EA,4.75,USD,2026-06-01\n")
    for _ in range(2):
        told = shop.ok("import", "prices", "prices.csv", "--dry-run", "--json").one()
        assert (told["added"] + told["changed"], told["applied"]) == (1, False)
    assert shop.bring("prices", "prices.csv")["applied"]
    assert shop.ok("import", "prices", "prices.csv", "--json").one()["unchanged"] == 1


@pytest.mark.parametrize("kind", ["items", "xrefs", "prices", "ship-tos", "customers"])
def test_importing_the_same_file_again_changes_nothing(shop: Terminal, kind: str) -> None:
    told = shop.ok("import", kind, SAMPLES / "master-data" / f"{kind}.csv", "--json").one()
    assert (told["added"], told["changed"], told["closed"]) == (0, 0, 0)
    assert told["unchanged"] > 0


def test_a_file_that_is_not_there_is_wrong_usage(shop: Terminal) -> None:
    said = shop("import", "items", Path("nowhere.csv"))
    assert (said.code, said.err) == (2, "error: nowhere.csv: No such file or directory\n")
