"""The first steps: set up a session, or watch one first."""

from __future__ import annotations

from mfa_session.cli.spec.commands import (
    DURATION,
    INSECURE_KEYRING,
    JSON,
    MFA_SERIAL,
    SHELLS,
    SOURCE_PROFILE,
    TOKEN_CODE,
    YES,
    Command,
    Option,
    flag,
)
from mfa_session.model.settings import CODE_SOURCES

TITLE = "Start"

COMMANDS = (
    Command(
        name="configure",
        run="setup.command:run",
        summary="Set up a session step by step, and log in.",
        examples=(
            "mfa-session configure",
            "mfa-session configure --role books=arn:aws:iam::444455556666:role/Books",
        ),
        description=(
            "Finds the source profile and the MFA device, and asks for the rest; every answer can "
            "be an option instead. Shows each line before it writes it to config.toml and, for "
            "roles, to ~/.aws/config. Changes nothing else in these files, and asks before it "
            "replaces an existing value. Ends with a first login. Without a terminal it asks "
            "nothing, uses the options and the defaults, and writes, as with --yes; --dry-run "
            "shows what."
        ),
        options=(
            Option(
                flags=("--profile",),
                metavar="NAME",
                help="The name of the session. [env: MFA_SESSION_PROFILE; default: mfa]",
                suggests="profile",
            ),
            SOURCE_PROFILE,
            MFA_SERIAL,
            DURATION.replace(
                help="How long the session lasts, such as 45m. "
                "[env: MFA_SESSION_DURATION; default: 12h]"
            ),
            Option(
                flags=("--code",),
                kind="choice",
                choices=CODE_SOURCES,
                metavar="SOURCE",
                help=f"Where codes come from: {', '.join(CODE_SOURCES)}.  [default: auto]",
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
                help="Write a profile NAME that assumes this role from the session. Repeatable.",
            ),
            Option(
                flags=("--repoint",),
                kind="many",
                metavar="PROFILE",
                help="Make this role profile use the session as its source. Repeatable.",
                suggests="profile",
            ),
            Option(
                flags=("--shell",),
                kind="choice",
                choices=SHELLS,
                metavar="SHELL",
                help=f"Set up a shell: {', '.join(SHELLS)}.",
            ),
            flag("--guard", "Set up the shell with the guard before `aws`, completion and prompt."),
            flag("--no-guard", "Set up the shell without the guard."),
            flag("--confirm", "Make the guard ask before it runs a protected command."),
            TOKEN_CODE,
            flag("--dry-run", "Show what would be written; write nothing."),
            flag("--force", "Replace existing values without asking."),
            YES.replace(help="Do not ask: use the defaults, and write."),
            flag("--no-login", "Do not log in at the end."),
            INSECURE_KEYRING,
            JSON,
        ),
    ),
    Command(
        name="demo",
        run="cli.demo:run",
        summary="See a login on a local AWS that enforces MFA.",
        examples=("mfa-session demo",),
        description=(
            "Starts a local AWS and shows a login on it, in a temporary home directory. Touches "
            "none of your files. Needs the extra: pip install 'mfa-session[sandbox]'."
        ),
        options=(flag("--shell", "Open a shell inside the sandbox."),),
    ),
)
