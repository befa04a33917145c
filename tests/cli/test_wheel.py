"""The package as it is installed: a wheel, in an environment of its own, away from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.cli.terminal import ROOT

pytestmark = pytest.mark.slow

SOURCES = ("edi_gateway", "mappings", "partners", "samples")
FILES = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "CHANGELOG.md", "LICENSE", "config.toml")


def done(words: list[str | Path], folder: Path) -> str:
    """Run it without anything of the checkout in its environment; what it said."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ended = subprocess.run(words, cwd=folder, env=clean, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("build")
    pytest.importorskip("setuptools")
    source = tmp_path_factory.mktemp("source") / "checkout"
    source.mkdir()
    for name in SOURCES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, source / name)
    done([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", source / "dist"], source)
    (made,) = (source / "dist").glob("*.whl")
    return made


def test_the_wheel_holds_everything_that_a_working_folder_needs(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for part in ("mappings", "partners", "samples"):
        shipped = {
            f"edi_gateway/starter/{part}/{file.relative_to(ROOT / part).as_posix()}"
            for file in (ROOT / part).rglob("*")
            if file.is_file() and "__pycache__" not in file.parts
        }
        assert shipped - names == set()
    data = ROOT / "edi_gateway"
    assert {
        file.relative_to(ROOT).as_posix()
        for file in data.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".pyc"
    } - names == set()
    assert not [name for name in names if name.startswith(("tests/", "docs/", "benchmarks/"))]


def test_the_installed_program_makes_a_folder_and_runs_the_demonstration(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "environment"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    (packages / "dependencies.pth").write_text(
        sysconfig.get_path("purelib")
    )  # as if they were installed here
    done(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            python,
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            wheel,
        ],
        tmp_path,
    )
    where = done([python, "-c", "import edi_gateway; print(edi_gateway.__file__)"], tmp_path).strip()
    assert Path(where).is_relative_to(packages)

    program = home / "bin" / "edi-gateway"
    assert "Next: cd work" in done([program, "init", "work"], tmp_path)
    work = tmp_path / "work"
    assert "Nothing to find fault with." in done(
        [program, "check", "samples/01-mass-merchant/input.edi", "--partner", "kestrelmoor"], work
    )
    assert '"po_number": "K7001001"' in done([program, "map", "samples/01-mass-merchant/input.edi"], work)
    assert "Nothing came in" in done([program, "run", "--once"], work)
    story = done([program, "demo", "show"], tmp_path)
    assert "Orders that are through" in story
    assert "K7001001" in story
    assert "K7001001" in done([program, "orders", "list"], tmp_path / "show")
