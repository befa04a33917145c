"""Which version reads a group, and which group (GS01) a set belongs in.

Takes GS08 as it was sent; called by x12.envelope and x12.writer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

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

_OLDER: Final = "004010"
_NEWER: Final = "005010"
#: The first release whose 850 and 855 no longer fit in 004010: text in N9 loops is MTX instead of MSG, and
#: all that they may hold, 005010 may hold too (docs/reference/x12-coverage.md, "Other releases").
_FIRST_LIKE_NEWER: Final = 4020


def nearest(gs08: str) -> tuple[str, bool]:
    """The version of the dictionary that reads a group, and whether GS08 names exactly that one.

    Only the digits in front decide ("004010VICS" is read as 004010, not exact). What counts as near is that
    a good document is not rejected: releases from 004020 on are read by 005010, older ones and text without
    a release number by 004010.
    """
    text = gs08.strip()
    digits = re.match(r"\d{4,6}", text)
    if digits is None:
        return _OLDER, False
    release = int(digits[0].ljust(6, "0")) if len(digits[0]) > 4 else int(digits[0])  # 4010, as some write it
    version = _NEWER if release >= _FIRST_LIKE_NEWER else _OLDER
    return version, text == version
