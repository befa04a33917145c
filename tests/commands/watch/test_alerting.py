"""Alerts: what is new is told once, to whom it concerns, together, and not at night unless it is urgent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select

from edi_gateway.commands.desk import Actor, Refused
from edi_gateway.commands.partners import users
from edi_gateway.commands.telling.messages import Draft, send
from edi_gateway.commands.triage import working
from edi_gateway.commands.triage.cases import About, NewCase, open_cases
from edi_gateway.commands.watch import alerting, incidents
from edi_gateway.commands.watch.routes import routes
from edi_gateway.flow.telling.messages import _alert
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.incident import Urgency
from edi_gateway.store import tables
from edi_gateway.store.ids import short
from edi_gateway.store.watch.messages import StoredAlert
from edi_gateway.triage.alerting import (
    Alert,
    Alerting,
    Route,
    after_quiet,
    mail_of,
    reached,
    subject_of,
    wants,
)
from tests.commands.desks import NOW, SYSTEM, Office


class Telling:
    """Passes over one database."""

    def __init__(self, engine: Engine, *routes: Route) -> None:
        self.office = Office(engine)
        self.alerting = Alerting(routes, people={"ann": "ann@seller.example", "cy": "cy@seller.example"})

    def case(
        self, code: Code, family: Family, order_id: int, value: str = "X", *, test: bool = False
    ) -> None:
        finding = Finding(code, Severity.ERROR, "m", "mend it", value=value, family=family)
        with self.office.desk(actor=SYSTEM) as desk:
            open_cases(desk, [NewCase(finding, "acme", About(order_id=order_id), Decimal(9), "USD", test)])

    def go(self) -> int:
        with self.office.desk(actor=SYSTEM) as desk:
            return alerting.raise_alerts(desk, self.alerting)

    def messages(self) -> list[tuple[str, str, str, int]]:
        """(route, to, due at, how many alerts) of each message."""
        m, link = tables.messages.c, tables.alert_messages.c
        with self.office.engine.begin() as conn:
            found = conn.execute(select(m.id, m.route, m.target, m.due_at).order_by(m.id)).all()
            borne = list(conn.execute(select(link.message_id)).scalars())
        return sorted((row.route, row.target, f"{row.due_at:%H:%M}", borne.count(row.id)) for row in found)


def test_new_causes_go_to_the_people_of_their_queue_as_one_mail_and_once(swept: Engine) -> None:
    told = Telling(
        swept,
        Route("analysts", roles=frozenset({"EDI_ANALYST"}), mail=("desk@seller.example",)),
        Route("prices", families=frozenset({"PRICE"}), users=frozenset({"cy"}), digest_minutes=0),
    )
    with told.office.desk("boss") as desk:
        users.put(desk, "boss", ["ADMIN"])
        users.put(desk, "ann", ["EDI_ANALYST"])
    for order_id in (1, 2, 3):
        told.case(Code.CODE_INVALID, Family.SYNTAX, order_id)
    told.case(Code.MAPPING_MISSING, Family.MAPPING, 4)
    told.case(Code.PRICE_DIFFERS, Family.PRICE, 5)
    told.case(Code.PRICE_ZERO, Family.PRICE, 6, test=True)  # of a test: nobody is told
    assert told.go() == 3
    assert told.messages() == [
        ("analysts", "ann@seller.example", "15:10", 2),
        ("analysts", "desk@seller.example", "15:10", 2),
        ("prices", "cy@seller.example", "15:00", 1),
    ]
    told.office.clock.move(hours=1)
    told.case(Code.CODE_INVALID, Family.SYNTAX, 7)  # the same cause, told an hour ago
    assert told.go() == 0
    told.office.clock.move(hours=24)
    assert told.go() == 1  # it has grown since, and that was a day ago
    told.office.clock.move(hours=25)
    assert told.go() == 0  # it has not grown


def test_a_route_says_whom_it_reaches_whom_it_cannot_and_until_when_it_is_quiet(swept: Engine) -> None:
    told = Telling(
        swept,
        Route("analysts", roles=frozenset({"EDI_ANALYST"}), quiet="14:00-16:30", zone="UTC"),
        Route("pager", least="urgent", webhook="https://pager.example/hook?key=secret", digest_minutes=0),
    )
    with told.office.desk("boss") as desk:
        users.put(desk, "boss", ["ADMIN"])
        for name in ("ann", "dan"):
            users.put(desk, name, ["EDI_ANALYST"])
        found = routes(desk.conn, told.alerting, NOW)  # 15:00
    assert [(one.told, one.to, one.unreached, one.quiet_until) for one in found] == [
        ("cases and incidents", ("ann@seller.example",), ("dan",), NOW.replace(hour=16, minute=30)),
        ("urgent incidents", ("https://pager.example/hook",), (), None),
    ]


def test_an_urgent_incident_goes_through_the_night_and_its_end_does_not(swept: Engine) -> None:
    told = Telling(
        swept, Route("night", mail=("duty@seller.example",), quiet="14:00-16:30", least="incidents")
    )
    told.case(Code.CODE_INVALID, Family.SYNTAX, 1)
    with told.office.desk() as desk:
        incidents.open_by_hand(desk, "Labels are late", "")
    assert told.go() == 2
    assert told.messages() == [("night", "duty@seller.example", "16:30", 1)]
    with told.office.desk() as desk:
        urgent = incidents.open_by_hand(desk, "Nothing leaves the house", "", Urgency.URGENT)
    told.go()
    assert told.messages() == [("night", "duty@seller.example", "15:00", 2)]  # what waited goes along
    with told.office.desk() as desk:
        desk.conn.execute(tables.messages.update().values(state="SENT", body="x"))
        incidents.close(desk, urgent, "carrier", "the lorry is there")
    assert told.go() == 1
    assert told.messages()[-1] == ("night", "duty@seller.example", "16:30", 1)
    assert told.go() == 0


def test_who_is_named_on_a_case_gets_a_mail_once_in_their_hours_unless_they_have_looked(
    swept: Engine,
) -> None:
    """It is 15:00. Ann is reached by a route that is quiet till 16:00, cy by none, bob has no address."""
    told = Telling(
        swept,
        Route("analysts", least="urgent", users=frozenset({"ann"}), quiet="14:00-16:00", digest_minutes=10),
    )
    told.case(Code.CODE_INVALID, Family.SYNTAX, 1)
    with told.office.engine.begin() as conn:
        case = conn.execute(select(tables.cases.c.id)).scalar_one()
    with told.office.desk("bob", "EDI_ANALYST") as desk:
        done = working.comment(desk, case, "@ann @cy @bob\nis this yours?")
        working.comment(desk, case, "@cy and this?")
    assert done.named == ("ann", "cy", "bob")
    assert reached(done.named, told.alerting.people) == (
        "ann and cy are told by mail. bob has no mail address (alerts.people): it stands among their own work only."
    )
    assert reached(("ann", "cy"), told.alerting.people, mails=False) == (
        "No mail server is set, so nobody tells ann and cy: it stands among their own work only."
    )
    assert reached((), told.alerting.people) == ""
    with told.office.desk("cy", "EDI_ANALYST") as desk:
        working.seen(desk)
        working.hand_over(desk, case, "ann", "I asked them")
    with told.office.desk("ann", "EDI_ANALYST") as desk:
        working.assign(desk, case, "cy", "yours again")
    assert told.go() == 4  # three mentions that nobody has looked at, and the cause
    assert told.messages() == [
        ("mentions", "ann@seller.example", "16:00", 2),
        ("mentions", "cy@seller.example", "15:00", 1),
    ]
    assert told.go() == 0
    with told.office.engine.begin() as conn:
        row = conn.execute(select(tables.alerts).where(tables.alerts.c.topic.like("mention%"))).first()
    assert row is not None
    stored = StoredAlert(**{name: getattr(row, name) for name in StoredAlert.__slots__})
    alert = _alert(stored)
    assert subject_of([alert]) == f"[EDI] bob to ann on case {short(case)}: @ann @cy @bob is this yours?"
    assert f"https://console.example/cases/{case}\n" in mail_of([alert], "https://console.example")


def test_quiet_hours_end_in_the_morning_of_their_zone() -> None:
    route = Route(
        "a", quiet="18:00-07:00", zone="America/Chicago"
    )  # UTC - 6 in January, - 5 from 8 March 2026
    noon = datetime(2026, 1, 15, 18, 0, tzinfo=UTC)
    assert after_quiet(route, noon) == noon
    assert after_quiet(route, datetime(2026, 1, 16, 3, 0, tzinfo=UTC)) == datetime(
        2026, 1, 16, 13, 0, tzinfo=UTC
    )
    assert after_quiet(route, datetime(2026, 1, 16, 12, 59, tzinfo=UTC)) == datetime(
        2026, 1, 16, 13, 0, tzinfo=UTC
    )
    assert after_quiet(route, datetime(2026, 3, 8, 2, 0, tzinfo=UTC)) == datetime(
        2026, 3, 8, 12, 0, tzinfo=UTC
    )
    day = replace(route, quiet="12:00-13:00", zone="UTC")
    assert after_quiet(day, datetime(2026, 1, 15, 12, 30, tzinfo=UTC)) == datetime(
        2026, 1, 15, 13, 0, tzinfo=UTC
    )


def test_a_route_wants_what_it_names() -> None:
    case = Alert(1, "t", "PRICE", "PRICE_DIFFERS", "acme", False, 1, "", "", NOW, "/")
    incident = replace(case, family="TRANSPORT", incident_id=5)
    assert wants(Route("all"), case)
    assert not wants(Route("a", families=frozenset({"SYNTAX"})), case)
    assert not wants(Route("a", partners=frozenset({"other"})), case)
    assert not wants(Route("a", roles=frozenset({"EDI_ANALYST"})), case)  # whose queue has no prices
    assert wants(Route("a", roles=frozenset({"CSR"})), incident)
    assert not wants(Route("a", least="urgent"), incident)
    assert wants(Route("a", least="urgent"), replace(incident, urgent=True))


def test_a_message_to_a_partner_is_refused_unless_it_is_one_and_stands_on_the_incident(swept: Engine) -> None:
    office = Office(swept)
    with office.desk() as desk:
        incident = incidents.open_by_hand(desk, "They are silent", "")
        for to in ("nobody", "a@b.example\nBcc: c@d.example", "a@b.example, c@d.example"):
            with pytest.raises(Refused, match="no mail address"):
                send(desk, Draft(to, "s", "t"))
        message = send(desk, Draft("edi@acme.example", "Good\r\nday", "Where are you?", incident_id=incident))
        row = desk.conn.execute(select(tables.messages).where(tables.messages.c.id == message)).one()
        assert (row.subject, row.body, row.state, row.kind) == (
            "Good day",
            "Where are you?",
            "WAITING",
            "message",
        )
        notes = desk.conn.execute(select(tables.incident_notes.c.kind).order_by(tables.incident_notes.c.id))
        assert list(notes.scalars()) == ["opened", "told"]
        desk.actor = Actor("otto", frozenset({"AUDITOR"}))
        with pytest.raises(Refused, match="none of the roles"):
            send(desk, Draft("edi@acme.example", "s", "t"))
