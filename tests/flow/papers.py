"""Interchanges of the invented mass merchant, as tests of the flow need them: few habits, many numbers."""

from __future__ import annotations

from collections.abc import Sequence

MUG, TOWEL = ("10410000010010", "44.4"), ("10410000020019", "164.88")


def purchase_order(number: str, quantity: int = 20, control: str = "0001", lines: int = 1) -> str:
    """A clean 850 of cases at the contract price; each line orders one more than the one before."""
    gtin, price = MUG
    ordered = [quantity + n for n in range(lines)]
    body = [
        f"BEG*00*SA*{number}**20260302",
        "CUR*BY*USD",
        "REF*IA*771200",
        "FOB*CC",
        "ITD*01*3*2**30**60",
        "DTM*064*20260316",
        "DTM*063*20260320",
        "N1*ST*KESTRELMOOR DC NORTH*92*0551",
        "N3*1 DOCK ROAD",
        "N4*MILLBROOK*OH*45001*US",
        *(f"PO1*{n:03d}*{count}*CA*{price}**UK*{gtin}" for n, count in enumerate(ordered, 1)),
        f"CTT*{lines}*{sum(ordered)}",
    ]
    return whole("850", body, control)


def bad_purchase_order(number: str, control: str = "0001") -> str:
    """BEG01 is no purpose code: rejected."""
    return purchase_order(number, control=control).replace("BEG*00*", "BEG*99*")


def whole(code: str, body: Sequence[str], control: str) -> str:
    """ST, body and SE."""
    return "~".join([f"ST*{code}*{control}", *body, f"SE*{len(body) + 2}*{control}"]) + "~"


def interchange(
    control: int,
    sets: Sequence[str],
    *,
    code: str = "PO",
    sender: str = "KESTRELMOOR",
    usage: str = "P",
    ta1: str = "",
) -> bytes:
    """One group in one interchange at 005010; the control number serves as GS06 too."""
    group = ""
    if sets:
        group = (
            f"GS*{code}*{sender}*TARNBROOK*20260302*0812*{control}*X*005010~"
            f"{''.join(sets)}GE*{len(sets)}*{control}~"
        )
    return (
        f"ISA*00*          *00*          *ZZ*{sender:<15}*ZZ*TARNBROOK      *260302*0812*^*00501*{control:09d}*0*"
        f"{usage}*>~{ta1}{group}IEA*{1 if sets else 0}*{control:09d}~"
    ).encode()


def orders(control: int, *numbers: str, quantity: int = 20) -> bytes:
    """An interchange with a clean order for each PO number."""
    sets = [purchase_order(number, quantity, f"{n:04d}") for n, number in enumerate(numbers, 1)]
    return interchange(control, sets)


def functional_ack(control: int, group: str, sets: Sequence[tuple[str, str]], code: str = "PR") -> bytes:
    """Their 997 to a group of ours: (ST02, AK5 letter) for each set."""
    body = [f"AK1*{code}*{group}*005010"]
    for number, letter in sets:
        body += [f"AK2*855*{number}", f"AK5*{letter}"]
    accepted = sum(letter in "AE" for _, letter in sets)
    worst = "A" if accepted == len(sets) else "R" if not accepted else "P"
    body.append(f"AK9*{worst}*{len(sets)}*{len(sets)}*{accepted}")
    return interchange(control, [whole("997", body, "0001")], code="FA")
