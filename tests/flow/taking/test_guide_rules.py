"""What a rule of a partner's guide does on the road when the partner is to hear nothing of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from edi_gateway.commands.partners.publishing import publish
from edi_gateway.partners import registry
from edi_gateway.partners.snapshots import snapshot
from edi_gateway.store import tables
from tests.flow import papers
from tests.flow.shop import PARTNER, Shop
from tests.flow.taking.test_road import functional_acks
from tests.samples.sample import PARTNERS, ROOT


def test_a_rule_of_severity_case_opens_a_case_while_the_order_goes_on(shop: Shop, tmp_path: Path) -> None:
    folder = tmp_path / PARTNER
    shutil.copytree(PARTNERS / PARTNER, folder)
    rule = '\n[[rules]]\nid = "dock"\ntarget = "REF*19"\nmust_use = true\nseverity = "CASE"\n'
    with (folder / "850.toml").open("a", encoding="utf-8") as file:
        file.write(rule)
    loaded = registry.load(folder)
    assert loaded.profile is not None
    with shop.engine.begin() as conn:
        publish(
            shop.start().works.desk(conn), snapshot(loaded.profile, folder, ROOT / "mappings"), "for the test"
        )
    shop.drop("a.edi", papers.orders(501, "K1"))
    shop.run()
    assert functional_acks(shop) == ["AK1*PO*501*005010~AK2*850*0001~AK5*A~AK9*A*1*1*1~"]
    assert shop.cases() == ["SEGMENT_MISSING"]
    assert shop.states() == {"K1": "ACCEPTED"}
    assert [row["severity"] for row in shop.rows(tables.findings, rule="dock")] == ["WARNING"]
