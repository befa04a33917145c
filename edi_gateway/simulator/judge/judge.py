"""The judge of one buyer: hears every file that comes, tells what is wrong with it, and keeps it in the book.

Takes a Book and an Agreement; called by buyer.py. Whatever was held against a document, it is kept afterwards, so that
the next one is judged against what really came.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.invoice import Invoice
from edi_gateway.model.documents.ship_notice import ShipNotice
from edi_gateway.simulator.agreement import Agreement
from edi_gateway.simulator.book import Book, items
from edi_gateway.simulator.judge import answers, cartons, charges, envelopes, invoices, notices, trees
from edi_gateway.simulator.judge.rules import Disagreement
from edi_gateway.simulator.judge.shares import shares
from edi_gateway.simulator.mail import Mail, Received


class Judge:
    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement
        self.book = Book(agreement.profile)
        self.awaited = envelopes.Awaited(agreement)

    def hear(self, mail: Mail) -> list[Disagreement]:
        """A file came."""
        found = list(envelopes.judge(self.book, self.agreement, mail))
        for received in mail.sets:
            found += self._document(received)
        return found

    def closing(self, now: datetime) -> list[Disagreement]:
        """All is over: what should have come, and never did."""
        found = [
            *self.awaited.missing(),
            *answers.overdue(self.book, now),
            *cartons.goods(self.book, self._today(now)),
        ]
        for deal in self.book.deals.values():
            if not deal.cancelled:
                found += charges.closing(self.book, deal)
        return found

    def _today(self, now: datetime) -> date:
        return now.astimezone(ZoneInfo(self.agreement.profile.calendar.zone)).date()

    def _document(self, received: Received) -> list[Disagreement]:
        record, book = received.record, self.book
        match record:
            case PurchaseOrderAcknowledgment():
                found = list(answers.judge(book, record, received.at))
                found += self._test_flag(received, record.po_number, record.release_number)
                book.keep_answer(record, received.at)
                return found
            case ShipNotice():
                found = list(
                    trees.judge(received.segments, self.agreement.profile.shipping, received.counted)
                )
                if not any(
                    each.rule in trees.BROKEN for each in found
                ):  # else nobody knows what belongs where
                    found += [*notices.judge(book, record, received.at), *cartons.judge(book, record)]
                first = next(items(record), None)
                if first is not None:
                    found += self._test_flag(received, *first.key)
                book.keep_notice(record, received.at)
                return found
            case Invoice():
                found = list(invoices.judge(book, record, received.at))
                mine = shares(book, record)
                for deal, _ in mine[:1]:
                    found += self._test_flag(received, *deal.key)
                book.keep_invoice(record, [share for _, share in mine])
                return found
            case _:
                return list(self.awaited.judge(received))

    def _test_flag(self, received: Received, po_number: str, release: str | None) -> Iterator[Disagreement]:
        deal = self.book.deal(po_number, release)
        if deal is not None:
            yield from envelopes.tested(deal.test, received, po_number)
