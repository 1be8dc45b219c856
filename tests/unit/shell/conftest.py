"""A home with names that are hard to complete, and shells in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from shell.interactive import Shell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CREDENTIALS = """\
[default]
aws_access_key_id = AKIAEXAMPLEEXAMPLE12
aws_secret_access_key = x
[books]
aws_access_key_id = AKIAEXAMPLEEXAMPLE13
aws_secret_access_key = x
mfa_serial = arn:aws:iam::123456789012:mfa/carol
[my name]
aws_access_key_id = AKIAEXAMPLEEXAMPLE14
aws_secret_access_key = x
[we"ird$x]
aws_access_key_id = AKIAEXAMPLEEXAMPLE15
aws_secret_access_key = x
"""
CONFIG = """\
[profile zebra-one]
region = eu-west-1
mfa_serial = arn:aws:iam::123456789012:mfa/dave
[profile zebra-two]
role_arn = arn:aws:iam::444455556666:role/Reader
[profile "it's mine"]
region = eu-west-1
"""
SETTINGS = """\
[sessions.library]
via = "mfa"
role_arn = "arn:aws:iam::444455556666:role/CrossAccountRole"
mfa_serial = "GAHT12345678"
"""


@pytest.fixture
def places(home: Path) -> Path:
    """Write the AWS files, config.toml and a policy; return the home."""
    (home / ".aws").mkdir()
    (home / ".aws" / "credentials").write_text(CREDENTIALS)
    (home / ".aws" / "credentials").chmod(0o600)
    (home / ".aws" / "config").write_text(CONFIG)
    settings = home / ".config" / "mfa-session" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(SETTINGS)
    (home / "policy one.json").write_text("{}")
    return home


@pytest.fixture(scope="session")
def zsh_dump(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file in which each zsh finds what the first one has found, which takes 0.2 s."""
    return str(tmp_path_factory.mktemp("zsh") / "dump")


@pytest.fixture
def open_shell(places: Path, zsh_dump: str) -> Iterator[Callable[[str], Shell]]:
    """Open shells in that home, by name; they end with the test."""
    del places  # written
    opened: list[Shell] = []
    env = {"SHELL": None, "HISTFILE": os.devnull, "ZSH_DUMP": zsh_dump}

    def open_shell(name: str) -> Shell:
        opened.append(Shell(name, env))
        return opened[-1]

    yield open_shell
    for shell in opened:
        shell.close()
