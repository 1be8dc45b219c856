"""Long-term keys: where they are, and how they are replaced."""

from __future__ import annotations

from mfa_session.cli.spec.commands import INSECURE_KEYRING, JSON, YES, Command, Group, Option, flag

TITLE = "Access keys"
PROFILE = Option(
    flags=("--profile",),
    metavar="PROFILE",
    help="The profile with the long-term keys. [default: the one that `aws` uses]",
    suggests="profile",
)

COMMANDS = (
    Command(
        name="keys list",
        run="keys.command:show",
        summary="List the profiles with long-term keys, and where each key is.",
        examples=("mfa-session keys list --online",),
        description=(
            "Only reads files: unlocks no keyring and shows no secret. With --online, asks AWS "
            "whether each key is active, when it was last used and whose it is, and lists other "
            "keys of the same users."
        ),
        options=(
            flag("--online", "Also ask AWS about each key."),
            INSECURE_KEYRING,
            JSON,
        ),
    ),
    Command(
        name="keys import",
        run="keys.command:import_",
        summary="Move a profile's long-term keys from the AWS files to the system's keyring.",
        examples=("mfa-session keys import --profile default",),
        description=(
            "Stores the keys, reads them back, proves them with AWS, writes a credential_process "
            "to ~/.aws/config so that every AWS tool gets them from the keyring, and only then "
            "removes them from the file. If it is interrupted, run it again: it finishes."
        ),
        options=(PROFILE, INSECURE_KEYRING, JSON),
    ),
    Command(
        name="keys export",
        run="keys.command:export",
        summary="Move a profile's long-term keys from the keyring back to the credentials file.",
        examples=("mfa-session keys export --profile default",),
        description=(
            "The reverse of `keys import`. Never replaces another key in the file, and asks "
            "nothing of AWS."
        ),
        options=(PROFILE, INSECURE_KEYRING, JSON),
    ),
    Command(
        name="keys process",
        run="keys.process:run",
        summary="Give long-term keys from the keyring to an AWS SDK (credential_process).",
        examples=(
            "credential_process = /usr/local/bin/mfa-session keys process --profile default",
        ),
        description="For a profile in ~/.aws/config; `keys import` writes this line.",
        options=(PROFILE.replace(help="The profile with the long-term keys."), INSECURE_KEYRING),
    ),
    Command(
        name="keys rotate",
        run="keys.command:rotate",
        summary="Replace a profile's long-term keys by new ones.",
        examples=(
            "mfa-session keys rotate --profile default",
            "mfa-session keys rotate --profile default --finish",
        ),
        description=(
            "Creates new keys at AWS, stores them beside the old ones, waits until AWS accepts "
            "them, then uses them and makes the old ones inactive. A working key is on record at "
            "every moment; if it is interrupted, run it again. Uses an MFA session if your "
            "policies demand one. --finish deletes the old keys."
        ),
        options=(
            PROFILE,
            flag("--finish", "Delete the keys that were replaced."),
            YES,
            INSECURE_KEYRING,
            JSON,
        ),
    ),
)

GROUPS = (
    Group(
        name="keys",
        summary="List long-term keys, keep them in the system's keyring, and rotate them.",
        example="mfa-session keys list",
    ),
)
