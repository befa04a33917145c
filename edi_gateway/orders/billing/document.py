"""The canonical 810 of an invoice or a credit, composed of what was issued, what shipped, and the order (spec C4).

Adds nothing up: every amount was decided when the invoice was issued. Called by commands/billing/invoicing.py and
commands/billing/crediting.py; written by mapping/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from edi_gateway.model.billing import BilledLine, Charge, InvoiceKind, IssuedInvoice, TaxAmount
from edi_gateway.model.documents.details import CarrierDetail
from edi_gateway.model.documents.invoice import Invoice, InvoiceDates, InvoicedLine, ShippedTotal
from edi_gateway.model.documents.shared import (
    Allowance,
    NotedQuantity,
    Party,
    Reference,
    Tax,
    Terms,
)
from edi_gateway.model.fulfilment import Place, Shipped
from edi_gateway.orders.billing.extension import hundredths
from edi_gateway.orders.billing.records import BilledOrder, Left
from edi_gateway.orders.billing.terms import due, told
from edi_gateway.orders.meaning.items import MOST_IDS, with_substitute
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, plain
from edi_gateway.partners.profile import Profile

_AS_ORDERED: Final = ("BT", "RI", "SE", "VN")  # N101 that go back as the order has them


def document(
    issued: IssuedInvoice,
    shipped: Sequence[Shipped],
    orders: Mapping[int, BilledOrder],
    profile: Profile,
    *,
    left: Left,
    store: str | None = None,
) -> Invoice:
    """What the buyer is told. `shipped`: the shipments that it bills, the first one's place is the ship-to; `store`:
    the one that it is for ("qualifier:location"). A credit over an amount bills none of either."""
    billed = list(dict.fromkeys(line.order_id for line in issued.lines)) or sorted(orders)
    first = orders[billed[0]]
    one = len(billed) == 1
    sign = -1 if issued.kind is InvoiceKind.CREDIT and profile.invoicing.credit_sign == "negative" else 1
    lines = [
        _line(n, line, orders[line.order_id], sign, _instead(line, shipped), with_order=not one)
        for n, line in enumerate(issued.lines, 1)
    ]
    says_currency = first.document.currency is not None or issued.currency != profile.policies.currency
    exact = issued.total * sign
    in_hundredths = hundredths(exact)
    discounted = hundredths(exact - issued.discount * sign)
    values: dict[str, object] = {
        "issued_on": issued.issued_on,
        "invoice_number": issued.number,
        "ordered_on": first.document.ordered_on if one else None,
        "po_number": first.document.po_number if one else None,
        "release_number": first.document.release_number if one else None,
        "type": _type(issued, profile, one=one),
        "purpose": "00",
        "original_invoice_number": issued.original,
        "references": _references(issued, shipped, first, profile),
        "parties": tuple(_parties(shipped, first, profile, store)),
        "lines": tuple(lines),
        "total": in_hundredths,
        "taxes": tuple(_tax(tax, sign) for tax in issued.taxes),
        "allowances": tuple(_allowance(charge, sign) for charge in issued.charges),
        "freight": first.document.freight[:1],
    }
    if shipped:
        values["dates"] = InvoiceDates(shipped_on=max(each.shipped_on for each in shipped))
        values["carrier"] = _carrier(shipped, profile)
        values["shipped_totals"] = tuple(_shipped_totals(shipped, issued))
    if says_currency:
        values |= {"currency": issued.currency, "currency_of": "SE"}
    if issued.kind is not InvoiceKind.CREDIT:
        terms = _terms(first, issued, left, profile)
        values["terms"] = () if terms is None else (terms,)
    if issued.discount:
        values |= {
            "subject_to_discount": hundredths(issued.discountable * sign),
            "discounted_total": discounted,
            "discount_amount": hundredths(issued.discount * sign),
        }
    if exact != in_hundredths:  # a currency of thousandths: TDS has hundredths only, AMT has them all (D19)
        values["amounts"] = {"TT": plain(exact)}
    return Invoice.model_validate(values)


def _type(issued: IssuedInvoice, profile: Profile, *, one: bool) -> str:
    """BIG07."""
    if issued.kind is InvoiceKind.CREDIT:
        return profile.invoicing.credit_type
    if issued.kind is InvoiceKind.REBILL:
        return "RE"
    return "DI" if one else "CI"


def _line(
    n: int,
    billed: BilledLine,
    order: BilledOrder,
    sign: int,
    substitutes: Sequence[tuple[str, str | None]],
    *,
    with_order: bool,
) -> InvoicedLine:
    """The buyer's own line back: its number and ids byte for byte. substitutes: SKU and description of what went
    instead."""
    line = order.document.lines[billed.line - 1]
    mine = order.lines[billed.line]
    ids, description = line.ids, line.description or mine.description
    for sku, what in substitutes:
        ids, description = with_substitute(ids, sku), what or description
    quantity = plain(billed.quantity * sign)
    values: dict[str, object] = {
        "line": n,
        "buyer_line": line.buyer_line,
        "quantity": quantity,
        "unit": billed.unit,
        "price": billed.price,
        "price_basis": billed.price_basis,
        "ids": ids[:MOST_IDS],
        "description": description,
        "pack": line.pack,
        "allowances": tuple(_allowance(charge, sign) for charge in billed.charges),
        "taxes": tuple(_tax(tax, sign) for tax in billed.taxes),
    }
    if (
        billed.unit != line.unit and line.unit is not None and billed.parts
    ):  # billed by weight: so many were shipped
        shipped = plain(sum((quantity for _, quantity in billed.parts), ZERO) * sign)
        values["noted_quantities"] = (NotedQuantity(qualifier="39", quantity=shipped, unit=line.unit),)
    if with_order:
        values["references"] = (Reference(qualifier="PO", value=order.document.po_number),)
    return InvoicedLine.model_validate(values)


def _instead(billed: BilledLine, shipped: Sequence[Shipped]) -> list[tuple[str, str | None]]:
    """What went instead of what a line orders, as it left (D22): SKU and description."""
    found = {
        line.sku: line.description
        for each in shipped
        for line in each.lines
        if (line.order_id, line.line) == (billed.order_id, billed.line) and line.substituted is not None
    }
    return list(found.items())


def _allowance(charge: Charge, sign: int) -> Allowance:
    """A SAC with the order's own codes."""
    return Allowance(
        kind=charge.said or charge.kind,
        code=charge.code,
        agency=charge.agency,
        agency_code=charge.agency_code,
        amount=charge.amount * sign,
        percent_basis=charge.percent_basis if charge.percent is not None else None,
        percent=charge.percent,
        rate=charge.rate,
        unit=charge.unit,
        quantity=charge.quantity,
        handling=charge.handling,
        reference=charge.reference,
        text=charge.text,
    )


def _tax(tax: TaxAmount, sign: int) -> Tax:
    return Tax(
        type=tax.code,
        amount=tax.amount * sign,
        percent=tax.percent,
        exempt=tax.exempt,
        number=tax.certificate,
    )


def _references(
    issued: IssuedInvoice, shipped: Sequence[Shipped], first: BilledOrder, profile: Profile
) -> tuple[Reference, ...]:
    """Bill of lading, the carrier's number, our packing list; what the partner wants back; the original of a credit."""
    found: list[tuple[str, str]] = []
    for each in shipped:
        how = each.transport
        found += [(q, v) for q, v in (("BM", how.bol), ("CN", how.pro), ("PK", each.number)) if v]
    if issued.original is not None:
        found.append(("OI", issued.original))
    echoed = tuple(
        reference
        for reference in first.document.references
        if reference.qualifier in profile.invoicing.echo_references
    )
    return (*echoed, *(Reference(qualifier=q, value=v) for q, v in dict.fromkeys(found)))


def _parties(
    shipped: Sequence[Shipped], first: BilledOrder, profile: Profile, store: str | None
) -> Iterable[Party]:
    """Where it went, who pays, who sells, who is to be paid; as the order has them, and as the goods went."""
    document = first.document
    if shipped:
        yield _party("ST", shipped[0].ship_to)
    else:
        yield from (party for party in document.parties if party.role == "ST")
    if store is not None:
        place = next((place for each in shipped for key, place in each.stores if key == store), None)
        qualifier, _, code = store.rpartition(":")
        if place is None or place.id is None:
            place = Place(
                name=place.name if place is not None else None, id_qualifier=qualifier or "92", id=code
            )
        yield _party("BY", place)
    else:
        yield from (party for party in document.parties if party.role == "BY")
    yield from (party for party in document.parties if party.role in _AS_ORDERED)
    habits = profile.invoicing
    if habits.remit_to is not None and all(party.role != "RI" for party in document.parties):
        qualifier, _, number = (habits.remit_to_id or "").partition(" ")
        yield Party(role="RI", name=habits.remit_to, id_qualifier=qualifier or None, id=number or None)


def _party(role: str, place: Place) -> Party:
    named = place.id is not None and place.id_qualifier is not None
    return Party(
        role=role,
        name=place.name or (None if named else "Ship-to"),
        id_qualifier=place.id_qualifier if named else None,
        id=place.id if named else None,
        address=place.address,
        city=place.city,
        region=place.region,
        postal_code=place.postal_code,
        country=place.country,
    )


def _terms(first: BilledOrder, issued: IssuedInvoice, left: Left, profile: Profile) -> Terms | None:
    return told(first.terms, due(first.terms, issued.issued_on, left, profile.invoicing.date_basis))


def _carrier(shipped: Sequence[Shipped], profile: Profile) -> CarrierDetail | None:
    """CAD of one shipment, or of several that went alike. From 005010 on it needs the mode."""
    how = shipped[0].transport
    alike = all((each.transport.carrier, each.transport.bol) == (how.carrier, how.bol) for each in shipped)
    agreed = profile.document("810", "out")
    needs_mode = agreed is not None and agreed.version >= "005"
    if not alike or not (how.carrier or how.carrier_name) or (needs_mode and how.mode is None):
        return None
    return CarrierDetail(
        mode=how.mode,
        scac=how.carrier,
        routing=None if how.carrier else how.carrier_name,
        reference_qualifier="BM" if how.bol else None,
        reference=how.bol,
        service=how.service,
    )


def _shipped_totals(shipped: Sequence[Shipped], issued: IssuedInvoice) -> Iterable[ShippedTotal]:
    """ISS: so many packages of so much weight; so many units, where nobody counted packages."""
    packages = [each.transport.packages for each in shipped]
    weights = [(each.transport.weight, each.transport.weight_unit) for each in shipped]
    units = {line.unit for line in issued.lines}
    values: dict[str, object] = {}
    if all(count for count in packages):
        values |= {"quantity": Decimal(sum(count or 0 for count in packages)), "unit": "CT"}
    elif len(units) == 1 and issued.kind is not InvoiceKind.CREDIT:
        counted = plain(sum((line.quantity for line in issued.lines), ZERO))
        values |= {"quantity": counted, "unit": units.pop()}
    if all(weight and unit for weight, unit in weights) and len({unit for _, unit in weights}) == 1:
        total = ZERO
        for weight, _ in weights:
            total = EXACT.add(total, weight or ZERO)
        values |= {"weight": plain(total), "weight_unit": weights[0][1]}
    if values:
        yield ShippedTotal.model_validate(values)
