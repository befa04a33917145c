"""Whether a partner's files may go live: profile, guide rules, mapping rows and file names checked together.

Takes folders, gives what partners.registry gives, with the mistakes that only mapping and transport can see beside
the others. Called by cli/ before anything is published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from edi_gateway.mapping import catalog
from edi_gateway.mapping.catalog import MappingInvalid, Problem
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.partners import draft, registry
from edi_gateway.partners.draft import Draft
from edi_gateway.partners.registry import LoadedPartner
from edi_gateway.partners.snapshots import FileNotText, snapshot
from edi_gateway.transport.errors import BadNamePattern
from edi_gateway.transport.naming import FIELDS, FileNames

_KEPT = 512  # one partner's set each: a daemon looks at unchanged drafts again and again


def check(folder: Path, mappings: Path) -> LoadedPartner:
    """Every mistake in one partner's folder, each with file, line and reason."""
    return _whole(registry.check(folder, mappings), mappings)


def check_all(partners: Path, mappings: Path) -> list[LoadedPartner]:
    """Every partner's folder, checked."""
    return [_whole(loaded, mappings) for loaded in registry.check_all(partners, mappings)]


def check_drafts(partners: Path, mappings: Path, live: Mapping[str, str]) -> list[LoadedPartner]:
    """Every partner's folder, checked where it says something else than what is live (`live`: partner -> hash): the
    rest was checked when it went live."""
    return [
        _as_live(folder, mappings, live.get(folder.name)) or check(folder, mappings)
        for folder in registry.meant(partners)
    ]


def _as_live(folder: Path, mappings: Path, live: str | None) -> LoadedPartner | None:
    if live is None:
        return None
    loaded = registry.load(folder)
    if loaded.profile is None or not loaded.valid:
        return None
    try:
        standing = snapshot(loaded.profile, folder, mappings)
    except FileNotText:
        return None
    return loaded if standing.hash == live else None


def _whole(loaded: LoadedPartner, mappings: Path) -> LoadedPartner:
    """What the mapping and the transport see, as the file stands: also where a mistake leaves no profile."""
    file = loaded.folder / registry.PROFILE_FILE
    read = draft.read(file, f"{loaded.folder.name}/{file.name}")
    if isinstance(read, Finding):  # told by the registry
        return loaded
    sets = [code for code in _sets(read) if (mappings / f"{code}.toml").is_file()]
    found = [finding for code in sets for finding in _mapping_mistakes(loaded.folder, mappings, code)]
    found += _file_names(read)
    known = {finding.at for finding in loaded.findings}  # a file that is no TOML is told already
    return replace(loaded, findings=(*loaded.findings, *(f for f in found if f.at not in known)))


def _sets(read: Draft) -> list[str]:
    """The sets that are exchanged, as far as they are named."""
    named = (read.text("documents", n, "set") for n in range(len(read.items("documents"))))
    return sorted({code for code in named if code is not None and code.isalnum()})


def _mapping_mistakes(folder: Path, mappings: Path, set_code: str) -> Iterator[Finding]:
    try:
        texts = catalog.texts_of(mappings, folder / f"{set_code}.toml")
        problems = _problems(set_code, tuple(sorted(texts.items())))
    except MappingInvalid as invalid:
        problems = invalid.problems
    for problem in problems:
        own = problem.at.file.startswith(catalog.PARTNER)
        file = problem.at.file.removeprefix(catalog.PARTNER) if own else f"{mappings.name}/{problem.at.file}"
        yield Finding(
            Code.PROFILE_INVALID,
            Severity.ERROR,
            problem.text if problem.text.endswith(("?", ".")) else f"{problem.text}.",
            "docs/reference/mapping.md tells what a row may say.",
            at=f"{file}:{problem.at.line}",
            family=Family.MAPPING,
        )


def _file_names(read: Draft) -> Iterator[Finding]:
    """A pattern that makes no name, or names that do not sort in the order of sending."""
    at = ("writing", "file_name")
    pattern = read.text(*at)
    if pattern is None:
        return
    try:
        names = FileNames(pattern)
    except BadNamePattern as error:
        hint = f"Fields: {', '.join(f'{{{name}}}' for name in FIELDS)}."
        yield read.mistake(at, f"writing.file_name makes no name: {error.facts['problem']}.", hint)
        return
    if not names.sorted_as_sent:
        yield read.mistake(
            at,
            "These names do not sort in the order of sending.",
            "Begin with {sequence:012d} if the partner reads files by name; else all is well.",
            Severity.WARNING,
        )


@lru_cache(maxsize=_KEPT)
def _problems(set_code: str, texts: tuple[tuple[str, str], ...]) -> tuple[Problem, ...]:
    """What is wrong with a mapping, by its texts."""
    try:
        catalog.load_texts(dict(texts), set_code)
    except MappingInvalid as invalid:
        return invalid.problems
    return ()
