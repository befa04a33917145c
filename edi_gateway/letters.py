"""Characters that are not seen but do something: move a cursor, turn the direction of writing round, begin a line.

Text of others is shown without them, whoever shows it. Called by model/showing.py and logs.py.
"""

from __future__ import annotations

from typing import Final

# neither a terminal nor a browser is given these (Unicode TR 36 section 2.6.2)
_TURNING: Final = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_UNSEEN: Final = (0x200B, 0x200C, 0x200D, 0x2028, 0x2029, 0x2060, 0xFEFF)
_CONTROL: Final = (*(code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"),)
OBEYED: Final = (*_CONTROL, *_TURNING, *_UNSEEN)
_DOTS: Final = dict.fromkeys(OBEYED, "·")


def harmless(text: str) -> str:
    """Text as it may be shown: a dot for each character that is not seen but does something."""
    return text.translate(_DOTS)


def in_one_line(text: str) -> str:
    """The same, of text that shall not begin a line of its own."""
    return harmless(text).replace("\n", "\\n")
