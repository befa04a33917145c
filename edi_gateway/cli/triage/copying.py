"""What a corrected copy still has wrong, and what it has otherwise than the original: for `cases fix CASE copy`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape

from edi_gateway.cli.context import Here
from edi_gateway.cli.output import say

if TYPE_CHECKING:
    from edi_gateway.reports.triage.corrected import Checked
    from edi_gateway.x12.anatomy.copying import Element

SHOWN = 20  # findings and changes


def checked(here: Here, case_id: int, content: bytes) -> Checked | None:
    """None when the case is about no file, or about one that is too large."""
    from edi_gateway.reports.triage import corrected

    with here.reading() as conn:
        of = corrected.original(conn, case_id)
        return None if of is None else corrected.check(conn, of, content)


def as_json(found: Checked) -> dict[str, object]:
    """`was` and `now`: the segment, its elements with * between them."""
    return {
        "errors": found.errors,
        "findings": [
            {"segment": told.segment, "severity": told.finding.severity, "message": told.finding.message}
            for told in found.findings
        ],
        "more": found.more,
        "changes": [
            {"segment": each.n, "kind": each.kind, "was": _joined(each.was), "now": _joined(each.now)}
            for each in found.changes
        ],
        "more_changes": found.more_changes,
    }


def tell(found: Checked) -> None:
    """The segments that differ, then what is wrong."""
    for each in found.changes[:SHOWN]:
        say(f"segment {each.n} {each.kind}", 2, 4)
        if each.was:
            say(f"[red]- {_marked(each.was)}[/red]", 4, 6)
        if each.now:
            say(f"[green]+ {_marked(each.now)}[/green]", 4, 6)
    rest = len(found.changes) - SHOWN + found.more_changes
    if rest > 0:
        say(f"and {rest} more", 2, 4)
    if not found.changes:
        say("It says the same as the original.", 2, 4)
    for told in found.findings[:SHOWN]:
        where = "" if told.segment is None else f"segment {told.segment}: "
        say(f"{told.finding.severity.value}  {where}{escape(told.finding.message)}", 2, 4)
    if not found.errors:
        say("The partner's guide holds." if found.sets else "No set can be read.", 2, 4)


def _joined(elements: Sequence[Element]) -> str | None:
    return "*".join(each.text for each in elements) if elements else None


def _marked(elements: Sequence[Element]) -> str:
    """The elements that differ in bold."""
    return "*".join(f"[bold]{escape(e.text)}[/bold]" if e.differs else escape(e.text) for e in elements)
