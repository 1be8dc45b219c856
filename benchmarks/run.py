"""How long mfa-session takes, as ratios to a bare interpreter of the same environment.

    python benchmarks/run.py [--rounds N] [--only WORD] [--against PYTHON]

Runs the program as real processes, by the script that is installed and by the one that pip installs
from the wheel. Compiles everything first, runs the commands in turns, and prints medians. Logins go
to the sandbox on loopback. Exits 1 if a ratio is over its limit. Needs the sandbox extra and
hatchling. With --against, the program of another environment takes its turns, too.
"""

from __future__ import annotations

import argparse
import compileall
import math
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import mfa_session
from mfa_session.sandbox.sandbox import ALLOW_ALL, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_session.sandbox.identities import User

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = str(Path(sysconfig.get_path("scripts")) / "mfa-session")
BARE = [sys.executable, "-c", "pass"]
FEW, MANY = 5, 1000
COMPLETED = 400

# The least that a program on boto3 can do to get a session: no file, no check, no question.
FIVE_LINES = """
import boto3, sys
sts = boto3.client("sts")
answer = sts.get_session_token(SerialNumber=sys.argv[1], TokenCode=sys.argv[2])
print(answer["Credentials"]["SessionToken"])
"""

# Command → limit, as a ratio to the bare interpreter.
WARM: dict[str, tuple[list[str], float]] = {
    "credential-process": (["credential-process"], 1.75),
    "login, kept": (["login"], 2.0),
    "status --json": (["status", "--json"], 2.0),
    "exec -- true": (["exec", "--", "true"], 2.0),
    "--help": (["--help"], 2.0),
}
# What a shell runs: before each command, each prompt, at its start, and when TAB is pressed. The
# guarded commands do nothing; the little time that they take counts as ours.
SHELL: dict[str, tuple[list[str], float]] = {
    "guard -- true": (["guard", "--", "true"], 1.75),
    "guard -- aws, unprotected": (["guard", "--", "bin/aws", "ec2", "describe-instances"], 1.75),
    "prompt": (["prompt"], 1.75),
    "shell-init": (["shell-init", "bash"], 2.0),
    "TAB on --profile": (["__complete", "bash", "mfa-session login --profile "], 2.0),
}
MANY_PROFILES_LIMIT = 1.6
FRESH_LIMIT = 0.95
NOBODY_LIMIT = 2.5
NO_MFA = 4
AGAINST = ", the other"

SETTINGS = """\
[defaults]
profile = "mfa"
min_ttl = "15m"

[sessions.mfa]
source_profile = "default"

[guard]
protect = ["ssm:SendCommand", "rds:Modify*"]
allow = ["ec2:DeleteTags", "cloudformation:deploy"]
commands = ["terraform destroy"]
"""


class Case(NamedTuple):
    """A command to time, and the case of its table with which it is compared, if any.

    The time to make the command does not count. With `is_ours` its first word is our program, which
    `--against` replaces.
    """

    name: str
    command: Callable[[], list[str]]
    home: Path
    baseline: str | None = None
    limit: float = math.inf
    is_ours: bool = True
    exit_code: int = 0
    variables: Mapping[str, str] = {}


class Result(NamedTuple):
    """The median time, and the median ratio to the baseline."""

    case: Case
    median_ms: float
    ratio: float

    def is_over(self) -> bool:
        """Say whether the limit is exceeded."""
        return self.case.baseline is not None and self.ratio > self.case.limit


def main() -> int:
    """Measure every table; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=21, help="runs of each command (default 21)")
    parser.add_argument("--only", default="", metavar="WORD", help="tables whose title has WORD")
    parser.add_argument(
        "--against", metavar="PYTHON", help="of an environment with another version"
    )
    arguments = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compile_everything(arguments.against)
    print(f"Python {sys.version.split()[0]}, {mfa_session.__file__}, {arguments.rounds} rounds")
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="mfa-session-bench-") as folder, Sandbox() as aws:
        for title, cases in tables(Path(folder), aws).items():
            if arguments.only in title:
                doubled = beside(cases, arguments.against) if arguments.against else cases
                results += measure(title, doubled, arguments.rounds, aws)
    over = [result.case.name for result in results if result.is_over()]
    print(f"\nover the limit: {', '.join(over)}" if over else "\nall within their limits")
    return 1 if over else 0


def tables(folder: Path, aws: Sandbox) -> dict[str, list[Case]]:
    """Make the homes and list what is measured in each."""
    few = make_home(folder / "few", FEW, aws)
    settings = make_home(folder / "settings", FEW, aws, SETTINGS)
    many = make_home(folder / "many", MANY, aws)
    completed = make_home(folder / "completed", COMPLETED, aws, SETTINGS)
    by_pip = install_by_pip(folder)
    shell = f"the shell, {COMPLETED} profiles and a config.toml"
    return {
        "a valid session": against_bare(few, WARM),
        "no session, and nobody to ask": nobody_to_ask(folder / "none", aws),
        "a valid session, installed by pip": against_bare(few, WARM, by_pip),
        "a valid session, and a config.toml": against_bare(settings, WARM),
        shell: against_bare(completed, SHELL),
        f"{shell}, installed by pip": against_bare(completed, SHELL, by_pip),
        f"{MANY} profiles against {FEW}": against_few(few, many),
        "a fresh login against five lines of boto3": fresh_login(folder / "fresh", aws),
    }


def beside(cases: list[Case], python: str) -> list[Case]:
    """Return the cases, each of ours followed by the same with the other environment's program."""
    other, doubled = str(Path(python).with_name("mfa-session")), []
    ours = {case.name for case in cases if case.is_ours}
    for case in cases:
        doubled.append(case)
        if case.is_ours:
            baseline = case.baseline
            doubled.append(
                case._replace(
                    name=f"  {case.name}{AGAINST}",
                    command=partial(_started_by, other, case.command),
                    baseline=f"  {baseline}{AGAINST}" if baseline in ours else baseline,
                    limit=math.inf,
                    # Each keeps what it has parsed; neither may find the other's.
                    variables={"XDG_STATE_HOME": str(case.home / "state of the other")},
                )
            )
    return doubled


def _started_by(program: str, command: Callable[[], list[str]]) -> list[str]:
    return [program, *command()[1:]]


def install_by_pip(folder: Path) -> str:
    """Have pip install the wheel for this Python, apart; return the path of the program."""
    dist, env, prefix = folder / "dist", folder / "env", folder / "prefix"
    python = env / ("Scripts" if os.name == "nt" else "bin") / "python"
    run_here([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)])
    run_here([sys.executable, "-m", "venv", str(env)])
    (wheel,) = dist.glob("*.whl")
    install = ["install", "--prefix", str(prefix), "--ignore-installed", "--no-deps", "--no-index"]
    run_here([str(python), "-m", "pip", "--python", sys.executable, *install, str(wheel)])
    return str(prefix / python.parent.name / "mfa-session")


def run_here(command: list[str]) -> None:
    """Run a command of the preparation; end everything if it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}")


def against_bare(
    home: Path, commands: Mapping[str, tuple[list[str], float]], program: str = PROGRAM
) -> list[Case]:
    """Compare commands with an interpreter that does nothing."""
    bare = Case("bare interpreter", lambda: BARE, home, is_ours=False)
    return [bare] + [
        Case(name, fixed([program, *argv]), home, bare.name, limit)
        for name, (argv, limit) in commands.items()
    ]


def nobody_to_ask(home: Path, aws: Sandbox) -> list[Case]:
    """Compare a credential-process that fails with an interpreter that does nothing."""
    write_home(home)
    write_credentials(home, new_user(aws)[0], FEW)
    bare, case = against_bare(home, {"credential-process": (["credential-process"], NOBODY_LIMIT)})
    return [bare, case._replace(exit_code=NO_MFA)]


def against_few(few: Path, many: Path) -> list[Case]:
    """Compare each command that reads the files in a large home with the same in a small one."""
    cases = []
    for name, (argv, _) in WARM.items():
        if name != "--help":
            small = Case(f"{name}, {FEW}", fixed([PROGRAM, *argv]), few)
            large = Case(f"{name}, {MANY}", small.command, many, small.name, MANY_PROFILES_LIMIT)
            cases += [small, large]
    return cases


def fresh_login(home: Path, aws: Sandbox) -> list[Case]:
    """Compare a whole login with the call to STS alone; each run has a new user and code."""

    def code_of_a_new_user() -> tuple[str, str]:
        user, serial, code = new_user(aws)
        write_credentials(home, user, FEW)
        return serial, code

    def login() -> list[str]:
        serial, code = code_of_a_new_user()
        return [PROGRAM, "login", "--mfa-serial", serial, "--token-code", code]

    write_home(home)
    boto3 = Case(
        "five lines of boto3",
        lambda: [sys.executable, "-c", FIVE_LINES, *code_of_a_new_user()],
        home,
        is_ours=False,
    )
    return [boto3, Case("login --token-code", login, home, boto3.name, FRESH_LIMIT)]


def fixed(command: list[str]) -> Callable[[], list[str]]:
    """Return a function that always returns this command."""
    return lambda: command


def measure(title: str, cases: list[Case], rounds: int, aws: Sandbox) -> list[Result]:
    """Time the cases in turns, after one round that warms the disk's cache; print and return."""
    times_ms: dict[str, list[float]] = {case.name: [] for case in cases}
    for turn in range(rounds + 1):
        for case in cases:
            env = {**environment(case.home, aws), **case.variables}
            took_ms = run_once(case.command(), env, case.exit_code)
            if turn:
                times_ms[case.name].append(took_ms)
    print(f"\n{title}\n{'':32}{'median':>10}{'ratio':>8}{'limit':>8}")
    results = []
    for case in cases:
        # Each run is compared with the baseline of its round: a machine that slows down slows both.
        pairs = zip(times_ms[case.name], times_ms[case.baseline or case.name], strict=True)
        ratio = statistics.median(own_ms / base_ms for own_ms, base_ms in pairs)
        results.append(Result(case, statistics.median(times_ms[case.name]), ratio))
        print(as_row(results[-1]))
    return results


def as_row(result: Result) -> str:
    """Return the result as a line of the table."""
    row = f"{result.case.name:32}{result.median_ms:7.1f} ms"
    if result.case.baseline is None:
        return row
    if result.case.limit == math.inf:
        return f"{row}{result.ratio:8.2f}"
    verdict = "over" if result.is_over() else "ok"
    return f"{row}{result.ratio:8.2f}{result.case.limit:8.2f}  {verdict}"


def run_once(command: list[str], env: Mapping[str, str], exit_code: int = 0) -> float:
    """Run a command to its end and return the milliseconds; another exit code ends everything."""
    started = time.perf_counter()
    done = subprocess.run(
        command,
        env=env,
        cwd=env["HOME"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    took_ms = (time.perf_counter() - started) * 1000
    if done.returncode != exit_code:
        sys.exit(f"{command} ended with {done.returncode}: {done.stderr.decode()}")
    return took_ms


def compile_everything(against: str | None = None) -> None:
    """Compile what the runs import, so that no run compiles."""
    places = {sysconfig.get_path("purelib"), str(Path(mfa_session.__file__).parent)}
    for place in places:
        compileall.compile_dir(place, quiet=2, workers=0)
    if against is not None:
        code = (
            "import compileall, sysconfig; compileall.compile_dir(sysconfig.get_path('purelib'), "
        )
        run_here([against, "-c", code + "quiet=2, workers=0)"])


def environment(home: Path, aws: Sandbox) -> dict[str, str]:
    """Return the variables of a run: a home of its own, and the sandbox for AWS."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", **aws.environ()}


def make_home(home: Path, profiles: int, aws: Sandbox, settings: str = "") -> Path:
    """Make a home with `profiles` profiles, and config.toml if there are settings; log in there."""
    write_home(home, profiles, settings)
    user, serial, code = new_user(aws)
    write_credentials(home, user, profiles)
    login = [PROGRAM, "login", "--mfa-serial", serial, "--token-code", code]
    run_once(login, environment(home, aws))
    return home


def write_home(home: Path, profiles: int = FEW, settings: str = "") -> None:
    """Write everything but the credentials file."""
    aws_folder, settings_folder = home / ".aws", home / ".config" / "mfa-session"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "aws").symlink_to("/bin/true")
    aws_folder.mkdir(parents=True)
    settings_folder.mkdir(parents=True)
    sections = [f"[profile p{number}]\nregion = eu-west-1\n" for number in range(1, profiles)]
    config = "\n".join(["[default]\nregion = eu-west-1\n", *sections])
    (aws_folder / "config").write_text(config)
    if settings:
        (settings_folder / "config.toml").write_text(settings)


def write_credentials(home: Path, user: User, profiles: int) -> None:
    """Write a credentials file with `profiles` profiles; the first is the user's.

    It is a minute old: a login waits until a file that has just been written stays as it is.
    """
    keys = [(user.access_key_id, user.secret_access_key)]
    keys += [(f"AKIA{number:016}", f"{number:040}") for number in range(1, profiles)]
    sections = [
        f"[{f'p{number}' if number else 'default'}]\n"
        f"aws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
        for number, (key, secret) in enumerate(keys)
    ]
    path = home / ".aws" / "credentials"
    path.write_text("\n".join(sections))
    path.chmod(0o600)
    a_minute_ago = time.time() - 60
    os.utime(path, (a_minute_ago, a_minute_ago))


_users = iter(range(sys.maxsize))


def new_user(aws: Sandbox) -> tuple[User, str, str]:
    """Make a user with a device; return the user, the device's serial, and a code."""
    user = aws.create_user(f"user-{next(_users)}", policies=[ALLOW_ALL])
    device = aws.create_device(user)
    return user, device.serial, device.code()


if __name__ == "__main__":
    sys.exit(main())
