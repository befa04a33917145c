"""Fixes of cases, corrected copies, and replays of causes, for machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Body, Path
from starlette.exceptions import HTTPException

from edi_gateway.commands.triage import fixing as doing
from edi_gateway.commands.triage import replaying
from edi_gateway.flow.replays import fixing, telling
from edi_gateway.flow.replays.fixing import Fixed, Workshop
from edi_gateway.model.showing import plain
from edi_gateway.reports.triage import corrected, replays
from edi_gateway.reports.triage.replays import Became, ReplayItem, ReplayRow
from edi_gateway.web.console.api.terms import Before, Key, Limit
from edi_gateway.web.console.call import Called
from edi_gateway.web.console.rooms import ApiRoom, Call

room = ApiRoom()

Name = Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[^\x00]*$", description="Key of a fix.")]
Digits = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="The fingerprint of a cause.")]
Text = Annotated[str, Body(max_length=20_000, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True, slots=True)
class Given:
    """What the fix asks for. `reason`: code of a release; `value`: another value, a row as TOML, the text of a mail."""

    why: Text = ""
    reason: Text = ""
    value: Text = ""
    root_cause: Text = ""

    def given(self) -> doing.Given:
        return doing.Given(self.why, self.reason, self.value, self.root_cause)


@dataclass(frozen=True, slots=True)
class OneReplay:
    """A replay, the causes that its cases turned to, and its cases, those that did not pass first."""

    replay: ReplayRow
    became: list[Became]
    items: list[ReplayItem]


@dataclass(frozen=True, slots=True)
class CheckedCopy:
    """`findings` as `check --json` tells them; `changes`: segments that differ from the original; `errors`: how many of
    the findings are."""

    errors: int
    findings: list[dict[str, Any]]
    changes: list[dict[str, Any]]


@room.read("/cases/{case_id}/fixes", may="see cases")
def fixes(call: Call, case_id: Key) -> list[dict[str, Any]]:
    """What would put a case right, the likeliest first."""
    with call.reading() as conn:
        found = fixing.fixes(conn, case_id, _bench(call).works)
    return [plain(telling.fix(one)) for one in found]


@room.act("/cases/{case_id}/fixes/{key}/preview", may="work a case")
def preview(call: Call, case_id: Key, key: Name, given: Given) -> dict[str, Any]:
    """What a fix would do; nothing is changed."""
    told: dict[str, Any] = plain(telling.preview(fixing.preview(_bench(call), case_id, key, given.given())))
    return told


@room.act("/cases/{case_id}/fixes/{key}", may="work a case")
def fix(call: Call, case_id: Key, key: Name, given: Given) -> Fixed:
    """Do a fix. `run`: the replay that it began."""
    return fixing.do(_bench(call), case_id, key, given.given())


@room.act("/cases/{case_id}/copy/check", may="work a case")
def check(
    call: Call,
    case_id: Key,
    copy: Annotated[bytes, Body(media_type="application/octet-stream")],
) -> CheckedCopy:
    """What is wrong with a corrected copy of the case's file, and what was changed in it; nothing is kept."""
    with call.reading() as conn:
        of = corrected.original(conn, case_id)
        if of is None:
            raise HTTPException(404, "The case is about no file that is kept and small enough to be edited.")
        if len(copy) > 2 * corrected.LARGEST:
            raise HTTPException(413, "The copy is too large to be checked as it is typed.")
        checked = corrected.check(conn, of, copy)
    return CheckedCopy(
        checked.errors,
        [plain(told.finding) for told in checked.findings],
        [plain(change) for change in checked.changes],
    )


@room.read("/replays", may="see cases")
def list_(call: Call, before: Before = None, limit: Limit = 50) -> list[ReplayRow]:
    """Causes tried and replayed, the last ones first."""
    with call.reading() as conn:
        return replays.list_runs(conn, before=before, limit=limit)


@room.read("/replays/{run_id}", may="see cases")
def one(call: Call, run_id: Key) -> OneReplay:
    """One of them, with what became of its cases."""
    return _one(call, run_id)


@room.act("/causes/{fingerprint}/try", may="work a case")
def try_(call: Call, fingerprint: Digits) -> OneReplay:
    """Begin to try a cause: what a replay of it would do. A worker carries it on."""
    with call.desk() as desk:
        run = replaying.begin_cause(desk, fingerprint, dry=True)
    return _one(call, run.id)


@room.act("/causes/{fingerprint}/replay", may="work a case")
def replay(call: Call, fingerprint: Digits) -> OneReplay:
    """Begin to run all of a cause again. A worker carries it on; nothing is run twice."""
    with call.desk() as desk:
        run = replaying.begin_cause(desk, fingerprint)
    return _one(call, run.id)


def _one(call: Called, run_id: int) -> OneReplay:
    with call.reading() as conn:
        view = replays.show(conn, run_id)
    if view is None:
        raise HTTPException(404, "There is no such replay.")
    return OneReplay(view.replay, list(view.became), list(view.items))


def _bench(call: Called) -> Workshop:
    folders = call.deps.folders
    return Workshop(call.deps.gateway.works, call.desk_at, folders.partners, folders.mappings)
