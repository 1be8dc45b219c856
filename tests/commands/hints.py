"""The table of hints: a state, the command that fails in it, and the hint that mends it.

Each row names the place in the source that makes the hint, and the command or option shown there.
`tests/house/test_hints.py` holds that every hint of the source stands in one of the tables here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from places import long_term, managed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from conftest import Run
    from mfa_session.sandbox import Sandbox
    from mfa_session.sandbox.identities import Device, Document, User
    from places import AwsFiles
    from sandboxed import LogIn

KEYRING = "fakes.file_keyring.FileKeyring"
NO_KEYRING = "keyring.backends.fail.Keyring"
BOOKS = "arn:aws:iam::123456789012:role/books"
PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
WITH_MFA: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Action": "iam:EnableMFADevice",
            "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        }
    ],
}
GUARDED = ("sh", "-c", "true", "x")


class World(NamedTuple):
    """Carol's home on the sandbox: keys in `default`, a phone, no session."""

    aws: Sandbox
    carol: User
    phone: Device
    files: AwsFiles
    home: Path
    run: Run
    log_in: LogIn

    def add(self, sections: str) -> None:
        """Put further sections into the credentials file."""
        self.files.write(self.files.credentials.read_text() + sections)

    def guard_sh(self, more: str = "") -> None:
        """Have a session, and let a shell's commands be protected."""
        self.files.write(settings=f'[guard]\ncommands = ["sh -c"]\n{more}')
        self.log_in()

    def add_role(self) -> None:
        """Let there be a role that carol may take with MFA."""
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": self.carol.arn},
            "Action": "sts:AssumeRole",
        }
        self.aws.create_role("books", trust={"Version": "2012-10-17", "Statement": [trust]})

    def store_secret(self) -> None:
        """Have the phone's secret in the keyring."""
        added = self.run("totp", "add", "--mfa-serial", self.phone.serial, input=self.phone.secret)
        assert added.exit_code == 0, added


def nothing(world: World) -> None:
    """Leave the world as it is."""
    del world


class Row(NamedTuple):
    """One hint: where it is made, what it shows, and the state and the command it comes of.

    `gives_code` is false where the command must find nobody who has a code. `then` are the words
    that must succeed after the hint was followed; None: those that failed before. `typed` goes to
    the stdin of what the hint says to run.
    """

    place: str
    shows: str
    argv: tuple[str, ...]
    state: Callable[[World], object] = nothing
    gives_code: bool = True
    typed: str | None = None
    env: Mapping[str, str] = {}
    then: tuple[str, ...] | None = None
    exit_code: int | None = None


class Cure(NamedTuple):
    """A cure of the doctor: where it is made, and what it shows."""

    place: str
    shows: str
    typed: str | None = None


def others_key(w: World, name: str = "work") -> None:
    w.add(long_term(w.aws.create_user("erin"), name))


def two_keys(w: World) -> None:
    """Two people's keys, none of them in `default`."""
    w.files.write(long_term(w.carol, "mine"))
    others_key(w)


def two_devices(w: World) -> None:
    w.aws.create_device(w.carol, name="tablet")


def no_device(w: World) -> None:
    w.carol.devices.clear()
    w.aws.directory.devices.clear()


def other_source_without_device(w: World) -> None:
    no_device(w)
    w.add(long_term(w.carol, "work"))


def set_to_another(w: World) -> None:
    w.files.write(settings=f'[sessions.mfa]\nmfa_serial = "{w.phone.serial}"\n')


def two_secrets(w: World) -> None:
    w.store_secret()
    w.run("totp", "add", "--mfa-serial", "GAHT12345678", input=PLAIN)


def damaged(w: World) -> None:
    w.add(
        managed(aws_session_token='planted"token', mfa_session_source_key_id=w.carol.access_key_id)
    )


def revoked(w: World) -> None:
    """A session that AWS knows no more, and a role to be had from it."""
    w.add_role()
    w.log_in()
    w.aws.directory.sessions.clear()


def refused_session_age(w: World) -> None:
    w.add_role()
    w.log_in()
    w.aws.fail("AssumeRole", times=1, status=403, code="AccessDenied", message="Not authorized.")


def expired_at_aws(w: World) -> None:
    w.add_role()
    w.log_in()
    w.aws.fail("AssumeRole", times=1, status=403, code="ExpiredToken", message="Expired.")


AS_ROLE = ("login", "--profile", "books", "--role-arn", BOOKS)

ROWS = {
    # Whose session
    "several keys": Row(
        "session.sources:_only_source",
        "--source-profile",
        ("login",),
        two_keys,
        then=("status", "--check"),
    ),
    "several keys, for a program that takes no such option": Row(
        "session.sources:_only_source",
        "--source-profile",
        ("exec", "--", "true"),
        two_keys,
        then=("exec", "--profile", "mfa", "--", "true"),
    ),
    "a source without keys": Row(
        "session.sources:_other_source",
        "--source-profile",
        ("login", "--source-profile", "sso"),
        lambda w: w.files.write(config="[profile sso]\nsso_session = corp\n"),
        then=("status", "--check"),
    ),
    "a target that SDKs pass over": Row(
        "session.names:_refuse_hidden",
        "--write-to",
        ("login", "--write-to", "sso"),
        lambda w: w.files.write(config="[profile sso]\nsso_session = corp\n"),
        then=("status", "--check"),
    ),
    "a target with keys": Row(
        "files.session_store:_refuse_long_term",
        "--write-to",
        ("login", "--write-to", "work"),
        others_key,
        then=("status", "--check"),
    ),
    "a config.toml that is not there": Row(
        "files.settings_cache:_read",
        "configure",
        ("login",),
        env={"MFA_SESSION_CONFIG": "new.toml"},
    ),
    # Durations
    "a session that is too long": Row(
        "session.validation:_check_duration",
        "--duration",
        ("login", "--duration", "40h"),
        then=("status", "--check"),
    ),
    "a role that allows less": Row(
        "aws.error_table",
        "--duration",
        (*AS_ROLE, "--duration", "3h"),
        World.add_role,
        then=("status", "--check", "--profile", "books"),
    ),
    # Formats
    "a region that dotenv does not carry": Row(
        "shell.variables:setting_lines",
        "--shell",
        ("env", "--shell", "dotenv"),
        lambda w: w.log_in(),
        env={"AWS_REGION": "of $HOME"},
        then=("status", "--check"),
    ),
    # A code, and nobody who has it
    "nobody to ask": Row("mfa.refusals:nobody_to_ask", "login", ("login",), gives_code=False),
    "nobody to ask, for a session that is to be renewed": Row(
        "mfa.refusals:nobody_to_ask",
        "login",
        ("login", "--force"),
        lambda w: w.log_in(),
        gives_code=False,
        then=("status", "--check"),
    ),
    "nobody to ask, for one that ends too soon": Row(
        "mfa.refusals:nobody_to_ask",
        "login",
        ("login", "--min-ttl", "11h"),
        lambda w: w.log_in("--duration", "1h"),
        gives_code=False,
    ),
    "nobody to ask, for another's keys": Row(
        "mfa.refusals:nobody_to_ask",
        "login",
        ("login", "--profile", "other", "--source-profile", "work"),
        lambda w: w.add(long_term(w.carol, "work")),
        gives_code=False,
    ),
    "nobody to ask, for a program": Row(
        "mfa.refusals:nobody_to_ask", "login", ("exec", "--", "true"), gives_code=False
    ),
    "nobody to ask, for an SDK": Row(
        "mfa.refusals:nobody_to_ask", "login", ("credential-process",), gives_code=False
    ),
    "nobody to ask, for a code that is too old": Row(
        "mfa.refusals:nobody_to_ask",
        "--force",
        ("guard", "--max-age", "0", "--", *GUARDED),
        lambda w: w.guard_sh(),
        gives_code=False,
        then=("status", "--check"),
    ),
    # Devices
    "several devices": Row(
        "session.device:pick_device",
        "--mfa-serial",
        ("login",),
        two_devices,
        then=("status", "--check"),
    ),
    "several devices, one to be removed": Row(
        "mfa.devices:pick",
        "device remove --yes",
        ("device", "remove", "--yes"),
        two_devices,
        then=("device", "remove", "--yes"),
    ),
    "no device to log in with": Row(
        "session.device:_enroll", "device enroll", ("login",), no_device
    ),
    "no device to log in with, of a source that was named": Row(
        "session.device:_enroll",
        "--source-profile",
        ("login", "--source-profile", "work"),
        other_source_without_device,
    ),
    "no device in the list": Row(
        "cli.device:show", "device enroll", ("device", "list"), no_device, exit_code=0
    ),
    "no device to resynchronize": Row(
        "mfa.devices:pick", "device enroll", ("device", "resync"), no_device
    ),
    "no device of that name": Row(
        "mfa.devices:no_such_device",
        "device enroll",
        ("device", "resync", "GAHT12345678"),
        no_device,
        then=("device", "resync"),
    ),
    "one's own device once more": Row(
        "cli.device:_name_is_taken",
        "login",
        ("device", "enroll", "carols-phone"),
        then=("status", "--check"),
    ),
    "a name that another's device has": Row(
        "cli.device:_name_is_taken",
        "device enroll carol-2",
        ("device", "enroll"),
        lambda w: w.aws.create_device(w.aws.create_user("erin"), name="carol"),
        then=("status", "--check"),
    ),
    "a device beside the one that is set": Row(
        "cli.device:_log_in",
        "login",
        ("device", "enroll", "laptop"),
        set_to_another,
        exit_code=0,
        then=("status", "--check"),
    ),
    "a removal nobody agreed to": Row(
        "mfa.maintenance:ask", "--yes", ("device", "remove"), then=("device", "enroll")
    ),
    "a removal that AWS did half": Row(
        "mfa.maintenance:_delete",
        "device remove",
        ("device", "remove", "--yes"),
        lambda w: w.aws.fail(
            "DeleteVirtualMFADevice", status=400, code="Refused", message="Not now."
        ),
        then=("device", "enroll"),
    ),
    "more devices than AWS allows": Row(
        "aws.error_table",
        "device list",
        ("device", "enroll"),
        lambda w: [
            w.aws.create_device(w.carol, name=f"GAHT1234567{n}", kind="hardware") for n in range(7)
        ],
        then=("device", "list"),
    ),
    "a device that only a session may make": Row(
        "aws.error_table",
        "login",
        ("device", "enroll", "laptop"),
        lambda w: w.carol.inline_policies.update(devices=WITH_MFA),
    ),
    # Stored secrets
    "a code of a secret that is not stored": Row(
        "mfa.totp:no_secret", "totp add", ("totp", "code"), typed=PLAIN
    ),
    "no secret in the list": Row(
        "cli.totp:show", "totp add", ("totp", "list"), typed=PLAIN, exit_code=0
    ),
    "another secret for the same device": Row(
        "cli.totp:_confirm_replacing",
        "--yes",
        ("totp", "add"),
        World.store_secret,
        typed=PLAIN,
        then=("totp", "code"),
    ),
    "a secret to be forgotten": Row(
        "cli.totp:_confirm_removing",
        "--yes",
        ("totp", "remove"),
        World.store_secret,
        then=("totp", "list"),
    ),
    "one of two secrets to be forgotten": Row(
        "cli.totp:_pick_stored",
        "totp remove --yes",
        ("totp", "remove", "--yes"),
        two_secrets,
        then=("totp", "remove", "--yes"),
    ),
    "a secret that is not there": Row(
        "cli.totp:_nothing_to_remove",
        "totp list",
        ("totp", "remove", "GAHT12345678"),
        then=("totp", "list"),
    ),
    # Sessions
    "no session to remove": Row("cli.logout:_choose", "status", ("logout",), then=("status",)),
    "no session in the list": Row(
        "cli.status:run", "login", ("status",), exit_code=0, then=("status", "--check")
    ),
    "no session of that name": Row(
        "cli.status:run",
        "login",
        ("status", "--profile", "mfa"),
        exit_code=0,
        then=("status", "--check"),
    ),
    "a session that is damaged": Row(
        "cli.credential_process:_damaged", "login", ("credential-process",), damaged
    ),
    "a session that AWS does not know": Row("aws.error_table", "login", AS_ROLE, revoked),
    "a session that a role finds too old": Row(
        "aws.error_table", "login", AS_ROLE, refused_session_age
    ),
    "a session that has expired at AWS": Row("aws.error_table", "login", AS_ROLE, expired_at_aws),
    "a region without STS": Row(
        "aws.error_table",
        "--region",
        ("login",),
        lambda w: w.aws.disable_region("eu-west-1"),
        then=("status", "--check"),
    ),
    # The shell and the guard
    "a guard that asks": Row(
        "guard.step_up:_check_confirmable",
        "--yes",
        ("guard", "--", *GUARDED),
        lambda w: w.guard_sh("confirm = true"),
        then=("guard", "--yes", "--", *GUARDED),
    ),
    "a guard of nothing": Row(
        "guard.command:run", "guard", ("guard",), then=("guard", "--", "true")
    ),
    # configure
    "configure for a profile with keys": Row(
        "setup.answers:find_session",
        "--profile",
        ("configure", "--profile", "work"),
        lambda w: w.add(long_term(w.carol, "work")),
        then=("status", "--check"),
    ),
    "configure for too long": Row(
        "setup.answers:check_duration",
        "--duration",
        ("configure", "--duration", "40h"),
        then=("login",),
    ),
    "configure with several keys": Row(
        "setup.interview:_source",
        "--source-profile",
        ("configure",),
        two_keys,
        then=("status", "--check"),
    ),
    "configure with several devices": Row(
        "setup.interview:_found_device",
        "--mfa-serial",
        ("configure",),
        two_devices,
        then=("status", "--check"),
    ),
    "configure without a device": Row(
        "setup.interview",
        "device enroll",
        ("configure",),
        no_device,
        exit_code=0,
        then=("status", "--check"),
    ),
    "configure for a secret that is not stored": Row(
        "setup.interview:_code",
        "totp add",
        ("configure", "--code", "keyring"),
        exit_code=0,
        typed=PLAIN,
        then=("totp", "code"),
    ),
    "configure with another value": Row(
        "setup.plan:setting_exists",
        "--force",
        ("configure", "--duration", "2h"),
        lambda w: w.files.write(settings='[sessions.mfa]\nduration = "1h"\n'),
        then=("status", "--check"),
    ),
    # Policies
    "a template that needs an option": Row(
        "policy.templates.catalogue:make",
        "policy template",
        ("policy", "template", "trust"),
        then=("policy", "template"),
    ),
}
"""By name. What fails, fails with the exit code of an error, unless `exit_code` says 0."""

CURES = {
    "credentials that others may read": Cure("doctor.files:look_at_modes", "doctor"),
    "an enrolment that was cut off": Cure("doctor.files:look_at_cut_off", "device enroll"),
    "AWS_PROFILE of a session not yet had": Cure("doctor.environment:look_at_profile", "login"),
    "a session's keys beside a sign-in": Cure("doctor.profiles:look_at_hidden_processes", "logout"),
    "a source profile that is a session not yet had": Cure(
        "doctor.profiles:look_at_sources", "login"
    ),
    "a serial left on a role whose source is a session": Cure(
        "doctor.profiles:look_at_leftover_serials", "configure"
    ),
    "a session under a name that not every SDK reads": Cure(
        "doctor.profiles:look_at_names", "logout"
    ),
    "an expired session": Cure("doctor.sessions:_login", "login"),
    "another tool's keys among our lines": Cure("doctor.sessions:look_at_damaged", "login"),
    "our lines without a key": Cure("doctor.sessions:look_at_damaged", "login"),
    "a session kept aside": Cure("doctor.sessions:_login", "login"),
    "a session beside settings of SSO": Cure("doctor.sessions:_move", "logout"),
    "a stored secret that is gone": Cure(
        "doctor.keyrings:look_at_secrets", "totp add --mfa-serial", typed=PLAIN
    ),
    "a secret that a setting wants": Cure(
        "doctor.keyrings:look_at_secrets", "totp add", typed=PLAIN
    ),
    "no device": Cure("doctor.answers:_enroll", "device enroll"),
    "no guard": Cure("shell.dialects", "shell-init"),
    "a guard older than config.toml": Cure("doctor.shells:_renewal", "shell-init"),
}
"""The doctor's cures, by the fault of tests/e2e/test_doctor.py that they mend."""

NOT_RUN = {
    "shell.dialects env": "what PowerShell throws",
    # What only looks like a hint.
    "cli.demo": "the demo's own text, which tests of the demo run",
    "cli.demo:_run_demo": "the demo's own text, which tests of the demo run",
    "cli.overview:overview": "the help's example",
    "model.settings:login_command": "the property that other hints are made with",
    "aws.request:login": "the property that the errors of AWS are made with",
    "setup.shell:_text": "the head of a script",
    "shell.scripts": "the head of a script",
    "policy.templates.identity:max_age": "a remark about a template, for whoever meets it",
    "policy.templates.identity:_notes_on_own": "a remark about a template",
    "doctor.sessions:look_at_default": "the command that a finding speaks of",
    "doctor.sessions": "the command that a check speaks of",
    # What no test can be in the state of without a race, a signal or a broken disk.
    "mfa.enrolment:_tell": "a signal between two lines; held by unit/mfa/test_enrolment.py",
    "setup.command:_log_in": "Ctrl-C at the login's prompt; held by test_configure.py",
    "mfa.interrupted:tell": "a lost connection; run in test_device.py",
    "session.renewal:_save": "a disk that takes nothing; run in test_faults.py",
    "files.settings_writer:changed_meanwhile": "a file that is written meanwhile",
    "guard.choice:_unchanged": "settings that moved after a login; unit/guard/test_choice.py",
    "serve.serving:_issued": "a session whose end is not known, of a login just now",
    # What the person must fill in, or do at a terminal.
    "cli.use:_stronger": "a remark on what stands in the way, with what removes it",
    "system.questions:ask": "a notebook that runs unattended; held by test_python.py",
    "model.long_term_keys:not_stored": "another keyring than the one at the import",
    "keys": "each step of a rotation or a move says the next one; taken in test_keys.py",
    "roles": "races, Ctrl-C and placeholders; test_login_all.py, test_warm.py, test_console.py",
    "doctor.profiles:look_at_processes": "a program that was moved; run in test_keys.py",
    "doctor.keyrings:_lost": "a keyring that has lost a session; run in test_store.py",
    "files.recovered:_keys": "a keyring that has lost a session in the middle of a run",
    "doctor.profiles:look_at_asking_roles": "good for an hour; warm is run in test_warm.py",
    "setup.interview warm": "good for an hour; warm is run in test_warm.py",
    "aws.error_table keys list": "the list is run in test_keys.py",
    "aws.error_table --mfa-serial": "SERIAL is the person's",
    "aws.error_table device remove": "beside `device list`, which is run",
    "cli.login:_run_all": "an option beside the command",
    "model.totp:read_secret": "FILE is the person's",
    "policy.formats": "a pipe from Terraform",
    "setup.profiles:check_any_source": "after `aws configure`, which asks at a terminal",
    "cli.device:enroll": "a phone at a terminal; run in test_device.py",
    "shell.variables:find_shell": "tests are run from a shell, which is found",
    "setup.shell:plan_shell": "tests are run from a shell, which is found",
    "policy.commands.check:_read_live": "a remark: more may be readable",
    "policy.commands.check:_read_role": "a remark: more may be readable",
}
"""Places whose hints no row runs, each with the reason."""
