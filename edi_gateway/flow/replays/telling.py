"""Fixes and their previews as JSON objects: for `--json` and for the API.

Takes the records of fixing.py and flow/trial/; gives dicts of plain values. Called by cli/ and web/.
"""

from __future__ import annotations

from typing import Any

from edi_gateway.flow.replays.fixing import ForEach, Preview
from edi_gateway.flow.replays.trying import Outlook
from edi_gateway.flow.trial import Tried
from edi_gateway.triage.suggestions.fix import Fix


def fix(one: Fix) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in ("key", "kind", "title", "why", "score")},
        "roles": sorted(one.roles),
        "asks": list(one.asks),
        "values": dict(one.values),
        "drafts": one.drafts,
        "replays": one.replays,
    }


def preview(seen: Preview) -> dict[str, Any]:
    return {
        "fix": fix(seen.fix),
        "said": seen.said,
        "refused": seen.refused,
        "before": seen.before and _tried(seen.before),
        "after": seen.after and _tried(seen.after),
        "bodies": [{"set_code": code, "body": body} for code, body in seen.bodies],
        "same_cause": seen.same,
        "sample": seen.sample,
        "outlook": _outlook(seen.outlook),
    }


def for_each(decided: ForEach) -> dict[str, Any]:
    told = {"done": decided.done, "refused": dict(decided.refused), "left": decided.left}
    return told | _outlook(decided.outlook)


def _outlook(seen: Outlook) -> dict[str, Any]:
    return {
        "passed": seen.passed,
        "stayed": seen.stayed,
        "unknown": seen.unknown,
        "changed": dict(seen.changed),
    }


def _tried(one: Tried) -> dict[str, Any]:
    return {
        "state": one.state,
        "error": one.error,
        "partial": one.partial,
        "sets": [
            {"set_code": s.set_code, "control": s.control, "state": s.state, "status": s.status}
            for s in one.sets
        ],
        "orders": [
            {
                "number": o.number,
                "po_number": o.po_number,
                "state": o.state,
                "total": o.total,
                "holds": [hold.code for hold in o.holds],
            }
            for o in one.orders
        ],
        "answers": [{"set_code": a.set_code, "body": a.body} for a in one.answers],
        "cases": [case.cause for case in one.cases],
    }
