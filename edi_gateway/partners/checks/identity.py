"""Who they are and who we are to them: interchange addresses (spec B1, partner)."""

from __future__ import annotations

from collections.abc import Iterator

from edi_gateway.model.finding import Finding, Severity
from edi_gateway.partners.checks.surroundings import Surroundings
from edi_gateway.partners.draft import Draft, KeyPath, dotted

# DE I05 as far as interchanges name their parties by it.
_QUALIFIERS = frozenset({*(f"{n:02}" for n in range(1, 39) if n not in (5, 6)), "AM", "NR", "SA", "SN", "ZZ"})
_DIGITS_OF = {
    "01": (9, "a DUNS number"),
    "12": (7, "a telephone number"),
    "14": (13, "a DUNS number with suffix"),
}

_NEEDED: tuple[KeyPath, ...] = (
    ("name",),
    ("connection", "inbound"),
    ("connection", "outbound"),
    ("connection", "user"),
)
_SAYING: tuple[KeyPath, ...] = (
    *_NEEDED,
    ("customer",),
    *(("connection", key) for key in ("archive", "done_suffix", "key_file", "password_file")),
)


def key_is_the_folder_name(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """`key` is written in the file, where nobody reads it."""
    if "key" in draft.raw:
        yield draft.mistake(
            ("key",),
            "key is not written here: it is the name of the folder.",
            "Remove it, or rename the folder.",
        )
    if not around.folder.name.replace("-", "").replace("_", "").isalnum() or len(around.folder.name) > 80:
        yield draft.mistake(
            (),
            f'The folder is called "{around.folder.name}".',
            "Use letters, digits, - and _ only: it becomes the key of the partner everywhere.",
        )


def text_empty(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A text that says something when it is there, and is empty: an empty folder would be the working folder."""
    for path in _SAYING:
        value = draft.text(*path)
        if value is not None and not value.strip():
            hint = "" if path in _NEEDED else "Leave the key out if there is nothing to say."
            yield draft.mistake(path, f"{dotted(path)} is empty.", hint)


def qualifier_unknown(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """An ISA qualifier that the standard does not know."""
    for path in _addresses(draft):
        qualifier = draft.text(*path, "qualifier")
        if qualifier and len(qualifier) == 2 and qualifier not in _QUALIFIERS:
            yield draft.mistake(
                (*path, "qualifier"),
                f'{dotted((*path, "qualifier"))} is "{qualifier}", which is no interchange id qualifier.',
                "ZZ is mutually defined, 01 a DUNS number, 08 a communications id, 12 a telephone number.",
            )


def identifier_malformed(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """An id that cannot stand in an ISA or GS as it is typed."""
    for path in _addresses(draft):
        for key in ("id", "group_id"):
            value = draft.text(*path, key)
            if not value:
                continue
            name = dotted((*path, key))
            if value != value.strip():
                yield draft.mistake((*path, key), f"{name} has blanks around it.", "The ISA is padded by us.")
            elif not value.isascii() or not value.isprintable():
                yield draft.mistake((*path, key), f"{name} holds characters that no ISA may hold.")
        digits, what = _DIGITS_OF.get(draft.text(*path, "qualifier") or "", (0, ""))
        value = draft.text(*path, "id")
        if digits and value and sum(c.isdigit() for c in value) < digits:
            yield draft.mistake(
                (*path, "id"),
                f'{dotted((*path, "id"))} is "{value}", too short for {what}.',
                f"Qualifier {draft.text(*path, 'qualifier')} says that it is {what}: at least {digits} digits.",
                Severity.WARNING,
            )


def both_sides_alike(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """They and we have the same address."""
    us = _address(draft, ("us",))
    for path in _addresses(draft):
        if us and path != ("us",) and _address(draft, path) == us:
            yield draft.mistake(
                (*path, "id"), f"{dotted(path)} is the same address as us.", "One of the two is theirs."
            )


def address_used_twice(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """Two partners with one interchange address, and no group id to tell them apart; or one listed twice."""
    seen: dict[tuple[str, ...], KeyPath] = {}
    for path in _theirs(draft):
        address = _full(draft, path)
        if address is None:
            continue
        if address in seen:
            yield draft.mistake(
                path, f"{dotted(path)} repeats {dotted(seen[address])}.", "Remove one of the two."
            )
        seen.setdefault(address, path)
        for other in around.neighbours:
            for theirs in _theirs(other):
                if _full(other, theirs) == address:
                    sender = f"{draft.text(*path, 'qualifier')} {draft.text(*path, 'id')}"
                    yield draft.mistake(
                        (*path, "id"),
                        f"{other.name.split('/')[0]} has the same interchange address: {sender}.",
                        "An interchange must belong to one partner: give each its own id or group_id.",
                    )


def _addresses(draft: Draft) -> list[KeyPath]:
    return [*_theirs(draft), ("us",)]


def _theirs(draft: Draft) -> list[KeyPath]:
    return [("them",), *(("also_known_as", n) for n in range(len(draft.items("also_known_as"))))]


def _address(draft: Draft, path: KeyPath) -> tuple[str, str] | None:
    qualifier, name = draft.text(*path, "qualifier"), draft.text(*path, "id")
    return (qualifier.upper(), name.strip().upper()) if qualifier and name else None


def _full(draft: Draft, path: KeyPath) -> tuple[str, ...] | None:
    """All that resolves an interchange: both addresses and both group ids."""
    them, us = _address(draft, path), _address(draft, ("us",))
    if them is None or us is None:
        return None
    groups = (draft.text(*p, "group_id") or draft.text(*p, "id") or "" for p in (path, ("us",)))
    return (*them, *us, *(g.strip().upper() for g in groups))
