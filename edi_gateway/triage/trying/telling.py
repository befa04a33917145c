"""The result of a trial as JSON has it (docs/reference/json.md): for `try --json` and for trials kept by the console.

Takes a Result, gives plain values. Called by cli/ and web/.
"""

from __future__ import annotations

from edi_gateway.triage.trying.groups import Group
from edi_gateway.triage.trying.trial import Result


def as_json(result: Result) -> dict[str, object]:
    """`try --json`; values are those of model.showing.plain."""
    return {
        "partner": result.partner,
        "live": result.live,
        "draft": result.draft,
        "since": result.span.since,
        "until": result.span.until,
        "changes": result.changes,
        "interchanges": result.interchanges,
        "documents": result.documents,
        "judged": result.judged,
        "different": result.different,
        "unread": result.unread,
        "beyond": result.beyond,
        "later": result.later,
        "stopped": result.stopped,
        "worse": result.worse,
        "groups": [_group(group) for group in result.groups],
    }


def _group(group: Group) -> dict[str, object]:
    return {
        "what": group.what,
        "set": group.set_code,
        "place": group.place,
        "change": group.change,
        "worse": group.worse,
        "documents": group.documents,
        "times": group.times,
        "first": group.first,
        "last": group.last,
        "said": group.said,
        "values": [{"was": was, "now": now, "times": times} for was, now, times in group.usual_values],
        "examples": [
            {
                "document": each.about.document_id,
                "order": each.about.order_id,
                "name": each.about.name,
                "control": each.about.control,
                "at": each.about.at,
                "was": each.was,
                "now": each.now,
            }
            for each in group.examples
        ],
    }
