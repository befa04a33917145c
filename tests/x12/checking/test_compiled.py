"""What a command compiled the next one need not; what anybody else could have written is never run."""

from __future__ import annotations

import sys
from pathlib import Path
from types import CodeType

import pytest

from edi_gateway.x12.checking import compiled
from edi_gateway.x12.checking.compiled import Store, default_folder
from edi_gateway.x12.checking.guide import Rule, build
from edi_gateway.x12.parsing.rawset import RawSet
from tests.x12.edi import USUAL

SOURCE = "def check(segment):\n    return True\n"


def kept(folder: Path, source: str = SOURCE) -> Path:
    """The file of a store that has one source."""
    store = Store(folder, "guide")
    store(source, "<check>")
    store.save()
    [file] = folder.iterdir()
    return file


@pytest.fixture
def nothing_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: str, name: str, mode: str) -> CodeType:
        raise AssertionError(f"compiled {source!r}")

    monkeypatch.setattr(compiled, "compile", refuse, raising=False)


def recompiles(
    folder: Path, monkeypatch: pytest.MonkeyPatch, guide: str = "guide", source: str = SOURCE
) -> bool:
    asked: list[str] = []

    def note(source: str, name: str, mode: str) -> CodeType:
        asked.append(source)
        return compile("def check(segment):\n    return True\n", name, mode)

    with monkeypatch.context() as patched:
        patched.setattr(compiled, "compile", note, raising=False)
        Store(folder, guide)(source, "<check>")
    return bool(asked)


def test_a_second_process_compiles_nothing(
    tmp_path: Path, nothing_compiles: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as free:
        free.delattr(compiled, "compile")
        file = kept(tmp_path / "cache")
    assert (file.parent.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    store = Store(tmp_path / "cache", "guide")
    names: dict[str, object] = {}
    exec(store(SOURCE, "<check>"), names)
    assert callable(names["check"])
    written = file.stat().st_mtime_ns
    store.save()
    assert file.stat().st_mtime_ns == written


def test_another_source_guide_or_python_finds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(tmp_path)
    assert not recompiles(tmp_path, monkeypatch)
    assert recompiles(tmp_path, monkeypatch, source=SOURCE + "\n")
    assert recompiles(tmp_path, monkeypatch, guide="another")
    monkeypatch.setattr(sys, "version", "3.99")
    assert recompiles(tmp_path, monkeypatch)


@pytest.mark.parametrize("damage", ["cut", "flip", "empty"])
def test_a_file_that_is_not_whole_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    file = kept(tmp_path)
    content = file.read_bytes()
    flipped = content[:50] + bytes([content[50] ^ 1]) + content[51:]
    file.write_bytes({"cut": content[:-7], "flip": flipped, "empty": b""}[damage])
    assert recompiles(tmp_path, monkeypatch)
    assert kept(tmp_path).read_bytes() == content


def test_what_others_could_have_written_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = kept(tmp_path / "cache")
    file.chmod(0o666)
    assert recompiles(file.parent, monkeypatch)
    file.chmod(0o600)
    assert not recompiles(file.parent, monkeypatch)
    file.parent.chmod(0o777)
    assert recompiles(file.parent, monkeypatch)
    file.parent.chmod(0o700)
    (tmp_path / "led").symlink_to(file.parent)
    assert recompiles(tmp_path / "led", monkeypatch)
    elsewhere = file.rename(tmp_path / "elsewhere")
    file.symlink_to(elsewhere)
    assert recompiles(file.parent, monkeypatch)


def test_nothing_is_written_where_others_may_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    store = Store(tmp_path, "guide")
    store(SOURCE, "<check>")
    store.save()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file" / "cache", "guide")
    assert isinstance(store(SOURCE, "<check>"), CodeType)
    store.save()


def test_only_so_many_guides_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_MOST_FILES", 2)
    for guide in ("one", "two", "three"):
        store = Store(tmp_path, guide)
        store(SOURCE, "<check>")
        store.save()
    assert len(list(tmp_path.iterdir())) == 2
    assert not recompiles(tmp_path, monkeypatch, guide="three")


def test_a_guide_says_the_same_with_a_store_and_without(tmp_path: Path) -> None:
    rule = Rule("stored", "BEG:07", "must_use")
    body = ["ST*850*1", "BEG*00*SA*1**20260115", "PO1*1*5*EA*1", "SE*4*1"]
    found = []
    for guide in (build("004010", "850", [rule]), build("004010", "850", [rule, rule])):
        for _ in range(2):
            guide.compile = store = Store(tmp_path, guide.hash)
            raw = RawSet("850", "1", [text.split("*") for text in body], [0] * 4, [0] * 4, USUAL)
            found.append([finding.rule for finding in guide.check(raw).findings])
            store.save()
            guide._readers.clear()
    assert found == [["stored"]] * 4


def test_the_folder_is_the_user_s_own_unless_the_settings_name_one() -> None:
    assert default_folder({"XDG_CACHE_HOME": "/var/x"}) == Path("/var/x/edi-gateway")
    assert default_folder({}) == Path("~/.cache/edi-gateway").expanduser()
