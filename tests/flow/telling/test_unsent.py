"""Answers that are made but do not go: near their time and past it they are cases that name what keeps them.

The order comes on Monday, 3 March 2025, 15:00 UTC; the answer is due a day later, the warning four hours before.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from edi_gateway.commands.ordering import orders
from edi_gateway.commands.triage import working
from edi_gateway.flow.telling import unsent
from edi_gateway.model.incident import RUNNING, Stopped
from edi_gateway.partners.profile import Profile
from edi_gateway.store import tables
from tests.commands.book import Book
from tests.commands.desks import SYSTEM
from tests.flow import papers
from tests.flow.shop import Shop
from tests.flow.telling.test_outbound import DOWN, trouble
from tests.orders.build import line, po

DUE = "2025-03-04 15:00 UTC"


@dataclass
class Partner:
    """As much of a live partner as keeps an answer."""

    profile: Profile
    paused: bool = False


class Hall(Book):
    """A book, and looks at what has not gone."""

    paused = False
    published = True
    stopped = RUNNING

    def look(self, **later: int) -> list[tuple[str, str]]:
        """So much later: the open cases, (code, message)."""
        self.clock.move(**later)
        known: Any = Partner(self.partners.live, self.paused) if self.published else None
        live: Any = SimpleNamespace(get=lambda key: known, stopped=self.stopped)
        with self.desk(actor=SYSTEM) as desk:
            unsent.sweep(desk, live)
        c = tables.cases.c
        return self.rows(select(c.code, c.message).where(c.state == "NEW").order_by(c.id))

    def bundle(self, error: str | None = None, state: str = "READY", of: int = 1) -> int:
        """The first 855s are put into a transmission, which perhaps does not get through."""
        d = tables.documents
        number = self.ids.next()
        with self.engine.begin() as conn:
            conn.execute(
                insert(tables.transmissions).values(
                    id=number, partner="acme", control="1", name=f"{of}.edi", bytes=b"", sha256="", documents=of,
                    sets="855", state=state, last_error=error, created_at=self.clock(), ack_state="NONE",
                )
            )  # fmt: skip
            waiting = select(d.c.id).where(d.c.state == "QUEUED").order_by(d.c.id).limit(of)
            for document in list(conn.execute(waiting).scalars()):
                conn.execute(
                    update(d).where(d.c.id == document).values(state="BUNDLED", transmission_id=number)
                )
        return number

    def send(self, transmission: int) -> None:
        with self.desk(actor=SYSTEM) as desk:
            d = tables.documents
            desk.conn.execute(update(d).where(d.c.transmission_id == transmission).values(state="SENT"))
            unsent.gone(desk, [transmission])

    def states(self) -> list[Any]:
        c = tables.cases.c
        return self.rows(select(c.code, c.state).order_by(c.id))


@pytest.fixture
def hall(stocked: Engine) -> Hall:
    return Hall(stocked)


def test_a_paused_partners_answer_is_a_case_near_and_past_its_time_and_ends_when_it_goes(hall: Hall) -> None:
    order_id = hall.one(po(line(48)))
    hall.paused = True
    assert hall.look(hours=19, minutes=59) == []
    near = f"The 855 of PO PO-1 is to be with acme by {DUE} and has not gone: acme is paused."
    assert hall.look(minutes=1) == [("ANSWER_DUE", near)]
    assert hall.look(hours=3) == [("ANSWER_DUE", near)]  # once
    late = f"The 855 of PO PO-1 was to be with acme by {DUE} and has not gone: acme is paused."
    assert hall.look(hours=1) == [("ANSWER_OVERDUE", late)]
    assert hall.look(hours=1) == [("ANSWER_OVERDUE", late)]
    assert hall.states() == [("ANSWER_DUE", "RESOLVED"), ("ANSWER_OVERDUE", "NEW")]
    c = tables.cases.c
    assert hall.rows(select(c.order_id, c.amount)) == [(order_id, 192), (order_id, 192)]
    hall.send(hall.bundle())
    assert hall.states() == [("ANSWER_DUE", "RESOLVED"), ("ANSWER_OVERDUE", "RESOLVED")]
    assert hall.look(hours=1) == []


def test_a_window_that_is_closed_is_named_and_one_that_is_open_keeps_nothing(hall: Hall) -> None:
    hall.one(po(line(48)))
    schedule = hall.partners.live.schedule.model_copy(update={"sending_window": "06:00-10:00"})
    hall.partners.live = hall.partners.live.model_copy(update={"schedule": schedule})
    ((code, message),) = hall.look(hours=21)  # Tuesday noon
    assert (code, message.partition("gone: ")[2]) == (
        "ANSWER_DUE",
        "acme takes files only 06:00-10:00 (UTC).",
    )
    hall.one(po(line(48), po_number="PO-2"))
    assert len(hall.look(hours=18)) == 1  # Wednesday 06:00: PO-2 has time, PO-1 goes in a moment


def test_a_line_that_fails_is_named_for_all_that_waits_behind_it(hall: Hall) -> None:
    for number in ("PO-1", "PO-2"):
        hall.one(po(line(48), po_number=number))
    first = hall.bundle("no route to the server")
    hall.bundle()
    assert [(code, m.partition("gone: ")[2]) for code, m in hall.look(days=1)] == [
        ("ANSWER_OVERDUE", "1.edi does not reach acme: no route to the server."),
        ("ANSWER_OVERDUE", "1.edi does not reach acme: no route to the server."),
    ]
    causes = hall.rows(select(tables.cases.c.fingerprint))
    assert len(set(causes)) == 1
    hall.send(first)
    assert hall.states() == [("ANSWER_OVERDUE", "RESOLVED"), ("ANSWER_OVERDUE", "NEW")]


def test_a_transmission_that_was_given_up_or_cancelled_keeps_its_answers(hall: Hall) -> None:
    hall.one(po(line(48)))
    hall.bundle("no such folder", "FAILED")
    assert hall.look(days=1)[0][1].endswith("1.edi does not reach acme: no such folder.")
    hall.one(po(line(48), po_number="PO-2"))
    hall.bundle(state="CANCELLED")
    d = tables.documents
    with hall.engine.begin() as conn:
        conn.execute(update(d).where(d.c.business_key == "PO-2").values(state="CANCELLED"))
    assert hall.look(days=1)[1][1].endswith("has not gone: somebody cancelled its transmission.")


def test_an_answer_to_a_partner_who_is_not_published_any_more_is_named(hall: Hall) -> None:
    hall.one(po(line(48)))
    hall.published = False
    assert hall.look(days=1)[0][1].endswith("has not gone: acme is not published.")


def test_what_may_go_in_the_next_moment_is_no_case_until_it_does_not_go_for_an_hour(hall: Hall) -> None:
    hall.one(po(line(48)))
    assert hall.look(hours=24, minutes=59) == []
    assert hall.look(minutes=1)[0][1].endswith("has not gone: nothing that is known keeps it.")


def test_an_update_has_its_own_time_from_when_there_was_something_to_tell(hall: Hall) -> None:
    order_id = hall.one(po(line(48), line(24)))
    hall.send(hall.bundle())
    hall.clock.move(days=5)
    with hall.desk() as desk:
        orders.cancel(desk, hall.partners, order_id, why="no stock", line=2)
    hall.paused = True
    assert hall.look(hours=19) == []
    assert [code for code, _ in hall.look(hours=1)] == ["ANSWER_DUE"]
    assert [code for code, _ in hall.look(hours=4)] == ["ANSWER_OVERDUE"]


def test_answers_that_are_stopped_are_named_as_such(hall: Hall) -> None:
    hall.one(po(line(48)))
    hall.stopped = Stopped(sets=frozenset({("855", "acme")}))
    ((code, message),) = hall.look(days=1)
    assert (code, "855s of acme are stopped" in message) == ("ANSWER_OVERDUE", True)


def test_what_somebody_has_closed_is_not_opened_again(hall: Hall) -> None:
    hall.one(po(line(48)))
    hall.paused = True
    hall.look(days=1)
    (case_id,) = hall.rows(select(tables.cases.c.id))
    with hall.desk() as desk:
        working.close(desk, case_id, "partner data", "they know")
    assert hall.look(hours=1) == []


def test_a_new_answer_does_not_end_what_is_said_of_one_that_has_not_gone(hall: Hall) -> None:
    order_id = hall.one(po(line(48), line(24)))
    hall.paused = True
    hall.look(days=1)
    with hall.desk() as desk:
        orders.cancel(desk, hall.partners, order_id, why="no stock", line=2)
    assert hall.states() == [("ANSWER_OVERDUE", "NEW")]
    assert [code for code, _ in hall.look(minutes=1)] == ["ANSWER_OVERDUE"]  # one for the order
    hall.send(hall.bundle(of=2))
    assert hall.states() == [("ANSWER_OVERDUE", "RESOLVED")]


def test_an_order_that_is_void_keeps_nobody_waiting(hall: Hall) -> None:
    order_id = hall.one(po(line(48)))
    with hall.engine.begin() as conn:
        conn.execute(update(tables.orders).where(tables.orders.c.id == order_id).values(state="VOID"))
    hall.paused = True
    assert hall.look(days=1) == []


def test_on_the_road_an_answer_that_a_line_keeps_is_a_case_until_it_has_gone(shop: Shop) -> None:
    shop.drop("a.edi", papers.orders(501, "K1"))
    with trouble(DOWN):
        shop.run()
        assert shop.cases() == []
        (order,) = shop.rows(tables.orders)
        shop.clock.skip(seconds=(order["answer_due_at"] - shop.clock()).total_seconds() + 1)
        shop.run()
    assert shop.cases() == ["ANSWER_OVERDUE"]
    shop.clock.skip(hours=1)
    shop.run()
    assert any("ST*855*" in text for text in shop.sent())
    assert shop.cases() == []
