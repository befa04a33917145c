"""[tree]: what its file must say, and what is told of sets whose HLs do not draw a tree."""

from __future__ import annotations

from typing import Any

import pytest

from edi_gateway.mapping import catalog
from edi_gateway.mapping.catalog import MappingInvalid
from edi_gateway.mapping.compile import reader
from edi_gateway.mapping.coverage import coverage, place
from edi_gateway.mapping.hierarchy import DEEPEST
from edi_gateway.mapping.lineage import behind, trace
from edi_gateway.mapping.read import Reading
from edi_gateway.model.finding import Code, Location, Severity
from edi_gateway.x12.checking.guide import build
from tests.mapping.sets import MAPPINGS, mapping, raw_set, read

BSN = "BSN*00*S1*20260212*1615~"
ID, PARENT = Code.HL_ID_WRONG, Code.HL_PARENT_WRONG
LEVEL, CHILDREN = Code.HL_LEVEL_UNEXPECTED, Code.HL_CHILDREN_DIFFER
WARNING, ERROR = Severity.WARNING, Severity.ERROR


def tree(body: str) -> tuple[Reading, str]:
    """The reading of HLs after a BSN, and its tree in letters: `O(P(I)P)`."""
    reading = read(BSN + body, "856")
    assert reading.document is not None
    return reading, _drawn(reading.document)


def _drawn(record: Any) -> str:
    beneath = "".join(f"{child.level}{_drawn(child)}" for child in record.children)
    return f"({beneath})" if beneath and hasattr(record, "level") else beneath


def told(reading: Reading) -> list[tuple[Code, Severity, int | None, int | None]]:
    """Code, severity, and place as position of the segment and element."""
    found = []
    for finding in reading.findings:
        assert isinstance(finding.at, Location)
        found.append((finding.code, finding.severity, finding.at.position, finding.at.element))
    return found


# -- trees that are none


def test_a_parent_that_is_not_there_is_told_and_its_level_stands_beneath_the_document() -> None:
    reading, drawn = tree("HL*1**S~HL*2*1*O~HL*3*9*P~MAN*GM*001~HL*4*3*I~LIN**UP*1~")
    assert drawn == "OP(I)"
    assert told(reading) == [(PARENT, ERROR, 5, 2)]
    assert reading.unmapped == ()
    (finding,) = reading.findings
    assert finding.message == "HL 3 cannot stand beneath 9: there is no such HL."
    assert (finding.value, finding.at.offset, finding.at.length) == ("9", 58, 1)  # type: ignore[union-attr]


def test_a_parent_that_comes_later_is_told() -> None:
    reading, drawn = tree("HL*1**S~HL*2*3*P~HL*3*1*O~")
    assert drawn == "PO"
    assert told(reading) == [(PARENT, ERROR, 4, 2)]
    assert reading.findings[0].message == "HL 2 cannot stand beneath 3: it comes after it."


def test_a_level_without_number_is_told_no_more_than_that() -> None:
    reading, drawn = tree("HL*1**S~HL**3*O~HL*3*1*P~")
    assert (drawn, told(reading)) == ("OP", [(PARENT, ERROR, 4, 2), (ID, WARNING, 4, 1)])
    assert reading.findings[0].message == "An HL without number cannot stand beneath 3: it comes after it."


def test_levels_that_turn_in_a_circle_are_told() -> None:
    reading, drawn = tree("HL*1**S~HL*2*4*O~HL*3*2*P~HL*4*3*I~")
    assert drawn == "O(P(I))"
    assert told(reading) == [(PARENT, ERROR, 4, 2)]
    assert (
        reading.findings[0].message
        == "HL 2 cannot stand beneath 4: 4 stands beneath 2, they turn in a circle."
    )
    reading, drawn = tree("HL*1**S~HL*2*2*O~")
    assert (drawn, told(reading)) == ("O", [(PARENT, ERROR, 4, 2)])
    assert reading.findings[0].message == "HL 2 cannot stand beneath 2: that is itself."


def test_a_number_given_twice_is_told_and_the_nearer_one_holds_what_names_it() -> None:
    reading, drawn = tree("HL*1**S~HL*2*1*O~HL*2*1*O~HL*3*2*I~")
    assert drawn == "OO(I)"
    assert told(reading) == [(ID, ERROR, 5, 1)]
    assert reading.findings[0].message == "HL01 2 was given before, in segment 4."


def test_a_gap_in_the_numbers_is_a_warning_and_said_once() -> None:
    reading, drawn = tree("HL*1**S~HL*3*1*O~HL*4*3*P~HL*05*4*I~")
    assert drawn == "O(P(I))"
    assert told(reading) == [(ID, WARNING, 4, 1)]
    assert reading.findings[0].message == "HL01 is 3, 2 was expected: HLs are counted from 1."


def test_numbers_that_are_names_are_read_all_the_same() -> None:
    reading, drawn = tree("HL*A**S~HL*B*A*O~HL*C*B*I~")
    assert (drawn, told(reading)) == ("O(I)", [(ID, WARNING, 3, 1)])


def test_a_level_without_parent_stands_beneath_the_document_with_a_warning() -> None:
    reading, drawn = tree("HL*1**S~HL*2**O~HL*3*2*I~")
    assert (drawn, told(reading)) == ("O(I)", [(PARENT, WARNING, 4, 2)])
    assert reading.findings[0].message == "HL 2 names no HL above it in HL02."


def test_a_set_without_a_shipment_level_has_its_levels_all_the_same() -> None:
    reading, drawn = tree("HL*1**O~PRF*7~HL*2*1*I~")
    assert (drawn, told(reading)) == ("O(I)", [])


def test_a_level_that_is_not_mapped_is_kept_raw_and_what_it_holds_moves_up() -> None:
    reading, drawn = tree("HL*1**S~HL*2*1*O~HL*3*2*K~MAN*GM*001~HL*4*3*I~LIN**UP*1~HL*5*2*I~")
    assert drawn == "O(II)"
    assert told(reading) == [(LEVEL, WARNING, 5, 3)]
    assert [(u.segment, u.position) for u in reading.unmapped] == [("HL", 5), ("MAN", 6)]
    assert reading.findings[0].message == "Level K is not mapped; what stands in it is kept as unmapped."


def test_a_second_shipment_is_an_error_and_does_not_run_into_the_first() -> None:
    reading, drawn = tree("HL*1**S~REF*BM*B1~HL*2*1*O~HL*3**S~REF*BM*B2~HL*4*3*O~PRF*8~")
    assert drawn == "OO"
    assert told(reading) == [(PARENT, WARNING, 6, 2), (LEVEL, ERROR, 6, 3)]
    assert reading.document.bill_of_lading == "B1"  # type: ignore[union-attr]
    assert [(u.segment, u.value) for u in reading.unmapped] == [("HL", "HL*3**S"), ("REF", "REF*BM*B2")]


def test_hl04_that_does_not_fit_is_told() -> None:
    reading, drawn = tree("HL*1**S*0~HL*2*1*O*1~")
    assert drawn == "O"
    assert told(reading) == [(CHILDREN, WARNING, 3, 4), (CHILDREN, WARNING, 4, 4)]
    assert [f.message for f in reading.findings] == [
        "HL04 says 0, but there are levels beneath HL 1.",
        "HL04 says 1, but no level stands beneath HL 2.",
    ]


def test_levels_nest_no_deeper_than_any_buyer_wants() -> None:
    deep = "".join(f"HL*{n}*{n - 1}*P~" for n in range(2, DEEPEST + 3))
    reading, drawn = tree(f"HL*1**S~{deep}")
    assert drawn == "P(" * (DEEPEST - 1) + "P" + ")" * (DEEPEST - 1) + "P"
    assert told(reading) == [(PARENT, ERROR, DEEPEST + 4, 2)]
    assert reading.findings[0].message == f"HL {DEEPEST + 2} stands more than {DEEPEST} levels deep."


def test_a_broken_set_is_read_by_the_careful_reader_into_the_same_tree() -> None:
    reading, drawn = tree("HL*1**S~HL*2*1*O~PRF*7**X*2026~HL*3*2*P~ZZZ*1~HL*4*3*I~SN1**x*EA~")
    assert drawn == "O(P(I))"
    assert [(f.code, f.value) for f in reading.findings] == [
        (Code.VALUE_UNREADABLE, "2026"),
        (Code.VALUE_UNREADABLE, "x"),
    ]
    assert [place(u) for u in reading.unmapped] == ["HL/PRF:04", "ZZZ", "HL/SN1:02"]


def test_a_field_that_is_missing_is_named_by_its_path_through_the_levels() -> None:
    reading = read(f"{BSN}HL*1**S~HL*2*1*O~HL*3*2*P~HL*4*3*I~SLN*1*~", "856")
    assert reading.document is None
    assert [(f.code, f.at) for f in reading.findings] == [
        (Code.FIELD_MISSING, "children[0].children[0].children[0].components[0].relation")
    ]


# -- where values came from


def test_lineage_leads_through_the_levels_to_the_bytes_and_the_rows() -> None:
    raw = raw_set(f"{BSN}HL*1**S~HL*2*1*O~PRF*77~HL*3*2*Q~MAN*GM*001~HL*4*1*O~", "856")
    guide = build("004010", "856")
    traces = trace(mapping("856"), guide, raw, guide.check(raw))
    assert [(t.path, t.text, t.segment, t.position, t.element, t.row) for t in traces[4:]] == [
        ("children[0].level", "O", "HL", 4, 3, "O"),
        ("children[0].po_number", "77", "PRF", 5, 1, "O/PRF"),
        ("children[0].children[0].level", "Q", "HL", 6, 3, "Q"),
        ("children[0].children[0].marks[0].qualifier", "GM", "MAN", 7, 1, "Q/MAN"),
        ("children[0].children[0].marks[0].value", "001", "MAN", 7, 2, "Q/MAN"),
        ("children[1].level", "O", "HL", 8, 3, "O"),
    ]
    assert [t.path for t in behind(traces, "children[0].children[0].marks")] == [
        "children[0].children[0].marks[0].qualifier",
        "children[0].children[0].marks[0].value",
    ]


def test_coverage_names_the_level_in_which_something_is_not_read() -> None:
    raw = raw_set(
        f"{BSN}ZZZ*1~HL*1**S*1*X~LIN**UP*1~HL*2*1*P~N1*Z7*A~N4*B*****C*D*E~HL*3*2*K~LIN**UP*1~", "856"
    )
    guide = build("004010", "856")
    found = coverage(raw, reader(mapping("856"), guide).read(raw, guide.check(raw)))
    in_levels = {"S/LIN": 1, "P/N1/N4:07": 1, "P/N1/N4:08": 1, "K/LIN": 1}
    assert found.unmapped == {"ZZZ": 1, "HL:05": 1, "HL": 1, **in_levels}


# -- its file

TREE = """set = "856"
model = "ShipNotice"
[tree]
loop = "HL"
children = "children"
levels = { S = "", O = "OrderLevel", P = "PackLevel" }
["BSN"]
01 = "purpose"
02 = "shipment_id"
03 = "on"
04 = "at"
"""


def mistakes(text: str, **others: str) -> list[str]:
    texts = {"856.toml": text} | {name.replace("_", "/") + ".toml": other for name, other in others.items()}
    with pytest.raises(MappingInvalid) as caught:
        catalog.load_texts(texts, "856")
    return [str(problem) for problem in caught.value.problems]


def test_the_levels_are_shown_with_what_they_are() -> None:
    loaded = catalog.load_texts({"856.toml": TREE + '["O/PRF"]\n01 = "po_number"\n'}, "856")
    shown = [(d.selector, d.element, d.field, d.notes, d.line) for d in catalog.describe(loaded)]
    assert [entry for entry in shown if entry[0][0] in "SOP"] == [
        ("S", "", "", "the document itself", 6),
        ("O", "", "children[]", "of level O", 6),
        ("O", "03", "level", "", 6),
        ("P", "", "children[]", "of level P", 6),
        ("P", "03", "level", "", 6),
        ("O/PRF", "01", "po_number", "", 13),
    ]


def test_a_row_needs_a_level_that_is_declared() -> None:
    rows = '["T/MAN"]\n01 = "x"\n["HL/REF"]\n01 = "x"\n["HL"]\n01 = "x"\n["P/XYZ"]\n01 = "x"\n["PRF"]\n01 = "x"\n'
    assert mistakes(TREE + rows) == [
        '856.toml:12: "T/MAN": T is no level of [tree]; there are S, O, P',
        '856.toml:14: "HL/REF": rows of HL loops begin with their level: S/TD1',
        '856.toml:16: "HL": rows of HL loops begin with their level: S/TD1',
        "856.toml:18: the 856 has no HL/XYZ",
        "856.toml:20: the 856 has no PRF",
    ]
    plain = TREE.replace("[tree]", "").replace('loop = "HL"\nchildren = "children"\n', "")
    without = "".join(line + "\n" for line in plain.splitlines() if not line.startswith("levels"))
    assert mistakes(without + '["S/TD1"]\n01 = "x"\n') == [
        '856.toml:9: "S/TD1": S would be a level, and there is no [tree]'
    ]


@pytest.mark.parametrize(
    ("line", "written", "said"),
    [
        (3, "", '3: [tree] says its loop: loop = "HL"'),
        (4, 'loop = "N1"', '4: [tree] says its loop: loop = "HL"'),
        (5, "", '3: [tree] says which field holds the levels beneath: children = "children"'),
        (5, "children = 7", '5: [tree] says which field holds the levels beneath: children = "children"'),
        (5, 'children = "parties"', "6: level O: there is no record OrderLevel; known are Party"),
        (5, 'children = "purpose"', "3: ShipNotice.purpose is not a list of the records of levels"),
        (6, "", '3: one level is the document itself: levels = { S = "", ... }'),
        (6, "levels = 7", '6: one level is the document itself: levels = { S = "", ... }'),
        (6, 'levels = { O = "OrderLevel" }', '6: one level is the document itself: levels = { S = "", ... }'),
        (6, 'levels = { S = "", O = "" }', '6: one level is the document itself: levels = { S = "", ... }'),
        (
            *(6, 'levels = { S = "", O = "OrdrLevel" }'),
            "6: level O: there is no record OrdrLevel; known are OrderLevel, TareLevel, PackLevel, ItemLevel",
        ),
        (6, 'levels = { S = "", O = "PackLevel" }', "6: level O: a PackLevel is of level P or Q"),
        (
            6,
            'levels = { S = "", O = 7 }',
            '6: level O: the name of its record, or "" for the document itself',
        ),
        (
            *(6, 'levels = { S = "", order = "OrderLevel" }'),
            "6: order is no level: one or two capital letters or digits, as HL03 has them",
        ),
        (6, 'depth = 4\nlevels = { S = "" }', "6: depth is not known here; known are loop, children, levels"),
    ],
)
def test_what_tree_must_say(line: int, written: str, said: str) -> None:
    lines = TREE.splitlines()
    if line == 3:
        line, written = 4, ""
    lines[line - 1] = written
    assert f"856.toml:{said}" in mistakes("\n".join(lines))


def test_a_level_says_nothing_of_its_hl() -> None:
    rows = '["P"]\n01 = "x"\neach = "children"\n["O".else]\neach = "children"\n'
    assert mistakes(TREE + rows) == [
        "856.toml:13: 01: a level says nothing of its HL, which is worked out; only like = may stand",
        "856.toml:14: each: a level says nothing of its HL, which is worked out; only like = may stand",
        "856.toml:15: a level has no else",
    ]


def test_no_row_fills_the_field_of_the_levels() -> None:
    assert mistakes(TREE + '["O/MAN"]\neach = "children"\n01 = "qualifier"\n02 = "value"\n')[0] == (
        "856.toml:12: children holds the levels of a tree; [tree] fills it"
    )


def test_a_count_is_of_a_level_that_is_declared_and_of_a_place_that_exists() -> None:
    def count(what: str) -> str:
        return f'["CTT"]\n01 = {{ compute = "{what}", stated = "stated_totals.line_count" }}\n'

    assert mistakes(TREE + count("count HL*I")) == ["856.toml:13: compute: I is no level of [tree]"]
    assert mistakes(TREE + count("count SN1")) == ["856.toml:13: compute: the 856 has no SN1"]
    catalog.load_texts({"856.toml": TREE + count("count HL*P")}, "856")


def test_the_tree_is_said_once_for_all_partners() -> None:
    assert mistakes(TREE, partner_acme_856=TREE.split('["BSN"]')[0]) == [
        "partner/acme/856.toml:3: [tree] stands in 856.toml only, and holds for all"
    ]
    assert mistakes(TREE, partner_acme_856='"S" = false\n') == [
        "partner/acme/856.toml:1: level S is the document itself; take its rows away one by one"
    ]
    assert mistakes(TREE, partner_acme_856='"T" = false\n') == [
        "partner/acme/856.toml:1: there is no row T to remove"
    ]
    assert mistakes(TREE, partner_acme_856='"P" = false\n["P/PO4"]\none = "pack"\n01 = "pack"\n') == [
        "partner/acme/856.toml:2: P/PO4 stands in a loop that no row P opens"
    ]


def test_a_set_without_hl_loops_has_no_tree() -> None:
    texts = catalog.texts_of(MAPPINGS)
    texts["850.toml"] += '\n[tree]\nloop = "HL"\nchildren = "lines"\nlevels = { S = "", L = "Line" }\n'
    with pytest.raises(MappingInvalid) as caught:
        catalog.load_texts(texts, "850")
    assert any(str(problem).endswith("the 850 has no HL") for problem in caught.value.problems)


def test_a_partner_adds_rows_to_a_level_and_replaces_its_keys() -> None:
    rows = '["P/REF*IA"]\n02 = "pallet.exchange"\n["O/PRF"]\n02 = false\n05 = "release_number"\n'
    theirs = catalog.load_texts(catalog.texts_of(MAPPINGS) | {"partner/acme/856.toml": rows}, "856")
    body = f"{BSN}HL*1**S~HL*2*1*O~PRF*7*A***B~HL*3*2*P~REF*IA*9~REF*CN*8~HL*4*2*Q~REF*IA*9~"
    reading = read(body, "856", of=theirs)
    found: Any = reading.document
    (of_order,) = found.children
    assert of_order.release_number == "B"
    carton, inner = of_order.children
    assert (carton.pallet.exchange, [r.qualifier for r in carton.references]) == ("9", ["CN"])
    assert [r.qualifier for r in inner.references] == ["IA"]  # what P says more, Q does not
    assert [place(u) for u in reading.unmapped] == ["HL/PRF:02"]


def test_the_examples_of_the_page_are_valid() -> None:
    page = (MAPPINGS.parent / "docs" / "reference" / "mapping.md").read_text("utf-8")
    blocks = [part.split("```")[0] for part in page.split("```toml\n")[1:]]
    (levels,) = (block for block in blocks if block.startswith("[tree]"))
    (counted,) = (block for block in blocks if '"count HL*I"' in block)
    head, rows = TREE.split("[tree]")[0], TREE[TREE.index('["BSN"]') :]
    texts = catalog.texts_of(MAPPINGS) | {"856.toml": f"{head}{levels}{rows}{counted}"}
    assert set(catalog.load_texts(texts, "856").levels) == {"S", "O", "P", "Q", "I"}
