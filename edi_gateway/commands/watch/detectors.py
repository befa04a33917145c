"""The detectors of incidents: each looks whether one thing goes wrong at large (spec B14.5, S22).

Each takes what is watched and yields a sighting for each thing that goes wrong now. They write nothing. Called by
commands/watch/watching.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from edi_gateway.commands.watch.sighting import Sighting, Watched
from edi_gateway.model.finding import Code
from edi_gateway.model.incident import Kind, Urgency
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.partners.profile import Calendar
from edi_gateway.reports.watch import measures
from edi_gateway.store.watch import tallies
from edi_gateway.triage.usual import fixed_by, jumps, usual_by

_USUAL_DAYS = 28  # that tell the usual share of refused sets
_LEARNED_DAYS = 57  # that tell the usual hour
_WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def _reject_rate(w: Watched) -> Iterator[Sighting]:
    """The share of a partner's sets that are not taken jumps."""
    since = w.now - timedelta(minutes=w.limits.window_minutes)
    seen = measures.inbound_sets(w.desk.conn, since)
    if not any(one.refused for one in seen):
        return
    first_day = (w.now - timedelta(days=_USUAL_DAYS)).date()
    days = tallies.days(w.desk.conn, {one.partner for one in seen}, first_day)
    for one in seen:
        profile = w.profile(one.partner)
        limits = w.limits
        if profile is not None and profile.watching.reject_percent is not None:
            limits = replace(limits, reject_percent=profile.watching.reject_percent)
        today = local_date(w.now, profile.calendar if profile else Calendar())
        before = [day for at, day in days.get(one.partner, {}).items() if at < today]
        usual = sum(day.sets for day in before), sum(day.refused for day in before)
        if not jumps(one.sets, one.refused, *usual, limits):
            continue
        share = Decimal(100 * one.refused) / one.sets
        told = f"usually {Decimal(100 * usual[1]) / usual[0]:.1f} %" if usual[0] else "nothing is usual yet"
        refused = measures.refused_documents(w.desk.conn, one.partner, since)
        yield Sighting(
            Kind.REJECT_RATE,
            Urgency.URGENT if share >= 80 else Urgency.SERIOUS,
            one.partner,
            f"{one.partner}: {one.refused} of {one.sets} sets refused",
            f"Of {one.sets} sets that {one.partner} sent in the last {w.limits.window_minutes} minutes {one.refused} "
            f"were not taken ({share:.1f} %; {told}).",
            "See the largest cause of its cases. If they have changed something, stop the set until it is mended: "
            f"`edi-gateway pause 850 --partner {one.partner} --why ...`.",
            one.partner,
            tuple(("document", document_id) for document_id in refused),
        )


def _same_error(w: Watched) -> Iterator[Sighting]:
    """One cause makes many cases at once; over when few of them are left open."""
    since = w.now - timedelta(minutes=w.limits.window_minutes)
    known = {key.rpartition(" ")[2] for key in w.open_keys if key.startswith(Kind.SAME_ERROR.value)}
    own = [p.watching.same_error for p in w.profiles if p.watching.same_error is not None]
    least = min([w.limits.same_error, *own])
    for one in measures.same_cases(w.desk.conn, since, least, known):
        profile = w.profile(one.partner)
        said = None if profile is None else profile.watching.same_error
        limit = w.limits.same_error if said is None else said
        if (one.cases if one.fingerprint in known else one.recent) < limit:
            continue
        touched = measures.cases_of_cause(w.desk.conn, one.fingerprint)
        yield Sighting(
            Kind.SAME_ERROR,
            Urgency.SERIOUS,
            one.fingerprint,
            f"{one.cases} cases with one cause",
            f"{one.cases} cases are open of one cause: {one.cause}.",
            f"Mend the cause once and replay all: `edi-gateway cases list --cause {one.fingerprint[:12]}`.",
            one.partner,
            (
                *(("case", case_id) for case_id, _ in touched),
                *(("order", order_id) for _, order_id in touched if order_id is not None),
            ),
        )


def _silent(w: Watched) -> Iterator[Sighting]:
    """Nothing has come from a partner by its usual hour; over when something comes."""
    wanted = [p for p in w.profiles if p.watching.silence == "watched" and p.key not in w.paused]
    first_day = (w.now - timedelta(days=_LEARNED_DAYS)).date()
    days = tallies.days(w.desk.conn, {p.key for p in wanted}, first_day)
    newest = measures.last_arrivals(w.desk.conn, tallies.marks(w.desk.conn).get("receipts", 0))
    grace = timedelta(minutes=w.limits.silent_grace_minutes)
    for profile in wanted:
        seen = days.get(profile.key, {})
        last = max(
            [day.last_at for day in seen.values()] + [newest[k] for k in (profile.key,) if k in newest],
            default=None,
        )
        today = local_date(w.now, profile.calendar)
        fixed = profile.watching.silent_after
        if fixed is not None:
            due = fixed_by(fixed, today, profile.calendar)
        else:
            first_of = {day: one.first_at for day, one in seen.items() if day < today}
            due = usual_by(first_of, today, profile.calendar, grace)
        known = w.open_keys.get(f"{Kind.PARTNER_SILENT.value} {profile.key}")
        if known is not None:
            if last is not None and last > known.opened_at:
                continue
        elif due is None or w.now < due or (last is not None and local_date(last, profile.calendar) == today):
            continue
        zone = ZoneInfo(profile.calendar.zone)
        since = "ever" if last is None else f"since {last.astimezone(zone):%Y-%m-%d %H:%M}"
        if known is not None:
            by = known.message.partition(";")[2] or " its usual hour has passed."
        elif fixed is not None:
            by = f" the first file should be there by {fixed} (their time)."
        else:
            assert due is not None  # else there is no sighting
            day = _WEEKDAYS[today.weekday()]
            by = f" on {day} the first file is usually there by {due - grace:%H:%M} (their time)."
        yield Sighting(
            Kind.PARTNER_SILENT,
            Urgency.SERIOUS,
            profile.key,
            f"{profile.key} is silent",
            f"Nothing has come from {profile.key} {since};{by}",
            "See whether its connection can be looked at (`edi-gateway status`), then ask the partner.",
            profile.key,
            tuple(("order", order_id) for order_id in measures.live_orders(w.desk.conn, profile.key)),
        )


def _queue_age(w: Watched) -> Iterator[Sighting]:
    """What nothing keeps has not moved for too long."""
    before = w.now - timedelta(minutes=w.limits.queue_minutes)
    conn = w.desk.conn
    begun = measures.running_since(conn)
    if (
        begun is None or begun > before
    ):  # what waited for a program that was not there has moved on in a moment
        return
    waiting: list[measures.Waiting] = []
    touched: list[tuple[str, int]] = []
    if (files := measures.stuck_files(conn, before)) is not None:
        waiting.append(files)
    if not w.stopped.sending:
        for one in (*measures.stuck_documents(conn, before), *measures.stuck_transmissions(conn, before)):
            profile = w.profile(one.partner)
            if profile is None or one.partner in w.paused or not w.is_open(profile, w.now):
                continue
            held = w.stopped.held(profile.key)
            if one.what in held or (held and one.what == "interchanges"):
                continue
            waiting.append(one)
            orders = measures.stuck_orders_of(conn, {one.what}, profile.key)
            touched += [("order", order_id) for order_id in orders]
    if not w.stopped.posting and (posted := measures.stuck_postings(conn, before)) is not None:
        waiting.append(posted)
    if not waiting:
        return
    oldest = min(one.oldest for one in waiting)
    told = ", ".join(
        f"{one.count} {one.what}{f' for {one.partner}' if one.partner else ''}" for one in waiting
    )
    yield Sighting(
        Kind.QUEUE_AGE,
        Urgency.URGENT,
        "",
        "Work stands still",
        f"What should move does not: {told}. The oldest waits since {oldest:%Y-%m-%d %H:%M} UTC.",
        "See whether a daemon runs and what it says: `edi-gateway status`, and its log.",
        touched=tuple(touched),
    )


def _cases_overdue(w: Watched) -> Iterator[Sighting]:
    """Many cases are past their time."""
    count, oldest = measures.overdue_cases(w.desk.conn, w.now)
    if count >= w.limits.overdue_cases and oldest is not None:
        yield Sighting(
            Kind.CASES_OVERDUE,
            Urgency.SERIOUS,
            "",
            f"{count} cases are past their time",
            f"{count} open cases are past their time, the oldest since {oldest:%Y-%m-%d %H:%M} UTC.",
            "Bring people in, largest cause first: `edi-gateway cases list`.",
            touched=_touched(*measures.late_cases(w.desk.conn, w.now)),
        )


def _fetching(w: Watched) -> Iterator[Sighting]:
    """A partner's connection cannot be looked at."""
    trouble = measures.troubles(w.desk.conn, {Code.POLL_FAILED.value})
    failing = {
        partner: (failures, error) for partner, failures, error in measures.failed_polls(w.desk.conn, 1)
    }
    for (_, partner), case_ids in trouble.items():
        if partner is None or partner not in failing or partner in w.paused:
            continue
        failures, error = failing[partner]
        yield Sighting(
            Kind.FETCHING_FAILS,
            Urgency.SERIOUS,
            partner,
            f"Nothing can be fetched from {partner}",
            f"{partner} could not be looked at {failures} times in a row: {error}",
            "See the connection in its profile; ask the partner whether their server stands.",
            partner,
            _touched(case_ids, measures.live_orders(w.desk.conn, partner)),
        )


def _failing(w: Watched) -> Iterator[Sighting]:
    """What we send or post does not get there: as the open cases of it say."""
    codes = {Code.DELIVERY_FAILED.value, Code.POSTING_FAILED.value}
    posting: list[int] = []
    for (code, partner), case_ids in measures.troubles(w.desk.conn, codes).items():
        if code == Code.POSTING_FAILED.value:
            posting += case_ids
            continue
        orders = measures.orders_of_cases(w.desk.conn, case_ids)
        yield Sighting(
            Kind.DELIVERY_FAILS,
            Urgency.URGENT,
            partner or "",
            f"What we send does not reach {partner}",
            f"{len(case_ids)} interchanges do not reach {partner}; {len(orders)} orders hang on them.",
            f"See the connection; to stop trying: `edi-gateway pause {partner} --why ...`; the same bytes go later.",
            partner,
            _touched(case_ids, orders),
        )
    if posting:
        orders = measures.orders_of_cases(w.desk.conn, posting)
        yield Sighting(
            Kind.POSTING_FAILS,
            Urgency.URGENT,
            "",
            "Orders do not reach the ERP",
            f"{len(posting)} postings fail; {len(orders)} orders hang on them.",
            "See where they are posted to; to stop trying: `edi-gateway pause posting --why ...`.",
            touched=_touched(posting, orders),
        )


def _touched(case_ids: Sequence[int], orders: Sequence[int]) -> tuple[tuple[str, int], ...]:
    return (*(("order", each) for each in orders), *(("case", each) for each in case_ids))


def _acks_overdue(w: Watched) -> Iterator[Sighting]:
    """A partner leaves many transmissions unacknowledged."""
    for partner, sent in measures.overdue_acks(w.desk.conn).items():
        if len(sent) < w.limits.overdue_acks:
            continue
        orders = measures.orders_sent_in(w.desk.conn, sent)
        yield Sighting(
            Kind.ACKS_OVERDUE,
            Urgency.SERIOUS,
            partner,
            f"{partner} does not acknowledge",
            f"{partner} has not acknowledged {len(sent)} interchanges in time; {len(orders)} orders hang on them.",
            "Ask the partner whether they arrived; `edi-gateway transmissions list` names them.",
            partner,
            (*(("order", each) for each in orders), *(("transmission", each) for each in sent)),
        )


def _certificates(w: Watched) -> Iterator[Sighting]:
    """A certificate is near its end and none follows: as its open case says."""
    trouble = measures.troubles(w.desk.conn, {Code.CERTIFICATE_ENDS.value})
    if not trouble:
        return
    until = w.now + timedelta(days=w.limits.certificate_days)
    for side, partner, serial, ends in measures.ending_certificates(w.desk.conn, until):
        case_ids = trouble.get((Code.CERTIFICATE_ENDS.value, partner), [])
        if not case_ids:  # another one follows
            continue
        orders = [] if partner is None else measures.live_orders(w.desk.conn, partner)
        whose = f"The certificate of {partner}" if side == "theirs" else "Our certificate"
        verb = "ends" if ends > w.now else "ended"
        yield Sighting(
            Kind.CERTIFICATE_ENDS,
            Urgency.URGENT if ends - w.now <= timedelta(days=3) else Urgency.SERIOUS,
            serial,
            f"{whose} {verb} on {ends:%d %b %Y}",
            f"{whose} {serial} {verb} on {ends:%Y-%m-%d}; from then on AS2 with it fails.",
            "The case says what to do; `edi-gateway certificates list` shows all.",
            partner,
            _touched(case_ids, orders),
        )


def _disks(w: Watched) -> Iterator[Sighting]:
    """There is little room left."""
    for disk in w.disks:
        share = Decimal(100 * disk.free) / disk.size if disk.size else Decimal(100)
        if share < w.limits.disk_free_percent:
            yield Sighting(
                Kind.DISK_FULL,
                Urgency.URGENT if share < w.limits.disk_free_percent / 2 else Urgency.SERIOUS,
                disk.path,
                f"Little room at {disk.path}",
                f"{disk.free // (1 << 20)} MiB are free at {disk.path} ({share:.1f} %).",
                "Make room: archives, old backups, logs; or keep bytes for fewer days ([retention] of config.toml).",
            )


DETECTORS: tuple[Callable[[Watched], Iterator[Sighting]], ...] = (
    _reject_rate,
    _same_error,
    _silent,
    _queue_age,
    _cases_overdue,
    _fetching,
    _failing,
    _acks_overdue,
    _certificates,
    _disks,
)
