"""Mistakes of shape in partner.toml: unknown keys, wrong types, values outside a closed list, what is missing.

Turns pydantic's errors about the Profile into findings in plain words with the line; called by registry.py.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from edi_gateway.model.finding import Finding
from edi_gateway.partners.draft import Draft, KeyPath, dotted, nearest
from edi_gateway.partners.profile import Profile

_WANTED: Mapping[str, str] = {
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "bool_type": "true or false, without quotes",
    "bool_parsing": "true or false, without quotes",
    "tuple_type": "a list in [brackets]",
    "list_type": "a list in [brackets]",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "finite_number": "a finite number",
}


_LEAST: Mapping[str, str] = {"greater_than_equal": "at least", "greater_than": "more than"}


def mistakes(draft: Draft, error: ValidationError) -> Iterator[Finding]:
    """One finding an error of pydantic's, all of them."""
    for fault in error.errors(include_url=False, include_input=False):
        path = _as_typed(draft, fault["loc"])
        context: Mapping[str, Any] = fault.get("ctx", {})
        yield _told(draft, path, fault["type"], context, fault["msg"])


def _told(draft: Draft, path: KeyPath, kind: str, context: Mapping[str, Any], message: str) -> Finding:
    key = dotted(path) or "the file"
    if kind == "extra_forbidden":
        return _unknown_key(draft, path)
    if kind == "missing":
        return draft.mistake(path, f"{key} is missing.", f"Add it{_under(path)}.")
    if kind in ("literal_error", "union_tag_invalid", "enum"):
        expected = str(context.get("expected") or context.get("expected_tags"))
        wanted = [word.strip().strip("'") for word in expected.replace(" or ", ", ").split(",")]
        value = draft.get(*path) if kind != "union_tag_invalid" else draft.get(*path, "kind")
        where = key if kind != "union_tag_invalid" else f"{key}.kind"
        close = nearest(str(value), wanted)
        return draft.mistake(
            path if kind != "union_tag_invalid" else (*path, "kind"),
            f"{where} is {_shown(value)}; it must be one of {', '.join(wanted)}.",
            f"Did you mean {close}?" if close else "",
        )
    if kind == "union_tag_not_found":
        return draft.mistake(
            path, f"{key}.kind is missing.", "Say which kind of connection: directory, sftp or as2."
        )
    if kind == "string_too_short":
        return draft.mistake(
            path, f"{key} is {_shown(draft.get(*path))}; at least {context['min_length']} characters."
        )
    if kind == "string_too_long":
        return draft.mistake(
            path, f"{key} is {_shown(draft.get(*path))}; at most {context['max_length']} characters."
        )
    if kind in _LEAST:
        least = context.get("ge", context.get("gt"))
        return draft.mistake(
            path, f"{key} is {_shown(draft.get(*path))}; it must be {_LEAST[kind]} {least:g}."
        )
    if kind in _WANTED:
        return draft.mistake(path, f"{key} is {_shown(draft.get(*path))}; it must be {_WANTED[kind]}.")
    return draft.mistake(path, f"{key}: {message}.")


def _unknown_key(draft: Draft, path: KeyPath) -> Finding:
    known = _keys_at(path[:-1], draft)
    word = str(path[-1])
    close = nearest(word, known)
    elsewhere = [] if close else [place for place in _everywhere() if place.split(".")[-1] == word]
    if close:
        hint = f"Did you mean {close}?"
    elif elsewhere:
        hint = f"There is {elsewhere[0]}."
    else:
        hint = f"Known here: {', '.join(sorted(known))}." if known else ""
    return draft.mistake(path, f"{dotted(path)} is no key of a profile.", hint)


def _as_typed(draft: Draft, location: tuple[int | str, ...]) -> KeyPath:
    """pydantic's place without the tags of unions, which nobody typed."""
    path: KeyPath = ()
    for depth, part in enumerate(location):
        is_tag = depth == 1 and location[0] == "connection" and part in ("directory", "sftp", "as2")
        if not is_tag:
            path = (*path, part)
    return path


def _keys_at(path: KeyPath, draft: Draft) -> list[str]:
    """The keys that a table of the profile may have."""
    here: Any = Profile
    for key in path:
        models = _models(here)
        if isinstance(key, int) or not models:  # an item of a list, or a free name in a table of tables
            continue
        here = next((m.model_fields[key].annotation for m in models if key in m.model_fields), None)
    kinds = [
        m
        for m in _models(here)
        if "kind" not in m.model_fields or m.model_fields["kind"].default == draft.get(*path, "kind")
    ]
    return [name for model in kinds for name in model.model_fields if not (path == () and name == "key")]


def _everywhere(model: type[BaseModel] = Profile, prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}"
        for part in _models(field.annotation):
            yield from _everywhere(part, f"{prefix}{name}.")


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The record types inside an annotation: of a tuple, a dict, a union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if typing.get_origin(annotation) in (tuple, dict, typing.Union, types.UnionType, typing.Annotated):
        return [m for part in typing.get_args(annotation) for m in _models(part)]
    return []


def _under(path: KeyPath) -> str:
    return f" under [{dotted(path[:-1])}]" if len(path) > 1 else ""


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    return "not there" if value is None else str(value)
