"""What a partner's guide costs: the 850s of bench_check read and checked by the standard, and under 40 rules.

`python -m benchmarks.bench_guide [megabytes]` prints both rates (medians of five runs, turn by turn in one
process) and their ratio; the bar is 80 %. The documents keep all the rules, which are of every kind.
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import dataclass, field

from benchmarks.bench_check import purchase_orders
from edi_gateway.x12.checking.guide import Guide, Rule, build
from edi_gateway.x12.parsing.envelope import Group, Interchange
from edi_gateway.x12.reading import CheckedSet, GuideFor, read_all, standard_guide

BAR = 0.8
RULES = (
    Rule("purpose", "BEG:01", "codes", ("00", "05")),
    Rule("type", "BEG:02", "codes", ("SA", "KN", "DS")),
    Rule("number", "BEG:03", "max", number=22),
    Rule("number's form", "BEG:03", "looks_like", ("PO9999999",)),
    Rule("no release", "BEG:04", "not_used"),
    Rule("vendor number", "REF*IA", "must_use"),
    Rule("vendor number's length", "REF*IA:02", "length", number=6),
    Rule("one department", "REF*DP", "exactly", number=1),
    Rule("department's digits", "REF*DP:02", "digits", number=4),
    Rule("no text in references", "REF:03", "not_used"),
    Rule("terms", "ITD", "must_use"),
    Rule("terms known", "ITD:01", "codes", ("01", "08")),
    Rule("terms in words", "ITD:12", "max", number=40),
    Rule("window opens", "DTM*037", "must_use"),
    Rule("window closes", "DTM*038", "must_use", when="DTM*037"),
    Rule("one cancel date", "DTM*001", "max_use", number=1),
    Rule("no times", "DTM:03", "not_used"),
    Rule("ship-to", "N1*ST", "must_use", having=("N3", "N4")),
    Rule("ship-to by number", "N1*ST:03", "must_use"),
    Rule("store's digits", "N1*ST:04", "digits", number=4, when="03=92"),
    Rule("GLN", "N1:04", "digits", number=13, when="03=UL"),
    Rule("short names", "N1:02", "max", number=35),
    Rule("post code", "N1*ST/N4:03", "must_use"),
    Rule("country", "N1*ST/N4:04", "equals", ("US",)),
    Rule("one bill-to", "N1*BT", "max_use", number=1),
    Rule("no cash terms", "CSH", "not_used"),
    Rule("no allowances", "SAC", "not_used"),
    Rule("no notes", "N9", "not_used"),
    Rule("one freight term", "FOB", "max_use", number=1),
    Rule("line number", "PO1:01", "must_use"),
    Rule("quantity", "PO1:02", "must_use"),
    Rule("unit", "PO1:03", "codes", ("EA", "CA", "DZ")),
    Rule("basis", "PO1:05", "equals", ("PE",)),
    Rule("UPC first", "PO1:06", "equals", ("UP",)),
    Rule("UPC's digits", "PO1:07", "digits", number=12, when="06=UP"),
    Rule("our number second", "PO1:08", "equals", ("VN",)),
    Rule("in words", "PO1/PID*F", "must_use"),
    Rule("in few words", "PO1/PID*F:05", "max", number=80),
    Rule("pack", "PO1/PO4", "exactly", number=1),
    Rule("total", "CTT", "must_use"),
)


@dataclass
class Partner:
    """Keeps its guides, as the road of an order (flow/live.py) and `check --partner` do."""

    guides: dict[tuple[str, str], Guide] = field(default_factory=dict)

    def guide(self, _: Interchange, group: Group, set_code: str) -> Guide:
        key = (set_code, group.read_as)
        if key not in self.guides:
            self.guides[key] = build(group.read_as, set_code, RULES)
        return self.guides[key]


def rate(data: bytes, segments: int, guide_for: GuideFor) -> float:
    """Segments a second of the processor's time; every set must be found clean."""
    begun = time.process_time()
    wrong = sum(
        bool(event.result.findings) for event in read_all(data, guide_for) if isinstance(event, CheckedSet)
    )
    taken = time.process_time() - begun
    assert not wrong
    return segments / taken


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    plain: list[float] = []
    ruled: list[float] = []
    partner = Partner()
    for seed in range(5):  # new orders each time; who goes first changes
        data, segments = purchase_orders(megabytes, seed)
        runs = [(plain, standard_guide), (ruled, partner.guide)]
        for rates, guide_for in runs if seed % 2 else reversed(runs):
            rates.append(rate(data, segments, guide_for))
    ratio = statistics.median(ruled) / statistics.median(plain)
    print(f"standard:       {statistics.median(plain):,.0f} segments/s (best {max(plain):,.0f})")
    print(f"under {len(RULES)} rules: {statistics.median(ruled):,.0f} segments/s (best {max(ruled):,.0f})")
    print(f"ratio:          {ratio:.2f} (bar {BAR})")


if __name__ == "__main__":
    main()
