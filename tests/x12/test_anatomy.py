"""A document taken apart for a person: painted bytes, segments in words, tree, differences, the 997 in words."""

from __future__ import annotations

from edi_gateway.model.finding import Code, Finding, Location, Severity
from edi_gateway.x12.anatomy import difference, painting, segments, tree, verdict
from edi_gateway.x12.anatomy.painting import Span
from edi_gateway.x12.checking.guide import Guide, Rule, Walk, build
from edi_gateway.x12.dictionary import dictionary
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.parsing.rawset import RawSet

MARKS = Delimiters("*", ">", "~", None)


def read(text: str, guide: Guide) -> tuple[RawSet, Walk]:
    """A set of ours-to-be-looked-at: its terminators are one byte each, so ST begins at offset 0."""
    parts = [segment.split("*") for segment in text.strip().rstrip("~").split("~")]
    raw = RawSet(guide.set_code, parts[0][2], parts, None, None, MARKS)
    return raw, guide.check(raw)


ORDER = "ST*850*0001~BEG*00*SA*K1**20260302~N1*ST*LAKE*92~PO1*1*5*EA*2.5**VN*A1~PID*F****Blue bolt~CTT*1~SE*7*0001~"


def test_bytes_are_cut_into_lines_of_segments_and_pieces_that_know_what_covers_them() -> None:
    content = b"N1*ST*LAKE*92~\r\nPO1*1~"
    bad, gone = Span(103, 2, "f0"), Span(113, 0, "f1")
    first, second = painting.paint(content, 100, [bad, gone], terminator=b"~")
    assert [(p.text, p.keys) for p in first.pieces] == [
        ("N1*", ()),
        ("ST", ("f0",)),
        ("*LAKE*92", ()),
        ("", ("f1",)),  # what is missing would stand here
        ("~<0D>↵", ()),
    ]
    assert (second.offset, second.text) == (116, "PO1*1~")


def test_spans_that_overlap_and_go_on_in_the_next_line_are_on_every_piece_that_they_cover() -> None:
    lines = painting.paint(b"AB~CD~", 0, [Span(1, 3, "f0"), Span(0, 2, "t0")], terminator=b"~")
    assert [[(p.text, p.keys) for p in line.pieces] for line in lines] == [
        [("A", ("t0",)), ("B", ("t0", "f0")), ("~", ("f0",))],
        [("C", ("f0",)), ("D~", ())],
    ]


def test_what_could_move_or_hide_text_is_shown_by_its_number_and_nothing_is_lost() -> None:
    told = painting.visible("a\x1b[31m\u202eb\x00é<script>".encode())
    assert told == "a<1B>[31m<202E>b<00>é<script>"  # markup is text; who shows it escapes it
    assert painting.visible(b"\xe9t\xe9") == "été"  # no UTF-8: Latin-1


def test_windows_around_many_places_join_and_end_after_as_many_as_are_wanted() -> None:
    assert painting.windows([(100, 2), (130, 2), (5000, 1), (9000, 1)], 10_000, 50, 2) == [
        (50, 182),
        (4950, 5051),
    ]


def test_a_segment_is_told_in_words_with_its_codes_notes_rules_and_findings() -> None:
    rule = Rule("dock by code", "N1*ST:03", "codes", values=("92",))
    guide = build("004010", "850", (rule,))
    raw, walk = read(ORDER, guide)
    assert [(f.code, f.at.position) for f in walk.findings if isinstance(f.at, Location)] == [
        (Code.CONDITIONAL_ELEMENT_MISSING, 3)
    ]
    told = segments.told(guide.dictionary, raw.segments[2], 3, MARKS, walk.findings, guide, walk.nodes[2])
    assert (told.tag, told.name, told.where, told.use) == ("N1", "Name", "N1", "may")
    assert [(e.at, e.value, e.meaning, e.findings) for e in told.elements] == [
        ("N101", "ST", "ship-to", ()),
        ("N102", "LAKE", None, ()),
        ("N103", "92", "given by the buyer", ()),
        ("N104", "", None, (0,)),
    ]
    assert [(r.id, r.asks) for r in told.elements[2].rules] == [("dock by code", "is one of 92")]
    assert told.notes == ("02 or 03: at least one", "03 and 04: all or none")


def test_where_a_code_is_wrong_those_that_may_stand_there_are_told() -> None:
    guide = build("004010", "850")
    raw, walk = read(ORDER.replace("BEG*00", "BEG*99"), guide)
    told = segments.told(guide.dictionary, raw.segments[1], 2, MARKS, walk.findings, guide, walk.nodes[1])
    assert told.elements[0].codes[0] == "00 original"
    assert len(told.elements[0].codes) == 12
    assert told.elements[0].more_codes == 65 - 12  # of the standard's
    assert told.elements[1].codes == ()  # BEG02 is right


def test_a_tag_that_no_dictionary_has_is_shown_without_words() -> None:
    found = [Finding(Code.SEGMENT_UNKNOWN, Severity.ERROR, "x", at=Location(segment="QQQ", position=4))]
    told = segments.told(dictionary("004010"), ["QQQ", "1"], 4, MARKS, found)
    assert (told.name, told.text, told.elements, told.findings) == ("", "QQQ*1", (), (0,))


def test_the_tree_counts_the_turns_of_each_loop_within_the_one_around_it() -> None:
    guide = build("004010", "850")
    text = ORDER.replace("CTT", "PO1*2*1*EA*1**VN*B~PID*F****Nut~PID*F****Steel~CTT").replace("SE*7", "SE*10")
    raw, walk = read(text, guide)
    assert [(b.position, b.depth, b.tag, b.opens, b.turn) for b in tree.branches(raw, guide, walk.nodes)] == [
        (1, 0, "ST", None, None),
        (2, 0, "BEG", None, None),
        (3, 0, "N1", "N1", 1),
        (4, 0, "PO1", "PO1", 1),
        (5, 1, "PID", "PID", 1),
        (6, 0, "PO1", "PO1", 2),
        (7, 1, "PID", "PID", 1),
        (8, 1, "PID", "PID", 2),
        (9, 0, "CTT", "CTT", 1),
        (10, 0, "SE", None, None),
    ]
    assert [b.position for b in tree.branches(raw, guide, walk.nodes, first=6, most=2)] == [6, 7]


def test_levels_of_an_hl_hang_under_the_one_that_they_name() -> None:
    guide = build("004010", "856")
    text = (
        "ST*856*0001~BSN*00*S1*20260302*1200~HL*1**S~HL*2*1*O~PRF*K1~HL*3*2*I~LIN**VN*A1~HL*4*1*O~PRF*K2~"
        "CTT*4~SE*11*0001~"
    )
    raw, walk = read(text, guide)
    assert [(b.tag, b.depth) for b in tree.branches(raw, guide, walk.nodes)][2:9] == [
        ("HL", 0), ("HL", 1), ("PRF", 2), ("HL", 2), ("LIN", 3), ("HL", 1), ("PRF", 2),
    ]  # fmt: skip


def test_documents_differ_in_structure_and_qualifiers_not_in_values_or_in_how_many_lines() -> None:
    guide = build("004010", "850")
    here = "ST*850*0007~BEG*99*SA*K9**20260401~REF*DP*7~N1*ST*X*92~PO1*1*9*CA*1**UK*C~CTT*1~SE*7*0007~"
    there = (
        "ST*850*0001~BEG*00*SA*K1**20260302~N1*ST*LAKE*92*0551~PO1*1*5*CA*2.5**UK*A~PO1*2*5*CA*3**UK*B~CTT*2~"
        "SE*7*0001~"
    )
    (a, walk_a), (b, walk_b) = read(here, guide), read(there, guide)
    rows = difference.compare((a, guide, walk_a.nodes), (b, guide, walk_b.nodes))
    assert [(r.place, r.says) for r in rows if r.says] == [
        ("BEG", ("BEG01: 99 here, 00 in the other",)),
        ("REF", ("Only here: no segment like this in the other.",)),
        ("N1", ("N104: given only in the other",)),
    ]
    assert [r.times for r in rows if r.place == "PO1"] == [(1, 2)]
    turned = difference.compare((b, guide, walk_b.nodes), (a, guide, walk_a.nodes), {4, 5})
    assert [(r.here, r.there, r.says) for r in turned if r.place == "PO1"] == [
        ("PO1*1*5*CA*2.5**UK*A", "PO1*1*9*CA*1**UK*C", ("What was found is in this one.",)),
        ("PO1*2*5*CA*3**UK*B", "PO1*1*9*CA*1**UK*C", ("What was found is in this one.",)),
    ]


def test_a_997_is_told_in_words_for_one_set_of_it() -> None:
    segments_of = [
        ["AK1", "PO", "113"],
        ["AK2", "850", "0001"],
        ["AK5", "A"],
        ["AK2", "850", "0002"],
        ["AK3", "N1", "10", "N1", "8"],
        ["AK4", "4", "67", "2"],
        ["AK4", "3", "66", "7", "9X"],
        ["AK5", "R", "5"],
        ["AK9", "P", "2", "2", "1"],
    ]
    told = verdict.sentences(dictionary("004010"), segments_of, "2")  # leading zeros do not count
    assert [one.segment for one in told] == [
        *(
            "AK1*PO*113",
            "AK2*850*0002",
            "AK3*N1*10*N1*8",
            "AK4*4*67*2",
            "AK4*3*66*7*9X",
            "AK5*R*5",
            "AK9*P*2*2*1",
        )
    ]
    assert told[2].says.startswith("Segment 10, N1 in loop N1: ")
    assert told[4].says.endswith("they read '9X'.")
    assert told[5].says.startswith("The set is rejected: ")
    assert told[6].says == "The group is partially accepted (1 of 2 sets accepted)."
