"""What a daemon costs while nothing comes: the share of one core, and its memory.

`python -m benchmarks.bench_idle [seconds]` lays out a working folder as `init` does, with its four partners published,
starts `edi-gateway daemon` there, lets it settle, and looks at its processor's time over so long (30 s). SQLite; needs
Linux's /proc.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_SETTLING = 10.0
_TICKS = os.sysconf("SC_CLK_TCK")


def call(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "edi_gateway", "--home", str(home), *words]


def used(pid: int) -> float:
    """Seconds of the processor that a process has had, in all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory(pid: int) -> float:
    """MiB that a process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        subprocess.run(call(home, "init", str(home)), check=True, capture_output=True)
        subprocess.run(call(home, "partners", "publish", "--why", "bench"), check=True, capture_output=True)
        with subprocess.Popen(
            call(home, "daemon"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as daemon:
            time.sleep(_SETTLING)
            begun, before = time.perf_counter(), used(daemon.pid)
            time.sleep(seconds)
            share = (used(daemon.pid) - before) / (time.perf_counter() - begun)
            held = memory(daemon.pid)
            daemon.send_signal(signal.SIGTERM)
        assert daemon.returncode == 0, daemon.returncode
    print(f"an idle daemon: {share:.1%} of a core, {held:.0f} MiB")


if __name__ == "__main__":
    main()
