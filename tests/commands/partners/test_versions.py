"""Each going-live is a version; a roll-back holds against auto_publish. On both databases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.partners import publishing, trials
from edi_gateway.partners import registry
from edi_gateway.partners.snapshots import Snapshot, snapshot
from edi_gateway.reports.partners import drafts
from edi_gateway.reports.partners.versions import list_versions, version_detail
from edi_gateway.store import snapshots, versions
from edi_gateway.store.database import reading
from edi_gateway.store.tables import audit
from tests.commands.desks import SYSTEM, Office
from tests.partners import folders

KEY = "fernhill"
LATER = '{"form": 9, "profile": {}, "sources": {}}'  # as a later program may write it


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


class Files:
    """A partner's files, which are edited."""

    def __init__(self, root: Path) -> None:
        self.mappings = root / "mappings"
        self.mappings.mkdir()
        self.folder = folders.partner(root / "partners", folders.PLAIN, _850="# rules\n")

    def named(self, name: str) -> None:
        (self.folder / "partner.toml").write_text(folders.PLAIN.replace("Fernhill", name, 1))

    def snapshot(self) -> Snapshot:
        loaded = registry.load(self.folder)
        assert loaded.profile is not None
        return snapshot(loaded.profile, self.folder, self.mappings)


def live(office: Office) -> str:
    with reading(office.engine) as conn:
        return snapshots.hashes(conn)[KEY][0]


def by_itself(office: Office, files: Files) -> bool:
    with office.desk(actor=SYSTEM) as desk:
        return publishing.publish_by_itself(desk, files.snapshot())


def test_versions_tell_who_when_why_and_what_changed(office: Office, files: Files) -> None:
    with office.desk("ann") as desk:
        publishing.publish(desk, files.snapshot(), "first")
    office.clock.move(hours=2)
    files.named("Fernhill Stores")
    with office.desk("bob") as desk:
        publishing.publish(desk, files.snapshot(), "they have a new name")
        assert not publishing.publish(desk, files.snapshot(), "again")  # nothing went live: no version
        publishing.roll_back(desk, KEY, 1, "not yet")
    with reading(office.engine) as conn:
        told = [
            (v.version, v.by, v.why, v.back_to, v.live, v.changes, v.files) for v in list_versions(conn, KEY)
        ]
        second = version_detail(conn, KEY, 2)
        alike = version_detail(conn, KEY, 3, against=1)
        actions = conn.execute(select(audit.c.action, audit.c.by).order_by(audit.c.n)).all()
        missing = (version_detail(conn, KEY, 9), version_detail(conn, KEY, 3, against=9))
    assert told == [
        (3, "bob", "not yet", 1, True, 1, "partner.toml"),
        (2, "bob", "they have a new name", None, False, 1, "partner.toml"),
        (1, "ann", "first", None, False, 0, ""),
    ]
    assert second is not None
    assert second.against == 1
    assert [(d.name, d.was, d.now) for d in second.differences] == [
        ("name", '"Fernhill"', '"Fernhill Stores"')
    ]
    assert alike is not None
    assert alike.differences == ()
    assert actions == [("published", "ann"), ("published", "bob"), ("rolled back", "bob")]
    assert missing == (None, None)


def test_what_was_rolled_back_does_not_go_live_by_itself_until_it_changes(
    office: Office, files: Files
) -> None:
    first = files.snapshot()
    assert by_itself(office, files)
    files.named("Wrong")
    assert by_itself(office, files)
    with office.desk() as desk:
        assert publishing.roll_back(desk, KEY, 1, "wrong name", files.snapshot()) == 3
    assert live(office) == first.hash

    assert not by_itself(office, files)
    (files.mappings / "856.toml").write_text("# somebody works on another partner's 856\n")
    assert not by_itself(office, files)
    assert live(office) == first.hash  # the wrong name would have come along

    files.named("Right")
    assert by_itself(office, files)
    files.named("Wrong")  # from now on it is a change like any other
    assert by_itself(office, files)


def test_a_draft_that_never_went_live_is_rolled_back_with_the_rest(office: Office, files: Files) -> None:
    by_itself(office, files)
    files.named("Wrong")
    by_itself(office, files)
    files.named("Wrong still")  # edited, and not live when somebody goes back
    with office.desk() as desk:
        publishing.roll_back(desk, KEY, 1, "wrong name", files.snapshot())
    assert not by_itself(office, files)
    with office.desk("ann") as desk:
        assert publishing.publish(desk, files.snapshot(), "right after all")  # a person may at any time
    assert live(office) == files.snapshot().hash
    with reading(office.engine) as conn:
        assert versions.aside(conn, KEY) == {}


def test_a_roll_back_is_refused_with_its_reason(office: Office, files: Files) -> None:
    with office.desk() as desk:
        publishing.publish(desk, files.snapshot(), "first")
        publishing.publish(desk, Snapshot(KEY, "0" * 64, LATER), "by another program")
        for n, why, says in [
            (1, " ", "needs a reason"),
            (7, "x", "no such version"),
            (2, "x", "what is live is the same"),
        ]:
            with pytest.raises(Refused, match=says):
                publishing.roll_back(desk, KEY, n, why)
        publishing.roll_back(desk, KEY, 1, "the other program's")
        with pytest.raises(Refused, match="cannot read by it any more"):
            publishing.roll_back(desk, KEY, 2, "x")
        with pytest.raises(Refused, match="no such partner"):
            publishing.roll_back(desk, "nobody", 1, "x")
    with office.desk("carl", "CSR") as desk, pytest.raises(Refused, match="EDI_ANALYST"):
        publishing.roll_back(desk, KEY, 1, "x")


def test_a_trial_is_begun_noted_stopped_and_forgotten_after_twenty(office: Office) -> None:
    since = office.clock.now - timedelta(days=1)

    def begin(draft: str = "b") -> int:
        with office.desk() as desk:
            return trials.begin(desk, "a", Snapshot(KEY, draft, "{}"), since, office.clock.now)

    first = begin()
    with pytest.raises(Refused, match="one is running already"):
        begin()
    with pytest.raises(Refused, match="what is live says the same"):
        begin("a")
    with office.desk() as desk, pytest.raises(Refused, match="ends before it begins"):
        trials.begin(desk, "a", Snapshot(KEY, "b", "{}"), since, since)
    with office.desk() as desk:
        assert trials.note(desk, first, 50, 200)
        trials.stop(desk, first)
        assert not trials.note(desk, first, 60, 200)
        trials.end(desk, first, {"stopped": True, "groups": []})
    with reading(office.engine) as conn:
        found = drafts.trial(conn, first, office.clock.now)
    assert found is not None
    assert (found.state, found.percent, found.result) == ("STOPPED", 25, {"stopped": True, "groups": []})
    second = begin()
    office.clock.move(minutes=2)  # its process has died: nothing was heard of it
    with reading(office.engine) as conn:
        assert [row.state for row in drafts.trials(conn, KEY, office.clock.now)] == ["DEAD", "STOPPED"]
    with office.desk() as desk:
        snapshots.put(desk.conn, "a", KEY, "the live one", "ann", office.clock.now)
        once_more = trials.again(desk, second)
        trials.end(desk, once_more.trial_id, {"groups": []})
    assert (once_more.live, once_more.draft, once_more.since) == (
        "the live one",
        Snapshot(KEY, "b", "{}"),
        since,
    )
    with office.desk("carl", "CSR") as desk, pytest.raises(Refused, match="EDI_ANALYST"):
        trials.again(desk, second)
    for _ in range(20):
        last = begin()
        with office.desk() as desk:
            trials.end(desk, last, None, "no disk")
    with reading(office.engine) as conn:
        kept = [row.id for row in drafts.trials(conn, KEY, office.clock.now, limit=50)]
    assert len(kept) == 21
    assert once_more.trial_id in kept
    assert second not in kept
