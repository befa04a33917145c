"""From the segments of an 850 to those of the 855, through mapping and judgement and our own checker."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from typing import Any

from edi_gateway.mapping import catalog, compile
from edi_gateway.mapping.write import Writer
from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Severity
from edi_gateway.model.master_data import MasterData
from edi_gateway.model.order import Judgement
from edi_gateway.orders.answering.answers import answer
from edi_gateway.orders.judging.judge import judge
from edi_gateway.x12.checking.guide import Guide, build
from edi_gateway.x12.parsing.envelope import Delimiters
from edi_gateway.x12.reading import CheckedSet, read_all
from edi_gateway.x12.writing import writer
from tests.orders.build import facts

MAPPINGS = Path(__file__).parents[2] / "mappings"
MARKS = Delimiters("*", ">", "~", None)
_ENVELOPE = (
    "ISA*00*          *00*          *ZZ*ACME           *ZZ*US             *250303*0900*U*00401*000000001*0*P*>~"
    "GS*PO*ACME*US*20250303*0900*1*X*004010~ST*850*0001~{body}SE*{count}*0001~GE*1*1~IEA*1*000000001~"
)


@cache
def _guide(set_code: str) -> Guide:
    return build("004010", set_code)


@cache
def _reader() -> Any:
    return compile.reader(catalog.load(MAPPINGS, "850"), _guide("850"))


@cache
def _writer() -> Writer:
    return compile.writer(catalog.load(MAPPINGS, "855"), _guide("855"))


def read(text: str) -> PurchaseOrder:
    """The purchase order of a docstring; segments end with ~, blanks around them do not count."""
    segments = [part.strip() for part in text.strip().split("~") if part.strip()]
    body = "".join(f"{segment}~" for segment in segments)
    content = _ENVELOPE.format(body=body, count=len(segments) + 2).encode("latin-1")
    for event in read_all(content, lambda interchange, group, set_code: _guide(set_code)):
        if isinstance(event, CheckedSet):
            assert event.walk is not None
            document = _reader().read(event.raw, event.walk, "latin-1").document
            assert isinstance(document, PurchaseOrder)
            return document
    raise AssertionError("no 850 was read")


def written(said: PurchaseOrderAcknowledgment) -> list[str]:
    """The 855 as it goes out, after our own checker has passed it."""
    made = _writer().write(said, MARKS)
    assert made.value is not None, made.findings
    wrong = writer.check_body(_guide("855"), made.value, MARKS)
    assert [f for f in wrong if f.severity is Severity.ERROR] == []
    return ["*".join(segment) for segment in made.value]


def bak(kind: str, number: str = "PO-1") -> str:
    """The BAK of an answer to the PO of a test: of 1 March, our order SO-9, written on 3 March."""
    return f"BAK*00*{kind}*{number}*20250301****SO-9*20250303"


@dataclass(frozen=True, slots=True)
class Road:
    """The order of a test's docstring on its way."""

    order: PurchaseOrder

    def judged(
        self, data: MasterData | None = None, policies: dict[str, Any] | None = None, **more: Any
    ) -> Judgement:
        return judge(self.order, facts(data, policies, **more))

    def answered(
        self, data: MasterData | None = None, policies: dict[str, Any] | None = None, **more: Any
    ) -> list[str]:
        """The 855 without its BAK's dates and numbers of ours: the segments from BAK on."""
        known = facts(data, policies, **more)
        judgement = judge(self.order, known)
        said = answer(
            judgement.revised or self.order,
            judgement.lines,
            judgement.holds,
            profile=known.profile,
            order_number="SO-9",
            today=known.today,
            rejected=judgement.reject_code,
            customer=judgement.customer,
        )
        return written(said)


def x12(test: Callable[[Road], None]) -> Callable[[], None]:
    """A test whose docstring is an 850: its body between ST and SE."""

    @wraps(test)
    def run() -> None:
        test(Road(read(inspect.cleandoc(test.__doc__ or ""))))

    del run.__wrapped__  # type: ignore[attr-defined]  # pytest would see the parameter
    return run
