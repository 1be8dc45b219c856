"""The tables of hints: a state, the command that fails in it, and the hint that helps.

Each row names the place in the source that makes the hint, and the command or option it shows.
`tests/house/test_hints.py` checks that every hint of the source is in one of these tables.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import shellingham

from commands import hints_keys, hints_roles
from commands.hint_rows import (
    AS_ROLE,
    BOOKS,
    GUARDED,
    PLAIN,
    WITH_MFA,
    Cure,
    Row,
    World,
    add_another_users_key,
    add_second_device,
    expire_at_aws,
    fill_disk,
    interrupt,
    log_in_and_add_another_key,
    refuse_session_age,
    remove_devices,
    remove_devices_and_add_source,
    revoke_session,
    set_device_in_settings,
    store_two_secrets,
    write_damaged_session,
    write_two_users_keys,
)
from mfa_session.sandbox.sandbox import ALLOW_ALL
from places import long_term

if TYPE_CHECKING:
    from mfa_session.sandbox.identities import Document

STOP = ("stop-instances", "--instance-ids", "i-0123456789abcdef0")
DENY_READING_WITHOUT_MFA: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "NotAction": "iam:ListMFADevices",
            "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        }
    ],
}
SERIAL = "arn:aws:iam::123456789012:mfa/carols-phone"
DENY_LISTING: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "iam:ListMFADevices", "Resource": "*"}],
}


def deny_listing_devices(w: World) -> None:
    w.carol.inline_policies.update(listing=DENY_LISTING)


def deny_reading_without_mfa(w: World) -> None:
    w.carol.inline_policies.update(reading=DENY_READING_WITHOUT_MFA)


def add_seven_devices(w: World) -> None:
    for number in range(7):
        w.aws.create_device(w.carol, name=f"GAHT1234567{number}", kind="hardware")


def add_role_in_another_account(w: World) -> None:
    """Make a role in another account, which may read itself."""
    trust = {"Effect": "Allow", "Principal": {"AWS": w.carol.arn}, "Action": "sts:AssumeRole"}
    role = w.aws.create_role(
        "far",
        account="444455556666",
        trust={"Version": "2012-10-17", "Statement": [trust]},
        policies=[ALLOW_ALL],
    )
    w.files.write(settings=f'[sessions.far]\nvia = "mfa"\nrole_arn = "{role.arn}"\n')


def drop_connections(w: World) -> None:
    w.aws.drop("EnableMFADevice", times=None)
    w.aws.drop("DeleteVirtualMFADevice", times=None)


def interrupt_enrolment(w: World) -> None:
    drop_connections(w)
    assert w.run("device", "enroll", "laptop").exit_code == 6
    w.aws.clear_faults()


def interrupt_removal(w: World) -> None:
    w.aws.drop("DeleteVirtualMFADevice", times=None)
    assert w.run("device", "remove", "--yes").exit_code == 6
    w.aws.clear_faults()


def give_session_name_to_role(w: World) -> None:
    """Log in, then give the session's name to a role."""
    w.add_role()
    w.guard_sh()
    moved = f'[sessions.mfa]\nsource_profile = "default"\nrole_arn = "{BOOKS}"\n'
    w.files.write(settings=w.files.settings.read_text() + moved)


def interrupt_at_code(w: World) -> None:
    """Press Ctrl-C while a program is asked for the code."""
    command = ["sh", "-c", "kill -INT $PPID; sleep 60"]
    w.files.write(settings=f"[sessions.mfa]\ncode_command = {json.dumps(command)}\n")


def change_settings_meanwhile(w: World) -> None:
    """Change config.toml while AWS is asked."""
    w.meanwhile(
        "ListMFADevices",
        lambda: w.files.write(settings='[sessions.mfa]\nduration = "1h"\n'),
    )


def hide_shell(w: World) -> None:
    """Hide the parent shell."""

    def fail() -> None:
        raise shellingham.ShellDetectionFailure

    w.patch.setattr(shellingham, "detect_shell", fail)


def stand_in_for_aws(w: World) -> None:
    """Put a program called `aws` where commands are run."""
    program = w.home / "aws"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)


def remove_keys(w: World) -> None:
    w.files.write("")


ROWS = {
    # Profiles and sources
    "several keys": Row(
        "session.sources:_only_source",
        "--source-profile",
        ("login",),
        write_two_users_keys,
        then=("status", "--check"),
    ),
    "several keys, for a program that takes no such option": Row(
        "session.sources:_only_source",
        "--source-profile",
        ("exec", "--", "true"),
        write_two_users_keys,
        then=("exec", "--profile", "mfa", "--", "true"),
    ),
    "an unknown name that resembles no other": Row(
        "session.names:unknown_name",
        "--profile default",
        ("login", "--profile", "nowhere"),
        then=("status", "--check", "--profile", "default-mfa"),
    ),
    "an unknown name among several": Row(
        "session.names:unknown_name",
        "--profile mine",
        ("exec", "--profile", "nowhere", "--", "true"),
        write_two_users_keys,
        then=("exec", "--profile", "mine", "--", "true"),
    ),
    "an unknown name beside a session": Row(
        "session.names:unknown_name",
        "--profile mfa",
        ("exec", "--profile", "nowhere", "--", "true"),
        lambda w: w.log_in(),
        then=("exec", "--", "true"),
    ),
    "an unknown source beside a session": Row(
        "session.names:unknown_name",
        "--source-profile default",
        ("login", "--source-profile", "nowhere"),
        lambda w: w.log_in(),
        then=("status", "--check"),
    ),
    "an unknown session to remove": Row(
        "session.names:unknown_name",
        "logout --profile mfa",
        ("logout", "--profile", "nowhere"),
        lambda w: w.log_in(),
        then=("status",),
    ),
    "a session's name in place of a command": Row(
        "cli.exec_:_refuse_session_for_command",
        "exec",
        ("exec", "default", "--", "true"),
        then=("status", "--check", "--profile", "default-mfa"),
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
    "a valid session of another key": Row(
        "session.renewal:warn_of_displaced",
        "login --profile work-mfa",
        ("login", "--source-profile", "work"),
        log_in_and_add_another_key,
        gives_code=False,
        then=("status", "--check", "--profile", "work-mfa"),
    ),
    "a target with keys": Row(
        "files.session_store:_refuse_long_term",
        "--write-to",
        ("login", "--write-to", "work"),
        add_another_users_key,
        then=("status", "--check"),
    ),
    "a missing config.toml": Row(
        "files.settings_cache:_read",
        "configure",
        ("login",),
        env={"MFA_SESSION_CONFIG": "new.toml"},
    ),
    # Durations
    "a session that is too long": Row(
        "session.validation:check_duration",
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
    "a region that dotenv cannot hold": Row(
        "shell.dialects:format_variables",
        "--shell",
        ("env", "--shell", "dotenv"),
        lambda w: w.log_in(),
        env={"AWS_REGION": "of $HOME"},
        then=("status", "--check"),
    ),
    # No code
    "nobody to ask": Row("mfa.sources:nobody_to_ask", "login", ("login",), gives_code=False),
    "nobody to ask, and no device": Row(
        "mfa.sources:nobody_to_ask", "device enroll", ("login",), remove_devices, gives_code=False
    ),
    "nobody to ask, for a session that is to be renewed": Row(
        "mfa.sources:nobody_to_ask",
        "login",
        ("login", "--force"),
        lambda w: w.log_in(),
        gives_code=False,
        then=("status", "--check"),
    ),
    "nobody to ask, for a session that ends too soon": Row(
        "mfa.sources:nobody_to_ask",
        "login",
        ("login", "--min-ttl", "11h"),
        lambda w: w.log_in("--duration", "1h"),
        gives_code=False,
    ),
    "nobody to ask, for another profile's keys": Row(
        "mfa.sources:nobody_to_ask",
        "login",
        ("login", "--profile", "other", "--source-profile", "work"),
        lambda w: w.add(long_term(w.carol, "work")),
        gives_code=False,
    ),
    "nobody to ask, for exec": Row(
        "mfa.sources:nobody_to_ask", "login", ("exec", "--", "true"), gives_code=False
    ),
    "nobody to ask, for credential-process": Row(
        "mfa.sources:nobody_to_ask", "login", ("credential-process",), gives_code=False
    ),
    "nobody to ask, for a code that is too old": Row(
        "mfa.sources:nobody_to_ask",
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
        add_second_device,
        then=("status", "--check"),
    ),
    "several devices, one to be removed": Row(
        "mfa.devices:pick",
        "device remove --yes",
        ("device", "remove", "--yes"),
        add_second_device,
        then=("device", "remove", "--yes"),
    ),
    "no device to log in with": Row(
        "session.device:_enroll", "device enroll", ("login",), remove_devices
    ),
    "no device to log in with, of a source that was named": Row(
        "session.device:_enroll",
        "--source-profile",
        ("login", "--source-profile", "work"),
        remove_devices_and_add_source,
    ),
    "no device in the list": Row(
        "cli.device:show", "device enroll", ("device", "list"), remove_devices, exit_code=0
    ),
    "no device to resynchronize": Row(
        "mfa.devices:pick", "device enroll", ("device", "resync"), remove_devices
    ),
    "no device of that name": Row(
        "mfa.devices:no_such_device",
        "device enroll",
        ("device", "resync", "GAHT12345678"),
        remove_devices,
        then=("device", "resync"),
    ),
    "a device that the user has already": Row(
        "cli.device:_name_is_taken",
        "login",
        ("device", "enroll", "carols-phone"),
        then=("status", "--check"),
    ),
    "a name that another's device has": Row(
        "cli.device:again",
        "device enroll carol-2",
        ("device", "enroll"),
        lambda w: w.aws.create_device(w.aws.create_user("erin"), name="carol"),
        then=("status", "--check"),
    ),
    "a device beside the one that is set": Row(
        "cli.device:_log_in",
        "login",
        ("device", "enroll", "laptop"),
        set_device_in_settings,
        exit_code=0,
        then=("status", "--check"),
    ),
    "a removal that nobody confirms": Row(
        "model.errors:require_yes", "--yes", ("device", "remove"), then=("device", "enroll")
    ),
    "a removal that AWS carries out by half": Row(
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
    "a device that only a session may create": Row(
        "aws.error_table",
        "login",
        ("device", "enroll", "laptop"),
        lambda w: w.carol.inline_policies.update(devices=WITH_MFA),
    ),
    # Stored secrets
    "a code from a secret that is not stored": Row(
        "mfa.sources:no_secret", "totp add", ("totp", "code"), typed=PLAIN
    ),
    "no secret in the list": Row(
        "cli.totp:show", "totp add", ("totp", "list"), typed=PLAIN, exit_code=0
    ),
    "another secret for the same device": Row(
        "model.errors:require_yes",
        "--yes",
        ("totp", "add"),
        World.store_secret,
        typed=PLAIN,
        then=("totp", "code"),
    ),
    "a secret to be removed": Row(
        "model.errors:require_yes",
        "--yes",
        ("totp", "remove"),
        World.store_secret,
        then=("totp", "list"),
    ),
    "one of two secrets to be removed": Row(
        "cli.totp:_pick_stored",
        "totp remove --yes",
        ("totp", "remove", "--yes"),
        store_two_secrets,
        then=("totp", "remove", "--yes"),
    ),
    "a secret that is not there": Row(
        "cli.totp:_nothing_to_remove",
        "totp list",
        ("totp", "remove", "GAHT12345678"),
        then=("totp", "list"),
    ),
    # Sessions
    "no session to remove": Row("cli.sessions:_choose", "status", ("logout",), then=("status",)),
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
        "cli.credential_process:_damaged", "login", ("credential-process",), write_damaged_session
    ),
    "a session that AWS does not know": Row("aws.error_table", "login", AS_ROLE, revoke_session),
    "a session that a role finds too old": Row(
        "aws.error_table", "login", AS_ROLE, refuse_session_age
    ),
    "a session that has expired at AWS": Row("aws.error_table", "login", AS_ROLE, expire_at_aws),
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
    "a guarded command with an unknown profile": Row(
        "session.names:unknown_name",
        "guard --max-age 15m -- ./aws --profile default ec2",
        ("guard", "--max-age", "15m", "--", "./aws", "ec2", "--profile=nowhere", *STOP),
        stand_in_for_aws,
        then=("status", "--check"),
    ),
    "a session that has become another": Row(
        "session.identity:settings_of",
        "login",
        ("guard", "--", *GUARDED),
        give_session_name_to_role,
        env={"AWS_PROFILE": "mfa"},
    ),
    "guard without a command": Row(
        "guard.command:run", "guard", ("guard",), then=("guard", "--", "true")
    ),
    # configure
    "configure for a profile with keys": Row(
        "setup.plan:find_session",
        "--profile",
        ("configure", "--profile", "work"),
        lambda w: w.add(long_term(w.carol, "work")),
        then=("status", "--check"),
    ),
    "configure with a duration that is too long": Row(
        "session.validation:check_duration",
        "--duration",
        ("configure", "--duration", "40h"),
        then=("login",),
    ),
    "configure with several keys": Row(
        "setup.interview:_choose_source",
        "--source-profile",
        ("configure",),
        write_two_users_keys,
        then=("status", "--check"),
    ),
    "configure with several devices": Row(
        "setup.interview:_pick_device",
        "--mfa-serial",
        ("configure",),
        add_second_device,
        then=("status", "--check"),
    ),
    "configure without a device": Row(
        "setup.interview",
        "device enroll",
        ("configure",),
        remove_devices,
        exit_code=0,
        then=("status", "--check"),
    ),
    "configure for a secret that is not stored": Row(
        "setup.interview:_choose_code",
        "totp add",
        ("configure", "--code", "keyring"),
        exit_code=0,
        typed=PLAIN,
        then=("totp", "code"),
    ),
    "configure for a role, without a login": Row(
        "setup.plan:list_waiting",
        "login",
        ("configure", "--no-login", "--role", f"far={BOOKS}"),
        exit_code=0,
        then=("status", "--check"),
    ),
    "configure with a value other than the one set": Row(
        "setup.plan:setting_exists_error",
        "--force",
        ("configure", "--duration", "2h"),
        lambda w: w.files.write(settings='[sessions.mfa]\nduration = "1h"\n'),
        then=("status", "--check"),
    ),
    "a user who may not list devices": Row(
        "aws.error_table",
        "--mfa-serial",
        ("login",),
        deny_listing_devices,
        fills={"SERIAL": SERIAL},
        then=("status", "--check"),
    ),
    "more devices than AWS allows, one to be removed": Row(
        "aws.error_table",
        "device remove",
        ("device", "enroll"),
        add_seven_devices,
        fills={"SERIAL": "GAHT12345670"},
        agrees=True,
    ),
    "env without a known shell": Row(
        "shell.dialects:find_shell",
        "--shell",
        ("env",),
        hide_shell,
        env={"SHELL": ""},
        then=("env", "--shell", "bash"),
    ),
    "configure without a known shell": Row(
        "setup.command:plan_shell",
        "--shell",
        ("configure", "--guard"),
        hide_shell,
        env={"SHELL": ""},
        then=("status", "--check"),
    ),
    "configure without keys": Row(
        "setup.plan:check_any_source",
        "configure",
        ("configure",),
        remove_keys,
        meanwhile=lambda w: w.files.write(long_term(w.carol)),
        then=("status", "--check"),
    ),
    "a secret for which nobody can be asked": Row(
        "model.totp:read_secret",
        "totp add",
        ("totp", "add"),
        typed="",
        then=("totp", "code"),
    ),
    # Policies
    "a template that needs an option": Row(
        "policy.commands.template:_check_options",
        "policy template trust --max-age 15m --external-id x=1 --account ACCOUNT",
        ("policy", "template", "trust", "--external-id", "x=1", "--max-age", "15m"),
        fills={"ACCOUNT": "123456789012"},
        then=("policy", "template"),
    ),
    "a template that needs two options": Row(
        "policy.commands.template:_check_options",
        "--bucket BUCKET --account ACCOUNT",
        ("policy", "template", "bucket", "--action", "s3:GetObject"),
        fills={"ACCOUNT": "123456789012", "BUCKET": "books"},
        then=("policy", "template"),
    ),
    "a template whose option needs another": Row(
        "policy.commands.template:_check_options",
        "--account 123456789012 --self-service",
        ("policy", "template", "deny-without-mfa", "--account", "123456789012"),
        then=("policy", "template"),
    ),
    "a template that would lock out new users": Row(
        "policy.commands.template",
        "policy template deny-without-mfa",
        ("policy", "template", "require-mfa", "--action", "iam:*"),
        then=("policy", "template"),
    ),
    "an age that no session reaches": Row(
        "policy.commands.check:_request",
        "--mfa-age",
        ("policy", "check", "--live", "--action", "s3:GetObject", "--mfa-age", "40h"),
        then=("policy", "check", "--live", "--action", "s3:GetObject", "--mfa-age", "35h"),
    ),
    "policies that only a session may read": Row(
        "policy.live:read_live",
        "login",
        ("policy", "check", "--live", "--action", "s3:GetObject"),
        deny_reading_without_mfa,
        exit_code=0,
    ),
    "a role's policies that only its session may read": Row(
        "policy.live:_read_role",
        "login",
        ("policy", "check", "--live", "--action", "s3:GetObject", "--profile", "far"),
        add_role_in_another_account,
        exit_code=0,
    ),
    # Events during a command
    "Ctrl-C while the device is enabled": Row(
        "mfa.enrolment:_report",
        "device remove",
        ("device", "enroll", "laptop"),
        lambda w: w.meanwhile("EnableMFADevice", interrupt),
        agrees=True,
        then=("device", "enroll", "laptop"),
    ),
    "Ctrl-C after the settings are written": Row(
        "setup.command:_log_in",
        "login",
        ("configure",),
        interrupt_at_code,
        gives_code=False,
        then=("status", "--check"),
    ),
    "an enrolment whose connection is lost": Row(
        "cli.device:again",
        "device enroll",
        ("device", "enroll", "laptop"),
        drop_connections,
        meanwhile=lambda w: w.aws.clear_faults(),
        then=("status", "--check"),
    ),
    "a list with an interrupted enrolment": Row(
        "cli.device:_tell_cut_off",
        "device enroll",
        ("device", "list"),
        interrupt_enrolment,
        exit_code=0,
        then=("status", "--check"),
    ),
    "a list with an interrupted removal": Row(
        "cli.device:_tell_cut_off",
        "device remove",
        ("device", "list"),
        interrupt_removal,
        exit_code=0,
        agrees=True,
        then=("device", "enroll"),
    ),
    "a full disk": Row(
        "session.renewal:_save", "login", ("login",), fill_disk, then=("status", "--check")
    ),
    "config.toml changed by another program": Row(
        "files.writable:changed_meanwhile",
        "configure",
        ("configure", "--duration", "2h"),
        change_settings_meanwhile,
        then=("status", "--check"),
    ),
    **hints_keys.ROWS,
    **hints_roles.ROWS,
}
"""The hints by name. Each command fails with an error, unless `exit_code` is 0."""

CURES = {
    "credentials that others may read": Cure("doctor.machine:file_mode", "doctor"),
    "an enrolment that was cut off": Cure("doctor.machine:enrolment_left", "device enroll"),
    "an AWS_PROFILE of a session not yet obtained": Cure(
        "doctor.machine:environment_profile", "login"
    ),
    "a session's keys beside a sign-in": Cure("doctor.profiles:keys_hide_process", "logout"),
    "a source profile that is a session not yet obtained": Cure(
        "doctor.profiles:source_profile", "login"
    ),
    "a serial left on a role whose source is a session": Cure(
        "doctor.profiles:leftover_serial", "configure"
    ),
    "a session under a name that not every SDK reads": Cure(
        "doctor.profiles:profile_name", "logout"
    ),
    "an expired session": Cure("doctor.sessions:_suggest_login", "login"),
    "another tool's keys among lines of mfa-session": Cure(
        "doctor.sessions:session_damaged", "login"
    ),
    "lines of mfa-session without a key": Cure("doctor.sessions:session_damaged", "login"),
    "a session kept aside": Cure("doctor.sessions:_suggest_login", "login"),
    "a session beside settings of SSO": Cure("doctor.sessions:_suggest_move", "logout"),
    "a stored secret that is gone": Cure(
        "doctor.sessions:keyring_secret", "totp add --mfa-serial", typed=PLAIN
    ),
    "a secret that a setting needs": Cure(
        "doctor.sessions:keyring_secret", "totp add", typed=PLAIN
    ),
    "no device": Cure("doctor.answers:_suggest_enrolment", "device enroll"),
    "no guard": Cure("shell.dialects", "shell-init"),
    "a guard older than config.toml": Cure("doctor.collect:_suggest_renewal", "shell-init"),
}
"""The doctor's cures, by the name of the fault in tests/e2e/test_doctor.py."""

ELSEWHERE = {
    "policy.commands.check:_principal": "commands/test_policy_check.py: "
    "test_the_root_user_is_no_caller_and_the_hint_gives_the_account",
    "doctor.machine:unfinished_keys": "e2e/test_keys.py: "
    "test_an_interrupted_rotation_is_reported_until_it_is_finished",
    "doctor.profiles:credential_process": "e2e/test_keys.py: "
    "test_our_own_commands_never_run_the_credential_process",
    "doctor.profiles:role_asks_code": "e2e/test_warm.py: "
    "test_the_doctors_cure_for_a_role_that_asks_works",
    "doctor.sessions:_report_lost": "e2e/test_store.py: "
    "test_a_session_that_the_keyring_has_lost_is_renewed",
    "mfa.sources:_from_keyring": "e2e/test_code_sources.py: "
    "test_the_hint_about_a_wrong_secret_replaces_or_forgets_it",
    "cli.device:_enrol": "e2e/test_device.py: "
    "test_without_a_keyring_the_phone_alone_gets_the_secret",
    "cli.use:_stronger": "e2e/test_use.py: test_variables_that_override_aws_profile_are_reported",
    "api:ask": "e2e/test_python.py: test_a_notebook_that_cannot_ask_is_an_error",
    "policy.search": "e2e/test_recipes.py: test_the_hint_for_terraforms_language_lints_the_plan",
    "cli.demo": "e2e/test_demo.py: test_commands_suggested_by_the_demos_shell_work",
    "cli.demo:_run_demo": "e2e/test_demo.py: test_commands_suggested_by_the_demos_shell_work",
}
"""Places whose hints another test runs, with a terminal, a shell or another program."""

NOT_RUN = {
    # Texts that only look like a hint.
    "shell.dialects env": "the text that PowerShell throws: no command",
    "model.settings:login_command": "the property that other hints are made with",
    "aws.request:login": "the property that the errors of AWS are made with",
    "policy.templates:_max_age": "a remark on a policy, for its readers",
    "policy.templates": "a remark on a policy, likewise",
    "doctor.sessions:default_session": "the command in a finding",
    # Hints that cannot be followed here.
    "model.iam:not_stored": "`doctor` looks; the key is only where the person has it",
    "roles.sessions:of": "another program removes a session in the middle of `login --all`",
}
"""Places whose hints no test runs, with the reason."""
