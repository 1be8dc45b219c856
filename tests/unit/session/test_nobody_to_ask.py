"""A code that certainly cannot come is missed at once; where it may come, nothing is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mfa_session.files.locks import Lock, is_held
from mfa_session.files.state import StateDir
from mfa_session.system.secret_index import may_have_keyring

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    return StateDir(str(tmp_path / "state"))


def test_no_login_is_under_way_before_the_first_and_after_the_last(state: StateDir) -> None:
    assert not is_held(state.path("locks"), "turn-")
    with Lock(state.lock_path("turn", "AKIA1")):
        pass
    assert not is_held(state.path("locks"), "turn-")


def test_another_login_in_progress_is_waited_for(state: StateDir) -> None:
    with Lock(state.lock_path("turn", "AKIA1")):
        assert is_held(state.path("locks"), "turn-")


def test_other_locks_do_not_count_as_logins(state: StateDir) -> None:
    with Lock(state.lock_path("file", "credentials")):
        assert not is_held(state.path("locks"), "turn-")


def test_in_an_unwritable_home_a_turn_counts_as_held(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert is_held(StateDir(str(tmp_path / "file" / "state")).path("locks"), "turn-")


def test_without_a_home_a_turn_counts_as_held() -> None:
    assert is_held("~/.local/state/mfa-session/locks", "turn-")


@pytest.mark.skipif("sys.platform != 'linux'", reason="others always have a keyring")
class TestKeyring:
    def test_there_is_none_without_a_bus(self, home: Path) -> None:
        assert not may_have_keyring({"XDG_RUNTIME_DIR": str(home)}, {})

    @pytest.mark.parametrize("name", ["PYTHON_KEYRING_BACKEND", "DBUS_SESSION_BUS_ADDRESS"])
    def test_a_variable_may_lead_to_one(self, name: str) -> None:
        assert may_have_keyring({name: "x"}, {})

    def test_settings_may_choose_one(self) -> None:
        assert may_have_keyring({}, {"backend": "keyrings.other.Keyring"})

    @pytest.mark.parametrize(
        ("variable", "file"),
        [("XDG_RUNTIME_DIR", "bus"), ("XDG_CONFIG_HOME", "python_keyring/keyringrc.cfg")],
    )
    def test_a_file_may_lead_to_one(self, variable: str, file: str, tmp_path: Path) -> None:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
        assert may_have_keyring({variable: str(tmp_path)}, {})
