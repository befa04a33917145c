"""A new partner's profile, written from a few answers, with every other key beside it in a comment.

Takes the answers that `partners new` asked for, gives the text of partner.toml; called by cli/.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from edi_gateway.partners.reference import Key, as_toml, sections


@dataclass(frozen=True, slots=True)
class Answers:
    """What must be known of a partner before the first document. `connection`: the keys of [connection]."""

    name: str
    them_qualifier: str
    them_id: str
    us_qualifier: str
    us_id: str
    them_group: str | None = None
    us_group: str | None = None
    customer: str | None = None
    kind: Literal["directory", "sftp", "as2"] = "directory"
    connection: dict[str, str | int] = field(default_factory=dict)
    version: str = "004010"
    zone: str = "UTC"
    answer_within_hours: int = 24
    test: bool = True


def new(key: str, answers: Answers) -> str:
    """partner.toml for the folder `key`. A new partner begins in test unless told otherwise."""
    parts = [
        f"# {answers.name}",
        "# Keys with # before them show their default. `edi-gateway partners check` finds every mistake.",
        "",
        *_given({"name": answers.name, "customer": answers.customer, "test": answers.test}, "Profile"),
        *_address("them", answers.them_qualifier, answers.them_id, answers.them_group),
        *_address("us", answers.us_qualifier, answers.us_id, answers.us_group),
        *_table("connection", _RECORD[answers.kind], {"kind": answers.kind, **_connection(key, answers)}),
        *(line for table, record in _INSIDE.get(answers.kind, ()) for line in _table(table, record, {})),
        *_table("schedule", "Schedule", {}),
        *_document("850", "in", answers.version),
        *_document("855", "out", answers.version),
        *_table("writing", "Writing", {}),
        *_table("acknowledging", "Acknowledging", {}),
        *_table("answering", "Answering", _answering(answers.answer_within_hours)),
        *_table("calendar", "Calendar", {"zone": answers.zone}),
        *_table("policies", "Policies", {}),
    ]
    return "\n".join(parts) + "\n"


_RECORD = {"directory": "DirectoryConnection", "sftp": "SftpConnection", "as2": "As2Connection"}
_INSIDE = {
    "as2": (
        ("connection.sending", "As2Sending"),
        ("connection.receipts", "As2Receipts"),
        ("connection.demands", "As2Demands"),
        ("connection.retry", "As2Retry"),
        ("connection.line", "As2Line"),
    )
}


def _answering(hours: int) -> dict[str, object]:
    return {"within_hours": hours, **({"warn_hours_before": hours // 4} if hours <= 4 else {})}


def _connection(key: str, answers: Answers) -> dict[str, object]:
    if answers.kind == "directory":
        return {"inbound": f"exchange/{key}/in", "outbound": f"exchange/{key}/out", **answers.connection}
    return {**answers.connection}


def _address(table: str, qualifier: str, identifier: str, group: str | None) -> list[str]:
    return [
        "",
        f"[{table}]",
        *_given({"qualifier": qualifier, "id": identifier, "group_id": group}, "Address"),
    ]


def _document(code: str, direction: str, version: str) -> list[str]:
    return [
        "",
        "[[documents]]",
        *_given({"set": code, "direction": direction, "version": version}, "Documents"),
    ]


def _table(name: str, record: str, given: dict[str, object]) -> list[str]:
    lines = ["", f"[{name}]"]
    for key in sections()[record].keys:
        if key.name in given:
            lines.append(f"{key.name} = {as_toml(given[key.name])}")
        elif key.kind != "table":
            lines.append(_in_comment(key))
    return lines


def _given(values: dict[str, object], record: str) -> list[str]:
    order = [key.name for key in sections()[record].keys]
    stated = {name: value for name, value in values.items() if value is not None}
    return [f"{name} = {as_toml(stated[name])}" for name in sorted(stated, key=order.index)]


def _in_comment(key: Key) -> str:
    return f"# {key.name} = {key.default or '...'}  # {' '.join(key.text.split())}"  # a comment is one line
