"""What is proposed lies in the database until it goes live through the working folder. On both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.partners import proposals, publishing
from edi_gateway.commands.partners.proposals import Folders
from edi_gateway.partners import edits
from edi_gateway.partners.snapshots import thaw
from edi_gateway.store import snapshots, versions
from edi_gateway.store.database import reading
from tests.commands.desks import Office
from tests.partners import folders as invented

KEY, FILE = "fernhill", "partner/fernhill/850.toml"
RULES = '# theirs\n[[rules]]\nid = "department"\ntarget = "REF*DP"\nmust_use = true\n'
LOOSER = edits.put_rule(RULES, {"id": "department", "target": "REF*DP", "should_use": True})


@pytest.fixture
def drafts(tmp_path: Path) -> Folders:
    invented.partner(tmp_path / "partners", invented.PLAIN, _850=RULES)
    mappings = tmp_path / "mappings"
    mappings.mkdir()
    for name in ("850.toml", "common.toml", "855.toml"):
        (mappings / name).write_bytes((Path(__file__).parents[3] / "mappings" / name).read_bytes())
    return Folders(tmp_path / "partners", mappings)


def test_a_proposal_changes_nothing_until_it_is_published_through_the_folder(
    office: Office, drafts: Folders
) -> None:
    with office.desk("ann") as desk:
        before = proposals.snapshot_of(desk.conn, drafts, KEY)
        publishing.publish(desk, before, "first")
        made = proposals.propose(desk, drafts, KEY, {FILE: LOOSER}, "their guide says should")
        assert made.files == (FILE,)
        draft = proposals.snapshot_of(desk.conn, drafts, KEY)
        assert snapshots.hashes(desk.conn)[KEY][0] == before.hash
        assert proposals.text_of(desk.conn, drafts, KEY, FILE) == LOOSER
    assert (drafts.partners / KEY / "850.toml").read_text() == RULES
    (rule,) = thaw(draft.content).rules_of("850")
    assert rule.kind == "should_use"

    with office.desk("ann") as desk:
        assert proposals.go_live(desk, drafts, KEY, "tried")
    assert (drafts.partners / KEY / "850.toml").read_text() == LOOSER
    with reading(office.engine) as conn:
        assert snapshots.hashes(conn)[KEY][0] == draft.hash
        assert versions.proposals(conn) == []
        assert proposals.snapshot_of(conn, drafts, KEY) == draft  # the folder says the same


def test_a_file_that_was_edited_meanwhile_is_not_overwritten(office: Office, drafts: Folders) -> None:
    with office.desk() as desk:
        proposals.propose(desk, drafts, KEY, {FILE: LOOSER}, "x")
    (drafts.partners / KEY / "850.toml").write_text("# another hand\n")
    with office.desk() as desk:
        with pytest.raises(Refused, match="was changed in the folder"):
            proposals.go_live(desk, drafts, KEY, "x")
        assert proposals.drop(desk, KEY) == 1
        with pytest.raises(Refused, match="nothing is proposed"):
            proposals.go_live(desk, drafts, KEY, "x")
    assert (drafts.partners / KEY / "850.toml").read_text() == "# another hand\n"


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        (FILE, '[[rules]]\ntarget = "ZZZ"\nmust_use = true\n', "no place"),
        ("partner.toml", None, "no partner.toml"),
        ("partner/fernhill/../../850.toml", "", "a file is called"),
        ("partner/other/850.toml", "", "a file is called"),
        ("partner/fernhill/run.py", "", "a file is called"),
        ("/etc/x.toml", "", "a file is called"),
    ],
)
def test_what_would_be_a_mistake_or_lies_elsewhere_is_refused(
    office: Office, drafts: Folders, file: str, text: str | None, why: str
) -> None:
    with pytest.raises(Refused, match=why), office.desk() as desk:
        proposals.propose(desk, drafts, KEY, {file: text}, "x")
    with reading(office.engine) as conn:
        assert versions.proposals(conn) == []


def test_a_file_that_all_share_is_proposed_for_each_of_them(office: Office, drafts: Folders) -> None:
    text = (drafts.mappings / "850.toml").read_text().replace('12 = "transaction_type"', "", 1)
    with office.desk() as desk:
        plain = proposals.snapshot_of(desk.conn, drafts, KEY)
        proposals.propose(desk, drafts, KEY, {"850.toml": text}, "the type is not used")
        (kept,) = versions.proposals(desk.conn, "another")
        assert (kept.file, kept.by) == ("850.toml", "ann")
        assert proposals.snapshot_of(desk.conn, drafts, KEY).hash != plain.hash
        assert proposals.drop(desk, "another", "850.toml") == 1
        assert proposals.snapshot_of(desk.conn, drafts, KEY) == plain


def test_a_partner_is_a_folder_of_its_own_and_no_way_out_of_it(office: Office, drafts: Folders) -> None:
    with office.desk() as desk, pytest.raises(Refused, match="is no partner"):
        proposals.propose(desk, drafts, "..", {"partner.toml": ""}, "x")
