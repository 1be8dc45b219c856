"""The store of sessions where there is no home directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.files.session_store import SessionStore
from mfa_session.files.state import StateDir

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_without_a_home_nothing_is_set_aside_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    said: list[str] = []
    store = SessionStore({}, StateDir("~/.local/state/mfa-session"), said.append)
    assert store.set_aside("mfa") is None
    assert ["no XDG_STATE_HOME" in line for line in said] == [True]
    assert list(project.iterdir()) == []
