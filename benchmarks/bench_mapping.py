"""How long one document takes to map: an 850 of 10 lines read, an 855 of 10 lines written.

`python benchmarks/bench_mapping.py` prints the median of five runs in milliseconds of the processor a document, beside
pydantic's own validation of the same data as the floor. Every document differs.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from edi_gateway.mapping import catalog
from edi_gateway.mapping.compile import reader, writer
from edi_gateway.model.documents.acknowledgment import Answer, AnsweredLine, PurchaseOrderAcknowledgment
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.documents.shared import ItemId, Party, Reference
from edi_gateway.x12.checking.guide import Walk, build
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.parsing.rawset import RawSet

MAPPINGS = Path(__file__).parents[1] / "mappings"
DELIMITERS = Delimiters("*", ">", "~", None)
SETS, LINES, RUNS = 500, 10, 5
BAR = 0.15  # milliseconds to map an 850


def order(number: int) -> RawSet:
    """An 850 of a mass merchant: header, a ship-to, LINES lines with two ids, a text and a pack."""
    body = [
        ["BEG", "00", "SA", f"PO{number:07d}", "", "20260115"],
        ["REF", "DP", f"{number % 100:04d}"],
        ["REF", "IA", "771200"],
        ["ITD", "01", "3", "2", "", "30", "", "60"],
        ["DTM", "037", "20260210"],
        ["DTM", "038", "20260214"],
        ["N1", "ST", "DC NORTH", "92", f"{number % 1000:04d}"],
        ["N3", f"{number} DOCK RD"],
        ["N4", "FONTANA", "CA", "92336", "US"],
    ]
    for line in range(1, LINES + 1):
        price = f"{(number + line) % 900 + 1}.{line % 10}5"
        ids = ["UP", f"{number * LINES + line:012d}", "VN", f"AB-{number % 997}"]
        body.append(["PO1", str(line), str(line * 12), "EA", price, "PE", *ids])
        body.append(["PID", "F", "", "", "", f"WIDGET {number % 50} {line}"])
        body.append(["PO4", "12"])
    body.append(["CTT", str(LINES), str(12 * LINES * (LINES + 1) // 2)])
    segments = [["ST", "850", f"{number:04d}"], *body, ["SE", str(len(body) + 2), f"{number:04d}"]]
    return RawSet("850", f"{number:04d}", segments, [0] * len(segments), [0] * len(segments), DELIMITERS)


def answer(number: int) -> PurchaseOrderAcknowledgment:
    """An 855 that accepts LINES lines, one of them in two parts."""
    lines = tuple(
        AnsweredLine(
            buyer_line=str(line),
            quantity=Decimal(12 * line),
            unit="EA",
            price=Decimal(number % 900 + line).scaleb(-2),
            price_basis="PE",
            ids=(ItemId(qualifier="UP", value=f"{number + line:012d}"), ItemId(qualifier="VN", value="AB-1")),
            answers=tuple(
                Answer(
                    status=code, quantity=Decimal(q), unit="EA", date_qualifier="068", on=date(2026, 2, 10)
                )
                for code, q in ((("IQ", 100), ("IB", 20)) if line == LINES else (("IA", 12 * line),))
            ),
        )
        for line in range(1, LINES + 1)
    )
    return PurchaseOrderAcknowledgment(
        purpose="00",
        type="AC",
        po_number=f"PO{number:07d}",
        ordered_on=date(2026, 1, 15),
        order_number=f"SO-{number}",
        acknowledged_on=date(2026, 1, 16),
        references=(Reference(qualifier="IA", value="771200"),),
        parties=(Party(role="ST", name="DC NORTH", id_qualifier="92", id="0553"),),
        lines=lines,
    )


def milliseconds(work: Callable[[Any], object], documents: Sequence[Any]) -> float:
    """The median of RUNS runs, for one document."""
    runs = []
    for _ in range(RUNS):
        start = time.process_time()
        for document in documents:
            work(document)
        runs.append((time.process_time() - start) / len(documents) * 1000)
    return statistics.median(runs)


def main() -> None:
    guide = build("004010", "850")
    reads = reader(catalog.load(MAPPINGS, "850"), guide)
    sets: list[tuple[RawSet, Walk]] = [(raw, guide.check(raw)) for raw in map(order, range(SETS))]
    writes = writer(catalog.load(MAPPINGS, "855"), build("004010", "855"))
    answers = [answer(number) for number in range(SETS)]
    dumped = [reads.read(raw, walk).document.model_dump(exclude_unset=True) for raw, walk in sets]  # type: ignore[union-attr]
    read = milliseconds(lambda one: reads.read(*one), sets)
    validated = milliseconds(PurchaseOrder.model_validate, dumped)
    written = milliseconds(lambda one: writes.write(one, DELIMITERS), answers)
    held = "held" if read <= BAR else "MISSED"
    print(f"850 of {LINES} lines read into a validated document  {read:.3f} ms; bar {BAR} ms: {held}")
    print(f"  of which pydantic's validation alone           {validated:.3f} ms")
    print(f"855 of {LINES} lines written as segments             {written:.3f} ms")


if __name__ == "__main__":
    main()
