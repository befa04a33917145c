"""The `document` fixture: the docstring of a test marked with @x12, read and checked."""

from __future__ import annotations

import pytest

from tests.x12.edi import Document, document_in


@pytest.fixture
def document(request: pytest.FixtureRequest) -> Document:
    return document_in(request.function)
