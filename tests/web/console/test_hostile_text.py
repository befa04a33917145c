"""EDI text is data: wherever it is shown it shows as text, and does nothing."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import typer

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.main import load
from edi_gateway.commands.desk import ROLES
from edi_gateway.reports.traffic.documents import list_documents
from tests.cli.book.test_daily import sheet
from tests.cli.conftest import copied
from tests.cli.terminal import MONDAY, Said, Terminal
from tests.cli.test_no_traceback import commands
from tests.web.console.browsing import Site, crawl
from tests.web.console.hostile import interchange

# what a terminal or a browser would obey, and what would be a tag, had it not been escaped
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
TAGS = ("<b onclick", "'\"><script>")


@pytest.fixture(scope="session")
def _attacked(_stocked: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    home = tmp_path_factory.mktemp("attacked") / "home"
    shutil.copytree(_stocked, home)
    terminal = Terminal(home)
    terminal.set_clock(MONDAY)
    terminal.drop("kestrelmoor", "attack-<b onclick=x>.edi", interchange())
    return home, terminal("run", "--once")


@pytest.fixture
def attacked(_attacked: tuple[Path, Said], tmp_path: Path) -> Terminal:
    return copied(_attacked[0], tmp_path, MONDAY + timedelta(minutes=5))


@pytest.fixture
def first_run(_attacked: tuple[Path, Said]) -> Said:
    """What the run told that took the document in, its log lines with it."""
    return _attacked[1]


@pytest.fixture
def site(attacked: Terminal) -> Iterator[Site]:
    with closing(Here(attacked.home, "test")) as here, Site(here) as made:
        yield made


def test_what_is_written_in_every_element_shows_as_text_on_every_page(site: Site) -> None:
    pages = crawl(site.browser(*ROLES))
    wrong = {
        path: [tag for tag in TAGS if tag in text] or OBEYED.findall(text.replace("\r\n", "\n"))
        for path, text in pages.items()
        if any(tag in text for tag in TAGS) or OBEYED.search(text.replace("\r\n", "\n"))
    }
    assert wrong == {}
    everything = "\n".join(pages.values())
    for shown in ("=&lt;b&gt;{{7+7}}", "[2J"):
        assert shown in everything, f"{shown} is shown nowhere, and so nothing was tested"


def test_what_is_written_in_st01_names_no_file_and_no_header(site: Site) -> None:
    client = site.browser(*ROLES).client
    with site.here.reading() as conn:
        odd = [row for row in list_documents(conn, direction="in", limit=1000) if row.set_code != "850"]
    assert len({row.set_code for row in odd}) == 3
    for row in odd:
        answer = client.get(f"/documents/{row.document_id}/raw")
        name = answer.headers["content-disposition"]
        assert re.fullmatch(rf'attachment; filename="[A-Za-z0-9._-]+-{row.document_id}\.edi"', name)
        assert answer.content.startswith(b"ST*")


def test_what_is_written_in_every_element_shows_as_text_in_a_terminal(
    attacked: Terminal, first_run: Said
) -> None:
    load()
    told = {"run": first_run.all}
    for words in exporting():
        told[" ".join(words)] = attacked(*words).all
    told["orders list --json"] = attacked("orders", "list", "--limit", "1000", "--json").all
    for kind, key in (("orders", "order_id"), ("cases", "first_case_id"), ("documents", "document_id")):
        for row in attacked(kind, "list", "--json").json()[:5]:
            told[f"{kind} show {row[key]}"] = attacked.ok(kind, "show", str(row[key])).all
    file = attacked.home / "attack.edi"
    file.write_bytes(interchange())
    told["check"] = attacked("check", file).all
    told["check --json"] = attacked("check", file, "--json").all
    assert {name: OBEYED.findall(text) for name, text in told.items() if OBEYED.search(text)} == {}
    assert "=<b>{{7+7}}" in told["orders list --limit 1000"]
    assert "\\u001b[2J" in told["check --json"]  # exact, for machines


def exporting() -> list[tuple[str, ...]]:
    """Every command that gives a CSV file without being told of what."""
    found = []
    for path, command in commands(typer.main.get_command(app)):
        options = {option for each in command.params for option in each.opts}
        if "--csv" in options and not any(each.required for each in command.params):
            found.append((*path, "--limit", "1000") if "--limit" in options else path)
    return found


def test_what_is_written_in_every_element_is_no_formula_in_a_csv_file_or_a_workbook(
    attacked: Terminal,
) -> None:
    load()
    paths = exporting()
    assert {("orders", "list"), ("cases", "list"), ("figures",), ("audit", "list")} <= {
        path[:2] for path in paths
    }
    bearing = []
    for path in paths:
        text = attacked(*path, "--csv").out
        assert OBEYED.search(text) is None, path
        begun = {cell[:1] for row in csv.reader(io.StringIO(text)) for cell in row}
        assert not begun & set("=@\t"), path
        if "'=<b>{{7+7}}" in text or "<b>" in text:
            bearing.append(path)
    assert {("orders", "list"), ("cases", "list"), ("documents", "find")} <= {path[:2] for path in bearing}
    for path in bearing:
        book = attacked.home / "x.xlsx"
        if attacked(*path, "--xlsx", book).code == 0:  # some give no workbook
            assert not any(OBEYED.search(cell) for cell in sheet(book).values()), path  # nor a formula
