"""A new partner's profile, and the reference of its keys."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import pytest

from edi_gateway.partners import reference, registry
from edi_gateway.partners.profile import As2Connection, DirectoryConnection, Profile, SftpConnection
from edi_gateway.partners.template import Answers, new
from tests.partners.folders import partner

PLAIN = Answers("Fernhill", "ZZ", "FERNHILL", "ZZ", "TARNBROOK")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMuGpxz+9ynSEQDZH+VrnNG+9G6daKJtZIXEaOiCy6xA"


def written(tmp_path: Path, answers: Answers) -> Profile:
    checked = registry.check(partner(tmp_path, new("fernhill", answers)))
    assert checked.findings == ()
    assert checked.profile is not None
    return checked.profile


def test_a_new_profile_has_no_mistake_and_begins_in_test(tmp_path: Path) -> None:
    profile = written(tmp_path, PLAIN)
    assert profile.test
    assert isinstance(profile.connection, DirectoryConnection)
    assert (profile.connection.inbound, profile.connection.outbound) == (
        "exchange/fernhill/in",
        "exchange/fernhill/out",
    )
    assert [(d.set, d.direction, d.version) for d in profile.documents] == [
        ("850", "in", "004010"),
        ("855", "out", "004010"),
    ]


def test_all_answers_reach_the_profile(tmp_path: Path) -> None:
    answers = Answers(
        'The "Fernhill" Co',
        "01",
        "001234567",
        "ZZ",
        "TARNBROOK",
        them_group="FERNGROUP",
        us_group="TARN",
        customer="C-9",
        kind="sftp",
        connection={
            "host": "edi.fernhill.example",
            "port": 2222,
            "user": "tarn",
            "host_key": KEY,
            "key_file": "k",
        },
        version="005010",
        zone="America/Denver",
        answer_within_hours=2,
        test=False,
    )
    profile = written(tmp_path, answers)
    assert (profile.name, profile.customer, profile.test) == ('The "Fernhill" Co', "C-9", False)
    assert (profile.them.id, profile.them.group, profile.us.group) == ("001234567", "FERNGROUP", "TARN")
    assert isinstance(profile.connection, SftpConnection)
    assert (profile.connection.port, profile.connection.host_key) == (2222, KEY)
    assert {d.version for d in profile.documents} == {"005010"}
    assert profile.calendar.zone == "America/Denver"
    assert profile.answering.within_hours == 2


BY_AS2 = dataclasses.replace(
    PLAIN,
    kind="as2",
    connection={"us": "TARNBROOK AS2", "them": "FERN HILL", "url": "https://as2.fernhill.example/in"},
)


def test_a_partner_on_as2_has_identifiers_and_url_and_all_else_beside_them(tmp_path: Path) -> None:
    connection = written(tmp_path, BY_AS2).connection
    assert connection == As2Connection(
        us="TARNBROOK AS2", them="FERN HILL", url="https://as2.fernhill.example/in"
    )
    text = new("fernhill", BY_AS2)
    assert (
        '# ask = "sync"  # In the answer of the same connection, later to receipt_url, or not at all.' in text
    )


@pytest.mark.parametrize("answers", [PLAIN, BY_AS2], ids=["directory", "as2"])
def test_every_default_in_a_comment_is_the_default(tmp_path: Path, answers: Answers) -> None:
    """Taking the # away from each commented default changes nothing."""
    text = new("fernhill", answers)
    opened = []
    for line in text.splitlines():
        value = line.removeprefix("# ").split("  #")[0]
        is_default = line.startswith("# ") and " = " in line and not value.endswith("...")
        opened.append(value if is_default else line)
    again = "\n".join(opened)
    assert len(tomllib.loads(again)["policies"]) > 20
    folder = partner(tmp_path / "a", again)
    assert registry.load(folder).profile == written(tmp_path / "b", answers)


def test_every_key_of_a_profile_is_described() -> None:
    silent = [
        f"{section.record}.{key.name}"
        for section in reference.sections().values()
        for key in section.keys
        if not key.text
    ]
    assert silent == []


def test_the_reference_of_the_profile_is_not_stale() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "profile.md"
    assert page.read_text("utf-8") == reference.page(), "make docs"


@pytest.mark.parametrize("name", ["Profile", "Policies", "SftpConnection"])
def test_the_reference_lists_every_field(name: str) -> None:
    from edi_gateway.partners import profile as room

    assert [key.name for key in reference.sections()[name].keys] == list(getattr(room, name).model_fields)


def test_answers_cover_what_a_profile_must_have() -> None:
    required = {field.name for field in dataclasses.fields(Answers) if field.default is dataclasses.MISSING}
    assert {"name", "them_id", "us_id"} <= required
