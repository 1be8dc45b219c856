"""Secrets stay where they belong: in the credentials file, and where they were asked for."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from e2e.places import long_term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import processes
    from conftest import Run, Terminal
    from e2e.conftest import LogIn
    from e2e.places import AwsFiles
    from mfa_session.sandbox import Sandbox
    from mfa_session.sandbox.identities import Device, Document, Role, User

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")

SHELLS = ("bash", "zsh", "fish", "powershell", "cmd", "dotenv", "json")
HANDED_ON = ("env", "credential-process", "exec")
"""Their stdout is the secret itself: what somebody has asked for."""


class Planted:
    """Every secret there is in a test, and where it was seen."""

    def __init__(self, user: User) -> None:
        """Begin with the long-term key's."""
        self._secrets = {"long-term secret": user.secret_access_key}
        self._codes: set[str] = set()

    def add_code(self, code: str) -> str:
        """Take a code, and return it."""
        self._codes.add(code)
        return code

    def add(self, name: str, secret: str) -> str:
        """Take another secret, and return it."""
        self._secrets[name] = secret
        return secret

    def add_sessions(self, files: AwsFiles) -> None:
        """Take what stands in the credentials file now."""
        text = files.credentials.read_text(errors="surrogateescape")
        for number, line in enumerate(text.splitlines()):
            key, _, value = line.partition(" = ")
            if key in ("aws_secret_access_key", "aws_session_token"):
                self._secrets[f"{key} in line {number}"] = value

    def seen_in(self, text: str) -> list[str]:
        """Return the names of the secrets that a text shows, whole or in good part."""
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
def books(aws: Sandbox, carol: User) -> Role:
    trust: Document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": carol.arn}, "Action": "sts:AssumeRole"}
        ],
    }
    return aws.create_role("books", trust=trust)


def talk_of(outcome: processes.Outcome, command: str) -> str:
    """Return what a command said, leaving out what it was asked to hand on."""
    handed_on = command in HANDED_ON and outcome.exit_code == 0
    return outcome.stderr + ("" if handed_on else outcome.stdout)


def test_a_command_that_works_shows_no_secret(
    carols: AwsFiles, phone: Device, books: Role, planted: Planted, run: Run
) -> None:
    lines = [
        ["login", "--token-code", planted.add_code(phone.code())],
        ["login"],
        ["login", "--json"],
        ["login", "--profile", "books", "--role-arn", books.arn, "--external-id", "library-42"],
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
        seen[" ".join(line[:3])] = planted.seen_in(talk_of(outcome, line[0]))
    assert {line: names for line, names in seen.items() if names} == {}
    assert len(planted._secrets) == 6  # carol's, twice, and two for each of two sessions


class Refusal(NamedTuple):
    """What goes wrong, and how it ends."""

    prepare: Callable[[Sandbox, User], object]
    exit_code: int


def _answer(aws: Sandbox, user: User) -> None:
    body = f"<html>{user.secret_access_key} 000000</html>"
    aws.answer("GetSessionToken", 200, body, times=None)


def _throw_back(aws: Sandbox, user: User) -> None:
    message = f"you said {user.secret_access_key}"
    aws.fail("GetSessionToken", code="AccessDenied", status=403, message=message, times=None)


REFUSALS = {
    "wrong code": Refusal(lambda _aws, _user: None, 4),
    "inactive key": Refusal(lambda _aws, user: user.deactivate_key(user.access_key_id), 5),
    "a portal": Refusal(_answer, 6),
    "dropped": Refusal(lambda aws, _user: aws.drop("GetSessionToken", times=None), 6),
    "thrown back": Refusal(_throw_back, 5),
    "region off": Refusal(lambda aws, _user: aws.disable_region("eu-west-1"), 5),
    "server error": Refusal(
        lambda aws, _user: aws.fail("GetSessionToken", code="Oops", status=500, times=None), 6
    ),
}


@pytest.mark.usefixtures("carols")
@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_shows_no_secret(
    aws: Sandbox, carol: User, phone: Device, planted: Planted, run: Run, kind: str
) -> None:
    code = planted.add_code("000000" if kind == "wrong code" else phone.code())
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
def test_a_malformed_code_is_not_repeated(aws: Sandbox, run: Run, code: str) -> None:
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
def test_a_line_that_cannot_be_read_is_not_repeated(
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
def test_a_value_of_config_toml_that_is_wrong_is_not_repeated(
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
    ["open /.aws/credentials", "os.rename .credentials", "open /mfa-session/", "os.mkdir /"],
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

NOTE = """
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


def yielding(folder: Path, user: User) -> str:
    """Write a credential_process that notes how it was started; return its command line."""
    answer = {
        "Version": 1,
        "AccessKeyId": user.access_key_id,
        "SecretAccessKey": user.secret_access_key,
    }
    script = folder / "yield_keys.py"
    script.write_text(f"{NOTE}\nprint({json.dumps(json.dumps(answer))})\n")
    return f"{sys.executable} {script}"


def notes(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_no_child_is_given_a_code_or_a_secret_that_is_not_for_it(
    carol: User, files: AwsFiles, phone: Device, planted: Planted, run: Run, tmp_path: Path
) -> None:  # fmt: skip
    process = yielding(tmp_path, carol)
    files.write(config=f"[default]\ncredential_process = {process}\nregion = eu-west-1\n")
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    (tmp_path / "child.py").write_text(NOTE)
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
    by_process, by_exec = notes(tmp_path / "notes")
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
def test_what_a_failing_credential_process_prints_is_not_shown(
    aws: Sandbox, files: AwsFiles, run: Run, tmp_path: Path, kind: str
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
    """Return carol's keys as variables, and a folder for what is temporary."""
    (tmp_path / "tmp").mkdir()
    return {
        "AWS_ACCESS_KEY_ID": carol.access_key_id,
        "AWS_SECRET_ACCESS_KEY": carol.secret_access_key,
        "AWS_REGION": "eu-west-1",
        "TMPDIR": str(tmp_path / "tmp"),
    }


@pytest.mark.parametrize("umask", [0o022, 0o000, 0o077])
def test_every_file_made_is_private_and_only_one_holds_secrets(
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
def test_the_code_typed_stands_nowhere(
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


def test_a_session_is_not_shown_by_a_record_or_an_error(log_in: LogIn, carols: AwsFiles) -> None:
    log_in()
    from mfa_session.files.aws_files import read_profiles
    from mfa_session.session.model import read_session

    section = read_profiles(os.environ).in_credentials("mfa") or {}
    session = read_session("mfa", section)
    assert session is not None
    shown = f"{session!r} {session} {session.keys!r} {session.keys.secret_access_key}"
    assert section["aws_secret_access_key"] not in shown
    assert section["aws_session_token"] not in shown
    assert carols.section("mfa") == section
