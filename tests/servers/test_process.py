"""What happens without a server's program."""

from __future__ import annotations

import pytest

from tests.servers.process import absent


def test_without_the_program_a_test_is_skipped_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="sshd is not on this machine"):
        absent("sshd")


def test_on_ci_it_fails_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="sshd is not on this machine, and on CI it has to be"):
        absent("sshd")
