"""The migration that brought causes: what was open before is counted, with its money in hundredths and its clocks."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from edi_gateway.store import database
from tests.databases import BOTH
from tests.servers.postgres import fresh_database


@pytest.fixture(params=BOTH)
def before(request: pytest.FixtureRequest, tmp_path: object) -> Iterator[Engine]:
    """The tables as they were, with three cases of two causes; one of them is over."""
    if request.param == "sqlite":
        yield from _with_cases(f"sqlite:///{tmp_path}/before.db")
    else:
        with fresh_database() as url:
            yield from _with_cases(url)


def _with_cases(url: str) -> Iterator[Engine]:
    engine = database.connect(url)
    config = Config()
    config.set_main_option("script_location", str(database._MIGRATIONS))
    config.attributes["engine"] = engine
    command.upgrade(config, "0006")
    opened, due, over = (f"2026-01-0{day}T00:00:00.000000Z" for day in (2, 4, 3))
    with engine.begin() as conn:
        for number, (fingerprint, amount, closed) in enumerate(
            [("a", "12.345", None), ("a", "2", None), ("b", None, over)]
        ):
            conn.execute(
                text(
                    "INSERT INTO cases (id, family, code, fingerprint, cause, state, message, hint, amount, currency, "
                    "opened_at, due_at, closed_at, order_id, test) VALUES (:id, 'PRICE', 'PRICE_DIFFERS', :mark, "
                    "'words', 'NEW', '', 'do', :amount, 'USD', :opened, :due, :closed, 5, :test)"
                ),
                {
                    "id": number, "mark": fingerprint, "amount": amount, "opened": opened, "due": due,
                    "closed": closed, "test": False,
                },
            )  # fmt: skip
    yield engine
    engine.dispose()


def test_what_was_open_before_is_counted(before: Engine) -> None:
    database.upgrade(before)
    with before.connect() as conn:
        counted = conn.execute(
            text(
                "SELECT fingerprint, cases, orders, awake, weight, amounts, ever, due_at FROM causes ORDER BY 1"
            )
        ).all()
        days = conn.execute(
            text("SELECT fingerprint, day, opened, closed FROM cause_days ORDER BY 1, 2")
        ).all()
        clocks = conn.execute(
            text("SELECT cents, weight, segment_at, respond_by FROM cases ORDER BY id")
        ).all()
    # 12.345 is 1235 hundredths, and 2 are 200
    assert [(*row[:5], json.loads(row[5]), *row[6:]) for row in counted] == [
        ("a", 2, 1, 2, 1435, {"USD": 1435}, 2, "2026-01-04T00:00:00.000000Z"), ("b", 0, 0, 0, 0, {}, 1, None),
    ]  # fmt: skip
    assert [(row[0], str(row[1]), row[2], row[3]) for row in days] == [
        ("a", "2026-01-02", 2, 0), ("b", "2026-01-02", 1, 0), ("b", "2026-01-03", 0, 1),
    ]  # fmt: skip
    assert clocks[0] == (1235, 1235, "2026-01-02T00:00:00.000000Z", "2026-01-04T00:00:00.000000Z")
