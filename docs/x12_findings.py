"""The page of findings on X12: each with an example that is really read, what is said of it, and what goes back.

Takes x12_findings.toml beside it, gives docs/reference/x12-findings.md; called by docs.generate and by the test that
holds every example to its finding.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edi_gateway.model.finding import Code, Finding, Location
from edi_gateway.model.meaning import MEANING
from edi_gateway.x12.acks.ack import AckKind, functional_ack, interchange_ack
from edi_gateway.x12.checking.guide import Guide, Rule, build
from edi_gateway.x12.dictionary import dictionary
from edi_gateway.x12.parsing.envelope import (
    Delimiters,
    Group,
    Interchange,
    InterchangeEnd,
    Limits,
    Unreadable,
)
from edi_gateway.x12.reading import CheckedSet, GroupEnd, read_all

_ISA = (
    "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *260115*1200*{}*{}*000000905*0*P*>~"
)
USUAL = (
    _ISA.format("U", "00401")
    + """
GS*PO*BUYER*SELLER*20260115*1200*7*X*004010~
ST*850*0001~
BEG*00*SA*4500017**20260115~
PO1*1*48*EA*9.25**VP*AB-100~
CTT*1~
SE*5*0001~
GE*1*7~
IEA*1*000000905~
"""
)
_GROUP = USUAL[USUAL.index("GS*") : USUAL.index("IEA*")]
_LONG = re.compile(r"\{(\d+)\}")
_SET = USUAL[USUAL.index("ST*") : USUAL.index("GE*")]


@dataclass(frozen=True)
class Example:
    """One section of the page. `data` is the file that is read, `shown` what the page shows of it."""

    code: Code
    data: bytes
    shown: str
    note: str
    do: str
    ack: str
    rule: Rule | None
    strict: bool
    limits: Limits


@dataclass(frozen=True)
class Answer:
    """What was found in an example, and each segment that a 997, a 999 and a TA1 say of it."""

    findings: list[Finding]
    said: list[str]
    by_999: list[str]


def examples() -> Iterator[Example]:
    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    for name, table in tables.items():
        text, shown, note = _document(table)
        limits = dict(table.get("limits", {}))
        if limits:
            note += f", read with {limits.pop('note')}"
        if table.get("strict"):
            note += ", the partner read strictly"
        rule = (
            Rule(**{**table["rule"], "values": tuple(table["rule"].get("values", ()))})
            if "rule" in table
            else None
        )
        if rule:
            values = f" {', '.join(rule.values)}" if rule.values else ""
            note += f", under the guide rule `{rule.target} {rule.kind}{values}`"
        yield Example(
            code=Code(name),
            data=text.encode("latin-1"),
            shown=shown,
            note=note,
            do=table["do"],
            ack=table["ack"],
            rule=rule,
            strict=table.get("strict", False),
            limits=Limits(**limits),
        )


def _document(table: dict[str, Any]) -> tuple[str, str, str]:
    """The file, what is shown of it, and how it differs from the usual."""
    if "file" in table:
        return table["file"], table["file"], "The whole file"
    if "instead" in table:
        old, new = table["instead"]
        assert USUAL.count(old) == 1, old
        shown = _LONG.sub(lambda found: f"... {int(found[1]):,} letters ...", _around(old, new))
        return _LONG.sub(_letters, USUAL.replace(old, new)), shown, "In the usual interchange"
    if "limits" in table:
        return USUAL, "", "The usual interchange"
    match table.get("twice"):
        case "interchange":
            return USUAL * 2, "", "The usual interchange twice in a file"
        case "group":
            text = USUAL.replace(_GROUP, _GROUP * 2).replace("IEA*1*", "IEA*2*")
            return text, "", "The usual group twice in an interchange (and IEA01 2)"
        case "set":
            text = USUAL.replace(_SET, _SET * 2).replace("GE*1*", "GE*2*")
            return text, "", "The usual set twice in a group (and GE01 2)"
    code, version = table.get("set", "850"), table.get("version", "004010")
    body = table["body"].strip()
    known = dictionary(version).sets[code]
    isa = _ISA.format("^", "00501") if version >= "005010" else _ISA.format("U", "00401")
    count = body.count("~") + 2
    text = (
        f"{isa}\nGS*{known.group}*BUYER*SELLER*20260115*1200*7*X*{version}~\nST*{code}*0001~\n{body}\n"
        f"SE*{count}*0001~\nGE*1*7~\nIEA*1*000000905~\n"
    )
    return text, body, f"Between ST and SE of {'an' if code[0] == '8' else 'a'} {code} at {version}"


def _letters(found: re.Match[str]) -> str:
    return "X" * int(found[1])


def _around(old: str, new: str) -> str:
    """The lines that a change touches, as they stand after it."""
    start = USUAL.index(old)
    end = start + len(new)
    text = USUAL.replace(old, new)
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", max(end - 1, start))
    return text[first : last if last >= 0 else len(text)]


def answer(example: Example) -> Answer:
    """Reads an example as `edi-gateway check` and `edi-gateway ack` do."""

    def guide_for(interchange: Interchange, group: Group, code: str) -> Guide | None:
        known = code in dictionary(group.read_as).sets
        return build(group.read_as, code, (example.rule,) if example.rule else ()) if known else None

    found = Answer([], [], [])
    for event in read_all(example.data, guide_for, example.strict, example.limits, totals=True):
        match event:
            case CheckedSet():
                found.findings.extend(event.result.findings)
            case GroupEnd():
                found.findings.extend(event.result.findings)
                found.said.extend(_said(event, "997"))
                found.by_999.extend(_said(event, "999"))
            case InterchangeEnd():
                found.findings.extend(event.interchange.findings)
                found.said.append("*".join(interchange_ack(event.interchange)))
            case Unreadable():
                found.findings.extend(event.findings)
    return found


def _said(event: GroupEnd, kind: AckKind) -> Iterator[str]:
    repetition = "^" if event.group.read_as >= "005010" else None
    for segment in functional_ack(event.result, kind, Delimiters("*", ">", "~", repetition)):
        if segment[0] in ("AK5", "IK5"):
            yield from ("*".join((segment[0], segment[1], note)) for note in segment[2:])
        else:
            yield "*".join(segment)


def page() -> str:
    lines = [
        "# Findings on X12",
        "",
        "Generated by `make docs` from `docs/x12_findings.toml`; every example is read by the checker when the page is",
        "made, and what it says is quoted. All data is invented. Findings on orders are in [checks](checks.md); why an",
        "acknowledgment says what it says is explained in [Acknowledgments](../explanation/acknowledgments.md).",
        "",
        "The usual interchange of the examples, in which nothing is wrong:",
        "",
        *_block(USUAL.strip()),
    ]
    for example in examples():
        lines += _section(example)
    return "\n".join(lines)


def _section(example: Example) -> Iterator[str]:
    heard = answer(example)
    [finding] = heard.findings
    yield from (f"## {example.code.value}", "", MEANING[example.code], "")
    yield f"{example.note}:" if example.shown else f"{example.note}."
    yield ""
    if example.shown:
        yield from _block(example.shown)
    yield f"- Said: {finding.severity.value} {_place(finding)}{_plain(finding.message)}"
    yield f"- To do: {example.do}"
    yield f"- Acknowledged: {_acknowledged(example, heard)}"
    yield ""


def _acknowledged(example: Example, heard: Answer) -> str:
    if not example.ack:
        return "not mentioned."
    kind = "TA1" if example.ack.startswith("TA1") else "997"
    text = f"{kind} `{example.ack}`"
    in_999 = _in_999(example.ack, heard)
    return f"{text}, 999 `{in_999}`." if in_999 else f"{text}."


def _in_999(ack: str, heard: Answer) -> str:
    """The same in a 999, which names AK3, AK4 and AK5 otherwise and has codes of its own for guides."""
    tag = {"AK3": "IK3", "AK4": "IK4", "AK5": "IK5"}.get(ack[:3], "")
    return next(
        (line for line in heard.by_999 if tag and line.startswith(tag) and not line.endswith("**8")), ""
    )


def _place(finding: Finding) -> str:
    at = finding.at
    if not isinstance(at, Location) or not at.segment:
        return ""
    element = f"{at.element:02}" if at.element else ""
    component = f"-{at.component}" if at.component else ""
    position = f", segment {at.position}" if at.position else ""
    return f"at {at.segment}{element}{component}{position}: "


def _plain(text: str) -> str:
    return "".join(character if character.isprintable() else "." for character in text)


def _block(text: str) -> Iterator[str]:
    yield "```"
    yield from (_plain(line) for line in text.split("\n"))
    yield from ("```", "")
