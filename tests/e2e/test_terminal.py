"""Questions at a terminal, which is left as it was, and redirected, closed or broken streams."""

from __future__ import annotations

import os
import re
import resource
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

import processes
from moments import Held, until

if TYPE_CHECKING:
    from conftest import Run, Start, Terminal
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles
    from sandboxed import LogIn

pytestmark = pytest.mark.skipif(os.name == "nt", reason="terminals and signals of POSIX")

PROMPT = "MFA code for arn:aws:iam::123456789012:mfa/carols-phone (session mfa): "
REJECTED = (
    r"AWS rejected the code for arn:aws:iam::123456789012:mfa/carols-phone; a code works once, "
    r"the next one comes in ([1-9]|[12][0-9]|30) s; try again\r\n"
)
STARS = r"\*{6}\r\n"
MALFORMED = "a code is six digits; try again\r\n"

PATIENCE_SECONDS = 60  # a limit, not a pause: the machine may be busy

Shell = Callable[[str], "pexpect.spawn[str]"]
Asked = Callable[..., "pexpect.spawn[str]"]


@pytest.fixture
def shell(terminal: Terminal, program: str) -> Shell:
    """Run a bash script on a terminal; `mfa` in it is the program."""
    mfa = f'mfa() {{ {shlex.quote(program)} "$@"; }}\n'

    def shell(script: str) -> pexpect.spawn[str]:
        return terminal(
            "--norc", "-c", mfa + script, program="/bin/bash", limit_seconds=PATIENCE_SECONDS
        )

    return shell


@pytest.fixture
def asked(terminal: Terminal, home: Path) -> Asked:
    """Run `login` up to its question, with stderr in a file: the terminal shows the question."""

    def asked(*argv: str) -> pexpect.spawn[str]:
        return terminal(*(argv or ("login",)), stderr=home / "err", limit_seconds=PATIENCE_SECONDS)

    return asked


def outcome_of(tty: pexpect.spawn[str]) -> tuple[str, int]:
    """Return the output up to the end, and the exit code."""
    shown = end_of(tty)
    return shown, tty.wait()


def end_of(tty: pexpect.spawn[str]) -> str:
    """Return the output up to the end."""
    tty.expect(pexpect.EOF)
    return str(tty.before)


# The question


@pytest.mark.usefixtures("carols")
def test_the_question_is_on_the_terminal_whatever_the_streams_are(
    home: Path, phone: Device, shell: Shell
) -> None:
    tty = shell("mfa login < /dev/null > out 2> err; echo code=$?")
    tty.expect_exact(PROMPT)
    assert tty.before == ""
    tty.sendline(phone.code())
    assert end_of(tty).lstrip("*") == "\r\ncode=0\r\n"
    assert (home / "out").read_text() == ""
    assert "good for 12h" in (home / "err").read_text()


@pytest.mark.usefixtures("carols")
def test_each_character_typed_shows_as_a_star(phone: Device, terminal: Terminal) -> None:
    tty = terminal("login")
    tty.expect_exact(PROMPT)
    assert tty.getecho() is False
    code = phone.code()
    tty.sendline(code)
    shown, exit_code = outcome_of(tty)
    assert shown.startswith("******\r\n")
    assert exit_code == 0
    assert code not in shown


@pytest.mark.usefixtures("carols")
def test_a_rejected_code_is_asked_again_three_times_in_all(aws: FullSandbox, asked: Asked) -> None:
    tty = asked()
    tty.expect_exact(PROMPT)
    tty.sendline("000001")
    tty.expect(STARS + REJECTED + re.escape(PROMPT))
    tty.sendline("000002")
    tty.expect(STARS + REJECTED + re.escape(PROMPT))
    tty.sendline("000003")
    assert outcome_of(tty) == ("******\r\n", 4)
    assert [call.status for call in aws.calls.of("GetSessionToken")] == [403] * 3


@pytest.mark.usefixtures("carols")
def test_a_malformed_code_is_asked_again_without_asking_aws(aws: FullSandbox, asked: Asked) -> None:
    tty = asked()
    tty.expect_exact(PROMPT)
    for typed in ("abc", "12345", "1234567"):
        tty.sendline(typed)
        if typed != "1234567":
            tty.expect_exact("\r\n" + MALFORMED + PROMPT)
    assert outcome_of(tty) == ("*******\r\n", 4)
    assert aws.calls.of("GetSessionToken") == []


@pytest.mark.usefixtures("carols")
def test_the_right_code_after_wrong_ones_is_accepted(
    aws: FullSandbox, phone: Device, asked: Asked
) -> None:
    tty = asked()
    tty.expect_exact(PROMPT)
    tty.sendline("12 34 56")
    tty.expect_exact(MALFORMED + PROMPT)
    tty.sendline("000001")
    tty.expect(REJECTED + re.escape(PROMPT))
    tty.sendline(phone.code())
    assert outcome_of(tty) == ("******\r\n", 0)
    assert [call.status for call in aws.calls.of("GetSessionToken")] == [403, 200]


@pytest.mark.usefixtures("carols")
@pytest.mark.parametrize(
    "form", ["  {0}{1}  ", "{0} {1}", "\t{0} {1} "], ids=["around", "in the middle", "both"]
)
def test_spaces_around_a_code_and_one_in_its_middle_are_ignored(
    phone: Device, asked: Asked, form: str
) -> None:
    tty = asked()
    tty.expect_exact(PROMPT)
    code = phone.code()
    typed = form.format(code[:3], code[3:])
    tty.sendline(typed)
    assert outcome_of(tty) == ("*" * len(typed) + "\r\n", 0)


@pytest.mark.usefixtures("carols")
def test_the_person_picks_a_device_by_its_number(
    aws: FullSandbox, carol: User, asked: Asked
) -> None:
    tablet = aws.create_device(carol, name="carols-tablet")
    tty = asked()
    tty.expect_exact("  2  arn:aws:iam::123456789012:mfa/carols-tablet\r\nWhich one (1-2)? ")
    for typed in ("x", "3", "0", ""):
        tty.sendline(typed)
        tty.expect_exact("a number from 1 to 2, please\r\nWhich one (1-2)? ")
    tty.sendline("2")
    tty.expect_exact("MFA code for arn:aws:iam::123456789012:mfa/carols-tablet (session mfa): ")
    tty.sendline(tablet.code())
    assert outcome_of(tty) == ("******\r\n", 0)


@pytest.mark.usefixtures("carols")
def test_erased_characters_are_not_sent(phone: Device, asked: Asked) -> None:
    tty = asked()
    tty.expect_exact(PROMPT)
    tty.send("99\x15" + phone.code() + "7\x7f\n")
    shown, exit_code = outcome_of(tty)
    assert (shown.endswith("*******\b \b\r\n"), exit_code) == (True, 0)


@pytest.mark.usefixtures("carols")
def test_input_after_the_code_is_left_for_the_next_reader(phone: Device, shell: Shell) -> None:
    tty = shell("mfa login 2> err; read -r next; echo next=$next")
    tty.expect_exact(PROMPT)
    tty.send(phone.code() + "\nword\n")
    assert end_of(tty).endswith("next=word\r\n")


# Terminals that another program uses


@pytest.mark.usefixtures("carols")
@pytest.mark.parametrize("mode", ["raw", "cbreak -echo"])
@pytest.mark.parametrize("command", ["login", "credential-process", "exec -- true"])
def test_a_full_screen_program_is_not_disturbed_by_a_question(
    aws: FullSandbox, shell: Shell, mode: str, command: str
) -> None:
    tty = shell(f"stty {mode}; mfa {command} > out 2> err; code=$?; stty sane; echo code=$code")
    assert end_of(tty).strip() == "code=4"
    assert list(aws.calls) == []


@pytest.mark.usefixtures("carols")
def test_after_a_stop_the_answer_is_hidden_again(
    phone: Device, program: str, terminal: Terminal
) -> None:
    tty = terminal("--norc", "-i", program="/bin/bash", limit_seconds=PATIENCE_SECONDS)
    tty.sendline("PS1='ready'\"> \"; stty -echo")
    tty.expect_exact("ready> ")
    tty.sendline(f"{program} login")
    tty.expect_exact(PROMPT)
    tty.send("12\x1a")
    tty.expect_exact("Stopped")
    tty.expect_exact("ready> ")
    tty.sendline("stty echo")
    tty.expect_exact("ready> ")
    tty.sendline("fg")
    tty.expect_exact(PROMPT)
    code = phone.code()
    tty.sendline(code)
    tty.expect_exact("******\r\n")
    tty.expect_exact("good for 12h")


@pytest.mark.usefixtures("carols")
def test_after_control_c_at_the_question_the_error_is_on_its_own_line(terminal: Terminal) -> None:
    tty = terminal("login", env={"NO_COLOR": "1"})
    tty.expect_exact(PROMPT)
    tty.sendintr()
    assert end_of(tty) == "\r\nmfa-session: error: interrupted; nothing was changed\r\n"


def test_messages_of_a_code_command_reach_the_terminal_where_stderr_is_redirected(
    carols: AwsFiles, phone: Device, shell: Shell
) -> None:
    carols.write(settings=(
        '[sessions.mfa]\nsource_profile = "default"\ncode = "command"\n'
        f'code_command = "echo touch your key >&2; echo {phone.code()}"\n'
    ))  # fmt: skip
    tty = shell("mfa credential-process > out 2> err; echo code=$?")
    assert end_of(tty) == "touch your key\r\ncode=0\r\n"


# Leaving the question

WAYS_OUT: dict[str, tuple[Callable[[pexpect.spawn[str], int], object], int, str]] = {
    "Ctrl-C": (lambda tty, _: tty.sendintr(), 130, "interrupted; nothing was changed"),
    "Ctrl-D": (lambda tty, _: tty.sendeof(), 4, "the question at the terminal was not answered"),
    "SIGINT": (lambda _, pid: os.kill(pid, signal.SIGINT), 130, "nothing was changed"),
    "SIGTERM": (lambda _, pid: os.kill(pid, signal.SIGTERM), 143, ""),
    "SIGHUP": (lambda _, pid: os.kill(pid, signal.SIGHUP), 129, ""),
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_each_way_out_of_the_question_restores_the_terminal(
    aws: FullSandbox, carols: AwsFiles, home: Path, program: str, shell: Shell, way: str
) -> None:
    leave, exit_code, says = WAYS_OUT[way]
    before = carols.credentials.read_bytes()
    tty = shell(
        f"(echo $BASHPID > pid; exec {program} login 2> err)\n"
        'echo "code=$?"; stty -a | tr " ;" "\\n\\n" | grep -x -e "-\\?echo"'
    )
    tty.expect_exact(PROMPT)
    assert tty.getecho() is False
    leave(tty, int((home / "pid").read_text()))
    assert end_of(tty).split()[-2:] == [f"code={exit_code}", "echo"]
    said = (home / "err").read_text()
    assert says in said
    assert "Traceback" not in said
    assert carols.credentials.read_bytes() == before
    assert aws.calls.of("GetSessionToken") == []


def close_window(tty: pexpect.spawn[str]) -> int:
    """Take the terminal away, as a window that is closed does; return how the program ended."""
    tty.ptyproc.fileobj.close()
    tty.closed = tty.ptyproc.closed = True
    exit_code = os.waitstatus_to_exitcode(os.waitpid(tty.pid, 0)[1])
    tty.terminated = tty.ptyproc.terminated = True
    return exit_code


@pytest.mark.usefixtures("carols")
@pytest.mark.parametrize("is_blocked", [False, True], ids=["SIGHUP arrives", "SIGHUP is blocked"])
def test_a_window_that_is_closed_ends_the_question(
    home: Path, program: str, terminal: Terminal, is_blocked: bool
) -> None:
    # A blocked SIGHUP does not arrive; an ignored one, as after nohup, ends the question.
    block = "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])" if is_blocked else ""
    start = "os.dup2(os.open('err', os.O_WRONLY | os.O_CREAT), 2); os.execv(*sys.argv[1:2], "
    script = f"import os, signal, sys; {block}\n{start} [sys.argv[1], 'login'])"
    tty = terminal("-c", script, program, program=sys.executable)
    tty.expect_exact(PROMPT)
    exit_code = close_window(tty)
    said = (home / "err").read_text()
    expected = (
        "mfa-session: error: the question at the terminal was not answered\n" if is_blocked else ""
    )
    assert (exit_code, said.partition("hint:")[0]) == (4 if is_blocked else 129, expected)


# Where no question may be asked


@pytest.mark.usefixtures("carols")
@pytest.mark.parametrize(
    "script",
    [
        "mfa login --no-input",
        "MFA_SESSION_NO_INPUT=1 mfa login",
        "MFA_SESSION_NO_INPUT=true mfa env --shell bash > out",
        "mfa credential-process --no-input",
        "mfa exec --no-input -- touch started",
        "setsid -w {program} login < /dev/null",
    ],
)
def test_with_no_input_a_command_ends_at_once(
    aws: FullSandbox, home: Path, program: str, shell: Shell, script: str
) -> None:
    tty = shell(f"{script.format(program=program)} 2> err; echo code=$?")
    assert end_of(tty) == "code=4\r\n"
    assert "there is nobody to ask" in (home / "err").read_text()
    assert not (home / "started").exists()
    assert aws.calls.of("GetSessionToken") == []


@pytest.mark.usefixtures("carols")
def test_without_a_terminal_login_ends_at_once(aws: FullSandbox, phone: Device, run: Run) -> None:
    outcome = run("login", "--mfa-serial", phone.serial)
    command = f"mfa-session login --profile mfa --mfa-serial {phone.serial}"
    assert (outcome.exit_code, outcome.stdout) == (4, "")
    assert outcome.stderr.splitlines() == [
        "mfa-session: error: session 'mfa' needs an MFA code, and there is nobody to ask",
        f"hint: run `{command}` in a terminal; a script gives the code on stdin: --token-code -",
    ]
    assert list(aws.calls) == []


@pytest.mark.usefixtures("carols")
@pytest.mark.parametrize("kind", ["bash", "zsh"])
@pytest.mark.parametrize("command", ["login", "credential-process"])
def test_a_background_job_asks_nothing_and_is_not_stopped(
    aws: FullSandbox, home: Path, program: str, terminal: Terminal, kind: str, command: str
) -> None:
    script = f"{program} {command} 2> err &\nwait $!; echo code=$?"
    tty = terminal("-m", "-c", script, program=kind)
    assert end_of(tty).split()[-1] == "code=4"
    assert "there is nobody to ask" in (home / "err").read_text()
    assert aws.calls.of("GetSessionToken") == []


# With other programs


@pytest.mark.usefixtures("carols")
def test_eval_of_env_asks_and_sets_the_variables(phone: Device, shell: Shell) -> None:
    tty = shell('eval "$(mfa env)" && echo "key=$AWS_ACCESS_KEY_ID region=$AWS_REGION"')
    tty.expect_exact(PROMPT)
    tty.sendline(phone.code())
    tty.expect(r"key=ASIA\w{16} region=eu-west-1\r\n")
    assert end_of(tty) == ""


@pytest.mark.usefixtures("carols")
def test_eval_of_env_that_failed_fails(shell: Shell) -> None:
    tty = shell('set -e; eval "$(mfa env)"; echo went on')
    tty.expect_exact(PROMPT)
    tty.sendeof()
    assert "went on" not in end_of(tty)
    tty.wait()
    assert tty.exitstatus == 1


@pytest.mark.usefixtures("carols")
def test_exec_leaves_stdin_to_its_child(home: Path, phone: Device, shell: Shell) -> None:
    tty = shell("echo the data | mfa exec -- cat > out; echo code=$?")
    tty.expect_exact(PROMPT)
    tty.sendline(phone.code())
    assert end_of(tty).endswith("code=0\r\n")
    assert (home / "out").read_text() == "the data\n"


def test_credential_process_asks_on_the_terminal_of_the_sdk(
    aws: FullSandbox, carols: AwsFiles, phone: Device, program: str, terminal: Terminal
) -> None:
    carols.write(config=f"[profile work]\ncredential_process = {program} credential-process\n")
    script = (
        "import boto3; sts = boto3.Session(profile_name='work').client('sts', 'eu-west-1');"
        "print('arn=' + sts.get_caller_identity()['Arn'])"
    )
    tty = terminal("-c", script, program=sys.executable)
    tty.expect_exact(PROMPT)
    assert tty.before == ""
    tty.sendline(phone.code())
    assert end_of(tty).split() == ["******", "arn=arn:aws:iam::123456789012:user/carol"]
    assert aws.calls[-1].access_key_id == (carols.section("mfa") or {})["aws_access_key_id"]


# Closed and full streams

QUIET = {
    "login": 0,
    "login --json": 0,
    "status": 0,
    "status --json": 0,
    "status --check": 0,
    "env --shell bash": 0,
    "credential-process": 0,
    "exec -- true": 0,
    "--help": 0,
    "--version": 0,
    "login --help": 0,
    "nonsense": 2,
    "login --nonsense": 2,
    "status --profile nobody": 3,
    "status --profile nobody --json": 3,
    "exec --profile nobody -- true": 3,
    "logout --profile nobody": 3,
}
WRITES = (
    "login --json", "status", "status --json", "env --shell bash", "credential-process", "--help",
    "--version", "login --help",
)  # fmt: skip
"""Those whose success is what they write to stdout."""
"""Command lines, in a home with a session, and how they end."""


CLOSED = {
    "stdin": "<&- >> out 2>> err",
    "stdout": ">&- 2>> err",
    "stderr": "2>&- >> out",
    "all": "<&- >&- 2>&-",
}


@pytest.mark.parametrize("closed", CLOSED)
def test_closed_streams_stop_only_what_writes_to_them(
    log_in: LogIn, home: Path, program: str, closed: str
) -> None:
    log_in()
    undelivered = dict.fromkeys(WRITES, 3) if closed in {"stdout", "all"} else {}
    script = "".join(f"{program} {line} {CLOSED[closed]}; echo $?\n" for line in QUIET)
    outcome = processes.run_process(["/bin/bash", "-c", script])
    assert dict(zip(QUIET, map(int, outcome.stdout.split()), strict=True)) == {
        **QUIET,
        **undelivered,
    }
    assert outcome.stderr == ""
    said = "".join((home / name).read_text() for name in ("out", "err") if (home / name).exists())
    assert "Traceback" not in said
    assert "Exception" not in said


@pytest.mark.usefixtures("carols")
@pytest.mark.parametrize("closed", CLOSED)
def test_with_closed_streams_login_still_asks_and_writes(
    carols: AwsFiles, phone: Device, shell: Shell, closed: str
) -> None:
    tty = shell(f"mfa login {CLOSED[closed]}; echo code=$?")
    tty.expect_exact(PROMPT)
    tty.sendline(phone.code())
    assert end_of(tty).endswith("code=0\r\n")
    assert carols.section("mfa") is not None


PRINTING = {
    "status": 141,
    "status --json": 141,
    "env --shell bash": 141,
    "credential-process": 141,
    "login --json": 141,
    "--help": 141,
    "--version": 141,
    "login --help": 1,  # click's own exit code
    "status --profile nobody --json": 141,
}


def test_a_closed_pipe_on_stdout_ends_the_command_silently(log_in: LogIn, program: str) -> None:
    log_in()
    ends = {line: _run_unread(program, line) for line in PRINTING}
    assert ends == {line: (code, "") for line, code in PRINTING.items()}


def _run_unread(program: str, line: str) -> tuple[int, str]:
    """Run a command whose stdout is a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [program, *line.split()], stdin=subprocess.DEVNULL, stdout=writer,
        stderr=subprocess.PIPE, check=False, start_new_session=True,
    )  # fmt: skip
    os.close(writer)
    return done.returncode, done.stderr.decode()


def test_a_closed_pipe_on_stderr_changes_no_exit_code(log_in: LogIn, program: str) -> None:
    log_in()
    ends = []
    for line in ("login", "status", "status --profile nobody", "nonsense"):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(
            [program, *line.split()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=writer, check=False, start_new_session=True,
        )  # fmt: skip
        os.close(writer)
        ends.append(done.returncode)
    assert ends == [0, 0, 3, 2]


@pytest.mark.parametrize("line", ["status --json", "status", "env --shell bash", "--help",
                                  "credential-process", "login --help"])  # fmt: skip
def test_a_full_stdout_is_an_error(log_in: LogIn, program: str, line: str) -> None:
    log_in()
    outcome = processes.run_process(["/bin/bash", "-c", f"{program} {line} > /dev/full"])
    assert outcome.exit_code == 3
    assert outcome.stderr.startswith(
        "mfa-session: error: stdout could not be written: no space left on device"
    )
    assert "Exception" not in outcome.stderr


@pytest.mark.parametrize("line", ["status --json", "status", "env --shell bash", "--help", "doctor",
                                  "credential-process", "login --help"])  # fmt: skip
def test_a_closed_stdout_is_an_error(log_in: LogIn, program: str, line: str) -> None:
    log_in()
    outcome = processes.run_process(["/bin/bash", "-c", f"{program} {line} >&-"])
    assert (outcome.exit_code, outcome.stdout) == (3, "")
    error = "mfa-session: error: stdout could not be written: it is closed"
    assert outcome.stderr.startswith(error)
    assert "Exception" not in outcome.stderr


# Colour


@pytest.mark.usefixtures("aws")
def test_only_a_terminal_gets_colour(run: Run, shell: Shell) -> None:
    shown = end_of(shell("mfa login --no-input"))
    assert shown.startswith("mfa-session: \x1b[31merror:\x1b[0m no long-term access key found")
    assert "\x1b" not in end_of(shell("NO_COLOR=1 mfa login --no-input"))
    assert "\x1b" not in end_of(shell("TERM=dumb mfa login --no-input"))
    assert "\x1b" not in end_of(shell("mfa login --no-input 2>&1 | cat"))
    assert "\x1b" not in run("login", "--no-input").stderr


# A signal that interrupts no system call, since it arrives in another thread or just before

SIGNALLED = """
import os, signal, sys, threading

def take():
    with open("go") as go:
        go.read()
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

def begin():
    threading.Thread(target=take, daemon=True).start()

"""
ASKS = """
from mfa_session.system.tty_prompt import read_line
begin()
read_line("asked: ", hidden=sys.argv[1] == "hidden")
"""
RUNS = """
from mfa_session.system.child import run_child
sys.exit(run_child(
    None, ["sh", "-c", "trap 'exit 9' TERM; echo asked; while :; do sleep 0.01; done"],
    os.environ, begin))
"""


def is_asleep(pid: int) -> bool:
    """Say whether the main thread of a process waits."""
    return Path(f"/proc/{pid}/stat").read_text().split()[2] == "S"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells when a process sleeps")
@pytest.mark.parametrize(
    ("script", "argument", "exit_code"),
    [(ASKS, "hidden", 143), (ASKS, "shown", 143), (RUNS, "", 9)],
    ids=["at a hidden question", "at a question", "while a command runs"],
)
def test_a_signal_in_another_thread_ends_the_wait(
    home: Path, terminal: Terminal, script: str, argument: str, exit_code: int
) -> None:
    os.mkfifo(home / "go")
    tty = terminal("-c", SIGNALLED + script, argument, program=sys.executable)
    with (home / "go").open("w"):
        tty.expect_exact("asked")
        until(lambda: is_asleep(tty.pid), "it waits")
    tty.expect(pexpect.EOF)
    assert tty.wait() == exit_code


# Signals at other moments


@pytest.mark.parametrize(
    ("number", "exit_code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM), (signal.SIGHUP, -signal.SIGHUP)],
)
def test_a_signal_after_the_code_waits_until_the_session_is_written(
    aws: FullSandbox,
    carols: AwsFiles,
    phone: Device,
    start: Start,
    number: signal.Signals,
    exit_code: int,
) -> None:
    with Held(aws, "GetSessionToken") as held:
        process = start("login", "--token-code", phone.code())
        held.wait_for_call()
        process.send_signal(number)
        held.release()
        outcome = processes.finish_process(process, limit_seconds=40)
    assert outcome.exit_code == exit_code
    assert "nothing was changed" not in outcome.stderr
    assert (carols.section("mfa") or {})["aws_access_key_id"].startswith("ASIA")


def test_a_signal_while_aws_rejects_the_code_ends_login(
    aws: FullSandbox, carols: AwsFiles, start: Start
) -> None:
    before = carols.credentials.read_bytes()
    with Held(aws, "GetSessionToken") as held:
        process = start("login", "--token-code", "000001")
        held.wait_for_call()
        process.send_signal(signal.SIGINT)
        held.release()
        outcome = processes.finish_process(process, limit_seconds=40)
    assert outcome == (130, "", "mfa-session: error: interrupted; nothing was changed\n")
    assert carols.credentials.read_bytes() == before


HOOK = """
import os, signal, sys
moment, number = os.environ["INTERRUPT_AT"], int(os.environ["INTERRUPT_BY"])

def interrupt(event, args):
    global moment
    if event == moment and "/.credentials." in str(args[0]):  # the new credentials file
        moment = None
        os.kill(os.getpid(), number)

sys.addaudithook(interrupt)
"""


@pytest.mark.parametrize("moment", ["open", "os.rename"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_the_writing_waits_for_its_end(
    carols: AwsFiles, phone: Device, run: Run, tmp_path: Path, moment: str, number: signal.Signals
) -> None:
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(HOOK)
    outcome = run(
        "login", "--token-code", phone.code(),
        env={
            "PYTHONPATH": str(tmp_path / "hook"),
            "INTERRUPT_AT": moment,
            "INTERRUPT_BY": str(int(number)),
        },
    )  # fmt: skip
    section = carols.section("mfa") or {}
    assert len(section.get("aws_session_token", "")) > 100
    assert section.get("mfa_session_duration_seconds") == "43200"
    assert "nothing was changed" not in outcome.stderr
    assert run("status", "--check").exit_code == 0


# The process itself

INTERRUPTED_IMPORT = """
import os, signal, sys
class Interrupt:
    def find_spec(self, name, *_):
        if name == "mfa_session.cli.main":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
from mfa_session.__main__ import main
main()
"""


def test_ctrl_c_during_the_imports_leaves_no_traceback() -> None:
    assert processes.run_python(INTERRUPTED_IMPORT) == (130, "", "")


@pytest.mark.usefixtures("carols")
def test_the_command_may_dump_core_and_mfa_session_may_not(
    aws: FullSandbox, phone: Device, program: str
) -> None:
    limits = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE)[0])"
    script = f"ulimit -S -c 4; exec {program} exec --token-code {phone.code()} -- {sys.executable}"
    with Held(aws, "GetSessionToken") as held:
        process = processes.start_process(["/bin/bash", "-c", f"{script} -c '{limits}'"])
        held.wait_for_call()
        ours = resource.prlimit(process.pid, resource.RLIMIT_CORE)[0]
        held.release()
        outcome = processes.finish_process(process)
    assert (ours, outcome.stdout) == (0, "4096\n")


def test_status_shows_no_control_characters(carols: AwsFiles, shell: Shell) -> None:
    carols.write("[evil\x1b]0;x\x07]\naws_access_key_id = ASIAEXAMPLEEXAMPLE12\n"
                 "aws_secret_access_key = s\naws_session_token = t\n")  # fmt: skip
    shown = end_of(shell("mfa status"))
    assert "evil?]0;x?" in shown
    assert "\x1b]" not in shown
