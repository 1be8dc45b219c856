"""The answers that the shells' completion gets, and what may come at the cursor."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from mfa_session.cli.completion import Cursor, answer, find_cursor
from mfa_session.cli.spec.commands import COMMON, SHELLS, Argument, Command, Option, all_commands
from mfa_session.files.state import StateDir
from mfa_session.system.secret_index import SecretIndex
from places import AwsFiles

if TYPE_CHECKING:
    from pathlib import Path

CREDENTIALS = "[default]\n[mfa]\nmfa_session_mfa_serial = GAHT2\nrole_arn=arn:aws:iam::1:role/b\n"
CONFIG = "[default]\nmfa_serial = GAHT1\n[profile books]\nrole_arn = arn:aws:iam::1:role/a\n[x]\n"
SETTINGS = '[sessions.library]\nrole_arn = "arn:aws:iam::1:role/c"\nmfa_serial = "GAHT3"\n'


@pytest.fixture
def files(home: Path) -> AwsFiles:
    files = AwsFiles(home)
    files.write(CREDENTIALS, config=CONFIG, settings=SETTINGS)
    return files


def offered(*words: str, shell: str = "fish") -> list[str]:
    """Return the words offered, without their meanings."""
    first, *lines = answer([shell, *words], os.environ).splitlines()
    assert first == "words"
    return [line.partition("\t")[0] for line in lines]


def test_profiles_of_both_files_and_sessions_are_offered(files: AwsFiles) -> None:
    del files  # they are there
    known = ["books", "default", "library", "mfa"]
    assert offered("login", "--profile", "") == known
    assert offered("login", "--profile=b") == [f"--profile={name}" for name in known]
    assert offered("login", "--source-profile", "") == known


def test_devices_of_profiles_sessions_and_notes_are_offered(files: AwsFiles) -> None:
    del files  # they are there
    SecretIndex(StateDir.of(os.environ)).note("GAHT4", "keyring.backends.Some")
    SecretIndex(StateDir.of(os.environ)).note("GAHT5", None)
    assert offered("totp", "remove", "") == ["GAHT1", "GAHT2", "GAHT3", "GAHT4"]


def test_roles_of_profiles_and_sessions_are_offered(files: AwsFiles) -> None:
    del files  # they are there
    assert offered("login", "--role-arn", "") == [f"arn:aws:iam::1:role/{role}" for role in "abc"]


@pytest.mark.parametrize(
    "credentials", ["[a]\nno key\n[b]\n", "[b]\n[a]\n[a]\n", "x\n[a]\r\n[b]\n"]
)
def test_a_broken_credentials_file_hides_no_name(files: AwsFiles, credentials: str) -> None:
    files.write(credentials, config="[profile c\n[profile d]\n", settings="[sessions\n")
    assert offered("login", "--profile", "") == ["a", "b", "d"]


def test_without_any_file_nothing_is_offered(home: Path) -> None:
    del home  # empty
    assert offered("login", "--profile", "") == []


def test_names_with_control_characters_are_not_offered(files: AwsFiles) -> None:
    files.write("[a\tb]\n[c\x1bd]\n[ü]\n", config="", settings="")
    assert offered("login", "--profile", "") == ["ü"]


def test_each_shell_gets_the_answer_in_its_own_format(files: AwsFiles) -> None:
    files.write("[my name]\n[other]\n", config="", settings="")
    line = "mfa-session login --profile my"
    assert {
        "bash": answer(["bash", line], os.environ),
        "zsh": answer(["zsh", *line.split()[1:]], os.environ),
        "powershell": answer(["powershell", *line.split()[1:-1], ".my"], os.environ),
    } == {
        "bash": "words\n\\ name\n",
        "zsh": "words\nmy name\t\nother\t\n",
        "powershell": "words\nmy name\t\n",
    }


def test_after_exec_the_shell_completes_the_inner_command() -> None:
    assert answer(["bash", "mfa-session  exec -- aws s3"], os.environ) == "command 21\n"
    assert answer(["zsh", "exec", "--", "aws", "s3"], os.environ) == "command 3\n"
    assert answer(["bash", "mfa-session exec "], os.environ) == "command 17\n"


@pytest.mark.parametrize("end", ["> x", ">x", "2>", "2>> x", "&> ", "< x", "<x"])
def test_a_redirection_of_bash_leads_to_files(end: str) -> None:
    assert answer(["bash", f"mfa-session status {end}"], os.environ) == "files\n"


def test_the_shell_completes_files_itself() -> None:
    assert answer(["bash", "mfa-session policy lint x"], os.environ) == "files\n"
    assert answer(["fish", "policy", "lint", "x"], os.environ) == "files \n"
    assert answer(["fish", "policy", "check", "x"], os.environ) == "files \n"


@pytest.mark.parametrize("argv", [["bash"], ["bash", ""], ["fish"], ["powershell"], ["zsh", ""]])
def test_without_words_the_commands_are_offered(argv: list[str]) -> None:
    assert answer(argv, os.environ).startswith("words\nconfigure")


def test_the_templates_of_policies_are_offered() -> None:
    assert answer(["bash", "mfa-session policy template t"], os.environ) == "words\nrust\n"
    offered = answer(["zsh", "policy", "template", ""], os.environ).splitlines()
    assert ("require-mfa\t" in offered, "bucket\t" in offered) == (True, True)


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
def test_a_value_is_completed_after_a_space_and_after_an_equals_sign(command: Command) -> None:
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
        (["policy", "lint"], "", Cursor(suggests="file")),
        (["policy", "check", "a.json"], "", Cursor(suggests="file")),
        (["policy", "check"], "--scp=", Cursor(suggests="file", prefix="--scp=")),
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
def test_the_values_that_each_argument_offers(
    before: list[str], current: str, expected: Cursor
) -> None:
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
        options=(Option(flags=("--out",), help="", suggests="file"),),
        arguments=(Argument(name="file", required=True, many=True, suggests="file"),),
    )
    monkeypatch.setattr("mfa_session.cli.completion.find_command", lambda *_: lint)
    assert find_cursor(["lint"], "") == Cursor(suggests="file")
    assert find_cursor(["lint", "a.json", "b.json"], "c") == Cursor(suggests="file")
    assert find_cursor(["lint"], "--out=x") == Cursor(suggests="file", prefix="--out=")
