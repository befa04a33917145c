"""What stopped is mended where it stopped, and the replay of its case brings it through, with the real parts.

The folder that orders are posted into is away; the partner's rows do not read an order; the partner's folder is away.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from edi_gateway.commands.desk import ROLES, Actor
from edi_gateway.commands.partners.publishing import publish
from edi_gateway.partners import registry
from edi_gateway.partners.snapshots import snapshot
from edi_gateway.store import audit, tables
from tests.flow import papers
from tests.flow.shop import PARTNER, Shop
from tests.samples.sample import PARTNERS, ROOT

ANN = Actor("ann", ROLES)


def open_cases(shop: Shop) -> list[dict[str, Any]]:
    return [row for row in shop.rows(tables.cases) if row["state"] in ("NEW", "ASSIGNED", "WAITING")]


def replay(shop: Shop) -> list[tuple[str, bool]]:
    """The oldest open case, and so all of its cause: (what was replayed, whether it is cured)."""
    first = open_cases(shop)[0]["id"]
    with shop.start() as gateway:
        return [(one.kind, one.cured) for one in gateway.replay([first], ANN)]


def noted(shop: Shop, case_id: int) -> list[tuple[str, str]]:
    return [(row["by"], row["kind"]) for row in shop.rows(tables.case_notes, "id", case_id=case_id)]


def test_an_order_that_could_not_be_posted_is_posted_once_its_folder_is_there(shop: Shop) -> None:
    folder = shop.home / "posted"
    folder.rmdir()
    shop.drop("a.edi", papers.orders(501, "K1", "K2"))
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED", "K2": "ACCEPTED"}
    assert "".join(shop.sent()).count("BAK*00*AD*") == 2  # whoever ordered is answered all the same
    assert shop.cases() == ["POSTING_FAILED", "POSTING_FAILED"]
    first = open_cases(shop)[0]["id"]

    assert replay(shop) == [("posting", False), ("posting", False)]
    assert shop.cases() == ["POSTING_FAILED", "POSTING_FAILED"]

    folder.mkdir()
    assert replay(shop) == [("posting", True), ("posting", True)]
    assert shop.cases() == []
    posted = [json.loads(file.read_text("utf-8")) for file in sorted(folder.iterdir())]
    assert sorted(each["order"]["po_number"] for each in posted) == ["K1", "K2"]
    assert [(row["state"], row["payload"]) for row in shop.rows(tables.postings)] == [
        ("DONE", file.read_text("utf-8")) for file in sorted(folder.iterdir())
    ]
    assert ("ann", "replayed") in noted(shop, first)
    shop.run()
    assert len(list(folder.iterdir())) == 2


def test_an_order_that_the_partners_rows_could_not_read_stands_once_they_are_mended(
    shop: Shop, tmp_path: Path
) -> None:
    """Their rows take the PO number from where nothing stands. X12 it is all the same, and accepted as such, once."""
    publish_rows(shop, tmp_path / "wrong", '\n["BEG"]\n03 = "release_number"\n04 = "po_number"\n')
    shop.drop("a.edi", papers.orders(501, "K1"))
    shop.run()
    assert shop.states() == {}
    (case,) = open_cases(shop)
    assert (case["family"], case["partner"]) == ("MAPPING", PARTNER)
    (answer,) = shop.sent()
    assert "AK5*A~" in answer

    assert replay(shop) == [("receipt", False)]
    assert [row["id"] for row in open_cases(shop)] == [case["id"]]

    publish_rows(shop, tmp_path / "right", "")
    assert replay(shop) == [("receipt", True)]
    assert shop.states() == {"K1": "ACCEPTED"}
    assert shop.cases() == []
    assert "".join(shop.sent()).count("AK5*A~") == 1  # what they were told stands, and is not told again
    assert "".join(shop.sent()).count("BAK*00*AD*K1*") == 1
    (posted,) = (shop.home / "posted").iterdir()
    assert json.loads(posted.read_text("utf-8"))["order"]["po_number"] == "K1"
    (order,) = shop.rows(tables.orders)
    (document,) = shop.rows(tables.documents, id=order["document_id"])
    (old,) = shop.rows(tables.documents, direction="in", state="ERROR", receipt_id=case["receipt_id"])
    assert document["snapshot"] != old["snapshot"]  # each says which rows read it


def publish_rows(shop: Shop, folder: Path, rows: str) -> None:
    """The partner's profile and guide, with these mapping rows of theirs."""
    shutil.copytree(PARTNERS / PARTNER, folder / PARTNER)
    with (folder / PARTNER / "850.toml").open("a", encoding="utf-8") as file:
        file.write(rows)
    loaded = registry.load(folder / PARTNER)
    assert loaded.profile is not None, loaded.findings
    with shop.engine.begin() as conn:
        draft = snapshot(loaded.profile, folder / PARTNER, ROOT / "mappings")
        publish(shop.start().works.desk(conn), draft, "for the test")


def test_what_could_not_be_delivered_goes_as_the_same_bytes_once_the_folder_is_there(shop: Shop) -> None:
    shutil.rmtree(shop.outbox(PARTNER))
    shop.drop("a.edi", papers.orders(501, "K1"))
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED"}
    bound = [(row["name"], row["control"], bytes(row["bytes"])) for row in shop.rows(tables.transmissions)]
    assert len(bound) == 2  # the 997 and the 855
    assert shop.cases() == ["DELIVERY_FAILED", "DELIVERY_FAILED"]
    assert replay(shop) == [("transmission", False), ("transmission", False)]

    shop.outbox(PARTNER).mkdir()
    assert replay(shop) == [("transmission", True), ("transmission", True)]
    assert shop.cases() == []
    assert [(file.name, file.read_bytes()) for file in sorted(shop.outbox(PARTNER).iterdir())] == sorted(
        (name, content) for name, _, content in bound
    )
    assert [(row["name"], row["control"], row["state"]) for row in shop.rows(tables.transmissions)] == [
        (name, control, "SENT") for name, control, _ in bound
    ]
    assert len(set(shop.sendings())) == 2  # each name always with the same bytes, however often it was tried
    with shop.engine.begin() as conn:
        assert audit.verify(conn) is None
