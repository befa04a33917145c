"""A buyer's judge for tests: orders are placed and documents heard as X12 text, read by the shipped mappings.

`P1` is ordered, answered, told and invoiced without fault by the texts below; tests change a word of one of them.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.simulator.agreement import Agreement, agreed, of_profile
from edi_gateway.simulator.book import Placed
from edi_gateway.simulator.judge.judge import Judge
from edi_gateway.simulator.judge.rules import Disagreement, Rule
from edi_gateway.simulator.wire import Body, Wire
from edi_gateway.x12.dictionary import GROUP_OF

MAPPINGS = Path(__file__).parents[2] / "mappings"
PROFILE = """\
name = "Oakhall"
[them]
qualifier = "ZZ"
id = "OAKHALL"
[us]
qualifier = "ZZ"
id = "TARNBROOK"
[connection]
kind = "directory"
inbound = "in"
outbound = "out"
[[documents]]
set = "850"
direction = "in"
[[documents]]
set = "855"
direction = "out"
[[documents]]
set = "856"
direction = "out"
[[documents]]
set = "810"
direction = "out"
"""
RULES = """\
[[rules]]
id = "bill of lading"
target = "HL*S/REF*BM"
must_use = true
"""
ORDERED = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ANSWERED = ORDERED + timedelta(hours=1)
SHIPPED = datetime(2026, 3, 9, 15, 30, tzinfo=UTC)
INVOICED = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)

ORDER = """\
BEG*00*SA*P1**20260302~
CUR*BY*USD~
FOB*CC~
SAC*A*C310****3*2.5*****02~
SAC*A*A260****3*1*****01~
SAC*C*D500***1500*******06~
ITD*01*3*2**30**60~
DTM*037*20260305~
DTM*038*20260313~
N1*ST*NORTH*92*0551~
PO1*1*40*CA*44.4**UK*10410000010010*IN*550001001~
PO1*2*20*CA*164.88**UK*10410000020019*IN*550002001~
SAC*A*F800******0.5*CA*20**02~
CTT*2*60~
"""
ANSWER = """\
BAK*00*AD*P1*20260302****SO1*20260302~
PO1*1*40*CA*44.4**UK*10410000010010*IN*550001001~
ACK*IA*40*CA~
PO1*2*20*CA*164.88**UK*10410000020019*IN*550002001~
ACK*IA*20*CA~
CTT*2*60~
"""
NOTICE = """\
BSN*00*S1*20260309*1530*0001~
HL*1**S*1~
TD1*CTN25*2****G*500*LB~
TD5*B*2*SEFL*M~
REF*BM*B1~
DTM*011*20260309*1500~
DTM*017*20260312~
N1*SF*TARNBROOK*92*A1~
N1*ST*NORTH*92*0551~
HL*2*1*O*1~
PRF*P1***20260302~
TD1*CTN25*2~
HL*3*2*P*1~
MAN*GM*00095287654321012346~
HL*4*3*I*0~
LIN*1*UK*10410000010010*IN*550001001~
SN1**40*CA**40*CA~
HL*5*2*P*1~
MAN*GM*00080020080000012346~
HL*6*5*I*0~
LIN*2*UK*10410000020019*IN*550002001~
SN1**20*CA**20*CA~
CTT*6*60~
"""
# 40 x 44.40 + 20 x 164.88 = 5073.60; less 0.50 x 20, less 2.5 % = 126.84, and 15.00: 4951.76; 2 % of it 99.04
INVOICE = """\
BIG*20260310*INV1*20260302*P1***DI~
CUR*BY*USD~
N1*ST*NORTH*92*0551~
ITD*01*3*2*20260409*30*20260509*60~
DTM*011*20260309~
IT1*1*40*CA*44.4**UK*10410000010010*IN*550001001~
IT1*2*20*CA*164.88**UK*10410000020019*IN*550002001~
SAC*A*F800***1000***0.5*CA*20~
TDS*495176*495176*485272*9904~
SAC*A*C310***12684*3*2.5~
SAC*C*D500***1500~
CTT*2~
"""


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="oakhall-")) / "oakhall"
    folder.mkdir()
    (folder / "partner.toml").write_text(PROFILE, "utf-8")
    (folder / "856.toml").write_text(RULES, "utf-8")
    return folder


_kept: dict[str, Agreement] = {}


def agreement(**sections: dict[str, Any]) -> Agreement:
    """What Oakhall has agreed; keyword arguments change sections of its profile."""
    if repr(sections) not in _kept:
        _kept[repr(sections)] = _made(sections)
    return _kept[repr(sections)]


def _made(sections: dict[str, dict[str, Any]]) -> Agreement:
    first = agreed(_folder(), MAPPINGS)
    if not sections:
        return first
    plain = first.profile.model_dump()
    changed = {name: {**plain[name], **section} for name, section in sections.items()}
    return of_profile(type(first.profile).model_validate(plain | changed), _folder(), MAPPINGS)


class Hearing:
    """One buyer before whom documents come."""

    def __init__(self, **sections: dict[str, Any]) -> None:
        self.judge = Judge(agreement(**sections))
        self._ours = Wire(self.judge.agreement)  # reads as the buyer, writes as we do
        self._numbers: dict[str, int] = {}

    def place(
        self, text: str = ORDER, at: datetime = ORDERED, *, hours: int | None = 24, test: bool = False
    ) -> None:
        (received,) = self._ours.read(self.file("850", text, at, isa=1, gs=1), "order", at).sets
        assert received.faults == ()
        assert isinstance(received.record, PurchaseOrder)
        due = None if hours is None else at + timedelta(hours=hours)
        self.judge.book.place(Placed(received.record, at, test, due))

    def hear(self, set_code: str, text: str, at: datetime, **envelope: Any) -> list[Disagreement]:
        content = self.file(set_code, text, at, **envelope)
        return self.judge.hear(self._ours.read(content, f"{set_code}.edi", at))

    def rules(self, set_code: str, text: str, at: datetime, **envelope: Any) -> list[Rule]:
        return [found.rule for found in self.hear(set_code, text, at, **envelope)]

    def go(self, upto: str = "810") -> None:
        """All that comes before a document of this kind, without fault."""
        for set_code, text, at in (
            ("855", ANSWER, ANSWERED),
            ("856", NOTICE, SHIPPED),
            ("810", INVOICE, INVOICED),
        ):
            if set_code == upto:
                return
            assert self.hear(set_code, text, at) == []

    def file(
        self,
        set_code: str,
        text: str,
        at: datetime,
        *,
        usage: str = "P",
        sender: str = "TARNBROOK",
        version: str = "004010",
        isa: int | None = None,
        gs: int | None = None,
    ) -> bytes:
        """An interchange of ours with one set."""
        code = GROUP_OF[set_code]
        isa, gs = isa or self._next("ISA"), gs or self._next(code)
        lines = [line for line in text.splitlines() if line]
        return "\n".join(
            (
                f"ISA*00*          *00*          *ZZ*{sender:<15}*ZZ*OAKHALL        "
                f"*{at:%y%m%d*%H%M}*U*00401*{isa:09d}*0*{usage}*>~",
                f"GS*{code}*{sender}*OAKHALL*{at:%Y%m%d*%H%M}*{gs}*X*{version}~",
                f"ST*{set_code}*0001~",
                *lines,
                f"SE*{len(lines) + 2}*0001~",
                f"GE*1*{gs}~",
                f"IEA*1*{isa:09d}~",
            )
        ).encode()

    def _next(self, scope: str) -> int:
        self._numbers[scope] = self._numbers.get(scope, 0) + 1
        return self._numbers[scope]


__all__ = ["ANSWER", "INVOICE", "NOTICE", "ORDER", "Body", "Hearing"]
