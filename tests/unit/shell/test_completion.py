"""TAB in the real shells completes partly typed lines."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

import processes
from guarding import put_program
from house.source import ROOT
from shell.interactive import PROGRAMS, TOLD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Run
    from shell.interactive import Shell

    OpenShell = Callable[[str], Shell]

ARN = "arn:aws:iam::123456789012:mfa/"
# What is typed before TAB → the arguments that the program gets, in every shell.
LINES: dict[str, list[str]] = {
    "logi": ["login"],
    "credential-": ["credential-process"],
    "totp remo": ["totp", "remove"],
    "login --role-a": ["login", "--role-arn"],
    "login --profile bo": ["login", "--profile", "books"],
    "login --profile=bo": ["login", "--profile=books"],
    "login --profile lib": ["login", "--profile", "library"],
    "login --json --profile zeb": ["login", "--json", "--profile", "zebra-"],
    "login --profile=zeb": ["login", "--profile=zebra-"],
    "login --profile my": ["login", "--profile", "my name"],
    "login --profile 'my": ["login", "--profile", "my name"],
    'login --profile "my': ["login", "--profile", "my name"],
    r"login --profile my\ n": ["login", "--profile", "my name"],
    'login --profile="my': ["login", "--profile=my name"],
    "login --profile=my": ["login", "--profile=my name"],
    "login --profile it": ["login", "--profile", "it's mine"],
    "login --profile we": ["login", "--profile", 'we"ird$x'],
    'login --profile "we': ["login", "--profile", 'we"ird$x'],
    f"login --mfa-serial {ARN}c": ["login", "--mfa-serial", ARN + "carol"],
    f"login --mfa-serial={ARN}c": ["login", f"--mfa-serial={ARN}carol"],
    "login --mfa-serial ar": ["login", "--mfa-serial", ARN],
    "totp remove GA": ["totp", "remove", "GAHT12345678"],
    "login --role-arn=arn:aws:iam::444455556666:role/C": [
        "login",
        "--role-arn=arn:aws:iam::444455556666:role/CrossAccountRole",
    ],
    "env --shell power": ["env", "--shell", "powershell"],
    "env --shell=power": ["env", "--shell=powershell"],
    "shell-init zs": ["shell-init", "zsh"],
    "login --min-ttl ": ["login", "--min-ttl"],
    "login --no-such-option=": ["login", "--no-such-option="],
    "nosuch --profile bo": ["nosuch", "--profile", "bo"],
    "policy lint pol": ["policy", "lint", "policy one.json"],
    "policy lint --json 'pol": ["policy", "lint", "--json", "policy one.json"],
    "exec -- ls pol": ["exec", "--", "ls", "policy one.json"],
    "exec --profile books ls ./pol": ["exec", "--profile", "books", "ls", "./policy one.json"],
    "status < ./pol": ["status"],
    "status <pol": ["status"],
    "exec -- mkfif": ["exec", "--", "mkfifo"],
    "guard -- mkfif": ["guard", "--", "mkfifo"],
    "guard --profile=bo": ["guard", "--profile=books"],
    "exec mkfif": ["exec", "mkfifo"],
    "exec -- mfa-session login --profile=bo": [
        "exec", "--", "mfa-session", "login", "--profile=books",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_word_is_completed(open_shell: OpenShell, name: str) -> None:
    shell = open_shell(name)
    shell.complete()
    assert {line: shell.complete_and_run(f"mfa-session {line}") for line in LINES} == LINES


@pytest.mark.parametrize("name", PROGRAMS)
def test_tab_twice_shows_the_choices(open_shell: OpenShell, name: str) -> None:
    shell = open_shell(name)
    shell.complete()
    shown = re.findall(r"[a-z][a-z-]+", shell.list_choices("mfa-session totp "))
    assert {"add", "code", "list", "remove"} <= set(shown)
    assert "logout" not in shown


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_shell_init_script_completes(open_shell: OpenShell, run: Run, name: str) -> None:
    shell = open_shell(name)
    shell.source(run("shell-init", name).stdout)
    assert shell.complete_and_run("mfa-session login --profile=my") == [
        "login",
        "--profile=my name",
    ]


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_a_strict_shell_completes_and_goes_on(open_shell: OpenShell, name: str) -> None:
    shell = open_shell(name)
    shell.complete()
    shell.do("set -eu")
    shell.do("set -o pipefail")
    assert shell.complete_and_run("mfa-session login --profile=bo") == ["login", "--profile=books"]
    assert shell.complete_and_run("mfa-session exec -- ls pol") == [
        "exec",
        "--",
        "ls",
        "policy one.json",
    ]
    assert shell.complete_and_run("mfa-session nosuch x") == ["nosuch", "x"]


AWS_COMPLETER = {
    "bash": "complete -C aws_completer aws",
    "zsh": "autoload -Uz bashcompinit; bashcompinit; complete -C aws_completer aws",
    # The line that the AWS CLI's documentation gives for fish.
    "fish": "complete -c aws -f -a '(begin; set -lx COMP_SHELL fish; "
    'set -lx COMP_LINE (commandline); aws_completer | sed "s/ \\$//"; end)\'',
}


# Answers like the AWS CLI's completer, which takes half a second each time.
STAND_IN = """\
#!/bin/sh
case $COMP_LINE in "aws ec2 stop-"*) echo "stop-instances " ;; esac
"""


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_completion_of_aws_works_after_exec_and_guard(
    open_shell: OpenShell, cli_folder: str, name: str
) -> None:
    shell = open_shell(name)
    shell.do(f"export PATH='{cli_folder}:'\"$PATH\"")
    shell.complete()
    check_aws_is_completed(shell)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_completion_of_a_wrapped_aws_works(
    open_shell: OpenShell, run: Run, home: Path, name: str
) -> None:
    put_program(home / "stand-in", "aws_completer", STAND_IN)
    shell = open_shell(name)
    shell.do(f"export PATH='{home}/stand-in:'\"$PATH\"")
    shell.source(run("shell-init", name).stdout)
    check_aws_is_completed(shell)


def check_aws_is_completed(shell: Shell) -> None:
    shell.do(AWS_COMPLETER[shell.name])
    assert "stop-instances" in shell.list_choices("aws ec2 stop-")
    before = ["exec", "--", "aws", "ec2"]
    assert shell.complete_and_run("mfa-session exec -- aws ec2 stop-inst") == [
        *before,
        "stop-instances",
    ]


def test_bash_uses_completion_functions_lists_and_loaders_of_others(open_shell: OpenShell) -> None:
    shell = open_shell("bash")
    shell.complete()
    shell.do("_one() { COMPREPLY=(first-$1-$2-$3); }; complete -o nospace -F _one one")
    shell.do("complete -W 'alpha beta' two")
    shell.do('_load() { complete -W "loaded-$1" "$1"; return 124; }; complete -D -F _load')
    assert shell.complete_and_run("mfa-session exec -- one a x") == [
        "exec",
        "--",
        "one",
        "a",
        "first-one-x-a",
    ]
    assert shell.complete_and_run("mfa-session exec -- two al") == ["exec", "--", "two", "alpha"]
    assert shell.complete_and_run("mfa-session exec -- three l") == [
        "exec",
        "--",
        "three",
        "loaded-three",
    ]


def test_bash_completes_with_any_word_breaks(open_shell: OpenShell) -> None:
    shell = open_shell("bash")
    shell.complete()
    shell.do('COMP_WORDBREAKS=" "')
    assert shell.complete_and_run(f"mfa-session login --mfa-serial={ARN}c") == [
        "login",
        f"--mfa-serial={ARN}carol",
    ]


def test_text_after_the_cursor_is_unchanged(open_shell: OpenShell) -> None:
    shell = open_shell("bash")
    shell.complete()
    back = "\x1b[D" * len(" --json")
    assert shell.complete_and_run("mfa-session login --profile=bo --json" + back) == [
        "login",
        "--profile=books",
        "--json",
    ]


COMPINIT_LATER = """
set -eu
source ~/init.zsh
set +eu
autoload -Uz compinit
compinit -u -D
for hook in $precmd_functions; do $hook; done
print $_comps[mfa-session] ${#precmd_functions}
"""


def test_zsh_completes_if_compinit_runs_later(places: Path, run: Run) -> None:
    (places / "init.zsh").write_text(run("shell-init", "zsh").stdout)
    outcome = processes.run_process(["zsh", "-f", "-c", COMPINIT_LATER])
    assert outcome == (0, "_mfa-session 0\n", "")


def test_zsh_without_compinit_says_what_is_missing(places: Path, run: Run) -> None:
    (places / "init.zsh").write_text(run("shell-init", "zsh").stdout)
    lines = "source ~/init.zsh; for hook in $precmd_functions; do $hook; done"
    outcome = processes.run_process(["zsh", "-f", "-c", lines])
    assert (outcome.exit_code, outcome.stdout) == (0, "")
    assert outcome.stderr.endswith("into ~/.zshrc: autoload -Uz compinit && compinit\n")


INSTALLED = {
    "bash": "mfa-session",
    "zsh": "_mfa-session",
    "fish": "mfa-session.fish",
}
"""The file of the wheel, by the name under which the shell looks for it."""
FINDING = {
    # As bash-completion does: it sources the file at the first TAB.
    "bash": "_load() { source ~/site/$1 && return 124; }; complete -D -F _load",
    "zsh": "fpath=(~/site $fpath); compinit -u -D",
    "fish": "set -p fish_complete_path ~/site",
}


@pytest.fixture
def open_finding(open_shell: OpenShell, places: Path) -> OpenShell:
    """Open a shell that finds the wheel's file as if it were installed."""

    def opened(name: str) -> Shell:
        (places / "site").mkdir()
        shutil.copy(ROOT / "scripts" / f"completion.{name}", places / "site" / INSTALLED[name])
        shell = open_shell(name)
        shell.do(FINDING[name])
        return shell

    return opened


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_file_in_the_wheel_loads_the_completion(open_finding: OpenShell, name: str) -> None:
    shell = open_finding(name)
    assert shell.complete_and_run("mfa-session login --profile=my") == [
        "login",
        "--profile=my name",
    ]
    assert shell.complete_and_run("mfa-session login --profile=bo") == ["login", "--profile=books"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_file_in_the_wheel_is_silent_without_the_program(
    open_finding: OpenShell, name: str
) -> None:
    shell = open_finding(name)
    shell.do("set PATH /usr/bin /bin" if name == "fish" else "PATH=/usr/bin:/bin")
    shown = shell.do("mfa-session login --profile=bo\t")
    assert TOLD.findall(shown) == ["login\x1f--profile=bo"]
    assert "not found" not in shown
    assert "nknown" not in shown


def test_zsh_loads_the_completion_from_fpath(open_shell: OpenShell, places: Path) -> None:
    (places / "site").mkdir()
    outcome = processes.run_process(
        [processes.installed_program("mfa-session"), "completion", "zsh"]
    )
    (places / "site" / "_mfa-session").write_text(outcome.stdout)
    shell = open_shell("zsh")
    shell.do("fpath=(~/site $fpath); compinit -u -D")
    assert shell.complete_and_run("mfa-session login --profile=my") == [
        "login",
        "--profile=my name",
    ]
    assert shell.complete_and_run("mfa-session login --profile=bo") == ["login", "--profile=books"]


HOSTILE = [
    "q1$(touch pwned)", "q2`touch pwned`", "q3;touch pwned;", "q4>pwned", "q5\\$(touch pwned)",
    "q6'$(touch pwned)'", 'q7"$(touch pwned)"', "q8!! *[x]{a,b}~", "q9%n%F{red}:co:lon\\",
    "qa${(e):-$(touch pwned)}",
]  # fmt: skip
"""Names of profiles with shell syntax; their first two letters differ."""


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_name_with_shell_syntax_is_completed_and_runs_nothing(
    open_shell: OpenShell, places: Path, name: str
) -> None:
    keys = "aws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\n"
    sections = "".join(f"[{hostile}]\n{keys}" for hostile in HOSTILE)
    (places / ".aws" / "credentials").write_text(sections)
    shell = open_shell(name)
    shell.complete()
    lines = {f"login --profile {hostile[:2]}": hostile for hostile in HOSTILE}
    got = {line: shell.complete_and_run(f"mfa-session {line}")[-1] for line in lines}
    assert got == lines
    shell.list_choices("mfa-session login --profile q")
    assert not (places / "pwned").exists()
