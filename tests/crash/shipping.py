"""An order that ships from here, from its 850 to its last payment, for the killed runs; what must stand, by hand.

Kestrelmoor orders twenty cases of mugs twice; thirty lie at PORT, which Harbour runs: a 940 goes to it, its 945 comes
back, 856 and 810 go out, an 820 comes in. Used by scenarios.py.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from edi_gateway.commands.desk import MACHINE, Actor, Desk
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.stocking.stock_imports import import_stock
from edi_gateway.store.database import connect
from edi_gateway.store.ids import Ids
from tests.flow import papers, warehouse
from tests.flow.shop import PARTNER, Shop
from tests.flow.warehouse import HARBOUR
from tests.samples.house import Clock, stock
from tests.samples.sample import PARTNERS

_OURS: Final = """
[[documents]]
set = "856"
direction = "out"
version = "005010"

[[documents]]
set = "810"
direction = "out"
version = "005010"

[[documents]]
set = "820"
direction = "in"
version = "005010"

[fulfilment]
ours = true
release_days_before = 30

[shipping]
within_minutes = 2880

"""
_WAITING: Final = """
[acknowledging]
expect_within_hours = 2000
"""


def stocked(url: str) -> None:
    """The partners and master data of the samples, with Kestrelmoor's goods at PORT, which Harbour runs."""
    with TemporaryDirectory() as folder:
        partners = Path(folder)
        shutil.copytree(PARTNERS / PARTNER, partners / PARTNER)
        file = partners / PARTNER / "partner.toml"
        text = file.read_text("utf-8").replace("expect_within_hours = 8", "expect_within_hours = 2000")
        file.write_text(text.replace("[writing]", _OURS + "[writing]"), "utf-8")
        (partners / HARBOUR).mkdir()
        (partners / HARBOUR / "partner.toml").write_text(warehouse.PROFILE + _WAITING, "utf-8")
        stock(url, partners)
    engine, clock = connect(url), Clock()
    with engine.begin() as conn:
        desk = Desk(conn, Ids(clock, 3), clock, Actor(MACHINE, frozenset({MACHINE})))
        assert import_csv(
            desk, "sites", b"code,name,warehouse\nPORT,Port hall,harbour\n", "sites.csv"
        ).applied
        assert import_stock(desk, "stock", b"site,sku,on_hand\nPORT,TB-1001,360\n", "stock.csv").applied
    engine.dispose()


def goods_leave(shop: Shop) -> Mapping[str, bytes]:
    """Harbour's 945s to our 940s, a set each, and the 997s of both to what they had."""
    asked = shop.sent(HARBOUR)
    sets = []
    for n, one in enumerate((one for text in asked for one in text.split("ST*940*")[1:]), 1):
        (release,) = re.findall(r"W05\*N\*([^*~]+)", one)
        (quantity,) = re.findall(r"W01\*(\d+)\*CA", one)
        body = [
            f"W06*F*{release}*20260313*S-{n}",
            "N1*WH*Port hall*91*PORT",
            "W27*M*HARB",
            "LX*1",
            f"MAN*CP*1Z{n:04d}",
            f"W12*CC*{quantity}*{quantity}**CA**VN*TB-1001",
            f"W03*{quantity}",
        ]
        sets.append(papers.whole("945", body, f"{n:04d}"))
    return {
        "harbour/945.edi": papers.interchange(701, sets, code="SW", sender="HARBOUR"),
        "harbour/997-940.edi": _accepted(702, asked, "OW", "940", sender="HARBOUR"),
        "997-855.edi": _accepted(601, shop.sent(), "PR", "855"),
    }


def they_pay(shop: Shop) -> Mapping[str, bytes]:
    """Their 997s to notices and invoices, and an 820 that pays both invoices."""
    sent = shop.sent()
    invoices = []
    for text in sent:
        for one in text.split("ST*810*")[1:]:
            (number,) = re.findall(r"BIG\*\d+\*([^*~]+)", one)
            (cents,) = re.findall(r"TDS\*(\d+)", one)
            invoices.append((number, int(cents)))
    body = [
        f"BPR*I*{_money(sum(cents for _, cents in invoices))}*C*CHK************20260316",
        "TRN*1*PAY77",
        "ENT*1",
        *(f"RMR*IV*{number}**{_money(cents)}" for number, cents in invoices),
    ]
    return {
        "997-856.edi": _accepted(611, sent, "SH", "856"),
        "997-810.edi": _accepted(612, sent, "IN", "810"),
        "820.edi": papers.interchange(613, [papers.whole("820", body, "0001")], code="RA"),
    }


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _accepted(control: int, sent: list[str], code: str, set_code: str, sender: str = "KESTRELMOOR") -> bytes:
    """A 997 to every group of ours with this set, all accepted."""
    sets: list[str] = []
    for text in sent:
        for group, inside in re.findall(rf"GS\*{code}\*[^~]*?\*(\d+)\*X\*\d+~(.*?)GE\*", text, re.DOTALL):
            numbers = re.findall(rf"ST\*{set_code}\*(\d+)", inside)
            body = [f"AK1*{code}*{group}*005010"]
            for number in numbers:
                body += [f"AK2*{set_code}*{number}", "AK5*A"]
            body.append(f"AK9*A*{len(numbers)}*{len(numbers)}*{len(numbers)}")
            sets.append(papers.whole("997", body, f"{len(sets) + 1:04d}"))
    return papers.interchange(control, sets, code="FA", sender=sender)
