"""All partners with their health, and one of them: profile, versions, what is proposed; publish, roll back, pause."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Form, Response
from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.partners import proposals, publishing, trials
from edi_gateway.commands.partners.proposals import Folders
from edi_gateway.partners import changes
from edi_gateway.partners.snapshots import thaw
from edi_gateway.reports.partners import drafts, health
from edi_gateway.reports.partners.versions import list_versions, version_detail
from edi_gateway.reports.traffic.search import Wanted, find
from edi_gateway.web.console.rooms import Call, Nav, Room
from edi_gateway.x12 import description
from edi_gateway.x12.checking.guide import build, readable
from edi_gateway.x12.dictionary import nearest
from edi_gateway.x12.example import example

room = Room(Nav("Partners", "/partners", may="see partners", place=50, key="p", group="Partners"))

_TRAFFIC = 10  # documents that are shown with a partner
Why = Annotated[str, Form(max_length=500)]
Text = Annotated[str, Form(max_length=1 << 20)]


def folders(call: Call) -> Folders:
    """Where the drafts of the working folder lie."""
    return Folders(call.deps.folders.partners, call.deps.folders.mappings)


@room.page("/partners", may="see partners")
def everybody(call: Call, only: str = "") -> Response:
    with call.reading() as conn:
        found = health.list_partners(conn, call.deps.clock())
    if only == "trouble":
        found = [row for row in found if row.troubles]
    return call.show("partners/partners.html", partners=found, only=only)


@room.page("/partners/{key}", may="see partners")
def one(call: Call, key: str) -> Response:
    known = _known(call, key)
    with call.reading() as conn:
        profile = health.profile_of(conn, key)
        traffic = find(conn, Wanted(partner=key, limit=_TRAFFIC)).documents
        versions = list_versions(conn, key, limit=10)
        proposed = drafts.proposed(conn, key)
        tried = drafts.trials(conn, key, call.deps.clock())
        content = drafts.live_content(conn, key)
        differences, mistake = _differences(call, conn, key, content)
    return call.show(
        "partners/partner.html",
        known=known,
        profile=profile,
        traffic=traffic,
        documents=[] if content is None else thaw(content).profile.documents,
        versions=versions,
        proposed=proposed,
        trials=tried,
        differences=differences,
        mistake=mistake,
        try_since=(call.deps.clock() - timedelta(days=trials.USUAL_DAYS)).date().isoformat(),
    )


def _differences(
    call: Call, conn: Connection, key: str, live: str | None
) -> tuple[list[changes.Difference], str | None]:
    """What the draft says otherwise than what is live, or why it cannot be published."""
    try:
        draft = proposals.snapshot_of(conn, folders(call), key)
    except Refused as refused:
        return [], str(refused)
    return changes.differences(live, draft.content), None


def _known(call: Call, key: str) -> health.PartnerRow:
    with call.reading() as conn:
        found = {row.partner: row for row in health.list_partners(conn, call.deps.clock())}.get(key)
    if found is None:
        raise HTTPException(404, "There is no such partner.")
    return found


@room.page("/partners/{key}/guide/{set_code}", may="see partners")
def guide(call: Call, key: str, set_code: str, version: str = "") -> Response:
    """What a document of theirs must look like, as `guide show` says it."""
    with call.reading() as conn:
        content = drafts.live_content(conn, key)
    if content is None:
        raise HTTPException(404, "There is no such partner.")
    published = thaw(content)
    agreed = next((row.version for row in published.profile.documents if row.set == set_code), "004010")
    wanted = version or agreed
    read_as = nearest(wanted)[0]
    if not readable(read_as, set_code):
        raise HTTPException(404, f"There is no set {set_code} in {read_as}.")
    made = build(read_as, set_code, published.rules_of(set_code))
    return call.show(
        "partners/guide.html",
        key=key,
        set_code=set_code,
        version=wanted,
        read_as=read_as,
        places=list(description.places(made)),
        asked=list(description.asked(made)),
        example=example(made),
    )


@room.page("/partners/{key}/versions", may="see partners")
def versions(call: Call, key: str) -> Response:
    known = _known(call, key)
    with call.reading() as conn:
        found = list_versions(conn, key)
    return call.show("partners/versions.html", known=known, versions=found)


@room.page("/partners/{key}/versions/{n}", may="see partners")
def version(call: Call, key: str, n: int, against: int | None = None) -> Response:
    with call.reading() as conn:
        found = version_detail(conn, key, n, against)
    if found is None:
        raise HTTPException(404, "There is no such version.")
    return call.show("partners/version.html", found=found)


@room.change("/partners/{key}/rollback", may="publish a partner")
def roll_back(call: Call, key: str, version: Annotated[int, Form()], why: Why = "") -> Response:
    with call.reading() as conn:
        try:
            draft = proposals.snapshot_of(conn, folders(call), key, proposed=False)
        except Refused:  # files that hold a mistake do not go live by themselves either
            draft = None
    with call.desk() as desk:
        made = publishing.roll_back(desk, key, version, why, draft)
    return call.go(f"/partners/{key}", f"Version {made} is live: it is version {version} again.")


@room.change("/partners/{key}/publish", may="publish a partner")
def publish(call: Call, key: str, why: Why = "") -> Response:
    """The files as they stand, with what is proposed written into them first."""
    if not why.strip():
        raise Refused(what=f"Publishing {key}", why="it needs a reason")
    place = folders(call)
    with call.desk() as desk:
        if drafts.proposed(desk.conn, key):
            changed = proposals.go_live(desk, place, key, why)
        else:
            changed = publishing.publish(desk, proposals.snapshot_of(desk.conn, place, key), why)
    return call.go(f"/partners/{key}", "It is live." if changed else "What is live says the same already.")


@room.change("/partners/{key}/pause", may="pause a partner")
def pause(call: Call, key: str, why: Why = "") -> Response:
    with call.desk() as desk:
        publishing.pause(desk, key, why)
    return call.go(f"/partners/{key}", "It is paused; what it sends waits at its side.")


@room.change("/partners/{key}/resume", may="pause a partner")
def resume(call: Call, key: str) -> Response:
    with call.desk() as desk:
        publishing.resume(desk, key)
    return call.go(f"/partners/{key}", "It goes on.")


@room.page("/partners/{key}/draft", may="draft a change")
def draft(call: Call, key: str, file: str = "") -> Response:
    """One file of the draft, to be edited; without a name, which there are."""
    place = folders(call)
    with call.reading() as conn:
        if drafts.live_content(conn, key) is None:
            raise HTTPException(404, "There is no such partner.")
        names = drafts.files(place.partners, place.mappings, key)
        text = proposals.text_of(conn, place, key, file) if file else ""
        proposed = {each.file: each for each in drafts.proposed(conn, key)}
    return call.show(
        "partners/draft.html",
        key=key,
        names=names,
        file=file,
        text=text,
        mine=proposed.get(file),
        own=proposals.is_own(file),
        proposed=proposed,
    )


@room.change("/partners/{key}/draft", may="draft a change")
def propose(
    call: Call, key: str, file: Annotated[str, Form(max_length=200)], text: Text = "", why: Why = ""
) -> Response:
    with call.desk() as desk:
        proposals.propose(desk, folders(call), key, {file: text.replace("\r\n", "\n")}, why)
    return call.go(f"/partners/{key}", f"{file} is proposed; try it, then publish it.")


@room.change("/partners/{key}/draft/check", may="draft a change")
def check(call: Call, key: str, file: Annotated[str, Form(max_length=200)], text: Text = "") -> Response:
    """As one types: what would be wrong with it. Nothing is kept."""
    with call.reading() as conn:
        mistakes = proposals.mistakes(conn, folders(call), key, {file: text.replace("\r\n", "\n")})
    return call.show("partners/_mistakes.html", mistakes=mistakes)


@room.change("/partners/{key}/draft/drop", may="draft a change")
def drop(call: Call, key: str, file: Annotated[str, Form(max_length=200)] = "") -> Response:
    with call.desk() as desk:
        proposals.drop(desk, key, file or None)
    return call.go(f"/partners/{key}", "What was proposed is dropped.")
