"""The way out: queued documents become interchanges with numbers, names and bytes, and are sent till they are there.

Takes document rows, gives transmissions; sends them in their order, at least once, always the same bytes
(DESIGN section 8, promises 3 and 5). Called by flow/gateway.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, update

from edi_gateway import logs
from edi_gateway.commands.triage.cases import About, NewCase, open_cases
from edi_gateway.flow.as2 import sending
from edi_gateway.flow.live import LivePartner
from edi_gateway.flow.steps import Steps
from edi_gateway.flow.taking import verdicts
from edi_gateway.flow.taking.acks import UNANSWERED
from edi_gateway.flow.telling import delivered
from edi_gateway.flow.windows import is_open
from edi_gateway.flow.works import Also, Works, nothing
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.incident import RUNNING, Stopped
from edi_gateway.partners.profile import As2Connection
from edi_gateway.store import control_numbers
from edi_gateway.store.tables import documents as document_rows
from edi_gateway.store.tables import transmissions
from edi_gateway.store.traffic import documents, outbox
from edi_gateway.store.traffic.documents import Outbound
from edi_gateway.store.traffic.outbox import Transmission
from edi_gateway.store.watch import switches
from edi_gateway.transport.base import TransportError
from edi_gateway.transport.naming import FileNames
from edi_gateway.transport.wire import Wire
from edi_gateway.x12.dictionary import nearest
from edi_gateway.x12.parsing.envelope import Delimiters
from edi_gateway.x12.writing import writer

TA1 = "TA1"
_MOST_SETS = 5000  # in one interchange
_LONGEST_PAUSE = timedelta(hours=1)
_AFTER_FAILURE = timedelta(minutes=5)


def bundle(works: Works, conn: Connection, partner: LivePartner) -> list[int]:
    """Put what waits for a partner into interchanges, in the caller's transaction; their transmission ids.

    Control numbers, file names and bytes are fixed here and never again. Nothing is bundled outside of the
    partner's sending window, while the partner is paused or all sending is stopped, and no set that is.
    """
    now = works.clock()
    stopped = works.live.stopped
    if partner.paused or stopped.sending or not is_open(partner.profile, now):
        return []
    key = partner.profile.key
    waiting = documents.waiting(conn, key, now, but=stopped.held(key))
    return [
        _interchange(works, conn, partner, list(part), now)
        for part in _parts(waiting, partner.profile.writing.batch)
    ]


def put_off(works: Works, conn: Connection, partner: LivePartner, problem: str) -> None:
    """No interchange can be made of what waits: a case, and not again at once."""
    c = document_rows.c
    waiting = (c.direction == "out") & (c.state == "QUEUED") & (c.partner == partner.profile.key)
    conn.execute(update(document_rows).where(waiting).values(send_after=works.clock() + _AFTER_FAILURE))
    open_cases(works.desk(conn), [NewCase(verdicts.cannot_bundle(problem), partner.profile.key)])


def _parts(waiting: Sequence[Outbound], batch: str) -> list[list[Outbound]]:
    """What goes into one interchange each. Test and production, and other delimiters, never go together."""
    parts: dict[tuple[object, ...], list[Outbound]] = {}
    for document in waiting:
        kind: object = {"one": document.id, "set": document.set_code, "all": ""}[batch]
        key = (document.test, document.delimiters, _isa_version(document), kind)
        parts.setdefault(key, []).append(document)
    whole = sorted(parts.values(), key=lambda part: part[0].id)
    return [part[n : n + _MOST_SETS] for part in whole for n in range(0, len(part), _MOST_SETS)]


def _isa_version(document: Outbound) -> str:
    return "00501" if nearest(document.version)[0] >= "005010" else "00401"


def _interchange(
    works: Works, conn: Connection, partner: LivePartner, part: list[Outbound], now: datetime
) -> int:
    profile = partner.profile
    us, them = profile.us, profile.them
    pair = f"{us.qualifier}|{us.id}|{them.qualifier}|{them.id}"
    (isa,) = control_numbers.draw(conn, f"ISA|{pair}")
    (sequence,) = control_numbers.draw(conn, f"SEQ|{profile.key}")
    marks = part[0].delimiters or ""
    delimiters = Delimiters(marks[0], marks[1], marks[2], marks[3] if len(marks) > 3 else None)
    sets = [document for document in part if document.set_code != TA1]
    groups = []
    controls: dict[int, tuple[str, str]] = {}
    for (gs_code, version), members in groupby(
        sorted(sets, key=lambda d: (d.gs_code, d.version)), key=lambda d: (d.gs_code, d.version)
    ):
        (gs,) = control_numbers.draw(conn, f"GS|{pair}|{gs_code}")
        rows = []
        for number, document in enumerate(members, 1):
            controls[document.id] = (str(gs), f"{number:04d}")
            rows.append((document.set_code, f"{number:04d}", document.body, document.segments))
        groups.append((gs_code, version, str(gs), rows))
    controls.update({document.id: ("", "") for document in part if document.set_code == TA1})
    at = now.astimezone(ZoneInfo(profile.calendar.zone))
    envelope = writer.Envelope(
        sender_qualifier=us.qualifier,
        sender=us.id,
        receiver_qualifier=them.qualifier,
        receiver=them.id,
        gs_sender=us.group,
        gs_receiver=them.group,
        isa_version=_isa_version(part[0]),
        version=part[0].version,
        usage="T" if part[0].test else "P",
        delimiters=delimiters,
        line_end=profile.writing.line_end,
        ack_requested=profile.writing.ask_ta1 and bool(sets),
        encoding=profile.writing.encoding,
    )
    control = f"{isa:09d}"
    ta1 = [
        document.body.removesuffix(delimiters.segment).split(delimiters.element)
        for document in part
        if document.set_code == TA1
    ]
    content = writer.interchange(envelope, control, at, groups, ta1)
    kinds = sorted({document.set_code for document in part})
    transmission = works.ids.next()
    due = None
    if profile.acknowledging.expect and not set(kinds) <= UNANSWERED:
        due = now + timedelta(hours=profile.acknowledging.expect_within_hours)
    row: dict[str, Any] = {
        "id": transmission,
        "partner": profile.key,
        "control": control,
        "name": FileNames(profile.writing.file_name).name(
            sequence=sequence, set_code="-".join(kinds), control=control, partner=profile.key, at=at
        ),
        "bytes": content,
        "sha256": hashlib.sha256(content).hexdigest(),
        "documents": len(part),
        "sets": " ".join(kinds)[:60],
        "test": part[0].test,
        "state": "READY",
        "created_at": now,
        "ack_state": "NONE" if due is None else "AWAITED",
    }
    outbox.add_transmissions(conn, [row])
    answered = {document.id for document in part if document.set_code not in UNANSWERED}
    for theirs, until in ((answered, due), (controls.keys() - answered, None)):
        mine = {document_id: controls[document_id] for document_id in theirs}
        if mine:  # a 997 that goes along with others is not acknowledged
            documents.bundled(conn, transmission, control, mine, until)
    return transmission


def sendable(conn: Connection, now: datetime, stopped: Stopped = RUNNING) -> dict[str, list[int]]:
    """Partner -> transmissions to be sent now, in their order. One that has to wait for its next attempt holds
    up those behind it: a partner is to get things in order. One with a set that is stopped only waits itself."""
    c = transmissions.c
    query = select(c.id, c.partner, c.next_attempt_at, c.sets).where(c.state == "READY").order_by(c.id)
    found: dict[str, list[int]] = {}
    held_up: set[str] = set()
    for row in conn.execute(query):
        if any(stopped.holds(code, row.partner) for code in row.sets.split()):
            continue
        if row.next_attempt_at is not None and row.next_attempt_at > now:
            held_up.add(row.partner)
        if row.partner not in held_up:
            found.setdefault(row.partner, []).append(row.id)
    return found


def send(
    works: Works, steps: Steps, key: str, transmission_ids: Sequence[int], also: Also = nothing
) -> dict[str, int]:
    """Send these of one partner in order; stop at the first that fails. Sent twice is the same file twice."""
    with logs.unit("send", partner=key, transmissions=len(transmission_ids)) as line:
        outcome = steps.outside("send", lambda: _send(works, key, transmission_ids))
        steps.transaction("sent", lambda conn: _told(works, conn, key, outcome, also))
        line.add(sent=len(outcome["sent"]))
        if outcome["error"]:
            line.add(error=outcome["error"])
    return {"sent": len(outcome["sent"])}


def _send(works: Works, key: str, transmission_ids: Sequence[int]) -> dict[str, Any]:
    sent: list[int] = []
    with works.writer.reading() as conn:
        works.live.refresh(conn)
    partner = works.live.get(key)
    outcome: dict[str, Any] = {"sent": sent, "failed": None, "error": None}
    if partner is None or partner.paused:
        return outcome
    transport = works.transports(partner.profile)
    current: Transmission | None = None
    try:
        for transmission_id in transmission_ids:
            with works.writer.reading() as conn:
                if switches.stopped(
                    conn
                ).sending:  # between two of many: who stops it does not wait for the rest
                    break
                current = outbox.waiting(conn, transmission_id, with_bytes=not isinstance(transport, Wire))
            if current is None:  # somebody has cancelled it meanwhile
                continue
            if isinstance(transport, Wire):
                with_them = sending.deliver(works, partner, transport, current)
            else:
                transport.send(current.name, current.bytes)
                with_them = True
            if with_them:
                sent.append(current.id)
    except TransportError as error:
        assert current is not None  # it was being sent
        again = not error.permanent or error.at_login  # who lets us in one day gets what waits
        outcome.update(failed=current.id, error=str(error), permanent=error.permanent, again=again)
    finally:
        transport.close()
    return outcome


def _told(works: Works, conn: Connection, key: str, outcome: dict[str, Any], also: Also) -> None:
    """Commit what the line said."""
    also(conn)
    now = works.clock()
    c = transmissions.c
    delivered.note(works, conn, key, outcome["sent"])
    if outcome["failed"] is None:
        return
    failed = conn.execute(
        select(c.id, c.attempts, c.name, c.test).where(c.id == outcome["failed"], c.state == "READY")
    ).first()
    if failed is None:
        return
    retry = now + pause(failed.attempts) if outcome["again"] else None
    partner = works.live.get(key)
    connection = None if partner is None else partner.profile.connection
    if isinstance(connection, As2Connection):
        if retry is None:
            sending.failed_for_good(conn, failed.id, outcome["error"])
        else:
            retry = sending.next_attempt(conn, connection, failed.id, now)
    outbox.transmission_failed(conn, failed.id, outcome["error"], retry)
    if outcome["again"] and retry is None:
        sending.expire(works, conn, failed.id, outcome["error"])
        return
    if outcome["permanent"] or failed.attempts + 1 >= works.options.attempts_before_case:
        finding = Finding(
            Code.DELIVERY_FAILED,
            Severity.ERROR,
            message=f"{failed.name} does not reach {key}: {outcome['error']}",
            hint="See the partner's connection. We go on trying."
            if retry
            else "See the partner's connection, then replay this case: the same bytes go out.",
            family=Family.TRANSPORT,
            value=key,
        )
        about = About(transmission_id=failed.id)
        open_cases(works.desk(conn), [NewCase(finding, key, about, test=failed.test)])


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts before: a minute, doubled each time, an hour at most."""
    return min(timedelta(minutes=1 << min(attempts, 10)), _LONGEST_PAUSE)
