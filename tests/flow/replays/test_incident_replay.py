"""What an incident affects, tried and replayed from a moment on: each document once, and the timeline tells it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from edi_gateway.commands.desk import ROLES, Actor, Desk, Refused
from edi_gateway.commands.partners.publishing import publish
from edi_gateway.commands.triage import replaying
from edi_gateway.commands.watch import incidents as commands
from edi_gateway.reports.watch import incidents
from edi_gateway.store import database, tables
from edi_gateway.store.book.replays import Run
from tests.flow.papers import bad_purchase_order, interchange, purchase_order
from tests.flow.shop import PARTNER, Shop
from tests.flow.trial.test_trying import OWN, drafted

ANN = Actor("ann", ROLES)
TOO_SHORT = '[[rules]]\nid = "short"\ntarget = "REF*IA:02"\nmax = 3\n\n[[rules]]'


def live(shop: Shop, was: str, now: str) -> None:
    """Another text of the partner's guide holds from now on."""
    with shop.engine.begin() as conn:
        publish(shop.start().works.desk(conn), drafted(shop, (OWN, was, now))[1], "as the test says")


def begin(shop: Shop, incident: int, since: datetime | None = None, *, dry: bool = False) -> Run:
    works = shop.start().works
    with shop.engine.begin() as conn:
        desk = Desk(conn, works.ids, works.clock, ANN)
        return replaying.begin_incident(desk, incident, since=since, dry=dry)


def results(shop: Shop, run: Run) -> Counter[str | None]:
    return Counter(row["result"] for row in shop.rows(tables.replay_items, run_id=run.id))


def test_a_jump_of_refused_sets_is_replayed_from_a_moment_on_and_then_the_rest_each_once(shop: Shop) -> None:
    live(shop, "[[rules]]", TOO_SHORT)
    first = [purchase_order(f"A{n}", control=f"{n:04}") for n in range(1, 13)]
    shop.drop("a.edi", interchange(1, first))
    shop.run()
    shop.clock.skip(minutes=10)
    between = shop.clock()
    second = [purchase_order(f"B{n}", control=f"{n:04}") for n in range(1, 11)]
    shop.drop("b.edi", interchange(2, second))
    shop.run()
    shop.clock.skip(minutes=2)
    shop.run()  # a pass of the detectors that comes after the files
    (incident,) = shop.rows(tables.incidents)
    assert (incident["kind"], incident["severity"]) == ("reject rate", "URGENT")  # 22 of 22, at least 20
    with database.reading(shop.engine) as conn:
        view = incidents.show(conn, incident["id"])
    assert view is not None
    assert [one.po_number for one in view.documents] == [
        *(f"A{n}" for n in range(1, 13)),
        *(f"B{n}" for n in range(1, 11)),
    ]
    (cause,) = view.causes
    assert (cause.orders, cause.first_at < between < cause.last_at) == (0, True)
    assert "Purchase orders concerned: A1, A2" in view.draft.text
    late = len(shop.rows(tables.cases)) - sum(row["opened_at"] < between for row in shop.rows(tables.cases))

    live(shop, TOO_SHORT, "[[rules]]")
    tried = begin(shop, incident["id"], between, dry=True)
    shop.run()
    assert results(shop, tried) == {"PASSED": late}
    assert shop.states() == {}  # a trial changes nothing
    part = begin(shop, incident["id"], between)
    shop.run()
    assert results(shop, part) == {"PASSED": late}
    assert shop.states() == {f"B{n}": "ACCEPTED" for n in range(1, 11)}
    begin(shop, incident["id"])
    shop.run()
    assert len(shop.states()) == 22
    assert shop.cases() == []
    with pytest.raises(Refused, match="no case that it affects is open"):
        begin(shop, incident["id"])
    text = "".join(shop.sent(PARTNER))
    assert [text.count(f"*AD*{po}*") for po in ("A1", "A12", "B1", "B10")] == [1, 1, 1, 1]
    notes = [row for row in shop.rows(tables.incident_notes) if row["kind"] == "replay"]
    assert [row["text"].split(" ", 2)[2] for row in notes] == [
        f"of {late} cases has begun, from {between:%Y-%m-%d %H:%M} UTC on.",
        f"is done: {late} passed.",
        f"of {len(shop.rows(tables.cases)) - late} cases has begun.",
        f"is done: {len(shop.rows(tables.cases)) - late} passed.",
    ]


def test_of_a_file_with_several_cases_each_is_told_by_itself(shop: Shop) -> None:
    """Set 1 and 2 have a REF that is too long for the moment; set 2 has a purpose that is no code, too; of set 3 only
    that is wrong, and the REF of set 4 is too long however it is mended: of one cause it stays, where set 1 passes."""
    live(shop, "[[rules]]", TOO_SHORT)
    sets = [purchase_order("A1"), *(bad_purchase_order(f"A{n}", control=f"{n:04}") for n in (2, 3))]
    sets[2] = sets[2].replace("REF*IA*771200~", "REF*IA*771~")
    sets.append(purchase_order("A4", control="0004").replace("REF*IA*771200~", "REF*IA*7712001~"))
    shop.drop("a.edi", interchange(1, sets))
    shop.run()
    incident = by_hand(shop)
    live(shop, "max = 3\n\n[[rules]]", "max = 6\n\n[[rules]]")
    tried = begin(shop, incident, dry=True)
    shop.run()
    real = begin(shop, incident)
    shop.run()
    wanted = [("ELEMENT_TOO_LONG", "0001", "PASSED"), ("CODE_INVALID", "0002", "STAYED")]
    wanted += [("ELEMENT_TOO_LONG", "0002", "PASSED"), ("CODE_INVALID", "0003", "STAYED")]
    wanted += [("ELEMENT_TOO_LONG", "0004", "STAYED")]
    for run in (real, tried):
        assert sorted(one_by_one(shop, run)) == sorted(wanted)
    assert shop.states() == {"A1": "ACCEPTED"}
    left = ["CODE_INVALID", "CODE_INVALID", "ELEMENT_TOO_LONG"]
    assert sorted(shop.cases()) == left
    begin(shop, incident)
    shop.run()
    assert sorted(shop.cases()) == left


def by_hand(shop: Shop) -> int:
    works = shop.start().works
    with shop.engine.begin() as conn:
        desk = Desk(conn, works.ids, works.clock, ANN)
        return commands.open_by_hand(desk, "They send nonsense", "", partner=PARTNER)


def one_by_one(shop: Shop, run: Run) -> list[tuple[str, str, str]]:
    """(code, ST02, result) of each case of a run."""
    cases = {row["id"]: row for row in shop.rows(tables.cases)}
    controls = {row["id"]: row["control"] for row in shop.rows(tables.documents)}
    found = []
    for item in shop.rows(tables.replay_items, run_id=run.id):
        case = cases[item["case_id"]]
        found.append((case["code"], controls[case["document_id"]], item["result"]))
    return found
