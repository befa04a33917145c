"""The 810 at the gate: the clean one passes, and each rule is broken by a story of its own, by nothing else.

The clean invoice: 48 x 4.00 = 192.00 and 100 x 0.06 = 6.00, less 5 % of 198.00 = 9.90, makes 188.10.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from edi_gateway.model.billing import BilledLine, Charge, InvoiceKind, IssuedInvoice, TaxAmount
from edi_gateway.model.documents.invoice import Invoice
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.documents.shared import ItemId, Reference
from edi_gateway.model.finding import Code, Severity
from edi_gateway.model.story import OrderStory
from edi_gateway.orders.gate.judging import breaches_of_invoice
from edi_gateway.orders.gate.records import Bill
from tests.orders.gate.stories import (
    BILLED,
    BOLTS,
    BOLTS_TOLD,
    DEPARTED,
    FIVE_PERCENT,
    MUGS,
    PARTS,
    answer,
    answered_line,
    bill,
    invoice,
    issued,
    ordered,
    part,
    profile,
    rules,
    story,
    without,
)

FREIGHT = Charge("C", Decimal(25), "D240", handling="06", order_id=1, source="freight")


def line(number: int, **more: Any) -> Invoice:
    """The clean 810 with other words in this line."""
    lines = [each.model_copy(update=more) if each.line == number else each for each in invoice().lines]
    return invoice().model_copy(update={"lines": tuple(lines)})


def said(**more: Any) -> Invoice:
    return invoice().model_copy(update=more)


def part_of(number: str, mugs: int, off: str, **more: Any) -> IssuedInvoice:
    """An invoice over some of the mugs."""
    amount = Decimal(mugs) * 4
    billed = (
        BilledLine(1, 1, 1, Decimal(mugs), "EA", Decimal("4.00"), None, amount, ((mugs, Decimal(mugs)),)),
    )
    return issued(number=number, lines=billed, charges=(replace(FIVE_PERCENT, amount=Decimal(off)),), **more)


def only_mugs(allowance: dict[str, Any]) -> PurchaseOrder:
    """The order without the bolts, with this in place of the per cent."""
    whole = ordered(allowances=[allowance])
    return whole.model_copy(update={"lines": whole.lines[:1]})


FLAT = only_mugs({"kind": "A", "code": "C310", "amount": 10, "handling": "02"})


def flat(amount: str) -> Charge:
    return Charge("A", Decimal(amount), "C310", handling="02", order_id=1, source="allowances[0]")


TWO_PARTS = (part(20, 1, 20), part(28, 1, 28), PARTS[1])


DEAR = answer(answered_line(1, 48, "3.90", "MUG", ("IP", 48)), BOLTS_TOLD, type="AC")
CREDIT = issued(number="CM2", kind=InvoiceKind.CREDIT, original="INV1")


def taken_back(mugs: int, off: str) -> IssuedInvoice:
    """A credit of some of the mugs of INV1."""
    return part_of("CM2", mugs, off, kind=InvoiceKind.CREDIT, original="INV1")


def money_back(amount: str) -> Charge:
    return Charge("C", Decimal(amount), "F050", source="amount")


def credit(of: IssuedInvoice, *before: IssuedInvoice, about: OrderStory | None = None) -> Bill:
    """A credit about to go, after INV1 and these credits of it."""
    return bill(of, invoice(of, terms=()), about=about or story(invoices=(issued(), *before)))


def negative(told: Invoice) -> Invoice:
    """The same with all its amounts and quantities below zero, as some buyers want a credit."""
    lines = [line.model_copy(update={"quantity": -(line.quantity or 0)}) for line in told.lines]
    off = [each.model_copy(update={"amount": -(each.amount or 0)}) for each in told.allowances]
    return told.model_copy(update={"lines": tuple(lines), "allowances": tuple(off), "total": -told.total})


def test_a_clean_invoice_goes() -> None:
    assert breaches_of_invoice(bill()) == []


@pytest.mark.parametrize(
    "clean",
    [
        bill(part_of("INV2", 28, "5.60"), about=story(invoices=(part_of("INV1", 20, "4.00"),))),
        bill(issued(charges=(FIVE_PERCENT, FREIGHT))),
        bill(
            issued(number="INV2", kind=InvoiceKind.REBILL, original="INV1"),
            about=story(
                invoices=(issued(), issued(number="CM1", kind=InvoiceKind.CREDIT, original="INV1")),
            ),
        ),
        bill(
            issued(number="CM1", kind=InvoiceKind.CREDIT, original="INV1"),
            invoice(issued(number="CM1", kind=InvoiceKind.CREDIT, original="INV1"), terms=()),
            about=story(invoices=(issued(),)),
        ),
        bill(issued(taxes=(TaxAmount("ST", Decimal("15.05"), Decimal(8)),))),
        credit(CREDIT, about=story(answers=(DEAR,), invoices=(issued(),))),
        credit(taken_back(10, "2.00"), replace(taken_back(38, "7.60"), number="CM1")),
        bill(
            CREDIT,
            negative(invoice(CREDIT, terms=())),
            about=story(invoices=(issued(),)),
            profile=profile(invoicing={"credit_sign": "negative"}),
        ),
        bill(
            replace(part_of("INV2", 28, "0"), charges=(flat("5.70"),)),
            about=story(
                ordered=FLAT,
                parts=TWO_PARTS[:2],
                invoices=(replace(part_of("INV1", 20, "0"), charges=(flat("4.30"),)),),
            ),
        ),
        bill(
            replace(issued(), charges=()),
            about=story(
                ordered=ordered(allowances=[{"kind": "A", "code": "F800", "amount": 9, "handling": "01"}])
            ),
        ),
        bill(
            about=story(shipments=(replace(DEPARTED, noticed=False),)),
            profile=profile(shipping={"notice": False}),
        ),
    ],
    ids=[
        "the rest",
        "freight",
        "rebill",
        "credit",
        "tax",
        "credit at the billed price after another was acknowledged",
        "credit of the rest",
        "credit with amounts below zero",
        "flat, in two parts",
        "bill-back only",
        "no 856s wanted",
    ],
)
def test_what_the_past_allows_goes(clean: Bill) -> None:
    assert rules(breaches_of_invoice(clean)) == []


TAXED = (replace(BILLED[0], taxes=(TaxAmount("ST", Decimal("15.36")),)), BILLED[1])
BROKEN: dict[str, Bill] = {
    "noticed_before_invoice": bill(about=story(shipments=(replace(DEPARTED, noticed=False),))),
    "billed_within_shipped": bill(about=story(parts=(part(11, 1, 40), PARTS[1]))),
    "billed_price_as_acknowledged": bill(about=story(answers=(DEAR,))),
    "billed_unit_as_ordered": bill(said=line(2, unit="CA")),
    "billed_item_as_shipped": bill(said=line(2, ids=(ItemId(qualifier="VN", value="NUT"),))),
    "invoice_not_before_shipment": bill(
        issued(issued_on=date(2025, 3, 9)), about=story(), today=date(2025, 3, 11)
    ),
    "invoice_number_new": bill(number_used=True),
    "invoice_in_order_currency": bill(about=story(currency="CAD")),
    "credit_within_invoice": credit(
        CREDIT, replace(CREDIT, number="CM1", lines=(), charges=(money_back("0.01"),))
    ),
    # 47 are credited already, two more make 49 of 48: 8.00 less 0.40
    "credit_quantity_within_invoice": credit(
        taken_back(2, "0.40"), replace(taken_back(47, "9.40"), number="CM1")
    ),
    # 10 at 3.90
    "credit_as_invoiced": credit(
        replace(
            taken_back(10, "2.00"),
            lines=(replace(taken_back(10, "2.00").lines[0], price=Decimal("3.90"), amount=Decimal("39.00")),),
        )
    ),
    # the invoice has 9.90 off
    "credit_charges_within_invoice": credit(taken_back(10, "9.91")),
    "credit_not_before_invoice": credit(replace(CREDIT, issued_on=date(2025, 3, 10))),
    # all of the goods are credited, and a cent of the allowance too many
    "rebill_after_credit": bill(
        issued(number="INV2", kind=InvoiceKind.REBILL, original="INV1"),
        about=story(invoices=(issued(), replace(CREDIT, number="CM1", charges=(flat("9.91"),)))),
    ),
    "invoice_total_adds_up": bill(
        replace(issued(), charges=(replace(FIVE_PERCENT, amount=Decimal("9.91")),)),
        invoice(total=Decimal("188.09")),
    ),
    "invoice_says_what_is_issued": bill(said=said(lines=invoice().lines[:1], total=Decimal("182.10"))),
    "allowances_taken_once": bill(issued(charges=())),
    "bill_back_left_out": bill(
        issued(charges=(FIVE_PERCENT, Charge("A", Decimal(9), "F800", handling="01", order_id=1)))
    ),
    "charges_agreed": bill(issued(charges=(FIVE_PERCENT, Charge("C", Decimal(3), "H740", order_id=1)))),
    "freight_charged_once": bill(
        replace(
            part_of("INV2", 28, "5.60"), charges=(replace(FIVE_PERCENT, amount=Decimal("5.60")), FREIGHT)
        ),
        about=story(invoices=(replace(part_of("INV1", 20, "4.00"), charges=(flat("4.00"), FREIGHT)),)),
    ),
    "tax_stated_once": bill(issued(lines=TAXED, taxes=(TaxAmount("ST", Decimal("15.36")),))),
    "tax_as_ordered": bill(
        issued(taxes=(TaxAmount("ST", Decimal("15.05")),)),
        about=story(ordered=ordered(tax_references=[{"exempt": "1", "number": "12-345"}])),
    ),
    "terms_as_ordered": bill(said=said(terms=(invoice().terms[0].model_copy(update={"net_days": 10}),))),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_is_broken_by_its_story_and_nothing_else_is(rule: str) -> None:
    found = breaches_of_invoice(BROKEN[rule])
    assert rules(found) == [rule]
    assert {(each.code, each.severity) for each in found} == {(Code.GATE_BREACH, Severity.ERROR)}


def test_an_order_of_another_name() -> None:
    """Its lines are then lines of nothing."""
    found = breaches_of_invoice(bill(said=said(po_number="PO-01")))
    assert rules(found) == ["invoice_names_order", "invoice_names_lines"]
    assert found[0].message == "The 810 bills PO PO-01, the goods were ordered with PO-1."


def test_a_line_that_the_order_does_not_have() -> None:
    (found,) = breaches_of_invoice(bill(said=line(2, buyer_line="020")))
    assert (found.rule, found.at) == ("invoice_names_lines", "lines[1].buyer_line")


def test_the_date_of_the_order_is_theirs() -> None:
    (found,) = breaches_of_invoice(bill(said=said(ordered_on=date(2025, 3, 2))))
    assert (found.rule, found.at) == ("invoice_names_order", "ordered_on")


def test_an_invoice_of_tomorrow() -> None:
    (found,) = breaches_of_invoice(bill(today=date(2025, 3, 10)))
    assert found.message == "The 810 is dated 11 Mar 2025, today is 10 Mar 2025."


def test_what_is_billed_already_is_not_billed_again() -> None:
    (found,) = breaches_of_invoice(
        bill(part_of("INV2", 28, "5.60"), about=story(invoices=(part_of("INV1", 21, "4.20"),)))
    )
    assert found.message == ("48 of line 1 of PO PO-1 have shipped, 21 are billed already, the 810 bills 28.")


def test_what_was_credited_may_be_billed_again() -> None:
    back = part_of("CM1", 21, "4.20", kind=InvoiceKind.CREDIT, original="INV1")
    past = story(invoices=(part_of("INV1", 21, "4.20"), back))
    assert rules(breaches_of_invoice(bill(part_of("INV2", 28, "5.60"), about=past))) == []


@pytest.mark.parametrize(
    ("first", "last", "what"),
    [
        ("4.30", "5.69", "makes it 9.99 over all invoices."),
        ("4.30", "5.71", "makes it 10.01 over all invoices."),
        ("10.00", "0.01", "makes it 10.01 over all invoices."),
    ],
)
def test_a_flat_allowance_comes_to_what_the_order_says(first: str, last: str, what: str) -> None:
    past = story(
        ordered=FLAT,
        parts=TWO_PARTS[:2],
        invoices=(replace(part_of("INV1", 20, "0"), charges=(flat(first),)),),
    )
    found = breaches_of_invoice(bill(replace(part_of("INV2", 28, "0"), charges=(flat(last),)), about=past))
    assert rules(found) == ["allowances_taken_once"]
    assert found[0].message.endswith(what)


def test_of_an_order_that_was_cut_an_amount_is_cut_too() -> None:
    """192.00 of 198.00 ship: of 10.00 9.70 (9.6969...), to the cent. A profile may want all of it."""
    amount = {"kind": "A", "code": "C310", "amount": 10, "handling": "02"}
    about = story(ordered=ordered(allowances=[amount]), lines=(MUGS,), parts=PARTS[:1])
    mine = part_of("INV1", 48, "0")

    def taking(off: str, flat_amounts: str = "pro rata") -> list[str]:
        made = replace(mine, lines=BILLED[:1], charges=(flat(off),))
        table = profile(invoicing={"flat_amounts": flat_amounts})
        return [
            each.message.rpartition("the 810 ")[2]
            for each in breaches_of_invoice(bill(made, about=about, profile=table))
        ]

    assert taking("9.70") == []
    assert taking("9.68") == ["makes it 9.68 over all invoices."]
    assert taking("9.72") == ["makes it 9.72 over all invoices."]
    assert taking("10.00") == ["makes it 10.00 over all invoices."]
    assert taking("10.00", "whole") == []
    assert taking("9.70", "whole") == ["makes it 9.70 over all invoices."]


def test_a_cent_that_falls_on_later_goods_is_not_missed_yet() -> None:
    """0.01 off 48: nothing falls on the first; with the last it is due."""
    cent = only_mugs({"kind": "A", "code": "C310", "amount": Decimal("0.01"), "handling": "02"})
    about = story(ordered=cent, lines=(MUGS,), parts=(part(1, 1, 1), part(47, 1, 47)))
    assert breaches_of_invoice(bill(replace(part_of("INV1", 1, "0"), charges=()), about=about)) == []
    rest = replace(part_of("INV2", 47, "0"), charges=())
    first = replace(part_of("INV1", 1, "0"), charges=())
    after = replace(about, invoices=(first,))
    assert rules(breaches_of_invoice(bill(rest, about=after))) == ["allowances_taken_once"]


def test_an_allowance_that_earlier_invoices_have_taken_whole_is_not_missed() -> None:
    past = story(
        ordered=FLAT,
        parts=TWO_PARTS[:2],
        invoices=(replace(part_of("INV1", 20, "0"), charges=(flat("10"),)),),
    )
    assert rules(breaches_of_invoice(bill(replace(part_of("INV2", 28, "0"), charges=()), about=past))) == []


def test_a_per_cent_of_something_else() -> None:
    """6 % of 198.00 is 11.88."""
    found = breaches_of_invoice(bill(issued(charges=(replace(FIVE_PERCENT, amount=Decimal("11.88")),))))
    assert rules(found) == ["allowances_taken_once"]
    assert found[0].message == (
        "PO PO-1 has an allowance C310 of 5 % off the invoice, the 810 takes 11.88 of 198.00."
    )


def test_freight_that_the_order_does_not_pay() -> None:
    collect = story(ordered=ordered(freight=[{"payment": "CC"}]))
    (found,) = breaches_of_invoice(bill(issued(charges=(FIVE_PERCENT, FREIGHT)), about=collect))
    assert found.message == "PO PO-1 says freight CC, the 810 charges 25 for it."


@pytest.mark.parametrize(
    ("said", "made", "what"),
    [
        # 7.00 in all, of which an earlier invoice has billed 3.00
        ({"amount": 7}, "4.01", "PO PO-1 has 7.00 for D500, the 810 makes it 7.01."),
        # 5 % of 80.00 before and 112.00 now are 9.60, and each invoice may differ by a cent
        (
            {"percent": 5, "percent_basis": "1"},
            "6.63",
            "PO PO-1 has 9.62 for D500, the 810 makes it 9.63.",
        ),
    ],
)
def test_a_charge_of_the_order_is_billed_up_to_what_the_order_says(
    said: dict[str, Any], made: str, what: str
) -> None:
    fee = Charge("C", Decimal(3), "D500", handling="06", order_id=1, source="allowances[0]")
    about = story(
        ordered=only_mugs({"kind": "C", "code": "D500", "handling": "06", **said}),
        parts=TWO_PARTS[:2],
        invoices=(replace(part_of("INV1", 20, "0"), charges=(fee,)),),
    )
    mine = replace(part_of("INV2", 28, "0"), charges=(replace(fee, amount=Decimal(made)),))
    (found,) = breaches_of_invoice(bill(mine, about=about))
    assert (found.rule, found.message) == ("charges_agreed", what)
    less = replace(fee, amount=Decimal(made) - Decimal("0.01"))
    assert breaches_of_invoice(bill(replace(mine, charges=(less,)), about=about)) == []


def test_a_promotion_is_an_allowance_and_a_service_a_charge() -> None:
    """48 mugs, 192.00, less 10.00 and with 7.00; without the promotion, or with a service that is not the order's, it
    does not go."""
    promotion = {"kind": "P", "code": "F800", "amount": 10, "handling": "02"}
    service = {"kind": "S", "code": "G740", "amount": 7, "handling": "06"}
    whole = ordered(allowances=[promotion, service])
    about = story(ordered=whole.model_copy(update={"lines": whole.lines[:1]}), lines=(MUGS,), parts=PARTS[:1])
    off = Charge("A", Decimal(10), "F800", handling="02", order_id=1, source="allowances[0]", said="P")
    on = Charge("C", Decimal(7), "G740", handling="06", order_id=1, source="allowances[1]", said="S")

    def broken(*charges: Charge) -> list[str]:
        made = replace(part_of("INV1", 48, "0"), charges=charges)
        told = invoice(made)
        kinds = [
            each.model_copy(update={"kind": c.said}) for each, c in zip(told.allowances, charges, strict=True)
        ]
        return rules(
            breaches_of_invoice(bill(made, told.model_copy(update={"allowances": tuple(kinds)}), about=about))
        )

    assert broken(off, on) == []
    assert broken(on) == ["allowances_taken_once"]
    assert broken(off, replace(on, code="G400", source="by hand")) == ["charges_agreed"]


def test_freight_is_charged_up_to_what_the_terms_say() -> None:
    dear = replace(FREIGHT, amount=Decimal("25.01"), source="by hand C D240")
    (found,) = breaches_of_invoice(bill(issued(charges=(FIVE_PERCENT, dear))))
    assert (found.rule, found.value) == ("charges_agreed", "25.01")


def test_prices_by_the_hundred_are_worked_out_by_the_hundred() -> None:
    """6.00 a hundred for 150: 9.00."""
    bolts = ordered()
    lines = (
        bolts.lines[0],
        bolts.lines[1].model_copy(
            update={"price": Decimal("6.00"), "price_basis": "HP", "quantity": Decimal(150)}
        ),
    )
    mine = (MUGS, without(BOLTS, price=Decimal("6.00"), price_basis="HP", accepted_quantity=Decimal(150)))
    told = answered_line(2, 150, "6.00", "BOLT")
    past = story(
        ordered=bolts.model_copy(update={"lines": lines}),
        lines=mine,
        answers=(answer(answered_line(1, 48, "4.00", "MUG"), told),),
        parts=(PARTS[0], part(12, 2, 150)),
    )
    by_hundred = replace(
        BILLED[1], quantity=Decimal(150), price=Decimal("6.00"), price_basis="HP", amount=Decimal("9.00"),
        parts=((12, Decimal(150)),),
    )  # fmt: skip
    made = issued(lines=(BILLED[0], by_hundred), charges=(replace(FIVE_PERCENT, amount=Decimal("10.05")),))
    assert breaches_of_invoice(bill(made, about=past)) == []


def test_goods_at_no_charge_are_no_other_price() -> None:
    free = BilledLine(3, 1, 1, Decimal(4), "EA", Decimal(0), "NC", Decimal(0), ((13, Decimal(4)),), free=True)
    past = story(
        lines=(without(MUGS, free_quantity=Decimal(4)), BOLTS), parts=(*PARTS, part(13, 1, 4, kind="free"))
    )
    assert breaches_of_invoice(bill(issued(lines=(*BILLED, free)), about=past)) == []


def test_a_credit_of_an_invoice_that_is_not_ours() -> None:
    (found,) = breaches_of_invoice(bill(CREDIT, invoice(CREDIT, terms=())))
    assert (found.rule, found.at) == ("credit_within_invoice", "original_invoice_number")


def test_a_consolidated_invoice_names_the_order_on_each_line() -> None:
    other = replace(
        story(),
        order_id=2,
        ordered=ordered(po_number="PO-2", allowances=[]),
        answers=(answer(po_number="PO-2"),),
        parts=(part(31, 1, 48, order_id=2), part(32, 2, 100, order_id=2)),
    )
    second = replace(BILLED[0], n=3, order_id=2, parts=((31, Decimal(48)),))
    made = issued(lines=(*BILLED, second))
    references = ("PO-1", "PO-1", "PO-2")
    lines = tuple(
        each.model_copy(update={"references": (Reference(qualifier="PO", value=number),)})
        for each, number in zip(invoice(made).lines, references, strict=True)
    )
    told = invoice(made).model_copy(update={"po_number": None, "ordered_on": None, "lines": lines})
    both = Bill(told, made, {1: story(), 2: other}, profile(), date(2025, 3, 11), frozenset({7}))
    assert breaches_of_invoice(both) == []
    assert [item.order.order_id for item in both.items if item.order is not None] == [1, 1, 2]
