"""A warehouse: reads what it is to ship (940), ships it right or wrong, tells it (945), and counts its stock (846).

Has numbers of its own for cartons, shipments and bills of lading. Called by playing/play.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from edi_gateway.model.documents.details import Mark
from edi_gateway.model.documents.inventory import InventoryLine, InventoryQuantity, InventoryReport
from edi_gateway.model.documents.shared import ItemId, Party
from edi_gateway.model.documents.shipping_advice import (
    AdviceCarton,
    AdviceItem,
    AdviceTotals,
    ShippingAdvice,
    WarehouseCarrier,
)
from edi_gateway.model.documents.warehouse import DatedReference, WarehouseDates
from edi_gateway.model.documents.warehouse_order import WarehouseItem, WarehouseOrder
from edi_gateway.simulator.judge.rules import Disagreement
from edi_gateway.simulator.numbers import ZERO, total
from edi_gateway.simulator.side import Side

How = Literal["right", "short", "over", "nothing", "unknown item", "unknown release"]
Packing = Literal["one a line", "one for all", "two a line", "none", "without numbers", "wrong check digit"]
_PREFIX = "14099999"  # extension 1 and an invented company prefix


@dataclass(frozen=True, slots=True)
class Shipping:
    """How a 945 is to be. `lines`: how many left, by the buyer's line number; `status`: W12-01 of what did not ship
    whole; `again`: the last 945 of the order once more, with what is said here."""

    how: How = "right"
    lines: Mapping[str, Decimal] = field(default_factory=dict)
    status: str | None = None
    reporting: str = "F"
    cartons: Packing = "one a line"
    again: bool = False
    days_ago: int = 0
    shipment: str | None = None
    po: str | None = None
    one_bill: bool = False


@dataclass(frozen=True, slots=True)
class Carton:
    """A carton on its way. `number` is None where the warehouse has put none on it."""

    po_number: str
    number: str | None
    arrives: date
    pieces: Decimal


@dataclass
class Warehouse(Side):
    """`asked`: open orders by number; `done`: those that were told as shipped."""

    asked: dict[str, WarehouseOrder] = field(default_factory=dict)
    done: dict[str, WarehouseOrder] = field(default_factory=dict)
    sent_off: list[Carton] = field(default_factory=list)
    _serial: int = 0
    _shipments: int = 0
    _bills: int = 0
    _told: dict[str, ShippingAdvice] = field(default_factory=dict)  # the last 945 by order number
    _counts: int = 0
    _read: int = 0

    def read(self, content: bytes, file: str, at: datetime) -> list[Disagreement]:
        found = super().read(content, file, at)
        for received in self.came[self._read :]:
            if isinstance(received.record, WarehouseOrder):
                self._take(received.record)
        self._read = len(self.came)
        return found

    def _take(self, order: WarehouseOrder) -> None:
        if order.status == "F":
            self.asked.pop(order.order_number, None)
        else:
            self.asked[order.order_number] = order

    def ship(self, at: datetime, shipping: Shipping) -> bytes | None:
        """945s of all that is open, or of one order; None: there is nothing to ship."""
        orders = [*(self.done if shipping.again else self.asked).values()]
        if shipping.po is not None:
            orders = [order for order in orders if order.po_number == shipping.po]
        if not orders:
            return None
        bodies = []
        self._bills += 1
        for n, order in enumerate(orders):
            if n and not shipping.one_bill:
                self._bills += 1
            bodies.append(self.wire.body("945", self._advice(order, at, shipping)))
            if not shipping.again:
                self.done[order.order_number] = self.asked.pop(order.order_number)
        content, sent = self.wire.interchange(bodies, at)
        self.expect(sent)
        return content

    def _dock(self, site: str | None) -> tuple[Party, ...]:
        """The dock that a report is about, where it names one."""
        if not site:
            return ()
        name = self.agreement.profile.name.upper()
        return (Party(role="WH", name=name, id_qualifier="91", id=site),)

    def stock(self, at: datetime, counted: Mapping[str, Decimal], kind: str, site: str | None) -> bytes:
        """An 846 of these items, in base units."""
        self._counts += 1
        report = InventoryReport(
            purpose="00",
            report_type="DD",
            reference=f"C{self._counts:04d}",
            on=self.today(at),
            at=f"{self.here(at):%H%M}",
            parties=self._dock(site),
            lines=tuple(
                InventoryLine(
                    line=n,
                    ids=(ItemId(qualifier="VN", value=sku),),
                    quantities=(InventoryQuantity(kind=kind, value=quantity, unit="EA"),),
                )
                for n, (sku, quantity) in enumerate(counted.items(), 1)
            ),
        )
        content, sent = self.wire.interchange([self.wire.body("846", report)], at)
        self.expect(sent)
        return content

    # --- the 945

    def _advice(self, order: WarehouseOrder, at: datetime, shipping: Shipping) -> ShippingAdvice:
        before = self._told.get(order.order_number)
        if before is not None and shipping.again and shipping.how == "right" and not shipping.lines:
            return before
        left = [(item, self._quantity(item, shipping)) for item in order.items]
        here = self.here(at) - timedelta(days=shipping.days_ago)
        number = "R-NOSUCH" if shipping.how == "unknown release" else order.order_number
        corrects = before if shipping.again else None
        if corrects is None:
            self._shipments += 1
        arrives = self._due(order, here.date())
        marks = [] if corrects is None else [carton.marks for carton in corrects.cartons]
        cartons = tuple(self._cartons(left, shipping, marks))
        if corrects is None:
            self.sent_off += [
                Carton(
                    order.po_number or "",
                    next((m.value[2:] for m in each.marks), None),
                    arrives,
                    total(item.shipped or ZERO for item in each.items),
                )
                for each in cartons
                if any(item.shipped for item in each.items)
            ]
        shipped = total(quantity for _, quantity in left)
        if shipping.how == "unknown item":
            shipped += 1
        counted = len(cartons) if shipping.cartons != "none" and cartons else None
        shipment = f"H{self._shipments:05d}" if corrects is None else corrects.shipment_number
        advice = ShippingAdvice(
            reporting=shipping.reporting,
            order_number=number,
            on=here.date(),
            shipment_number=shipping.shipment or shipment,
            po_number=order.po_number,
            parties=tuple(p for p in order.parties if p.role in ("WH", "DE", "ST", "CN")),
            references=(
                (
                    DatedReference(qualifier="BM", value=_bill_of_lading(self._bills)),
                    DatedReference(qualifier="CN", value=f"PRO{self._shipments:07d}"),
                )
                if corrects is None
                else corrects.references
            ),
            dates=_left_at(here, arrives) if corrects is None else corrects.dates,
            carrier=WarehouseCarrier(mode="M", scac="HBTL", routing="HARBOR TRUCK LINES"),
            cartons=cartons,
            stated_totals=AdviceTotals(
                units=shipped,
                weight=max(Decimal(1), shipped * 20),
                weight_unit="LB",
                packages=counted,
                package_unit="CT" if counted else None,
            ),
        )
        self._told[order.order_number] = advice
        return advice

    def _due(self, order: WarehouseOrder, left: date) -> date:
        """When it will be there: on the first day that the order allows, else three days later."""
        first = order.dates.deliver_not_before
        return max(first, left + timedelta(days=2)) if first is not None else left + timedelta(days=3)

    def _quantity(self, item: WarehouseItem, shipping: Shipping) -> Decimal:
        line = item.reference("PL")
        if line is not None and line in shipping.lines:
            return shipping.lines[line]
        match shipping.how:
            case "short" if not shipping.lines:
                return (item.quantity / 2).to_integral_value(rounding="ROUND_DOWN")
            case "over" if not shipping.lines:
                return item.quantity + 1
            case "nothing":
                return ZERO
        return item.quantity

    def _cartons(
        self,
        left: Sequence[tuple[WarehouseItem, Decimal]],
        shipping: Shipping,
        before: Sequence[tuple[Mark, ...]],
    ) -> Iterator[AdviceCarton]:
        """The loads, each with its number; `before`: the numbers that they bore in the 945 that is corrected."""
        told = [
            (item, quantity)
            for item, quantity in left
            if shipping.reporting == "F" or (shipping.reporting == "X" and quantity != item.quantity)
        ]
        if shipping.reporting == "N":
            return
        loads: list[list[AdviceItem]] = []
        if shipping.cartons in ("none", "one for all"):
            loads = [[_item(item, quantity, shipping, item.quantity) for item, quantity in told]]
        else:
            for item, quantity in told:
                pieces = _halves(quantity) if shipping.cartons == "two a line" else [quantity]
                for n, piece in enumerate(pieces, 1):
                    of = piece if n < len(pieces) else item.quantity - sum(pieces[:-1], ZERO)
                    loads.append([_item(item, piece, shipping, of)])
        if shipping.how == "unknown item":
            stranger = AdviceItem(
                status="CC", shipped=Decimal(1), unit="CA", ids=(ItemId(qualifier="VN", value="ZZ-0000"),)
            )
            loads.append([stranger])
        for n, items in enumerate(loads, 1):
            marks: tuple[Mark, ...] = ()
            if n <= len(before):
                marks = before[n - 1]
            elif shipping.cartons not in ("none", "without numbers") and any(item.shipped for item in items):
                number = self._sscc(wrong=shipping.cartons == "wrong check digit")
                marks = (Mark(qualifier="GM", value=f"00{number}"),)
            yield AdviceCarton(number=n, marks=marks, items=tuple(items))

    def _sscc(self, *, wrong: bool) -> str:
        self._serial += 1
        bare = f"{_PREFIX}{self._serial:09d}"
        check = _check(bare)
        return f"{bare}{(check + 1) % 10 if wrong else check}"


def _bill_of_lading(serial: int) -> str:
    """Seventeen digits by GS1: company prefix, reference, check digit."""
    bare = f"{_PREFIX[1:]}{serial:09d}"
    return f"{bare}{_check(bare)}"


def _check(bare: str) -> int:
    """The check digit of GS1: weights 3 and 1 in turn, 3 at the right end."""
    return -sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(bare))) % 10


def _left_at(here: datetime, arrives: date) -> WarehouseDates:
    return WarehouseDates(
        shipped_on=here.date(),
        due_on=arrives,
        time_qualifiers={"11": "8"},
        times={"11": f"{here:%H%M}"},
    )


def _item(item: WarehouseItem, shipped: Decimal, shipping: Shipping, of: Decimal) -> AdviceItem:
    """W12 of a line, or of a carton of it: so many were ordered `of` it, so many shipped."""
    status = "CC" if shipped == of else "CM" if shipped > of else shipping.status or "CL"
    return AdviceItem(
        status=status,
        ordered=of,
        shipped=shipped,
        difference=of - shipped if shipped < of else None,
        unit=item.unit,
        ids=item.ids[:3],
        references=tuple(r for r in item.references if r.qualifier == "LI"),
    )


def _halves(quantity: Decimal) -> list[Decimal]:
    half = (quantity / 2).to_integral_value(rounding="ROUND_UP")
    return [half, quantity - half] if quantity > 1 else [quantity]
