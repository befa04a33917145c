"""The dashboard: each of its counts is the number of rows that it leads to, and `status` tells the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from edi_gateway.cli.context import Here
from tests.cli.conftest import copied
from tests.cli.terminal import MONDAY, Terminal
from tests.web.console.browsing import Browser, Site


@pytest.fixture
def old(_busy: Path, tmp_path: Path) -> Iterator[tuple[Site, Terminal]]:
    """The folder of `busy`, three weeks later: nobody has done anything."""
    terminal = copied(_busy, tmp_path, MONDAY + timedelta(days=21))
    with closing(Here(terminal.home, "test")) as here, Site(here) as site:
        yield site, terminal


def counts(browser: Browser, heading: str) -> dict[str, tuple[int, str]]:
    """Of the table with this caption: what -> (how many, where that leads)."""
    (table,) = re.findall(rf"<caption>{heading}</caption>(.*?)</table>", browser.page.text, re.S)
    row = re.compile(r'<td>([^<]*)</td><td class="n"><a href="([^"]*)">(\d+)</a>')
    return {what: (int(count), unescape(path)) for what, path, count in row.findall(table)}


def rows(browser: Browser, path: str) -> int:
    """How many rows the first table of a page has."""
    browser.get(path)
    assert browser.status == 200, path
    return len(re.findall(r"<tr>", browser.page.text.partition("<tbody>")[2].partition("</tbody>")[0]))


def test_each_count_leads_to_as_many_rows_and_the_command_line_tells_the_same(
    old: tuple[Site, Terminal],
) -> None:
    site, terminal = old
    browser = site.browser("LEAD", "EDI_ANALYST", name="lea")
    browser.get("/")
    late = counts(browser, "Past their time")
    waiting = counts(browser, "What waits in the gateway")
    # K7001004 is held for its price: nobody has answered it, and the rest of it had to leave by 18 March
    assert late.keys() == {"answers", "holds", "cases", "orders to ship"}
    assert {"holds", "cases", "answers"} <= waiting.keys()
    cards = {
        name: int(count)
        for name, count in re.findall(r"<span>([^<]*)</span> <strong[^>]*>(\d+)<", browser.page.text)
    }
    told = terminal("--as", "lea", "status", "--json").one()
    assert told["late"] == {**dict.fromkeys(told["late"], 0), **{what: n for what, (n, _) in late.items()}}
    assert {what: n for what, n in told["waiting"].items() if n} == {
        what: n for what, (n, _) in waiting.items()
    }
    mine = told["mine"]
    assert (mine["holds"], mine["late holds"]) == (1, 1)
    assert cards == {"Cases of mine": 0, "Causes in my queues": mine["queue"], "Holds before my roles": 1}
    assert "For you: causes in my queues" in terminal("--as", "lea", "status").out
    one_row_a_cause = {"cases"}
    for what, (count, path) in [*late.items(), *waiting.items()]:
        if what not in one_row_a_cause:
            assert rows(browser, path) == count, (what, path)
