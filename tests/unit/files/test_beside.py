"""The notes of sessions in the keyring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.files.beside import KeyringSessions
from mfa_session.files.state import StateDir

if TYPE_CHECKING:
    from pathlib import Path


class _Vault:
    def get(self, profile: str, backend: str | None = None) -> None:
        """Have nothing."""

    def put(self, profile: str, _: object) -> str:
        raise AssertionError(profile)

    def remove(self, profile: str) -> None:
        """Have had nothing."""


def test_the_note_of_an_earlier_version_is_removed_whatever_its_name(tmp_path: Path) -> None:
    state = StateDir(str(tmp_path / "state"))
    state.write("stored-0123456789abcdef", b"[books]\nmfa_session_name = books\n")
    state.write("stored-fedcba9876543210", b"[books-too]\nmfa_session_name = books-too\n")
    KeyringSessions(state, _Vault, print).remove("books")
    assert state.names("stored-") == ["stored-fedcba9876543210"]
