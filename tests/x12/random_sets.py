"""Random transaction sets that are right by the dictionary: for the laws that must hold for all of them."""

from __future__ import annotations

import random
import string
from datetime import date, timedelta

from edi_gateway.x12.checking.notes import broken_notes
from edi_gateway.x12.dictionary import (
    Dictionary,
    ElementDef,
    LoopPart,
    Part,
    SegmentDef,
    Use,
    dictionary,
)
from edi_gateway.x12.parsing.header import Delimiters

_TEXT = string.ascii_letters + string.digits + " .,-/#&'()" + "\u00c9\u00fc"


USUAL = Delimiters("*", ">", "~", None)


class Maker:
    """Makes sets of one version. `chance` decides (or a seed for it), `fullness` is how much of what is optional is
    there. No delimiter stands in a value; elements that may repeat do when there is a separator for it."""

    def __init__(
        self,
        version: str,
        chance: random.Random | int,
        fullness: float = 0.25,
        delimiters: Delimiters = USUAL,
    ) -> None:
        self.chance = random.Random(chance) if isinstance(chance, int) else chance
        self.dictionary: Dictionary = dictionary(version)
        self.fullness = fullness
        self.delimiters = delimiters
        self.text = "".join(letter for letter in _TEXT if letter not in delimiters)

    def body(self, set_code: str) -> list[list[str]]:
        """The segments between ST and SE; composites and repetitions are joined."""
        return self._parts(self.dictionary.sets[set_code].body, 0)

    def _parts(self, parts: tuple[Part, ...], depth: int) -> list[list[str]]:
        found: list[list[str]] = []
        for part in parts:
            for _ in range(self._times(part, depth)):
                if isinstance(part, LoopPart):
                    found += self._parts(part.parts, depth + 1)
                else:
                    found.append(self.segment(self.dictionary.segments[part.tag]))
        return found

    def _times(self, part: Part, depth: int) -> int:
        most = min(part.max or 3, 3)
        if part.requirement == "M":
            return self.chance.randint(1, most) if self.chance.random() < 0.2 else 1
        if self.chance.random() < self.fullness / (1 + depth):
            return self.chance.randint(1, most)
        return 0

    def segment(self, definition: SegmentDef) -> list[str]:
        must = {use.position for use in definition.uses if use.requirement == "M"}
        given = must | {use.position for use in definition.uses if self.chance.random() < self.fullness}
        given = self._agree(given, must, definition.notes)
        if not given:
            given = self._agree({1}, must, definition.notes)
        values = [self.repeated(use) if use.position in given else "" for use in definition.uses]
        while values and not values[-1]:
            values.pop()
        return [definition.tag, *values]

    def _agree(self, given: set[int], must: set[int], notes: tuple[str, ...]) -> set[int]:
        """More (or, for exclusions, fewer) positions until all notes are kept; where they go round in circles,
        another choice of those that are not mandatory."""
        for _ in range(200):
            found = self._repaired(given, notes)
            if must <= found and not any(
                broken_notes(notes, ["", *("x" if at in found else "" for at in range(1, 100))])
            ):
                return found
            given = {at for at in given if at in must or self.chance.random() < 0.7}
        raise AssertionError(f"nothing keeps {notes}")

    def _repaired(self, given: set[int], notes: tuple[str, ...]) -> set[int]:
        given = set(given)
        for _ in range(50):
            before = set(given)
            for note in notes:
                positions = [int(note[at : at + 2]) for at in range(1, len(note), 2)]
                there = [at for at in positions if at in given]
                match note[0]:
                    case "P" if there:
                        given.update(positions)
                    case "R" if not there:
                        given.add(positions[0])
                    case "C" if positions[0] in given:
                        given.update(positions)
                    case "L" if positions[0] in given and len(there) < 2:
                        given.add(positions[1])
            for note in notes:
                if note[0] == "E":
                    positions = [int(note[at : at + 2]) for at in range(1, len(note), 2)]
                    for extra in [at for at in positions if at in given][1:]:
                        given.discard(extra)
                        for other in notes:  # what cannot stand without it
                            if other[0] in "CL" and f"{extra:02}" in other[3:]:
                                given.discard(int(other[1:3]))
                            if other[0] == "P" and f"{extra:02}" in other:
                                given -= {int(other[at : at + 2]) for at in range(1, len(other), 2)}
            if given == before:
                break
        return given

    def repeated(self, use: Use) -> str:
        repetition = self.delimiters.repetition
        if use.repeat < 2 or not repetition:
            return self.element(use)
        return repetition.join(self.element(use) for _ in range(self.chance.randint(1, min(use.repeat, 3))))

    def element(self, use: Use) -> str:
        composite = self.dictionary.composites.get(use.element)
        if composite is None:
            return self.value(self.dictionary.elements[use.element])
        must = {part.position for part in composite.uses if part.requirement == "M"}
        given = self._agree(must or {1}, must, composite.notes)
        parts = [self.element(part) if part.position in given else "" for part in composite.uses]
        while not parts[-1]:
            parts.pop()
        return self.delimiters.component.join(parts)

    def value(self, element: ElementDef) -> str:
        chance = self.chance
        match element.type[0]:
            case "I" if element.codes:
                fitting = [code for code in element.codes if element.min <= len(code) <= element.max]
                return chance.choice(fitting)
            case "N":
                digits = self._digits(element.min, min(element.max, 9))
                return ("-" if chance.random() < 0.1 else "") + digits
            case "R":
                digits = self._digits(element.min, min(element.max, 12))
                point = chance.randrange(len(digits) + 1)
                return ("-" if chance.random() < 0.1 else "") + (
                    digits if chance.random() < 0.5 else digits[:point] + "." + digits[point:]
                )
            case "D":
                return f"{date(2020, 1, 1) + timedelta(days=chance.randrange(4000)):%Y%m%d}"
            case "T":
                return f"{chance.randrange(24):02}{chance.randrange(60):02}"
        length = chance.randint(element.min, min(element.max, 30)) if element.min <= 30 else element.min
        letters = string.ascii_uppercase if element.type[0] == "I" else self.text
        text = "".join(chance.choice(letters) for _ in range(length))
        return text[:-1] + "X" if text.endswith(" ") else text

    def _digits(self, least: int, most: int) -> str:
        return "".join(
            self.chance.choice(string.digits) for _ in range(self.chance.randint(least, max(least, most)))
        )
