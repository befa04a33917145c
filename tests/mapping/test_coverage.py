"""Coverage counts the elements that hold something, and those that no row reads."""

from __future__ import annotations

from decimal import Decimal

from edi_gateway.mapping.compile import reader
from edi_gateway.mapping.coverage import Coverage, coverage
from edi_gateway.x12.checking.guide import build
from tests.mapping.sets import mapping, raw_set


def covered(body: str) -> Coverage:
    raw, guide = raw_set(body), build("004010", "850")
    return coverage(raw, reader(mapping("850"), guide).read(raw, guide.check(raw)))


def test_elements_present_and_read_are_counted_with_the_places_of_the_others() -> None:
    found = covered("BEG*00*SA*1**20260115~SPI*AB*CT*7~PO1*1*5*EA~QTY*17*5*EA>2~SPI*AB~")
    assert (found.sets, found.present, found.read) == (1, 14, 10)
    assert found.unmapped == {"SPI": 1, "PO1/QTY:03.2": 1, "PO1/SPI": 1}
    assert found.share == Decimal(10) / Decimal(14)


def test_coverages_add_up() -> None:
    whole = covered("BEG*00*SA*1**20260115~SPI*AB~") + covered("BEG*00*SA*1**20260115~SPI*AB~") + Coverage()
    assert (whole.sets, whole.present, whole.read, whole.unmapped) == (2, 10, 8, {"SPI": 2})


def test_nothing_at_all_is_wholly_covered() -> None:
    assert Coverage().share == 1
