"""Partners: publish a checked draft, bring an earlier version back, pause and resume.

Each going-live is a version with who, when and why (store/versions.py). Called by cli/ and web/, and by cli/ for
auto_publish.
"""

from __future__ import annotations

from typing import Final

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.triage.cases import resolve
from edi_gateway.mapping import catalog
from edi_gateway.mapping.catalog import MappingInvalid
from edi_gateway.model.finding import Code
from edi_gateway.partners import changes
from edi_gateway.partners.snapshots import Snapshot, SnapshotUnreadable, thaw
from edi_gateway.store import snapshots, versions, work
from edi_gateway.store.book import cases

BY_ITSELF: Final = "published by itself"


def publish(desk: Desk, snapshot: Snapshot, why: str) -> bool:
    """Store the snapshot under its hash and make it live, a new version; False when it is live already. Refused without
    a reason: every version has one.

    What was wrong with the partner's files before is right again: the cases about that are resolved.
    """
    desk.require(f"Publishing {snapshot.partner}", PERMISSIONS["publish a partner"])
    if not why.strip():
        raise Refused(what=f"Publishing {snapshot.partner}", why="it needs a reason")
    _mended(desk, snapshot.partner)
    live = snapshots.hashes(desk.conn).get(snapshot.partner)
    if live is not None and live[0] == snapshot.hash:
        versions.set_aside(desk.conn, snapshot.partner, {})
        return False
    snapshots.put(desk.conn, snapshot.hash, snapshot.partner, snapshot.content, desk.actor.name, desk.clock())
    n = _go_live(desk, snapshot.partner, snapshot.hash, why, {})
    was = live[0] if live else None
    desk.record("published", f"partner {snapshot.partner}", was=was, now=snapshot.hash, why=why, version=n)
    return True


def publish_by_itself(desk: Desk, draft: Snapshot) -> bool:
    """What auto_publish does with valid files: as `publish`, but what a person has rolled back stays so until one of
    the files that were rolled back changes, or somebody publishes."""
    if is_aside(desk, draft):
        _mended(desk, draft.partner)
        return False
    return publish(desk, draft, BY_ITSELF)


def is_aside(desk: Desk, draft: Snapshot) -> bool:
    """Whether these files still say what was rolled back."""
    held = versions.aside(desk.conn, draft.partner)
    if not held:
        return False
    digests = changes.digests(draft.content)
    return all(digests.get(name) == digest for name, digest in held.items())


def roll_back(desk: Desk, partner: str, n: int, why: str, draft: Snapshot | None = None) -> int:
    """Make version `n` live again, as a new version; its number. The files of the working folder stay as they are.

    `draft`: those files as they stand (None: as they were published last). Where they differ from version `n` they do
    not go live by themselves until one of them changes.
    """
    what = f"Rolling {partner} back to version {n}"
    desk.require(what, PERMISSIONS["publish a partner"])
    if not why.strip():
        raise Refused(what=what, why="it needs a reason")
    live = snapshots.hashes(desk.conn).get(partner)
    if live is None:
        raise Refused(what=what, why="no such partner is published")
    wanted = versions.get(desk.conn, partner, n)
    if wanted is None:
        raise Refused(what=what, why=f"there is no such version; `partners versions {partner}` lists them")
    if wanted.hash == live[0]:
        raise Refused(what=what, why="what is live is the same")
    content = _usable(desk, wanted.hash, what)
    standing = draft.content if draft is not None else snapshots.content(desk.conn, live[0])
    aside = {} if standing is None else _differing(standing, content)
    made = _go_live(desk, partner, wanted.hash, why, aside, back_to=n)
    desk.record(
        "rolled back", f"partner {partner}", was=live[0], now=wanted.hash, why=why, version=made, back_to=n
    )
    return made


def _go_live(
    desk: Desk,
    partner: str,
    digest: str,
    why: str | None,
    aside: dict[str, str | None],
    back_to: int | None = None,
) -> int:
    now, by = desk.clock(), desk.actor.name
    snapshots.make_live(desk.conn, partner, digest, by, now, why)
    versions.set_aside(desk.conn, partner, aside)
    return versions.add(desk.conn, partner, digest, now, by, why, back_to)


def _mended(desk: Desk, partner: str) -> None:
    mended = cases.open_of_partner(desk.conn, partner, Code.PROFILE_INVALID)
    resolve(
        desk,
        [case.id for case in mended],
        "The files hold no mistake any more.",
        action="profile changed",
    )


def _usable(desk: Desk, digest: str, what: str) -> str:
    """The content of a version, if this program can still read by it."""
    content = snapshots.content(desk.conn, digest)
    if content is None:
        raise Refused(what=what, why="its files are not kept any more")
    try:
        published = thaw(content)
        for code in sorted({row.set for row in published.profile.documents}):
            if f"{code}.toml" in published.sources:
                catalog.load_texts(published.sources, code)
    except (SnapshotUnreadable, MappingInvalid) as problem:
        raise Refused(what=what, why=f"this program cannot read by it any more: {problem}") from problem
    return content


def _differing(standing: str, wanted: str) -> dict[str, str | None]:
    """The files that stand otherwise than they are wanted, as they stand."""
    mine, theirs = changes.digests(standing), changes.digests(wanted)
    names = sorted({*mine, *theirs})
    return {name: mine.get(name) for name in names if mine.get(name) != theirs.get(name)}


def pause(desk: Desk, partner: str, why: str) -> None:
    """Nothing is polled, sent or taken in for the partner until it is resumed."""
    desk.require(f"Pausing {partner}", PERMISSIONS["pause a partner"])
    if not why.strip():
        raise Refused(what=f"Pausing {partner}", why="it needs a reason")
    if not snapshots.pause(desk.conn, partner, why):
        raise Refused(what=f"Pausing {partner}", why="no such partner is published")
    desk.record("paused", f"partner {partner}", why=why)


def resume(desk: Desk, partner: str) -> None:
    """Take a paused partner's work up again, what waited for it at once."""
    desk.require(f"Resuming {partner}", PERMISSIONS["pause a partner"])
    if not snapshots.pause(desk.conn, partner, None):
        raise Refused(what=f"Resuming {partner}", why="no such partner is published")
    work.hurry(desk.conn, "inbound")
    desk.record("resumed", f"partner {partner}")
