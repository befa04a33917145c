"""GS08 picks the dictionary that reads a group."""

from __future__ import annotations

import pytest

from edi_gateway.x12.dictionary import GROUP_OF, VERSIONS, dictionary, nearest


@pytest.mark.parametrize(
    ("gs08", "expected"),
    [
        ("004010", ("004010", True)),
        ("005010", ("005010", True)),
        (" 004010 ", ("004010", True)),
        ("004010VICS", ("004010", False)),
        ("004010UCS", ("004010", False)),
        ("005010X231A1", ("005010", False)),
        ("003060", ("004010", False)),
        ("003040", ("004010", False)),
        ("4010", ("004010", False)),
        ("00401", ("004010", False)),
        ("00501", ("005010", False)),
        ("006020", ("005010", False)),
        ("008010", ("005010", False)),
        ("", ("004010", False)),
        ("VICS", ("004010", False)),
        ("12", ("004010", False)),
    ],
)
def test_the_digits_of_gs08_pick_the_dictionary(gs08, expected):
    assert nearest(gs08) == expected


@pytest.mark.parametrize("gs08", ["004020", "004030VICS", "004050", "004060"])
def test_a_release_whose_text_is_mtx_is_read_by_005010_so_that_a_good_document_passes(gs08):
    assert nearest(gs08) == ("005010", False)


def test_every_set_of_the_dictionaries_belongs_to_the_group_that_it_names():
    for version in VERSIONS:
        for code, one in dictionary(version).sets.items():
            assert GROUP_OF[code] == one.group
