"""Days and times as people write them into forms: read as UTC, or refused with an example; never taken for none."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from edi_gateway.commands.desk import Refused
from edi_gateway.web.console.moments import day, moment


def test_a_time_without_a_zone_is_utc_and_another_zone_is_turned() -> None:
    assert moment("2026-03-03 08:00", "Waiting") == datetime(2026, 3, 3, 8, tzinfo=UTC)
    assert moment(" 2026-03-03T08:00+02:00 ", "Waiting") == datetime(2026, 3, 3, 6, tzinfo=UTC)
    assert moment("2026-03-03", "Waiting") == datetime(2026, 3, 3, tzinfo=UTC)
    assert day("2026-03-03") == date(2026, 3, 3)
    assert moment("  ", "Waiting") is day("") is None


@pytest.mark.parametrize(
    "said", ["tomorrow", "3 March", "2026-13-01", "0001-01-01", "9999-12-31", "03/03/2026"]
)
def test_what_is_none_is_refused_with_an_example(said: str) -> None:
    with pytest.raises(Refused, match="is no day; write it as 2026-03-03"):
        day(said)
    with pytest.raises(Refused, match=r"Waiting.*is no time; write 2026-03-03"):
        moment(said, "Waiting")


def test_a_time_at_the_edge_of_all_time_in_another_zone_is_refused_too() -> None:
    with pytest.raises(Refused):
        moment("0001-01-01T00:00+14:00", "Waiting")
