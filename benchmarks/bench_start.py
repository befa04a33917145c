"""How long `edi-gateway check` on one small file takes as a whole process, from the shell's call to its end.

`python -m benchmarks.bench_start [runs]` prints the median, the best and the processor's time: with the compiled
checks on disk, with an empty folder for them, and under a partner's guide. The bar is 0.5 s. Beside it a command that
opens the database: the list of a book without orders.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "samples" / "22-odd-separators" / "input.edi"
BAR = 0.5


def run(cache: str, *words: str) -> tuple[float, float]:
    """Seconds that one call takes, and how many of them it computes: on a busy machine it waits for its turn."""
    return call(cache, ROOT, "check", str(SAMPLE), *words)


def call(cache: str, home: Path, *words: str) -> tuple[float, float]:
    program = [sys.executable, "-m", "edi_gateway", "--home", str(home), *words]
    used, begun = _used(), time.perf_counter()
    done = subprocess.run(
        program, env={**os.environ, "XDG_CACHE_HOME": cache}, capture_output=True, check=False
    )
    taken = time.perf_counter() - begun
    assert done.returncode == 0, done.stderr
    return taken, _used() - used


def _used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def tell(name: str, runs: list[tuple[float, float]]) -> None:
    taken, used = zip(*runs, strict=True)
    median = statistics.median(taken)
    print(f"{name:<26}{median:.2f} s (best {min(taken):.2f}), computing {statistics.median(used):.2f} s")


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    with tempfile.TemporaryDirectory() as warm:
        run(warm)  # compiles, and reads the disk once
        run(warm, "--partner", "pinwheel")
        home = Path(warm) / "home"
        call(warm, Path(warm), "init", str(home))
        call(warm, home, "orders", "list")  # makes the database
        cold, kept, ruled, listed = [], [], [], []
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as empty:
                cold.append(run(empty))
            kept.append(run(warm))
            ruled.append(run(warm, "--partner", "pinwheel"))
            listed.append(call(warm, home, "orders", "list"))
    tell("checks kept on disk:", kept)
    tell("nothing kept:", cold)
    tell("under a partner's guide:", ruled)
    tell("`orders list`:", listed)
    print(f"bar: {BAR} s")


if __name__ == "__main__":
    main()
