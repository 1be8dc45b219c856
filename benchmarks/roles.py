"""How long many roles take: `login --all` for 200 and for 1,000, and other tools role by role.

    python benchmarks/roles.py [--awsume PATH]

The sandbox answers every call after 200 ms. Prints the wall time beside its limit, and the most
memory that a run took. For the AWS CLI and awsume, a few roles are measured and the time of 200 is
calculated. Exits 1 above a limit.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import run

from mfa_session.sandbox.sandbox import ALLOW_ALL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device

COUNTS = (200, 1000)
LATENCY_SECONDS = 0.2
JOBS = 16
SLACK = 1.3
MOST_MIB = 150
MEASURED = 5
"""How many roles another tool gets; all others take as long each."""
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole"}


class Taken(NamedTuple):
    """What a run took."""

    seconds: float
    mib: float


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--awsume", metavar="PATH", help="awsume's program awsumepy")
    arguments = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    run.compile_everything()
    sys.path.append(str(Path(__file__).parents[1] / "tests"))
    from full_sandbox import FullSandbox  # noqa: PLC0415  # the demo's sandbox has no roles

    over = False
    with FullSandbox() as aws, tempfile.TemporaryDirectory(prefix="mfa-session-bench-") as folder:
        for count in COUNTS:
            over = measure(Path(folder) / str(count), aws, count) or over
        compare(Path(folder) / "others", aws, arguments.awsume)
    print("over a limit" if over else "all within their limits")
    return 1 if over else 0


def measure(home: Path, aws: FullSandbox, count: int) -> bool:
    """Time one login, then a login to `count` roles; say whether a limit is exceeded."""
    aws.reset()
    device = prepare_home(home, aws, count)
    environ = os.environ | run.environment(home, aws)
    aws.latency_seconds = LATENCY_SECONDS
    login = [run.PROGRAM, "login", "--no-input", "--profile", "mfa", "--token-code"]
    one = took([*login, device.code()], environ)
    subprocess.run([run.PROGRAM, "logout", "--all"], env=environ, check=True, capture_output=True)
    aws.clock.advance(30)
    every = [run.PROGRAM, "login", "--no-input", "--all", "--token-code", device.code()]
    taken = took(every, environ)
    if aws.count("AssumeRole") != count:
        sys.exit(f"{aws.count('AssumeRole')} roles were assumed, not {count}")
    limit_seconds = SLACK * count * LATENCY_SECONDS / JOBS + one.seconds
    print(
        f"login --all, {count:5} roles{taken.seconds:8.2f} s (limit {limit_seconds:.2f} s, "
        f"one login {one.seconds:.2f} s){taken.mib:8.0f} MiB (limit {MOST_MIB})"
    )
    kept = took([run.PROGRAM, "login", "--all"], environ)
    print(f"the same, all kept     {kept.seconds:8.2f} s")
    return taken.seconds > limit_seconds or taken.mib > MOST_MIB


def prepare_home(home: Path, aws: FullSandbox, count: int) -> Device:
    """Make a user and roles that trust her, and write their profiles and settings to a home."""
    user = aws.create_user("carol", policies=[ALLOW_ALL])
    device = aws.create_device(user)
    trust = {"Version": "2012-10-17", "Statement": [TRUST | {"Principal": {"AWS": user.arn}}]}
    settings = f'[sessions.mfa]\nsource_profile = "default"\nmfa_serial = "{device.serial}"\n'
    config = "[default]\nregion = eu-west-1\n"
    for number in range(count):
        role = aws.create_role(f"role-{number}", account="444455556666", trust=trust)
        settings += f'[sessions.{role.name}]\nvia = "mfa"\nrole_arn = "{role.arn}"\n'
        config += f"[profile {role.name}-sdk]\nrole_arn = {role.arn}\nsource_profile = mfa\n"
        config += "region = eu-west-1\n"
        config += f"[profile {role.name}-ask]\nrole_arn = {role.arn}\nsource_profile = default\n"
        config += f"region = eu-west-1\nmfa_serial = {device.serial}\n"
    run.write_home(home, settings=settings)
    run.write_credentials(home, user, run.FEW)
    (home / ".aws" / "config").write_text(config)
    return device


def compare(home: Path, aws: FullSandbox, awsume: str | None) -> None:
    """Time other tools on some roles, one after the other, and calculate the time of 200."""
    aws.reset()
    device = prepare_home(home, aws, MEASURED)
    environ = os.environ | run.environment(home, aws)
    login = [run.PROGRAM, "login", "--no-input", "--profile", "mfa", "--token-code", device.code()]
    subprocess.run(login, env=environ, check=True, capture_output=True)
    aws.latency_seconds = LATENCY_SECONDS
    cli = str(Path(sysconfig.get_path("scripts")) / "aws")
    report("aws --profile ROLE, from a session", environ, [
        [cli, "--profile", f"role-{n}-sdk", "sts", "get-caller-identity"] for n in range(MEASURED)
    ])  # fmt: skip
    if awsume is None:
        print("awsume: not measured (--awsume PATH)")
        return
    aws.clock.advance(30)
    first = [awsume, "role-0-ask", "--mfa-token", device.code(), "--show-commands"]
    subprocess.run(first, env=environ, check=True, capture_output=True)
    report("awsume ROLE, its session cached", environ, [
        [awsume, f"role-{n}-ask", "--show-commands"] for n in range(MEASURED)
    ])  # fmt: skip


def report(title: str, environ: Mapping[str, str], commands: list[list[str]]) -> None:
    """Time the commands together, and print what one and what 200 take."""
    seconds = sum(took(command, environ).seconds for command in commands) / len(commands)
    print(f"{title:36}{seconds:6.2f} s each, 200 one by one: {200 * seconds:6.1f} s")


def took(command: list[str], environ: Mapping[str, str]) -> Taken:
    """Run a command, which must succeed, and return its wall time and largest resident size."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, env=dict(environ), stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}")
    return Taken(seconds, usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10))


if __name__ == "__main__":
    sys.exit(main())
