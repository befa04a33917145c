"""The fixture `shop`: a gateway over folders on a stocked database, on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.flow.shop import Shop
from tests.samples.conftest import stocked, stocked_template

__all__ = ["stocked", "stocked_template"]


@pytest.fixture
def shop(stocked: Engine, tmp_path: Path) -> Shop:
    return Shop(stocked, tmp_path / "home")
