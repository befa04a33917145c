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
        "865": "CA",
        "869": "RS",
        "870": "RS",
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


def nearest(gs08: str) -> tuple[str, bool]:
    """The version of the dictionary that reads a group, and whether GS08 names exactly that one.

    Only the digits in front decide ("004010VICS" is read as 004010, not exact). A release between two
    dictionaries is read by the one whose number is nearer; text without a release number by 004010.
    """
    text = gs08.strip()
    found = re.match(r"\d+", text)
    if found is None:
        return _OLDER, False
    digits = found[0]
    if len(digits) == 4:  # 4010, as some write it
        digits = "00" + digits
    release = int(digits[:6].ljust(6, "0"))
    version = min((_OLDER, _NEWER), key=lambda known: abs(int(known) - release))
    return version, text == version
