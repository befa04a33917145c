"""Lists and `show`: JSON has the keys that docs/reference/json.md promises; the words for people are there too."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.cli.terminal import ROOT, SAMPLES, Said, Terminal


def promised(command: str) -> set[str]:
    """The keys of the table in docs/reference/json.md."""
    page = (ROOT / "docs" / "reference" / "json.md").read_text("utf-8")
    page = page.partition("## Lists and `show`")[2]
    (row,) = (line for line in page.splitlines() if line.startswith(f"| `{command}` | "))
    cell = re.sub(r"\([^)]*\)", "", row.split("|")[2])
    return {word for part in re.findall(r"`([^`]*)`", cell) for word in re.split(r",\s*", part)}


@pytest.fixture(scope="module")
def busy(_stocked: Path, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A morning's work: an order that waits for a price, one for a decision, a rejected set, a stranger."""
    home = tmp_path_factory.mktemp("busy") / "home"
    shutil.copytree(_stocked, home)
    terminal = Terminal(home)
    terminal.set_clock()
    for partner, sample, name in (
        ("kestrelmoor", "04-price-differs", "input.edi"),
        ("kestrelmoor", "14-bad-date", "input.edi"),
        ("kestrelmoor", "16-unknown-partner", "input.edi"),
        ("pinwheel", "03-marketplace", "input.edi"),
    ):
        terminal.drop_sample(partner, sample, name)
    assert terminal("run", "--once").code == 1
    return terminal


def first(said: Said) -> dict[str, object]:
    assert said.code == 0, said.all
    return said.json()[0]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("orders list", ["orders", "list"]),
        ("orders show", ["orders", "show", "K7001004"]),
        ("holds list", ["holds", "list"]),
        ("cases list", ["cases", "list"]),
        ("cases list --each", ["cases", "list", "--each"]),
        ("documents list", ["documents", "list"]),
        ("transmissions list", ["transmissions", "list"]),
        ("partners list", ["partners", "list"]),
        ("partners check", ["partners", "check"]),
        ("status", ["status"]),
        ("users roles", ["users", "roles"]),
        ("audit verify", ["audit", "verify"]),
        ("import ...", ["import", "items", str(SAMPLES / "master-data" / "items.csv"), "--dry-run"]),
    ],
)
def test_the_keys_are_those_that_are_promised(busy: Terminal, command: str, words: list[str]) -> None:
    assert set(first(busy(*words, "--json"))) == promised(command)


def test_a_case_is_told_from_the_byte_to_the_997(busy: Terminal) -> None:
    case = str(busy.cases("--family", "SYNTAX")[0]["case_id"])
    told = busy.ok("cases", "show", case).out
    assert "DTM02  Date (373, date 8, depends): 20261316" in told
    assert "X12 005010: DTM02 is element 373, Date, of type DT, 8 characters." in told
    assert "What our 997 said" in told
    assert "Segment 8, DTM: " in told  # AK3*DTM*8
    marked = busy.ok("cases", "show", case, "--marked").out.splitlines()
    (at,) = [n for n, line in enumerate(marked) if "DTM*064*20261316" in line]
    assert marked[at + 1] == " " * marked[at].index("20261316") + "^^^^^^^^"
    assert "  11    N3*1 DOCK ROAD" in busy.ok("cases", "show", case, "--tree").out  # beneath its N1
    assert "BEG03 in segment 2" in busy.ok("cases", "show", case, "--lineage").out
    price = str(busy.cases("--family", "PRICE")[0]["case_id"])  # a canonical path: its bytes by lineage
    marked = busy.ok("cases", "show", price, "--marked").out.splitlines()
    (at,) = [n for n, line in enumerate(marked) if "PO1*003*10*CA*150*" in line]
    assert marked[at + 1].strip() == "^^^"
    assert "lower than ours by more than agreed" in busy.ok("cases", "show", price).out  # the check behind it
    stranger = str(busy.cases("--family", "TRANSPORT")[0]["case_id"])  # about the ISA, not about a set
    marked = busy.ok("cases", "show", stranger, "--marked").out.splitlines()
    (at,) = [n for n, line in enumerate(marked) if "ISA*00*" in line]
    assert marked[at + 1] == " " * marked[at].index("ZZ*MOORGATE") + "^" * len(
        "ZZ*MOORGATE       *ZZ*TARNBROOK"
    )


def test_an_order_tells_the_quantities_of_its_lines_as_a_ladder(busy: Terminal) -> None:
    rungs = ("ordered", "held", "accepted", "shipped", "cancelled", "remaining")
    told = busy.ok("orders", "show", "K7001004", "--json").one()["ladder"]
    of = {row["line"]: [row[rung] for rung in rungs] for row in told}
    assert of[1] == ["240", "0", "240", "0", "0", "240"]  # 20 cases of 12
    assert of[3] == ["240", "240", "0", "0", "0", "0"]  # 10 cases of 24, which wait for their price
    assert {row["unit"] for row in told} == {"EA"}
    assert "remaining" in busy.ok("orders", "show", "K7001004").out


def test_shows_have_the_promised_keys_too(busy: Terminal) -> None:
    case = busy.cases("--family", "SYNTAX")[0]
    shown = busy.ok("cases", "show", str(case["case_id"]), "--json").one()
    assert set(shown) == promised("cases show")
    assert (shown["finding"]["code"], shown["finding"]["value"]) == ("DATE_INVALID", "20261316")
    parts = ("--marked", "--tree", "--lineage", "--compare", "--timeline")
    apart = busy.ok("cases", "show", str(case["case_id"]), *parts, "--json").one()
    assert set(apart) - set(shown) == {"marked", "tree", "canonical", "compared", "timeline"}
    document = busy.documents("--direction", "in", "--state", "rejected")[0]
    shown = busy.ok("documents", "show", str(document["document_id"]), "--json").one()
    assert set(shown) == promised("documents show")
    assert [f["code"] for f in shown["findings"]] == ["DATE_INVALID", "DATE_INVALID"]
    transmission = busy.transmissions()[0]
    shown = busy.ok("transmissions", "show", str(transmission["transmission_id"]), "--json").one()
    assert set(shown) == promised("transmissions show")


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ("orders list --state SHUT", "--state is one of ON_HOLD, ACCEPTED"),
        ("holds list --state held", "--state is one of ACTIVE, RELEASED, SUPERSEDED; not 'held'"),
        ("cases list --family PRICES", "--family is one of TRANSPORT, SYNTAX"),
        ("documents list --direction sideways", "--direction is one of in, out; not 'sideways'"),
        ("documents list --state REJECT", "--state is one of APPLIED, REJECTED, HELD"),
        ("documents list --direction out --state applied", "--state is one of QUEUED, BUNDLED, SENT"),
        ("cases close 0 --root-cause weather", "--root-cause is one of partner data, our master data, mapping, "
         "our process, warehouse, carrier, supplier, system; not 'weather'"),
        ("transmissions list --state GONE", "--state is one of READY, SENT, FAILED, CANCELLED; not 'GONE'"),
        ("transmissions list --ack maybe", "--ack is one of NONE, AWAITED, ACCEPTED, REJECTED, OVERDUE; not 'maybe'"),
    ],
)  # fmt: skip
def test_a_word_that_is_none_of_a_few_is_wrong_usage_and_not_an_empty_list(
    busy: Terminal, words: str, known: str
) -> None:
    said = busy(*words.split())
    assert said.code == 2
    assert known in said.err
    assert said.out == ""


def test_such_a_word_may_be_typed_small(busy: Terminal) -> None:
    listed = busy.ok("orders", "list", "--state", "accepted", "--json").json()
    assert {order["state"] for order in listed} == {"ACCEPTED"}
    assert {case["family"] for case in busy.cases("--family", "price")} == {"PRICE"}


def test_a_run_tells_its_story_in_json(busy: Terminal) -> None:
    told = busy("run", "--once", "--json").one()
    assert set(told) == {"arrivals", "acknowledged", "booked", "holds", "sent", "causes", "not_looked_at"}


def test_ids_may_be_typed_as_the_lists_show_them_or_as_numbers(busy: Terminal) -> None:
    table = busy.ok("cases", "list", "--each").out.splitlines()
    name = next(line.split()[0] for line in table if "PRICE" in line)
    number = next(str(c["case_id"]) for c in busy.cases() if c["family"] == "PRICE")
    assert busy.ok("cases", "show", name).out == busy.ok("cases", "show", number).out
    assert busy.ok("cases", "show", name.lower()).out == busy.ok("cases", "show", number).out


def test_orders_are_found_by_what_they_are_asked_for(busy: Terminal) -> None:
    assert set(busy.orders()) == {"K7001004", "PW-20260302-7781"}
    assert set(busy.orders("--partner", "pinwheel")) == {"PW-20260302-7781"}
    assert set(busy.orders("--customer", "C-1000")) == {"K7001004"}
    assert set(busy.orders("--item", "TB-2002")) == {"K7001004"}
    assert set(busy.orders("--held")) == {"K7001004"}
    assert set(busy.orders("--state", "accepted")) == {"K7001004", "PW-20260302-7781"}
    assert busy.orders("--state", "void") == {}
    assert busy.orders("--since", "2026-03-03") == {}
    assert len(busy.orders("--until", "2026-03-02", "--limit", "1")) == 1
    assert len(busy.orders("--until", "2026-03-02")) == 2
    assert busy.orders("--late") == {}
    assert busy.ok("orders", "list", "--po", "none").out == "No such orders.\n"


def test_an_order_is_shown_by_either_number_and_another_is_not_there(busy: Terminal) -> None:
    number = busy.order("K7001004")["order"]["number"]
    by_po = busy.ok("orders", "show", "K7001004").out
    assert busy.ok("orders", "show", number).out == by_po
    assert busy.ok("orders", "show", number.removeprefix("SO-").lower()).out == by_po
    assert "line 003 (10410000020026): they ask 150.00, ours is 164.88 per CA" in by_po
    said = busy("orders", "show", "K-0")
    assert (said.code, said.err) == (2, "error: There is no order K-0. `orders list` shows the newest.\n")


@pytest.mark.parametrize(
    "words",
    [
        ["cases", "show", "7YSFJ0000000"],
        ["cases", "show", "?"],
        ["documents", "show", "7YSFJ0000000"],
        ["documents", "raw", "7YSFJ0000000"],
        ["transmissions", "show", "7YSFJ0000000"],
        ["cases", "replay", "7YSFJ0000000"],
        ["cases", "replay"],
        ["cases", "replay", "--cause", "ffffffff"],
        ["orders", "resolve", "K7001004", "maybe", "--why", "x"],
        ["orders", "resolve", "K7001004", "void", "--why", "x"],
        ["holds", "release", "!", "--reason", "OTHER", "--text", "x"],
        ["run"],
        ["partners", "check", "nobody"],
        ["partners", "publish", "nobody", "--why", "x"],
        ["partners", "new", "Big Name"],
        ["partners", "new", "kestrelmoor"],
        ["orders", "list", "--since", "yesterday"],
        ["orders", "cancel", "K7001004"],
        ["orders", "cancel", "K7001004", "--line", "0", "--why", "x"],
        ["users", "put", "x", "ADMIN", "--limit", "much"],
    ],
    ids=" ".join,
)
def test_what_is_not_there_or_makes_no_sense_is_wrong_usage(busy: Terminal, words: list[str]) -> None:
    said = busy(*words)
    assert (said.code, said.out) == (2, "")
    assert said.err


def test_a_rejected_document_is_shown_with_its_bytes_marked(busy: Terminal) -> None:
    document = busy.documents("--direction", "in", "--state", "rejected")[0]
    lines = busy.ok("documents", "show", str(document["document_id"])).out.splitlines()
    marks = next(n for n, line in enumerate(lines) if line.strip() and set(line.strip()) == {"^"})
    start = lines[marks].index("^")
    assert lines[marks - 1][start : len(lines[marks])] == "20261316"


def test_causes_are_told_with_how_many_and_what_to_do(busy: Terminal) -> None:
    said = busy.ok("cases", "list").out
    assert "1 case, 1500.00 USD at risk, due 2026-03-02 23:00 UTC" in said
    assert "→ Accept their price once, correct the price list, or answer with ours (855 IP)." in said
    cause = next(
        c["fingerprint"] for c in busy.ok("cases", "list", "--json").json() if c["family"] == "PRICE"
    )
    assert len(busy.cases("--cause", str(cause)[:8])) == 1


def test_holds_are_listed_with_how_long_they_stand(busy: Terminal) -> None:
    assert "Waiting: 1 for 0-4 h." in busy.ok("holds", "list").out
    assert [hold["age"] for hold in busy.holds()] == ["0-4 h"]


def test_what_waits_is_counted(busy: Terminal) -> None:
    told = busy.ok("status", "--json").one()
    assert (told["waiting"]["holds"], told["waiting"]["answers"], told["waiting"]["receipts"]) == (1, 1, 0)
    assert told["waiting"]["cases"] == 4  # price, date, stranger; no stock of what ships as a whole
    assert not any(told["late"].values())


def test_a_hold_is_shown_with_who_may_release_it(busy: Terminal) -> None:
    (hold,) = busy.holds()
    told = busy.ok("holds", "show", str(hold["hold_id"]), "--json").one()
    assert {"LEAD", "SUPERVISOR"} <= set(told["released_by_roles"])
    assert set(told) == set(hold) - {"age"} | {"released_by_roles", "cure"}
    assert "not by who changed what it is about" in busy.ok("holds", "show", str(hold["hold_id"])).out
    assert "There is no hold" in busy("holds", "show", "1").err
    assert [len(busy.ok("holds", "list", "--late", "--json").json())] == [0]


def test_the_whole_file_of_a_document_is_given_as_it_came_and_as_it_went(busy: Terminal) -> None:
    came, went = (
        busy.ok("documents", "find", "--direction", way, "--partner", "kestrelmoor", "--json").json()[-1]
        for way in ("in", "out")
    )
    file = busy.ok("documents", "raw", str(came["document_id"]), "--file").raw
    assert file == (SAMPLES / "04-price-differs" / "input.edi").read_bytes()
    sent = busy.ok("documents", "raw", str(went["document_id"]), "--file").raw
    assert sent == busy.ok("transmissions", "show", str(went["transmission_id"]), "--raw").raw


def test_interchanges_are_listed_by_day(busy: Terminal) -> None:
    def count(*words: str) -> int:
        return len(busy.ok("documents", "interchanges", "--json", *words).json())

    assert (count("--since", "2026-03-02", "--until", "2026-03-02"), count("--since", "2026-03-03")) == (4, 0)
    assert (count("--direction", "out", "--until", "2026-03-01"), count("--until", "2026-03-01")) == (0, 0)


def test_what_is_kept_how_long_and_what_was_erased_is_told(busy: Terminal) -> None:
    told = busy.ok("purge", "--json").one()
    assert (told["consumers"], told["kept"]["erased"], told["erased"]) == (["pinwheel"], 0, [])
    assert told["kept"]["consumers"] == 1  # sample 03 is an order of a consumer
    assert "Nothing was erased yet." in busy.ok("purge").out


@pytest.mark.parametrize(
    "command", ["transmissions list", "ledger show", "master list items", "master unresolved"]
)
def test_a_list_is_a_csv_file_with_the_keys_of_its_json(busy: Terminal, command: str) -> None:
    head, *rows = busy.ok(*command.split(), "--csv").out.splitlines()
    told = busy.ok(*command.split(), "--json").json()
    assert (head.split(","), len(rows)) == (list(told[0]) if told else head.split(","), len(told))


def test_only_partners_in_trouble_are_listed_when_asked(busy: Terminal) -> None:
    assert [row["partner"] for row in busy.ok("partners", "list", "--trouble", "--json").json()] == [
        "kestrelmoor"
    ]
