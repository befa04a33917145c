"""The 856: when the goods left and to where, on which bill of lading, with whom, and when it goes (spec B5.5, C3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from edi_gateway.model.finding import Finding
from edi_gateway.model.fulfilment import ShippedLine
from edi_gateway.model.order import OrderLine
from edi_gateway.model.story import OrderStory
from edi_gateway.orders.gate.before import breach
from edi_gateway.orders.gate.records import Notice
from edi_gateway.orders.meaning.dates import day

_PREPAID: Final = frozenset({"PP", "PC", "PO", "PA", "PS"})  # DE146: the seller pays the carrier


def ship_date_true(notice: Notice) -> Iterator[Finding]:
    """DTM 011 is missing, is another day than the one on which the goods left, or lies ahead."""
    told = notice.said.dates.shipped_on
    left = max(each.shipped_on for each in notice.shipments)
    if told != left:
        yield breach(
            "dates.shipped_on",
            f"The 856 says that the goods left on {day(told) if told else 'no day'}, we say {day(left)}.",
            "Correct the ship confirm, or make the notice again.",
            told,
        )
    elif left > notice.today + timedelta(days=1):  # a day for time zones
        yield breach(
            "dates.shipped_on",
            f"The 856 of {day(notice.today)} says that the goods left on {day(left)}.",
            "A notice goes after the goods have left: correct the ship confirm.",
            told,
        )


def shipped_in_window(notice: Notice) -> Iterator[Finding]:
    """Goods left before the first or after the last day on which the buyer wants them shipped, or later than the 855
    promised."""
    for each in notice.shipments:
        done: set[tuple[int, int]] = set()
        for line in each.lines:
            story = notice.orders.get(line.order_id)
            mine = None if story is None else story.line(line.line)
            if story is None or mine is None or (line.order_id, line.line) in done:
                continue
            done.add((line.order_id, line.line))
            promised = notice.acknowledged[line.order_id].get(line.line)
            first, last = mine.ship_from, mine.ship_until
            if promised is not None:
                agreed = [d for d in (last, promised.ship_by, promised.deliver_by) if d is not None]
                last = max(agreed) if last is not None else None
            wrong = "early" if first is not None and each.shipped_on < first else None
            wrong = "late" if last is not None and each.shipped_on > last else wrong
            if wrong is not None:
                limit = (
                    f"from {day(first)}" if wrong == "early" and first else f"by {day(last)}" if last else ""
                )
                yield breach(
                    "dates.shipped_on",
                    f"{_line(line, story)} was to leave {limit}, it left on {day(each.shipped_on)}: {wrong}.",
                    "Tell the buyer and note its consent with the release, or record the new date of the order.",
                    each.shipped_on,
                )


def shipped_before_cancel_date(notice: Notice) -> Iterator[Finding]:
    """Goods left after the day on which the buyer cancels (001, 175), and no extension is recorded (D24)."""
    for each in notice.shipments:
        done: set[tuple[int, int]] = set()
        for line in each.lines:
            story = notice.orders.get(line.order_id)
            mine: OrderLine | None = None if story is None else story.line(line.line)
            if (
                story is None
                or mine is None
                or mine.cancel_after is None
                or (line.order_id, line.line) in done
            ):
                continue
            done.add((line.order_id, line.line))
            if each.shipped_on > mine.cancel_after:
                yield breach(
                    "dates.shipped_on",
                    f"The 850 cancels {_line(line, story)} after {day(mine.cancel_after)}, it left on "
                    f"{day(each.shipped_on)}.",
                    "Record the extension that the buyer gives: `orders set ORDER dates.cancel_after DAY`.",
                    each.shipped_on,
                )


def bill_of_lading_told(notice: Notice) -> Iterator[Finding]:
    """The 856 says neither a bill of lading (REF BM) nor a number of the carrier's: nobody can find the goods."""
    said = notice.said
    if said.bill_of_lading or any(r.qualifier in ("BM", "CN", "2I") for r in said.references):
        return
    cartons = [unit for unit in notice.units if unit.kind == "P"]
    tracked = [
        unit
        for unit in cartons
        if any(m.qualifier == "CP" for m in unit.said.marks)
        or any(r.qualifier in ("CN", "2I") for r in unit.said.references)
    ]
    if not cartons or len(tracked) < len(cartons):
        yield breach(
            "bill_of_lading",
            f"The 856 of shipment {said.shipment_id} names no bill of lading and no tracking number.",
            "Enter the number that stands on the carrier's papers.",
        )


def bill_of_lading_for_one_place(notice: Notice) -> Iterator[Finding]:
    """The bill of lading stands for a shipment to another place too."""
    for other in notice.same_bill:
        if other.ship_to != notice.ship_to:
            yield breach(
                "bill_of_lading",
                f"Bill of lading {notice.said.bill_of_lading} of this 856 to {notice.ship_to or 'no place'} is that of "
                f"shipment {other.number} to {other.ship_to or 'no place'} too.",
                "Each place has a bill of lading of its own: correct one of them.",
                notice.said.bill_of_lading,
            )


def carrier_as_routed(notice: Notice) -> Iterator[Finding]:
    """The goods went with another carrier than the order names (TD5 with a SCAC), or with one that is not told."""
    told = {c.id for c in notice.said.carriers if c.id_qualifier == "2" and c.id}
    for story in notice.orders.values():
        asked = {c.id for c in story.ordered.carriers if c.id_qualifier == "2" and c.id}
        if asked and not told & asked:
            yield breach(
                "carriers",
                f"PO {story.ordered.po_number} is routed with {' or '.join(sorted(asked))}, the 856 names "
                f"{' and '.join(sorted(told)) or 'no carrier'}.",
                "Correct the carrier, or note who allowed another one with the release.",
                " ".join(sorted(told)),
            )


def freight_as_ordered(notice: Notice) -> Iterator[Finding]:
    """The 856 says that another side pays the freight than the order does (FOB01)."""
    if notice.said.freight is None:
        return
    told = notice.said.freight.payment
    for story in notice.orders.values():
        asked = next((f.payment for f in story.ordered.freight), None)
        if asked is not None and asked != told and not (asked in _PREPAID and told in _PREPAID):
            yield breach(
                "freight.payment",
                f"PO {story.ordered.po_number} says freight {asked}, the 856 says {told}.",
                "Correct who pays the carrier.",
                told,
            )


def shipped_to_ordered_place(notice: Notice) -> Iterator[Finding]:
    """N1 ST of the 856 is another place than that of the 850."""
    told = next((p for p in notice.said.parties if p.role == "ST" and p.id), None)
    if told is None:
        return
    for story in notice.orders.values():
        asked = next((p for p in story.ordered.parties if p.role == "ST" and p.id), None)
        own = any(party.role == "ST" for line in story.ordered.lines for party in line.parties)
        if asked is None or own or asked.id_qualifier != told.id_qualifier or asked.id == told.id:
            continue
        yield breach(
            "parties",
            f"PO {story.ordered.po_number} ships to {asked.id_qualifier} {asked.id}, the 856 says {told.id}.",
            "See where the goods went; correct the shipment or call them back.",
            told.id,
        )


def original_notice_once(notice: Notice) -> Iterator[Finding]:
    """A second original goes under the number of a shipment that was told already, or a correction of one that never
    was."""
    said = notice.said
    stands = next(
        (
            told.said
            for story in notice.orders.values()
            for told in story.notices
            if told.said.shipment_id == said.shipment_id
        ),
        None,
    )
    if said.purpose in ("00", "14") and stands is not None and stands.purpose != "01":
        yield breach(
            "purpose",
            f"The 856 of shipment {said.shipment_id} has gone on {day(stands.on)}, this one is an original too.",
            "Correct it under the same number (05), or cancel it (01) and tell it under a new one.",
            said.purpose,
        )
    elif said.purpose in ("01", "05") and stands is None:
        yield breach(
            "purpose",
            f"No 856 of shipment {said.shipment_id} has gone, this one says that it corrects one ({said.purpose}).",
            "Send it as an original (00).",
            said.purpose,
        )


def notice_in_time(notice: Notice) -> Iterator[Finding]:
    """The first 856 of a shipment goes later after the goods than the partner allows (shipping.within_minutes)."""
    if notice.said.purpose != "00":
        return
    left = min(each.shipped_at for each in notice.shipments)
    due = left + timedelta(minutes=notice.profile.shipping.within_minutes)
    if notice.now > due:
        yield breach(
            "on",
            f"The goods left at {left:%Y-%m-%d %H:%M} UTC and were to be told by {due:%H:%M}, the 856 goes at "
            f"{notice.now:%Y-%m-%d %H:%M}.",
            "Nothing is to be mended; see why it waited.",
            notice.said.on,
        )


def notice_before_arrival(notice: Notice) -> Iterator[Finding]:
    """The 856 goes after the day on which the goods were expected to arrive."""
    expected = notice.said.dates.estimated_delivery
    if expected is not None and notice.today > expected:
        yield breach(
            "dates.estimated_delivery",
            f"The goods were expected on {day(expected)}, the 856 goes on {day(notice.today)}.",
            "Tell the buyer's dock by telephone.",
            expected,
        )


RULES = (
    *(ship_date_true, shipped_in_window, shipped_before_cancel_date, bill_of_lading_told),
    *(bill_of_lading_for_one_place, carrier_as_routed, freight_as_ordered, shipped_to_ordered_place),
    *(original_notice_once, notice_in_time, notice_before_arrival),
)


def _line(line: ShippedLine, story: OrderStory) -> str:
    return f"line {line.buyer_line or line.line} of PO {story.ordered.po_number}"
