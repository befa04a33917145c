"""Mapping files are loaded with all their mistakes told at once, each with file and line."""

from __future__ import annotations

from typing import Any

import pytest

from edi_gateway.mapping import catalog
from edi_gateway.mapping.catalog import Mapping, MappingInvalid
from edi_gateway.mapping.compile import writer
from edi_gateway.mapping.coverage import place
from edi_gateway.x12.checking.guide import build
from tests.mapping.sets import MAPPINGS, OLD, mapping, read


def with_partner(rows: str, **layers: str) -> Mapping:
    """The standard mapping of the 850 with a partner's file over it; layers by name."""
    texts = catalog.texts_of(MAPPINGS) | {"partner/acme/850.toml": rows}
    texts |= {f"layers/{name}/850.toml": text for name, text in layers.items()}
    return catalog.load_texts(texts, "850")


def mistakes(rows: str, **layers: str) -> list[str]:
    with pytest.raises(MappingInvalid) as caught:
        with_partner(rows, **layers)
    return [str(problem) for problem in caught.value.problems]


def mistakes_of_file(text: str) -> list[str]:
    with pytest.raises(MappingInvalid) as caught:
        catalog.load_texts({"850.toml": text}, "850")
    return [str(problem) for problem in caught.value.problems]


# -- what a partner's file may do


def test_a_partner_replaces_one_key_of_a_row_and_keeps_the_others() -> None:
    theirs = with_partner('["BEG"]\n06 = "release_number"\n04 = "contract_number"\n')
    body = "BEG*00*SA*1*A*20260115*B~"
    assert (read(body).document.release_number, read(body).document.contract_number) == ("A", "B")  # type: ignore[union-attr]
    mine = read(body, of=theirs).document
    assert (mine.release_number, mine.contract_number, mine.po_number) == ("B", "A", "1")  # type: ignore[union-attr]


def test_a_partner_adds_an_exact_row_that_is_asked_before_the_standard_one() -> None:
    theirs = with_partner('["REF*CT"]\n02 = "contract_number"\n["BEG"]\n06 = false\n')
    found = read("BEG*00*SA*1**20260115~REF*DP*7~REF*CT*C9~REF*CT*C10~", of=theirs).document
    assert found.contract_number == "C9"  # type: ignore[union-attr]
    assert [(r.qualifier, r.value) for r in found.references] == [("DP", "7"), ("CT", "C10")]  # type: ignore[union-attr]


def test_a_partner_removes_a_row_with_all_beneath_it() -> None:
    theirs = with_partner('"N1" = false\n')
    reading = read("BEG*00*SA*1**20260115~N1*ST*X~N3*Y~", of=theirs)
    assert reading.document.parties == ()  # type: ignore[union-attr]
    assert [place(u) for u in reading.unmapped] == ["N1", "N1/N3"]


def test_a_partner_takes_a_date_out_of_the_named_ones_or_names_another() -> None:
    rows = '"DTM*010" = false\n["DTM".pick]\n002 = false\n097 = "dates.deliver_requested"\n'
    theirs = with_partner(rows)
    found = read("BEG*00*SA*1**20260115~DTM*010*20260120~DTM*097*20260121*0800~DTM*002*20260122~", of=theirs)
    dates = found.document.dates  # type: ignore[union-attr]
    assert str(dates.deliver_requested) == "2026-01-21"
    assert dates.times == {"097": "0800"}
    assert [d.qualifier for d in dates.others] == ["010", "002"]
    assert dates.requested_ship is None


def test_layers_lie_between_the_standard_and_the_partner() -> None:
    grocery = '["BEG"]\n06 = "release_number"\n04 = "contract_number"\n'
    theirs = with_partner('extends = "grocery"\n["BEG"]\n04 = false\n', grocery=grocery)
    reading = read("BEG*00*SA*1*A*20260115*B~", of=theirs)
    assert reading.document.release_number == "B"  # type: ignore[union-attr]
    assert [place(u) for u in reading.unmapped] == ["BEG:04"]
    assert set(theirs.files) == {
        "850.toml",
        "common.toml",
        "layers/grocery/850.toml",
        "partner/acme/850.toml",
    }


def test_a_loop_can_be_split_by_its_qualifier() -> None:
    rows = '["N1*BO"]\n02 = "contract_number"\n["N1*BO/N3"]\n01 = "currency_market"\n'
    theirs = with_partner(rows + '["BEG"]\n06 = false\n["CUR"]\n06 = false\n')
    reading = read("BEG*00*SA*1**20260115~N1*BO*OFFICE~N3*STREET~N4*TOWN~N1*ST*X~N3*Y~", of=theirs)
    found = reading.document
    assert (found.contract_number, found.currency_market) == ("OFFICE", "STREET")  # type: ignore[union-attr]
    assert [p.address for p in found.parties] == [("Y",)]  # type: ignore[union-attr]
    assert [place(u) for u in reading.unmapped] == ["N1/N4"]


def test_the_hash_says_what_is_read_and_not_how_the_file_looks() -> None:
    plain = mapping("850").hash
    assert with_partner("# nothing but a comment\n").hash == plain
    assert with_partner('["BEG"]\n06 = "contract_number"\n').hash == plain
    assert with_partner('["BEG"]\n06 = false\n').hash != plain


def test_a_mapping_is_rebuilt_from_its_texts_alone() -> None:
    theirs = with_partner('["BEG"]\n06 = false\n')
    assert catalog.load_texts(theirs.texts, "850").hash == theirs.hash


def test_describe_shows_each_row_with_the_file_and_line_it_comes_from() -> None:
    theirs = with_partner('\n["REF*CT"]\nonly_if = "02 present"\n02 = "contract_number"\nwrite = false\n')
    shown = [d for d in catalog.describe(theirs) if d.selector == "REF*CT"]
    assert [(d.element, d.field, d.notes, d.file, d.line) for d in shown] == [
        ("02", "contract_number", "02 present, read only", "partner/acme/850.toml", 4)
    ]
    head = next(d for d in catalog.describe(theirs) if d.selector == "PO1")
    assert (head.element, head.field, head.notes, head.file) == (
        "",
        "lines[]",
        "numbered in line",
        "850.toml",
    )


# -- mistakes


def test_all_mistakes_are_told_at_once_each_with_its_line() -> None:
    assert mistakes(
        """
["BEG"]
04 = "relase_number"
13 = "currency"
["ZZZ"]
01 = "po_number"
["PO1/CTT"]
01 = "line"
["REF"]
colour = "red"
"""
    ) == [
        "partner/acme/850.toml:3: PurchaseOrder has no field relase_number; did you mean release_number?",
        "partner/acme/850.toml:4: BEG has no element 13",
        "partner/acme/850.toml:5: the 850 has no ZZZ",
        "partner/acme/850.toml:7: the 850 has no PO1/CTT",
        "partner/acme/850.toml:10: colour is neither an element (01, 03-22) nor a word of the notation",
    ]


def test_the_removal_of_what_is_not_there_is_a_mistake() -> None:
    assert mistakes('"LM" = false\n"DTM*999" = false\n["BEG"]\n99 = false\n["DTM".pick]\n998 = false\n') == [
        "partner/acme/850.toml:1: there is no row LM to remove",
        "partner/acme/850.toml:2: there is no row DTM*999 to remove",
        "partner/acme/850.toml:4: BEG has no 99 to remove",
        "partner/acme/850.toml:6: DTM has no 998 to remove",
    ]


def test_one_field_has_one_writer() -> None:
    found = mistakes('["REF*CT"]\n02 = "contract_number"\n')
    assert [m.split(" (")[0] for m in found] == [
        "partner/acme/850.toml:2: contract_number is written by REF*CT and by BEG"
    ]
    with_partner('["REF*CT"]\nwrite = false\n02 = "contract_number"\n')


def test_two_elements_of_a_row_cannot_fill_one_field() -> None:
    found = mistakes('["BEG"]\n08 = "contract_number"\n')
    assert len(found) == 1
    assert "contract_number is written by BEG and by BEG" in found[0]


def test_types_must_fit() -> None:
    assert mistakes(
        """
["BEG"]
04 = "ordered_on"
05 = "release_number"
["CTT"]
02 = "stated_totals.line_count"
01 = "stated_totals.hash"
["PO1"]
01 = "ids"
["PO1/CTP"]
05 = "unit"
03.1 = "price"
["N1/N3"]
01-02 = "city"
"""
    ) == [
        "partner/acme/850.toml:3: ordered_on is date, BEG04 is of type AN",
        "partner/acme/850.toml:6: stated_totals.line_count is integer, CTT02 is of type R",
        "partner/acme/850.toml:9: ids: the field is a record",
        "partner/acme/850.toml:11: CTP05 is a composite; write 05.1 for its first component",
        "partner/acme/850.toml:12: CTP03 is no composite; write 03 without component",
        'partner/acme/850.toml:14: several elements need a list: 01-02 = "city[]", or each and of',
    ]


def test_an_element_that_is_a_composite_in_one_version_is_named_by_component() -> None:
    """TED05 is plain at 004010 and a composite at 005010."""
    texts = catalog.texts_of(MAPPINGS)
    plain = texts | {"partner/acme/824.toml": '["OTI/TED"]\n05 = "element"\n'}
    with pytest.raises(MappingInvalid) as caught:
        catalog.load_texts(plain, "824")
    assert [str(problem) for problem in caught.value.problems] == [
        "partner/acme/824.toml:2: TED05 is a composite; write 05.1 for its first component"
    ]
    catalog.load_texts(texts | {"partner/acme/824.toml": '["OTI/TED"]\n05.1 = "element"\n'}, "824")


def test_the_spans_of_a_list_read_the_same_fields() -> None:
    rows = '["PO1"]\n06-25 = false\n06-15 = { each = "ids", of = ["qualifier", "value"] }\n'
    rows += '16-25 = { each = "ids", of = ["value", "qualifier"] }\n'
    assert mistakes(rows) == ["partner/acme/850.toml:4: the spans of ids do not read the same fields"]


def test_a_list_in_two_spans_goes_on_in_the_second_where_the_first_is_full() -> None:
    rows = '["PO1"]\n06-25 = false\n06-07 = { each = "ids", of = ["qualifier", "value"] }\n'
    rows += '10-13 = { each = "ids", of = ["qualifier", "value"] }\n'
    theirs, guide = with_partner(rows), build("004010", "850")
    reading = read("BEG*00*SA*1**20260115~PO1*1*5*EA*9*PE*UP*1*XX*9*VN*2*IN*3~", of=theirs)
    assert [place(u) for u in reading.unmapped] == ["PO1:08", "PO1:09"]
    document: Any = reading.document
    ids = [(i.qualifier, i.value) for i in document.lines[0].ids]
    assert ids == [("UP", "1"), ("VN", "2"), ("IN", "3")]
    written = writer(theirs, guide).write(document, OLD)
    assert written.value is not None
    assert "*".join(written.value[1]) == "PO1*1*5*EA*9*PE*UP*1***VN*2*IN*3"


def test_a_required_field_needs_a_row() -> None:
    assert mistakes('["BEG"]\n03 = false\n["PO1/SCH"]\n05 = false\n') == [
        "850.toml:1: PurchaseOrder.po_number is required and no row reads it",
        "partner/acme/850.toml:3: Schedule.qualifier is required and no row reads it",
    ]


def test_what_is_no_toml_is_told_with_its_line() -> None:
    found = mistakes('["BEG"]\n04 = \n')
    assert len(found) == 1
    assert found[0].startswith("partner/acme/850.toml:2: not TOML: Invalid value")


def test_shapes_and_layers_must_exist_and_not_lead_back() -> None:
    assert mistakes('["PO1/REF"]\nlike = "common:RFE"\n') == [
        "partner/acme/850.toml:2: like = 'common:RFE': there is no such shape"
    ]
    assert mistakes('extends = "toys"\n') == [
        "partner/acme/850.toml:1: extends = 'toys': there is no layers/toys/850.toml"
    ]
    assert mistakes('extends = "a"\n', a='extends = "b"\n', b='extends = "a"\n') == [
        "layers/b/850.toml:1: extends leads back to layers/a/850.toml"
    ]
    circle = 'set = "850"\nmodel = "PurchaseOrder"\n["REF"]\nlike = "PER"\n["PER"]\nlike = "REF"\n'
    assert "850.toml:4: like = 'PER' leads back to itself" in mistakes_of_file(circle)


def test_words_of_the_notation_are_checked() -> None:
    assert mistakes(
        """
["REF"]
one = "installment"
only = "5010"
write = "no"
only_if = "02 filled"

pick_of = "02"
["PO1/SDQ"]
03-22 = { each = "allocations", of = ["location", "quantity", "unit"], by = "01" }
["CTT"]
01 = { compute = "average PO1" }
02 = { field = "stated_totals.hash", table = "nowhere" }
["DTM*010"]
02 = { field = "dates.requested_ship", as = "MMDD" }
"""
    ) == [
        "partner/acme/850.toml:2: a row has each or one, not both; put the second into its else",
        "partner/acme/850.toml:4: only = '5010': the first digits of a version, such as \"005\"",
        "partner/acme/850.toml:5: write is true or false",
        "partner/acme/850.toml:6: only_if = '02 filled': "
        '"alone", "NN present", "NN absent", "NN is A B", "NN not A B"',
        "partner/acme/850.toml:8: pick_of without pick",
        "partner/acme/850.toml:10: 03-22 cannot be divided into groups of 3",
        "partner/acme/850.toml:10: by is not known here; known are each, of, with",
        'partner/acme/850.toml:12: compute = \'average PO1\': "count SELECTOR" or "sum SELECTOR-NN"',
        "partner/acme/850.toml:13: table = 'nowhere': there is no such table",
        "partner/acme/850.toml:15: as = 'MMDD': there is no such converter; known are explicit point, YYMMDD",
    ]


def test_a_file_must_say_which_set_and_model_it_is_of() -> None:
    assert mistakes_of_file('set = "855"\nmodel = "Order"\n') == [
        "850.toml:1: set = '855'; this file is read as \"850\"",
        f"850.toml:2: model = 'Order'; known are {', '.join(catalog.MODELS)}",
    ]
    with pytest.raises(MappingInvalid, match=r"999\.toml:1: there is no such mapping file"):
        catalog.load(MAPPINGS, "999")


def test_guide_rules_in_the_same_file_are_left_to_those_who_read_them() -> None:
    with_partner('[[rules]]\nid = "department"\ntarget = "REF*DP"\nmust_use = true\n')


def test_a_row_in_a_loop_needs_the_row_that_opens_it() -> None:
    assert mistakes('["N1*BO/N3"]\n01 = "contract_number"\n["BEG"]\n06 = false\n') == [
        "partner/acme/850.toml:1: N1*BO/N3 stands in a loop that no row N1*BO opens"
    ]


def test_a_row_goes_over_what_a_pick_stands_for() -> None:
    theirs = with_partner(
        '["DTM*010"]\n04 = false\n["REF"]\npick = { CT = "contract_number" }\n["BEG"]\n06 = false\n'
    )
    reading = read("BEG*00*SA*1**20260115~REF*CT*C9~REF*CT*C1*WHY~DTM*010*20260120*0930*PT~", of=theirs)
    found = reading.document
    assert found.contract_number == "C9"  # type: ignore[union-attr]
    assert [(r.value, r.description) for r in found.references] == [("C1", "WHY")]  # type: ignore[union-attr]
    assert (found.dates.times, found.dates.zones) == ({}, {})  # type: ignore[union-attr]
    assert [(d.at, d.zone) for d in found.dates.others] == [("0930", "PT")]  # type: ignore[union-attr]
    shown = [(d.selector, d.element, d.field) for d in catalog.describe(theirs) if d.selector == "DTM*010"]
    assert shown == [("DTM*010", "02", "dates.requested_ship"), ("DTM*010", "03", "dates.times[01]")]


@pytest.mark.parametrize("row", ["REF", "N9/MSG"])
@pytest.mark.parametrize(
    "rows",
    [
        *(
            "each = 5",
            "one = [1]",
            "like = 5",
            "pick = 5",
            "pick_of = 5",
            "pick_with = 5",
            "only = {}",
            "only_if = 5",
        ),
        *(
            "number = {}",
            "02 = 5",
            "02 = []",
            "02 = {}",
            "02 = { field = 5 }",
            '02 = { field = "text", as = [1] }',
        ),
        *(
            "02.1 = 5",
            "02 = { each = 5, of = [5] }",
            "02 = { compute = 5 }",
            "else = 5",
            "25-06 = 'x'",
            "00 = 'x'",
        ),
    ],
)
def test_what_means_nothing_is_a_mistake_and_never_another_exception(row: str, rows: str) -> None:
    assert all(m.startswith("partner/acme/850.toml:") for m in mistakes(f'["{row}"]\n{rows}\n'))


def test_the_examples_of_the_page_are_valid() -> None:
    page = (MAPPINGS.parent / "docs" / "reference" / "mapping.md").read_text("utf-8")
    (example,) = (part.split("```")[0] for part in page.split("```toml\n") if part.startswith("extends"))
    with_partner(example, grocery="# nothing yet\n")
