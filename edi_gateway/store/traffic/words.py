"""The index of words in documents: FTS5 on SQLite, a tsvector on PostgreSQL. Positions are not kept.

Takes words that x12/anatomy/words.py made; gives ids of documents that have all that is asked for, the newest first.
Called by flow/words.py, which fills it behind the road, and by reports/traffic/search.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    TableClause,
    bindparam,
    column,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
    update,
)
from sqlalchemy import exists as exists_

from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import documents, word_days, word_marks


@dataclass(frozen=True, slots=True)
class Asked:
    """All of `words`; one that ends in * stands for all that begin like it."""

    words: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words)

    def matches(self, words: set[str]) -> bool:
        """Whether a document with these words is meant."""
        return all(_has(words, word) for word in self.words)


def _has(words: set[str], word: str) -> bool:
    if not word.endswith("*"):
        return word in words
    return any(each.startswith(word[:-1]) for each in words)


def put(conn: Connection, found: Mapping[int, Iterable[str]]) -> None:
    """The words of documents, in place of what was said of them."""
    if not found:
        return
    take(conn, list(found))
    rows = [{"id": number, "words": _said(conn, words)} for number, words in found.items()]
    if _is_sqlite(conn):
        conn.execute(text("INSERT INTO document_words (rowid, words) VALUES (:id, :words)"), rows)
    else:
        conn.execute(
            text("INSERT INTO document_words (document_id, words) VALUES (:id, array_to_tsvector(:words))"),
            rows,
        )


def _said(conn: Connection, words: Iterable[str]) -> str | list[str]:
    ordered = sorted(set(words))
    return " ".join(ordered) if _is_sqlite(conn) else ordered


def take(conn: Connection, document_ids: Sequence[int]) -> None:
    """Take documents out of the index: what they said is to be forgotten."""
    name = _id(conn)
    for chunk in chunks(document_ids):
        conn.execute(_table(conn).delete().where(column(name).in_(chunk)))


def said(conn: Connection, document_ids: Sequence[int]) -> dict[int, set[str]]:
    """The words that the index has of documents."""
    found: dict[int, set[str]] = {}
    words = "words" if _is_sqlite(conn) else "tsvector_to_array(words)"
    for chunk in chunks(document_ids):
        columns: tuple[ColumnElement[Any], ...] = (column(_id(conn)), literal_column(words))
        for number, one in conn.execute(
            select(*columns).select_from(_table(conn)).where(column(_id(conn)).in_(chunk))
        ):
            found[number] = set(one.split()) if isinstance(one, str) else set(one)
    return found


def matching(conn: Connection, asked: Asked) -> tuple[ColumnElement[int], ColumnElement[bool]]:
    """The column of the index that has the document's id, and the condition that its words are those asked for."""
    index = _table(conn)
    if _is_sqlite(conn):
        meant = literal_column("document_words").op("MATCH")(_fts(asked))
    else:
        meant = index.c.words.op("@@")(text("CAST(:asked AS tsquery)").bindparams(asked=_tsquery(asked)))
    return index.c[_id(conn)], meant


def _fts(asked: Asked) -> str:
    def one(word: str) -> str:
        return f'"{word[:-1]}" *' if word.endswith("*") else f'"{word}"'

    return " AND ".join(map(one, asked.words))


def _tsquery(asked: Asked) -> str:
    def one(word: str) -> str:
        return f"'{word[:-1]}':*" if word.endswith("*") else f"'{word}'"

    return " & ".join(map(one, asked.words))


def missing(conn: Connection, first: int, last: int) -> ColumnElement[bool]:
    """The condition that documents of an id in a range are not in the index."""
    index = _table(conn).alias("there")
    return documents.c.id.between(first, last) & ~exists_(
        select(1).select_from(index).where(index.c[_id(conn)] == documents.c.id)
    )


_NOTE_DAY = text(
    "INSERT INTO word_days (day, first_id, last_id) VALUES (:day, :first, :last) ON CONFLICT (day) DO UPDATE SET "
    "first_id = CASE WHEN excluded.first_id < word_days.first_id THEN excluded.first_id ELSE word_days.first_id END, "
    "last_id = CASE WHEN excluded.last_id > word_days.last_id THEN excluded.last_id ELSE word_days.last_id END"
).bindparams(bindparam("day", type_=Date))


def note_days(conn: Connection, came: Iterable[tuple[int, datetime]]) -> None:
    """Note which ids the documents of their days have: (id, when it was made)."""
    spans: dict[date, tuple[int, int]] = {}
    for number, at in came:
        first, last = spans.get(at.date(), (number, number))
        spans[at.date()] = min(first, number), max(last, number)
    for day in sorted(spans):
        conn.execute(_NOTE_DAY, {"day": day, "first": spans[day][0], "last": spans[day][1]})


def span(conn: Connection, first: date, last: date) -> tuple[int, int] | None:
    """Between which ids the documents of these days lie; None when there are none of them."""
    c = word_days.c
    row = conn.execute(
        select(func.min(c.first_id), func.max(c.last_id)).where(c.day.between(first, last))
    ).one()
    return None if row[0] is None else (row[0], row[1])


def reached(conn: Connection, what: str, *, lock: bool = False) -> int:
    """The last id that is in the index; 0 when none is. With `lock` others wait."""
    query = select(word_marks.c.reached).where(word_marks.c.what == what)
    return conn.execute(query.with_for_update() if lock else query).scalar_one_or_none() or 0


def reach(conn: Connection, what: str, last: int) -> None:
    """Note how far it has come; it does not go back."""
    mark = word_marks.c
    done = conn.execute(update(word_marks).where(mark.what == what, mark.reached < last).values(reached=last))
    if not done.rowcount and conn.execute(select(mark.what).where(mark.what == what)).first() is None:
        conn.execute(insert(word_marks).values(what=what, reached=last))


def _is_sqlite(conn: Connection) -> bool:
    return conn.dialect.name == "sqlite"


def _id(conn: Connection) -> str:
    return "rowid" if _is_sqlite(conn) else "document_id"


def _table(conn: Connection) -> TableClause:
    return table("document_words", column(_id(conn)), column("words"))
