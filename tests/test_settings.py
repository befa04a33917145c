"""config.toml: every key with its default, and every mistake named."""

import tomllib
from pathlib import Path

import pytest

from edi_gateway.cli.trial import starter
from edi_gateway.settings import Settings, SettingsInvalid, as_toml, read

ROOT = Path(__file__).parents[1]


def test_the_config_of_the_repository_is_the_one_that_init_writes():
    assert (ROOT / "config.toml").read_text("utf-8") == starter.config()


def test_every_key_stands_in_the_file_and_uncommenting_them_all_changes_nothing():
    lines = as_toml(Settings()).splitlines()
    keys = [line.removeprefix("# ") for line in lines if " = " in line and not line.endswith('"..."')]
    tables = "\n".join(
        line if line.startswith("[") else line.removeprefix("# ")
        for line in lines
        if line.startswith("[") or line.removeprefix("# ") in keys
    )
    assert Settings.model_validate(tomllib.loads(tables)) == Settings()


def test_a_folder_without_a_config_has_the_defaults(tmp_path):
    assert read(tmp_path) == Settings()


def test_an_unknown_key_is_named(tmp_path):
    (tmp_path / "config.toml").write_text("[engine]\nworkerz = 3\n")
    with pytest.raises(SettingsInvalid, match=r"engine\.workerz: Extra inputs are not permitted"):
        read(tmp_path)


def test_a_file_that_is_not_toml_says_where(tmp_path):
    (tmp_path / "config.toml").write_text("production = maybe\n")
    with pytest.raises(SettingsInvalid, match=r"not TOML: .*line 1"):
        read(tmp_path)


def test_a_sqlite_file_lies_in_the_working_folder(tmp_path):
    assert Settings().database_url(tmp_path) == f"sqlite:///{tmp_path}/gateway.db"


def test_a_database_secret_comes_from_the_environment(tmp_path, monkeypatch):
    settings = Settings.model_validate({"database": {"url_env": "EDI_TEST_URL"}})
    with pytest.raises(SettingsInvalid, match="EDI_TEST_URL, which is not set"):
        settings.database_url(tmp_path)
    monkeypatch.setenv("EDI_TEST_URL", "postgresql+psycopg://me@db/edi")
    assert settings.database_url(tmp_path) == "postgresql+psycopg://me@db/edi"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ('invoice = "INV"', "must count with"),
        ('invoice = "INV{m}"', "makes no number"),
        ('invoice = "INV{n:030d}"', "at most 22"),
        ('credit = "INV{n:08d}"', "told apart by letters"),
        ('invoice = "{n:08d}"\ncredit = "9{n:07d}"', "told apart by letters"),
        ('invoice = "T{n:08d}"', "told apart by letters"),
    ],
)
def test_numbers_of_invoices_and_credits_never_meet(tmp_path, said, why):
    (tmp_path / "config.toml").write_text(f"[numbers]\n{said}\n", "utf-8")
    with pytest.raises(SettingsInvalid, match=why):
        read(tmp_path)
