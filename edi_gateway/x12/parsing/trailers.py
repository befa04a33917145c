"""What the checks of all envelopes share: where an element of an envelope segment stands, and whether a trailer
repeats what its header said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from edi_gateway.model.finding import Code, Finding, Location, Severity


def element_at(tag: str, elements: list[str], number: int, offset: int) -> Location:
    """The place of an element in a segment that begins at `offset`."""
    start = offset + sum(len(element) + 1 for element in elements[:number])
    length = len(elements[number]) if number < len(elements) else 0
    return Location(segment=tag, element=number, offset=start, length=length)


def extra(elements: Sequence[str], most: int) -> int | None:
    """The first element behind the last that there should be, if it holds something."""
    return next((number for number in range(most + 1, len(elements)) if elements[number].strip(" ")), None)


def too_many(tag: str, elements: list[str], most: int, offset: int, ack: str | None) -> Iterator[Finding]:
    """Something behind the last element of GS, GE or IEA: it is not read."""
    number = extra(elements, most)
    if number is not None:
        yield Finding(
            Code.TOO_MANY_ELEMENTS,
            Severity.WARNING,
            f"{tag} has {most} elements; there is something in element {number}.",
            "Look whether a separator is too many, or a segment terminator is missing.",
            element_at(tag, elements, number, offset),
            value=elements[number],
            ack=ack,
        )


def is_count(text: str, count: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12 and int(text) == count


def is_number(text: str) -> bool:
    """Whether it can be the control number of an interchange or group: one to nine digits."""
    return text.isascii() and text.isdigit() and len(text) <= 9


def is_date(text: str) -> bool:
    """YYMMDD or CCYYMMDD."""
    if not (text.isascii() and text.isdigit() and len(text) in (6, 8)):
        return False
    try:
        date(2000 + int(text[-6:-4]), int(text[-4:-2]), int(text[-2:]))
    except ValueError:
        return False
    return True


def same_number(one: str, other: str) -> bool:
    """Equal, leading zeros aside: partners pad one and not the other."""
    return one == other or (bool(one) and one.lstrip("0") == other.lstrip("0"))
