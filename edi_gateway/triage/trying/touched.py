"""What a draft may make different: which sets it reads or writes otherwise, whether it judges otherwise.

Takes two versions of a partner, gives Touched; so that only what may differ is read again. Called by trial.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from edi_gateway.mapping.partner import PartnerTools
from edi_gateway.partners.profile import Profile
from edi_gateway.x12.dictionary import nearest

#: What of a profile the judgement and the 855 follow from.
_JUDGED: Final = (
    *("test", "customer", "customers_by", "policies", "customer_policies", "answering", "calendar"),
)
#: What takes effect on later documents, machines and days: it cannot be seen on what came before.
_LATER: Final = (
    *("name", "active", "connection", "schedule", "watching", "fulfilment", "shipping", "invoicing"),
    *("chargebacks", "posting", "contacts", "writing"),
)


@dataclass(frozen=True, slots=True)
class Touched:
    """`identity`: other addresses are theirs. `read`: sets that may be read otherwise, of these `checked` by another
    guide. `acknowledged`: what we answer receipt with. `judged`: orders may be judged or answered otherwise.
    `written`: sets of ours that may be written otherwise. `later`: parts of the profile that nothing of the past
    shows."""

    identity: bool
    read: frozenset[str]
    checked: frozenset[str]
    acknowledged: bool
    judged: bool
    written: frozenset[str]
    later: tuple[str, ...]

    @property
    def reads_again(self) -> bool:
        """Whether what came in must be looked at."""
        return self.identity or bool(self.read) or self.acknowledged or self.judged


def touched(live: PartnerTools, draft: PartnerTools) -> Touched:
    """What may differ between what is live and a draft."""
    was, now = live.profile, draft.profile
    sets = {row.set for row in (*was.documents, *now.documents)}
    sets |= {*live.published.rules, *draft.published.rules}
    ruled = {s for s in sets if live.published.rules_of(s) != draft.published.rules_of(s)}
    mapped = {s for s in sets if _mapping(live, s) != _mapping(draft, s)}
    read = {s for s in sets if _agreed(was, s, "in") != _agreed(now, s, "in")}
    written = {s for s in sets if _agreed(was, s, "out") != _agreed(now, s, "out")}
    if _marks(was) != _marks(now):
        written |= {row.set for row in now.documents if row.direction == "out"}
    other = {name for name in Profile.model_fields if getattr(was, name) != getattr(now, name)}
    coming = {row.set for side in (was, now) for row in side.documents if row.direction == "in"}
    return Touched(
        identity=bool(other & {"them", "us", "also_known_as"}),
        read=frozenset((ruled | mapped | read) & coming),
        checked=frozenset((ruled | read) & coming),
        acknowledged="acknowledging" in other,
        judged=bool(other & set(_JUDGED)) or _promising(was) != _promising(now),
        written=frozenset({s for s in ruled | mapped | written if now.document(s, "out") is not None}),
        later=tuple(name for name in _LATER if name in other and not _shows(name, was, now)),
    )


def _shows(name: str, was: Profile, now: Profile) -> bool:
    """Whether all that differs in this part of the profile shows on what came and went."""
    if name == "fulfilment":
        return was.fulfilment.model_copy(update=_promising(now)) == now.fulfilment
    return name == "writing" and was.writing.model_copy(update=_marks(now)) == now.writing


def _promising(profile: Profile) -> dict[str, object]:
    """What decides what is promised of stock."""
    return profile.fulfilment.model_dump(include={"ours", "sites", "split_sites", "use_safety_stock"})


def _marks(profile: Profile) -> dict[str, object]:
    """What takes apart the documents that we write."""
    return profile.writing.model_dump(include={"element", "component", "segment", "repetition"})


def strangers(live: PartnerTools, draft: PartnerTools) -> frozenset[tuple[str, str]]:
    """Addresses that the draft has and that what is live does not have."""
    return frozenset(_addresses(draft.profile)) - frozenset(_addresses(live.profile))


def _addresses(profile: Profile) -> Iterator[tuple[str, str]]:
    for each in (profile.them, *profile.also_known_as):
        yield each.qualifier, each.id


def _mapping(side: PartnerTools, set_code: str) -> str | None:
    mapping = side.mapping(set_code)
    return None if mapping is None else mapping.hash


def _agreed(profile: Profile, set_code: str, direction: str) -> list[dict[str, Any]]:
    rows = [row for row in profile.documents if row.set == set_code and row.direction == direction]
    return [{**row.model_dump(), "version": nearest(row.version)[0]} for row in rows]
