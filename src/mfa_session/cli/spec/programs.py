"""Sessions for other programs."""

from __future__ import annotations

from mfa_session.cli.spec.command import Command, Option
from mfa_session.cli.spec.options import DURATION, MIN_TTL, PROFILE, REGION, TOKEN_CODE

TITLE = "Every day"
SHELLS = ("bash", "zsh", "fish", "powershell", "cmd", "dotenv", "json")

COMMANDS = (
    Command(
        name="exec",
        run="cli.exec_:run",
        summary="Run a command with a session's credentials.",
        example="mfa-session exec -- terraform plan",
        description=(
            "Logs in if necessary and runs the command with the credentials in its environment. "
            "Without a command, runs your shell."
        ),
        options=(PROFILE, MIN_TTL, REGION, DURATION, TOKEN_CODE),
        takes_command=True,
    ),
    Command(
        name="env",
        run="cli.env:run",
        summary="Print a session's credentials as shell variables.",
        example='eval "$(mfa-session env)"',
        description=(
            "Logs in if necessary and prints the variables, quoted for your shell. If the login "
            "fails, prints a command that makes the caller's eval fail."
        ),
        options=(
            PROFILE,
            Option(
                flags=("--shell",),
                kind="choice",
                choices=SHELLS,
                metavar="SHELL",
                help=f"One of {', '.join(SHELLS)}. [default: the calling shell]",
            ),
            Option(
                flags=("--unset",), kind="flag", help="Print the commands that unset the variables."
            ),
            MIN_TTL,
        ),
    ),
    Command(
        name="credential-process",
        run="cli.credential_process:run",
        summary="Give a session to an AWS SDK (credential_process).",
        example="credential_process = mfa-session credential-process --profile mfa",
        description=(
            "For a profile in ~/.aws/config. Logs in if necessary and possible, and prints JSON "
            "for the SDK. Asks questions on the terminal only."
        ),
        options=(PROFILE, MIN_TTL),
    ),
)
