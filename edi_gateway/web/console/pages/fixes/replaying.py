"""A cause tried over all its cases, and replayed: how far it is, what became of each."""

from __future__ import annotations

from fastapi import Response
from starlette.exceptions import HTTPException

from edi_gateway.commands.triage import replaying
from edi_gateway.flow.replays import carrying
from edi_gateway.reports.triage import replays
from edi_gateway.web.console.api.terms import Key
from edi_gateway.web.console.call import Called
from edi_gateway.web.console.pages.fixes.bench import Digits, bench
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(Nav("Replays", "/replays", may="see cases", place=24, key="y", group="Cases"))


@room.change("/causes/{fingerprint}/try", may="work a case")
def try_(call: Call, fingerprint: Digits) -> Response:
    """Say what a replay would do; nothing is changed."""
    with call.desk() as desk:
        run = replaying.begin_cause(desk, fingerprint, dry=True)
    return call.go(f"/replays/{run.id}")


@room.change("/causes/{fingerprint}/replay", may="work a case")
def replay(call: Call, fingerprint: Digits) -> Response:
    """Run all of it again."""
    with call.desk() as desk:
        run = replaying.begin_cause(desk, fingerprint)
    return call.go(f"/replays/{run.id}", "The replay has begun.")


@room.page("/replays", may="see cases")
def list_(call: Call) -> Response:
    with call.reading() as conn:
        found = replays.list_runs(conn)
    return call.show("fixes/replays.html", replays=found)


@room.page("/replays/{run_id}", may="see cases")
def one(call: Call, run_id: Key) -> Response:
    return _show(call, run_id, "fixes/replay.html")


@room.page("/replays/{run_id}/progress", may="see cases")
def progress(call: Call, run_id: Key) -> Response:
    """How far it is, asked for again and again."""
    return _show(call, run_id, "fixes/_replay.html")


@room.change("/replays/{run_id}/try-on", may="work a case")
def try_on(call: Call, run_id: Key) -> Response:
    """Try some more cases of a trial: it works without a daemon, a second at a time."""
    with call.reading() as conn:
        view = replays.show(conn, run_id)
    if view is not None and view.replay.kind == "dry":
        carrying.carry_one(bench(call).works, run_id)
    return _show(call, run_id, "fixes/_replay.html") if call.is_htmx else call.go(f"/replays/{run_id}")


@room.change("/replays/{run_id}/stop", may="work a case")
def stop(call: Call, run_id: Key) -> Response:
    """Run no more of it."""
    with call.desk() as desk:
        replaying.stop(desk, run_id)
    return call.go(f"/replays/{run_id}", "Nothing more of it is run.")


def _show(call: Called, run_id: int, template: str) -> Response:
    with call.reading() as conn:
        view = replays.show(conn, run_id)
    if view is None:
        raise HTTPException(404, "There is no such replay.")
    return call.show(template, view=view, run=view.replay)
