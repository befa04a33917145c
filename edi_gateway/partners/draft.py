"""A file of a partner's folder as it was typed: keys, their lines, and how a mistake in it is told.

Takes a TOML file, gives a Draft that checks may ask without fear of wrong types; made by registry.py and
rules.py. Nothing here knows what the keys mean.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.partners import lines

KeyPath = lines.Path


@dataclass(frozen=True, slots=True)
class Draft:
    """`name` is what a finding calls the file: FOLDER/FILE. `raw` is what tomllib read, numbers as Decimal."""

    name: str
    raw: Mapping[str, Any]
    places: dict[KeyPath, int]

    def get(self, *path: str | int) -> Any:
        """The value at a path; None where the file is silent."""
        here: Any = self.raw
        for key in path:
            if isinstance(key, int) and isinstance(here, list) and key < len(here):
                here = here[key]
            elif isinstance(here, dict):
                here = here.get(key)
            else:
                return None
        return here

    def text(self, *path: str | int) -> str | None:
        """The value when it is a string. A value of another type is a mistake that the profile's types report."""
        value = self.get(*path)
        return value if isinstance(value, str) else None

    def number(self, *path: str | int) -> Decimal | None:
        """The value when it is a number, or a string that holds one."""
        value = self.get(*path)
        if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
            return None
        try:
            number = Decimal(value)
        except ArithmeticError:
            return None
        return number if number.is_finite() else None

    def items(self, *path: str | int) -> list[Any]:
        """The value when it is an array, else an empty one."""
        value = self.get(*path)
        return value if isinstance(value, list) else []

    def table(self, *path: str | int) -> dict[str, Any]:
        """The value when it is a table, else an empty one."""
        value = self.get(*path)
        return value if isinstance(value, dict) else {}

    def mistake(
        self, path: KeyPath, message: str, hint: str = "", severity: Severity = Severity.ERROR
    ) -> Finding:
        """A PROFILE_INVALID finding at the line of `path` (or of the nearest table around it)."""
        value = self.get(*path) if path else None
        return told(
            f"{self.name}:{lines.line_of(self.places, path)}",
            message,
            hint,
            rule=dotted(path),
            value=value if isinstance(value, str) else None,
            severity=severity,
        )


def read(file: Path, name: str) -> Draft | Finding:
    """The file as a draft, or the one finding that says why it is no TOML."""
    try:
        text = file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        close = nearest(file.name, [other.name for other in file.parent.glob("*.toml")])
        hint = f"Rename {close} to {file.name}." if close else "`edi-gateway partners new` writes one."
        return told(f"{name}:1", f"There is no {file.name}.", hint)
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        return told(f"{name}:{line}", "The file is not UTF-8.", "Save it as UTF-8.")
    return parse(text, name)


def parse(text: str, name: str) -> Draft | Finding:
    """As `read`, of a text."""
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = int(found[1]) if found else max(1, text.count("\n"))
        reason = re.sub(r" \(at .*\)$", "", str(error))
        return told(
            f"{name}:{line}",
            f"This is not TOML: {reason[0].lower()}{reason[1:]}.",
            "Texts stand in quotes, a table opens with [name], each key stands once.",
        )
    return Draft(name, raw, lines.lines_of(text))


def told(
    at: str,
    message: str,
    hint: str = "",
    *,
    rule: str | None = None,
    value: str | None = None,
    severity: Severity = Severity.ERROR,
) -> Finding:
    """A finding about a profile; `at` is FOLDER/FILE:LINE."""
    return Finding(
        Code.PROFILE_INVALID, severity, message, hint, at=at, rule=rule, value=value, family=Family.SYSTEM
    )


def dotted(path: KeyPath) -> str | None:
    """documents[0].set"""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text or None


def nearest(word: str, known: list[str]) -> str | None:
    """The known word that was probably meant."""
    close = get_close_matches(word.lower(), [k.lower() for k in known], n=1, cutoff=0.6)
    return next((k for k in known if k.lower() == close[0]), None) if close else None
