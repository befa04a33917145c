"""SFTP against a real OpenSSH sshd: looking, fetching, settling, sending."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edi_gateway.transport import errors
from edi_gateway.transport.base import Incoming
from edi_gateway.transport.secrets import secrets_from
from edi_gateway.transport.sftp import SftpTransport
from edi_gateway.transport.standstill import Standstill
from tests.servers.sshd import Sshd, running_sshd

pytestmark = pytest.mark.sshd


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """One server for all tests that leave it as it was; each has folders of its own in `server`."""
    with running_sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def server(shared: Sshd, tmp_path: Path) -> Sshd:
    shared.outbox = tmp_path / "outbox"
    shared.inbox = tmp_path / "inbox"
    shared.outbox.mkdir()
    shared.inbox.mkdir()
    return shared


def lane_to(server: Sshd, **changes: object) -> SftpTransport:
    return SftpTransport(server.connection(**changes), secrets_from({}, Path("/")))


@pytest.fixture
def lane(server: Sshd) -> Iterator[SftpTransport]:
    transport = lane_to(server)
    yield transport
    transport.close()


def put(server: Sshd, name: str | bytes, content: bytes = b"ISA", at: int | None = None) -> None:
    path = os.path.join(os.fsencode(server.outbox), os.fsencode(name))
    with open(path, "wb") as file:
        file.write(content)
    if at is not None:
        os.utime(path, (at, at))


def content_of(lane: SftpTransport, file: Incoming) -> bytes:
    return b"".join(lane.fetch(file))


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_file_is_seen_fetched_and_moved_to_the_remote_archive(server: Sshd, lane: SftpTransport) -> None:
    put(server, "850.edi", b"ISA*00~", at=1_768_471_200)
    (file,) = lane.look()
    moment = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
    assert file == Incoming(name="850.edi", size=7, modified=moment, token="850.edi")
    assert content_of(lane, file) == b"ISA*00~"
    lane.settle(file)
    lane.settle(file)
    assert list(lane.look()) == []
    assert files_in(server.outbox / "archive") == {"850.edi": b"ISA*00~"}


def test_the_oldest_file_comes_first_and_unfinished_ones_folders_and_links_do_not(
    server: Sshd, lane: SftpTransport
) -> None:
    for number, name in enumerate(["z.edi", ".dot", "a.tmp", "b.part", "c.filepart", "m.edi", "a.edi"]):
        put(server, name, at=1000 + number)
    (server.outbox / "folder.edi").mkdir()
    (server.outbox / "link.edi").symlink_to("/etc/passwd")
    assert [file.name for file in lane.look()] == ["z.edi", "m.edi", "a.edi"]


def test_unusual_names_are_read_and_archived_as_they_are(server: Sshd, lane: SftpTransport) -> None:
    names = [
        b"with blank.edi",
        "Gr\u00f6\u00dfe \u6ce8\u6587.edi".encode(),
        b"two\nlines.edi",
        b"-rf",
        b"latin-\xe9.edi",
        b"back\\slash*?.edi",
        b"100%d.edi",
    ]
    for at, name in enumerate(names):
        put(server, name, b"in " + name, at=1000 + at)
    files = list(lane.look())
    assert [file.name for file in files] == [name.decode("utf-8", "backslashreplace") for name in names]
    for file, name in zip(files, names, strict=True):
        assert content_of(lane, file) == b"in " + name
        lane.settle(file)
    assert set(os.listdir(os.fsencode(server.outbox / "archive"))) == set(names)
    assert list(lane.look()) == []


def test_every_byte_arrives_in_chunks_of_at_most_a_mebibyte(server: Sshd, lane: SftpTransport) -> None:
    contents = [os.urandom(size) for size in (0, 1, 32767, 32768, 32769, 1 << 20, (5 << 20) + 17)]
    for at, content in enumerate(contents):
        put(server, f"{at}.edi", content, at=1000 + at)
    for file, content in zip(list(lane.look()), contents, strict=True):
        chunks = list(lane.fetch(file))
        assert b"".join(chunks) == content
        assert all(0 < len(chunk) <= 1 << 20 for chunk in chunks)


def test_a_fetch_that_is_given_up_does_not_disturb_what_follows(server: Sshd, lane: SftpTransport) -> None:
    put(server, "big.edi", b"x" * (5 << 20), at=1000)
    put(server, "small.edi", b"small", at=2000)
    big, small = lane.look()
    half = lane.fetch(big)
    next(half)
    assert content_of(lane, small) == b"small"
    del half
    lane.settle(small)
    assert content_of(lane, big) == b"x" * (5 << 20)


def test_a_file_that_is_still_being_written_is_left_alone_until_it_stands_still(
    server: Sshd, lane: SftpTransport
) -> None:
    standstill = Standstill.of(server.connection(settle_seconds=10))
    clock = (datetime(2026, 1, 15, 12, 0, second, tzinfo=UTC) for second in itertools.count(step=10))
    put(server, "850.edi", b"ISA*half", at=1000)
    assert standstill.ready(lane.look(), next(clock)) == []
    put(server, "850.edi", b"ISA*half and more", at=1000)
    assert standstill.ready(lane.look(), next(clock)) == []
    put(server, "850.edi", b"ISA*half and more~", at=1001)
    assert standstill.ready(lane.look(), next(clock)) == []
    (file,) = standstill.ready(lane.look(), next(clock))
    assert content_of(lane, file) == b"ISA*half and more~"


@pytest.mark.parametrize("now", [b"ten bytes! and more", b"cut", b""])
def test_a_file_that_changed_since_the_look_is_not_taken(
    server: Sshd, lane: SftpTransport, now: bytes
) -> None:
    put(server, "850.edi", b"ten bytes!", at=1000)
    (file,) = lane.look()
    put(server, "850.edi", now, at=2000)
    with pytest.raises(errors.FileChanged) as caught:
        content_of(lane, file)
    assert not caught.value.permanent
    lane.settle(file)
    assert files_in(server.outbox) == {"850.edi": now}


def test_a_file_taken_by_somebody_else_is_gone_and_no_more(server: Sshd, lane: SftpTransport) -> None:
    put(server, "850.edi")
    (file,) = lane.look()
    (server.outbox / "850.edi").unlink()
    with pytest.raises(errors.FileGone) as caught:
        content_of(lane, file)
    assert str(server.outbox / "850.edi") in str(caught.value)
    lane.settle(file)


def test_the_same_name_again_stands_beside_the_first_in_the_archive(
    server: Sshd, lane: SftpTransport
) -> None:
    for content in (b"one", b"two", b"three"):
        put(server, "850.edi", content, at=1_768_471_200)
        (file,) = lane.look()
        lane.settle(file)
    assert files_in(server.outbox / "archive") == {
        "850.edi": b"one",
        "850.edi.20260115T100000Z": b"two",
        "850.edi.20260115T100000Z-2": b"three",
    }


def test_an_archive_elsewhere_and_deleting_are_for_those_who_chose_it(server: Sshd, tmp_path: Path) -> None:
    for changes in ({"archive": str(tmp_path / "old")}, {"delete": True}):
        lane = lane_to(server, **changes)
        put(server, "850.edi")
        (file,) = lane.look()
        lane.settle(file)
        lane.settle(file)
        lane.close()
    assert files_in(tmp_path / "old") == {"850.edi": b"ISA"}
    assert list(server.outbox.iterdir()) == []


def test_with_a_done_suffix_a_file_counts_once_its_done_file_lies_beside_it(server: Sshd) -> None:
    lane = lane_to(server, done_suffix=".ok")
    put(server, "a.edi")
    put(server, "b.edi")
    assert list(lane.look()) == []
    put(server, "a.edi.ok", b"")
    (file,) = lane.look()
    assert file.name == "a.edi"
    lane.settle(file)
    assert files_in(server.outbox) == {"b.edi": b"ISA"}
    lane.close()


def test_sending_leaves_one_file_and_sending_the_same_again_changes_nothing(
    server: Sshd, lane: SftpTransport
) -> None:
    content = os.urandom(3_000_001)
    for _ in range(3):
        lane.send("1.edi", content)
    assert files_in(server.inbox) == {"1.edi": content}


@pytest.mark.parametrize("lying", [b"XXX", b"ISA and more", b""])
def test_sending_never_overwrites_other_bytes(server: Sshd, lane: SftpTransport, lying: bytes) -> None:
    (server.inbox / "1.edi").write_bytes(lying)
    with pytest.raises(errors.NameTaken) as caught:
        lane.send("1.edi", b"ISA")
    assert caught.value.permanent
    assert files_in(server.inbox) == {"1.edi": lying}


def test_an_upload_has_its_name_only_once_it_is_whole(server: Sshd, lane: SftpTransport) -> None:
    """A reader that looks all the time sees a hidden .part grow, then the whole file; never a part of it."""
    content = bytes(8 << 20)
    whole, parts = set[int](), set[int]()
    done = threading.Event()

    def read_all_the_time() -> None:
        while not done.is_set():
            for entry in os.scandir(server.inbox):
                try:
                    size = entry.stat().st_size
                except FileNotFoundError:
                    continue
                (parts if entry.name.startswith(".") and entry.name.endswith(".part") else whole).add(size)

    reader = threading.Thread(target=read_all_the_time)
    reader.start()
    try:
        lane.send("1.edi", content)
    finally:
        done.set()
        reader.join()
    assert len(parts) > 2
    assert whole <= {len(content)}
    assert {path.name: path.stat().st_size for path in server.inbox.iterdir()} == {"1.edi": len(content)}


def test_threads_have_sessions_of_their_own_on_one_connection(server: Sshd, lane: SftpTransport) -> None:
    for number in range(40):
        put(server, f"{number:02d}.edi", b"%02d" % number * 50_000, at=1000 + number)
    files = list(lane.look())
    read: dict[str, bytes] = {}

    def fetch(mine: list[Incoming]) -> None:
        for file in mine:
            read[file.name] = content_of(lane, file)
            lane.settle(file)
            lane.send(file.name, read[file.name])

    threads = [threading.Thread(target=fetch, args=(files[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = {f"{number:02d}.edi": b"%02d" % number * 50_000 for number in range(40)}
    assert read == expected
    assert files_in(server.outbox / "archive") == expected
    assert files_in(server.inbox) == expected


@pytest.mark.parametrize("call", ["look", "send"])
def test_a_missing_folder_is_named_with_what_to_do(server: Sshd, call: str) -> None:
    lane = lane_to(server, inbound="nowhere/in", outbound="nowhere/out")
    with pytest.raises(errors.FolderMissing) as caught:
        list(lane.look()) if call == "look" else lane.send("1.edi", b"ISA")
    folder = "nowhere/in" if call == "look" else "nowhere/out"
    assert str(caught.value).startswith(
        f"sftp://{server.user}@127.0.0.1:{server.port}: there is no folder {folder}. Create it"
    )
    assert caught.value.permanent
    lane.close()


@pytest.mark.slow
def test_ten_thousand_files_are_seen_in_one_look_and_the_first_are_fetched_and_settled(
    server: Sshd, lane: SftpTransport
) -> None:
    for number in range(10_000):
        put(server, f"{number:05d}.edi", b"%05d" % number, at=1000 + number)
    files = list(lane.look())
    assert [file.name for file in files] == [f"{number:05d}.edi" for number in range(10_000)]
    standstill = Standstill.of(server.connection(settle_seconds=10))
    noon = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
    assert standstill.ready(files, noon) == []
    standstill = Standstill.of(server.connection(settle_seconds=10), standstill.to_json())
    assert standstill.ready(lane.look(), noon.replace(second=10)) == files
    for file in files[:500]:
        assert content_of(lane, file) == file.name[:5].encode()
        lane.settle(file)
    assert len(list(lane.look())) == 9_500
    assert len(files_in(server.outbox / "archive")) == 500
