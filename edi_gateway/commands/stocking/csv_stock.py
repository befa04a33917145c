"""The CSV files of stock and supply: their columns.

Unlike master data they are no periods of a key but what is so now; stock_imports.py books the difference.
docs/reference/csv.md is made from them.
"""

from __future__ import annotations

from typing import Final

from edi_gateway.commands.master_data import csv_cells
from edi_gateway.commands.master_data.csv_kinds import Column, Layout

_SITE = Column("site", csv_cells.text(20), "code of the site", required=True)
_SKU = Column("sku", csv_cells.text(60), "our item number", required=True)
_NUMBER = csv_cells.decimal()

LAYOUTS: Final[dict[str, Layout]] = {
    "stock": Layout(
        "stock",
        (
            _SITE,
            _SKU,
            Column("on_hand", _NUMBER, "all that lies there, also what is allocated; empty: as it stands"),
            Column("hold", _NUMBER, "of it, what may not go for now; empty: as it stands"),
            Column("damaged", _NUMBER, "of it, what may never go; empty: as it stands"),
            Column("safety", _NUMBER, "of it, what is promised to nobody; empty: as it stands"),
        ),
        (),
        lambda cells: iter(()),
    ),
    "supply": Layout(
        "supply",
        (
            Column(
                "reference",
                csv_cells.text(60),
                "number of the purchase order, production or transfer",
                required=True,
            ),
            _SITE,
            _SKU,
            Column("quantity", _NUMBER, "still to come; 0: nothing more comes", required=True),
            Column(
                "due_on",
                csv_cells.day,
                "the day on which it can ship; past: as if unconfirmed",
                required=True,
            ),
            Column(
                "confirmed",
                csv_cells.yes_or_no,
                "no: nobody has confirmed it, so no date is promised by it",
                blank=True,
            ),
        ),
        (),
        lambda cells: iter(()),
    ),
}
