"""Two people: who imports prices or terms and who approves them, how much a role decides, and who is asking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edi_gateway.cli.app import load, program
from tests.cli.terminal import Terminal, run

K4 = "K7001004"  # samples/04: line 3 asks 150.00, the contract says 164.88
AGREED = ("--reason", "PRICE_ACCEPTED", "--text", "Agreed with the buyer by telephone.")


def test_a_price_list_waits_for_a_second_person_and_the_order_that_waited_goes_on(held: Terminal) -> None:
    """The list follows the buyer's 150.00: Maria imports it, may not approve it, and Jo does."""
    (line,) = [n for n in held.order(K4)["lines"] if n["line"] == 3]
    (held.home / "p.csv").write_text(f"sku,unit,price,currency,price_group\n{line['sku']},CA,150,USD,MASS\n")
    said = held.ok("import", "prices", "p.csv", by="maria").out
    assert "price: 164.88 → 150" in said
    assert "1 changed" in said
    assert "another user than you approves it with `import approve " in said
    assert len(held.holds()) == 1
    assert held("status", "--json").one()["waiting"]["imports to approve"] == 1

    (waits,) = held.ok("import", "pending", "--json").json()
    assert (waits["kind"], waits["imported_by"], waits["state"]) == ("prices", "maria", "PENDING")
    name = str(waits["import_id"])
    assert "price: 164.88 → 150" in held.ok("import", "pending", name).out
    assert "maria imported it; somebody else must approve it" in held.refused(
        "import", "approve", name, by="maria"
    )
    told = held.ok("import", "approve", name, by="jo").out
    assert "1 order that waited for it went on" in told
    assert held.holds() == []
    assert held.ok("import", "pending").out == "No import waits for approval.\n"
    every = held.ok("import", "pending", "--all", "--json").json()
    assert {
        (i["kind"], i["state"], i["decided_by"]) for i in every if i["import_id"] == waits["import_id"]
    } == {("prices", "APPROVED", "jo")}
    assert "it is approved already" in held.refused("import", "approve", name, by="jo")
    held.ok("audit", "verify")


def test_a_rejected_import_changes_nothing(shop: Terminal) -> None:
    (shop.home / "c.csv").write_text("number,name,currency,net_days\nC-1000,Kestrelmoor,USD,90\n")
    waits = str(shop.ok("import", "customers", "c.csv", "--json").one()["waits"])
    said = shop.ok("import", "reject", waits, "--reason", "Nobody agreed to 90 days.", by="jo").out
    assert said == "c.csv, imported by maria, is rejected; nothing was changed.\n"
    row = shop.ok("import", "pending", waits, "--json").one()
    assert (row["state"], row["reason"]) == ("REJECTED", "Nobody agreed to 90 days.")
    assert shop.refused("import", "approve", waits, by="jo").endswith("it is rejected already")
    assert shop.refused("import", "pending", "7YSFJ0000000") == "There is no import 7YSFJ0000000."


def test_with_the_setting_off_one_person_is_enough(shop: Terminal) -> None:
    config = shop.home / "config.toml"
    said = '# second_person = ["prices", "customers", "tax-rates", "tax-certificates"]'
    text = config.read_text().replace(said, "second_person = []")
    config.write_text(text)
    (shop.home / "p.csv").write_text("sku,unit,price,currency,since\nTB-1001,EA,4.75,USD,2026-06-01\n")
    assert shop.ok("import", "prices", "p.csv", "--json").one()["applied"]


def test_how_much_a_role_may_release_is_a_setting(held: Terminal) -> None:
    """1,500.00 hang on the hold; a CSR decides up to 1,000 unless the settings say otherwise."""
    held.ok("users", "put", "anna", "ADMIN")
    held.ok("users", "put", "maria", "CSR", by="anna")
    assert "1500.00 is above what CSR may decide" in held.refused("holds", "release", held.hold(), *AGREED)
    config = held.home / "config.toml"
    config.write_text(config.read_text().replace("# CSR = 1000", "CSR = 1500.00"))
    held.ok("holds", "release", held.hold(), *AGREED)


# ---------------------------------------------------------------- who is asking


def test_who_is_asking_may_be_said_after_the_command_as_well(held: Terminal) -> None:
    name = str(held.cases()[0]["case_id"])
    assert run(["cases", "comment", name, "Asked them.", "--as", "jo"], held.home).code == 0
    assert run(["--as", "kim", "cases", "comment", name, "Twice.", "--as", "kim"], held.home).code == 0
    notes = held.ok("cases", "show", name, "--json").one()["notes"]
    assert [n["by"] for n in notes if n["kind"] == "comment"] == ["jo", "kim"]
    two = run(["--as", "kim", "cases", "list", "--as", "jo"], held.home)
    assert (two.code, two.err) == (2, "error: --as names kim and jo: who is asking?\n")
    assert run(["cases", "list", "--as", " "], held.home).code == 2


def test_every_command_takes_as() -> None:
    def commands(found: Any) -> Iterator[Any]:
        for each in found.commands.values():
            yield from commands(each) if hasattr(each, "commands") else [each]

    load()
    names = [command.name for command in commands(program())]
    assert len(names) > 45
    assert [c.name for c in commands(program()) if not any("--as" in p.opts for p in c.params)] == []


def test_holds_are_listed_for_a_role_and_for_whoever_asks(held: Terminal) -> None:
    """A hold PRICE lies before CSR, LEAD and SUPERVISOR, not before who imports prices (B4 rule 7)."""
    held.ok("holds", "place", K4, "--text", "Ask about the colour first", "--line", "1", by="jo")  # MANUAL
    held.ok("users", "put", "jo", "ADMIN", "CSR")
    held.ok("users", "put", "bill", "BILLING", by="jo")
    held.ok("users", "put", "ada", "ADMIN", by="jo")

    def codes(*words: str, by: str = "jo") -> list[str]:
        listed = held.ok("holds", "list", "--json", *words, by=by).json()
        assert [h["due_at"] for h in listed] == sorted(h["due_at"] for h in listed)
        return sorted(h["code"] for h in listed)

    assert codes("--for", "lead") == ["MANUAL", "PRICE"]
    assert codes("--for", "MASTER_DATA") == ["MANUAL"]
    assert codes("--mine") == ["MANUAL", "PRICE"]
    assert codes("--mine", by="bill") == ["MANUAL"]
    assert codes("--mine", by="ada") == []
    assert codes("--mine", "--for", "CSR", by="bill") == ["MANUAL"]  # what waits for both
    assert held.ok("holds", "list", "--mine", by="ada").out == "No hold is active in this queue.\n"
    assert "PRICE" in held.ok("holds", "list", "--mine", by="jo").out
    assert ", due 2026-03-" in held.ok("holds", "list").out
    said = held("holds", "list", "--for", "BOSS")
    assert (said.code, said.out) == (2, "")
    assert "--for is one of ADMIN, AUDITOR" in said.err
