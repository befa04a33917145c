"""A replay of a cause that is killed: begins it, and dies before or after one of the commits that write its items.

`python -m tests.crash.replaying URL HOME AT WHEN`. Run by test_replays.py.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

from edi_gateway.commands.desk import ROLES, Actor
from edi_gateway.flow.replays import carrying
from edi_gateway.store.database import connect
from tests.crash.commits import Points, When
from tests.flow.shop import Shop

ANN = Actor("ann", ROLES)


def main(url: str, home: str, at: str, when: str) -> None:
    carrying.CHUNK = 2
    Points(int(at), cast(When, when), frozenset({"replay_items"})).install()
    shop = Shop(connect(url), Path(home), node=20)
    with shop.start() as gateway, gateway.works.writer.reading() as conn:
        case = conn.exec_driver_sql("SELECT min(id) FROM cases").scalar_one()
        gateway.replay([case], ANN)


if __name__ == "__main__":
    main(*sys.argv[1:])
