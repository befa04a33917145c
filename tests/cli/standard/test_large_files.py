"""`check` on very large files: in a process of its own, whose memory is what its own address space ever held."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.papers import interchange, order

pytestmark = pytest.mark.slow

MIB = 1 << 20
# the program, and then its peak in KiB: VmHWM begins anew with the process, which ru_maxrss does not
PROGRAM = """
import sys
from edi_gateway.cli.main import main
try:
    main()
finally:
    sys.stdout.flush()
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM:"):
            sys.stderr.write("\\n" + line.split()[1])
"""

if not Path("/proc/self/status").exists():
    pytest.skip("the peak of a process is read from /proc", allow_module_level=True)


def check(*words: str | Path) -> tuple[int, str, int]:
    """`edi-gateway check ...`: exit code, what it said, and its peak in bytes."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "check", *map(str, words)],
        capture_output=True, text=True, errors="replace", timeout=240, check=False,
    )  # fmt: skip
    said, _, peak = done.stderr.rpartition("\n")
    assert said == ""
    return done.returncode, done.stdout, int(peak) * 1024


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> int:
    """What the program takes for a file of one order."""
    file = tmp_path_factory.mktemp("idle") / "one.edi"
    file.write_bytes(interchange(7, order("K-1")))
    code, _, peak = check(file)
    assert code == 0
    return peak


def sparse(file: Path, size: int) -> Path:
    """A file of zero bytes that takes no room on the disk."""
    with file.open("wb") as made:
        made.truncate(size)
    return file


def test_a_gigabyte_of_one_byte_is_one_finding_over_all_of_it(tmp_path: Path, idle: int) -> None:
    begun = time.monotonic()
    code, said, peak = check("--json", sparse(tmp_path / "zeros.edi", 1 << 30))
    assert (code, said.count('"code": "NOT_X12"')) == (2, 1)
    assert f'"offset": 0, "length": {1 << 30}' in said
    assert peak - idle < 8 * MIB
    assert time.monotonic() - begun < 60  # it takes 3; a machine may be busy


def test_an_isa_and_then_a_gigabyte_of_one_byte_is_a_segment_without_end(tmp_path: Path, idle: int) -> None:
    whole = interchange(7, order("K-1"))
    file = sparse(tmp_path / "zeros.edi", 1 << 30)
    with file.open("r+b") as made:
        made.write(whole[: whole.index(b"CTT")])
    code, said, peak = check("--json", file)
    assert code == 1
    assert '"code": "SEGMENT_TOO_LONG"' in said
    assert '"code": "SE_MISSING"' in said
    assert '"code": "IEA_MISSING"' in said
    assert peak - idle < 8 * MIB


def test_an_interchange_of_many_orders_takes_memory_for_their_verdicts_only(
    tmp_path: Path, idle: int
) -> None:
    """14 MB of 40,000 orders; `python -m benchmarks check` measures 100 MB, for which 64 MiB are the bar."""
    count = 40_000
    file = tmp_path / "many.edi"
    file.write_bytes(interchange(7, *(order(f"K-{n}", control=f"{n:06}") for n in range(count))))
    code, said, peak = check(file)
    assert (code, said.count(", 15 segments: accepted\n")) == (0, count)
    assert peak - idle < 24 * MIB
