"""How many of what: units, packs, rounding (spec B5.4, D15, D26)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from edi_gateway.model.master_data import Item, MasterData
from tests.orders.build import (
    MUG_CASE,
    MUG_UPC,
    acks,
    answered,
    books,
    d,
    held,
    judged,
    line,
    po,
    price,
    states,
    told,
    unit,
)


def cased(**case: Any) -> MasterData:
    """BOX is counted in EA but sold only in cases of 12."""
    return books(
        items=[Item("BOX", "Box", "active", "EA")],
        units=[unit("BOX", "EA", 1, orderable=False), unit("BOX", "CA", 12, **case)],
        prices=[price("BOX", "EA", "1.00")],
    )


def boxes(quantity: str, code: str = "EA") -> dict[str, Any]:
    return line(quantity, code, "1.00" if code == "EA" else "12.00", ids=[("VN", "BOX")])


def test_a_case_is_brought_to_base_units_exactly() -> None:
    judgement = judged(po(line(4, "CA", "48.00")))
    assert (judgement.lines[0].base_quantity, judgement.lines[0].base_unit) == (Decimal(48), "EA")
    assert judgement.total == d("192.00")


def test_a_third_of_a_foot_has_no_decimal_and_is_no_trouble() -> None:
    data = books(
        items=[Item("ROPE", "Rope", "active", "FT", measured=True)],
        units=[unit("ROPE", "FT", 1), unit("ROPE", "IN", "1/12")],
        prices=[price("ROPE", "FT", "1.20")],
    )
    judgement = judged(po(line(4, "IN", "0.10", ids=[("VN", "ROPE")])), data)
    assert held(judgement) == []
    assert judgement.lines[0].base_quantity is None
    assert judgement.total == d("0.40")


def test_an_unknown_unit_holds_its_line_or_is_refused() -> None:
    order = po(line(4, "KT"), line())
    judgement = judged(order)
    assert told(judgement) == [("UNIT_UNKNOWN", "ERROR", "lines[0].unit")]
    assert held(judgement) == [("UOM", 1, None)]
    assert acks(answered(order, policies={"bad_unit": "reject line"})) == [["R3 4 KT"], ["IA 48 EA"]]


def test_a_missing_unit_holds_its_line_and_the_answer_has_no_half_pair() -> None:
    order = po(line(4, None))
    assert told(judged(order)) == [("UNIT_MISSING", "ERROR", "lines[0].unit")]
    assert acks(answered(order)) == [["IH"]]


@pytest.mark.parametrize(("sent", "read"), [("CS", "CA"), ("ca", "CA"), ("cs", "CA")])
def test_a_usual_misuse_and_lower_case_are_read_with_a_warning(sent: str, read: str) -> None:
    judgement = judged(po(line(4, sent, "48.00")), policies={"unit_aliases": {"CS": "CA"}})
    assert told(judgement) == [("UNIT_ALIAS_USED", "WARNING", "lines[0].unit")]
    assert judgement.lines[0].base_quantity == 48
    assert judgement.lines[0].unit == sent  # the buyer's own word, for the answer
    assert read in judgement.findings[0].message


def test_a_unit_that_the_item_has_is_never_taken_for_another() -> None:
    data = books(units=[unit("MUG", "CS", 6)])
    judgement = judged(po(line(4, "CS", "24.00")), data, {"unit_aliases": {"CS": "CA"}})
    assert judgement.lines[0].base_quantity == 24
    assert told(judgement) == []


def test_a_fraction_of_what_is_counted_holds() -> None:
    assert told(judged(po(line("1.5", "EA")))) == [("QUANTITY_FRACTIONAL", "ERROR", "lines[0].quantity")]
    assert held(judged(po(line("1.5", "CA", "48.00")))) == [("PACK_MULTIPLE", 1, None)]


def test_a_fraction_of_what_is_measured_is_fine() -> None:
    judgement = judged(po(line("12.75", "LB", "5.25", ids=[("VN", "CHEESE")])))
    assert told(judgement) == []
    assert judgement.total == d("66.94")  # 12.75 * 5.25 = 66.9375, half up


@pytest.mark.parametrize(
    ("rounding", "quantity", "accepted", "answers", "severity"),
    [
        ("hold", "50", "50", ["IH 50 EA"], "ERROR"),
        ("reject line", "50", "0", ["IR 50 EA"], "ERROR"),
        ("down", "50", "48", ["IQ 48 EA", "IR 2 EA"], "WARNING"),
        ("up", "50", "60", ["IQ 60 EA"], "WARNING"),
        ("nearest", "50", "48", ["IQ 48 EA", "IR 2 EA"], "WARNING"),
        ("nearest", "54", "60", ["IQ 60 EA"], "WARNING"),  # half a case: up
        ("nearest", "53", "48", ["IQ 48 EA", "IR 5 EA"], "WARNING"),
        ("break", "50", "50", ["IA 50 EA"], "WARNING"),
        ("down", "11", "0", ["IR 11 EA"], "WARNING"),  # nothing is left of it
    ],
)
def test_what_is_no_whole_case_is_dealt_with_by_policy(
    rounding: str, quantity: str, accepted: str, answers: list[str], severity: str
) -> None:
    order, data = po(boxes(quantity), line()), cased()
    judgement = judged(order, data, {"pack_rounding": rounding})
    assert told(judgement) == [("PACK_MULTIPLE", severity, "lines[0].quantity")]
    assert judgement.lines[0].accepted_quantity == Decimal(accepted)
    assert acks(answered(order, data, {"pack_rounding": rounding}))[0] == answers


def test_eaches_that_make_whole_cases_are_fine() -> None:
    assert told(judged(po(boxes("48")), cased())) == []
    assert told(judged(po(boxes("4", "CA")), cased())) == []


def test_a_case_that_is_sold_by_twos_must_come_by_twos() -> None:
    assert told(judged(po(boxes("48")), cased(multiple=d(2)))) == []
    judgement = judged(po(boxes("36")), cased(multiple=d(2)))
    assert told(judgement) == [("PACK_MULTIPLE", "ERROR", "lines[0].quantity")]
    assert "it comes in 24 (one CA)" in judgement.findings[0].message
    assert held(judged(po(boxes("3", "CA")), cased(multiple=d(2)))) == [("PACK_MULTIPLE", 1, None)]


def test_below_the_least_quantity_holds() -> None:
    judgement = judged(po(boxes("2", "CA")), cased(minimum=d(5)))
    assert told(judgement) == [("QUANTITY_BELOW_MINIMUM", "ERROR", "lines[0].quantity")]
    assert held(judgement) == [("MIN_ORDER", 1, None)]


def test_a_line_that_stores_share_is_never_rounded() -> None:
    """Nobody can say which store gets less."""
    allocations = [{"location": "0553", "quantity": d(25)}, {"location": "0553", "quantity": d(25)}]
    judgement = judged(po({**boxes("50"), "allocations": allocations}), cased(), {"pack_rounding": "down"})
    assert held(judgement) == [("PACK_MULTIPLE", 1, None)]
    assert judgement.lines[0].accepted_quantity == 50


@pytest.mark.parametrize(
    ("code", "cut"), [("IR", "IR 2 EA"), ("ID", "ID 2 EA"), ("IB", "IB 2 EA"), ("IQ alone", None)]
)
def test_the_cut_is_told_as_the_partner_wants(code: str, cut: str | None) -> None:
    policies = {"pack_rounding": "down", "cut_quantity_as": code}
    expected = ["IQ 48 EA"] + ([cut] if cut else [])
    assert acks(answered(po(boxes("50")), cased(), policies)) == [expected]


# D15: what the GTIN names, what PO103 says, what PO401 says


@pytest.mark.parametrize(
    ("id", "code", "pack", "conflict"),
    [
        (("UK", MUG_CASE), "CA", None, False),
        (("UK", MUG_CASE), "EA", None, True),  # 48 mugs or 48 cases?
        (("UK", MUG_CASE), "EA", 12, False),  # 48 mugs, packed by 12: our case
        (("UK", MUG_CASE), "EA", 1, True),
        (("UP", MUG_UPC), "CA", None, False),  # cases, named by what is in them
        (("UP", MUG_UPC), "CA", 12, False),
        (("UP", MUG_UPC), "CA", 24, True),
        (("UP", MUG_UPC), "EA", None, False),
        (("UP", MUG_UPC), "EA", 1, False),
        (("UP", MUG_UPC), "EA", 12, False),
        (("UP", MUG_UPC), "EA", 10, True),
        (("VN", "MUG"), "CA", 6, True),
    ],
)
def test_pieces_or_cases(id: tuple[str, str], code: str, pack: int | None, conflict: bool) -> None:
    asked = "4.00" if code == "EA" else "48.00"
    packed = {} if pack is None else {"pack": {"pack": pack}}
    judgement = judged(po(line(48, code, asked, ids=[id], **packed)))
    assert held(judgement) == ([("PACK_MULTIPLE", 1, None)] if conflict else [])
    assert [code for code, _, _ in told(judgement)] == (["PACK_DIFFERS"] if conflict else [])


def test_inner_packs_count_as_the_case_when_they_come_to_it() -> None:
    """PO4*3 with PO414 4: three inners of four are our twelve."""
    assert told(judged(po(line(4, "CA", "48.00", pack={"pack": 3, "inner": 4})))) == []


# D26: odd quantities


def test_zero_is_information_or_refused_or_held() -> None:
    order = po(line(0), line())
    judgement = judged(order)
    assert told(judgement) == [("QUANTITY_ZERO", "INFO", "lines[0].quantity")]
    assert states(judgement) == ["INFORMATION", "ACCEPTED"]
    assert acks(answered(order)) == [["IA 0 EA"], ["IA 48 EA"]]
    assert answered(order).type == "AD"
    assert acks(answered(order, policies={"quantity_zero": "reject line"}))[0] == ["IR 0 EA"]
    assert acks(answered(order, policies={"quantity_zero": "hold"}))[0] == ["IH 0 EA"]


def test_a_negative_quantity_is_refused_and_its_own_sum_holds() -> None:
    order = po(line(-5), line())
    assert told(judged(order)) == [("QUANTITY_NEGATIVE", "ERROR", "lines[0].quantity")]
    assert acks(answered(order)) == [["IR -5 EA"], ["IA 48 EA"]]


def test_a_missing_quantity_waits() -> None:
    judgement = judged(po(line(None, None)))
    assert ("QUANTITY_MISSING", "ERROR", "lines[0].quantity") in told(judgement)
    assert ("INCOMPLETE", 1, None) in held(judgement)


@pytest.mark.parametrize(("quantity", "holds"), [("9999999", []), ("10000000", [("MAX_QTY", 1, None)])])
def test_a_quantity_beyond_reason_waits(quantity: str, holds: list[object]) -> None:
    assert held(judged(po(line(quantity)))) == holds


def test_an_absurd_quantity_is_held_and_never_computed_with() -> None:
    judgement = judged(po(line("1E+999999")))
    assert held(judgement) == [("MAX_QTY", 1, None)]
    assert judgement.lines[0].amount is None
