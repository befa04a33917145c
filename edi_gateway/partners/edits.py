"""One guide rule or one mapping row of a file changed, everything else of it (comments, order, blanks) as it stands.

Takes the text of partners/KEY/SET.toml or of a mapping file, gives the new text; raises NotEditable where the file is
no TOML or is written in a way that one table of it cannot be cut out. Pure; called by whoever proposes a change
(commands/partners/proposals.py).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any, Final

from edi_gateway.model.errors import GatewayError
from edi_gateway.partners.changes import name_of
from edi_gateway.partners.lines import Path, lines_of

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


class NotEditable(GatewayError):
    """The file cannot be edited here: {problem}. Edit it by hand."""


def put_rule(text: str, rule: Mapping[str, Any]) -> str:
    """The text with this guide rule: in the place of the one with the same id, or behind all others."""
    table = _parsed(text)
    rules = [dict(each) for each in table.get("rules", [])]
    names = [name_of(each) for each in rules]
    wanted, block = name_of(rule), _block("[[rules]]", rule)
    if wanted in names:
        n = names.index(wanted)
        rules[n] = dict(rule)
        return _checked(_replaced(text, table, ("rules", n), block), {**table, "rules": rules})
    rules.append(dict(rule))
    after = ("rules", len(names) - 1) if names else None
    return _checked(_added(text, table, after, block), {**table, "rules": rules})


def remove_rule(text: str, name: str) -> str:
    """The text without the rule of this id; NotEditable when there is none."""
    table = _parsed(text)
    rules = table.get("rules", [])
    names = [name_of(each) for each in rules]
    if name not in names:
        raise NotEditable(problem=f"it has no rule {name!r}")
    n = names.index(name)
    left = [each for number, each in enumerate(rules) if number != n]
    wanted = {key: value for key, value in table.items() if key != "rules"}
    return _checked(_replaced(text, table, ("rules", n), []), wanted | ({"rules": left} if left else {}))


def put_address(text: str, qualifier: str, name: str) -> str:
    """The text of a profile with one more address of theirs (also_known_as); as it is when it has it already."""
    table = _parsed(text)
    made = {"qualifier": qualifier, "id": name}
    known = list(table.get("also_known_as", []))
    if made in known:
        return text
    after = ("also_known_as", len(known) - 1) if known else None
    if after is not None and after not in _headers(text, table):
        raise NotEditable(problem="its addresses are written within one line")
    new = _added(text, table, after, _block("[[also_known_as]]", made))
    return _checked(new, {**table, "also_known_as": [*known, made]})


def put_row(text: str, selector: str, keys: Mapping[str, Any] | bool) -> str:
    """The text with these keys in the row of a selector, over those that it has (None takes one away). False: the row
    of the shared mapping does not hold for this partner."""
    if keys is True:
        raise NotEditable(problem=f"{selector} = true says nothing")
    text = remove_row(text, selector) if isinstance(_parsed(text).get(selector), bool) or not keys else text
    table = _parsed(text)
    if not keys:
        first = next((n for n, line in enumerate(text.split("\n")) if line.lstrip().startswith("[")), None)
        lines = text.split("\n")
        line = f"{json.dumps(selector)} = false"
        at = len(lines) if first is None else _above(lines, first)
        return _checked("\n".join([*lines[:at], line, *lines[at:]]), {**table, selector: False})
    assert not isinstance(keys, bool)
    row = {**table.get(selector, {}), **keys}
    row = {key: value for key, value in row.items() if value is not None}
    block = _block(f"[{json.dumps(selector)}]", row)
    if selector in table:
        new = _replaced(text, table, (selector,), block)
    else:
        new = _added(text, table, None, block)
    return _checked(new, {**table, selector: row})


def remove_row(text: str, selector: str) -> str:
    """The text without a row of its own for a selector; as it is when there is none."""
    table = _parsed(text)
    if selector not in table:
        return text
    wanted = {key: value for key, value in table.items() if key != selector}
    if isinstance(table[selector], dict):
        return _checked(_replaced(text, table, (selector,), []), wanted)
    lines = text.split("\n")
    del lines[lines_of(text)[(selector,)] - 1]
    return _checked("\n".join(lines), wanted)


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotEditable(problem=f"it is no TOML: {error}") from error


def _checked(text: str, wanted: Mapping[str, Any]) -> str:
    """The text, if it says what it should and nothing else."""
    if _parsed(text) != dict(wanted):
        raise NotEditable(problem="its tables are written within one another")
    return text


def _block(header: str, table: Mapping[str, Any]) -> list[str]:
    return [header, *(f"{_key(key)} = {_value(value)}" for key, value in table.items())]


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(below)}" for key, below in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    # JSON's escapes are TOML's, but for a DEL
    return (
        json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        if isinstance(value, str)
        else str(value)
    )


def _headers(text: str, table: Mapping[str, Any]) -> dict[Path, int]:
    """Where tables open: path -> index of the line."""
    lines = text.split("\n")
    places = {path: line - 1 for path, line in lines_of(text).items() if path}
    return {
        path: line
        for path, line in places.items()
        if isinstance(_at(table, path), dict) and lines[line].lstrip().startswith("[")
    }


def _at(table: Any, path: Path) -> Any:
    for step in path:
        table = table[step]
    return table


def _span(text: str, table: Mapping[str, Any], path: Path) -> tuple[int, int]:
    """The lines of a table: from its header to before what belongs to the next one."""
    headers = _headers(text, table)
    if path not in headers:
        raise NotEditable(problem="its tables are written within one another")
    start, lines = headers[path], text.split("\n")
    behind = min((line for line in headers.values() if line > start), default=len(lines))
    return start, _above(lines, behind)


def _above(lines: list[str], line: int) -> int:
    """Before the comments and blanks that stand right above a line."""
    while line > 0 and (not lines[line - 1].strip() or lines[line - 1].lstrip().startswith("#")):
        line -= 1
    return line


def _replaced(text: str, table: Mapping[str, Any], path: Path, block: list[str]) -> str:
    start, end = _span(text, table, path)
    lines = text.split("\n")
    if not block and start and not lines[start - 1].strip():
        start -= 1  # the blank line above goes with it
    return "\n".join([*lines[:start], *block, *lines[end:]])


def _added(text: str, table: Mapping[str, Any], after: Path | None, block: list[str]) -> str:
    """Behind a table, or at the end."""
    lines = text.rstrip("\n").split("\n") if text.strip() else []
    end = len(lines) if after is None else min(_span(text, table, after)[1], len(lines))
    blank = [""] if end else []
    return "\n".join([*lines[:end], *blank, *block, *lines[end:], ""])
