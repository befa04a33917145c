"""Code tables: several codes read as one, one of them written, an unknown one kept as it came."""

from __future__ import annotations

from edi_gateway.mapping import catalog
from edi_gateway.mapping.catalog import Mapping
from edi_gateway.mapping.compile import writer
from edi_gateway.mapping.files.problems import Problems
from edi_gateway.mapping.files.tables import read_table, with_row
from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.model.finding import Code, Severity
from edi_gateway.x12.checking.guide import build
from tests.mapping.sets import MAPPINGS, OLD, read

HEAD = "theirs,ours,direction,meaning\n"
UNITS = (
    HEAD
    + "EA,EA,both,each\nEACH,EA,read,each spelled out\nCS,CA,read,their word for a case\nCA,CA,both,case\n"
)


def mistakes(text: str) -> list[str]:
    problems = Problems()
    read_table("units", "tables/units.csv", text, problems)
    return [str(problem) for problem in problems.found]


def with_units() -> Mapping:
    texts = catalog.texts_of(MAPPINGS) | {
        "tables/units.csv": UNITS,
        "partner/acme/850.toml": '["PO1"]\n03 = { field = "unit", table = "units" }\n',
    }
    return catalog.load_texts(texts, "850")


def test_several_codes_are_read_as_one_and_one_is_written() -> None:
    problems = Problems()
    table = read_table("units", "tables/units.csv", UNITS, problems)
    assert problems.found == []
    assert dict(table.read) == {"EA": "EA", "EACH": "EA", "CS": "CA", "CA": "CA"}
    assert dict(table.write) == {"EA": "EA", "CA": "CA"}


def test_mistakes_in_a_table_are_told_with_their_line() -> None:
    assert mistakes("code,meaning\n") == [
        "tables/units.csv:1: the first line must be: theirs,ours,direction,meaning"
    ]
    assert mistakes(
        HEAD + "# a comment\nEA,EA,both,each\nEA,EC,read,x\nEACH,EA,both,x\nX,Y,write,z\n,Y,both,z\nA,B\n"
    ) == [
        "tables/units.csv:4: EA stands twice in column theirs",
        "tables/units.csv:5: EA would be written as EA and as EACH; make one of them read",
        "tables/units.csv:6: direction is 'write'; it must be both or read",
        "tables/units.csv:7: both codes must be given: theirs and ours",
        "tables/units.csv:8: 2 cells instead of 4",
    ]


def test_an_unknown_code_is_kept_as_it_came_with_a_finding() -> None:
    for quantity in ("5", "NaN"):  # read by the fast reader, and by the careful one
        reading = read(f"BEG*00*SA*1**20260115~PO1*1*{quantity}*CS~PO1*2*1*PK~", of=with_units())
        assert [line.unit for line in reading.document.lines] == ["CA", "PK"]  # type: ignore[union-attr]
        finding = reading.findings[-1]
        assert (finding.code, finding.severity, finding.value, finding.rule) == (
            *(Code.CODE_NOT_IN_TABLE, Severity.WARNING, "PK", "PO1"),
        )
        assert (finding.at.position, finding.at.element) == (4, 3)  # type: ignore[union-attr]


def test_on_the_way_out_our_code_becomes_theirs() -> None:
    document = PurchaseOrder(
        po_number="1", purpose="00", type="SA", lines=(Line(unit="CA"), Line(unit="EA"), Line(unit="PK"))
    )
    outcome = writer(with_units(), build("004010", "850")).write(document, OLD)
    assert outcome.value is not None
    assert [s[3] for s in outcome.value if s[0] == "PO1"] == ["CA", "EA", "PK"]
    assert [(f.code, f.at) for f in outcome.findings] == [(Code.CODE_NOT_IN_TABLE, "lines[2].unit")]


def test_every_table_that_comes_with_the_product_is_right() -> None:
    for path in sorted((MAPPINGS / "tables").glob("*.csv")):
        problems = Problems()
        assert read_table(path.stem, path.name, path.read_text(encoding="utf-8"), problems).rows
        assert problems.found == []


def test_a_row_is_added_or_put_right_and_nothing_else_of_the_table_moves() -> None:
    text = HEAD + "# cases\nCA,CA,both,case\nCS,BX,read,wrong\n"
    assert with_row(text, "CSE", "CA", "case, spelled so") == text + 'CSE,CA,read,"case, spelled so"\n'
    assert with_row(text, "PL", "PL", "pallet") == text + "PL,PL,both,pallet\n"
    assert with_row(text, "CS", "CA", "case") == text.replace("CS,BX,read,wrong", "CS,CA,read,case")
