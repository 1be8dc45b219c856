"""`doctor` finds nothing in a healthy home, and each planted fault alone by its id."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import stat
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pexpect
import pytest

import processes
from commands.hint_rows import KEYRING as KEYRING_HERE
from commands.hints import CURES
from fakes.file_keyring import NAME as FILE_KEYRING
from mfa_session.doctor.command import CHECK_FAILED, GROUPS
from mfa_session.files.notes import KeyJournal, enrolments
from mfa_session.files.state import StateDir
from mfa_session.model.iam import Intent, Rotation
from places import long_term, managed
from processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from conftest import Run, Terminal
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles
    from sandboxed import LogIn
    from secret_service import SecretService

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes and owners of POSIX")

FINDINGS = ("error", "warning", "note")
GUARDED_SHELL = {"MFA_SESSION_GUARD": "bash"}
"""The variable that shell-init's script sets; without it, doctor has notes."""


class Home(NamedTuple):
    """A healthy home in which tests plant faults."""

    aws: FullSandbox
    carol: User
    phone: Device
    files: AwsFiles
    home: Path

    def add(self, sections: str) -> None:
        """Append sections to the credentials file."""
        self.files.write(self.files.credentials.read_text() + sections)

    def put_state(self, name: str, text: str) -> Path:
        """Write a file to the state directory, and return its path."""
        path = self.home / ".local" / "state" / "mfa-session" / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(text)
        path.chmod(0o600)
        return path


@pytest.fixture
def healthy(
    aws: FullSandbox, carol: User, phone: Device, carols: AwsFiles, home: Path, program: str
) -> Home:
    """Make a home with carol's keys, a phone and a program on PATH."""
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(program), os.environ["PATH"]])
    os.environ.update(GUARDED_SHELL)
    return Home(aws, carol, phone, carols, home)


def run_doctor(run: Run, *argv: str, env: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Run the doctor and return its checks, after comparing its exit code with them."""
    outcome = run("doctor", "--json", *argv, env=env)
    answer: dict[str, Any] = json.loads(outcome.stdout)
    checks: list[dict[str, Any]] = answer["checks"]
    assert [check for check in checks if CHECK_FAILED in check["finding"]] == []
    bad = any(check["severity"] in ("error", "warning") for check in checks)
    assert (outcome.exit_code, outcome.stderr) == (int(bad), ""), outcome
    return checks


def list_findings(checks: list[dict[str, Any]]) -> list[str]:
    """Return the ids and severities of the findings."""
    return [f"{each['id']} {each['severity']}" for each in checks if each["severity"] in FINDINGS]


def test_a_healthy_home_has_no_finding(healthy: Home, run: Run, log_in: LogIn) -> None:
    log_in()
    checks = run_doctor(run)
    assert [each for each in checks if each["severity"] != "ok"] == []
    outcome = run("doctor")
    assert outcome == (
        0,
        f"all {len(checks)} checks passed (-v lists them)\n",
        "",
    )
    del healthy


class Fault(NamedTuple):
    """A fault to plant, and the ids and severities of its findings."""

    findings: str
    credentials: str | None = None
    """Appended to the credentials file."""
    config: str | None = None
    settings: str | None = None
    env: Mapping[str, str] = {}
    plant: Callable[[Home], object] | None = None


ROLE = "role_arn = arn:aws:iam::444455556666:role/Books\n"
KEYS = "aws_access_key_id = {}\naws_secret_access_key = planted/secret\n"
AKIA, ASIA = (KEYS.format(f"{kind}EXAMPLEEXAMPLE12") for kind in ("AKIA", "ASIA"))
CAROLS = "arn:aws:iam::123456789012:mfa/carols-phone"
OTHERS = "arn:aws:iam::123456789012:mfa/somebody-elses"
SESSION_KEYS = {
    "AWS_ACCESS_KEY_ID": "ASIAEXAMPLEEXAMPLE12",
    "AWS_SECRET_ACCESS_KEY": "planted/secret",
    "AWS_SESSION_TOKEN": "planted/token",
}
KEYRING = {
    "PYTHON_KEYRING_BACKEND": FILE_KEYRING,
    "FILE_KEYRING": "/nowhere/keyring.json",
    "PYTHONPATH": str(ROOT / "tests" / "fakes"),
}


def open_settings(h: Home) -> None:
    h.files.write(settings="[defaults]\n")
    h.files.settings.chmod(0o666)


def put_file_in_place_of_state(h: Home) -> None:
    path = h.home / ".local" / "state"
    path.mkdir(parents=True)
    (path / "mfa-session").write_text("")


def link_to_itself(h: Home) -> None:
    h.files.credentials.unlink()
    h.files.credentials.symlink_to("credentials")


def link_through_a_file(h: Home) -> None:
    h.files.credentials.unlink()
    (h.home / "file").write_text("")
    h.files.credentials.symlink_to(h.home / "file" / "credentials")


def keep_aside(h: Home) -> None:
    session = managed("mfa", mfa_session_source_key_id=h.carol.access_key_id)
    h.put_state("session-0123456789abcdef-1", session)


def cut_off(h: Home) -> None:
    intent = Intent(serial=OTHERS, user_arn=h.carol.arn, began_at=h.aws.clock.now())
    enrolments(StateDir.of(os.environ)).save(intent)


def cut_off_rotation(h: Home) -> None:
    key_id, now = h.carol.access_key_id, h.aws.clock.now()
    begun = Rotation(
        profile="default", user_arn=h.carol.arn, old_id=key_id, stood=(key_id,), began_at=now
    )
    KeyJournal(StateDir.of(os.environ)).save(begun)


def remember_secret(h: Home) -> None:
    h.put_state("totp-0", f"stored {h.phone.serial} {FILE_KEYRING}\n")


def age_key(h: Home) -> None:
    h.carol.created_at = h.aws.clock.now() - timedelta(days=200)


FAULTS = {
    # Files
    "text before the first section": Fault(
        "credentials-file error", plant=lambda h: h.files.write("oops\n" + long_term(h.carol))
    ),
    "a section twice": Fault("config-file error", config="[default]\n[default]\n"),
    "a directory in place of config.toml": Fault(
        "config-toml error", plant=lambda h: h.files.settings.mkdir(parents=True)
    ),
    "an unknown setting": Fault("config-toml error", settings='[defaults]\nprofil = "mfa"\n'),
    "credentials that others may read": Fault(
        "file-mode warning", plant=lambda h: h.files.credentials.chmod(0o644)
    ),
    "credentials that others may write": Fault(
        "unsafe-file error", plant=lambda h: h.files.credentials.chmod(0o666)
    ),
    "a directory that others may write": Fault(
        "unsafe-file error", plant=lambda h: h.files.credentials.parent.chmod(0o777)
    ),
    "a config that others may write": Fault(
        "unsafe-file warning",
        config="[default]\n",
        plant=lambda h: h.files.config.chmod(0o602),
    ),
    "a config.toml that others may write": Fault("unsafe-file error", plant=open_settings),
    "state that others may list": Fault(
        "file-mode warning", plant=lambda h: h.put_state("step-0", "1").parent.chmod(0o755)
    ),
    "state that others may read": Fault(
        "file-mode warning", plant=lambda h: h.put_state("step-0", "1").chmod(0o644)
    ),
    "a file in place of the state directory": Fault(
        "state-directory error", plant=put_file_in_place_of_state
    ),
    "a file in place of a parent of the state directory": Fault(
        "unwritable-file error",
        plant=lambda h: (h.home / ".local").write_text(""),
    ),
    "a link in a circle": Fault(
        "credentials-file error",
        plant=link_to_itself,
    ),
    "a link through a file": Fault(
        "unwritable-file error; default-session error",
        plant=link_through_a_file,
    ),
    "a variable that names no file": Fault(
        "named-file warning", env={"AWS_CONFIG_FILE": "/nowhere/config"}
    ),
    "a rotation that was cut off": Fault("unfinished-keys warning", plant=cut_off_rotation),
    "a copy of the credentials that a kill left": Fault(
        "copy-left warning",
        plant=lambda h: (h.home / ".aws" / ".credentials.mfa-session-00ff").write_text("[a]\n"),
    ),
    "an enrolment that was cut off": Fault("enrolment-left note", plant=cut_off),
    # The environment
    "session keys in the environment": Fault(
        "environment-keys warning", env={**SESSION_KEYS, "AWS_PROFILE": "default"}
    ),
    "a secret key without its id in the environment": Fault(
        "environment-halves error", env={"AWS_SECRET_ACCESS_KEY": "planted/secret"}
    ),
    "an expired session in the environment": Fault(
        "environment-session error",
        env={**SESSION_KEYS, "AWS_SESSION_EXPIRATION": "2026-01-01T00:00:00Z"},
    ),
    "another token in the environment": Fault(
        "environment-token error",
        env={**SESSION_KEYS, "AWS_SECURITY_TOKEN": "older", "MFA_SESSION_ACTIVE": "mfa"},
    ),
    "an AWS_PROFILE that names no profile": Fault(
        "environment-profile error", env={"AWS_PROFILE": "defualt"}
    ),
    "an AWS_PROFILE of a session not yet obtained": Fault(
        "environment-profile error",
        settings='[sessions.books]\nsource_profile = "default"\n',
        env={"AWS_PROFILE": "books"},
    ),
    "two profile variables": Fault(
        "two-profile-variables warning",
        env={"AWS_PROFILE": "other", "AWS_DEFAULT_PROFILE": "default"},
    ),
    "two region variables": Fault(
        "two-region-variables warning",
        env={"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"},
    ),
    "a misspelt variable": Fault("unread-variable warning", env={"MFA_SESSION_PROFIL": "mfa"}),
    "a value that is not a duration": Fault(
        "bad-variable error", env={"MFA_SESSION_DURATION": "soon"}
    ),
    "a code in the environment": Fault(
        "code-in-environment note", env={"MFA_SESSION_TOKEN_CODE": "123456"}
    ),
    # Profiles
    "a role that hides keys": Fault(
        "role-hides-keys warning",
        config=f"[profile books]\n{ROLE}source_profile = default\n",
        plant=lambda h: h.add(long_term(h.carol, "books")),
    ),
    "keys that hide a process": Fault(
        "keys-hide-process warning; session-foreign note",
        credentials=f"[work]\n{ASIA}aws_session_token = planted/token\n",
        config="[profile work]\ncredential_process = true\n",
    ),
    "a session's keys beside a sign-in": Fault(
        "keys-hide-process warning",
        credentials=managed("console"),
        config="[profile console]\nlogin_session = arn:aws:sts::123456789012:assumed-role/A/b\n",
    ),
    "a key without its secret": Fault(
        "partial-keys error", credentials="[work]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\n"
    ),
    "a token beside a long-term key": Fault(
        "stale-token error", credentials=f"[work]\n{AKIA}aws_session_token = planted/token\n"
    ),
    "a source profile that does not exist": Fault(
        "source-profile error", config=f"[profile books]\n{ROLE}source_profile = defualt\n"
    ),
    "a source profile that is a session not yet obtained": Fault(
        "source-profile error", config=f"[profile books]\n{ROLE}source_profile = mfa\n"
    ),
    "a credential_process whose program is missing": Fault(
        "credential-process error", config="[profile work]\ncredential_process = /nowhere/op\n"
    ),
    "a user's ARN as serial": Fault(
        "device-serial error; role-asks-code note",
        config=f"[profile books]\n{ROLE}source_profile = default\n"
        "mfa_serial = arn:aws:iam::123456789012:user/carol\n",
    ),
    "a serial that SDKs ignore": Fault(
        "ignored-serial note",
        plant=lambda h: h.files.write(config=f"[default]\nmfa_serial = {h.phone.serial}\n"),
    ),
    "a serial left on a role whose source is a session": Fault(
        "leftover-serial warning",
        credentials=managed(seconds_left=3600),
        config=f"[profile books]\n{ROLE}source_profile = mfa\nmfa_serial = GAHT12345678\n",
    ),
    "a role without the region of its session": Fault(
        "role-region warning",
        credentials=managed(seconds_left=3600) + "region = eu-west-1\n",
        config=f"[profile books]\n{ROLE}source_profile = mfa\n",
    ),
    "a role for which the AWS CLI asks for a code": Fault(
        "role-asks-code note",
        plant=lambda h: h.files.write(
            config=f"[profile books]\n{ROLE}source_profile = default\n"
            f"mfa_serial = {h.phone.serial}\n"
        ),
    ),
    "a section without the word profile": Fault(
        "section-header warning", config="[s2s-dev]\nregion = eu-west-1\n"
    ),
    "a name that not every SDK reads": Fault(
        "profile-name warning", config="[profile 'my work']\nregion = eu-west-1\n"
    ),
    # Sessions
    "no keys at all": Fault("default-session error", plant=lambda h: h.files.credentials.unlink()),
    "an expired session": Fault("session-expired warning", credentials=managed(seconds_left=-60)),
    "another tool's session": Fault(
        "session-foreign note", credentials=f"[saml]\n{ASIA}aws_session_token = planted/token\n"
    ),
    "another tool's keys among lines of mfa-session": Fault(
        "session-damaged warning", credentials=managed(mfa_session_key_id="ASIAANOTHERANOTHER12")
    ),
    "a session beside settings of SSO": Fault(
        "session-hidden warning",
        credentials=managed(),
        config="[profile mfa]\nsso_session = corp\n",
    ),
    "a session kept aside": Fault("session-kept-aside warning", plant=keep_aside),
    "lines of mfa-session without a key": Fault(
        "session-damaged warning", credentials="[mfa]\nmanager = mfa-session\n"
    ),
    "a session under a name that not every SDK reads": Fault(
        "profile-name warning", credentials=managed("my session")
    ),
    # config.toml
    "a session whose source profile does not exist": Fault(
        "configured-session error", settings='[sessions.mfa]\nsource_profile = "nobody"\n'
    ),
    "two sessions in one profile": Fault(
        "shared-target warning",
        settings='[sessions.a]\nwrite_to = "x"\n[sessions.b]\nwrite_to = "x"\n',
    ),
    "a code_command whose program is missing": Fault(
        "code-command error", settings='[sessions.mfa]\ncode_command = ["no-such-program"]\n'
    ),
    "a pattern without a match": Fault(
        "guard-pattern warning", settings='[guard]\nprotect = ["ec2:StopInstance"]\n'
    ),
    "a guard profile that does not exist": Fault(
        "guard-profile warning", settings='[guard]\nprofile = "nobody"\n'
    ),
    # The keyring
    "no keyring where one is used": Fault(
        "keyring error",
        settings='[sessions.mfa]\ncode = "keyring"\n',
        env={"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
    ),
    "a locked keyring": Fault(
        "keyring error", plant=remember_secret, env={**KEYRING, "FILE_KEYRING_FAILS": "1"}
    ),
    "a stored secret that is gone": Fault(
        "keyring-secret warning", plant=remember_secret, env=KEYRING
    ),
    "a secret that a setting needs": Fault(
        "keyring-secret warning",
        settings=f'[sessions.mfa]\ncode = "keyring"\nmfa_serial = "{CAROLS}"\n',
        env={"FILE_KEYRING": "/nowhere/keyring.json", **KEYRING},
    ),
    # AWS
    "an endpoint where nothing listens": Fault(
        "sts-reach error", env={"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    ),
    "a proxy where nothing listens": Fault(
        "sts-reach error", env={"HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": ""}
    ),
    "an invalid region": Fault("sts-reach error", env={"AWS_REGION": "eu west 1"}),
    "a missing CA bundle": Fault("named-file error", env={"AWS_CA_BUNDLE": "/nowhere/ca.pem"}),
    "a portal's page": Fault(
        "sts-reach error", plant=lambda h: h.aws.answer("*", 200, "<html>", times=None)
    ),
    "STS off in the region": Fault(
        "sts-reach error", plant=lambda h: h.aws.disable_region("eu-west-1")
    ),
    "a clock that is a little off": Fault(
        "clock warning", plant=lambda h: h.aws.clock.advance(300)
    ),
    "a clock that is far off": Fault("clock error", plant=lambda h: h.aws.clock.advance(-3600)),
    "an inactive key": Fault(
        "key-identity error", plant=lambda h: h.carol.inactive_keys.add(h.carol.access_key_id)
    ),
    "a wrong secret": Fault(
        "key-identity error",
        plant=lambda h: h.files.write(f"[default]\n{KEYS.format(h.carol.access_key_id)}"),
    ),
    "a root user's key": Fault(
        "root-key error", plant=lambda h: h.files.write(long_term(h.aws.create_root()))
    ),
    "an old key": Fault("key-age warning", plant=age_key),
    "no device": Fault("device-present error", plant=lambda h: h.carol.devices.clear()),
    "another's serial": Fault(
        "device-owner error", settings=f'[sessions.mfa]\nmfa_serial = "{OTHERS}"\n'
    ),
    "another's serial in the environment": Fault(
        "device-owner error", env={"MFA_SESSION_MFA_SERIAL": OTHERS}
    ),
    "several devices": Fault(
        "device-choice note", plant=lambda h: h.aws.create_device(h.carol, name="tablet")
    ),
    # The shell
    "a guard that does not find mfa-session": Fault(
        "program-path warning", env={"PATH": "/usr/bin:/bin"}
    ),
    "a guard older than config.toml": Fault(
        "guard-commands warning", settings='[guard]\ncommands = ["terraform destroy"]\n'
    ),
    "no guard": Fault("guard-active note; completion note", env={"MFA_SESSION_GUARD": ""}),
}


def plant(fault: Fault, healthy: Home) -> None:
    """Plant a fault."""
    healthy.add(fault.credentials or "")
    healthy.files.write(config=fault.config, settings=fault.settings)
    if fault.plant is not None:
        fault.plant(healthy)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_reported_alone(name: str, healthy: Home, run: Run) -> None:
    fault = FAULTS[name]
    plant(fault, healthy)
    assert "; ".join(list_findings(run_doctor(run, env=fault.env))) == fault.findings


@pytest.mark.parametrize("name", CURES)
def test_a_cure_run_word_for_word_fixes_the_fault(name: str, healthy: Home, run: Run) -> None:
    fault, cure = FAULTS[name], CURES[name]
    plant(fault, healthy)
    env = {"PYTHON_KEYRING_BACKEND": KEYRING_HERE, **fault.env}
    env["FILE_KEYRING"] = str(healthy.home / "keyring.json")

    def report_now() -> list[dict[str, Any]]:
        checks = run_doctor(run, env=env)
        return [each for each in checks if f"{each['id']} {each['severity']}" in fault.findings]

    (answer, *_others) = report_now()
    assert f"mfa-session {cure.shows}" in answer["cure"]
    healthy.aws.clock.advance(30)
    if "login" in answer["cure"]:
        env["MFA_SESSION_TOKEN_CODE"] = healthy.phone.code()
    for command in answer["cure"].split(" && ") if answer["id"] not in IN_A_SHELL else ():
        followed = run(*shlex.split(command)[1:], env=env, input=cure.typed)
        assert followed.exit_code == 0, (command, followed)
    if answer["id"] in IN_A_SHELL:
        followed = processes.run_process(["bash", "--norc", "-c", answer["cure"]], env)
        assert (followed.exit_code, followed.stderr) == (0, "")
    else:
        assert answer["finding"] not in [each["finding"] for each in report_now()]


IN_A_SHELL = {"guard-active", "guard-commands"}
"""Findings whose cure has an effect only in the shell where it is typed."""


def test_a_cure_of_two_findings_is_shown_once(healthy: Home, run: Run) -> None:
    del healthy
    shown = run("doctor", env={"MFA_SESSION_GUARD": None, "SHELL": "/bin/bash"}).stdout
    cures = [line.partition("cure: ")[2] for line in shown.splitlines() if "cure: " in line]
    assert len(cures) == 2
    assert cures[1] == "as for guard-active"


def test_every_check_has_a_fault_that_it_finds() -> None:
    named = {each.split()[0] for fault in FAULTS.values() for each in fault.findings.split("; ")}
    assert named == {check.id for checks in GROUPS.values() for check in checks}


EXPIRED = "the session in profile 'mfa' expired 2h ago: AWS refuses its keys"


# --fix


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_fix_corrects_modes_and_changes_nothing_else(healthy: Home, run: Run) -> None:
    kept = healthy.put_state("step-0", "1\n")
    healthy.files.write(settings="[defaults]\n")
    opened = [healthy.files.credentials, healthy.files.settings, kept, kept.parent]
    for path, bits in zip(opened, (0o644, 0o666, 0o640, 0o755), strict=True):
        path.chmod(bits)
    before = [path.read_bytes() for path in opened[:3]]
    outcome = run("doctor", "--fix", "--json")
    answer = json.loads(outcome.stdout)
    assert (outcome.exit_code, list_findings(answer["checks"])) == (0, [])
    assert sorted(answer["fixed"]) == sorted(
        f"chmod {bits} {path}" for path, bits in zip(opened, (600, 644, 600, 700), strict=True)
    )
    assert [mode(path) for path in opened] == [0o600, 0o644, 0o600, 0o700]
    assert [path.read_bytes() for path in opened[:3]] == before


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root may give files away")
def test_another_users_file_is_reported_and_not_changed(healthy: Home, run: Run) -> None:
    os.chown(healthy.files.credentials, 12345, -1)
    healthy.files.credentials.chmod(0o644)
    (bad,) = [each for each in run_doctor(run, "--fix") if each["severity"] in FINDINGS]
    assert (bad["id"], bad["severity"]) == ("unsafe-file", "error")
    assert bad["cure"].startswith("run it as its owner: sudo -H -u '#12345' mfa-session")
    assert mode(healthy.files.credentials) == 0o644


def test_fix_reports_its_changes_and_leaves_other_findings(healthy: Home, run: Run) -> None:
    healthy.files.credentials.chmod(0o644)
    healthy.add(managed(seconds_left=-7200))
    healthy.files.credentials.chmod(0o644)
    outcome = run("doctor", "--fix")
    assert outcome.exit_code == 1
    lines = outcome.stdout.splitlines()
    assert lines[0] == f"fixed  chmod 600 {healthy.files.credentials}"
    assert lines[2:5] == [
        "Sessions",
        f"  warning  {EXPIRED} [session-expired]",
        "           cure: mfa-session login --profile mfa",
    ]


def test_fix_says_if_there_is_nothing_to_fix(healthy: Home, run: Run) -> None:
    del healthy
    assert run("doctor", "--fix").stdout.startswith("no file's mode had to be corrected\n\n")


# What doctor reads and asks


def test_doctor_writes_nothing(healthy: Home, run: Run) -> None:
    healthy.put_state("totp-0", f"stored {healthy.phone.serial} {FILE_KEYRING}\n")
    healthy.put_state("step-0", "1\n").parent.chmod(0o755)
    healthy.files.write(settings='[sessions.mfa]\ncode = "keyring"\n')
    healthy.aws.clock.advance(300)  # a login would store this offset
    before = snapshot(healthy.home)
    assert run("doctor", env=KEYRING).exit_code == 1
    assert snapshot(healthy.home) == before


def snapshot(folder: Path) -> dict[str, tuple[int, bytes | None]]:
    return {
        str(path): (mode(path), path.read_bytes() if path.is_file() else None)
        for path in folder.rglob("*")
    }


def test_each_call_to_aws_is_made_once_and_only_reads(healthy: Home, run: Run) -> None:
    assert run("doctor").exit_code == 0
    calls = sorted(call.operation for call in healthy.aws.calls)
    assert calls == ["GetCallerIdentity", "ListAccessKeys", "ListMFADevices"]


def test_doctor_runs_no_configured_command(healthy: Home, run: Run) -> None:
    ran = healthy.home / "ran"
    program = healthy.home / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o700)
    healthy.files.credentials.unlink()
    healthy.files.write(
        config=f"[default]\ncredential_process = {program}\nregion = eu-west-1\n",
        settings=f'[sessions.mfa]\ncode_command = ["{program}"]\n',
    )
    checks = run_doctor(run)
    assert list_findings(checks) == []
    skipped = {each["id"]: each["finding"] for each in checks if each["severity"] == "skipped"}
    unasked = "profile 'default': its credential_process was not run"
    assert skipped == dict.fromkeys(KEY_CHECKS, unasked)
    assert [(call.operation, call.access_key_id) for call in healthy.aws.calls] == [
        ("GetCallerIdentity", None)
    ]
    assert not ran.exists()


def test_without_files_the_missing_key_is_reported(aws: FullSandbox, run: Run) -> None:
    del aws
    checks = run_doctor(run)
    shell = ["guard-active note", "completion note"]
    assert list_findings(checks) == ["default-session error", *shell]
    skipped = {each["id"]: each["finding"] for each in checks if each["severity"] == "skipped"}
    no_key = "there is no long-term key to ask about"
    assert skipped == dict.fromkeys(KEY_CHECKS, no_key)


KEY_CHECKS = ("key-identity", "root-key", "key-age", "device-present", "device-owner",
              "device-choice")  # fmt: skip


def test_a_missing_network_is_reported_once(healthy: Home, run: Run) -> None:
    env = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    dave = healthy.aws.create_user("dave")
    healthy.add(long_term(dave, "dave"))
    lines = run("doctor", env=env).stdout.splitlines()
    assert lines[:3] == [
        "AWS",
        "  error    AWS (http://127.0.0.1:1) cannot be reached [sts-reach]",
        "           cure: check the network, AWS_ENDPOINT_URL and HTTPS_PROXY",
    ]
    assert lines[-2] == f"not checked: clock, {', '.join(KEY_CHECKS)} (AWS was not reached)"


def test_doctor_waits_a_few_seconds_for_a_silent_aws(healthy: Home, run: Run) -> None:
    healthy.aws.slow("*", 60)
    began = time.monotonic()
    checks = run_doctor(run)
    assert time.monotonic() - began < 12
    assert list_findings(checks) == ["sts-reach error"]
    assert [each["id"] for each in checks if each["severity"] == "skipped"] == [
        "clock", *KEY_CHECKS
    ]  # fmt: skip


def test_a_denied_call_is_not_a_finding(healthy: Home, run: Run) -> None:
    healthy.carol.inline_policies.clear()
    checks = run_doctor(run)
    assert list_findings(checks) == []
    skipped = {each["id"]: each["finding"] for each in checks if each["severity"] == "skipped"}
    key = f"{healthy.carol.access_key_id} (profile 'default')"
    devices = f"{key} is not allowed iam:ListMFADevices"
    assert skipped == {
        "key-age": f"{key} is not allowed iam:ListAccessKeys",
        "device-present": devices,
        "device-owner": devices,
        "device-choice": devices,
    }


def test_calls_that_need_mfa_use_the_session(healthy: Home, run: Run, log_in: LogIn) -> None:
    healthy.carol.inline_policies["only"] = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Action": "iam:*",
                "Resource": "*",
                "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
            }
        ],
    }
    log_in("--mfa-serial", healthy.phone.serial)
    age_key(healthy)
    assert list_findings(run_doctor(run)) == ["key-age warning"]


def test_an_inactive_key_is_reported_if_its_session_sees_it(
    healthy: Home, run: Run, log_in: LogIn
) -> None:
    log_in()
    healthy.carol.inactive_keys.add(healthy.carol.access_key_id)
    (bad,) = [each for each in run_doctor(run) if each["severity"] == "error"]
    assert bad["id"] == "key-identity"


def test_a_broken_file_skips_only_the_checks_that_need_it(healthy: Home, run: Run) -> None:
    healthy.files.credentials.write_text("oops\n")
    healthy.files.credentials.chmod(0o644)
    healthy.files.write(config="[default\n", settings="x = 1\n")
    checks = run_doctor(run, env={"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"})
    assert list_findings(checks) == [
        "credentials-file error",
        "config-file error",
        "config-toml error",
        "file-mode warning",
        "two-region-variables warning",
    ]
    assert "line 1" in checks[0]["finding"]


def test_doctor_run_by_exec_finds_nothing(
    healthy: Home, run: Run, log_in: LogIn, program: str
) -> None:
    del healthy
    log_in()
    outcome = run("exec", "--", program, "doctor", "--json")
    assert (outcome.exit_code, list_findings(json.loads(outcome.stdout)["checks"])) == (0, [])


def test_json_has_every_check(healthy: Home, run: Run) -> None:
    healthy.add(managed(seconds_left=-7200))
    outcome = run("doctor", "--json")
    answer = json.loads(outcome.stdout)
    assert (outcome.exit_code, outcome.stderr) == (1, "")
    assert {key: answer[key] for key in answer if key != "checks"} == {"version": 1, "fixed": []}
    assert {tuple(check) for check in answer["checks"]} == {
        ("id", "group", "severity", "finding", "cure")
    }
    assert [check for check in answer["checks"] if check["severity"] != "ok"] == [
        {
            "id": "session-expired",
            "group": "sessions",
            "severity": "warning",
            "finding": EXPIRED,
            "cure": "mfa-session login --profile mfa",
        }
    ]


def test_every_check_is_listed_with_v(healthy: Home, run: Run) -> None:
    del healthy
    outcome = run("doctor", "-v")
    ids = [check.id for checks in GROUPS.values() for check in checks]
    assert [line for line in outcome.stdout.splitlines() if line.startswith("  ok ")] == [
        f"  ok       {check.fine} [{check.id}]" for checks in GROUPS.values() for check in checks
    ]
    assert outcome.stdout.splitlines()[-1] == f"all {len(ids)} checks passed"
    assert "sts:GetCallerIdentity" in outcome.stderr


def test_no_secret_is_shown_at_any_level(healthy: Home, run: Run) -> None:
    healthy.add(
        managed("old", seconds_left=-60)
        + f"[books]\n{AKIA}aws_session_token = planted-token/books\n"
        + f"[saml]\n{ASIA}aws_security_token = planted-token/saml\n"
        + "[swapped]\naws_access_key_id = planted-secret/id\n"
    )
    env = {**SESSION_KEYS, "MFA_SESSION_TOKEN_CODE": "135790", "AWS_PROFILE": "books"}
    for argv in (("-vv",), ("-vv", "--json"), ("-vv", "--fix")):
        outcome = run("doctor", *argv, env=env)
        assert outcome.exit_code == 1
        answer = outcome.stdout + outcome.stderr
        secrets = ("planted", "135790", healthy.carol.secret_access_key)
        assert [secret for secret in secrets if secret in answer] == []


def test_only_a_terminal_gets_colours(healthy: Home, terminal: Terminal) -> None:
    healthy.add(managed(seconds_left=-60))
    coloured = terminal("doctor")
    coloured.expect("\x1b\\[33mwarning\x1b\\[0m")
    coloured.expect(pexpect.EOF)
    plain = terminal("doctor", env={"NO_COLOR": "1"})
    plain.expect(pexpect.EOF)
    assert plain.before is not None
    assert "  warning  the session" in plain.before
    assert "\x1b[3" not in plain.before


def test_doctor_reports_a_secret_service_that_is_locked_or_gone(
    healthy: Home, run: Run, service: SecretService
) -> None:
    secret = healthy.phone.secret
    added = run("totp", "add", "--mfa-serial", healthy.phone.serial, input=secret)
    assert added.exit_code == 0, added
    assert list_findings(run_doctor(run)) == []
    service.lock()
    assert list_findings(run_doctor(run)) == ["keyring error"]
    service.kill()
    outcome = run("doctor", "-vv")
    assert "[keyring]" in outcome.stdout
    assert secret not in outcome.stdout + outcome.stderr


SHELLS = {
    "bash": ["bash", "--norc", "--noprofile"],
    "zsh": ["zsh", "-f"],
    "fish": ["fish", "--no-config"],
}
SOURCE = {
    "a file": {"bash": ". ~/init", "zsh": ". ~/init", "fish": "source ~/init"},
    "evaluated": {
        "bash": 'eval "$(mfa-session shell-init bash)"',
        "zsh": 'eval "$(mfa-session shell-init zsh)"',
        "fish": "mfa-session shell-init fish | source",
    },
}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("way", SOURCE)
def test_a_command_added_to_guard_commands_has_a_cure_that_guards_it(
    healthy: Home, run: Run, shell: str, way: str
) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    healthy.files.write(settings='[guard]\ncommands = ["kubectl delete"]\n')
    (healthy.home / "init").write_text(run("shell-init", shell).stdout)
    more_commands = '[guard]\ncommands = ["kubectl delete", "terraform destroy"]\n'

    def in_shell(*lines: str) -> processes.Outcome:
        healthy.files.write(settings='[guard]\ncommands = ["kubectl delete"]\n')
        change = f"printf %s {shlex.quote(more_commands)} > {healthy.files.settings}"
        script = "\n".join([SOURCE[way][shell], change, *lines])
        return processes.run_process([*SHELLS[shell], "-c", script])

    answer = in_shell("mfa-session doctor").stdout
    (cure,) = re.findall(r"\[guard-commands\]\n +cure: (.*)", answer)
    assert "this shell does not guard terraform: " in answer
    assert (">" in cure) == (way == "a file")
    cured = in_shell(cure, "mfa-session doctor", "type terraform")
    assert "guard-commands" not in cured.stdout, cured
    assert "function" in cured.stdout


def test_a_shared_report_does_not_name_the_home_directory(
    run: Run, carols: AwsFiles, home: Path
) -> None:
    carols.credentials.chmod(0o644)  # so that the report has its path
    full, shared = (run("doctor", *words, "--json").stdout for words in ([], ["--share"]))
    assert (str(home) in full, str(home) in shared) == (True, False)
    assert "~/.aws/credentials" in shared
    assert len(json.loads(shared)["checks"]) == len(json.loads(full)["checks"])


def test_a_shared_report_names_nobody(run: Run, carols: AwsFiles, carol: User) -> None:
    """`acme` and `dave` must not appear, whatever is reported."""
    account = "210987654321"
    serial = f"arn:aws:iam::{account}:mfa/dave@acme.example"
    carols.write(
        carols.credentials.read_text()
        + long_term(carol, "acme-prod")
        + managed("acme-old", seconds_left=-60, mfa_session_mfa_serial=serial)
        + "[acme-half]\naws_access_key_id = AKIAACMEACMEACME1234\n",
        config=f"[profile acme-role]\nrole_arn = arn:aws:iam::{account}:role/dave\n"
        "source_profile = acme-gone\nrole_session_name = dave@acme.example\n"
        f"[profile acme-prod]\nmfa_serial = arn:aws:iam::{account}:user/dave\n"
        "[profile acme-sso]\nsso_start_url = https://acme.awsapps.com/start\nrole_arn = x\n"
        "[profile acme-run]\ncredential_process = /home/dave/bin/acme --user dave\n"
        "[acme-bare]\nregion = eu-west-1\n",
        settings=f'[sessions.acme-books]\nvia = "mfa"\nmfa_serial = "{serial}"\n'
        'code_command = ["/opt/acme/code", "dave"]\n[guard]\nprofile = "acme-none"\n',
    )
    env = {
        "AWS_PROFILE": "acme-typo",
        "HTTPS_PROXY": "http://dave:planted@proxy.acme.example:9",
        "AWS_ENDPOINT_URL": "http://dave:planted@aws.acme.example:9",
    }
    for words in ([], ["-v"], ["--json"]):
        outcome = run("doctor", "--share", *words, env=env)
        assert outcome.exit_code == 1
        answer = outcome.stdout + outcome.stderr
        leaks = re.findall(".*(?:acme|dave|planted).*", answer, re.IGNORECASE)
        assert leaks == [], "\n".join(leaks)
        assert account not in answer
        assert carol.access_key_id not in answer
