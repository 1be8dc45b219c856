"""What a replacement keeps beside the bytes: ACLs never let in more than before."""

from __future__ import annotations

import os
import stat
import struct
import sys
from typing import TYPE_CHECKING

import pytest

from files.users import IS_ROOT, NOBODY, somebody
from mfa_session.files import linux
from mfa_session.files.atomic import replace_file
from mfa_session.files.reading import check_owner
from mfa_session.model.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ACLs and attributes of Linux")

NO_ID = 0xFFFFFFFF
DEFAULT_ACL = "system.posix_acl_default"


def acl(*, named: str, mask: str, group: str = "---", owner: str = "rw-") -> bytes:
    """Return an ACL as the kernel has it; `named` are the rights of `nobody`."""
    rights = {"---": 0, "r--": 4, "rw-": 6, "rwx": 7}
    entries = [(1, rights[owner], NO_ID), (2, rights[named], NOBODY), (4, rights[group], NO_ID)]
    entries += [(16, rights[mask], NO_ID), (32, 0, NO_ID)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a file of mode 0600."""
    path = tmp_path / "f"
    path.write_bytes(b"old")
    path.chmod(0o600)
    return path


def test_acl_and_attributes_are_kept_with_the_mode(path: Path) -> None:
    given = acl(named="r--", mask="r--")
    os.setxattr(path, linux.ACL, given)
    os.setxattr(path, "user.origin", b"here")
    replace_file(str(path), b"new", mode=None)
    assert os.getxattr(path, linux.ACL) == given
    assert os.getxattr(path, "user.origin") == b"here"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_private_file_lets_nobody_in_by_an_acl(path: Path) -> None:
    os.setxattr(path, linux.ACL, acl(named="rw-", mask="rw-"))
    replace_file(str(path), b"new", mode=0o600)
    assert linux.ACL not in os.listxattr(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_acl_for_new_files_of_the_directory_does_not_come_upon_an_old_one(path: Path) -> None:
    path.chmod(0o640)
    os.setxattr(path.parent, DEFAULT_ACL, acl(named="rwx", mask="rwx"))
    replace_file(str(path), b"new", mode=None)
    assert linux.ACL not in os.listxattr(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_an_acl_that_cannot_be_kept_takes_the_groups_rights_along(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.setxattr(path, linux.ACL, acl(named="r--", mask="r--"))

    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "setxattr", refuse)
    replace_file(str(path), b"new", mode=None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("named", "group", "mask", "lets"),
    [
        ("r--", "---", "rw-", False),
        ("rw-", "---", "r--", False),
        ("rw-", "---", "rw-", True),
        ("---", "rw-", "rw-", True),
    ],
)
def test_an_acl_that_lets_others_write_is_told_from_one_that_does_not(
    path: Path, named: str, group: str, mask: str, lets: bool
) -> None:
    os.setxattr(path, linux.ACL, acl(named=named, group=group, mask=mask))
    assert linux.acl_lets_others_write(str(path)) is lets


def test_a_file_without_an_acl_has_none(path: Path) -> None:
    assert linux.acl_lets_others_write(str(path)) is None


def test_a_directory_that_an_acl_lets_another_write_is_refused_in_a_private_group() -> None:
    with somebody() as home:
        (home / "d").mkdir(mode=0o700)
        path = home / "d" / "f"
        path.touch(mode=0o600)
        os.setxattr(home / "d", linux.ACL, acl(named="r--", mask="rwx", owner="rwx"))
        os.chown(home / "d", -1, os.getegid())
        if IS_ROOT:  # `nobody` is who acts, so an entry for that user is no other's
            check_owner(str(path), "the file")
        entries = acl(named="rwx", mask="rwx", owner="rwx").replace(
            struct.pack("<I", NOBODY), struct.pack("<I", NOBODY - 1)
        )
        os.setxattr(home / "d", linux.ACL, entries)
        with pytest.raises(ConfigurationError, match="may be written by others"):
            check_owner(str(path), "the file")
