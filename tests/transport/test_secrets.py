"""Where secrets come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_gateway.transport.secrets import SecretMissing, secrets_from


def test_a_secret_is_read_from_a_variable_or_a_file_below_the_root(tmp_path: Path) -> None:
    (tmp_path / "north.txt").write_text("from file\n", encoding="utf-8")
    read = secrets_from({"NORTH": "from variable"}, tmp_path)
    assert read("env", "NORTH") == "from variable"
    assert read("file", "north.txt") == "from file\n"
    assert read("file", str(tmp_path / "north.txt")) == "from file\n"


def test_a_missing_secret_is_named_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    read = secrets_from({"EMPTY": "", "OTHER": "hush"}, tmp_path)
    for kind, name, said in [
        ("env", "NORTH", "environment variable NORTH cannot be read: it is not set, or empty."),
        ("env", "EMPTY", "environment variable EMPTY cannot be read: it is not set, or empty."),
        ("file", "none", f"file {tmp_path / 'none'} cannot be read: No such file or directory."),
        ("file", "binary", f"file {tmp_path / 'binary'} cannot be read: it is no text."),
    ]:
        with pytest.raises(SecretMissing) as caught:
            read(kind, name)  # type: ignore[arg-type]
        assert str(caught.value) == f"The secret in {said}"
