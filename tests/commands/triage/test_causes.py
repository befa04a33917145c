"""The counts of a cause: whatever is done to cases, they are what the open ones say; no worker waits in a circle."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert, select

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.triage import cases, working
from edi_gateway.commands.triage.cases import About, NewCase
from edi_gateway.commands.triage.working import AllOf
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.orders.hours.service import ACTIONS
from edi_gateway.orders.hours.working_time import WorkingHours
from edi_gateway.orders.rates import Rates
from edi_gateway.reports.book.cases import list_cases
from edi_gateway.reports.causes.pareto import pareto
from edi_gateway.reports.causes.queue import Wanted, queue
from edi_gateway.store.database import reading
from edi_gateway.store.tables import cases as case_rows
from edi_gateway.store.tables import cause_days, causes, customers, orders
from tests.commands.desks import NOW, SYSTEM, Office


def unknown(item: str, order: int | None = None, amount: str = "10.00", currency: str = "USD") -> NewCase:
    finding = Finding(
        *(Code.ITEM_UNKNOWN, Severity.ERROR, "Nobody knows this item.", "Add a cross-reference."),
        at="lines[0].ids", value=item, family=Family.ITEM, rule="item_known",
    )  # fmt: skip
    return NewCase(finding, "acme", About(order_id=order), Decimal(amount), currency)


def opened(office: Office, *new: NewCase) -> list[int]:
    with office.desk(actor=SYSTEM) as desk:
        return cases.open_cases(desk, new)


def causes_of(office: Office) -> list[Any]:
    with reading(office.engine) as conn:
        return list(conn.execute(select(causes).order_by(causes.c.value)))


def test_five_hundred_documents_with_one_cause_are_one_row(office: Office) -> None:
    opened(office, *(unknown("UP 1", order, "2.50") for order in range(250)))
    office.clock.move(days=1)
    opened(office, *(unknown("UP 1", order, "2.50") for order in range(250, 500)), unknown("UP 2", 1, "7"))
    first, other = causes_of(office)
    assert (first.cases, first.orders, json.loads(first.amounts), first.weight) == (
        500,
        500,
        {"USD": 125000},
        125000,
    )
    assert (first.stage, first.family, first.code, first.rule) == (
        "judge",
        "ITEM",
        "ITEM_UNKNOWN",
        "item_known",
    )
    assert (first.place, first.partner, first.value) == ("lines[].ids", "acme", "UP 1")
    assert first.last_at - first.first_at == timedelta(days=1)
    assert first.due_at == first.first_at + timedelta(hours=8)
    assert (other.cases, other.value) == (1, "UP 2")
    with reading(office.engine) as conn:
        days = conn.execute(select(cause_days.c.opened).where(cause_days.c.fingerprint == first.fingerprint))
        assert list(days.scalars()) == [250, 250]


def test_a_transaction_that_is_undone_counts_nothing_and_its_savepoint_alone_neither(office: Office) -> None:
    with office.desk(actor=SYSTEM) as desk:
        cases.open_cases(desk, [unknown("UP 1", 1)])
        inner = desk.conn.begin_nested()
        cases.open_cases(desk, [unknown("UP 1", 2)])
        inner.rollback()
    with office.engine.connect() as conn:
        cases.open_cases(Desk(conn, office.ids, office.clock, SYSTEM), [unknown("UP 1", 3)])
        conn.rollback()
    assert [(row.cases, row.orders) for row in causes_of(office)] == [(1, 1)]


def _act(office: Office, chance: random.Random, known: list[int]) -> None:
    """One thing that may happen to a case or a cause."""
    items = ("UP 1", "UP 2", "UP 3")
    office.clock.move(minutes=chance.randrange(1, 90))
    what = chance.randrange(9)
    if what < 3 or not known:
        new = [
            replace(
                unknown(
                    *(chance.choice(items), chance.choice([None, 1, 2, 3])),
                    *(
                        f"{chance.randrange(10_000)}.{chance.randrange(100):02}",
                        chance.choice(["USD", "CAD"]),
                    ),
                ),
                po_number=chance.choice([None, "P-1", "77"]),  # counts where there is no order
            )
            for _ in range(chance.randrange(1, 4))
        ]
        known += opened(office, *new)
        return
    some = chance.sample(known, min(len(known), chance.randrange(1, 4)))
    with office.desk("ann") as desk:
        if what == 3:
            cases.resolve(desk, some, "gone", chance.choice(list(ACTIONS)))
            return
        which: int | AllOf = some[0]
        if chance.random() < 0.2:
            which = AllOf(_cause_of(office, some[0]))
        act = {
            4: lambda: working.claim(desk, which),
            5: lambda: working.snooze(desk, which, office.clock() + timedelta(hours=chance.randrange(1, 9))),
            6: lambda: working.wait(desk, which, "partner"),
            7: lambda: working.close(desk, which, "partner data: sent twice"),
            8: lambda: working.reopen(desk, some[0], "it is not over"),
        }[what]
        try:
            act()
        except Refused:
            return  # what may not be done changes nothing


def _cause_of(office: Office, case_id: int) -> str:
    with reading(office.engine) as conn:
        c = case_rows.c
        return str(conn.execute(select(c.fingerprint).where(c.id == case_id)).scalar_one())


@pytest.mark.parametrize("seed", range(4))
def test_the_counts_are_always_what_the_open_cases_say(office: Office, seed: int) -> None:
    chance, known = random.Random(seed), list[int]()
    for _ in range(40):
        _act(office, chance, known)
    with reading(office.engine) as conn:
        found = list(conn.execute(select(case_rows)))
    for row in causes_of(office):
        mine = [case for case in found if case.fingerprint == row.fingerprint]
        standing = [case for case in mine if case.state in ("NEW", "ASSIGNED", "WAITING")]
        money: dict[str, int] = {}
        for case in standing:
            money[case.currency] = money.get(case.currency, 0) + int(case.amount * 100)
        snoozed = [case.snoozed_until for case in standing if case.snoozed_until]
        assert (row.cases, row.ever) == (len(standing), len(mine))
        assert row.orders == len({case.order_id or case.po_number for case in standing} - {None})
        assert json.loads(row.amounts) == {name: cents for name, cents in money.items() if cents}
        assert row.weight == money.get("USD", 0)
        assert row.due_at == min((case.due_at for case in standing), default=None)
        assert (row.awake, row.wakes_at) == (len(standing) - len(snoozed), min(snoozed, default=None))
        assert (row.first_at, row.last_at) == (min(c.opened_at for c in mine), max(c.opened_at for c in mine))


@pytest.mark.postgres
def test_workers_that_open_cases_of_the_same_causes_crosswise_do_not_block_each_other(
    postgres_url: str,
) -> None:
    from edi_gateway.store.database import connect

    engine = connect(postgres_url)
    barrier, failures = threading.Barrier(4), list[BaseException]()

    def work(node: int, order: Sequence[str]) -> None:
        office = Office(engine, node)
        try:
            for turn in range(10):
                with office.desk(actor=SYSTEM) as desk:
                    for item in order:
                        cases.open_cases(desk, [unknown(item, node * 100 + turn, "1")])
                    barrier.wait(30)
        except BaseException as problem:
            failures.append(problem)

    ways = [["A 1", "B 2", "C 3"], ["C 3", "B 2", "A 1"], ["B 2", "C 3", "A 1"], ["C 3", "A 1", "B 2"]]
    workers = [threading.Thread(target=work, args=(n + 1, way)) for n, way in enumerate(ways)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert [(row.value, row.cases, row.orders, row.weight) for row in causes_of(Office(engine))] == [
        ("A 1", 40, 40, 4000), ("B 2", 40, 40, 4000), ("C 3", 40, 40, 4000),
    ]  # fmt: skip
    engine.dispose()


def test_money_of_other_currencies_is_ranked_by_its_rate_and_without_one_it_comes_last(
    office: Office,
) -> None:
    """1000.00 CAD are 730.00 USD, 900,000 KRW nothing that is known: 800 USD first, then CAD, then 5 USD, then KRW."""
    office.rates = Rates("USD", {"CAD": Decimal("0.73")})
    opened(
        office, unknown("K 1", 1, "900000", "KRW"), unknown("C 1", 2, "1000", "CAD"), unknown("U 1", 3, "800"),
        unknown("V 1", 4, "5"), unknown("C 1", 5, "10", "USD"),
    )  # fmt: skip
    with reading(office.engine) as conn:
        found = queue(conn, Wanted(), NOW).causes
        assert [row.value for row in found] == ["U 1", "C 1", "V 1", "K 1"]
        assert found[1].amounts == {"CAD": Decimal("1000.00"), "USD": Decimal("10.00")}
        assert [row.value for row in queue(conn, Wanted(unowned=True), NOW).causes] == [
            "U 1",
            "C 1",
            "V 1",
            "K 1",
        ]
        day = timedelta(days=1)
        ranked = pareto(conn, "cause", "money", NOW - day, NOW + day, now=NOW, hours=WorkingHours())
    assert [(row.name.split("value ")[1][:3], row.share, row.unranked) for row in ranked] == [
        ("U 1", Decimal("51.8"), ()),  # 800 of 1545
        ("C 1", Decimal("47.9"), ()),  # 730 and 10
        ("V 1", Decimal("0.3"), ()),
        ("K 1", Decimal("0.0"), ("KRW",)),
    ]


def test_work_is_sorted_by_due_time_then_money_then_customer_and_what_waits_comes_last(
    office: Office,
) -> None:
    since = {"since": NOW.date(), "version": 1, "changed_by": "x", "changed_at": NOW, "source": "x"}
    booked = {
        "partner": "acme", "business_key": "k", "po_number": "P", "revision": 1, "state": "ON_HOLD", "type": "SA",
        "currency": "USD", "total": 1, "lines": 1, "received_at": NOW, "updated_at": NOW, "document_id": 1,
        "content_hash": "", "snapshot": "", "answer_state": "DUE",
    }  # fmt: skip
    plain = {"currency": "USD", "ship_complete": False, "backorder": "backorder", "stopped": False}
    with office.engine.begin() as conn:
        for number, (customer, priority) in enumerate([("FIRST", 1), ("LAST", 9)], 1):
            named = {"id": number, "number": customer, "name": customer, "priority": priority}
            conn.execute(insert(customers).values(**named, **plain, **since))
            conn.execute(insert(orders).values(id=number, customer=customer, number=f"SO-{number}", **booked))
    cheap, dear, last, first, waits = opened(
        office, unknown("C 1", 7, "1"), unknown("D 1", 8, "900"), unknown("E 1", 2, "50"), unknown("F 1", 1, "50"),
        unknown("G 1", 9, "5000"),
    )  # fmt: skip
    office.clock.move(minutes=1)
    (later,) = opened(office, unknown("H 1", 10, "9999"))
    with office.desk() as desk:
        working.wait(desk, waits, "customer")
    with reading(office.engine) as conn:
        assert [case.case_id for case in list_cases(conn)] == [dear, first, last, cheap, later, waits]
        found = queue(conn, Wanted(), office.clock()).causes
        assert [row.value for row in found] == ["D 1", "F 1", "E 1", "C 1", "H 1", "G 1"]
        assert [row.due_at is None for row in found] == [False] * 5 + [True]
        assert [row.value for row in queue(conn, Wanted(state="WAITING"), NOW).causes] == ["G 1"]
        assert [row.value for row in queue(conn, Wanted(owner="ann"), NOW).causes] == ["G 1"]
        assert [row.value for row in queue(conn, Wanted(words="value d"), NOW).causes] == ["D 1"]
        assert queue(conn, Wanted(role="CREDIT"), NOW).causes == ()
        second = queue(conn, Wanted(), NOW, limit=2, offset=2)
        assert ([row.value for row in second.causes], second.all_causes) == (["E 1", "C 1"], 6)
