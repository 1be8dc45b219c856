"""Files that somebody else could have written are refused, and one that may not be read."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING

import pytest

from files.users import IS_ROOT, NOBODY, somebody
from mfa_session.files.reading import check_owner, read_bytes, unreadable
from mfa_session.model.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root can give files away")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a safe file in a safe directory."""
    (tmp_path / "aws").mkdir(mode=0o700)
    path = tmp_path / "aws" / "credentials"
    path.write_text("[a]\n")
    path.chmod(0o600)
    return path


def refusal(path: Path) -> ConfigurationError:
    """Return how a file is refused."""
    with pytest.raises(ConfigurationError) as caught:
        check_owner(str(path), "the credentials file")
    assert caught.value.code == "unsafe-file"
    return caught.value


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640, 0o644])
@pytest.mark.parametrize("directory_mode", [0o700, 0o755, 0o1777])
def test_a_file_that_others_can_only_read_is_safe(
    file: Path, mode: int, directory_mode: int
) -> None:
    file.chmod(mode)
    file.parent.chmod(directory_mode)
    check_owner(str(file), "the credentials file")


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_file_that_others_may_write_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    error = refusal(file)
    assert error.message == f"the credentials file {file} may be written by others"
    assert error.hint == f"chmod go-w {file}"


def test_directory_that_others_may_write_is_refused(file: Path) -> None:
    file.parent.chmod(0o777)
    error = refusal(file)
    assert str(file.parent) in error.message
    assert error.hint == f"chmod go-w {file.parent}"


def test_the_command_of_a_hint_quotes_the_path(file: Path) -> None:
    path = file.rename(file.with_name("my credentials"))
    path.chmod(0o620)
    assert refusal(path).hint == f"chmod go-w '{path}'"


def test_directory_of_ones_own_group_is_safe_as_umask_002_makes_it(file: Path) -> None:
    file.parent.chmod(0o775)
    if IS_ROOT:  # whose group is private to it
        check_owner(str(file), "the credentials file")
        os.chown(file.parent, 0, NOBODY)
        assert "may be written by others" in refusal(file).message


def test_file_of_ones_own_group_is_spared_where_that_is_asked_for(file: Path) -> None:
    file.chmod(0o660)
    assert "may be written by others" in refusal(file).message
    if IS_ROOT:  # whose group is private to it
        check_owner(str(file), "the AWS config file", spares_private_group=True)
        os.chown(file, 0, NOBODY)
    else:
        file.chmod(0o602)
    with pytest.raises(ConfigurationError) as caught:
        check_owner(str(file), "the AWS config file", spares_private_group=True)
    assert caught.value.hint == f"chmod go-w {file}"


def test_missing_file_is_fine(tmp_path: Path) -> None:
    check_owner(str(tmp_path / "none"), "the credentials file")
    check_owner(str(tmp_path / "none" / "below"), "the credentials file")
    (tmp_path / "link").symlink_to("nowhere")
    check_owner(str(tmp_path / "link"), "the credentials file")


def test_null_device_is_fine(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/null")
    check_owner("/dev/null", "the credentials file")
    check_owner(str(tmp_path / "link"), "the credentials file")


def test_links_are_followed(file: Path, tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("aws/credentials")
    check_owner(str(tmp_path / "one"), "the credentials file")
    file.chmod(0o666)
    assert "may be written by others" in refusal(tmp_path / "one").message


def test_circle_of_links_ends(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("a")
    check_owner(str(tmp_path / "a"), "the credentials file")


@needs_root
def test_file_of_another_user_is_refused(file: Path) -> None:
    os.chown(file, NOBODY, NOBODY)
    error = refusal(file)
    assert error.message == f"the credentials file {file} belongs to another user"
    owner = pwd.getpwuid(NOBODY).pw_name
    assert error.hint == (
        f"run it as its owner: sudo -H -u {owner} mfa-session …; or set HOME to root's own"
    )


@needs_root
def test_link_of_another_user_is_refused(file: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(file)
    os.lchown(tmp_path / "link", NOBODY, NOBODY)
    assert "belongs to another user" in refusal(tmp_path / "link").message


@needs_root
def test_file_of_root_is_safe_for_others() -> None:
    with somebody() as home:
        os.seteuid(0)
        path = home / "credentials"
        path.write_text("[a]\n")
        os.seteuid(NOBODY)
        check_owner(str(path), "the credentials file")


def hint_of(path: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_bytes(str(path))
    return caught.value.hint


def test_an_empty_directory_where_a_file_is_meant_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "my config"
    path.mkdir()
    assert hint_of(path) == f"a file is meant: rmdir '{path}'"
    (path / "mine").touch()
    assert hint_of(path).startswith(
        "a file is meant: move the directory away, or name the file by "
    )


@pytest.mark.parametrize("end", ["", "/config"])
def test_the_link_that_leads_in_a_circle_is_named(tmp_path: Path, end: str) -> None:
    link = tmp_path / "link"
    link.symlink_to("link")
    assert hint_of(tmp_path / f"link{end}") == f"the symbolic links lead in a circle: rm {link}"


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
@pytest.mark.parametrize(("mode", "command"), [(0o200, "chmod u+r"), (0o600, "ls -ld")])
def test_the_hint_is_chmod_only_if_the_owners_mode_is_the_cause(
    tmp_path: Path, mode: int, command: str
) -> None:
    path = tmp_path / "my credentials"
    path.touch()
    path.chmod(mode)
    error = unreadable(str(path), PermissionError(13, "Permission denied", str(path)))
    assert error.hint == f"{command} '{path}'"
