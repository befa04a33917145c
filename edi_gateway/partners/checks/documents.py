"""Which documents are exchanged, in which version, and how ours look (spec B1, B15)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from edi_gateway.model.finding import Finding
from edi_gateway.partners import rules
from edi_gateway.partners.checks.surroundings import Surroundings
from edi_gateway.partners.draft import Draft, dotted, nearest, told
from edi_gateway.x12.dictionary import GROUP_OF

ACKNOWLEDGMENTS = frozenset({"997", "999", "TA1"})
_DELIMITERS = ("element", "component", "segment", "repetition")
_DEFAULTS = {"element": "*", "component": ">", "segment": "~", "repetition": "^"}


def nothing_comes_in(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A partner from whom nothing is expected and to whom nothing goes."""
    if draft.get("documents") == []:
        yield draft.mistake(
            ("documents",), "documents is empty.", 'Add [[documents]] with set = "850", direction = "in".'
        )


def document_repeated(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """The same set in the same direction twice: the first would win silently."""
    seen: set[tuple[object, object]] = set()
    for n, _ in enumerate(draft.items("documents")):
        key = (draft.get("documents", n, "set"), draft.get("documents", n, "direction"))
        if None not in key and key in seen:
            yield draft.mistake(
                ("documents", n), f"documents[{n}] repeats {key[0]} {key[1]}.", "Remove one of the two."
            )
        seen.add(key)


def document_without_mapping(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A set that the standard does not have, or that no mapping reads and writes."""
    for n, _ in enumerate(draft.items("documents")):
        code = draft.text("documents", n, "set")
        if code is None or code in ACKNOWLEDGMENTS:
            continue
        if code not in GROUP_OF:
            close = nearest(code, sorted(GROUP_OF))
            yield draft.mistake(
                ("documents", n, "set"),
                f'documents[{n}].set is "{code}", which is no set that we know.',
                f"Did you mean {close}?" if close else "850 is the purchase order, 855 its answer.",
            )
        elif around.mappings is not None and not (around.mappings / f"{code}.toml").is_file():
            have = sorted(file.stem for file in around.mappings.glob("[0-9]*.toml"))
            yield draft.mistake(
                ("documents", n, "set"),
                f"documents[{n}].set is {code}, and {around.mappings.name}/{code}.toml does not exist.",
                f"Mapped are: {', '.join(have)}." if have else "There are no mapping files in that folder.",
            )


def version_unreadable(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A version that cannot stand in GS08."""
    for n, _ in enumerate(draft.items("documents")):
        version = draft.text("documents", n, "version")
        if version is not None and not re.fullmatch(r"\d{6}[A-Z0-9]{0,6}", version):
            yield draft.mistake(
                ("documents", n, "version"),
                f'documents[{n}].version is "{version}", which is no GS08.',
                "Six digits and what follows them, e.g. 004010, 005010 or 004010VICS.",
            )


def answer_without_document(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """Orders come in and answers are due, but no 855 is agreed."""
    agreed = {
        (draft.get("documents", n, "set"), draft.get("documents", n, "direction"))
        for n in range(len(draft.items("documents")))
    }
    if (
        ("850", "in") in agreed
        and ("855", "out") not in agreed
        and draft.get("answering", "send") is not False
    ):
        yield draft.mistake(
            ("documents",),
            "850 comes in and is answered, but there is no 855 out under documents.",
            "Add the 855, or say send = false under [answering].",
        )


def acknowledgment_listed(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """997, 999 and TA1 are not documents of their own here."""
    for n, _ in enumerate(draft.items("documents")):
        code = draft.text("documents", n, "set")
        if code in ACKNOWLEDGMENTS:
            yield draft.mistake(
                ("documents", n),
                f"documents[{n}].set is {code}; acknowledgments are not listed.",
                "They go and come by themselves; [acknowledging] says how.",
            )


def other_delimiters_collide(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """As delimiters_collide, for those that may be taken instead."""
    for n, marks in enumerate(draft.items("writing", "other_delimiters")):
        if not isinstance(marks, str):
            continue
        why = ""
        if len(marks) != len(_DELIMITERS):
            why = f"has {len(marks)} characters"
        elif any(char.isalnum() or char == " " or not char.isascii() for char in marks):
            why = "holds a character that may stand in any text"
        elif len(set(marks)) < len(marks):
            why = "holds a character twice"
        if why:
            yield draft.mistake(
                ("writing", "other_delimiters", n),
                f'writing.other_delimiters[{n}] is "{marks}"; it {why}.',
                "Four characters that differ: element, component, segment, repetition, e.g. +:!%.",
            )


def delimiters_collide(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """Two delimiters alike, or one that may stand in any text."""
    used: dict[str, str] = {}
    for key in _DELIMITERS:
        value = draft.text("writing", key)
        char = _DEFAULTS[key] if value is None else value
        if len(char) != 1:
            continue
        if char.isalnum() or char == " " or not char.isascii():
            yield draft.mistake(
                ("writing", key),
                f'writing.{key} is "{char}", which may stand in any text.',
                "Use a sign such as * > ~ ^ |.",
            )
        elif char in used:
            yield draft.mistake(
                ("writing", key if value is not None else used[char]),
                f"writing.{key} and writing.{used[char]} are both {char!r}.",
                "Each delimiter must be a character of its own.",
            )
        used.setdefault(char, key)


def file_unknown(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A file in the partner's folder that nobody reads: a misspelt name, or a set that is not exchanged."""
    agreed = {draft.get("documents", n, "set") for n in range(len(draft.items("documents")))}
    for file in sorted(around.folder.glob("*.toml")):
        if file.name == "partner.toml" or file.stem in agreed:
            continue
        close = nearest(file.stem, sorted(code for code in agreed if isinstance(code, str)))
        yield draft.mistake(
            ("documents",),
            f"{around.folder.name}/{file.name} belongs to no document that is exchanged.",
            f"Rename it to {close}.toml."
            if close
            else f"Add {dotted(('documents',))} for it, or remove the file.",
        )


def rule_wrong(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A guide rule that cannot be read, or that is about something that the set does not have."""
    for n, _ in enumerate(draft.items("documents")):
        code, version = draft.text("documents", n, "set"), draft.text("documents", n, "version") or "004010"
        file = around.folder / f"{code}.toml"
        if code is None or not file.is_file():
            continue
        try:
            text = file.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            yield told(f"{around.folder.name}/{file.name}:1", "The file is not UTF-8.", "Save it as UTF-8.")
            continue
        yield from rules.read(text, f"{around.folder.name}/{file.name}", code, version).findings
