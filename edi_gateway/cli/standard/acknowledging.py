"""`ack`: the acknowledgments that would go out for a file, by the profile of whom it came from; without a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.output import WRONG_USAGE, fail, remark, write
from edi_gateway.cli.standard.reading import (
    FileArgument,
    FileUnreadable,
    PartnerOption,
    Senders,
    draft_of,
    read_file,
)

if TYPE_CHECKING:
    from edi_gateway.partners.snapshots import PublishedPartner
    from edi_gateway.x12.parsing.envelope import Delimiters, Interchange
    from edi_gateway.x12.reading import GroupEnd


@app.command()
def ack(ctx: typer.Context, file: FileArgument, partner: PartnerOption = None) -> None:
    """Print the TA1, 997 or 999 that would go out for a file.

    Whose file it is is told by its addresses, and the files of that partner say what it gets. For a sender that
    nobody knows it is a 997 by the standard. Control numbers count from 1; nothing is sent.
    """
    from edi_gateway.x12.parsing.envelope import InterchangeEnd
    from edi_gateway.x12.reading import GroupEnd

    here: Here = ctx.obj
    if partner is not None:
        draft_of(here, partner)
    senders = Senders(here, partner, by_address=True)
    groups: list[GroupEnd] = []
    try:
        with read_file(file, senders) as read:
            for event in read.events():
                if isinstance(event, GroupEnd):
                    groups.append(event)
                elif isinstance(event, InterchangeEnd):
                    _answer(here, senders, event.interchange, groups)
                    groups = []
            read.require_x12("acknowledge")
    except FileUnreadable as error:
        fail(str(error), WRONG_USAGE)
    raise typer.Exit(read.exit_code)


def _answer(here: Here, senders: Senders, i: Interchange, groups: list[GroupEnd]) -> None:
    from edi_gateway.x12.acks import ack as acks

    draft = senders.draft(i, groups[0].group if groups else None)
    due = [end for end in groups if acks.needs_ack(end.result)]
    if draft is None:
        remark(f"{i.sender} is no partner in {here.partners_folder}: this is what the standard asks.")
        text = _standard(here, i, due)
    else:
        remark(f"For {draft.profile.key}, as its files stand.")
        text = _by_profile(here, i, due, draft)
    if not text:
        remark(f"Interchange {i.control}: nothing is due.")
    write(text)


def _by_profile(here: Here, i: Interchange, due: list[GroupEnd], draft: PublishedPartner) -> bytes:
    """What the gateway would send to this partner."""
    from edi_gateway.flow.live import LivePartner
    from edi_gateway.flow.telling import answers
    from edi_gateway.x12.acks import ack as acks

    profile, now = draft.profile, here.clock()
    partner = LivePartner(draft, paused=False)
    made = [
        answers.acknowledgment(partner, end.result, end.group.read_as, test=False, now=now) for end in due
    ]
    rows = [each[0] for each in made if each is not None]
    ta1 = acks.interchange_ack(i) if acks.ta1_due(i, answers.ta1_policy(profile)) else None
    groups = [
        ("FA", row["version"], str(n), [(row["set_code"], "0001", row["body"], row["segments"])])
        for n, row in enumerate(rows, 1)
    ]
    version = rows[0]["version"] if rows else _release(i.version)
    us, them = profile.us, profile.them
    addresses = (us.qualifier, us.id, them.qualifier, them.id, us.group, them.group)
    usage = "T" if profile.test else i.usage
    marks, encoding = answers.delimiters(profile, version), profile.writing.encoding
    return _interchange(here, addresses, version, usage, marks, groups, ta1, encoding)


def _release(isa_version: str) -> str:
    """The release whose envelope fits an ISA12."""
    return "005010" if isa_version >= "00402" else "004010"


def _standard(here: Here, i: Interchange, due: list[GroupEnd]) -> bytes:
    """A 997 in their own delimiters, and a TA1 when they ask for one."""
    from edi_gateway.x12.acks import ack as acks
    from edi_gateway.x12.writing import writer

    marks = i.delimiters
    groups = []
    for number, end in enumerate(due, 1):
        segments = acks.functional_ack(end.result, "997", marks)
        body = writer.body_text(segments, marks).value or ""
        groups.append(("FA", end.group.read_as, str(number), [("997", "0001", body, len(segments))]))
    ta1 = acks.interchange_ack(i) if acks.ta1_due(i) else None
    here_as, there_as = (due[0].group.receiver, due[0].group.sender) if due else ("", "")
    gs = (_group_id(here_as, i.receiver), _group_id(there_as, i.sender))
    addresses = (i.receiver_qualifier, i.receiver, i.sender_qualifier, i.sender, *gs)
    return _interchange(here, addresses, _release(i.version), i.usage, marks, groups, ta1, "latin-1")


def _group_id(said: str, of_interchange: str) -> str:
    """What they call a side in GS02 or GS03, or in the ISA when that has not the 2 to 15 characters of a GS."""
    return said if 2 <= len(said) <= 15 else of_interchange


def _interchange(
    here: Here,
    addresses: tuple[str, str, str, str, str, str],
    version: str,
    usage: str,
    marks: Delimiters,
    groups: list[Any],
    ta1: list[str] | None,
    encoding: str,
) -> bytes:
    from edi_gateway.x12.writing import writer

    if not groups and ta1 is None:
        return b""
    envelope = writer.Envelope(
        sender_qualifier=addresses[0],
        sender=addresses[1],
        receiver_qualifier=addresses[2],
        receiver=addresses[3],
        gs_sender=addresses[4],
        gs_receiver=addresses[5],
        isa_version="00501" if version >= "00402" else "00401",
        version=version,
        usage=usage,
        delimiters=marks,
        line_end="\n",
        ack_requested=False,
        encoding=encoding,
    )
    return writer.interchange(envelope, "000000001", here.clock(), groups, [ta1] if ta1 else [])
