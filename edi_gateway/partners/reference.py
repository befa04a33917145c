"""What partner.toml may say, in words: every key, its type, its default and the sentence beneath it in profile.py.

Gives docs/reference/profile.md (`python -m edi_gateway.partners.reference`) and the comments of a new profile
(template.py). The sentences stand in the source only, so they are read from there.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from edi_gateway.partners import profile

_TABLES: tuple[tuple[str, str], ...] = (
    ("", "Profile"),
    ("[them]", "Address"),
    ("[us]", "Address"),
    ("[[also_known_as]]", "Address"),
    ('[connection]  kind = "directory"', "DirectoryConnection"),
    ('[connection]  kind = "sftp"', "SftpConnection"),
    ("[schedule]", "Schedule"),
    ("[[documents]]", "Documents"),
    ("[writing]", "Writing"),
    ("[acknowledging]", "Acknowledging"),
    ("[answering]", "Answering"),
    ("[calendar]", "Calendar"),
    ("[policies]", "Policies"),
    ("[policies.price_buyer_lower]", "Tolerance"),
    ("[policies.price_buyer_higher]", "Tolerance"),
    ("[[contacts]]", "ContactPerson"),
)
_WORDS = {
    "str": "text",
    "bool": "true or false",
    "int": "whole number",
    "float": "number",
    "Decimal": "number",
    "tuple[str, ...]": "list of texts",
    "tuple[int, ...]": "list of whole numbers",
    "dict[str, str]": "table of texts",
}


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a table. `default` as TOML; None: it must be given, "" : it may be left out."""

    name: str
    kind: str
    default: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A record of profile.py."""

    record: str
    text: str
    keys: tuple[Key, ...]


@cache
def sections() -> dict[str, Section]:
    """Every record of the profile by its class name."""
    tree = ast.parse(Path(profile.__file__).read_text("utf-8"))
    found = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    return {
        name: Section(name, ast.get_docstring(node) or "", tuple(_keys(node)))
        for name, node in found.items()
        if name != "Part"
    }


def page() -> str:
    """docs/reference/profile.md"""
    lines = [
        "# partner.toml",
        "",
        "<!-- Made by `python -m edi_gateway.partners.reference`; a test fails when it is stale. -->",
        "",
        "A folder under `partners/` is a partner; its name is the partner's key everywhere. `partner.toml` holds what",
        "follows; a file `SET.toml` beside it (850.toml, 855.toml) holds what differs for that document: mapping rows",
        "(see [mapping](mapping.md)) and guide rules (see [guide rules](guide-rules.md)).",
        "`edi-gateway partners check` finds every mistake, with file and line.",
    ]
    for heading, record in _TABLES:
        section = sections()[record]
        lines += ["", f"## {f'`{heading}`' if heading else 'At the top'}", ""]
        if record not in ("Profile",) and section.text:
            lines += [section.text, ""]
        lines += ["| key | value | default | meaning |", "|---|---|---|---|"]
        lines += [
            _row(key)
            for key in section.keys
            if not _is_table(key) and (record, key.name) != ("Profile", "key")
        ]
    lines += [
        "",
        "`[customer_policies.NUMBER]` takes the keys of `[policies]` and stands in its place for that customer.",
    ]
    return "\n".join(lines) + "\n"


def _row(key: Key) -> str:
    default = "*must be given*" if key.default is None else f"`{key.default}`" if key.default else ""
    return f"| `{key.name}` | {key.kind} | {default} | {key.text} |".replace("|  |", "| |")


def _is_table(key: Key) -> bool:
    return key.kind == "table"


def _keys(node: ast.ClassDef) -> Iterator[Key]:
    for statement, after in zip(node.body, [*node.body[1:], None], strict=True):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        text = ""
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            text = str(after.value.value).strip()
        yield Key(
            statement.target.id, _kind(ast.unparse(statement.annotation)), _default(statement.value), text
        )


def _kind(annotation: str) -> str:
    annotation = annotation.removesuffix(" | None")
    if annotation.startswith("Literal["):
        choices = ast.literal_eval(annotation.removeprefix("Literal"))
        return ", ".join(f"`{choice!r}`".replace("'", '"') for choice in choices)
    return _WORDS.get(annotation, "table")


def _default(value: ast.expr | None) -> str | None:
    if isinstance(value, ast.Call):
        named = {word.arg: word.value for word in value.keywords}
        if ast.unparse(value.func) == "Field":
            return _default(named["default"]) if "default" in named else None
        return (
            ast.unparse(value.args[0]).strip("'") if value.args else ""
        )  # Decimal("1"); a table's own defaults
    if value is None:
        return None
    constant = ast.literal_eval(value)
    return "" if constant is None else as_toml(constant)


def as_toml(value: object) -> str:
    """A plain value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return f"[{', '.join(as_toml(item) for item in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{as_toml(k)} = {as_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
        return f'"{escaped}"'
    return str(value)


if __name__ == "__main__":
    sys.stdout.write(page())
