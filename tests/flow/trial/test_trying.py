"""`try`: a draft over what came and went before, beside what is live. On both databases, over the real road."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from edi_gateway.commands.partners.publishing import publish
from edi_gateway.digests import sha256_hex
from edi_gateway.partners.snapshots import Snapshot
from edi_gateway.store import database, snapshots, tables
from edi_gateway.store.database import connect
from edi_gateway.store.traffic.archived import Span
from edi_gateway.triage.trying import trial as trials
from edi_gateway.triage.trying.groups import Group
from edi_gateway.triage.trying.trial import Result, Trial
from tests.flow.papers import bad_purchase_order, interchange, purchase_order
from tests.flow.shop import PARTNER, Shop

OWN = f"partner/{PARTNER}/850.toml"


def drafted(
    shop: Shop, *edits: tuple[str, str, str], profile: dict[str, object] | None = None
) -> tuple[str, Snapshot]:
    """What is live, and the same with texts of its files replaced (file, was, now) or keys of its profile."""
    with database.reading(shop.engine) as conn:
        live = snapshots.live(conn)[PARTNER].content
    stored = json.loads(live)
    for file, was, now in edits:
        assert was in stored["sources"].setdefault(file, "")
        stored["sources"][file] = stored["sources"][file].replace(was, now, 1)
    for path, value in (profile or {}).items():
        *outer, last = path.split(".")
        place = stored["profile"]
        for name in outer:
            place = place[name]
        place[last] = value
    content = json.dumps(stored, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return live, Snapshot(PARTNER, sha256_hex(content.encode()), content)


def tried(
    shop: Shop, *edits: tuple[str, str, str], profile: dict[str, object] | None = None, days: int = 1
) -> Result:
    """A draft tried on the last days."""
    live, draft = drafted(shop, *edits, profile=profile)
    return beside(shop, live, draft, days)


def beside(shop: Shop, live: str, draft: Snapshot, days: int) -> Result:
    now = shop.clock()
    span = Span(now - timedelta(days=days), now + timedelta(hours=1))
    trial = Trial(lambda: database.reading(shop.engine), live, draft, span)
    seen = list(trial.run())
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert seen[-1].done == seen[-1].whole
    return trial.result()


def told(result: Result) -> dict[tuple[str, str], tuple[int, int, bool]]:
    """(what, place and change) -> documents, times, worse."""
    return {
        (g.what, g.place if "→" in g.place or ":" in g.place else f"{g.place} {g.change}"): (
            g.documents,
            g.times,
            g.worse,
        )
        for g in result.groups
    }


def group(result: Result, what: str, place: str) -> Group:
    (found,) = (g for g in result.groups if (g.what, g.place) == (what, place))
    return found


def work(shop: Shop) -> Shop:
    """Two files: PO 1 and 2 of one line and a rejected set; PO 3 of two lines the next day. All answered."""
    sets = [purchase_order("P1", 20), bad_purchase_order("P9", "0002"), purchase_order("P2", 30, "0003")]
    shop.drop("a.edi", interchange(1, sets))
    shop.run()
    shop.clock.skip(days=1)
    shop.drop("b.edi", interchange(2, [purchase_order("P3", 50, lines=2)]))
    shop.run()
    assert shop.states() == {"P1": "ACCEPTED", "P2": "ACCEPTED", "P3": "ACCEPTED"}
    return shop


@pytest.fixture(scope="module")
def traffic(stocked_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """What `work` leaves, for all tests that only read it."""
    home = tmp_path_factory.mktemp("traffic")
    shutil.copyfile(stocked_file, home / "gateway.db")
    engine = connect(f"sqlite:///{home / 'gateway.db'}")
    yield work(Shop(engine, home))
    engine.dispose()


def rows(shop: Shop) -> list[int]:
    with database.reading(shop.engine) as conn:
        return [
            conn.execute(select(func.count()).select_from(t)).scalar_one()
            for t in tables.metadata.sorted_tables
        ]


def test_a_stricter_guide_shows_whom_it_would_reject_and_what_they_would_hear(traffic: Shop) -> None:
    before = rows(traffic)
    rule = '[[rules]]\nid = "short"\ntarget = "REF*IA:02"\nmax = 3\n\n'
    found = tried(traffic, (OWN, "[[rules]]", f"{rule}[[rules]]"), days=3)
    assert (found.documents, found.interchanges, found.different, found.worse) == (4, 2, 4, True)
    assert told(found) == {
        ("verdict", "accepted → rejected"): (3, 3, True),
        ("order", "ACCEPTED → no order"): (3, 3, True),
        ("855", "goes at once → no order"): (3, 3, True),
        ("997", "AK5 A → R"): (3, 3, True),
        ("997", "other errors are named changes"): (1, 1, False),  # of the one that is rejected as it is
        ("finding", "ERROR ELEMENT_TOO_LONG REF02 (short) appears"): (4, 4, True),
    }
    examples = {e.about.name: e for e in group(found, "997", "AK5 A → R").examples}
    assert set(examples) == {"P1", "P2", "P3"}
    (refused,) = group(found, "997", "other errors are named").examples
    assert refused.about.name == "P9"  # which no mapping reads
    assert examples["P1"].was == "AK2*850*0001~AK5*A"
    assert examples["P1"].now == "AK2*850*0001~AK3*REF*4**8~AK4*2*127*5*771200~AK5*R*5"
    document = traffic.rows(tables.documents, id=examples["P3"].about.document_id)[0]
    assert (document["business_key"] or "").endswith("P3") or document["order_id"] == examples[
        "P3"
    ].about.order_id
    assert [(d.kind, d.name, d.change) for d in found.changes] == [("rule", "short", "added")]
    assert rows(traffic) == before  # it writes nothing

    (alone,) = (
        g for g in tried(traffic, (OWN, "[[rules]]", f"{rule}[[rules]]")).groups if g.what == "verdict"
    )
    assert [e.about.name for e in alone.examples] == ["P3"]  # of the last day


def test_a_changed_row_shows_the_fields_the_orders_and_the_answers(traffic: Shop) -> None:
    found = tried(traffic, (OWN, "", '["PO1"]\n04 = false\n\n'), days=3)
    assert told(found)["field", "lines[].price is gone"] == (3, 4, False)
    assert told(found)["unread", "PO104: no row reads it any more"] == (3, 4, False)
    price = group(found, "field", "lines[].price")
    assert price.usual_values == [("44.4", None, 4)]
    assert group(found, "unread", "PO104: no row reads it any more").change == "appears"


def test_a_changed_code_table_shows_what_is_understood_otherwise(traffic: Shop) -> None:
    """CA of the buyer becomes our PC: a row of a table that the mapping names."""

    row = (OWN, "", '["PO1"]\n03 = { field = "unit", table = "units" }\n\n')
    as_cases = drafted(traffic, row)[1]
    as_pieces = drafted(traffic, row, ("tables/units.csv", "CA,CA,both,case", "CA,PC,read,case"))[1]
    found = beside(traffic, as_cases.content, as_pieces, days=3)
    assert told(found)["field", "lines[].unit changes"] == (3, 4, False)
    assert group(found, "field", "lines[].unit").usual_values == [("CA", "PC", 4)]
    assert [(d.file, d.change) for d in found.changes] == [("tables/units.csv", "changed")]


def test_a_policy_shows_what_the_buyers_would_be_told(traffic: Shop) -> None:
    found = tried(traffic, profile={"answering.accepted_code": "AC"}, days=3)
    assert (found.judged, found.documents, found.worse) == (3, 4, False)
    assert told(found) == {("855", "ACK01 changes"): (3, 4, False)}
    assert group(found, "855", "ACK01").examples[0].was is not None
    assert {(e.was, e.now) for e in group(found, "855", "ACK01").examples} == {
        ("ACK*IA*20*CA", "ACK*AC*20*CA"),
        ("ACK*IA*30*CA", "ACK*AC*30*CA"),
        ("ACK*IA*50*CA", "ACK*AC*50*CA"),
    }


def test_what_went_out_is_written_again(traffic: Shop) -> None:
    found = tried(traffic, (f"partner/{PARTNER}/855.toml", "", '["CUR"]\n01 = false\n'), days=3)
    assert (found.interchanges, found.documents) == (0, 3)  # nothing that came in is read otherwise
    assert [(g.what, g.documents) for g in found.groups if not g.what.endswith("check")] == [("855", 3)]


def test_another_acknowledgment_and_what_only_the_future_shows(traffic: Shop) -> None:
    found = tried(
        traffic,
        profile={"acknowledging.functional": "none", "acknowledging.ta1": "always", "name": "K"},
        days=3,
    )
    assert told(found) == {
        ("997", "997 → none"): (2, 2, True),
        ("TA1", "none goes → a TA1 goes"): (2, 2, False),
    }
    assert found.later == ("name",)


def test_both_databases_give_the_archive_alike(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses that become theirs or are not any more; large interchanges in stretches; what was purged; 855s."""
    work(shop)
    shop.drop("c.edi", interchange(3, [purchase_order("P4")], sender="KESTREL2"))
    shop.run()
    them = {"qualifier": "ZZ", "id": "KESTREL2", "group_id": None}
    found = tried(shop, profile={"also_known_as": [them]}, days=3)
    assert told(found)["verdict", "set aside → accepted"] == (1, 1, False)
    assert (found.different, found.documents) == (1, 5)
    found = tried(shop, profile={"them": them})
    assert told(found)["verdict", "accepted → set aside"] == (
        1,
        1,
        True,
    )  # P3: the others came the day before

    looser = (OWN, "must_use = true", "should_use = true")
    monkeypatch.setattr(trials, "_LARGE", 100)
    found = tried(shop, looser, days=3)
    assert (found.interchanges, found.documents, found.unread) == (2, 4, 0)
    with shop.engine.begin() as conn:
        conn.execute(tables.receipt_chunks.delete())
    found = tried(shop, looser, (f"partner/{PARTNER}/855.toml", "", '["CUR"]\n01 = false\n'), days=3)
    assert (found.interchanges, found.documents, found.unread) == (0, 3, 2)


def test_what_it_shows_is_what_happens(traffic: Shop) -> None:
    """The last test of this module: from here on another version is live."""
    policy: dict[str, object] = {"answering.accepted_code": "AC"}
    street = (OWN, "[[rules]]", '[[rules]]\nid = "dock"\ntarget = "N1/N3:01"\nmax = 5\n\n[[rules]]')
    answer = group(tried(traffic, profile=policy, days=3), "855", "ACK01").examples[0].now
    with traffic.engine.begin() as conn:
        publish(traffic.start().works.desk(conn), drafted(traffic, profile=policy)[1], "tried")
    hears = group(tried(traffic, street, days=3), "997", "AK5 A → R").examples[0].now
    assert (answer, hears) == (
        "ACK*AC*20*CA",
        "AK2*850*0001~AK3*N3*10**8~AK4*1*166*5*1 DOCK ROAD~AK5*R*5",
    )
    before = set(traffic.sent())
    traffic.drop("c.edi", interchange(3, [purchase_order("P5", 20)]))
    traffic.run()
    with traffic.engine.begin() as conn:
        publish(traffic.start().works.desk(conn), drafted(traffic, street)[1], "tried")
    traffic.drop("d.edi", interchange(4, [purchase_order("P6", 20)]))
    traffic.run()
    said = "".join(text for text in traffic.sent() if text not in before).replace("\n", "")
    assert answer in said
    assert hears in said
