"""The 810 of invoices and credits, segment by segment, at 004010 and 005010, written and checked by ourselves (C4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from edi_gateway.model.billing import InvoiceKind, TaxCertificate
from edi_gateway.model.documents.invoice import Invoice
from edi_gateway.model.fulfilment import Place
from edi_gateway.orders.billing.crediting import What, credit
from edi_gateway.orders.billing.document import document
from edi_gateway.orders.billing.invoicing import invoice
from tests.orders import build
from tests.orders.billing.bills import LEFT, Order, rate, sac, taxes
from tests.orders.billing.papers import shipped, told, written
from tests.orders.shipping import goods

d = build.d
BOTH = pytest.mark.parametrize("version", ["004010", "005010"])
PARTIES = [
    {"role": "ST", "id_qualifier": "92", "id": "0553"},
    {"role": "BT", "name": "Acme Accounts"},
    {"role": "BY", "id_qualifier": "92", "id": "0007"},
    {"role": "RI", "name": "Us", "id_qualifier": "1", "id": "123456789"},
]


def order(**more: Any) -> Order:
    """48 mugs as line 00010 and 10 pounds of cheese without a number; 2 % a line, 12.00 off, freight, tax, terms."""
    document = build.po(
        build.line(
            48,
            id="00010",
            ids=[("UP", "012345678905"), ("VN", "MUG")],
            description="BLUE MUG",
            pack={"pack": 12},
            allowances=[sac(percent="2", percent_basis="3")],
        ),
        build.line(10, "LB", "5.25", id=None, ids=[("VN", "CHEESE")]),
        **{
            "release_number": "R-2",
            "parties": PARTIES,
            "references": [
                {"qualifier": "IA", "value": "771200"},
                {"qualifier": "DP", "value": "042"},
                {"qualifier": "ZZ", "value": "X"},
            ],
            "allowances": [sac(code="I530", amount="12.00", text="VOLUME")],
            "freight": [{"payment": "PC", "place_kind": "OR"}],
            "terms": [
                {"type": "01", "basis": "3", "discount_percent": d(2), "discount_days": 10, "net_days": 30}
            ],
            **more.pop("document", {}),
        },
    )
    invoicing = {
        "tax": True,
        "freight": "10.00",
        "echo_references": ["IA", "DP"],
        **more.pop("invoicing", {}),
    }
    return Order(document, invoicing=invoicing, taxes=more.pop("taxes", taxes(rate("ST", "6.25"))), **more)


@BOTH
def test_an_invoice_whole(version: str) -> None:
    """192.00 less 3.84 (2 %), and 52.50: 240.66; less 12.00, freight 10.00: 238.66. Tax is of 228.66 (no freight):
    14.29 (14.29125). Total 252.95. Discount: 2 % of 228.66 are 4.57 (4.5732); then 248.38 are due."""
    mine = order()
    issued = mine.bill(*mine.all())
    text = written(told(mine, issued), version)
    assert text == (
        "BIG*20250310*INV00000001*20250301*PO-1*R-2**DI*00~\n"
        "REF*IA*771200~\n"
        "REF*DP*042~\n"
        "REF*BM*BOL4123~\n"
        "REF*CN*PRO77~\n"
        "REF*PK*SH-1~\n"
        "N1*ST*DC North*92*0553~\n"
        "N3*1 Dock Road~\n"
        "N4*Fontana*CA*92336~\n"
        "N1*BY**92*0007~\n"
        "N1*BT*Acme Accounts~\n"
        "N1*RI*Us*1*123456789~\n"
        "ITD*01*3*2*20250320*10*20250409*30~\n"
        "DTM*011*20250310~\n"
        "FOB*PC*OR~\n"
        "IT1*00010*48*EA*4**UP*012345678905*VN*MUG~\n"
        "PID*F****BLUE MUG~\n"
        "PO4*12~\n"
        "SAC*A*C310***384*3*2*****02~\n"
        "IT1**10*LB*5.25**VN*CHEESE~\n"
        "PID*F****Cheese~\n"
        "TDS*25295*22866*24838*457~\n"
        "TXI*ST*14.29*6.25~\n"
        "CAD*M***INVC***BM*BOL4123~\n"
        "SAC*A*I530***1200*******02***VOLUME~\n"
        "SAC*C*D240***1000*******06***Freight~\n"
        "ISS*4*CT*31.5*LB~\n"
        "CTT*2*58~\n"
    )


@BOTH
@pytest.mark.parametrize(
    ("sign", "type", "lines"),
    [
        ("positive", "CR", ("IT1*00010*12*EA*4**", "SAC*A*C310***96*3*2")),
        (
            "negative",
            "CN",
            ("IT1*00010*-12*EA*4**", "SAC*A*C310***-96*3*2"),
        ),
    ],
)
def test_a_credit_names_its_original_and_has_the_sign_that_the_partner_wants(
    version: str, sign: str, type: str, lines: tuple[str, ...]
) -> None:
    """12 of 48 mugs: 48.00 less 0.96. Of 240.66 that is 47.04, 0.19546...: of 12.00 2.35, of the freight 1.95, of
    14.29 tax 2.79. 48.00 - 0.96 - 2.35 + 1.95 + 2.79 = 49.43."""
    mine = order(invoicing={"credit_type": type, "credit_sign": sign})
    issued = mine.bill(*mine.all())
    made = replace(
        credit(issued, (), What({1: d(12)}), on=date(2025, 3, 20), reason="Broken."), number="CM00000001"
    )
    assert (made.goods, made.taken_off, made.added, made.tax) == (d("48.00"), d("3.31"), d("1.95"), d("2.79"))
    text = written(told(mine, made), version)
    total = "4943" if sign == "positive" else "-4943"
    assert f"BIG*20250320*CM00000001*20250301*PO-1*R-2**{type}*00**INV00000001~" in text
    assert "REF*OI*INV00000001~" in text
    assert lines[0] in text
    assert lines[1] in text
    assert f"TDS*{total}~" in text  # no terms, no discount
    assert "ITD" not in text


@BOTH
def test_a_credit_over_an_amount_has_no_lines(version: str) -> None:
    mine = order()
    issued = mine.bill(*mine.all())
    made = replace(credit(issued, (), What(amount=d(20)), on=date(2025, 3, 20), reason="Late."), number="CM1")
    text = written(told(mine, made), version)
    assert "TDS*2000~" in text
    assert "SAC*C*F050***2000**********Late.~" in text
    assert "IT1" not in text


@BOTH
def test_a_rebill_says_so(version: str) -> None:
    mine = order()
    issued = mine.bill(*mine.all(), kind=InvoiceKind.REBILL, original="INV00000009")
    assert "**RE*00**INV00000009~" in written(told(mine, issued), version)


@BOTH
@pytest.mark.parametrize(
    ("currency", "price", "tds", "amt"),
    [
        ("JPY", "333.5", "TDS*1600800~", ""),  # 48 x 333.5 = 16,008 yen: hundredths all the same (D19)
        (
            "KWD",
            "1.2343",
            "TDS*5925~",
            "AMT*TT*59.246~",
        ),  # 59.2464 are 59.246: exact in AMT, as TDS can in TDS
    ],
)
def test_currencies_without_cents_and_with_thousandths(
    version: str, currency: str, price: str, tds: str, amt: str
) -> None:
    mine = Order(build.po(build.line(48)), currency=currency)
    mine.lines[1] = replace(mine.lines[1], price=d(price))
    text = written(told(mine, mine.bill(*mine.all())), version)
    assert tds in text
    assert f"CUR*SE*{currency}~" in text
    assert amt in text
    assert ("AMT" in text) == bool(amt)


@BOTH
def test_an_exempt_customer_is_told_with_the_certificate(version: str) -> None:
    mine = order(taxes=taxes(certificates=[TaxCertificate("R-1")]))
    assert "TXI*TX*0****1***R-1~" in written(told(mine, mine.bill(*mine.all())), version)


@BOTH
def test_weighed_goods_say_the_weight_and_how_many_were_shipped(version: str) -> None:
    mine = Order(build.po(build.line(5, "CA", "5.25", "PP", ids=[("VN", "CHEESE")])))
    text = written(told(mine, mine.bill(mine.part(1, 5, weighed="101.4"))), version)
    assert "IT1*1*101.4*LB*5.25*PP*VN*CHEESE~\nQTY*39*5*CA~\n" in text
    assert "TDS*53235~" in text


def test_the_invoice_of_a_store_names_it() -> None:
    mine = order()
    issued = mine.bill(*mine.all())
    store = Place("Store 12", "92", "0012", ("5 High Street",), "Reno", "NV", "89501")
    made = document(
        issued,
        (shipped(stores=(("92:0012", store),)),),
        {mine.id: mine.billed(())},
        mine.profile,
        left=LEFT,
        store="92:0012",
    )
    text = written(made)
    assert "N1*ST*DC North*92*0553~" in text
    assert "N1*BY*Store 12*92*0012~\nN3*5 High Street~\nN4*Reno*NV*89501~\n" in text
    assert "*0007~" not in text


def test_several_orders_on_one_invoice_are_named_at_their_lines() -> None:
    first = Order(build.po(build.line(10)), id=7)
    second = Order(build.po(build.line(20), po_number="PO-2"), id=8)
    parts = (first.part(1, 10), second.part(1, 20))
    orders = {7: first.billed(parts[:1]), 8: second.billed(parts[1:])}
    made = invoice(
        parts, orders, profile=first.profile, issued_on=date(2025, 3, 11), left=LEFT, taxes=first.taxes
    )
    assert made.invoice is not None
    issued = replace(made.invoice, number="INV1")
    text = written(document(issued, (shipped(),), orders, first.profile, left=LEFT))
    assert "BIG*20250311*INV1*****CI*00~" in text
    assert text.count("REF*PO*PO-1~") == text.count("REF*PO*PO-2~") == 1
    assert "TDS*12000~" in text  # 40.00 and 80.00


def test_whom_to_pay_is_said_by_the_profile_where_the_order_does_not() -> None:
    mine = Order(build.po(), invoicing={"remit_to": "Us Inc", "remit_to_id": "1 123456789"})
    assert "N1*RI*Us Inc*1*123456789~" in written(told(mine, mine.bill(*mine.all())))


def test_the_canonical_document_comes_back_from_the_bytes() -> None:
    mine = order()
    made = told(mine, mine.bill(*mine.all()))
    assert Invoice.model_validate_json(made.model_dump_json(exclude_defaults=True)) == made


def test_what_went_instead_is_named_beside_the_numbers_of_the_order() -> None:
    """Of line 1 a CUP left in place of the MUG; of line 2 what was ordered, although the line is for CUP since."""
    order = Order(build.po(build.line(10), build.line(5)))
    order.lines[2] = replace(order.lines[2], substitute="CUP")
    issued = order.bill(*order.all())
    cup = goods.line(7001, 10, order=7, sku="CUP", substituted="MUG", description="Blue cup")
    mug = goods.line(7002, 5, order=7, number=2)
    left = (shipped(lines=(cup, mug)),)
    first, second = document(issued, left, {7: order.billed(())}, order.profile, left=LEFT).lines
    assert [(each.qualifier, each.value) for each in first.ids] == [("VN", "MUG"), ("VN", "CUP")]
    assert (first.description, second.description) == ("Blue cup", "Blue mug")
    assert [(each.qualifier, each.value) for each in second.ids] == [("VN", "MUG")]


def test_a_promotion_and_a_service_go_back_under_the_words_of_the_order() -> None:
    """40.00 less 5.00 and with 7.00."""
    sacs = [sac("P", "F800", amount="5.00"), sac("S", "G740", "06", amount="7.00")]
    mine = Order(build.po(build.line(10), allowances=sacs))
    body = written(told(mine, mine.bill(*mine.all())))
    assert "SAC*P*F800***500*******02~" in body
    assert "SAC*S*G740***700*******06~" in body
    assert "TDS*4200~" in body
