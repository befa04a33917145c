"""Elements that repeat (005010). No element of an 850 or 855 does, so a plan is made in which one may."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from edi_gateway.mapping import careful, plan
from edi_gateway.mapping.draft import Delimited
from edi_gateway.mapping.files.notation import FieldPath
from edi_gateway.mapping.generate import reader, writer
from edi_gateway.mapping.generate.remarks import Remarks
from edi_gateway.mapping.plan import Plan
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.x12.checking.guide import build
from tests.mapping.sets import mapping, raw_set

BODY = "BEG*00*SA*1**20260115~PO1*1*5*EA~PWK*DD**********~PWK*DD******A^B^^C~PWK*DD^XX~"


def made(field: str, many: bool) -> Plan:
    """The 850 at 005010, with PWK07 repeating into a field of the paper and PWK01 repeating without a list."""
    built = plan.build(mapping("850"), build("005010", "850"))
    for row in built.rows:
        if row.row is not None and row.row.selector == "PO1/PWK":
            kept = [e for e in row.elements if e.element.first not in (7, 8)]
            text = next(e for e in row.elements if e.element.first == 7)
            repeating = replace(
                text, repeats=True, element=replace(text.element, field=FieldPath((field,), many))
            )
            row.elements = tuple(
                replace(e, repeats=True) if e.element.first == 1 else e for e in (*kept, repeating)
            )
    return built


def read_both(built: Plan) -> tuple[dict[str, Any], list[tuple[int, ...]]]:
    raw = raw_set(BODY, version="005010")
    nodes = build("005010", "850").check(raw).nodes
    root, spots, _ = reader.generate(built)(raw.segments, nodes, ">", "^", {})
    draft = careful.read(built, raw.segments, nodes, Delimited(">", "^"))
    assert draft.root == root
    assert sorted(tuple(s) for s in draft.spots) == sorted(spots)
    return root, list(spots)


def test_each_repetition_is_an_entry_of_a_list_and_without_a_list_the_first_is_read() -> None:
    root, spots = read_both(made("actions", many=True))
    papers = root["lines"][0]["paperwork"]
    assert papers == [{"type": "DD"}, {"type": "DD", "actions": ["A", "B", "C"]}, {"type": "DD"}]
    assert spots == [(5, 1, 0, 2)]


def test_a_list_is_written_into_one_element_with_the_separator_between() -> None:
    built = made("actions", many=True)
    root, _ = read_both(built)
    document = PurchaseOrder.model_validate(root)
    remarks = Remarks()
    assert writer.generate(built)(document, ">", "^", remarks)[-2] == [
        "PWK",
        "DD",
        "",
        "",
        "",
        "",
        "",
        "A^B^C",
    ]
    assert remarks.findings == []
