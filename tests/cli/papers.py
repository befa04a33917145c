"""Interchanges of Kestrelmoor, the invented mass merchant, as tests need them: a segment a line.

`order` is a purchase order that goes through as it is: 20 cases of TB-1001 at the contract price of 44.40 (samples/
master-data), delivered in a window, within the terms agreed.
"""

from __future__ import annotations

HEADER = """\
CUR*BY*USD~
REF*DP*014~
REF*IA*771200~
FOB*CC~
ITD*01*3*2**30**60~
DTM*064*20260316~
DTM*063*20260320~
N1*ST*KESTRELMOOR DC NORTH*92*0551~
N3*1 DOCK ROAD~
N4*MILLBROOK*OH*45001*US~
"""
MUGS = "PO1*001*20*CA*44.4**UK*10410000010010*IN*550001001~\n"  # TB-1001, 888.00


def order(
    po_number: str, lines: str = MUGS, header: str = HEADER, beg: str = "00", control: str = "0001"
) -> str:
    """ST to SE; CTT counts the lines and adds up the quantities."""
    quantities = [int(line.split("*")[2]) for line in lines.splitlines() if line.startswith("PO1")]
    body = f"BEG*{beg}*SA*{po_number}**20260302~\n{header}{lines}CTT*{len(quantities)}*{sum(quantities)}~\n"
    return f"ST*850*{control}~\n{body}SE*{body.count(chr(10)) + 2}*{control}~\n"


def interchange(
    control: int, *sets: str, sender: str = "KESTRELMOOR", ask_ta1: bool = False, usage: str = "P"
) -> bytes:
    """ISA to IEA, one group, 005010."""
    isa = (
        f"ISA*00*          *00*          *ZZ*{sender:15}*ZZ*TARNBROOK      *260302*0812*^*00501*{control:09}"
        f"*{int(ask_ta1)}*{usage}*>~\n"
    )
    gs = f"GS*PO*{sender}*TARNBROOK*20260302*0812*{control}*X*005010~\n"
    return f"{isa}{gs}{''.join(sets)}GE*{len(sets)}*{control}~\nIEA*1*{control:09}~\n".encode("ascii")
