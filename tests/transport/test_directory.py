"""Folders on this machine as a transport."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edi_gateway.partners.profile import DirectoryConnection
from edi_gateway.transport import errors
from edi_gateway.transport.base import Incoming
from edi_gateway.transport.directory import DirectoryTransport

UNUSUAL = [
    b"with blank.edi",
    "Gr\u00f6\u00dfe \u6ce8\u6587.edi".encode(),
    b"two\nlines.edi",
    b"-rf",
    b"latin-\xe9.edi",
    b"back\\slash.edi",
    b"100%.edi",
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    return tmp_path


def transport(root: Path, **changes: object) -> DirectoryTransport:
    fields = {"inbound": "in", "outbound": "out"} | changes
    return DirectoryTransport(DirectoryConnection.model_validate(fields), root)


def put(folder: Path, name: str | bytes, content: bytes = b"ISA", at: int | None = None) -> None:
    path = os.path.join(os.fsencode(folder), os.fsencode(name))
    with open(path, "wb") as file:
        file.write(content)
    if at is not None:
        os.utime(path, (at, at))


def names(files: object) -> list[str]:
    assert not isinstance(files, str)
    return [file.name for file in files]  # type: ignore[attr-defined]


def content_of(lane: DirectoryTransport, file: Incoming) -> bytes:
    return b"".join(lane.fetch(file))


def test_a_file_is_seen_fetched_and_moved_to_the_archive(root: Path) -> None:
    lane = transport(root)
    put(root / "in", "a.edi", b"ISA*00~", at=1_768_471_200)
    (file,) = lane.look()
    moment = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
    assert file == Incoming(name="a.edi", size=7, modified=moment, token="a.edi")
    assert list(lane.fetch(file)) == [b"ISA*00~"]
    lane.settle(file)
    assert list(lane.look()) == []
    assert (root / "in" / "archive" / "a.edi").read_bytes() == b"ISA*00~"


def test_the_oldest_file_comes_first_and_of_equal_age_the_lower_name(root: Path) -> None:
    for name, at in [("c", 300), ("a", 400), ("d", 200), ("b", 300)]:
        put(root / "in", name, at=at)
    assert names(transport(root).look()) == ["d", "b", "c", "a"]


def test_unfinished_names_folders_links_and_pipes_are_left_alone(root: Path) -> None:
    for name in [".hidden", "a.tmp", "b.PART", "c.filepart", "good.edi"]:
        put(root / "in", name)
    (root / "in" / "folder").mkdir()
    put(root, "secret", b"not theirs")
    (root / "in" / "link.edi").symlink_to(root / "secret")
    os.mkfifo(root / "in" / "pipe.edi")
    assert names(transport(root).look()) == ["good.edi"]


def test_a_file_that_became_a_link_or_a_pipe_since_the_look_is_not_read(root: Path) -> None:
    lane = transport(root)
    put(root, "secret", b"not theirs")
    for name in ["link.edi", "pipe.edi"]:
        put(root / "in", name, b"0123456789")
    link, pipe = lane.look()
    for name in ["link.edi", "pipe.edi"]:
        (root / "in" / name).unlink()
    (root / "in" / "link.edi").symlink_to(root / "secret")
    os.mkfifo(root / "in" / "pipe.edi")
    for file in (link, pipe):
        with pytest.raises(errors.FileGone):
            content_of(lane, file)


def test_a_token_that_leads_out_of_the_folder_is_refused(root: Path) -> None:
    put(root, "secret", b"not theirs")
    for token in ["..%2Fsecret", "../secret", "", "..", "%2Fetc%2Fpasswd", "a%00"]:
        file = Incoming(name="x", size=10, modified=None, token=token)
        with pytest.raises(errors.BadName):
            content_of(transport(root), file)
        with pytest.raises(errors.BadName):
            transport(root).settle(file)
    assert (root / "secret").exists()


@pytest.mark.parametrize("name", UNUSUAL)
def test_an_unusual_name_is_read_and_archived_as_it_is(root: Path, name: bytes) -> None:
    lane = transport(root)
    put(root / "in", name, b"ISA")
    (file,) = lane.look()
    assert file.name == name.decode("utf-8", "backslashreplace")
    assert file.token.isascii()
    assert file.token.isprintable()
    assert content_of(lane, file) == b"ISA"
    lane.settle(file)
    assert os.listdir(os.fsencode(root / "in" / "archive")) == [name]


def test_a_name_of_255_bytes_is_archived_twice_without_losing_bytes(root: Path) -> None:
    lane = transport(root)
    long = "n" * 255
    for content in (b"first", b"second"):
        put(root / "in", long, content, at=1_768_471_200)
        (file,) = lane.look()
        lane.settle(file)
    archive = root / "in" / "archive"
    assert {path.name: path.read_bytes() for path in archive.iterdir()} == {
        long: b"first",
        "n" * 238 + ".20260115T100000Z": b"second",
    }


def test_the_same_name_again_stands_beside_the_first_in_the_archive(root: Path) -> None:
    lane = transport(root, archive="old")
    for content in (b"one", b"two", b"three", b"four"):
        put(root / "in", "850.edi", content, at=1_768_471_200)
        (file,) = lane.look()
        lane.settle(file)
    assert {path.name: path.read_bytes() for path in (root / "old").iterdir()} == {
        "850.edi": b"one",
        "850.edi.20260115T100000Z": b"two",
        "850.edi.20260115T100000Z-2": b"three",
        "850.edi.20260115T100000Z-3": b"four",
    }


def test_settling_twice_is_fine(root: Path) -> None:
    lane = transport(root)
    put(root / "in", "a.edi")
    (file,) = lane.look()
    lane.settle(file)
    lane.settle(file)
    assert names((root / "in" / "archive").iterdir()) == ["a.edi"]


def test_settling_goes_on_where_a_killed_process_stopped_between_the_two_names(root: Path) -> None:
    lane = transport(root)
    put(root / "in", "a.edi")
    (file,) = lane.look()
    (root / "in" / "archive").mkdir()
    os.link(root / "in" / "a.edi", root / "in" / "archive" / "a.edi")
    lane.settle(file)
    assert names((root / "in").iterdir()) == ["archive"]
    assert names((root / "in" / "archive").iterdir()) == ["a.edi"]


def test_a_new_file_under_the_old_name_is_not_settled_unread(root: Path) -> None:
    lane = transport(root)
    put(root / "in", "a.edi", b"old", at=100)
    (file,) = lane.look()
    put(root / "in", "a.edi", b"new", at=200)
    lane.settle(file)
    assert (root / "in" / "a.edi").read_bytes() == b"new"
    (newer,) = lane.look()
    assert content_of(lane, newer) == b"new"


def test_deleting_is_for_those_who_chose_it(root: Path) -> None:
    lane = transport(root, delete=True)
    put(root / "in", "a.edi")
    (file,) = lane.look()
    lane.settle(file)
    lane.settle(file)
    assert list((root / "in").iterdir()) == []


def test_with_a_done_suffix_a_file_counts_once_its_done_file_lies_beside_it(root: Path) -> None:
    lane = transport(root, done_suffix=".done")
    put(root / "in", "a.edi")
    assert list(lane.look()) == []
    put(root / "in", "a.edi.done", b"")
    put(root / "in", "b.edi")
    (file,) = lane.look()
    assert file.name == "a.edi"
    lane.settle(file)
    assert sorted(names((root / "in").iterdir())) == ["archive", "b.edi"]


def test_the_done_file_of_a_file_already_archived_is_cleared_away(root: Path) -> None:
    lane = transport(root, done_suffix=".done")
    put(root / "in", "a.edi")
    put(root / "in", "a.edi.done", b"")
    (file,) = lane.look()
    (root / "in" / "a.edi").unlink()
    lane.settle(file)
    assert list((root / "in").iterdir()) == []


@pytest.mark.parametrize("now", [b"grown by a few bytes", b"cut"])
def test_a_file_that_changes_while_it_is_read_is_an_error(root: Path, now: bytes) -> None:
    lane = transport(root)
    put(root / "in", "a.edi", b"ten bytes!")
    (file,) = lane.look()
    put(root / "in", "a.edi", now)
    with pytest.raises(errors.FileChanged, match=r"a\.edi changed while we read it \(10 bytes expected"):
        content_of(lane, file)


def test_a_large_file_comes_in_chunks_of_at_most_a_mebibyte(root: Path) -> None:
    lane = transport(root)
    put(root / "in", "big.edi", b"x" * (2_500_000))
    (file,) = lane.look()
    assert [len(chunk) for chunk in lane.fetch(file)] == [1 << 20, 1 << 20, 2_500_000 - (2 << 20)]


def test_an_empty_file_is_a_file(root: Path) -> None:
    lane = transport(root)
    put(root / "in", "empty.edi", b"")
    (file,) = lane.look()
    assert list(lane.fetch(file)) == []
    lane.settle(file)
    assert (root / "in" / "archive" / "empty.edi").exists()


def test_a_file_taken_away_after_the_look_is_gone_and_no_more(root: Path) -> None:
    lane = transport(root)
    put(root / "in", "a.edi")
    (file,) = lane.look()
    (root / "in" / "a.edi").unlink()
    with pytest.raises(errors.FileGone) as caught:
        content_of(lane, file)
    assert not caught.value.permanent


def test_sending_leaves_one_file_and_sending_the_same_again_changes_nothing(root: Path) -> None:
    lane = transport(root)
    lane.send("1.edi", b"ISA")
    before = (root / "out" / "1.edi").stat()
    lane.send("1.edi", b"ISA")
    assert names((root / "out").iterdir()) == ["1.edi"]
    assert (root / "out" / "1.edi").read_bytes() == b"ISA"
    assert (root / "out" / "1.edi").stat().st_ino == before.st_ino


def test_a_sent_file_can_be_read_by_whoever_may_read_new_files_here(root: Path) -> None:
    put(root / "out", "usual")
    transport(root).send("1.edi", b"ISA")
    assert (root / "out" / "1.edi").stat().st_mode == (root / "out" / "usual").stat().st_mode


@pytest.mark.parametrize("lying", [b"other", b"ISA and more", b"IS", b""])
def test_sending_never_overwrites_other_bytes(root: Path, lying: bytes) -> None:
    put(root / "out", "1.edi", lying)
    with pytest.raises(errors.NameTaken) as caught:
        transport(root).send("1.edi", b"ISA")
    assert caught.value.permanent
    assert (root / "out" / "1.edi").read_bytes() == lying
    assert names((root / "out").iterdir()) == ["1.edi"]


def test_sending_follows_no_link_out_of_the_folder(root: Path) -> None:
    put(root, "secret", b"ISA")
    (root / "out" / "1.edi").symlink_to(root / "secret")
    with pytest.raises(errors.NameTaken):
        transport(root).send("1.edi", b"ISA")
    assert (root / "secret").read_bytes() == b"ISA"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "../a", "a\\b", "a\0b", ".dot", "a.tmp", "a.part", "a\nb", "n" * 256]
)
def test_a_name_that_no_reader_would_find_or_that_leads_elsewhere_is_refused(root: Path, name: str) -> None:
    with pytest.raises(errors.BadName):
        transport(root).send(name, b"ISA")
    assert list((root / "out").iterdir()) == []


def test_a_half_written_file_of_ours_is_never_seen_under_its_name(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the moment of the fsync all bytes are in a file of another name, which no reader takes."""
    seen: list[list[str]] = []
    real = os.fsync

    def look_then_sync(descriptor: int) -> None:
        seen.append(names((root / "out").iterdir()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", look_then_sync)
    transport(root).send("1.edi", b"ISA")
    (temporary,) = seen[0]
    assert temporary.startswith(".")
    assert temporary.endswith(".part")
    assert seen[1:] == [["1.edi"]]  # the folder, once the name is there


def test_a_disk_that_is_full_leaves_no_half_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(errors.Refused, match="No space left on device") as caught:
        transport(root).send("1.edi", b"ISA")
    assert not caught.value.permanent
    assert list((root / "out").iterdir()) == []


def test_an_archive_on_another_file_system_gets_a_copy_before_the_original_goes(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.link

    def elsewhere(old: bytes, new: bytes, *, src_dir_fd: int, dst_dir_fd: int, follow_symlinks: bool) -> None:
        if not os.path.samestat(os.fstat(src_dir_fd), os.fstat(dst_dir_fd)):
            raise OSError(18, "Invalid cross-device link")
        real(old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(os, "link", elsewhere)
    lane = transport(root)
    put(root / "in", "a.edi", b"ISA")
    (file,) = lane.look()
    lane.settle(file)
    assert names((root / "in").iterdir()) == ["archive"]
    archive = root / "in" / "archive"
    assert {path.name: path.read_bytes() for path in archive.iterdir()} == {"a.edi": b"ISA"}


def test_a_file_system_without_hard_links_archives_and_sends_too(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object, **__: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", none)
    lane = transport(root)
    for content in (b"one", b"two"):
        put(root / "in", "a.edi", content, at=1_768_471_200)
        (file,) = lane.look()
        lane.settle(file)
    archive = root / "in" / "archive"
    assert {path.name: path.read_bytes() for path in archive.iterdir()} == {
        "a.edi": b"one",
        "a.edi.20260115T100000Z": b"two",
    }
    lane.send("1.edi", b"ISA")
    assert names((root / "out").iterdir()) == ["1.edi"]


def _look(lane: DirectoryTransport, _: Incoming) -> None:
    list(lane.look())


def _fetch(lane: DirectoryTransport, file: Incoming) -> None:
    list(lane.fetch(file))


def _settle(lane: DirectoryTransport, file: Incoming) -> None:
    lane.settle(file)


def _send(lane: DirectoryTransport, _: Incoming) -> None:
    lane.send("1.edi", b"")


@pytest.mark.parametrize("call", [_look, _fetch, _settle, _send])
def test_a_missing_folder_is_named_with_what_to_do(
    tmp_path: Path, call: Callable[[DirectoryTransport, Incoming], None]
) -> None:
    file = Incoming(name="a", size=1, modified=None, token="a")
    with pytest.raises(errors.FolderMissing) as caught:
        call(transport(tmp_path), file)
    folder = tmp_path / ("out" if call is _send else "in")
    assert f"there is no folder {folder}." in str(caught.value)
    assert "Create it, or correct the folder" in str(caught.value)
    assert caught.value.permanent
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_we_may_not_read_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: bytes) -> None:  # root may do everything, so a mode would not do
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(errors.NoPermission) as caught:
        list(transport(root).look())
    assert f"{root / 'in'}: we may not list it (Permission denied)." in str(caught.value)
    assert caught.value.permanent


def test_two_thousand_files_are_looked_at_fetched_and_settled_without_waiting(root: Path) -> None:
    for number in range(2000):
        put(root / "in", f"{number:05d}.edi", b"%d" % number, at=1_768_471_200)
    lane = transport(root)
    files = list(lane.look())
    assert names(files) == [f"{number:05d}.edi" for number in range(2000)]
    for number, file in enumerate(files):
        assert content_of(lane, file) == b"%d" % number
        lane.settle(file)
    assert list(lane.look()) == []
    assert len(list((root / "in" / "archive").iterdir())) == 2000
