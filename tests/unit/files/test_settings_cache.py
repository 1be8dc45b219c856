"""The copy of what config.toml says: it never outlives the file it was made from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from mfa_session.files import settings_cache as parsed
from mfa_session.files.config_toml import read_settings_file
from mfa_session.files.state import StateDir
from mfa_session.model.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from mfa_session.model.settings_file import SettingsFile

LONG_AGO = 1_700_000_000


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    return StateDir(str(tmp_path / "state"))


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # A settled file: its change time cannot be set back, so the margin is taken away instead.
    monkeypatch.setattr(parsed, "SETTLED_SECONDS", -1)
    return write(tmp_path / "config.toml", '[defaults]\nduration = "2h"\n')


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def read(config: Path, state: StateDir) -> SettingsFile:
    return read_settings_file({"MFA_SESSION_CONFIG": str(config)}, state)


def test_unchanged_file_is_not_parsed_again(
    config: Path, state: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read(config, state)
    monkeypatch.setattr("mfa_session.files.config_toml._parse", None)
    assert read(config, state) == first
    assert first.defaults == {"duration": 7200}


def test_file_changed_within_its_size_and_time_is_parsed_again(
    config: Path, state: StateDir
) -> None:
    read(config, state)
    write(config, '[defaults]\nduration = "3h"\n')  # the change time gives it away
    assert read(config, state).defaults == {"duration": 10800}


def test_file_changed_a_moment_ago_is_not_remembered(tmp_path: Path, state: StateDir) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[defaults]\n")
    read(path, state)
    assert state.read(parsed.NAME) is None


def test_copy_of_another_file_does_not_serve(config: Path, state: StateDir, tmp_path: Path) -> None:
    read(config, state)
    other = write(tmp_path / "other.toml", '[defaults]\nduration = "4h"\n')
    assert read(other, state).defaults == {"duration": 14400}


@pytest.mark.parametrize("damage", [b"", b"\x00", b"i\x01\x00\x00\x00", b"(\x02"])
def test_damaged_copy_is_no_copy(config: Path, state: StateDir, damage: bytes) -> None:
    read(config, state)
    state.write(parsed.NAME, damage)
    assert read(config, state).defaults == {"duration": 7200}


def test_wrong_file_is_refused_each_time(tmp_path: Path, state: StateDir) -> None:
    path = write(tmp_path / "config.toml", "[defaults]\nduration = 1.5\n")
    for _ in range(2):
        with pytest.raises(ConfigurationError, match=r"defaults\.duration must be a duration"):
            read(path, state)
    assert state.read(parsed.NAME) is None
