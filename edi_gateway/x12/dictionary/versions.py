"""Which version reads a group, and which group (GS01) a set belongs in.

Takes GS08 as it was sent and `data/releases.txt`; called by x12.envelope, x12.guide and x12.writer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from edi_gateway.x12.dictionary.notation import Line, entries

DATA: Final = Path(__file__).with_name("data")

#: Each version of the standard, and the version whose differences it is written as.
VERSIONS: Final[Mapping[str, str | None]] = MappingProxyType({"004010": None, "005010": "004010"})

#: GS01 of each set that spec C0 names.
GROUP_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "180": "AN",
        "214": "QM",
        "810": "IN",
        "812": "CD",
        "820": "RA",
        "824": "AG",
        "832": "SC",
        "846": "IB",
        "850": "PO",
        "852": "PD",
        "855": "PR",
        "856": "SH",
        "860": "PC",
        "861": "RC",
        "864": "TX",
        "865": "CA",
        "869": "RS",
        "870": "RS",
        "875": "OG",
        "880": "GP",
        "940": "OW",
        "943": "AR",
        "944": "RE",
        "945": "SW",
        "947": "AW",
        "997": "FA",
        "999": "FA",
    }
)

_OLDEST: Final = "004010"  # reads a group whose GS08 names no release
_RELEASE: Final = re.compile(r"(\d{6}) (\d{6})(?: with (\d{6}))?")


class Release(NamedTuple):
    """From release `first` on, `read_as` reads a group; `data` names what is read: `read_as` itself, or the
    differences that are laid over it."""

    first: int
    read_as: str
    data: str


def nearest(gs08: str) -> tuple[str, bool]:
    """The version of the dictionary that reads a group, and whether GS08 names exactly that one.

    Only the digits in front decide ("004010VICS" is read as 004010, not exact).
    """
    version = _release(gs08).read_as
    return version, gs08.strip() == version


def reading(gs08: str) -> str:
    """What `dictionary` is asked for to read a group: the nearest version, or one with the differences of the
    release over it ("003060" is read with six-digit dates)."""
    return _release(gs08).data


def read_releases(folder: Path) -> tuple[Release, ...]:
    """The lines of `releases.txt`, the oldest first."""
    return tuple(_lines(folder))


def bases(folder: Path) -> Mapping[str, str | None]:
    """Each version and each release with differences, and what it is written as the difference from."""
    over = {each.data: each.read_as for each in read_releases(folder) if each.data not in VERSIONS}
    return {**VERSIONS, **over}


@lru_cache(maxsize=256)
def _release(gs08: str) -> Release:
    digits = re.match(r"\d{4,6}", gs08.strip())
    number = _number(_OLDEST if digits is None else digits[0])
    return next((each for each in reversed(_known()) if each.first <= number), _known()[0])


def _number(digits: str) -> int:
    return int(digits.ljust(6, "0")) if len(digits) > 4 else int(digits)  # 4010, as some write it


@cache
def _known() -> tuple[Release, ...]:
    return read_releases(DATA)


def _lines(folder: Path) -> Iterator[Release]:
    last = 0
    file = folder / "releases.txt"
    for first, entry in entries(file).items():
        line = entry.head
        found = _RELEASE.fullmatch(f"{first} {line.text}")
        if found is None:
            line.fail("a release, what reads it and the differences are expected: 003010 004010 with 003070")
        if int(first) <= last:
            line.fail(f"{first} does not come after the release above it")
        if found[2] not in VERSIONS:
            line.fail(f"{found[2]} is no version of the dictionary; there are {' and '.join(VERSIONS)}")
        if found[3] and (found[3] in VERSIONS or not (folder / found[3]).is_dir()):
            line.fail(f"{found[3]} is no folder of differences")
        last = int(first)
        yield Release(last, found[2], found[3] or found[2])
    if not last:
        Line(file, 1, "").fail("no release stands here")
