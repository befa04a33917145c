"""A guide rendered as the XML maps that pyx12 reads: one file for the set, one for its elements, one for codes.

Takes a Guide, gives texts by file name and the rules that such a map cannot say. Made from our dictionary alone;
called by x12.second_opinion.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from edi_gateway.x12.checking.guide import Guide
from edi_gateway.x12.checking.rules import Rule, qualifier_of
from edi_gateway.x12.dictionary import CompositeDef, ElementDef, SegmentDef, Use
from edi_gateway.x12.second_opinion.sayable import EVERYWHERE, Place, Places
from edi_gateway.x12.structure.machine import Child, Loop

SET_FILE = "set.xml"
SET_LOOP = "/ISA_LOOP/GS_LOOP/ST_LOOP"
_UNLIMITED = ">1"
_VERSION = 12  # the ISA element by which pyx12 tells character sets apart


@dataclass(frozen=True, slots=True)
class Rendered:
    """Maps of one guide: texts by file name. `unsaid` are ids of rules that these maps do not hold."""

    files: Mapping[str, str]
    unsaid: frozenset[str]


def render(guide: Guide) -> Rendered:
    """The maps of a guide, as pyx12 4.0.0 reads them."""
    return _Renderer(guide).rendered()


class _Renderer:
    def __init__(self, guide: Guide) -> None:
        self.guide = guide
        self.known = guide.dictionary
        self.elements: dict[str, tuple[str, int, int, str]] = {}
        self.codes: dict[str, Iterable[str]] = {}
        self.places = Places(guide)

    def rendered(self) -> Rendered:
        root = Element("transaction", xid=self.guide.set_code, name=self.guide.set_code)
        interchange = SubElement(root, "loop", _loop("ISA_LOOP", "interchange", 1))
        self._segment(interchange, self.known.segments["ISA"], 1, "R", "1")
        group = SubElement(interchange, "loop", _loop("GS_LOOP", "group", 2))
        self._segment(group, self.known.segments["GS"], 1, "R", "1")
        body = SubElement(group, "loop", _loop("ST_LOOP", "set", 2))
        self._children(body, self.guide.root.children)
        self._segment(group, self.known.segments["GE"], 3, "R", "1")
        self._segment(interchange, self.known.segments["IEA"], 3, "R", "1")
        files = {
            SET_FILE: _text(root),
            "dataele.xml": self._element_file(),
            "codes.xml": self._code_file(),
        }
        return Rendered(files, frozenset(self.places.unsaid))

    # --- structure

    def _children(self, parent: Element, children: Sequence[Child], first: int = 1) -> None:
        for ordinal, child in enumerate(children, start=first):
            for number, place in enumerate(self.places.of(child)):
                if child.loop is None:
                    self._child_segment(parent, child, ordinal, place)
                else:
                    self._child_loop(parent, child.loop, child, ordinal, place, number)

    def _child_loop(
        self, parent: Element, loop: Loop, child: Child, ordinal: int, place: Place, number: int
    ) -> None:
        made = _loop(f"{child.tag}_{child.node}_{number}", child.tag, ordinal)
        made |= {"usage": place.usage(child), "repeat": _most(child.max, place)}
        inner = SubElement(parent, "loop", made)
        opener, *others = loop.children
        self._child_segment(inner, opener, 1, place, opens=True)
        self._children(inner, others, first=2)

    def _child_segment(
        self, parent: Element, child: Child, ordinal: int, place: Place, *, opens: bool = False
    ) -> None:
        usage = "N" if place.unused else "R" if opens else place.usage(child)
        most = "1" if opens else _most(child.max, place)
        definition = self.known.segments[child.tag]
        self._segment(parent, definition, ordinal, usage, most, place, f"{child.node}{'+'.join(place.codes)}")

    def _segment(
        self,
        parent: Element,
        definition: SegmentDef,
        ordinal: int,
        usage: str,
        most: str,
        place: Place = EVERYWHERE,
        name: str = "",
    ) -> None:
        tag = definition.tag
        segment = SubElement(
            parent, "segment", xid=tag, name=definition.name, usage=usage, pos=str(ordinal), max_use=most
        )
        for note in definition.notes:
            SubElement(segment, "syntax").text = note
        for use in definition.uses:
            rules = place.elements.get(use.position, ())
            composite = self.known.composites.get(use.element)
            if composite is not None:
                self._composite(segment, composite, use, rules)
                continue
            element = self._element(segment, use, f"{use.position:02}", rules, name)
            if tag == "ISA" and use.position == _VERSION:
                _inline(element, ("00501" if self.guide.version >= "005010" else "00401",))
            elif place.codes and use.position == qualifier_of(tag):
                _inline(element, place.codes)

    def _composite(self, segment: Element, composite: CompositeDef, use: Use, rules: Sequence[Rule]) -> None:
        made = SubElement(
            segment,
            "composite",
            xid=f"{use.position:02}",
            data_ele=composite.id,
            name=composite.name,
            usage=_element_usage(use, rules),
            seq=str(use.position),
            repeat=str(use.repeat),
        )
        for note in composite.notes:
            SubElement(made, "syntax").text = note
        for part in composite.uses:
            self._element(made, part, f"{use.position:02}-{part.position}", (), "")

    def _element(self, parent: Element, use: Use, xid: str, rules: Sequence[Rule], name: str) -> Element:
        element = self.known.elements[use.element]
        number = self._lengths(element, rules, f"{name}.{xid}")
        made = SubElement(
            parent,
            "element",
            xid=xid,
            data_ele=number,
            name=element.name,
            usage=_element_usage(use, rules),
            seq=str(use.position),
        )
        codes = _codes(element, rules)
        if codes is not None:
            key = element.number if not rules else f"{element.number}.{name}.{xid}"
            self.codes[key] = codes
            SubElement(made, "valid_codes", external=key)
        return made

    def _lengths(self, element: ElementDef, rules: Sequence[Rule], place: str) -> str:
        """The number under which an element with these lengths stands; one of its own where rules change them."""
        kind, least, most, number = element.type, element.min, element.max, element.number
        for rule in rules:
            if rule.number is None:
                continue
            number = f"{element.number}.{place}"
            if rule.kind in ("min", "length", "digits"):
                least = max(least, rule.number)
            if rule.kind in ("max", "length", "digits"):
                most = min(most, rule.number)
            if rule.kind == "digits":
                kind = "N0"
        self.elements[number] = (kind, least, most, element.name)
        return number

    # --- the files beside

    def _element_file(self) -> str:
        root = Element("data_elements")
        for number, (kind, least, most, name) in sorted(self.elements.items()):
            SubElement(
                root,
                "data_ele",
                ele_num=number,
                data_type=kind,
                min_len=str(least),
                max_len=str(most),
                name=name,
            )
        return _text(root)

    def _code_file(self) -> str:
        root = Element("codes")
        for key, codes in sorted(self.codes.items()):
            made = SubElement(root, "codeset")
            SubElement(made, "id").text = key
            SubElement(made, "name").text = key
            SubElement(made, "data_ele").text = key
            version = SubElement(made, "version")
            for code in sorted(codes):
                SubElement(version, "code").text = code
        return _text(root)


def _loop(xid: str, name: str, ordinal: int) -> dict[str, str]:
    return {"xid": xid, "name": name, "usage": "R", "pos": str(ordinal), "repeat": _UNLIMITED}


def _most(standard: int | None, place: Place) -> str:
    bounds = [bound for bound in (standard, place.most) if bound is not None]
    return str(min(bounds)) if bounds else _UNLIMITED


def _inline(element: Element, codes: Iterable[str]) -> None:
    """Codes by which pyx12 tells segments of one tag apart. Where a code decides about the place, it is no code of
    the element that could be wrong."""
    for old in element.findall("valid_codes"):
        element.remove(old)
    made = SubElement(element, "valid_codes")
    for code in codes:
        SubElement(made, "code").text = code


def _element_usage(use: Use, rules: Sequence[Rule]) -> str:
    kinds = {rule.kind for rule in rules}
    if "not_used" in kinds:
        return "N"
    return "R" if use.requirement == "M" or "must_use" in kinds else "S"


def _codes(element: ElementDef, rules: Sequence[Rule]) -> set[str] | None:
    """The codes that an element may have; None: any. A list that is not closed questions none here."""
    closing = [set(rule.values) for rule in rules if rule.kind in ("codes", "equals")]
    if not closing and not (element.complete and element.codes):
        return None
    allowed = set.intersection(*closing) if closing else set(element.codes or ())
    return allowed.union(*(rule.values for rule in rules if rule.kind == "add_codes"))


def _text(root: Element) -> str:
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode")
