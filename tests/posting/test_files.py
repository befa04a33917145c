"""Posting orders as files."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi_gateway.posting.base import KeyReused, PostingError, PostResult
from edi_gateway.posting.files import FilePosting, FolderMissing, file_name


def test_an_order_is_a_file_named_by_its_key(tmp_path: Path) -> None:
    result = FilePosting(tmp_path).post("SO-1001-r1", b'{"order": 1}\n')
    assert result == PostResult(external_id="SO-1001-r1.json", status="posted", messages=())
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "SO-1001-r1.json": b'{"order": 1}\n'
    }


def test_the_same_key_with_the_same_bytes_again_is_the_same_result_and_the_same_file(tmp_path: Path) -> None:
    posting = FilePosting(tmp_path)
    first = posting.post("SO-1", b"{}")
    before = (tmp_path / "SO-1.json").stat()
    assert posting.post("SO-1", b"{}") == first
    after = (tmp_path / "SO-1.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("other", [b"[]", b"{} ", b"{", b""])
def test_the_same_key_with_other_bytes_is_an_error_and_changes_nothing(tmp_path: Path, other: bytes) -> None:
    posting = FilePosting(tmp_path)
    posting.post("SO-1", b"{}")
    with pytest.raises(KeyReused) as caught:
        posting.post("SO-1", other)
    assert str(caught.value).startswith(
        f"{tmp_path}: SO-1 was posted before, as SO-1.json, with other content."
    )
    assert caught.value.permanent
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"SO-1.json": b"{}"}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("north/4500017", "north%2F4500017.json"),
        ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd.json"),
        (".hidden", "%2Ehidden.json"),
        ("..", "%2E..json"),
        ("a%2Fb", "a%252Fb.json"),
        ("order 1", "order 1.json"),
        ("Gr\u00f6\u00dfe\n", "Gr%C3%B6%C3%9Fe%0A.json"),
    ],
)
def test_no_key_leads_out_of_the_folder(key: str, name: str) -> None:
    assert file_name(key) == name


def test_an_empty_key_is_a_bug() -> None:
    with pytest.raises(ValueError, match="a posting needs a key"):
        file_name("")


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_keys_never_have_the_same_name(one: str, other: str) -> None:
    assert (file_name(one) == file_name(other)) == (one == other)


@given(st.text(min_size=1, max_size=400))
def test_every_key_has_a_name_that_a_folder_can_hold(key: str) -> None:
    name = file_name(key)
    assert len(name.encode()) <= 210
    assert "/" not in name
    assert "\0" not in name
    assert not name.startswith(".")


def test_a_missing_folder_is_named_and_not_created(tmp_path: Path) -> None:
    folder = tmp_path / "erp"
    with pytest.raises(FolderMissing) as caught:
        FilePosting(folder).post("SO-1", b"{}")
    assert str(caught.value).startswith(f"There is no folder {folder} to post orders into.")
    assert caught.value.permanent
    assert not folder.exists()


def test_a_full_disk_is_tried_again_and_leaves_no_half_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PostingError, match="No space left on device") as caught:
        FilePosting(tmp_path).post("SO-1", b"{}")
    assert not caught.value.permanent
    assert list(tmp_path.iterdir()) == []


def test_workers_that_post_the_same_order_at_once_agree(tmp_path: Path) -> None:
    results: list[PostResult] = []
    barrier = threading.Barrier(8)

    def post() -> None:
        barrier.wait()
        results.append(FilePosting(tmp_path).post("SO-1", b"x" * 100_000))

    workers = [threading.Thread(target=post) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert results == [PostResult(external_id="SO-1.json", status="posted")] * 8
    assert [path.name for path in tmp_path.iterdir()] == ["SO-1.json"]


_KILLED = """
import os, signal, sys
from pathlib import Path
from edi_gateway.posting.files import FilePosting

name, at = sys.argv[2], int(sys.argv[3])
real, calls = getattr(os, name), 0

def dies(*values, **named):
    global calls
    calls += 1
    if calls == at:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*values, **named)

setattr(os, name, dies)
FilePosting(Path(sys.argv[1])).post("SO-1", b"whole" * 1000)
"""


@pytest.mark.crash
@pytest.mark.parametrize(
    ("call", "at", "there"),
    [("fsync", 1, False), ("link", 1, False), ("unlink", 1, True), ("fsync", 2, True)],
)
def test_killed_at_any_step_the_order_is_whole_or_absent_and_posting_again_completes_it(
    tmp_path: Path, call: str, at: int, there: bool
) -> None:
    run = subprocess.run([sys.executable, "-c", _KILLED, tmp_path, call, str(at)], check=False)
    assert run.returncode == -9
    posted = tmp_path / "SO-1.json"
    assert posted.exists() is there
    assert not there or posted.read_bytes() == b"whole" * 1000
    assert FilePosting(tmp_path).post("SO-1", b"whole" * 1000).status == "posted"
    assert posted.read_bytes() == b"whole" * 1000
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == ["SO-1.json"]


def test_two_hundred_orders_at_once_are_each_there_whole_and_leave_nothing_else(tmp_path):
    orders = [(f"SO-{n}", f'{{"order": {n}}}'.encode() * 50) for n in range(200)]
    assert [r.status for r in FilePosting(tmp_path).post_all(orders)] == ["posted"] * 200
    assert {f.name: f.read_bytes() for f in tmp_path.iterdir()} == {
        f"{k}.json": payload for k, payload in orders
    }


def test_of_many_at_once_only_the_one_that_differs_fails(tmp_path):
    posting = FilePosting(tmp_path)
    posting.post("SO-2", b"before")
    results = posting.post_all([("SO-1", b"{}"), ("SO-2", b"other"), ("SO-3", b"{}")])
    assert [type(r).__name__ for r in results] == ["PostResult", "KeyReused", "PostResult"]
    assert (tmp_path / "SO-2.json").read_bytes() == b"before"
