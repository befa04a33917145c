"""Ship notices in every structure that buyers ask for (spec C3): the documents worked out by hand, read and written.

The texts are texts/856-*.edi, written as our writer writes, so that each is read into its document and made of it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from edi_gateway.mapping import catalog
from edi_gateway.mapping.compile import writer
from edi_gateway.model.documents.details import Equipment, Mark, Pallet
from edi_gateway.model.documents.purchase_order import Component
from edi_gateway.model.documents.shared import (
    Carrier,
    Description,
    Freight,
    ItemId,
    OtherDate,
    Pack,
    Package,
    Party,
    Reference,
)
from edi_gateway.model.documents.ship_notice import (
    ItemLevel,
    OrderLevel,
    PackLevel,
    ShipmentDates,
    ShipNotice,
    ShipNoticeTotals,
    TareLevel,
)
from edi_gateway.model.finding import Code, Severity
from edi_gateway.x12.checking.guide import build
from tests.mapping.sets import MAPPINGS, OLD, Sample, mapping, read

SHIPPED = date(2026, 2, 12)


def notice(shipment_id: str, structure: str | None, count: int, total: str, **fields: Any) -> ShipNotice:
    fields.setdefault("dates", ShipmentDates(shipped_on=SHIPPED))
    return ShipNotice(
        **{"purpose": "00", "on": SHIPPED, "at": "1615", **fields},
        shipment_id=shipment_id,
        structure=structure,
        stated_totals=ShipNoticeTotals(line_count=count, hash=Decimal(total)),
    )


def order(po_number: str, *children: Any, **fields: Any) -> OrderLevel:
    return OrderLevel(level="O", po_number=po_number, children=children, **fields)


def pack(sscc: str, *children: Any, **fields: Any) -> PackLevel:
    return PackLevel(level="P", **{"marks": (gm(sscc),), **fields}, children=children)


def gm(sscc: str) -> Mark:
    return Mark(qualifier="GM", value=sscc)


def item(line: str | None, ids: str, quantity: str, unit: str, *children: Any, **fields: Any) -> ItemLevel:
    pairs = ids.split("*")
    return ItemLevel(
        level="I",
        line=line,
        ids=tuple(ItemId(qualifier=q, value=v) for q, v in zip(pairs[::2], pairs[1::2], strict=True)),
        shipped_quantity=Decimal(quantity),
        unit=unit,
        children=children,
        **fields,
    )


def blue() -> ItemLevel:
    return item(
        *("00010", "UP*012345678905*VN*AB-100", "24", "EA"),
        ordered_quantity=Decimal(48),
        ordered_unit="EA",
        status="IQ",
        descriptions=(Description(kind="F", text="WIDGET BLUE"),),
    )


CARTONS = notice(
    *("S70001", "0001", 10, "55.5"),
    header_dates=(OtherDate(qualifier="011", on=SHIPPED, at="1600", zone="PT"),),
    packages=(
        Package(packaging="CTN25", count=3, weight_kind="G", weight=Decimal("81.5"), weight_unit="LB"),
    ),
    carriers=(Carrier(sequence="B", id_qualifier="2", id="INVC", mode="M", routing="INVENTED CARRIER"),),
    equipment=(Equipment(kind="TL", initial="INVU", number="53017", seal="SEAL4471"),),
    bill_of_lading="B7711",
    references=(Reference(qualifier="CN", value="PRO5518"),),
    dates=ShipmentDates(
        shipped_on=SHIPPED,
        estimated_delivery=date(2026, 2, 16),
        times={"011": "1600"},
        zones={"011": "PT"},
        others=(OtherDate(qualifier="002", on=date(2026, 2, 17)),),
    ),
    freight=Freight(payment="CC"),
    parties=(
        Party(
            **{"role": "SF", "name": "TARNBROOK WORKS", "id_qualifier": "92", "id": "0077"},
            **{"address": ("4 MILL LANE",), "city": "AMES", "region": "IA", "postal_code": "50010"},
        ),
        Party(
            **{"role": "ST", "name": "DC NORTH", "id_qualifier": "92", "id": "0553"},
            **{"city": "FONTANA", "region": "CA", "postal_code": "92336", "country": "US"},
        ),
    ),
    children=(
        order(
            "4500017",
            pack(
                "00100123450000000017",
                blue(),
                item("00020", "UP*012345678912", "6", "EA"),
                packages=(Package(text="BOX", weight_kind="G", weight=Decimal("27.5"), weight_unit="LB"),),
                marks=(gm("00100123450000000017"), Mark(qualifier="CP", value="1ZINVENTED01")),
            ),
            pack("00100123450000000024", blue()),
            ordered_on=date(2026, 1, 15),
            packages=(Package(packaging="CTN25", count=2),),
            references=(Reference(qualifier="IA", value="771200"), Reference(qualifier="DP", value="042")),
            parties=(Party(role="Z7", name="STORE 12", id_qualifier="92", id="0012"),),
        ),
        order(
            "4500018",
            pack(
                "00100123450000000031",
                item(
                    *("1", "UP*012345678905", "1.5", "DZ"),
                    references=(Reference(qualifier="LT", value="L-77"),),
                    dates=(OtherDate(qualifier="036", on=date(2027, 6, 30)),),
                ),
            ),
        ),
    ),
)
STANDARD = notice(
    *("S70002", "0002", 5, "40"),
    packages=(Package(packaging="CTN25", count=2),),
    bill_of_lading="B7712",
    children=(
        order(
            "4500019",
            item(
                *("1", "VN*AB-200", "40", "EA"),
                PackLevel(level="P", pack=Pack(pack=20), marks=(gm("00100123450000000048"),)),
                PackLevel(level="P", marks=(gm("00100123450000000055"),)),
                components=(
                    Component(
                        line="1",
                        relation="I",
                        quantity=Decimal(2),
                        unit="EA",
                        ids=(ItemId(qualifier="VN", value="AB-201"),),
                    ),
                ),
                pack=Pack(pack=20),
                marks=(Mark(qualifier="CA", value="7001", value_to="7002"),),
            ),
        ),
    ),
)
SHARED_CARTONS = notice(
    *("S70003", "0003", 6, "12"),
    purpose="05",
    type="AS",
    children=(
        pack(
            "00100123450000000062",
            order("4500020", item("1", "UP*012345678905", "5", "EA")),
            order("4500021", item("1", "UP*012345678905", "7", "EA")),
            parties=(Party(role="Z7", id_qualifier="92", id="0012"),),
        ),
    ),
)
DROPSHIP = notice(
    *("S70004", "0004", 3, "1"),
    carriers=(Carrier(sequence="B", id_qualifier="2", id="INVP", mode="U"),),
    references=(Reference(qualifier="2I", value="1ZINVENTED02"),),
    parties=(
        Party(
            **{"role": "ST", "name": "A. NYBERG", "address": ("7 ORCHARD WAY",)},
            **{"city": "HAMLET", "region": "IN", "postal_code": "46532"},
        ),
    ),
    children=(
        order(
            "DS-1",
            item(None, "SK*88123", "1", "EA"),
            references=(Reference(qualifier="CO", value="WEB-9"),),
        ),
    ),
)
PALLETS = notice(
    *("S70005", "ZZZZ", 10, "26"),
    packages=(Package(packaging="PLT94", count=1),),
    equipment=(Equipment(kind="TL", number="98765432101", seal="SEAL1"),),
    bill_of_lading="B7715",
    pallet=Pallet(type="1"),
    children=(
        order(
            "4500022",
            TareLevel(
                level="T",
                marks=(gm("00100123450000000079"),),
                pallet=Pallet(
                    **{"type": "4", "tiers": 2, "blocks": 5, "pack": 10, "dimension_unit": "IN"},
                    **{"length": Decimal(48), "width": Decimal(40), "height": Decimal(60)},
                    **{"weight": Decimal(830), "weight_unit": "LB", "stackable": "Y"},
                ),
                children=(
                    pack(
                        "00100123450000000086",
                        PackLevel(
                            level="Q",
                            pack=Pack(pack=6),
                            marks=(gm("00100123450000000093"),),
                            children=(
                                item(
                                    *("1", "UP*012345678905", "6", "EA"),
                                    ItemLevel(
                                        level="F",
                                        ids=(ItemId(qualifier="VN", value="AB-100-L"),),
                                        shipped_quantity=Decimal(6),
                                        unit="EA",
                                    ),
                                ),
                            ),
                        ),
                        pack=Pack(pack=2),
                    ),
                    item("2", "UP*012345678912", "10", "EA"),
                ),
            ),
            pack("00100123450000000109", item("1", "UP*012345678905", "4", "EA")),
        ),
    ),
)
NO_ORDER = notice(
    *("S70006", None, 3, "150"),
    children=(
        item(
            *("1", "BP*77-1", "100", "PC"),
            line_reference="A",
            shipped_to_date=Decimal(350),
            po_number="4500023",
            release_number="R1",
            change_number="2",
            ordered_on=date(2026, 1, 15),
            assigned="X",
            contract_number="C-9",
            order_type="RL",
        ),
        item("2", "BP*77-2", "50", "PC", po_number="4500023"),
    ),
)
STRUCTURES = {
    "856-004010-cartons": CARTONS,
    "856-004010-standard": STANDARD,
    "856-004010-shared-cartons": SHARED_CARTONS,
    "856-004010-dropship": DROPSHIP,
    "856-005010-pallets": PALLETS,
    "856-004010-no-order": NO_ORDER,
}


@pytest.mark.parametrize("name", STRUCTURES)
def test_a_ship_notice_becomes_the_tree_that_its_hls_draw(name: str) -> None:
    reading = Sample(name).read()
    assert reading.document == STRUCTURES[name]
    assert (reading.findings, reading.unmapped) == ((), ())


@pytest.mark.parametrize("name", STRUCTURES)
def test_the_tree_is_written_with_its_numbers_parents_and_totals(name: str) -> None:
    sample = Sample(name)
    raw, _ = sample.raw()
    counted = STRUCTURES[name].model_copy(update={"stated_totals": ShipNoticeTotals()})
    written = sample.writer.write(counted, raw.delimiters)
    assert written.findings == ()
    assert written.value == raw.segments[1:-1]


def test_what_bsn05_says_has_no_influence_on_the_tree() -> None:
    body = Sample("856-004010-cartons").body.replace("*0001~", "*0004~", 1)
    assert read(body, "856").document == CARTONS.model_copy(update={"structure": "0004"})


@pytest.mark.parametrize("name", STRUCTURES)
def test_levels_are_told_apart_in_json_without_defaults(name: str) -> None:
    text = STRUCTURES[name].model_dump_json(exclude_defaults=True)
    assert ShipNotice.model_validate_json(text) == STRUCTURES[name]


def test_a_walk_meets_every_level_with_those_around_it() -> None:
    met = ["".join(level.level for level in around) for around in PALLETS.walk()]
    assert met == ["O", "OT", "OTP", "OTPQ", "OTPQI", "OTPQIF", "OTI", "OP", "OPI"]
    assert [around[-1].level for around in notice("S", None, 1, "0").walk()] == []


def test_hl04_may_be_left_out() -> None:
    body = Sample("856-004010-standard").body
    for said in ("S*1", "O*1", "I*1", "P*0"):
        body = body.replace(f"*{said}~", f"*{said[0]}~")
    reading = read(body, "856")
    assert (reading.document, reading.findings) == (STANDARD, ())


# -- totals


def test_totals_that_are_wrong_are_kept_and_told() -> None:
    reading = read(Sample("856-004010-standard").body.replace("CTT*5*40", "CTT*1*39"), "856")
    assert reading.document.stated_totals == ShipNoticeTotals(line_count=1, hash=Decimal(39))  # type: ignore[union-attr]
    assert [(f.code, f.severity, f.value, f.message) for f in reading.findings] == [
        (
            *(Code.LINE_COUNT_DIFFERS, Severity.WARNING, "1"),
            "The document says 1, the number of HL is 5.",
        ),
        (
            *(Code.HASH_TOTAL_DIFFERS, Severity.WARNING, "39"),
            "The document says 39, the sum of HL/SN102 is 40.",
        ),
    ]


def test_a_partner_counts_the_items_only_or_wants_one_total_or_none() -> None:
    def ctt(rows: str) -> list[list[str]]:
        theirs = catalog.load_texts(catalog.texts_of(MAPPINGS) | {"partner/acme/856.toml": rows}, "856")
        counted = CARTONS.model_copy(update={"stated_totals": ShipNoticeTotals()})
        written = writer(theirs, build("004010", "856")).write(counted, OLD)
        assert written.findings == ()
        assert written.value is not None
        reading = read("~".join("*".join(s) for s in written.value), "856", of=theirs)
        assert reading.findings == ()
        return [s for s in written.value if s[0] == "CTT"]

    items = '01 = { compute = "count HL*I", stated = "stated_totals.line_count" }\n'
    assert ctt(f'["CTT"]\n{items}') == [["CTT", "4", "55.5"]]
    assert ctt(f'["CTT"]\n{items}02 = false\n') == [["CTT", "4"]]
    packs = '01 = { compute = "count HL*P", stated = "stated_totals.line_count" }\n'
    assert ctt(f'["CTT"]\n{packs}') == [["CTT", "3", "55.5"]]


def test_the_stated_count_is_held_against_the_way_this_partner_counts() -> None:
    rows = '["CTT"]\n01 = { compute = "count HL*I", stated = "stated_totals.line_count" }\n'
    theirs = catalog.load_texts(catalog.texts_of(MAPPINGS) | {"partner/acme/856.toml": rows}, "856")
    reading = read(Sample("856-004010-cartons").body, "856", of=theirs)
    assert [(f.code, f.message) for f in reading.findings] == [
        (Code.LINE_COUNT_DIFFERS, "The document says 10, the number of HL*I is 4.")
    ]


# -- what has no home


def test_a_segment_that_no_row_takes_in_its_level_is_unmapped_and_not_read_elsewhere() -> None:
    body = Sample("856-004010-standard").body.replace("HL*4*3*P*0~", "HL*4*3*P*0~\nLIN**UP*1~\nSN1**9*EA~")
    reading = read(body, "856")
    assert reading.document == STANDARD
    assert [(u.segment, u.value) for u in reading.unmapped] == [("LIN", "LIN**UP*1"), ("SN1", "SN1**9*EA")]
    assert [f.code for f in reading.findings] == [Code.HASH_TOTAL_DIFFERS]


def test_what_no_row_of_a_level_writes_is_told_with_its_path() -> None:
    crate = PackLevel(
        level="P", children=(TareLevel(level="T", parties=(Party(role="Z7", subdivision="AB"),)),)
    )
    written = writer(mapping("856"), build("004010", "856")).write(
        notice("S", None, 0, "0", children=(crate,)), OLD
    )
    assert [(f.code, f.severity, f.at) for f in written.findings] == [
        (
            *(Code.NO_PLACE_TO_WRITE, Severity.WARNING),
            "children[0].children[0].parties[0].subdivision",
        )
    ]


def test_a_level_that_the_partner_does_not_take_is_an_error_and_nothing_is_written() -> None:
    theirs = catalog.load_texts(
        catalog.texts_of(MAPPINGS) | {"partner/acme/856.toml": '"T" = false\n'}, "856"
    )
    written = writer(theirs, build("005010", "856")).write(PALLETS, OLD)
    assert written.value is None
    assert [(f.code, f.severity, f.at, f.value) for f in written.findings] == [
        (Code.NO_PLACE_TO_WRITE, Severity.ERROR, "children[0].children[0]", "T")
    ]
