"""How many segments a second are read and checked: one interchange of many 850s of 10 lines, each different.

`python -m benchmarks.bench_check [megabytes]` prints segments a second (median of five runs), beside the plain split of
the same bytes as the floor; and how much memory `edi-gateway check` takes for 100 MB, over what it takes for one order.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from edi_gateway.x12.reading import CheckedSet, read_all

ITEMS = 2_000
SEGMENTS_A_SECOND, MEBIBYTES = 800_000, 64  # the bars (DESIGN section 12)
# the program, and then the peak of its memory in KiB
_MEASURED = """
import sys
from edi_gateway.cli.main import main
try:
    main()
finally:
    sys.stdout.flush()
    print([line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:")][0], file=sys.stderr)
"""


def purchase_orders(megabytes: float, seed: int, line_end: str = "\n") -> tuple[bytes, int]:
    """An interchange of about so many megabytes, and its number of segments. Same seed, same bytes."""
    chance = random.Random(seed)
    goods = random.Random(ITEMS)  # the same in every run
    catalogue = [
        (
            f"{goods.randrange(10**12):012d}",
            f"AB-{goods.randrange(10**5):05d}",
            f"WIDGET {goods.choice(('BLUE', 'RED', 'GREEN'))} {goods.randrange(1000)}",
            f"{goods.randrange(100, 9999) / 100:.2f}",
            str(goods.choice((1, 6, 12, 24))),
        )
        for _ in range(ITEMS)
    ]
    isa = "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *260115*1200*U*00401*000000905*0*P*>"
    parts = [isa, "GS*PO*BUYER*SELLER*20260115*1200*7*X*004010"]
    size, sets = 0, 0
    while size < megabytes * 1_000_000:
        sets += 1
        store = f"{chance.randrange(10000):04d}"
        day = 1 + sets % 27
        body = [
            f"BEG*00*SA*PO{sets:07d}**202601{day:02d}",
            f"REF*DP*{chance.randrange(100):04d}",
            "REF*IA*771200",
            "ITD*01*3*2**30**60",
            f"DTM*037*202602{day:02d}",
            f"DTM*038*202602{day + 1:02d}",
        ]
        if sets % 3 == 0:
            body.append(f"DTM*001*202603{day:02d}")
        body += [
            f"N1*ST*DC NORTH {store}*92*{store}",
            f"N3*{chance.randrange(1, 999)} DOCK RD",
            "N4*FONTANA*CA*92336*US",
        ]
        total = 0
        for line in range(1, 11):
            upc, part, name, price, pack = chance.choice(catalogue)
            quantity = chance.randrange(1, 500)
            total += quantity
            body += [
                f"PO1*{line}*{quantity}*EA*{price}*PE*UP*{upc}*VN*{part}",
                f"PID*F****{name}",
                f"PO4*{pack}",
            ]
        body.append(f"CTT*10*{total}")
        control = f"{sets:04d}"
        segments = [f"ST*850*{control}", *body, f"SE*{len(body) + 2}*{control}"]
        parts += segments
        size += sum(map(len, segments)) + len(segments) * (1 + len(line_end))
    parts += [f"GE*{sets}*7", "IEA*1*000000905", ""]
    return f"~{line_end}".join(parts).encode("ascii"), len(parts) - 1


def read_and_check(data: bytes) -> int:
    """Sets accepted."""
    return sum(isinstance(event, CheckedSet) and event.result.status == "A" for event in read_all(data))


def peak(file: Path) -> float:
    """MiB that `edi-gateway check FILE` took at most."""
    words = [sys.executable, "-c", _MEASURED, "check", str(file)]
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    return int(done.stderr.split()[-1]) / 1024


def memory(megabytes: int) -> tuple[float, float]:
    """MiB for one order, and for an interchange of so many megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "one.edi", Path(folder) / "many.edi"
        small.write_bytes(purchase_orders(0.001, 1)[0])
        large.write_bytes(purchase_orders(megabytes, 1)[0])
        return peak(small), peak(large)


def verdict(held: bool) -> str:
    return "held" if held else "MISSED"


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    rates, floors = [], []
    for seed in range(5):  # new orders each time: nothing is remembered from the run before but the catalogue
        data, segments = purchase_orders(megabytes, seed)
        begun = time.process_time()
        sets = read_and_check(data)
        rates.append(segments / (time.process_time() - begun))
        begun = time.process_time()
        for chunk in range(0, len(data), 65_536):
            for text in data[chunk : chunk + 65_536].decode("latin-1").split("~"):
                text.split("*")
        floors.append(segments / (time.process_time() - begun))
    print(f"{len(data):,} bytes, {segments:,} segments, {sets:,} purchase orders accepted")
    rate = statistics.median(rates)
    print(
        f"read and check: {rate:,.0f} segments/s (best {max(rates):,.0f}); "
        f"bar {SEGMENTS_A_SECOND:,}: {verdict(rate >= SEGMENTS_A_SECOND)}"
    )
    print(f"plain split:    {statistics.median(floors):,.0f} segments/s")
    idle, full = memory(100)
    print(
        f"`check` of 100 MB: {full - idle:,.0f} MiB over the {idle:,.0f} MiB of one order; "
        f"bar {MEBIBYTES} MiB: {verdict(full - idle <= MEBIBYTES)}"
    )


if __name__ == "__main__":
    main()
