"""Master data over time: what is known of a key from when to when, never overwritten (spec B1).

Takes rows as somebody wants them; gives the plan of what would change and, when told, carries it out: rows that no
longer hold are marked superseded, what holds instead is inserted as a new version. Called by
commands/master_data/importing.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, select, update

from edi_gateway.store import bulk, control_numbers
from edi_gateway.store.chunks import chunks
from edi_gateway.store.ids import Ids
from edi_gateway.store.tables import control_numbers as counters
from edi_gateway.store.tables import (
    customers,
    item_units,
    item_xrefs,
    items,
    prices,
    ship_tos,
    sites,
    tax_certificates,
    tax_rates,
)

ALWAYS = date(1900, 1, 1)  # since when a row holds that is new and does not say
_NEVER = date.max  # an open end, for comparing
_SCOPE = "import"
Key = tuple[Any, ...]
Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A table of master data: `key` says which row is meant, `values` what it says; `by` is its indexed column."""

    name: str
    table: Table
    key: tuple[str, ...]
    values: tuple[str, ...]
    by: str


ITEMS = Kind(
    "items",
    items,
    ("sku",),
    (
        *("description", "status", "base_unit", "not_before", "successor", "measured", "free", "item_class"),
        *("tax_class", "nmfc", "freight_class", "hazmat"),
    ),
    "sku",
)
UNITS = Kind(
    "units",
    item_units,
    ("sku", "unit"),
    ("numerator", "denominator", "minimum", "multiple", "inner", "orderable", "weight", "weight_unit"),
    "sku",
)
XREFS = Kind("xrefs", item_xrefs, ("partner", "qualifier", "value", "unit"), ("sku",), "value")
PRICES = Kind(
    "prices",
    prices,
    ("sku", "unit", "currency", "customer", "price_group", "from_quantity", "promotion"),
    ("price",),
    "sku",
)
SHIP_TOS = Kind(
    "ship-tos",
    ship_tos,
    ("partner", "qualifier", "code"),
    (
        *("name", "customer", "address_1", "address_2", "city", "region", "postal_code", "country", "kind"),
        *("dc", "transit_days"),
    ),
    "code",
)
CUSTOMERS = Kind(
    "customers",
    customers,
    ("number",),
    (
        *("name", "currency", "price_group", "terms_type", "discount_percent", "discount_days", "net_days"),
        *("freight_payment", "minimum_order", "ship_complete", "backorder", "stopped", "priority"),
    ),
    "number",
)
SITES = Kind(
    "sites",
    sites,
    ("code",),
    (
        *("name", "warehouse", "gln", "address_1", "address_2", "city", "region", "postal_code"),
        "country",
    ),
    "code",
)

TAX_RATES = Kind(
    "tax-rates",
    tax_rates,
    ("country", "region", "postal_code", "tax_class", "code"),
    ("percent", "freight"),
    "country",
)
TAX_CERTIFICATES = Kind(
    "tax-certificates", tax_certificates, ("customer", "region"), ("number", "expires_on"), "customer"
)


@dataclass(frozen=True, slots=True)
class Span:
    """What holds from `since` until (exclusive) `until`; None: with no end."""

    since: date
    until: date | None
    values: Values


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row as somebody wants it. `since` None: from today, or always if the key is new. `until` None: until the
    next row of the key begins. `values` None: from `since` on there is no such row. Values named in `kept` are
    not said: those that stand go on, if any do."""

    key: Key
    values: Values | None
    since: date | None = None
    until: date | None = None
    kept: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """What would change for one key. `kind`: added, changed, closed. `fields`: (name, was, now), for each period in
    which something else would hold, in the order of time."""

    kind: str
    key: Mapping[str, Any]
    fields: tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True, slots=True)
class _New:
    key: Key
    span: Span
    version: int


@dataclass(slots=True)
class Plan:
    """What would be done to one table; nothing is, before `carry_out`."""

    kind: Kind
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0  # keys
    superseded: list[int] = field(default_factory=list)
    new: list[_New] = field(default_factory=list)


@dataclass(slots=True)
class _Stand:
    """What stands for a key: its spans in order, with the row of each, and the highest version so far."""

    spans: list[tuple[Span, int]] = field(default_factory=list)
    version: int = 0


def begin_import(conn: Connection) -> int:
    """The number of this import. It waits until no other import runs, and nothing is judged on what stood before."""
    return control_numbers.draw(conn, _SCOPE)[0]


def keep_still(conn: Connection) -> None:
    """No import is carried out until this transaction ends: an order cannot be put on hold for want of a row that
    is being imported, and be overlooked by that import. (SQLite has one writer anyway.)"""
    query = select(counters.c.value).where(counters.c.scope == _SCOPE)
    conn.execute(query.with_for_update(read=True))


def plan(conn: Connection, kind: Kind, wanted: Sequence[Wanted], today: date) -> Plan:
    """Compare what is wanted with what stands."""
    by_key: dict[Key, list[Wanted]] = {}
    for row in wanted:
        by_key.setdefault(row.key, []).append(row)
    made = Plan(kind)
    standing = _standing(conn, kind, by_key)
    for key, rows in by_key.items():
        stand = standing.get(key, _Stand())
        before = [span for span, _ in stand.spans]
        after = overlay(before, [_filled(kind, row, before, today) for row in rows], today)
        if before == after:
            made.unchanged += 1
            continue
        made.superseded += [row_id for span, row_id in stand.spans if span not in after]
        made.new += [_New(key, span, stand.version + 1) for span in after if span not in before]
        made.changes.append(_change(kind, key, before, after))
    return made


def _filled(kind: Kind, row: Wanted, before: Sequence[Span], today: date) -> Wanted:
    """The row with what it does not say taken from what stands when it begins."""
    if not row.kept or row.values is None or not before:
        return row
    since = row.since or today
    stands = next((span for span in reversed(before) if span.since <= since), before[0])
    pairs = zip(kind.values, row.values, stands.values, strict=True)
    values = tuple(old if name in row.kept else new for name, new, old in pairs)
    return replace(row, values=values)


def overlay(before: Sequence[Span], wanted: Iterable[Wanted], today: date) -> list[Span]:
    """The spans of one key after laying `wanted` over what stands, in the order of time, equal neighbours joined."""
    otherwise = today if before else ALWAYS
    rows = sorted(wanted, key=lambda row: row.since or otherwise)
    spans = list(before)
    starts = sorted({span.since for span in before} | {row.since or otherwise for row in rows})
    for row in rows:
        since = row.since or otherwise
        if row.values is None:
            spans = _cut(spans, since, _NEVER)
            continue
        until = row.until or next((start for start in starts if start > since), _NEVER)
        if row.until is not None:  # of the same values, the end that is said now is the end
            spans = [
                Span(s.since, row.until, s.values)
                if s.values == row.values and s.since <= since < _end(s) and _end(s) > row.until
                else s
                for s in spans
            ]
        spans = _cut(spans, since, until)
        spans.append(Span(since, None if until == _NEVER else until, row.values))
        spans.sort(key=lambda span: span.since)
    return _joined(spans)


def _end(span: Span) -> date:
    return span.until or _NEVER


def _cut(spans: Sequence[Span], since: date, until: date) -> list[Span]:
    """The spans without what lies in [since, until)."""
    left: list[Span] = []
    for span in spans:
        if span.since < min(since, _end(span)):
            left.append(Span(span.since, span.until if _end(span) <= since else since, span.values))
        if _end(span) > max(until, span.since):
            left.append(Span(max(until, span.since), span.until, span.values))
    return left


def _joined(spans: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].until == span.since and joined[-1].values == span.values:
            joined[-1] = Span(joined[-1].since, span.until, span.values)
        else:
            joined.append(span)
    return joined


def _change(kind: Kind, key: Key, before: Sequence[Span], after: Sequence[Span]) -> Change:
    fields: list[tuple[str, Any, Any]] = []
    for start, was, now in _steps(before, after):
        if now is None:
            fields.append(("until", was.until if was else None, start))
            continue
        was = was or next((span for span in reversed(before) if span.since < start), None)
        pairs = [(name, was.values[n] if was else None, now.values[n]) for n, name in enumerate(kind.values)]
        if was is not None:
            pairs += [("since", was.since, now.since), ("until", was.until, now.until)]
        elif now.since != ALWAYS:
            pairs += [("since", None, now.since), ("until", None, now.until)]
        fields += [pair for pair in pairs if pair[1] != pair[2]]
    values_before, values_after = {span.values for span in before}, {span.values for span in after}
    if not before:
        what = "added"
    else:
        what = "closed" if values_after <= values_before and _last(after) < _last(before) else "changed"
    return Change(what, dict(zip(kind.key, key, strict=True)), tuple(fields))


def _steps(before: Sequence[Span], after: Sequence[Span]) -> Iterator[tuple[date, Span | None, Span | None]]:
    """From each day on which something else holds than before: that day, what held, what holds. A change for a while
    is one step, however the time after it reads."""
    last: tuple[Span | None, Span | None] | None = None
    for day in sorted({day for span in (*before, *after) for day in (span.since, _end(span))} - {_NEVER}):
        was, now = _on(before, day), _on(after, day)
        if (was and was.values) == (now and now.values):
            last = None
        elif (was, now) != last:
            last = (was, now)
            yield day, was, now


def _on(spans: Sequence[Span], day: date) -> Span | None:
    return next((span for span in spans if span.since <= day < _end(span)), None)


def _last(spans: Sequence[Span]) -> date:
    return _end(spans[-1]) if spans else date.min


def _standing(conn: Connection, kind: Kind, keys: Iterable[Key]) -> dict[Key, _Stand]:
    wanted = set(keys)
    place = kind.key.index(kind.by)
    c = kind.table.c
    found: dict[Key, _Stand] = {}
    for chunk in chunks(key[place] for key in wanted):
        query = select(kind.table).where(c[kind.by].in_(chunk))
        for row in conn.execute(query.order_by(c.since, c.id)):
            values = row._mapping
            key = tuple(values[name] for name in kind.key)
            if key not in wanted:
                continue
            stand = found.setdefault(key, _Stand())
            stand.version = max(stand.version, row.version)
            if not row.superseded:
                span = Span(row.since, row.until, tuple(values[name] for name in kind.values))
                stand.spans.append((span, row.id))
    return found


def standing_keys(conn: Connection, kind: Kind, lookups: Iterable[Any], on: date) -> set[Key]:
    """Keys of the rows that hold on a day or later, by their indexed column."""
    c = kind.table.c
    found: set[Key] = set()
    for chunk in chunks(lookups):
        query = select(*(c[name] for name in kind.key)).where(
            c[kind.by].in_(chunk), c.superseded.is_(False), c.until.is_(None) | (c.until > on)
        )
        found.update(tuple(row) for row in conn.execute(query))
    return found


def in_force(
    conn: Connection, kind: Kind, lookups: Iterable[Any], columns: Sequence[str]
) -> set[tuple[Any, ...]]:
    """`columns` of the rows whose indexed column is one of `lookups`, whenever they hold; superseded ones not."""
    c = kind.table.c
    found: set[tuple[Any, ...]] = set()
    for chunk in chunks(lookups):
        query = select(*(c[name] for name in columns)).where(c[kind.by].in_(chunk), c.superseded.is_(False))
        found.update(tuple(row) for row in conn.execute(query))
    return found


def carry_out(conn: Connection, ids: Ids, plan: Plan, *, by: str, at: datetime, source: str) -> None:
    """Do what the plan says."""
    table = plan.kind.table
    for chunk in chunks(plan.superseded):
        conn.execute(update(table).where(table.c.id.in_(chunk)).values(superseded=True))
    columns = (
        *("id", *plan.kind.key, *plan.kind.values),
        *("since", "until", "version", "changed_by", "changed_at", "source"),
    )
    rows = [
        (row_id, *new.key, *new.span.values, new.span.since, new.span.until, new.version, by, at, source)
        for row_id, new in zip(ids.block(len(plan.new)), plan.new, strict=True)
    ]
    bulk.insert(conn, table, columns, rows)
