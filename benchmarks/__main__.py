"""`make bench`: every benchmark in turn, each a process of its own. Medians; ratios are taken within one run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    wanted = sys.argv[1:]
    failed = 0
    for script in sorted(HERE.glob("bench_*.py")):
        if wanted and script.stem.removeprefix("bench_") not in wanted:
            continue
        print(f"\n== {script.stem.removeprefix('bench_')}", flush=True)
        failed |= subprocess.run([sys.executable, "-m", f"benchmarks.{script.stem}"], check=False).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
