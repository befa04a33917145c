"""`map` and `mapping`: canonical documents, the bytes behind each field, the rows, and what no row reads."""

from __future__ import annotations

import json
import re

from tests.cli.papers import interchange, order
from tests.cli.terminal import SAMPLES, Terminal

# the canonical names that issue and documentation promise
HEADER_FIELDS = {
    *("po_number", "release_number", "purpose", "type", "ordered_on", "currency", "parties", "references"),
    *("dates", "terms", "allowances", "lines", "notes", "stated_totals"),
}
LINE_FIELDS = {
    *("line", "buyer_line", "quantity", "unit", "price", "price_basis", "ids", "description", "dates"),
    *("pack", "allocations", "schedules", "allowances"),
}
LINEAGE = {
    *("path", "value", "text", "segment", "position", "loop", "element", "component", "repetition"),
    *("offset", "length", "row", "file", "line", "table"),
}


def test_a_document_has_the_canonical_names_and_decimals_are_strings(empty: Terminal) -> None:
    told = empty.ok("map", SAMPLES / "01-mass-merchant" / "input.edi", "--json").one()
    assert set(told) == {"set", "control", "document", "unmapped", "findings"}
    assert (told["set"], told["control"], told["unmapped"], told["findings"]) == ("850", "0001", [], [])
    document = told["document"]
    assert set(document) >= HEADER_FIELDS
    assert (document["po_number"], document["purpose"], document["type"]) == ("K7001001", "00", "SA")
    assert (document["ordered_on"], document["currency"]) == ("2026-03-02", "USD")
    assert document["stated_totals"]["hash"] == "180"
    mug, grey, towel = document["lines"]
    assert set(mug) >= LINE_FIELDS
    assert [
        (n["line"], n["buyer_line"], n["quantity"], n["unit"], n["price"]) for n in (mug, grey, towel)
    ] == [
        (1, "001", "40", "CA", "44.4"),
        (2, "002", "120", "CA", "43.08"),
        (3, "003", "20", "CA", "164.88"),
    ]
    assert mug["ids"] == [
        {"qualifier": "UK", "value": "10410000010010"},
        {"qualifier": "IN", "value": "550001001"},
    ]
    assert mug["description"] == "STONEWARE MUG 12 OZ, BLUE"


def test_an_invoice_a_remittance_and_an_advice_are_printed_as_documents(empty: Terminal) -> None:
    bodies = {
        "810": ("IN", "BIG*20260302*I-1~IT1*1*2*EA*9.25~TDS*1850~CTT*1*2~"),
        "820": ("RA", "BPR*I*18.50*C*NON~ENT*1~RMR*IV*I-1**18.50~"),
        "824": ("AG", "BGN*00*A-1*20260303~OTI*TR*IV*I-1~TED*010~"),
    }
    told = {}
    for code, (group, body) in bodies.items():
        one = f"ST*{code}*0001~{body}SE*{body.count('~') + 2}*0001~"
        (empty.home / code).write_bytes(interchange(7, one).replace(b"GS*PO*", f"GS*{group}*".encode()))
        told[code] = empty.ok("map", code, "--json").one()
        assert (told[code]["unmapped"], told[code]["findings"]) == ([], [])
    assert (told["810"]["document"]["total"], told["810"]["document"]["lines"][0]["price"]) == (
        "18.50",
        "9.25",
    )
    assert told["820"]["document"]["entities"][0]["open_items"][0]["reference"] == "I-1"
    assert told["824"]["document"]["documents"][0]["errors"][0]["code"] == "010"


def test_allocations_name_the_stores_of_an_sdq(empty: Terminal) -> None:
    document = empty.ok("map", SAMPLES / "02-department-store" / "input.edi", "--json").one()["document"]
    first = document["lines"][0]["allocations"]
    assert [(a["location_qualifier"], a["location"], a["quantity"]) for a in first] == [
        ("92", "0101", "12"),
        ("92", "0102", "12"),
        ("92", "0103", "24"),
        ("92", "0104", "12"),
    ]


def test_lineage_gives_for_every_value_the_bytes_that_it_came_from(empty: Terminal) -> None:
    for sample in ("01-mass-merchant", "02-department-store", "22-odd-separators"):
        file = SAMPLES / sample / "input.edi"
        content = file.read_bytes()
        (told,) = empty.ok("map", file, "--json", "--lineage").json()
        assert told["lineage"]
        for trace in told["lineage"]:
            assert set(trace) == LINEAGE
            at = trace["offset"]
            assert content[at : at + trace["length"]].decode("latin-1") == trace["text"], trace
            name, line = trace["file"], trace["line"]
            written = (empty.home / "mappings" / name).read_text().splitlines()[line - 1]
            assert re.sub(r"\[\w+\]", "", trace["path"]).rpartition(".")[2] in written, trace


def test_lineage_in_words_names_element_segment_byte_and_row(empty: Terminal) -> None:
    file = SAMPLES / "01-mass-merchant" / "input.edi"
    said = empty.ok("map", file, "--lineage").out
    (price,) = (line.split() for line in said.splitlines() if line.startswith("lines[1].price "))
    assert price[:6] == [
        "lines[1].price",
        "43.08",
        "PO104",
        "19",
        str(file.read_bytes().index(b"43.08")),
        "PO1",
    ]


def test_what_no_row_reads_is_listed_with_its_place(empty: Terminal) -> None:
    """SPI is of the 850 in 005010 but no business of an order's book; no row reads it."""
    content = interchange(7, order("K-1").replace("CUR*BY", "XYZ*1~\nCUR*BY").replace("SE*15", "SE*16"))
    (empty.home / "f").write_bytes(content)
    said = empty("map", "f", "--json")
    assert said.code == 1  # a segment that is not in the standard
    told = said.one()
    assert [f["code"] for f in told["findings"]] == ["SEGMENT_UNKNOWN"]
    assert told["document"]["po_number"] == "K-1"
    (left,) = told["unmapped"]
    assert (left["segment"], left["position"], left["offset"]) == ("XYZ", 3, content.index(b"XYZ"))


def test_an_acknowledgment_is_no_document(empty: Terminal) -> None:
    told = empty.ok("map", SAMPLES / "01-mass-merchant" / "expected.997.edi", "--json").one()
    assert (told["set"], told["document"], told["unmapped"]) == ("997", None, [])
    assert [(f["code"], f["severity"]) for f in told["findings"]] == [("MAPPING_MISSING", "INFO")]


def test_the_answer_that_we_send_can_be_mapped_too(empty: Terminal) -> None:
    told = empty.ok("map", SAMPLES / "01-mass-merchant" / "expected.855.edi", "--json").one()
    assert told["set"] == "855"
    assert [line["buyer_line"] for line in told["document"]["lines"]] == ["001", "002", "003"]


def test_a_ship_notice_is_a_tree_and_what_is_wrong_with_it_has_its_place(empty: Terminal) -> None:
    body = "BSN*00*S1*20260302*0812*0001~\nHL*1**S~\nHL*2*1*O~\nPRF*K-1~\nHL*3*7*P~\nMAN*GM*0017~\nCTT*3~\n"
    content = interchange(7, f"ST*856*0001~\n{body}SE*9*0001~\n").replace(b"GS*PO", b"GS*SH")
    (empty.home / "f").write_bytes(content)
    said = empty("map", "f", "--json", "--lineage")
    assert said.code == 1  # a carton beneath nothing
    told = said.one()
    of_order, carton = told["document"]["children"]
    assert (of_order["level"], of_order["po_number"], of_order["children"]) == ("O", "K-1", [])
    assert (carton["level"], carton["marks"][0]["value"]) == ("P", "0017")
    (finding,) = told["findings"]
    assert (finding["code"], finding["segment"], finding["position"], finding["element"]) == (
        *("HL_PARENT_WRONG", "HL", 6, 2),
    )
    assert content[finding["offset"] :][: finding["length"]] == b"7"
    assert [t["row"] for t in told["lineage"] if t["path"] == "children[0].po_number"] == ["O/PRF"]
    rows = {
        (r["selector"], r["element"]): (r["field"], r["notes"])
        for r in empty.ok("mapping", "show", "-", "856", "--json").json()
    }
    assert rows["S", ""] == ("", "the document itself")
    assert rows["Q", ""] == ("children[]", "of level Q")
    assert rows["Q/MAN", ""] == ("marks[]", "")


def test_what_a_warehouse_sends_is_mapped_too(empty: Terminal) -> None:
    advice = (
        "W06*F*SO-1*20260310*SH-7~N1*WH*DOCK~LX*1~MAN*AA*095287654321012346~W12*CC*6*6*0*EA**VN*AB~W03*6~"
    )
    content = interchange(7, f"ST*945*0001~{advice}SE*8*0001~").replace(b"GS*PO", b"GS*SW")
    (empty.home / "f").write_bytes(content)
    told = empty.ok("map", "f", "--json").one()
    assert (told["set"], told["unmapped"], told["findings"]) == ("945", [], [])
    assert (told["document"]["reporting"], told["document"]["order_number"]) == ("F", "SO-1")
    (carton,) = told["document"]["cartons"]
    assert carton["marks"][0]["value"] == "095287654321012346"
    assert [(item["status"], item["shipped"]) for item in carton["items"]] == [("CC", "6")]


def test_a_mapping_with_mistakes_is_told_with_file_and_line(empty: Terminal) -> None:
    mapping = empty.home / "mappings" / "850.toml"
    lines = mapping.read_text().splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.startswith('03 = "po_number"'))
    lines[number - 1] = '03 = "po_numbr"'
    mapping.write_text("\n".join(lines) + "\n")
    said = empty.refused("map", SAMPLES / "16-unknown-partner" / "input.edi")
    assert f"850.toml:{number}" in said
    assert "po_numbr" in said


# ---------------------------------------------------------------- mapping show, mapping coverage


def test_the_rows_of_a_partner_are_shown_merged_each_with_file_and_line(empty: Terminal) -> None:
    own = empty.home / "partners" / "kestrelmoor" / "850.toml"
    own.write_text(own.read_text() + '\n["REF*CT"]\n02 = "contract_number"\n["BEG"]\n06 = false\n')
    rows = {
        (r["selector"], r["element"]): r
        for r in empty.ok("mapping", "show", "kestrelmoor", "850", "--json").json()
    }
    line = own.read_text().splitlines().index('02 = "contract_number"') + 1
    assert rows["REF*CT", "02"] == {
        "selector": "REF*CT",
        "element": "02",
        "field": "contract_number",
        "notes": "",
        "file": "partner/kestrelmoor/850.toml",
        "line": line,
    }
    assert rows["BEG", "03"]["field"] == "po_number"
    assert rows["BEG", "03"]["file"] == "850.toml"
    others = empty.ok("mapping", "show", "aldermere", "850").out
    assert [line.split()[:3] for line in others.splitlines() if "contract_number" in line] == [
        ["BEG", "06", "contract_number"]
    ]


def test_a_partner_or_a_set_that_is_not_there_is_wrong_usage(empty: Terminal) -> None:
    assert empty("mapping", "show", "nobody", "850").code == 2
    said = empty("mapping", "show", "kestrelmoor", "997")
    assert said.code == 2
    assert "there are: 810, 820, 824," in said.err


def test_coverage_counts_the_elements_that_rows_read(empty: Terminal) -> None:
    """Without its row for CTT, an order leaves CTT01 and CTT02 unread."""
    (empty.home / "f").write_bytes(interchange(7, order("K-1")))
    whole = empty.ok("mapping", "coverage", "f", "--json").one()
    assert (whole["sets"], whole["not_read"], whole["unmapped"], whole["share"]) == (1, 0, {}, "1.0000")
    assert whole["present"] == whole["read"]
    (empty.home / "partners" / "kestrelmoor" / "850.toml").write_text('"CTT" = false\n')
    less = empty.ok("mapping", "coverage", "f", "--json").one()
    assert less["unmapped"] == {"CTT": 1}
    assert (less["present"], less["read"]) == (whole["present"], whole["present"] - 2)
    assert "1 x CTT" in empty.ok("mapping", "coverage", "f").out


def test_json_is_one_object_a_line(empty: Terminal) -> None:
    (empty.home / "f").write_bytes(interchange(7, order("K-1"), order("K-2", control="0002")))
    said = empty.ok("map", "f", "--json")
    assert [json.loads(line)["document"]["po_number"] for line in said.out.splitlines()] == ["K-1", "K-2"]
