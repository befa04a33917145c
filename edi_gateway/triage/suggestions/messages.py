"""A mail to the partner about a case, drafted: what we saw, where, and what we ask for. Nothing of money or credit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from edi_gateway.model.finding import Family, Location
from edi_gateway.partners.profile import ContactPerson
from edi_gateway.triage.suggestions.fix import Fix, Kind
from edi_gateway.triage.suggestions.known import Known

_MAY: Final = frozenset({"ADMIN", "BILLING", "CSR", "EDI_ANALYST", "LEAD", "MASTER_DATA", "SUPERVISOR"})
_TECHNICAL: Final = frozenset(
    {Family.SYNTAX, Family.TRANSPORT, Family.MAPPING, Family.ACK_997, Family.DUPLICATE}
)
_ASKED: Final[dict[str, str]] = {
    Family.SYNTAX: "Please correct it and send the document again with new control numbers.",
    Family.MAPPING: "Please tell us what was meant.",
    Family.ITEM: "Please tell us which item you mean, with its GTIN and our item number if you have it.",
    Family.MASTER_DATA: "Please tell us what it stands for, with name and address where it is a place.",
    Family.PRICE: "Please confirm the price that you expect.",
    Family.QTY_PACK: "Please confirm the quantity and its unit.",
    Family.DATE: "Please tell us by when you need the goods.",
    Family.DUPLICATE: "Please tell us which of the two counts.",
    Family.TERMS: "Please confirm the terms of this order.",
}
_INTERNAL: Final = frozenset({Family.CREDIT, Family.STOCK, Family.ERP_POST, Family.SYSTEM, Family.ANSWER})


def message(known: Known) -> Iterator[Fix]:
    """A mail to whoever of the partner's people it concerns."""
    profile, case = known.profile, known.case
    if profile is None or case.family in _INTERNAL:
        return
    person = _whom(profile.contacts, technical=case.family in _TECHNICAL)
    if person is None or person.mail is None:
        return
    subject, body = _text(known, person)
    yield Fix(
        "message",
        Kind.MESSAGE,
        f"Write to {person.name} <{person.mail}>: {subject}",
        f"They look after {person.about}." if person.about else "They are the partner's contact.",
        _MAY,
        {"to": person.mail, "subject": subject, "body": body},
        (),
    )


def _whom(contacts: tuple[ContactPerson, ...], *, technical: bool) -> ContactPerson | None:
    """Who looks after documents for a fault of a document, somebody else for what is ordered."""
    known = [each for each in contacts if each.mail]
    about_documents = [each for each in known if "document" in (each.about or "").lower()]
    others = [each for each in known if each not in about_documents]
    wanted = about_documents or others if technical else others or about_documents
    return wanted[0] if wanted else None


def _text(known: Known, person: ContactPerson) -> tuple[str, str]:
    case, document, order = known.case, known.document, known.order
    if order is not None:
        what = f"your purchase order {order.po_number}"
    elif document is not None:
        what = (
            f"your {document.set_code} {document.control or ''} (group {document.group_control or 'unknown'})"
        )
    else:
        what = "a file of yours"
    lines = [f"Dear {person.name},", "", f"we cannot work {what} as it is:", "", f"  {_plain(known)}"]
    finding = known.finding
    if finding is not None and isinstance(finding.at, Location) and finding.at.segment:
        at = finding.at
        place = f"{at.segment}{at.element:02d}" if at.element else at.segment
        lines.append(f"  Segment {at.position}: {place}" if at.position else f"  {place}")
    lines += ["", _ASKED.get(case.family, "Please tell us how to go on."), "", "Thank you."]
    subject = f"{what[0].upper()}{what[1:]}".replace("Your", "Question about your", 1)
    return subject, "\n".join(lines)


def _plain(known: Known) -> str:
    """What is wrong, without what only our own people should read."""
    return known.finding.message if known.finding is not None else known.case.message
