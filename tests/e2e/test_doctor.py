"""`doctor`: nothing in a healthy home; one planted fault at a time, named by its id and alone."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from e2e.places import long_term, managed
from fakes.file_keyring import NAME as FILE_KEYRING
from mfa_session.doctor.examination import GROUPS
from mfa_session.files.enrolments import Enrolments
from mfa_session.files.state import StateDir
from mfa_session.mfa.leftovers import Intent
from processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from conftest import Run
    from e2e.conftest import LogIn
    from e2e.places import AwsFiles
    from mfa_session.sandbox import Sandbox
    from mfa_session.sandbox.identities import Device, User

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes and owners of POSIX")

SEEN = ("error", "warning", "note")
MARKED = {"MFA_SESSION_GUARD": "bash"}
"""A shell that has sourced what shell-init prints: without it, notes tell of it."""


class Home(NamedTuple):
    """A healthy home, to plant a fault in."""

    aws: Sandbox
    carol: User
    phone: Device
    files: AwsFiles
    home: Path

    def add(self, sections: str) -> None:
        """Put further sections below carol's own."""
        self.files.write(self.files.credentials.read_text() + sections)

    def keep(self, name: str, text: str) -> Path:
        """Put a file into the state directory, and return its path."""
        path = self.home / ".local" / "state" / "mfa-session" / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(text)
        path.chmod(0o600)
        return path


@pytest.fixture
def healthy(
    aws: Sandbox, carol: User, phone: Device, carols: AwsFiles, home: Path, program: str
) -> Home:
    """Carol's keys, a phone, a program on PATH: all one needs."""
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(program), os.environ["PATH"]])
    os.environ.update(MARKED)
    return Home(aws, carol, phone, carols, home)


def looked_at(run: Run, *argv: str, env: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Run the doctor and return its checks; its exit code is held against them."""
    outcome = run("doctor", "--json", *argv, env=env)
    told: dict[str, Any] = json.loads(outcome.stdout)
    checks: list[dict[str, Any]] = told["checks"]
    bad = any(check["severity"] in ("error", "warning") for check in checks)
    assert (outcome.exit_code, outcome.stderr) == (int(bad), ""), outcome
    return checks


def found(checks: list[dict[str, Any]]) -> list[str]:
    """Return what the doctor found: ids and severities."""
    return [f"{each['id']} {each['severity']}" for each in checks if each["severity"] in SEEN]


def test_a_healthy_home_has_no_finding(healthy: Home, run: Run, log_in: LogIn) -> None:
    log_in()
    checks = looked_at(run)
    assert [each for each in checks if each["severity"] != "ok"] == []
    outcome = run("doctor")
    assert outcome == (
        0,
        f"nothing found; {len(checks)} checks found nothing (-v lists them)\n",
        "",
    )
    del healthy


class Fault(NamedTuple):
    """What is planted where, and what is found: ids and severities."""

    found: str
    credentials: str | None = None
    """Below carol's own keys."""
    config: str | None = None
    settings: str | None = None
    env: Mapping[str, str] = {}
    plant: Callable[[Home], object] | None = None


ROLE = "role_arn = arn:aws:iam::444455556666:role/Books\n"
KEYS = "aws_access_key_id = {}\naws_secret_access_key = planted/secret\n"
AKIA, ASIA = (KEYS.format(f"{kind}EXAMPLEEXAMPLE12") for kind in ("AKIA", "ASIA"))
OTHERS = "arn:aws:iam::123456789012:mfa/somebody-elses"
SESSION_AROUND = {
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


def put_file_for_state(h: Home) -> None:
    path = h.home / ".local" / "state"
    path.mkdir(parents=True)
    (path / "mfa-session").write_text("")


def keep_aside(h: Home) -> None:
    session = managed("mfa", mfa_session_source_key_id=h.carol.access_key_id)
    h.keep("session-0123456789abcdef-1", session)


def cut_off(h: Home) -> None:
    intent = Intent(serial=OTHERS, user_arn=h.carol.arn, began_at=h.aws.clock.now())
    Enrolments(StateDir.of(os.environ)).save(intent)


def remember_secret(h: Home) -> None:
    h.keep("totp-0", f"stored {h.phone.serial} {FILE_KEYRING}\n")


def age_key(h: Home) -> None:
    h.carol.created_at = h.aws.clock.now() - timedelta(days=200)


def have_passkey_only(h: Home) -> None:
    h.carol.devices.clear()
    h.aws.create_device(h.carol, kind="passkey")


FAULTS = {
    # Files
    "text before the first section": Fault(
        "credentials-file error", plant=lambda h: h.files.write("oops\n" + long_term(h.carol))
    ),
    "a section twice": Fault("config-file error", config="[default]\n[default]\n"),
    "a directory for config.toml": Fault(
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
    "a config.toml that others may write": Fault("unsafe-file error", plant=open_settings),
    "state that others may list": Fault(
        "file-mode warning", plant=lambda h: h.keep("step-0", "1").parent.chmod(0o755)
    ),
    "state that others may read": Fault(
        "file-mode warning", plant=lambda h: h.keep("step-0", "1").chmod(0o644)
    ),
    "a file for the state directory": Fault("state-directory error", plant=put_file_for_state),
    "a variable that names no file": Fault(
        "named-file warning", env={"AWS_CONFIG_FILE": "/nowhere/config"}
    ),
    "an enrolment that was cut off": Fault("enrolment-left note", plant=cut_off),
    # The environment
    "session keys in the environment": Fault(
        "environment-keys warning", env={**SESSION_AROUND, "AWS_PROFILE": "default"}
    ),
    "half a pair in the environment": Fault(
        "environment-halves error", env={"AWS_SECRET_ACCESS_KEY": "planted/secret"}
    ),
    "an expired session in the environment": Fault(
        "environment-session error",
        env={**SESSION_AROUND, "AWS_SESSION_EXPIRATION": "2026-01-01T00:00:00Z"},
    ),
    "another token in the environment": Fault(
        "environment-token error",
        env={**SESSION_AROUND, "AWS_SECURITY_TOKEN": "older", "MFA_SESSION_ACTIVE": "mfa"},
    ),
    "AWS_PROFILE of nobody": Fault("environment-profile error", env={"AWS_PROFILE": "defualt"}),
    "two profile variables": Fault(
        "two-profile-variables warning",
        env={"AWS_PROFILE": "other", "AWS_DEFAULT_PROFILE": "default"},
    ),
    "two region variables": Fault(
        "two-region-variables warning",
        env={"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"},
    ),
    "a misspelt variable": Fault("unread-variable warning", env={"MFA_SESSION_PROFIL": "mfa"}),
    "a value that is no duration": Fault(
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
    "a key without its secret": Fault(
        "partial-keys error", credentials="[work]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\n"
    ),
    "a token beside a long-term key": Fault(
        "stale-token error", credentials=f"[work]\n{AKIA}aws_session_token = planted/token\n"
    ),
    "two tokens in a profile": Fault(
        "stale-token error; session-foreign note",
        credentials=f"[work]\n{ASIA}aws_session_token = a\naws_security_token = b\n",
    ),
    "a source profile of nobody": Fault(
        "source-profile error", config=f"[profile books]\n{ROLE}source_profile = defualt\n"
    ),
    "a process that is not there": Fault(
        "credential-process error", config="[profile work]\ncredential_process = /nowhere/op\n"
    ),
    "a process of ours for nobody": Fault(
        "credential-process error",
        config="[profile work]\n"
        "credential_process = mfa-session credential-process --profile nobody\n",
    ),
    "a user's ARN as serial": Fault(
        "device-serial error",
        config=f"[profile books]\n{ROLE}source_profile = default\n"
        "mfa_serial = arn:aws:iam::123456789012:user/carol\n",
    ),
    "a serial that SDKs ignore": Fault(
        "ignored-serial note",
        plant=lambda h: h.files.write(config=f"[default]\nmfa_serial = {h.phone.serial}\n"),
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
    "another tool's keys among our lines": Fault(
        "session-damaged warning", credentials=managed(mfa_session_key_id="ASIAANOTHERANOTHER12")
    ),
    "a session beside settings of SSO": Fault(
        "session-hidden warning",
        credentials=managed(),
        config="[profile mfa]\nsso_session = corp\n",
    ),
    "a session kept aside": Fault("session-kept-aside warning", plant=keep_aside),
    # config.toml
    "a session that leads to nothing": Fault(
        "configured-session error", settings='[sessions.mfa]\nsource_profile = "nobody"\n'
    ),
    "two sessions in one profile": Fault(
        "shared-target warning",
        settings='[sessions.a]\nwrite_to = "x"\n[sessions.b]\nwrite_to = "x"\n',
    ),
    "a code_command that is not there": Fault(
        "code-command error", settings='[sessions.mfa]\ncode_command = ["no-such-program"]\n'
    ),
    "a pattern without a match": Fault(
        "guard-pattern warning", settings='[guard]\nprotect = ["ec2:StopInstance"]\n'
    ),
    "a guard's profile of nobody": Fault(
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
    # AWS
    "nothing that listens": Fault(
        "sts-reach error", env={"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    ),
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
        "key-identity error", plant=lambda h: h.carol.deactivate_key(h.carol.access_key_id)
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
    "a passkey only": Fault("device-present error", plant=have_passkey_only),
    "another's serial": Fault(
        "device-owner error", settings=f'[sessions.mfa]\nmfa_serial = "{OTHERS}"\n'
    ),
    "several devices": Fault(
        "device-choice note", plant=lambda h: h.aws.create_device(h.carol, name="tablet")
    ),
    # The shell
    "a guard that does not find us": Fault("program-path warning", env={"PATH": "/usr/bin:/bin"}),
    "no guard": Fault("guard-active note; completion note", env={"MFA_SESSION_GUARD": ""}),
}


@pytest.mark.every_case
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_and_nothing_else(name: str, healthy: Home, run: Run) -> None:
    fault = FAULTS[name]
    healthy.add(fault.credentials or "")
    healthy.files.write(config=fault.config, settings=fault.settings)
    if fault.plant is not None:
        fault.plant(healthy)
    assert "; ".join(found(looked_at(run, env=fault.env))) == fault.found


@pytest.mark.every_case
def test_every_check_has_a_fault_that_it_finds() -> None:
    named = {each.split()[0] for fault in FAULTS.values() for each in fault.found.split("; ")}
    assert named == {check.id for checks in GROUPS.values() for check in checks}
