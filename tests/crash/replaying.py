"""Replays a cause again and again, killed before and after each commit that writes its items; looks at what is left.

`python -m tests.crash.replaying sqlite|postgres:PORT FOLDER`, run by test_replays.py. Three files of a stranger who has
become a partner, in chunks of two. Everything is imported once and each run is a fork, as in zygote.py. Prints a line
of JSON for each kill. On PostgreSQL each commit is killed at once, in turn before and after it.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from edi_gateway import logs
from edi_gateway.commands.desk import ROLES, Actor
from edi_gateway.flow.replays import carrying
from edi_gateway.store import audit, tables
from edi_gateway.store.database import connect
from tests.crash.commits import Points, When
from tests.crash.scenarios import SCENARIOS
from tests.crash.zygote import Databases, State, in_a_child, one_side, warm
from tests.flow import papers
from tests.flow.shop import Shop, publish_with

EVERYWHERE = "EDI_GATEWAY_CRASH_ALL" in os.environ
ANN = Actor("ann", ROLES)
POS = ("N1", "N2", "N3")


def mended(state: State) -> None:
    """Three orders came from nobody; then the profile was mended."""
    shop = Shop(connect(state.url), state.home)
    for n, po in enumerate(POS, 1):
        shop.drop(f"{n}.edi", papers.interchange(n, [papers.purchase_order(po)], sender="NEWNAME"))
    shop.run()
    (profile := state.home / "profile").mkdir()
    publish_with(shop, profile, 'id = "KESTRELMOOR"', 'id = "NEWNAME"')


def replay(state: State, at: int, when: When) -> None:
    """Begin the replay and carry it, until it dies."""
    Points(at, when, frozenset({"replay_items"})).install()
    shop = Shop(connect(state.url), state.home, node=20)
    with shop.start() as gateway, gateway.works.writer.reading() as conn:
        case = conn.exec_driver_sql("SELECT min(id) FROM cases").scalar_one()
        gateway.replay([case], ANN)


def carried_on(state: State) -> None:
    """Whoever comes next knows nothing of the replay but what the database says. If it was not begun, a person does."""
    shop = Shop(connect(state.url), state.home, node=30)
    if not shop.rows(tables.replay_runs):
        assert shop.cases() == ["PARTNER_UNKNOWN"] * len(POS)
        replay(state, 0, "after")
        return
    shop.run()


def broken(state: State) -> Iterator[str]:
    """Everything that is not as it must be: each document once, each answered once."""
    shop = Shop(connect(state.url), state.home, node=40)
    runs = [row["state"] for row in shop.rows(tables.replay_runs)]
    if runs != ["DONE"]:
        yield f"replays are {runs}"
    items = [(row["state"], row["result"]) for row in shop.rows(tables.replay_items)]
    if items != [("DONE", "PASSED")] * len(POS):
        yield f"its cases are {items}"
    repeats = Counter(row["replay_of"] for row in shop.rows(tables.receipts) if row["replay_of"])
    if sorted(repeats.values()) != [1] * len(POS):
        yield f"files were repeated {sorted(repeats.values())} times"
    if (states := shop.states()) != dict.fromkeys(POS, "ACCEPTED"):
        yield f"orders are {states}"
    if left := shop.cases():
        yield f"open are {left}"
    text = "".join(shop.sent())
    answered = [text.count(f"BAK*00*AD*{po}*") for po in POS]
    if (answered, text.count("ST*997*")) != ([1] * len(POS), len(POS)):
        yield f"855s: {answered}, 997s: {text.count('ST*997*')}"
    with shop.engine.begin() as conn:
        if audit.verify(conn) is not None:
            yield "the chain of the audit is broken"


def _written(file: Path, wrong: list[str]) -> None:
    file.write_text(json.dumps(wrong))


def main(kind: str, folder: Path) -> None:
    warnings.simplefilter("error")
    logs.configure("console", "ERROR")
    carrying.CHUNK = 2
    warm(folder)
    databases = Databases(kind, folder, SCENARIOS["road"])
    start = databases.stocked()
    assert not in_a_child(lambda: mended(start))
    for at in itertools.count(1):
        sides: tuple[When, ...] = ("before", "after")
        alive = 0
        for when in sides if kind == "sqlite" or EVERYWHERE else one_side(at):
            with databases.fresh(start) as state:
                wrong = killed(state, at, when)
            if wrong is None:
                alive += 1
            else:
                print(json.dumps({"at": at, "when": when, "wrong": wrong}), flush=True)
        if alive:
            return


def killed(state: State, at: int, when: When) -> list[str] | None:
    """What is wrong after a kill and the run after it; None when the replay was over before its kill."""
    if not in_a_child(lambda: replay(state, at, when)):
        return None
    in_a_child(lambda: carried_on(state))
    told = state.home / "wrong"
    in_a_child(lambda: _written(told, [*broken(state)]))
    found: list[str] = json.loads(told.read_text()) if told.exists() else ["nobody could look"]
    return found


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
