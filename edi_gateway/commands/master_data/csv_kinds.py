"""What each CSV file of master data holds: its columns, and the rows that a line of it means.

One Layout a kind; docs/reference/csv.md is made from it. Called by commands/master_data/csv_reading.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from edi_gateway.commands.master_data import csv_cells
from edi_gateway.commands.master_data.csv_cells import BadCell, Reader
from edi_gateway.store.master import master_data
from edi_gateway.store.master.master_data import Kind, Wanted

Cells = dict[str, Any]
SAID: Final = ""  # the key under which a line keeps the names of the columns that the file has


@dataclass(frozen=True, slots=True)
class Column:
    """`blank` is what an empty cell means. `required`: the column must be there and no cell of it empty."""

    name: str
    read: Reader
    about: str
    required: bool = False
    blank: Any = None


@dataclass(frozen=True, slots=True)
class Layout:
    """`rows`: the rows of the store that one line means. `refine`: what only several cells together can tell;
    raises BadCell with the column it is about as second argument."""

    name: str
    columns: tuple[Column, ...]
    kinds: tuple[Kind, ...]
    rows: Callable[[Cells], Iterator[tuple[Kind, Wanted]]]
    refine: Callable[[Cells], None] = lambda cells: None


def _kept(kind: Kind, cells: Cells) -> Iterator[tuple[Kind, Wanted]]:
    yield kind, _row(kind, cells)


def _row(kind: Kind, cells: Cells) -> Wanted:
    return Wanted(
        key=tuple(cells[name] for name in kind.key),
        values=tuple(cells[name] for name in kind.values),
        since=cells["since"],
        until=cells["until"],
        kept=frozenset(kind.values) - cells[SAID],
    )


def _item(cells: Cells) -> Iterator[tuple[Kind, Wanted]]:
    yield master_data.ITEMS, _row(master_data.ITEMS, cells)
    for unit, details in (
        cells["units"] or {}
    ).items():  # units that a line leaves out: commands/master_data/importing.py
        values = (
            *(details["factor"].numerator, details["factor"].denominator, details.get("min")),
            *(details.get("multiple"), details.get("inner"), details.get("orderable", True)),
            *(details.get("weight"), details.get("weight_unit")),
        )
        yield master_data.UNITS, Wanted((cells["sku"], unit), values, cells["since"], cells["until"])


def _refine_item(cells: Cells) -> None:
    base = (cells["units"] or {}).get(cells["base_unit"])
    if base is not None and base["factor"] != 1:
        raise BadCell(f"{cells['base_unit']} is the base unit; its factor is 1", "units")
    if cells["status"] == "not yet" and cells["not_before"] is None:
        raise BadCell("an item that is not yet sold needs the day from which it is", "not_before")
    if cells["successor"] is not None and cells["successor"] == cells["sku"]:
        raise BadCell("an item cannot be its own successor", "successor")


def _refine_xref(cells: Cells) -> None:
    if cells["qualifier"] == "GTIN":
        try:
            cells["value"] = csv_cells.gtin_14(cells["value"])
        except BadCell as problem:
            raise BadCell(str(problem), "value") from None


def _refine_price(cells: Cells) -> None:
    if cells["customer"] is not None and cells["price_group"] is not None:
        raise BadCell("a price is for a customer or for a price group, not for both", "price_group")


def _refine_ship_to(cells: Cells) -> None:
    if cells["dc"] is not None and cells["dc"].rpartition(":")[2] == cells["code"]:
        raise BadCell("a place cannot be served by itself", "dc")


_SINCE = Column(
    "since", csv_cells.day, "first day on which the row holds; empty: today, or always for a new row"
)
_UNTIL = Column(
    "until", csv_cells.day, "first day on which it no longer does; empty: until the next row of it begins"
)
_PERIOD: Final = (_SINCE, _UNTIL)
_SKU = csv_cells.text(60)
_NAME = csv_cells.text(40)
_UNIT = csv_cells.code(2, 2)
_NUMBER = csv_cells.decimal()

LAYOUTS: Final[dict[str, Layout]] = {
    "items": Layout(
        "items",
        (
            Column("sku", _SKU, "our item number", required=True),
            Column("description", csv_cells.text(200), "what it is", required=True),
            Column(
                "status",
                csv_cells.one_of("active", "not yet", "phase-out", "discontinued", "blocked"),
                "active, not yet, phase-out, discontinued or blocked",
                blank="active",
            ),
            Column("base_unit", _UNIT, "the unit (X12 element 355) in which stock is counted", required=True),
            Column(
                "units",
                csv_cells.units,
                "other units and how many base units each holds, exactly: `CA=12;PL=576`, `FT=1/12`; with details "
                "`CA=12(min=2,multiple=2,inner=6,orderable=no,weight=8.5,weight_unit=LB)`; the weight is that of one, "
                "with its packing. Units that are not named any more are closed",
            ),
            Column("not_before", csv_cells.day, "first day on which it may be ordered"),
            Column("successor", _SKU, "our item number of what replaces it"),
            Column(
                "measured", csv_cells.yes_or_no, "yes: fractions of the base unit may be ordered", blank=False
            ),
            Column("free", csv_cells.yes_or_no, "yes: may be ordered at price 0", blank=False),
            Column("item_class", _NAME, "class, for policies and reports"),
            Column("tax_class", csv_cells.text(20), "class of goods for tax; empty: taxed as all goods are"),
            Column("nmfc", csv_cells.text(12), "NMFC number, for the bill of lading"),
            Column("freight_class", csv_cells.text(5), "freight class by it: 70, 92.5 ..."),
            Column(
                "hazmat",
                csv_cells.hazmat,
                "dangerous goods: `UN1263; Paint; 3; II; 800-555-0100` (UN number; proper name; class; packing "
                "group; 24-hour telephone)",
            ),
            *_PERIOD,
        ),
        (master_data.ITEMS, master_data.UNITS),
        _item,
        _refine_item,
    ),
    "xrefs": Layout(
        "xrefs",
        (
            Column("partner", csv_cells.text(80), "key of the partner; empty: everybody's"),
            Column("qualifier", csv_cells.code(4, 2), "X12 element 235, or GTIN", required=True),
            Column(
                "value",
                csv_cells.text(80),
                "their number; a GTIN of 8 to 14 digits is kept with 14",
                required=True,
            ),
            Column("sku", _SKU, "our item number", required=True),
            Column("unit", _UNIT, "the unit that the number stands for (a GTIN-14 names a case, say)"),
            *_PERIOD,
        ),
        (master_data.XREFS,),
        lambda cells: _kept(master_data.XREFS, cells),
        _refine_xref,
    ),
    "prices": Layout(
        "prices",
        (
            Column("sku", _SKU, "our item number", required=True),
            Column("unit", _UNIT, "the unit that is priced", required=True),
            Column("price", _NUMBER, "for one unit", required=True),
            Column("currency", csv_cells.code(3, 3), "ISO 4217", required=True),
            _SINCE,
            _UNTIL,
            Column("customer", _NAME, "customer number: a contract price"),
            Column("price_group", _NAME, "price group; with neither it is the list price"),
            Column("from_quantity", _NUMBER, "from how many units on (quantity break)", blank=Decimal(0)),
            Column(
                "promotion", csv_cells.yes_or_no, "yes: goes before other prices while it holds", blank=False
            ),
        ),
        (master_data.PRICES,),
        lambda cells: _kept(master_data.PRICES, cells),
        _refine_price,
    ),
    "ship-tos": Layout(
        "ship-tos",
        (
            Column("partner", csv_cells.text(80), "key of the partner", required=True),
            Column("qualifier", csv_cells.code(2, 1), "X12 element 66: 92, UL, 1 ...", required=True),
            Column("code", csv_cells.text(80), "their number of the place", required=True),
            Column("name", csv_cells.text(100), "its name", required=True),
            Column("customer", _NAME, "customer number, when it is not the partner's default"),
            Column("address_1", csv_cells.text(100), "street"),
            Column("address_2", csv_cells.text(100), "more of the address"),
            Column("city", csv_cells.text(60), "city"),
            Column("region", csv_cells.text(10), "state or province"),
            Column("postal_code", csv_cells.text(15), "postal code"),
            Column("country", csv_cells.code(3, 2), "ISO 3166"),
            Column("kind", csv_cells.one_of("dc", "store", "site"), "dc, store or site", blank="site"),
            Column("dc", csv_cells.text(80), "code (or qualifier:code) of the place that serves this store"),
            Column("transit_days", csv_cells.whole(0, 365), "working days from us to there"),
            *_PERIOD,
        ),
        (master_data.SHIP_TOS,),
        lambda cells: _kept(master_data.SHIP_TOS, cells),
        _refine_ship_to,
    ),
    "customers": Layout(
        "customers",
        (
            Column("number", _NAME, "customer number", required=True),
            Column("name", csv_cells.text(100), "name", required=True),
            Column("currency", csv_cells.code(3, 3), "ISO 4217", required=True),
            Column("price_group", _NAME, "price group"),
            Column("terms_type", csv_cells.code(2, 2), "X12 element 336 (ITD01)"),
            Column(
                "discount_percent",
                csv_cells.decimal(most=Decimal(100)),
                "cash discount, per cent",
            ),
            Column("discount_days", csv_cells.whole(0, 999), "days for the discount"),
            Column("net_days", csv_cells.whole(0, 999), "days net"),
            Column("freight_payment", csv_cells.code(2, 2), "X12 element 146 (FOB01)"),
            Column("minimum_order", _NUMBER, "least value of an order, in the currency"),
            Column(
                "ship_complete", csv_cells.yes_or_no, "yes: an order goes as a whole or waits", blank=False
            ),
            Column(
                "backorder",
                csv_cells.one_of("backorder", "cancel remainder", "ship complete"),
                "backorder, cancel remainder or ship complete",
                blank="backorder",
            ),
            Column("stopped", csv_cells.yes_or_no, "yes: nothing is accepted", blank=False),
            Column("priority", csv_cells.whole(1, 9), "1 first, 9 last", blank=5),
            *_PERIOD,
        ),
        (master_data.CUSTOMERS,),
        lambda cells: _kept(master_data.CUSTOMERS, cells),
    ),
    "sites": Layout(
        "sites",
        (
            Column("code", csv_cells.text(20), "our code of the site", required=True),
            Column("name", csv_cells.text(100), "its name", required=True),
            Column(
                "warehouse",
                csv_cells.text(80),
                "key of the partner who runs it: gets its 940, sends its 945 and 846; empty: we do ourselves",
            ),
            Column("gln", csv_cells.gln, "its global location number"),
            Column("address_1", csv_cells.text(100), "street"),
            Column("address_2", csv_cells.text(100), "more of the address"),
            Column("city", csv_cells.text(60), "city"),
            Column("region", csv_cells.text(10), "state or province"),
            Column("postal_code", csv_cells.text(15), "postal code"),
            Column("country", csv_cells.code(3, 2), "ISO 3166"),
            *_PERIOD,
        ),
        (master_data.SITES,),
        lambda cells: _kept(master_data.SITES, cells),
    ),
    "tax-rates": Layout(
        "tax-rates",
        (
            Column("country", csv_cells.code(3, 2), "ISO 3166", required=True),
            Column("region", csv_cells.text(10), "state or province; empty: the whole country"),
            Column("postal_code", csv_cells.text(15), "postal code, or how it begins; empty: all of them"),
            Column("tax_class", csv_cells.text(20), "class of goods (tax_class of items); empty: all goods"),
            Column(
                "code", csv_cells.code(2, 2), "kind of tax, X12 element 963: ST, GS, VA ...", required=True
            ),
            Column("percent", csv_cells.decimal(most=Decimal(100)), "0 where it is not taxed", required=True),
            Column("freight", csv_cells.yes_or_no, "yes: freight is taxed too", blank=False),
            *_PERIOD,
        ),
        (master_data.TAX_RATES,),
        lambda cells: _kept(master_data.TAX_RATES, cells),
    ),
    "tax-certificates": Layout(
        "tax-certificates",
        (
            Column("customer", _NAME, "customer number", required=True),
            Column("region", csv_cells.text(10), "state or province in which it exempts; empty: everywhere"),
            Column("number", csv_cells.text(20), "number of the certificate (TXI09)", required=True),
            Column("expires_on", csv_cells.day, "last day on which it is valid; empty: no end"),
            *_PERIOD,
        ),
        (master_data.TAX_CERTIFICATES,),
        lambda cells: _kept(master_data.TAX_CERTIFICATES, cells),
    ),
}
