"""How fast `try` compares what came before by two versions of a partner, and how much memory it takes.

`python -m benchmarks.bench_try [orders]` lets so many orders of ten lines come (half of them in one interchange, half
one a file), then tries drafts: a guide rule, a mapping row, a policy of judging and one of answering, the mapping of
the 855. Prints documents a second and by how much the process grew, on SQLite.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import orders
from benchmarks.bench_road import LINES, PARTNER, gateway
from edi_gateway import logs
from edi_gateway.partners.snapshots import Snapshot
from edi_gateway.store import database, snapshots
from edi_gateway.store.traffic.archived import Span
from edi_gateway.triage.trying.trial import Trial

Edit = Callable[[dict[str, object]], None]


def _own(text: str) -> Edit:
    def edit(stored: dict[str, object]) -> None:
        sources = stored["sources"]
        assert isinstance(sources, dict)
        sources[f"partner/{PARTNER}/850.toml"] += text

    return edit


def _profile(part: str, key: str, value: object) -> Edit:
    def edit(stored: dict[str, object]) -> None:
        profile = stored["profile"]
        assert isinstance(profile, dict)
        profile[part][key] = value

    return edit


def _answer(stored: dict[str, object]) -> None:
    sources = stored["sources"]
    assert isinstance(sources, dict)
    sources[f"partner/{PARTNER}/855.toml"] = '["CUR"]\n01 = false\n'


DRAFTS: dict[str, Edit] = {
    "a guide rule": _own(
        '\n[[rules]]\nid = "no terms"\ntarget = "ITD"\nnot_used = true\nseverity = "WARNING"\n'
    ),
    "a mapping row": _own('\n["PO1"]\n04 = false\n'),
    "a policy of judging": _profile("policies", "stale_after_days", 7),
    "one of answering": _profile("answering", "accepted_code", "AC"),
    "the 855's mapping": _answer,
}


def drafted(live: str, edit: Edit) -> Snapshot:
    """What is live, edited."""
    import hashlib
    import json

    stored = json.loads(live)
    edit(stored)
    content = json.dumps(stored, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Snapshot(PARTNER, hashlib.sha256(content.encode()).hexdigest(), content)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    logs.configure("json", "ERROR")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as folder, gateway(Path(folder)) as (running, inbox):
        today = datetime.now(UTC).date()
        half = count // 2
        (inbox / "many.edi").write_bytes(orders.purchase_orders(half, LINES, 1, on=today))
        for n in range(half):
            content = orders.purchase_orders(1, LINES, 2, on=today, first=100_001 + n)
            (inbox / f"one-{n}.edi").write_bytes(content)
        assert running.run_once([PARTNER]).finished
        engine = running.works.writer.engine
        with database.reading(engine) as conn:
            live = snapshots.live(conn)[PARTNER].content
        now = datetime.now(UTC)
        for name, edit in DRAFTS.items():
            span = Span(now - timedelta(days=1), now + timedelta(days=1))
            before, used = _megabytes(), time.process_time()
            trial = Trial(lambda: database.reading(engine), live, drafted(live, edit), span)
            for _ in trial.run():
                pass
            found = trial.result()
            assert found.documents >= count
            used = time.process_time() - used
            print(
                f"{name:<20}{found.documents:6,} documents, {found.different:6,} different, "
                f"{found.documents / found.seconds:6,.0f} a second ({found.documents / used:6,.0f} of computing), "
                f"{_megabytes() - before:4.0f} MB more"
            )


if __name__ == "__main__":
    main()
