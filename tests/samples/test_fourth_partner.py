"""A fourth partner is added by files alone: a profile, a mapping row and two guide rules. No Python knows of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from edi_gateway.partners import registry
from edi_gateway.store.database import connect
from tests.samples.house import House, house, stock
from tests.samples.sample import PARTNERS, ROOT, sets

PROFILE = """
name = "Oxbow Farm Supply"
customer = "C-2000"

[them]
qualifier = "01"
id = "009876543"
group_id = "OXBOW"

[us]
qualifier = "ZZ"
id = "TARNBROOK"

[connection]
kind = "directory"
inbound = "exchange/oxbow/in"
outbound = "exchange/oxbow/out"

[[documents]]
set = "850"
direction = "in"
version = "004030"

[[documents]]
set = "855"
direction = "out"
version = "004010"

[writing]
element = "|"
component = "<"

[answering]
accepted_code = "AR"
echo_references = ["VR"]

[policies]
consumer_ship_to = true
unknown_item = "reject line"
unknown_item_code = "IR"

[policies.unit_aliases]
CS = "CA"
"""
ORDERS = """
["REF*CT"]                 # they put the contract into a REF, not into BEG06
02 = "contract_number"
write = false

[[rules]]
target = "REF*VR"
must_use = true
message = "Oxbow names its vendor."

[[rules]]
target = "PO1:01"
min = 5
"""
ORDER = """\
ISA|00|          |00|          |01|009876543      |ZZ|TARNBROOK      |260302|0900|U|00401|000000007|0|P|<~
GS|PO|OXBOW|TARNBROOK|20260302|0900|7|X|004030~
ST|850|0001~
BEG|00|SA|OX-1||20260302~
REF|VR|V-77~
REF|CT|CTR-5~
DTM|038|20260320~
N1|ST|Oxbow Yard~
N3|7 Ferry Road~
N4|Dunmore|KS|66009|US~
PO1|00010|4|CS|46.92||VN|TB-1001~
PO1|00020|2|EA|5||VN|NO-SUCH~
CTT|2|6~
SE|12|0001~
GE|1|7~
IEA|1|000000007~
"""
ANSWERS = """\
ISA|00|          |00|          |ZZ|TARNBROOK      |01|009876543      |260302|1500|U|00401|000000001|0|P|<~
GS|PR|TARNBROOK|OXBOW|20260302|1500|1|X|004010~
ST|855|0001~
BAK|00|AC|OX-1|20260302|||CTR-5|SO-NUMBER|20260302~
REF|VR|V-77~
PO1|00010|4|CS|46.92||VN|TB-1001~
ACK|AR|4|CS~
PO1|00020|2|EA|5||VN|NO-SUCH~
ACK|IR|2|EA~
CTT|2|6~
SE|9|0001~
GE|1|1~
IEA|1|000000001~
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The shipped partners, and a fourth."""
    partners = tmp_path / "partners"
    shutil.copytree(PARTNERS, partners)
    (partners / "oxbow").mkdir()
    (partners / "oxbow" / "partner.toml").write_text(PROFILE, "utf-8")
    (partners / "oxbow" / "850.toml").write_text(ORDERS, "utf-8")
    return partners


@pytest.fixture
def running(files: Path, tmp_path: Path) -> Iterator[House]:
    url = f"sqlite:///{tmp_path / 'gateway.db'}"
    stock(url, files)
    engine = connect(url)
    with house(engine, tmp_path / "home") as built:
        yield built
    engine.dispose()


def test_its_files_have_no_mistake(files: Path) -> None:
    assert registry.check(files / "oxbow", ROOT / "mappings").findings == ()


def test_its_orders_are_read_judged_and_answered_in_its_own_way(running: House) -> None:
    """Their contract comes from a REF, CS means cases, delimiters are theirs, and AR says accepted."""
    running.take_in("order", ORDER.encode())
    assert _sent(running, "855") == sets(ANSWERS.encode())
    (order,) = running.orders()
    assert (order["state"], order["total"]) == ("ACCEPTED", "187.68")
    assert [(line["sku"], line["state"]) for line in order["lines"]] == [
        ("TB-1001", "ACCEPTED"),
        (None, "REJECTED"),
    ]


def test_an_order_that_breaks_its_guide_is_rejected_in_the_997(running: House) -> None:
    running.take_in(
        "order",
        ORDER.replace("00010", "0010").replace("REF|VR|V-77~\n", "").replace("SE|12", "SE|11").encode(),
    )
    (acknowledged,) = _sent(running, "997")
    assert [s for s in acknowledged if s[:3] in ("AK5", "AK9")] == ["AK5|R|5", "AK9|R|1|1|0"]
    assert running.orders() == []
    assert "AK4|1|350|4|0010" in acknowledged


def _sent(running: House, set_code: str) -> list[list[str]]:
    found = [one for content in running.sent() for one in sets(content)]
    return [one for one in found if one[2].startswith(f"ST|{set_code}")]
