"""How values are told, whoever tells them: JSON for machines, text that obeys nobody for people.

Pure functions of values; called by cli/, web/ and exports.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from edi_gateway.letters import OBEYED, harmless
from edi_gateway.model.finding import Finding

__all__ = ["cell", "harmless", "json_text", "money", "plain", "shown"]

_FORMULAS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # the wide ones begin a formula, too, for some
_ESCAPES = {code: f"\\u{code:04x}" for code in OBEYED}


def plain(value: Any) -> Any:
    """A value as JSON may hold it: decimals and dates are strings, records are objects."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Finding):
        return value.as_json()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


def shown(value: Any) -> str:
    """A value in a table cell."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, dict):
        return ", ".join(f"{shown(item)} {key}".strip() for key, item in value.items())
    return str(value)


def money(value: Decimal | None) -> str:
    """An amount or a price: with cents, and with what it has beyond them."""
    if value is None:
        return ""
    exponent = value.as_tuple().exponent
    return format(value, "f") if isinstance(exponent, int) and exponent < -2 else f"{value:.2f}"


def cell(value: Any) -> str:
    """A value in a CSV file: what was text of somebody's is no formula for a spreadsheet that opens it, and does
    nothing to a terminal that it is printed on."""
    if isinstance(value, str):
        text = harmless(value)
        return "'" + text if text.startswith(_FORMULAS) else text
    if isinstance(value, dict):  # amounts by currency
        return cell(shown(value))
    told = plain(value)
    return "" if told is None else str(told)


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON, exact; what a terminal would obey is written as an escape of JSON. Without `indent` one line."""
    return json.dumps(plain(value), ensure_ascii=False, indent=indent).translate(_ESCAPES)
