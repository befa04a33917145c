"""What a document becomes: the rules that the mapping files state, one by one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from edi_gateway.mapping.coverage import place
from edi_gateway.mapping.read import Reading
from edi_gateway.model.finding import Code
from tests.mapping.sets import NAMES, Sample, read

HEAD = "BEG*00*SA*PO1**20260115~"
LINE = "PO1*1*5*EA*9.5~"

#: What the texts hold that has no home on purpose (the heads of the mapping files): kept raw and told.
RAW = {
    "850-004010-raw": [
        *(
            "LDT",
            "PCT",
            "AMT/FA1",
            "AMT/FA1/FA2",
            "N1/N4",
            "LM",
            "LM/LQ",
            "SPI",
            "SPI/N1",
            "SPI/CB1",
            "ADV",
            "ADV/MTX",
        ),
        *("PO1/SPI", "PO1/QTY:03.2", "PO1/QTY:03.3", "PO1/AMT/PCT"),
    ],
    "850-005010-release": ["LDT", "N9/EFI"],
    "810-004010-everything": [
        *("YNQ", "N1/DMG", "L7", "BAL", "LM", "LM/LQ", "V1", "V1/R4", "V1/DTM", "FA1", "FA1/FA2"),
        *("IT1/CRC", "IT1/YNQ", "IT1/L7", "IT1/SR", "IT1/LM", "IT1/LM/LQ", "IT1/V1", "IT1/V1/R4"),
        *("IT1/FA1", "IT1/FA1/FA2"),
    ],
    "810-005010-release": ["CRC"],
    "820-004010-everything": ["N1/RDM"],
    "820-005010-others": [
        *(
            "ENT/FA1",
            "ENT/FA1/FA2",
            "ENT/ADX/IT1/RPA",
            "ENT/RMR/VEH",
            "TXP",
            "TXP/TXI",
            "DED",
            "LX",
            "LX/REF",
        ),
        *("N9", "N9/AMT", "RYL", "RYL/NM1"),
    ],
    "824-005010-errors": ["OTI/TED/CTX"],
}


def order(body: str, version: str = "004010") -> Any:
    """The document of a body after a usual head; nothing may be unmapped or found on the way."""
    reading = read(HEAD + body, version=version)
    assert reading.unmapped == ()
    assert reading.findings == ()
    assert reading.document is not None
    return reading.document


def places(reading: Reading) -> list[str]:
    return [place(unmapped) for unmapped in reading.unmapped]


@pytest.mark.parametrize("name", NAMES)
def test_an_ordinary_document_has_nothing_unmapped_but_what_is_kept_raw_on_purpose(name: str) -> None:
    reading = Sample(name).read()
    assert reading.document is not None
    assert reading.findings == ()
    assert places(reading) == RAW.get(name, [])


def test_the_header_of_an_850_fills_the_canonical_names() -> None:
    document: Any = Sample("850-004010-window").read().document
    assert document.model_dump(exclude_defaults=True, exclude={"lines", "parties", "contacts", "terms"}) == {
        "po_number": "4500017",
        "purpose": "00",
        "type": "SA",
        "ordered_on": date(2026, 1, 15),
        "ack_requested": "AC",
        "currency": "USD",
        "currency_of": "BY",
        "references": ({"qualifier": "DP", "value": "042"}, {"qualifier": "IA", "value": "771200"}),
        "freight": ({"payment": "CC", "place_kind": "OR", "place": "TARNBROOK DOCK"},),
        "dates": {
            "ship_not_before": date(2026, 2, 10),
            "ship_no_later": date(2026, 2, 14),
            "cancel_after": date(2026, 2, 17),
        },
        "carriers": (
            {"sequence": "B", "id_qualifier": "2", "id": "INVC", "mode": "M", "routing": "INVENTED CARRIER"},
        ),
        "stated_totals": {"line_count": 2, "hash": Decimal(52), "amounts": {"TT": Decimal(1200)}},
    }


def test_a_line_keeps_the_buyers_number_byte_for_byte_beside_our_count() -> None:
    lines = order("PO1*00010*1*EA~PO1**1*EA~PO1*A1*1*EA~PO1*A1*1*EA~").lines
    assert [(line.line, line.buyer_line) for line in lines] == [(1, "00010"), (2, None), (3, "A1"), (4, "A1")]


def test_item_ids_keep_their_order_and_leading_zeros() -> None:
    (line,) = order("PO1*1*1*EA*9.5*PE*UP*012345678905*VN*AB-100*ZZ*0~").lines
    assert [(i.qualifier, i.value) for i in line.ids] == [
        ("UP", "012345678905"),
        ("VN", "AB-100"),
        ("ZZ", "0"),
    ]


def test_numbers_keep_the_decimals_they_were_written_with() -> None:
    (line,) = order("PO1*1*10.00*EA*12.50~").lines
    assert (str(line.quantity), str(line.price)) == ("10.00", "12.50")


def test_implied_decimals_are_brought_to_currency_units() -> None:
    found = order("SAC*A*C310***12345~SAC*C*D240***-5~ITD*01*******84955~")
    assert [a.amount for a in found.allowances] == [Decimal("123.45"), Decimal("-0.05")]
    assert found.terms[0].discount_amount == Decimal("849.55")


def test_a_named_date_takes_its_time_and_zone_along() -> None:
    dates = order("DTM*010*20260210*0930*PT~DTM*064*20260208~").dates
    assert dates.requested_ship == date(2026, 2, 10)
    assert dates.times == {"010": "0930"}
    assert dates.zones == {"010": "PT"}
    assert dates.deliver_not_before == date(2026, 2, 8)


def test_a_date_of_a_kind_that_stood_before_goes_to_the_others_and_the_first_stays() -> None:
    dates = order("DTM*010*20260210~DTM*010*20260212~").dates
    assert dates.requested_ship == date(2026, 2, 10)
    assert [(d.qualifier, d.on) for d in dates.others] == [("010", date(2026, 2, 12))]


def test_a_period_or_a_time_alone_is_no_named_date() -> None:
    dates = order("DTM*002****RD8*20260213-20260219~DTM*037**0800~DTM*002*20260214~DTM*196*20260101~").dates
    assert dates.deliver_requested == date(2026, 2, 14)
    assert [(d.qualifier, d.on, d.at, d.format, d.period) for d in dates.others] == [
        ("002", None, None, "RD8", "20260213-20260219"),
        ("037", None, "0800", None, None),
        ("196", date(2026, 1, 1), None, None, None),
    ]


def test_six_digit_dates_of_older_releases_are_read() -> None:
    assert read("BEG*00*SA*PO1**260115~").document.ordered_on == date(2026, 1, 15)  # type: ignore[union-attr]


def test_the_first_plain_text_is_the_description_and_every_other_pid_is_kept_whole() -> None:
    (line,) = order(f"{LINE}PID*F*08***BLUE~PID*F****WIDGET~PID*F****SECOND~PID*S**AB*C1~").lines
    assert line.description == "WIDGET"
    assert [(d.kind, d.characteristic, d.code, d.text) for d in line.descriptions] == [
        ("F", "08", None, "BLUE"),
        ("F", None, None, "SECOND"),
        ("S", None, "C1", None),
    ]


def test_a_plain_text_with_measures_beneath_is_no_plain_description() -> None:
    (line,) = order(f"{LINE}PID*F****PLATE~MEA*PD*LN*120*IN~").lines
    assert line.description is None
    assert [(d.text, d.measurements[0].value) for d in line.descriptions] == [("PLATE", Decimal(120))]


def test_the_first_pack_is_the_pack_and_others_are_listed() -> None:
    (line,) = order(f"{LINE}PO4*12~PO4*6*1*EA~").lines
    assert line.pack.pack == 12
    assert [pack.pack for pack in line.packs] == [6]


def test_an_sdq_gives_a_store_and_quantity_each_with_what_is_said_once() -> None:
    line = Sample("850-004010-stores").read().document.lines[1]  # type: ignore[union-attr]
    assert [a.model_dump() for a in line.allocations] == [
        {
            "location_qualifier": "92",
            "location": "0001",
            "quantity": Decimal(1),
            "unit": "EA",
            "area": "BACK",
        },
        {
            "location_qualifier": "92",
            "location": "0007",
            "quantity": Decimal(2),
            "unit": "EA",
            "area": "BACK",
        },
    ]


def test_the_retail_price_does_not_become_the_lines_price() -> None:
    (line,) = order("PO1*1*5*EA*7.4~CTP*RS*RES*14.99~").lines
    assert line.price == Decimal("7.4")
    assert [(p.trade_class, p.kind, p.price) for p in line.quoted_prices] == [("RS", "RES", Decimal("14.99"))]


def test_amounts_go_by_qualifier_and_what_says_more_is_kept_whole() -> None:
    found = order(f"AMT*1*7~{LINE}AMT*1*47.5~AMT*1*9~AMT*2*3*D~CTT*1~AMT*TT*47.5~")
    (line,) = found.lines
    assert line.amounts == {"1": Decimal("47.5")}
    assert [(a.qualifier, a.amount, a.credit_debit) for a in line.other_amounts] == [
        ("1", Decimal(9), None),
        ("2", Decimal(3), "D"),
    ]
    assert [(a.qualifier, a.amount) for a in found.amounts] == [("1", Decimal(7))]
    assert found.stated_totals.amounts == {"TT": Decimal("47.5")}


def test_notes_collect_their_lines_by_version() -> None:
    old = order("N9*L1*X~MSG*ONE~MSG*TWO*NP~").notes[0]
    assert (old.lines, [(c.text, c.printer_control) for c in old.coded_lines]) == (("ONE",), [("TWO", "NP")])
    new = order("N9*L1*X~MTX**ONE~MTX*GEN*TWO~", "005010").notes[0]
    assert (new.lines, [(c.code, c.text) for c in new.coded_lines]) == (("ONE",), [("GEN", "TWO")])


def test_what_stands_after_an_n1_belongs_to_the_party() -> None:
    found = order("TD5*****HEADER~N1*ST*X~N3*A*B~N3*C~TD5*****PARTY~")
    assert [c.routing for c in found.carriers] == ["HEADER"]
    assert found.parties[0].address == ("A", "B", "C")
    assert [c.routing for c in found.parties[0].carriers] == ["PARTY"]


def test_components_of_a_composite_are_read_and_others_told() -> None:
    found = order("REF*ZZ**X*PO>11>CR>77~")
    assert found.references[0].more == ("PO", "11", "CR", "77")
    reading = read(f"{HEAD}{LINE}QTY*17*5*EA>2~")
    assert [(place(u), u.value) for u in reading.unmapped] == [("PO1/QTY:03.2", "2")]


def test_lines_carry_their_own_dates_terms_and_parties() -> None:
    (line,) = order(f"DTM*010*20260101~{LINE}DTM*010*20260202~N1*ST*Y~QTY*17*2*EA~DTM*002*20260203~").lines
    assert line.dates.requested_ship == date(2026, 2, 2)
    assert line.parties[0].quantities[0].quantity == Decimal(2)
    assert line.parties[0].dates[0].on == date(2026, 2, 3)


def test_utf_8_is_brought_right() -> None:
    document: Any = Sample("850-005010-latin").read().document
    assert document.parties[0].name == "CAFÉ ZURBRÜGG"
    assert document.lines[0].ids[0].value == "Ñ-1"


# -- what cannot be read


def test_a_date_that_is_none_is_told_and_kept_and_the_rest_goes_on() -> None:
    reading = read(f"{HEAD}DTM*010*XXX213~DTM*037*20260210~{LINE}")
    assert reading.document is not None
    assert reading.document.dates.requested_ship is None  # type: ignore[attr-defined]
    assert reading.document.dates.ship_not_before == date(2026, 2, 10)  # type: ignore[attr-defined]
    (finding,) = reading.findings
    assert (finding.code, finding.value, finding.rule) == (Code.VALUE_UNREADABLE, "XXX213", "DTM*010")
    assert finding.as_json()["loop"] is None  # as of every finding in the header
    assert finding.message == "dates.requested_ship cannot be read: 'XXX213' is not a date."
    assert [(place(u), u.value, u.offset, u.length) for u in reading.unmapped] == [
        ("DTM:01", "010", 40, 3),
        ("DTM:02", "XXX213", 44, 6),
    ]
    assert (finding.at.segment, finding.at.position, finding.at.element, finding.at.offset) == (
        "DTM",
        3,
        2,
        44,
    )  # type: ignore[union-attr]


@pytest.mark.parametrize("quantity", ["NaN", "1_000", "1E5", "Infinity", "٣", "+5", "1,5", "-"])
def test_what_decimal_alone_would_take_is_no_number(quantity: str) -> None:
    reading = read(f"{HEAD}PO1*1*{quantity}*EA~")
    assert [f.code for f in reading.findings] == [Code.VALUE_UNREADABLE]
    assert reading.document.lines[0].quantity is None  # type: ignore[union-attr]
    assert places(reading) == ["PO1:02"]


def test_a_missing_field_is_told_by_its_canonical_path_and_there_is_no_document() -> None:
    reading = read(f"{HEAD}{LINE}SCH**EA***002*20260101~")
    assert reading.document is None
    assert [(f.code, f.at) for f in reading.findings] == [
        (Code.FIELD_MISSING, "lines[0].schedules[0].quantity")
    ]


def test_a_set_without_its_first_segment_is_no_document_and_no_exception() -> None:
    reading = read(LINE)
    assert reading.document is None
    assert [(f.code, f.at) for f in reading.findings] == [
        (Code.FIELD_MISSING, "po_number"),
        (Code.FIELD_MISSING, "purpose"),
        (Code.FIELD_MISSING, "type"),
    ]


def test_a_pair_without_its_partner_is_no_record() -> None:
    reading = read(f"{HEAD}PO1*1*5*EA*9**UP**VN*X~")
    assert [(i.qualifier, i.value) for i in reading.document.lines[0].ids] == [("VN", "X")]  # type: ignore[union-attr]
    assert [(place(u), u.value) for u in reading.unmapped] == [("PO1:06", "UP")]


def test_elements_that_the_standard_does_not_know_are_unmapped() -> None:
    reading = read("BEG*00*SA*PO1**20260115********EXTRA~")
    assert [(place(u), u.value) for u in reading.unmapped] == [("BEG:13", "EXTRA")]


def test_unknown_and_misplaced_segments_are_unmapped_as_a_whole_or_read_where_they_belong() -> None:
    reading = read(f"{HEAD}XYZ*1*2~{LINE}")
    assert [(u.segment, u.position, u.element, u.value) for u in reading.unmapped] == [
        ("XYZ", 3, None, "XYZ*1*2")
    ]
    assert reading.document is not None


def test_a_bare_segment_is_told_rather_than_dropped() -> None:
    assert places(read(f"{HEAD}REF~{LINE}")) == ["REF"]


def test_totals_of_an_855_are_kept_as_stated_and_checked() -> None:
    head = "BAK*00*AD*1*20260115~PO1*1*5*EA~PO1*2*7*EA~"
    right, wrong = read(f"{head}CTT*2*12~", "855"), read(f"{head}CTT*3*13~", "855")
    assert right.findings == ()
    assert right.document.stated_totals.line_count == 2  # type: ignore[union-attr]
    assert wrong.document.stated_totals.hash == Decimal(13)  # type: ignore[union-attr]
    assert [(f.code, f.at.segment, f.at.element, f.value) for f in wrong.findings] == [  # type: ignore[union-attr]
        (Code.LINE_COUNT_DIFFERS, "CTT", 1, "3"),
        (Code.HASH_TOTAL_DIFFERS, "CTT", 2, "13"),
    ]
