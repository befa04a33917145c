"""Reading by other measures: beside pyx12, one small file in a warm process, files with a finding in every set.

`python -m benchmarks.bench_reading` prints each with its bar: medians of the processor's time (on a busy machine the
clock counts others' work), every document different. Ratios are taken turn by turn in one run; pyx12 reads under our
850 as pyx12 maps, its start and the loading of the maps taken off.
"""

from __future__ import annotations

import json
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.bench_check import purchase_orders, read_and_check, verdict
from edi_gateway.x12.checking.guide import build
from edi_gateway.x12.reading import read_all
from edi_gateway.x12.second_opinion.maps import render

SAMPLE = Path(__file__).parents[1] / "samples" / "01-mass-merchant" / "input.edi"
TIMES_PYX12, MILLISECONDS, TIMES_CLEAN = 50, 0.1, 4  # the bars
PEER_MEGABYTES, FAULTY_MEGABYTES, RUNS, FILES = 0.5, 3, 5, 5_000

#: What is wrong once in every set: how a good interchange is made into such a one.
FAULTS: dict[str, Callable[[bytes], bytes]] = {
    "an invalid code": lambda data: data.replace(b"*FONTANA*CA*", b"*FONTANA*CAL*"),
    "an invalid date": lambda data: data.replace(b"DTM*037*2026", b"DTM*037*20A6"),
    "a quantity that is no number": lambda data: re.sub(rb"PO1\*1\*(\d+)", rb"PO1*1*\1X", data),
    "a wrong count of segments": lambda data: re.sub(rb"SE\*\d+", b"SE*9", data),
    "an unknown segment": lambda data: data.replace(b"ITD*01", b"QQQ*01"),
    "two segments that changed places": lambda data: re.sub(rb"(N3[^~]*~\s*)(N4[^~]*~\s*)", rb"\2\1", data),
    "a mandatory segment missing": lambda data: re.sub(rb"BEG[^~]*~\s*", b"", data),
}


def seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Peer:
    """pyx12 in its own process, as the second opinion runs it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in render(build("004010", "850")).files.items():
            (folder / name).write_text(text, "utf-8")

    def read(self, *contents: bytes) -> float:
        """Seconds for these files, the start of the process included."""
        job = []
        for number, content in enumerate(contents):
            file = self.folder / f"{number}.edi"
            file.write_bytes(content)
            job.append({"file": str(file), "maps": {"1|004010|850": str(self.folder)}})
        program = [sys.executable, "-m", "edi_gateway.x12.second_opinion.runner"]
        begun = _children()
        done = subprocess.run(program, input=json.dumps(job), capture_output=True, text=True, check=True)
        assert all(not json.loads(line)["errors"] for line in done.stdout.splitlines())
        return _children() - begun


def beside_pyx12() -> tuple[float, float, float]:
    """Segments a second of both, and how many times as many ours are."""
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        peer = Peer(Path(folder))
        little, few = purchase_orders(0.001, 0)
        for seed in range(RUNS):
            data, segments = purchase_orders(PEER_MEGABYTES, seed)
            large, many = purchase_orders(PEER_MEGABYTES * 10, seed)
            theirs.append((segments - few) / (peer.read(data) - peer.read(little)))
            ours.append(many / seconds(partial(read_and_check, large)))
    ratio = statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
    return statistics.median(ours), statistics.median(theirs), ratio


def small_file() -> float:
    """Milliseconds for a file of one PO, in a process that has read such before."""
    sample = SAMPLE.read_bytes()
    files = [sample.replace(b"K7001001", f"K{number:07d}".encode()) for number in range(FILES)]
    return statistics.median(seconds(partial(_read, file)) for file in files) * 1000


def _read(file: bytes) -> int:
    return sum(1 for _ in read_all(file))


def faulty() -> dict[str, float]:
    """How many times as long as a clean file one takes that has this in every set."""
    taken: dict[str, list[float]] = {name: [] for name in FAULTS}
    for seed in range(RUNS):
        data, _ = purchase_orders(FAULTY_MEGABYTES, seed)
        clean = seconds(partial(read_and_check, data))
        for name, hurt in FAULTS.items():
            bad = hurt(data)
            assert bad != data
            taken[name].append(seconds(partial(read_and_check, bad)) / clean)
    return {name: statistics.median(ratios) for name, ratios in taken.items()}


def main() -> None:
    ours, theirs, ratio = beside_pyx12()
    print(
        f"850s of 10 lines:  {ours:,.0f} segments/s, pyx12 {theirs:,.0f}: {ratio:.0f} times; "
        f"bar {TIMES_PYX12}: {verdict(ratio >= TIMES_PYX12)}"
    )
    small = small_file()
    print(
        f"one small file:    {small:.3f} ms ({len(SAMPLE.read_bytes())} bytes); "
        f"bar {MILLISECONDS} ms: {verdict(small <= MILLISECONDS)}"
    )
    print(f"a finding in every set, times a clean file; bar {TIMES_CLEAN}:")
    for name, times in faulty().items():
        print(f"  {name:<34} {times:.1f}: {verdict(times <= TIMES_CLEAN)}")


if __name__ == "__main__":
    main()
