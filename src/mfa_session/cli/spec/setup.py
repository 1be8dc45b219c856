"""Setting it up."""

from __future__ import annotations

from mfa_session.cli.spec.command import Command, Option
from mfa_session.cli.spec.options import (
    DURATION,
    INSECURE_KEYRING,
    JSON,
    MFA_SERIAL,
    TOKEN_CODE,
    YES,
)

TITLE = "Set-up"
CODES = ("auto", "prompt", "keyring", "command")
SHELLS = ("bash", "zsh", "fish", "powershell")

COMMANDS = (
    Command(
        name="configure",
        run="setup.command:run",
        summary="Set a session up: find out, ask, show what would be written, log in.",
        example="mfa-session configure",
        description=(
            "Finds the source profile and the MFA device by itself, asks for the rest (every "
            "answer can be an option instead), and shows each line before it writes it to "
            "config.toml and, for roles, to ~/.aws/config. All else in these files stays as it "
            "is; a setting that is there already is replaced only if you say so. Ends with a "
            "first login."
        ),
        options=(
            Option(
                flags=("--profile",),
                metavar="NAME",
                help="What to call the session. [env: MFA_SESSION_PROFILE; default: mfa]",
                suggests="profile",
            ),
            Option(
                flags=("--source-profile",),
                metavar="PROFILE",
                help="The profile with the long-term keys. [env: MFA_SESSION_SOURCE_PROFILE]",
                suggests="profile",
            ),
            MFA_SERIAL,
            DURATION.replace(
                help="How long the session lasts, such as 45m. "
                "[env: MFA_SESSION_DURATION; default: 12h]"
            ),
            Option(
                flags=("--code",),
                kind="choice",
                choices=CODES,
                metavar="SOURCE",
                help=f"Where codes come from: {', '.join(CODES)}.  [default: auto]",
            ),
            Option(
                flags=("--code-command",),
                metavar="COMMAND",
                help="A command that prints a code, as you would type it in a shell.",
            ),
            Option(flags=("--region",), metavar="REGION", help="The session's AWS region."),
            Option(
                flags=("--role",),
                kind="many",
                metavar="NAME=ARN",
                help="Make a profile NAME for a role, had from the session. Repeatable.",
            ),
            Option(
                flags=("--repoint",),
                kind="many",
                metavar="PROFILE",
                help="Have this role profile's role from the session from now on. Repeatable.",
                suggests="profile",
            ),
            Option(
                flags=("--shell",),
                kind="choice",
                choices=SHELLS,
                metavar="SHELL",
                help=f"Set up a shell: {', '.join(SHELLS)}.",
            ),
            Option(
                flags=("--guard",),
                kind="flag",
                help="Put the guard before `aws` in the shell, with completion and prompt.",
            ),
            Option(
                flags=("--no-guard",), kind="flag", help="Set the shell up with completion only."
            ),
            Option(
                flags=("--confirm",),
                kind="flag",
                help="Have the guard ask before it runs a protected command.",
            ),
            TOKEN_CODE,
            Option(
                flags=("--dry-run",),
                kind="flag",
                help="Only show what would be written.",
            ),
            Option(
                flags=("--force",),
                kind="flag",
                help="Replace settings that have another value without asking.",
            ),
            YES.replace(help="Do not ask: take what is usual, and write it."),
            Option(flags=("--no-login",), kind="flag", help="Do not log in at the end."),
            INSECURE_KEYRING,
            JSON,
        ),
    ),
)
