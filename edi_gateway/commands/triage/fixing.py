"""A suggested fix done: each kind is one command that a person could have given by itself.

Takes what is known of a case, the fix, and what the person added; gives what was done, in words. Permissions, limits
and segregation of duties are the commands' own. A corrected copy, a file accepted once and a second sending are
replays, which flow begins (flow/replays/fixing.py). Called there, by cli and by web.
"""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.holding import holds
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.ordering import orders
from edi_gateway.commands.partners import proposals
from edi_gateway.commands.partners.proposals import Folders
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.telling import messages
from edi_gateway.commands.triage import refusing, working
from edi_gateway.commands.triage.cases import note
from edi_gateway.mapping.files import tables
from edi_gateway.partners import edits
from edi_gateway.partners.changes import name_of
from edi_gateway.partners.edits import NotEditable
from edi_gateway.partners.snapshots import thaw, with_source
from edi_gateway.store import snapshots
from edi_gateway.store.ids import short
from edi_gateway.triage.suggestions.fix import Fix, Kind
from edi_gateway.triage.suggestions.known import Known
from edi_gateway.x12.mending.mend import mended


@dataclass(frozen=True, slots=True)
class Given:
    """What a person added to a fix: why, a reason code, a value, a root cause, a corrected copy of the file."""

    why: str = ""
    reason: str = ""
    value: str = ""
    root_cause: str = ""
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """What fixes are done with: the published partners, and the folders of drafts (None: drafts cannot be made)."""

    partners: Partners
    folders: Folders | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """`said`: what was done. `waits`: nothing is changed yet, for somebody must approve or publish it. `drafted`: the
    partner whose files are proposed. `bodies`: what goes out, (set code, body)."""

    said: str
    waits: bool = False
    drafted: str | None = None
    bodies: tuple[tuple[str, str], ...] = ()


def do(desk: Desk, means: Means, known: Known, fix: Fix, given: Given) -> Done:
    """Do it. Raises Refused where it may not be, or cannot be, done."""
    case = known.case
    done = _DO[fix.kind](desk, means, known, fix, given)
    if fix.kind is not Kind.IGNORE:
        note(desk, [case.id], "fixed", f"{fix.title}. {done.said}")
    desk.record("case fixed", f"case {case.id}", fix=fix.key, said=done.said, why=given.why)
    return done


def corrected(known: Known, fix: Fix, given: Given) -> bytes:
    """The corrected copy that a fix of the kind COPY replays."""
    what = "Correcting a copy"
    if fix.values["how"] == "file":
        if not given.content:
            raise Refused(what=what, why="it needs the corrected file")
        return given.content
    if known.content is None:
        raise Refused(what=what, why="the file is not kept, or too large")
    if fix.values["how"] == "mend":
        return mended(known.content).content
    start = int(fix.values["offset"])
    end = start + int(fix.values["length"])
    return known.content[:start] + fix.values["by"].encode("ascii") + known.content[end:]


def accepted_once(desk: Desk, known: Known, fix: Fix, given: Given) -> str:
    """The snapshot by which the case's file is read this once, the rule that it breaks a mere warning; its hash."""
    what, case = "Accepting a document once", known.case
    desk.require(what, PERMISSIONS["accept a document once"])
    if not given.why.strip():
        raise Refused(what=what, why="it needs a text that says why")
    live = snapshots.hashes(desk.conn).get(case.partner or "")
    content = None if live is None else snapshots.content(desk.conn, live[0])
    if content is None:
        raise Refused(what=what, why="its sender is not published")
    name = f"partner/{case.partner}/{fix.values['set']}.toml"
    text = thaw(content).sources[name]
    rule = _rule_of(text, fix.values["set"], fix.values["rule"])
    made = with_source(content, name, edits.put_rule(text, {**rule, "severity": "WARNING"}))
    snapshots.put(desk.conn, made.hash, made.partner, made.content, desk.actor.name, desk.clock())
    note(desk, [case.id], "fixed", f"{fix.title}: {given.why}")
    desk.record("document accepted once", f"case {case.id}", rule=fix.values["rule"], why=given.why)
    return made.hash


# --- master data and orders


def _import(desk: Desk, _means: Means, _known: Known, fix: Fix, given: Given) -> Done:
    values = {name: value for name, value in fix.values.items() if name != "import"}
    if values.get("name") == "":
        values["name"] = given.value.strip()
    text = io.StringIO()
    writer = csv.DictWriter(text, list(values), lineterminator="\n")
    writer.writeheader()
    writer.writerow(values)
    kind = fix.values["import"]
    report = import_csv(desk, kind, text.getvalue().encode(), f"fix {fix.key}")
    if report.problems:
        raise Refused(what=f"Importing {kind}", why="; ".join(str(each) for each in report.problems))
    if report.waits is not None:
        return Done(f"It waits for a second person: import {short(report.waits)}.", waits=True)
    return Done("It is on file." if report.changes else "It was on file already.")


def _set_value(desk: Desk, means: Means, known: Known, fix: Fix, given: Given) -> Done:
    order = _order(known, "Setting a value")
    field, value = fix.values["field"], given.value or fix.values["value"]
    orders.set_value(desk, means.partners, order, field, value, why=given.why)
    return Done(f"{field} is {value}, and the order was judged again.")


def _release(desk: Desk, means: Means, _known: Known, fix: Fix, given: Given) -> Done:
    left = holds.release(
        desk,
        means.partners,
        int(fix.values["hold"]),
        reason=(given.reason or fix.values["reason"]).strip().upper(),
        text=given.why,
    )
    if left:
        codes = ", ".join(sorted({hold.code.value for hold in left}))
        return Done(f"The hold is released. What still holds the order: {codes}.")
    return Done("The hold is released; nothing else holds the order.")


def _duplicate(desk: Desk, means: Means, known: Known, fix: Fix, given: Given) -> Done:
    order = _order(known, "Settling the duplicate")
    choice: Any = fix.values["choice"]
    orders.resolve_duplicate(desk, means.partners, order, choice, why=given.why)
    return Done(fix.title + ".")


def _refuse(desk: Desk, means: Means, known: Known, fix: Fix, given: Given) -> Done:
    order = _order(known, "Refusing")
    line = int(fix.values["line"]) if "line" in fix.values else None
    if "store" in fix.values:
        orders.cancel(desk, means.partners, order, why=given.why, store=fix.values["store"])
        return Done(f"What {fix.values['store']} gets is cancelled.")
    orders.reject(desk, means.partners, order, why=given.why, line=line, code=fix.values["code"])
    return Done("The order is refused." if line is None else f"Line {line} is refused.")


def _order(known: Known, what: str) -> int:
    if known.order is None:
        raise Refused(what=what, why="the case is about no order")
    return known.order.id


# --- documents


def _refuse_set(desk: Desk, _means: Means, known: Known, _fix: Fix, given: Given) -> Done:
    said = refusing.by_acknowledgment(desk, _document(known), given.why)
    return Done(
        f"Its {said.set_code} says R now and goes with the next file.", bodies=((said.set_code, said.body),)
    )


def _advise(desk: Desk, means: Means, known: Known, _fix: Fix, given: Given) -> Done:
    said = refusing.by_advice(desk, means.partners, _document(known), known.finding, given.why)
    return Done("An 824 goes with the next file.", bodies=((said.set_code, said.body),))


def _document(known: Known) -> int:
    if known.document is None:
        raise Refused(what="Refusing a document", why="the case is about none")
    return known.document.id


def _replayed(_desk: Desk, _means: Means, _known: Known, fix: Fix, _given: Given) -> Done:
    raise Refused(what=fix.title, why="it is a replay: begin it as one")


# --- what is agreed


def _rule(desk: Desk, means: Means, known: Known, fix: Fix, given: Given) -> Done:
    file = f"partner/{known.case.partner}/{fix.values['set']}.toml"

    def change(text: str) -> str:
        if "new" in fix.values:
            rule: dict[str, Any] = {"id": fix.values["new"], "target": fix.values["target"], "must_use": True}
            return edits.put_rule(text, rule)
        rule = _rule_of(text, fix.values["set"], fix.values["rule"])
        if "remove" in fix.values:
            return edits.remove_rule(text, name_of(rule))
        if "add" in fix.values:
            listed = rule.get("codes", [])
            codes = [listed] if isinstance(listed, str) else list(listed)
            return edits.put_rule(text, {**rule, "codes": [*codes, fix.values["add"]]})
        return edits.put_rule(text, {**rule, "severity": fix.values["severity"]})

    return _propose(desk, means, known, file, change, given)


def _rule_of(text: str, set_code: str, wanted: str) -> dict[str, Any]:
    """The table of a rule by the id that findings bear (partners/rules.py)."""
    for rule in tomllib.loads(text).get("rules", []):
        name = rule.get("id") or f"{set_code} {name_of(rule)}"
        if name == wanted:
            return dict(rule)
    raise NotEditable(problem=f"it has no rule {wanted!r}")


def _row(desk: Desk, means: Means, known: Known, fix: Fix, given: Given) -> Done:
    file = f"partner/{known.case.partner}/{fix.values['set']}.toml"

    def change(text: str) -> str:
        if "off" in fix.values:
            return edits.put_row(text, fix.values["selector"], False)
        selector, keys = _row_given(fix.values["selector"], given.value)
        return edits.put_row(text, selector, keys)

    return _propose(desk, means, known, file, change, given)


def _row_given(selector: str, text: str) -> tuple[str, Mapping[str, Any]]:
    """The row as somebody wrote it: keys alone, or a whole table with its selector."""
    what = "Changing a mapping row"
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused(what=what, why=f"the row is no TOML: {error}") from error
    whole = [(key, value) for key, value in table.items() if isinstance(value, dict) and len(table) == 1]
    if whole and text.lstrip().startswith("["):
        return whole[0][0], whole[0][1]
    if not selector or not table:
        raise Refused(what=what, why='say the row as TOML: ["PO1"], a line break, 02 = "quantity"')
    return selector, table


def _table(desk: Desk, means: Means, known: Known, fix: Fix, given: Given) -> Done:
    """A row of a code table. All partners share it, so it is tried and published as each other change of mappings/."""
    ours, meaning = fix.values.get("ours", ""), fix.values.get("meaning", "")
    if given.value.strip():
        ours, _, meaning = given.value.strip().partition(" ")
    if not ours:
        raise Refused(what="Adding to a code table", why="say which code of ours it is")
    file = f"tables/{fix.values['table']}.csv"
    theirs, told = fix.values["theirs"], " ".join(meaning.split()) or "as this partner has it"
    return _propose(desk, means, known, file, lambda text: tables.with_row(text, theirs, ours, told), given)


def _profile(desk: Desk, means: Means, known: Known, fix: Fix, given: Given) -> Done:
    """A unit alias, or an address under which a partner sends, too."""
    if "alias" in fix.values:
        return _alias(desk, means, known, fix, given)
    qualifier, name = fix.values["qualifier"], fix.values["id"]
    return _propose(
        desk,
        means,
        known,
        "partner.toml",
        lambda text: edits.put_address(text, qualifier, name),
        given,
        fix.values["partner"],
    )


def _alias(desk: Desk, means: Means, known: Known, fix: Fix, given: Given) -> Done:
    alias, unit = fix.values["alias"], fix.values["unit"]
    return _propose(desk, means, known, "partner.toml", lambda text: _with_alias(text, alias, unit), given)


_ALIASES: Final = "[policies.unit_aliases]"


def _with_alias(text: str, alias: str, unit: str) -> str:
    """The profile with one more unit alias, everything else as it stands."""
    line = f"{json.dumps(alias)} = {json.dumps(unit)}"
    standing = tomllib.loads(text).get("policies", {}).get("unit_aliases", {})
    lines = text.rstrip("\n").split("\n")
    headers = [n for n, each in enumerate(lines) if each.strip() == _ALIASES]
    if headers:
        known = [
            n for n, each in enumerate(lines) if n > headers[0] and each.split("=")[0].strip(' "') == alias
        ]
        if alias in standing and known:
            lines[known[0]] = line
        else:
            lines.insert(headers[0] + 1, line)
    else:
        lines += ["", _ALIASES, line]
    made = "\n".join(lines) + "\n"
    try:
        found = tomllib.loads(made)["policies"]["unit_aliases"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise NotEditable(problem=f"the aliases are written within another table: {error}") from error
    if found != {**standing, alias: unit}:
        raise NotEditable(problem="the aliases are written within another table")
    return made


def _propose(
    desk: Desk,
    means: Means,
    known: Known,
    file: str,
    change: Callable[[str], str],
    given: Given,
    partner: str | None = None,
) -> Done:
    """A file of a partner as it is proposed; of the case's own, or of another one."""
    what, partner = "Drafting a change", partner or known.case.partner
    if means.folders is None or partner is None:
        raise Refused(what=what, why="there is no folder of the partner's files here")
    try:
        text = change(proposals.text_of(desk.conn, means.folders, partner, file))
    except NotEditable as problem:
        raise Refused(what=what, why=str(problem)) from problem
    proposals.propose(desk, means.folders, partner, {file: text}, given.why)
    return Done(f"{file} is proposed. It holds once it is published.", waits=True, drafted=partner)


# --- people


def _write(desk: Desk, _means: Means, known: Known, fix: Fix, given: Given) -> Done:
    case, to = known.case, fix.values["to"]
    text = given.value or fix.values["body"]
    draft = messages.Draft(to, fix.values["subject"], text, case.partner, case.order_id, case.id)
    messages.send(desk, draft)
    return Done(f"The mail to {to} waits to be sent.", bodies=(("mail", text),))


def _ignore(desk: Desk, _means: Means, known: Known, _fix: Fix, given: Given) -> Done:
    working.close(desk, known.case.id, given.root_cause, given.why, "ignored")
    return Done("The case is closed.")


_DO: Final[dict[Kind, Callable[[Desk, Means, Known, Fix, Given], Done]]] = {
    Kind.IMPORT: _import,
    Kind.VALUE: _set_value,
    Kind.RELEASE: _release,
    Kind.DUPLICATE: _duplicate,
    Kind.REFUSE: _refuse,
    Kind.COPY: _replayed,
    Kind.ONCE: _replayed,
    Kind.SEND: _replayed,
    Kind.RULE: _rule,
    Kind.ROW: _row,
    Kind.TABLE: _table,
    Kind.PROFILE: _profile,
    Kind.REFUSE_SET: _refuse_set,
    Kind.ADVISE: _advise,
    Kind.MESSAGE: _write,
    Kind.IGNORE: _ignore,
}
