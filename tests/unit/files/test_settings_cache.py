"""The copy of what config.toml says: it never outlives the file it was made from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from mfa_session.files import settings_cache as parsed
from mfa_session.files.settings_cache import read_settings_file
from mfa_session.files.state import StateDir
from mfa_session.model.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from mfa_session.model.settings import SettingsFile

LONG_AGO = 1_700_000_000


class Copy(StateDir):
    """A state directory in which one file stands."""

    def __init__(self, data: bytes) -> None:
        """Take what stands in it."""
        super().__init__("/nowhere")
        self._data = data

    def read(self, name: str) -> bytes | None:
        del name
        return self._data


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    return StateDir(str(tmp_path / "state"))


@pytest.fixture
def config(tmp_path: Path) -> Path:
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


def test_a_file_of_other_bytes_is_parsed_again(config: Path, state: StateDir) -> None:
    read(config, state)
    write(config, '[defaults]\nduration = "3h"\n')
    assert read(config, state).defaults == {"duration": 10800}


def test_the_cache_of_another_file_is_not_used(
    config: Path, state: StateDir, tmp_path: Path
) -> None:
    read(config, state)
    other = write(tmp_path / "other.toml", '[defaults]\nduration = "4h"\n')
    assert read(other, state).defaults == {"duration": 14400}


def test_no_flipped_bit_of_the_copy_changes_a_setting(config: Path, state: StateDir) -> None:
    write(config, '[sessions.mfa]\ncode_command = ["a", "b"]\n[guard]\nconfirm = true\n')
    whole = read(config, state)
    data = state.read(parsed.NAME)
    assert data is not None
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        assert parsed.recall(Copy(bytes(flipped)), str(config), config.read_bytes()) is None
    assert read(config, state) == whole


@pytest.mark.parametrize("body", [b"", b"l999999999:", b"l1:" * 100, b"s5:x", b"x", b"d1:i1:"])
def test_a_cache_of_another_form_is_ignored_even_with_a_right_digest(body: bytes) -> None:
    copy = Copy(parsed._digest("p", b"t", body) + body)
    assert parsed.recall(copy, "p", b"t") is None


def test_every_kind_of_value_comes_back() -> None:
    tables = {"a": {"t": "ü\n:", "y": True, "n": False, "d": 7200, "l": ["x", ""]}, "b": {}}
    body = parsed._spell(tables)
    copy = Copy(parsed._digest("p", b"t", body) + body)
    assert parsed.recall(copy, "p", b"t") == tables


def test_wrong_file_is_refused_each_time(tmp_path: Path, state: StateDir) -> None:
    path = write(tmp_path / "config.toml", "[defaults]\nduration = 1.5\n")
    for _ in range(2):
        with pytest.raises(ConfigurationError, match=r"defaults\.duration must be a duration"):
            read(path, state)
    assert state.read(parsed.NAME) is None
