"""What became different between two published versions of a partner: by file, and by rule, row, code and key.

Takes the texts of two snapshots (partners/snapshots.py), gives Differences in the order of the files, and each changed
file as a unified diff. Pure; called by reports/, commands/ and triage/.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

PROFILE: Final = "partner.toml"  # what stands of it in a snapshot: its values, not its text
_CODES: Final = "tables/"
_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed. `kind`: key (of a profile or at the top of a file), rule, row, code, or file, where
    nothing but comments and order did. `change`: added, removed, changed; was and now: what differs, as written."""

    file: str
    kind: str
    name: str
    change: str
    was: str | None
    now: str | None


def files(content: str) -> dict[str, str]:
    """The files of a snapshot by their names; of partner.toml its values, one a line."""
    stored = json.loads(content)
    profile = "".join(f"{name} = {_said(value)}\n" for name, value in _flat(stored["profile"]))
    return {PROFILE: profile, **stored["sources"]}


def digests(content: str) -> dict[str, str]:
    """The SHA-256 of each file."""
    return {name: digest(text) for name, text in files(content).items()}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def differences(was: str | None, now: str) -> list[Difference]:
    """What changed from one snapshot to the other; of a first version (None) nothing is told, for all of it is new."""
    if was is None or was == now:
        return []
    found: list[Difference] = []
    before, after = json.loads(was), json.loads(now)
    found += _keys(PROFILE, "key", dict(_flat(before["profile"])), dict(_flat(after["profile"])))
    sources, others = before["sources"], after["sources"]
    for name in sorted({*sources, *others}):
        old, new = sources.get(name), others.get(name)
        if old == new:
            continue
        of_file = list(_of_file(name, old or "", new or ""))
        if old is None or new is None:
            of_file.insert(0, Difference(name, "file", "", "added" if old is None else "removed", None, None))
        found += of_file or [Difference(name, "file", "", "changed", None, "comments, blanks or order only")]
    return found


def unified(was: str | None, now: str) -> list[tuple[str, str]]:
    """Each file that changed, with its lines before and after as `diff -u` tells them."""
    before, after = ({} if was is None else files(was)), files(now)
    told = []
    for name in sorted({*before, *after}):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new:
            lines = difflib.unified_diff(
                old.splitlines(), new.splitlines(), f"{name} before", f"{name} after", lineterm=""
            )
            told.append((name, "\n".join(lines)))
    return told


def _of_file(name: str, was: str, now: str) -> Iterator[Difference]:
    if name.startswith(_CODES):
        yield from _codes(name, was, now)
        return
    try:
        old, new = tomllib.loads(was), tomllib.loads(now)
    except tomllib.TOMLDecodeError:
        return  # the lines tell it
    yield from _rules(name, _by_id(old), _by_id(new))
    for kind, is_row in (("key", False), ("row", True)):
        yield from _keys(name, kind, _top(old, is_row), _top(new, is_row))


def _top(table: Mapping[str, Any], is_row: bool) -> dict[str, Any]:
    """What stands at the top of a mapping file: rows (and those taken away, `= false`), or its keys."""
    return {
        name: value
        for name, value in table.items()
        if name != "rules" and (isinstance(value, dict) or value is False) is is_row
    }


def _by_id(table: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    rules = table.get("rules")
    if not isinstance(rules, list):
        return {}
    return {name_of(rule): rule for rule in rules if isinstance(rule, dict)}


def name_of(rule: Mapping[str, Any]) -> str:
    """What a rule is called: its id; one without is known by what it is about."""
    kinds = [
        key for key in rule if key not in ("id", "target", "when", "unless", "severity", "message", "hint")
    ]
    return str(rule.get("id") or " ".join([str(rule.get("target", "")), *kinds]))


def _rules(
    file: str, was: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]
) -> Iterator[Difference]:
    yield from _keys(file, "rule", was, now)


def _keys(file: str, kind: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys([*was, *now]):
        if name not in now:
            yield Difference(file, kind, name, "removed", _said(was[name]), None)
        elif name not in was:
            yield Difference(file, kind, name, "added", None, _said(now[name]))
        elif was[name] != now[name]:
            old, new = _only_other(was[name], now[name])
            yield Difference(file, kind, name, "changed", old, new)


def _only_other(was: Any, now: Any) -> tuple[str, str]:
    """Of two tables the keys that differ."""
    if isinstance(was, dict) and isinstance(now, dict):
        other = [key for key in dict.fromkeys([*was, *now]) if was.get(key) != now.get(key)]
        was, now = ({key: side[key] for key in other if key in side} for side in (was, now))
    return _said(was), _said(now)


def _codes(file: str, was: str, now: str) -> Iterator[Difference]:
    old, new = _code_rows(was), _code_rows(now)
    yield from _keys(file, "code", old, new)


def _code_rows(text: str) -> dict[str, str]:
    rows = csv.reader(io.StringIO(text))
    next(rows, None)
    return {row[0].strip(): ",".join(row[1:]) for row in rows if row and not row[0].startswith("#")}


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """policies.price_missing -> value; of a list each item under its number."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from _flat(below, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for n, below in enumerate(value):
            yield from _flat(below, f"{path}[{n}]")
    else:
        yield path, value


def _said(value: Any) -> str:
    """As TOML would have it, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{key} = {_said(below)}" for key, below in value.items()) + " }"
            if value
            else "{}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_said, value)) + "]"
    if value is None:
        return "nothing"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
