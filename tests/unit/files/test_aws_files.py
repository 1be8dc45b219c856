"""Where the AWS files are, and which profile is where."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING

import botocore.configloader
import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from files.users import somebody
from mfa_session.files.aws_files import read_profiles
from mfa_session.ini.document import IniDocument
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.paths import config_path, credentials_path
from mfa_session.model.profiles import (
    config_header,
    config_header_in,
    config_headers,
    profile_in_header,
)

if TYPE_CHECKING:
    from pathlib import Path

HEADERS = [
    "default",
    "profile default",
    "profile x",
    "profile  x",
    "profile\tx",
    'profile "x"',
    "profile 'my name'",
    r"profile my\ name",
    "profile my name",
    "profile",
    "profilex y",
    "profile 'open",
    "x",
    "sso-session s",
    "services s",
    "profile \u2003",
    'profile ""',
]


def write(home: Path, config: str = "", credentials: str = "") -> dict[str, str]:
    """Write the two files of a home; return an environment for it."""
    (home / ".aws").mkdir(exist_ok=True)
    (home / ".aws/config").write_text(config)
    (home / ".aws/credentials").write_text(credentials)
    return {"HOME": str(home)}


def test_the_aws_files_are_below_home() -> None:
    environ = {"HOME": "/home/carol/"}
    assert credentials_path(environ) == "/home/carol/.aws/credentials"
    assert config_path(environ) == "/home/carol/.aws/config"


def test_variables_name_the_files_and_tilde_is_expanded() -> None:
    environ = {
        "HOME": "/home/carol",
        "AWS_SHARED_CREDENTIALS_FILE": "~/c",
        "AWS_CONFIG_FILE": "rel/~",
    }
    assert (credentials_path(environ), config_path(environ)) == ("/home/carol/c", "rel/~")


def test_variables_in_a_path_are_expanded_as_botocore_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PLACE", "/place")
    assert credentials_path({"AWS_SHARED_CREDENTIALS_FILE": "$PLACE/c"}) == "/place/c"


def test_empty_variables_count_as_unset() -> None:
    environ = {"HOME": "/h", "AWS_SHARED_CREDENTIALS_FILE": "", "AWS_CONFIG_FILE": ""}
    assert (credentials_path(environ), config_path(environ)) == (
        "/h/.aws/credentials",
        "/h/.aws/config",
    )


def test_without_home_the_password_database_names_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    home = pwd.getpwuid(os.getuid()).pw_dir.rstrip("/")
    assert credentials_path({}) == f"{home}/.aws/credentials"
    assert credentials_path({}) == os.path.expanduser("~/.aws/credentials")
    other = {"AWS_SHARED_CREDENTIALS_FILE": "~root/c"}
    assert credentials_path(other) == os.path.expanduser("~root/c")


@given(headers=st.lists(st.sampled_from(HEADERS), unique=True))
def test_profiles_of_config_headers_are_botocores(headers: list[str]) -> None:
    document = IniDocument(
        "".join(f"[{h}]\nn = {n}\n" for n, h in enumerate(headers)).encode(), "config"
    )
    ours = {name: document.section(h) for name, h in config_headers(document).items()}
    parsed = {h: {"n": str(n)} for n, h in enumerate(headers)}
    assert ours == botocore.configloader.build_profile_map(parsed)["profiles"]


def test_profile_is_what_a_botocore_session_sees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = write(
        tmp_path,
        "[default]\nregion = a\noutput = json\n[profile  x]\nregion = b\n[y]\nregion = no\n",
        "[default]\nregion = c\n[z]\naws_access_key_id = AKIA\n[profile x]\nregion = odd\n",
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    theirs = botocore.session.Session().full_config["profiles"]
    files = read_profiles(environ)
    assert {name: files.section(name) for name in files.names()} == theirs
    assert files.names() == ["default", "profile x", "x", "z"]
    assert files.in_config("default") == {"region": "a", "output": "json"}
    assert files.in_credentials("default") == {"region": "c"}
    assert (files.in_config("z"), files.in_credentials("x")) == ({}, {})
    assert files.section("nobody") == {}


def test_missing_files_are_empty(tmp_path: Path) -> None:
    files = read_profiles({"HOME": str(tmp_path)})
    assert files.names() == []
    assert files.credentials.data == files.config.data == b""


@pytest.mark.parametrize("place", ["/dev/null", "/dev/null/below"])
def test_a_file_that_is_not_regular_is_empty(tmp_path: Path, place: str) -> None:
    assert read_profiles({"HOME": str(tmp_path), "AWS_CONFIG_FILE": place}).names() == []


def test_pipe_without_a_writer_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    environ = {"HOME": str(tmp_path), "AWS_CONFIG_FILE": str(tmp_path / "pipe")}
    assert read_profiles(environ).names() == []


def test_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_profiles({"HOME": str(tmp_path), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path)})
    assert caught.value.code == "unreadable-file"
    assert caught.value.message == f"{tmp_path} cannot be read: is a directory"


def test_file_we_may_not_read_is_refused() -> None:
    with somebody() as home:
        environ = write(home, credentials="[a]\n")
        (home / ".aws/credentials").chmod(0)
        with pytest.raises(ConfigurationError) as caught:
            read_profiles(environ)
    assert caught.value.code == "unreadable-file"
    assert caught.value.message == f"{home}/.aws/credentials cannot be read: permission denied"


def test_circle_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(ConfigurationError) as caught:
        read_profiles({"HOME": str(tmp_path), "AWS_CONFIG_FILE": str(tmp_path / "a")})
    assert caught.value.code == "unreadable-file"


def test_config_header_is_as_it_stands_or_as_usual() -> None:
    document = IniDocument(b"[profile  x]\n[profile 'my name']\n", "config")
    assert config_header_in(document, "x") == "profile  x"
    assert config_header_in(document, "my name") == "profile 'my name'"
    assert config_header_in(document, "new") == "profile new"
    assert (config_header("default"), config_header("x")) == ("default", "profile x")


@pytest.mark.parametrize("name", ["my name", "it's", 'a "b" c', "back\\slash", " "])
def test_a_new_config_header_names_its_profile(name: str) -> None:
    assert profile_in_header(config_header(name)) == name
