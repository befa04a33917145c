"""pyx12 reads samples, partners' examples and the fault suite by our guides: where we disagree is known, or a bug."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from edi_gateway.partners import registry
from edi_gateway.x12.checking.guide import Guide, Rule, build
from edi_gateway.x12.dictionary import dictionary
from edi_gateway.x12.example import DELIMITERS, example
from edi_gateway.x12.parsing.envelope import Group, Interchange
from edi_gateway.x12.second_opinion import Disagreement, Document, NoSecondOpinion, Opinion, opinions
from edi_gateway.x12.second_opinion.known import Known, known
from edi_gateway.x12.second_opinion.maps import render
from tests.samples.sample import PARTNERS, SAMPLES, guide_of
from tests.x12.edi import ISA, ISA5, interchange
from tests.x12.faults.documents import HERE as FAULTS
from tests.x12.faults.documents import bases_of, make
from tests.x12.faults.test_faults import guide_of as guide_of_row
from tests.x12.random_sets import Maker

RULES = (
    Rule("must", "BEG:07", "must_use"),
    Rule("unused", "BEG:04", "not_used"),
    Rule("closed", "BEG:02", "codes", ("SA", "DS")),
    Rule("added", "SAC:01", "add_codes", ("X",)),
    Rule("short", "BEG:03", "max", number=7),
    Rule("digits", "N1:04", "digits", number=4),
    Rule("segment", "DTM", "must_use"),
    Rule("no segment", "CSH", "not_used"),
    Rule("loop", "N1", "must_use"),
    Rule("once", "PER", "max_use", number=1),
    Rule("in loop", "PO1/PO4", "must_use"),
    Rule("by code", "REF*DP", "must_use"),
    Rule("by code, once", "REF*DP|19", "max_use", number=1),
    Rule("by code, short", "REF*IA:02", "max", number=3),
    Rule("by code, unused", "TD5*B", "not_used"),
    Rule("loop by code", "PO1/N1*BT:04", "length", number=3),
    Rule("on condition", "BEG:07", "codes", ("AC",), when="02=SA"),
    Rule("any", "REF", "max_use", number=5),
    Rule("warned", "PO1:01", "must_use", case=True),
)
KEEPS = [
    "BEG*00*SA*4500017**20260115**AC",
    "REF*DP*1",
    "DTM*010*20260115",
    "N1*ST*X*92*0001",
    "PO1*1*5*EA*1",
    "PO4*1",
]


@dataclass(frozen=True)
class Asked:
    """What pyx12 said about everything, asked once: by the name of the document."""

    opinions: Mapping[str, Opinion]

    def __getitem__(self, name: str) -> Opinion:
        return self.opinions[name]

    def starting(self, name: str) -> list[Opinion]:
        found = [opinion for each, opinion in self.opinions.items() if each.startswith(name)]
        assert found
        return found


def by_rules(_: Interchange, group: Group, code: str) -> Guide:
    return build(group.read_as, code, RULES)


def documents() -> list[Document]:
    loaded = [registry.load(folder).profile for folder in registry.folders(PARTNERS)]
    known_partners = registry.Registry.of([profile for profile in loaded if profile])

    def sender(around: Interchange, group: Group, code: str) -> Guide | None:
        return guide_of(known_partners, around, group, code)

    found = [
        Document(f"sample {file.parent.name}/{file.name}", file.read_bytes(), sender)
        for file in sorted(SAMPLES.glob("*/*.edi"))
    ]
    found += [Document(f"known {entry.id}", written(entry)) for entry in known()]
    found.append(Document("ruled", interchange(KEEPS), by_rules))
    found += [Document(f"ruled {name}", interchange(body), by_rules) for name, body in broken().items()]
    made = example(build("004010", "850", RULES))
    found.append(Document("example", interchange(["*".join(each) for each in made.segments]), by_rules))
    found += random_sets()
    with (FAULTS / "faults.tsv").open(encoding="ascii") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            for base in bases_of(row["base"]):
                made = make(base, row["done"])
                found.append(Document(f"fault {row['id']} {base}", made.data, guide_of_row(made)))
    return found


def random_sets() -> list[Document]:
    """A right set of every kind, in one of the two releases."""
    found = []
    for number, (code, definition) in enumerate(sorted(dictionary("005010").sets.items())):
        version = "005010" if number % 2 or code not in dictionary("004010").sets else "004010"
        body = ["*".join(segment) for segment in Maker(version, number, 0.3).body(code)]
        isa = ISA5 if version == "005010" else ISA
        data = interchange(body, set_code=code, version=version, isa=isa, group=definition.group)
        found.append(Document(f"random {version} {code}", data))
    return found


def written(entry: Known) -> bytes:
    if entry.document[0].startswith("ISA"):
        return "".join(f"{segment}~" for segment in entry.document).encode("utf-8")
    isa = ISA5 if entry.version >= "005010" else ISA
    group = dictionary(entry.version).sets[entry.set].group
    text = interchange(entry.document, set_code=entry.set, version=entry.version, isa=isa, group=group)
    return text.decode("latin-1").encode("utf-8")


def broken() -> dict[str, list[str]]:
    """A document for each rule that a map can say, which breaks it and nothing else."""
    return {
        "must": ["BEG*00*SA*4500017**20260115", *KEEPS[1:]],
        "unused": ["BEG*00*SA*4500017*12*20260115**AC", *KEEPS[1:]],
        "closed": ["BEG*00*RL*4500017**20260115**AC", *KEEPS[1:]],
        "short": ["BEG*00*SA*45000170**20260115**AC", *KEEPS[1:]],
        "digits": [*KEEPS[:3], "N1*ST*X*92*001", *KEEPS[4:]],
        "digits, a letter": [*KEEPS[:3], "N1*ST*X*92*000A", *KEEPS[4:]],
        "segment": [*KEEPS[:2], *KEEPS[3:]],
        "no segment": [*KEEPS[:2], "CSH*BK", *KEEPS[2:]],
        "loop": [*KEEPS[:3], *KEEPS[4:]],
        "once": [*KEEPS[:2], *["PER*BD*PAT DOE"] * 2, *KEEPS[2:]],
        "by code": [KEEPS[0], "REF*IA*1", *KEEPS[2:]],
        "by code, short": [*KEEPS[:2], "REF*IA*1234", *KEEPS[2:]],
        "by code, unused": [*KEEPS[:3], "TD5*B*2*ABCD", *KEEPS[3:]],
        "in loop": [*KEEPS, "PO1*2*5*EA*1"],
    }


@pytest.fixture(scope="module")
def asked() -> Asked:
    """One process for all of them: most of what it costs is its start and its maps."""
    made = opinions(documents(), seconds=240)
    return Asked({opinion.name: opinion for opinion in made})


def unexplained(found: list[Opinion]) -> list[str]:
    return [f"{each.name}: {told(one)}" for each in found for one in each.disagreements if one.known is None]


def told(one: Disagreement) -> str:
    spot = one.spot
    return f"{one.side} {spot.position} {one.segment or '-'} {spot.element} {spot.kind}"


def test_we_agree_about_all_samples(asked: Asked) -> None:
    samples = asked.starting("sample")
    assert unexplained(samples) == []
    assert all(each.accepted_by_us == each.accepted_by_pyx12 for each in samples if not each.disagreements)
    assert len(samples) > 60


def test_we_agree_about_the_fault_suite(asked: Asked) -> None:
    assert unexplained(asked.starting("fault")) == []


def test_we_agree_about_random_sets_that_are_right(asked: Asked) -> None:
    found = asked.starting("random")
    assert unexplained(found) == []
    assert all(each.accepted_by_us for each in found)
    assert len(found) >= 20


@pytest.mark.parametrize("entry", known(), ids=lambda entry: entry.id)
def test_each_known_disagreement_shows_in_its_document(entry: Known, asked: Asked) -> None:
    opinion = asked[f"known {entry.id}"]
    assert sorted(map(told, opinion.disagreements)) == sorted(entry.shows)
    assert {one.known for one in opinion.disagreements} == {entry.id}
    assert entry.rule
    assert entry.fault


def test_maps_say_what_the_rules_of_a_guide_say(asked: Asked) -> None:
    assert asked["ruled"].disagreements == ()
    assert asked["ruled"].accepted_by_pyx12
    assert asked["example"].disagreements == ()
    for name in broken():
        opinion = asked[f"ruled {name}"]
        assert (opinion.disagreements, opinion.accepted_by_us, opinion.accepted_by_pyx12) == (
            (),
            False,
            False,
        )


def test_rules_that_a_map_cannot_say_are_named(asked: Asked) -> None:
    assert asked["ruled"].unsaid == ("any", "by code, once", "loop by code", "on condition", "warned")
    rules = [Rule("when", "BEG:07", "must_use", when="02=SA"), Rule("part", "REF:04.1", "codes", ("VN",))]
    assert render(build("004010", "850", rules)).unsaid == {"when", "part"}


def test_a_process_that_takes_too_long_is_said_in_words() -> None:
    with pytest.raises(NoSecondOpinion, match=r"it was not done after 0\.01 seconds"):
        opinions([Document("one", interchange(KEEPS))], seconds=0.01)


def test_no_segment_is_matched_by_its_codes() -> None:
    """A code that nobody knows must be a fault of its element, not of the segment's place."""
    text = render(build("004010", "850")).files["set.xml"]
    assert re.findall(r"<code>(\w+)</code>", text) == [
        "00401"
    ]  # ISA12, by which pyx12 tells character sets apart


def test_delimiters_of_examples_are_those_of_the_documents() -> None:
    assert (DELIMITERS.element, DELIMITERS.component) == ("*", ">")
