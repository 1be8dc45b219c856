"""What `env` prints for readers that cannot be quoted for: carried as it is, or refused."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import dotenv
import pytest

from mfa_session.cli.variables import session_lines
from mfa_session.model.errors import ConfigurationError
from mfa_session.shell.dialects import format_variables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

LETTERS = [*map(chr, range(1, 0x180)), "\u2018", "\u2019", "\u2028", "\udcff", "\U0001f511"]
VALUES = [
    *(form.format(letter) for letter in LETTERS for form in ("{}ab", "a{}b", "ab{}")),
    "a b", "a #b", "a#b", "${HOME}", "$HOME", "`id`", "$(id)", "'a'", '"a"', "a\\nb", "~/a", "a;id",
    "eu-west-1", "s+/=", "arn:aws:iam::123456789012:mfa/carol@example.com", "100%", "%PATH%",
]  # fmt: skip
READERS = ("python-dotenv", "a shell", "docker")


def carried(shell: str) -> dict[str, str]:
    """Return the values that a format takes, by a name for each."""
    return {f"V{number}": value for number, value in enumerate(VALUES) if takes(shell, value)}


def takes(shell: str, value: str) -> bool:
    try:
        session_lines(shell, {"MFA_SESSION_ACTIVE": "mfa", "AWS_REGION": value}, "mfa")
    except ConfigurationError as error:
        return error.code != "value-not-carried"
    return True


def read_back(reader: str, path: Path) -> Mapping[str, str | None]:
    """Return what a reader of a dotenv file makes of it."""
    if reader == "python-dotenv":
        return dotenv.dotenv_values(path)
    if reader == "docker":  # --env-file: up to the first `=`, and all the rest of the line
        return _pairs(path.read_text(encoding="utf-8").split("\n"))
    script = ["bash", "-c", 'set -a; HOME=/x; . "$1"; env -0', "bash", str(path)]
    said = subprocess.run(script, env={}, stdout=subprocess.PIPE, check=True).stdout
    return _pairs(os.fsdecode(said).split("\0"))


def _pairs(entries: Iterable[str]) -> dict[str, str]:
    return {name: value for name, _, value in (entry.partition("=") for entry in entries) if name}


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_of_dotenv_gets_the_same_value(tmp_path: Path, reader: str) -> None:
    values = carried("dotenv")
    path = tmp_path / ".env"
    lines = session_lines("dotenv", {"MFA_SESSION_ACTIVE": "mfa", **values}, "mfa")
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    found = read_back(reader, path)
    assert {name: found[name] for name in values} == values
    assert {"eu-west-1", "s+/=", "100%"} <= set(values.values())


def test_dotenv_refuses_values_that_a_reader_would_expand() -> None:
    refused = [value for value in VALUES if not takes("dotenv", value)]
    assert {"a b", "a #b", "${HOME}", "$(id)", "'a'", "a\nb", "ab\r", "~/a"} <= set(refused)


@pytest.mark.parametrize("value", ["a%b", 'a"b', "a!b", "a^b", "a\nb", "a\rb", "\u00fc"])
def test_cmd_refuses_values_that_act_within_quotes(value: str) -> None:
    assert not takes("cmd", value)


@pytest.mark.parametrize("value", ["it's", "a b", "a & b | <c> (d)", "s+/="])
def test_cmd_accepts_values_that_its_quotes_protect(value: str) -> None:
    assert takes("cmd", value)


@pytest.mark.parametrize(("shell", "name"), [("dotenv", "Foo $Bar"), ("cmd", 'Foo "Bar"')])
def test_a_session_with_another_name_is_called_by_its_profile(shell: str, name: str) -> None:
    lines = session_lines(shell, {"MFA_SESSION_ACTIVE": name}, "Foo-Bar")
    assert [line for line in lines if "Foo" in line] == [
        {"dotenv": "MFA_SESSION_ACTIVE=Foo-Bar", "cmd": 'set "MFA_SESSION_ACTIVE=Foo-Bar"'}[shell]
    ]


@pytest.mark.parametrize("shell", ["dotenv", "cmd"])
def test_a_secret_that_is_refused_is_not_shown(shell: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        session_lines(shell, {"MFA_SESSION_ACTIVE": "mfa", "AWS_SESSION_TOKEN": 'pl"anted'}, "mfa")
    assert "anted" not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize("quote", "'\u2018\u2019\u201a\u201b")
def test_powershell_ends_a_text_at_none_of_its_quotes(quote: str) -> None:
    lines = format_variables("powershell", {"AWS_REGION": f"a{quote}; calc #"})
    assert lines == [f"$env:AWS_REGION = 'a{quote}{quote}; calc #'"]
