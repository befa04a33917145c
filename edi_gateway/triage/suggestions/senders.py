"""Fixes of an interchange that is nobody's: its sender's address put into the profile of the partner whose it may be,
as a draft. Partners that resemble the sender come first, and the one over whose connection it came before all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from edi_gateway.model.finding import Code
from edi_gateway.partners.profile import Address, Profile
from edi_gateway.triage.suggestions import near
from edi_gateway.triage.suggestions.evidence import Envelope
from edi_gateway.triage.suggestions.fix import WHY, Fix, Kind
from edi_gateway.triage.suggestions.known import Known
from edi_gateway.triage.suggestions.near import Near

_DRAFT: Final = frozenset({"EDI_ANALYST", "ADMIN"})
_CUTOFF: Final = 60  # of 100: a suffix, a telephone number or a qualifier more make a name much longer


def address(known: Known) -> Iterator[Fix]:
    """The sender is another address of a partner whom we know, and the receiver is us as that partner calls us."""
    if known.case.code != Code.PARTNER_UNKNOWN or known.envelope is None:
        return
    came = known.envelope
    by_key = {one.key: one for one in known.partners if _is(one.us, came.receiver)}
    alike = [one for partner in by_key.values() if (one := _likeness(partner, came)) is not None]
    sender = f"{came.sender.qualifier}:{came.sender.id}"
    for each in sorted(alike, key=lambda one: (one.key != came.connection, -one.score, one.key))[: near.MOST]:
        partner = by_key[each.key]
        yield Fix(
            f"sender:{partner.key}",
            Kind.PROFILE,
            f"If {sender} is {partner.name}: put the address into their profile (also_known_as)",
            each.why,
            _DRAFT,
            {"partner": partner.key, "qualifier": came.sender.qualifier, "id": came.sender.id},
            (WHY,),
            each.score or None,
            replays=True,
        )


def _likeness(partner: Profile, came: Envelope) -> Near | None:
    """How nearly it is this partner (0: not by its name), and by what; None: nothing speaks for it."""
    theirs = [*(one.id for one in (partner.them, *partner.also_known_as)), partner.name, partner.key]
    scored = [(near.likeness(came.sender.id, one), one) for one in theirs]
    score, said = max(scored, key=lambda each: each[0])
    why = [f"It came over the connection of {partner.key}"] if came.connection == partner.key else []
    if score >= _CUTOFF:
        why.append(f"{came.sender.id} is nearly {said}")
    if not why:
        return None
    return Near(partner.key, score if score >= _CUTOFF else 0, ", and ".join(why))


def _is(one: Address, other: Address) -> bool:
    return (one.qualifier.upper(), one.id.upper()) == (other.qualifier.upper(), other.id.upper())
