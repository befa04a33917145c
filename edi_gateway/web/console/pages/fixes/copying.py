"""A corrected copy of a file, checked as one types, beside the original, replayed in its place."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Response
from starlette.exceptions import HTTPException

from edi_gateway.commands.triage.fixing import Given
from edi_gateway.flow.replays import fixing
from edi_gateway.reports.triage import corrected
from edi_gateway.reports.triage.corrected import Original
from edi_gateway.web.console.api.terms import Key
from edi_gateway.web.console.call import Called
from edi_gateway.web.console.pages.fixes.bench import NO_NUL, bench
from edi_gateway.web.console.rooms import Call, Room

room = Room()

Copy = Annotated[str, Form(max_length=2 * corrected.LARGEST, pattern=NO_NUL)]
Why = Annotated[str, Form(max_length=2000, pattern=NO_NUL)]


@room.page("/cases/{case_id}/copy", may="download documents")
def editor(call: Call, case_id: Key) -> Response:
    of = _original(call, case_id)
    return _editor(call, case_id, of, of.text or "", "", None)


@room.change("/cases/{case_id}/copy/check", may="work a case")
def check(call: Call, case_id: Key, text: Copy = "") -> Response:
    """What is still wrong, and what was changed: asked for while somebody types."""
    of = _original(call, case_id)
    with call.reading() as conn:
        checked = corrected.check(conn, of, corrected.bytes_of(text, of))
    return call.show("fixes/_checked.html", checked=checked)


@room.change("/cases/{case_id}/copy/preview", may="work a case")
def preview(call: Call, case_id: Key, text: Copy = "", why: Why = "") -> Response:
    """What would become of it altogether."""
    of = _original(call, case_id)
    seen = fixing.preview(bench(call), case_id, "copy", Given(why, content=corrected.bytes_of(text, of)))
    return _editor(call, case_id, of, text, why, seen)


@room.change("/cases/{case_id}/copy", may="work a case")
def replay(call: Call, case_id: Key, text: Copy = "", why: Why = "") -> Response:
    """Replay it in the place of the original, which stays as it came."""
    of = _original(call, case_id)
    done = fixing.do(bench(call), case_id, "copy", Given(why, content=corrected.bytes_of(text, of)))
    return call.go(f"/replays/{done.run}", done.said)


def _original(call: Called, case_id: int) -> Original:
    with call.reading() as conn:
        of = corrected.original(conn, case_id)
    if of is None:
        raise HTTPException(404, "The case is about no file that is kept and small enough to be edited.")
    return of


def _editor(
    call: Called, case_id: Key, of: Original, text: str, why: str, seen: fixing.Preview | None
) -> Response:
    with call.reading() as conn:
        checked = corrected.check(
            conn, of, corrected.bytes_of(text, of) if of.text is not None else of.content
        )
    return call.show(
        "fixes/copy.html", case_id=case_id, of=of, text=text, why=why, seen=seen, checked=checked
    )
