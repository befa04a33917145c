"""`make fuzz`: the laws of X12 tried on random input for as long as is asked.

`python -m tests.x12.fuzz --seconds 1800` says each law that was broken, with the seed and the least bytes that
break it; `--law NAME --seed N` tries one again. Ends with 1 when a law was broken.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections import Counter

from tests.x12.laws import LAWS, Law

SLOW = 5.0  # seconds that no input of a few thousand bytes may take
_MOST = 20  # broken laws that are told before it ends


def problem_of(law: Law, data: object) -> str | None:
    """Where and how a law is broken by an input, None when it holds."""
    begun = time.process_time()
    try:
        law.holds(data)
    except Exception as error:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/x12/" in frame.filename]
        place = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].name}" if frames else "?"
        return f"{type(error).__name__} in {place}"
    if time.process_time() - begun > SLOW:
        return "too slow"
    return None


def least(law: Law, data: bytes, problem: str) -> bytes:
    """Fewer bytes that break the law in the same way."""
    size = len(data) // 2
    while size:
        at = 0
        while at < len(data):
            shorter = data[:at] + data[at + size :]
            if problem_of(law, shorter) == problem:
                data = shorter
            else:
                at += size
        size //= 2
    return data


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("--law", choices=sorted(LAWS))
    parser.add_argument("--seed", type=int)
    asked = parser.parse_args()
    laws = {asked.law: LAWS[asked.law]} if asked.law else LAWS
    tried: Counter[str] = Counter()
    broken: dict[tuple[str, str], int] = {}
    ends = time.monotonic() + asked.seconds
    first = asked.seed if asked.seed is not None else time.time_ns() % 10**9
    seed = first
    while len(broken) < _MOST and time.monotonic() < ends:
        for name, law in laws.items():
            data = law.make(random.Random(seed))
            tried[name] += 1
            problem = problem_of(law, data)
            if problem and (name, problem) not in broken:
                broken[name, problem] = seed
                print(f"BROKEN {name!r}: {problem} (--law {name!r} --seed {seed})", flush=True)
                print(f"  {least(law, data, problem) if law.bytes_only else data!r}", flush=True)
        if asked.seed is not None:
            break
        seed += 1
    for name, count in tried.items():
        print(f"{count:>9,} inputs: {name}")
    print(f"seeds {first} to {seed}; {len(broken)} ways to break a law")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
