"""Casework at the terminal: the queue by cause, a cause as a whole, my work, what costs most, whether a fix helped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import insert

from edi_gateway.cli.context import Here
from edi_gateway.commands.desk import MACHINE, Actor, Desk
from edi_gateway.commands.triage.cases import About, NewCase, open_cases
from edi_gateway.flow.upkeep import propose_improvements
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.store.ids import Ids
from edi_gateway.store.tables import documents
from tests.cli.conftest import copied
from tests.cli.terminal import MONDAY, Terminal


def unknown(
    item: str, order: int, amount: str, partner: str = "acme", family: Family = Family.ITEM
) -> NewCase:
    finding = Finding(
        *(Code.ITEM_UNKNOWN, Severity.ERROR, f"Nobody knows {item}.", "Add a cross-reference."),
        at="lines[0].ids", value=item, family=family, rule="item_known",
    )  # fmt: skip
    return NewCase(finding, partner, About(order_id=order, document_id=order), Decimal(amount), "USD")


def opened(terminal: Terminal, new: Sequence[NewCase], ago: timedelta = timedelta()) -> None:
    """Cases that the machine opened so long ago."""
    here = Here(terminal.home, "maria")
    at = here.clock() - ago
    with here.engine.begin() as conn:
        ids = Ids(lambda: at, 900)
        open_cases(Desk(conn, ids, lambda: at, Actor(MACHINE, frozenset({MACHINE}))), new)
    here.close()


@pytest.fixture
def queue(_made: Path, tmp_path: Path) -> Terminal:
    """Forty cases of one unknown item of acme, ten of another, one late one of a partner named like a formula."""
    terminal = copied(_made, tmp_path, MONDAY)
    opened(terminal, [unknown("UP 1", n, "10.00") for n in range(40)], timedelta(hours=2))
    opened(terminal, [unknown("UP 2", n, "99.50") for n in range(10)], timedelta(minutes=30))
    opened(terminal, [unknown("UP 3", 77, "0.99", "=cmd()", Family.SYNTAX)], timedelta(hours=5))
    return terminal


def test_the_queue_is_by_cause_in_the_order_of_work_and_goes_to_spreadsheets(queue: Terminal) -> None:
    rows = queue.ok("cases", "list", "--json").json()
    assert [(row["value"], row["cases"], row["orders"], row["amounts"]) for row in rows] == [
        ("UP 3", 1, 1, {"USD": "0.99"}), ("UP 1", 40, 40, {"USD": "400.00"}), ("UP 2", 10, 10, {"USD": "995.00"}),
    ]  # fmt: skip
    assert [row["value"] for row in queue.ok("cases", "list", "--late", "--json").json()] == ["UP 3"]
    assert [row["value"] for row in queue.ok("cases", "list", "--family", "item", "--json").json()] == [
        "UP 1",
        "UP 2",
    ]
    assert [row["value"] for row in queue.ok("cases", "list", "--older", "1", "--json").json()] == [
        "UP 3",
        "UP 1",
    ]
    assert queue.ok("cases", "list", "--mine").out == "No case is open.\n"
    head, first, *_ = queue.ok("cases", "list", "--csv").out.splitlines()
    assert head.startswith("fingerprint,stage,family,code,rule,place,partner,value,cause,")
    assert ",'=cmd()," in first
    assert ",0.99 USD," in first
    file = queue.home / "queue.xlsx"
    assert "3 rows" in queue.ok("cases", "list", "--xlsx", file).err
    assert file.read_bytes()[:2] == b"PK"
    told = queue.ok("cases", "list").out
    assert "40 cases, 400.00 USD at risk, due 2026-03-02 21:00 UTC" in told
    assert (
        "40 orders; first 2026-03-02 13:00, last 2026-03-02 13:00; rising: 40 in 7 days, 0 in the 7 before"
        in told
    )


def test_a_cause_is_previewed_taken_handed_over_and_closed_as_a_whole(queue: Terminal) -> None:
    cause = next(
        row["fingerprint"] for row in queue.ok("cases", "list", "--json").json() if row["value"] == "UP 2"
    )[:8]
    assert queue.ok("cases", "claim", cause, "--all", "--dry-run").out == "It would be done to 10 cases.\n"
    assert "10 cases of it are open by now, not 9" in queue.refused(
        "cases", "claim", cause, "--all", "--expect", "9"
    )
    assert (
        queue.ok("cases", "claim", cause, "--all", "--expect", "10").out == "10 cases, each is with maria.\n"
    )
    (mine,) = queue.ok("cases", "list", "--mine", "--json").json()
    assert (mine["cases"], mine["owner"]) == (10, "maria")
    first = str(queue.ok("cases", "list", "--mine", "--each", "--json").json()[0]["case_id"])
    queue.ok("cases", "comment", first, "@bob, do you know it?")
    queue.ok("cases", "hand-over", first, "bob", "asked the buyer")
    queue.ok("cases", "wait", first, "--for", "partner", by="bob")
    told = queue.ok("cases", "mine", "--json", by="bob").json()
    assert [(task["why"], task["waiting_for"], task["said"]) for task in told if task["why"] != "queue"] == [
        ("mine", "partner", None), ("mentioned", "partner", "asked the buyer"),
        ("mentioned", "partner", "@bob, do you know it?"),
    ]  # fmt: skip
    assert queue.ok("cases", "mine", "--seen", by="bob").out == "2 mentions are marked as read.\n"
    assert "waits for partner" in queue.ok("cases", "mine", by="bob").out
    queue.ok("cases", "go-on", first, by="bob")
    queue.ok("cases", "priority", first, "urgent", by="bob")
    queue.ok("cases", "snooze", first, "2d", by="bob")
    assert len(queue.ok("cases", "list", "--cause", cause, "--json").json()) == 9
    assert "comes back at" not in queue.ok("cases", "snooze", first, "now", by="bob").out
    assert "urgent: taken 2026-03-02 15:00" in queue.ok("cases", "show", first).out
    said = queue.ok(
        "cases", "close", cause, "--root-cause", "our master data: item or cross-reference missing", "--all"
    )
    assert said.out == "10 cases, each is closed.\n"
    told = queue.ok("cases", "show", first).out
    assert "our master data: item or cross-reference missing" in told
    queue.ok("cases", "reopen", first, "the wrong item")
    assert "open for the 2. time" in queue.ok("cases", "show", first).out
    (times,) = queue.ok("cases", "times", "--json").json()
    assert (times["name"], times["cases"], times["reopened"]) == ("data corrected", 10, "10.0")
    whole = queue.ok("cases", "cause", cause, "--json").one()
    assert (whole["cases"], whole["ever"], whole["opened_week"], whole["trend"]) == (1, 10, 11, "rising")
    assert (whole["days"], whole["root_cause"]) == (
        [{"day": "2026-03-02", "opened": 11, "closed": 10}],
        "our master data",
    )


def test_pareto_marks_the_vital_few_by_count_and_by_money(queue: Terminal) -> None:
    rows = queue.ok("cases", "pareto", "--by", "item", "--json").json()
    assert [(row["name"], row["cases"], row["share"], row["cumulative"], row["vital"]) for row in rows] == [
        ("UP 1", 40, "78.4", "78.4", True), ("UP 2", 10, "19.6", "98.0", True), ("not known", 1, "2.0", "100.0", False),
    ]  # fmt: skip
    rows = queue.ok("cases", "pareto", "--by", "item", "--behind", "UP 2", "--json").json()
    assert len({row["case_id"] for row in rows}) == 10
    assert {(row["currency"], Decimal(row["hours"]).quantize(Decimal("0.1"))) for row in rows} == {
        ("USD", Decimal("0.5"))
    }
    assert "No case of it" in queue.ok("cases", "pareto", "--by", "item", "--behind", "UP 9").out
    rows = queue.ok("cases", "pareto", "--by", "check", "--measure", "money", "--json").json()
    assert [(row["name"], row["amounts"]) for row in rows] == [("item_known", {"USD": "1395.99"})]
    rows = queue.ok("cases", "pareto", "--by", "partner", "--measure", "hours", "--json").json()
    hours = [(row["name"], round(Decimal(row["hours"]))) for row in rows]  # the clock runs on
    assert hours == [("acme", 85), ("=cmd()", 5)]  # 40 x 2 h, 10 x 0.5 h
    assert (
        "* the vital few: 2 of 3 make up 80 % of the cases."
        in queue.ok("cases", "pareto", "--by", "item").out
    )


def came(terminal: Terminal, days_ago: int, count: int) -> None:
    """Documents of acme that came in on a day."""
    here = Here(terminal.home, "maria")
    at = here.clock() - timedelta(days=days_ago)
    ids = Ids(lambda: at, 901)
    with here.engine.begin() as conn:
        conn.execute(
            insert(documents),
            [
                {
                    "id": n,
                    "direction": "in",
                    "partner": "acme",
                    "set_code": "850",
                    "state": "APPLIED",
                    "created_at": at,
                }
                for n in ids.block(count)
            ],
        )
    here.close()


def test_what_comes_again_gets_a_record_and_the_rates_before_and_after_the_fix(empty: Terminal) -> None:
    terminal = empty
    terminal.set_clock(MONDAY)
    for ago in range(1, 11):  # ten days with 100 documents each: 20 with a case before the fix, 2 after it
        if ago != 5:
            came(terminal, ago, 100)
            hit = 20 if ago > 5 else 2
            opened(
                terminal, [unknown("UP 1", ago * 1000 + n, "1.00") for n in range(hit)], timedelta(days=ago)
            )
    found = terminal.ok("cases", "recurring", "--json").json()
    assert [(row["kind"], row["cases"], row["days_with"], row["improvement_id"]) for row in found] == [
        ("cause", 108, 9, None), ("partner", 108, 9, None), ("item", 108, 9, None), ("rule", 108, 9, None),
    ]  # fmt: skip
    from edi_gateway.cli.composition import compose

    here = Here(terminal.home, "maria")
    gateway = compose(here)
    assert (propose_improvements(gateway.works), propose_improvements(gateway.works)) == (4, 0)
    here.close()
    record = next(
        str(row["improvement_id"])
        for row in terminal.ok("improvements", "list", "--json").json()
        if row["kind"] == "cause"
    )
    assert "say first who sees to it" in terminal.refused("improvements", "fixed", record)
    terminal.ok("improvements", "plan", record, "--action", "load their catalogue")
    terminal.ok("improvements", "fixed", record, "--at", (MONDAY - timedelta(days=5)).isoformat())
    chart = terminal.ok("improvements", "show", record, "--json").one()["chart"]
    # p = 0.2, n = 100: 0.2 -+ 3 x 0.04
    assert (chart["before"], chart["after"], chart["verdict"]) == ("0.2000", "0.0200", "better")
    assert {(day["lower"], day["upper"]) for day in chart["days"]} == {("0.0800", "0.3200")}
    assert [day["beyond"] for day in chart["days"]] == [False] * 5 + [True] * 4
    assert "better" in terminal.ok("improvements", "show", record).out
    terminal.ok("improvements", "close", record, "the catalogue is loaded")
    assert "it is done" in terminal.refused("improvements", "plan", record, "--action", "more")
    assert "names no item" in terminal("improvements", "open", "item", "UP 9", "--action", "x").err
    assert "is about it already" in terminal.refused("improvements", "open", "item", "UP 1", "--action", "x")
