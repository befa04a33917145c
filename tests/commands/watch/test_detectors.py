"""Incidents: each detector by hand-made rows, opened once, ended when calm, and never by what is usual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, Table, insert, select

from edi_gateway.commands.desk import Desk
from edi_gateway.commands.triage.cases import About, NewCase, open_cases, resolve_about
from edi_gateway.commands.watch.sighting import Disk, Watched
from edi_gateway.commands.watch.watching import watch
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.incident import RUNNING, Stopped
from edi_gateway.partners.profile import Address, Calendar, DirectoryConnection, Profile
from edi_gateway.partners.profile.exchange import Watching
from edi_gateway.store import tables
from edi_gateway.triage.usual import Limits, jumps, upper_limit, usual_by
from tests.commands.desks import NOW, SYSTEM, Office

ACME = Profile(
    key="acme",
    name="Acme",
    them=Address(qualifier="ZZ", id="ACME"),
    us=Address(qualifier="ZZ", id="US"),
    connection=DirectoryConnection(inbound="in", outbound="out"),
    documents=(),
    calendar=Calendar(zone="America/Chicago"),
)


class Watch:
    """Passes of the detectors over one database; rows are put in at the office's clock."""

    def __init__(self, engine: Engine) -> None:
        self.office = Office(engine)
        self.profile = ACME
        self.paused: frozenset[str] = frozenset()
        self.stopped: Stopped = RUNNING
        self.limits = Limits()
        self.disks: Sequence[Disk] = ()

    def put(self, table: Table, count: int = 1, **values: Any) -> list[int]:
        with self.office.engine.begin() as conn:
            ids = self.office.ids.block(count)
            conn.execute(insert(table), [{"id": row_id, **values} for row_id in ids])
        return ids

    def sets(self, count: int, state: str = "APPLIED", **values: Any) -> list[int]:
        row = {"direction": "in", "partner": "acme", "set_code": "850", "created_at": self.office.clock()}
        return self.put(tables.documents, count, **{"state": state, "test": False} | row | values)

    def file(self) -> None:
        row = {
            "partner": "acme",
            "connection": "acme",
            "name": "a.edi",
            "size": 1,
            "sha256": "",
            "state": "DONE",
        }
        self.put(tables.receipts, received_at=self.office.clock(), **row)

    def go(self) -> list[tuple[str, str, str]]:
        """One pass: (kind, severity, state) of every incident so far."""
        with self.office.desk(actor=SYSTEM) as desk:
            profiles = [self.profile]
            watch(Watched(desk, profiles, self.paused, self.stopped, self.limits, self.disks))
            query = select(*(tables.incidents.c[n] for n in ("kind", "severity", "state")))
            return [tuple(row) for row in desk.conn.execute(query.order_by(tables.incidents.c.id))]

    def desk(self) -> Any:
        return self.office.desk(actor=SYSTEM)

    def message(self) -> str:
        with self.office.engine.begin() as conn:
            return conn.execute(select(tables.incidents.c.message)).scalar_one()

    def touched(self, kind: str) -> list[int]:
        with self.office.engine.begin() as conn:
            s = tables.incident_subjects.c
            return list(conn.execute(select(s.subject).where(s.kind == kind).order_by(s.subject)).scalars())


@pytest.fixture
def w(swept: Engine) -> Watch:
    return Watch(swept)


def case(desk: Desk, code: Code, value: str = "X", **about: int) -> None:
    finding = Finding(code, Severity.ERROR, "m", value=value, family=Family.TRANSPORT)
    open_cases(desk, [NewCase(finding, "acme", About(**about))])


def test_a_reject_rate_that_jumps_is_one_incident_which_ends_when_it_has_been_calm(w: Watch) -> None:
    w.sets(15)
    refused = w.sets(5, "REJECTED")  # 5 of 20: 25 %, at least 20 % of at least 20 sets
    assert w.go() == [("reject rate", "SERIOUS", "OPEN")]
    assert (
        "Of 20 sets that acme sent in the last 60 minutes 5 were not taken (25.0 %; nothing is usual yet)."
        in (w.message())
    )
    assert w.touched("document") == refused
    w.office.clock.move(minutes=1)
    w.sets(80, "REJECTED")  # 85 of 100
    assert w.go() == [("reject rate", "URGENT", "OPEN")]  # the same one, worse
    w.office.clock.move(minutes=61)
    assert w.go() == [("reject rate", "URGENT", "OPEN")]  # calm, but not for long enough
    w.office.clock.move(minutes=30)
    assert w.go() == [("reject rate", "URGENT", "RESOLVED")]
    with w.office.engine.begin() as conn:
        kinds = list(
            conn.execute(select(tables.incident_notes.c.kind).order_by(tables.incident_notes.c.id)).scalars()
        )
    assert kinds == ["opened", "worse", "calm", "resolved"]


def test_what_is_usual_for_a_partner_or_allowed_by_its_profile_is_no_incident(w: Watch) -> None:
    w.sets(75)
    w.sets(25, "ERROR")
    w.office.clock.move(days=1)
    w.sets(15)
    w.sets(5, "REJECTED")  # 25 % as yesterday
    assert w.go() == []
    w.sets(15, "REJECTED")  # 20 of 35 = 57 %; p = 0.25: above 0.25 + 3 * sqrt(0.25 * 0.75 / 35) = 0.47
    w.profile = ACME.model_copy(update={"watching": Watching(reject_percent=Decimal(60))})
    assert w.go() == []
    w.profile = ACME
    assert w.go() == [("reject rate", "SERIOUS", "OPEN")]


def test_the_upper_limit_is_that_of_a_p_chart() -> None:
    assert upper_limit(100, 20, 100) == Decimal("0.32")  # 0.2 + 3 * sqrt(0.2 * 0.8 / 100)
    assert not jumps(19, 19, 0, 0, Limits())  # too few to tell
    assert jumps(20, 4, 0, 0, Limits())


def test_the_same_error_many_times_is_one_incident_until_its_cases_are_mended(w: Watch) -> None:
    with w.desk() as desk:
        for n in range(25):
            case(desk, Code.ITEM_UNKNOWN, order_id=n + 1)
    assert w.go() == [("same error", "SERIOUS", "OPEN")]
    assert w.touched("order") == list(range(1, 26))
    w.office.clock.move(hours=5)  # out of the window, and none of them mended
    assert w.go() == [("same error", "SERIOUS", "OPEN")]
    with w.desk() as desk:
        resolve_about(desk, "mended", order_id=list(range(1, 20)))
    w.go()
    w.office.clock.move(minutes=30)
    assert w.go() == [("same error", "SERIOUS", "RESOLVED")]


def test_a_partner_that_is_silent_past_its_usual_hour_is_missed_until_it_comes(w: Watch) -> None:
    """NOW is Thursday 15 January 2026, 09:00 in Chicago. Four Thursdays with a first file at 08:00 there."""
    for weeks in (4, 3, 2, 1):
        w.office.clock.now = NOW - timedelta(weeks=weeks, hours=1)
        w.file()
    w.office.clock.now = NOW - timedelta(minutes=1)
    assert w.go() == []  # 08:59: the hour of grace is not over
    w.office.clock.now = NOW
    assert w.go() == [("partner silent", "SERIOUS", "OPEN")]
    assert w.message() == (
        "Nothing has come from acme since 2026-01-08 08:00; on Thursdays the first file is usually there by 08:00 "
        "(their time)."
    )
    w.office.clock.move(days=1)  # Friday has no usual hour; but the partner is still silent
    assert w.go() == [("partner silent", "SERIOUS", "OPEN")]
    w.file()
    w.go()
    w.office.clock.move(minutes=30)
    assert w.go() == [("partner silent", "SERIOUS", "RESOLVED")]


def test_the_hour_of_a_profile_counts_on_working_days_and_a_paused_partner_is_not_missed(w: Watch) -> None:
    w.profile = ACME.model_copy(update={"watching": Watching(silent_after="08:30")})
    w.paused = frozenset({"acme"})
    assert w.go() == []
    w.paused = frozenset()
    w.office.clock.now = datetime(2026, 1, 17, 18, 0, tzinfo=UTC)  # a Saturday
    assert w.go() == []
    w.office.clock.now = datetime(2026, 1, 19, 14, 30, tzinfo=UTC)  # Monday 08:30
    assert w.go() == [("partner silent", "SERIOUS", "OPEN")]


def test_a_usual_hour_needs_four_of_the_same_weekday_and_at_most_one_without() -> None:
    calendar = Calendar(zone="UTC")
    thursday = date(2026, 1, 15)
    firsts = {thursday - timedelta(weeks=n): datetime(2026, 1, 1, 6 + n, tzinfo=UTC) for n in (1, 2, 4, 5)}
    assert usual_by(firsts, thursday, calendar, timedelta()) == datetime(2026, 1, 15, 11, tzinfo=UTC)
    assert usual_by({d: t for d, t in firsts.items() if t.hour != 8}, thursday, calendar, timedelta()) is None
    firsts[thursday - timedelta(weeks=7)] = datetime(
        2026, 1, 1, 6, tzinfo=UTC
    )  # weeks 3 and 6 are missing now
    assert usual_by(firsts, thursday, calendar, timedelta()) is None


def test_work_that_nothing_keeps_stands_still_only_while_somebody_should_do_it(w: Watch) -> None:
    row = {"direction": "out", "partner": "acme", "set_code": "855", "state": "QUEUED", "test": False}
    w.put(tables.documents, created_at=NOW, order_id=7, **row)
    w.office.clock.move(minutes=16)
    assert w.go() == []  # no program runs that could send it
    with w.office.engine.begin() as conn:
        beat = {"worker": "w", "started_at": NOW, "at": NOW, "stopped": False, "buried": False}
        conn.execute(insert(tables.heartbeats), beat)
    w.stopped = Stopped(sets=frozenset({("855", "acme")}))
    assert w.go() == []
    w.stopped = RUNNING
    assert w.go() == [("queue age", "URGENT", "OPEN")]
    assert w.touched("order") == [7]


def test_what_does_not_get_there_names_the_orders_that_hang_on_it(w: Watch) -> None:
    (sent,) = w.put(
        tables.transmissions,
        partner="acme",
        control="1",
        name="a",
        bytes=b"",
        sha256="",
        documents=1,
        sets="855",
        state="READY",
        attempts=3,
        created_at=NOW,
        ack_state="AWAITED",
    )
    row = {"direction": "out", "partner": "acme", "set_code": "855", "state": "BUNDLED", "test": False}
    w.put(tables.documents, created_at=NOW, order_id=9, transmission_id=sent, **row)
    with w.desk() as desk:
        case(desk, Code.DELIVERY_FAILED, transmission_id=sent)
        case(desk, Code.POSTING_FAILED, order_id=10, posting_id=1)
    assert w.go() == [("delivery fails", "URGENT", "OPEN"), ("posting fails", "URGENT", "OPEN")]
    assert w.touched("order") == [9, 10]


def test_a_connection_that_fails_is_missed_while_its_case_is_open_and_the_partner_not_paused(
    w: Watch,
) -> None:
    with w.desk() as desk:
        case(desk, Code.POLL_FAILED, value="connection")
        row = {"partner": "acme", "turn": 1, "failures": 3, "last_error": "nobody answers"}
        desk.conn.execute(insert(tables.polls), row)
    w.paused = frozenset({"acme"})
    assert w.go() == []
    w.paused = frozenset()
    assert w.go() == [("fetching fails", "SERIOUS", "OPEN")]
    assert w.message() == "acme could not be looked at 3 times in a row: nobody answers"


def test_acknowledgments_cases_certificates_and_disks_have_their_limits(w: Watch) -> None:
    row = {
        "control": "1",
        "name": "a",
        "bytes": b"",
        "sha256": "",
        "documents": 1,
        "sets": "855",
        "state": "SENT",
    }
    w.put(tables.transmissions, 4, partner="acme", created_at=NOW, ack_state="OVERDUE", **row)
    w.put(
        tables.certificates,
        side="theirs",
        partner="acme",
        purposes="sign",
        certificate="",
        fingerprint="",
        serial="AB12",
        subject="",
        not_before=NOW,
        not_after=NOW + timedelta(days=3),
        since=NOW,
        added_at=NOW,
        added_by="ann",
    )
    w.disks = [Disk("/srv", 1000, 100)]
    w.limits = replace(Limits(), overdue_cases=2)
    assert w.go() == []  # another certificate follows, as no case says otherwise
    w.put(tables.transmissions, 1, partner="acme", created_at=NOW, ack_state="OVERDUE", **row)
    w.disks = [Disk("/srv", 1000, 99)]
    with w.desk() as desk:
        case(desk, Code.CERTIFICATE_ENDS)
        case(desk, Code.ITEM_UNKNOWN, order_id=7)
    w.office.clock.move(hours=60)
    assert sorted(w.go()) == [
        ("acks overdue", "SERIOUS", "OPEN"),
        ("cases overdue", "SERIOUS", "OPEN"),
        ("certificate ends", "URGENT", "OPEN"),
        ("disk full", "SERIOUS", "OPEN"),
    ]
    assert 7 in w.touched("order")  # of the case that is late
    assert len(w.go()) == 4  # not one a pass
