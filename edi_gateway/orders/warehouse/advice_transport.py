"""How the goods of a 945 left: carrier, bill of lading, tracking, weights, each looked at (spec B9).

Takes the advice; gives a Transport and what cannot be right. Called by advice.py.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from edi_gateway.model.documents.shipping_advice import ShippingAdvice
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import Transport
from edi_gateway.model.gs1 import bol_problem

_SCAC: Final = re.compile(r"[A-Z]{2,4}")
_BOL: Final = 17  # digits of a number by GS1


def transport_of(advice: ShippingAdvice) -> tuple[Transport, tuple[Finding, ...]]:
    """What is wrong is left out and told."""
    findings: list[Finding] = []
    carrier, totals = advice.carrier, advice.stated_totals
    scac = None if carrier is None else carrier.scac
    if scac is not None and not _SCAC.fullmatch(scac):
        findings.append(_odd("carrier.scac", scac, "is no SCAC: 2 to 4 letters"))
        scac = None
    bol = advice.reference("BM")
    if bol is not None and bol.isdecimal() and len(bol) == _BOL and (problem := bol_problem(bol)) is not None:
        findings.append(_odd("references[BM]", bol, problem))
        bol = None
    weight: Decimal | None = totals.weight
    if weight is not None and weight <= 0:
        findings.append(_odd("stated_totals.weight", format(weight, "f"), "is no weight"))
        weight = None
    consolidation = advice.consolidation
    pallets = sum(load.pallets or 0 for load in advice.unit_loads)
    trailer = None
    if carrier is not None:
        trailer = "".join(filter(None, (carrier.equipment_initial, carrier.equipment_number)))[:15] or None
    return Transport(
        carrier=scac,
        carrier_name=None if carrier is None else carrier.routing,
        mode=None if carrier is None else carrier.mode,
        freight_payment=None if carrier is None else carrier.payment,
        pro=_short(advice.reference("CN")),
        bol=_short(bol),
        master_bol=_short(advice.reference("MB") or (consolidation.master_bol if consolidation else None)),
        trailer=trailer,
        seal=next((seal[:15] for load in advice.unit_loads for seal in load.seals), None),
        weight=weight,
        weight_unit=totals.weight_unit if weight is not None else None,
        packages=totals.packages,
        pallets=pallets or None,
    ), tuple(findings)


def transport_problem(said: Transport) -> str | None:
    """Why goods cannot have left as a person says; None when they can. Numbers are as long as an 856 bears."""
    if said.carrier and not _SCAC.fullmatch(said.carrier):
        return f"the carrier {said.carrier[:20]} is no SCAC: 2 to 4 letters"
    if said.bol and said.bol.isdecimal() and len(said.bol) == _BOL and (problem := bol_problem(said.bol)):
        return f"the bill of lading number {said.bol} {problem}"
    for name, value, most in (
        ("bill of lading", said.bol, 30),
        ("PRO", said.pro, 30),
        ("master bill of lading", said.master_bol, 30),
        ("trailer", said.trailer, 15),
        ("seal", said.seal, 15),
    ):
        if value and len(value) > most:
            return f"the {name} {value[:40]} is longer than {most} characters"
    return None


def _short(value: str | None) -> str | None:
    return value[:30] if value else None


def _odd(at: str, value: str, problem: str) -> Finding:
    return Finding(
        Code.CONFIRM_NUMBER_INVALID,
        Severity.WARNING,
        message=f"The warehouse says {value}, which {problem}.",
        hint="It is left out of the shipment; ask the warehouse for the right one.",
        at=at,
        value=value,
        family=Family.CARRIER,
    )
