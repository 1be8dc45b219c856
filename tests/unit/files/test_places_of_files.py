"""Where files are looked for: never in the current directory, whatever a variable says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mfa_session.files.aws_files import read_profiles
from mfa_session.files.settings_cache import read_settings_file
from mfa_session.files.shared import CredentialsFile
from mfa_session.files.state import StateDir
from mfa_session.model.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = '[sessions.mfa]\ncode_command = "touch stolen"\n'


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a cloned repository, which is the current directory."""
    folder = tmp_path / "repository"
    for place in (".config", "~/.config"):
        (folder / place / "mfa-session").mkdir(parents=True)
        (folder / place / "mfa-session" / "config.toml").write_text(HOSTILE)
    (folder / "~" / ".aws").mkdir()
    (folder / "~" / ".aws" / "credentials").write_text("[default]\nk = v\n")
    (folder / "credentials").write_text("[default]\nk = v\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("home", ["~", ".", "repository"])
@pytest.mark.parametrize("config", [None, ".config", "~/.config"])
def test_no_file_of_the_current_directory_is_read(
    repository: Path, home: str, config: str | None
) -> None:
    environ = {"HOME": home, **({"XDG_CONFIG_HOME": config} if config else {})}
    state = StateDir.of(environ)
    assert read_settings_file(environ, state).sessions == {}
    assert read_profiles(environ).names() == []
    file = CredentialsFile(environ, state, lambda _: None)
    with pytest.raises(ConfigurationError, match="no home directory"):
        file.update("mfa", lambda document: document.with_values("mfa", {"k": "v"}))
    before = (repository / "~" / ".aws" / "credentials").read_text()
    assert before == "[default]\nk = v\n"


@pytest.mark.parametrize("variable", ["AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"])
@pytest.mark.usefixtures("repository")
def test_a_relative_path_of_an_aws_file_is_refused_and_spelled_out(variable: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_profiles({"HOME": "/nonexistent", variable: "credentials"})
    assert caught.value.code == "relative-path"
    assert "/repository/credentials" in caught.value.hint


@pytest.mark.usefixtures("repository")
def test_a_relative_path_of_config_toml_is_refused(home: Path) -> None:
    environ = {"HOME": str(home), "MFA_SESSION_CONFIG": ".config/mfa-session/config.toml"}
    with pytest.raises(ConfigurationError, match="relative path"):
        read_settings_file(environ, StateDir.of(environ))


def test_a_config_toml_that_is_named_must_be_there(home: Path) -> None:
    environ = {"HOME": str(home), "MFA_SESSION_CONFIG": "/nope"}
    with pytest.raises(ConfigurationError, match="MFA_SESSION_CONFIG names /nope") as caught:
        read_settings_file(environ, StateDir.of(environ))
    assert caught.value.exit_code == 3
    environ["MFA_SESSION_CONFIG"] = "/dev/null"
    assert read_settings_file(environ, StateDir.of(environ)).sessions == {}
