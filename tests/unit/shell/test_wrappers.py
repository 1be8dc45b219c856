"""The script of `shell-init` guards `aws` in the real shells, and changes nothing else."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import processes

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Run
    from shell.interactive import Shell

    Source = Callable[..., processes.Outcome]

SHELLS = {
    "bash": ["bash", "--norc", "--noprofile"],
    "zsh": ["zsh", "-f"],
    "fish": ["fish", "--no-config"],
}
STRICT = {"bash": "set -eu -o pipefail\n", "zsh": "set -eu -o pipefail\n", "fish": ""}
INIT = {"bash": ". ~/init.bash\n", "zsh": ". ~/init.zsh\n", "fish": "source ~/init.fish\n"}
EVAL = {
    "bash": 'eval "$(cat ~/init.bash)"\n',
    "zsh": 'eval "$(cat ~/init.zsh)"\n',
    "fish": "cat ~/init.fish | source\n",
}
# Writes its arguments as Python literals, whatever bytes they are.
TELL = Path(__file__).with_name("tell.py")
# Stands in for the program: prints its arguments, and exits with 42.
FAKE = f"""\
#!/bin/sh
if [ "$1" = prompt ]; then echo "mfa 43m"; exit; fi
{shlex.quote(str(TELL))} "$@"
exit 42
"""
# One word in each shell's quotes, which must arrive unchanged.
NASTY = {
    "bash": r"$'it\'s \"x\"\n$(touch y) `z` \\ * ~ \xff\xfe'",
    "zsh": r"$'it\'s \"x\"\n$(touch y) `z` \\ * ~ \xff\xfe'",
    "fish": r"'it\'s "
    '"x"'
    r"'\n'$(touch y) `z` \\ * ~ '\xff\xfe",
}
TOLD = 'it\'s "x"\n$(touch y) `z` \\ * ~ \xff\xfe'


@pytest.fixture
def source(home: Path, run: Run) -> Source:
    """Return a function that runs a script in a shell after sourcing shell-init's script."""
    fake = home / "bin" / "mfa-session"
    fake.parent.mkdir()
    fake.write_text(FAKE)
    fake.chmod(0o755)

    def source(
        shell: str, script: str, *, before: str = "", init: dict[str, str] = INIT
    ) -> processes.Outcome:
        printed = run("shell-init", shell)
        assert (printed.exit_code, printed.stderr) == (0, "")
        (home / f"init.{shell}").write_text(printed.stdout)
        (home / "script").write_text(STRICT[shell] + before + init[shell] + script)
        path = f"{fake.parent}{os.pathsep}{os.environ['PATH']}"
        return processes.run_process([*SHELLS[shell], str(home / "script")], {"PATH": path})

    return source


def told(*words: str) -> str:
    """Return what the stand-in prints as guard of `aws` with these words."""
    return f"told {['guard', '--', 'aws', *words]!a}\n"


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("init", [INIT, EVAL], ids=["sourced", "evaluated"])
def test_aws_runs_through_the_guard_and_returns_its_exit_code(
    source: Source, shell: str, init: dict[str, str]
) -> None:
    code = "aws s3 ls || echo $?\n" if shell != "fish" else "aws s3 ls; echo $status\n"
    assert source(shell, code, init=init) == (0, told("s3", "ls") + "42\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_strict_script_ends_if_aws_fails(source: Source, shell: str) -> None:
    assert source(shell, "aws\necho not reached\n") == (42, told(), "")


@pytest.mark.parametrize("shell", SHELLS)
def test_words_arrive_byte_for_byte(source: Source, shell: str) -> None:
    script = f"aws '' 'a  b' -- -x {NASTY[shell]}; or true\n"
    if shell != "fish":
        script = script.replace("; or true", " || true")
    assert source(shell, script) == (0, told("", "a  b", "--", "-x", TOLD), "")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
@pytest.mark.parametrize("init", [INIT, EVAL], ids=["sourced", "evaluated"])
def test_an_alias_of_aws_is_kept_and_guarded(
    source: Source, shell: str, init: dict[str, str]
) -> None:
    before = ("shopt -s expand_aliases\n" if shell == "bash" else "") + "alias aws='aws --debug'\n"
    outcome = source(shell, "aws s3 ls || true\n", before=before, init=init)
    assert outcome == (0, told("--debug", "s3", "ls"), "")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_an_alias_that_bypasses_the_guard_is_reported(source: Source, shell: str) -> None:
    before = ("shopt -s expand_aliases\n" if shell == "bash" else "") + "alias aws='echo past'\n"
    said = "mfa-session: the alias aws bypasses the guard; unalias aws\n"
    assert source(shell, "aws s3\n", before=before) == (0, "past s3\n", said)


def test_an_alias_of_fish_is_replaced(source: Source) -> None:
    outcome = source("fish", "aws s3 ls; or true\n", before="alias aws='aws --debug'\n")
    assert outcome == (0, told("s3", "ls"), "")


@pytest.mark.parametrize("shell", SHELLS)
def test_stdin_belongs_to_the_command(source: Source, home: Path, shell: str) -> None:
    (home / "bin" / "mfa-session").write_text("#!/bin/sh\nexec cat\n")
    assert source(shell, "printf 'a\\n\\0b' | aws s3 cp - s3://x\n") == (0, "a\n\0b", "")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_tells_doctor_that_the_shell_is_guarded(source: Source, shell: str) -> None:
    assert source(shell, "printenv MFA_SESSION_GUARD\n") == (0, f"{shell}\n", "")


@pytest.mark.parametrize("shell", SHELLS)
def test_sourcing_runs_no_program(source: Source, home: Path, shell: str) -> None:
    (home / "bin" / "mfa-session").write_text("#!/bin/sh\necho run >>~/runs\n")
    assert source(shell, "true\n") == (0, "", "")
    assert not (home / "runs").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_sourcing_twice_changes_nothing(source: Source, shell: str) -> None:
    twice = {name: text * 2 for name, text in INIT.items()}
    code = "aws s3 || true\n" if shell != "fish" else "aws s3; or true\n"
    assert source(shell, code, init=twice) == (0, told("s3"), "")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_prompt_helper_keeps_the_exit_code(source: Source, shell: str) -> None:
    script = {
        "fish": "false; mfa_session_prompt; echo $status; true; mfa_session_prompt; echo $status\n",
        "bash": "set +e; (exit 3); mfa_session_prompt; echo $?; mfa_session_prompt; echo $?\n",
    }
    expected = "mfa 43m {}\nmfa 43m 0\n".format(1 if shell == "fish" else 3)
    assert source(shell, script["fish" if shell == "fish" else "bash"]) == (0, expected, "")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_prompt_helper_prints_nothing_without_a_session(
    source: Source, home: Path, shell: str
) -> None:
    (home / "bin" / "mfa-session").write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    assert source(shell, "mfa_session_prompt\nmfa_session_prompt\n") == (0, "", "")


@pytest.mark.parametrize("shell", SHELLS)
def test_commands_listed_in_config_toml_are_guarded(source: Source, home: Path, shell: str) -> None:
    settings = home / ".config" / "mfa-session" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        '[guard]\ncommands = ["/opt/bin/terraform destroy", "kubectl delete", "terraform apply",'
        ' "", "command x", "if x", "a;b c", "-x", "mfa-session logout"]\n'
    )
    script = "kubectl delete pod; terraform -v; command true; true; true\n"
    lines = [
        f"told {['guard', '--', *words]!a}\n"
        for words in (["kubectl", "delete", "pod"], ["terraform", "-v"])
    ]
    outcome = source(shell, script, init={**INIT, "bash": INIT["bash"] + "set +e\n",
                                          "zsh": INIT["zsh"] + "set +e\n"})  # fmt: skip
    assert outcome == (0, "".join(lines), "")
    head = (home / f"init.{shell}").read_text().split("\n", 2)[1]
    assert head == "# It runs nothing at the start. Guarded here: aws, terraform, kubectl."


# Stands in for `aws`: prints its arguments and its stdin, and exits with 42.
FAKE_AWS = f"""\
#!/bin/sh
{shlex.quote(str(TELL))} "$@"
od -An -c
exit 42
"""


@pytest.mark.parametrize("shell", SHELLS)
def test_the_guard_runs_the_real_aws(source: Source, home: Path, program: str, shell: str) -> None:
    fake = home / "bin" / "aws"
    fake.write_text(FAKE_AWS)
    fake.chmod(0o755)
    (home / "bin" / "mfa-session").unlink()
    (home / "bin" / "mfa-session").symlink_to(program)
    call = f"printf 'a\\0b' | aws '' --query 'a  b' {NASTY[shell]}"
    after = "; echo $status" if shell == "fish" else " || echo $?"
    outcome = source(shell, f"{call}{after}\n")
    words = ["", "--query", "a  b", TOLD]
    assert outcome == (0, f"told {words!a}\n   a  \\0   b\n42\n", "")


PROMPTS = {
    "bash": "PS1='[$(mfa_session_prompt)$line] ready$line> '",
    "zsh": "PROMPT='[$(mfa_session_prompt)$line] ready$line> '",
    "fish": 'function fish_prompt; echo -n "["; mfa_session_prompt; '
    'echo -n "$line] ready$line> "; end',
}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_real_prompt_shows_the_session(
    open_shell: Callable[[str], Shell], run: Run, places: Path, shell: str
) -> None:
    with (places / ".aws" / "credentials").open("a") as file:
        file.write("[mfa]\naws_access_key_id = ASIAEXAMPLEEXAMPLE12\n")
        file.write("aws_secret_access_key = x\naws_session_token = x\n")
        file.write("expiration = 2999-01-01T00:00:00Z\n")
    opened = open_shell(shell)
    opened.source(run("shell-init", shell).stdout)
    shown = opened.do(PROMPTS[shell]) + opened.do("true")
    assert "\x1b[32m" in shown
    assert "mfa 3" in shown
    assert "%F" not in shown
    assert "\x01" not in shown
