"""What a buyer holds against the cartons of an 856 (spec B10): their numbers, marks and count; and the goods that come.

Takes the book and a received notice, or what a warehouse has sent off; yields disagreements.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from edi_gateway.model.documents.details import Mark
from edi_gateway.model.documents.ship_notice import ItemLevel, OrderLevel, PackLevel, ShipNotice, TareLevel
from edi_gateway.simulator.book import Book, bare
from edi_gateway.simulator.judge.rules import Disagreement, Rule
from edi_gateway.simulator.numbers import shown, total

_NUMBERED = ("GM", "AA")
_LENGTH = {"GM": 20, "AA": 18}


def judge(book: Book, notice: ShipNotice) -> Iterator[Disagreement]:
    """All that is wrong with the packages; the book does not know the notice yet."""
    seen: dict[str, str] = {}
    for around in notice.walk():
        level = around[-1]
        if isinstance(level, TareLevel | PackLevel):
            yield from _marks(book, notice, level, seen)
    yield from _count(notice, [around for around in notice.walk() if around[-1].level == "P"])
    yield from _weights(notice)
    if book.agreed.shipping.tracking != "none":
        yield from _tracking(book, notice)


def goods(book: Book, today: date) -> Iterator[Disagreement]:
    """Cartons that came against those that were told, once they were to be there."""
    told = {number: held for notice in book.notices.values() for number, held in _cartons(notice.document)}
    for number in sorted(book.arrived.keys() - told):
        yield Disagreement(
            Rule.GOODS_WITHOUT_NOTICE, "856", number, "It arrived, and no notice has told of it."
        )
    for number in sorted(book.arrived.keys() & told):
        came, said = book.arrived[number], told[number]
        if said is not None and came != said:
            yield Disagreement(
                Rule.GOODS_DIFFER, "856", number, f"It holds {shown(came)}, told were {shown(said)}."
            )
    if book.unnumbered or not book.arrived:
        return  # what bears no number cannot be missed
    for shipment, notice in book.notices.items():
        due = notice.document.dates.estimated_delivery
        if due is None or due > today:
            continue
        for number in sorted({number for number, _ in _cartons(notice.document)} - book.arrived.keys()):
            yield Disagreement(
                Rule.GOODS_NOT_COME, "856", shipment, f"It tells of {number}, which never came."
            )


def _cartons(notice: ShipNotice) -> Iterator[tuple[str, Decimal | None]]:
    """SSCC of each carton, and the pieces told beneath it; None: its items stand above it."""
    for around in notice.walk():
        carton = around[-1]
        if not isinstance(carton, PackLevel):
            continue
        held = _held(carton)
        for mark in carton.marks:
            if mark.qualifier in _NUMBERED:
                yield bare(mark.value), held


def _held(level: PackLevel | TareLevel | OrderLevel | ItemLevel) -> Decimal | None:
    found = [held for child in level.children if (held := _held(child)) is not None]
    own = level.shipped_quantity if isinstance(level, ItemLevel) else None
    return total([*found, *([own] if own is not None else [])]) if found or own is not None else None


def _against(rule: Rule, notice: ShipNotice, reason: str) -> Disagreement:
    return Disagreement(rule, "856", notice.shipment_id, reason)


def _marks(
    book: Book, notice: ShipNotice, level: TareLevel | PackLevel, seen: dict[str, str]
) -> Iterator[Disagreement]:
    numbers = [mark for mark in level.marks if mark.qualifier in _NUMBERED]
    agreed = book.agreed.shipping
    if not numbers and level.level == "P" and agreed.carton_numbers == "required":
        yield _against(Rule.NOTICE_CARTON_NUMBER_MISSING, notice, "A carton has no SSCC.")
    for mark in numbers:
        if mark.qualifier != agreed.carton_mark:
            yield _against(
                Rule.NOTICE_CARTON_MARK,
                notice,
                f"{mark.value} stands under {mark.qualifier}, agreed is {agreed.carton_mark}.",
            )
        wrong = _wrong(mark)
        if wrong:
            yield _against(Rule.NOTICE_CARTON_NUMBER_WRONG, notice, f"{mark.qualifier} {mark.value} {wrong}.")
        number = bare(mark.value)
        elsewhere = book.cartons.get(number, notice.shipment_id)
        if elsewhere != notice.shipment_id:
            yield _against(
                Rule.NOTICE_CARTON_NUMBER_REPEATED, notice, f"{number} came with shipment {elsewhere} before."
            )
        elif seen.get(number) is not None and (level.level != "T" or seen[number] != "T"):
            yield _against(
                Rule.NOTICE_CARTON_NUMBER_REPEATED, notice, f"{number} stands twice on this notice."
            )
        seen[number] = level.level


def _wrong(mark: Mark) -> str:
    """Why this is no SSCC; "" when it is one. A pallet may be told again under each order that it bears."""
    wanted = _LENGTH[mark.qualifier]
    if not (mark.value.isascii() and mark.value.isdigit()) or len(mark.value) != wanted:
        return f"has not {wanted} digits"
    if wanted == 20 and not mark.value.startswith("00"):
        return "does not begin with 00"
    digits = [int(digit) for digit in bare(mark.value)]
    weighed = sum(digit * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits[:-1]))
    right = -weighed % 10
    return "" if digits[-1] == right else f"ends in {digits[-1]}, its check digit is {right}"


Around = Sequence[object]


def _count(notice: ShipNotice, cartons: Sequence[Around]) -> Iterator[Disagreement]:
    """TD102 of the shipment, and of each order, against the cartons that are told."""
    if not cartons:
        return
    stated = [
        p.count for p in notice.packages if p.count is not None and not (p.packaging or "").startswith("PLT")
    ]
    if stated and sum(stated) != len(cartons):
        yield _against(
            Rule.NOTICE_CARTON_COUNT, notice, f"TD102 says {sum(stated)} cartons, {len(cartons)} are told."
        )
    for around in notice.walk():
        order = around[-1]
        if not isinstance(order, OrderLevel):
            continue
        own = [
            p.count
            for p in order.packages
            if p.count is not None and not (p.packaging or "").startswith("PLT")
        ]
        mine = [1 for levels in cartons if any(level is order for level in levels)]
        if own and mine and sum(own) != len(mine):
            yield _against(
                Rule.NOTICE_CARTON_COUNT,
                notice,
                f"TD102 of {order.po_number} says {sum(own)}, {len(mine)} are told.",
            )


def _weights(notice: ShipNotice) -> Iterator[Disagreement]:
    weighed = [("The shipment", package.weight) for package in notice.packages]
    for around in notice.walk():
        weighed += [(f"A level {around[-1].level}", package.weight) for package in around[-1].packages]
    for whose, weight in weighed:
        if weight is not None and weight <= 0:
            yield _against(Rule.NOTICE_WEIGHT, notice, f"{whose} weighs {shown(weight)}.")


def _tracking(book: Book, notice: ShipNotice) -> Iterator[Disagreement]:
    """Where the partner wants tracking numbers: on each carton, or once for a shipment that is told without cartons."""
    where, _, kind = book.agreed.shipping.tracking.partition(" ")
    cartons = [around[-1] for around in notice.walk() if isinstance(around[-1], PackLevel)]
    for carton in cartons:
        assert isinstance(carton, PackLevel)
        marks = (
            [m.qualifier for m in carton.marks]
            if where == "MAN"
            else [r.qualifier for r in carton.references]
        )
        if kind not in marks:
            yield _against(Rule.NOTICE_TRACKING_MISSING, notice, f"A carton has no {where}*{kind}.")
    if not cartons and kind not in [
        *(r.qualifier for r in notice.references),
        *(m.qualifier for m in notice.marks),
    ]:
        yield _against(Rule.NOTICE_TRACKING_MISSING, notice, f"The shipment has no {where}*{kind}.")
