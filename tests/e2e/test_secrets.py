"""Secrets appear only in the credentials file and in the output that asks for them."""

from __future__ import annotations

import base64
import json
import os
import re
import stat
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import processes
import secret_service
from mfa_session.sandbox.clock import STEP_SECONDS
from places import long_term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from conftest import Run, Terminal
    from full_sandbox import FullSandbox
    from full_sandbox.holders import Role
    from mfa_session.sandbox.identities import Device, Document, User
    from places import AwsFiles
    from sandboxed import LogIn
    from secret_service import SecretService

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")

SHELLS = ("bash", "zsh", "fish", "powershell", "cmd", "dotenv", "json")
PRINT_SECRETS = ("env", "credential-process", "exec")
"""Commands whose stdout is the secret itself."""


class Planted:
    """The secrets of a test, which are searched for in texts."""

    def __init__(self, user: User) -> None:
        """Begin with the long-term key's secret."""
        self._secrets = {"long-term secret": user.secret_access_key}
        self._codes: set[str] = set()

    def add_code(self, code: str) -> str:
        """Add a code, and return it."""
        self._codes.add(code)
        return code

    def add(self, name: str, secret: str) -> str:
        """Add a secret, and return it."""
        self._secrets[name] = secret
        return secret

    def add_sessions(self, files: AwsFiles) -> None:
        """Add the sessions' secrets of the credentials file."""
        text = files.credentials.read_text(errors="surrogateescape")
        for number, line in enumerate(text.splitlines()):
            key, _, value = line.partition(" = ")
            if key in ("aws_secret_access_key", "aws_session_token"):
                self._secrets[f"{key} in line {number}"] = value

    def seen_in(self, text: str) -> list[str]:
        """Return the names of the secrets that a text shows, whole or in large part."""
        seen = [
            name
            for name, secret in self._secrets.items()
            if any(part in text for part in (secret, secret[:20], secret[-20:]))
        ]
        return seen + [code for code in self._codes if re.search(rf"(?<!\d){code}(?!\d)", text)]


@pytest.fixture
def planted(carol: User) -> Planted:
    return Planted(carol)


@pytest.fixture
def books(aws: FullSandbox, carol: User) -> Role:
    trust: Document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": carol.arn}, "Action": "sts:AssumeRole"}
        ],
    }
    return aws.create_role("books", trust=trust)


def output_to_search(outcome: processes.Outcome, command: str) -> str:
    """Return a command's output without the secret that it was asked for."""
    prints_secret = command in PRINT_SECRETS and outcome.exit_code == 0
    return outcome.stderr + ("" if prints_secret else outcome.stdout)


def test_a_successful_command_shows_no_secret(
    carols: AwsFiles, phone: Device, books: Role, planted: Planted, run: Run
) -> None:
    lines = [
        ["login", "--token-code", planted.add_code(phone.code())],
        ["login"],
        ["login", "--json"],
        ["login", "--profile", "books", "--role-arn", books.arn, "--external-id", "library-42"],
        ["configure", "--duration", "8h", "--shell", "bash"],
        ["configure", "--json", "--role", f"audit={books.arn}", "--dry-run"],
        ["status"],
        ["status", "--json"],
        ["status", "--check"],
        *(["env", "--shell", shell] for shell in SHELLS),
        ["env", "--shell", "bash", "--unset"],
        ["credential-process"],
        ["exec", "--", "true"],
        ["logout"],
        ["logout", "--all", "--json"],
    ]
    seen = {}
    for line in lines:
        outcome = run(line[0], "-vv", *line[1:])
        assert outcome.exit_code == 0, (line, outcome)
        if line[0] == "login":
            planted.add_sessions(carols)
        seen[" ".join(line[:3])] = planted.seen_in(output_to_search(outcome, line[0]))
    assert {line: names for line, names in seen.items() if names} == {}
    assert len(planted._secrets) == 6  # carol's, twice, and two for each session


class Refusal(NamedTuple):
    """A refusal and its exit code."""

    prepare: Callable[[FullSandbox, User], object]
    exit_code: int


def _answer(aws: FullSandbox, user: User) -> None:
    body = f"<html>{user.secret_access_key} 000000</html>"
    aws.answer("GetSessionToken", 200, body, times=None)


def _repeat_secret(aws: FullSandbox, user: User) -> None:
    message = f"you said {user.secret_access_key}"
    aws.fail("GetSessionToken", code="AccessDenied", status=403, message=message, times=None)


REFUSALS = {
    "a wrong code": Refusal(lambda _aws, _user: None, 4),
    "an inactive key": Refusal(lambda _aws, user: user.inactive_keys.add(user.access_key_id), 5),
    "a portal's page": Refusal(_answer, 6),
    "a dropped connection": Refusal(lambda aws, _user: aws.drop("GetSessionToken", times=None), 6),
    "an error that repeats the secret": Refusal(_repeat_secret, 5),
    "a region without STS": Refusal(lambda aws, _user: aws.disable_region("eu-west-1"), 5),
    "a server error": Refusal(
        lambda aws, _user: aws.fail("GetSessionToken", code="Oops", status=500, times=None), 6
    ),
}


@pytest.mark.usefixtures("carols")
@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_shows_no_secret(
    aws: FullSandbox, carol: User, phone: Device, planted: Planted, run: Run, kind: str
) -> None:
    code = planted.add_code("000000" if kind == "a wrong code" else phone.code())
    REFUSALS[kind].prepare(aws, carol)
    serial = ("--mfa-serial", phone.serial)
    seen, exit_codes = [], set()
    for tail in ((), ("--json",)):
        outcome = run("login", "-vv", *serial, "--token-code", code, *tail)
        exit_codes.add(outcome.exit_code)
        seen += planted.seen_in(outcome.stdout + outcome.stderr)
    outcome = run("credential-process", "-vv", env={"MFA_SESSION_TOKEN_CODE": code})
    seen += planted.seen_in(outcome.stdout + outcome.stderr)
    assert seen == []
    assert exit_codes == {REFUSALS[kind].exit_code}


@pytest.mark.usefixtures("carols")
@pytest.mark.parametrize("code", ["98765", "9876543", "98 76 54", "abcdef", "secret-by-mistake"])
def test_a_malformed_code_is_not_repeated(aws: FullSandbox, run: Run, code: str) -> None:
    outcomes = [
        run("login", "-vv", "--token-code", code),
        run("login", "-vv", "--token-code", "-", input=code + "\n"),
        run("login", "-vv", "--json", env={"MFA_SESSION_TOKEN_CODE": code}),
        run("exec", "-vv", "--token-code", code, "--", "true"),
        run("env", "-vv", "--shell", "bash", env={"MFA_SESSION_TOKEN_CODE": code}),
    ]
    assert [outcome.exit_code for outcome in outcomes] == [4] * len(outcomes)
    assert [code in outcome.stdout + outcome.stderr for outcome in outcomes] == [False] * 5
    assert aws.calls.of("GetSessionToken") == []


SECRET = "planted/" + "x7Q" * 10
ODD_CREDENTIALS = {
    "no equals sign": f"aws_secret_access_key {SECRET}\n",
    "before any section": None,
    "a key twice": f"aws_secret_access_key = {SECRET}\n",
    "a header that does not end": f"[{SECRET}\n",
}


@pytest.mark.parametrize("kind", ODD_CREDENTIALS)
def test_an_unreadable_line_is_not_repeated(
    carol: User, files: AwsFiles, run: Run, kind: str
) -> None:
    added = ODD_CREDENTIALS[kind]
    whole = long_term(carol) + (added or "")
    files.write(f"aws_secret_access_key = {SECRET}\n" + whole if added is None else whole)
    for line in (("login",), ("status", "--json"), ("exec", "--", "true"), ("credential-process",)):
        outcome = run(line[0], "-vv", *line[1:])
        assert outcome.exit_code == 3, outcome
        assert SECRET[:12] not in outcome.stdout + outcome.stderr
        assert "line " in outcome.stdout + outcome.stderr


@pytest.mark.parametrize(
    "settings",
    [
        f'[sessions.mfa]\ncode_command = "op --token {SECRET}\n',
        f'[sessions.mfa]\ncode_command = {{ token = "{SECRET}" }}\n',
        f'[sessions.mfa]\nduration = "{SECRET}"\n',
        f'[sessions.mfa]\nmfa_serial = ["{SECRET}"]\n',
    ],
)
def test_a_wrong_value_of_config_toml_is_not_repeated(
    carols: AwsFiles, run: Run, settings: str
) -> None:
    carols.write(settings=settings)
    outcome = run("login", "-vv", "--no-input")
    assert outcome.exit_code == 3, outcome
    assert "config.toml" in outcome.stderr
    assert SECRET[:12] not in outcome.stdout + outcome.stderr


# Bugs

BREAK = """
import os, sys
moment, secret = os.environ["BREAK_AT"], os.environ["BREAK_WITH"]

def fail(event, args):
    if event == moment.split()[0] and moment.split()[1] in str(args[0]):
        try:
            raise ValueError("inner " + secret)
        except ValueError as error:
            raise RuntimeError("outer " + secret, {"secret": secret}) from error

sys.addaudithook(fail)
"""


@pytest.mark.usefixtures("carols")
@pytest.mark.parametrize(
    "moment",
    ["open /.aws/credentials", "open /.aws/.credentials", "open /state/mfa-session/", "os.mkdir /"],
)
@pytest.mark.parametrize(
    "command", ["login", "login --json", "exec", "env --shell bash", "credential-process"]
)
def test_a_bug_shows_no_secret(
    phone: Device, planted: Planted, run: Run, tmp_path: Path, moment: str, command: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text(BREAK)
    secret = planted.add("in the exception", SECRET)
    code = planted.add_code(phone.code())
    outcome = run(
        *command.split(), "-vv",
        env={
            "PYTHONPATH": str(tmp_path),
            "BREAK_AT": moment,
            "BREAK_WITH": secret,
            "MFA_SESSION_TOKEN_CODE": code,
            "SHELL": "/bin/true",
        },
    )  # fmt: skip
    assert outcome.exit_code == 70, outcome
    assert planted.seen_in(outcome.stdout + outcome.stderr) == []
    assert "an unexpected RuntimeError: this is a bug" in outcome.stdout + outcome.stderr
    assert re.search(r"^  \S+\.py:\d+ in \w+$", outcome.stderr, re.MULTILINE)
    if command.startswith("env"):
        assert outcome.stdout == "false\n"


# Other programs

NOTE_START = """
import json, os, sys
with open(os.environ["NOTE_TO"], "a") as file:
    json.dump({"argv": sys.argv, "environ": dict(os.environ)}, file)
    file.write("\\n")
"""
WATCH = """
import os, sys

def watch(event, args):
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"):
        with open(os.environ["WATCH_TO"], "a") as file:
            file.write(repr((event, args[:2])) + "\\n")

sys.addaudithook(watch)
"""


def credential_process_of(folder: Path, user: User) -> str:
    """Write a credential_process that records its start; return its command line."""
    answer = {
        "Version": 1,
        "AccessKeyId": user.access_key_id,
        "SecretAccessKey": user.secret_access_key,
    }
    script = folder / "yield_keys.py"
    script.write_text(f"{NOTE_START}\nprint({json.dumps(json.dumps(answer))})\n")
    return f"{sys.executable} {script}"


def starts_noted_in(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_child_gets_no_code_and_no_other_secret(
    carol: User, files: AwsFiles, phone: Device, planted: Planted, run: Run, tmp_path: Path
) -> None:  # fmt: skip
    process = credential_process_of(tmp_path, carol)
    files.write(config=f"[default]\ncredential_process = {process}\nregion = eu-west-1\n")
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    (tmp_path / "child.py").write_text(NOTE_START)
    code = planted.add_code(phone.code())
    outcome = run(
        "exec", "-vv", "--", sys.executable, "-S", str(tmp_path / "child.py"),
        env={
            "MFA_SESSION_TOKEN_CODE": code,
            "NOTE_TO": str(tmp_path / "notes"),
            "WATCH_TO": str(tmp_path / "watched"),
            "PYTHONPATH": str(tmp_path),
        },
    )  # fmt: skip
    assert outcome.exit_code == 0, outcome
    planted.add_sessions(files)
    by_process, by_exec = starts_noted_in(tmp_path / "notes")
    for noted in (by_process, by_exec):
        assert "MFA_SESSION_TOKEN_CODE" not in noted["environ"]
        assert noted["argv"][1:] == []
    assert planted.seen_in(json.dumps(by_process)) == []
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    section = files.section("mfa") or {}
    assert [by_exec["environ"][key] for key in keys] == [section[key.lower()] for key in keys]
    watched = (tmp_path / "watched").read_text()
    assert watched.count("subprocess.Popen") == 1
    assert planted.seen_in(watched) == []
    assert planted.seen_in(outcome.stdout + outcome.stderr) == []


FAILING = {
    "prints no JSON": "print(SECRET)",
    "prints other JSON": "print(json.dumps({'Version': 2, 'SecretAccessKey': SECRET}))",
    "leaves out a key": "print(json.dumps({'Version': 1, 'SecretAccessKey': SECRET}))",
    "fails": "print(SECRET); sys.exit(1)",
    "has a list": "print(json.dumps([SECRET]))",
}


@pytest.mark.usefixtures("phone")
@pytest.mark.parametrize("kind", FAILING)
def test_the_output_of_a_failing_credential_process_is_not_shown(
    aws: FullSandbox, files: AwsFiles, run: Run, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "failing.py").write_text(
        f"import json, sys\nSECRET = {SECRET!r}\n{FAILING[kind]}\n"
    )
    command = f"{sys.executable} {tmp_path / 'failing.py'}"
    files.write(config=f"[default]\ncredential_process = {command}\n")
    for line in (("login", "--json"), ("exec", "--", "true"), ("credential-process",)):
        outcome = run(line[0], "-vv", *line[1:], env={"MFA_SESSION_TOKEN_CODE": "123456"})
        assert outcome.exit_code == 3, outcome
        assert SECRET[:12] not in outcome.stdout + outcome.stderr
    assert list(aws.calls) == []


@pytest.mark.usefixtures("phone")
@pytest.mark.parametrize("command", ['"vault --token {}"', "'vault --token {}"])
def test_a_credential_process_that_cannot_be_started_is_not_repeated(
    files: AwsFiles, run: Run, command: str
) -> None:
    files.write(config=f"[default]\ncredential_process = {command.format(SECRET)}\n")
    outcome = run("login", "-vv", "--token-code", "123456")
    assert outcome.exit_code == 3, outcome
    assert "cannot be started" in outcome.stderr
    assert SECRET[:12] not in outcome.stderr


# Files


def modes_of(folder: Path) -> Iterable[tuple[str, int]]:
    for path in sorted(folder.rglob("*")):
        yield str(path.relative_to(folder)), stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture
def keys(carol: User, tmp_path: Path) -> dict[str, str]:
    """Return carol's keys as variables, and a temporary folder."""
    (tmp_path / "tmp").mkdir()
    return {
        "AWS_ACCESS_KEY_ID": carol.access_key_id,
        "AWS_SECRET_ACCESS_KEY": carol.secret_access_key,
        "AWS_REGION": "eu-west-1",
        "TMPDIR": str(tmp_path / "tmp"),
    }


@pytest.mark.parametrize("umask", [0o022, 0o000, 0o077])
def test_every_file_is_private_and_only_the_credentials_file_has_secrets(
    keys: dict[str, str], phone: Device, books: Role, files: AwsFiles, planted: Planted, run: Run,
    umask: int,
) -> None:  # fmt: skip
    home = files.credentials.parents[1]
    os.umask(umask)
    code = planted.add_code(phone.code())
    runs = [
        run("login", "--token-code", code, env=keys),
        run("login", "--profile", "books", "--role-arn", books.arn, env=keys),
        run("login", "--force", "--token-code", "000000", env=keys),
        run("exec", "--", "true", env=keys),
        run("credential-process", env=keys),
        run("status", env=keys),
    ]
    assert [outcome.exit_code for outcome in runs] == [0, 0, 4, 0, 0, 0], runs
    planted.add_sessions(files)
    made = dict(modes_of(home))
    folders = {name for name in made if (home / name).is_dir()}
    ours = {name for name in made if name not in (".local", ".local/state")}
    assert {name: oct(made[name]) for name in ours & folders} == dict.fromkeys(
        ours & folders, oct(0o700)
    )
    private = {name: oct(made[name]) for name in ours - folders}
    assert private == dict.fromkeys(private, oct(0o600))
    with_secrets = [
        name
        for name in made
        if name not in folders
        and planted.seen_in((home / name).read_text(errors="surrogateescape"))
    ]
    assert with_secrets == [".aws/credentials"]
    assert os.listdir(keys["TMPDIR"]) == []


@pytest.mark.usefixtures("log_in")
def test_a_typed_code_is_neither_shown_nor_stored(
    home: Path, phone: Device, planted: Planted, terminal: Terminal
) -> None:
    tty = terminal("login", "-vv")
    tty.expect_exact("MFA code for ")
    code = planted.add_code(phone.code())
    tty.sendline(code)
    tty.expect("good for 12h")
    shown = str(tty.before) + tty.read()
    tty.wait()
    assert planted.seen_in(shown) == []
    texts = [path.read_text() for path in home.rglob("*") if path.is_file()]
    assert [planted.seen_in(re.sub(r"(?m)^aws_.*$", "", text)) for text in texts] == [[]] * len(
        texts
    )


def test_the_repr_of_a_session_hides_its_secrets(log_in: LogIn, carols: AwsFiles) -> None:
    log_in()
    from mfa_session.files.aws_files import read_profiles
    from mfa_session.model.session import read_session

    section = read_profiles(os.environ).in_credentials("mfa") or {}
    session = read_session("mfa", section)
    assert session is not None
    shown = f"{session!r} {session} {session.keys!r} {session.keys.secret_access_key}"
    assert section["aws_secret_access_key"] not in shown
    assert section["aws_session_token"] not in shown
    assert carols.section("mfa") == section


# Codes and devices

WATCH_ALL = (
    WATCH
    + """
if os.path.exists("/proc/self/cmdline"):
    with open("/proc/self/cmdline") as line, open(os.environ["WATCH_TO"], "a") as file:
        file.write(line.read().replace("\\0", " ") + "\\n")
"""
)
TYPED = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
ANOTHER = "ZYXWVUTSRQPONMLKJIHGFEDCBA765432"
TOKEN = "GAHT12345678"
PINNED = f'[keyring]\nbackend = "{secret_service.BACKEND}"\n'


def spellings(seed: str) -> dict[str, str]:
    """Return every form in which a seed might leak."""
    groups = [seed[at : at + 4] for at in range(0, len(seed), 4)]
    raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
    return {
        "as it is": seed,
        "lower case": seed.lower(),
        "in groups": " ".join(groups),
        "in small groups": " ".join(groups).lower(),
        "with dashes": "-".join(groups),
        "hexadecimal": raw.hex(),
        "base64": base64.b64encode(raw).decode(),
        "its bytes": repr(raw)[2:-1],
    }


class Recorder:
    """Runs commands with -vv, with or without a terminal, and keeps their output."""

    def __init__(self, run: Run, terminal: Terminal, planted: Planted) -> None:
        """Take two ways to run commands, and the secrets to search for."""
        self._run, self._terminal, self.planted = run, terminal, planted
        self.outputs: dict[str, str] = {}

    def plant(self, what: str, seed: str) -> str:
        """Add a seed in all its spellings, and return it."""
        for spelling, text in spellings(seed).items():
            self.planted.add(f"seed of {what}, {spelling}", text)
        return seed

    def run(
        self, *argv: str, exit_code: int = 0, given: str | None = None,
        env: dict[str, str | None] | None = None,
    ) -> processes.Outcome:  # fmt: skip
        """Run a command without a terminal."""
        outcome = self._run(*argv, "-vv", input=given, env=env)
        assert outcome.exit_code == exit_code, (argv, outcome)
        self._keep(argv, outcome.stderr if argv[:2] == ("totp", "code") else str(outcome))
        return outcome

    def run_on_terminal(self, *argv: str, answers: dict[str, str], exit_code: int = 0) -> None:
        """Run a command on a terminal, and answer its questions."""
        child = self._terminal(*argv, "-vv", limit_seconds=60)
        shown = ""
        for question, answer in answers.items():
            child.expect_exact(question)
            shown += str(child.before)
            child.sendline(answer)
        shown += str(child.read())
        child.close()
        assert child.exitstatus == exit_code, (argv, shown)
        self._keep(argv, shown)

    def _keep(self, argv: tuple[str, ...], text: str) -> None:
        # A terminal's line breaks may split a secret.
        joined = text.replace("\r\n", "")
        self.outputs[f"{len(self.outputs)} {' '.join(argv)[:40]}"] = f"{text}\n{joined}"

    def leaks(self) -> dict[str, list[str]]:
        """Return the names of the leaked secrets by command."""
        seen = {line: self.planted.seen_in(text) for line, text in self.outputs.items()}
        return {line: names for line, names in seen.items() if names}


@pytest.fixture
def recorder(
    apart: Run, terminal: Terminal, planted: Planted, service: SecretService, tmp_path: Path
) -> Recorder:
    """Record commands that use a real Secret Service, and their children."""
    del service
    (tmp_path / "tmp").mkdir()
    (tmp_path / "sitecustomize.py").write_text(WATCH_ALL)
    os.environ["PYTHONPATH"] = str(tmp_path)
    os.environ["WATCH_TO"] = str(tmp_path / "watched")
    os.environ["TMPDIR"] = str(tmp_path / "tmp")
    return Recorder(apart, terminal, planted)


def codes_around(user: User) -> set[str]:
    """Return every code that a user's devices can have made in this test."""
    return {device.code(step) for device in user.devices for step in range(-12, 3)}


def found_in_files(home: Path, planted: Planted) -> dict[str, list[str]]:
    """Return the secrets in files, except the sessions in the credentials file."""
    found = {}
    for path in home.rglob("*"):
        if path.is_file():
            text = re.sub(r"(?m)^aws_.*$", "", path.read_text(errors="surrogateescape"))
            found[str(path.relative_to(home))] = planted.seen_in(text)
    return {name: names for name, names in found.items() if names}


def end_window_soon(aws: FullSandbox) -> None:
    aws.clock.advance((STEP_SECONDS - 5 - aws.clock.epoch_seconds()) % STEP_SECONDS)


HIDDEN = f"Secret key of {TOKEN} (base32 or otpauth://…, not shown): "
WRONG = (
    TYPED[:15],
    TYPED + "1",
    f"otpauth://totp/{TYPED}?secret={TYPED}&digits=8",
    f"otpauth://totp/x?secret={TYPED}&period={TYPED}",
    f"otpauth://{TYPED}/",
)


def use_every_totp_command(recorder: Recorder, seed: str) -> None:
    """Store, list and remove secrets with right and wrong input."""
    run, run_on_terminal = recorder.run, recorder.run_on_terminal
    add = ("totp", "add", "--mfa-serial", TOKEN)
    for argv in (("device", "list"), ("totp", "list"), ("totp", "code")):
        as_text = run(*argv)
        as_json = run(*argv, "--json")
        assert recorder.planted.seen_in(as_text.stdout + as_json.stdout) == []
    for text in (seed, spellings(seed)["in small groups"], f"otpauth://totp/x?secret={seed}"):
        run("totp", "add", "--no-input", given=text)
    run_on_terminal(*add, answers={HIDDEN: TYPED})
    run_on_terminal(*add, answers={HIDDEN: ANOTHER, "[y/N] ": "n"}, exit_code=7)
    run(*add, given=ANOTHER, exit_code=7)
    run(*add, "--yes", given=ANOTHER)
    run(*add, TYPED, exit_code=2)
    for wrong in WRONG:
        run(*add, given=wrong, exit_code=3)
    run_on_terminal("totp", "remove", TOKEN, answers={"[y/N] ": "y"})


def use_every_device_command(aws: FullSandbox, carol: User, recorder: Recorder) -> set[str]:
    """Resynchronize, log in, fail to enrol, enrol and remove; return the devices' codes."""
    run, seed = recorder.run, carol.devices[0].secret
    for argv in (("device", "resync"), ("login", "--force")):
        aws.clock.advance(3 * STEP_SECONDS)
        run(*argv, "--no-input")
    for operation in ("EnableMFADevice", "CreateVirtualMFADevice"):
        aws.fail(operation, status=403, code="AccessDenied", message="thrown back: " + seed)
        run("device", "enroll", "second", exit_code=5)
    end_window_soon(aws)
    recorder.run_on_terminal("device", "enroll", "second", "--qr", answers={"press Enter: ": ""})
    recorder.plant("the second device", carol.devices[1].secret)
    made = codes_around(carol)
    for device in list(carol.devices):
        run("device", "remove", device.serial, "--yes")
    return made


def test_no_command_for_codes_and_devices_shows_a_secret(
    aws: FullSandbox, carol: User, files: AwsFiles, recorder: Recorder, tmp_path: Path
) -> None:
    files.write(long_term(carol) + "region = eu-west-1\n", settings=PINNED)
    planted = recorder.planted
    recorder.plant("what is typed", TYPED)
    recorder.plant("another", ANOTHER)
    end_window_soon(aws)
    recorder.run("device", "enroll", "--no-input")
    planted.add_sessions(files)
    seed = recorder.plant("the device", carol.devices[0].secret)
    use_every_totp_command(recorder, seed)
    for code in use_every_device_command(aws, carol, recorder):
        planted.add_code(code)
    planted.add_sessions(files)
    assert recorder.leaks() == {}
    assert found_in_files(files.credentials.parents[1], planted) == {}
    assert os.listdir(tmp_path / "tmp") == []
    watched = (tmp_path / "watched").read_text()
    with_word = [line for line in watched.splitlines() if TYPED in line]
    assert len(with_word) <= 1  # the test's own command line
    assert planted.seen_in(watched.replace(TYPED, "")) == []


@pytest.mark.usefixtures("phone")
@pytest.mark.parametrize("keyring", ["LoudKeyring", "LockedKeyring", "ForgetfulKeyring"])
def test_the_error_of_a_keyring_is_not_repeated(
    aws: FullSandbox, carol: User, carols: AwsFiles, recorder: Recorder, keyring: str
) -> None:
    seeds: list[str] = []
    create = aws.directory.devices
    backend: dict[str, str | None] = {
        "PYTHON_KEYRING_BACKEND": f"fakes.odd_keyrings.{keyring}",
        "PYTHONPATH": f"{os.environ['PYTHONPATH']}{os.pathsep}{processes.ROOT / 'tests'}",
    }
    recorder.plant("what is typed", TYPED)
    recorder.run("totp", "add", "--mfa-serial", TOKEN, given=TYPED, exit_code=3, env=backend)
    recorder.run("device", "enroll", "second", exit_code=3, env=backend)
    seeds += [device.secret for device in create.values()]
    for seed in seeds:
        recorder.plant("a device", seed)
    assert recorder.leaks() == {}
    assert found_in_files(carols.credentials.parents[1], recorder.planted) == {}
    assert [device.serial for device in carol.devices] == list(create)


# Keys, and sessions in the keyring

SHOW_ENVIRONMENT = "import os; open(os.environ['SHOWN_TO'], 'w').write(repr(dict(os.environ)))"


def test_no_command_for_keys_and_their_keyring_shows_a_secret(
    aws: FullSandbox,
    carol: User,
    phone: Device,
    files: AwsFiles,
    recorder: Recorder,
    tmp_path: Path,
) -> None:
    files.write(long_term(carol) + f"mfa_serial = {phone.serial}\n", settings=PINNED)
    run, planted = recorder.run, recorder.planted
    os.environ["SHOWN_TO"] = str(tmp_path / "shown")
    run("keys", "list", "--online")
    run("keys", "import")
    run("login", "--store", "keyring", "--token-code", "-", given=phone.code())
    run("keys", "rotate", "--yes")
    for number, key in enumerate(carol.keys):
        planted.add(f"long-term secret {number}", key.secret_access_key)
    aws.clock.advance(30)  # no session of the old key is kept
    run("login", "--token-code", "-", given=phone.code())
    run("status", "--json")
    run("exec", "--serve", "--", sys.executable, "-c", SHOW_ENVIRONMENT)
    run("keys", "rotate", "--finish", "--yes")
    handed = dict(recorder.outputs)  # the SDK's answer below is asked for
    answered = run("credential-process").stdout
    recorder.outputs = handed
    planted.add("session secret", json.loads(answered)["SecretAccessKey"])
    planted.add("session token", json.loads(answered)["SessionToken"])
    run("logout")
    assert recorder.leaks() == {}
    assert found_in_files(files.credentials.parents[1], planted) == {}
    watched = (tmp_path / "watched").read_text() + (tmp_path / "shown").read_text()
    assert planted.seen_in(watched) == []
    assert len(aws.calls.of("CreateAccessKey")) == 1
