"""`exec --serve` and `serve` let jobs of boto3 and the AWS CLI outlive their session."""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import signal
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

import processes
from moments import until
from places import long_term, managed
from turned_clock import TestsClock

if TYPE_CHECKING:
    import subprocess

    from conftest import Run, Start, Terminal
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles
    from sandboxed import LogIn

KEYS = "[default]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\n"
URI, TOKEN = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"
SHOW = "import json, os; print(json.dumps(dict(os.environ)))"
ASK = f"""
import json, os, urllib.request
headers = {{"Authorization": os.environ["{TOKEN}"]}}
asked = urllib.request.Request(os.environ["{URI}"], headers=headers)
"""
SHOW_KEY = ASK + 'print(json.load(urllib.request.urlopen(asked))["AccessKeyId"])'
LONG_JOB = """
import boto3, subprocess, sys, time
from datetime import datetime, timezone
sys.path.insert(0, sys.argv[1])
import turned_clock

session = boto3.Session()
credentials = session.get_credentials()
credentials._time_fetcher = lambda: datetime.now(timezone.utc) + turned_clock.ahead()
sts = session.client("sts")
for number in range(1, int(sys.argv[2]) + 1):
    before = turned_clock.ahead()
    cli = subprocess.Popen(["aws", "sts", "get-caller-identity"], stdout=subprocess.DEVNULL)
    sts.get_caller_identity()
    assert cli.wait() == 0
    print("round", number, "is over", flush=True)
    while turned_clock.ahead() == before and number < int(sys.argv[2]):
        time.sleep(0.01)
"""
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and job control of POSIX")


@pytest.fixture
def valid_session(files: AwsFiles) -> AwsFiles:
    """Write a session that is valid for an hour."""
    files.write(KEYS + managed())
    return files


def python(code: str) -> list[str]:
    """Return the arguments that run Python code."""
    return ["--", sys.executable, "-c", code]


def test_the_job_gets_the_endpoint_and_no_credentials(
    run: Run, valid_session: AwsFiles, aws: FullSandbox
) -> None:
    section = valid_session.section("mfa")
    assert section is not None
    env = {
        "AWS_PROFILE": "default",
        "AWS_ACCESS_KEY_ID": "ASIAPLANTEDPLANTED12",
        "AWS_SECRET_ACCESS_KEY": "planted",
        "AWS_SESSION_TOKEN": "planted",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/planted",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/planted",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/planted",
        "MFA_SESSION_TOKEN_CODE": "123456",
        "AWS_REGION": "eu-west-1",
        "KEPT": "yes",
    }
    outcome = run("exec", "--serve", *python(SHOW), env=env)
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    child = json.loads(outcome.stdout)
    child.pop("LC_CTYPE", None)  # Python's own, in the POSIX locale
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/credentials", child.pop(URI))
    assert len(child.pop(TOKEN)) == 43
    removed = dict.fromkeys(name for name, text in env.items() if "planted" in text.lower())
    expected = processes.environment_with({**env, **removed, "MFA_SESSION_TOKEN_CODE": None})
    assert child == {
        **expected,
        "AWS_PROFILE": "mfa-served",  # `default` holds keys, which override the endpoint
        "AWS_DEFAULT_REGION": "eu-west-1",
        "MFA_SESSION_ACTIVE": "mfa",
    }
    assert section["aws_secret_access_key"] not in outcome.stdout
    assert len(aws.calls) == 0


def test_without_credentials_in_default_no_profile_is_written(run: Run, files: AwsFiles) -> None:
    valid_session = managed(mfa_session_source_profile="work")
    files.write(
        KEYS.replace("default", "work") + valid_session, config="[default]\noutput = text\n"
    )
    outcome = run("exec", "--serve", *python(SHOW))
    assert outcome.exit_code == 0, outcome
    assert "AWS_PROFILE" not in json.loads(outcome.stdout)
    assert files.config.read_text() == "[default]\noutput = text\n"


def test_a_jobs_profile_is_written_once_and_removed_by_logout(
    run: Run, log_in: LogIn, carols: AwsFiles
) -> None:
    log_in()
    before = carols.config.read_bytes()
    for _ in range(2):
        assert run("exec", "--serve", "--", "true").exit_code == 0
    assert carols.profile("mfa-served") == {
        "mfa_session_serves": "mfa region=eu-west-1",
        "region": "eu-west-1",
    }
    assert carols.config.read_bytes().startswith(before)
    assert run("logout").exit_code == 0
    assert carols.profile("mfa-served") is None


def test_a_jobs_profile_stays_while_the_job_runs(
    run: Run, log_in: LogIn, carols: AwsFiles, program: str
) -> None:
    log_in()
    job = f"{program} exec --serve -- true && {program} logout; {program} login --no-input"
    outcome = run("exec", "--serve", "--", "sh", "-c", job)
    assert outcome.exit_code == 4, outcome  # no code, but AWS_PROFILE is known
    assert "session 'mfa' needs an MFA code" in outcome.stderr
    assert carols.section("mfa") is None
    assert carols.profile("mfa-served") is not None
    log_in()
    assert run("logout").exit_code == 0
    assert carols.profile("mfa-served") is None


def test_a_job_renews_the_role_that_the_environment_named(
    run: Run, log_in: LogIn, aws: FullSandbox, carol: User, carols: AwsFiles, program: str
) -> None:
    trusted = {"Effect": "Allow", "Principal": {"AWS": carol.arn}, "Action": "sts:AssumeRole"}
    role = aws.create_role("books", trust={"Version": "2012-10-17", "Statement": [trusted]})
    carols.write(config=f"[profile books]\nrole_arn = {role.arn}\nsource_profile = default\n")
    log_in()
    job = f"{program} exec -- sh -c 'echo $MFA_SESSION_ACTIVE'; echo $AWS_PROFILE"
    outcome = run("exec", "--serve", "--", "sh", "-c", job, env={"AWS_PROFILE": "books"})
    assert outcome.stdout == "books\nbooks-mfa-served\n", outcome


def test_an_existing_profile_is_not_overwritten(run: Run, valid_session: AwsFiles) -> None:
    config = "[profile mfa-served]\nrole_arn = arn:aws:iam::123456789012:role/x\n"
    valid_session.write(config=config)
    outcome = run("exec", "--serve", "--", "true")
    assert (outcome.exit_code, outcome.stdout) == (3, "")
    assert "profile 'mfa-served' has credentials" in outcome.stderr
    assert valid_session.config.read_text() == config


def test_the_aws_cli_and_boto3_use_the_session(
    run: Run, log_in: LogIn, carols: AwsFiles, carol: User
) -> None:
    log_in()
    section = carols.section("mfa")
    assert section is not None
    code = "import boto3; c = boto3.Session().get_credentials(); print(c.method, c.access_key)"
    outcome = run("exec", "--serve", *python(code))
    assert outcome.stdout == f"container-role {section['aws_access_key_id']}\n"
    cli = ["aws", "sts", "get-caller-identity", "--query", "Arn"]
    outcome = run("exec", "--serve", "--", *cli, "--output", "text")
    assert outcome == (0, f"{carol.arn}\n", "")


@pytest.mark.parametrize("keys_in", ["default", "work"])
def test_the_guard_in_a_job_shows_the_session_and_heeds_max_age(
    run: Run, log_in: LogIn, carols: AwsFiles, aws: FullSandbox, keys_in: str
) -> None:
    log_in()
    carols.write(settings="[guard]\nstrict = true\n")
    if keys_in == "work":
        text = carols.credentials.read_text().replace("[default]", "[work]")
        carols.write(text.replace("source_profile = default", "source_profile = work"))
    guard = ["exec", "--serve", "--", "mfa-session", "guard", "--yes"]
    stop = ["--", "aws", "ec2", "stop-instances", "--instance-ids", "i-0123456789abcdef0"]
    outcome = run(*guard, *stop)
    assert "  account 123456789012, region eu-west-1, with session 'mfa'\n" in outcome.stderr
    assert len(aws.calls.of("StopInstances")) == 1
    outcome = run(*guard, "--max-age", "0s", *stop)
    assert (outcome.exit_code, len(aws.calls.of("StopInstances"))) == (4, 1)


@pytest.fixture
def shared_clock(aws: FullSandbox, home: Path) -> TestsClock:
    return TestsClock(aws, home.parent)


def long_job(home: Path, rounds: int) -> list[str]:
    """Return the arguments of a job with boto3 and the AWS CLI, which waits between its rounds."""
    script = home / "job.py"
    script.write_text(LONG_JOB)
    return ["--", sys.executable, str(script), str(Path(processes.__file__).parent), str(rounds)]


def run_four_rounds(clock: TestsClock, home: Path, *options: str) -> None:
    """Serve a job of four rounds, with more than 15 minutes after each."""
    words = ["exec", "--serve", *options, *long_job(home, 4)]
    process = processes.start_process([clock.program, *words])
    assert process.stdout is not None
    for number in range(1, 5):
        assert process.stdout.readline() == f"round {number} is over\n".encode()
        clock.turn(15 * 60 + 1)
    assert processes.finish_process(process) == (0, "", "")


def keys_used(aws: FullSandbox) -> list[str]:
    """Return the keys that signed a job's calls, one for each change of key."""
    used = [str(call.access_key_id) for call in aws.calls.of("GetCallerIdentity")]
    return [key for key, _ in itertools.groupby(used)]


@pytest.mark.usefixtures("service")
def test_a_job_outlives_its_session_three_times_with_codes_from_the_keyring(
    run: Run,
    aws: FullSandbox,
    carols: AwsFiles,
    phone: Device,
    carol: User,
    home: Path,
    shared_clock: TestsClock,
) -> None:
    carols.write(long_term(carol) + f"mfa_serial = {phone.serial}\nregion = eu-west-1\n")
    assert run("totp", "add", input=phone.secret).exit_code == 0
    run_four_rounds(shared_clock, home, "--duration", "15m")
    granted = [call.status for call in aws.calls.of("GetSessionToken")]
    used = [call.access_key_id for call in aws.calls.of("GetCallerIdentity")]
    assert (granted, len(used)) == ([200] * 4, 8)  # boto3 and the AWS CLI, each four times
    assert len(keys_used(aws)) == len(set(used)) == 4


@pytest.mark.usefixtures("service")
def test_a_job_outlives_the_session_of_a_role_three_times_with_one_code(
    run: Run,
    aws: FullSandbox,
    carols: AwsFiles,
    phone: Device,
    carol: User,
    home: Path,
    shared_clock: TestsClock,
) -> None:
    trusted = {"Effect": "Allow", "Principal": {"AWS": carol.arn}, "Action": "sts:AssumeRole"}
    role = aws.create_role("books", trust={"Version": "2012-10-17", "Statement": [trusted]})
    session = f'[sessions.books]\nvia = "mfa"\nrole_arn = "{role.arn}"\nduration = "15m"\n'
    carols.write(
        long_term(carol) + f"mfa_serial = {phone.serial}\nregion = eu-west-1\n",
        settings=f"[sessions.mfa]\n{session}",
    )
    assert run("totp", "add", input=phone.secret).exit_code == 0
    run_four_rounds(shared_clock, home, "--profile", "books")
    assert [call.status for call in aws.calls.of("AssumeRole")] == [200] * 4
    assert [call.status for call in aws.calls.of("GetSessionToken")] == [200]
    assert len(keys_used(aws)) == 4


def test_if_nobody_can_be_asked_requests_get_the_valid_session(run: Run, files: AwsFiles) -> None:
    mine = f"{KEYS}mfa_serial = arn:aws:iam::123456789012:mfa/carols-phone\n"
    files.write(mine + managed(seconds_left=1000))
    wait = f"{SHOW_KEY}\nimport time; time.sleep(0.5)\n{SHOW_KEY}"
    outcome = run("exec", "--serve", "--min-ttl", "15m", *python(wait))
    assert outcome == (0, "ASIAEXAMPLEEXAMPLE12\n" * 2, "")


@pytest.mark.usefixtures("carols")
def test_a_person_is_asked_when_the_session_of_a_job_has_ended(
    terminal: Terminal, phone: Device, aws: FullSandbox, home: Path, shared_clock: TestsClock
) -> None:
    words = ["exec", "--serve", "--duration", "15m", *long_job(home, 2)]
    tty = terminal(*words, program=shared_clock.program)
    question = "MFA code for arn:aws:iam::123456789012:mfa/carols-phone (session mfa): "
    tty.expect_exact(question)
    tty.sendline(phone.code())
    tty.expect_exact("round 1 is over")
    shared_clock.turn(15 * 60 + 1)
    tty.expect_exact(question)
    tty.sendline(phone.code())
    tty.expect_exact("round 2 is over")
    tty.expect_exact(pexpect.EOF)
    assert [call.status for call in aws.calls.of("GetSessionToken")] == [200, 200]
    assert len(keys_used(aws)) == 2


def test_a_question_ends_with_the_job(
    terminal: Terminal, carols: AwsFiles, phone: Device, home: Path
) -> None:
    script = home / "job.py"
    script.write_text(
        f"{ASK}\nimport time\n"
        "while not os.path.exists('over'):\n"
        "    urllib.request.urlopen(asked)\n"
        "    time.sleep(0.05)\n"
    )
    assert carols.section("mfa") is None
    asked = ("--serve", "--duration", "15m", "--min-ttl", "14m59s")
    program = processes.installed_program("mfa-session")
    line = shlex.join([program, "exec", *asked, "--", sys.executable, str(script)])
    tty = terminal("-c", f"{line}; echo code=$?; stty -a", program="/bin/sh")
    tty.expect_exact("(session mfa): ")
    tty.sendline(phone.code())
    tty.expect_exact("(session mfa): ")
    (home / "over").touch()
    tty.expect_exact("code=0")
    tty.expect_exact(" echo ")  # the terminal is restored


@pytest.mark.parametrize("exit_code", [0, 3, 255])
def test_exec_ends_with_the_exit_code_of_the_command(
    run: Run, valid_session: AwsFiles, exit_code: int
) -> None:
    assert valid_session.credentials.exists()
    outcome = run("exec", "--serve", "--", "sh", "-c", f"exit {exit_code}")
    assert outcome == (exit_code, "", "")


@pytest.mark.parametrize(
    ("command", "exit_code", "said"),
    [("no-such-command", 127, "no-such-command: command not found"), ("{home}", 126, "{home}")],
)
def test_a_command_that_cannot_be_started_is_an_error(
    run: Run, valid_session: AwsFiles, home: Path, command: str, exit_code: int, said: str
) -> None:
    assert valid_session.credentials.exists()
    outcome = run("exec", "--serve", "--", command.format(home=home))
    assert outcome.exit_code == exit_code
    assert said.format(home=home) in outcome.stderr
    assert outcome.stderr.count("\n") == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1])
def test_a_signal_ends_the_child_and_exec(
    start: Start, valid_session: AwsFiles, number: signal.Signals
) -> None:
    assert valid_session.credentials.exists()
    process = start(
        "exec", "--serve", *python("import time; print('up', flush=True); time.sleep(60)")
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    process.send_signal(number)
    ended = processes.finish_process(process)
    # SIGINT ends Python, too.
    assert ended.exit_code == -number


def test_a_child_that_handles_a_signal_decides_the_exit_code(
    start: Start, valid_session: AwsFiles
) -> None:
    assert valid_session.credentials.exists()
    job = "trap 'echo tidy; exit 9' TERM; echo up; while :; do sleep 0.05; done"
    process = start("exec", "--serve", "--", "sh", "-c", job)
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    process.terminate()
    assert processes.finish_process(process) == (9, "tidy\n", "")


def test_ctrl_c_and_ctrl_z_reach_the_job_once(
    terminal: Terminal, valid_session: AwsFiles, program: str
) -> None:
    assert valid_session.credentials.exists()
    tty = terminal("--norc", "-i", program="/bin/bash", env={"PS1": "$ "})
    tty.expect_exact("$ ")
    job = "import os, signal, sys\nsignal.signal(2, lambda *_: os.write(1, b'got it\\n'))\n"
    job += "print('u' + 'p', os.getpgrp(), flush=True)\nsys.stdin.readline()\nprint('be' + 'gone')"
    tty.sendline(f"{program} exec --serve -- {sys.executable} -c {shlex.quote(job)}; echo code=$?")
    tty.expect(r"up (\d+)\r\n")
    group = int(str(tty.match.group(1)))
    until(lambda: os.tcgetpgrp(tty.child_fd) == group, "the job has the terminal")
    tty.sendcontrol("c")
    tty.expect_exact("got it\r\n")
    tty.sendcontrol("z")
    tty.expect_exact("Stopped")
    tty.expect_exact("$ ")
    tty.sendline("fg >/dev/null; echo code=$?")
    tty.sendline("")
    tty.expect_exact("begone\r\n")
    tty.expect_exact("code=0\r\n")
    assert "got it" not in str(tty.before)
    tty.sendline("exit")


# serve


def serving(start: Start, *argv: str) -> tuple[subprocess.Popen[bytes], dict[str, str]]:
    """Start `serve`; return it and the variables that it printed."""
    process = start("serve", "--shell", "dotenv", *argv)
    assert process.stdout is not None
    variables = {}
    while TOKEN not in variables or "MFA_SESSION_ACTIVE" not in variables:
        name, _, text = process.stdout.readline().decode().strip().partition("=")
        assert name, process.stderr
        variables[name] = text
    return process, variables


def test_serve_answers_until_ctrl_c(start: Start, valid_session: AwsFiles) -> None:
    section = valid_session.section("mfa")
    assert section is not None
    process, variables = serving(start)
    headers = {"Authorization": variables[TOKEN]}
    asked = urllib.request.Request(variables[URI], headers=headers)  # noqa: S310
    with urllib.request.urlopen(asked) as answer:  # noqa: S310
        assert json.load(answer) == {
            "AccessKeyId": section["aws_access_key_id"],
            "SecretAccessKey": section["aws_secret_access_key"],
            "Token": section["aws_session_token"],
            "Expiration": section["expiration"],
        }
    assert process.stderr is not None
    assert process.stderr.readline() == b"serving session 'mfa'; Ctrl-C ends it\n"  # printed last
    process.send_signal(signal.SIGINT)
    ended = processes.finish_process(process)
    assert (ended.exit_code, ended.stderr) == (130, "")


def test_a_shell_can_source_the_output_of_serve(
    start: Start, valid_session: AwsFiles, home: Path
) -> None:
    assert valid_session.credentials.exists()
    process = start("serve", "--shell", "bash")
    assert process.stdout is not None
    lines = [process.stdout.readline().decode()]
    while "MFA_SESSION_ACTIVE" not in lines[-1]:
        lines.append(process.stdout.readline().decode())
    assert process.stderr is not None
    assert process.stderr.readline() == b"serving session 'mfa'; Ctrl-C ends it\n"
    process.terminate()
    assert processes.finish_process(process).exit_code == 128 + signal.SIGTERM
    (home / "vars").write_text("".join(lines))
    shown = processes.run_process(
        ["bash", "-c", f". ./vars; {sys.executable} -c '{SHOW}'"], {"AWS_ACCESS_KEY_ID": "x"}
    )
    variables = json.loads(shown.stdout)
    assert URI in variables
    assert "AWS_ACCESS_KEY_ID" not in variables


def test_a_port_that_is_taken_is_an_error(start: Start, run: Run, valid_session: AwsFiles) -> None:
    assert valid_session.credentials.exists()
    process, variables = serving(start)
    port = variables[URI].split(":")[2].partition("/")[0]
    outcome = run("serve", "--shell", "bash", "--port", port)
    assert (outcome.exit_code, outcome.stdout) == (3, "")
    assert f"port {port} of 127.0.0.1 cannot be used: another program uses it" in outcome.stderr
    process.kill()


@pytest.mark.parametrize("port", ["0", "65536", "-1", "x", "", "٣"])
def test_an_invalid_port_is_wrong_usage(run: Run, valid_session: AwsFiles, port: str) -> None:
    assert valid_session.credentials.exists()
    outcome = run("serve", "--shell", "bash", f"--port={port}")
    assert (outcome.exit_code, outcome.stdout) == (2, "")


def test_without_a_session_and_a_code_nothing_is_served(run: Run, carols: AwsFiles) -> None:
    assert carols.section("mfa") is None
    outcome = run("serve", "--shell", "bash")
    assert (outcome.exit_code, outcome.stdout) == (4, "")
