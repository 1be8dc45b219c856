"""What may come at the cursor, for every command there is."""

from __future__ import annotations

import pytest

from mfa_session.cli.completion_cursor import Cursor, find_cursor
from mfa_session.cli.spec.command import Argument, Command, Option
from mfa_session.cli.spec.options import COMMON, SHELLS
from mfa_session.cli.spec.table import all_commands


def words(cursor: Cursor) -> list[str]:
    return [word for word, _ in cursor.offers]


def test_help_is_followed_by_what_it_explains() -> None:
    assert "login" in words(find_cursor(["help"], ""))
    assert words(find_cursor(["help", "totp"], "")) == [
        "add",
        "code",
        "list",
        "show-qr",
        "remove",
    ]
    assert words(find_cursor(["help", "login"], "")) == []


def test_the_first_word_is_a_command_or_a_group() -> None:
    expected = dict.fromkeys(command.words[0] for command in all_commands())
    assert words(find_cursor([], "")) == [*expected, "help"]


def test_before_a_command_only_help_and_version() -> None:
    assert words(find_cursor([], "-")) == ["--help", "--version"]


@pytest.mark.parametrize("group", ["totp", "device"])
def test_the_second_word_of_a_group_is_one_of_its_commands(group: str) -> None:
    below = [command.words[1] for command in all_commands() if command.words[0] == group]
    assert words(find_cursor([group], "")) == below


@pytest.mark.parametrize("command", all_commands(), ids=lambda command: str(command.name))
def test_every_option_of_every_command_is_offered(command: Command) -> None:
    flags = [option.flags[0] for option in (*command.options, *COMMON)]
    after = ["--"] if command.takes_command else []
    assert words(find_cursor(list(command.words), "-")) == [*flags, "--help", *after]


@pytest.mark.parametrize("command", all_commands(), ids=lambda command: str(command.name))
def test_every_value_is_known_by_both_spellings(command: Command) -> None:
    for option in command.options:
        if option.kind in {"flag", "count"}:
            continue
        for flag in option.flags:
            apart = find_cursor([*command.words, flag], "")
            attached = find_cursor(list(command.words), flag + "=")
            assert attached.prefix == flag + "="
            assert words(apart) == list(option.choices)
            assert words(attached) == [flag + "=" + choice for choice in option.choices]
            assert apart.suggests == attached.suggests


@pytest.mark.parametrize(
    ("before", "current", "expected"),
    [
        (["login", "--profile"], "", Cursor(suggests="profile")),
        (["login", "--source-profile"], "x", Cursor(suggests="profile")),
        (["login"], "--serial-number=x", Cursor(suggests="serial", prefix="--serial-number=")),
        (["login", "--role-arn"], "", Cursor(suggests="role")),
        (["login", "--duration"], "", Cursor()),
        (["login", "--json="], "", Cursor(offers=find_cursor(["login", "--json"], "").offers)),
        (["login"], "--json=", Cursor()),
        (["login"], "--nosuch=x", Cursor()),
        (["login"], "x", Cursor()),
        (["totp", "remove"], "", Cursor(suggests="serial")),
        (["prompt", "--color"], "", Cursor(offers=tuple((shell, "") for shell in SHELLS))),
        (["completion"], "", Cursor(offers=tuple((shell, "") for shell in SHELLS))),
        (["completion", "zsh"], "z", Cursor()),
        (["nosuch"], "", Cursor()),
        (["totp", "nosuch"], "", Cursor()),
        (["exec"], "", Cursor(command_at=1)),
        (["exec", "--"], "", Cursor(command_at=2)),
        (["exec", "-v", "--profile", "a", "--"], "", Cursor(command_at=5)),
        (["exec", "--profile=a", "aws", "s3"], "--re", Cursor(command_at=2)),
        (["exec", "--", "aws"], "--profile", Cursor(command_at=2)),
        (["exec", "--profile"], "", Cursor(suggests="profile")),
        (["exec", "--profile", "--"], "", Cursor(command_at=3)),
    ],
)
def test_what_may_come(before: list[str], current: str, expected: Cursor) -> None:
    assert find_cursor(before, current) == expected


def test_an_option_is_offered_once_unless_it_may_be_repeated() -> None:
    offered = words(find_cursor(["login", "--json", "--profile", "a", "-v"], "-"))
    assert "--json" not in offered
    assert {"--profile", "--verbose"} <= set(offered)


def test_options_are_offered_where_nothing_else_can_come() -> None:
    assert words(find_cursor(["status"], "")) == words(find_cursor(["status"], "-"))


def test_files_are_offered_where_a_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    lint = Command(
        name="lint",
        run="policy.commands.lint:run",
        summary="",
        examples=(),
        description="",
        options=(Option(flags=("--out",), help="", metavar="FILE"),),
        arguments=(Argument(name="file", required=True, many=True),),
    )
    monkeypatch.setattr("mfa_session.cli.completion_cursor.find_command", lambda *_: lint)
    assert find_cursor(["lint"], "") == Cursor(suggests="file")
    assert find_cursor(["lint", "a.json", "b.json"], "c") == Cursor(suggests="file")
    assert find_cursor(["lint"], "--out=x") == Cursor(suggests="file", prefix="--out=")
