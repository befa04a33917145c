"""One rule or row of a file changed; what else stands in it is not touched."""

from __future__ import annotations

import tomllib

import pytest

from edi_gateway.partners import edits

TEXT = """\
# Their guide of March.
"PO1/SDQ" = false

[[rules]]
id = "department"   # on the label
target = "REF*DP"
must_use = true

# and prices
[[rules]]
target = "PO1:04"
must_use = true

["PO1"]
02 = "quantity"

# what we sell them
["PO1/PID"]
each = "descriptions"
"""


def test_a_rule_is_replaced_where_it_stands() -> None:
    rule = {"id": "department", "target": "REF*DP", "must_use": True, "severity": "WARNING", "having": ["N3"]}
    assert edits.put_rule(TEXT, rule) == TEXT.replace(
        'id = "department"   # on the label\ntarget = "REF*DP"\nmust_use = true\n',
        'id = "department"\ntarget = "REF*DP"\nmust_use = true\nseverity = "WARNING"\nhaving = ["N3"]\n',
    )


def test_a_rule_without_an_id_is_known_by_what_it_says() -> None:
    assert edits.remove_rule(TEXT, "PO1:04 must_use") == TEXT.replace(
        '[[rules]]\ntarget = "PO1:04"\nmust_use = true\n\n', "\n", 1
    ).replace("# and prices\n\n\n", "# and prices\n\n")


def test_a_new_rule_stands_behind_the_others_and_before_the_rows() -> None:
    made = edits.put_rule(TEXT, {"id": 'a "b"', "target": "REF*IA:02", "max": 9})
    assert '\n\n[[rules]]\nid = "a \\"b\\""\ntarget = "REF*IA:02"\nmax = 9\n\n["PO1"]\n' in made
    assert [rule.get("id") for rule in tomllib.loads(made)["rules"]] == ["department", None, 'a "b"']
    assert edits.put_rule("", {"id": "x", "target": "CUR", "not_used": True}) == (
        '[[rules]]\nid = "x"\ntarget = "CUR"\nnot_used = true\n'
    )


def test_a_row_gets_keys_over_its_own_and_loses_one() -> None:
    made = edits.put_row(TEXT, "PO1", {"03": {"field": "unit", "table": "units"}})
    assert (
        '["PO1"]\n02 = "quantity"\n03 = { field = "unit", table = "units" }\n\n# what we sell them\n' in made
    )
    assert edits.put_row(made, "PO1", {"03": None}) == TEXT


def test_a_shared_row_is_taken_out_and_brought_back() -> None:
    made = edits.put_row(TEXT, "PO1", False)
    assert tomllib.loads(made)["PO1"] is False
    assert made.startswith('# Their guide of March.\n"PO1/SDQ" = false\n"PO1" = false\n\n[[rules]]')
    assert "PO1" not in tomllib.loads(edits.remove_row(made, "PO1"))
    assert "PO1/SDQ" not in tomllib.loads(edits.remove_row(TEXT, "PO1/SDQ"))


@pytest.mark.parametrize("text", ["[", 'rules = [{ id = "x", target = "CUR", not_used = true }]'])
def test_what_cannot_be_cut_out_is_left_to_a_person(text: str) -> None:
    with pytest.raises(edits.NotEditable, match="Edit it by hand"):
        edits.put_rule(text, {"id": "x", "target": "CUR", "must_use": True})


def test_an_address_is_added_behind_the_others_and_once() -> None:
    text = 'name = "A"\n\n[them]\nqualifier = "ZZ"\nid = "A"\n\n[us]\nqualifier = "ZZ"\nid = "U"  # we\n'
    once = text + '\n[[also_known_as]]\nqualifier = "01"\nid = "B"\n'
    assert edits.put_address(text, "01", "B") == once
    assert edits.put_address(once, "01", "B") == once
    twice = edits.put_address(once + "\n# the end\n", "14", "C")
    assert twice == once + '\n[[also_known_as]]\nqualifier = "14"\nid = "C"\n\n# the end\n'
    with pytest.raises(edits.NotEditable, match="within one line"):
        edits.put_address('also_known_as = [{ qualifier = "ZZ", id = "X" }]\n', "01", "B")
